"""The commands that look things up, write a file to start from, and tell what came out."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from model.cli.batches import Plugins, Sets
from model.cli.text import columns, fail, wrapped

if TYPE_CHECKING:
    from model.parameters import Declaration

_USUAL = "status_quo"
_NOT_IN_NAMES = '<>:"|?*'

Search = Annotated[
    str | None, typer.Option("--search", "-s", metavar="TEXT", help="Only entries that contain all of these words.")
]


def scenarios(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Print the file of this scenario.")] = None,
) -> None:
    """List the shipped scenarios and batches, or print the file of one."""
    from model.scenario.files import find_scenario, shipped_batches
    from model.scenario.listing import scenario_titles

    if name is not None:
        path = shipped_batches().get(name) or find_scenario(name)
        typer.echo(path.read_text(encoding="utf-8-sig"), nl=False)
        return
    typer.echo(columns((found, title) for found, title, _ in scenario_titles()))
    typer.echo("\nBatches: " + ", ".join(shipped_batches()))
    typer.echo("Print a file with: pangwa scenarios NAME. Write your own with: pangwa new NAME --extends NAME")


def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the scenario; the file is NAME.toml.")],
    extends: Annotated[str, typer.Option(metavar="SCENARIO", help="The scenario that it extends.")] = _USUAL,
    plugin: Plugins = None,
) -> None:
    """Write a commented scenario file to start from; existing files are never overwritten."""
    from model.experiments.files import write_new
    from model.scenario.files import find_scenario, shipped_scenarios
    from model.scenario.read import load_scenario
    from model.scenario.starter import starter_text

    path = Path(name if name.endswith(".toml") else f"{name}.toml")
    if not path.stem or any(character in _NOT_IN_NAMES or ord(character) < 32 for character in path.name):
        fail(f"'{name}' cannot be a file name; it must not contain {' '.join(_NOT_IN_NAMES)}")
    if path.stem in shipped_scenarios():
        fail(f"'{path.stem}' is the name of a shipped scenario; choose another")
    parent = find_scenario(extends)
    text = starter_text(path, extends if extends in shipped_scenarios() else parent, load_scenario(extends))
    try:
        write_new(path, text)
    except FileExistsError:
        fail(f"{path}: already exists and is not overwritten; choose another name")
    except OSError as error:
        fail(f"{path}: cannot be written: {error.strerror}")
    typer.echo(f"wrote {path}; edit it, then: pangwa check {path} and pangwa run {path}")


def check(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Scenarios and batch files.")],
    sets: Sets = None,
    plugin: Plugins = None,
) -> None:
    """Check scenario and batch files and list every problem, one per line; exit code 2 if there are any."""
    from model.experiments.batch_file import read_plan
    from model.experiments.errors import PlanError
    from model.scenario.idle import IDLE
    from model.scenario.problems import ScenarioError

    problems: dict[str, None] = {}
    for file in files:
        try:
            plan = read_plan([file], sets=sets or ())
        except (PlanError, ScenarioError) as error:
            problems |= dict.fromkeys(error.problems)
        else:
            typer.echo(f"{file}: ok")
            for note in (note for note in plan.notes if IDLE in note):
                typer.echo(f"{file}: {note}")
    if problems:
        fail(*problems)


def parameters(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="Scenario whose values are shown.")] = _USUAL,
    search: Search = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print as CSV.")] = False,
    sets: Sets = None,
    plugin: Plugins = None,
) -> None:
    """List parameters: path, value, range, unit, status (how well it is known), source, meaning."""
    from model.api.lookup import find_parameters

    found, count = find_parameters(search, scenario, sets or ())
    if as_csv:
        _write_csv(
            ("path", "value", "low", "high", "off", "options", "unit", "status", "source", "meaning"),
            (
                (
                    d.path,
                    _value(d.default),
                    d.low,
                    d.high,
                    d.off,
                    "|".join(d.options),
                    d.unit,
                    d.status,
                    d.source,
                    d.meaning,
                )
                for d in found
            ),
        )
        return
    for one in found:
        typer.echo(_parameter_text(one))
    typer.echo(
        f"\n{len(found)} of {count} parameters. Change one with --set PATH=VALUE, or in a file; "
        "replace <ArmedActor> by an actor's id."
    )


def _parameter_text(one: Declaration) -> str:
    unit = "" if one.unit == "-" else f" [{one.unit}]"
    allowed = ", ".join(one.options)
    if one.low is not None or one.high is not None:
        allowed = f"{_value(one.low)} to {_value(one.high)}"
        allowed += f", off at {_value(one.off)}" if one.off is not None else ""
    head = f"{one.path} = {_value(one.default)}{unit}"
    lines = [f"{allowed}; {one.status}" if allowed else one.status, one.meaning, f"Source: {one.source}"]
    return "\n".join([head, *(wrapped(line, 4) for line in lines)])


def _value(value: Any) -> str:
    from model.scenario.tables import number_text

    if value is None:
        return ""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return number_text(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _write_csv(header: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)


def outcomes(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="Scenario whose actors are listed.")] = _USUAL,
    search: Search = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print as CSV.")] = False,
    plugin: Plugins = None,
) -> None:
    """List the outcomes of a run: name, unit and meaning."""
    from model.api.lookup import find_outcomes

    found = find_outcomes(search, scenario)
    if as_csv:
        _write_csv(("name", "unit", "meaning"), ((one.name, one.unit, one.meaning) for one in found))
    else:
        typer.echo(columns((one.name, one.unit, one.meaning) for one in found))


def schema() -> None:
    """Print the JSON Schema of scenario files, for editors that complete and validate TOML."""
    from model.scenario.editor import editor_schema

    typer.echo(json.dumps(editor_schema(), indent=2, ensure_ascii=False))
