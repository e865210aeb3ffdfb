"""The model: what happens in a month, and in which order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import mesa
import numpy as np
from numpy.typing import NDArray

from agents.armed.actor import KINDS, Junta, PeoplesDefenceForce
from agents.armed.attack import value_towns
from agents.armed.parameters import ArmedActorParameters
from agents.beijing.agent import Beijing
from agents.buyers import ChineseBuyer
from agents.quad import Australia, India, Japan
from agents.united_states import UnitedStates
from agents.western import WesternGovernment, key_name
from model.compiled.talks import Talks
from model.draws import Draws, keys
from model.dynamics import control, market, quad
from model.dynamics.ground import ground_of
from model.dynamics.season import set_season
from model.forcing import Forcing
from model.kernels import compiled
from model.output.ledger import Ledger
from model.output.record import Recorder
from model.phases import accounts, forcing
from model.phases import border as border_phases
from model.phases import policy as policy_phases
from model.phases import talks as talks_phases
from model.phases import trade as trade_phases
from model.phases import war as phases
from model.phases.supply import update_supply
from model.run import Agents, Run, Setting, buyer_tables, setting_of
from model.scenario.plugins import activate, classes
from model.scenario.schema import Scenario
from model.scenario.spec import RunSpec
from model.setup import armed_tables, begin_state, profile_of, with_own_actors
from model.state import Profile, State
from model.world.read import load_world
from model.world.topology import read_only

Floats = NDArray[np.float64]

_COLLECTED = ("month", "exports_t", "towns_changed_hands")
"""What Mesa's collector of data keeps of each month."""


@lru_cache(maxsize=64)
def _setting(text: str) -> tuple[Setting, dict[str, Floats]]:
    """What replicates share, and the armed actors' tables as arrays.

    Own actors make a world of their own.
    """
    plain = json.loads(text)
    activate(plain.get("plugins", {}))
    scenario = Scenario.model_validate({**plain, "name": ""}, strict=False)
    tables = armed_tables(scenario)
    world = with_own_actors(load_world(scenario.world), scenario)
    return setting_of(scenario, world, tables), profile_of(tables)


class _Beginning(NamedTuple):
    """What runs of a scenario begin with; none of them changes it, and all arrays but the state's are read-only."""

    state: State
    reference: market.Reference
    needed: Floats
    """(N,) what :func:`model.dynamics.control.fighters_to_hold` gives."""


_beginnings: dict[tuple[str, bool], _Beginning] = {}
"""By scenario, and by whether kernels are in use."""

_MOST_BEGINNINGS = 16
"""Each takes 0.4 MB."""


