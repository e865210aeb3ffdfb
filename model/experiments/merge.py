"""Put the shards of a batch together: job arrays compute ``--shard i/n`` each, ``pangwa merge`` makes one folder of them."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from model.experiments.assemble import assemble
from model.experiments.batch import EXIT_OK, EXIT_SOME_FAILED, BatchReport
from model.experiments.codec import FAILED, OK
from model.experiments.errors import PlanError, StoreError
from model.experiments.files import own_folder, refuse_link, write_json
from model.experiments.frozen import changed_code, differences, plan_of
from model.experiments.lock import FolderLock, refuse_writer
from model.experiments.manifest import COMPLETE, STOPPED, Session, commit, now, read_manifest, write_manifest
from model.experiments.plan import BatchPlan
from model.experiments.pools import cores
from model.experiments.progress import say
from model.experiments.spool import PART_PATTERN, scan
from model.experiments.store import (
    ERRORS,
    FROZEN,
    SECOND,
    SPOOL,
    is_batch,
    make_folder,
    read_frozen,
    refuse_foreign,
    remove_batch,
)


def parse_shard(text: str) -> tuple[int, int]:
    """Read ``3/40``: part 3 of 40.

    Raises:
        PlanError: it is no such thing.
    """
    part, slash, parts = text.partition("/")
    if not (slash and part.isdecimal() and parts.isdecimal() and 1 <= int(part) <= int(parts)):
        raise PlanError(f"shard = {text!r}: must read PART/PARTS, such as 3/40, with a part from 1 to PARTS")
    return int(part), int(parts)


def merge_batches(
    folders: Sequence[str | Path], out: str | Path, *, overwrite: bool = False, quiet: bool = False
) -> BatchReport:
    """Merge folders that hold runs of one batch into a new one, which equals that of the batch computed in one go.

    The new folder holds the runs themselves too, so that ``--resume`` can compute in it what is still missing.

    Args:
        folders: what ``pangwa batch --shard`` wrote; finished or not, of this machine or another.
        out: the new folder.
        overwrite: replace a batch that is there.
        quiet: say nothing on stderr.

    Returns:
        How much is there; its exit code is 0, or 3 when runs failed or are missing.

    Raises:
        StoreError: a folder holds no batch, or runs of another one; or the new folder cannot be written.
    """
    sources = [Path(folder) for folder in folders]
    target = Path(out)
    _refuse_twice(sources)
    contents = _one_batch(sources)
    for source in sources:
        refuse_writer(source)
    if target.resolve() in {source.resolve() for source in sources}:
        raise StoreError(f"{target}: is one of the folders to merge; give --out another name")
    twice = [source for number, source in enumerate(sources) if source.resolve() in map(Path.resolve, sources[:number])]
    if twice:
        raise StoreError([f"{source}: is given twice" for source in twice])
    whole = {**contents[0], "shard": None, "packages": _all_packages(contents)}
    plan = plan_of(whole)
    make_folder(target)
    with ExitStack() as stack:
        stack.enter_context(FolderLock(target))
        _begin(target, overwrite)
        try:
            _copy(sources, target, whole)
            report = _assemble(target, plan, whole["packages"], [read_manifest(source) for source in sources])
        except OSError as error:
            raise StoreError(
                f"{target}: cannot be written: {error.strerror}; the folders to merge are unchanged"
            ) from error
    say("\n".join(report.lines), quiet=quiet)
    return report


def _refuse_twice(sources: Sequence[Path]) -> None:
    places = [source.resolve() for source in sources]
    twice = [str(source) for at, source in enumerate(sources) if places[at] in places[:at]]
    if twice:
        raise StoreError([f"{source}: is given twice; give each folder once" for source in dict.fromkeys(twice)])


def _one_batch(sources: Sequence[Path]) -> list[dict[str, Any]]:
    """The frozen plans of the folders, which must be of one batch."""
    if not sources:
        raise StoreError("no folder was given: merge needs at least one")
    contents, problems = [], []
    for source in sources:
        content = read_frozen(source) if is_batch(source) else None
        if content is None:
            problems.append(f"{source}: contains no batch; give folders written by 'pangwa batch --shard'")
            continue
        contents.append(content)
        found = differences({**contents[0], "shard": None}, {**content, "shard": None})
        if changed := changed_code(contents[0].get("code", {}), content.get("code", {})):
            found.append(f"it was computed with different code ({changed})")
        if not found and content.get("plan_id") != contents[0].get("plan_id"):
            found = ["it has different runs"]
        problems += [f"{source}: does not belong to the same batch as {sources[0]}: {sentence}" for sentence in found]
    if problems:
        raise StoreError(problems)
    return contents


def _all_packages(contents: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Name -> versions that any of the shards was computed with."""
    found: dict[str, dict[str, None]] = {}
    for content in contents:
        for name, versions in content["packages"].items():
            found.setdefault(name, {}).update(dict.fromkeys(versions))
    return {name: list(versions) for name, versions in found.items()}


def _begin(target: Path, overwrite: bool) -> None:
    for name in (SPOOL, ERRORS):
        refuse_link(target / name)
    if not is_batch(target):
        refuse_foreign(target)
    elif overwrite:
        remove_batch(target)
    else:
        raise StoreError(
            f"{target}: contains the results of a batch; replace it with --overwrite, or give another --out"
        )


def _copy(sources: Sequence[Path], target: Path, whole: Mapping[str, Any]) -> None:
    """Copy the runs, and what is told of those that failed."""
    own_folder(target / SPOOL)
    for name in (FROZEN, SECOND):
        write_json(target / SPOOL / name, whole)
    number = 0
    for source in sources:
        for part in sorted((source / SPOOL).glob(PART_PATTERN)):
            number += 1
            shutil.copyfile(part, target / SPOOL / f"part-{number:04d}.spool")
        for trace in sorted((source / ERRORS).glob("?" * 16 + ".txt")):
            own_folder(target / ERRORS)
            refuse_link(target / ERRORS / trace.name)
            shutil.copyfile(trace, target / ERRORS / trace.name)


def _assemble(
    target: Path, plan: BatchPlan, packages: Mapping[str, list[str]], manifests: Sequence[Mapping[str, Any]]
) -> BatchReport:
    entries, damaged = scan(target / SPOOL)
    notes, tables = assemble(target, plan, entries, packages, threads=cores())
    mixed = [f"{name} {' and '.join(versions)}" for name, versions in packages.items() if len(versions) > 1]
    if mixed:
        notes.append(f"the shards were computed with {', '.join(mixed)}: numbers may differ in their last digits")
    there = [entries[run] for run in plan.run_ids if run in entries]
    report = BatchReport(target, ok=sum(entry.status == OK for entry in there))
    report.failed = len(there) - report.ok
    report.missing = len(plan.run_ids) - len(there)
    report.exit_code = EXIT_SOME_FAILED if report.failed or report.missing else EXIT_OK
    report.lines = [*damaged, *notes, f"{len(there)} of {len(plan.run_ids)} runs merged into {target}"]
    report.lines += [f"{report.failed} failed"] if report.failed else []
    if report.missing:
        report.lines.append(
            "to compute the others there, repeat the batch's command with --out and --resume, without --shard"
        )
    counts = {"planned": len(plan.run_ids), OK: report.ok, FAILED: report.failed, "missing": report.missing}
    earlier = [session for manifest in manifests for session in manifest.get("sessions", [])]
    session = Session(jobs=1, command=("pangwa", "merge"), commit=commit(), ended=now())
    status = STOPPED if report.missing else COMPLETE
    write_manifest(target, plan, session, status, counts, earlier, len(there), tables)
    return report
