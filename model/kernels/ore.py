"""Kernels of the quote: what a tonne of ore would earn at each destination; see :mod:`model.dynamics.netback`.

Index letters: ``M`` mines, ``C`` crossings to China, ``I`` to India, ``U`` places on the corridors to India, ``X`` crossings.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.kernels import kernel, sums

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

ORE, REAGENT = 0, 1


@kernel
def taxes(
    rule: Ints, yuan: Floats, share: Floats, cut: Floats, invoiced: float, price: float
) -> tuple[Floats, Floats, Floats]:
    """(F,) each actor's tax in yuan/t and as a share after what deals give up, and what it comes to at a price.

    Args:
        rule: (F,) 0 fixed, 1 a share of the value, 2 what brings most.
        yuan: (F,) yuan/t that is settled on.
        share: (F,) of the value.
        cut: (F,) share of the tax that a deal gives up.
        invoiced: part of a fixed tax that is paid.
        price: yuan/t at the gate.
    """
    fixed, shares, comes_to = np.empty(len(rule)), np.empty(len(rule)), np.empty(len(rule))
    for f in range(len(rule)):
        left = 1 - cut[f]
        fixed[f] = (yuan[f] * invoiced if rule[f] == 0 else yuan[f]) * left
        shares[f] = share[f] * left
        comes_to[f] = shares[f] * price if rule[f] == 1 else fixed[f]
    return fixed, shares, comes_to


@kernel
def taxes_at(rule: Ints, yuan: Floats, share: Floats, cut: Floats, invoiced: float, price: float) -> Floats:
    """(F,) yuan/t that each actor's tax comes to at a price; see :func:`taxes`."""
    return taxes(rule, yuan, share, cut, invoiced, price)[2]


@kernel
def ways_open(
    holder: Ints,
    mine_place: Ints,
    gate: Ints,
    within: Bools,
    stance: Ints,
    china: Ints,
    lanes: Floats,
    reagent_worth: Floats,
) -> tuple[Ints, Bools, Bools, Ints]:
    """Who holds the mines, and the last three arrays of :class:`model.dynamics.netback.Access`, in its order.

    Args:
        holder: (P,) who holds each place.
        mine_place: (M,) places of the mines.
        gate: (C,) places of the crossings to China.
        within: (M, C) gates near enough.
        stance: (F, F) who fights whom.
        china: (C,) the crossings to China.
        lanes: (X, 3) openness.
        reagent_worth: (M, C) worth of each gate as the way for reagent.
    """
    mines, gates = len(mine_place), len(gate)
    owner, reagent = np.empty(mines, np.int64), np.empty(mines, np.int64)
    usable, foreign = np.empty((mines, gates), np.bool_), np.empty((mines, gates), np.bool_)
    for mine in range(mines):
        owner[mine] = holder[mine_place[mine]]
        most, best = -np.inf, -1
        for k in range(gates):
            keeper = holder[gate[k]]
            at_war = owner[mine] >= 0 and keeper >= 0 and stance[owner[mine], keeper] < 0
            usable[mine, k] = within[mine, k] and not at_war
            foreign[mine, k] = keeper != owner[mine] and keeper >= 0
            if usable[mine, k]:
                # A closed lane still lets a little through: hence the small sum that keeps the order among closed ones.
                score = (lanes[china[k], REAGENT] + 1e-3) * reagent_worth[mine, k]
                if score > most:
                    most, best = score, k
        reagent[mine] = china[best] if best >= 0 else -1
    return owner, usable, foreign, reagent


@kernel
def gate_room(lanes: Floats, purchase: Floats, china: Ints, capacity: Floats) -> tuple[Floats, Floats]:
    """(C,) share of the ore that may pass each gate to China, and (C,) t that have room."""
    passing, room = np.empty(len(china)), np.empty(len(china))
    for gate in range(len(china)):
        passing[gate] = lanes[china[gate], ORE] * purchase[china[gate]]
        room[gate] = passing[gate] * capacity[gate, ORE]
    return passing, room


@kernel
def _best_gate(score: Floats, fallback: int) -> int:
    best, at = -np.inf, fallback
    for gate in range(len(score)):
        if score[gate] > best:
            best, at = score[gate], gate
    return at


