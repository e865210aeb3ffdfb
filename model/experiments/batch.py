"""Run a batch: the plan, the store, the runner and the tables put together."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from model.experiments.codec import FAILED, OK, Finished
from model.experiments.design import LABEL, point_words
from model.experiments.errors import BatchError, RunnerError, StoreError
from model.experiments.interruption import Interruption
from model.experiments.manifest import (
    COMPLETE,
    INTERRUPTED,
    RUNNING,
    STOPPED,
    Session,
    commit,
    damaged_tables,
    now,
    read_manifest,
    write_manifest,
)
from model.experiments.plan import VECTOR, BatchPlan, point_value
from model.experiments.pools import check_executor, cores, new_pool, worker_count
from model.experiments.progress import Progress, say
from model.experiments.runner import refuse_in_importing_child, run_here, run_with
from model.experiments.store import Store, final_tables, is_batch, read_frozen
from model.experiments.worker import Simulate
from model.experiments.worker_pool import WorkerPool
from model.scenario.spec import RunSpec

MOST_SECONDS = 31 * 86_400.0
"""The longest a run may be given; clocks of some machines take no more than so many."""
EXIT_OK, EXIT_SOME_FAILED, EXIT_STOPPED, EXIT_INTERRUPTED = 0, 3, 4, 130
"""Exit codes: all is well; some runs failed; nothing more could be written; interrupted. A wrong request is 2."""

_MOST_SHOWN = 5
_PARTIAL_SECONDS = 10.0


@dataclass
class BatchReport:
    """How a batch ended.

    Args:
        folder: its folder.
        ok: runs that are there and well.
        failed: runs that failed.
        missing: runs that are not there.
        computed: runs computed in this call.
        exit_code: see :data:`EXIT_OK` and its fellows.
        lines: what was said at the end.
    """

    folder: Path
    ok: int = 0
    failed: int = 0
    missing: int = 0
    computed: int = 0
    exit_code: int = EXIT_OK
    lines: list[str] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether every run of the plan has ended and the tables hold them."""
        return self.missing == 0 and self.exit_code in (EXIT_OK, EXIT_SOME_FAILED)


def run_batch(
    plan: BatchPlan,
    out: str | Path,
    *,
    jobs: int | None = None,
    resume: bool = False,
    overwrite: bool = False,
    rerun_failed: bool = False,
    timeout: float | None = None,
    fail_fast: bool = False,
    quiet: bool = False,
    executor: Any = None,
    simulate: Simulate | None = None,
    temporary: bool = False,
) -> BatchReport:
    """Compute the runs of a plan and write its folder.

    Args:
        plan: the batch.
        out: its folder: new, empty, or with ``resume`` or ``overwrite`` one that holds a batch.
        jobs: number of processes; None for one a core.
        executor: who computes: "serial", "processes", "dask", the address of a Dask scheduler, an executor or a function that
            makes one, see :func:`model.experiments.pools.new_pool`. None is "processes", but "serial" for one job without
            a timeout.
        resume: compute only what is missing of a batch that is there.
        overwrite: remove a batch that is there; files that are not its own stay.
        rerun_failed: with ``resume``, compute failed runs again.
        timeout: seconds after which a run is given up and counts as failed.
        fail_fast: stop after the first run that fails.
        quiet: say nothing on stderr.
        simulate: what a run does, a function at the top level of a module; the model's when None.
        temporary: whether the folder does not outlive the caller, so that it is not worth a word.

    Returns:
        How it ended; its ``exit_code`` is 0, 3 (some runs failed), 4 (the disk is full, or the
        workers are gone) or 130 (interrupted).

    Raises:
        BatchError: the folder, the number of processes or the function cannot be used; nothing was computed.
    """
    refuse_in_importing_child()
    check_call(out, timeout, executor)
    folder = Path(out)
    if not overwrite and (report := _all_there(folder, plan, rerun_failed)) is not None:
        say("\n".join(report.lines), quiet=quiet)
        return report
    with (
        Interruption() as interruption,
        Store(folder, plan, resume=resume, overwrite=overwrite, rerun_failed=rerun_failed) as store,
    ):
        call = _Call(plan, store, interruption, quiet=quiet, temporary=temporary)
        return call.run(simulate or _default_simulate(), _Way(executor, jobs, timeout), fail_fast)


