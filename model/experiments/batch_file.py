"""Read what a batch is asked to do: a batch file in TOML, or plain scenarios, with what the command line adds."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol, cast

from model.experiments.commands import run_words
from model.experiments.comparable import check_comparable
from model.experiments.design import (
    LABEL,
    NO_POINT,
    cross,
    flat,
    grid_points,
    hypercube_points,
    labelled_points,
    read_points,
    single_points,
    variant_points,
)
from model.experiments.errors import PlanError
from model.experiments.horizon import horizon_words
from model.experiments.parameter_sets import CENTRAL, PLAUSIBLE, set_file
from model.experiments.plan import (
    DEFAULT_REPLICATES,
    MOST_RUNS,
    VECTOR,
    BatchPlan,
    Point,
    checked_record,
    make_plan,
    point_value,
    vector_columns,
)
from model.experiments.request import BatchRequest, names_of_variants, read_batch_file
from model.scenario.files import display, read_toml, shipped_batches
from model.scenario.given import whole
from model.scenario.layers import OWN, Said, parse_set, read_layers, source_of
from model.scenario.problems import NOTHING, ScenarioError, suggestion, toml_value
from model.scenario.schema import Scenario
from model.scenario.spec import RunSpec
from model.world.names import both_called, folded

_HYPERCUBE_KEYS = ("points", "parameters", "ranges", "seed")
_NOT_IN_NAMES = re.compile(r'[<>:"/\\|?*\x00-\x1f]+')
_LONGEST_NAME = 60
UNVARIED = (*OWN, "extends", "plugins", "world")
"""Keys of a scenario that no design sets."""


class Resolvable(Protocol):
    """What a plan needs of a scenario, see :class:`model.scenario.schema.Scenario`."""

    @property
    def name(self) -> str:
        """Its label."""

    def resolved(self) -> dict[str, Any]:
        """All that a run depends on."""


Load = Callable[[str, Sequence[str]], Resolvable]
"""How a scenario is read: see :func:`model.scenario.read.load_scenario`."""


def read_plan(
    files: Sequence[str],
    *,
    replicates: int | None = None,
    base_seed: int | None = None,
    reference: str | None = None,
    sets: Sequence[str] = (),
    record: Sequence[str] = (),
    variants: Sequence[str] = (),
    points: Sequence[Mapping[str, Any]] = (),
    at: Sequence[Point] = (),
    seeds: Sequence[int] | None = None,
    parameters: str | None = None,
    grid: Mapping[str, Any] | None = None,
    apart: bool = False,
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
        points: labelled points with ``label`` and ``set``, instead of the file's.
        at: all design points, instead of what the file varies.
        seeds: the replicates' seeds one by one, instead of the file's.
        parameters: a set of parameter vectors, by name or as a CSV file, or :data:`CENTRAL` for none, instead of the file's; where
            neither says anything, the world's plausible set.
        grid: dotted path -> values to sweep, instead of the file's.
        apart: whether the scenarios are runs of their own, which need not be comparable.
        command: the command line, for the manifest.
        load: how a scenario is read; ``load_scenario`` when None.

    Raises:
        PlanError: with one sentence for each thing that is wrong in any of the files.
    """
    load, request = load or _load_scenario, _with(_request(files), variants, points, grid)
    _refuse_two_ways(request, replicates, base_seed, seeds)
    parameters, drawn = _vectors(parameters or request.parameters, request.scenarios[0], sets, load)
    design = _Design(sets, tuple(at) or design_points(request, load), drawn)
    if len(design.points) * len(request.scenarios) > MOST_RUNS:
        raise PlanError(f"the sweep has {len(design.points):,} points; at most {MOST_RUNS:,} runs are allowed")
    given = seeds if seeds is not None else None if _any(replicates, base_seed) else request.seeds
    count = _first(replicates, request.replicates, DEFAULT_REPLICATES) if given is None else len(given)
    found = _resolve(request.scenarios, design, count, load)
    if not apart:
        check_comparable(found.scenarios)
    seed = _first(base_seed, request.base_seed, 0)
    return make_plan(
        request.name or folder_name("_".join(found.scenarios)),
        found.scenarios,
        replicates=count,
        base_seed=seed,
        seeds=given,
        reference=reference if reference is not None else request.reference,
        points=_plain(design.points),
        vectors=_plain(design.vectors),
        parameters=parameters,
        pinned=found.pinned,
        at_points=found.at_points,
        record=tuple(dict.fromkeys([*request.record, *record])),
        notes=[*found.notes, *filter(None, [found.extrapolation])],
        command=command,
        description=request.description,
        prose=found.prose,
        commands=found.commands(0 if given else seed, sets, parameters),
    )


