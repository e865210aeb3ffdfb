"""Who does the work: a pool of worker processes of this machine, or any executor of the standard library's kind.

A pool takes tasks and gives futures back; what becomes of runs whose worker died is the runner's business
(:mod:`model.experiments.runner`). All pools pass the same tests (``tests/experiments/test_executors.py``).
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from model.experiments.errors import RunnerError
from model.experiments.interruption import deaf_children
from model.experiments.worker import TIMEOUT_EXIT, Simulate, prepare_worker, run_group
from model.experiments.worker_pool import Failure, Results, WorkerPool
from model.scenario.spec import RunSpec

_WINDOWS_LIMIT = 61
_MOST_PER_CORE = 8
_START_TRIES = 3
OVERDUE_SECONDS = 6.0
"""After a run's limit, when a worker that has neither ended the run nor itself is ended by its parent."""
_CODE_TRIES = 100


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
        raise RunnerError(f"jobs = {jobs!r}: must be a whole number of at least 1; omit it to use all cores")
    wanted = cores() if jobs is None else jobs
    limit = _MOST_PER_CORE * cores()
    if sys.platform == "win32":
        limit = min(limit, _WINDOWS_LIMIT)
    count = max(1, min(wanted, runs, limit))
    if wanted > limit and count == limit:
        return count, f"{wanted} processes are too many for {cores()} cores of this system: {count} are used"
    return count, ""


class ProcessPool:
    """Worker processes of this machine, started afresh (spawn) and given up as a whole when one dies.

    Args:
        workers: how many.
    """

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._executor: ProcessPoolExecutor | None = None
        self._simulate: Simulate | None = None
        self._watched = ""
        self._since: dict[str, float] = {}
        self._gave_up = False

    def submit(self, simulate: Simulate, specs: tuple[RunSpec, ...], timeout: float | None) -> Results:
        """See :class:`model.experiments.worker_pool.WorkerPool`."""
        self._simulate = simulate
        if timeout is not None and not self._watched:
            self._watched = tempfile.mkdtemp(prefix="pangwa-runs-")
        if self._executor is None:
            self._executor = _new_executor(self.workers, self._watched)
        try:
            with deaf_children():
                return self._executor.submit(run_group, simulate, specs, timeout)
        except BrokenProcessPool as error:
            return _failed(error)

    def failure(self, error: BaseException) -> Failure:
        """See :class:`model.experiments.worker_pool.WorkerPool`."""
        return "all" if isinstance(error, BrokenProcessPool) else ""

    def renew(self, proven: bool) -> bool:
        """See :class:`model.experiments.worker_pool.WorkerPool`.

        It makes sure that workers can start at all, so that no run is blamed for what is not its fault.
        """
        exit_codes = self._stop(busy=True)
        if not proven:
            self._try_start()
        gave_up, self._gave_up = self._gave_up, False
        return gave_up or TIMEOUT_EXIT in exit_codes

    @property
    def replaces(self) -> bool:
        """See :class:`model.experiments.worker_pool.WorkerPool`."""
        return True

    def replace(self) -> None:
        """See :class:`model.experiments.worker_pool.WorkerPool`."""
        self._stop(busy=False)

    def watch(self, timeout: float | None) -> None:
        """See :class:`model.experiments.worker_pool.WorkerPool`."""
        if timeout is None or not self._watched or self._executor is None:
            return
        now, marks = time.monotonic(), os.listdir(self._watched)
        self._since = {mark: self._since.get(mark, now) for mark in marks}
        processes = self._executor._processes or {}
        for mark, since in self._since.items():
            process = processes.get(int(mark.partition("-")[0]))
            if process is not None and now - since > timeout + OVERDUE_SECONDS:
                self._gave_up = True
                process.kill()

    def close(self, busy: bool) -> None:
        """See :class:`model.experiments.worker_pool.WorkerPool`."""
        self._stop(busy)
        if self._watched:
            shutil.rmtree(self._watched, ignore_errors=True)
            self._watched = ""

    def _try_start(self) -> None:
        for _ in range(_START_TRIES):
            with _new_executor(1) as executor:
                try:
                    with deaf_children():
                        future = executor.submit(run_group, self._simulate, (), None)  # type: ignore[arg-type]
                    future.result()
                except BrokenProcessPool:
                    continue
                return
        raise RunnerError(
            "the worker processes cannot start; in a script, call run_batch under "
            "'if __name__ == \"__main__\":', keep the function that runs the model in a module, or use executor='serial'"
        )

    def _stop(self, busy: bool) -> set[int | None]:
        """End the pool now.

        Returns:
            The workers' exit codes.
        """
        executor, self._executor = self._executor, None
        if executor is None:
            return set()
        processes = list((executor._processes or {}).values())
        executor.shutdown(wait=False, cancel_futures=True)
        if busy:
            for process in processes:
                process.kill()
        codes = {_exit_code(process) for process in processes}
        for mark in os.listdir(self._watched) if self._watched else ():
            (Path(self._watched) / mark).unlink(missing_ok=True)
        return codes


