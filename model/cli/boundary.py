"""The one place where what goes wrong in a command becomes words: a sentence for a user's or a machine's error, a file for a bug."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO, cast

from model.cli.text import MISTAKE

FAULT, DISK_FULL = 1, 4
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_TERMINAL = "\r\x1b"
"""What a bar of progress is drawn with."""


class _Fit:
    """A stream of text on which control characters, and those that turn the direction of writing, are written out."""

    def __init__(self, stream: TextIO, keep: str = "") -> None:
        self._stream, self._keep = stream, keep

    def write(self, text: str) -> int:
        """Write a text."""
        from model.scenario.characters import visible

        self._stream.write(visible(text, self._keep))
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def boundary() -> Iterator[None]:
    """Run a command; an error ends it with its exit code and words on stderr, never with a traceback.

    Raises:
        SystemExit: with 1 for a bug, 2 for what a user can put right, 4 for a full disk.
    """
    streams = sys.stdout, sys.stderr
    for stream in streams:
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    sys.stdout, sys.stderr = cast("TextIO", _Fit(streams[0])), cast("TextIO", _Fit(streams[1], _TERMINAL))
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        # Who read the output has gone; nobody is left to be told. Python must not try to write the rest at its end.
        with contextlib.suppress(OSError, ValueError, AttributeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), streams[0].fileno())
        sys.exit(FAULT)
    except Exception as error:
        lines, code = told(error)
        with contextlib.suppress(OSError, ValueError):
            print("\n".join(lines), file=sys.stderr, flush=True)
        sys.exit(code)
    finally:
        sys.stdout, sys.stderr = streams


def told(error: Exception) -> tuple[list[str], int]:
    """An error in words, and the exit code that it ends a command with."""
    # Imported when something has gone wrong already, so that --help stays quick.
    from model.experiments.errors import BatchError
    from model.scenario.problems import ScenarioError
    from model.views.read import ViewError
    from model.world.world import WorldError

    if isinstance(error, (ScenarioError, WorldError, BatchError)):
        return error.problems, getattr(error, "exit_code", MISTAKE)
    if isinstance(error, ViewError):
        return [str(error)], MISTAKE
    if isinstance(error, OSError) and error.errno is not None:
        return [_of_the_system(error)], DISK_FULL if error.errno in _FULL else MISTAKE
    if isinstance(error, UnicodeError):
        return [f"a name or text contains characters that cannot be encoded here: {error}"], MISTAKE
    if isinstance(error, RecursionError):
        return ["the input is nested too deeply to be read"], MISTAKE
    if isinstance(error, MemoryError):
        return ["not enough memory: use fewer runs, months or processes"], MISTAKE
    return [_bug(error)], FAULT


def _of_the_system(error: OSError) -> str:
    """What the operating system refused, with the file's name."""
    names = [os.fsdecode(name) for name in (error.filename, error.filename2) if isinstance(name, (str, bytes))]
    what = (error.strerror or "cannot be used").lower()
    if error.errno in _FULL:
        what = "the disk is full; free some space, then run the command again"
    return ": ".join([*names[:1], what])


def _bug(error: Exception) -> str:
    """A line about a fault of the program, and where its traceback was written."""
    said = f"{type(error).__name__}: {error}".splitlines()[0][:200]
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="pangwa-", suffix=".txt", delete=False, encoding="utf-8", errors="backslashreplace"
        ) as file:
            traceback.print_exception(error, file=file)
        return f"pangwa: a fault of the program, not of your request ({said}); the traceback is in {file.name}"
    except OSError:
        return f"pangwa: a fault of the program, not of your request ({said})"
