"""The table of runs of a batch: written piece by piece and read back piece by piece, so that memory stays what it is.

Ten thousand runs of the Myanmar world have 62 MB of outcomes, and every form of such a table takes as much again. So
outcomes wait in a file without a name until all columns are known; the table is then written in row groups of
:data:`AT_ONCE` runs, and the summaries read back no more than :data:`VALUES` of it at a time. What is kept for each run is
some tens of bytes: its number, and what was set in it.
"""

from __future__ import annotations

import csv as csv_lines
import io
import itertools
import math
import tempfile
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from pyarrow.csv import CSVWriter, WriteOptions

from model.arrays import Floats
from model.experiments.codec import OK, Names
from model.experiments.plan import VECTOR, BatchPlan, point_value
from model.experiments.results import RunTable
from model.experiments.row_groups import parquet_writer
from model.experiments.spool import Entry
from model.output import tables

Integers = NDArray[np.integer]

AT_ONCE = 1 << 10
"""Runs in a row group of the table of runs."""

VALUES = 1 << 18
"""Outcomes that are held at a time when summaries are computed: 2 MB, and some copies."""

NOT_SET = "null"
LINES_AT_ONCE = 256
_FIXED = tuple(column.name for column in tables.RUNS)
_NO_OUTCOMES = -1


class RunRows:
    """The runs of a table while they come in: two bytes each here, their outcomes on the disk.

    Args:
        folder: where the file without a name is made; it is gone when this is closed, or its process ends.
    """

    def __init__(self, folder: Path) -> None:
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115
        self._kinds = array("h")
        self._names: dict[Names, int] = {}

    def add(self, names: Names, values: bytes) -> None:
        """Add a run, in the order of the table.

        Args:
            names: of its outcomes; none for a run without.
            values: of its outcomes, as the bytes of floats.
        """
        self._kinds.append(self._names.setdefault(names, len(self._names)) if names else _NO_OUTCOMES)
        self._file.write(values)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def write(
        self,
        runs: Sequence[str],
        plan: BatchPlan,
        entries: Mapping[str, Entry],
        described: Mapping[str, str],
        parquet: Path,
        csv: Path,
        tick: Callable[[], None] | None = None,
    ) -> None:
        """Write the table of runs as Parquet and as CSV; swept values follow the columns of its schema, then outcomes.

        Args:
            runs: run ids, in the order in which the runs were added.
            plan: the batch.
            entries: how each run ended.
            described: what the table says of its origin.
            parquet: the one file.
            csv: the other.
            tick: called now and then.
        """
        swept = _Swept([plan.here[run].point_values for run in runs], [*plan.swept, *plan.drawn])
        pieces = (table.replace_schema_metadata(dict(described)) for table in self._pieces(runs, plan, entries, swept))
        first = next(pieces)
        with (
            parquet_writer(parquet, first.schema, _FIXED) as writer,
            csv.open("wb") as file,
            _lines_of(file, first.schema) as lines,
            ThreadPoolExecutor(1) as beside,  # lines take longer than Parquet
        ):
            for table in itertools.chain([first], pieces):
                written = beside.submit(lines.write_table, table)
                writer.write_table(table, row_group_size=AT_ONCE)
                written.result()
                if tick is not None:
                    tick()

    def _pieces(
        self, runs: Sequence[str], plan: BatchPlan, entries: Mapping[str, Entry], swept: _Swept
    ) -> Iterator[pa.Table]:
        places = {name: place for place, name in enumerate(dict.fromkeys(itertools.chain(*self._names)))}
        columns = [np.array([places[name] for name in names], np.intp) for names in self._names]
        self._file.seek(0)
        for start in range(0, max(len(runs), 1), AT_ONCE):
            part = slice(start, start + AT_ONCE)
            yield _piece(runs[part], plan, entries, swept.arrays(part), self._values(part, columns, places))

    def _values(self, part: slice, columns: Sequence[Integers], places: Mapping[str, int]) -> dict[str, pa.Array]:
        """Values of each outcome for the next runs of the file, null for the runs that have none."""
        kinds = self._kinds[part]
        found = np.full((len(places), len(kinds)), math.nan)
        first = 0
        for kind, same in itertools.groupby(kinds):
            last = first + len(list(same))
            if kind != _NO_OUTCOMES:
                width = len(columns[kind])
                read = self._file.read((last - first) * width * found.itemsize)
                found[columns[kind], first:last] = np.frombuffer(read).reshape(-1, width).T
            first = last
        return {name: pa.array(found[place], from_pandas=True) for name, place in places.items()}


