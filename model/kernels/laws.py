"""Kernels of the record: whether a month's ledgers close, and what measures of control see of each township."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.kernels import kernel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@kernel
def hold(
    troops: Ints,
    troops_before: Ints,
    tally: tuple[Ints, Ints, Ints, Ints],
    arms: tuple[Floats, Floats, Floats, Floats],
    money: tuple[Floats, Floats, Floats, Floats],
    goods: tuple[tuple[float, float], tuple[float, float]],
    control: Floats,
    holder: Ints,
    ore: Floats,
    stock: Floats,
) -> bool:
    """Whether every law of :class:`model.ledger.Ledger` holds.

    Args:
        troops: (F, P) fighters.
        troops_before: (F,) at the start of the month.
        tally: (F,) recruited, dead, deserted, captured.
        arms: (F,) at the end and at the start of the month, gained, lost.
        money: (F,) the same.
        goods: t found and expected of ore, and of reagent.
        control: (F + 1, N) shares of the countryside.
        holder: (P,) who holds each place.
        ore: (M, 3) flows.
        stock: (M,) t.
    """
    recruited, dead, deserted, captured = tally
    for actor in range(len(troops)):
        there = 0
        for place in range(troops.shape[1]):
            if troops[actor, place] < 0:
                return False
            there += troops[actor, place]
        if there != troops_before[actor] + recruited[actor] - dead[actor] - deserted[actor] - captured[actor]:
            return False
        for balance, tolerance in ((arms, 1e-6), (money, 0.01)):
            now, before, gained, lost = balance
            expected = before[actor] + gained[actor] - lost[actor]
            if not abs(now[actor] - expected) <= tolerance * max(1.0, abs(expected) * 1e-9 + 1.0):
                return False
    for found, expected in goods:
        if not abs(found - expected) <= 1e-6 * max(expected, 1.0):
            return False
    for where in range(control.shape[1]):
        total = 0.0
        for actor in range(len(control)):
            if control[actor, where] < 0:
                return False
            total += control[actor, where]
        if not abs(total - 1.0) <= 1e-9:
            return False
    for place in range(len(holder)):
        if holder[place] < -1 or holder[place] >= len(troops):
            return False
    enough = True
    for mine in range(len(stock)):
        enough = enough and not stock[mine] < -1e-9 and not ore[mine].min() < 0
    return enough


@kernel
def observed(control: Floats, side: Bools, holder: Ints, attacker: Ints, full_authority: float, writ: float) -> Floats:
    """(6, N) what the measures of :func:`model.observe.observe` see of each township, in its order; the last: towns held.

    Args:
        control: (F + 1, N) shares of the countryside.
        side: (F,) the junta and those allied with it.
        holder: (P,) who holds each place.
        attacker: (P,) who besieges it.
        full_authority: share in other armed hands from which authority is not full.
        writ: share that lets the junta's writ run.
    """
    forces, towns = len(side), control.shape[1]
    ours, armed, out = np.zeros(towns), np.zeros(towns), np.zeros((6, towns))
    for actor in range(forces):
        shares = control[actor]
        for where in range(towns):
            armed[where] += shares[where]
            if side[actor]:
                ours[where] += shares[where]
    for where in range(towns):
        j = ours[where]
        r = armed[where] - j
        held = holder[where] >= 0 and side[holder[where]]
        resistance = (holder[where] >= 0 and not held) or r > 0.5
        out[0, where] = 1.0 if held and attacker[where] < 0 and r < full_authority else 0.0
        out[1, where], out[2, where] = j * j, r * r
        out[3, where] = 1.0 if held and not resistance and j >= writ else 0.0
        out[4, where] = 1.0 if resistance else 0.0
        out[5, where] = 1.0 if held else 0.0
    return out
