"""Ctrl-C, SIGTERM and SIGHUP end a batch in good order."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any

_SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name))


class Interruption:
    """Catch the signals that ask a batch to end, for the length of a ``with`` block.

    A signal sets :attr:`requested`, which the loops over runs look at. Within :meth:`at_once` it also raises
    KeyboardInterrupt there, so that a long run in this very process does not have to end first; everywhere else what is
    being written is written to its end. Outside the main thread nothing is caught, as Python allows it there only.
    """

    def __init__(self) -> None:
        self.requested = False
        self._raise = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Interruption:
        if threading.current_thread() is threading.main_thread():
            for number in _SIGNALS:
                self._before[number] = signal.signal(number, self._handle)
        return self

    def __exit__(
        self, type_: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before.clear()

    def _handle(self, number: int, frame: FrameType | None) -> None:
        self.requested = True
        if self._raise:
            self._raise = False
            raise KeyboardInterrupt

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """A stretch of code that a signal may cut off."""
        self._raise = True
        try:
            if self.requested:
                raise KeyboardInterrupt
            yield
        finally:
            self._raise = False


@contextmanager
def deaf_children() -> Iterator[None]:
    """Start processes that Ctrl-C and the end of the terminal do not reach, not even while they start up.

    A blocked signal is inherited; the standard library's resource tracker, too, is started under it.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
