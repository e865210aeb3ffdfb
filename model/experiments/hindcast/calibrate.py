"""Calibration: which parameter vectors the record does not rule out, and how likely it makes each of them.

Two blocks of parameters, *war* and *trade*, see different patterns (``priors.py``). The first wave of each is a Latin hypercube over the
prior. Later waves move vectors that are not ruled out by differences of others (differential evolution Markov chain, ter Braak 2006),
within the prior: as proposals are symmetric and priors uniform, those of them that are not ruled out in turn are a sample of what the
prior leaves. Only what was observed by the end of 2024 is looked at (:data:`model.experiments.hindcast.priors.OBSERVED_LATER`).

*History matching* (Craig et al. 1997; Vernon, Goldstein & Bower 2010; Andrianakis et al. 2015). The implausibility of a vector for one
number of the record is::

    I = |mean - observed| / sqrt((h / 2)^2 + s^2 (1 + 1 / n))

with ``h`` the half-width of the tolerance on that side, which stands for twice the standard deviation of observation error and model
discrepancy together, and ``s^2`` the variance between replicates (the median over vectors: the record is one run of its world), of
which the mean is taken over ``n``. A vector is ruled out where ``I`` is more than :data:`CUT` for two numbers or more: the second-largest
implausibility decides, so that one number that model or observers get wrong does not (Vernon, Goldstein & Bower 2010). A number that a
half of the runs or more do not show is :data:`UNDEFINED` away. Numbers that every vector is beyond the cut for are *structural misses*:
they rule out nothing and are reported.

*Weights.* Vectors that are not ruled out get the weight ``prod exp(-I^2 / 2) d``: ``I`` at most the cut, ``d`` the share of runs that
show the number: a Gaussian likelihood of summaries (Wood 2010). Where few vectors would have most of the weight, all weights are
tempered, ``w^(1/T)``, with the least ``T`` that leaves an effective sample of the size of the set: discrepancy is then larger than the
tolerances say.

The set is drawn without replacement by these weights, each block by itself, so that its vectors differ in all parameters. One of
them stands for the set (``middle.py``).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from model.arrays import Floats
from model.experiments.batch import run_batch
from model.experiments.design import unit_hypercube
from model.experiments.errors import BatchError
from model.experiments.files import csv_rows
from model.experiments.hindcast.patterns import CALIBRATION, Pattern, frozen_at, frozen_hash, of_use
from model.experiments.hindcast.priors import (
    BLOCKS,
    CALIBRATION_MONTHS,
    OBSERVED_LATER,
    priors,
    resolved_with,
    settings,
)
from model.experiments.hindcast.simulate import simulate_for_calibration
from model.experiments.plan import make_plan
from model.scenario.read import load_scenario
from model.scenario.spec import MONTHLY_MAP, canonical_json

CUT = 3.0
"""Implausibility beyond which a vector is ruled out (Pukelsheim 1994)."""
PARDONED = 1
"""Numbers that may lie beyond the cut: the next decides."""
UNDEFINED = 10.0
"""Implausibility of a number that most runs do not show."""
FIRST = 2
"""Times as many vectors the first wave has: it looks for what the later ones move about in."""
JITTER = 0.03
"""Standard deviation of the jitter of a move, of the prior's width."""
STEADIER = {"trade": 2}
"""Blocks whose numbers differ little between replicates: fewer by this factor will do."""
HOTTEST = 1e3
"""Largest tempering that is tried."""


@dataclass(frozen=True)
class Seen:
    """What the runs of a vector show of a number.

    Args:
        mean: over the runs in which it is defined; NaN without any.
        variance: between them; NaN for fewer than two.
        defined: how many they are.
        runs: all runs.
    """

    mean: float
    variance: float
    defined: int
    runs: int


@dataclass(frozen=True)
class Member:
    """A parameter vector of a block: positions in the prior, and what its runs show, by statistic."""

    units: tuple[float, ...]
    seen: dict[str, Seen]


@dataclass(frozen=True)
class Plan:
    """What a calibration is to do.

    Args:
        folder: where waves and results go.
        waves: number of waves a block.
        vectors: vectors a wave, twice as many in the first.
        replicates: runs of each vector and scenario; fewer in a block of :data:`STEADIER`.
        members: vectors of the set.
        jobs: processes; None for all cores.
        wide: whether to draw from the wide priors.
        seed: of the designs.
    """

    folder: Path
    waves: int
    vectors: int
    replicates: int
    members: int
    jobs: int | None
    wide: bool
    seed: int = 0


