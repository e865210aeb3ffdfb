"""Kernel of the market: a month of separators' feed, shortage and prices; see :func:`model.dynamics.market.step`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.kernels import hashing, kernel, sums
from model.kernels.loops import NDTRI, Loops, apply

Floats = NDArray[np.float64]
Keys = NDArray[np.uint64]


@kernel
def _feed(rules: Any, stores: tuple[Floats, Floats, Floats, Floats, Floats], demand: float) -> None:
    """The month's feed and resale: stores and what is fed to separators are written."""
    inventory, received, share, target, used = stores
    count = len(share)
    left, even = np.empty(count), np.empty(count)
    for k in range(count):
        store = inventory[k] + received[k]
        used[k] = min(store, demand * share[k])
        left[k] = store - used[k]
    scale = sums.pairwise(left, 0, count) / max(sums.pairwise(target, 0, count), 1e-9)
    for k in range(count):
        even[k] = target[k] * scale
        inventory[k] = left[k] + rules.resale * (even[k] - left[k])


@kernel
def sell(
    loops: Loops,
    table: Any,
    draws: tuple[np.uint64, int, Keys],
    stores: tuple[Floats, Floats, Floats, Floats, Floats],
    prices: tuple[float, float, float, float],
    growth: float,
    factor: float,
    others: tuple[float, float, bool, float],
) -> tuple[float, float, float, float, float, float]:
    """Prices of ore, terbium and dysprosium, shortage, other origins, demand.

    Args:
        loops: addresses of NumPy's own loops.
        table: the market's parameters and the reference's ``tb, dy, prnd, ore, demand``.
        draws: salt, month, keys of the draws of prices.
        stores: (B,) t in store, which change; t received, share of demand, t wanted; t fed to separators, which are written.
        prices: of ore, terbium, dysprosium; shortage.
        growth: demand over that at the start.
        factor: what the outside world does to the level of all prices.
        others: t from other countries, best bid in yuan/t, whether the outside world sets the first, t of capacity that
            buyers would begin there.
    """
    rules = table[0]
    price_ore, price_tb, price_dy, shortage = prices
    other, best_bid, is_set, invested = others
    # Prices that rise everywhere for reasons of their own do not send users to other materials.
    dearer = max(price_ore / (rules.ore * factor), 1e-9)
    demand = rules.demand * growth * dearer**-rules.demand_elasticity
    _feed(rules, stores, demand)
    left, target, fed = stores[0], stores[3], stores[4]
    used = sums.pairwise(fed, 0, len(fed))
    gap = sums.pairwise(target, 0, len(target)) - sums.pairwise(left, 0, len(left))
    short = min(max(1.0 - (used - rules.inventory_weight * gap) / max(demand, 1e-9), -1.0), 1.0)
    shortage = rules.shortage_memory * shortage + (1.0 - rules.shortage_memory) * short
    noise = hashing.uniform1(draws[0], draws[1], draws[2])
    apply(loops, NDTRI, noise, noise)
    level_tb = rules.tb * factor * math.exp(rules.kappa_tb * shortage)
    level_dy = rules.dy * factor * math.exp(rules.kappa_dy * shortage)
    price_tb *= (level_tb / price_tb) ** rules.price_speed * math.exp(rules.noise_tb * noise[0])
    price_dy *= (level_dy / price_dy) ** rules.price_speed * math.exp(rules.noise_dy * noise[1])
    mixed = rules.ore_prnd * (rules.prnd * factor) + rules.ore_dy * price_dy + rules.ore_tb * price_tb
    if not is_set:
        dearer = math.log(price_tb / (rules.tb * factor))
        pull = min(max(rules.elasticity_others * dearer, -1.0), 1.0)
        ramp = rules.ramp_others / 12.0 * rules.demand * pull
        built = invested * max(0.0, best_bid / rules.cost_others - 1.0)
        other = max(0.0, other + ramp + built - rules.wear_others * other)
    return 1_000.0 * mixed, price_tb, price_dy, shortage, other, demand
