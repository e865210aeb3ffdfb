"""Read what a batch is asked to do: a batch file in TOML, or plain scenarios, with what the command line adds."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol, cast

from model.experiments.design import (
    LABEL,
    cross,
    flat,
    grid_points,
    hypercube_points,
    labelled_points,
    read_points,
    variant_points,
)
from model.experiments.errors import PlanError
from model.experiments.plan import DEFAULT_REPLICATES, MOST_RUNS, BatchPlan, Point, make_plan, point_value
from model.scenario.files import display, find_scenario, read_toml, shipped_batches
from model.scenario.problems import Problem, ScenarioError, dotted, suggestion

_TYPES: dict[str, tuple[type | tuple[type, ...], str]] = {
    "name": (str, "text"),
    "title": (str, "text"),
    "description": (str, "text"),
    "scenarios": (list, "a list of scenarios"),
    "replicates": (int, "a whole number of at least 1"),
    "base_seed": (int, "a whole number of at least 0"),
    "reference": (str, "the name of a scenario"),
    "record": (list, "a list of texts"),
    "sweep": (dict, "a table of lists of values by dotted path"),
    "points": (list, "a list of tables [[points]], each with label and set"),
    "design": (str, "the path of a CSV file"),
    "latin_hypercube": (dict, "a table with points, parameters, ranges and seed"),
    "variants": ((str, list), '"all", or a list of the choices of [structure] to cross'),
}
KEYS = tuple(_TYPES)
_HYPERCUBE_KEYS = ("points", "parameters", "ranges", "seed")
_NOT_IN_NAMES = re.compile(r'[<>:"/\\|?*\x00-\x1f]+')
_LONGEST_NAME = 60


class Resolvable(Protocol):
    """What a plan needs of a scenario, see :class:`model.scenario.schema.Scenario`."""

    @property
    def name(self) -> str:
        """Its label."""

    def resolved(self) -> dict[str, Any]:
        """All that a run depends on."""


Load = Callable[[str, Sequence[str]], Resolvable]
"""How a scenario is read: see :func:`model.scenario.read.load_scenario`."""


@dataclass(frozen=True)
class BatchRequest:
    """What a batch file asks for.

    Args:
        name: name of the batch.
        scenarios: shipped names or paths of files.
        replicates: number of replicates; None for the default.
        base_seed: None for the default.
        reference: None for the default.
        record: extras to record.
        grid: dotted path -> values to sweep, as a list or a range.
        points: labelled points, as read.
        design: a design table in CSV.
        hypercube: a Latin hypercube, as read.
        variants: rival mechanisms to cross.
        description: what the batch is for.
    """

    name: str
    scenarios: tuple[str, ...]
    replicates: int | None = None
    base_seed: int | None = None
    reference: str | None = None
    record: tuple[str, ...] = ()
    grid: Mapping[str, Any] = field(default_factory=dict)
    points: tuple[Mapping[str, Any], ...] = ()
    design: Path | None = None
    hypercube: Mapping[str, Any] | None = None
    variants: str | tuple[str, ...] = ()
    description: str = ""


def read_batch_file(path: str | Path) -> BatchRequest:
    """Read a batch file.

    Args:
        path: a TOML file with ``scenarios = [...]`` and, where wanted, ``replicates``, ``base_seed``, ``reference``,
            ``record``, ``name``, ``description``, and what is to be varied: see ``scenarios/README.md``.

    Raises:
        PlanError: with one sentence for each thing that is wrong.
    """
    path = Path(path)
    shown = display(path)
    try:
        table = read_toml(path)
    except ScenarioError as error:
        raise PlanError(error.problems) from None
    problems = [problem.sentence() for problem in _shape_problems(table, shown)]
    scenarios, unknown = _scenario_files(table.get("scenarios"), path)
    problems += unknown
    grid = dict(flat(table["sweep"])) if isinstance(table.get("sweep"), dict) else {}
    problems += [_not_a_list(shown, key, value) for key, value in grid.items() if not isinstance(value, (list, dict))]
    if problems:
        raise PlanError(problems)
    return BatchRequest(
        name=table.get("name", path.stem),
        scenarios=tuple(scenarios),
        replicates=table.get("replicates"),
        base_seed=table.get("base_seed"),
        reference=table.get("reference"),
        record=tuple(table.get("record", ())),
        grid=grid,
        points=tuple(table.get("points", ())),
        design=path.parent / table["design"] if "design" in table else None,
        hypercube=table.get("latin_hypercube"),
        variants=_names(table.get("variants", ())),
        description=table.get("description", table.get("title", "")),
    )


def read_plan(
    files: Sequence[str],
    *,
    replicates: int | None = None,
    base_seed: int | None = None,
    reference: str | None = None,
    sets: Sequence[str] = (),
    record: Sequence[str] = (),
    variants: Sequence[str] = (),
    command: Sequence[str] = (),
    load: Load | None = None,
) -> BatchPlan:
    """Plan a batch from one batch file, or from scenarios (shipped names or files).

    Args:
        files: one batch file (or the name of a shipped one), or any number of scenarios.
        replicates: instead of the file's.
        base_seed: instead of the file's.
        reference: instead of the file's.
        sets: overrides ``dotted.path=value`` for all scenarios.
        record: extras to record, added to the file's.
        variants: rival mechanisms to cross, "all" for all, instead of the file's.
        command: the command line, for the manifest.
        load: how a scenario is read; ``load_scenario`` when None.

    Raises:
        PlanError: with one sentence for each thing that is wrong in any of the files.
    """
    request = _request(files)
    load = load or _load_scenario
    if variants:
        request = replace(request, variants=_names(list(variants)))
    points = design_points(request, load)
    fixed = {text.partition("=")[0].strip() for text in sets}
    varied = dict.fromkeys(path for point in points for path, _ in point)
    if problems := [f"--set {path}: the batch varies it" for path in varied if path in fixed]:
        raise PlanError(problems)
    if len(points) * len(request.scenarios) > MOST_RUNS:
        raise PlanError(f"the sweep has {len(points):,} points; at most {MOST_RUNS:,} runs are allowed")
    scenarios, at_points = _resolve(request.scenarios, sets, points, load)
    return make_plan(
        request.name or folder_name("_".join(scenarios)),
        scenarios,
        replicates=_first(replicates, request.replicates, DEFAULT_REPLICATES),
        base_seed=_first(base_seed, request.base_seed, 0),
        reference=reference if reference is not None else request.reference,
        points=points,
        at_points=at_points,
        record=tuple(dict.fromkeys([*request.record, *record])),
        command=command,
        description=request.description,
    )


def design_points(request: BatchRequest, load: Load | None = None) -> tuple[Point, ...]:
    """All design points that a batch asks for, see :mod:`model.experiments.design`.

    Args:
        request: the batch.
        load: how a scenario is read; ``load_scenario`` when None.

    Raises:
        PlanError: with one sentence for each thing that is wrong.
    """
    axes = [grid_points(request.grid), labelled_points(request.points)]
    if request.design is not None:
        axes.append(read_points(request.design))
    if request.hypercube is not None:
        axes.append(_hypercube(request.hypercube, (load or _load_scenario)(request.scenarios[0], ())))
    if request.variants:
        axes.append(variant_points(structure_options(), request.variants))
    return cross(axes)


def structure_options() -> dict[str, tuple[str, ...]]:
    """The rival mechanisms of ``[structure]``, each with its alternatives."""
    from model.parameters import declarations
    from model.scenario.schema import Structure

    return {one.path: one.options for one in declarations(Structure, "")}


def _hypercube(asked: Mapping[str, Any], scenario: Resolvable) -> tuple[Point, ...]:
    from model.scenario.listing import scenario_declarations

    problems = [
        f"latin_hypercube: unknown key '{key}'{suggestion(key, _HYPERCUBE_KEYS)}"
        for key in asked
        if key not in _HYPERCUBE_KEYS
    ]
    points, seed, parameters = asked.get("points"), asked.get("seed", 0), asked.get("parameters", [])
    given = asked.get("ranges", {})
    ranges: dict[str, Any] = dict(flat(given)) if isinstance(given, dict) else {"ranges": None}
    if isinstance(points, bool) or not isinstance(points, int) or not 2 <= points <= MOST_RUNS:
        problems.append(f"latin_hypercube: points = {points!r}: must be a whole number of at least 2")
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        problems.append(f"latin_hypercube: seed = {seed!r}: must be a whole number of at least 0")
    if not isinstance(parameters, list) or not all(isinstance(path, str) for path in parameters):
        problems.append("latin_hypercube: parameters must be a list of dotted paths, each in quotes")
    problems += [
        f"latin_hypercube: {path}: must be a range [low, high]" for path, pair in ranges.items() if not _is_range(pair)
    ]
    if problems:
        raise PlanError(problems)
    return hypercube_points(scenario_declarations(cast("Any", scenario)), parameters, ranges, cast("int", points), seed)


def _is_range(pair: Any) -> bool:
    return (
        isinstance(pair, list)
        and len(pair) == 2
        and all(isinstance(end, (int, float)) and not isinstance(end, bool) and math.isfinite(end) for end in pair)
        and pair[0] < pair[1]
    )


def _names(given: Any) -> str | tuple[str, ...]:
    return given if isinstance(given, str) else tuple(given)


def folder_name(name: str) -> str:
    """A name that every file system takes; not longer than sixty characters."""
    clean = _NOT_IN_NAMES.sub("-", name).strip(" .")
    return clean[:_LONGEST_NAME].strip(" .") or "batch"


def _first(*values: int | None) -> int:
    return next(value for value in values if value is not None)


def _load_scenario(name: str, sets: Sequence[str]) -> Resolvable:
    from model.scenario.read import load_scenario

    return load_scenario(name, sets)


def _request(files: Sequence[str]) -> BatchRequest:
    if not files:
        raise PlanError("no scenario or batch file was given: a batch needs at least one")
    batches = [found for file in files if (found := _batch_file(file)) is not None]
    if batches and len(files) > 1:
        raise PlanError(f"{display(batches[0])} is a batch file: give it alone, without further files")
    return read_batch_file(batches[0]) if batches else BatchRequest(name="", scenarios=tuple(files))


def _batch_file(name: str) -> Path | None:
    """The path when a name or path means a batch file, which is a TOML file with a list of scenarios."""
    shipped = shipped_batches()
    path = Path(name)
    if not path.is_file():
        return shipped.get(name)
    try:
        return path if "scenarios" in read_toml(path) else None
    except ScenarioError as error:
        raise PlanError(error.problems) from None


def _shape_problems(table: Mapping[str, Any], shown: str) -> Iterator[Problem]:
    for key, value in table.items():
        if key not in KEYS:
            yield Problem(shown, (key,), f"unknown key{suggestion(key, KEYS)}", value)
            continue
        type_, words = _TYPES[key]
        if not isinstance(value, type_) or (isinstance(value, int) and not _is_count(key, value)):
            yield Problem(shown, (key,), f"must be {words}", value)
        elif isinstance(value, list) and not all(isinstance(item, dict if key == "points" else str) for item in value):
            yield Problem(shown, (key,), f"must be {words}{'' if key == 'points' else ', each in quotes'}", value)
    scenarios = table.get("scenarios")
    if scenarios is None or scenarios == []:
        yield Problem(shown, ("scenarios",), "must list at least one scenario", [] if scenarios == [] else "")


def _is_count(key: str, value: int) -> bool:
    return not isinstance(value, bool) and value >= (1 if key == "replicates" else 0)


def _scenario_files(names: Any, path: Path) -> tuple[list[str], list[str]]:
    """The scenarios' files, and sentences about those that are not there."""
    found: list[str] = []
    problems: list[str] = []
    for name in names if isinstance(names, list) else []:
        if not isinstance(name, str):
            continue
        try:
            found.append(str(find_scenario(name, beside=path.parent)))
        except ScenarioError as error:
            problems += [f"{display(path)}: scenarios: {sentence}" for sentence in error.problems]
    return found, problems


