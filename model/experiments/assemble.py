"""The final tables of a batch, from its spool: the same bytes whatever the order in which the runs ended.

Runs are read in the plan's order, a few at a time, so that memory does not grow with their number. Row groups have a fixed
number of rows, and the dictionary of a text column is built anew for each, in the order of appearance. Files are written
under other names and renamed when all of them are whole.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from model import __version__, tables
from model.experiments.codec import OK, RUN_TABLES, read_body, read_header
from model.experiments.compare import paired_effects
from model.experiments.plan import BatchPlan, point_value
from model.experiments.results import RunTable
from model.experiments.spool import Entry, SpoolReader
from model.experiments.store import FINAL_TABLES, beside, temporary
from model.experiments.summary import summarise
from model.scenario.spec import RunSpec

ROWS = 1 << 15
"""Rows of a row group."""

NOT_SET = "null"
_RUNS_AT_ONCE = 64
_LINES_AT_ONCE = 500
_FIXED = tuple(column.name for column in tables.RUNS)


def assemble(
    folder: Path,
    plan: BatchPlan,
    entries: Mapping[str, Entry],
    packages: Mapping[str, Sequence[str]],
    tick: Callable[[], None] | None = None,
) -> list[str]:
    """Write the tables of a batch.

    Args:
        folder: the batch's folder.
        plan: the batch.
        entries: where the runs' records stand; runs that are not there yet are left out.
        packages: name -> versions that the runs were computed with.
        tick: called now and then, in the small tables too; what it raises gives the tables up.

    Returns:
        A sentence for each file that could not be replaced and was written under another name.

    Raises:
        OSError: the disk is full; the tables of before are untouched.
    """
    tick = tick or (lambda: None)
    there = [(spec, entries[run]) for run, spec in plan.here.items() if run in entries]
    described = table_metadata(plan, packages)
    for name in FINAL_TABLES:
        temporary(folder / name).unlink(missing_ok=True)
    try:
        rows = _write_run_tables(folder, there, described, tick)
        _write_small(folder, rows, plan, described, tick)
    except BaseException:
        for name in FINAL_TABLES:
            temporary(folder / name).unlink(missing_ok=True)
        raise
    return [note for name in FINAL_TABLES if (note := _rename(folder / name)) is not None]


def table_metadata(plan: BatchPlan, packages: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """What every table says of its origin: versions, scenarios' hashes, seed. No clock, no path, no command."""
    return {
        "pangwa": __version__,
        "packages": json.dumps({name: "/".join(versions) for name, versions in packages.items()}),
        "scenarios": json.dumps(plan.scenario_hashes, ensure_ascii=False),
        "base_seed": "" if plan.base_seed is None else str(plan.base_seed),
        "worlds": json.dumps(plan.worlds, ensure_ascii=False),
    }


