"""Runs on a Dask cluster: one on this machine, or one whose scheduler has an address (the extra ``cluster``)."""

from __future__ import annotations

import logging
import shutil
import tempfile
import time
from concurrent.futures import Future
from functools import partial
from importlib import import_module
from typing import Any

from model import __version__
from model.experiments.errors import RunnerError
from model.experiments.frozen import package_versions
from model.experiments.interruption import deaf_children
from model.experiments.worker import Simulate, leave_signals_to_parent, run_group
from model.experiments.worker_pool import Failure, Results
from model.scenario.spec import RunSpec

_CONNECT_SECONDS = 10.0
_WAIT_SECONDS = 60.0
_COUNT_SECONDS = 5.0
_HAND_OVER_SECONDS = 60.0


class LostResultError(Exception):
    """A task has ended, but its worker died before its result was fetched."""


class DaskPool:
    """The workers of a Dask cluster; one that dies is replaced by the cluster.

    Args:
        address: of a scheduler, such as ``tcp://host:8786``; empty for a cluster on this machine.
        workers: processes of a cluster on this machine.

    Raises:
        RunnerError: the extra is not installed, the scheduler cannot be reached, or workers have other versions.
    """

    def __init__(self, address: str, workers: int) -> None:
        try:
            dask, distributed = import_module("dask"), import_module("distributed")
        except ImportError:
            raise RunnerError(
                "Dask is not installed: in the project's folder, pip install -e '.[cluster]' -c constraints.txt"
            ) from None
        self._died: tuple[type[BaseException], ...] = (distributed.scheduler.KilledWorker, LostResultError)
        self._tasks: dict[Results, Any] = {}
        """Futures of the cluster behind those handed out; one that nobody holds would be called off."""
        self._scratch = ""
        self._cluster: Any = None
        self._counted, self._count = -_COUNT_SECONDS, workers
        # A task whose worker died comes back at once: the runner itself tries its runs again, one at a time.
        with dask.config.set({"distributed.scheduler.allowed-failures": 0}), deaf_children():
            if not address:
                self._scratch = tempfile.mkdtemp(prefix="pangwa-dask-")
                self._cluster = distributed.LocalCluster(
                    n_workers=workers,
                    threads_per_worker=1,
                    host="127.0.0.1",
                    dashboard_address="127.0.0.1:0",
                    memory_limit=0,
                    silence_logs=logging.CRITICAL,
                    local_directory=self._scratch,
                    preload=[__name__],
                )
            self._client = self._connect(distributed, self._cluster or address)
        try:
            self._check_workers(address)
        except BaseException:
            self.close(busy=True)
            raise

    @staticmethod
    def _connect(distributed: Any, to: Any) -> Any:
        """A client of a cluster; certificates for ``tls://`` come from Dask's own settings (distributed.comm.tls)."""
        try:
            return distributed.Client(to, timeout=_CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            hint = "; one that wants certificates has an address with tls://" if str(to).startswith("tcp:") else ""
            told = f"no Dask scheduler answers there ({type(error).__name__}){hint}"
            raise RunnerError(f"executor = {to!r}: {told}") from None

    def _check_workers(self, address: str) -> None:
        """Wait for the first worker, and refuse workers that would compute other numbers."""
        try:
            self._client.wait_for_workers(1, timeout=_WAIT_SECONDS)
        except TimeoutError:
            raise RunnerError(f"executor = '{address or 'dask'}': the cluster has no workers") from None
        ours = versions()
        for worker, theirs in self._client.run(versions).items():
            if differing := [name for name in ours if theirs.get(name) != ours[name]]:
                told = ", ".join(f"{name} {theirs.get(name)} instead of {ours[name]}" for name in differing)
                raise RunnerError(f"the Dask worker {worker} has {told}: install the same versions everywhere")

    @property
    def workers(self) -> int:
        """Threads of all workers there are now; a cluster may grow."""
        if time.monotonic() - self._counted >= _COUNT_SECONDS:
            self._count = max(1, sum(self._client.nthreads().values()))
            self._counted = time.monotonic()
        return self._count

    def submit(self, simulate: Simulate, specs: tuple[RunSpec, ...], timeout: float | None) -> Results:
        """See :class:`model.experiments.worker_pool.WorkerPool`."""
        if self._client.status != "running":
            raise RunnerError("the connection to the Dask scheduler was lost")
        task = self._client.submit(run_group, simulate, specs, timeout, pure=False, retries=0)
        results: Results = Future()
        self._tasks[results] = task
        task.add_done_callback(partial(self._hand_over, results))
        return results

    def _hand_over(self, results: Results, task: Any) -> None:
        """Pass on how a task has ended.

        Dask's own executor waits for good for a result whose worker dies while it is fetched; here it is lost after a while.
        """
        self._tasks.pop(results, None)
        if task.status == "cancelled":
            results.cancel()
            results.set_running_or_notify_cancel()
            return
        try:
            found = task.result(timeout=_HAND_OVER_SECONDS)
        except TimeoutError:
            results.set_exception(LostResultError("its worker died before its result was fetched"))
        except BaseException as error:
            results.set_exception(error)
        else:
            results.set_result(found)

    def failure(self, error: BaseException) -> Failure:
        """See :class:`model.experiments.worker_pool.WorkerPool`."""
        return "task" if isinstance(error, self._died) else ""

    def renew(self, proven: bool) -> bool:
        """See :class:`model.experiments.worker_pool.WorkerPool`; the cluster replaces its workers itself."""
        raise RunnerError("the Dask cluster has lost the runs; is its scheduler still running?")

    replaces = False

    def replace(self) -> None:
        """See :class:`model.experiments.worker_pool.WorkerPool`; the cluster replaces its workers itself."""

    def watch(self, timeout: float | None) -> None:
        """See :class:`model.experiments.worker_pool.WorkerPool`; a worker that stops is the scheduler's to notice."""

    def close(self, busy: bool) -> None:
        """See :class:`model.experiments.worker_pool.WorkerPool`."""
        if busy and self._tasks:
            self._client.cancel(list(self._tasks.values()), force=True)
        self._client.close(timeout=_CONNECT_SECONDS)
        if self._cluster is not None:
            self._cluster.close(timeout=_CONNECT_SECONDS)
            shutil.rmtree(self._scratch, ignore_errors=True)


def versions() -> dict[str, str]:
    """What a worker computes with: the versions of pangwa, Python and the packages; processors may differ."""
    known = {name: version for name, version in package_versions().items() if name != "processor"}
    return {"pangwa": __version__, **known}


def dask_setup(worker: Any) -> None:
    """Leave Ctrl-C and the end of the terminal to the parent; Dask calls this in every worker that it starts here."""
    leave_signals_to_parent()