def check_call(out: str | Path, timeout: float | None, executor: Any) -> None:
    """Refuse what :func:`run_batch` could not use, before anything is computed, a trial run included.

    Args:
        out: folder for the results.
        timeout: seconds after which a run is given up.
        executor: who computes runs.

    Raises:
        BatchError: naming what is wrong.
    """
    if str(out) == "":
        raise StoreError("--out is empty: give a folder for the results")
    if timeout is not None and not 0 < timeout <= MOST_SECONDS:
        raise BatchError(f"timeout = {timeout!r}: must be above 0 and at most {MOST_SECONDS:.0f} seconds (a month)")
    check_executor(executor)


def _default_simulate() -> Simulate:
    from model.experiments.simulate import simulate

    return simulate


def _all_there(folder: Path, plan: BatchPlan, rerun_failed: bool) -> BatchReport | None:
    """The report of a batch that is there already, whole; None when there is anything to do."""
    if not is_batch(folder):
        return None
    before, manifest = read_frozen(folder) or {}, read_manifest(folder)
    same = before.get("plan_id") == plan.plan_id == manifest.get("plan_id")
    same = same and before.get("shard") == (None if plan.shard is None else list(plan.shard))
    whole = manifest.get("status") == COMPLETE and not any(damaged_tables(folder, manifest))
    whole = whole and all((folder / name).is_file() for name in final_tables(plan.record))
    runs = manifest.get("runs", {})
    failed = int(runs.get(FAILED, 0))
    if not (same and whole) or (rerun_failed and failed):
        return None
    report = BatchReport(folder, ok=int(runs.get(OK, 0)), failed=failed)
    report.exit_code = EXIT_SOME_FAILED if failed else EXIT_OK
    report.lines = [f"nothing to do: all {len(plan.here)} runs are complete, in {folder}"]
    if failed:
        report.lines += [f"{report.ok} ok, {failed} failed; repeat those with:", f"  {_again(plan, rerun=True)}"]
    return report


@dataclass(frozen=True)
class _Way:
    """How runs are to be computed."""

    executor: Any
    jobs: int | None
    timeout: float | None

    @property
    def serial(self) -> bool:
        """Whether they take place in this process."""
        if self.executor is None:
            return self.jobs == 1 and self.timeout is None
        return bool(self.executor == "serial")


