"""Two scenarios side by side: which parameters differ, with their units and how well they are known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from model.scenario.layers import parse_set
from model.scenario.listing import scenario_declarations
from model.scenario.problems import dotted, toml_text
from model.scenario.schema import Scenario

COLUMNS = ("path", "first", "second", "unit", "status")
ABSENT = "-"


def differing_parameters(first: Scenario, second: Scenario) -> pd.DataFrame:
    """The parameters in which two resolved scenarios differ.

    Args:
        first: a scenario.
        second: another.

    Returns:
        Columns :data:`COLUMNS`, a row a parameter in the order of the schema; values as TOML has them, ``-`` where one of
        the two has none (an instrument, an actor). Names, titles and descriptions are no parameters.
    """
    known = {parse_set(f"{d.path}=0")[0]: d for one in (second, first) for d in scenario_declarations(one)}
    rows = []
    for path, ours, theirs in _changed(first.resolved(), second.resolved(), ()):
        declared = known.get(path)
        unit, status = (declared.unit, declared.status) if declared else ("", "")
        rows.append((dotted(path), ours, theirs, "" if unit == "-" else unit, status))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _changed(first: Any, second: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str, str]]:
    if not (isinstance(first, dict) and isinstance(second, dict)):
        if first != second:
            yield path, _text(first), _text(second)
        return
    for key in dict.fromkeys([*first, *second]):
        yield from _changed(first.get(key), second.get(key), (*path, key))


def _text(value: Any) -> str:
    return ABSENT if value is None else toml_text(value)