@kernel
def to_china(
    bids: Floats,
    freight: Floats,
    access: tuple[Bools, Bools, Ints],
    gates: tuple[Ints, Ints, Floats, Floats, Floats],
    lanes: Floats,
    taxes: tuple[Ints, Floats, Floats],
    values: tuple[float, float, float, float, float],
) -> tuple[Ints, Floats, Floats]:
    """The ways to China: (M, 3) crossings, (M, 3) net-backs (the last column of both is left to fill), (5, M) numbers.

    Args:
        bids: (X,) yuan/t.
        freight: (M, C) yuan/t.
        access: (M, C) usable gates, (M, C) gates that another actor holds, (M,) holders.
        gates: (C,) crossings, (M,) each mine's own gate, (C,) share that may pass, (C,) room and (C,) its logarithm.
        lanes: (X, 3) openness.
        taxes: (F,) rules, yuan/t and shares.
        values: ``transit_share, choice_scale, smuggling_cost, informal_tax_share, smuggling_elasticity``.

    Returns:
        The rows of the last: tax, transit, openness of the gate used, openness of the smugglers' gate, and what the share
        that dodges the gate is the exponential of.
    """
    usable, foreign, holder = access
    china, home, passing, room, log_room = gates
    rule, yuan, share = taxes
    by_transit, scale, smuggling, by_smugglers, elasticity = values
    mines, count = freight.shape
    crossing, net_back, out = np.full((mines, 3), -1), np.empty((mines, 3)), np.empty((5, mines))
    score, worth = np.empty(count), np.empty(count)
    for mine in range(mines):
        for gate in range(count):
            bid = bids[china[gate]]
            score[gate], worth[gate] = -np.inf, -np.inf
            if usable[mine, gate]:
                worth[gate] = bid - freight[mine, gate]
                if room[gate] > 0:
                    charged = by_transit * bid * (1.0 if foreign[mine, gate] else 0.0)
                    score[gate] = (worth[gate] - charged) / scale + log_room[gate]
        official, informal = _best_gate(score, home[mine]), _best_gate(worth, home[mine])
        bid, past = bids[china[official]], bids[china[informal]]
        transit = by_transit * bid * (1.0 if foreign[mine, official] else 0.0)
        tax = 0.0
        if holder[mine] >= 0:
            tax = share[holder[mine]] * bid if rule[holder[mine]] == 1 else yuan[holder[mine]]
        net_back[mine, 0] = bid - transit - tax - freight[mine, official]
        net_back[mine, 1] = past - smuggling - by_smugglers * tax - freight[mine, informal]
        crossing[mine, 0], crossing[mine, 1] = china[official], china[informal]
        out[0, mine], out[1, mine] = tax, transit
        out[2, mine] = passing[official] * (1.0 if usable[mine, official] else 0.0)
        out[3, mine] = lanes[china[informal], ORE]
        out[4, mine] = -elasticity * tax / max(past, 1.0)
    return crossing, net_back, out


@kernel
def path_security(
    owner: Ints,
    stance: Ints,
    control: Floats,
    territory: Ints,
    corridor: Ints,
    shape: tuple[int, int, int],
    places: Ints,
    holder: Ints,
    passage: Floats,
    leak: float,
    km: Floats,
) -> Floats:
    """(M, I) security of the corridors to India; see :func:`model.dynamics.netback.path_security`.

    Args:
        owner: (M,) who holds the mines; -1 nobody.
        stance: (F, F) who fights whom.
        control: (F + 1, N) shares of the countryside.
        territory: (U,) territories of the places on the corridors.
        corridor: (M, I * L) positions of places along each corridor, padded with U.
        shape: M, I and L.
        places: (U,) places on the corridors.
        holder: (P,) who holds each place.
        passage: (M,) 0-1, how far agreements let convoys through.
        leak: share that passes a hostile town.
        km: (M, I) length of the corridors; inf where there is none.
    """
    mines, ways, length = shape
    out, safe, through = np.zeros((mines, ways)), np.ones(len(places) + 1), np.empty(len(places))
    for mine in range(mines):
        by, let = owner[mine], leak + (1.0 - leak) * passage[mine]
        same = mine > 0 and by == owner[mine - 1]
        if not same:
            through[:] = 0.0
            for other in range(len(stance) if by >= 0 else 0):
                if stance[by, other] < 0:
                    for at in range(len(places)):
                        through[at] += control[other, territory[at]]
        for at in range(0 if same and passage[mine] == passage[mine - 1] else len(places)):
            held = holder[places[at]]
            town = 1.0 if by >= 0 and held >= 0 and stance[by, held] < 0 else 0.0
            safe[at] = (1.0 - through[at] * (1.0 - passage[mine])) * (1.0 - town * (1.0 - let))
        for way in range(ways):
            if not np.isfinite(km[mine, way]):
                continue
            worst = np.inf
            for step in range(length):
                worst = min(worst, safe[corridor[mine, way * length + step]])
            out[mine, way] = worst
    return out


