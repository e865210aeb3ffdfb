"""The final tables of a batch, from its spool: the same bytes whatever the order in which the runs ended.

Runs are read in the plan's order, a few at a time, so that memory does not grow with their number: what is kept of a run is
its number and where its record stands. Files are written under other names and renamed when all of them are whole.
"""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from model import __version__
from model.experiments.codec import read_body, read_header, stored_tables
from model.experiments.compare import EFFECT_COLUMNS, paired_effects
from model.experiments.files import beside, digest_of_file, refuse_link, temporary
from model.experiments.plan import BatchPlan
from model.experiments.row_groups import RowGroups
from model.experiments.run_rows import CsvFile, RunRows, StoredRuns
from model.experiments.spool import Entry, SpoolReader
from model.experiments.store import final_tables
from model.experiments.summary import SUMMARY_COLUMNS, summarise
from model.output.blocks import Block

_RUNS_AT_ONCE, _BYTES_AT_ONCE = 8, 1 << 20
"""Runs that are read at a time, unless those have so many bytes: a run of 60 months has 130 kB."""


_PIECES_WAITING = 2
"""Chunks of runs that may wait to be encoded while the next one is read."""

_LARGEST_FIRST = ("actors", "control", "exports", "events", "monthly", "instruments", "lanes")
"""Tables by the time that they take: dealt out in turn, every second one is half the work."""


def assemble(
    folder: Path,
    plan: BatchPlan,
    entries: Mapping[str, Entry],
    packages: Mapping[str, Sequence[str]],
    tick: Callable[[], None] | None = None,
    threads: int = 1,
) -> tuple[list[str], dict[str, str]]:
    """Write the tables of a batch.

    Args:
        folder: the batch's folder.
        plan: the batch.
        entries: where the runs' records stand; runs that are not there yet are left out.
        packages: name -> versions that the runs were computed with.
        tick: called now and then, in the small tables too; what it raises gives the tables up.
        threads: how many tables are encoded at the same time.

    Returns:
        A sentence for each file that could not be replaced and was written under another name; file -> digest.

    Raises:
        OSError: the disk is full; the tables of before are untouched.
    """
    tick = tick or (lambda: None)
    runs = [run for run in plan.here if run in entries]
    described, tables = table_metadata(plan, packages), final_tables(plan.record)
    for name in tables:
        refuse_link(folder / name)
        temporary(folder / name).unlink(missing_ok=True)
    try:
        with _plain_memory(), closing(RunRows(folder)) as rows:
            _write_run_tables(folder, plan, runs, entries, described, rows, threads, tick)
            path = temporary(folder / "runs.parquet")
            rows.write(runs, plan, entries, described, path, temporary(folder / "runs.csv"), tick)
            _write_small(folder, plan, path, tick)
            digests = {name: digest_of_file(temporary(folder / name)) for name in tables}
    except BaseException:
        for name in tables:
            temporary(folder / name).unlink(missing_ok=True)
        raise
    return [note for name in tables if (note := _rename(folder / name)) is not None], digests


@contextmanager
def _plain_memory() -> Iterator[None]:
    """Have Arrow ask the system for memory: its own allocator keeps three times as much as is used, in every thread some."""
    before = pa.default_memory_pool()
    pa.set_memory_pool(pa.system_memory_pool())
    try:
        yield
    finally:
        pa.set_memory_pool(before)