@dataclass(frozen=True)
class Found:
    """What calibration found in a block.

    Args:
        members: all vectors that were tried.
        distances: (members, numbers) implausibilities, by the order of ``numbers``.
        numbers: the statistics that they are for.
        misses: structural misses among them.
        weights: (members,) summing to 1; 0 for those that are ruled out.
        tempered: ``T``.
    """

    members: Sequence[Member]
    distances: Floats
    numbers: tuple[str, ...]
    misses: tuple[str, ...]
    weights: Floats
    tempered: float

    @property
    def effective(self) -> float:
        """Effective sample size of the weights (Kish 1965)."""
        return float(1.0 / (self.weights**2).sum())


def calibrate(plan: Plan, say: Callable[[str], None]) -> dict[str, Found]:
    """Run or go on with a calibration; every finished wave is kept.

    Args:
        plan: what to do.
        say: called with a sentence after each block.

    Returns:
        Block -> what was found.

    Raises:
        BatchError: patterns or scoring differ from the frozen ones, a folder cannot be used, or all vectors are ruled out.
    """
    if frozen_hash() != frozen_at():
        raise BatchError("patterns, statistics or scoring have changed since they were frozen: calibration refused")
    found = {}
    for block in BLOCKS:
        members: list[Member] = []
        for wave in range(1, plan.waves + 1):
            members += _wave(plan, block, wave, members)
        found[block] = weigh(members, numbers_of(block), plan.members, block)
        say(_state_of(block, found[block]))
    return found


def numbers_of(block: str) -> list[Pattern]:
    """The numbers of the record by which a block is calibrated: observed by the end of 2024."""
    return [one for one in of_use(CALIBRATION) if one.scenario in BLOCKS[block] and one.statistic not in OBSERVED_LATER]


def weigh(members: Sequence[Member], numbers: Sequence[Pattern], wanted: int, block: str = "") -> Found:
    """Rule out, and weigh what is not ruled out.

    Args:
        members: vectors with what their runs show.
        numbers: of the record.
        wanted: effective sample size below which weights are tempered.
        block: its name, for the error.

    Raises:
        BatchError: every vector is ruled out.
    """
    spread = replicate_variances(members, numbers)
    distances = np.array([[implausibility(one, member.seen, spread) for one in numbers] for member in members])
    near = distances.min(axis=0) <= CUT
    kept = (distances[:, near] > CUT).sum(axis=1) <= PARDONED
    if not kept.any():
        raise BatchError(
            f"{block}: each of {len(members)} vectors is ruled out by two numbers or more; try more of them"
        )
    shown = np.array([[_share(member.seen[one.statistic]) for one in numbers] for member in members])
    counted = np.minimum(distances[:, near], CUT)
    logs = np.where(kept, (np.log(shown[:, near]) - counted**2 / 2).sum(axis=1), -np.inf)
    tempered = _tempering(logs, min(wanted, int(kept.sum())))
    names = tuple(one.statistic for one in numbers)
    misses = tuple(name for name, reached in zip(names, near.tolist(), strict=True) if not reached)
    return Found(members, distances, names, misses, _weights(logs, tempered), tempered)


def replicate_variances(members: Sequence[Member], numbers: Sequence[Pattern]) -> dict[str, float]:
    """By statistic the median over vectors of the variance between replicates; 0 where no vector has two that show it."""
    found = {}
    for one in numbers:
        known = [member.seen[one.statistic].variance for member in members]
        known = [value for value in known if value == value]
        found[one.statistic] = float(np.median(known)) if known else 0.0
    return found


def implausibility(number: Pattern, seen: Mapping[str, Seen], spread: Mapping[str, float]) -> float:
    """How far what a vector shows lies from a number of the record, in standard deviations of all that is uncertain."""
    one = seen[number.statistic]
    if 2 * one.defined <= one.runs:
        return UNDEFINED
    gap = one.mean - number.observed
    half = number.high - number.observed if gap > 0 else number.observed - number.low
    variance = (half / 2) ** 2 + spread[number.statistic] * (1 + 1 / one.defined)
    return float(min(abs(gap) / max(np.sqrt(variance), 1e-12), UNDEFINED))


def _share(seen: Seen) -> float:
    """Share of runs that show a number, kept off 0 and 1 as by half a run of each kind."""
    return (seen.defined + 0.5) / (seen.runs + 1)


