"""Finished runs as bytes: what a worker hands to its parent, and what the spool keeps.

A record is a header in JSON (run id, status, sizes), then, compressed together, the values of the outcomes, the blocks of the
run's tables (:mod:`model.output.blocks`; first all floats, then all whole numbers, then all words), and the outcomes' names. A
table without rows takes no bytes.
"""

from __future__ import annotations

import itertools
import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from model.output.blocks import RUN_TABLES, Block, RunTables, Words, block_of, layout
from model.scenario.spec import MONTHLY_LANES, RunSpec

if TYPE_CHECKING:
    from model.output.result import RunResult

OK, FAILED = "ok", "failed"
Names = tuple[str, ...]
"""Of the outcomes of a run."""

ON_DEMAND = {"lanes": MONTHLY_LANES}
"""Tables that a batch stores where an extra asks for them: the last ones of ``RUN_TABLES``."""

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
    stored = stored_tables(spec.record)
    record = encode(spec.run_id, OK, "", seconds, result.outcomes, result.tables, stored)
    return Finished(spec.run_id, OK, record, "", "", seconds)


def stored_tables(record: Sequence[str]) -> tuple[str, ...]:
    """The tables of runs that a batch stores.

    Args:
        record: which extras it records.
    """
    return tuple(name for name in RUN_TABLES if name not in ON_DEMAND or ON_DEMAND[name] in record)


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
    stored: Sequence[str] = RUN_TABLES,
) -> bytes:
    """Turn a finished run into bytes, see the module's docstring.

    Args:
        run_id: of its specification.
        status: "ok" or "failed".
        error: of a run that failed.
        seconds: time that it took.
        outcomes: their values by name.
        run_tables: by name.
        stored: names of the tables to keep, see :func:`stored_tables`.

    Raises:
        ValueError: a table of a run that is ok is missing, or differs from ``tables.schema``.
    """
    values = np.array(tuple(outcomes.values()), np.float64)  # NaN for None
    if np.isinf(values).any():
        raise ValueError("an outcome is infinite")
    blocks = [_block(name, run_tables) for name in stored] if status == OK else []
    there = [block for block in blocks if block.rows]
    words = [one for block in there for one in block.words]
    texts = (*(one.raw for one in words), _line(tuple(outcomes)))
    pieces = (values, *(block.floats for block in there), *(block.integers for block in there), *texts)
    body = b"".join(pieces) if status == OK else b""  # type: ignore[arg-type]  # arrays are bytes too
    header = {
        "run_id": run_id,
        "status": status,
        "error": error,
        "seconds": round(seconds, 6),
        "outcomes": len(values),
        "rows": [block.rows for block in blocks],
        "words": [(one.number, len(one.raw)) for one in words],
        "bytes": len(body),
    }
    head = json.dumps(header, ensure_ascii=False, allow_nan=False).encode()
    packed = pa.Codec(_CODEC).compress(body, asbytes=True) if body else b""
    return _LENGTH.pack(len(head)) + head + packed


def read_header(record: bytes) -> dict[str, Any]:
    """The header of a record."""
    (length,) = _LENGTH.unpack_from(record)
    header: dict[str, Any] = json.loads(record[_LENGTH.size : _LENGTH.size + length])
    return header


def read_body(record: bytes, header: Mapping[str, Any]) -> tuple[Names, bytes, dict[str, Block]]:
    """Names of the outcomes, their values as bytes of floats, and the blocks of the tables that have rows.

    Args:
        record: as :func:`encode` made it.
        header: its header; a run that failed has nothing to read.
    """
    if not header["bytes"]:
        return (), b"", {}
    (start,) = _LENGTH.unpack_from(record)
    packed = pa.py_buffer(record).slice(_LENGTH.size + start)
    body = pa.decompress(packed, decompressed_size=header["bytes"], codec=_CODEC)
    # Tables on demand come last: a record that was made without them ends before their names.
    there = {name: (layout(name), rows) for name, rows in zip(RUN_TABLES, header["rows"], strict=False) if rows}
    at = header["outcomes"] * np.dtype(np.float64).itemsize
    values = body.slice(0, at).to_pybytes()
    floats, at = _arrays(body, at, np.float64, [(len(of.floats), rows) for of, rows in there.values()])
    sizes = [(len(of.integers) + len(of.texts), rows) for of, rows in there.values()]
    integers, at = _arrays(body, at, np.int32, sizes)
    texts = body.slice(at).to_pybytes()
    words, at = [], 0
    for number, size in header["words"]:
        words.append(Words(number, texts[at : at + size]))
        at += size
    rest = iter(words)
    blocks = {
        name: Block(numbers, codes, tuple(itertools.islice(rest, len(of.texts))))
        for (name, (of, _)), numbers, codes in zip(there.items(), floats, integers, strict=True)
    }
    return _names(texts[at:]), values, blocks


def _arrays(body: pa.Buffer, at: int, kind: Any, shapes: Sequence[tuple[int, int]]) -> tuple[list[NDArray[Any]], int]:
    """Arrays that stand one after another from a byte on, and the byte behind them."""
    found = []
    for columns, rows in shapes:
        found.append(np.frombuffer(body, kind, columns * rows, at).reshape(columns, rows))
        at += found[-1].nbytes
    return found, at


def _block(name: str, run_tables: Mapping[str, pa.Table]) -> Block:
    if isinstance(run_tables, RunTables):
        return run_tables.blocks[name]
    if name not in run_tables:
        raise ValueError(f"the run has no table '{name}'")
    return block_of(name, run_tables[name])


@lru_cache(maxsize=64)
def _line(names: Names) -> bytes:
    return json.dumps(names, ensure_ascii=False).encode()


@lru_cache(maxsize=64)
def _names(line: bytes) -> Names:
    return tuple(json.loads(line.decode()))
