"""Two scenarios side by side: which parameters differ, with their units and how well they are known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from model.scenario.layers import parse_set
from model.scenario.listing import scenario_declarations
from model.scenario.problems import dotted, toml_value
from model.scenario.schema import Scenario

COLUMNS = ("path", "first", "second", "unit", "status")
ABSENT = "-"


def differing_parameters(first: Scenario, second: Scenario) -> pd.DataFrame:
    """The parameters in which two resolved scenarios differ.

    Args:
        first: a scenario.
        second: another.

    Returns:
        Columns :data:`COLUMNS`, a row per parameter in the order of the schema; values as TOML has them, ``-`` where one of
        the two has none (an instrument, an actor). Names, titles and descriptions are no parameters.
    """
    known = {parse_set(f"{d.path}=0")[0]: d for one in (second, first) for d in scenario_declarations(one)}
    rows = []
    for path, ours, theirs in _changed(_by_name(first), _by_name(second), ()):
        declared = known.get(path)
        unit, status = (declared.unit, declared.status) if declared else ("", "")
        rows.append((dotted(path), ours, theirs, "" if unit == "-" else unit, status))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _by_name(scenario: Scenario) -> dict[str, Any]:
    """A resolved scenario whose forcings stand by name, so that one more does not make all of them differ."""
    resolved = scenario.resolved()
    named = {one["name"]: {key: value for key, value in one.items() if key != "name"} for one in resolved["forcing"]}
    return {**resolved, "forcing": named}


def _changed(first: Any, second: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Path and both values of whatever differs; what one of the two has alone comes key by key."""
    tables = [{} if side is None and path else side for side in (first, second)]
    if all(isinstance(table, dict) for table in tables) and any(tables):
        for key in dict.fromkeys([*tables[0], *tables[1]]):
            yield from _changed(tables[0].get(key), tables[1].get(key), (*path, key))
    elif first != second:
        yield path, _text(first), _text(second)


def _text(value: Any) -> str:
    return ABSENT if value is None else toml_value(value)
