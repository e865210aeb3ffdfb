"""What a tonne of ore would earn at each destination this month, through which crossing, and how much could pass.

The equations stand in :mod:`model.dynamics.trade`, which moves the ore; here are its parameters, the terms that actors and
instruments impose (:class:`Terms`), and the :class:`Quote` that miners, holders and buyers decide by.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from model.dynamics.market import MarketParameters, gate_price
from model.dynamics.mining import ORE, REAGENT
from model.dynamics.routes import Routes, routes_of
from model.parameters import ParameterTable, parameter
from model.state import CHINA_INFORMAL, CHINA_OFFICIAL, QUAD, State
from model.world.world import World

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

FIXED, AD_VALOREM, REVENUE_MAXIMISING = 0, 1, 2
TAX_RULES = ("fixed", "ad_valorem", "revenue_maximising")
"""Codes of the rules by which an actor taxes ore; the third sets the yuan that the first takes."""


class TradeParameters(ParameterTable):
    """Freight, smuggling, taxes, roads and corridors."""

    freight_yuan_per_t_km: float = parameter(
        10.0, low=2.0, high=40.0, unit="yuan/t/km", meaning="Freight on mountain roads.",
        source="assumed: several times the rate on Chinese highways",
    )  # fmt: skip
    reach_km: float = parameter(
        300.0, low=60.0, high=800.0, unit="km", meaning="Farthest gate to China that ore is hauled to if the own one is shut.",
        source="assumed: Pangwa ore left through Kanpaiti in February 2025 (SOURCES T3)",
    )  # fmt: skip
    home_km: float = parameter(
        60.0, low=0.0, high=200.0, unit="km", meaning="Haul to a mine's own gate where the world has no road between them.",
        source="SOURCES T7: 0-60 km from the Kachin mines to a Chinese gate; the longest", status="weakly identified",
    )  # fmt: skip
    reagent_km: float = parameter(
        100.0, low=10.0, high=500.0, unit="km", meaning="Distance on which a gate loses half its worth as the way for reagent.",
        source="assumed: reagent is seven times the ore's tonnage",
    )  # fmt: skip
    smuggling_cost: float = parameter(
        30_000.0, low=5_000.0, high=100_000.0, unit="yuan/t", meaning="Cost and risk of getting a tonne past the gate.",
        source="assumed",
    )  # fmt: skip
    leak: float = parameter(
        0.11, low=0.0, high=0.3, unit="0-1", meaning="Share of the mines' capacity that gets past a closed lane.",
        source="SOURCES P40", status="observed",
    )  # fmt: skip
    smuggling_elasticity: float = parameter(
        0.4, low=0.0, high=3.0, unit="-", meaning="How fast the share that dodges the gate rises with tax over price.",
        source="assumed",
    )  # fmt: skip
    informal_tax_share: float = parameter(
        0.3, low=0.0, high=1.0, unit="0-1", meaning="Share of the tax that smuggled ore pays nevertheless.",
        source="assumed: holders control the road out of the mines but not each truck",
    )  # fmt: skip
    transit_share: float = parameter(
        0.03, low=0.0, high=0.2, unit="0-1", meaning="Share of the bid that the holder of the gate takes from others' ore.",
        source="assumed",
    )  # fmt: skip
    choice_scale: float = parameter(
        10_000.0, low=1_000.0, high=50_000.0, unit="yuan/t", meaning="Difference of net-backs that matters in the choice.",
        source="assumed; the precision theta of equation 3.7 is its inverse",
    )  # fmt: skip
    reserve_share: float = parameter(
        0.5, low=0.0, high=1.0, unit="x mine cost", meaning="Net-back under which most ore stays in store.",
        source="assumed: the cost of ore in store is sunk, but miners wait for better prices",
    )  # fmt: skip
    flow_limit_t: float = parameter(
        4_100.0, low=3_500.0, high=7_000.0, unit="t/month", meaning="What is sold and hauled to China in a usual dry month.",
        source="SOURCES P42", status="weakly identified",
    )  # fmt: skip
    road_capacity_t: float = parameter(
        5_800.0, low=4_500.0, high=10_000.0, unit="t/month", meaning="What roads to China carry in a dry month at most.",
        source="SOURCES K5: 5.5 kt in May 2025", status="weakly identified",
    )  # fmt: skip
    normal_stock_months: float = parameter(
        1.5, low=0.5, high=4.0, unit="months of the flow limit", meaning="Stock beyond which more than usual is released.",
        source="assumed",
    )  # fmt: skip
    release: float = parameter(
        0.35, low=0.0, high=1.0, unit="1/month", meaning="Share of the stock beyond that which leaves in a month.",
        source="assumed from April-May 2025 (SOURCES T1)", status="weakly identified",
    )  # fmt: skip
    corridor_leak: float = parameter(
        0.15, low=0.0, high=1.0, unit="0-1", meaning="Share of convoys that gets through a town of a hostile actor.",
        source="assumed; observed flow to India about nil (SOURCES T7)",
    )  # fmt: skip
    corridor_risk: float = parameter(
        0.3, low=0.0, high=1.0, unit="x price", meaning="Loss and insurance on a corridor without security.",
        source="assumed",
    )  # fmt: skip
    india_price_share: float = parameter(
        0.8, low=0.4, high=1.2, unit="x Chinese price", meaning="What India pays for ore where no contract tops it up.",
        source="assumed: few plants for heavy rare earths there (SOURCES T7); no ore has been sold",
    )  # fmt: skip
    offtake_holder_share: float = parameter(
        0.5, low=0.0, high=1.0, unit="0-1", meaning="Share of an offtake's premium that the holder of the mines keeps.",
        source="assumed: the contract is with the holder, the ore is the miners'",
    )  # fmt: skip
    invoiced_share: float = parameter(
        0.2, low=0.0, high=1.0, unit="0-1", meaning="Share of the invoiced price taken where 35,000 is read as a price.",
        source="SOURCES K9; SOURCES T3", status="observed",
    )  # fmt: skip
    tax_review_months: int = parameter(
        3, low=1, high=24, unit="months", meaning="How often a revenue maximiser sets its tax anew.",
        source="equation E3.7; the KIA changed its terms between December 2024 and March 2025",
    )  # fmt: skip
    tax_grid_max: float = parameter(
        120_000.0, low=20_000.0, high=300_000.0, unit="yuan/t", meaning="Highest tax that a revenue maximiser considers.",
        source="definition of the search grid", status="definition",
    )  # fmt: skip
    tax_grid_steps: int = parameter(
        49, low=5, high=500, unit="-", meaning="Taxes that a revenue maximiser compares.",
        source="definition of the search grid", status="definition",
    )  # fmt: skip


class Terms(NamedTuple):
    """What actors and instruments impose on trade this month."""

    tax_rule: Ints
    """(F,) FIXED, AD_VALOREM or REVENUE_MAXIMISING."""
    tax_yuan: Floats
    """(F,) yuan/t under FIXED, and what a revenue maximiser has settled on."""
    tax_share: Floats
    """(F,) share of the bid under AD_VALOREM."""
    premium: Floats
    """(F,) what an offtake contract adds for ore from the actor's mines to what India would pay by itself, as a share of
    the Chinese price: level * (price floor - ``india_price_share``)."""
    passage: Floats
    """(F,) 0-1, how far agreements let convoys with ore from the actor's mines through hostile towns."""
    purchase: Floats
    """(X,) 0-1, share of the ore at each crossing that buyers are let buy; 1 where Beijing threatens nothing."""
    quad_freight: float
    """yuan/t from the mines to the Indian border."""
    embargo: float
    """0-1, share of the reagent for ore bound for India that China withholds."""

    @classmethod
    def plain(cls, world: World) -> Terms:
        """No tax, no contract, no threat: for tests and for a world without actors' orders."""
        forces, crossings = len(world.forces), len(world.crossing_ids)
        zeros = np.zeros(forces)
        return cls(
            np.zeros(forces, np.int64),
            zeros,
            zeros,
            zeros,
            zeros,
            np.ones(crossings),
            quad_freight=10_800.0,
            embargo=0.0,
        )