@kernel
def to_india(
    security: Floats,
    road: float,
    india: Ints,
    capacity: Floats,
    lanes: Floats,
    reagent: Ints,
    mined: Floats,
    premium: Floats,
    values: tuple[float, float, float, float, float, float, float, float, float],
) -> tuple[Ints, Floats]:
    """(M,) crossing to India, and (5, M) net-back before tax, limit, security, premium in USD, and reagent that comes back.

    Args:
        security: (M, I) of the corridors.
        road: t/month that the road could carry.
        india: (I,) crossings.
        capacity: (X, 3) t/month of each crossing.
        lanes: (X, 3) openness.
        reagent: (M,) crossing to China through which reagent comes; -1 none.
        mined: (M,) t/month of capacity.
        premium: (M,) share of the price that a contract adds.
        values: price in yuan/t, embargo, freight, reagent for a tonne of ore, season, ``india_price_share,
            offtake_holder_share, corridor_risk``, yuan per USD.
    """
    price, embargo, by_freight, ratio, season, by_price, by_holder, by_risk, rate = values
    mines, ways = security.shape
    crossing, out = np.empty(mines, np.int64), np.empty((5, mines))
    for mine in range(mines):
        most, best = -np.inf, 0
        for way in range(ways):
            lane = min(road, capacity[india[way], ORE]) * lanes[india[way], ORE]
            room = security[mine, way] * lane
            if room > most:
                most, best = room, way
        usable, safe, through = most * season, security[mine, best], reagent[mine]
        # What China does not send of the reagent for this ore comes with the trucks, instead of ore's share of the trips.
        let_in = lanes[through, REAGENT] * capacity[through, REAGENT] if through >= 0 else 0.0
        served = min(1.0, let_in / max(ratio * mined[mine], 1e-9))
        withheld = max(embargo, 1.0 - served)
        trips = max(1.0, withheld * ratio)
        added = premium[mine] * price
        freight = by_freight * (1.0 + withheld * ratio)
        net_back = by_price * price + (1.0 - by_holder) * added - freight - by_risk * (1.0 - safe) * price
        crossing[mine] = india[best] if usable > 0 else -1
        out[0, mine] = net_back if usable > 0 else -np.inf
        out[1, mine], out[2, mine] = usable / trips, safe
        out[3, mine] = by_holder * added / rate
        out[4, mine] = min(usable, withheld * ratio * usable / trips)
    return crossing, out


@kernel
def finish_quote(
    net_back: Floats,
    china: Floats,
    kept: Floats,
    india: Floats,
    limit: Floats,
    capacity: Floats,
    season: float,
    leak: float,
) -> tuple[Floats, Floats]:
    """Fill in the last column of (M, 3) ``net_back``; returns (M,) t that smugglers could carry, and the best net-back.

    Args:
        net_back: what :func:`to_china` returned; changes.
        china: its (5, M) numbers.
        kept: (M,) exponential of the last row of those.
        india: (M,) net-back of the way to India before tax.
        limit: (M,) t that it could carry.
        capacity: (M,) t/month.
        season: share of their dry-season capacity that roads have, 0-1.
        leak: share of the capacity that gets past a closed lane.
    """
    leaky, best = np.empty(len(capacity)), np.empty(len(capacity))
    for mine in range(len(capacity)):
        dodge, gate_open = 1.0 - kept[mine], china[3, mine]
        leaky[mine] = capacity[mine] * season * (leak * (1.0 - gate_open) + dodge * gate_open)
        net_back[mine, 2] = india[mine] - china[0, mine]
        official = net_back[mine, 0] if china[2, mine] > 0 else 0.0
        informal = net_back[mine, 1] if leaky[mine] > 0 else 0.0
        most = max(official, informal, 0.0)
        share = min(1.0, limit[mine] / max(capacity[mine], 1e-9))
        best[mine] = most + share * max(net_back[mine, 2] - most, 0.0)
    return leaky, best