def read_run(file: str, *, replicate: int = 0, **given: Any) -> tuple[Scenario, RunSpec]:
    """A scenario as one run of a batch has it, where nothing is swept: the specification is that of :func:`read_plan`.

    Args:
        file: name of a shipped scenario, or a file.
        replicate: its number; with a set of n parameter vectors it has vector ``replicate`` modulo n.
        **given: as of :func:`read_replicates`.

    Raises:
        PlanError, ScenarioError: with one sentence for each thing that is wrong.
    """
    return next(read_replicates(file, (replicate,), **given))


def read_replicates(
    file: str,
    replicates: Sequence[int],
    *,
    base_seed: int = 0,
    sets: Sequence[str] = (),
    record: Sequence[str] = (),
    parameters: str | None = None,
) -> Iterator[tuple[Scenario, RunSpec]]:
    """A scenario as several runs of a batch have it, one after another.

    Args:
        file: name of a shipped scenario, or a file.
        replicates: their numbers.
        base_seed: of the batch.
        sets: overrides ``dotted.path=value``.
        record: extras to record.
        parameters: a set of parameter vectors, by name or as a CSV file.

    Raises:
        PlanError, ScenarioError: with one sentence for each thing that is wrong.
    """
    from model.scenario.read import load_scenario

    whole("seed", base_seed)
    vectors = _Design(sets, NO_POINT, _vectors(parameters or CENTRAL, file, sets, load_scenario)[1]).vectors
    pinned = _stated(file, vectors)
    columns, extras = vector_columns([file], vectors, {file: pinned})[file], checked_record(record)
    for replicate in replicates:
        drawn = columns[whole("replicate", replicate) % len(columns)]
        taken = tuple(pair for pair in drawn if pair[0] != VECTOR)
        scenario = load_scenario(file, [*sets, *settings(taken)])
        numbers: dict[str, Any] = {"replicate": replicate, "base_seed": base_seed}
        yield (
            scenario,
            RunSpec.make(scenario.name, scenario.resolved(), point_values=drawn, record=extras, **numbers),
        )


def _with(
    request: BatchRequest, variants: Sequence[str], points: Sequence[Mapping[str, Any]], grid: Mapping[str, Any] | None
) -> BatchRequest:
    """A request, with what is given besides it instead of its own."""
    crossed = names_of_variants(list(variants)) if variants else request.variants
    return replace(request, variants=crossed, points=tuple(points) or request.points, grid=grid or request.grid)


def _any(*values: Any) -> bool:
    return any(value is not None for value in values)


def _refuse_two_ways(
    request: BatchRequest, replicates: int | None, base_seed: int | None, seeds: Sequence[int] | None
) -> None:
    """Seeds are given one by one, or as a base seed and a number; those of the command line go before the file's.

    Raises:
        PlanError: both are given in one place.
    """
    for where, ours, counts in (
        ("the command line", seeds, (replicates, base_seed)),
        ("the batch file", request.seeds, (request.replicates, request.base_seed)),
    ):
        if ours is not None and _any(*counts):
            raise PlanError(f"{where} gives both seeds and replicates or base_seed: give one or the other")


