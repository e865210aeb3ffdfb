"""Routes from the mines to the crossings, computed once per world.

For each mine cluster the shortest way by road to every crossing to China (kilometres) and to every crossing to India
(kilometres, and the places passed). Who holds those places is another matter, looked up month by month in
:mod:`model.dynamics.trade`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from model.arrays import Floats, Ints
from model.world.world import World


@dataclass(frozen=True)
class Routes:
    """Static ways; ``C`` crossings to China, ``I`` crossings to India, ``U`` places on any corridor to India."""

    china: Ints
    """(C,) indices of the crossings to China."""
    india: Ints
    """(I,) indices of the crossings to India."""
    home: Ints
    """(M,) position in ``china`` of each mine's own crossing."""
    china_km: Floats
    """(M, C) km by road; inf where no road leads."""
    india_km: Floats
    """(M, I) km by road; inf where no road leads."""
    corridor_places: Ints
    """(U,) places on the corridors to India."""
    corridor: Ints
    """(M, I * L) positions in ``corridor_places`` along each corridor, padded with U."""
    corridor_shape: tuple[int, int, int]
    """(M, I, L)."""


@lru_cache(maxsize=16)
def routes_of(world: World) -> Routes:
    """The ways of a world, worked out once a process and world; only the latest worlds are kept.

    Args:
        world: the world.
    """
    china = np.flatnonzero(world.chinese_crossings)
    india = np.flatnonzero(np.array(world.crossing_country) == "India")
    mines = np.arange(len(world.mine_ids))
    china_km = _kilometres(world, china)
    home = np.searchsorted(china, world.mine_crossing)
    own = china_km[mines, home]
    # Where no road of the world joins a mine to its own crossing, none of its length is known.
    china_km[mines, home] = np.where(np.isfinite(own), own, 0.0)
    ways = [[world.corridor(m, int(x))[0] for x in india] for m in range(len(mines))]
    places, corridor, shape = _pad(ways, len(mines), len(india))
    return Routes(china, india, home, china_km, _kilometres(world, india), places, corridor, shape)


def _kilometres(world: World, crossings: Ints) -> Floats:
    km = [[world.corridor(m, int(x))[1] for x in crossings] for m in range(len(world.mine_ids))]
    return np.array(km, dtype=np.float64).reshape(len(world.mine_ids), len(crossings))


def _pad(ways: list[list[Ints]], mines: int, crossings: int) -> tuple[Ints, Ints, tuple[int, int, int]]:
    passed = [way for row in ways for way in row]
    places = np.unique(np.concatenate([np.zeros(0, np.int64), *passed]))
    longest = max((len(way) for way in passed), default=1)
    corridor = np.full((mines, crossings, longest), len(places), np.int64)
    for m, row in enumerate(ways):
        for x, way in enumerate(row):
            corridor[m, x, : len(way)] = np.searchsorted(places, way)
    return places, corridor.reshape(mines, crossings * longest), (mines, crossings, longest)
