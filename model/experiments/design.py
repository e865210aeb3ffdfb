"""The design points of a sweep: grids, exact ranges, labelled points, tables and Latin hypercubes, and their crossing.

A design point is a tuple of pairs (dotted path, value as JSON text); the pair with the path ``label`` names the point and
sets nothing. Every way of listing points is an *axis*; a batch runs all combinations of its axes, the last one varying
fastest.
"""

from __future__ import annotations

import csv
import itertools
import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.experiments.errors import PlanError
from model.experiments.plan import MOST_RUNS, Point, canonical_or_none
from model.parameters import Declaration
from model.scenario.layers import Said, parse_set
from model.scenario.problems import ScenarioError, dotted, suggestion, toml_text
from model.scenario.spec import canonical_json
from model.world.names import faults

LABEL = "label"
"""The path of the pair that names a design point; no parameter bears it."""

RANGE_KEYS = ("from", "to", "step", "count")
NO_POINT: tuple[Point, ...] = ((),)
_DIGITS = 12
_SAMPLE_DIGITS = 6


def cross(axes: Iterable[Sequence[Point]]) -> tuple[Point, ...]:
    """All combinations of the points of several axes, the last axis varying fastest.

    Args:
        axes: each a list of points; without any there is one empty point.

    Raises:
        PlanError: two axes set one parameter, or there are too many points.
    """
    kept = [axis for axis in axes if axis and axis != NO_POINT]
    times = Counter(path for axis in kept for path in {path for point in axis for path, _ in point})
    if twice := [path for path, count in times.items() if count > 1]:
        raise PlanError(
            [f"{path} is varied twice: by two of sweep, points, design, latin_hypercube and variants" for path in twice]
        )
    if math.prod(len(axis) for axis in kept) > MOST_RUNS:
        raise PlanError(f"the sweep has {math.prod(map(len, kept)):,} points; at most {MOST_RUNS:,} runs are allowed")
    return tuple(tuple(itertools.chain.from_iterable(chosen)) for chosen in itertools.product(*kept))


def grid_points(grid: Mapping[str, Any], where: str = "sweep") -> tuple[Point, ...]:
    """All combinations of the values of a grid, the last parameter varying fastest.

    Args:
        grid: dotted path -> values to try: a list, or a range as in :func:`range_values`.
        where: file and table that it stands in.

    Raises:
        PlanError: a parameter has no values, one value twice, or a range that does not come out even.
    """
    problems: list[str] = []
    columns: list[list[str]] = []
    for path, given in grid.items():
        if path == LABEL:
            problems.append(
                f"{where}.{LABEL}: is not a parameter; labels belong in [[points]], or in a column of a CSV file"
            )
        try:
            values = range_values(given) if isinstance(given, Mapping) else list(given)
        except ValueError as error:
            problems.append(f"{where}.{path}: {error}")
            continue
        problems += _value_problems(f"{where}.{path}", values)
        columns.append([Said(canonical_or_none(value) or "", where) for value in values])
    if problems:
        raise PlanError(problems)
    return cross([[((path, text),) for text in texts] for path, texts in zip(grid, columns, strict=True)])


def single_points(lists: Mapping[str, Any], where: str = "one_at_a_time") -> tuple[Point, ...]:
    """The scenario as it is, then each value of each parameter with all else as it is (one at a time).

    Args:
        lists: dotted path -> values, as in :func:`grid_points`.
        where: file and table that they stand in.

    Raises:
        PlanError: as :func:`grid_points`.
    """
    return ((), *(point for path, values in lists.items() for point in grid_points({path: values}, where)))


def _value_problems(where: str, values: Sequence[Any]) -> Iterator[str]:
    texts = Counter(canonical_or_none(value) for value in values)
    if not values:
        yield f"{where} is empty: it needs at least one value"
    if None in texts:
        yield f"{where}: every value must be finite"
    for text, times in texts.items():
        if times > 1 and text is not None:
            yield f"{where}: the value {text} is given twice"


