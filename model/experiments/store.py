"""The folder of a batch: what may be written where, what is there already, and what is still missing."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from model.experiments.codec import FAILED, OK, ON_DEMAND, Finished, stored_tables
from model.experiments.errors import DiskFullError, StoreError
from model.experiments.files import (
    beside,
    is_ours,
    own_folder,
    read_json,
    refuse_link,
    temporary,
    write_json,
    write_text,
)
from model.experiments.frozen import changed_code, differences, frozen, mixed_packages, package_versions
from model.experiments.lock import LOCK_NAME, FolderLock
from model.experiments.plan import BatchPlan
from model.experiments.spool import PART_PATTERN, Entry, SpoolWriter, scan
from model.scenario.spec import MONTHLY_MAP, RunSpec

MANIFEST = "manifest.json"
FINAL_TABLES = (
    "runs.parquet",
    "runs.csv",
    "monthly.parquet",
    "actors.parquet",
    "exports.parquet",
    "events.parquet",
    "control.parquet",
    "instruments.parquet",
    "summary.csv",
    "effects.csv",
)
"""The files of tables that every finished batch has."""
_ON_DEMAND = tuple(f"{name}.parquet" for name in ON_DEMAND)

FREE_BYTES_PER_RUN, FREE_BYTES_PER_MONTH = 75_000, 3_600
"""Disk that a run takes, spool and tables together, and more for each of its months: measured on ``policy_options`` (291 kB
at 60 months, 86 kB at 3), half of it spool."""

MONTHLY_MAPS = 3.0
"""How much more it is with ``--record control=monthly``: measured, 840 kB at 60 months."""

TABLES_PER_SPOOL = 1.0
"""Bytes of tables for each byte of the spool: measured, 147 kB and 144 kB a run."""

FREE_BYTES = 20_000_000
SPOOL, ERRORS, FIGURES, FROZEN, SECOND = "spool", "errors", "figures", "plan.json", "plan.copy.json"
"""Folders inside that of a batch; its plan, which is kept twice, so that one lost file loses no run."""

PAGES = ("report.html", "brief.html")


class Store:
    """The folder of a batch, held by this process for the length of a ``with`` block.

    Args:
        folder: where the batch is written; made when it is not there.
        plan: the batch.
        resume: go on with a batch that is there already; it may ask for more replicates or scenarios than before.
        overwrite: remove a batch that is there already; files that are not its own stay.
        rerun_failed: count runs that failed as missing.

    Raises:
        StoreError: on entry, when the folder cannot be used.
    """

    def __init__(
        self,
        folder: Path,
        plan: BatchPlan,
        *,
        resume: bool = False,
        overwrite: bool = False,
        rerun_failed: bool = False,
    ) -> None:
        self.folder = folder
        self.plan = plan
        self.notes: list[str] = []
        self.entries: dict[str, Entry] = {}
        self.packages = {name: [version] for name, version in package_versions().items()}
        self._resume, self._overwrite, self._rerun_failed = resume, overwrite, rerun_failed
        self._lock = FolderLock(folder)
        self._writer: SpoolWriter | None = None

    @property
    def spool(self) -> Path:
        """The folder of the spool."""
        return self.folder / SPOOL

    @property
    def errors(self) -> Path:
        """The folder of tracebacks."""
        return self.folder / ERRORS

    def __enter__(self) -> Store:
        make_folder(self.folder)
        with contextlib.ExitStack() as stack:
            stack.enter_context(self._lock)
            self._open()
            stack.pop_all()
        return self

    def __exit__(
        self, type_: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._writer is not None:
                self._writer.close()
        finally:
            self._lock.__exit__(type_, value, trace)

    def _open(self) -> None:
        for name in (SPOOL, ERRORS, FIGURES):
            refuse_link(self.folder / name)
        there = is_batch(self.folder)
        if not there:
            refuse_foreign(self.folder)
        if there and self._overwrite:
            remove_batch(self.folder)
            there = False
        if there and not self._resume:
            raise StoreError(
                f"{self.folder}: contains the results of a batch; continue it with --resume, "
                "replace it with --overwrite, or give another --out"
            )
        self.entries, damaged = scan(self.spool)
        self.notes += damaged
        content = frozen(self.plan)
        if there:
            content["code"] = self._check_same(content)
        try:
            own_folder(self.spool)
            for name in (FROZEN, SECOND):
                write_json(self.spool / name, content | {"packages": self.packages})
        except OSError as error:
            raise StoreError(f"{self.folder}: the folder cannot be written: {error.strerror}") from None
        self._check_room()

    def _check_same(self, now: dict[str, Any]) -> dict[str, str]:
        """Refuse to go on with a batch of other runs, or with other code.

        Args:
            now: the plan frozen, with the code of this process.

        Returns:
            Digests of the code that the runs there, and those to come, are computed with.

        Raises:
            StoreError: naming what differs.
        """
        before = read_frozen(self.folder)
        if before is None:
            return self._adopt(now)
        if found := differences(before, now):
            raise StoreError([f"{self.folder}: cannot continue this batch: {sentence}" for sentence in found])
        self.packages, note = mixed_packages(before["packages"])
        self.notes += [note] if note else []
        code: dict[str, str] = before.get("code", now["code"])
        changed = changed_code(code, now["code"])
        if changed and self.entries and self.missing():
            raise StoreError(
                f"{self.folder}: cannot continue this batch: its runs were computed with different code ({changed}); "
                "return to that code, give another --out, or start again with --overwrite"
            )
        return code if self.entries else now["code"]

    def _adopt(self, now: dict[str, Any]) -> dict[str, str]:
        """Go on where the file of the plan is lost: a run's id says all that it depends on but the code."""
        ours = len(self.plan.here.keys() & self.entries.keys())
        if self.entries and not ours:
            raise StoreError(
                f"{self.spool / FROZEN}: cannot be read, and none of the stored runs belongs to the requested batch; "
                "repeat the original command, or use --overwrite"
            )
        self.notes.append(
            f"{self.spool / FROZEN} was lost and has been rebuilt: {ours} runs of this batch are complete"
        )
        code: dict[str, str] = now["code"]
        return code

    def _check_room(self) -> None:
        free = shutil.disk_usage(self.folder).free
        needed = free_bytes(self.plan, len(self.missing()))
        if needed and free < needed + FREE_BYTES:
            raise StoreError(
                f"{self.folder}: {free / 1e6:,.0f} MB are free on this disk, but {len(self.missing()):,} runs need about "
                f"{(needed + FREE_BYTES) / 1e6:,.0f} MB"
            )

    def missing(self) -> list[RunSpec]:
        """The runs still to compute, replicate by replicate, so that a batch cut short is balanced."""
        done = {run for run, entry in self.entries.items() if entry.status == OK or not self._to_rerun(entry)}
        missing = (spec for run, spec in self.plan.here.items() if run not in done)
        return sorted(missing, key=lambda spec: spec.replicate)

    def _to_rerun(self, entry: Entry) -> bool:
        """Whether a run that failed is to be tried again; one that failed in this session is not."""
        return self._rerun_failed and (self._writer is None or entry.part != self._writer.path)

    def status_of(self) -> dict[str, list[str]]:
        """Run ids of the plan, or of its shard, by status, in the plan's order."""
        found: dict[str, list[str]] = {OK: [], FAILED: []}
        for run in self.plan.here:
            if run in self.entries:
                found[self.entries[run].status].append(run)
        return found

    def add(self, finished: Finished) -> None:
        """Keep a finished run.

        Raises:
            StoreError: it cannot be written; what was kept before is whole.
        """
        if self._writer is None:
            self._writer = SpoolWriter(self.spool)
        self.entries[finished.run_id] = self._writer.append(
            finished.record, finished.status, finished.error, finished.seconds
        )
        trace = self.errors / f"{finished.run_id}.txt"
        if finished.status == OK:
            if self._rerun_failed:
                trace.unlink(missing_ok=True)
            return
        try:
            own_folder(self.errors)
            write_text(trace, f"{finished.error}\n\n{finished.traceback}")
        except OSError as error:
            raise DiskFullError(f"{trace}: cannot be written: {error.strerror}; continue with --resume") from error

    def tick(self) -> None:
        """Put finished runs on the disk, if that was last done a second ago or more."""
        if self._writer is not None:
            self._writer.tick()

    def flush(self) -> None:
        """Put all finished runs on the disk."""
        if self._writer is not None:
            self._writer.sync()