class _Swept:
    """What was set in each run, as columns of one type each; a row is kept for each different set of values."""

    def __init__(self, of_runs: Iterable[tuple[tuple[str, str], ...]], paths: Sequence[str]) -> None:
        sets: dict[tuple[tuple[str, str], ...], int] = {}
        self._row = array("i", (sets.setdefault(values, len(sets)) for values in of_runs))
        known = [dict(values) for values in sets]
        self._columns = {path: _swept([values.get(path, NOT_SET) for values in known]) for path in paths}

    def arrays(self, part: slice) -> dict[str, pa.Array]:
        """The columns of some runs."""
        rows = pa.array(np.frombuffer(self._row[part], np.intc))
        return {path: column.take(rows) for path, column in self._columns.items()}


def _with_gaps(columns: Mapping[str, pa.Array | pa.ChunkedArray]) -> dict[str, str]:
    """Those columns of whole numbers that have nulls, with the type that pandas needs for them."""
    return {name: "float64" for name, one in columns.items() if pa.types.is_integer(one.type) and one.null_count}


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


def _piece(
    runs: Sequence[str],
    plan: BatchPlan,
    entries: Mapping[str, Entry],
    swept: Mapping[str, pa.Array],
    outcomes: Mapping[str, pa.Array],
) -> pa.Table:
    specs, ends = [plan.here[run] for run in runs], [entries[run] for run in runs]
    columns: dict[str, list[Any]] = {
        "run_id": list(runs),
        "scenario": [spec.label for spec in specs],
        "replicate": [spec.replicate for spec in specs],
        "seed": [spec.base_seed for spec in specs],
        "point": [spec.point for spec in specs],
        "status": [end.status for end in ends],
        "error": [end.error for end in ends],
    }
    fields = list(tables.schema("runs"))
    arrays = [_array(columns[one.name], one.type) for one in fields]
    for path, values in swept.items():
        arrays.append(values)
        fields.append(pa.field(path, values.type, metadata={"unit": "-", "meaning": "swept parameter"}))
    for name, values in outcomes.items():
        arrays.append(values)
        fields.append(pa.field(name, pa.float64(), metadata={"meaning": "an outcome: see 'pangwa outcomes'"}))
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def _array(values: list[Any], type_: pa.DataType) -> pa.Array:
    if pa.types.is_dictionary(type_):
        return pa.array(values, pa.string()).dictionary_encode()
    return pa.array(values, type_)


def _lines_of(file: BinaryIO, schema: pa.Schema) -> CSVWriter:
    """Arrow's writer of CSV, behind a line of names without quotes: eight times as fast as that of pandas."""
    header = io.StringIO()
    csv_lines.writer(header, lineterminator="\n").writerow(schema.names)
    file.write(header.getvalue().encode())
    return CSVWriter(file, schema, write_options=WriteOptions(include_header=False, quoting_style="needed"))