def read_tax(yuan: Floats, reading: str, parameters: TradeParameters) -> Floats:
    """Fixed taxes as ``structure.tax_reading`` has them: "tax": as they stand; "price": a share of the invoiced price."""
    return yuan * parameters.invoiced_share if reading == "price" else yuan


class Quote(NamedTuple):
    """What a tonne would earn this month, and what could pass; arrays over mines."""

    holder: Ints
    """(M,) who holds the mines; -1 nobody."""
    crossing: Ints
    """(M, 3) crossing to each destination; -1 where none leads there."""
    net_back: Floats
    """(M, 3) yuan/t at the mine."""
    best: Floats
    """(M,) the best net-back open to miners; the Quad's counts as far as its road could take the mines' output."""
    tax: Floats
    """(M,) yuan/t of the mines' holder; smuggled ore pays a share."""
    transit: Floats
    """(M,) yuan/t of the holder of the gate, where it is another actor."""
    premium_usd: Floats
    """(M,) USD/t that the holder gets from an offtake contract, on top of its tax."""
    open: Floats
    """(M,) 0-1, openness of the ore lane used; 0 where no gate can be reached."""
    purchase: Floats
    """(M,) 0-1, share of the mines' usual output that buyers at the gate are let buy."""
    leaky: Floats
    """(M,) t that smugglers could carry."""
    quad_limit: Floats
    """(M,) t that the road to India could carry for these mines alone."""
    path_security: Floats
    """(M,) 0-1, along the corridor to India."""
    india_reagent: Floats
    """(M,) t of reagent that trucks from India can bring."""


