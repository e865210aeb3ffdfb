"""How much the benchmark measures, and the runs that all of its parts share."""

from __future__ import annotations

import contextlib
import dataclasses
import resource
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from model.experiments.plan import BatchPlan, make_plan
from model.experiments.simulate import simulate
from model.experiments.worker import run_group
from model.scenario.read import load_scenario
from model.scenario.spec import RunSpec

SCENARIO = "engage_kia"


@dataclasses.dataclass(frozen=True)
class Size:
    """How much is measured."""

    repeats: int
    months: int
    runs: int
    """Runs of a batch, for each process."""
    world: str
    grow_months: tuple[int, ...]
    grow_sides: tuple[tuple[int, int], ...]
    grow_actors: tuple[int, ...]
    grow_runs: tuple[int, ...]
    empty_runs: int
    apart: bool
    """Whether pieces are measured in processes of their own, which takes seconds for each."""


FULL = Size(
    3, 60, 90, "myanmar", (12, 60, 240, 480), ((15, 22), (32, 32), (56, 56), (100, 100)), (5, 10, 20, 50), (100, 1000, 5000), 3000, True
)  # fmt: skip
QUICK = Size(1, 3, 2, "tests/tiny", (2, 4), ((4, 4), (6, 6)), (5, 8), (2, 4), 20, False)


def median(measure: Callable[[], float], repeats: int) -> float:
    """The median of some measurements, after one that does not count unless it is the only one."""
    if repeats > 1:
        measure()
    return statistics.median(measure() for _ in range(repeats))


def specification(world: str, months: int, replicate: int = 0) -> RunSpec:
    """A run of a world; Myanmar's is that of a policy scenario."""
    name = SCENARIO if world == "myanmar" else "status_quo"
    scenario = load_scenario(name, [f'world="{world}"', f"months={months}"])
    return RunSpec.make("bench", scenario.resolved(), replicate=replicate)


def plan_of(size: Size, runs: int, months: int) -> BatchPlan:
    """A batch of so many runs."""
    scenario = load_scenario(SCENARIO if size.world == "myanmar" else "status_quo", [f'world="{size.world}"'])
    resolved = scenario.resolved() | {"months": months}
    return make_plan("bench", {"bench": resolved}, replicates=runs, command=("pangwa", "batch"))


def seconds_of_runs(specs: Sequence[RunSpec]) -> float:
    """Processor seconds of some runs as a worker takes them, their tables encoded as in a batch."""
    began = time.process_time()
    for finished in run_group(simulate, specs, None):
        if finished.status != "ok":
            raise RuntimeError(finished.error)
    return time.process_time() - began


def peak_mb() -> float:
    """Most memory that this process has held, MB. A child begins with its parent's maximum; Linux also counts without it."""
    with contextlib.suppress(OSError, StopIteration):
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
        return float(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1024 * 1024 if sys.platform == "darwin" else 1024)