def range_values(given: Mapping[str, Any]) -> list[float | int]:
    """The values of a range; both end points are in it exactly, and all print as they would be written by hand.

    Args:
        given: ``from`` and ``to``, with ``step`` or with ``count``; whole numbers where from and step are.

    Raises:
        ValueError: a key is missing or unknown, a value is no number, or the steps do not end at ``to``.
    """
    keys = set(given)
    if keys not in ({"from", "to", "step"}, {"from", "to", "count"}):
        raise ValueError("a range has from and to, and either step or count, such as {from = 0, to = 0.5, step = 0.1}")
    for key, value in given.items():
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            raise ValueError(f"{key} = {toml_text(value)}: must be a finite number")
    first, last = (Decimal(repr(given[key])) for key in ("from", "to"))
    if "count" in given:
        return _counted(first, last, given["count"], whole=_whole(given["from"], given["to"]))
    step = Decimal(repr(given["step"]))
    if first == last:
        return [given["from"]]
    if step == 0 or (last - first) / step < 0:
        raise ValueError(f"steps of {step} do not lead from {first} to {last}")
    count = (last - first) / step
    if count != count.to_integral_value():
        reached = first + int(count) * step
        raise ValueError(f"steps of {step} from {first} end at {reached}, not at {last}: set to = {reached}")
    if count >= MOST_RUNS:
        raise ValueError(f"{count + 1:,} values; at most {MOST_RUNS:,} are allowed")
    whole = _whole(given["from"], given["step"])
    return [_number(first + number * step, whole=whole) for number in range(int(count) + 1)]


def _whole(*values: Any) -> bool:
    return all(isinstance(value, int) for value in values)


def _number(value: Decimal, *, whole: bool) -> float | int:
    return int(value) if whole else float(value)


def _counted(first: Decimal, last: Decimal, count: Any, *, whole: bool) -> list[float | int]:
    if not isinstance(count, int) or not 1 <= count <= MOST_RUNS or (count == 1) != (first == last):
        raise ValueError(f"count = {count}: must be a whole number of at least 2; at most {MOST_RUNS:,} are allowed")
    if count == 1:
        return [_number(first, whole=whole)]
    values = [first + (last - first) * number / (count - 1) for number in range(count)]
    whole = whole and all(value == value.to_integral_value() for value in values)
    inner = [_number(Decimal(f"{value:.{_DIGITS}g}"), whole=whole) for value in values[1:-1]]
    return [_number(first, whole=whole), *inner, _number(last, whole=whole)]


def labelled_points(entries: Sequence[Mapping[str, Any]], table: str = "points") -> tuple[Point, ...]:
    """Points that set several parameters at once, each with a label.

    Args:
        entries: each with ``label`` and ``set``, a table of values by dotted path, which may be empty.
        table: file and table that they stand in.

    Raises:
        PlanError: a label or table is missing, a label is there twice, or a key is unknown.
    """
    problems, points = [], []
    for number, entry in enumerate(entries, 1):
        where = f"{table}, entry {number}"
        problems += [
            f"{where}: unknown key '{key}'{suggestion(key, (LABEL, 'set'))}"
            for key in entry
            if key not in (LABEL, "set")
        ]
        label, sets = entry.get(LABEL), entry.get("set")
        if not isinstance(label, str) or not label.strip():
            problems.append(f"{where}: label must be a non-empty text")
        if not isinstance(sets, Mapping):
            problems.append(f"{where}: set must be a table of values, such as {{'actors.KIA.troops' = 9000}}")
            continue
        values = {path: canonical_or_none(value) for path, value in flat(sets)}
        problems += [f"{where}: {path}: must be finite" for path, text in values.items() if text is None]
        said = ((path, Said(text or "", where)) for path, text in values.items())
        points.append(((LABEL, canonical_or_none(label) or ""), *said))
    labels = [label for entry in entries if isinstance(label := entry.get(LABEL), str) and label.strip()]
    problems += [
        f"{table}: the label '{label}' is given twice" for label, times in Counter(labels).items() if times > 1
    ]
    problems += label_problems(labels, table)
    if problems:
        raise PlanError(problems)
    return tuple(points)


def label_problems(labels: Iterable[str], where: str) -> list[str]:
    """A sentence for each label that cannot be used, or not be told from another.

    Args:
        labels: of points.
        where: they were given.
    """
    return [f"{where}: the label '{name}': {text}" for name, text in faults(labels, reserved=False)]


