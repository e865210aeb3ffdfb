"""(d) How time and peak memory grow with months, townships, actors and runs, each size in a process of its own."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.batches import batch_seconds, workers
from tests.benchmarks.sizes import FULL, QUICK, Size, peak_mb, plan_of, seconds_of_runs, specification

SMALL_MONTHS = 2
"""Months of the small model whose batches show how time and memory grow with runs."""
MANY_RUNS = 1000
"""Batches of so many runs, or more, are measured once."""
_PATIENCE = 600.0

Measured = tuple[float, float]
"""Seconds, and peak memory in MB."""


def run_apart(size: Size, world: str, months: int) -> Measured:
    """Processor seconds of a run, the median of some in one process, and the peak memory of that process."""
    if not size.apart:
        return seconds_of_runs([specification(world, months)]), 1.0
    return printed_apart(f"growth.report_run({world!r}, {months}, {size.repeats})")


def batch_apart(size: Size, runs: int) -> Measured:
    """Clock seconds of a batch of the small model by one worker, files written; peak memory of the process that leads it."""
    if not size.apart:
        return batch_seconds(plan_of(QUICK, runs, SMALL_MONTHS), None), 1.0
    return printed_apart(f"growth.report_batch({runs}, {times_of_batch(size, runs)})")


def times_of_batch(size: Size, runs: int) -> int:
    """How often a batch is measured: one of a thousand runs is a sample of its own, and long."""
    return 1 if runs >= MANY_RUNS else size.repeats


def printed_apart(call: str) -> Measured:
    """The two numbers that a call prints in a process of its own; it stands in a main program, as worker processes need."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "apart.py"
        script.write_text(
            f"from tests.benchmarks import growth\nif __name__ == '__main__':\n    {call}\n", encoding="utf-8"
        )
        root = str(Path(__file__).parents[2])
        known = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))}
        done = subprocess.run(
            [sys.executable, script],
            check=False,
            env=known,
            cwd=root,
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
        )
    if done.returncode:
        raise RuntimeError(f"{call}: {(done.stderr.strip().splitlines() or ['it said nothing'])[-1]}")
    seconds, memory = done.stdout.split()
    return float(seconds), float(memory)


def report_run(world: str, months: int, repeats: int) -> None:
    """Print processor seconds and peak megabytes of a run; a first one, which is short, does not count."""
    seconds_of_runs([specification(world, min(months, 2))])
    spec = specification(world, months)
    print(statistics.median(seconds_of_runs([spec]) for _ in range(repeats)), peak_mb())


def report_batch(runs: int, repeats: int) -> None:
    """Print clock seconds of a batch of a small model and peak megabytes of the process that leads it."""
    plan = plan_of(QUICK, runs, SMALL_MONTHS)
    with workers(1, FULL) as pool:
        batch_seconds(plan_of(QUICK, 2, SMALL_MONTHS), pool)
        print(statistics.median(batch_seconds(plan, pool) for _ in range(repeats)), peak_mb())


def exponent(sizes: tuple[int, ...], values: list[float]) -> float:
    """The fitted power with which something grows."""
    return float(np.polyfit(np.log(sizes), np.log(values), 1)[0])


def growth(name: str, size: Size) -> dict[str, Any]:
    """Time and peak memory along one way to grow, with fitted exponents.

    Args:
        name: months, townships, actors or runs.
        size: how much is measured.
    """
    sizes, works = _ways(size)[name]
    measured = [work() for work in works]
    seconds, memory = [max(one[0], 1e-6) for one in measured], [one[1] for one in measured]
    times = [times_of_batch(size, n) if name == "runs" else size.repeats for n in sizes]
    columns = zip(sizes, seconds, memory, times, strict=True)
    return {
        name: exponent(sizes, seconds),
        f"{name}_memory": exponent(sizes, memory),
        f"{name}_measured": [
            {"size": n, "seconds": round(s, 4), "peak_mb": round(mb, 1), "repeats": k} for n, s, mb, k in columns
        ],
    }


def _ways(size: Size) -> dict[str, tuple[tuple[int, ...], list[Callable[[], Measured]]]]:
    """By name, sizes and what measures each."""
    months = min(size.months, 12)
    rows, columns = size.grow_sides[0]
    grid = [f"invented:{r}x{c}" for r, c in size.grow_sides]
    crowds = [f"invented:{rows}x{columns}:{actors}" for actors in size.grow_actors]
    return {
        "months": (size.grow_months, [partial(run_apart, size, size.world, m) for m in size.grow_months]),
        "townships": (tuple(r * c for r, c in size.grow_sides), [partial(run_apart, size, w, months) for w in grid]),
        "actors": (size.grow_actors, [partial(run_apart, size, w, months) for w in crowds]),
        "runs": (size.grow_runs, [partial(batch_apart, size, runs) for runs in size.grow_runs]),
    }
