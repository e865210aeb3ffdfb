"""What follows from a world's graph: who is next to whom, road distances, hubs, corridors. Worked out once a world."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csgraph, csr_matrix

from model.arrays import Bools, Floats, Ints

Array = TypeVar("Array", bound=NDArray[Any])

EARTH_KM = 6371.0
MARCHABLE = ("land", "water")
"""Kinds of border over which operations go; nobody here lands from the sea."""
PIVOTS = 400
"""Sources from which betweenness is worked out: all places of a world up to this size, a sample beyond."""
TIE_KM = 1e-6
"""Paths whose lengths differ by less count as equally long; the tables give roads to the tenth of a kilometre."""


def read_only(array: Array) -> Array:
    """The same array, made read-only: worlds are shared between models."""
    array.setflags(write=False)
    return array


def distance_km(lat_a: Any, lon_a: Any, lat_b: Any, lon_b: Any) -> Any:
    """Great-circle distance by the haversine formula; degrees in (numbers or arrays), kilometres out."""
    lat_a, lon_a, lat_b, lon_b = (np.radians(value) for value in (lat_a, lon_a, lat_b, lon_b))
    half = np.sin((lat_b - lat_a) / 2) ** 2 + np.cos(lat_a) * np.cos(lat_b) * np.sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_KM * np.arcsin(np.sqrt(half))


def neighbours(world: Any) -> Ints:
    """Places between which an operation can go in one move.

    A town is next to the towns of the territories that share a land or river border of some length with its own, and to
    the sites in its territory; a site is next to its territory's town, to the other sites there, and to any site to which
    a road joins it.

    Returns:
        (P, D) indices of places in ascending order, padded with -1.
    """
    links: list[set[int]] = [set() for _ in world.place_ids]
    towns = len(world.codes)
    for (a, b), km, kind in zip(world.borders.tolist(), world.border_km, world.border_kind, strict=True):
        if kind in MARCHABLE and km > 0:
            links[a].add(b)
            links[b].add(a)
    _link_sites(world, links, towns)
    width = max((len(link) for link in links), default=0)
    table = np.full((len(links), max(width, 1)), -1, np.int64)
    for row, link in zip(table, links, strict=True):
        row[: len(link)] = sorted(link)
    return read_only(table)


def _link_sites(world: Any, links: list[set[int]], towns: int) -> None:
    members: dict[int, list[int]] = {}
    for site, parent in enumerate(world.site_parent.tolist()):
        members.setdefault(parent, [parent]).append(towns + site)
    for group in members.values():
        for place in group:
            links[place].update(other for other in group if other != place)
    for a, b in world.roads.tolist():
        if a >= towns and b >= towns:
            links[a].add(b)
            links[b].add(a)


def near(table: Ints) -> Bools:
    """(P, P) whether two places are neighbours or the same, from the padded table of :func:`neighbours`."""
    matrix = np.eye(len(table), dtype=bool)
    rows, columns = np.nonzero(table >= 0)
    matrix[rows, table[rows, columns]] = True
    return read_only(matrix)


def road_matrix(world: Any) -> csr_matrix:
    """(P, P) symmetric matrix of road kilometres; between two places there is at most one road."""
    size = len(world.place_ids)
    a, b = world.roads[:, 0], world.roads[:, 1]
    rows, columns = np.concatenate([a, b]), np.concatenate([b, a])
    return csr_matrix((np.concatenate([world.road_km, world.road_km]), (rows, columns)), shape=(size, size))


def betweenness(roads: csr_matrix, pivots: int = PIVOTS) -> Floats:
    """Betweenness of places on the road graph (Freeman 1977), scaled so that the largest is 1.

    Dependencies are accumulated backwards from the farthest place to each source, and paths that tie count in equal parts
    (Brandes 2001). Worlds larger than ``pivots`` places are sampled at evenly spaced sources (Brandes & Pich 2007).

    Args:
        roads: (P, P) symmetric kilometres, all above 0.
        pivots: most sources to start from.

    Returns:
        (P,) numbers from 0 to 1; all 0 where no path has an inner place.
    """
    size = roads.shape[0]
    sources = np.unique(np.linspace(0, size - 1, min(size, pivots)).astype(np.int64))
    distance = csgraph.dijkstra(roads, indices=sources)
    order = np.argsort(distance, axis=1, kind="stable")
    beside, km = _road_table(roads)
    tree = np.arange(len(sources))
    paths, dependency = np.zeros(distance.shape), np.zeros(distance.shape)
    paths[tree, sources] = 1.0
    before: list[tuple[Ints, Ints, Ints]] = []
    for place in order.T[1:]:
        far = distance[tree, place][:, None]
        ends = distance[tree[:, None], beside[place]] + km[place]
        which, slot = np.nonzero((ends <= far + TIE_KM) & np.isfinite(far))
        above = beside[place[which], slot]
        paths[tree, place] = np.bincount(which, paths[which, above], len(tree))
        before.append((place, which, above))
    for place, which, above in reversed(before):
        share = (1.0 + dependency[which, place[which]]) / paths[which, place[which]]
        dependency[which, above] += paths[which, above] * share
    dependency[tree, sources] = 0.0
    total = dependency.sum(axis=0)
    return read_only(total / total.max() if total.max() > 0 else total)


def _road_table(roads: csr_matrix) -> tuple[Ints, Floats]:
    """(P, D) places at the other ends of each place's roads, and the km; padded with place 0 at infinity."""
    degree = np.diff(roads.indptr)
    beside = np.zeros((len(degree), max(1, int(degree.max(initial=0)))), np.int64)
    km = np.full(beside.shape, np.inf)
    filled = np.arange(beside.shape[1]) < degree[:, None]
    beside[filled], km[filled] = roads.indices, roads.data
    return beside, km


def corridors(roads: csr_matrix, starts: Ints, ends: Ints) -> list[list[tuple[Ints, float]]]:
    """Shortest road paths from each start to each end.

    Returns:
        For each start and end the places along the path, both ends included, and its length in km; an empty array and
        infinity where there is no path.
    """
    if len(starts) == 0:
        return []
    distance, parent = csgraph.dijkstra(roads, indices=starts, return_predecessors=True)
    return [
        [(_path(parent[row], int(start), int(end)), float(distance[row, end])) for end in ends]
        for row, start in enumerate(starts)
    ]


def _path(parent: NDArray[Any], start: int, end: int) -> Ints:
    path = [end]
    while path[-1] != start:
        above = int(parent[path[-1]])
        if above < 0:
            return read_only(np.zeros(0, np.int64))
        path.append(above)
    return read_only(np.array(path[::-1], np.int64))