@dataclass(frozen=True)
class _Design:
    """What is set over the scenarios: the same in all runs, by design point, by replicate."""

    sets: Sequence[str]
    points: tuple[Point, ...]
    vectors: tuple[Point, ...]

    def __post_init__(self) -> None:
        varied = dict.fromkeys(path for point in self.points for path, _ in point)
        problems = [f"--set {path}: the batch varies it" for path in varied if path in self.fixed]
        if problems := [*problems, *self._unvaried()]:
            raise PlanError(problems)
        # What the user sets or varies is not drawn.
        taken = self.fixed | varied.keys()
        kept = tuple(tuple(pair for pair in vector if pair[0] not in taken) for vector in self.vectors)
        object.__setattr__(self, "vectors", kept)

    def _unvaried(self) -> Iterator[str]:
        """What names a scenario, its world or its files is the same in all runs."""
        pairs = (pair for point in (*self.points, *self.vectors) for pair in point)
        said = ((source_of(text), path) for path, text in pairs if path.partition(".")[0] in UNVARIED)
        for source, path in dict.fromkeys(said):
            yield f"{source}: {path}: cannot be varied; write a scenario for each"

    @property
    def fixed(self) -> set[str]:
        """Paths that are the same in all runs."""
        return {text.partition("=")[0].strip() for text in self.sets}


def _vectors(name: str, scenario: str, sets: Sequence[str], load: Load) -> tuple[str, tuple[Point, ...]]:
    """The name of the set that is drawn from, empty for none, and its parameter vectors."""
    if name == CENTRAL:
        return "", ()
    try:
        world = str(load(scenario, sets).resolved().get("world", ""))
    except ScenarioError as error:
        raise PlanError(error.problems) from None
    path = set_file(name, world)
    return ("", ()) if path is None else (name or PLAUSIBLE, read_points(path))


def design_points(request: BatchRequest, load: Load | None = None) -> tuple[Point, ...]:
    """All design points that a batch asks for, see :mod:`model.experiments.design`.

    Args:
        request: the batch.
        load: how a scenario is read; ``load_scenario`` when None.

    Raises:
        PlanError: with one sentence for each thing that is wrong.
    """
    at = request.place
    axes = [grid_points(request.grid, at("sweep")), labelled_points(request.points, at("points"))]
    if request.single:
        axes.append(single_points(request.single, at("one_at_a_time")))
    if request.design is not None:
        axes.append(read_points(request.design))
    if request.hypercube is not None:
        first = (load or _load_scenario)(request.scenarios[0], ())
        axes.append(_hypercube(request.hypercube, first, at("latin_hypercube")))
    if request.variants:
        axes.append(variant_points(structure_options(), request.variants, at("variants")))
    return cross(axes)


def structure_options() -> dict[str, tuple[str, ...]]:
    """The rival mechanisms of ``[structure]``, each with its alternatives."""
    from model.parameters import declarations
    from model.scenario.schema import Structure

    return {one.path: one.options for one in declarations(Structure, "")}


def _hypercube(asked: Mapping[str, Any], scenario: Resolvable, where: str) -> tuple[Point, ...]:
    from model.scenario.listing import scenario_declarations

    problems = [
        f"{where}: unknown key '{key}'{suggestion(key, _HYPERCUBE_KEYS)}" for key in asked if key not in _HYPERCUBE_KEYS
    ]
    points, seed, parameters = asked.get("points"), asked.get("seed", 0), asked.get("parameters", [])
    given = asked.get("ranges", {})
    ranges: dict[str, Any] = dict(flat(given)) if isinstance(given, dict) else {"ranges": None}
    if isinstance(points, bool) or not isinstance(points, int) or not 2 <= points <= MOST_RUNS:
        problems.append(f"{where}: points = {points!r}: must be a whole number of at least 2")
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        problems.append(f"{where}: seed = {seed!r}: must be a whole number of at least 0")
    if not isinstance(parameters, list) or not all(isinstance(path, str) for path in parameters):
        problems.append(f"{where}: parameters must be a list of dotted paths, each in quotes")
    problems += [
        f"{where}: {path}: must be a range [low, high]" for path, pair in ranges.items() if not _is_range(pair)
    ]
    if problems:
        raise PlanError(problems)
    declared = scenario_declarations(cast("Any", scenario))
    return hypercube_points(declared, parameters, ranges, cast("int", points), seed, where)