class Access(NamedTuple):
    """What follows from holders and stances alone."""

    holder: Ints
    """(M,) who holds the mines; -1 nobody."""
    stance: Floats
    """(F + 1, F + 1) stances with a last row and column of 0 for nobody, so that index -1 works."""
    usable: Bools
    """(M, C) whether ore from the mines can reach the gate: near enough, and not in the hands of an enemy."""
    foreign: Bools
    """(M, C) whether another actor holds the gate."""
    reagent: Ints
    """(M,) crossing to China through which reagent can best come; -1 where none can be reached."""


class TradeChain:
    """Static arrays of a run's trade: ways of its world, with its parameters.

    Args:
        world: the world.
        parameters: the table above.
        market: the market's table, for the exchange rate and gate prices.
    """

    def __init__(self, world: World, parameters: TradeParameters, market: MarketParameters) -> None:
        self.world, self.parameters, self.market = world, parameters, market
        self.routes: Routes = routes_of(world, parameters.home_km)
        routes = self.routes
        mines = np.arange(len(world.mine_ids))
        self.mines = mines
        self.within = routes.china_km <= parameters.reach_km
        self.within[mines, routes.home] = True
        km = np.where(self.within, routes.china_km, 0.0)
        self.freight = parameters.freight_yuan_per_t_km * km
        self.capacity = world.crossing_capacity[routes.china]
        self.gate = world.crossing_place[routes.china]
        self.reagent_worth = self.capacity[:, REAGENT] / (1.0 + km / parameters.reagent_km)
        self.corridor_territory = world.place_territory[routes.corridor_places]
        self._signature: tuple[bytes, ...] = ()
        self._access: Access | None = None

    def access(self, state: State) -> Access:
        """Who can use which gate; worked out again only when holders, stances or reagent lanes have changed."""
        signature = (state.holder.tobytes(), state.stance.tobytes(), state.lanes[:, REAGENT].tobytes())
        if self._access is None or signature != self._signature:
            self._signature, self._access = signature, _access(self, state)
        return self._access


def _access(chain: TradeChain, state: State) -> Access:
    holder, keeper = state.holder[chain.world.mine_place], state.holder[chain.gate]
    stance = np.zeros((len(state.stance) + 1, len(state.stance) + 1))
    stance[:-1, :-1] = state.stance
    usable = chain.within & (stance[holder[:, None], keeper] >= 0)
    foreign = (keeper != holder[:, None]) & (keeper >= 0)
    china = chain.routes.china
    # A closed lane still lets a little through: hence the small sum that keeps the order among closed ones.
    score = np.where(usable, (state.lanes[china, REAGENT] + 1e-3) * chain.reagent_worth, -np.inf)
    best = score.argmax(axis=1)
    return Access(holder, stance, usable, foreign, np.where(usable[chain.mines, best], china[best], -1))


def reagent_crossings(chain: TradeChain, state: State) -> Ints:
    """(M,) crossing to China through which reagent can best come; -1 where none can be reached."""
    return chain.access(state).reagent


