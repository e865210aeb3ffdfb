"""Kernel of the record: whether a month's ledgers close."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.kernels import kernel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


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
