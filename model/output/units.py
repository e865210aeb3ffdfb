"""Units of outcomes, and the units that people are shown instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agents.instruments import KINDS
from model.output.outcomes import outcome_named

_SCALES = {
    "0-1": (100.0, "%", "percentage points"),
    "0/1": (100.0, "% of runs", "percentage points"),
    "USD": (1e-6, "million USD", "million USD"),
    "person-months": (1e-6, "million person-months", "million person-months"),
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


def number(value: float) -> str:
    """Three significant digits for people: 0.0412, 4.12, 41.2, 412, 4,120."""
    if value != value:
        return "-"
    if value == 0:
        return "0"
    if abs(value) >= 1000:
        digits = len(f"{abs(value):.0f}") - 3
        return f"{round(value, -digits):,.0f}"
    if abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.3g}" if abs(value) >= 0.001 else f"{value:.1e}"


def signed(value: float) -> str:
    """A difference for people, with its sign: +4.12, and a real minus."""
    text = number(abs(value))
    return f"{'+' if value > 0 else chr(0x2212)}{text}" if value < 0 or value > 0 else text


def per_cent(share: float, *, signs: bool = False) -> str:
    """A share or a relative change as percent for people: 0.04%, 3.1%, 61%, 104%, 1,310%; with its sign where asked.

    Args:
        share: a hundredth of it.
        signs: whether the text begins with + or a real minus.
    """
    if not abs(share) >= 1e-4 and share != 0:
        return "less than 0.01%" if share == share else "-"
    digits = float(f"{100 * share:.{2 if abs(share) < 0.1 else 3}g}")
    return f"{(signed if signs else number)(digits if abs(share) < 0.1 else round(digits))}%"


def join(words: Sequence[str]) -> str:
    """Words as a list in a sentence: a, b and c."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else list(words))


def capital(sentence: str) -> str:
    """A sentence with a capital letter at its beginning."""
    return sentence[:1].upper() + sentence[1:]


def amount_words(amount: float, unit: str) -> str:
    """An amount per month in words: 3.83 million USD per month, 208 people per month."""
    if unit == "USD":
        shown = shown_in(unit)
        return f"{number(shown.factor * amount)} {shown.level} per month"
    return f"{number(amount)} {unit} per month"


def dose_words(kind: str, level: float, us: Any) -> str:
    """What a level of an instrument amounts to, or the level itself where its precedent has no size.

    Args:
        kind: of the instrument.
        level: of the instrument.
        us: Washington's table.
    """
    amount = KINDS[kind].amount(level, us)
    return f"level {number(level)}" if amount is None else amount_words(amount, KINDS[kind].unit)
