"""How the model's functions are compiled, and how named arrays reach them.

Everything that happens in a month is written once, as functions that numba compiles: short scalar *equations*, and the
*processes* that loop over what is there and call them. ``@compiled`` marks them. Nothing else of numba is used, but for
:func:`hand_over`, which passes a dataclass of arrays, records and numbers to compiled code as one argument whose fields keep
their names: ``run.state.troops[f, p]``. (A named tuple of sixty arrays costs 16 microseconds a call, this 1.)

With ``NUMBA_DISABLE_JIT=1`` the very same functions run as plain Python, for debuggers and coverage.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from multiprocessing import current_process
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar

import numba
import numba.core.event
import numpy as np

from model import groups

F = TypeVar("F", bound=Callable[..., object])

PLAIN = bool(numba.config.DISABLE_JIT)
"""Whether compiled functions run as plain Python."""

COMPILING = "Compiling the model: once after an installation or an update, a minute or two."

_HOUSE = Path(__file__).parents[1]
_SOURCES = ("agents/**/*.py", "model/*.py", "model/dynamics/*.py", "model/output/*.py")
_told = {"compiling": False}

if PLAIN:
    # Keys of draws are meant to wrap around; compiled code does so without a word.
    np.seterr(over="ignore")


@cache
def cache_folder() -> Path | None:
    """Where machine code is kept: a folder for each state of the sources, since numba looks at a function's own file alone.

    Returns:
        The folder; None where the place beside the sources cannot be written to, and numba chooses one.
    """
    digest = hashlib.blake2b(digest_size=8)
    for pattern in _SOURCES:
        for file in sorted(_HOUSE.glob(pattern)):
            digest.update(file.name.encode() + file.read_bytes())
    place = Path(os.environ.get("NUMBA_CACHE_DIR") or Path(__file__).parent / "__pycache__")
    folder = place / f"compiled-{digest.hexdigest()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    for other in place.glob("compiled-*"):
        if other != folder and other.stat().st_mtime < folder.stat().st_mtime - 7 * 86_400:
            shutil.rmtree(other, ignore_errors=True)
    return folder


def compiled(function: F) -> F:
    """Compile a function when it is first called, and keep the machine code for later processes."""
    if PLAIN:
        return function
    folder, usual = cache_folder(), numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(folder) if folder else usual
    try:
        made: F = numba.njit(cache=True, nogil=True, error_model="numpy", no_cfunc_wrapper=True)(function)
    finally:
        numba.config.CACHE_DIR = usual
    return made


def hand_over(values: Any) -> Any:
    """A group of arrays, records and numbers as compiled functions take it: one argument, whose fields have names.

    Args:
        values: a dataclass, or a mapping of names to values; dataclasses and mappings in it become groups within the group.
            Arrays and records are shared, not copied, and must not be replaced by others; numbers are copied.

    Returns:
        What compiled functions take. Nothing of it can be read from Python, which has the values themselves.
    """
    parts = values if isinstance(values, Mapping) else {f.name: getattr(values, f.name) for f in fields(values)}
    given = {name: _handed(value) for name, value in parts.items()}
    return SimpleNamespace(**given) if PLAIN else groups.make(given)


def _handed(value: Any) -> Any:
    if is_dataclass(value) or isinstance(value, Mapping):
        return hand_over(value)
    if isinstance(value, np.void) and not PLAIN:
        return np.frombuffer(value, value.dtype).reshape(())
    # Plain Python reads the fields of rows by name as compiled code does, which takes NumPy ten times as long as ``row["name"]``.
    return value.view(np.recarray) if PLAIN and isinstance(value, np.ndarray) and value.dtype.names else value


def say_compiling(module: str) -> None:
    """Say once, on the standard error, that functions of the model are being compiled, so that no first run looks hung.

    Args:
        module: of the function that is being compiled.
    """
    # Of several workers the first speaks for all.
    ours = module.split(".")[0] in ("agents", "model")
    if ours and not _told["compiling"] and current_process().name in ("MainProcess", "SpawnProcess-1"):
        _told["compiling"] = True
        print(COMPILING, file=sys.stderr, flush=True)


class _Listener(numba.core.event.Listener):  # type: ignore[misc]
    def on_start(self, event: Any) -> None:
        """Numba compiles a function, which it has not found where machine code is kept."""
        say_compiling(str(event.data["dispatcher"].py_func.__module__))

    def on_end(self, event: Any) -> None:
        """Numba wants it; there is nothing to tell."""


numba.core.event.register("numba:compile", _Listener())
