"""What a world is made of, in sixteen hex digits: runs of an edited world are other runs."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from model.world.read import world_folder

_NOT_SEEN_BY_RUNS = ("record", "plausible.csv", "discrepancy.csv", "scores.csv")
"""Parts of a world's folder that no run reads."""


@lru_cache(maxsize=16)
def world_digest(name_or_path: str) -> str:
    """A hash of the CSV files of a world that runs depend on; that of its name for an invented one.

    Like the world itself (:func:`model.world.read.load_world`) it is read once a process.

    Args:
        name_or_path: see :func:`model.world.read.load_world`.

    Raises:
        WorldError: there is no such world.
    """
    folder = world_folder(name_or_path)
    hashed = hashlib.blake2b(digest_size=8)
    if folder is None:
        hashed.update(name_or_path.encode())
        return hashed.hexdigest()
    for path in sorted(folder.rglob("*.csv"), key=lambda path: path.relative_to(folder).as_posix()):
        short = path.relative_to(folder)
        if short.parts[0] not in _NOT_SEEN_BY_RUNS:
            content = path.read_bytes().replace(b"\r\n", b"\n")
            hashed.update(f"{short.as_posix()} {len(content)}\n".encode() + content)
    return hashed.hexdigest()
