"""Whole numbers shared out in proportion to weights, by largest remainders; and lists of where something is."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.compile import compiled

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_GUESSES = 20
"""Guesses at the bar between remainders; they lie about evenly, so that a few part them unless two are equal."""


def share_out(wanted: Floats, amount: Ints) -> Ints:
    """Share whole numbers out in proportion to what is wanted, by largest remainders (ties go to the first place).

    Args:
        wanted: (F, P) weights >= 0.
        amount: (F,) whole numbers; where all weights of a row are 0, the first place gets it all.

    Returns:
        (F, P) whole numbers whose rows sum to ``amount``.
    """
    out = np.zeros(wanted.shape, np.int64)
    for row in range(len(wanted)):
        places = np.flatnonzero(wanted[row])
        weights = np.ascontiguousarray(wanted[row, places])
        total = float(weights.sum())
        if total > 0.0:
            rest = np.empty(len(places))
            share_among(weights, places.astype(np.uint32), len(places), int(amount[row]), total, out[row], rest)
        else:
            out[row, 0] = amount[row]
    return out


@compiled
def share_among(wanted: Any, places: Any, size: int, amount: int, total: float, out: Any, rest: Any) -> None:
    """Share a whole number out over places by largest remainders; ties go to the first place.

    Args:
        wanted: weights, at least 0; the first ``size`` count.
        places: indices into ``out``, in ascending order.
        size: how many places there are.
        amount: the whole number.
        total: sum of the weights, above 0.
        out: whole numbers to which the shares are added.
        rest: scratch, at least ``size`` long.
    """
    scale, missing, above = amount / total, amount, 0
    for k in range(size):
        exact = wanted[k] * scale
        whole = int(exact)
        out[places[k]] += whole
        missing -= whole
        rest[k] = exact - whole
        above += 1 if rest[k] > 0.0 else 0
    if missing <= 0:
        return
    bar = remainder_that_counts(rest, size, missing, above)
    for k in range(size):
        more = 1 if rest[k] > bar else 0
        out[places[k]] += more
        missing -= more
    for k in range(size):
        if missing > 0 and rest[k] == bar:
            out[places[k]] += 1
            missing -= 1


@compiled
def remainder_that_counts(rest: Any, size: int, count: int, above: int) -> float:
    """The bar that at most ``count`` of the remainders are above, and at least ``count`` are above or equal to.

    Args:
        rest: remainders in [0, 1); the first ``size`` count.
        size: how many there are.
        count: how many are wanted.
        above: how many are above 0.
    """
    if above <= count:
        return 0.0
    low, high, over, under = 0.0, 1.0, above, 0
    for _ in range(_GUESSES):
        guess = high - (high - low) * (count - under + 0.5) / (over - under + 1)
        found = 0
        for k in range(size):
            found += 1 if rest[k] > guess else 0
        if found == count:
            return guess
        if found > count:
            low, over = guess, found
        else:
            high, under = guess, found
    return _largest_with(rest, size, count)


@compiled
def _largest_with(rest: Any, size: int, count: int) -> float:
    """The largest remainder that at least ``count`` of them are not below."""
    bar = 0.0
    for k in range(size):
        found = 0
        for other in range(size):
            found += 1 if rest[other] >= rest[k] else 0
        if found >= count and rest[k] > bar:
            bar = rest[k]
    return bar


@compiled
def list_nonzero(row: Any, out: Any) -> int:
    """Write down where a row is not 0, in ascending order; eight at a time are passed over where there is nothing.

    Args:
        row: (P,) numbers.
        out: at least one longer than ``row``.

    Returns:
        How many there are.
    """
    count, whole = 0, len(row) - len(row) % 8
    for p in range(0, whole, 8):
        some = (row[p] != 0) | (row[p + 1] != 0) | (row[p + 2] != 0) | (row[p + 3] != 0)
        some |= (row[p + 4] != 0) | (row[p + 5] != 0) | (row[p + 6] != 0) | (row[p + 7] != 0)
        if some:
            for q in range(p, p + 8):
                out[count] = q
                count += 1 if row[q] != 0 else 0
    for p in range(whole, len(row)):
        out[count] = p
        count += 1 if row[p] != 0 else 0
    return count
