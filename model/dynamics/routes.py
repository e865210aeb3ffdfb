"""Routes from the mines to the crossings, computed once per world.

For each mine cluster the shortest way by road to every crossing to China (kilometres) and to every crossing to India
(kilometres, and the places passed). Who holds those places is another matter, looked up month by month in
:mod:`model.dynamics.trade`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.arrays import Floats, Ints
from model.world.world import World


@lru_cache(maxsize=16)
def routes_of(world: World) -> dict[str, NDArray[Any]]:
    """The ways of a world, worked out once a process and world; only the latest worlds are kept.

    Args:
        world: the world.

    Returns:
        By the names that they have in :class:`model.dynamics.geography.Geography`; besides ``china_km``: (M, C) km by road, inf
        where no road leads.
    """
    china = np.flatnonzero(world.chinese_crossings)
    india = np.flatnonzero(np.array(world.crossing_country) == "India")
    mines = np.arange(len(world.mine_ids))
    china_km = _kilometres(world, china)
    own_gate = np.searchsorted(china, world.mine_crossing)
    own = china_km[mines, own_gate]
    # Where no road of the world joins a mine to its own crossing, none of its length is known.
    china_km[mines, own_gate] = np.where(np.isfinite(own), own, 0.0)
    ways = [[world.corridor(m, int(x))[0] for x in india] for m in range(len(mines))]
    passed = [way for row in ways for way in row]
    places = np.unique(np.concatenate([np.zeros(0, np.int64), *passed]))
    longest = max((len(way) for way in passed), default=1)
    corridor = np.full((len(mines), len(india), longest), len(places), np.int64)
    for m, row in enumerate(ways):
        for x, way in enumerate(row):
            corridor[m, x, : len(way)] = np.searchsorted(places, way)
    found = {"china": china, "china_km": china_km, "own_gate": own_gate, "corridor_place": places, "corridor": corridor}
    return found | {"india": india, "india_km": _kilometres(world, india)}


def _kilometres(world: World, crossings: Ints) -> Floats:
    km = [[world.corridor(m, int(x))[1] for x in crossings] for m in range(len(world.mine_ids))]
    return np.array(km, dtype=np.float64).reshape(len(world.mine_ids), len(crossings))
