"""The model: what happens in a month, and in which order."""

from __future__ import annotations

import dataclasses
import inspect
import os
from collections.abc import Callable, Mapping
from typing import Any

import mesa

from model.begin import begin_run
from model.collect import MonthlyCollector
from model.copying import apply_changed_parameters, put_into, taken_from
from model.draws import replicate_seed
from model.grid import TownshipGrid
from model.phases.accounts import balance_books
from model.phases.border import negotiate, react_at_border
from model.phases.calendar import close_month, open_month
from model.phases.forcing import apply_forcing
from model.phases.policy import deliver_policy, recognise
from model.phases.supply import update_supply
from model.phases.talks import hold_talks
from model.phases.trade import mine_and_trade
from model.phases.war import decide_operations, fight
from model.run import Run
from model.scenario.given import overrides, specify, whole
from model.scenario.problems import ScenarioError
from model.scenario.spec import RunSpec

MONTH: tuple[Callable[[Run], None], ...] = (
    open_month,
    deliver_policy,
    decide_operations,
    hold_talks,
    negotiate,
    update_supply,
    fight,
    react_at_border,
    apply_forcing,
    mine_and_trade,
    balance_books,
    recognise,
    close_month,
)
"""The phases of a month in their order: all actors decide on last month's state, then everything is resolved."""


def plan_of_month() -> str:
    """The phases of a month as lines to read."""
    lines = [f"{phase.__name__:18} {(inspect.getdoc(phase) or '').splitlines()[0]}" for phase in MONTH]
    return "\n".join(lines)


class RareEarthModel(mesa.Model):
    """A run of the simulation; each :meth:`step` is a month.

    ``RareEarthModel("engage_kia", seed=3, months=24, set={"actors.KIA.troops": 20_000})`` is the run of ``pangwa run engage_kia
    --seed 3 --months 24 --set actors.KIA.troops=20000``.

    Args:
        scenario: name of a shipped scenario, or path of a file; ``status_quo`` by default.
        seed: base seed, 0 by default.
        replicate: number of the replicate; with the seed it makes all draws.
        months: length of the run, where it is not the scenario's.
        set: parameters of the scenario by dotted path.
        spec: the specification of the run, instead of all above.
        rng: Mesa's newer word for ``seed``; beside ``spec``, another base seed for it.
        collect_agents: whether ``datacollector`` collects the agents' data too: some hundred microseconds a month.
        **kwargs: more parameters by dotted path, as ``mesa.batch_run`` and ``SolaraViz`` pass them.

    Raises:
        ScenarioError: with one sentence for each thing that is wrong.
    """

    def __init__(
        self,
        scenario: str | os.PathLike[str] | None = None,
        *,
        seed: int | None = None,
        replicate: int = 0,
        months: int | None = None,
        set: Mapping[str, Any] | None = None,
        spec: RunSpec | None = None,
        rng: int | None = None,
        collect_agents: bool = False,
        **kwargs: Any,  # SolaraViz looks for this name
    ) -> None:
        sets = _settings(set, kwargs, months)
        spec = _specified(spec, _seed(seed, rng), scenario, sets, replicate)
        super().__init__(rng=spec.seed)
        self.spec = spec
        self._grid: TownshipGrid | None = None
        self.run: Run = begin_run(self, spec, spec.seed)
        if spec.past:
            self._continue(RareEarthModel(spec=spec.before()), spec.past[-1][0])
        self.world, self.state, self.recorder = self.run.world, self.run.state, self.run.recorder
        self.datacollector = MonthlyCollector(agents=collect_agents)
        self.finish_month()

    def _continue(self, other: RareEarthModel, months: int) -> None:
        """Go on from where another model is after some months, under the own scenario from then on."""
        while other.month < months:
            other.step()
        put_into(self.run, taken_from(other.run), parameters=False)
        apply_changed_parameters(self.run, other.run)

    def __reduce__(self) -> tuple[Any, ...]:
        """What copies and pickles are made from: the specification, and what the months have changed since."""
        return _remade, (type(self), self.spec, taken_from(self.run), self.datacollector)

    def step(self) -> None:
        """One month.

        Raises:
            RuntimeError: all months of the run are done.
        """
        months = self.run.scenario.months
        if self.month >= months:
            raise RuntimeError(
                f"all {months} months of this run are done; RareEarthModel(..., months={months + 12}) has more"
            )
        for phase in MONTH:
            phase(self.run)
        self.finish_month()

    def finish_month(self) -> None:
        """What Mesa wants to know after the phases of a month: whether to go on, and its collected data."""
        self.running = self.month < self.run.scenario.months
        if self._grid is not None:
            self._grid.settle()
        self.datacollector.collect(self)

    @property
    def grid(self) -> TownshipGrid:
        """The townships as a Mesa space, made when it is first asked for."""
        if self._grid is None:
            self._grid = TownshipGrid(self.run, self.random)
        self._grid.settle()
        return self._grid

    @property
    def scenario(self) -> None:
        """Nothing: the scenario is ``run.scenario``.

        From 3.5 on Mesa gives a model a scenario of its own, and SolaraViz would pass it on when it makes the model anew.
        """

    @scenario.setter
    def scenario(self, mesas: Any) -> None:
        """Take no notice of Mesa's."""

    @property
    def month(self) -> int:
        """Months done."""
        return self.state.month

    @property
    def date(self) -> str:
        """Calendar month of the step that comes next, as 2025-08."""
        return self.run.date

    @property
    def exports_t(self) -> float:
        """T of ore that left the mines' stores in the last month."""
        return float(self.state.flows.ore.sum())

    @property
    def towns_changed_hands(self) -> int:
        """Towns that changed hands in the last month."""
        return int(self.state.totals["towns_changed"])


def _remade(kind: type[RareEarthModel], spec: RunSpec, taken: dict[str, Any], collector: Any) -> RareEarthModel:
    """A copy of a model."""
    model = kind(spec=dataclasses.replace(spec, past=()))
    model.spec = model.run.recorder.spec = spec
    put_into(model.run, taken, parameters=True)
    model.running, model.steps = model.month < model.run.scenario.months, model.month
    model.datacollector = collector
    return model


def _seed(seed: int | None, rng: int | None) -> int | None:
    """The seed by whichever of its two names it is given."""
    if seed is not None and rng is not None:
        raise ScenarioError(["seed and rng both mean the base seed of the draws; give one of them"])
    return rng if seed is None else seed


def _settings(given: Mapping[str, Any] | None, more: Mapping[str, Any], months: int | None) -> list[str]:
    """Overrides as texts, in the order in which they are given."""
    length = {} if months is None else {"months": months}
    return [text for part in (given or {}, more, length) for text in overrides(part)]


def _specified(spec: RunSpec | None, seed: int | None, scenario: Any, sets: list[str], replicate: int) -> RunSpec:
    """The specification asked for."""
    if spec is None:
        return specify(scenario or "status_quo", sets, 0 if seed is None else seed, replicate)
    if scenario is not None or sets or replicate:
        raise ScenarioError(
            ["spec: has its scenario, its parameters and its replicate; give either these or a specification"]
        )
    if seed is None:
        return spec
    return dataclasses.replace(
        spec, seed=replicate_seed(whole("seed", seed), spec.replicate), base_seed=whole("seed", seed)
    )
