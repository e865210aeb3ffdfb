"""Run a design: rows of levels of factors become the design points of a batch that keeps outcomes alone.

It is an ordinary batch (its store, its resume, its failures), but a design of thousands of points would fill a disk with
monthly tables that nobody reads; and a point is named by its row, as hundreds of swept columns would say less.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, overload

import numpy as np
import pandas as pd

from model.arrays import Floats
from model.experiments.batch import BatchReport, run_batch
from model.experiments.factors import Factor, settled
from model.experiments.plan import BatchPlan, Point, Resolved, make_plan
from model.experiments.pools import worker_count
from model.experiments.simulate import simulate, takes_warm_up
from model.experiments.spool import scan
from model.experiments.store import Store
from model.output import tables
from model.output.blocks import RUN_TABLES
from model.output.result import RunResult
from model.scenario.spec import RunSpec

ROW = "design.row"
"""The swept path of a design: the number of the row, from 0."""

_PILOT_RUNS = 12
_MARGIN = 1.35
_START_SECONDS, _POINT_SECONDS = 15.0, 0.004
"""What starting processes and assembling take beside the runs, and what planning a point takes."""


@dataclass(frozen=True)
class Design:
    """Points in the space of factors.

    Args:
        factors: k of them.
        levels: (n, k) numbers from 0 to 1.
    """

    factors: tuple[Factor, ...]
    levels: Floats

    def table(self) -> pd.DataFrame:
        """The levels with the factors' names as columns and the row's number as index."""
        return pd.DataFrame(self.levels, columns=[factor.name for factor in self.factors]).rename_axis("row")

    def factor_table(self) -> pd.DataFrame:
        """The factors: name, number of parameters, range, unit, status, meaning."""
        rows = [(f.name, len(f.members), f.range_text, f.unit, f.status, f.meaning) for f in self.factors]
        return pd.DataFrame(rows, columns=["factor", "parameters", "range", "unit", "status", "meaning"])


def basis_words(statuses: Sequence[str], one: str = "it", several: str = "these") -> str:
    """How well the parameters that a finding names are known: how many of them are assumed or weakly identified.

    Args:
        statuses: of the parameters named, at least one.
        one: what a single one is called.
        several: what more of them are called.
    """
    weak, count = sum(status != "observed" for status in statuses), len(statuses)
    if weak == 0:
        return f"all of {several} are observed" if count > 1 else f"{one} is observed"
    who = (
        f"{one} is" if count == 1 else f"all of {several} are" if weak == count else f"{weak} of {several} {count} are"
    )
    return f"{who} assumed or weakly identified, not observed"


class _AtPoints(Sequence[Resolved]):
    """A scenario at every row of a design, made when asked for: thousands of them would fill the memory."""

    def __init__(self, resolved: Resolved, design: Design) -> None:
        self._resolved, self._design = resolved, design

    def __len__(self) -> int:
        return len(self._design.levels)

    @overload
    def __getitem__(self, row: int) -> Resolved: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[Resolved]: ...
    def __getitem__(self, row: int | slice) -> Resolved | Sequence[Resolved]:
        if isinstance(row, slice):
            return [self[number] for number in range(*row.indices(len(self)))]
        return settled(self._resolved, self._design.factors, self._design.levels[row])

    def __iter__(self) -> Iterator[Resolved]:
        return (self[row] for row in range(len(self)))


@takes_warm_up
def simulate_outcomes(spec: RunSpec) -> RunResult:
    """Run a specification and keep its outcomes alone; the tables are empty.

    Args:
        spec: everything that the run depends on.
    """
    return RunResult(simulate(spec).outcomes, {name: tables.schema(name).empty_table() for name in RUN_TABLES})


def plan_design(
    name: str,
    scenarios: Mapping[str, Resolved],
    design: Design,
    *,
    replicates: int,
    base_seed: int = 0,
    reference: str | None = None,
    command: Sequence[str] = (),
) -> BatchPlan:
    """Plan the runs of a design: scenarios x rows x replicates.

    Args:
        name: of the batch.
        scenarios: label -> resolved scenario.
        design: the points.
        replicates: of each point; replicate k meets the same random draws at every point (common random numbers).
        base_seed: from which the replicates' seeds follow.
        reference: label of the scenario to compare with.
        command: the command line, for the manifest.

    Raises:
        PlanError: something is out of range.
    """
    points: list[Point] = [((ROW, str(row)),) for row in range(len(design.levels))]
    return make_plan(
        name,
        scenarios,
        replicates=replicates,
        base_seed=base_seed,
        reference=reference,
        points=points,
        at_points={label: _AtPoints(resolved, design) for label, resolved in scenarios.items()},
        command=command,
    )


def run_design(plan: BatchPlan, out: Path, **how: Any) -> BatchReport:
    """Compute what is missing of a planned design; see :func:`model.experiments.batch.run_batch` for ``how``."""
    return run_batch(plan, out, **{"simulate": simulate_outcomes, **how})


def promise(plan: BatchPlan, jobs: int | None = None, simulate: Any = simulate_outcomes) -> tuple[float, float]:
    """How long a design will take, from a few of its runs.

    Args:
        plan: of the design.
        jobs: number of processes; None for one a core.
        simulate: what a run does.

    Returns:
        Seconds in all (a third above the pilot's pace, for other work on the machine), and seconds a run.
    """
    count, _ = worker_count(jobs, len(plan.specs))
    picked = np.random.default_rng(0).choice(len(plan.specs), min(_PILOT_RUNS * count, len(plan.specs)), replace=False)
    pilot = BatchPlan(**{**vars_of(plan), "specs": tuple(plan.specs[int(row)] for row in sorted(picked))})
    with tempfile.TemporaryDirectory() as folder:
        run_batch(pilot, Path(folder) / "pilot", jobs=jobs, quiet=True, simulate=simulate)
        entries, _ = scan(Store(Path(folder) / "pilot", pilot).spool)
    # Without the slowest: the first run of a process also loads, and compiles, what the others find ready.
    taken = np.sort([entry.seconds for entry in entries.values()])
    each = float(taken[: max(len(taken) - count, 1)].mean())
    start = _START_SECONDS + _POINT_SECONDS * len(plan.points)
    return start + _MARGIN * each * len(plan.specs) / count, each


def vars_of(plan: BatchPlan) -> dict[str, Any]:
    """The fields of a plan, without what it has computed from them."""
    return {name: getattr(plan, name) for name in BatchPlan.__dataclass_fields__}
