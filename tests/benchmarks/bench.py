"""The speed of Pangwa, measured: ``make bench`` prints a table and writes ``tests/benchmarks/results.json``.

Medians of five (``--quick``: one of tiny pieces, to see that it runs). Times are processor times where one process is
measured, clock times where several are; the load of the machine during the measurement stands in the results.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import io
import json
import multiprocessing
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import mesa
import numpy as np

from model import kernels, tables
from model.experiments.batch import run_batch
from model.experiments.codec import RUN_TABLES
from model.experiments.plan import BatchPlan, make_plan
from model.experiments.simulate import simulate
from model.experiments.worker import run_one
from model.record import RunResult
from model.scenario.read import load_scenario
from model.scenario.spec import RunSpec
from tests.benchmarks.fronts import FrontsOnArrays, setting
from tests.benchmarks.plain_mesa import PlainFronts

RESULTS = Path(__file__).with_name("results.json")
SCENARIO = "engage_kia"
SMALL_MONTHS = 2
"""Months of the small model whose batches show how time and memory grow with runs."""
MANY_RUNS = 1000
"""Batches of more runs are measured once."""


@dataclasses.dataclass(frozen=True)
class Size:
    """How much is measured."""

    repeats: int
    months: int
    runs: int
    world: str
    grow_months: tuple[int, ...]
    grow_sides: tuple[tuple[int, int], ...]
    grow_actors: tuple[int, ...]
    grow_runs: tuple[int, ...]
    empty_runs: int
    apart: bool
    """Whether pieces are measured in processes of their own, which takes seconds for each."""


FULL = Size(
    5, 60, 60, "myanmar", (12, 60, 240, 480), ((15, 22), (32, 32), (56, 56), (100, 100)), (5, 10, 20, 50), (100, 1000, 10_000), 3000, True
)  # fmt: skip
QUICK = Size(1, 3, 2, "tests/tiny", (2, 4), ((4, 4), (6, 6)), (5, 8), (2, 4), 20, False)


def median(measure: Callable[[], float], repeats: int) -> float:
    """The median of some measurements, after one that does not count unless it is the only one."""
    if repeats > 1:
        measure()
    return statistics.median(measure() for _ in range(repeats))


def median_pair(measure: Callable[[], tuple[float, float]], repeats: int) -> tuple[float, float]:
    """The medians of two numbers that are measured together, each time in a process of its own."""
    first, second = zip(*(measure() for _ in range(repeats)), strict=True)
    return statistics.median(first), statistics.median(second)


def specification(world: str, months: int, replicate: int = 0) -> RunSpec:
    """A run of a world; Myanmar's is that of a policy scenario."""
    name = SCENARIO if world == "myanmar" else "status_quo"
    scenario = load_scenario(name, [f'world="{world}"', f"months={months}"])
    return RunSpec.make("bench", scenario.resolved(), replicate=replicate)


def seconds_of_run(spec: RunSpec) -> float:
    """Processor seconds of a run, its tables encoded as in a batch."""
    began = time.process_time()
    finished = run_one(simulate, spec)
    if finished.status != "ok":
        raise RuntimeError(finished.error)
    return time.process_time() - began


def run_ms(size: Size) -> float:
    """(a) Milliseconds of processor time of a full run, recorded."""
    spec = specification(size.world, size.months)
    return 1000 * median(lambda: seconds_of_run(spec), size.repeats)


# (b) batches --------------------------------------------------------------------------------------------------------


def plan_of(size: Size, runs: int, months: int) -> BatchPlan:
    """A batch of so many runs."""
    scenario = load_scenario(SCENARIO if size.world == "myanmar" else "status_quo", [f'world="{size.world}"'])
    resolved = scenario.resolved() | {"months": months}
    return make_plan("bench", {"bench": resolved}, replicates=runs, command=("pangwa", "batch"))