class RunRows:
    """The table of runs while it grows, some hundred bytes a run: keys, seed, point, status, error, outcomes."""

    def __init__(self) -> None:
        self._specs: list[RunSpec] = []
        self._ends: list[tuple[str, str, str]] = []
        self._outcomes: dict[bytes, tuple[list[int], bytearray]] = {}

    def add(self, spec: RunSpec, header: Mapping[str, Any], names: bytes, values: bytes) -> None:
        """Add a run.

        Args:
            spec: its specification.
            header: of its record.
            names: of its outcomes, one a line.
            values: of its outcomes, as the bytes of floats.
        """
        if names:
            # Runs of the same scenarios have the same outcomes: their values are kept as rows of one array.
            rows, kept = self._outcomes.setdefault(names, ([], bytearray()))
            rows.append(len(self._specs))
            kept += values
        self._specs.append(spec)
        self._ends.append((header["run_id"], header["status"], header["error"]))

    def clear(self) -> None:
        """Let go of all runs."""
        self._specs, self._ends, self._outcomes = [], [], {}

    def table(self, swept: Sequence[str]) -> pa.Table:
        """The table of runs; swept values follow the columns of its schema, outcomes follow those."""
        specs, ends = self._specs, self._ends
        columns: dict[str, list[Any]] = {
            "run_id": [run for run, _, _ in ends],
            "scenario": [spec.label for spec in specs],
            "replicate": [spec.replicate for spec in specs],
            "seed": [spec.seed for spec in specs],
            "point": [spec.point for spec in specs],
            "status": [status for _, status, _ in ends],
            "error": [error for _, _, error in ends],
        }
        fields = list(tables.schema("runs"))
        arrays = [_array(columns[field.name], field.type) for field in fields]
        for path in swept:
            arrays.append(_swept([dict(spec.point_values).get(path, NOT_SET) for spec in specs]))
            fields.append(pa.field(path, arrays[-1].type, metadata={"unit": "-", "meaning": "swept parameter"}))
        for name, values in self._columns().items():
            arrays.append(pa.array(values, from_pandas=True))
            fields.append(pa.field(name, pa.float64(), metadata={"meaning": "an outcome: see 'pangwa outcomes'"}))
        return pa.Table.from_arrays(arrays, schema=pa.schema(fields))

    def _columns(self) -> dict[str, NDArray[np.float64]]:
        """Values of each outcome, NaN for the runs that have none."""
        columns: dict[str, NDArray[np.float64]] = {}
        for names, (rows, kept) in self._outcomes.items():
            values = np.frombuffer(kept).reshape(len(rows), -1)
            for place, name in enumerate(names.decode().split("\n")):
                column = columns.setdefault(name, np.full(len(self._specs), math.nan))
                column[rows] = values[:, place]
        return columns


def outcome_columns(runs: pa.Table, plan: BatchPlan) -> list[str]:
    """Names of the columns of outcomes in a table of runs."""
    return [name for name in runs.column_names if name not in _FIXED and name not in (*plan.swept, *plan.drawn)]