class _Call:
    """One call of :func:`run_batch` with its folder open."""

    def __init__(
        self, plan: BatchPlan, store: Store, interruption: Interruption, *, quiet: bool, temporary: bool = False
    ) -> None:
        self.plan, self.store, self.interruption, self.quiet = plan, store, interruption, quiet
        self.temporary = temporary
        manifest = read_manifest(store.folder)
        self.earlier: list[dict[str, Any]] = manifest.get("sessions", [])
        self.in_tables = int(manifest.get("runs_in_tables", 0))
        tables = manifest.get("tables")
        self.tables: dict[str, str] = tables if isinstance(tables, dict) else {}
        self.session = Session(jobs=1, command=plan.command, commit=commit())

    def run(self, simulate: Simulate, way: _Way, fail_fast: bool) -> BatchReport:
        """Compute, assemble, report."""
        missing = self.store.missing()
        try:
            self._write_manifest(RUNNING)
            self._compute(missing, simulate, way, fail_fast)
            return self._finish()
        except OSError as error:
            return self._stopped(f"{self.store.folder}: cannot be written: {error.strerror}; continue with --resume")
        except (StoreError, RunnerError) as error:
            if isinstance(error, RunnerError) and not self.session.computed:
                raise
            return self._stopped(str(error))

    def _say_beginning(self, missing: Sequence[RunSpec], note: str) -> None:
        there = len(self.plan.here) - len(missing)
        jobs = "1 process" if self.session.jobs == 1 else f"{self.session.jobs} processes"
        lines = [*self.plan.notes, *self.store.notes, *([note] if note else [])]
        kept = f" ({there} are complete)" if there else ""
        where = "" if self.temporary else f", into {self.store.folder}"
        lines.append(f"{self.plan.name}: {len(missing)} runs to compute{kept}, with {jobs}{where}")
        say("\n".join(lines), quiet=self.quiet)

    def _compute(self, missing: Sequence[RunSpec], simulate: Simulate, way: _Way, fail_fast: bool) -> None:
        pool = self._pool(missing, way)
        total = len(self.plan.here)
        progress = Progress(total, total - len(missing), quiet=self.quiet or not missing)

        def idle(oldest: RunSpec) -> None:
            """Between runs: finished ones go to the disk, and whoever looks on hears when one takes long."""
            import model.experiments.assemble  # noqa: F401  # it loads pandas, while workers start

            self.store.tick()
            progress.idle(oldest)

        asked: dict[str, Any] = {"timeout": way.timeout, "interruption": self.interruption}
        runs = (
            run_here(missing, simulate, **asked)
            if pool is None
            else run_with(pool, missing, simulate, idle=idle, **asked)
        )
        try:
            with closing(runs):  # type: ignore[type-var]
                for finished in runs:
                    self._keep(finished, progress)
                    if fail_fast and finished.status == FAILED:
                        return
        finally:
            progress.close()
            self.store.flush()

    def _pool(self, missing: Sequence[RunSpec], way: _Way) -> WorkerPool | None:
        """Who computes the runs, None for this process; the user is told."""
        pool, note = None, ""
        worker_count(way.jobs, 1)  # says so where jobs is no number
        if missing and not way.serial:
            pool, note = new_pool(way.executor or "processes", way.jobs, len(missing))
            self.session.jobs = pool.workers
        self._say_beginning(missing, note)
        return pool

    def _keep(self, finished: Finished, progress: Progress) -> None:
        self.store.add(finished)
        self.session.computed += 1
        self.session.run_seconds += finished.seconds
        progress.advance(finished.status == FAILED)

    def _finish(self) -> BatchReport:
        """Assemble when all runs have ended; else say how to go on."""
        report = self._report()
        if report.missing:
            return self._cut_short(report)
        try:
            notes = self._assemble(self._between_runs)
        except KeyboardInterrupt:
            return self._cut_short(report)
        self.in_tables = report.ok + report.failed
        self._write_manifest(COMPLETE)
        report.exit_code = EXIT_SOME_FAILED if report.failed else EXIT_OK
        report.lines = [*notes, f"{report.ok} ok, {report.failed} failed"]
        if report.failed:
            report.lines += self._failures()
            report.lines += [] if self.temporary else ["repeat them with:", f"  {_again(self.plan, rerun=True)}"]
        say("\n".join(report.lines), quiet=self.quiet and not report.failed)
        return report

    def _assemble(self, tick: Callable[[], None]) -> list[str]:
        """Write the tables, with as many threads as there were processes, if this machine has the cores."""
        from model.experiments.assemble import assemble

        store, threads = self.store, min(self.session.jobs, cores())
        notes, self.tables = assemble(store.folder, self.plan, store.entries, store.packages, tick, threads)
        return notes

    def _between_runs(self) -> None:
        if self.interruption.requested:
            raise KeyboardInterrupt

    def _cut_short(self, report: BatchReport) -> BatchReport:
        """The end of a batch that was interrupted, or stopped at its first failure; tables of what is there are written."""
        interrupted = self.interruption.requested
        report.exit_code = EXIT_INTERRUPTED if interrupted else EXIT_SOME_FAILED
        why = "interrupted" if interrupted else "stopped at the first failure"
        kept = report.ok + report.failed
        report.lines = [] if interrupted else self._failures()
        report.lines += (
            [f"{why}: {kept} of {len(self.plan.here)} runs were complete; give a folder (out=) to keep them"]
            if self.temporary
            else [
                f"{why}: {kept} of {len(self.plan.here)} runs are kept in {self.store.folder}; continue with:",
                f"  {_again(self.plan, rerun=not interrupted)}",
            ]
        )
        say("\n".join(report.lines))
        self._write_manifest(INTERRUPTED if interrupted else STOPPED)
        if report.missing and kept != self.in_tables and self._partial_tables():
            self.in_tables = kept
            self._write_manifest(INTERRUPTED if interrupted else STOPPED)
        return report

    def _partial_tables(self) -> bool:
        """Write the tables of the runs that are there; a second Ctrl-C, or ten seconds, give it up."""
        deadline = time.monotonic() + _PARTIAL_SECONDS
        self.interruption.requested = False

        def patience() -> None:
            """Give the tables up when that is asked for, or takes too long."""
            if self.interruption.requested or time.monotonic() > deadline:
                raise KeyboardInterrupt

        try:
            self._assemble(patience)
        except (OSError, KeyboardInterrupt):
            return False
        say("the tables contain the completed runs", quiet=self.quiet)
        return True

    def _stopped(self, message: str) -> BatchReport:
        """The end of a batch whose folder cannot be written any more."""
        report = self._report()
        with suppress(OSError):
            self._write_manifest(STOPPED)
        report.exit_code = EXIT_STOPPED
        report.lines = [
            message,
            f"{report.ok + report.failed} of {len(self.plan.here)} runs are kept; continue with:",
            f"  {_again(self.plan)}",
        ]
        say("\n".join(report.lines))
        return report

    def _report(self) -> BatchReport:
        by_status = self.store.status_of()
        ok, failed = len(by_status[OK]), len(by_status[FAILED])
        missing = len(self.store.missing())
        return BatchReport(self.store.folder, ok, failed, missing, self.session.computed)

    def _failures(self) -> list[str]:
        """The first runs that failed, a line each."""
        ids = self.plan.here
        failed = self.store.status_of()[FAILED]
        lines = [
            f"  {_which(ids[run])}: {self.store.entries[run].error} ({self.store.errors.name}/{run}.txt)"
            for run in failed[:_MOST_SHOWN]
        ]
        if len(failed) > _MOST_SHOWN:
            lines.append(f"  and {len(failed) - _MOST_SHOWN} more, see the column error of runs.csv")
        return lines

    def _write_manifest(self, status: str) -> None:
        report = self._report()
        self.session.ended = "" if status == RUNNING else now()
        counts = {"planned": len(self.plan.here), OK: report.ok, FAILED: report.failed, "missing": report.missing}
        told = (counts, self.earlier, self.in_tables, self.tables)
        write_manifest(self.store.folder, self.plan, self.session, status, *told)


def _which(spec: RunSpec) -> str:
    """A run in words: scenario, design point, replicate."""
    swept = {path: point_value(text) for path, text in spec.point_values if path != VECTOR}
    point = point_words({path: value for path, value in swept.items() if path == LABEL} or swept)
    return ", ".join([spec.label, *([point] if point else []), f"replicate {spec.replicate}"])


def _again(plan: BatchPlan, *, rerun: bool = False) -> str:
    """The command that goes on with a batch."""
    flags = ["--resume", "--rerun-failed"] if rerun else ["--resume"]
    if not plan.command:
        arguments = ["resume=True", "rerun_failed=True"] if rerun else ["resume=True"]
        return f"the same call with {', '.join(arguments)}"
    kept = [word for word in plan.command if word not in ("--resume", "--rerun-failed", "--overwrite")]
    return shlex.join([*kept, *flags])