def batch_seconds(
    size: Size, plan: BatchPlan, jobs: int, simulated: Callable[[RunSpec], RunResult] | None = None
) -> float:
    """Clock seconds of a batch with its files."""
    executor = "processes" if size.apart else "serial"
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        began = time.perf_counter()
        report = run_batch(plan, Path(folder) / "out", jobs=jobs, quiet=True, simulate=simulated, executor=executor)
        took = time.perf_counter() - began
    if report.exit_code:
        raise RuntimeError(" ".join(report.lines))
    return took


def busy(work: tuple[str, int, int]) -> float:
    """Runs a second of one process that does nothing but runs."""
    world, months, runs = work
    spec = specification(world, months)
    run_one(simulate, spec)
    began = time.perf_counter()
    for _ in range(runs):
        run_one(simulate, spec)
    return runs / (time.perf_counter() - began)


def independent_runs_per_s(size: Size, jobs: int) -> float:
    """What so many busy processes reach that know nothing of each other."""
    if not size.apart:
        return busy((size.world, size.months, size.runs))
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        return sum(pool.map(busy, [(size.world, size.months, size.runs)] * jobs))


def throughput(size: Size) -> dict[str, float]:
    """(b) Runs a second with one and all processes; the start of workers is taken off by the difference of two batches."""
    jobs = (
        1
        if not size.apart
        else len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count() or 1
    )
    found = {}
    for name, count in (("one", 1), ("all", jobs)):
        short, long = (plan_of(size, runs, size.months) for runs in (jobs, jobs + size.runs * count))
        took = [batch_seconds(size, long, count) - batch_seconds(size, short, count) for _ in range(size.repeats)]
        found[f"runs_per_s_{name}"] = size.runs * count / max(statistics.median(took), 1e-9)
    found["runs_per_s_independent"] = independent_runs_per_s(size, jobs)
    found["processes"] = jobs
    return found


# (c) overhead -------------------------------------------------------------------------------------------------------

_results: dict[str, RunResult] = {}


def empty_run(spec: RunSpec) -> RunResult:
    """A model that does nothing: one outcome, tables without rows."""
    if "empty" not in _results:
        nothing = {name: tables.schema(name).empty_table() for name in RUN_TABLES}
        _results["empty"] = RunResult({"nothing": 0.0}, nothing)
    return _results["empty"]


def recorded_run(spec: RunSpec) -> RunResult:
    """A model that does nothing, but leaves all outcomes and tables of a month in a small world, worked out once a process."""
    if "recorded" not in _results:
        _results["recorded"] = simulate(specification("tests/tiny", 1))
    return _results["recorded"]


def overhead_ms(size: Size, model: Callable[[RunSpec], RunResult]) -> float:
    """(c) Milliseconds that the runner adds to a run: a batch of runs that cost nothing, its start taken off."""
    few, many = plan_of(QUICK, 2, 1), plan_of(QUICK, 2 + size.empty_runs, 1)

    def once() -> float:
        return batch_seconds(size, many, 1, model) - batch_seconds(size, few, 1, model)

    return 1000 * statistics.median(once() for _ in range(size.repeats)) / size.empty_runs


# (d) growth ---------------------------------------------------------------------------------------------------------


def run_apart(size: Size, world: str, months: int) -> tuple[float, float]:
    """Processor seconds of a run, and peak memory in MB, in a process of its own; a first short run does not count."""
    if not size.apart:
        return seconds_of_run(specification(world, months)), 0.0
    return printed_apart(f"bench.report_run({world!r}, {months})")


def batch_apart(size: Size, runs: int) -> tuple[float, float]:
    """Clock seconds of a batch of the small model by one worker, files written; peak memory in MB of who leads it."""
    if not size.apart:
        return batch_seconds(size, plan_of(QUICK, runs, SMALL_MONTHS), 1), 0.0
    return printed_apart(f"bench.report_batch({runs})")


