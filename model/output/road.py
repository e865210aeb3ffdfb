"""What holds back ore from India: tonnes after each limit of the road, the factors between them, and which one binds.

Limits are taken in this order, from the slowest to change to the quickest. Of what miners would send there is left, after each,
what the road could carry if it were the last: ``min(wanted, planned)``, ``min(wanted, built)``, ``min(wanted, built * gate)`` and so
on. The factor of a limit is what is left after it over what was left before, so that all factors together give what goes. A
limit that bites nothing has the factor 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.arrays import Floats

LIMITS = {
    "size": "the planned capacity of the road",
    "building": "the capacity built so far",
    "gate": "how far India opens its border",
    "security": "insecurity along the corridor",
    "season": "the rains",
    "reagent": "trips that carry reagent instead of ore",
}
"""Limits of the road in their order, in words."""

ORE, NET_BACK = "ore", "net-back"
BINDS = (*LIMITS, ORE, NET_BACK)
"""What can hold back most: a limit of the road; that there is no ore in store to be sold; that China pays better."""

WORDS = {**LIMITS, ORE: "the lack of ore in stock", NET_BACK: "the better price in China"}

_LEVELS = ("road_gate", "road_security", "road_season", "road_ore_trips")
COLUMNS = ("ore_offered_t", "road_wanted_t", "road_planned_t", "road_built_t", *_LEVELS)
"""Columns of the monthly record that are needed."""

TRUCK_T = 10.0
"""t that a truck on a mountain road carries (SOURCES T7)."""

_LEAST_T = 0.05
"""Ore a month below which miners send nothing worth speaking of."""
_CHINA_PAYS = 0.5
"""Share of the ore for sale below which miners send little to India of their own will."""


def left_after(monthly: Mapping[str, Any]) -> dict[str, Floats]:
    """Tonnes a month that are left: ``offered``, ``wanted``, then after each of :data:`LIMITS`; the last is what goes.

    Args:
        monthly: arrays of :data:`COLUMNS`.
    """
    column = {name: np.asarray(monthly[name], dtype=np.float64) for name in COLUMNS}
    wanted, carried = column["road_wanted_t"], column["road_planned_t"]
    left = {"offered": column["ore_offered_t"], "wanted": wanted, "size": np.minimum(wanted, carried)}
    # A road that is older than the plan for it may carry more.
    carried = column["road_built_t"]
    left["building"] = np.minimum(left["size"], carried)
    for name, level in zip(list(LIMITS)[2:], _LEVELS, strict=True):
        carried = carried * column[level]
        left[name] = np.minimum(left["building"], carried)
    return left


def factors(left: Mapping[str, Any]) -> dict[str, Floats]:
    """What each of :data:`LIMITS` leaves of what was left before it, 0-1; 1 where nothing was left.

    Args:
        left: of :func:`left_after`, or sums of it over months or runs.
    """
    before, found = np.asarray(left["wanted"], dtype=np.float64), {}
    for name in LIMITS:
        after = np.asarray(left[name], dtype=np.float64)
        found[name] = np.divide(after, before, out=np.ones_like(before), where=before > 0)
        before = after
    return found


def binding(monthly: Mapping[str, Any]) -> NDArray[np.int64]:
    """Which of :data:`BINDS` holds back most in each month, by position; ``len(BINDS)`` where no road is asked for.

    It is the limit with the smallest factor. Where none bites, it is the want of ore, or that China pays better.

    Args:
        monthly: arrays of :data:`COLUMNS`.
    """
    left = left_after(monthly)
    share = np.stack(list(factors(left).values()))
    smallest, wanted, offered = share.argmin(axis=0), left["wanted"], left["offered"]
    free = share.min(axis=0) >= 1.0
    unwilling = (wanted < _CHINA_PAYS * offered) & (offered >= _LEAST_T)
    idle = np.where(unwilling, BINDS.index(NET_BACK), BINDS.index(ORE))
    found = np.where(free | (wanted < _LEAST_T), idle, smallest)
    return np.where(np.asarray(monthly["road_planned_t"]) > 0, found, len(BINDS)).astype(np.int64)
