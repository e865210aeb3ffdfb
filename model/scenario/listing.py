"""Scenarios and their parameters as lists, for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from model.parameters import Declaration, ParameterTable, declarations
from model.scenario.files import read_toml, shipped_scenarios
from model.scenario.problems import dotted
from model.scenario.schema import Scenario
from model.scenario.tables import ARMED_KINDS


def scenario_titles() -> list[tuple[str, str, str]]:
    """Name, title and description of every shipped scenario, in alphabetical order.

    Raises:
        ScenarioError: a shipped file cannot be read.
    """
    files = {name: read_toml(path) for name, path in shipped_scenarios().items()}
    return [(name, str(file.get("title", "")), str(file.get("description", ""))) for name, file in files.items()]


def armed_actors(scenarios: Iterable[Scenario]) -> list[str]:
    """Ids of the armed actors of some resolved scenarios, each once, in their order."""
    every = (pair for scenario in scenarios for pair in scenario.actors.items())
    return list(dict.fromkeys(name for name, actor in every if actor.kind in ARMED_KINDS))


def scenario_declarations(scenario: Scenario) -> Iterator[Declaration]:
    """Every declared parameter of a resolved scenario, with its value there as default, by path in a scenario file.

    Actors come by id, each with the whole table of its kind.
    """
    for name, field in Scenario.model_fields.items():
        value: Any = getattr(scenario, name)
        extra = field.json_schema_extra
        if isinstance(value, ParameterTable):
            yield from declarations(value, name)
        elif isinstance(value, dict):
            for key, table in value.items():
                if isinstance(table, ParameterTable):
                    yield from declarations(table, dotted([name, key]))
        elif isinstance(extra, dict) and "unit" in extra:
            yield _top_level(name, value, field.description or "", extra)


def _top_level(name: str, value: Any, meaning: str, extra: dict[str, Any]) -> Declaration:
    return Declaration(
        path=name,
        default=value,
        low=extra.get("low"),
        high=extra.get("high"),
        options=(),
        unit=str(extra["unit"]),
        meaning=meaning,
        source=str(extra["source"]),
        status=str(extra["status"]),
    )
