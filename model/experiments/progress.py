"""How far a batch has come: a bar on a terminal, a plain line now and then elsewhere. All of it goes to stderr."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from typing import Any

from model.scenario.spec import RunSpec

LINE_SECONDS = 5.0
STALL_SECONDS = 60.0


def say(text: str, *, quiet: bool = False) -> None:
    """Write a line to stderr; a terminal that has gone away does no harm."""
    if not quiet:
        with contextlib.suppress(OSError, ValueError):
            print(text, file=sys.stderr, flush=True)


class Progress:
    """Show how many runs have ended.

    Args:
        total: runs of the batch.
        done: those that were there before.
        quiet: show nothing.
    """

    def __init__(self, total: int, done: int, *, quiet: bool = False) -> None:
        self._total, self._at_start, self._done, self._failed = total, done, done, 0
        self._quiet = quiet
        self._shown = self._last_end = time.monotonic()
        self._first_end: float | None = None
        self._bar: Any = None
        if not quiet and _is_terminal():
            from tqdm import tqdm

            self._bar = tqdm(total=total, initial=done, unit="run", file=sys.stderr, dynamic_ncols=True)

    def advance(self, failed: bool) -> None:
        """A run has ended."""
        self._done += 1
        self._failed += failed
        self._last_end = time.monotonic()
        self._first_end = self._last_end if self._first_end is None else self._first_end
        if self._bar is not None:
            with contextlib.suppress(OSError):
                if failed:
                    self._bar.set_postfix_str(f"{self._failed} failed", refresh=False)
                self._bar.update()
        elif time.monotonic() - self._shown >= LINE_SECONDS:
            self._line(self._text())

    def idle(self, oldest: RunSpec) -> None:
        """Nothing has ended; say which run holds things up when that has been so for long."""
        waited = time.monotonic() - self._last_end
        if waited >= STALL_SECONDS and time.monotonic() - self._shown >= STALL_SECONDS:
            run = f"{oldest.label}, replicate {oldest.replicate}"
            self._line(f"no run has finished for {waited:.0f} s; longest running: {run} (run {oldest.run_id})")

    def close(self) -> None:
        """End the bar."""
        if self._bar is not None:
            with contextlib.suppress(OSError):
                self._bar.close()

    def _text(self) -> str:
        text = f"{self._done} of {self._total} runs"
        if self._failed:
            text += f", {self._failed} failed"
        # The pace is that after the first run, which also loads and compiles what the others find ready.
        since = self._done - self._at_start - 1
        if since < 1 or self._first_end is None:
            return text
        left = (time.monotonic() - self._first_end) / since * (self._total - self._done)
        return f"{text}, about {duration(left)} left"

    def _line(self, text: str) -> None:
        self._shown = time.monotonic()
        if self._bar is not None:
            with contextlib.suppress(OSError):
                self._bar.write(text, file=sys.stderr)
        else:
            say(text, quiet=self._quiet)


def _is_terminal() -> bool:
    """Whether a line can be written over: on a terminal, and below a notebook's cell."""
    if sys.stderr is not None and type(sys.stderr).__module__.startswith("ipykernel."):
        return True
    return sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def duration(seconds: float) -> str:
    """A time as people say it."""
    """A length of time for people: 40 s, 12 min, 2.5 h."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
