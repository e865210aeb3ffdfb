"""What follows from a world's graph: who is next to whom, road distances, hubs, corridors. Worked out once a world."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csgraph, csr_matrix

if TYPE_CHECKING:
    from model.world.world import World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Array = TypeVar("Array", bound=NDArray[Any])

EARTH_KM = 6371.0
MARCHABLE = ("land", "water")
"""Kinds of border over which operations go; nobody here lands from the sea."""
PIVOTS = 400
"""Sources from which betweenness is worked out: all places of a world up to this size, a sample beyond."""


def read_only(array: Array) -> Array:
    """The same array, made read-only: worlds are shared between models."""
    array.setflags(write=False)
    return array


def distance_km(lat_a: Any, lon_a: Any, lat_b: Any, lon_b: Any) -> Any:
    """Great-circle distance by the haversine formula; degrees in (numbers or arrays), kilometres out."""
    lat_a, lon_a, lat_b, lon_b = (np.radians(value) for value in (lat_a, lon_a, lat_b, lon_b))
    half = np.sin((lat_b - lat_a) / 2) ** 2 + np.cos(lat_a) * np.cos(lat_b) * np.sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_KM * np.arcsin(np.sqrt(half))


def neighbours(world: World) -> Ints:
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


def _link_sites(world: World, links: list[set[int]], towns: int) -> None:
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


def road_matrix(world: World) -> csr_matrix:
    """(P, P) symmetric matrix of road kilometres; between two places there is at most one road."""
    size = len(world.place_ids)
    a, b = world.roads[:, 0], world.roads[:, 1]
    rows, columns = np.concatenate([a, b]), np.concatenate([b, a])
    return csr_matrix((np.concatenate([world.road_km, world.road_km]), (rows, columns)), shape=(size, size))


def betweenness(roads: csr_matrix, pivots: int = PIVOTS) -> Floats:
    """Betweenness of places on the road graph (Freeman 1977), scaled so that the largest is 1.

    Dependencies are accumulated backwards along one shortest-path tree a source (Brandes 2001); distances in kilometres
    hardly ever tie, so that one tree holds all shortest paths. Worlds larger than ``pivots`` places are sampled at evenly
    spaced sources (Brandes & Pich 2007).

    Args:
        roads: (P, P) kilometres.
        pivots: most sources to start from.

    Returns:
        (P,) numbers from 0 to 1; all 0 where no path has an inner place.
    """
    size = roads.shape[0]
    sources = np.unique(np.linspace(0, size - 1, min(size, pivots)).astype(np.int64))
    distance, parent = csgraph.dijkstra(roads, indices=sources, return_predecessors=True)
    order = np.argsort(np.where(np.isfinite(distance), -distance, np.inf), axis=1, kind="stable")
    dependency = np.zeros(distance.shape)
    tree = np.arange(len(sources))
    for rank in range(size):
        place = order[:, rank]
        above = parent[tree, place]
        inner = above >= 0
        dependency[tree[inner], above[inner]] += 1.0 + dependency[tree[inner], place[inner]]
    dependency[tree, sources] = 0.0
    total = dependency.sum(axis=0)
    return read_only(total / total.max() if total.max() > 0 else total)


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