class RareEarthModel(mesa.Model):
    """A run of the simulation; each :meth:`step` is a month.

    Args:
        spec: the specification of the run; without one, the shipped scenario ``status_quo``.
        rng: a seed, for whoever runs the model by hand; it replaces the specification's.
    """

    def __init__(self, *, spec: RunSpec | None = None, rng: int | None = None) -> None:
        super().__init__(rng=0 if rng is None else int(rng))
        self.spec = spec if spec is not None else _default_spec()
        setting, profile = _setting(self.spec.scenario)
        self.setup, self.world, tables = setting.scenario, setting.world, setting.tables
        self.profile = Profile((name, values.copy()) for name, values in profile.items())
        own = {name: self.profile[name].copy() for name in policy_phases.SUPPORTED}
        self.supported_profile = Profile({**self.profile, **own})
        """The same arrays, but for those that US support changes: see :func:`model.phases.policy.supported`."""
        self.draws = Draws(self.spec.seed if rng is None else int(rng))
        self.p = self.setup.processes
        self.ground = ground_of(self.world, self.p.ground)
        self._make_agents(tables)
        self._make_state(setting)
        self.recorder.note(self.date)
        self.datacollector = mesa.DataCollector(model_reporters={name: name for name in _COLLECTED})
        self._collect()

    def _make_agents(self, tables: dict[str, ArmedActorParameters]) -> None:
        kinds = KINDS | classes(tuple(self.setup.plugins.items()))
        self.armed = [
            kinds[str(getattr(table, "kind", "EthnicArmedOrganization"))](self, name, index, table)
            for index, (name, table) in enumerate(tables.items())
        ]
        self.junta = next((actor.index for actor in self.armed if isinstance(actor, Junta)), -1)
        self.beijing = Beijing(self, self.setup.beijing)
        self.united_states = UnitedStates(self, self.setup.united_states)
        self.india, self.japan = India(self, self.setup.quad), Japan(self, self.setup.quad)
        self.australia = Australia(self, self.setup.quad)
        western = self.setup.western
        names = keys([key_name(number) for number in range(western.governments)])
        deviations = self.draws.normal("threshold", 0, names).tolist()
        self.western = [WesternGovernment(self, k, western, deviation) for k, deviation in enumerate(deviations)]
        self.buyers = [
            ChineseBuyer(self, buyer.id, index, table)
            for index, (buyer, table) in enumerate(
                zip(self.world.buyers, buyer_tables(self.setup, self.world), strict=True)
            )
        ]

    def _make_state(self, setting: Setting) -> None:
        world = self.world
        self.tax_rules = setting.actors["ore_tax_rule"].astype(np.int64)
        self.settled_tax = self.profile["ore_tax_yuan_per_t"].copy()
        self._begin()
        self._make_run(setting)
        self.month, self.date = 0, self.setup.start
        """Months done, and the calendar month of the step that comes next, as 2025-08."""
        self.exports_t, self.towns_changed_hands = 0.0, 0
        self.crossing_keys = keys(world.crossing_ids)
        self.delivered: dict[str, Floats] = {}
        self._none_delivered = np.zeros(len(self.armed))
        self.people = self.state.people
        """(F,) persons under each actor's control, since the fights of this month."""
        self.link: Floats = self._none_delivered
        """(F,) what :func:`model.phases.readings.link_with_us` gives for what is delivered this month."""
        self.refused: dict[int, list[str]] = {}
        self.followers = 0
        """Western governments that have followed the US in recognising anybody; counted whenever they may have."""
        index = world.force_index
        self.kia = np.array([index["KIA"]] if "KIA" in index else [], np.int64)
        self.pools = [actor for actor in self.armed if isinstance(actor, PeoplesDefenceForce)]
        self.pdf = np.array([pool.index for pool in self.pools], np.int64)
        self.coordination: Floats = np.array([pool.coordination for pool in self.pools], np.float64)
        self.habits = (self.profile["choice_precision"], self.profile["operations_per_month"].astype(np.int64))
        self.actor_numbers = np.arange(len(self.armed) + 1)
        self.western_keys = np.array([government.key for government in self.western], np.uint64)
        self.dependence = np.array([actor.parameters.dependence_on_china for actor in self.armed], float)
        """(F,) dependence on China without Beijing's patronage; ``profile`` has it with what patronage adds."""
        self.teachers = np.array([not isinstance(actor, Junta) for actor in self.armed], float)
        self.recorder: Recorder = Recorder(self.run, self.spec, self.setup.months)
        self.talks = Talks(self)
        update_supply(self.run)
        self.ledger = Ledger(self.run)

    def _make_run(self, setting: Setting) -> None:
        state = self.state
        state.ore_tax, state.conscripts = self.settled_tax, self.profile["conscripts_per_month"]
        state.dependence = self.profile["dependence_on_china"]
        self.settled_tax, self.holder_before = state.ore_tax, state.holder_before
        dict.__setitem__(self.profile, "dependence_on_china", state.dependence)
        dict.__setitem__(self.supported_profile, "dependence_on_china", state.dependence)
        self.run = Run(setting, state, self.draws.seed, self.reference)
        self.run.agents = Agents(
            armed=self.armed,
            buyers=self.buyers,
            western=self.western,
            beijing=self.beijing,
            united_states=self.united_states,
            india=self.india,
            japan=self.japan,
            australia=self.australia,
        )
        self.run.hand_over()
        for actor in self.run.agents.everyone():
            actor.run = self.run
        accounts.begin_books(self.run)
        value_towns(self.run.data)

    def _begin(self) -> None:
        """Set the state of the start; the first run of a scenario works it out for all."""
        asked = (self.spec.scenario, compiled())
        begun = _beginnings.get(asked)
        if begun is None:
            begun = self._beginning()
            if len(_beginnings) == _MOST_BEGINNINGS:
                _beginnings.clear()
            if not self.setup.plugins:  # own actors may begin as they like
                _beginnings[asked] = begun
        self.state = begun.state.copy()
        _, self.reference, self.needed = begun

    def _beginning(self) -> _Beginning:
        p, world = self.p, self.world
        state = self.state = begin_state(world, self.setup, self.profile)
        share = np.array([buyer.parameters.market_share for buyer in self.buyers])
        months = np.array([buyer.parameters.inventory_months for buyer in self.buyers])
        reference = market.begin(world, state, self.setup.start, share, months, p.market)
        quad.begin(state, self.setup.quad.india_processing_t)
        needed = control.fighters_to_hold(world, p.control)
        for array in (*vars(reference).values(), needed):
            if isinstance(array, np.ndarray):
                read_only(array)
        return _Beginning(state, reference, needed)

    # calendar ---------------------------------------------------------------------------------------------------

    def forced(self, kind: str) -> list[Forcing]:
        """What the outside world does this month, of one kind."""
        return forcing.forced(self.run, kind)

    # the month --------------------------------------------------------------------------------------------------

    def step(self) -> None:
        """One month: all decide on last month's state, then everything is resolved."""
        for _ in self.month_by_phases():
            pass

    def month_by_phases(self) -> Iterator[None]:
        """One month, a phase at each turn: so runs that keep step with each other share what a phase needs of the processor."""
        self.open_month()
        yield
        policy_phases.deliver_policy(self)
        yield
        phases.decide_operations(self.run)
        prospects = self.run.plans.prospects
        yield
        talks_phases.hold_talks(self, prospects)
        yield
        border_phases.negotiate(self.run)
        yield
        update_supply(self.run)
        yield
        phases.fight(self.run)
        yield
        border_phases.react_at_border(self.run)
        forcing.apply_forcing(self.run)
        yield
        trade_phases.mine_and_trade(self.run)
        yield
        accounts.balance_books(self.run)
        yield
        policy_phases.recognise(self)
        yield
        self.close_month()

    def open_month(self) -> None:
        """Calendar, season, forcing."""
        state = self.state
        state.month = self.month
        state.tally.clear()
        for name in ("towns_changed", "operations", "civilians_dead"):
            state.totals[name] = 0
        self.ledger.open()
        self.run.date = self.date
        set_season(state.clock, int(self.date[5:]), self.p.season)
        self.rains, self.road_factor = float(state.clock["rains"]), float(state.clock["road_factor"])
        np.copyto(self.holder_before, state.holder)
        forcing.force_conscription(self.run)
        forcing.apply_forcing(self.run)

    def close_month(self) -> None:
        """Record the month and check the laws."""
        state = self.state
        self.ledger.close()
        ended = self.date
        self.month += 1
        self.date = date_after(self.setup.start, self.month)
        self.exports_t = sum(state.flows.ore.ravel().tolist())
        self.towns_changed_hands = state.totals.towns_changed
        self.recorder.note(ended)
        self.running = self.month < self.setup.months
        self._collect()

    def _collect(self) -> None:
        # What DataCollector.collect would do; its checks of every reporter every month take longer than some phases.
        for name, series in self.datacollector.model_vars.items():
            series.append(getattr(self, name))

    # small things that several phases need ----------------------------------------------------------------------

    def name(self, actor: int) -> str:
        """Id of an armed actor; nobody for -1."""
        return self.world.force_ids[actor] if actor >= 0 else "nobody"

    def level(self, kind: str) -> Floats:
        """(F,) what an instrument of this kind delivers to each armed actor this month, 0-1."""
        row = self.delivered.get(kind)
        return self._none_delivered if row is None else row[:-1]

    def level_of_all(self, kind: str) -> float:
        """What instruments of this kind without an armed target deliver this month, 0-1."""
        row = self.delivered.get(kind)
        return 0.0 if row is None else float(row[-1])


@lru_cache(maxsize=4096)
def date_after(start: str, months: int) -> str:
    """The calendar month so many months after a start, as 2025-08."""
    number = 12 * int(start[:4]) + int(start[5:]) - 1 + months
    return f"{number // 12}-{number % 12 + 1:02d}"


def _default_spec() -> RunSpec:
    from model.scenario.read import load_scenario

    scenario = load_scenario("status_quo")
    return RunSpec.make(scenario.name, scenario.resolved())