def printed_apart(call: str) -> tuple[float, float]:
    """The two numbers that a call prints in a process of its own; it stands in a main program, as worker processes need."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "apart.py"
        script.write_text(
            f"from tests.benchmarks import bench\nif __name__ == '__main__':\n    {call}\n", encoding="utf-8"
        )
        root = str(Path(__file__).parents[2])
        known = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))}
        done = subprocess.run([sys.executable, script], env=known, cwd=root, capture_output=True, text=True, check=True)
    seconds, memory = done.stdout.split()
    return float(seconds), float(memory)


def report_run(world: str, months: int) -> None:
    """Print processor seconds and peak megabytes of a run; called in a process of its own."""
    seconds_of_run(specification(world, min(months, 2)))
    seconds = seconds_of_run(specification(world, months))
    print(seconds, peak_mb())


def report_batch(runs: int) -> None:
    """Print clock seconds of a batch of a small model and peak megabytes of the process that leads it."""
    print(batch_seconds(FULL, plan_of(QUICK, runs, SMALL_MONTHS), 1), peak_mb())


def peak_mb() -> float:
    """Most memory that this process has held, MB. A child begins with its parent's maximum; Linux also counts without it."""
    with contextlib.suppress(OSError, StopIteration):
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
        return float(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1024 * 1024 if sys.platform == "darwin" else 1024)


def exponent(sizes: tuple[int, ...], seconds: list[float]) -> float:
    """The fitted power with which time grows."""
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


def growth(size: Size) -> dict[str, Any]:
    """(d) Time and peak memory against months, townships, actors and runs, with fitted exponents."""
    months = min(size.months, 12)
    sides = size.grow_sides[0]
    rows, columns = sides
    grid = [f"invented:{r}x{c}" for r, c in size.grow_sides]
    crowds = [f"invented:{rows}x{columns}:{actors}" for actors in size.grow_actors]
    ways: dict[str, tuple[tuple[int, ...], list[Callable[[], tuple[float, float]]]]] = {
        "months": (size.grow_months, [partial(run_apart, size, size.world, m) for m in size.grow_months]),
        "townships": (tuple(r * c for r, c in size.grow_sides), [partial(run_apart, size, w, months) for w in grid]),
        "actors": (size.grow_actors, [partial(run_apart, size, w, months) for w in crowds]),
        "runs": (size.grow_runs, [partial(batch_apart, size, runs) for runs in size.grow_runs]),
    }
    found: dict[str, Any] = {}
    for name, (sizes, works) in ways.items():
        # The batch of ten thousand runs is a sample of its own, and long: it is measured once.
        repeats = [1 if name == "runs" and n > MANY_RUNS else size.repeats for n in sizes]
        measured = [median_pair(*work) for work in zip(works, repeats, strict=True)]
        seconds = [max(one[0], 1e-6) for one in measured]
        found[name] = exponent(sizes, seconds)
        found[f"{name}_measured"] = [
            {"size": n, "seconds": round(s, 4), "peak_mb": round(memory, 1), "repeats": times}
            for n, s, (_, memory), times in zip(sizes, seconds, measured, repeats, strict=True)
        ]
    return found


# (e) plain Mesa -----------------------------------------------------------------------------------------------------


