"""Compiled inner loops, used where numba is installed (the extra ``speed``).

Every kernel does what a NumPy function of ``model/dynamics`` or ``model/draws.py`` does, bit for bit: that function stays
beside it as the reference, serves where numba is missing, and tests compare the two. To keep the bits:

* functions such as exp, log and powers are NumPy's own, called from kernels by :mod:`model.kernels.loops`: the C library's
  differ in the last digit and serve only where a whole number comes of them;
* sums run in NumPy's order: along rows pairwise (:func:`model.kernels.sums.row_sums`), down columns one after another.

A kernel may call kernels of other files: what numba has stored counts only as long as no file of this folder changes
(:func:`_of_all_files`), where numba itself would look at the caller's file alone.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from multiprocessing import current_process
from pathlib import Path
from typing import Any, TypeVar

try:
    import numba
    import numba.core.event
except ImportError:
    numba = None
if os.environ.get("NUMBA_DISABLE_JIT", "0") != "0":
    numba = None

COMPILING = "Compiling the model's inner loops: once after an installation or an update, some two minutes at most."

F = TypeVar("F", bound=Callable[..., object])

_told = {"compiling": False}
_switch = {"on": numba is not None and os.environ.get("PANGWA_COMPILED", "1") != "0"}


def installed() -> bool:
    """Whether numba is there at all."""
    return numba is not None


@cache
def _of_all_files() -> tuple[str, int]:
    """What stored machine code is compared by: a hash of all files of kernels, since kernels call each other across them."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    content = b"".join(file.read_bytes() for file in files)
    return hashlib.blake2b(content, digest_size=16).hexdigest(), len(files)


def kernel(function: F) -> F:
    """Compile a function when it is first called, and store the machine code for later processes; without numba, leave it."""
    if numba is None:
        return function
    compiled: F = numba.njit(cache=True, nogil=True, error_model="numpy", no_cfunc_wrapper=True)(function)
    compiled._cache._cache_file._source_stamp = _of_all_files()  # type: ignore[attr-defined]
    return compiled


def tell_compiling(event: Any) -> None:
    """Say once, on the standard error, that kernels are being compiled, so that no first run looks hung.

    Args:
        event: numba's, which comes when a kernel is compiled and not when it is read from where it is stored.
    """
    # Of several workers the first speaks for all.
    if not _told["compiling"] and current_process().name in ("MainProcess", "SpawnProcess-1"):
        _told["compiling"] = True
        print(COMPILING, file=sys.stderr, flush=True)


if numba is not None:

    class _Listener(numba.core.event.Listener):  # type: ignore[misc]
        def on_start(self, event: Any) -> None:
            """Tell that a kernel of ours is being compiled."""
            # What numba writes itself belongs to no module.
            if str(event.data["dispatcher"].py_func.__module__).startswith(__name__):
                tell_compiling(event)

        def on_end(self, event: Any) -> None:
            """Numba wants it; there is nothing to tell."""

    numba.core.event.register("numba:compile", _Listener())


def compiled() -> bool:
    """Whether the compiled kernels are in use: numba is installed and ``PANGWA_COMPILED`` is not 0."""
    return _switch["on"]


@contextmanager
def use(on: bool) -> Iterator[None]:
    """Use the kernels, or their references, within a block; without numba the kernels run as plain Python."""
    before, _switch["on"] = _switch["on"], on
    try:
        yield
    finally:
        _switch["on"] = before
