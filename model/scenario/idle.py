"""Input that is right by itself but lies outside a run's months, and so does nothing: said in sentences, not refused.

A run may be shortened on purpose (``--months 24``). Forcings that a scenario takes over from one of
another start or length are not told.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

IDLE = " no effect: "
_MOST_NAMED = 5


def idle_inputs(resolved: Mapping[str, Any], own: Collection[str]) -> list[str]:
    """A sentence for instruments, and one for forcings, that begin after the run's end or end before its start.

    Args:
        resolved: the scenario, see :meth:`model.scenario.schema.Scenario.resolved`.
        own: names of the forcings that are not taken over from another scenario.
    """
    months, start = resolved["months"], resolved["start"]
    if not months:
        return []
    last = _month_after(start, months - 1)
    instruments = resolved["united_states"]["instruments"].items()
    late = [f"{name} (from month {one['start']})" for name, one in instruments if one["start"] >= months]
    outside = [
        f"{one['name']} ({one['start']} to {one['end'] or 'the end'})"
        for one in resolved["forcing"]
        if one["name"] in own and (one["start"] > last or (one["end"] is not None and one["end"] < start))
    ]
    return [*_sentence("instrument", late, start, last), *_sentence("forcing", outside, start, last)]


def _sentence(what: str, names: Sequence[str], start: str, last: str) -> list[str]:
    if not names:
        return []
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    listed = ", ".join(names[:_MOST_NAMED]) + more
    verb = f"{what} lies" if len(names) == 1 else f"{what}s lie"
    has = "has" if len(names) == 1 else "have"
    return [f"{len(names)} {verb} outside the run, {start} to {last}, and {has}{IDLE}{listed}."]


def _month_after(start: str, months: int) -> str:
    year, month = start.split("-")
    count = 12 * int(year) + int(month) - 1 + months
    return f"{count // 12:04d}-{count % 12 + 1:02d}"