def table_metadata(plan: BatchPlan, packages: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """What every table says of its origin: versions, scenarios' hashes, seed. No clock, no path, no command."""
    return {
        "pangwa": __version__,
        "packages": json.dumps({name: "/".join(versions) for name, versions in packages.items()}),
        "scenarios": json.dumps(plan.scenario_hashes, ensure_ascii=False),
        "base_seed": "" if plan.base_seed is None else str(plan.base_seed),
        "worlds": json.dumps(plan.worlds, ensure_ascii=False),
    }


def _write_run_tables(
    folder: Path,
    plan: BatchPlan,
    runs: Sequence[str],
    entries: Mapping[str, Entry],
    described: Mapping[str, str],
    rows: RunRows,
    threads: int,
    tick: Callable[[], None],
) -> None:
    """Write all tables but that of runs, to which the outcomes are handed."""
    stored = stored_tables(plan.record)
    with ExitStack() as stack:
        reader = stack.enter_context(SpoolReader())
        writers = {
            name: stack.enter_context(RowGroups(temporary(folder / f"{name}.parquet"), name, described, runs, plan))
            for name in stored
        }
        queues = [stack.enter_context(ThreadPoolExecutor(1)) for _ in range(min(threads, len(stored)))]
        at_work: deque[list[Future[None]]] = deque()
        for chunk in _chunks(runs, entries):
            found = _read(chunk, runs, entries, reader, rows)
            at_work.append(_encode(found, writers, queues))
            _ended(at_work, _PIECES_WAITING)
            tick()
        _ended(at_work, 0)


def _encode(
    found: Mapping[str, tuple[list[Block], list[int]]],
    writers: Mapping[str, RowGroups],
    queues: Sequence[ThreadPoolExecutor],
) -> list[Future[None]]:
    """Have tables encoded while the next runs are read, all outside Python: each always by the same thread, thus in order."""
    placed = {name: queues[place % len(queues)] for place, name in enumerate(_LARGEST_FIRST)}
    return [placed[name].submit(writers[name].add, parts, of) for name, (parts, of) in found.items()]


def _ended(at_work: deque[list[Future[None]]], most: int) -> None:
    """Wait until no more than so many chunks are being encoded."""
    while len(at_work) > most:
        for future in at_work.popleft():
            future.result()


def _read(
    chunk: Sequence[int], runs: Sequence[str], entries: Mapping[str, Entry], reader: SpoolReader, rows: RunRows
) -> dict[str, tuple[list[Block], list[int]]]:
    """By name of the table, blocks of some runs and the runs' numbers; outcomes are handed to the table of runs."""
    found: dict[str, tuple[list[Block], list[int]]] = {}
    for number in chunk:
        record = reader.record(entries[runs[number]])
        names, values, blocks = read_body(record, read_header(record))
        rows.add(names, values)
        for name, block in blocks.items():
            parts, numbers = found.setdefault(name, ([], []))
            parts.append(block)
            numbers.append(number)
    return found


def _chunks(runs: Sequence[str], entries: Mapping[str, Entry]) -> Iterator[list[int]]:
    """Numbers of some runs at a time: few of large ones, so that memory stays small, many of small ones, so that time does."""
    chunk: list[int] = []
    size = 0
    for number, run in enumerate(runs):
        chunk.append(number)
        size += entries[run].length
        if size >= _BYTES_AT_ONCE or len(chunk) == _RUNS_AT_ONCE:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _write_small(folder: Path, plan: BatchPlan, path: Path, tick: Callable[[], None]) -> None:
    """Write what is computed from the table of runs, which takes minutes where there are thousands of runs."""
    with ExitStack() as stack:
        runs = StoredRuns.of(stack.enter_context(pq.ParquetFile(path)), plan)
        summary, effects = (
            stack.enter_context(CsvFile(temporary(folder / f"{name}.csv"), [*columns, *plan.swept], tick))
            for name, columns in (("summary", (*SUMMARY_COLUMNS, "parameters")), ("effects", EFFECT_COLUMNS))
        )
        swept = runs.design_points
        for frame, outcomes in runs.groups():
            described = summarise(frame, outcomes, tick).assign(parameters=runs.parameters)
            summary.add(described.merge(swept, on="point", how="left"))
        if len(runs.points) > 1:
            # Some rows are over all points: beside what they leave open, whole numbers are floats.
            swept = swept.astype({name: "float64" for name in plan.swept if swept[name].dtype.kind == "i"})
        for frame in paired_effects(runs, runs.outcomes, plan.reference, tick):
            effects.add(frame.merge(swept, on="point", how="left"))


def _rename(path: Path) -> str | None:
    """Put a finished file in its place; where that is taken by what cannot be replaced, beside it."""
    try:
        os.replace(temporary(path), path)
    except OSError:
        other = beside(path)
        os.replace(temporary(path), other)
        return f"{path} cannot be replaced (is it open in another program?): its new content is in {other.name}"
    beside(path).unlink(missing_ok=True)
    return None
