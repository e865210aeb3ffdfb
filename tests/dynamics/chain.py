"""A small trade chain made by hand: four mines, four gates to China, one pass to India, three actors."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from agents import buyers
from agents.armed.parameters import ArmedActorParameters
from model.dynamics import market, season
from model.dynamics.market import MarketParameters
from model.dynamics.mining import MiningParameters, work_mines
from model.dynamics.netback import NO_BID, TradeParameters, post_bids, quote
from model.dynamics.season import SeasonParameters
from model.dynamics.trade import move_ore
from model.run import Run, Setting, setting_of
from model.scenario.read import load_scenario
from model.scenario.schema import Scenario
from model.state import State, begin
from model.world.world import Buyer, Force, InitialState, World

JUNTA, KIA, UWSA = 0, 1, 2
GATES = ("PANGWA", "KANPAITI", "LAIZA", "MONG-PAWK", "PANGSAU")
MINES = ("CHIPWI", "TSAWLAW", "MOMAUK", "MONG-BAWK")
"""Places 0-3 are towns (Chipwi, Myitkyina, Momauk, Mong Pawk), 4-8 the gates, 9-12 the mines."""


def _initial(capacity: tuple[float, ...]) -> InitialState:
    places, forces = 13, 3
    holder = np.array([KIA, JUNTA, KIA, UWSA, KIA, KIA, KIA, UWSA, JUNTA, KIA, KIA, KIA, UWSA])
    control = np.zeros((forces + 1, 4))
    control[holder[:4], np.arange(4)] = 0.9
    control[3] = 0.1
    stance = np.array([[1, -1, 0], [-1, 1, 0], [0, 0, 1]])
    mines, cap = len(MINES), np.array(capacity)
    return InitialState(
        date="2023-10",
        holder=holder,
        attacker=np.full(places, -1),
        posts=np.ones(places, np.int64),
        control=control,
        troops=np.full((forces, places), 100),
        lanes=np.ones((5, 3)) * np.array([1, 1, 1, 1, 0])[:, None],
        capacity=cap,
        operating=np.full(mines, 0.9),
        reagent=cap * 14.0,
        in_process=cap * 0.6,
        stock=cap * 0.3,
        stance=stance,
        displaced=np.zeros(4),
        arms_left=np.ones(forces),
        strength=np.full((forces, 3), 1_300),
    )


def _land() -> dict[str, Any]:
    return {
        "codes": ("A", "B", "C", "D"),
        "names": ("Chipwi", "Myitkyina", "Momauk", "Mong Pawk town"),
        "states": ("Kachin", "Kachin", "Kachin", "Shan"),
        "row": np.arange(4),
        "col": np.arange(4),
        "lat": np.zeros(4),
        "lon": np.zeros(4),
        "population": np.full(4, 1e5),
        "area": np.full(4, 1e3),
        "terrain": ("mountain",) * 4,
        "river": np.zeros(4, bool),
        "site_ids": (*GATES, *(f"{mine}-MINES" for mine in MINES)),
        "site_kinds": ("gate",) * 5 + ("mine",) * 4,
        "site_parent": np.array([0, 1, 1, 3, 1, 0, 0, 2, 3]),
        "site_lat": np.zeros(9),
        "site_lon": np.zeros(9),
    }


def _roads_and_trade() -> dict[str, Any]:
    roads = [
        (0, 9),
        (9, 4),
        (9, 10),
        (0, 1),
        (1, 5),
        (1, 6),
        (6, 2),
        (2, 11),
        (11, 6),
        (3, 7),
        (3, 12),
        (12, 7),
        (1, 8),
    ]
    return {
        "borders": np.array([[0, 1], [1, 2], [2, 3]]),
        "border_km": np.full(3, 50.0),
        "border_kind": ("land",) * 3,
        "roads": np.array(roads),
        "road_km": np.full(len(roads), 40.0),
        "road_terrain": ("mountain",) * len(roads),
        "road_names": ("",) * len(roads),
        "crossing_ids": GATES,
        "crossing_names": GATES,
        "crossing_place": np.arange(4, 9),
        "crossing_country": ("China",) * 4 + ("India",),
        "crossing_capacity": np.array(
            [[4e3, 3e4, 10], [1.5e3, 1.2e4, 30], [1e3, 8e3, 30], [8e2, 6e3, 10], [300, 0, 2]]
        ),
        "mine_ids": MINES,
        "mine_names": MINES,
        "mine_place": np.arange(9, 13),
        "mine_crossing": np.array([0, 0, 2, 3]),
        "mine_cost": np.array([90_000.0, 95_000.0, 88_000.0, 85_000.0]),
    }


def make_world(capacity: tuple[float, ...] = (3_000.0, 500.0, 300.0, 400.0)) -> World:
    ids = ("JUNTA", "KIA", "UWSA")
    fields = {
        "name": "chain",
        **_land(),
        **_roads_and_trade(),
        "income_place": np.zeros(0, np.int64),
        "income_kind": (),
        "income_usd": np.zeros(0),
        "forces": tuple(
            Force(i, "EthnicArmedOrganization", i, home, (), {}) for i, home in zip(ids, "BAD", strict=True)
        ),
        "buyers": (Buyer("EAST", "East", "PANGWA", {}), Buyer("SOUTH", "South", "MONG-PAWK", {})),
        "initial": {"2023-10": _initial(capacity)},
    }
    return World(**fields, site_names=fields["site_ids"])


WORLD = make_world()


@lru_cache(maxsize=1)
def _scenario() -> Scenario:
    plain = load_scenario("status_quo").resolved()
    return Scenario.model_validate({**plain, "name": ""}, strict=False)


@lru_cache(maxsize=32)
def setting(
    trade: TradeParameters, mining: MiningParameters, market: MarketParameters, mine_stop: str, quad_freight: float
) -> Setting:
    """What chains with these tables share."""
    usual = _scenario()
    change: dict[str, Any] = {
        "processes": usual.processes.model_copy(update={"trade": trade, "mining": mining, "market": market}),
        "structure": usual.structure.model_copy(update={"mine_stop": mine_stop}),
        "quad": usual.quad.model_copy(update={"freight_usd_per_t": quad_freight}),
        "actors": {},
    }
    tables = {force.id: ArmedActorParameters() for force in WORLD.forces}
    return setting_of(usual.model_copy(update=change), WORLD, tables)


@dataclass(repr=False)
class Chain:
    """A run of the trade chain alone, without agents: months in the order in which the model calls them."""

    start: str = "2023-10"
    mine_stop: str = "both"
    trade_parameters: TradeParameters = field(default_factory=TradeParameters)
    mining_parameters: MiningParameters = field(default_factory=MiningParameters)
    market_parameters: MarketParameters = field(default_factory=MarketParameters)
    quad_freight: float = 1_500.0
    licence: float = 1.0
    invested: float = 0.0
    rains: bool = True

    def __post_init__(self) -> None:
        self.world, mines = WORLD, len(WORLD.mine_ids)
        self.state: State = begin(WORLD, WORLD.initial["2023-10"], self.mining_parameters.lead_months)
        shares = np.array([0.8, 0.2])
        self.reference = market.begin(WORLD, self.state, self.start, shares, np.full(2, 1.5), self.market_parameters)
        self.state.market["india_processing"] = 20.0
        tables = (self.trade_parameters, self.mining_parameters, self.market_parameters)
        self.run_of = Run(setting(*tables, self.mine_stop, self.quad_freight), self.state, 1, self.reference)
        self.quotes, self.actors = self.run_of.quotes, self.run_of.actors
        self.data = self.run_of.data
        self.state.ore_tax = np.array([20_000.0, 35_000.0, 20_000.0])
        self.captured = np.zeros(mines, bool)
        self.calendar = int(self.start[5:])
        self.totals: list[float] = []
        self.reports: dict[str, Any] = {}

    def __repr__(self) -> str:
        # What a failed property test needs to see: the shaken part, not the world.
        s, taxes = self.state, (self.actors["ore_tax_rule"], self.actors["ore_tax_share"], self.state.ore_tax)
        shaken = (s.holder, s.stance, s.lanes, s.capacity, s.operating, s.reagent, s.in_process, s.stock)
        policy = (self.run_of.policy["offtake"], self.run_of.policy["brokering"])
        return f"Chain(month {self.calendar}, {shaken}, route {s.market.route_capacity}, {taxes}, {policy})"

    def set_season(self) -> float:
        """Note the month's roads in the clock, and return their share of the dry-season capacity."""
        factor = season.road_factor(self.calendar, SeasonParameters()) if self.rains else 1.0
        self.state.clock["road_factor"] = factor
        return factor

    def quote(self) -> None:
        """Bids and quotes of the month."""
        self.set_season()
        self.quotes.factor[:] = NO_BID
        for b in range(len(self.quotes.factor)):
            buyers.bid(self.data, b)
        post_bids(self.data)
        quote(self.data)

    def mine(self) -> None:
        """Work the mines, with the licence and investment of this chain."""
        state, place = self.state, self.world.mine_place
        self.quotes.licence[:] = self.licence
        self.quotes.invested[:-1] = self.invested * state.capacity
        state.holder_before = state.holder
        state.holder_before[place[self.captured]] += 1
        work_mines(self.data)

    def month(self) -> None:
        """One month of the chain."""
        self.quote()
        self.mine()
        move_ore(self.data)
        market.trade_ore(self.data, 1.0, False)
        self.totals.append(float(self.state.flows.ore.sum()))
        self.state.month += 1
        self.calendar = self.calendar % 12 + 1

    def run(self, months: int) -> list[float]:
        """Totals exported in each of the next months, t."""
        for _ in range(months):
            self.month()
        return self.totals[-months:]

    def shut(self, *lanes: int, open_share: float = 0.0) -> None:
        """Set lanes of all gates to China."""
        for lane in lanes:
            self.state.lanes[:4, lane] = open_share