def quote(chain: TradeChain, state: State, terms: Terms, season: float, *, reagent_ratio: float) -> Quote:
    """Work out net-backs, crossings and limits of this month, from prices, lanes, holders and terms as they stand.

    Args:
        chain: the run's trade chain.
        state: the state; nothing changes.
        terms: taxes, contracts and threats.
        season: share of their dry-season capacity that roads have, 0-1.
        reagent_ratio: t of reagent for a tonne of ore, for the trips that bring it from India.
    """
    p, access = chain.parameters, chain.access(state)
    holder = access.holder
    official, informal, open_share, transit, bids = _choose_gates(chain, state, terms, access)
    tax = _tax(terms, holder, bids[0])
    china = chain.routes.china
    net_back = np.empty((len(holder), 3))
    net_back[:, CHINA_OFFICIAL] = bids[0] - transit - tax - chain.freight[chain.mines, official]
    net_back[:, CHINA_INFORMAL] = bids[1] - p.smuggling_cost - p.informal_tax_share * tax
    net_back[:, CHINA_INFORMAL] -= chain.freight[chain.mines, informal]
    gate_open = state.lanes[china[informal], ORE]
    dodge = 1.0 - np.exp(-p.smuggling_elasticity * tax / np.maximum(bids[1], 1.0))
    leaky = state.capacity * season * (p.leak * (1.0 - gate_open) + dodge * gate_open)
    crossing = np.empty((len(holder), 3), np.int64)
    crossing[:, CHINA_OFFICIAL], crossing[:, CHINA_INFORMAL] = china[official], china[informal]
    india = _quote_india(chain, state, terms, access, season, reagent_ratio)
    crossing[:, QUAD] = india.crossing
    net_back[:, QUAD] = india.net_back - tax
    best = _best(state, net_back, open_share, leaky, india.limit)
    return Quote(
        holder=holder,
        crossing=crossing,
        net_back=net_back,
        best=best,
        tax=tax,
        transit=transit,
        premium_usd=india.premium_usd,
        open=open_share,
        purchase=terms.purchase[china[official]],
        leaky=leaky,
        quad_limit=india.limit,
        path_security=india.security,
        india_reagent=india.reagent,
    )


def _choose_gates(
    chain: TradeChain, state: State, terms: Terms, access: Access
) -> tuple[Ints, Ints, Floats, Floats, tuple[Floats, Floats]]:
    """Positions among the gates to China of the official and informal way, openness, transit tax and the two bids (M,)."""
    p, china = chain.parameters, chain.routes.china
    usable, foreign = access.usable, access.foreign
    bid = state.bid[china]
    worth = bid - chain.freight
    passing = state.lanes[china, ORE] * terms.purchase[china]
    room = passing * chain.capacity[:, ORE]
    # A gate is worth its net-back and, on the log scale of a logit choice, the room that it has.
    score = (worth - p.transit_share * bid * foreign) / p.choice_scale + np.log(np.maximum(room, 1e-300))
    official = _best_column(np.where(usable & (room > 0), score, -np.inf), chain.routes.home)
    informal = _best_column(np.where(usable, worth, -np.inf), chain.routes.home)
    at = (chain.mines, official)
    open_share = passing[official] * usable[at]
    transit = p.transit_share * bid[official] * foreign[at]
    return official, informal, open_share, transit, (bid[official], bid[informal])


def _best_column(score: Floats, fallback: Ints) -> Ints:
    return np.where(score.max(axis=1) > -np.inf, score.argmax(axis=1), fallback)


def _tax(terms: Terms, holder: Ints, bid: Floats) -> Floats:
    by_value = terms.tax_rule[holder] == AD_VALOREM
    tax = np.where(by_value, terms.tax_share[holder] * bid, terms.tax_yuan[holder])
    return np.where(holder >= 0, tax, 0.0)


def _best(state: State, net_back: Floats, open_share: Floats, leaky: Floats, quad_limit: Floats) -> Floats:
    """Best net-back (M,): a road for a hundred tonnes must not make thousands profitable, so it counts by its share."""
    official = np.where(open_share > 0, net_back[:, CHINA_OFFICIAL], 0.0)
    informal = np.where(leaky > 0, net_back[:, CHINA_INFORMAL], 0.0)
    best = np.maximum(np.maximum(official, informal), 0.0)
    share = np.minimum(1.0, quad_limit / np.maximum(state.capacity, 1e-9))
    return best + share * np.maximum(net_back[:, QUAD] - best, 0.0)