def mesa_seconds(model: type[mesa.Model], size: Size, months: int) -> float:
    """Processor seconds of a run by ``mesa.batch_run`` in this process."""
    asked = {"setting": [setting(size.world)], "rng": [1]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        began = time.process_time()
        mesa.batch_run(model, asked, number_processes=1, max_steps=months, display_progress=False)
    return time.process_time() - began


def ratio_to_plain_mesa(size: Size) -> dict[str, float]:
    """(e) How many times longer supply, fights and countryside take in Mesa's plain idiom."""
    months = min(size.months, 24)
    plain = median(lambda: mesa_seconds(PlainFronts, size, months), size.repeats)
    arrays = median(lambda: mesa_seconds(FrontsOnArrays, size, months), size.repeats)
    return {
        "ratio_to_plain_mesa": plain / arrays,
        "plain_mesa_ms_a_month": 1000 * plain / months,
        "arrays_ms_a_month": 1000 * arrays / months,
    }


# (f) start-up -------------------------------------------------------------------------------------------------------


def start_seconds(*command: str) -> float:
    """Clock seconds of a command."""
    began = time.perf_counter()
    subprocess.run([sys.executable, *command], cwd=Path(__file__).parents[2], capture_output=True, check=True)
    return time.perf_counter() - began


def start_up(size: Size) -> dict[str, float]:
    """(f) Seconds of ``pangwa --help`` and of ``import model``."""
    return {
        "help_s": median(lambda: start_seconds("-m", "model.cli", "--help"), size.repeats),
        "import_s": median(lambda: start_seconds("-c", "import model"), size.repeats),
    }


def machine() -> dict[str, Any]:
    """What the numbers were measured on."""
    cpu = ""
    with contextlib.suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        cpu = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "")
    return {
        "cpu": cpu or platform.processor(),
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "mesa": mesa.__version__,
        "compiled": kernels.compiled(),
    }


def measure(size: Size) -> dict[str, Any]:
    """Everything, in the order of the letters."""
    before = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    found: dict[str, Any] = {"run_ms": run_ms(size)}
    found |= throughput(size)
    found["overhead_ms"] = overhead_ms(size, empty_run)
    found["overhead_recorded_ms"] = overhead_ms(size, recorded_run)
    found["growth"] = growth(size)
    found |= ratio_to_plain_mesa(size)
    found |= start_up(size)
    after = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return found | {"machine": machine() | {"load_before": before, "load_after": after}}


def growth_lines(grown: dict[str, Any], name: str) -> list[str]:
    """The exponent of one way to grow, and what was measured."""
    points = grown[f"{name}_measured"]
    what = f" of {SMALL_MONTHS} months in a small world, by one worker, files written" if name == "runs" else ""
    what += f"; more than {MANY_RUNS:,} measured once" if name == "runs" else ""
    return [
        f"(d) time grows with {name:20} {grown[name]:10.2f} (exponent)",
        "      " + ", ".join(f"{p['size']:,}: {p['seconds']:.2f} s, {p['peak_mb']:.0f} MB" for p in points) + what,
    ]


def table(found: dict[str, Any]) -> str:
    """The results as lines to read."""
    grown = found["growth"]
    share = found["runs_per_s_all"] / found["runs_per_s_independent"]
    lines = [
        f"(a) a run of 60 months, recorded         {found['run_ms']:10.1f} ms",
        f"(b) runs a second, one process           {found['runs_per_s_one']:10.1f}",
        f"    runs a second, {found['processes']} processes           {found['runs_per_s_all']:10.1f}",
        f"    of what independent processes reach  {share:10.0%}",
        f"(c) the runner adds to an empty run      {found['overhead_ms']:10.3f} ms",
        f"    to one with all outcomes and tables  {found['overhead_recorded_ms']:10.3f} ms",
        *(line for name in ("months", "townships", "actors", "runs") for line in growth_lines(grown, name)),
        f"(e) plain Mesa takes longer by           {found['ratio_to_plain_mesa']:10.1f} times",
        f"(f) pangwa --help                        {found['help_s']:10.2f} s",
        f"    import model                         {found['import_s']:10.2f} s",
    ]
    return "\n".join(lines)


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description="Measure the speed of Pangwa.")
    parser.add_argument("--quick", action="store_true", help="only see that it runs")
    parser.add_argument("--out", type=Path, default=RESULTS, help="where the results are written as JSON")
    asked = parser.parse_args()
    found = measure(QUICK if asked.quick else FULL)
    asked.out.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    print(table(found))
    print(f"written: {asked.out}")


if __name__ == "__main__":
    main()