@kernel
def appeals(
    best: Floats, net_back: Floats, open_share: Floats, cost: Floats, scale: float, reserve_share: float
) -> Floats:
    """(3, M) what shares are the logistic function of: ore offered, ore past the gate, ore for the Quad of the rest.

    Args:
        best: (M,) best net-back.
        net_back: (M, 3) net-backs.
        open_share: (M,) openness of the gate used.
        cost: (M,) yuan/t at the mine.
        scale: difference of net-backs that matters.
        reserve_share: net-back under which most ore stays in store, over the cost.
    """
    out = np.empty((3, len(best)))
    for mine in range(len(best)):
        reserve = reserve_share * cost[mine]
        official = net_back[mine, 0] / scale if open_share[mine] > 0 else -np.inf
        informal, quad = net_back[mine, 1] / scale, net_back[mine, 2] / scale
        others = max(official, quad)
        out[0, mine] = max(best[mine] / scale, -1e6) - max(reserve / scale, -1e6)
        out[1, mine] = max(informal, -1e6) - max(others, -1e6)
        out[2, mine] = max(quad, -1e6) - max(official, -1e6)
    return out


@kernel
def book_ore(
    flows: Floats,
    crossing: Ints,
    charges: tuple[Floats, Floats, Floats],
    holder: Ints,
    keepers: Ints,
    stock: Floats,
    forces: int,
    informal_share: float,
    rate: float,
) -> tuple[Floats, Ints, Floats]:
    """(M,) stocks after the month's flows, (M, 3) crossings used (-1 none), (F,) USD of taxes, transit and premiums.

    Args:
        flows: (M, 3) t.
        crossing: (M, 3) of each way.
        charges: (M,) tax and transit in yuan/t, premium in USD/t.
        holder: (M,) who holds the mines; -1 nobody.
        keepers: (X,) who holds each crossing; -1 nobody.
        stock: (M,) t.
        forces: number of armed actors.
        informal_share: share of the tax that smuggled ore pays.
        rate: yuan per USD.
    """
    tax, transit, premium = charges
    left, used, booked = np.empty(len(stock)), np.full(flows.shape, -1), np.zeros(forces)
    for mine in range(len(stock)):
        official, informal, quad = flows[mine, 0], flows[mine, 1], flows[mine, 2]
        left[mine] = max(stock[mine] - (official + informal + quad), 0.0)
        for way in range(3):
            if flows[mine, way] > 0:
                used[mine, way] = crossing[mine, way]
        if holder[mine] >= 0:
            taxed = official + quad + informal_share * informal
            booked[holder[mine]] += tax[mine] * taxed / rate + premium[mine] * quad
    for mine in range(len(stock)):
        keeper = keepers[crossing[mine, 0]]
        if keeper >= 0:
            booked[keeper] += transit[mine] * flows[mine, 0] / rate
    return left, used, booked


@kernel
def _to_quad(wanted: Floats, limit: Floats, crossing: Ints, lanes: Floats, capacity: Floats, season: float) -> Floats:
    flow, load = np.empty(len(wanted)), np.zeros(len(lanes))
    for mine in range(len(wanted)):
        flow[mine] = min(wanted[mine], limit[mine])
        if crossing[mine, 2] >= 0:
            load[crossing[mine, 2]] += flow[mine]
    used = np.empty(len(wanted))
    for mine in range(len(wanted)):
        at = crossing[mine, 2]
        share = 0.0
        if at >= 0:
            share = min(1.0, capacity[at, 0] * lanes[at, 0] * season / max(load[at], 1e-9))
        flow[mine] *= share
        used[mine] = flow[mine] / max(limit[mine], 1e-9)
    trips = max(sums.pairwise(used, 0, len(used)), 1.0)
    for mine in range(len(wanted)):
        flow[mine] /= trips
    return flow


