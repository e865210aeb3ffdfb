"""One kernel for the mines and the trade of a month: bids, quotes, investment, mining, flows, taxes.

It runs the stages of :mod:`model.dynamics.netback`, ``mining`` and ``trade`` one after another; tuples of arguments are in
the order of :mod:`model.compiled.trading`, which gathers them. Index letters as in :mod:`model.kernels.ore`; ``B`` buyers.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.kernels import kernel, mines, ore, sums
from model.kernels.bound import Bound
from model.kernels.loops import EXP, EXPIT, LOG, NDTR, Loops, apply

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@kernel
def _bids(
    price: float, outbid: float, discount: float, buyers: tuple[Any, ...], store: tuple[Floats, Floats]
) -> tuple[Floats, float]:
    """(X,) yuan/t bid at each crossing, see :func:`model.dynamics.market.post_bids`, and the best of them or 0."""
    slope, reserve, china, stand = buyers
    inventory, target = store
    factors, best = np.empty(len(slope)), -np.inf
    for k in range(len(slope)):
        gap = 1.0 - inventory[k] / max(target[k], 1e-9)
        gap = min(max(gap, -2.0), 1.0)
        factors[k] = max(min(1.0 + slope[k] * gap, reserve[k]), 0.0) * outbid
        best = max(best, factors[k])
    if len(slope) == 0:
        best = 1.0
    out, most = np.empty(len(china)), 0.0
    for crossing in range(len(china)):
        out[crossing] = china[crossing] * (price * best * (1.0 - discount))
    for k in range(len(slope)):
        out[stand[k]] = max(out[stand[k]], price * factors[k])
    for crossing in range(len(china)):
        most = max(most, out[crossing])
    return out, most


@kernel
def _invest(
    loops: Loops, terms: tuple[Floats, Floats, Floats], margin: Floats, security: Floats, capacity: Floats
) -> Floats:
    """(K,) t/month that buyers would begin at each mine and abroad; see :func:`agents.buyers.invest_together`."""
    precision, wish, shares = terms
    buyers, options = len(precision), len(margin)
    out, total = np.zeros(options), sums.pairwise(capacity, 0, options)
    if total <= 0.0 or buyers == 0:
        return out
    weight, sum_of = np.empty((buyers, options)), np.empty(buyers)
    for buyer in range(buyers):
        most = -np.inf
        for k in range(options):
            weight[buyer, k] = precision[buyer] * max(margin[k], 0.0) * security[k]
            most = max(most, weight[buyer, k])
        for k in range(options):
            weight[buyer, k] -= most
    flat = weight.reshape(weight.size)
    apply(loops, EXP, flat, flat)
    for buyer in range(buyers):
        for k in range(options):
            weight[buyer, k] = capacity[k] * weight[buyer, k]
        sum_of[buyer] = sums.pairwise(weight[buyer], 0, options)
        budget = wish[buyer] * shares[buyer] * total
        for k in range(options):
            weight[buyer, k] = budget * weight[buyer, k] / sum_of[buyer]
    if options == 1:  # NumPy sums a single column in another order than several
        out[0] = sums.pairwise(flat, 0, buyers)
        return out
    for buyer in range(buyers):
        for k in range(options):
            out[k] += weight[buyer, k]
    return out


@kernel
def _to_india(
    rules: Any,
    access: tuple[Any, ...],
    road: tuple[float, float, float, float],
    ways: tuple[Any, ...],
    trade: tuple[Any, ...],
    war: tuple[Ints, Ints, Floats],
    season: float,
) -> tuple[Ints, Floats]:
    """(M,) crossing to India and (5, M) net-back before tax, limit, security, premium in USD, reagent that comes back."""
    owner, _, _, reagent = access
    holder, stance, control = war
    route, price, embargo, freight = road
    india, territory, corridor, shape, places, km, crossing_capacity = ways
    lanes, capacity, passage, premium = trade
    count = len(owner)
    if route <= 0.0 or len(india) == 0:
        found = np.zeros((5, count))
        found[0] = -np.inf
        return np.full(count, -1), found
    passing, extra = np.empty(count), np.empty(count)
    for mine in range(count):
        passing[mine] = passage[owner[mine]] if owner[mine] >= 0 else 0.0
        extra[mine] = premium[owner[mine]] if owner[mine] >= 0 else 0.0
    corridors = (corridor, shape, places, holder, passing, rules.corridor_leak, km)
    safe = ore.path_security(owner, stance, control, territory, *corridors)
    shares = (rules.india_price_share, rules.offtake_holder_share, rules.corridor_risk, rules.yuan_per_usd)
    values = (price, embargo, freight, rules.reagent_ratio, season, *shares)
    return ore.to_india(safe, route, india, crossing_capacity, lanes, reagent, capacity, extra, values)


@kernel
def _capture(
    captured: Bools, in_process: Floats, reagent: Floats, operating: Floats, rules: Any
) -> tuple[Floats, Floats]:
    """(M,) ore and reagent lost where mines changed hands; see ``model.dynamics.mining._capture``."""
    lost, spilt = np.zeros(len(captured)), np.zeros(len(captured))
    for mine in range(len(captured)):
        if captured[mine]:
            lost[mine], spilt[mine] = rules.capture_loss * in_process[mine], rules.capture_loss * reagent[mine]
            in_process[mine] -= lost[mine]
            reagent[mine] -= spilt[mine]
            operating[mine] = operating[mine] * rules.capture_operating
    return lost, spilt


@kernel
def _mine(
    loops: Loops,
    rules: Any,
    stop: tuple[bool, bool],
    mining: tuple[Any, ...],
    war: tuple[Any, ...],
    store: tuple[Any, ...],
    lanes: Floats,
    orders: tuple[Any, ...],
    season: float,
) -> Floats:
    """(7, M) what :class:`model.dynamics.mining.MiningReport` holds, but with ore lost on capture and spoilt apart."""
    place, home_crossing, cost, towns, crossing_capacity = mining
    holder, before, attacker, stance, control = war
    operating, reagent, in_process, stock, capacity, security, pipeline = store
    best, invested, through, from_india, allowed = orders
    around = sums.row_sums(mines.hostile_shares(holder, stance, control, place, towns))
    mood = (rules.security_siege, rules.security_lawless)
    security[:] = mines.secured(around, holder, attacker, place, security, rules.security_memory, mood)
    captured, earning, licence = np.empty(len(place), np.bool_), np.empty(len(place)), np.ones(len(place))
    for mine in range(len(place)):
        by = holder[place[mine]]
        captured[mine] = before[place[mine]] != by
        earning[mine] = max(best[mine], 1e-6) / cost[mine]
        if stop[0]:
            shut = 1 - lanes[home_crossing[mine], 0]
            licence[mine] = 1 - shut * (1 - (allowed[by] if by >= 0 else 0.0))
    apply(loops, LOG, earning, earning)
    for mine in range(len(place)):
        earning[mine] = earning[mine] / rules.cost_spread
    apply(loops, NDTR, earning, earning)
    lost, spilt = _capture(captured, in_process, reagent, operating, rules)
    wishes, stores = (licence, earning, best, invested, from_india), (operating, reagent, in_process, stock, capacity)
    values = (season, rules.storage_months, rules.restart, rules.reagent_ratio, rules.reagent_buffer)
    values_too = (rules.reagent_leak, rules.leach_rate, rules.stock_loss, rules.growth_cap, rules.use_needed)
    ends = (rules.seed_capacity, rules.depreciation)
    given = (wishes, through, security, cost, stores, pipeline, lanes, crossing_capacity)
    done = mines.work_mines(*given, (*values, *values_too, *ends), stop[1])
    out = np.empty((7, len(place)))
    out[:5], out[5], out[6] = done, lost, spilt
    return out


@kernel
def _quote(
    loops: Loops,
    rules: Any,
    chain: tuple[Any, ...],
    india: tuple[Any, ...],
    bids: Floats,
    purchase: Floats,
    access: tuple[Any, ...],
    road: tuple[float, float, float, float],
    now: tuple[Any, ...],
    season: float,
    terms: tuple[Any, ...],
) -> tuple[Ints, Floats, Floats]:
    """(M, 3) crossings and net-backs, and (10, M) the rest of :class:`model.dynamics.netback.Quote` from ``best`` on."""
    china, gate_capacity, home, freight = chain
    holder, stance, control, lanes, capacity = now
    tax_rule, yuan, share, cut, premium, passage = terms
    owner, usable, foreign, _ = access
    passing, room = ore.gate_room(lanes, purchase, china, gate_capacity)
    log_room = np.maximum(room, 1e-300)
    apply(loops, LOG, log_room, log_room)
    fixed, shares, _ = ore.taxes(tax_rule, yuan, share, cut, rules.invoiced, 0.0)
    costs = (rules.transit_share, rules.choice_scale, rules.smuggling_cost, rules.informal_tax_share)
    gates, taxes = (china, home, passing, room, log_room), (tax_rule, fixed, shares)
    values = (*costs, rules.smuggling_elasticity)
    crossing, net_back, of_china = ore.to_china(bids, freight, (usable, foreign, owner), gates, lanes, taxes, values)
    given = (lanes, capacity, passage, premium)
    through, of_india = _to_india(rules, access, road, india, given, (holder, stance, control), season)
    crossing[:, 2] = through
    kept, rest = of_china[4].copy(), np.empty((10, len(owner)))
    apply(loops, EXP, kept, kept)
    leaky, best = ore.finish_quote(net_back, of_china, kept, of_india[0], of_india[1], capacity, season, rules.leak)
    rest[0], rest[1], rest[2], rest[3], rest[4] = best, of_china[0], of_china[1], of_india[3], of_china[2]
    rest[6], rest[7], rest[8], rest[9] = leaky, of_india[1], of_india[2], of_india[4]
    for mine in range(len(owner)):
        rest[5, mine] = purchase[crossing[mine, 0]]
    return crossing, net_back, rest


@kernel
def _begun(
    loops: Loops,
    rules: Any,
    terms: tuple[Floats, Floats, Floats],
    mined: tuple[Floats, Floats, Floats, Floats],
    best_bid: float,
    others: float,
) -> Floats:
    """(M + 1,) t/month that buyers would begin at each mine, and abroad."""
    best, cost, security, capacity = mined
    last = len(best)
    margin, safe, size = np.empty(last + 1), np.ones(last + 1), np.empty(last + 1)
    for mine in range(last):
        margin[mine], safe[mine], size[mine] = best[mine] / cost[mine] - 1.0, security[mine], capacity[mine]
    margin[last], size[last] = best_bid / rules.cost_others - 1.0, others
    return _invest(loops, terms, margin, safe, size)


@kernel
def _write(out: tuple[Any, ...], bids: Floats, done: Floats, moved: tuple[Any, ...], quote: tuple[Any, ...]) -> None:
    """Write what the month's trade came to where it is wanted; see :func:`trade`."""
    posted, ore_moved, used, taxes, report, holder, crossing, net_back, rest = out
    posted[:], ore_moved[:], used[:], taxes[:] = bids, moved[0], moved[1], moved[2]
    holder[:], crossing[:], net_back[:], rest[:] = quote[0], quote[1], quote[2], quote[3]
    for mine in range(done.shape[1]):
        report[0, mine], report[1, mine], report[2, mine] = done[0, mine], done[1, mine], done[5, mine] + done[2, mine]
        report[3, mine], report[4, mine], report[5, mine] = done[3, mine], done[4, mine], done[6, mine]


