"""A batch is planned before run one: scenarios x design points x replicates become a frozen list of specifications."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from model.draws import replicate_seed
from model.experiments.errors import PlanError
from model.scenario.problems import suggestion
from model.scenario.spec import (
    LARGEST_SEED,
    MONTHLY_LANES,
    MONTHLY_MAP,
    RunSpec,
    canonical_json,
    content_hash,
    digest_of,
    scenario_hash,
)

DEFAULT_REPLICATES = 10
MOST_RUNS = 1_000_000
USUAL_REFERENCE = "status_quo"
RECORD_OPTIONS = (MONTHLY_MAP, MONTHLY_LANES)

VECTOR = "vector"
"""The column with the number of a run's parameter vector; no parameter bears the name."""

Resolved = Mapping[str, Any]
"""A resolved scenario as plain data, see :meth:`model.scenario.schema.Scenario.resolved`."""

Point = tuple[tuple[str, str], ...]
"""A design point: (dotted path, value as JSON text) for each parameter that it sets, see :mod:`model.experiments.design`."""


@dataclass(frozen=True)
class BatchPlan:
    """All runs of a batch, resolved and frozen.

    Args:
        name: name of the batch, for the folder of results.
        reference: label of the scenario that the others are compared with.
        scenarios: label -> the scenario resolved, without swept values; the order is that of tables and figures.
        points: the design points; one empty point where nothing is swept.
        replicates: number of replicates of each scenario and point.
        base_seed: from which the replicates' seeds follow; None where they were given one by one.
        seeds: the seed of each replicate, as ``pangwa run --seed`` takes it: the base seed, or what was given one by one.
        record: extras to record, see :class:`model.scenario.spec.RunSpec`.
        specs: the runs, by scenario, then point, then replicate.
        vectors: parameter vectors; replicate k has vector k modulo their number.
        parameters: name or file of the set of vectors; empty without.
        pinned: label -> paths that the scenario states itself, so that no vector sets them.
        worlds: label -> digest of the scenario's world.
        shard: (i, n), when only part i of n of the runs is to be computed here.
        notes: what the user is to be told of it.
        command: the command line that asked for the batch, for the manifest alone.
        description: what the batch is for, in the words of its file.
        prose: label -> ``title`` and ``description`` of the scenario, where its file gives them.
        commands: label -> how ``pangwa run`` repeats a run of it, see :mod:`model.experiments.commands`.
        known_ids: the runs' ids, where the text of the scenarios is not there to work them out.
    """

    name: str
    reference: str
    scenarios: dict[str, Resolved]
    points: tuple[Point, ...]
    replicates: int
    base_seed: int | None
    seeds: tuple[int, ...]
    record: tuple[str, ...]
    specs: tuple[RunSpec, ...]
    vectors: tuple[Point, ...] = ()
    parameters: str = field(default="", compare=False)
    pinned: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    worlds: Mapping[str, str] = field(default_factory=dict)
    shard: tuple[int, int] | None = None
    notes: tuple[str, ...] = field(default=(), compare=False)
    command: tuple[str, ...] = field(default=(), compare=False)
    description: str = field(default="", compare=False)
    prose: Mapping[str, Mapping[str, str]] = field(default_factory=dict, compare=False)
    commands: Mapping[str, tuple[str, ...]] = field(default_factory=dict, compare=False)
    known_ids: tuple[str, ...] = field(default=(), compare=False)

    @cached_property
    def run_ids(self) -> tuple[str, ...]:
        """The runs' ids, in the order of :attr:`specs`."""
        return self.known_ids or tuple(spec.run_id for spec in self.specs)

    @cached_property
    def plan_id(self) -> str:
        """Sixteen hex digits that two plans share when they ask for the same runs in the same order."""
        text = canonical_json([list(self.run_ids), self.reference, list(self.record)])
        return content_hash(text)

    @cached_property
    def here(self) -> dict[str, RunSpec]:
        """Run id -> specification of the runs that are to be computed here, in the plan's order: all, or a shard.

        Runs are dealt out replicate by replicate, so that every shard has some of every scenario, and more replicates
        leave each run in its shard.
        """
        pairs = zip(self.run_ids, self.specs, strict=True)
        if self.shard is None:
            return dict(pairs)
        part, parts = self.shard
        dealt = sorted(range(len(self.specs)), key=lambda number: self.specs[number].replicate)
        mine = set(dealt[part - 1 :: parts])
        return {run: spec for number, (run, spec) in enumerate(pairs) if number in mine}

    @property
    def labels(self) -> tuple[str, ...]:
        """The scenarios' labels in the order of the plan."""
        return tuple(self.scenarios)

    @property
    def swept(self) -> tuple[str, ...]:
        """Dotted paths of the swept parameters, ``label`` among them where points are labelled, in order of appearance."""
        return tuple(dict.fromkeys(path for point in self.points for path, _ in point))

    @property
    def drawn(self) -> tuple[str, ...]:
        """Columns of the parameter vectors: ``vector``, their number, then the dotted paths; empty without vectors."""
        paths = dict.fromkeys(path for vector in self.vectors for path, _ in vector)
        return (VECTOR, *paths) if paths else ()

    @cached_property
    def scenario_hashes(self) -> dict[str, str]:
        """Label -> hash of the resolved scenario, in which the label has no part."""
        return {label: scenario_hash(canonical_json(resolved)) for label, resolved in self.scenarios.items()}


