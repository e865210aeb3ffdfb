"""Limits on ore to India in a month, as factors whose product is the actual flow.

State: ``state.road``, rewritten every month. Of what miners would send, ``wanted``, there goes (equation 3.10)::

    min(wanted, built * gate * security * season * ore trips)

Mines share one road, and their corridors differ. With ``f`` the flow of a mine before they share, and ``L`` what the road
could carry for that mine alone, ``sum f / sum (f / L)`` goes; security and ore trips are therefore harmonic means weighted by
``f``, so that the product above is exact.

What is paid is noted beside it: India pays its share of the Chinese price, contracts of the US add their premium
(:func:`model.dynamics.corridor.contract_premium`), and Washington pays for building the road.
"""

from __future__ import annotations

from math import inf
from typing import Any

from model.compile import compiled
from model.dynamics.corridor import contract_premium, freight_to_india, reagent_withheld, road_in_sight
from model.dynamics.taxes import gate_price
from model.state import CHINA_INFORMAL, CHINA_OFFICIAL, QUAD


@compiled
def note_road(run: Any) -> None:
    """Note in ``state.road`` what the ore for India is held back by, what it earns, and what is paid; ore is still in store."""
    road, market = run.state.road, run.state.market
    road.wanted, road.us_usd = 0.0, run.rules.united_states.route_usd * run.policy[-1].route_building
    for m in range(len(run.quotes.quad_wanted)):
        road.wanted += run.quotes.quad_wanted[m]
    road.planned = run.rules.quad_partners.route_capacity_t if road_in_sight(run) else 0.0
    road.built, road.season = market.route_capacity, run.state.clock.road_factor
    note_limits(run)
    note_net_backs(run)
    note_payments(run)


@compiled
def load_of(run: Any, m: int, moving: bool) -> float:
    """Weight of a mine in the means of the road: what it moves before mines share, or would move, or could produce."""
    wanted = run.quotes.quad_wanted[m]
    if moving:
        return min(wanted, run.quotes.quad_limit[m])
    return wanted if run.state.road.wanted > 0.0 else run.state.capacity[m]


@compiled
def note_limits(run: Any) -> None:
    """Note gate, security and ore trips as the road as a whole has them."""
    quotes, road, moved = run.quotes, run.state.road, 0.0
    for m in range(len(quotes.quad_wanted)):
        moved += min(quotes.quad_wanted[m], quotes.quad_limit[m])
    loads, behind_gate, secured, tripped = 0.0, 0.0, 0.0, 0.0
    for m in range(len(quotes.quad_wanted)):
        if quotes.path_security[m] <= 0.0:
            continue
        load = load_of(run, m, moved > 0.0)
        loads += load
        behind_gate += load / max(quotes.india_gate[m], 1e-9)
        secured += load / (max(quotes.india_gate[m], 1e-9) * quotes.path_security[m])
        tripped += load / (max(quotes.india_gate[m], 1e-9) * quotes.path_security[m] * quotes.ore_trips[m])
    road.gate = loads / behind_gate if behind_gate > 0.0 else 0.0
    road.security = behind_gate / secured if secured > 0.0 else 0.0
    road.ore_trips = secured / tripped if tripped > 0.0 else 0.0


@compiled
def note_net_backs(run: Any) -> None:
    """Note what a tonne would earn in India and in China, and its freight; means weighted by ore in store."""
    quotes, road, rules = run.quotes, run.state.road, run.rules
    weight = 0.0
    road.net_back, road.net_back_china, road.freight = 0.0, 0.0, 0.0
    for m in range(len(quotes.quad_wanted)):
        if quotes.india_value[m] == -inf:
            continue
        stock = run.state.stock[m] + 1e-9
        official = quotes.net_back[m, CHINA_OFFICIAL] if quotes.open[m] > 0.0 else 0.0
        informal = quotes.net_back[m, CHINA_INFORMAL] if quotes.leaky[m] > 0.0 else 0.0
        brought = reagent_withheld(run, m) * rules.mining.reagent_ratio
        weight += stock
        road.net_back += stock * quotes.india_value[m]
        road.net_back_china += stock * max(official, informal)
        road.freight += stock * freight_to_india(brought, rules)
    if weight > 0.0:
        road.net_back, road.net_back_china = road.net_back / weight, road.net_back_china / weight
        road.freight /= weight


@compiled
def note_payments(run: Any) -> None:
    """Note what India paid for this month's ore, and what contracts added."""
    road, quotes, rules = run.state.road, run.quotes, run.rules
    price = gate_price(run.state.market.price_ore, rules.market) / rules.market.yuan_per_usd
    road.india_usd, road.premium_usd = 0.0, 0.0
    for m in range(len(quotes.quad_wanted)):
        ore, by = run.state.flows.ore[m, QUAD], quotes.holder[m]
        road.india_usd += rules.trade.india_price_share * price * ore
        road.premium_usd += contract_premium(run, by) * price * ore if by >= 0 else 0.0
