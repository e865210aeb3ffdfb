"""Calibration by history matching (Craig et al. 1997; Vernon, Goldstein & Bower 2010) on the calibration patterns alone.

Two blocks of parameters, *war* and *trade*, see different patterns (``priors.py``); each goes through waves. The first wave is
a Latin hypercube over the prior; every later one moves members that are not ruled out by differences of other members
(differential evolution, ter Braak 2006) with a small jitter, within the prior. The implausibility of a vector for one number is
``|median - observed| / sqrt(h^2 + s^2 / n)``: ``h`` the half-width of the tolerance on that side, ``s`` the spread of ``n``
replicates; 1 is the edge of the tolerance. A number that is not defined in half the runs or more is ``UNDEFINED`` away. A
pattern is ruled out beyond 1; patterns that no vector of any wave meets are *structural misses*: they rule nothing out, but
of equals the nearer is better, and they are reported. Each wave is a batch in a folder of its own, so that an interrupted
calibration goes on where it was. No emulator: a run takes less than a second, and one over 30 dimensions would cost more
honesty than time.

The best of hundreds of vectors with a few runs each were also the most favoured by chance. So the best of all waves are run
again, with more replicates and other seeds, and only what these runs show counts (*confirmation*).

The best confirmed members of both blocks are paired in different ways; ``plausible.csv`` holds the pairs, with the two-way choices of
``structure.*`` that are compared kept in proportion: both readings of what stops mines keep members.
One of them stands for the set (``middle.py``).
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from model.draws import Draws
from model.experiments.batch import run_batch
from model.experiments.design import unit_hypercube
from model.experiments.errors import BatchError
from model.experiments.hindcast.patterns import CALIBRATION, LEAST_SHARE, Pattern, frozen_at, frozen_hash, of_use
from model.experiments.hindcast.priors import (
    BLOCKS,
    CALIBRATION_MONTHS,
    Prior,
    priors,
    resolved_with,
    settings,
)
from model.experiments.hindcast.score import score
from model.experiments.hindcast.simulate import MONTHLY_MAP, simulate_for_calibration
from model.experiments.plan import make_plan
from model.scenario.read import load_scenario
from model.scenario.spec import canonical_json

Floats = NDArray[np.float64]
UNDEFINED = 10.0
"""Implausibility of a number that most runs do not show."""
STEADIER = {"trade": 2}
"""Blocks whose numbers differ little between replicates: fewer by this factor will do, and as many more vectors are tried."""
FEWEST = 5
"""A set of n vectors is paired from at least n / 5 members of each block."""
CONFIRMED = 6
"""Times as many members of each block are confirmed as a set is paired from at least."""
CONFIRMING = 4
"""Times as many replicates a member has when it is confirmed, as in a wave."""
KEPT = 0.2
"""The next wave moves from the best of all vectors so far, this share of a wave, when fewer are wholly plausible."""
JITTER = 0.03
"""Standard deviation of the jitter, of the prior's width."""


@dataclass(frozen=True)
class Member:
    """A parameter vector of a block: positions in the prior, and its implausibility by pattern."""

    units: tuple[float, ...]
    implausibility: dict[str, float]
    medians: dict[str, float | None]
    """By statistic."""

    def rank(self, structural: frozenset[str]) -> tuple[int, float]:
        """Patterns ruled out, without structural misses; then the sum of all implausibilities, each up to 3."""
        ruled_out = sum(value > 1 for name, value in self.implausibility.items() if name not in structural)
        return ruled_out, sum(min(value, 3.0) for value in self.implausibility.values())


@dataclass(frozen=True)
class Plan:
    """What a calibration is to do.

    Args:
        folder: where waves and results go.
        waves: number of waves a block.
        vectors: vectors a wave; more in a block of :data:`STEADIER`.
        replicates: runs of each vector and scenario.
        members: vectors to keep.
        jobs: processes; None for all cores.
        wide: whether to start from the wide priors.
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
        tried: the members of all waves, best first.
        confirmed: the best of them by their confirming runs, best first.
    """

    tried: list[Member]
    confirmed: list[Member]


