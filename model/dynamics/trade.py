"""Trade: destinations of stored ore, capacity of roads and crossings, and taxes.

What a tonne earns at each destination (China through the gate, China past it, the Quad through India) stands in
:mod:`model.dynamics.netback`. Ore in store is offered as far as the best net-back is worth having, and split by nested
logit: first informal against the rest (a higher tax drives ore to smugglers), then official against Quad. Then caps, leftovers to
the next destination, the rest stays in store:

* informal: what smugglers could carry, capacity * season * (leak * (1 - open) + (1 - exp(-elasticity * tax / bid)) * open)
* quad: the road to India * India's gate * path security * season * share of the trips that reagent leaves to ore
* official: open * crossing capacity * season * what buyers may buy; and over all gates together
  ``min(road capacity, flow limit + release * (stock - normal stock)) * season``: after a closure more than usual leaves the
  stores (K5), up to what roads carry. Smugglers use other paths.

A closed lane with no leak lets exactly nothing through.
"""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np

from model.compile import compiled
from model.draws import logistic
from model.dynamics.road import note_road
from model.state import CHINA_INFORMAL, CHINA_OFFICIAL, ORE, QUAD

# equations


@compiled
def preferred(value: float, other: float, scale: float) -> float:
    """Share that takes the first of two ways, by net-back (logit); minus infinity stands for what cannot be chosen."""
    return logistic(max(value / scale, -1e6) - max(other / scale, -1e6))


@compiled
def china_limit(stock: float, rules: Any) -> float:
    """T that can go to China in a dry month over all gates; after a closure more than usual leaves the stores (K5).

    Args:
        stock: t in all stores.
        rules: ``rules.trade``.
    """
    beyond = max(stock - rules.normal_stock_months * rules.flow_limit_t, 0.0)
    return min(rules.road_capacity_t, rules.flow_limit_t + rules.release * beyond)


# process


@compiled
def move_ore(run: Any) -> None:
    """Move ore from the mines' stores to its destinations by ``run.quotes``, and tax it: ``state.stock``, ``state.flows``."""
    state, quotes, ore = run.state, run.quotes, run.state.flows.ore
    mines, state.road.offered = len(state.stock), 0.0
    left = np.empty(mines)
    for m in range(mines):
        left[m] = offer(run, m)
    share_road(run)
    note_road(run)
    for m in range(mines):
        left[m] -= ore[m, QUAD]
        ore[m, CHINA_OFFICIAL] = left[m] if quotes.open[m] > 0.0 else 0.0
    share_gates(run)
    for m in range(mines):
        left[m] -= ore[m, CHINA_OFFICIAL]
        ore[m, CHINA_INFORMAL] += min(max(quotes.leaky[m] - ore[m, CHINA_INFORMAL], 0.0), left[m])
    book(run)


@compiled
def offer(run: Any, m: int) -> float:
    """Offer ore in store: what smugglers carry and what would go to the Quad; returns t that is left for the Quad and the gate."""
    quotes, rules, ore = run.quotes, run.rules.trade, run.state.flows.ore
    scale, offered = rules.choice_scale, run.state.stock[m] * preferred(quotes.best[m], 0.0, rules.choice_scale)
    run.state.road.offered += offered
    official = quotes.net_back[m, CHINA_OFFICIAL] if quotes.open[m] > 0.0 else -inf
    informal, quad = quotes.net_back[m, CHINA_INFORMAL], quotes.net_back[m, QUAD]
    smuggled = preferred(informal, max(official, quad), scale) * offered if quotes.leaky[m] > 0.0 else 0.0
    ore[m, CHINA_INFORMAL] = min(quotes.leaky[m], smuggled)
    left = offered - ore[m, CHINA_INFORMAL]
    value = quotes.india_value[m]
    quotes.quad_wanted[m] = preferred(value, official, scale) * left if value > -inf else 0.0
    ore[m, QUAD] = quotes.quad_wanted[m] if quotes.quad_limit[m] > 0.0 else 0.0
    return left


@compiled
def share_road(run: Any) -> None:
    """Cut the flows to India to each mine's own limit, and to the one road that all share."""
    quotes, ore, used = run.quotes, run.state.flows.ore, 0.0
    for m in range(len(ore)):
        ore[m, QUAD] = min(ore[m, QUAD], quotes.quad_limit[m])
        # Each mine's load on the road is its flow over what of the road it could use: insecure or reagent trips take more.
        used += ore[m, QUAD] / max(quotes.quad_limit[m], 1e-9)
    for m in range(len(ore)):
        ore[m, QUAD] /= max(used, 1.0)


@compiled
def share_gates(run: Any) -> None:
    """Cut the official flows to each gate's capacity and the limit of all together."""
    state, quotes, ore = run.state, run.quotes, run.state.flows.ore
    load = np.zeros(len(run.land.crossing_place))
    stock, total, season = 0.0, 0.0, state.clock.road_factor
    for m in range(len(ore)):
        stock += state.stock[m]
        load[quotes.crossing[m, CHINA_OFFICIAL]] += ore[m, CHINA_OFFICIAL]
    for m in range(len(ore)):
        x = quotes.crossing[m, CHINA_OFFICIAL]
        free = quotes.open[m] * run.land.crossing_capacity[x, ORE] * season
        ore[m, CHINA_OFFICIAL] *= min(1.0, free / max(load[x], 1e-9))
        total += ore[m, CHINA_OFFICIAL]
    share = min(1.0, china_limit(stock, run.rules.trade) * season / max(total, 1e-9))
    for m in range(len(ore)):
        ore[m, CHINA_OFFICIAL] *= share


@compiled
def book(run: Any) -> None:
    """Take the flows out of the stores, note their crossings, and credit taxes, transit and contract premiums in USD."""
    state, quotes, flows, rate = run.state, run.quotes, run.state.flows, run.rules.market.yuan_per_usd
    flows.tax_usd[:] = 0.0
    for m in range(len(flows.ore)):
        official, informal, quad = flows.ore[m, CHINA_OFFICIAL], flows.ore[m, CHINA_INFORMAL], flows.ore[m, QUAD]
        state.stock[m] = max(state.stock[m] - (official + informal + quad), 0.0)
        for way in range(3):
            flows.crossing[m, way] = quotes.crossing[m, way] if flows.ore[m, way] > 0.0 else -1
        if quotes.holder[m] >= 0:
            taxed = official + quad + run.rules.trade.informal_tax_share * informal
            flows.tax_usd[quotes.holder[m]] += quotes.tax[m] * taxed / rate + quotes.premium_usd[m] * quad
        keeper = state.holder[run.land.crossing_place[quotes.crossing[m, CHINA_OFFICIAL]]]
        if keeper >= 0:
            flows.tax_usd[keeper] += quotes.transit[m] * official / rate