def shares(*shape: int, high: float = 1.0) -> st.SearchStrategy[Any]:
    """Arrays of numbers from 0 to ``high``, the ends among them."""
    inside = st.floats(0.0, high, allow_subnormal=False)
    return arrays(np.float64, shape, elements=st.one_of(st.sampled_from([0.0, high]), inside))


@st.composite
def shaken_chains(draw: st.DrawFn, /, **settings: Any) -> Chain:
    """Chains in any state: holders, enemies, lanes, stores, taxes, contracts."""
    chain = Chain(quad_freight=draw(st.sampled_from([300.0, 1_500.0, 5_600.0])), **settings)
    state, mines = chain.state, len(MINES)
    state.holder = draw(arrays(np.int64, 13, elements=st.integers(-1, 2)))
    upper = draw(arrays(np.int64, (3, 3), elements=st.integers(-1, 1)))
    state.stance = np.triu(upper, 1) + np.triu(upper, 1).T + np.eye(3, dtype=np.int64)
    state.lanes = draw(shares(5, 3))
    state.capacity = draw(shares(mines, high=4_000.0))
    state.operating = draw(shares(mines))
    state.reagent, state.stock = draw(shares(mines, high=9e4)), draw(shares(mines, high=9e3))
    state.in_process = draw(shares(mines, high=5_000.0))
    state.market.route_capacity = draw(st.floats(0.0, 600.0))
    chain.captured = draw(arrays(np.bool_, mines))
    chain.licence = draw(st.floats(0.0, 1.0))
    chain.calendar = draw(st.integers(1, 12))
    chain.actors["ore_tax_rule"] = draw(arrays(np.int64, 3, elements=st.integers(0, 2)))
    chain.actors["ore_tax_share"] = draw(shares(3, high=0.9))
    state.ore_tax = draw(shares(3, high=150_000.0))
    chain.run_of.policy["offtake"][:3], chain.run_of.policy["brokering"][:3] = draw(shares(3)), draw(shares(3))
    chain.quotes.beijing["embargo"] = draw(st.floats(0.0, 1.0))
    return chain
