"""A batch is planned before run one: scenarios x design points x replicates become a frozen list of specifications."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from model.draws import replicate_seed
from model.experiments.errors import PlanError
from model.scenario.problems import suggestion
from model.scenario.spec import RunSpec, canonical_json

DEFAULT_REPLICATES = 10
MOST_RUNS = 1_000_000
USUAL_REFERENCE = "status_quo"
RECORD_OPTIONS = ("control=monthly",)

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
        base_seed: from which the replicates' seeds follow.
        record: extras to record, see :class:`model.scenario.spec.RunSpec`.
        specs: the runs, by scenario, then point, then replicate.
        command: the command line that asked for the batch, for the manifest alone.
        description: what the batch is for, in the words of its file.
    """

    name: str
    reference: str
    scenarios: dict[str, Resolved]
    points: tuple[Point, ...]
    replicates: int
    base_seed: int
    record: tuple[str, ...]
    specs: tuple[RunSpec, ...]
    command: tuple[str, ...] = field(default=(), compare=False)
    description: str = field(default="", compare=False)

    @cached_property
    def run_ids(self) -> tuple[str, ...]:
        """The runs' ids, in the order of :attr:`specs`."""
        return tuple(spec.run_id for spec in self.specs)

    @cached_property
    def plan_id(self) -> str:
        """Sixteen hex digits that two plans share when they ask for the same runs in the same order."""
        text = canonical_json([list(self.run_ids), self.reference, list(self.record)])
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()

    @property
    def labels(self) -> tuple[str, ...]:
        """The scenarios' labels in the order of the plan."""
        return tuple(self.scenarios)

    @property
    def swept(self) -> tuple[str, ...]:
        """Dotted paths of the swept parameters, ``label`` among them where points are labelled, in order of appearance."""
        return tuple(dict.fromkeys(path for point in self.points for path, _ in point))

    @cached_property
    def scenario_hashes(self) -> dict[str, str]:
        """Label -> hash of the resolved scenario, in which the label has no part."""
        return {label: content_hash(canonical_json(resolved)) for label, resolved in self.scenarios.items()}


def content_hash(text: str) -> str:
    """Sixteen hex digits of a text."""
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def make_plan(
    name: str,
    scenarios: Mapping[str, Resolved],
    *,
    replicates: int = DEFAULT_REPLICATES,
    base_seed: int = 0,
    reference: str | None = None,
    points: Sequence[Point] = ((),),
    at_points: Mapping[str, Sequence[Resolved]] | None = None,
    record: Sequence[str] = (),
    command: Sequence[str] = (),
    description: str = "",
) -> BatchPlan:
    """Plan a batch from resolved scenarios.

    Args:
        name: name of the batch.
        scenarios: label -> resolved scenario.
        replicates: number of replicates, at least 1.
        base_seed: any integer >= 0; the seed of a replicate depends on it and on the replicate's number alone.
        reference: label of the scenario to compare with; ``status_quo`` or else the first scenario when None.
        points: design points of a sweep, see :mod:`model.experiments.design`.
        at_points: label -> the scenario resolved at each point; may be left out where nothing is swept.
        record: extras to record.
        command: the command line, for the manifest.
        description: what the batch is for.

    Raises:
        PlanError: something asked for is empty, out of range or unknown.
    """
    problems = [*_count_problems(replicates, base_seed, record), *_reference_problems(reference, list(scenarios))]
    if not problems and len(scenarios) * len(points) * replicates > MOST_RUNS:
        asked = f"{len(scenarios)} scenarios x {len(points)} points x {replicates} replicates"
        problems = [f"the batch has {asked}; at most {MOST_RUNS:,} runs are allowed"]
    if problems:
        raise PlanError(problems)
    labels = list(scenarios)
    if reference is None:
        reference = USUAL_REFERENCE if USUAL_REFERENCE in scenarios else labels[0]
    resolved = at_points or {label: [scenarios[label]] for label in labels}
    specs = _specs(resolved, points, replicates, base_seed, tuple(record))
    return BatchPlan(
        name=name,
        reference=reference,
        scenarios=dict(scenarios),
        points=tuple(points),
        replicates=replicates,
        base_seed=base_seed,
        record=tuple(record),
        specs=specs,
        command=tuple(command),
        description=description,
    )


def _specs(
    resolved: Mapping[str, Sequence[Resolved]],
    points: Sequence[Point],
    replicates: int,
    base_seed: int,
    record: tuple[str, ...],
) -> tuple[RunSpec, ...]:
    seeds = [replicate_seed(base_seed, replicate) for replicate in range(replicates)]
    specs: list[RunSpec] = []
    for label, by_point in resolved.items():
        for number, (point, scenario) in enumerate(zip(points, by_point, strict=True)):
            text = canonical_json(scenario)  # one text shared by all replicates: a batch holds thousands
            specs += [RunSpec(label, text, k, seed, number, point, record) for k, seed in enumerate(seeds)]
    return tuple(specs)


def _count_problems(replicates: Any, base_seed: Any, record: Sequence[str]) -> list[str]:
    problems = []
    if isinstance(replicates, bool) or not isinstance(replicates, int) or replicates < 1:
        problems.append(f"replicates = {replicates!r}: must be a whole number of at least 1")
    if isinstance(base_seed, bool) or not isinstance(base_seed, int) or base_seed < 0:
        problems.append(f"base_seed = {base_seed!r}: must be a whole number of at least 0")
    for item in record:
        if item not in RECORD_OPTIONS:
            problems.append(f"record = {item!r}: is not known{suggestion(str(item), RECORD_OPTIONS)}")
    return problems


def _reference_problems(reference: str | None, labels: Sequence[str]) -> list[str]:
    if not labels:
        return ["scenarios is empty: a batch needs at least one"]
    if reference is not None and reference not in labels:
        hint = suggestion(reference, labels, "it holds")
        return [f"reference = {reference!r}: the batch holds no scenario of that name{hint}"]
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
