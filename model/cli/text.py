"""What the commands share: messages, plain tables, folders that hold nothing yet."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

MISTAKE = 2
"""Exit code of a mistake in what was asked."""

_WIDEST = 100


def fail(*problems: str) -> NoReturn:
    """Print problems on stderr, a line each, and end with exit code 2."""
    for problem in problems:
        print(problem, file=sys.stderr)
    raise SystemExit(MISTAKE)


def results_folder(asked: Path | str | None, usual: str) -> Path:
    """The folder of a computation that can be gone on with: the one asked for, or ``results/NAME``.

    Args:
        asked: as given on the command line.
        usual: the name otherwise: scenarios joined by ``_``, then ``-`` and the command, and ``-`` and what about.
    """
    from model.experiments.batch_file import folder_name
    from model.experiments.errors import StoreError

    if asked is None:
        return Path("results") / folder_name(usual)
    if str(asked) == "":
        raise StoreError("--out is empty: give a folder for the results")
    return Path(asked)


def free_folder(asked: Path | None, usual: str) -> Path:
    """A folder for new files; nothing that is there is ever overwritten.

    Args:
        asked: the folder the user wants, which must be empty or not there yet.
        usual: the folder under ``results/`` when none was asked for; a number is added while it is taken.
    """
    if asked is None:
        from model.experiments.batch_file import folder_name

        stem = Path("results") / folder_name(usual)
        candidates = [stem, *(stem.with_name(f"{stem.name}-{number}") for number in range(2, 10_000))]
        return next(path for path in candidates if not path.exists())
    if str(asked) in ("", "."):
        fail("--out: give a new folder for the figures")
    if asked.is_file():
        fail(f"--out {asked}: is a file; give a new folder")
    if asked.is_dir() and any(asked.iterdir()):
        fail(f"--out {asked}: the folder already contains files, which are not overwritten; give a new folder")
    return asked


def width() -> int:
    """Columns to fill: those of the terminal, at most 100."""
    return min(shutil.get_terminal_size((_WIDEST, 24)).columns, _WIDEST)


def wrapped(text: str, indent: int) -> str:
    """A text wrapped to the terminal's width, every line indented."""
    pad = " " * indent
    # Words stay whole, so that commands and paths can be copied.
    return textwrap.fill(
        text,
        width=max(width(), indent + 20),
        initial_indent=pad,
        subsequent_indent=pad,
        break_long_words=False,
        break_on_hyphens=False,
    )


def columns(rows: Iterable[tuple[str, ...]], gap: str = "  ") -> str:
    """Rows of text with aligned columns; the last column is left ragged."""
    table = list(rows)
    if not table:
        return ""
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]) - 1)]
    lines = (gap.join([*(cell.ljust(size) for cell, size in zip(row, widths, strict=False)), row[-1]]) for row in table)
    return "\n".join(line.rstrip() for line in lines)