def make_plan(
    name: str,
    scenarios: Mapping[str, Resolved],
    *,
    replicates: int = DEFAULT_REPLICATES,
    base_seed: int = 0,
    seeds: Sequence[int] | None = None,
    reference: str | None = None,
    points: Sequence[Point] = ((),),
    vectors: Sequence[Point] = (),
    parameters: str = "",
    pinned: Mapping[str, Collection[str]] | None = None,
    at_points: Mapping[str, Sequence[Resolved]] | None = None,
    record: Sequence[str] = (),
    notes: Sequence[str] = (),
    command: Sequence[str] = (),
    description: str = "",
    prose: Mapping[str, Mapping[str, str]] | None = None,
    commands: Mapping[str, tuple[str, ...]] | None = None,
) -> BatchPlan:
    """Plan a batch from resolved scenarios.

    Args:
        name: name of the batch.
        scenarios: label -> resolved scenario.
        replicates: number of replicates, at least 1.
        base_seed: any integer >= 0; the draws of a replicate depend on it and on the replicate's number alone.
        seeds: the replicates' seeds one by one, instead of ``replicates`` and ``base_seed``.
        reference: label of the scenario to compare with; ``status_quo`` or else the first scenario when None.
        points: design points of a sweep, see :mod:`model.experiments.design`.
        vectors: parameter vectors, each as a point; replicate k has vector k modulo their number.
        parameters: name or file of their set.
        pinned: label -> paths that the scenario states itself, so that no vector sets them.
        at_points: label -> the scenario resolved at each point, and at each point with each of the vectors that come into
            use, one vector after the other; may be left out where nothing is varied.
        record: extras to record.
        notes: what the user is to be told.
        command: the command line, for the manifest.
        description: what the batch is for.
        prose: label -> ``title`` and ``description`` of the scenario.
        commands: label -> how ``pangwa run`` repeats a run of it.

    Raises:
        PlanError: something asked for is empty, out of range or unknown.
    """
    if seeds is not None:
        replicates = len(seeds)
    _check([*_count_problems(replicates, base_seed, seeds, record), *_reference_problems(reference, list(scenarios))])
    _check(_size_problems(len(scenarios), len(points), replicates))
    usual = USUAL_REFERENCE if USUAL_REFERENCE in scenarios else next(iter(scenarios))
    all_seeds = tuple(seeds or [base_seed] * replicates)
    worlds = {label: digest_of(one) for label, one in scenarios.items()}
    resolved = at_points or {label: [one] for label, one in scenarios.items()}
    columns = vector_columns(scenarios, vectors, pinned or {})
    return BatchPlan(
        name=name,
        reference=usual if reference is None else reference,
        scenarios=dict(scenarios),
        points=tuple(points),
        replicates=replicates,
        base_seed=None if seeds is not None else base_seed,
        seeds=all_seeds,
        record=tuple(record),
        specs=_specs(resolved, points, all_seeds, columns, tuple(record), worlds),
        vectors=tuple(vectors),
        parameters=parameters,
        pinned={label: tuple(sorted(paths)) for label, paths in (pinned or {}).items() if paths},
        worlds=worlds,
        notes=tuple(notes),
        command=tuple(command),
        description=description,
        prose=dict(prose or {}),
        commands=dict(commands or {}),
    )


