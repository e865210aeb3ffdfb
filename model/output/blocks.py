"""The rows of a table of one run as blocks of numbers: what a run notes, a record keeps, and files are written from.

All columns of floats stand in one array, all of whole numbers in another; a column of texts is one of whole numbers, which
are places in a list of words. The key columns are left out: they are the same in every row and follow from the run's
specification. Arrow's columns are made of a block where they are asked for.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from model.arrays import Floats
from model.output import tables

Integers = NDArray[np.int32]
RUN_TABLES = tuple(name for name in tables.TABLES if name != "runs")
"""The tables that every run fills, those that batches store on demand last."""


class Words(NamedTuple):
    """Texts, as Arrow keeps them.

    Args:
        number: how many.
        raw: where each ends (number + 1 whole numbers of four bytes, the first 0), then their letters in UTF-8.
    """

    number: int
    raw: bytes

    @classmethod
    def of(cls, texts: Sequence[str]) -> Words:
        """Words from texts."""
        _, ends, letters = pa.array(texts, pa.string()).buffers()
        return cls(len(texts), ends.to_pybytes() + (letters.to_pybytes() if letters is not None else b""))

    def column(self) -> pa.Array:
        """The words as a column of texts."""
        whole, ends = pa.py_buffer(self.raw), (self.number + 1) * np.dtype(np.int32).itemsize
        return pa.StringArray.from_buffers(self.number, whole.slice(0, ends), whole.slice(ends))


Coded = tuple[NDArray[Any], Words]
"""A column of texts: for each row its place among the words."""


@dataclass(frozen=True)
class Layout:
    """Which columns of a table stand where in a block, in the order of its schema; its key columns nowhere.

    Args:
        floats: columns of floats.
        integers: columns of whole numbers.
        texts: columns of texts, which follow the whole numbers.
    """

    floats: tuple[str, ...]
    integers: tuple[str, ...]
    texts: tuple[str, ...]


@cache
def layout(name: str) -> Layout:
    """The layout of the blocks of a table."""
    own = [one for one in tables.schema(name) if one.name not in tables.KEY]
    floats = tuple(one.name for one in own if pa.types.is_floating(one.type))
    integers = tuple(one.name for one in own if pa.types.is_integer(one.type))
    return Layout(floats, integers, tuple(one.name for one in own if one.name not in {*floats, *integers}))


@dataclass(frozen=True)
class Block:
    """Rows of a table.

    Args:
        floats: (columns, rows); NaN where a column that may have gaps has one.
        integers: (columns of whole numbers, then of texts; rows) int32.
        words: for each column of texts, the words.
    """

    floats: Floats
    integers: Integers
    words: tuple[Words, ...]

    @property
    def rows(self) -> int:
        """Number of rows."""
        return self.integers.shape[1]

    @classmethod
    def of(cls, name: str, rows: int, numbers: Mapping[str, Any], texts: Mapping[str, Coded]) -> Block:
        """A block of a table.

        Args:
            name: of the table.
            rows: their number.
            numbers: (rows,) values of each column of numbers.
            texts: codes and words of each column of texts.
        """
        there = layout(name)
        floats = np.empty((len(there.floats), rows))
        integers = np.empty((len(there.integers) + len(there.texts), rows), np.int32)
        for place, column in enumerate(there.floats):
            floats[place] = numbers[column]
        for place, column in enumerate(there.integers):
            integers[place] = numbers[column]
        for place, column in enumerate(there.texts, len(there.integers)):
            integers[place] = texts[column][0]
        return cls(floats, integers, tuple(texts[column][1] for column in there.texts))

    def columns(self, name: str) -> list[pa.Array]:
        """The columns of a table without its keys, in the order of its schema."""
        return columns(name, self.floats, self.integers, [one.column() for one in self.words])


def columns(name: str, floats: Floats, integers: Integers, words: Sequence[pa.Array]) -> list[pa.Array]:
    """The columns of a table without its keys, in the order of its schema.

    Args:
        name: of the table.
        floats: (columns, rows), see :class:`Block`.
        integers: (columns, rows), see :class:`Block`.
        words: for each column of texts, the words as a column.
    """
    there, built = layout(name), {}
    for column, values in zip((*there.floats, *there.integers), (*floats, *integers), strict=False):
        built[column] = _plain(values)
    for column, codes, texts in zip(there.texts, integers[len(there.integers) :], words, strict=True):
        built[column] = pa.DictionaryArray.from_arrays(_plain(codes), texts)
    schema = tables.schema(name)
    return [_as(built[one.name], one) for one in schema if one.name in built]


def _plain(values: NDArray[Any]) -> pa.Array:
    """Numbers as they lie in memory: this asks less than ``pa.array``."""
    kind = pa.float64() if values.dtype == np.float64 else pa.int32()
    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(values)])


def _as(values: pa.Array, field: pa.Field) -> pa.Array:
    """A column as the schema has it: texts without a dictionary, or null for NaN."""
    if pa.types.is_string(field.type):
        return values.dictionary_decode()
    return _with_gaps(values.to_numpy()) if field.nullable else values


def _with_gaps(values: Floats) -> pa.Array:
    there = np.packbits(~np.isnan(values), bitorder="little")
    return pa.Array.from_buffers(pa.float64(), len(values), [pa.py_buffer(there), pa.py_buffer(values)])


def repeated(texts: Sequence[str], counts: Sequence[int]) -> pa.Array:
    """A column in which each text stands in so many rows."""
    pieces = [text.encode() for text in texts]
    ends = np.zeros(sum(counts) + 1, np.int32)
    np.cumsum(np.repeat([len(piece) for piece in pieces], counts), out=ends[1:])
    whole = b"".join(piece * count for piece, count in zip(pieces, counts, strict=True))
    return pa.StringArray.from_buffers(len(ends) - 1, pa.py_buffer(ends), pa.py_buffer(whole))


def coded(values: Sequence[str]) -> Coded:
    """A column of texts, its words in the order in which they appear."""
    places: defaultdict[str, int] = defaultdict(itertools.count().__next__)
    codes = np.fromiter(map(places.__getitem__, values), np.int32, len(values))
    return codes, Words.of(list(places))


def block_of(name: str, table: pa.Table) -> Block:
    """The block of a table that was made otherwise.

    Raises:
        ValueError: the table differs from ``tables.schema``, or has no value where there must be one.
    """
    schema = tables.schema(name)
    # Arrow compares whole schemas in a hundredth of the time; they may differ in which columns have gaps.
    alike = table.schema.equals(schema)
    if not alike and (table.schema.names != schema.names or table.schema.types != schema.types):
        raise ValueError(f"table '{name}' differs from its schema: {_difference(table.schema, schema)}")
    if table.num_rows == 0:
        return _empty(name)
    gaps = [one.name for one in schema if not one.nullable and table.column(one.name).null_count]
    if gaps:
        raise ValueError(f"table '{name}' has rows without a value in: {', '.join(gaps)}")
    there, whole = layout(name), table.unify_dictionaries().combine_chunks()
    numbers = {column: whole.column(column).to_numpy() for column in (*there.floats, *there.integers)}
    return Block.of(name, table.num_rows, numbers, {column: _coded(whole.column(column)) for column in there.texts})


@cache
def _empty(name: str) -> Block:
    there, nothing = layout(name), np.empty(0)
    numbers = dict.fromkeys((*there.floats, *there.integers), nothing)
    return Block.of(name, 0, numbers, dict.fromkeys(there.texts, (nothing, Words.of([]))))


def _coded(column: pa.ChunkedArray) -> Coded:
    (whole,) = column.chunks
    if not pa.types.is_dictionary(whole.type):
        whole = whole.dictionary_encode()
    return whole.indices.to_numpy(), Words.of(whole.dictionary.to_pylist())


def _difference(found: pa.Schema, expected: pa.Schema) -> str:
    if found.names != expected.names:
        return f"columns {found.names}, expected {expected.names}"
    pairs = zip(found, expected, strict=True)
    return "; ".join(f"{a.name} is {a.type}, expected {b.type}" for a, b in pairs if a.type != b.type)


class RunTables(Mapping[str, pa.Table]):
    """The tables of a run, made of its blocks when they are asked for: a batch stores the blocks and asks for none.

    Args:
        run_id, scenario, replicate: the run's keys, which stand in every row.
        blocks: for each of :data:`RUN_TABLES` its rows.
    """

    def __init__(self, run_id: str, scenario: str, replicate: int, blocks: Mapping[str, Block]) -> None:
        self._keys = (run_id, scenario, replicate)
        self.blocks = blocks
        self._made: dict[str, pa.Table] = {}

    def __getitem__(self, name: str) -> pa.Table:
        if name not in self._made:
            block = self.blocks[name]
            columns = [*self._key_columns(block.rows), *block.columns(name)]
            self._made[name] = pa.Table.from_arrays(columns, schema=tables.schema(name))
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.blocks)

    def __len__(self) -> int:
        return len(self.blocks)

    def _key_columns(self, rows: int) -> list[pa.Array]:
        run_id, scenario, replicate = self._keys
        label = pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), pa.array([scenario]))
        return [repeated([run_id], [rows]), label, pa.array(np.full(rows, replicate, np.int32))]
