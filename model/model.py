"""The model: what happens in a month, and in which order."""

from __future__ import annotations

import inspect
from collections.abc import Callable

import mesa

from model.begin import begin_run
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

_COLLECTED = ("month", "exports_t", "towns_changed_hands")
"""What Mesa's collector of data keeps of each month."""


def plan_of_month() -> str:
    """The phases of a month as lines to read."""
    lines = [f"{phase.__name__:18} {(inspect.getdoc(phase) or '').splitlines()[0]}" for phase in MONTH]
    return "\n".join(lines)


class RareEarthModel(mesa.Model):
    """A run of the simulation; each :meth:`step` is a month.

    Args:
        spec: the specification of the run; without one, the shipped scenario ``status_quo``.
        rng: a seed, for whoever runs the model by hand; it replaces the specification's.
    """

    def __init__(self, *, spec: RunSpec | None = None, rng: int | None = None) -> None:
        super().__init__(rng=0 if rng is None else int(rng))
        self.spec = spec if spec is not None else _default_spec()
        self.run: Run = begin_run(self, self.spec, self.spec.seed if rng is None else int(rng))
        self.world, self.state, self.recorder = self.run.world, self.run.state, self.run.recorder
        self.datacollector = mesa.DataCollector(model_reporters={name: name for name in _COLLECTED})
        self._collect()

    def step(self) -> None:
        """One month."""
        for phase in MONTH:
            phase(self.run)
        self.finish_month()

    def finish_month(self) -> None:
        """What Mesa wants to know after the phases of a month: whether to go on, and its collected data."""
        self.running = self.month < self.run.scenario.months
        self._collect()

    def _collect(self) -> None:
        # What DataCollector.collect would do; its checks of every reporter every month take longer than some phases.
        for name, series in self.datacollector.model_vars.items():
            series.append(getattr(self, name))

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


def _default_spec() -> RunSpec:
    from model.scenario.read import load_scenario

    scenario = load_scenario("status_quo")
    return RunSpec.make(scenario.name, scenario.resolved())
