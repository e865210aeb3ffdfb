"""Scenario files as text and as tables: finding, decoding and parsing them; what they mean is checked elsewhere."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from model.scenario.characters import is_fit
from model.scenario.problems import Problem, ScenarioError, suggestion

_TOML_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_KEY_LINE = re.compile(
    r"""\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*="""
)
_HEADER_LINE = re.compile(r"\s*(\[.+?\])\s*(?:#.*)?$")
_LARGEST = 2**63
_PROSE = frozenset({"title", "description"})


def shipped_folder() -> Path:
    """The folder of the shipped scenarios: inside the package in a wheel, else ``scenarios/`` of the checkout."""
    packaged = Path(__file__).parent / "shipped"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "scenarios"


def shipped_scenarios() -> dict[str, Path]:
    """The shipped scenarios: name -> file, in alphabetical order."""
    return {path.stem: path for path in sorted(shipped_folder().glob("*.toml"))}


def shipped_batches() -> dict[str, Path]:
    """The shipped batch files: name -> file, in alphabetical order."""
    return {path.stem: path for path in sorted((shipped_folder() / "batches").glob("*.toml"))}


def find_scenario(name: str, beside: Path | None = None) -> Path:
    """Find the file of a scenario.

    Args:
        name: the name of a shipped scenario, or a path; a bare name that is not shipped may be a file ``NAME.toml``.
        beside: the folder that paths are relative to; the current one when None.

    Raises:
        ScenarioError: there is no such scenario.
    """
    shipped = shipped_scenarios()
    if name in shipped:
        return shipped[name]
    folder = beside or Path()
    for path in (folder / name, folder / f"{name}.toml"):
        if path.is_file():
            return path
    if name.endswith(".toml") or "/" in name or os.sep in name:
        what = "is a folder, not a file" if (folder / name).is_dir() else "no such file"
        raise ScenarioError([f"{display(folder / name)}: {what}{suggestion(Path(name).stem, shipped)}"])
    raise ScenarioError(
        [f"'{name}' is neither a shipped scenario nor a file{suggestion(name, shipped, 'the shipped ones are')}"]
    )


def display(path: Path) -> str:
    """A path for people: relative to the current folder where it lies inside it."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file in UTF-8; a byte-order mark and CRLF line ends do no harm.

    Raises:
        ScenarioError: the file cannot be read, is not UTF-8, is not TOML, gives a key twice, or has control
            characters in a text.
    """
    shown = display(path)
    text = _decode(path, shown)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError([f"{shown}: {_syntax(str(error), text)}"]) from None
    except (ValueError, RecursionError):
        raise ScenarioError([f"{shown}: contains a number with thousands of digits, or is nested too deeply"]) from None
    problems = list(_control_characters(data, (), shown))
    if problems:
        raise ScenarioError([problem.sentence() for problem in problems])
    return data


def _decode(path: Path, shown: str) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ScenarioError([f"{shown}: cannot be read: {error.strerror}"]) from None
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in raw[:200]:
        raise ScenarioError([f"{shown}: is UTF-16 text, or not text; save it as UTF-8"])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ScenarioError([f"{shown}: line {line}: is not UTF-8 text; save the file as UTF-8"]) from None


def _syntax(message: str, text: str) -> str:
    """Say in words what the TOML parser found."""
    place = _TOML_PLACE.search(message)
    what = _TOML_PLACE.sub("", message)
    if place is None or place[1] is None:
        return f"is not valid TOML: {what}; the file ends too early"
    number = int(place[1])
    if "overwrite" in what or "twice" in what or "Duplicate" in what:
        return _twice(text.splitlines(), number)
    hint = ""
    if "hex" in what or "Unescaped '\\'" in what:
        hint = "; write paths with forward slashes, or in single quotes"
    return f"line {number}: is not valid TOML: {what}{hint}"


def _twice(lines: list[str], number: int) -> str:
    """Name a key or table given twice and both lines; ``number`` is where the second was found, or one after it."""
    for last in (number - 1, number - 2):
        line = lines[last] if 0 <= last < len(lines) else ""
        for pattern, what in ((_KEY_LINE, "key"), (_HEADER_LINE, "table")):
            match = pattern.match(line)
            if match is None:
                continue
            for first in range(last - 1, -1, -1):
                earlier = pattern.match(lines[first])
                if earlier is not None and earlier[1] == match[1]:
                    return f"line {last + 1}: the {what} {match[1]} is given twice, first in line {first + 1}"
    return f"line {number}: a key or table is given twice"


def _control_characters(value: Any, path: tuple[str, ...], shown: str) -> Iterator[Problem]:
    if isinstance(value, dict):
        for key, item in value.items():
            if _has_control(key, allowed=""):
                yield Problem(shown, (*path, key), "the key contains a control character")
            yield from _control_characters(item, (*path, key), shown)
    elif isinstance(value, list):
        for item in value:
            yield from _control_characters(item, path, shown)
    elif is_too_large(value):
        yield Problem(shown, path, "must fit in 64 bits, the limit for whole numbers in TOML", value)
    elif isinstance(value, str) and _has_control(value, allowed="\n\t" if path[-1:] and path[-1] in _PROSE else ""):
        yield Problem(
            shown, path, "contains a control character; write paths with forward slashes or in single quotes", value
        )


def is_too_large(value: Any) -> bool:
    """Whether a value is a whole number that does not fit in 64 bits."""
    return isinstance(value, int) and abs(value) >= _LARGEST


def _has_control(text: str, allowed: str) -> bool:
    return not is_fit(text, allowed)
