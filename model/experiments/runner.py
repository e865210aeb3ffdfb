"""Run many specifications: one after another here, or by a pool of workers that is watched over.

At most twice as many tasks are in flight as there are workers. When a worker dies, the standard library's pool breaks and
all its tasks with it; then the pool is renewed, and the runs that were in flight are tried one at a time, so that only the
one that kills its worker is lost.
"""

from __future__ import annotations

import math
import pickle
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, wait
from dataclasses import dataclass, field
from multiprocessing import current_process

from model.experiments.codec import FAILED, Finished, finished_failed
from model.experiments.errors import RunnerError
from model.experiments.interruption import Interruption
from model.experiments.worker import TIMED_OUT, WORKER_DIED, Simulate, WorkerSpentError, run_one, timed_out
from model.experiments.worker_pool import Results, WorkerPool
from model.scenario.spec import RunSpec

TASK_SECONDS = 0.25
"""Runs that are shorter make a task together: handing over takes milliseconds, and whoever looks on wants to see progress."""

MOST_IN_A_TASK = 64

_POLL_SECONDS = 0.2
_BREAK_SECONDS = 30.0


def run_here(
    specs: Sequence[RunSpec], simulate: Simulate, timeout: float | None = None, interruption: Interruption | None = None
) -> Iterator[Finished]:
    """Run specifications in this process, one after another.

    Args:
        specs: the runs.
        simulate: see :func:`model.experiments.simulate.simulate`.
        timeout: seconds after which a run is given up; code that never comes back to Python cannot be stopped here.
        interruption: asked between runs whether to stop; the iterator then just ends.
    """
    interruption = interruption or Interruption()
    for spec in specs:
        try:
            with interruption.at_once():
                finished = run_one(simulate, spec, timeout)
        except KeyboardInterrupt:
            interruption.requested = True
            return
        yield finished


def run_with(
    pool: WorkerPool,
    specs: Sequence[RunSpec],
    simulate: Simulate,
    *,
    timeout: float | None = None,
    interruption: Interruption | None = None,
    idle: Callable[[RunSpec], None] | None = None,
) -> Iterator[Finished]:
    """Have a pool run specifications, and hand each on as soon as it has ended, in the order of ending.

    Args:
        pool: the workers; they are ended when the iterator is.
        specs: the runs.
        simulate: a function at the top level of a module, see :func:`model.experiments.simulate.simulate`.
        timeout: seconds after which a run is given up; None for no limit.
        interruption: asked between runs whether to stop; the iterator then just ends.
        idle: called several times a second, with the run that was handed out first.

    Raises:
        RunnerError: workers cannot start, cannot be given the function, or are gone for good.
    """
    try:
        refuse_in_importing_child()
        _check_picklable(simulate)
    except BaseException:
        pool.close(busy=False)
        raise
    watched = _Watched(pool, specs, simulate, timeout, interruption or Interruption())
    return watched.results(idle or (lambda spec: None))


@dataclass(frozen=True)
class _Task:
    """Runs that were handed to a worker together; ``alone``: nothing else is in flight."""

    specs: tuple[RunSpec, ...]
    alone: bool
    since: float = field(default_factory=time.monotonic)


