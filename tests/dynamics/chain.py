"""A small trade chain made by hand: four mines, four gates to China, one pass to India, three actors."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from agents.policy_parameters import QuadParameters
from model.compile import hand_over
from model.draws import Draws
from model.dynamics import market, mining, quad, season, trade
from model.dynamics.market import MarketParameters
from model.dynamics.mining import MineOrders, MiningParameters
from model.dynamics.quad import QuadProcessParameters
from model.dynamics.season import SeasonParameters
from model.dynamics.trade import Terms, TradeChain, TradeParameters
from model.parameters import record_of
from model.state import State, begin
from model.world.world import Buyer, Force, InitialState, World

JUNTA, KIA, UWSA = 0, 1, 2
ORE, REAGENT = 0, 1
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


@dataclass(repr=False)
class Chain:
    """A run of the trade chain alone: months in the order in which the model calls them."""

    world: World = field(default_factory=lambda: WORLD)
    start: str = "2023-10"
    mine_stop: str = "both"
    trade_parameters: TradeParameters = field(default_factory=TradeParameters)
    mining_parameters: MiningParameters = field(default_factory=MiningParameters)
    market_parameters: MarketParameters = field(default_factory=MarketParameters)
    licence: float = 1.0
    invested: float = 0.0
    rains: bool = True

    def __post_init__(self) -> None:
        initial = self.world.initial["2023-10"]
        self.state: State = begin(self.world, initial, self.mining_parameters.lead_months)
        self.draws = Draws(1)
        shares = np.array([0.8, 0.2])
        self.reference = market.begin(
            self.world, self.state, self.start, shares, np.full(2, 1.5), self.market_parameters
        )
        quad.begin(self.state, 20.0)
        rules = record_of(market=self.market_parameters, quad=QuadProcessParameters(), quad_partners=QuadParameters())
        land = {"to_india": np.array(self.world.crossing_country) == "India"}
        groups = {"state": self.state, "reference": self.reference, "rules": rules, "land": land}
        self.data = hand_over({**groups, "salts": self.draws.salts()})
        self.chain = TradeChain(self.world, self.trade_parameters, self.market_parameters)
        self.terms = Terms.plain(self.world)._replace(tax_yuan=np.array([20_000.0, 35_000.0, 20_000.0]))
        self.captured = np.zeros(len(self.world.mine_ids), bool)
        self.calendar = int(self.start[5:])
        self.totals: list[float] = []
        self.reports: dict[str, Any] = {}

    def __repr__(self) -> str:
        # What a failed property test needs to see: the shaken part, not the world.
        s = self.state
        shaken = (s.holder, s.stance, s.lanes, s.capacity, s.operating, s.reagent, s.in_process, s.stock)
        return f"Chain(month {self.calendar}, {shaken}, route {s.market.route_capacity}, {self.terms})"

    def month(self) -> None:
        """One month of the chain."""
        state, p = self.state, self.mining_parameters
        factor = season.road_factor(self.calendar, SeasonParameters()) if self.rains else 1.0
        bids = 1.0 + 0.15 * market.inventory_gap(state, self.reference)
        market.post_bids(state, self.reference, np.minimum(bids, 1.05), self.market_parameters)
        offer = trade.quote(self.chain, state, self.terms, factor, reagent_ratio=p.reagent_ratio)
        mines = len(self.world.mine_ids)
        orders = MineOrders(
            licence=np.full(mines, self.licence),
            net_back=offer.best,
            captured=self.captured,
            invested=np.full(mines, self.invested) * state.capacity,
            reagent_crossing=trade.reagent_crossings(self.chain, state),
            india_reagent=offer.india_reagent,
        )
        mined = mining.step(self.world, state, orders, factor, p, self.mine_stop)
        traded = trade.step(self.chain, state, offer, factor)
        market.trade_ore(self.data, 1.0, False)
        self.reports = {"mining": mined, "trade": traded, "offer": offer, "factor": factor}
        self.totals.append(float(state.flows.ore.sum()))
        state.month += 1
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
    """Chains in any state: holders, enemies, lanes, stores, taxes, contracts, threats."""
    chain = Chain(**settings)
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
    chain.terms = Terms(
        tax_rule=draw(arrays(np.int64, 3, elements=st.integers(0, 2))),
        tax_yuan=draw(shares(3, high=150_000.0)),
        tax_share=draw(shares(3, high=0.9)),
        premium=draw(shares(3)),
        passage=draw(shares(3)),
        purchase=draw(shares(5)),
        quad_freight=draw(st.floats(2_000.0, 40_000.0)),
        embargo=draw(st.floats(0.0, 1.0)),
    )
    return chain