class _India(NamedTuple):
    crossing: Ints
    net_back: Floats
    limit: Floats
    security: Floats
    premium_usd: Floats
    reagent: Floats


def _quote_india(
    chain: TradeChain, state: State, terms: Terms, access: Access, season: float, reagent_ratio: float
) -> _India:
    """The way to India: crossing, net-back before tax, limit, security, and reagent that comes back; all (M,)."""
    p, holder, india = chain.parameters, access.holder, chain.routes.india
    mines = len(holder)
    zeros = np.zeros(mines)
    if state.market.route_capacity <= 0.0 or india.size == 0:
        return _India(np.full(mines, -1), np.full(mines, -np.inf), zeros, zeros, zeros, zeros)
    passage = np.where(holder >= 0, terms.passage[holder], 0.0)
    security = path_security(chain, state, access, passage)
    price = gate_price(state.market.price_ore, chain.market)
    lane = np.minimum(state.market.route_capacity, chain.world.crossing_capacity[india, ORE]) * state.lanes[india, ORE]
    room = security * lane
    best = room.argmax(axis=1)
    security = security[chain.mines, best]
    usable = room[chain.mines, best] * season
    # What China does not send of the reagent for this ore comes with the trucks, instead of ore's share of the trips.
    let_in = state.lanes[access.reagent, REAGENT] * chain.world.crossing_capacity[access.reagent, REAGENT]
    let_in = np.where(access.reagent >= 0, let_in, 0.0)
    served = np.minimum(1.0, let_in / np.maximum(reagent_ratio * state.capacity, 1e-9))
    withheld = np.maximum(terms.embargo, 1.0 - served)
    trips = np.maximum(1.0, withheld * reagent_ratio)
    premium = np.where(holder >= 0, terms.premium[holder], 0.0) * price
    freight = terms.quad_freight * (1.0 + withheld * reagent_ratio)
    net_back = (
        p.india_price_share * price
        + (1.0 - p.offtake_holder_share) * premium
        - freight
        - p.corridor_risk * (1.0 - security) * price
    )
    return _India(
        crossing=np.where(usable > 0, india[best], -1),
        net_back=np.where(usable > 0, net_back, -np.inf),
        limit=usable / trips,
        security=security,
        premium_usd=p.offtake_holder_share * premium / chain.market.yuan_per_usd,
        reagent=np.minimum(usable, withheld * reagent_ratio * usable / trips),
    )


def path_security(chain: TradeChain, state: State, access: Access, passage: Floats) -> Floats:
    """Security of the corridors to India, (M, I), 0-1: that of their worst place, as in a minimum cut.

    A place's security is 1 less the share of its countryside that is hostile to the mines' holder, times a declared
    leak if its town or site is held by a hostile actor; agreements (``passage``) raise the leak towards 1.

    Args:
        chain: the run's trade chain.
        state: the state.
        access: holders and stances, from :meth:`TradeChain.access`.
        passage: (M,) 0-1, see :class:`Terms`.
    """
    routes, mines = chain.routes, len(access.holder)
    hostile = (access.stance[access.holder] < 0).astype(np.float64)
    around = state.control[:-1, chain.corridor_territory]
    through = np.zeros((mines, around.shape[1]))
    for other, shares in enumerate(around):  # one actor after another, which a matrix product does not promise
        through += hostile[:, other, None] * shares
    town = hostile[:, state.holder[routes.corridor_places]]
    leak = chain.parameters.corridor_leak
    let = leak + (1.0 - leak) * passage
    safe = np.ones((mines, routes.corridor_places.size + 1))
    # Passage covers the road through hostile countryside as well: an agreement is with whoever is there.
    safe[:, :-1] = (1.0 - through * (1.0 - passage[:, None])) * (1.0 - town * (1.0 - let[:, None]))
    along = safe[chain.mines[:, None], routes.corridor].reshape(routes.corridor_shape)
    reached = np.isfinite(routes.india_km)
    return np.where(reached, along.min(axis=2), 0.0)
