"""Scenarios and their parameters as lists, for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from model.parameters import Declaration, ParameterTable, declaration, declarations
from model.scenario.files import read_toml, shipped_scenarios
from model.scenario.problems import dotted
from model.scenario.schema import Scenario
from model.scenario.tables import ARMED_KINDS, owner_of


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
    for name in Scenario.model_fields:
        value: Any = getattr(scenario, name)
        if isinstance(value, ParameterTable):
            yield from declarations(value, name)
        elif isinstance(value, dict):
            for key, table in value.items():
                if isinstance(table, ParameterTable):
                    yield from declarations(table, dotted([name, key]))
        elif (one := declaration(Scenario, name, name, value)) is not None:
            yield one


def once_by_owner(found: Sequence[Declaration], scenario: Scenario) -> Iterator[Declaration]:
    """What actors share, once: ``actors.<ArmedActor>.commit_share`` with the default, then the actors with another value.

    Args:
        found: declarations of a scenario; only what is there for all actors that share it is put together.
        scenario: resolved.
    """
    tables = {dotted([name]): type(actor) for name, actor in scenario.actors.items()}
    groups: dict[tuple[str, str], list[Declaration]] = {}
    for one in found:
        whose, _, name = one.path.rpartition(".")
        table = tables.get(whose.removeprefix("actors."))
        groups.setdefault((owner_of(table, name), name) if table else (one.path, ""), []).append(one)
    for (owner, name), group in groups.items():
        sharing = [table for table in tables.values() if name in table.model_fields and owner_of(table, name) == owner]
        if len(group) != len(sharing) or len(sharing) == 1:
            yield from group
            continue
        default = sharing[0].model_fields[name].default
        yield replace(group[0], path=f"actors.<{owner}>.{name}", default=default)
        yield from (one for one in group if one.default != default)