def vector_columns(
    labels: Iterable[str], vectors: Sequence[Point], pinned: Mapping[str, Collection[str]]
) -> dict[str, list[Point]]:
    """Label -> what each vector sets in that scenario, with its number; one empty point without vectors."""
    return {
        label: [
            ((VECTOR, str(number)), *((path, text) for path, text in vector if path not in pinned.get(label, ())))
            for number, vector in enumerate(vectors)
        ]
        or [()]
        for label in labels
    }


def _specs(
    resolved: Mapping[str, Sequence[Resolved]],
    points: Sequence[Point],
    seeds: Sequence[int],
    columns: Mapping[str, Sequence[Point]],
    record: tuple[str, ...],
    worlds: Mapping[str, str],
) -> tuple[RunSpec, ...]:
    specs: list[RunSpec] = []
    drawn = [replicate_seed(seed, replicate) for replicate, seed in enumerate(seeds)]
    for label, by_point in resolved.items():
        # One text is shared by all replicates that have it: a batch holds thousands.
        texts = [canonical_json(scenario) for scenario in by_point]
        used = min(len(columns[label]), len(seeds))
        if len(texts) != len(points) * used:
            raise ValueError(f"{label}: {len(texts)} resolved scenarios for {len(points)} points and {used} vectors")
        for number, point in enumerate(points):
            of_point = texts[number * used : (number + 1) * used]
            named = [point + column for column in columns[label][:used]]
            specs += [
                RunSpec(
                    label, of_point[k % used], k, drawn[k], number, named[k % used], record, worlds[label], (), seed
                )
                for k, seed in enumerate(seeds)
            ]
    return tuple(specs)


def _check(problems: Iterable[str]) -> None:
    found = list(problems)
    if found:
        raise PlanError(found)


def _size_problems(scenarios: int, points: int, replicates: int) -> Iterator[str]:
    if scenarios * points * replicates > MOST_RUNS:
        asked = f"{scenarios} scenarios x {points} points x {replicates} replicates"
        yield f"the batch has {asked}; at most {MOST_RUNS:,} runs are allowed"


def _count_problems(
    replicates: Any, base_seed: Any, seeds: Sequence[Any] | None, record: Sequence[str]
) -> Iterator[str]:
    if seeds is not None:
        yield from _seed_problems(seeds)
    elif isinstance(replicates, bool) or not isinstance(replicates, int) or replicates < 1:
        yield f"replicates = {replicates!r}: must be a whole number of at least 1"
    if isinstance(base_seed, bool) or not isinstance(base_seed, int) or not 0 <= base_seed <= LARGEST_SEED:
        yield f"base_seed = {base_seed!r}: must be a whole number from 0 to {LARGEST_SEED}"
    yield from _record_problems(record)


def _record_problems(record: Sequence[str]) -> Iterator[str]:
    for item in record:
        if item not in RECORD_OPTIONS:
            yield f"record = {item!r}: is unknown{suggestion(str(item), RECORD_OPTIONS)}"


def checked_record(record: Sequence[str]) -> tuple[str, ...]:
    """Extras to record.

    Raises:
        PlanError: one of them is not known.
    """
    _check(_record_problems(record))
    return tuple(record)


def _seed_problems(seeds: Sequence[Any]) -> Iterator[str]:
    if not seeds:
        yield "seeds is empty: it needs at least one"
    for seed in seeds:
        if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed <= LARGEST_SEED:
            yield f"seeds: {seed!r} must be a whole number from 0 to {LARGEST_SEED}"
    twice = [seed for seed, times in Counter(map(repr, seeds)).items() if times > 1]
    yield from (f"seeds: {seed} occurs twice: the runs would be identical" for seed in twice)


def _reference_problems(reference: str | None, labels: Sequence[str]) -> list[str]:
    if not labels:
        return ["scenarios is empty: a batch needs at least one"]
    if reference is not None and reference not in labels:
        hint = suggestion(reference, labels, "it contains")
        return [f"reference = {reference!r}: the batch contains no scenario of that name{hint}"]
    return []


def canonical_or_none(value: Any) -> str | None:
    """A value as canonical JSON; None where JSON has no word for it (NaN, infinity, a date)."""
    try:
        return canonical_json(value)
    except (ValueError, TypeError):
        return None


def point_value(text: str) -> Any:
    """The value behind the JSON text of a design point."""
    return json.loads(text)