def _weights(logs: Floats, tempered: float) -> Floats:
    weights = np.exp((logs - logs.max()) / tempered)
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def _tempering(logs: Floats, wanted: int) -> float:
    """The least T from 1 up that leaves an effective sample of the size wanted, within a hundredth."""
    low, high = 1.0, 1.0
    while _effective(logs, high) < wanted and high < HOTTEST:
        low, high = high, 2 * high
    while high - low > 0.01 * low:
        middle = (low + high) / 2
        low, high = (low, middle) if _effective(logs, middle) >= wanted else (middle, high)
    return high


def _effective(logs: Floats, tempered: float) -> float:
    return float(1.0 / (_weights(logs, tempered) ** 2).sum())


def _state_of(block: str, found: Found) -> str:
    """How many vectors are left, in a sentence."""
    left = int((found.weights > 0).sum())
    text = (
        f"{block}: {left} of {len(found.members)} vectors are not ruled out; effective sample of {found.effective:.0f}, "
        f"weights tempered by {found.tempered:.2f}"
    )
    return text + (f"; no vector comes near {', '.join(found.misses)}" if found.misses else "")


def _wave(plan: Plan, block: str, wave: int, before: Sequence[Member]) -> list[Member]:
    dimensions, rng = priors(block, plan.wide), np.random.default_rng([plan.seed, wave])
    if before:
        weights = weigh(before, numbers_of(block), plan.members, block).weights
        units = moved(np.array([one.units for one in before])[weights > 0], plan.vectors, rng)
    else:
        units = unit_hypercube(FIRST * plan.vectors, len(dimensions), rng)
    vectors = [settings(dimensions, row) for row in units]
    rows = _evaluate(plan, block, str(wave), vectors)
    return [Member(tuple(unit), row) for unit, row in zip(units.tolist(), rows, strict=True)]


def moved(parents: Floats, count: int, rng: np.random.Generator) -> Floats:
    """New positions (count, D): a parent moved by the difference of two others, plus a jitter; reflected at the ends.

    Args:
        parents: (P, D) positions that are not ruled out.
        count: how many.
        rng: of the draws.
    """
    chosen = rng.integers(0, len(parents), size=(3, count))
    scale = rng.uniform(size=(count, 1))
    step = scale * (parents[chosen[1]] - parents[chosen[2]]) + JITTER * rng.normal(size=(count, parents.shape[1]))
    away = np.abs(parents[chosen[0]] + step)
    return np.asarray(np.clip(np.where(away > 1, 2 - away, away), 0.0, 1.0 - 1e-9), dtype=np.float64)


