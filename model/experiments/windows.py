"""What a column of outcomes is: its series, its quantity, and the window that it is of."""

from __future__ import annotations

from model.outcome import SUFFIXES, actor_flow, actor_level, level, once
from model.output.outcomes import outcome_named

_PERIODS = SUFFIXES | {"": "last 12 months"}
_LEVEL_PERIODS = {"": "at the end", "_y1": "end of month 12", "_y2": "end of month 24", "_all": "mean of the run"}
"""What the suffixes mean of flows and shares, and of levels."""

CENSORED = "run's length if never"
"""Behind the title of an outcome that counts the months until something falls: the mean is a restricted one."""


def series_of(name: str) -> str:
    """A column's outcome without its window: the series that it is read from."""
    end = next((end for end in SUFFIXES if end and name.endswith(end)), "")
    return name if name in once.outcomes else name.removesuffix(end)


def quantity_of(name: str) -> str:
    """A column's quantity, whatever the window and the actor."""
    series = series_of(name)
    of_actors = (*actor_level.outcomes, *actor_flow.outcomes)
    return next((base for base in of_actors if series.startswith(f"{base}_")), series)


def period_of(name: str) -> str:
    """The window of a column in words: last 12 months, at the end, ...; empty where it has none.

    Of months until something happens it says what stands for runs in which it does not.
    """
    series = series_of(name)
    if series in once.outcomes:
        return CENSORED if "length of the run" in once.outcomes[series].meaning else ""
    if outcome_named(series) is None:
        return ""
    at_end = quantity_of(name) in (*level.outcomes, *actor_level.outcomes)
    return (_LEVEL_PERIODS if at_end else _PERIODS)[name.removeprefix(series)]
