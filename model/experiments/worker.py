"""What happens inside a worker process, and around each run wherever it takes place."""

from __future__ import annotations

import ctypes
import os
import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import connection, parent_process
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model.experiments.codec import Finished, finished_failed, finished_ok
from model.scenario.spec import RunSpec

if TYPE_CHECKING:
    from model.output.result import RunResult

Simulate = Callable[[RunSpec], "RunResult"]

WORKER_DIED, TIMED_OUT = "worker died", "timed out"
TIMEOUT_EXIT = 124
"""Exit code of a worker that ended itself because a run could not be stopped otherwise."""

_GRACE = 3.0


class WorkerSpentError(Exception):
    """A worker takes no more runs: one that it gave up, or memory that it lacked, may have left it half imported or worse."""


@dataclass
class _Here:
    """What this process is as a worker.

    Args:
        watch: folder with a file for each run that a worker of the pool is at, by which the parent sees when it began.
        replaceable: whether a pool puts another process in the place of one that is spent.
        spent: whether it is.
        warm: whether the model is imported and compiled.
    """

    watch: Path | None = None
    replaceable: bool = False
    spent: bool = False
    warm: bool = False


_here = _Here()


class RunTimeout(BaseException):
    """A run has gone on for longer than its limit; not an Exception, so that no handler in a model swallows it."""


def run_one(simulate: Simulate, spec: RunSpec, timeout: float | None = None) -> Finished:
    """Run a specification; whatever goes wrong in it becomes data.

    Args:
        simulate: the run.
        spec: its specification.
        timeout: seconds after which it is given up; None for no limit.
    """
    if timeout is not None:
        warm_up(simulate)
    started = time.perf_counter()
    try:
        with _seen(spec, timeout), time_limit(timeout):
            result = simulate(spec)
        return finished_ok(spec, result, time.perf_counter() - started)
    except RunTimeout:
        _here.spent = True
        return finished_failed(spec, timed_out(timeout), traceback.format_exc(), time.perf_counter() - started)
    except (Exception, SystemExit) as error:
        _here.spent = _here.spent or isinstance(error, MemoryError)
        notes = "".join(f" ({note})" for note in getattr(error, "__notes__", ()))
        said = f"{type(error).__name__}: {error}".rstrip(": ") + notes
        return finished_failed(spec, said, traceback.format_exc(), time.perf_counter() - started)


def warm_up(simulate: Simulate) -> None:
    """Import and compile what a run needs, once in a process, so that no run's limit counts it."""
    prepare = getattr(simulate, "warm_up", None)
    if prepare is not None and not _here.warm:
        prepare()
    _here.warm = True


@contextmanager
def _seen(spec: RunSpec, timeout: float | None) -> Iterator[None]:
    """Let the parent see that a run with a limit is at work in this process."""
    if timeout is None or _here.watch is None:
        yield
        return
    mark = _here.watch / f"{os.getpid()}-{spec.run_id}"
    with suppress(OSError):
        mark.touch()
    try:
        yield
    finally:
        with suppress(OSError):
            mark.unlink(missing_ok=True)


def timed_out(timeout: float | None) -> str:
    """The error of a run that was given up."""
    return f"{TIMED_OUT}: no result after {timeout:g} s"


def run_group(simulate: Simulate, specs: Sequence[RunSpec], timeout: float | None) -> list[Finished]:
    """The task of a worker: some runs, one after another.

    Raises:
        WorkerSpentError: another process is to do it.
    """
    if _here.spent and _here.replaceable:
        raise WorkerSpentError
    return [run_one(simulate, spec, timeout) for spec in specs]


def prepare_worker(watch: str = "") -> None:
    """Set up a worker: it leaves Ctrl-C and the end of the terminal to its parent, and ends when its parent does.

    Args:
        watch: folder in which it shows what run it is at.
    """
    _here.replaceable, _here.watch = True, Path(watch) if watch else None
    leave_signals_to_parent()
    threading.Thread(target=_end_with_parent, daemon=True).start()


def leave_signals_to_parent() -> None:
    """Ignore Ctrl-C and the end of the terminal, which reach every process of a terminal, in this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def can_interrupt_runs() -> bool:
    """Whether :func:`time_limit` can stop a run in this thread."""
    return hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()


@contextmanager
def time_limit(seconds: float | None) -> Iterator[None]:
    """Raise :class:`RunTimeout` in the block after some seconds; in a worker, end the process if that does not help.

    The main thread gets a signal, any other thread an exception before its next step in Python.

    Args:
        seconds: the limit; None for none.
    """
    if seconds is None:
        yield
        return
    watchdog = threading.Timer(seconds + _GRACE, os._exit, (TIMEOUT_EXIT,)) if parent_process() is not None else None
    if watchdog is not None:
        watchdog.daemon = True
        watchdog.start()
    try:
        with _alarm(seconds) if can_interrupt_runs() else _raised_in_thread(seconds):
            yield
    finally:
        if watchdog is not None:
            watchdog.cancel()


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    def give_up(*_: Any) -> None:
        """End the run, called by the signal."""
        raise RunTimeout

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def _raised_in_thread(seconds: float) -> Iterator[None]:
    thread = ctypes.c_ulong(threading.get_ident())
    lock, ended = threading.Lock(), threading.Event()

    def give_up() -> None:
        """End the run, called by the timer; one that has ended meanwhile is left in peace."""
        with lock:
            if not ended.is_set():
                ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, ctypes.py_object(RunTimeout))

    timer = threading.Timer(seconds, give_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        with lock:
            ended.set()