def _not_a_list(shown: str, key: str, value: Any) -> str:
    return Problem(
        f"{shown}: sweep.{key}",
        (),
        f"must be a list of values, or a range such as {{from = 0, to = 1, step = 0.1}}, not {toml_value(value)}",
    ).sentence()


def _resolve(
    files: Sequence[str], sets: Sequence[str], points: Sequence[Point], load: Load
) -> tuple[dict[str, dict[str, Any]], dict[str, list[dict[str, Any]]]]:
    """Read every scenario as it is and at every design point; problems come out together, each said once."""
    scenarios: dict[str, dict[str, Any]] = {}
    at_points: dict[str, list[dict[str, Any]]] = {}
    origin: dict[str, str] = {}
    problems: dict[str, None] = {}
    for file in files:
        try:
            scenario = load(file, sets)
            resolved = [load(file, [*sets, *settings(point)]) if point else scenario for point in points]
        except ScenarioError as error:
            problems |= dict.fromkeys(error.problems)
            continue
        label = scenario.name
        if label in scenarios:
            problems[f"{origin[label]} and {file} are both called '{label}'; give one of them another name"] = None
        origin[label] = file
        scenarios[label] = scenario.resolved()
        at_points[label] = [one.resolved() for one in resolved]
    if problems:
        raise PlanError(list(problems))
    return scenarios, at_points


def settings(point: Point) -> list[str]:
    """What a design point sets, as ``--set`` would say it."""
    return [f"{path}={toml_value(point_value(text))}" for path, text in point if path != LABEL]


def toml_value(value: Any) -> str:
    """A value as TOML writes it on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{dotted([key])} = {toml_value(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(toml_value(item) for item in value) + "]"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (str, bool, int, float)) else str(value)
