"""Where the folder of a world lies: written down whole, so that results can be read from any folder, and found again when they moved.

A run depends on a world's files, not on their place: its id is made of their digest and of the folder's name.
"""

from __future__ import annotations

import os
from pathlib import Path

from model.world.digest import world_digest
from model.world.read import SHIPPED, world_folder
from model.world.world import WorldError

_TABLE = "territories.csv"


def whole_path(world: str, beside: Path | None = None) -> str:
    """A world as it is written down: the name of a shipped or invented one as it is, a folder by its whole path.

    Args:
        world: a name or a folder, which is relative to the file that names it, or else to the current folder.
        beside: the folder of that file.
    """
    if not world or world.startswith("invented:") or (SHIPPED / world / _TABLE).exists():
        return world
    for folder in (*([beside / world] if beside else []), Path(world)):
        if folder.is_dir():
            return Path(os.path.abspath(folder)).as_posix()
    return world


def found_again(world: str, digest: str, runs: Path) -> str:
    """The world of runs that are there: where it lay, or a folder of its name with the same files beside them or here.

    Args:
        world: as it was written down.
        digest: of its files, see :func:`model.world.digest.world_digest`; empty where nobody knows.
        runs: the folder or file that holds them.

    Raises:
        WorldError: it is nowhere; the sentence says where it was sought, and where it can be put.
    """
    try:
        world_folder(world)
        return world
    except WorldError:
        name = Path(world).name
    others = [folder / name for folder in dict.fromkeys((runs.absolute().parent, runs.absolute(), Path.cwd()))]
    there = [folder for folder in others if name and (folder / _TABLE).exists()]
    same = [folder for folder in there if world_digest(str(folder)) == digest]
    if same:
        return same[0].as_posix()
    seen = f"{there[0]} has other files; " if there else ""
    gone = f"{runs}: the world of its runs, {name}, is not at {world} any more"
    raise WorldError(
        [f"{gone}; {seen}put its folder (digest of its files: {digest or 'unknown'}) back there, or as {others[0]}"]
    )