class CsvFile:
    """A table as CSV in UTF-8, written piece by piece; numbers stand with all their digits, so that reading gives them back.

    Args:
        path: of the file.
        columns: names of the columns.
        tick: called now and then.
    """

    def __init__(self, path: Path, columns: Sequence[str], tick: Callable[[], None] | None = None) -> None:
        self._file = path.open("w", encoding="utf-8", newline="")
        self._tick = tick or (lambda: None)
        pd.DataFrame(columns=list(columns)).to_csv(self._file, index=False, lineterminator="\n")

    def add(self, frame: pd.DataFrame) -> None:
        """Write some rows."""
        for start in range(0, len(frame), LINES_AT_ONCE):
            part = frame.iloc[start : start + LINES_AT_ONCE]
            part.to_csv(self._file, index=False, header=False, lineterminator="\n")
            self._tick()

    def __enter__(self) -> CsvFile:
        return self

    def __exit__(
        self, type_: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


@dataclass(frozen=True)
class StoredRuns(RunTable):
    """The runs of a table on the disk that went well: ``frame`` holds their keys, values are read when they are asked for.

    Args:
        file: the table of runs.
        all_runs: keys of all runs, those that failed among them.
        rows: where the runs of ``frame`` stand in the table.
    """

    file: pq.ParquetFile = None
    all_runs: pd.DataFrame = field(default_factory=pd.DataFrame)
    rows: Integers = field(default_factory=lambda: np.empty(0, np.intp))

    @classmethod
    def of(cls, file: pq.ParquetFile, plan: BatchPlan) -> StoredRuns:
        """The runs of a table.

        Args:
            file: as :meth:`RunRows.write` wrote it, open.
            plan: the batch.
        """
        names = file.schema_arrow.names
        own = (*_FIXED, *plan.swept, *plan.drawn)
        wanted = ["scenario", "replicate", "point", "status", *([VECTOR] if VECTOR in plan.drawn else [])]
        keys = file.read(columns=wanted).to_pandas()
        rows = np.flatnonzero(keys["status"] == OK)
        outcomes = tuple(name for name in names if name not in own)
        frame = keys.iloc[rows].reset_index(drop=True)
        told = {"vectors": plan.vectors, "parameters": plan.parameters, "replicates": plan.replicates}
        return cls(plan.name, frame, len(keys) - len(rows), outcomes, plan.swept, told, file, keys, rows)

    def values(self, rows: Integers, outcomes: Sequence[str]) -> Floats:
        """See :meth:`RunTable.values`."""
        return self.values_at(self.rows[rows], outcomes)

    def values_at(self, rows: Integers, outcomes: Sequence[str]) -> Floats:
        """Outcomes of some runs, (runs, outcomes).

        Args:
            rows: where they stand in the table, ascending.
            outcomes: names.
        """
        found = np.empty((len(rows), len(outcomes)))
        groups = rows // AT_ONCE
        for group in np.unique(groups):
            mine = groups == group
            table = self.file.read_row_group(int(group), columns=list(outcomes))
            for place, name in enumerate(outcomes):
                found[mine, place] = table[name].to_numpy()[rows[mine] - group * AT_ONCE]
        return found

    @cached_property
    def design_points(self) -> pd.DataFrame:
        """What each design point set: a row per point, with the column ``point`` and one a swept path."""
        firsts = np.flatnonzero(~self.all_runs.duplicated("point"))
        if not self.swept:
            return self.all_runs[["point"]].iloc[firsts].reset_index(drop=True)
        table = self.file.read(columns=["point", *self.swept])
        found = table.take(pa.array(firsts)).to_pandas()
        return found.astype(_with_gaps({name: table[name] for name in self.swept}))

    def groups(self) -> Iterator[tuple[pd.DataFrame, tuple[str, ...]]]:
        """All runs by scenario and design point, in order, :data:`VALUES` at a time unless a single outcome has more.

        Returns:
            Pieces: keys and outcomes, and which outcomes they hold; those of a group whole, one after another.
        """
        codes = self.all_runs["scenario"].cat.codes.to_numpy()
        changes = (np.diff(codes) != 0) | (np.diff(self.all_runs["point"].to_numpy()) != 0)
        starts = [0, *(np.flatnonzero(changes) + 1).tolist(), len(codes)]
        for first, last in _spans(starts, VALUES // max(len(self.outcomes), 1)):
            rows = np.arange(first, last)
            for names in _blocks(self.outcomes, VALUES // max(len(rows), 1)):
                values = pd.DataFrame(self.values_at(rows, names), columns=list(names))
                keys = self.all_runs[["scenario", "point"]].iloc[first:last].reset_index(drop=True)
                yield pd.concat([keys, values], axis=1), names


def _spans(starts: Sequence[int], most: int) -> Iterator[tuple[int, int]]:
    """Neighbouring groups together, up to so many rows; a larger group alone."""
    first = starts[0]
    for last, after in itertools.pairwise(starts[1:]):
        if after - first > most:
            yield first, last
            first = last
    yield first, starts[-1]


def _blocks(names: Sequence[str], most: int) -> Iterator[tuple[str, ...]]:
    """Names, so many at a time, but at least one."""
    for start in range(0, len(names), max(most, 1)):
        yield tuple(names[start : start + max(most, 1)])
