"""Net-backs: earnings per tonne at each destination this month, the crossing used, and the possible quantity.

Three destinations: China through the gate (*official*), China past it (*informal*), and the *Quad* through a crossing to
India. Net-back of a tonne at the mine, yuan/t (equation 3.7; each charge enters here and nowhere else, K6)::

    official: bid * (1 - transit) - freight * km - tax
    informal: bid - freight * km - smuggling_cost - informal_tax_share * tax
    quad:     what :mod:`model.dynamics.corridor` gives, less tax

``bid`` stands at the border without VAT and the import side's charges (:func:`model.dynamics.taxes.gate_price`). Smugglers could
carry, in tonnes a month, ``capacity * season * (leak * (1 - open) + (1 - exp(-elasticity * tax / bid)) * open)``.

Ore goes to the gate with the best net-back and, on the log scale of a logit choice, most room; smugglers go to the gate with the
best bid less freight. An enemy's gate is shut to the mines. :mod:`model.dynamics.trade` moves the ore.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf, log
from typing import Any

from model.arrays import ArrayGroup, Floats, Ints, per, record, record_maker
from model.compile import compiled
from model.dynamics.corridor import at_war, quote_india
from model.dynamics.mining import margin
from model.dynamics.taxes import gate_price, tax_per_tonne
from model.parameters import ParameterTable, parameter
from model.state import CHINA_INFORMAL, CHINA_OFFICIAL, ORE, QUAD, REAGENT

NO_BID = -1.0
"""Bid of a buyer that bids nothing."""

_beijing_record = record_maker(
    ("outbid", float),  # factor that Beijing tells its buyers to pay on top
    ("embargo", float),  # 0-1, share of the reagent for ore bound for India that it withholds
)


class TradeParameters(ParameterTable):
    """Freight, smuggling, taxes, roads and corridors."""

    freight_yuan_per_t_km: float = parameter(10.0, low=2.0, high=40.0, unit="yuan/t/km")
    """Freight on mountain roads. Source: assumed: several times the rate on Chinese highways."""
    reach_km: float = parameter(300.0, low=60.0, high=800.0, unit="km")
    """Maximum distance to another crossing to China if the nearest is closed. Source: assumed: Pangwa ore left
    through Kanpaiti in February 2025 (SOURCES T3)."""
    reagent_km: float = parameter(100.0, low=10.0, high=500.0, unit="km")
    """Distance over which a crossing loses half of its value for supplying reagent. Source: assumed: reagent is
    seven times the ore's tonnage."""
    smuggling_cost: float = parameter(30_000.0, low=5_000.0, high=100_000.0, unit="yuan/t")
    """Cost and risk of smuggling a tonne past the crossing."""
    leak: float = parameter(0.11, low=0.0, high=0.3, unit="0-1", status="observed")
    """Share of mine capacity that can be smuggled past a closed lane. Source: SOURCES P40."""
    smuggling_elasticity: float = parameter(0.4, low=0.0, high=3.0, unit="-")
    """Rise of the smuggled share with the ratio of tax to price."""
    informal_tax_share: float = parameter(0.3, low=0.0, high=1.0, unit="0-1")
    """Share of the tax still paid on smuggled ore. Source: assumed: holders control the road out of the mines but
    not each truck."""
    choice_scale: float = parameter(10_000.0, low=1_000.0, high=50_000.0, unit="yuan/t")
    """Scale of net-back differences in the choice of buyer. Source: assumed; the precision theta of equation 3.7 is
    its inverse."""
    flow_limit_t: float = parameter(4_100.0, low=3_500.0, high=7_000.0, unit="t/month", status="weakly identified")
    """Ore usually sold and hauled to China in a dry month. Source: SOURCES P42."""
    road_capacity_t: float = parameter(5_800.0, low=4_500.0, high=10_000.0, unit="t/month", status="weakly identified")
    """Maximum capacity of the roads to China in a dry month. Source: SOURCES K5: 5.5 kt in May 2025."""
    normal_stock_months: float = parameter(1.5, low=0.5, high=4.0, unit="months of the flow limit")
    """Stock above which more than usual is released."""
    release: float = parameter(0.35, low=0.0, high=1.0, unit="1/month", status="weakly identified")
    """Share of the excess stock that leaves in a month. Source: assumed from April-May 2025 (SOURCES T1)."""
    corridor_leak: float = parameter(0.15, low=0.0, high=1.0, unit="0-1")
    """Share of convoys that get through a town held by a hostile actor. Source: assumed; observed flow to India
    about nil (SOURCES T7)."""
    india_price_share: float = parameter(0.8, low=0.4, high=1.2, unit="x Chinese price")
    """India's price for ore without a contract premium. Source: assumed: few plants for heavy rare earths there
    (SOURCES T7); no ore has been sold."""
    offtake_holder_share: float = parameter(0.5, low=0.0, high=1.0, unit="0-1")
    """Share of an offtake premium kept by the holder of the mines. Source: assumed: the contract is with the holder,
    the ore is the miners'."""
    invoiced_share: float = parameter(0.2, low=0.0, high=1.0, unit="0-1", status="observed")
    """Share of the invoiced price taken if 35,000 is read as a price. Source: SOURCES K9; SOURCES T3."""
    tax_grid_max: float = parameter(120_000.0, low=20_000.0, high=300_000.0, unit="yuan/t", status="definition")
    """Highest tax considered by a revenue maximiser. Source: definition of the search grid."""
    tax_grid_steps: int = parameter(49, low=5, high=500, unit="-", status="definition")
    """Number of taxes compared by a revenue maximiser. Source: definition of the search grid."""


