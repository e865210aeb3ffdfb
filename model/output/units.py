"""Units of outcomes, and the units that people are shown instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from model.output.outcomes import outcome_named

_SCALES = {
    "0-1": (100.0, "%", "percentage points"),
    "USD": (1e-6, "million USD", "million USD"),
    "person-months": (1e-3, "1000 person-months", "1000 person-months"),
}


@dataclass(frozen=True)
class Shown:
    """How values in a unit are shown.

    Args:
        factor: by which they are multiplied.
        level: unit of the product; empty where there is none.
        change: unit of a difference of two of them.
    """

    factor: float
    level: str
    change: str


def shown_in(unit: str) -> Shown:
    """How values in a unit are shown: shares in percent, money in millions, other units as they are."""
    if unit in _SCALES:
        return Shown(*_SCALES[unit])
    plain = "" if unit == "-" else unit
    return Shown(1.0, plain, plain)


def units_of(outcomes: Sequence[str]) -> dict[str, str]:
    """Units of outcomes by name, those of any actor included; empty for names that are no outcome."""
    known = {name: outcome_named(name) for name in outcomes}
    return {name: one.unit if one is not None else "" for name, one in known.items()}


def shown_of(outcome: str) -> Shown:
    """How the values of an outcome are shown."""
    return shown_in(units_of([outcome])[outcome])
