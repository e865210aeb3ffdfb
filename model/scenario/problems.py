"""What is wrong in a scenario, said in sentences that name the file, the key, the value and what is allowed."""

from __future__ import annotations

import difflib
import json
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

Path = tuple[str, ...]
"""Keys from the top of a scenario file down: ``("actors", "KIA", "troops")``."""

NOTHING = object()
"""The value of a problem that has none worth printing."""

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_LONGEST_VALUE = 60
_MOST_LISTED = 16


class ScenarioError(ValueError):
    """Something is wrong in a scenario; ``problems`` holds one sentence for each thing that is."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = list(problems)

    def __reduce__(self) -> tuple[type[ScenarioError], tuple[list[str]]]:
        """Keep the list when the error travels between processes."""
        return type(self), (self.problems,)


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong.

    Args:
        source: the file, or ``--set``, that says the wrong thing.
        path: where it says it.
        text: what is wrong or allowed, without a full stop.
        value: the value given; NOTHING where none was, or where it would not help.
    """

    source: str
    path: Path
    text: str
    value: Any = NOTHING

    def sentence(self) -> str:
        """The problem as one line: ``file: key.path = value: what is allowed``."""
        parts = [self.source] if self.source else []
        if self.path:
            shown = "" if self.value is NOTHING else f" = {toml_text(self.value)}"
            parts.append(dotted(self.path) + shown)
        return ": ".join([*parts, self.text])


def dotted(path: Iterable[str]) -> str:
    """A path as it would be typed after ``--set``; keys that TOML cannot take bare stand in quotes."""
    return ".".join(key if _BARE_KEY.fullmatch(key) else json.dumps(key, ensure_ascii=False) for key in path)


def toml_text(value: Any) -> str:
    """A value as :func:`toml_value` writes it, cut to some sixty characters: for messages."""
    text = toml_value(value)
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 3] + "..."


def toml_value(value: Any) -> str:
    """A value as a scenario file would have it, on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{dotted([key])} = {toml_value(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(toml_value(item) for item in value) + "]"
    return str(value)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that is most like this one, or None; of names that differ in case alone, the first."""
    by_case: dict[str, str] = {}
    for candidate in known:
        by_case.setdefault(candidate.casefold(), candidate)
    found = difflib.get_close_matches(name.casefold(), by_case, n=1, cutoff=0.6)
    return by_case[found[0]] if found else None


def suggestion(name: str, known: Iterable[str], what: str = "known") -> str:
    """The end of a sentence about an unknown name: the nearest right one, or all when they are few.

    Returns:
        Text that begins with "; ", or nothing when there is nothing to say.
    """
    names = list(known)
    near = nearest(name, names)
    if near is not None:
        return f"; did you mean '{near}'?"
    if 0 < len(names) <= _MOST_LISTED:
        return f"; {what}: {', '.join(names)}"
    return ""