def flat(table: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """The leaves of nested tables by dotted path; a quoted dotted key is a path already, and a range is a leaf."""
    for key, value in table.items():
        if isinstance(value, dict) and value and not set(value) <= set(RANGE_KEYS):
            yield from flat(value, (*path, key))
        else:
            yield (f"{dotted(path)}.{key}" if path else key), value


def read_points(path: Path) -> tuple[Point, ...]:
    """A design table in CSV: dotted paths in the header, a point a row, in the order of the file.

    A cell is read as ``--set`` reads a value; an empty one leaves the parameter as the scenario has it. A column ``label``
    names the points.

    Args:
        path: the file, in UTF-8.

    Raises:
        PlanError: it cannot be read, has no rows, a column twice, or a row of another length.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            lines = [(reader.line_num, row) for row in reader if row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise PlanError(
            f"{path}: cannot be read as CSV in UTF-8: {getattr(error, 'strerror', None) or error}"
        ) from None
    header = [name.strip() for name in lines[0][1]] if lines else []
    problems = list(_header_problems(path, header))
    if len(lines) < 2:
        problems.append(f"{path}: contains no rows: a design needs at least one")
    points = []
    for number, row in lines[1:]:
        try:
            points.append(_point(header, row, f"{path}, line {number}"))
        except ValueError as error:
            problems.append(f"{path}, line {number}: {error}")
    labels = [json.loads(text) for point in points for name, text in point if name == LABEL]
    problems += label_problems(dict.fromkeys(labels), str(path))
    if problems:
        raise PlanError(problems)
    return tuple(points)


def _header_problems(path: Path, header: Sequence[str]) -> Iterator[str]:
    yield from (f"{path}: column '{name}' occurs twice" for name, times in Counter(header).items() if times > 1)
    for name in dict.fromkeys(header):
        try:
            if name:
                parse_set(f"{name}=0")
        except ScenarioError:
            yield f"{path}: column '{name}' is not a dotted path such as actors.KIA.troops"
    if not all(header):
        yield f"{path}: a column has no name; each is the dotted path of a parameter"


def _point(header: Sequence[str], row: Sequence[str], where: str) -> Point:
    """A row of a design table as a point.

    Raises:
        ValueError: it has too many or too few cells, none that is not empty, or one that cannot be read.
    """
    if len(row) != len(header):
        raise ValueError(f"has {len(row)} cells, the header has {len(header)}")
    if not any(cell.strip() for cell in row):
        raise ValueError(
            "all cells are empty; remove the line, or give it a label if it stands for the unchanged scenario"
        )
    return tuple((name, Said(_cell(name, cell), where)) for name, cell in zip(header, row, strict=True) if cell.strip())


def _cell(name: str, cell: str) -> str:
    if name == LABEL:
        return canonical_json(cell.strip())
    try:
        _, value = parse_set(f"{name}={cell.strip()}")
    except ScenarioError as error:
        raise ValueError("; ".join(error.problems)) from None
    text = canonical_or_none(value)
    if text is None:
        raise ValueError(f"{name} = {cell}: must be finite")
    return text


def variant_points(
    options: Mapping[str, Sequence[str]], wanted: str | Sequence[str], where: str = "variants"
) -> tuple[Point, ...]:
    """All combinations of rival mechanisms.

    Args:
        options: the names of ``[structure]``, each with its alternatives.
        wanted: ``"all"``, or some of the names.
        where: file and key that names them.

    Raises:
        PlanError: a name is unknown.
    """
    names = (
        list(options)
        if wanted == "all" or list(wanted) == ["all"]
        else [wanted]
        if isinstance(wanted, str)
        else list(wanted)
    )
    names = [name.removeprefix("structure.") for name in names]
    if unknown := [name for name in names if name not in options]:
        raise PlanError(
            [f"{where}: '{name}' is not a choice of [structure]{suggestion(name, options)}" for name in unknown]
        )
    return grid_points({f"structure.{name}": list(options[name]) for name in names}, where)


def hypercube_points(
    declared: Iterable[Declaration],
    patterns: Sequence[str],
    ranges: Mapping[str, Sequence[float]],
    points: int,
    seed: int = 0,
    where: str = "latin_hypercube",
) -> tuple[Point, ...]:
    """A Latin hypercube over parameters (McKay, Beckman & Conover 1979), from their declared ranges.

    Args:
        declared: the parameters there are.
        patterns: dotted paths; ``*`` stands for anything, and takes what has a declared range or alternatives.
        ranges: path -> (low, high), instead of the declared range.
        points: number of points, at least 2.
        seed: of the sample.
        where: file and table that ask for it.

    Raises:
        PlanError: a parameter is unknown or has no range.
    """
    known = {one.path: one for one in declared}
    problems: list[str] = []
    chosen = dict.fromkeys(_matching(known, patterns, ranges, problems, where))
    problems += [f"{where}: {path} is unknown{suggestion(path, known)}" for path in ranges if path not in known]
    chosen |= dict.fromkeys(path for path in ranges if path in known)
    if not chosen and not problems:
        problems.append(f"{where}: contains no parameter: give parameters, ranges or both")
    if problems:
        raise PlanError(problems)
    sample = unit_hypercube(points, len(chosen), np.random.default_rng(seed))
    scaled = [_scaled(known[path], ranges.get(path), sample[:, column]) for column, path in enumerate(chosen)]
    return tuple(
        tuple((path, Said(canonical_json(values[row]), where)) for path, values in zip(chosen, scaled, strict=True))
        for row in range(points)
    )


def unit_hypercube(points: int, dimensions: int, generator: np.random.Generator) -> NDArray[np.float64]:
    """(points, dimensions) numbers in 0-1, each column spread evenly (McKay, Beckman & Conover 1979)."""
    from scipy.stats import qmc

    return np.asarray(qmc.LatinHypercube(dimensions, seed=generator).random(points))


def _matching(
    known: Mapping[str, Declaration],
    patterns: Sequence[str],
    ranges: Mapping[str, Any],
    problems: list[str],
    where: str,
) -> Iterator[str]:
    for pattern in patterns:
        found = [path for path in known if fnmatchcase(path, pattern)]
        if not found:
            problems.append(f"{where}: no parameter is called {pattern}{suggestion(pattern, known)}")
        ranged = [path for path in found if path in ranges or _has_range(known[path])]
        if found == [pattern] and not ranged:
            problems.append(f"{where}: {pattern} has no declared range: give one in ranges")
        yield from ranged


def _has_range(one: Declaration) -> bool:
    return bool(one.options) or isinstance(one.default, bool) or (one.low is not None and one.high is not None)


def _scaled(one: Declaration, bounds: Sequence[float] | None, unit: Any) -> list[Any]:
    """Numbers in [0, 1) as values of a parameter; each whole number or alternative has the same share of them."""
    if bounds is None and (one.options or isinstance(one.default, bool)):
        options: Sequence[Any] = one.options or (False, True)
        return [options[int(u * len(options))] for u in unit]
    low, high = (one.low or 0.0, one.high or 0.0) if bounds is None else bounds
    if isinstance(one.default, int):
        return [int(low) + int(u * (int(high) - int(low) + 1)) for u in unit]
    return [float(f"{low + u * (high - low):.{_SAMPLE_DIGITS}g}") for u in unit]


def point_words(values: Mapping[str, Any], points: Sequence[Mapping[str, Any]] = ()) -> str:
    """A design point for people: its label where it has one, else what it sets.

    Args:
        values: swept path -> value; empty where nothing is swept.
        points: all points of the design; what differs between those of one label is told beside it.
    """
    label = values.get(LABEL)
    alike = [point for point in points if point.get(LABEL) == label]
    told = {
        path: value
        for path, value in values.items()
        if path != LABEL and (not label or any(point.get(path) != value for point in alike))
    }
    # A column that is empty at some points holds whole numbers as fractions.
    plain = {
        path: int(value) if isinstance(value, float) and value.is_integer() else value for path, value in told.items()
    }
    sets = ", ".join(f"{path} = {value}" for path, value in plain.items())
    return ", ".join(part for part in (str(label or ""), sets) if part)