def _exit_code(process: BaseProcess) -> int | None:
    """Exit code of a process that is ending; None when it does not end."""
    process.join(timeout=10)
    # The pool's own thread may have fetched the code a moment ago and not noted it yet: then it looks as if there were none.
    for _ in range(_CODE_TRIES):
        if process.exitcode is not None:
            break
        time.sleep(0.01)
    return process.exitcode


def _new_executor(workers: int, watched: str = "") -> ProcessPoolExecutor:
    with deaf_children():
        return ProcessPoolExecutor(workers, get_context("spawn"), initializer=prepare_worker, initargs=(watched,))


def _failed(error: BaseException) -> Results:
    future: Results = Future()
    future.set_exception(error)
    return future


class ExecutorPool:
    """Any executor of the interface :class:`concurrent.futures.Executor`.

    Args:
        given: an executor, which stays its owner's to shut down and cannot be made again when it breaks; or a function
            that makes one, which is called again then.
        workers: how many tasks it runs at a time; None when it says so itself, or for the number of cores.
    """

    def __init__(self, given: Executor | Callable[[], Executor], workers: int | None = None) -> None:
        self._make = None if isinstance(given, Executor) else given
        self._executor = given if isinstance(given, Executor) else given()
        if not isinstance(self._executor, Executor):
            raise RunnerError(
                f"executor: {given!r} gave {self._executor!r}, which is not a concurrent.futures.Executor"
            )
        self.workers = workers or getattr(self._executor, "_max_workers", None) or cores()
        self._in_flight: set[Results] = set()

    def submit(self, simulate: Simulate, specs: tuple[RunSpec, ...], timeout: float | None) -> Results:
        """See :class:`model.experiments.worker_pool.WorkerPool`."""
        try:
            with deaf_children():
                future = self._executor.submit(run_group, simulate, specs, timeout)
        except BrokenExecutor as error:
            return _failed(error)
        except RuntimeError as error:  # it has been shut down
            raise RunnerError(f"executor: accepts no more runs ({error})") from None
        self._in_flight.add(future)
        future.add_done_callback(self._in_flight.discard)
        return future

    def failure(self, error: BaseException) -> Failure:
        """See :class:`model.experiments.worker_pool.WorkerPool`."""
        return "all" if isinstance(error, BrokenExecutor) else ""

    def renew(self, proven: bool) -> bool:
        """See :class:`model.experiments.worker_pool.WorkerPool`."""
        if self._make is None or not proven:
            raise RunnerError(
                "executor: a worker died and the executor is broken; give a function that makes one, which is called "
                "again then, and go on with resume=True"
            )
        self._executor.shutdown(wait=False)
        self._executor = self._make()
        return False

    replaces = False

    def replace(self) -> None:
        """See :class:`model.experiments.worker_pool.WorkerPool`; the workers are their owner's."""

    def watch(self, timeout: float | None) -> None:
        """See :class:`model.experiments.worker_pool.WorkerPool`; the workers are their owner's."""

    def close(self, busy: bool) -> None:
        """See :class:`model.experiments.worker_pool.WorkerPool`; tasks that run already cannot be stopped."""
        for future in list(self._in_flight):
            future.cancel()
        if self._make is not None:
            self._executor.shutdown(wait=not busy)


def new_pool(executor: Any, jobs: int | None, runs: int) -> tuple[WorkerPool, str]:
    """The pool for what a user asked.

    Args:
        executor: ``"processes"``, ``"dask"`` (a cluster on this machine), the address of a Dask scheduler such as
            ``"tcp://host:8786"``, a :class:`concurrent.futures.Executor`, or a function that makes one.
        jobs: number of workers; None for one a core, or as many as the executor has.
        runs: number of runs to compute.

    Returns:
        The pool, and a sentence when the number of workers is not what was asked for.

    Raises:
        RunnerError: there is no such executor, or it cannot be reached.
    """
    count, note = worker_count(jobs, runs)
    if executor == "processes":
        return ProcessPool(count), note
    if executor == "dask" or (isinstance(executor, str) and "://" in executor):
        from model.experiments.dask_pool import DaskPool

        return DaskPool("" if executor == "dask" else executor, count), note
    return ExecutorPool(executor, jobs), ""


def check_executor(executor: Any) -> None:
    """Refuse what is no executor, before anything is written.

    Raises:
        RunnerError: it is none of those that :func:`new_pool` lists, or nobody answers at the address.
    """
    named = executor in (None, "serial", "processes", "dask") or (isinstance(executor, str) and "://" in executor)
    if not named and not isinstance(executor, Executor) and not callable(executor):
        raise RunnerError(
            f"executor = {executor!r}: must be serial, processes, dask, or the address of a Dask scheduler such as "
            "tcp://host:8786; from Python also a concurrent.futures.Executor or a function that makes one"
        )
    if isinstance(executor, str) and "://" in executor:
        from model.experiments.dask_address import refuse_unanswered

        refuse_unanswered(executor)
