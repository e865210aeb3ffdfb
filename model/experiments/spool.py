"""The spool: finished runs, appended to checksummed files as they come.

A part is a sequence of frames: magic, length, CRC-32, record (see :mod:`model.experiments.codec`). A part that was cut off
in the middle of a write loses its last frame alone; each session writes a part of its own, so nothing is ever written
behind a torn end. A later record of a run takes the place of an earlier one.
"""

from __future__ import annotations

import errno
import os
import struct
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from model.experiments.codec import read_header
from model.experiments.errors import DiskFullError, StoreError

PART_PATTERN = "part-*.spool"
SYNC_SECONDS = 1.0
_MAGIC = b"PGW5"
_FRAME = struct.Struct("<4sQI")
_KEPT = ("status", "error", "seconds")
_PIECE = 1 << 20
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True, slots=True)
class Entry:
    """Where the record of a run stands, and how the run ended.

    Args:
        part: file of the spool.
        offset: first byte of the record.
        length: its length, bytes.
        status: "ok" or "failed".
        error: of a failed run.
        seconds: time that the run took.
    """

    part: Path
    offset: int
    length: int
    status: str
    error: str
    seconds: float


class SpoolWriter:
    """Append records to a new part of a spool.

    Args:
        folder: the spool's folder; it exists.
    """

    def __init__(self, folder: Path) -> None:
        numbers = [int(path.stem.rpartition("-")[2]) for path in folder.glob(PART_PATTERN)]
        self.path = folder / f"part-{max(numbers, default=0) + 1:04d}.spool"
        # Unbuffered: a frame is either handed to the system whole, or the part is cut back to its last whole frame.
        self._file = open(self.path, "xb", buffering=0)  # noqa: SIM115
        self._end = 0
        self._synced = time.monotonic()

    def append(self, record: bytes, status: str, error: str = "", seconds: float = 0.0) -> Entry:
        """Write a record; it is on the disk within :data:`SYNC_SECONDS`, if appends or :meth:`tick` go on.

        Raises:
            DiskFullError: there is no room; the part ends with the record before.
        """
        frame = _FRAME.pack(_MAGIC, len(record), zlib.crc32(record)) + record
        try:
            view = memoryview(frame)
            while view:
                view = view[self._file.write(view) or 0 :]
        except OSError as error_:
            self._cut_back()
            raise _write_error(self.path, error_) from error_
        entry = Entry(self.path, self._end + _FRAME.size, len(record), status, error, seconds)
        self._end += len(frame)
        self.tick()
        return entry

    def tick(self) -> None:
        """Put what was written on the disk, if that was last done a second ago or more."""
        if time.monotonic() - self._synced >= SYNC_SECONDS:
            self.sync()

    def sync(self) -> None:
        """Put what was written on the disk now."""
        try:
            os.fsync(self._file.fileno())
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some file systems cannot sync
                raise _write_error(self.path, error) from error
        self._synced = time.monotonic()

    def close(self) -> None:
        """Close the part; one without records is removed."""
        if self._file.closed:
            return
        try:
            self.sync()
        finally:
            self._file.close()
            if self._end == 0:
                self.path.unlink(missing_ok=True)

    def _cut_back(self) -> None:
        try:
            self._file.truncate(self._end)
            self._file.seek(self._end)
        except OSError:
            pass  # the torn frame fails its checksum when the part is read

    def __enter__(self) -> SpoolWriter:
        return self

    def __exit__(
        self, type_: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class SpoolReader:
    """Read the records of a spool; its files stay open for the length of a ``with`` block."""

    def __init__(self) -> None:
        self._files: dict[Path, BinaryIO] = {}

    def record(self, entry: Entry) -> bytes:
        """The bytes of a record."""
        if entry.part not in self._files:
            self._files[entry.part] = entry.part.open("rb", buffering=0)
        file = self._files[entry.part]
        file.seek(entry.offset)
        return file.read(entry.length)

    def __enter__(self) -> SpoolReader:
        return self

    def __exit__(
        self, type_: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file in self._files.values():
            file.close()
        self._files.clear()


def scan(folder: Path) -> tuple[dict[str, Entry], list[str]]:
    """Find the whole records of a spool, checking every checksum.

    Args:
        folder: the spool's folder; it need not exist.

    Returns:
        Entries by run id, and a sentence for each part that holds damaged bytes.

    Raises:
        StoreError: a part has the form of another version.
    """
    found: dict[str, Entry] = {}
    notes: list[str] = []
    for part in sorted(folder.glob(PART_PATTERN)):
        if part.stat().st_size == 0:
            continue
        lost, frames = 0, [*_frames(part)]
        if all(isinstance(entry, int) for entry in frames):
            _check_form(part)
        for entry in frames:
            if isinstance(entry, int):
                lost += entry
            else:
                found[entry[0]] = entry[1]
        if lost:
            notes.append(f"{part.name}: {lost} bytes were cut off or damaged and are ignored")
    return found, notes


def _check_form(part: Path) -> None:
    """Refuse a part without one of our frames that begins as another version's does."""
    with part.open("rb") as file:
        form = file.read(len(_MAGIC))
    if form != _MAGIC and form.startswith(_MAGIC[:-1]):
        raise StoreError(
            f"{part}: written by a version of Pangwa that stores finished runs in another format ({form.decode(errors='replace')};"
            f" this one reads {_MAGIC.decode()}); finish the batch with that version, or start a new one with --out FOLDER"
        )


def _frames(part: Path) -> Iterator[tuple[str, Entry] | int]:
    """The whole frames of a part as (run id, entry); a damaged one as the number of its bytes."""
    size, position = part.stat().st_size, 0
    with part.open("rb") as file:
        while position < size:
            record = _whole_record(file, position, size)
            if record is not None:
                header = read_header(record)
                entry = Entry(part, position + _FRAME.size, len(record), *(header[key] for key in _KEPT))
                yield header["run_id"], entry
                position += _FRAME.size + len(record)
                continue
            after = _next_magic(file, position + 1, size)  # a damaged frame does not take those behind it along
            yield after - position
            position = after


def _whole_record(file: BinaryIO, position: int, size: int) -> bytes | None:
    """The record of the frame at a position; None where there is no whole frame."""
    file.seek(position)
    head = file.read(_FRAME.size)
    if len(head) < _FRAME.size:
        return None
    magic, length, checksum = _FRAME.unpack(head)
    if magic != _MAGIC or position + _FRAME.size + length > size:
        return None
    record = file.read(length)
    return record if zlib.crc32(record) == checksum else None


def _next_magic(file: BinaryIO, position: int, size: int) -> int:
    """Where the next frame may begin; the end of the file where none does."""
    file.seek(position)
    rest, found = b"", -1
    while found < 0:
        piece = file.read(_PIECE)
        if not piece:
            return size
        # The magic may lie across the border of two pieces.
        found = (rest + piece).find(_MAGIC)
        position += len(piece) if found < 0 else found - len(rest)
        rest = piece[-len(_MAGIC) + 1 :]
    return position


def _write_error(path: Path, error: OSError) -> StoreError:
    if error.errno in _NO_ROOM:
        return DiskFullError(f"{path.parent.parent}: the disk is full; free some space, then continue with --resume")
    return StoreError(f"{path}: cannot be written: {error.strerror}")