class _Watched:
    """A pool at work on one list of runs."""

    def __init__(
        self,
        pool: WorkerPool,
        specs: Sequence[RunSpec],
        simulate: Simulate,
        timeout: float | None,
        interruption: Interruption,
    ) -> None:
        self._pool, self._simulate, self._timeout = pool, simulate, timeout
        self._waiting = deque(specs)
        self._suspects: deque[RunSpec] = deque()
        self._interruption = interruption
        self._in_flight: dict[Results, _Task] = {}
        self._seconds_per_run = math.inf
        self._proven, self._spent = False, False

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
            self._pool.close(busy=bool(self._in_flight))

    def _fill(self) -> None:
        """Hand out tasks; while there are suspects, one run at a time; none while workers are to be replaced."""
        if self._spent and self._in_flight:
            return
        if self._spent:
            self._pool.replace()
            self._spent = False
        if self._suspects:
            if not self._in_flight:
                self._submit((self._suspects.popleft(),), alone=True)
            return
        if any(task.alone for task in self._in_flight.values()):
            return
        # With a limit none waits in a worker's queue, so that the parent knows when each began.
        most = (2 if self._timeout is None else 1) * self._pool.workers
        while self._waiting and len(self._in_flight) < most:
            size = min(self._task_size(), len(self._waiting))
            self._submit(tuple(self._waiting.popleft() for _ in range(size)), alone=False)

    def _task_size(self) -> int:
        """Runs in a task: enough to last, few enough for all workers to be busy to the end; one where each has a limit."""
        if self._timeout is not None:
            return 1
        lasting = math.ceil(TASK_SECONDS / max(self._seconds_per_run, 1e-6))
        return max(1, min(lasting, MOST_IN_A_TASK, len(self._waiting) // (2 * self._pool.workers)))

    def _submit(self, specs: tuple[RunSpec, ...], *, alone: bool) -> None:
        self._in_flight[self._pool.submit(self._simulate, specs, self._timeout)] = _Task(specs, alone)

    def _collect(self) -> Iterator[Finished]:
        """Take what has ended; where a worker died, sort out whose fault it was."""
        done, _ = wait(self._in_flight, timeout=_POLL_SECONDS, return_when=FIRST_COMPLETED)
        self._pool.watch(self._timeout)
        all_lost = any(self._death(future) == "all" for future in done)
        if all_lost:  # the pool ends all its tasks at once
            done, _ = wait(self._in_flight, timeout=_BREAK_SECONDS)
        lost: list[_Task] = []
        for future in list(self._in_flight):
            if future not in done and not all_lost:
                continue
            task = self._in_flight.pop(future)
            error = _error(future) if future in done else CancelledError()
            if error is None:
                yield from self._succeeded(future.result())
            elif isinstance(error, WorkerSpentError):
                self._spent = True
                (self._suspects if task.alone else self._waiting).extendleft(reversed(task.specs))
            elif all_lost and (future not in done or self._death(future) == "all"):
                lost.append(task)
            elif self._death(future):
                yield from self._accuse(task, self._why_it_died(task))
            else:  # the task could not be handed over or back
                yield from self._accuse(task, f"{type(error).__name__}: {error}")
        if all_lost and not self._interruption.requested:
            yield from self._renew(lost)

    def _death(self, future: Results) -> str:
        error = _error(future)
        if error is None:
            return ""
        return "all" if isinstance(error, CancelledError) else self._pool.failure(error)

    def _succeeded(self, results: list[Finished]) -> list[Finished]:
        self._proven = True
        self._spent = self._spent or (self._pool.replaces and any(map(_spends, results)))
        mean = sum(one.seconds for one in results) / len(results)
        known = math.isfinite(self._seconds_per_run)
        self._seconds_per_run = 0.7 * self._seconds_per_run + 0.3 * mean if known else mean
        return results

    def _renew(self, lost: list[_Task]) -> Iterator[Finished]:
        too_long = self._pool.renew(self._proven)
        for task in lost:
            yield from self._accuse(task, timed_out(self._timeout) if too_long else WORKER_DIED)

    def _why_it_died(self, task: _Task) -> str:
        """The error of a run whose worker died: the run's limit, when that had passed."""
        if self._timeout is not None and time.monotonic() - task.since >= self._timeout:
            return timed_out(self._timeout)
        return WORKER_DIED

    def _accuse(self, task: _Task, error: str) -> Iterator[Finished]:
        """A run that had the pool to itself is guilty; all others are suspects, to be tried alone."""
        if task.alone:
            yield finished_failed(task.specs[0], error)
        else:
            self._suspects.extend(task.specs)


def _spends(one: Finished) -> bool:
    """Whether a run has left its worker in a state in which no other should take place."""
    return one.status == FAILED and one.error.startswith((TIMED_OUT, MemoryError.__name__))


def _error(future: Results) -> BaseException | None:
    return CancelledError() if future.cancelled() else future.exception()


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
            f"{name} cannot be sent to worker processes ({error}); define it at the top level of a module, "
            "or use executor='serial'"
        ) from None
