"""Ways from the mines to the crossings: worked out once a world, since roads do not move.

For each mine cluster the shortest way by road to every crossing to China (kilometres) and to every crossing to India
(kilometres, and the places passed). Who holds those places is another matter, looked up month by month in
:mod:`model.dynamics.trade`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from model.world.world import World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

HOME_KM = 60.0
"""Kilometres to a mine's own crossing where the road graph does not join the two: the longest haul to a Chinese gate
that the record knows from the Kachin mines (SOURCES T7: 0-60 km)."""


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


_CACHE: dict[int, tuple[World, Routes]] = {}


def routes_of(world: World) -> Routes:
    """The ways of a world, worked out once a process and world."""
    if id(world) not in _CACHE:
        _CACHE[id(world)] = (world, _build(world))
    return _CACHE[id(world)][1]


def _build(world: World) -> Routes:
    distance, before = _shortest(world)
    country = np.array(world.crossing_country)
    china, india = np.flatnonzero(country == "China"), np.flatnonzero(country == "India")
    china_km = distance[:, world.crossing_place[china]]
    home = np.searchsorted(china, world.mine_crossing)
    mines = np.arange(len(world.mine_ids))
    own = china_km[mines, home]
    china_km[mines, home] = np.where(np.isfinite(own), own, HOME_KM)
    ways = [[_way(before[m], int(world.crossing_place[x])) for x in india] for m in mines]
    places, corridor, shape = _pad(ways, len(mines), len(india))
    return Routes(
        china=china,
        india=india,
        home=home,
        china_km=china_km,
        india_km=distance[:, world.crossing_place[india]],
        corridor_places=places,
        corridor=corridor,
        corridor_shape=shape,
    )


def _shortest(world: World) -> tuple[Floats, Ints]:
    """Distances (M, P) from each mine and the place before each on the way."""
    size = len(world.place_ids)
    if len(world.mine_ids) == 0:
        return np.zeros((0, size)), np.zeros((0, size), np.int64)
    ends = (world.roads[:, 0], world.roads[:, 1])
    graph = sparse.csr_array((world.road_km, ends), shape=(size, size))
    distance, before = csgraph.dijkstra(graph, directed=False, indices=world.mine_place, return_predecessors=True)
    return distance, before.astype(np.int64)


def _way(before: Ints, end: int) -> list[int]:
    """Places from the crossing back to the mine; a place alone where no road leads."""
    way = [end]
    while before[way[-1]] >= 0:
        way.append(int(before[way[-1]]))
    return way


def _pad(ways: list[list[list[int]]], mines: int, crossings: int) -> tuple[Ints, Ints, tuple[int, int, int]]:
    places = np.unique([place for row in ways for way in row for place in way]).astype(np.int64)
    longest = max((len(way) for row in ways for way in row), default=1)
    corridor = np.full((mines, crossings, longest), len(places), np.int64)
    for m, row in enumerate(ways):
        for x, way in enumerate(row):
            corridor[m, x, : len(way)] = np.searchsorted(places, way)
    return places, corridor.reshape(mines, crossings * longest), (mines, crossings, longest)