@kernel
def trade(
    bound: Bound,
    price: float,
    outbid: float,
    season: float,
    others: float,
    road: float,
    embargo: float,
    inventory: Floats,
    premium: Floats,
    passage: Floats,
) -> tuple[float, float, float]:
    """Everything in :func:`model.phases.trade.mine_and_trade` up to the flows of ore, as it stands there in NumPy.

    Args:
        bound: what :class:`model.compiled.trading.Trading` binds: addresses of NumPy's loops; rules; whether holders' halts
            count, and whether lanes limit reagent; mining (places, own crossings, costs of mines, territory of each place,
            (X, 3) capacities of crossings); chain (gates' places, (M, C) within reach, crossings to China, (M, C) worth as
            ways for reagent, (C, 3) capacities, (M,) own gates, (M, C) freight, places of all crossings); india (crossings,
            territories, corridors, their shape, places, kilometres, (X, 3) capacities, freight); buyers (slopes, reserves,
            (X,) gates to China, stands, targets; precision, investment, shares of the market); war ((P,) holders, holders
            before the fights, attackers; stances; control); store (operating, reagent, in process, stock, capacity, security,
            pipeline of mines, which change); (X, 3) openness of lanes; terms ((F,) tax rules, yuan, shares, cuts,
            purchases, licences while the lane is shut); and what is written: (X,) bids, (M, 3) flows and crossings used,
            (F,) taxes in USD, (6, M) the rows of :class:`model.dynamics.mining.MiningReport`, and of a quote (M,) holders, (M, 3)
            crossings and net-backs, (10, M) the rest of :class:`model.dynamics.netback.Quote`.
        price: at the gate, yuan/t.
        outbid: factor that Beijing tells its buyers to pay on top.
        season: of the roads, 0-1.
        others: t/month of capacity in other countries.
        road: t/month that the road to India carries.
        embargo: 0-1, share of the reagent for ore bound for India that is withheld.
        inventory: (B,) t in the buyers' stores.
        premium: (F,) 0-1, share of the price that contracts add.
        passage: (F,) 0-1, how far brokers let convoys through.

    Returns:
        t/month that buyers would begin abroad; t of ore that left the pools, and of reagent used.
    """
    loops, table, stop, mining, chain, (india, freight_to_india), buyers, war, store, lanes, terms, out = bound.values
    rules, tax_rule, purchases = table[0], terms[:4], terms[4]
    gate, within, china, reagent_worth, gate_capacity, home, freight, crossing_place = chain
    holder, stance, control, capacity, stock = war[0], war[3], war[4], store[4], store[3]
    bids, most = _bids(price, outbid, rules.dealer_discount, buyers[:4], (inventory, buyers[4]))
    access = ore.ways_open(holder, mining[0], gate, within, stance, china, lanes, reagent_worth)
    keepers, purchase = holder[crossing_place], np.empty(len(crossing_place))
    for crossing in range(len(keepers)):
        purchase[crossing] = purchases[keepers[crossing]] if keepers[crossing] >= 0 else 1.0
    ways, now = (china, gate_capacity, home, freight), (holder, stance, control, lanes, capacity)
    to_india, taxed = (road, price, embargo, freight_to_india), (*tax_rule, premium, passage)
    quoted = _quote(loops, rules, ways, india, bids, purchase, access, to_india, now, season, taxed)
    crossings, net_back, rest = quoted
    best, tax, transit, premium_usd, opened = rest[0], rest[1], rest[2], rest[3], rest[4]
    bought, leaky, limit, from_india = rest[5], rest[6], rest[7], rest[9]
    invested = _begun(loops, rules, buyers[5:], (best, mining[2], store[5], capacity), most, others)
    orders = (best, invested[:-1], access[3], from_india, terms[5])
    done = _mine(loops, rules, stop, mining, war, store, lanes, orders, season)
    appeal = ore.appeals(best, net_back, opened, mining[2], rules.choice_scale, rules.reserve_share)
    flat = appeal.reshape(appeal.size)
    apply(loops, EXPIT, flat, flat)
    limits = (rules.normal_stock_months, rules.flow_limit_t, rules.road_capacity_t, rules.release, season)
    gates, where = (opened, bought, crossings), (stock, capacity, lanes, mining[4])
    flows, _, _ = ore.ore_flows(appeal, leaky, limit, gates, *where, limits)
    rates = (len(stance), rules.informal_tax_share, rules.yuan_per_usd)
    booked = ore.book_ore(flows, crossings, (tax, transit, premium_usd), access[0], keepers, stock, *rates)
    stock[:] = booked[0]
    _write(out, bids, done, (flows, booked[1], booked[2]), (access[0], crossings, net_back, rest))
    return invested[-1], sums.pairwise(done[1], 0, len(done[1])), sums.pairwise(done[4], 0, len(done[4]))