@kernel
def _through_gates(
    wanted: Floats,
    gate_open: Floats,
    purchase: Floats,
    crossing: Ints,
    mined: Floats,
    capacity: Floats,
    season: float,
    limit: float,
) -> Floats:
    flow, load, usual = np.empty(len(wanted)), np.zeros(len(capacity)), np.zeros(len(capacity))
    for mine in range(len(wanted)):
        flow[mine] = wanted[mine] if gate_open[mine] > 0 else 0.0
        load[crossing[mine, 0]] += flow[mine]
        usual[crossing[mine, 0]] += mined[mine]
    for mine in range(len(wanted)):
        at = crossing[mine, 0]
        room = gate_open[mine] * capacity[at, 0] * season
        if purchase[mine] < 1.0:
            # Where Beijing threatens, buyers may take no more than a share of the usual output, whatever has piled up.
            room = min(room, purchase[mine] * usual[at])
        flow[mine] *= min(1.0, room / max(load[at], 1e-9))
    scale = min(1.0, limit / max(sums.pairwise(flow, 0, len(flow)), 1e-9))
    for mine in range(len(wanted)):
        flow[mine] *= scale
    return flow


@kernel
def ore_flows(
    shares: Floats,
    leaky: Floats,
    quad_limit: Floats,
    gates: tuple[Floats, Floats, Ints],
    stock: Floats,
    mined: Floats,
    lanes: Floats,
    capacity: Floats,
    values: tuple[float, float, float, float, float],
) -> tuple[Floats, Floats, float]:
    """(M, 3) flows of ore, (M,) t offered, and t that could go to China over all gates; see :mod:`model.dynamics.trade`.

    Args:
        shares: (3, M) of the stock that is offered, of that past the gate, of the rest to the Quad.
        leaky: (M,) t that smugglers could carry.
        quad_limit: (M,) t that the road to India could carry for each mine alone.
        gates: (M,) openness, (M,) share that buyers may buy, (M, 3) crossings.
        stock: (M,) t.
        mined: (M,) t/month of capacity.
        lanes: (X, 3) openness.
        capacity: (X, 3) t/month of each crossing.
        values: ``normal_stock_months, flow_limit_t, road_capacity_t, release`` and the season, 0-1.
    """
    months, flow_limit, road_capacity, release, season = values
    gate_open, purchase, crossing = gates
    mines, to_quad = len(stock), False
    offered, informal, rest, wanted = np.empty(mines), np.empty(mines), np.empty(mines), np.zeros(mines)
    for mine in range(mines):
        to_quad = to_quad or quad_limit[mine] != 0
    for mine in range(mines):
        offered[mine] = stock[mine] * shares[0, mine]
        informal[mine] = min(leaky[mine], (shares[1, mine] if leaky[mine] > 0 else 0.0) * offered[mine])
        rest[mine] = offered[mine] - informal[mine]
        if to_quad:
            wanted[mine] = (shares[2, mine] if quad_limit[mine] > 0 else 0.0) * rest[mine]
    quad = _to_quad(wanted, quad_limit, crossing, lanes, capacity, season) if to_quad else np.zeros(mines)
    beyond = max(sums.pairwise(stock, 0, mines) - months * flow_limit, 0.0)
    limit = min(road_capacity, flow_limit + release * beyond) * season
    for mine in range(mines):
        rest[mine] -= quad[mine]
    official = _through_gates(rest, gate_open, purchase, crossing, mined, capacity, season, limit)
    flows = np.empty((mines, 3))
    for mine in range(mines):
        left = offered[mine] - informal[mine] - quad[mine] - official[mine]
        flows[mine, 0], flows[mine, 2] = official[mine], quad[mine]
        flows[mine, 1] = informal[mine] + min(max(leaky[mine] - informal[mine], 0.0), left)
    return flows, offered, limit
