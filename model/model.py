"""The model: what happens in a month, and in which order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import mesa
import numpy as np
from numpy.typing import NDArray

from agents.armed.actor import KINDS, Junta, PeoplesDefenceForce, habits_of
from agents.armed.parameters import ArmedActorParameters
from agents.beijing.agent import Beijing
from agents.buyer_parameters import ChineseBuyerParameters
from agents.buyers import ChineseBuyer, terms_of
from agents.instruments import KINDS as KINDS_OF_INSTRUMENTS
from agents.quad import Australia, India, Japan
from agents.united_states import UnitedStates
from agents.western import WesternGovernment, key_name
from model.compiled.accounts import Accounts
from model.compiled.borders import Borders
from model.compiled.trading import Trading
from model.compiled.war import War
from model.draws import Draws, key, keys, normal, uniform
from model.dynamics import budgets, control, governance, harm, market, operations, people, posting, quad, supply
from model.dynamics.ground import ground_of, heads
from model.dynamics.season import monsoon_weight, road_factor
from model.dynamics.supply import RoadNetwork
from model.dynamics.trade import TAX_RULES, TradeChain
from model.forcing import Forcing
from model.kernels import compiled
from model.output.chronicle import tell
from model.output.ledger import Ledger
from model.output.record import Recorder
from model.phases import border as border_phases
from model.phases import policy as policy_phases
from model.phases import talks as talks_phases
from model.phases import trade as trade_phases
from model.phases import war as phases
from model.phases.readings import ore_usd, taxes_per_tonne
from model.run import Agents, Run, Setting, setting_of
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
    chain: TradeChain
    needed: Floats
    """(N,) what :func:`model.dynamics.control.fighters_to_hold` gives."""
    start: dict[str, Floats]
    """(F,) troops of each armed actor and people under its control."""
    town_worth: Floats
    """(F, N) what each town is worth to each armed actor, whatever it earns there."""


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
        self._forcing: dict[str, list[Forcing]] = {}
        for forcing in self.setup.forcing:
            self._forcing.setdefault(forcing.kind, []).append(forcing)
        self._make_agents(tables)
        self._make_state(setting)
        self.recorder.note(self.date, self.state, self._extra(), self._taxes(), self.united_states.partner)
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
        salt, numbers = self.draws.salt("threshold"), range(western.governments)
        deviations = [float(normal(uniform(salt, 0, np.uint64(key(key_name(number)))))) for number in numbers]
        self.western = [WesternGovernment(self, k, western, deviation) for k, deviation in enumerate(deviations)]
        by_id = {name: t for name, t in self.setup.actors.items() if isinstance(t, ChineseBuyerParameters)}
        defaults = ChineseBuyerParameters()
        self.buyers = [
            ChineseBuyer(self, buyer.id, index, by_id.get(buyer.id, defaults))
            for index, buyer in enumerate(self.world.buyers)
        ]
        self.buyers_terms = terms_of(self.buyers)

    def _make_state(self, setting: Setting) -> None:
        world, p = self.world, self.p
        self.tax_rules = np.array([TAX_RULES.index(actor.parameters.ore_tax_rule) for actor in self.armed])
        self.settled_tax = self.profile["ore_tax_yuan_per_t"].copy()
        self._begin()
        self._make_run(setting)
        self.month, self.date = 0, self.setup.start
        """Months done, and the calendar month of the step that comes next, as 2025-08."""
        self.exports_t, self.towns_changed_hands = 0.0, 0
        self.roads = RoadNetwork(world, p.supply)
        self.crossing_keys = keys(world.crossing_ids)
        self.delivered: dict[str, Floats] = {}
        self._none_delivered = np.zeros(len(self.armed))
        self.people = self.start["people"]
        """(F,) persons under each actor's control, since the fights of this month."""
        self.link: Floats = self._none_delivered
        """(F,) how far the US deals with each armed actor this month."""
        index = world.force_index
        self.kia = np.array([index["KIA"]] if "KIA" in index else [], np.int64)
        self.pools = [actor for actor in self.armed if isinstance(actor, PeoplesDefenceForce)]
        self.pdf = np.array([pool.index for pool in self.pools], np.int64)
        self.coordination: Floats = np.array([pool.coordination for pool in self.pools], np.float64)
        self.habits = habits_of(self.armed)
        self.actor_numbers = np.arange(len(self.armed) + 1)
        self.dependence = np.array([actor.parameters.dependence_on_china for actor in self.armed], float)
        """(F,) dependence on China without Beijing's patronage; ``profile`` has it with what patronage adds."""
        eaos = [not isinstance(actor, Junta | PeoplesDefenceForce) for actor in self.armed]
        demand = self.setup.united_states.demand_t
        self.recorder = Recorder(self.spec, world, self.ground, self.setup.months, demand, eaos, self.junta)
        self.recorder.events = self.run.events
        self.war, self.accounts, self.trading = War(self), Accounts(self), Trading(self)
        self.borders = Borders(self)
        supply.update(
            world, self.ground, self.state, self.draws, self.roads, p.supply, 0.0, self.profile["airlift_places"]
        )
        self.ledger = Ledger(world, self.state)

    def _make_run(self, setting: Setting) -> None:
        state = self.state
        state.ore_tax, state.conscripts = self.settled_tax, self.profile["conscripts_per_month"]
        state.people, state.people_at_start = self.start["people"], self.start["people"]
        state.troops_at_start, state.dependence = self.start["troops"], self.profile["dependence_on_china"]
        self.settled_tax, self.holder_before = state.ore_tax, state.holder_before
        dict.__setitem__(self.profile, "dependence_on_china", state.dependence)
        dict.__setitem__(self.supported_profile, "dependence_on_china", state.dependence)
        self.run = Run(setting, state, self.draws.seed)
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
        _, self.reference, self.chain, self.needed, self.start, self.town_worth = begun

    def _beginning(self) -> _Beginning:
        p, world = self.p, self.world
        state = self.state = begin_state(world, self.setup, self.profile)
        share = np.array([buyer.parameters.market_share for buyer in self.buyers])
        months = np.array([buyer.parameters.inventory_months for buyer in self.buyers])
        reference = market.begin(world, state, self.setup.start, share, months, p.market)
        quad.begin(state, self.setup.quad.india_processing_t)
        self._seed_people()
        people_now = (state.control[:-1] * world.population).sum(axis=1)
        start = {"troops": state.troops.sum(axis=1).astype(float), "people": people_now}
        shape = (len(self.armed), len(world.codes))
        who, town = np.indices(shape).reshape(2, -1)
        no_rent = np.zeros(len(world.place_ids))
        worth = operations.own_worth(world, self.ground, state, no_rent, self.profile, who, town).reshape(shape)
        chain, needed = TradeChain(world, p.trade, p.market), control.fighters_to_hold(world, p.control)
        for array in (*vars(reference).values(), *vars(chain).values(), *start.values(), needed, worth):
            if isinstance(array, np.ndarray):
                read_only(array)
        return _Beginning(state, reference, chain, needed, start, worth)

    def _seed_people(self) -> None:
        # A run begins where revenue, services and consent would have come to rest without harm or news.
        p, world, state = self.p.people, self.world, self.state
        base = people.base_consent(self.ground, len(world.codes), p)
        state.legitimacy = base.copy()
        state.revenue = budgets.expected(world, self.ground, state, self.profile, ore_usd(self), self.p.budgets)
        state.revenue_best = state.revenue.copy()
        level = governance.wanted_level(world, state, self.profile, (self.p.governance, self.p.budgets, p))
        state.services = people.services_aim(state, level, p)
        state.legitimacy = np.clip(base + p.consent_services * state.services, 0.0, 1.0)

    # calendar ---------------------------------------------------------------------------------------------------

    def forced(self, kind: str) -> list[Forcing]:
        """What the outside world does this month, of one kind."""
        of_kind = self._forcing.get(kind)
        if not of_kind:
            return []
        date = self.date
        return [f for f in of_kind if f.start <= date and (f.end is None or date <= f.end)]

    # the month --------------------------------------------------------------------------------------------------

    def step(self) -> None:
        """One month: all decide on last month's state, then everything is resolved."""
        for _ in self.month_by_phases():
            pass

    def month_by_phases(self) -> Iterator[None]:
        """One month, a phase at each turn: so runs that keep step with each other share what a phase needs of the processor."""
        self.open_month()
        yield
        policy_phases.deliver_policy(self.run)
        self._read_policy()
        yield
        orders, prospects = phases.decide_operations(self)
        yield
        self.run.plans.prospects[:] = prospects  # until decide_operations writes run.plans
        talks_phases.hold_talks(self.run)
        yield
        border_phases.negotiate(self, prospects)
        yield
        self.update_supply()
        yield
        fight = phases.fight(self, orders)
        yield
        border_phases.press_and_open(self, fight)
        phases.apply_forcing(self)
        yield
        trade_phases.mine_and_trade(self)
        yield
        self.balance_books()
        yield
        self.state.people[:] = self.people  # until the books write state.people
        policy_phases.recognise(self.run)
        yield
        self.close_month()

    def open_month(self) -> None:
        """Calendar, season, forcing."""
        state = self.state
        state.month = self.month
        state.tally.clear()
        for name in ("towns_changed", "operations", "civilians_dead"):
            state.totals[name] = 0
        self.ledger.open(state)
        calendar = int(self.date[5:])
        self.rains = monsoon_weight(calendar, self.p.season)
        self.road_factor = road_factor(calendar, self.p.season)
        state.clock["rains"], state.clock["road_factor"], self.run.date = self.rains, self.road_factor, self.date
        np.copyto(self.holder_before, state.holder)
        phases.apply_forcing(self)

    def update_supply(self) -> None:
        """Supply over roads, from the air, on the river."""
        relieved = supply.update(
            self.world,
            self.ground,
            self.state,
            self.draws,
            self.roads,
            self.p.supply,
            self.rains,
            policy_phases.airlift_places(self),
        )
        for place in relieved:
            holder = int(self.state.holder[place])
            tell(
                self,
                "siege_relieved",
                f"Boats relieve {self.name(holder)}'s garrison in {{place}}",
                holder,
                place=int(place),
            )

    def balance_books(self) -> None:
        """Taxes and budgets, services, people, harm."""
        p, state = self.p, self.state
        if compiled():
            self.accounts.balance(self, phases.conscription(self))
            return
        self.people = heads(self.world, state)
        means = policy_phases.patrons(self)
        services = budgets.step(self.world, self.ground, state, self.profile, means, p.budgets)
        airmen = (self.profile["air_support"] > 0).astype(float)
        cost = p.budgets.service_cost_usd
        people.serve(self.world, self.ground, state, services, cost, airmen, p.people, self.people)
        profile = phases.conscription(self)
        people.recruit(self.world, self.ground, state, self.draws, profile, self.start, p.people, self.people)
        harm.step(self.world, self.ground, state, self.draws, p.harm)

    def close_month(self) -> None:
        """Record the month and check the laws."""
        state = self.state
        self.ledger.close(state, self.mined)
        ended = self.date
        self.month += 1
        self.date = date_after(self.setup.start, self.month)
        self.exports_t = sum(state.flows.ore.ravel().tolist())
        self.towns_changed_hands = state.totals.towns_changed
        self.recorder.note(ended, state, self._extra(), self._taxes(), self.united_states.partner)
        self.running = self.month < self.setup.months
        self._collect()

    def _collect(self) -> None:
        # What DataCollector.collect would do; its checks of every reporter every month take longer than some phases.
        for name, series in self.datacollector.model_vars.items():
            series.append(getattr(self, name))

    def _read_policy(self) -> None:
        # until border, trade, war and books read run.policy
        policy = self.run.policy
        given = {kind: np.ascontiguousarray(policy[kind], np.float64) for kind in KINDS_OF_INSTRUMENTS}
        self.delivered = {kind: row for kind, row in given.items() if row.any()}
        self.link = np.ascontiguousarray(policy["link"][:-1], np.float64)

    def move_reserves(self, reach: Floats, staging: Floats, mobile_share: Floats) -> None:
        """Post the fighters that do not attack."""
        posting.move(self.ground, self.state, reach, staging, mobile_share, self.p.posting)

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

    def _extra(self) -> dict[str, float]:
        return {
            "western_followers": sum(1 for government in self.run.agents.western if government.recognises),
            "us_attention": self.united_states.attention,
            "china_quota_t": self.p.market.domestic_quota,
            "threat_credibility": self.united_states.credibility,
            "india_commitment": self.india.commitment,
            "japan_finance_usd": self.japan.paid,
        }

    def _taxes(self) -> Floats:
        return taxes_per_tonne(self)


@lru_cache(maxsize=4096)
def date_after(start: str, months: int) -> str:
    """The calendar month so many months after a start, as 2025-08."""
    number = 12 * int(start[:4]) + int(start[5:]) - 1 + months
    return f"{number // 12}-{number % 12 + 1:02d}"


def _default_spec() -> RunSpec:
    from model.scenario.read import load_scenario

    scenario = load_scenario("status_quo")
    return RunSpec.make(scenario.name, scenario.resolved())
