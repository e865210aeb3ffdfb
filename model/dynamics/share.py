"""Apportionment of whole numbers in proportion to weights, by largest remainders (Hamilton's method; ties go to the first).

``out_k = floor(w_k A / W)``, and the units that are missing to ``A`` go, one each, to the largest fractional parts.
"""

from __future__ import annotations

from math import floor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.compile import compiled

GUESSES = 20
"""After so many guesses remainders that are still not parted are taken to be equal, and are counted one by one."""


@compiled
def share_among(wanted: Any, places: Any, size: int, amount: int, total: float, out: Any, rest: Any) -> None:
    """Add ``amount`` to ``out`` over some places, in proportion to what is wanted there.

    Args:
        wanted: weights of the places, at least 0; the first ``size`` count.
        places: where in ``out`` each of them stands.
        size: how many places there are.
        amount: whole number to share out, at least 0.
        total: sum of the weights, above 0.
        out: whole numbers; changes.
        rest: scratch, at least ``size`` long.
    """
    scale, missing, above = amount / total, amount, 0
    for k in range(size):
        exact = wanted[k] * scale
        whole = floor(exact)
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
    """The remainder above which at most ``count`` lie, and at or above which at least ``count`` lie.

    Args:
        rest: remainders in [0, 1); the first ``size`` count.
        size: how many there are.
        count: units to give out.
        above: how many remainders are above 0.
    """
    if above <= count:
        return 0.0
    low, high, over, under = 0.0, 1.0, above, 0
    for _ in range(GUESSES):  # they lie about evenly: a few guesses part them, unless two are equal
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
    bar = 0.0
    for k in range(size):
        found = 0
        for other in range(size):
            found += 1 if rest[other] >= rest[k] else 0
        bar = max(bar, rest[k] if found >= count else 0.0)
    return bar


def rescale(numbers: NDArray[np.int64], wanted: int, otherwise: int = 0) -> None:
    """Bring whole numbers to a sum, in proportion to what they are.

    Args:
        numbers: (P,) at least 0; they change.
        wanted: their sum afterwards.
        otherwise: who gets it all where the numbers are all 0.
    """
    places = np.flatnonzero(numbers).astype(np.uint32)
    weights = numbers[places].astype(np.float64)
    numbers[:] = 0
    if len(places):
        share_among(weights, places, len(places), wanted, float(weights.sum()), numbers, np.empty(len(places)))
    else:
        numbers[otherwise] = wanted