@dataclass
class Quotes(ArrayGroup):
    """What a tonne of ore would earn, what could pass, and what agents decide by it; compiled code has it as ``run.quotes``.

    Everything but the last two is rewritten every month, in the same arrays. ``M`` mines, ``B`` buyers.
    """

    holder: Ints = per("M", start=-1)
    """Who holds the mines; -1 nobody."""
    crossing: Ints = per("M, 3", start=-1)
    """Crossing to each destination; -1 where none leads there."""
    net_back: Floats = per("M, 3")
    """yuan/t at the mine."""
    best: Floats = per("M")
    """The best net-back open to miners; the Quad's counts as far as its road could take the mines' output."""
    tax: Floats = per("M")
    """yuan/t of the mines' holder; smuggled ore pays a share."""
    transit: Floats = per("M")
    """yuan/t of the holder of the gate, where it is another actor."""
    premium_usd: Floats = per("M")
    """USD/t that the holder gets from an offtake contract, on top of its tax."""
    open: Floats = per("M")
    """0-1, openness of the ore lane used; 0 where no gate can be reached."""
    leaky: Floats = per("M")
    """t that smugglers could carry."""
    quad_limit: Floats = per("M")
    """t that the road to India could carry for these mines alone."""
    quad_wanted: Floats = per("M")
    """t that would go to India, were the road without limits."""
    india_value: Floats = per("M")
    """yuan/t at the mine of ore that goes to India, whether or not the road can take any; minus infinity without a way."""
    india_gate: Floats = per("M")
    """0-1, openness of India's gate at the end of the corridor."""
    ore_trips: Floats = per("M")
    """0-1, share of the trips that reagent leaves to ore."""
    path_security: Floats = per("M")
    """0-1, along the corridor to India."""
    india_reagent: Floats = per("M")
    """t of reagent that trucks from India can bring."""
    reagent_crossing: Ints = per("M", start=-1)
    """Crossing to China through which reagent can best come; -1 where none can be reached."""
    option_margin: Floats = per("M + 1")
    option_security: Floats = per("M + 1")
    option_capacity: Floats = per("M + 1")
    """Where buyers may invest, at the mines and abroad: profit over cost, 0-1, and t/month at work there already."""
    factor: Floats = per("B", start=NO_BID)
    """Bid of each buyer over the market price; NO_BID for none."""
    licence: Floats = per("M", start=1)
    """0-1, share of the work that the holder allows."""
    invested: Floats = per("M + 1")
    """t/month of capacity that buyers would begin at a margin of 100% and full security, at the mines and abroad."""
    beijing: Any = record(_beijing_record, outbid=1.0)
    """Record: ``outbid``, ``embargo``."""


