"""Read a batch file: what a batch is asked to do, in TOML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from model.experiments.design import flat
from model.experiments.errors import PlanError
from model.scenario.files import display, find_scenario, read_toml
from model.scenario.problems import Problem, ScenarioError, suggestion, toml_value
from model.scenario.schema import Scenario

_TYPES: dict[str, tuple[type | tuple[type, ...], str]] = {
    "name": (str, "text"),
    "title": (str, "text"),
    "description": (str, "text"),
    "scenarios": (list, "a list of scenarios"),
    "replicates": (int, "a whole number of at least 1"),
    "base_seed": (int, "a whole number of at least 0"),
    "seeds": (list, "a list of whole numbers"),
    "reference": (str, "the name of a scenario"),
    "record": (list, "a list of texts"),
    "sweep": (dict, "a table of lists of values by dotted path"),
    "one_at_a_time": (dict, "a table of lists of values by dotted path"),
    "points": (list, "a list of tables [[points]], each with label and set"),
    "design": (str, "the path of a CSV file"),
    "latin_hypercube": (dict, "a table with points, parameters, ranges and seed"),
    "variants": ((str, list), '"all", or a list of the choices of [structure] to cross'),
    "parameters": (
        str,
        '"plausible", "defaults" for the central values in all runs, or a CSV file of parameter vectors',
    ),
}
KEYS = tuple(_TYPES)
_ITEMS: dict[str, type] = {"points": dict, "seeds": int}
"""Lists of other things than texts."""


@dataclass(frozen=True)
class BatchRequest:
    """What a batch file asks for.

    Args:
        name: name of the batch.
        scenarios: shipped names or paths of files.
        replicates: number of replicates; None for the default.
        base_seed: None for the default.
        seeds: the replicates' seeds one by one.
        reference: None for the default.
        record: extras to record.
        grid: dotted path -> values to sweep, as a list or a range.
        single: dotted path -> values of it alone, all else as in the scenario.
        points: labelled points, as read.
        design: a design table in CSV.
        hypercube: a Latin hypercube, as read.
        variants: rival mechanisms to cross.
        parameters: a set of parameter vectors, by name or as a CSV file, or ``defaults``; empty for the default.
        description: what the batch is for.
        file: the batch file, for sentences; empty where there is none.
    """

    name: str
    scenarios: tuple[str, ...]
    replicates: int | None = None
    base_seed: int | None = None
    seeds: tuple[int, ...] | None = None
    reference: str | None = None
    record: tuple[str, ...] = ()
    grid: Mapping[str, Any] = field(default_factory=dict)
    single: Mapping[str, Any] = field(default_factory=dict)
    points: tuple[Mapping[str, Any], ...] = ()
    design: Path | None = None
    hypercube: Mapping[str, Any] | None = None
    variants: str | tuple[str, ...] = ()
    parameters: str = ""
    description: str = ""
    file: str = ""

    def place(self, key: str) -> str:
        """A key of the file, for sentences about it."""
        return f"{self.file}: {key}" if self.file else key


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
    varied = {key: dict(flat(table[key])) for key in ("sweep", "one_at_a_time") if isinstance(table.get(key), dict)}
    problems += [
        _not_a_list(f"{shown}: {key}.{path}", value)
        for key, lists in varied.items()
        for path, value in lists.items()
        if not isinstance(value, (list, dict))
    ]
    if problems:
        raise PlanError(problems)
    return BatchRequest(
        name=table.get("name", path.stem),
        scenarios=tuple(scenarios),
        replicates=table.get("replicates"),
        base_seed=table.get("base_seed"),
        seeds=tuple(table["seeds"]) if "seeds" in table else None,
        reference=table.get("reference"),
        record=tuple(table.get("record", ())),
        grid=varied.get("sweep", {}),
        single=varied.get("one_at_a_time", {}),
        points=tuple(table.get("points", ())),
        design=path.parent / table["design"] if "design" in table else None,
        hypercube=table.get("latin_hypercube"),
        variants=names_of_variants(table.get("variants", ())),
        parameters=_parameters(table.get("parameters", ""), path),
        description=table.get("description", table.get("title", "")),
        file=shown,
    )


def names_of_variants(given: Any) -> str | tuple[str, ...]:
    """Variants as asked for: "all", or names."""
    return given if isinstance(given, str) else tuple(given)


def _parameters(name: str, path: Path) -> str:
    """A CSV file named in a batch file lies beside it."""
    return str(path.parent / name) if name.endswith(".csv") else name


def _shape_problems(table: Mapping[str, Any], shown: str) -> Iterator[Problem]:
    for key, value in table.items():
        if key not in KEYS:
            hint = suggestion(key, KEYS)
            if key in Scenario.model_fields:
                hint = "; it belongs in the file of a scenario, or with dotted paths under [sweep]"
            yield Problem(shown, (key,), f"unknown key{hint}", value)
            continue
        type_, words = _TYPES[key]
        if not isinstance(value, type_) or (isinstance(value, int) and not _is_count(key, value)):
            yield Problem(shown, (key,), f"must be {words}", value)
        elif isinstance(value, list) and not all(isinstance(item, _ITEMS.get(key, str)) for item in value):
            yield Problem(shown, (key,), f"must be {words}{'' if key in _ITEMS else ', each in quotes'}", value)
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


def _not_a_list(where: str, value: Any) -> str:
    return Problem(
        where,
        (),
        f"must be a list of values, or a range such as {{from = 0, to = 1, step = 0.1}}, not {toml_value(value)}",
    ).sentence()
