"""The route to India: corridor, security, capacity and the ore's earnings.

Net-back of a tonne at the mine before tax, yuan/t (equation 3.7)::

    price * (india's share + (1 - holder's share) * premium) - freight * (1 + reagent brought)

``price`` stands at the gate to China (:func:`model.dynamics.taxes.gate_price`). The corridor carries ``road * gate * security *
season * ore trips`` tonnes a month: reagent which China withholds takes trips from ore. The post at the border is built with the
road and carries what it does. The corridor's security is that of its worst place, as in a minimum cut: 1 less the share of the
countryside that is hostile to the mines' holder, times a declared leak if the town or site is held by a hostile actor; agreements
raise both towards 1. Security counts in what comes over the road, and not once more in what a tonne would earn. Parameters are in
:mod:`model.dynamics.netback`.
"""

from __future__ import annotations

from math import inf, isfinite
from typing import Any

from model.compile import compiled
from model.dynamics.taxes import gate_price
from model.state import ORE, QUAD, REAGENT

# equations


@compiled
def quad_net_back(price: float, premium: float, freight: float, rules: Any) -> float:
    """Yuan/t at the mine, before tax, of ore that goes to India.

    Args:
        price: at the gate to China, yuan/t.
        premium: what a contract adds, yuan/t; the holder of the mines keeps a share.
        freight: yuan/t, reagent on the way back included.
        rules: ``rules.trade``.
    """
    paid = rules.india_price_share * price + (1.0 - rules.offtake_holder_share) * premium
    return paid - freight


@compiled
def freight_to_india(brought: float, rules: Any) -> float:
    """Yuan on a tonne of ore, with the freight of what reagent comes back for it.

    Args:
        brought: t of reagent a tonne of ore.
        rules: the run's rules.
    """
    return rules.quad_partners.freight_usd_per_t * rules.market.yuan_per_usd * (1.0 + brought)


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
    """Quote the way to India: crossing, net-back, limit, security, premium, and reagent that comes back with the trucks.

    Before the road carries anything, what ore would earn on it is quoted all the same: so that the record can say what is
    held back.
    """
    state, quotes, rules, by = run.state, run.quotes, run.rules, run.quotes.holder[m]
    quotes.crossing[m, QUAD], quotes.net_back[m, QUAD], quotes.india_value[m] = -1, -inf, -inf
    quotes.quad_limit[m], quotes.path_security[m], quotes.premium_usd[m], quotes.india_reagent[m] = 0.0, 0.0, 0.0, 0.0
    quotes.india_gate[m], quotes.ore_trips[m] = 0.0, 0.0
    if not road_in_sight(run) or len(run.land.india) == 0:
        return
    crossing = choose_corridor(run, m)
    usable = state.market.route_capacity * quotes.india_gate[m] * quotes.path_security[m] * state.clock.road_factor
    brought = reagent_withheld(run, m) * rules.mining.reagent_ratio
    price = gate_price(state.market.price_ore, rules.market)
    premium = contract_premium(run, by) * price if by >= 0 else 0.0
    quotes.premium_usd[m] = rules.trade.offtake_holder_share * premium / rules.market.yuan_per_usd
    # What China does not send of the reagent for this ore comes with the trucks, instead of ore's share of the trips.
    quotes.ore_trips[m] = 1.0 / max(1.0, brought)
    quotes.quad_limit[m] = usable * quotes.ore_trips[m]
    quotes.india_reagent[m] = min(usable, brought * usable * quotes.ore_trips[m])
    freight = freight_to_india(brought, rules)
    paid = quad_net_back(price, premium, freight, rules.trade)
    quotes.india_value[m] = paid - quotes.tax[m] if crossing >= 0 else -inf
    if usable > 0.0:
        quotes.crossing[m, QUAD], quotes.net_back[m, QUAD] = crossing, quotes.india_value[m]


@compiled
def road_in_sight(run: Any) -> bool:
    """Whether there is a road to India, or somebody puts money into one."""
    return run.state.market.route_capacity > 0.0 or run.policy[-1].route_building > 0.0


@compiled
def choose_corridor(run: Any, m: int) -> int:
    """Choose the crossing to India over which most would get through, note its gate and security; -1 where no road leads there.

    While India's gates are all shut, it is the one with the safest corridor.
    """
    state, land, quotes, most, chosen = run.state, run.land, run.quotes, -1.0, -1
    for i in range(len(land.india)):
        x = land.india[i]
        gate, security = state.lanes[x, ORE], corridor_security(run, m, i)
        # The small sum keeps the order among gates that are shut.
        if security > 0.0 and security * (gate + 1e-9) > most:
            most, chosen = security * (gate + 1e-9), x
            quotes.india_gate[m], quotes.path_security[m] = gate, security
    return chosen


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
