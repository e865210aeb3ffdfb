"""What a batch will take: counts from the plan, time and disk from runs that are there, or from one that is timed."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

from model.experiments.codec import FAILED, Finished
from model.experiments.plan import BatchPlan
from model.experiments.pools import worker_count
from model.experiments.progress import duration
from model.experiments.spool import Entry, scan
from model.experiments.store import SPOOL, TABLES_PER_SPOOL, free_bytes, is_batch
from model.experiments.worker import Simulate, run_one, warm_up

_START_SECONDS = 3.0
"""What starting worker processes and writing tables takes beside the runs."""
_LONG_SECONDS = 20.0
"""A run that takes longer is not made a second time to be timed."""


def describe(
    plan: BatchPlan, folder: Path, simulate: Simulate, *, jobs: int | None = None, timeout: float | None = None
) -> list[str]:
    """Say what a batch would do, without writing anything.

    Args:
        plan: the batch.
        folder: where it would be written.
        simulate: what a run does.
        jobs: number of processes; None for one a core.
        timeout: seconds after which a run is given up.

    Returns:
        Lines for the user: the counts, what is there already, and the time and disk that the rest would take.
    """
    entries: Mapping[str, Entry] = scan(folder / SPOOL)[0] if is_batch(folder) else {}
    there = [entries[run] for run in plan.here if run in entries]
    missing = [spec for run, spec in plan.here.items() if run not in entries]
    lines = [_counts(plan), f"{len(there)} are in {folder}; {len(missing)} to compute"]
    if not missing:
        return lines
    workers, note = worker_count(jobs, len(missing))
    if there:
        seconds = sum(entry.seconds for entry in there) / len(there)
        size, source = sum(entry.length for entry in there) / len(there), f"from the {len(there)} completed runs"
    else:
        timed = _time(plan, simulate, timeout)
        if timed.status == FAILED:
            return [*lines, f"time and disk are unknown: the run that was tried failed: {timed.error}"]
        seconds, size = timed.seconds, max(len(timed.record), 1)
        source = "from one run, timed now"
    lines += [note] if note else []
    lasting = len(missing) * seconds / workers + _START_SECONDS
    space = len(missing) * size * (1 + TABLES_PER_SPOOL) / 1e6
    lines.append(
        f"about {duration(lasting)} with {workers} processes and {space:,.1f} MB of disk ({source}: {seconds:.3f} s each)"
    )
    lines.append(f"{free_bytes(plan, len(missing)) / 1e6:,.0f} MB must be free before it starts")
    return lines


def _counts(plan: BatchPlan) -> str:
    factors = [f"{len(plan.labels)} scenarios", f"{len(plan.points)} points", f"{plan.replicates} replicates"]
    text = f"{plan.name}: {' x '.join(factors)} = {len(plan.specs)} runs"
    if plan.vectors:
        text += f", with {len(plan.vectors)} parameter vectors in turn"
    if plan.shard is not None:
        text += f"; shard {plan.shard[0]} of {plan.shard[1]} has {len(plan.here)}"
    return text


def _time(plan: BatchPlan, simulate: Simulate, timeout: float | None) -> Finished:
    """A run of the batch, the second of two: the first one loads the world. Compiling counts for neither."""
    spec = next(iter(plan.here.values()))
    warm_up(simulate)
    started = time.perf_counter()
    first = run_one(simulate, spec, timeout)
    return first if time.perf_counter() - started > _LONG_SECONDS else run_one(simulate, spec, timeout)