def write_csv(frame: pd.DataFrame, path: Path, tick: Callable[[], None] | None = None) -> None:
    """Write a table as CSV in UTF-8; numbers stand with all their digits, so that reading gives them back.

    Args:
        frame: the table.
        path: of the file.
        tick: called now and then.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        for start in range(0, max(len(frame), 1), _LINES_AT_ONCE):
            part = frame.iloc[start : start + _LINES_AT_ONCE]
            part.to_csv(file, index=False, header=start == 0, lineterminator="\n")
            if tick is not None:
                tick()


def _array(values: list[Any], type_: pa.DataType) -> pa.Array:
    if pa.types.is_dictionary(type_):
        return pa.array(values, pa.string()).dictionary_encode()
    return pa.array(values, type_)


def _swept(texts: list[str]) -> pa.Array:
    """Swept values as a column of one type: whole numbers, numbers, or else the text that TOML would have.

    It is null where a point leaves the parameter as the scenario has it.
    """
    values = [point_value(text) for text in texts]
    known = [value for value in values if value is not None]
    numbers = all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in known)
    if numbers and all(isinstance(value, int) for value in known):
        return pa.array(values, pa.int64())
    if numbers:
        return pa.array([None if value is None else float(value) for value in values], pa.float64())
    words = [v if v is None or isinstance(v, str) else t for v, t in zip(values, texts, strict=True)]
    return pa.array(words, pa.string())


def _write_run_tables(
    folder: Path,
    there: Sequence[tuple[RunSpec, Entry]],
    described: Mapping[str, str],
    tick: Callable[[], None],
) -> RunRows:
    """Write all tables but that of runs, which is returned."""
    rows = RunRows()
    with ExitStack() as stack:
        reader = stack.enter_context(SpoolReader())
        writers = {
            name: stack.enter_context(_RowGroups(temporary(folder / f"{name}.parquet"), name, described))
            for name in RUN_TABLES
        }
        for chunk in _chunks(there, _RUNS_AT_ONCE):
            _copy(chunk, reader, writers, rows)
            tick()
    return rows


def _copy(
    chunk: Sequence[tuple[RunSpec, Entry]], reader: SpoolReader, writers: Mapping[str, _RowGroups], rows: RunRows
) -> None:
    """Copy the tables of some runs from the spool, and add the runs to the table of runs."""
    found: dict[str, list[pa.Table]] = {name: [] for name in writers}
    runs = []
    for spec, entry in chunk:
        record = reader.record(entry)
        header = read_header(record)
        names, values, run_tables = read_body(record, header["lengths"])
        rows.add(spec, header, names, values)
        if entry.status == OK:
            runs.append((header["run_id"], spec.label, spec.replicate))
            for name, table in run_tables.items():
                found[name].append(table)
    for name, parts in found.items():
        if parts:
            writers[name].add(_with_keys(parts, runs))


def _with_keys(parts: Sequence[pa.Table], runs: Sequence[tuple[str, str, int]]) -> pa.Table:
    """Tables of several runs as one, with their keys; texts as texts, as dictionaries differ from run to run."""
    joined = pa.concat_tables(parts)
    of_run = pa.array(np.repeat(np.arange(len(parts)), [part.num_rows for part in parts]))
    ids, labels, replicates = zip(*runs, strict=True)
    keys = [pa.array(ids), pa.array(labels), pa.array(replicates, pa.int32())]
    columns = [column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column for column in joined.columns]
    names = [*tables.KEY, *joined.column_names]
    # One copy in one piece: pieces would keep the whole records of their runs in memory.
    return pa.Table.from_arrays([*(key.take(of_run) for key in keys), *columns], names=names).combine_chunks()


def _chunks(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


class _RowGroups:
    """Write a table of :data:`ROWS` rows a row group, however many rows come at a time."""

    def __init__(self, path: Path, name: str, described: Mapping[str, str]) -> None:
        self._schema = tables.schema(name).with_metadata(dict(described))
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd")
        self._held: list[pa.Table] = []
        self._rows = 0

    def add(self, table: pa.Table) -> None:
        """Take rows with texts as texts; whole row groups are written at once."""
        self._held.append(table)
        self._rows += table.num_rows
        if self._rows < ROWS:
            return
        joined = pa.concat_tables(self._held)
        whole = self._rows // ROWS * ROWS
        for start in range(0, whole, ROWS):
            self._write(joined.slice(start, ROWS))
        self._held, self._rows = [joined.slice(whole)], self._rows - whole

    def _write(self, table: pa.Table) -> None:
        columns = [
            column.combine_chunks().dictionary_encode() if pa.types.is_dictionary(field.type) else column
            for field, column in zip(self._schema, table.columns, strict=True)
        ]
        encoded = pa.Table.from_arrays(columns, schema=self._schema).combine_chunks()
        self._writer.write_table(encoded, row_group_size=ROWS)

    def __enter__(self) -> _RowGroups:
        return self

    def __exit__(
        self, type_: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if type_ is None and self._rows:
            self._write(pa.concat_tables(self._held))
        self._writer.close()


def _write_small(
    folder: Path, rows: RunRows, plan: BatchPlan, described: Mapping[str, str], tick: Callable[[], None]
) -> None:
    """Write the table of runs and what is computed from it, which takes minutes where there are thousands of runs."""
    # Each form of the table is let go of once the next one is there: of ten thousand runs it takes some fifty megabytes.
    runs = rows.table([*plan.swept, *plan.drawn]).replace_schema_metadata(dict(described))
    rows.clear()
    pq.write_table(runs, temporary(folder / "runs.parquet"), compression="zstd", row_group_size=ROWS)
    outcomes, frame = outcome_columns(runs, plan), runs.to_pandas()
    del runs
    write_csv(frame, temporary(folder / "runs.csv"), tick)
    swept = frame[["point", *plan.swept]].drop_duplicates("point")
    summary = summarise(frame, outcomes, tick)
    fine = frame["status"] == OK
    failed = int((~fine).sum())
    ok = frame[fine].reset_index(drop=True) if failed else frame
    well = RunTable(plan.name, ok, failed, tuple(outcomes), plan.swept)
    effects = paired_effects(well, outcomes, plan.reference, tick)
    for name, table in (("summary.csv", summary), ("effects.csv", effects)):
        write_csv(table.merge(swept, on="point", how="left"), temporary(folder / name), tick)


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
