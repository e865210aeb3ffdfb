"""Observation operators: what each published measure of control would read off the model's state.

The published shares of Myanmar that the junta "holds" run from 14 to 80 % because they measure different things of one
country. Each operator below is coded from its publisher's own words and applied to the state; record and model are compared
through it and never otherwise. ``J`` is the countryside share of the junta and those allied with it, ``R`` that of all other
armed actors; what is left belongs to nobody.

============================  ==============================================================================================
measure                       operator
============================  ==============================================================================================
``sacm_full_area``,           SAC-M (2022, May 2024): townships under the junta's *full authority* or *stable control*: it
``sacm_full_population``      holds the town, nobody besieges it, and ``R < FULL_AUTHORITY``; share of area, of population
``bbc_full_area``,            BBC (December 2024, more than 14,000 village groups): *full control* of a village group. Two
``bbc_resistance_area``       looks at a village group find the same side in charge: ``J^2`` and ``R^2`` (the terms of a
                              Herfindahl index), share of area; what is left is contested
``nug_junta``,                NUG (January 2025, a claim): a township is the resistance's where it holds the town or over half
``nug_resistance``            of the countryside, the junta's where *its writ runs*: it holds the town and ``J >= WRIT``;
                              otherwise contested; share of townships
``polls``                     Union Election Commission (December 2025): polls need the town, not its countryside; townships
                              whose town the junta or an ally holds
============================  ==============================================================================================

Seats held are ``townships_held`` of the table of actors. The two thresholds are our reading of words, assumed, and frozen
before any calibration: their hash stands in the manifest of every hindcast.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from model.state import NOBODY, State
from model.world.world import World

Floats = NDArray[np.float64]

FULL_AUTHORITY = 0.10
"""Share of the countryside in other armed hands from which an authority is no longer full; assumed from SAC-M's words."""
WRIT = 2 / 3
"""Share of the countryside that lets the junta's writ run in a township; assumed: a clear majority."""

MEASURES = (
    "sacm_full_area",
    "sacm_full_population",
    "bbc_full_area",
    "bbc_resistance_area",
    "nug_junta",
    "nug_resistance",
    "polls",
)


@lru_cache(maxsize=16)
def _weights(world: World) -> Floats:
    """(3, N) share of each township in the country's area, population and number of townships."""
    count = len(world.codes)
    area, people = world.area, world.population
    return np.stack(
        [area / max(area.sum(), 1e-9), people / max(people.sum(), 1e-9), np.full(count, 1.0 / max(count, 1))]
    )


def observe(world: World, state: State, junta: int) -> dict[str, float]:
    """Read every measure of :data:`MEASURES` off a state.

    Args:
        world: the world.
        state: the state.
        junta: index of the junta; -1 for none: then every measure is 0.

    Returns:
        Shares 0-1; ``polls`` in townships.
    """
    if junta < 0:
        return dict.fromkeys(MEASURES, 0.0)
    towns = len(world.codes)
    side = state.stance[junta] == 1
    ours = side[:, None] * state.control[:-1]
    j = ours.sum(axis=0)
    r = state.control[:-1].sum(axis=0) - j
    holder = state.holder[:towns]
    held = (holder >= 0) & side[holder]
    full = held & (state.attacker[:towns] == NOBODY) & (r < FULL_AUTHORITY)
    resistance = ((holder >= 0) & ~held) | (r > 0.5)
    area, people, one = _weights(world)
    return {
        "sacm_full_area": float(area @ full),
        "sacm_full_population": float(people @ full),
        "bbc_full_area": float(area @ j**2),
        "bbc_resistance_area": float(area @ r**2),
        "nug_junta": float(one @ (held & ~resistance & (j >= WRIT))),
        "nug_resistance": float(one @ resistance),
        "polls": float(held.sum()),
    }
