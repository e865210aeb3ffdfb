"""Run many specifications: one after another here, or in a supervised pool of processes.

The pool keeps at most twice as many tasks in flight as it has workers. When a worker dies the standard library's pool
breaks and all its tasks with it; here it is built again, and the runs that were in flight are tried one at a time, so that
only the one that kills its worker is lost.
"""

from __future__ import annotations

import math
import os
import pickle
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import current_process, get_context

from model.experiments.codec import Finished, finished_failed
from model.experiments.errors import RunnerError
from model.experiments.interruption import Interruption, deaf_children
from model.experiments.worker import (
    TIMEOUT_EXIT,
    WORKER_DIED,
    Simulate,
    can_interrupt_runs,
    prepare_worker,
    run_group,
    run_one,
    timed_out,
)
from model.scenario.spec import RunSpec

TASK_SECONDS = 0.02
"""A task shorter than this costs more to hand over than to do."""

MOST_IN_A_TASK = 64
_WINDOWS_LIMIT = 61
_MOST_PER_CORE = 8
_POLL_SECONDS = 0.2
_BREAK_SECONDS = 30.0
_START_TRIES = 3


def cores() -> int:
    """The number of cores that this process may use; that of the machine may be larger."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def worker_count(jobs: int | None, runs: int) -> tuple[int, str]:
    """How many processes to use.

    Args:
        jobs: as asked for; None for all cores that this process may use.
        runs: number of runs to compute.

    Returns:
        The number, at least 1, and a sentence when it is not what was asked for.

    Raises:
        RunnerError: jobs is not a whole number of at least 1.
    """
    if jobs is not None and (isinstance(jobs, bool) or not isinstance(jobs, int) or jobs < 1):
        raise RunnerError(f"jobs = {jobs!r}: must be a whole number of at least 1; leave it out to use all cores")
    wanted = cores() if jobs is None else jobs
    limit = _MOST_PER_CORE * cores()
    if sys.platform == "win32":
        limit = min(limit, _WINDOWS_LIMIT)
    count = max(1, min(wanted, runs, limit))
    if wanted > limit and count == limit:
        return count, f"{wanted} processes are too many for {cores()} cores of this system: {count} are used"
    return count, ""


def run_all(
    specs: Sequence[RunSpec],
    simulate: Simulate,
    *,
    jobs: int = 1,
    timeout: float | None = None,
    interruption: Interruption | None = None,
    idle: Callable[[RunSpec], None] | None = None,
) -> Iterator[Finished]:
    """Run specifications and hand each on as soon as it has ended, in the order of ending.

    Args:
        specs: the runs.
        simulate: a function at the top level of a module, see :func:`model.experiments.simulate.simulate`.
        jobs: number of worker processes; with 1 the runs take place in this process.
        timeout: seconds after which a run is given up; None for no limit.
        interruption: asked between runs whether to stop; the iterator then just ends.
        idle: called several times a second while worker processes run, with the run that was handed out first.

    Raises:
        RunnerError: worker processes cannot start, or cannot be given the function.
    """
    interruption = interruption or Interruption()
    if jobs == 1 and (timeout is None or can_interrupt_runs()):
        return _run_here(specs, simulate, timeout, interruption)
    return _Pool(specs, simulate, jobs, timeout, interruption).results(idle or (lambda spec: None))


def _run_here(
    specs: Sequence[RunSpec], simulate: Simulate, timeout: float | None, interruption: Interruption
) -> Iterator[Finished]:
    for spec in specs:
        try:
            with interruption.at_once():
                finished = run_one(simulate, spec, timeout)
        except KeyboardInterrupt:
            interruption.requested = True
            return
        yield finished


@dataclass(frozen=True)
class _Task:
    """Runs that were handed to a worker together; ``alone``: nothing else is in flight."""

    specs: tuple[RunSpec, ...]
    alone: bool


class _Pool:
    """The supervised pool, for one list of runs."""

    def __init__(
        self,
        specs: Sequence[RunSpec],
        simulate: Simulate,
        workers: int,
        timeout: float | None,
        interruption: Interruption,
    ) -> None:
        refuse_in_importing_child()
        _check_picklable(simulate)
        self._waiting = deque(specs)
        self._suspects: deque[RunSpec] = deque()
        self._simulate, self._workers, self._timeout = simulate, workers, timeout
        self._interruption = interruption
        self._executor: ProcessPoolExecutor | None = None
        self._in_flight: dict[Future[list[Finished]], _Task] = {}
        self._seconds_per_run = math.inf
        self._workers_started = False

    def results(self, idle: Callable[[RunSpec], None]) -> Iterator[Finished]:
        """Runs as they end."""
        try:
            while self._waiting or self._suspects or self._in_flight:
                if self._interruption.requested:
                    return
                self._fill()
                idle(next(iter(self._in_flight.values())).specs[0])
                yield from self._collect()
        finally:
            self._stop()

    def _fill(self) -> None:
        """Hand out tasks; while there are suspects, one run at a time."""
        if self._suspects:
            if not self._in_flight:
                self._submit((self._suspects.popleft(),), alone=True)
            return
        if any(task.alone for task in self._in_flight.values()):
            return
        while self._waiting and len(self._in_flight) < 2 * self._workers:
            size = min(self._task_size(), len(self._waiting))
            self._submit(tuple(self._waiting.popleft() for _ in range(size)), alone=False)

    def _task_size(self) -> int:
        """Runs in a task: enough to last, few enough for all workers to be busy to the end."""
        lasting = math.ceil(TASK_SECONDS / max(self._seconds_per_run, 1e-6))
        return max(1, min(lasting, MOST_IN_A_TASK, len(self._waiting) // (2 * self._workers)))

    def _submit(self, specs: tuple[RunSpec, ...], *, alone: bool) -> None:
        if self._executor is None:
            self._executor = _new_executor(self._workers)
        future: Future[list[Finished]] = Future()
        try:
            with deaf_children():
                future = self._executor.submit(run_group, self._simulate, specs, self._timeout)
        except BrokenProcessPool as error:
            future.set_exception(error)
        self._in_flight[future] = _Task(specs, alone)

    def _collect(self) -> Iterator[Finished]:
        """Take what has ended; when the pool is broken, sort out whose fault it was."""
        done, _ = wait(self._in_flight, timeout=_POLL_SECONDS, return_when=FIRST_COMPLETED)
        pool_broken = any(isinstance(future.exception(), BrokenProcessPool) for future in done)
        if pool_broken:  # it ends all its tasks at once
            done, _ = wait(self._in_flight, timeout=_BREAK_SECONDS)
        broken: list[_Task] = []
        for future in list(self._in_flight):
            if future not in done and not pool_broken:
                continue
            task = self._in_flight.pop(future)
            error = future.exception() if future in done else BrokenProcessPool()
            if error is None:
                yield from self._succeeded(future.result())
            elif isinstance(error, BrokenProcessPool):
                broken.append(task)
            else:  # the task could not be handed over or back
                yield from self._accuse(task, f"{type(error).__name__}: {error}")
        if broken and not self._interruption.requested:
            yield from self._rebuild(broken)

    def _succeeded(self, results: list[Finished]) -> list[Finished]:
        self._workers_started = True
        mean = sum(one.seconds for one in results) / len(results)
        known = math.isfinite(self._seconds_per_run)
        self._seconds_per_run = 0.7 * self._seconds_per_run + 0.3 * mean if known else mean
        return results

    def _rebuild(self, broken: list[_Task]) -> Iterator[Finished]:
        exit_codes = self._stop()
        if not self._workers_started:
            self._try_start()
        error = timed_out(self._timeout) if TIMEOUT_EXIT in exit_codes else WORKER_DIED
        for task in broken:
            yield from self._accuse(task, error)

    def _accuse(self, task: _Task, error: str) -> Iterator[Finished]:
        """A run that had the pool to itself is guilty; all others are suspects, to be tried alone."""
        if task.alone:
            yield finished_failed(task.specs[0], error)
        else:
            self._suspects.extend(task.specs)

    def _try_start(self) -> None:
        """Make sure that workers can start at all, so that no run is blamed for what is not its fault.

        Raises:
            RunnerError: they cannot.
        """
        for _ in range(_START_TRIES):
            with _new_executor(1) as executor:
                try:
                    with deaf_children():
                        future = executor.submit(run_group, self._simulate, (), None)
                    future.result()
                except BrokenProcessPool:
                    continue
                self._workers_started = True
                return
        raise RunnerError(
            "the worker processes cannot start; in a script, call run_batch under "
            "'if __name__ == \"__main__\":', keep the function that runs the model in a module, or use jobs=1"
        )

    def _stop(self) -> set[int | None]:
        """End the pool now: what its workers are doing is given up.

        Returns:
            The workers' exit codes.
        """
        executor, self._executor = self._executor, None
        if executor is None:
            return set()
        processes = list((executor._processes or {}).values())
        executor.shutdown(wait=False, cancel_futures=True)
        if self._in_flight:
            for process in processes:
                process.kill()
        for process in processes:
            process.join(timeout=10)
        return {process.exitcode for process in processes}


def _new_executor(workers: int) -> ProcessPoolExecutor:
    with deaf_children():
        return ProcessPoolExecutor(workers, get_context("spawn"), initializer=prepare_worker)


def refuse_in_importing_child() -> None:
    """End a worker that imports a script without a main guard, which would start batches in batches.

    It ends in silence: its parent finds that workers cannot start, and says so once.
    """
    if getattr(current_process(), "_inheriting", False):
        raise SystemExit(1)


def _check_picklable(simulate: Simulate) -> None:
    try:
        pickle.dumps(simulate)
    except Exception as error:
        name = getattr(simulate, "__qualname__", repr(simulate))
        raise RunnerError(
            f"{name} cannot be sent to worker processes ({error}); define it at the top level of a module, or use jobs=1"
        ) from None