def final_tables(record: Sequence[str]) -> tuple[str, ...]:
    """The files of tables that a finished batch has.

    Args:
        record: which extras it records.
    """
    stored = {f"{name}.parquet" for name in stored_tables(record)}
    return (*FINAL_TABLES, *(name for name in _ON_DEMAND if name in stored))


def free_bytes(plan: BatchPlan, runs: int) -> int:
    """Disk that some runs of a plan will about take."""
    months = max((int(resolved.get("months", 0)) for resolved in plan.scenarios.values()), default=0)
    maps = MONTHLY_MAPS if MONTHLY_MAP in plan.record else 1.0
    return int(runs * (FREE_BYTES_PER_RUN + FREE_BYTES_PER_MONTH * months) * maps)


def is_batch(folder: Path) -> bool:
    """Whether a folder holds a batch of ours, finished or not."""
    spool = folder / SPOOL
    return any((spool / name).is_file() for name in (FROZEN, SECOND)) or any(spool.glob(PART_PATTERN))


def remove_batch(folder: Path) -> None:
    """Remove a batch's own files from its folder, what was drawn and written of it among them; all others stay."""
    written = (*FINAL_TABLES, *_ON_DEMAND, MANIFEST)
    own = [folder / name for name in written]
    own += [*(folder / SPOOL).glob(PART_PATTERN), *(folder / ERRORS).glob("?" * 16 + ".txt")]
    own += [path for name in written for path in (beside(folder / name), temporary(folder / name))]
    drawn = [folder / name for name in PAGES] + [*(folder / FIGURES).glob("*")]
    own += [path for path in drawn if is_ours(path)]
    own += [temporary(folder / SPOOL / FROZEN), folder / SPOOL / SECOND, temporary(folder / SPOOL / SECOND)]
    try:
        for path in own:
            path.unlink(missing_ok=True)
        (folder / SPOOL / FROZEN).unlink(missing_ok=True)  # last: until then the folder is known as ours
    except OSError as error:
        raise StoreError(f"{error.filename}: cannot be removed: {error.strerror}") from None


def read_frozen(folder: Path) -> dict[str, Any] | None:
    """The plan that a folder's batch was begun with; None where there is none, or neither copy can be read."""
    for name in (FROZEN, SECOND):
        with contextlib.suppress(StoreError):
            return read_json(folder / SPOOL / name)
    return None


def make_folder(folder: Path) -> None:
    """Make a folder for results.

    Raises:
        StoreError: it cannot be made.
    """
    if folder.exists() and not folder.is_dir():
        raise StoreError(f"{folder}: is a file; give a folder for the results")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{folder}: the folder cannot be created: {error.strerror}") from None


def refuse_foreign(folder: Path) -> None:
    """Refuse a folder that holds anything.

    Raises:
        StoreError: naming what it holds.
    """
    there = sorted(path.name for path in folder.iterdir() if path.name not in (LOCK_NAME, SPOOL))
    begun = {temporary(Path(name)).name for name in (FROZEN, SECOND)}  # all that a batch killed at once has written
    there += [path.name for path in (folder / SPOOL).glob("*") if path.name not in begun]
    if there:
        raise StoreError(
            f"{folder}: is not empty and contains no batch (it has {there[0]}); give a new or empty folder"
        )
