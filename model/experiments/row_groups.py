"""A table of all runs in row groups of one size, its text columns with dictionaries, and little of it in memory.

What is held until a row group is whole are numbers: a run's number instead of its keys, and places among words instead of
texts. The words of a row group are those of its runs, in their order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from model.experiments.plan import BatchPlan
from model.output import tables
from model.output.blocks import Block, Integers, Words, columns, layout, repeated

ROWS = 1 << 15
"""Rows of a row group."""

_LEVEL = -1
"""Of zstd: a sixth of the time less than with its usual 1, for files that are a twelfth larger."""


def parquet_writer(path: Path, schema: pa.Schema, sought: Sequence[str]) -> pq.ParquetWriter:
    """A writer of Parquet for tables of this kind.

    Dictionaries are made of texts alone: numbers hardly repeat, and trying it takes a third of the time and makes larger files.

    Args:
        path: of the file.
        schema: of the table.
        sought: columns by which rows are looked up; row groups tell the least and the greatest value of these.
    """
    texts = [one.name for one in schema if pa.types.is_dictionary(one.type) or pa.types.is_string(one.type)]
    return pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        compression_level=_LEVEL,
        use_dictionary=texts,
        write_statistics=list(sought),
        write_batch_size=ROWS,
        write_page_checksum=True,
    )


class RowGroups:
    """Write a table of :data:`ROWS` rows a row group, however many rows come at a time.

    Args:
        path: of the file.
        name: of the table, see :data:`model.output.tables.TABLES`.
        described: what the file says of its origin.
        runs: run ids, by the runs' numbers.
        plan: their batch.
    """

    def __init__(
        self, path: Path, name: str, described: Mapping[str, str], runs: Sequence[str], plan: BatchPlan
    ) -> None:
        self._name, self._runs, self._plan = name, runs, plan
        self._schema = tables.schema(name).with_metadata(dict(described))
        self._writer = parquet_writer(path, self._schema, (*tables.KEY, "month"))
        there = layout(name)
        self._floats = np.empty((len(there.floats), ROWS))
        self._integers = np.empty((len(there.integers) + len(there.texts), ROWS), np.int32)
        self._words = [_Words() for _ in there.texts]
        self._coded = self._integers[len(there.integers) :]
        self._of: list[tuple[int, int]] = []
        self._rows = 0

    def add(self, blocks: Sequence[Block], numbers: Sequence[int]) -> None:
        """Take the rows of some runs, and write the row groups that are whole.

        Args:
            blocks: of each run.
            numbers: of the runs, ascending from call to call.
        """
        for block, number in zip(blocks, numbers, strict=True):
            done = 0
            while done < block.rows:
                done += self._take(block, done, number)
                if self._rows == ROWS:
                    self._write()

    def _take(self, block: Block, first: int, number: int) -> int:
        """Copy rows of a run from the first on, as many as there is room for; how many that is."""
        count = min(block.rows - first, ROWS - self._rows)
        here, there = slice(self._rows, self._rows + count), slice(first, first + count)
        self._floats[:, here] = block.floats[:, there]
        self._integers[:, here] = block.integers[:, there]
        for column, (known, words) in enumerate(zip(self._words, block.words, strict=True)):
            if before := known.add(words):
                self._coded[column, here] += before
        self._of.append((number, count))
        self._rows += count
        return count

    def _write(self) -> None:
        """Write what is held as a row group."""
        words = [known.joined(codes[: self._rows]) for codes, known in zip(self._coded, self._words, strict=True)]
        held = (self._floats[:, : self._rows], self._integers[:, : self._rows])
        table = pa.Table.from_arrays([*self._keys(), *columns(self._name, *held, words)], schema=self._schema)
        self._writer.write_table(table, row_group_size=ROWS)
        self._words = [_Words() for _ in self._words]
        self._of, self._rows = [], 0

    def _keys(self) -> list[pa.Array]:
        """Ids, labels and replicates of runs for each row."""
        numbers, counts = zip(*self._of, strict=True)
        ids = [self._runs[number] for number in numbers]
        specs = [self._plan.here[run] for run in ids]
        labels = pa.array([spec.label for spec in specs]).dictionary_encode()
        codes = pa.array(np.repeat(labels.indices.to_numpy(), counts))
        replicates = pa.array(np.repeat(np.array([spec.replicate for spec in specs], np.int32), counts))
        return [repeated(ids, counts), pa.DictionaryArray.from_arrays(codes, labels.dictionary), replicates]

    def __enter__(self) -> RowGroups:
        return self

    def __exit__(
        self, type_: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if type_ is None and self._rows:
            self._write()
        self._writer.close()


class _Words:
    """The words of a column in a row group: those of its runs, in the order in which they come."""

    def __init__(self) -> None:
        self._pieces: list[Words] = []
        self._before = 0

    def add(self, words: Words) -> int:
        """Take the words of a run; what is to be added to its codes."""
        if not self._pieces or words != self._pieces[-1]:  # most columns have the same words in every run
            self._before += self._pieces[-1].number if self._pieces else 0
            self._pieces.append(words)
        return self._before

    def joined(self, codes: Integers) -> pa.Array:
        """All words, each once.

        Args:
            codes: (rows,) int32, places among the words as they came, which become those among all words.
        """
        whole = pa.concat_arrays([one.column() for one in self._pieces]).dictionary_encode()
        if len(whole.dictionary) < len(whole):
            codes[:] = whole.indices.to_numpy()[codes]
        return whole.dictionary