# equations


@compiled
def transit_charge(bid: float, foreign: bool, rate: float) -> float:
    """Yuan/t that the holder of a gate takes from ore of others' mines, at the rate of its toll on goods."""
    return rate * bid if foreign else 0.0


@compiled
def official_net_back(bid: float, freight: float, transit: float, tax: float) -> float:
    """Yuan/t at the mine of ore that goes through the gate."""
    return bid - transit - tax - freight


@compiled
def informal_net_back(bid: float, freight: float, tax: float, rules: Any) -> float:
    """Yuan/t at the mine of ore that goes past the gate."""
    return bid - rules.smuggling_cost - rules.informal_tax_share * tax - freight


@compiled
def dodging_share(tax: float, bid: float, rules: Any) -> float:
    """Most of the ore that dodges an open gate, 0-1, for the tax there."""
    return 1.0 - exp(-rules.smuggling_elasticity * tax / max(bid, 1.0))


@compiled
def leaky_share(open_share: float, dodging: float, rules: Any) -> float:
    """Share of the mines' capacity that smugglers could carry in the dry season, past a gate as far open as that."""
    return rules.leak * (1.0 - open_share) + dodging * open_share


@compiled
def best_net_back(official: float, informal: float, quad: float, quad_share: float) -> float:
    """The best net-back: a road for a hundred tonnes must not make thousands profitable, so it counts by its share."""
    most = max(official, informal, 0.0)
    return most + quad_share * max(quad - most, 0.0)


# process: bids


@compiled
def post_bids(run: Any) -> None:
    """Post (X,) ``state.bid``, yuan/t at the gates to China: the best bid of all; dealers pay the market price where nobody bids."""
    state, land, factor = run.state, run.land, run.quotes.factor
    price, best = gate_price(state.market.price_ore, run.rules.market), NO_BID
    for b in range(len(factor)):
        best = max(best, factor[b])
    best = 1.0 if best == NO_BID else best
    for x in range(len(state.bid)):
        state.bid[x] = price * best if land.chinese[x] else 0.0


# process: quotes


@compiled
def quote(run: Any) -> None:
    """Work out this month's ``run.quotes``, from bids, lanes, holders and contracts as they stand."""
    for m in range(len(run.land.mine_place)):
        run.quotes.holder[m] = run.state.holder[run.land.mine_place[m]]
        quote_reagent(run, m)
        quote_china(run, m)
        quote_india(run, m)
        quote_best(run, m)
    list_abroad(run)


@compiled
def can_use(run: Any, m: int, k: int) -> bool:
    """Whether ore from the mines can reach a gate to China: near enough, and not in the hands of an enemy."""
    return run.land.within[m, k] and not at_war(run, run.quotes.holder[m], run.state.holder[run.land.gate[k]])


@compiled
def is_foreign(run: Any, m: int, k: int) -> bool:
    """Whether another actor than the mines' holder holds the gate."""
    keeper = run.state.holder[run.land.gate[k]]
    return keeper >= 0 and keeper != run.quotes.holder[m]


@compiled
def quote_reagent(run: Any, m: int) -> None:
    """Find the gate through which reagent can best come."""
    land, best, most = run.land, -1, -inf
    for k in range(len(land.china)):
        # A closed lane still lets a little through: hence the small sum that keeps the order among closed ones.
        score = (run.state.lanes[land.china[k], REAGENT] + 1e-3) * land.reagent_worth[m, k]
        if score > most and can_use(run, m, k):
            best, most = land.china[k], score
    run.quotes.reagent_crossing[m] = best