def _evaluate(plan: Plan, block: str, name: str, vectors: Sequence[dict[str, Any]]) -> list[dict[str, Seen]]:
    """What the runs of each vector show, by statistic."""
    base = {name: load_scenario(name).resolved() for name in BLOCKS[block]}
    at_points = {
        name: [resolved_with(one, vector, CALIBRATION_MONTHS[name]) for vector in vectors] for name, one in base.items()
    }
    points = [tuple((path, canonical_json(value)) for path, value in vector.items()) for vector in vectors]
    batch = make_plan(
        f"calibration {block} {name}",
        {name: resolved_with(one, {}, CALIBRATION_MONTHS[name]) for name, one in base.items()},
        replicates=max(2, plan.replicates // STEADIER.get(block, 1)),
        base_seed=plan.seed,
        points=points,
        at_points=at_points,
        record=(MONTHLY_MAP,),
    )
    folder = plan.folder / f"{block}-{name}"
    report = run_batch(
        batch, folder, jobs=plan.jobs, resume=folder.exists(), simulate=simulate_for_calibration, timeout=300
    )
    if not report.complete:
        raise BatchError(f"{folder}: the wave is not complete; continue with the same command")
    if report.ok == 0:  # one vector may break a law of the model; where nothing runs, a number would mean nothing
        raise BatchError(f"{folder}: no run of the wave succeeded; remove the folder and repeat the command")
    return _read_wave(folder, block, len(vectors))


def _read_wave(folder: Path, block: str, count: int) -> list[dict[str, Seen]]:
    import pyarrow.parquet as pq

    runs = pq.read_table(folder / "runs.parquet")
    scenario, point = np.array(runs.column("scenario").to_pylist()), np.asarray(runs.column("point"))
    rows: list[dict[str, Seen]] = [{} for _ in range(count)]
    for one in numbers_of(block):
        values = _column(runs, one.statistic)
        here = scenario == one.scenario
        for number in range(count):
            rows[number][one.statistic] = seen_in(values[here & (point == number)])
    return rows


def _column(runs: pa.Table, name: str) -> Floats:
    """A statistic of all runs, NaN where it is not defined."""
    if name not in runs.column_names:
        return np.full(runs.num_rows, np.nan)
    return np.array([np.nan if value is None else value for value in runs.column(name).to_pylist()], np.float64)


def seen_in(values: Floats) -> Seen:
    """What some runs show of a number: (R,) values, NaN where it is not defined."""
    known = values[~np.isnan(values)]
    mean = float(known.mean()) if len(known) else np.nan
    variance = float(known.var(ddof=1)) if len(known) > 1 else np.nan
    return Seen(mean, variance, len(known), len(values))


def choose(found: Mapping[str, Found], plan: Plan) -> list[dict[str, Any]]:
    """The plausible set: of each block as many vectors as wanted, drawn by their weights, and paired.

    The blocks see different patterns and different scenarios, so that every pair of vectors is a vector of its own.

    Returns:
        Path -> value of each vector.
    """
    picked = {
        block: [settings(priors(block, plan.wide), np.array(one.units)) for one in picks(one_block, plan, block)]
        for block, one_block in found.items()
    }
    war, trade = picked["war"], picked["trade"]
    return [{**war[k % len(war)], **trade[k % len(trade)]} for k in range(plan.members)]


def picks(found: Found, plan: Plan, block: str) -> list[Member]:
    """Vectors of a block, drawn without replacement by their weights (Efraimidis & Spirakis 2006); all where they are too few."""
    weighed = np.flatnonzero(found.weights > 0)
    numbers = np.random.default_rng([plan.seed, list(BLOCKS).index(block)]).uniform(size=len(found.members))
    keys = np.log(numbers[weighed]) / found.weights[weighed]
    return [found.members[k] for k in weighed[np.argsort(-keys)][: plan.members]]


def write_vectors(path: Path, vectors: Sequence[dict[str, Any]]) -> None:
    """Write a set of parameter vectors: a header of dotted paths, a row a vector; values as JSON."""
    names = list(vectors[0])
    with csv_rows(path) as writer:
        writer.writerow(names)
        for vector in vectors:
            values = [vector[name] for name in names]
            writer.writerow([value if isinstance(value, str) else json.dumps(value) for value in values])


@dataclass(frozen=True)
class Shrinkage:
    """How far calibration narrowed a parameter: 5, 50 and 95% points of the set, and their width over the prior's."""

    path: str
    block: str
    low: str
    median: str
    high: str
    width: float


def shrinkage(found: Mapping[str, Found], plan: Plan) -> list[Shrinkage]:
    """For each parameter the central 90% of the set, over the central 90% of the prior."""
    rows = []
    for block, one in found.items():
        kept = np.array([member.units for member in picks(one, plan, block)])
        for index, prior in enumerate(priors(block, plan.wide)):
            points = np.quantile(kept[:, index], [0.05, 0.5, 0.95])
            low, median, high = (str(prior.value(point)) for point in points)
            rows.append(Shrinkage(prior.path, block, low, median, high, float((points[2] - points[0]) / 0.9)))
    return rows


def write_results(
    plan: Plan, found: Mapping[str, Found], vectors: Sequence[dict[str, Any]], narrowed: Sequence[Shrinkage]
) -> list[Path]:
    """Write the set, how far ranges shrank, and every vector tried with its implausibilities and weight."""
    plan.folder.mkdir(parents=True, exist_ok=True)
    paths = [plan.folder / name for name in ("plausible.csv", "shrinkage.csv", "vectors.csv")]
    write_vectors(paths[0], vectors)
    with csv_rows(paths[1]) as writer:
        writer.writerow(["parameter", "block", "q05", "median", "q95", "width_over_prior"])
        writer.writerows([one.path, one.block, one.low, one.median, one.high, f"{one.width:.3f}"] for one in narrowed)
    _write_members(paths[2], found)
    return paths


def _write_members(path: Path, found: Mapping[str, Found]) -> None:
    names = [name for one in found.values() for name in one.numbers]
    with csv_rows(path) as writer:
        writer.writerow(["block", "vector", "weight", *(f"implausibility_{name}" for name in names), *names])
        for block, one in found.items():
            at = {name: column for column, name in enumerate(one.numbers)}
            for k, member in enumerate(one.members):
                far = [f"{one.distances[k, at[name]]:.4g}" if name in at else "" for name in names]
                means = [f"{member.seen[name].mean:.5g}" if name in at else "" for name in names]
                writer.writerow([block, k, f"{one.weights[k]:.4g}", *far, *means])
