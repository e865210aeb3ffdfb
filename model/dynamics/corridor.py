"""The way to India: which corridor ore takes, how secure it is, what it carries and what ore earns there.

Net-back of a tonne at the mine before tax, yuan/t (equation 3.7)::

    price * (india's share + (1 - holder's share) * premium) - freight * (1 + reagent brought) - risk * (1 - security) * price

``price`` stands at the gate to China (:func:`model.dynamics.taxes.gate_price`). The corridor carries ``road * lane * security *
season`` tonnes a month, less the trips that bring in the reagent which China withholds. Its security is that of its worst place,
as in a minimum cut: 1 less the share of the countryside that is hostile to the mines' holder, times a declared leak if the town
or site is held by a hostile actor; agreements raise both towards 1. Parameters are in :mod:`model.dynamics.netback`.
"""

from __future__ import annotations

from math import inf, isfinite
from typing import Any

from model.compile import compiled
from model.dynamics.taxes import gate_price
from model.state import ORE, QUAD, REAGENT

# equations


@compiled
def quad_net_back(price: float, premium: float, freight: float, security: float, rules: Any) -> float:
    """Yuan/t at the mine, before tax, of ore that goes to India.

    Args:
        price: at the gate to China, yuan/t.
        premium: what a contract adds, yuan/t; the holder of the mines keeps a share.
        freight: yuan/t, reagent on the way back included.
        security: 0-1, of the corridor.
        rules: ``rules.trade``.
    """
    paid = rules.india_price_share * price + (1.0 - rules.offtake_holder_share) * premium
    return paid - freight - rules.corridor_risk * (1.0 - security) * price


@compiled
def place_security(hostile: float, hostile_town: bool, passage: float, leak: float) -> float:
    """Security of a place on a corridor, 0-1.

    Passage covers the road through hostile countryside as well: an agreement is with whoever is there.

    Args:
        hostile: 0-1, share of the countryside that enemies of the mines' holder control.
        hostile_town: whether one of them holds the town or site.
        passage: 0-1, how far agreements let convoys through.
        leak: share of convoys that gets through a hostile town.
    """
    let = leak + (1.0 - leak) * passage
    return (1.0 - hostile * (1.0 - passage)) * (let if hostile_town else 1.0)


@compiled
def convoy_passage(run: Any, a: int) -> float:
    """0-1, how far brokers and envoys of the US let convoys with ore of the actor's mines through hostile towns."""
    return max(run.policy[a].brokering, run.rules.united_states.envoy_brokering * run.policy[a].envoy)


@compiled
def contract_premium(run: Any, a: int) -> float:
    """What an offtake contract adds for ore of the actor's mines to what India would pay by itself, share of the price."""
    floor = run.rules.united_states.price_floor
    return run.policy[a].offtake * max(floor - run.rules.trade.india_price_share, 0.0)


# process


@compiled
def at_war(run: Any, a: int, b: int) -> bool:
    """Whether two armed actors fight each other; nobody (-1) fights no one."""
    return a >= 0 and b >= 0 and run.state.stance[a, b] < 0


@compiled
def quote_india(run: Any, m: int) -> None:
    """Quote the way to India: crossing, net-back, limit, security, premium, and reagent that comes back with the trucks."""
    state, quotes, rules, by = run.state, run.quotes, run.rules, run.quotes.holder[m]
    quotes.crossing[m, QUAD], quotes.net_back[m, QUAD] = -1, -inf
    quotes.quad_limit[m], quotes.path_security[m], quotes.premium_usd[m], quotes.india_reagent[m] = 0.0, 0.0, 0.0, 0.0
    if state.market.route_capacity <= 0.0 or len(run.land.india) == 0:
        return
    usable = choose_corridor(run, m) * state.clock.road_factor
    brought = reagent_withheld(run, m) * rules.mining.reagent_ratio
    price = gate_price(state.market.price_ore, rules.market)
    premium = contract_premium(run, by) * price if by >= 0 else 0.0
    quotes.premium_usd[m] = rules.trade.offtake_holder_share * premium / rules.market.yuan_per_usd
    # What China does not send of the reagent for this ore comes with the trucks, instead of ore's share of the trips.
    trips = max(1.0, brought)
    quotes.quad_limit[m] = usable / trips
    quotes.india_reagent[m] = min(usable, brought * usable / trips)
    if usable > 0.0:
        freight = rules.quad_partners.freight_usd_per_t * rules.market.yuan_per_usd * (1.0 + brought)
        paid = quad_net_back(price, premium, freight, quotes.path_security[m], rules.trade)
        quotes.net_back[m, QUAD] = paid - quotes.tax[m]
    else:
        quotes.crossing[m, QUAD] = -1


@compiled
def choose_corridor(run: Any, m: int) -> float:
    """Choose the crossing to India with most room, and note it and the security of the corridor; returns t in the dry season."""
    state, land, quotes, most = run.state, run.land, run.quotes, -inf
    for i in range(len(land.india)):
        x = land.india[i]
        security = corridor_security(run, m, i)
        lane = min(state.market.route_capacity, land.crossing_capacity[x, ORE]) * state.lanes[x, ORE]
        if security * lane > most:
            most = security * lane
            quotes.crossing[m, QUAD], quotes.path_security[m] = x, security
    return most


@compiled
def corridor_security(run: Any, m: int, i: int) -> float:
    """Security of a corridor from the mines to India, 0-1; 0 where there is none."""
    land, by, worst = run.land, run.quotes.holder[m], 1.0
    if not isfinite(land.india_km[m, i]):
        return 0.0
    passage = convoy_passage(run, by) if by >= 0 else 0.0
    for step in range(land.corridor.shape[2]):
        at = land.corridor[m, i, step]
        if at == len(land.corridor_place):
            break  # corridors are padded with that
        hostile = hostile_countryside(run, by, land.corridor_territory[at])
        town = at_war(run, by, run.state.holder[land.corridor_place[at]])
        worst = min(worst, place_security(hostile, town, passage, run.rules.trade.corridor_leak))
    return worst


@compiled
def hostile_countryside(run: Any, a: int, n: int) -> float:
    """0-1, share of a township's countryside that enemies of an armed actor control."""
    hostile = 0.0
    for other in range(len(run.state.stance)):
        if at_war(run, a, other):
            hostile += run.state.control[other, n]
    return hostile


@compiled
def reagent_withheld(run: Any, m: int) -> float:
    """0-1, share of the reagent for the mines' ore that does not come from China: embargoed, or for want of capacity."""
    state, x, let_in = run.state, run.quotes.reagent_crossing[m], 0.0
    if x >= 0:
        let_in = state.lanes[x, REAGENT] * run.land.crossing_capacity[x, REAGENT]
    served = min(1.0, let_in / max(run.rules.mining.reagent_ratio * state.capacity[m], 1e-9))
    return max(run.quotes.beijing.embargo, 1.0 - served)