def calibrate(plan: Plan, say: Callable[[str], None]) -> dict[str, Found]:
    """Run or go on with a calibration; every finished wave is kept.

    Args:
        plan: what to do.
        say: called with a sentence after each wave.

    Returns:
        Block -> its members.

    Raises:
        BatchError: patterns or scoring differ from the frozen ones, or a folder cannot be used.
    """
    if frozen_hash() != frozen_at():
        raise BatchError("patterns, statistics or scoring were changed after they were frozen: nothing is calibrated")
    found = {}
    for block in BLOCKS:
        members: list[Member] = []
        for wave in range(1, plan.waves + 1):
            members += _wave(plan, block, wave, members)
            misses = structural_misses(members)
            best = min(member.rank(misses) for member in members)
            total = len(members[0].implausibility)
            text = f"{block}, wave {wave}: {len(members)} vectors; the best miss {best[0] + len(misses)} of {total} patterns"
            say(text + _met_by_none(misses))
        found[block] = _confirm(plan, block, ranked(members))
        say(_state_of(block, found[block].confirmed))
    return found


def ranked(members: Sequence[Member]) -> list[Member]:
    """Members, best first."""
    misses = structural_misses(members)
    return sorted(members, key=lambda member: member.rank(misses))


def _confirm(plan: Plan, block: str, tried: list[Member]) -> Found:
    """Run the best members again with more replicates and other seeds."""
    dimensions = priors(block, plan.wide)
    count = min(CONFIRMED * max(plan.members // FEWEST, 1), len(tried))
    best = _balanced(tried, dimensions, count)
    vectors = [settings(dimensions, np.array(one.units)) for one in best]
    rows = _evaluate(plan, block, f"confirmed-{plan.waves}", vectors, CONFIRMING)
    return Found(tried, ranked([Member(one.units, *row) for one, row in zip(best, rows, strict=True)]))


def _state_of(block: str, confirmed: Sequence[Member]) -> str:
    """How the confirmed members fare, in a sentence."""
    misses = structural_misses(confirmed)
    least = confirmed[0].rank(misses)[0]
    equals = sum(one.rank(misses)[0] == least for one in confirmed)
    text = (
        f"{block}, confirmed: {equals} of {len(confirmed)} vectors miss {least + len(misses)} patterns, the others more"
    )
    return text + _met_by_none(misses)


def _met_by_none(misses: frozenset[str]) -> str:
    return f"; no vector meets {', '.join(sorted(misses))}" if misses else ""


def structural_misses(members: Sequence[Member]) -> frozenset[str]:
    """The patterns that no vector meets."""
    names = members[0].implausibility if members else {}
    return frozenset(name for name in names if all(member.implausibility[name] > 1 for member in members))


def _wave(plan: Plan, block: str, wave: int, members: Sequence[Member]) -> list[Member]:
    dimensions, count = priors(block, plan.wide), STEADIER.get(block, 1) * plan.vectors
    if wave == 1:
        units = unit_hypercube(count, len(dimensions), np.random.default_rng(plan.seed))
    else:
        units = _move(members, count, Draws(plan.seed + 1), wave)
    vectors = [settings(dimensions, row) for row in units]
    rows = _evaluate(plan, block, str(wave), vectors)
    return [Member(tuple(unit), *row) for unit, row in zip(units.tolist(), rows, strict=True)]


def _move(members: Sequence[Member], count: int, draws: Draws, wave: int) -> Floats:
    """New positions: a member moved by the difference of two others, plus a jitter; reflected at the ends."""
    misses, best = structural_misses(members), ranked(members)
    plausible = sum(member.rank(misses)[0] == 0 for member in best)
    parents = np.array([member.units for member in best[: max(plausible, int(KEPT * count), 4)]])
    dimensions = parents.shape[1]
    numbers = np.arange(3 * count, dtype=np.uint64)
    chosen = (draws.uniform("parents", wave, numbers) * len(parents)).astype(int).reshape(3, count)
    cells = np.arange(count * dimensions, dtype=np.uint64)
    noise = draws.normal("jitter", wave, cells).reshape(count, dimensions)
    scale = draws.uniform("scale", wave, np.arange(count, dtype=np.uint64))[:, None]
    moved = parents[chosen[0]] + scale * (parents[chosen[1]] - parents[chosen[2]]) + JITTER * noise
    moved = np.abs(moved)
    return np.asarray(np.clip(np.where(moved > 1, 2 - moved, moved), 0.0, 1.0 - 1e-9))


def _evaluate(
    plan: Plan, block: str, name: str, vectors: Sequence[dict[str, Any]], times: int = 1
) -> list[tuple[dict[str, float], dict[str, float | None]]]:
    """Implausibility by pattern and medians by statistic of each vector; with ``times`` the replicates, other seeds too."""
    base = {name: load_scenario(name).resolved() for name in BLOCKS[block]}
    at_points = {
        name: [resolved_with(one, vector, CALIBRATION_MONTHS[name]) for vector in vectors] for name, one in base.items()
    }
    points = [tuple((path, canonical_json(value)) for path, value in vector.items()) for vector in vectors]
    batch = make_plan(
        f"calibration {block} {name}",
        {name: resolved_with(one, {}, CALIBRATION_MONTHS[name]) for name, one in base.items()},
        replicates=times * max(1, plan.replicates // STEADIER.get(block, 1)),
        base_seed=plan.seed + (times > 1),
        points=points,
        at_points=at_points,
        record=(MONTHLY_MAP,),
    )
    folder = plan.folder / f"{block}-{name}"
    report = run_batch(
        batch, folder, jobs=plan.jobs, resume=folder.exists(), simulate=simulate_for_calibration, timeout=300
    )
    if not report.complete:
        raise BatchError(f"{folder}: the wave is not complete; go on with the same command")
    if report.ok == 0:  # one vector may break a law of the model; where nothing runs, a number would mean nothing
        raise BatchError(f"{folder}: no run of the wave ended well; remove the folder and go on with the same command")
    return _read_wave(folder, block, len(vectors))


def _read_wave(folder: Path, block: str, count: int) -> list[tuple[dict[str, float], dict[str, float | None]]]:
    import pyarrow.parquet as pq

    runs = pq.read_table(folder / "runs.parquet")
    wanted = [one for one in of_use(CALIBRATION) if one.scenario in BLOCKS[block]]
    rows = []
    scenario, point = runs.column("scenario").to_pylist(), np.asarray(runs.column("point"))
    for number in range(count):
        implausible: dict[str, float] = {}
        medians: dict[str, float | None] = {}
        for one in wanted:
            here = [k for k in np.flatnonzero(point == number).tolist() if scenario[k] == one.scenario]
            values = _column(runs, one.statistic, here)
            medians[one.statistic] = score(one, values).median
            value = implausibility(one, values)
            implausible[one.pattern] = max(implausible.get(one.pattern, 0.0), value)
        rows.append((implausible, medians))
    return rows


def _column(runs: pa.Table, name: str, rows: Sequence[int]) -> list[float | None]:
    if name not in runs.column_names:
        return [None] * len(rows)
    column = runs.column(name).to_pylist()
    return [column[row] for row in rows]


def implausibility(pattern: Pattern, values: Sequence[float | None]) -> float:
    """How far an ensemble of runs lies from the observed number, in half-widths of its tolerance."""
    scored = score(pattern, values)
    if scored.median is None:
        return UNDEFINED
    known = np.array([value for value in values if value is not None])
    gap = scored.median - pattern.observed
    half = pattern.high - pattern.observed if gap > 0 else pattern.observed - pattern.low
    noise = float(known.var(ddof=1)) / len(known) if len(known) > 1 else 0.0
    distance = abs(gap) / max(float(np.sqrt(half**2 + noise)), 1e-12)
    return float(max(distance, 1.0 + LEAST_SHARE - scored.within) if scored.within < LEAST_SHARE else distance)


def best_of(members: Sequence[Member], dimensions: Sequence[Prior], count: int) -> list[Member]:
    """The members that miss no more patterns than the best one, at least ``count // FEWEST``, with every option among them."""
    misses = structural_misses(members)
    least = min(member.rank(misses)[0] for member in members)
    equals = sum(member.rank(misses)[0] == least for member in members)
    return _balanced(members, dimensions, min(max(equals, count // FEWEST), count))


def choose(found: Mapping[str, Found], count: int, wide: bool) -> list[dict[str, Any]]:
    """The plausible set: the best confirmed members of each block in different pairs; all readings of what stops mines keep members.

    The blocks see different patterns and different scenarios, so that every pair of members is a vector of its own.

    Args:
        found: members by block.
        count: how many vectors.
        wide: whether positions are those of the wide priors.

    Returns:
        Path -> value of each vector.
    """
    picked = {}
    for block, members in found.items():
        dimensions = priors(block, wide)
        best = best_of(members.confirmed, dimensions, count)
        picked[block] = [settings(dimensions, np.array(one.units)) for one in best]
    war, trade = picked["war"], picked["trade"]
    return [{**war[k % len(war)], **trade[(k + k // len(war)) % len(trade)]} for k in range(count)]


def _balanced(members: Sequence[Member], dimensions: Sequence[Prior], count: int) -> list[Member]:
    """The best members, at least a fifth of them with each option of every choice, as far as there are members with it."""
    chosen = list(members[:count])
    least = count // 5
    for index, prior in enumerate(dimensions):
        for option in prior.options:
            rest = (one for one in members[count:] if prior.value(one.units[index]) == option)
            while sum(prior.value(one.units[index]) == option for one in chosen) < least:
                new = next(rest, None)
                if new is None:
                    break
                options = [prior.value(one.units[index]) for one in chosen]
                # The worst member of an option that has more than it needs gives way.
                gives = max(k for k, held in enumerate(options) if options.count(held) > least)
                chosen[gives] = new
    return chosen


def write_vectors(path: Path, vectors: Sequence[dict[str, Any]]) -> None:
    """Write a set of parameter vectors: a header of dotted paths, a row a vector; values as JSON."""
    names = list(vectors[0])
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(names)
        for vector in vectors:
            values = [vector[name] for name in names]
            writer.writerow([value if isinstance(value, str) else json.dumps(value) for value in values])


@dataclass(frozen=True)
class Shrinkage:
    """How far calibration narrowed a parameter: 5, 50 and 95 % points of the kept members, and width over the prior's."""

    path: str
    block: str
    low: str
    median: str
    high: str
    width: float


def shrinkage(found: Mapping[str, Found], count: int, wide: bool) -> list[Shrinkage]:
    """For each parameter the central 90 % of the kept members, over the central 90 % of the prior."""
    rows = []
    for block, members in found.items():
        dimensions = priors(block, wide)
        kept = np.array([one.units for one in best_of(members.confirmed, dimensions, count)])
        for index, prior in enumerate(dimensions):
            points = np.quantile(kept[:, index], [0.05, 0.5, 0.95])
            low, median, high = (str(prior.value(point)) for point in points)
            rows.append(Shrinkage(prior.path, block, low, median, high, float((points[2] - points[0]) / 0.9)))
    return rows


def write_results(
    plan: Plan, found: Mapping[str, Found], vectors: Sequence[dict[str, Any]], narrowed: Sequence[Shrinkage]
) -> list[Path]:
    """Write the set, how far ranges shrank, and every vector tried or confirmed with its implausibilities."""
    plan.folder.mkdir(parents=True, exist_ok=True)
    paths = [plan.folder / name for name in ("plausible.csv", "shrinkage.csv", "waves.csv")]
    write_vectors(paths[0], vectors)
    with paths[1].open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["parameter", "block", "q05", "median", "q95", "width_over_prior"])
        writer.writerows([one.path, one.block, one.low, one.median, one.high, f"{one.width:.3f}"] for one in narrowed)
    _write_members(paths[2], found)
    return paths


def _write_members(path: Path, found: Mapping[str, Found]) -> None:
    names = sorted({name for block in found.values() for name in block.tried[0].medians})
    marks = sorted({name for block in found.values() for name in block.tried[0].implausibility})
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["block", "runs", "rank", *(f"implausibility_{name}" for name in marks), *names])
        for block, members in found.items():
            for runs, ones in (("waves", members.tried), ("confirmed", members.confirmed)):
                for rank, one in enumerate(ones):
                    row = [one.implausibility.get(name) for name in marks] + [one.medians.get(name) for name in names]
                    writer.writerow([block, runs, rank, *("" if value is None else f"{value:.5g}" for value in row)])
