"""One kernel for what the record of a month reads off the state; see :mod:`model.output.record`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.kernels import kernel, laws, sums
from model.kernels.bound import Bound

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@kernel
def _note_actors(
    block: Floats,
    month: int,
    standing: Floats,
    counts: tuple[Any, ...],
    now: tuple[Any, ...],
    total: float,
    partner: int,
) -> None:
    """Fill in (19, months, F) ``block`` at a month; rows in the order of ``model.output.record.ACTOR_ROWS``."""
    posts_taken, dead, deserted, income = counts
    arms, treasury, hope, recognition, pressure, ore_usd, taxes = now
    for f in range(block.shape[2]):
        people = standing[4, f]
        block[0, month, f], block[1, month, f] = standing[0, f], people / total
        block[2, month, f], block[3, month, f] = standing[3, f] / total, standing[2, f]
        block[4, month, f], block[5, month, f] = standing[1, f], posts_taken[f]
        block[6, month, f], block[7, month, f], block[8, month, f] = dead[f], deserted[f], arms[f]
        block[9, month, f], block[10, month, f], block[11, month, f] = treasury[f], income[f], ore_usd[f]
        block[12, month, f] = taxes[f]
        block[13, month, f] = standing[5, f] / max(people, 1.0)
        block[14, month, f] = standing[6, f] / max(people, 1.0)
        block[15, month, f], block[16, month, f] = hope[f], 1.0 if f == partner else 0.0
        block[17, month, f], block[18, month, f] = recognition[f], pressure[f]


@kernel
def note(bound: Bound, month: int, taxes: Floats, partner: int) -> None:
    """Note the actors, flows and lanes of a month, and what the record of the month sums up.

    Args:
        bound: what :class:`model.output.record.Recorder` binds: (19, months, F) the actors' record, which changes; holders,
            attackers, posts, (F, P) fighters, (F, F) stances; control, consent, services, (N,) persons, the whole country's;
            (F,) posts taken, dead, deserted, income of the month; (F,) arms, treasury, hope, recognition, pressure, USD from
            ore; (M, 3) flows, crossings used; stocks, capacities, shares at work, lanes, crossings of mines, crossings to
            China, displaced; (M,) places of the mines; the junta's index, -1 none; thresholds of :mod:`model.output.observe`; and what
            is written: of all months flows, crossings used, sellers, lanes; (10,) what :func:`model.kernels.sums.month`
            returns, and towns of the junta's side; (5, N) what :func:`model.kernels.laws.measures` writes.
        month: column of the record.
        taxes: (F,) tax in yuan/t.
        partner: whom Washington has picked; -1 nobody.
    """
    block, places, people, counts, now, (ore, used), trade, mine_place, junta, thresholds, out = bound.values
    flows, crossings, sellers, lanes, numbers, seen = out
    holder, attacker, posts, troops, stance = places
    control, legitimacy, services, population, total = people
    standing = sums.standing(holder, posts, troops, control, population, legitimacy, services)
    _note_actors(block, month, standing, counts, (*now, taxes), total, partner)
    flows[month], crossings[month], lanes[month] = ore, used, trade[3]
    for mine in range(len(mine_place)):
        sellers[month, mine] = holder[mine_place[mine]]
    numbers[:9] = sums.month(ore, *trade)
    if junta >= 0:
        numbers[9] = laws.measures(control, stance[junta] == 1, holder, attacker, thresholds[0], thresholds[1], seen)