def _is_range(pair: Any) -> bool:
    return (
        isinstance(pair, list)
        and len(pair) == 2
        and all(isinstance(end, (int, float)) and not isinstance(end, bool) and math.isfinite(end) for end in pair)
        and pair[0] < pair[1]
    )


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
        raise PlanError(f"{display(batches[0])} is a batch file: give it alone, without other files")
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


@dataclass
class _Found:
    """The scenarios of a batch: as they are, as they are at the design points, and what they keep of their own."""

    scenarios: dict[str, dict[str, Any]] = field(default_factory=dict)
    at_points: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    pinned: dict[str, set[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    prose: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def extrapolation(self) -> str:
        """That some runs are longer than what the model was held against, if they are."""
        lengths = [one.get("months", 0) for resolved in self.at_points.values() for one in resolved]
        return horizon_words(lengths)

    def commands(self, base_seed: int, sets: Sequence[str], parameters: str) -> dict[str, tuple[str, ...]]:
        """Label -> how ``pangwa run`` repeats a run."""
        return {
            label: run_words(file, base_seed, sets, parameters, self.scenarios[label].get("plugins", ()))
            for label, file in self.files.items()
        }


def _resolve(files: Sequence[str], design: _Design, replicates: int, load: Load) -> _Found:
    """Read every scenario as it is and at every design point; problems come out together, each said once."""
    found = _Found()
    problems: dict[str, None] = {}
    names: dict[str, str] = {}
    for file in files:
        try:
            scenario = load(file, design.sets)
            pinned = _stated(file, design.vectors)
            resolved = list(_at_points(file, scenario, design, pinned, replicates, load))
        except ScenarioError as error:
            problems |= dict.fromkeys(error.problems)
            continue
        label = scenario.name
        if (other := names.setdefault(folded(label), label)) in found.scenarios:
            problems |= {both_called(found.files[other], file, other, label): None}
        found.files[label] = file
        found.scenarios[label] = scenario.resolved()
        found.at_points[label] = resolved
        found.pinned[label] = pinned
        found.notes += [f"{label}: {sentence}" for sentence in getattr(scenario, "notes", ())]
        if words := _prose(scenario):
            found.prose[label] = words
        if pinned:
            found.notes.append(
                f"{label} keeps its own {', '.join(sorted(pinned))}: the parameter vectors do not change it"
            )
    if problems:
        raise PlanError(list(problems))
    return found


def _prose(scenario: Resolvable) -> dict[str, str]:
    """Title and description, where the scenario has them."""
    words = {key: str(getattr(scenario, key, "")).strip() for key in ("title", "description")}
    return {key: text for key, text in words.items() if text}


def _at_points(
    file: str, scenario: Resolvable, design: _Design, pinned: set[str], replicates: int, load: Load
) -> Iterator[dict[str, Any]]:
    """The scenario resolved at every point, with every vector that the replicates use."""
    vectors = design.vectors[:replicates] or NO_POINT
    for point in design.points:
        for vector in vectors:
            extra = [*settings(point), *settings(tuple(pair for pair in vector if pair[0] not in pinned))]
            yield (load(file, [*design.sets, *extra]) if extra else scenario).resolved()


def _stated(file: str, vectors: Sequence[Point]) -> set[str]:
    """Those paths of parameter vectors that a scenario's files state themselves."""
    paths = {path for vector in vectors for path, _ in vector}
    if not paths:
        return set()
    stated, _ = read_layers(file)
    return {path for path in paths if stated.get(parse_set(f"{path}=0")[0]) is not NOTHING}


def _plain(points: Sequence[Point]) -> tuple[Point, ...]:
    """Points that have forgotten who said them: a plan holds them by the thousand."""
    return tuple(tuple((path, str(text)) for path, text in point) for point in points)


def settings(point: Point) -> list[str]:
    """What a design point sets, as ``--set`` would say it; who said it is remembered."""
    return [Said(f"{path}={toml_value(point_value(text))}", source_of(text)) for path, text in point if path != LABEL]
