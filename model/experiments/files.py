"""Files of a folder of results: written whole or not at all, never through a link; read with a sentence where they are damaged."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from model.experiments.errors import StoreError

_PIECE = 1 << 20
_HEAD, _TAIL = 8192, 4096
_MARK = b"Pangwa"
NOTED = "tables.json"
"""Digests of the tables of an analysis, beside them."""


def temporary(path: Path) -> Path:
    """The name under which a file is written before it is whole."""
    return path.with_name(f".{path.name}.part")


def beside(path: Path) -> Path:
    """The name that a file gets when its own is taken and cannot be replaced: ``runs.new.csv``."""
    return path.with_name(f"{path.stem}.new{path.suffix}")


def refuse_link(path: Path) -> None:
    """Refuse to write through a link, which may lead out of the folder, and to put a file in the place of a device.

    Raises:
        StoreError: the path is a symbolic link, a device or a pipe.
    """
    if path.is_symlink():
        raise StoreError(f"{path}: is a link, and Pangwa does not write through links; remove it")
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise StoreError(f"{path}: is a device or a pipe, not a file; give another name")


def own_folder(path: Path) -> Path:
    """Make a folder inside one of results, where it is not there yet.

    Raises:
        StoreError: it is a link.
    """
    refuse_link(path)
    path.mkdir(parents=True, exist_ok=True)
    return path


@contextmanager
def whole(path: Path, *, ending: str = "") -> Iterator[Path]:
    """A path to write a file at, which takes its own name when the block has ended well.

    Args:
        path: of the file; what is there is replaced.
        ending: of the path to write at, for writers that go by it.

    Raises:
        StoreError: the path is a link.
    """
    refuse_link(path)
    part = temporary(path)
    part = part.with_name(part.name + ending)
    part.unlink(missing_ok=True)  # a link that was planted there goes, not what it leads to
    with _named_when_whole(part, path, lambda: part.unlink(missing_ok=True)):
        yield part


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """A new folder to write in, which takes its own name when the block has ended well.

    Args:
        path: of the folder, which is not there.

    Raises:
        StoreError: the path is a link.
    """
    refuse_link(path)
    part = temporary(path)
    refuse_link(part)
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    with _named_when_whole(part, path, lambda: shutil.rmtree(part, ignore_errors=True)):
        yield part


@contextmanager
def _named_when_whole(part: Path, path: Path, discard: Callable[[], object]) -> Iterator[None]:
    """Give what the block writes its own name when it has ended well, and discard it otherwise."""
    try:
        yield
        os.replace(part, path)
    except BaseException:
        discard()
        raise


def write_text(path: Path, text: str) -> None:
    """Write a text whole or not at all."""
    with whole(path) as part:
        part.write_text(text, encoding="utf-8", newline="\n")


def write_bytes(path: Path, content: bytes) -> None:
    """Write bytes whole or not at all."""
    with whole(path) as part:
        part.write_bytes(content)


def write_new(path: Path, text: str) -> None:
    """Write a text under a name that is free, whole or not at all.

    Raises:
        FileExistsError: something is there.
    """
    path.open("x").close()  # takes the name before anybody else does
    try:
        write_text(path, text)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


@contextmanager
def csv_rows(path: Path) -> Iterator[Any]:
    """A writer of CSV rows, of :mod:`csv`; the file is written whole or not at all.

    Args:
        path: of the file; what is there is replaced.

    Raises:
        StoreError: the path is a link.
    """
    with whole(path) as part, part.open("w", encoding="utf-8", newline="") as stream:
        yield csv.writer(stream, lineterminator="\n")


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write plain data as JSON with its own digest, whole or not at all, without its whole text in memory."""
    with whole(path) as part, part.open("w", encoding="utf-8", newline="\n") as file:
        json.dump(with_digest(content), file, indent=1, ensure_ascii=False)


def with_digest(content: Mapping[str, Any]) -> dict[str, Any]:
    """Plain data with its own digest, as :func:`read_json` checks it."""
    return {**content, "digest": _digest_of_data(content)}


def read_json(path: Path) -> dict[str, Any]:
    """Plain data that :func:`write_json` wrote; a file without a digest is taken as it is where it has none of tables.

    Raises:
        StoreError: the file is not there, or not what was written.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise StoreError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise StoreError(f"{path}: is damaged: it is not JSON") from None
    if not isinstance(content, dict):
        raise StoreError(f"{path}: is damaged: it contains no table")
    said = content.pop("digest", None)
    if (said is not None or isinstance(content.get("tables"), dict)) and said != _digest_of_data(content):
        raise StoreError(f"{path}: is damaged: its content has changed since it was written")
    return content


def _digest_of_data(content: Mapping[str, Any]) -> str:
    return hashlib.blake2b(json.dumps(content, sort_keys=True).encode(), digest_size=16).hexdigest()


def digest_of_file(path: Path) -> str:
    """Thirty-two hex digits of a file's bytes."""
    digest = hashlib.blake2b(digest_size=16)
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def note_tables(folder: Path, names: Iterable[str]) -> None:
    """Write down the digests of tables beside them, so that a damaged or changed one is noticed when it is read.

    Args:
        folder: that holds them; what is noted of other tables there stays.
        names: of the files.
    """
    known = read_json(folder / NOTED) if (folder / NOTED).is_file() else {}
    write_json(folder / NOTED, {**known, **{name: digest_of_file(folder / name) for name in names}})


def refuse_changed(path: Path) -> None:
    """Refuse a table that is not what was written, where its digest stands beside it.

    Raises:
        StoreError: it is damaged, or was changed by hand.
    """
    noted = path.with_name(NOTED)
    if path.is_file() and noted.is_file():
        digest = read_json(noted).get(path.name)
        if digest is not None and digest != digest_of_file(path):
            raise StoreError(
                f"{path}: is damaged: its content has changed since it was written; run the command that wrote it again"
            )


def is_ours(path: Path) -> bool:
    """Whether a page or picture was made by Pangwa, as it says of itself; an empty file is nobody's work."""
    if path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as file:
        head = file.read(_HEAD)
        file.seek(max(path.stat().st_size - _TAIL, 0))
        return not head or _MARK in head or _MARK in file.read(_TAIL)


def refuse_anothers(path: Path) -> None:
    """Refuse to replace a file that Pangwa did not make.

    Raises:
        StoreError: it is there and is another's.
    """
    refuse_link(path)
    if path.exists() and not is_ours(path):
        raise StoreError(f"{path}: was not made by Pangwa, so it is not overwritten; give another name or folder")
