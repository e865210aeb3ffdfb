"""Observation operators: what each published measure of control would read off the model's state.

The published shares of Myanmar that the junta "holds" run from 14 to 80% because they measure different things of one
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

from dataclasses import dataclass
from typing import Any

from model.arrays import ArrayGroup, Floats, per, record, record_maker
from model.compile import compiled
from model.state import sizes_of
from model.world.world import World

FULL_AUTHORITY = 0.10
"""Share of the countryside in other armed hands from which an authority is no longer full; assumed from SAC-M's words."""
WRIT = 2 / 3
"""Share of the countryside that lets the junta's writ run in a township; assumed: a clear majority."""

MEASURES = (
    *("sacm_full_area", "sacm_full_population", "bbc_full_area", "bbc_resistance_area"),
    *("nug_junta", "nug_resistance", "polls"),
)


measures_record = record_maker(*((name, float) for name in MEASURES))


@dataclass
class Observation(ArrayGroup):
    """What publishers look at, and what they would read off it."""

    area: Floats = per("N")
    people: Floats = per("N")
    """Share of each township in the country's area and population."""
    ours: Floats = per("N")
    others: Floats = per("N")
    """``J`` and ``R`` of the module's docstring."""
    measures: Any = record(measures_record)
    """Record: shares 0-1 by the names of MEASURES, ``polls`` in townships."""


def observation_of(world: World) -> Observation:
    """What publishers look at in a world; nothing seen yet."""
    look = Observation.begin(sizes_of(world))
    look.area = world.area / max(world.area.sum(), 1e-9)
    look.people = world.population / max(world.population.sum(), 1e-9)
    return look


# equations: the operators of the table above --------------------------------------------------------------------------


@compiled
def has_full_authority(held: bool, besieged: bool, r: float) -> bool:
    """SAC-M: whether the junta's authority over a township is full, or its control stable."""
    return held and not besieged and r < FULL_AUTHORITY


@compiled
def in_full_control(share: float) -> float:
    """BBC: share of a township's village groups in which two looks find a side in charge that has a share of them."""
    return share * share


@compiled
def is_the_resistances(taken: bool, r: float) -> bool:
    """NUG: whether a township is the resistance's, which has taken the town or holds over half of the countryside."""
    return taken or r > 0.5


@compiled
def has_writ(held: bool, resistance: bool, j: float) -> bool:
    """NUG: whether the junta's writ runs in a township."""
    return held and not resistance and j >= WRIT


# process --------------------------------------------------------------------------------------------------------------


@compiled
def _share_out(run: Any, look: Any) -> None:
    """Work out ``J`` and ``R`` of all townships."""
    control, side = run.state.control, run.state.stance[run.land.junta]
    look.ours[:] = 0.0
    look.others[:] = 0.0
    for a in range(len(side)):
        shares = look.ours if side[a] == 1 else look.others
        for n in range(len(shares)):
            shares[n] += control[a, n]


@compiled
def observe(run: Any, look: Any) -> None:
    """Read every measure off the state; without a junta all stay 0.

    Args:
        run: the run.
        look: an :class:`Observation`, which changes.
    """
    if run.land.junta < 0:
        return
    _share_out(run, look)
    state, seen, towns = run.state, look.measures, len(look.area)
    sacm_area, sacm_people, bbc_ours, bbc_others, writ, lost, polls = 0.0, 0.0, 0.0, 0.0, 0, 0, 0
    for n in range(towns):
        j, r, holder = look.ours[n], look.others[n], state.holder[n]
        held = holder >= 0 and state.stance[run.land.junta, holder] == 1
        resistance = is_the_resistances(holder >= 0 and not held, r)
        if has_full_authority(held, state.attacker[n] >= 0, r):
            sacm_area += look.area[n]
            sacm_people += look.people[n]
        bbc_ours += look.area[n] * in_full_control(j)
        bbc_others += look.area[n] * in_full_control(r)
        writ += has_writ(held, resistance, j)
        lost += resistance
        polls += held
    seen.sacm_full_area, seen.sacm_full_population = sacm_area, sacm_people
    seen.bbc_full_area, seen.bbc_resistance_area = bbc_ours, bbc_others
    seen.nug_junta, seen.nug_resistance, seen.polls = writ / max(towns, 1), lost / max(towns, 1), polls
