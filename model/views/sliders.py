"""Sliders over declared ranges: whole notches, so that the ends are exact and a value between notches stays as it is."""

from __future__ import annotations

from model.parameters import Declaration
from model.scenario.tables import number_text

NOTCHES = 100
"""Notches of a slider over real numbers, and the most over whole ones."""


def notches_of(one: Declaration) -> int:
    """The last notch of a parameter's slider; 0 where it has no range, and so no slider."""
    if one.low is None or one.high is None or not one.low < one.high:
        return 0
    return min(int(one.high - one.low), NOTCHES) if isinstance(one.default, int) else NOTCHES


def value_at(one: Declaration, notch: int) -> float | int:
    """The value that a notch stands for: the ends of the range at both ends, short numbers in between."""
    low, high = float(one.low or 0.0), float(one.high or 0.0)
    last = notches_of(one)
    exact = high if notch == last else float(number_text(low + (high - low) * notch / last))
    return round(exact) if isinstance(one.default, int) else exact


def notch_of(one: Declaration, value: float) -> int:
    """The notch nearest to a value; values beyond the range stand at its ends."""
    low, high, last = float(one.low or 0.0), float(one.high or 0.0), notches_of(one)
    return min(max(round((value - low) / (high - low) * last), 0), last)
