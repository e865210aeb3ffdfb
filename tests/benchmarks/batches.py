"""Batches, measured: (b) runs a second beside what busy processes reach that know nothing of each other, (c) the runner's share.

Workers are started and have made a run before anything is measured, as in the middle of a long batch, and what a batch of
hardly any runs takes is taken off. Batches and independent processes come in turn, on the same workers: whatever else the
machine does meets both.
"""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from model.experiments.batch import run_batch
from model.experiments.plan import BatchPlan
from model.experiments.pools import cores
from model.experiments.simulate import simulate
from model.experiments.worker import prepare_worker, run_group, run_one
from model.output import tables
from model.output.blocks import RUN_TABLES
from model.output.result import RunResult
from model.scenario.spec import RunSpec
from tests.benchmarks.sizes import QUICK, Size, plan_of, specification

Pool = ProcessPoolExecutor | None
Simulate = Callable[[RunSpec], RunResult]


@contextlib.contextmanager
def workers(count: int, size: Size) -> Iterator[Pool]:
    """So many worker processes, each of which has made a run; None where everything takes place in this process."""
    if not size.apart:
        yield None
        return
    with ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), prepare_worker) as pool:
        list(pool.map(busy, [(size.world, size.months, 1)] * count))
        yield pool


def batch_seconds(plan: BatchPlan, pool: Pool, simulated: Simulate | None = None) -> float:
    """Clock seconds of a batch with its files."""
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        began = time.perf_counter()
        report = run_batch(plan, Path(folder) / "out", quiet=True, simulate=simulated, executor=pool or "serial")
        took = time.perf_counter() - began
    if report.exit_code:
        raise RuntimeError(" ".join(report.lines))
    return took


def busy(work: tuple[str, int, int]) -> float:
    """Runs a second of one process that does nothing but runs."""
    world, months, runs = work
    specs = [specification(world, months, replicate) for replicate in range(runs)]  # as different as those of a batch
    run_one(simulate, specs[0])
    began = time.perf_counter()
    run_group(simulate, specs, None)
    return runs / (time.perf_counter() - began)


def independent(size: Size, pool: Pool, count: int) -> float:
    """Runs a second of so many busy processes that know nothing of each other."""
    work = [(size.world, size.months, size.runs)] * count
    return sum(pool.map(busy, work) if pool is not None else map(busy, work))


def throughput(size: Size) -> dict[str, float]:
    """(b) Runs a second with one and all processes, files written, and of what independent processes reach."""
    jobs = cores() if size.apart else 1
    counts = {"one": 1, "all": jobs}
    plans = {n: plan_of(size, n, size.months) for n in {jobs, *(jobs + size.runs * count for count in counts.values())}}
    rates: dict[str, list[float]] = {"one": [], "all": [], "independent": []}
    with workers(1, size) as one, workers(jobs, size) as many:
        for _ in range(size.repeats):
            rates["independent"].append(independent(size, many, jobs))
            for (name, count), pool in zip(counts.items(), (one, many), strict=True):
                runs = size.runs * count
                took = batch_seconds(plans[jobs + runs], pool) - batch_seconds(plans[jobs], pool)
                rates[name].append(runs / max(took, 1e-9))
    shares = [batch / alone for batch, alone in zip(rates["all"], rates["independent"], strict=True)]
    found = {f"runs_per_s_{name}": statistics.median(values) for name, values in rates.items()}
    return found | {"share_of_independent": statistics.median(shares), "processes": jobs}


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


def overhead(size: Size) -> dict[str, float]:
    """(c) Milliseconds that the runner adds to a run: batches of runs that cost nothing, by one worker."""
    few, many = plan_of(QUICK, 2, 1), plan_of(QUICK, 2 + size.empty_runs, 1)
    found = {}
    with workers(1, size) as pool:
        for name, model in (("overhead_ms", empty_run), ("overhead_recorded_ms", recorded_run)):
            batch_seconds(few, pool, model)
            took = [batch_seconds(many, pool, model) - batch_seconds(few, pool, model) for _ in range(size.repeats)]
            found[name] = 1000 * statistics.median(took) / size.empty_runs
    return found
