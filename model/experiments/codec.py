"""Finished runs as bytes: what a worker hands to its parent, and what the spool keeps.

A record is a header in JSON (run id, status, lengths), then, compressed together, the names of the outcomes, their values as
floats, and the run's tables as Arrow IPC streams; a table without rows takes no bytes. The key columns are left out: they
follow from the specification and are put back when a record is read.
"""

from __future__ import annotations

import itertools
import json
import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from model import tables
from model.scenario.spec import RunSpec

if TYPE_CHECKING:
    from model.record import RunResult

OK, FAILED = "ok", "failed"
RUN_TABLES = tuple(name for name in tables.TABLES if name != "runs")
"""The tables that every run fills."""

_LENGTH = struct.Struct("<I")
_CODEC = "lz4"
"""Runs are read and written once or twice: time counts more than the sixth that zstd would save."""


@dataclass(frozen=True)
class Finished:
    """A run that has ended, well or not.

    Args:
        run_id: of its specification.
        status: "ok" or "failed".
        record: see :func:`encode`.
        error: type and message of the error on one line; empty for ok.
        traceback: for the folder of errors; empty for ok.
        seconds: time that the run took.
    """

    run_id: str
    status: str
    record: bytes
    error: str = ""
    traceback: str = ""
    seconds: float = 0.0


def finished_ok(spec: RunSpec, result: RunResult, seconds: float) -> Finished:
    """Encode what a run leaves behind.

    Raises:
        ValueError: a table is missing, or differs from ``tables.schema``.
    """
    return Finished(
        spec.run_id, OK, encode(spec.run_id, OK, "", seconds, result.outcomes, result.tables), "", "", seconds
    )


def finished_failed(spec: RunSpec, error: str, traceback: str = "", seconds: float = 0.0) -> Finished:
    """A run that failed, as data."""
    line = " ".join(error.split())
    return Finished(spec.run_id, FAILED, encode(spec.run_id, FAILED, line, seconds, {}, {}), line, traceback, seconds)


def encode(
    run_id: str,
    status: str,
    error: str,
    seconds: float,
    outcomes: Mapping[str, float | None],
    run_tables: Mapping[str, pa.Table],
) -> bytes:
    """Turn a finished run into bytes, see the module's docstring.

    Raises:
        ValueError: a table of a run that is ok is missing, or differs from ``tables.schema``.
    """
    values = np.array([math.nan if value is None else value for value in outcomes.values()], np.float64)
    if np.isinf(values).any():
        raise ValueError("an outcome is infinite")
    pieces = [_joined(tuple(outcomes)), values.tobytes()] if status == OK else []
    pieces += [_stream(name, run_tables) for name in RUN_TABLES] if status == OK else []
    body = b"".join(pieces)
    header = {
        "run_id": run_id,
        "status": status,
        "error": error,
        "seconds": round(seconds, 6),
        "lengths": [len(piece) for piece in pieces],
    }
    head = json.dumps(header, ensure_ascii=False, allow_nan=False).encode()
    packed = pa.Codec(_CODEC).compress(body, asbytes=True) if body else b""
    return _LENGTH.pack(len(head)) + head + packed


def read_header(record: bytes) -> dict[str, Any]:
    """The header of a record."""
    (length,) = _LENGTH.unpack_from(record)
    header: dict[str, Any] = json.loads(record[_LENGTH.size : _LENGTH.size + length])
    return header


def read_body(record: bytes, lengths: Sequence[int]) -> tuple[bytes, bytes, dict[str, pa.Table]]:
    """Names of the outcomes, one a line, their values as bytes of floats, and the tables without their key columns.

    Args:
        record: as :func:`encode` made it.
        lengths: those of its header; a run that failed has none, and nothing to read.
    """
    if not lengths:
        return b"", b"", {}
    (start,) = _LENGTH.unpack_from(record)
    packed = pa.py_buffer(record).slice(_LENGTH.size + start)
    body = pa.decompress(packed, decompressed_size=sum(lengths), codec=_CODEC)
    starts = itertools.accumulate(lengths, initial=0)
    names, values, *streams = (body.slice(start, size) for start, size in zip(starts, lengths, strict=False))
    read = {name: _table(name, stream) for name, stream in zip(RUN_TABLES, streams, strict=True)}
    return names.to_pybytes(), values.to_pybytes(), read


def _table(name: str, stream: pa.Buffer) -> pa.Table:
    return pa.ipc.open_stream(stream).read_all() if stream.size else _without_rows(name)


@cache
def _without_rows(name: str) -> pa.Table:
    return _bare_schema(name)[0].empty_table()


@lru_cache(maxsize=64)
def _joined(names: tuple[str, ...]) -> bytes:
    return "\n".join(names).encode()


@cache
def _bare_schema(name: str) -> tuple[pa.Schema, list[int]]:
    """The schema of a table without its keys and without descriptions of its columns, and where those columns stand."""
    fields = list(tables.schema(name))
    places = [place for place, field in enumerate(fields) if field.name not in tables.KEY]
    return pa.schema([fields[place].remove_metadata() for place in places]), places


def _stream(name: str, run_tables: Mapping[str, pa.Table]) -> bytes:
    """A table without its keys as an Arrow IPC stream."""
    if name not in run_tables:
        raise ValueError(f"the run has no table '{name}'")
    table, schema = run_tables[name], tables.schema(name)
    if not table.schema.equals(schema, check_metadata=False):
        raise ValueError(f"table '{name}' differs from its schema: {_difference(table.schema, schema)}")
    if table.num_rows == 0:
        return b""
    bare, places = _bare_schema(name)
    stripped = table.select(places)
    if any(column.num_chunks > 1 for column in stripped.columns):
        stripped = stripped.unify_dictionaries().combine_chunks()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, bare) as writer:
        writer.write_table(stripped)
    return sink.getvalue().to_pybytes()


def _difference(found: pa.Schema, expected: pa.Schema) -> str:
    if found.names != expected.names:
        return f"columns {found.names}, expected {expected.names}"
    pairs = zip(found, expected, strict=True)
    return "; ".join(f"{a.name} is {a.type}, expected {b.type}" for a, b in pairs if a.type != b.type)
