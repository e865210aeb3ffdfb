"""The tile grid as shapes: hexagons, outlines of states, places of names and marks. Positions in tile widths, y up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.arrays import Floats
from model.world.world import World, WorldError

_RADIUS = 1 / np.sqrt(3)
_ROW = np.sqrt(3) / 2
_ANGLES = np.deg2rad(np.arange(30, 390, 60))
_CORNERS = np.column_stack([np.cos(_ANGLES), np.sin(_ANGLES)]) * _RADIUS
_STEPS = np.column_stack([np.cos(_ANGLES + np.pi / 6), np.sin(_ANGLES + np.pi / 6)])
"""(6, 2) from a centre to the centre of the neighbour across the edge from corner k to corner k + 1."""

LANDMARKS = {
    "Myitkyina": "Myitkyina",
    "Pangwa": "Pangwa",
    "Bhamo": "Bhamo",
    "Lashio": "Lashio",
    "Chanayethazan": "Mandalay",
    "Poke Ba Thi Ri": "Naypyitaw",
    "Kyauktada": "Yangon",
}
"""Places that are named beside the map, and how: of a city's townships, the one of its centre."""


@dataclass(frozen=True)
class Tiles:
    """The shapes of a world's map.

    Args:
        centres: (N, 2) centres of the tiles: pointy tops, odd rows shifted right by half a tile.
        corners: (N, 6, 2) corners.
        outlines: (E, 2, 2) edges between tiles of different states, and around the whole.
        states: name of each state, and the centre of the tile nearest to its middle.
    """

    centres: Floats
    corners: Floats
    outlines: Floats
    states: dict[str, tuple[float, float]]


def tiles_of(world: World) -> Tiles:
    """Compute the shapes of a world's map."""
    centres = np.column_stack([world.col + 0.5 * (world.row % 2), -world.row * _ROW]).astype(np.float64)
    return Tiles(centres, centres[:, None] + _CORNERS, _outlines(world, centres), _middles(world, centres))


def _outlines(world: World, centres: Floats) -> Floats:
    at = {_key(centre): tile for tile, centre in enumerate(centres)}
    edges = []
    for tile, centre in enumerate(centres):
        for side in range(6):
            other = at.get(_key(centre + _STEPS[side]))
            # An edge between two states is met from both sides and kept from one.
            if other is None or (other > tile and world.states[other] != world.states[tile]):
                edges.append(centre + _CORNERS[[side, (side + 1) % 6]])
    return np.array(edges)


def _key(centre: Floats) -> tuple[int, int]:
    return round(float(centre[0]) * 2), round(float(centre[1]) / _ROW)


def _middles(world: World, centres: Floats) -> dict[str, tuple[float, float]]:
    states = np.array(world.states)
    found = {}
    for state in dict.fromkeys(world.states):
        own = centres[states == state]
        nearest = own[np.argmin(((own - own.mean(axis=0)) ** 2).sum(axis=1))]
        found[state] = (float(nearest[0]), float(nearest[1]))
    return found


def site_positions(world: World, tiles: Tiles, sites: list[int]) -> Floats:
    """(len(sites), 2) where sites are marked: side by side in the lower half of their tile."""
    seats: dict[int, list[int]] = {}
    for order, site in enumerate(sites):
        seats.setdefault(int(world.site_parent[site]), []).append(order)
    positions = np.zeros((len(sites), 2))
    for parent, members in seats.items():
        shifts = (np.arange(len(members)) - (len(members) - 1) / 2) * 0.27
        positions[members] = tiles.centres[parent] + np.column_stack([shifts, np.full(len(members), -0.30)])
    return positions


def landmark_labels(
    world: World, tiles: Tiles, gap: float
) -> list[tuple[str, tuple[float, float], tuple[float, float]]]:
    """Names of cities with the point that each belongs to and the place of its text right of the map.

    Args:
        world: the world; places that it lacks are left out.
        tiles: its shapes.
        gap: least distance between two names, tile widths.
    """
    known = []
    for name, label in LANDMARKS.items():
        try:
            place = world.find_place(name)
        except (KeyError, WorldError):
            continue
        x, y = tiles.centres[int(world.place_territory[place])]
        known.append((label, (float(x), float(y))))
    right = float(tiles.centres[:, 0].max()) + 1.1
    found, level = [], np.inf
    for label, point in sorted(known, key=lambda entry: -entry[1][1]):
        level = min(level - gap, point[1])
        found.append((label, point, (right, float(level))))
    return found