@compiled
def official_gate(run: Any, m: int) -> int:
    """Position among the gates to China of the best one with room; the mines' own where none can be used."""
    land, rules, best, most = run.land, run.rules.trade, run.land.own_gate[m], -inf
    for k in range(len(land.china)):
        free = run.state.lanes[land.china[k], ORE] * land.gate_capacity[k, ORE]
        if free > 0.0 and can_use(run, m, k):
            bid = run.state.bid[land.china[k]]
            worth = bid - land.freight[m, k] - transit_charge(bid, is_foreign(run, m, k), run.rules.budgets.toll_rate)
            score = worth / rules.choice_scale + log(max(free, 1e-300))
            if score > most:
                best, most = k, score
    return best


@compiled
def informal_gate(run: Any, m: int) -> int:
    """Position among the gates to China of the one past which smugglers earn most; the mines' own where none can be used."""
    land, best, most = run.land, run.land.own_gate[m], -inf
    for k in range(len(land.china)):
        worth = run.state.bid[land.china[k]] - land.freight[m, k]
        if worth > most and can_use(run, m, k):
            best, most = k, worth
    return best


@compiled
def quote_china(run: Any, m: int) -> None:
    """Quote the two ways to China: gates, tax, transit, net-backs, openness, what smugglers could carry."""
    state, land, quotes, rules, by = run.state, run.land, run.quotes, run.rules.trade, run.quotes.holder[m]
    gate, past = official_gate(run, m), informal_gate(run, m)
    bid, other = state.bid[land.china[gate]], state.bid[land.china[past]]
    tax = tax_per_tonne(run, by, bid) if by >= 0 else 0.0
    transit = transit_charge(bid, is_foreign(run, m, gate), run.rules.budgets.toll_rate)
    quotes.tax[m], quotes.transit[m] = tax, transit
    quotes.crossing[m, CHINA_OFFICIAL], quotes.crossing[m, CHINA_INFORMAL] = land.china[gate], land.china[past]
    quotes.net_back[m, CHINA_OFFICIAL] = official_net_back(bid, land.freight[m, gate], transit, tax)
    quotes.net_back[m, CHINA_INFORMAL] = informal_net_back(other, land.freight[m, past], tax, rules)
    quotes.open[m] = state.lanes[land.china[gate], ORE] if can_use(run, m, gate) else 0.0
    leaky = leaky_share(state.lanes[land.china[past], ORE], dodging_share(tax, other, rules), rules)
    quotes.leaky[m] = state.capacity[m] * state.clock.road_factor * leaky


@compiled
def quote_best(run: Any, m: int) -> None:
    """Quote the best net-back open to miners, and list the mines as an option for buyers' money."""
    state, quotes = run.state, run.quotes
    official = quotes.net_back[m, CHINA_OFFICIAL] if quotes.open[m] > 0.0 else 0.0
    informal = quotes.net_back[m, CHINA_INFORMAL] if quotes.leaky[m] > 0.0 else 0.0
    share = min(1.0, quotes.quad_limit[m] / max(state.capacity[m], 1e-9))
    quotes.best[m] = best_net_back(official, informal, quotes.net_back[m, QUAD], share)
    quotes.option_margin[m] = margin(quotes.best[m], run.land.mine_cost[m])
    quotes.option_security[m], quotes.option_capacity[m] = state.security[m], state.capacity[m]


@compiled
def list_abroad(run: Any) -> None:
    """List other countries as an option for buyers' money; they pay their best bid for ore from there as well."""
    quotes, bid, last = run.quotes, 0.0, len(run.quotes.holder)
    for x in range(len(run.state.bid)):
        bid = max(bid, run.state.bid[x])
    quotes.option_margin[last] = margin(bid, run.rules.market.cost_others)
    quotes.option_security[last], quotes.option_capacity[last] = 1.0, run.state.market.other_origins
