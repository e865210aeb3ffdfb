"""A table of all runs in row groups of one size, its text columns with dictionaries, and little of it in memory.

What is held until a row group is whole are numbers: a run's number instead of its keys, and texts as numbers in the
dictionary of the piece that they came with. The dictionary of a row group joins those of its runs, in their order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from model import tables
from model.experiments.plan import BatchPlan

ROWS = 1 << 15
"""Rows of a row group."""

_PIECES = 16
"""Pieces that are held: each column of a piece costs a kilobyte, however few its rows are."""


def parquet_writer(path: Path, schema: pa.Schema, sought: Sequence[str]) -> pq.ParquetWriter:
    """A writer of Parquet for tables of this kind.

    Dictionaries are made of texts alone: numbers hardly repeat, and trying it takes a third of the time and makes larger files.

    Args:
        path: of the file.
        schema: of the table.
        sought: columns by which rows are looked up; row groups tell the least and the greatest value of these.
    """
    texts = [one.name for one in schema if pa.types.is_dictionary(one.type) or pa.types.is_string(one.type)]
    return pq.ParquetWriter(path, schema, compression="zstd", use_dictionary=texts, write_statistics=list(sought))


class RowGroups:
    """Write a table of :data:`ROWS` rows a row group, however many rows come at a time.

    Args:
        path: of the file.
        name: of the table, see :data:`model.tables.TABLES`.
        described: what the file says of its origin.
        runs: run ids, by the runs' numbers.
        plan: their batch.
    """

    def __init__(
        self, path: Path, name: str, described: Mapping[str, str], runs: Sequence[str], plan: BatchPlan
    ) -> None:
        self._runs, self._plan = runs, plan
        self._schema = tables.schema(name).with_metadata(dict(described))
        self._writer = parquet_writer(path, self._schema, (*tables.KEY, "month"))
        self._held: list[pa.Table] = []
        self._rows = 0

    def add(self, parts: Sequence[pa.Table], numbers: Sequence[int]) -> None:
        """Take the rows of some runs, and write the row groups that are whole.

        Args:
            parts: a table of each run, without key columns.
            numbers: of the runs, ascending from call to call.
        """
        sizes = [part.num_rows for part in parts]
        of_run = pa.array(np.repeat(np.array(numbers, np.int32), sizes))
        table = pa.concat_tables(parts)
        table = table.add_column(0, "run", of_run)
        while self._rows + table.num_rows >= ROWS:
            room = ROWS - self._rows
            self._hold(table.slice(0, room))
            self._write()
            table = table.slice(room)
        if table.num_rows:
            self._hold(table)

    def _hold(self, table: pa.Table) -> None:
        """Keep rows in one piece, for pieces would keep all that was read of their runs."""
        self._held.append(table.unify_dictionaries().combine_chunks())
        self._rows += table.num_rows
        if len(self._held) == _PIECES:
            self._held = [self._joined()]

    def _joined(self) -> pa.Table:
        """What is held, in one piece: its dictionaries keep the order of appearance."""
        return pa.concat_tables(self._held).unify_dictionaries().combine_chunks()

    def _write(self) -> None:
        """Write what is held as a row group."""
        table = self._joined()
        self._held, self._rows = [], 0
        columns = [*self._keys(table.column(0)), *table.columns[1:]]
        self._writer.write_table(pa.Table.from_arrays(columns, schema=self._schema), row_group_size=ROWS)

    def _keys(self, numbers: pa.ChunkedArray) -> list[pa.Array]:
        """Ids, labels and replicates of runs for each row."""
        distinct, rows = np.unique(numbers.to_numpy(), return_inverse=True)
        ids = [self._runs[number] for number in distinct]
        specs = [self._plan.here[run] for run in ids]
        labels = pa.array([spec.label for spec in specs]).dictionary_encode()
        replicates = pa.array([spec.replicate for spec in specs], pa.int32())
        return [keys.take(pa.array(rows)) for keys in (pa.array(ids), labels, replicates)]

    def __enter__(self) -> RowGroups:
        return self

    def __exit__(
        self, type_: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if type_ is None and self._rows:
            self._write()
        self._writer.close()
