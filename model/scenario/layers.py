"""Layers of a scenario: files laid over the files they extend, then ``--set``; who said what is remembered.

Named lists (instruments, forcing) are kept as tables by name while they are merged.
"""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path as FilePath
from typing import Any

from model.scenario.files import display, find_scenario, is_too_large, read_toml
from model.scenario.problems import NOTHING, Path, Problem, ScenarioError
from model.world.where import whole_path

NAMED: frozenset[Path] = frozenset({("forcing",), ("united_states", "instruments")})
"""Tables by name that may also be written as lists of tables with a ``name``; an empty list clears them."""

OWN = ("name", "title", "description")
"""What a scenario does not take over from the one it extends."""

SET = "--set"


class Said(str):
    """A text that remembers who said it: a value of a design, or an override made of one.

    Args:
        text: the text.
        source: file and place, for sentences about it.
    """

    source: str

    def __new__(cls, text: str, source: str) -> Said:
        """A text said somewhere."""
        said = super().__new__(cls, text)
        said.source = source
        return said


def source_of(text: str) -> str:
    """Who said a text: the command line where it does not remember."""
    return text.source if isinstance(text, Said) else SET


@dataclass
class Stated:
    """What files and overrides say.

    Args:
        tree: nested tables.
        origins: path -> who said it last.
        problems: what was found wrong while laying the layers.
    """

    tree: dict[str, Any] = field(default_factory=dict)
    origins: dict[Path, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def origin(self, path: Path) -> str:
        """Who said what stands at a path, or at the nearest table above it."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.origins:
                return self.origins[path[:length]]
        return self.origins.get((), "")

    def lay(self, table: dict[str, Any], source: str, path: Path = ()) -> None:
        """Lay a table over what is there: tables are merged, all else is replaced.

        Args:
            table: what the new layer says.
            source: who says it.
            path: where the table stands.
        """
        for key, value in table.items():
            here = (*path, key)
            said = self._by_name(value, source, here) if here in NAMED else value
            if isinstance(said, dict):
                if not isinstance(self.get(here), dict):
                    self.put(here, {}, source)
                self.lay(said, source, here)
            else:
                self.put(here, said, source)

    def get(self, path: Path) -> Any:
        """What stands at a path; NOTHING where nothing does."""
        value: Any = self.tree
        for key in path:
            if not isinstance(value, dict) or key not in value:
                return NOTHING
            value = value[key]
        return value

    def put(self, path: Path, value: Any, source: str) -> None:
        """Replace what stands at a path, and all below it."""
        table = self.tree
        for depth, key in enumerate(path[:-1]):
            if not isinstance(table.get(key), dict):
                table[key] = {}
                self.origins[path[: depth + 1]] = source
            table = table[key]
        self.drop(path)
        table[path[-1]] = copy.deepcopy(value)
        self.origins[path] = source

    def drop(self, path: Path) -> None:
        """Forget what stands at a path, and all below it."""
        parent = self.get(path[:-1])
        dropped = parent.pop(path[-1], None) if isinstance(parent, dict) else None
        self.origins.pop(path, None)
        if isinstance(dropped, dict):
            for below in [known for known in self.origins if known[: len(path)] == path]:
                del self.origins[below]

    def _by_name(self, value: Any, source: str, path: Path) -> Any:
        """A list of tables with names as a table of tables; what has no name, or one twice, becomes a problem."""
        if not isinstance(value, list):
            return value
        if not value:
            self.drop(path)
            return {}
        named: dict[str, Any] = {}
        for number, item in enumerate(value, start=1):
            name = item.get("name") if isinstance(item, dict) else None
            if not isinstance(name, str) or not name:
                text = f"entry {number} must be a table with a name"
                self.problems.append(Problem(source, path, text))
            elif name in named:
                self.problems.append(Problem(source, (*path, name), "the name is used twice"))
            else:
                named[name] = {key: entry for key, entry in item.items() if key != "name"}
        return named


def read_layers(name_or_path: str) -> tuple[Stated, FilePath]:
    """Read a scenario file and all that it extends, the last ancestor first.

    Returns:
        What they say together, and the scenario's own file.

    Raises:
        ScenarioError: a file is missing, cannot be read, or extends itself.
    """
    chain = _chain(find_scenario(name_or_path))
    stated = Stated()
    for path, table in reversed(chain):
        for key in OWN:
            stated.drop((key,))
        stated.origins[()] = display(path)
        stated.lay(_worlds_beside(table, path), display(path))
    return stated, chain[0][0]


def _chain(path: FilePath) -> list[tuple[FilePath, dict[str, Any]]]:
    """The file and those it extends, nearest first; ``extends`` is taken out of the tables."""
    chain: list[tuple[FilePath, dict[str, Any]]] = []
    seen: set[FilePath] = set()
    while True:
        shown, resolved = display(path), path.resolve()
        if resolved in seen:
            circle = " -> ".join([*(display(file) for file, _ in chain), shown])
            raise ScenarioError([f"{display(chain[-1][0])}: extends forms a circle: {circle}"])
        seen.add(resolved)
        table = read_toml(path)
        parent = table.pop("extends", None)
        chain.append((path, table))
        if parent is None:
            return chain
        if not isinstance(parent, str):
            text = "must be the name of a shipped scenario, or a path in quotes"
            raise ScenarioError([Problem(shown, ("extends",), text, parent).sentence()])
        try:
            path = find_scenario(parent, beside=path.parent)
        except ScenarioError as error:
            raise ScenarioError([f'{shown}: extends = "{parent}": {error}']) from None


def _worlds_beside(table: dict[str, Any], path: FilePath) -> dict[str, Any]:
    """Take the path of a world's folder as relative to the file that names it; the names of shipped worlds go first, as everywhere."""
    world = table.get("world")
    return {**table, "world": whole_path(world, path.parent)} if isinstance(world, str) else table


def apply_sets(stated: Stated, sets: Sequence[str]) -> None:
    """Lay ``--set dotted.path=value`` over a scenario; a table given as a value replaces the whole table.

    Args:
        stated: what the files say; changed in place, problems included.
        sets: texts such as ``actors.KIA.troops=20000``, ``start="2025-08"`` or ``united_states.instruments=[]``.
    """
    seen: set[Path] = set()
    for text in sets:
        source = source_of(text)
        try:
            path, value = parse_set(text)
        except ScenarioError as error:
            stated.problems.extend(Problem("", (), problem) for problem in error.problems)
            continue
        if path in seen:
            stated.problems.append(Problem(source, path, "is set twice", value))
            continue
        seen.add(path)
        if isinstance(value, dict) or path in NAMED:
            stated.drop(path)
        table: Any = whole_path(value) if path == ("world",) and isinstance(value, str) else value
        for key in reversed(path):
            table = {key: table}
        stated.lay(table, source)


# Batches lay the same vectors of parameters over one scenario after another.
@lru_cache(maxsize=32_768)
def parse_set(text: str) -> tuple[Path, Any]:
    """Split an override into its path and its value; a value that is not TOML is text.

    Raises:
        ScenarioError: there is no path, no ``=`` or no value, or a quoted or bracketed value is not TOML.
    """
    key, value = _split(text)
    shown = f"{SET} {text}"
    nested: Any
    try:
        nested = tomllib.loads(f"{key} = 0")
    except (ValueError, RecursionError):
        nested = {}
    if not key or not value or "\n" in text or not nested or key.lstrip().startswith(("[", "#")):
        raise ScenarioError([f"{shown}: must read PATH=VALUE, such as {SET} actors.KIA.troops=20000"])
    path: list[str] = []
    while isinstance(nested, dict):
        (step,) = nested
        path.append(step)
        nested = nested[step]
    if path == ["extends"]:
        raise ScenarioError([f"{shown}: extends can only be set in the scenario file"])
    return tuple(path), _value(value, shown)


def _split(text: str) -> tuple[str, str]:
    """Cut at the first ``=`` that stands outside quotes."""
    quote = ""
    for place, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character == "=":
            return text[:place].strip(), text[place + 1 :].strip()
    return text.strip(), ""


def _value(text: str, shown: str) -> Any:
    try:
        value = tomllib.loads(f"value = {text}")["value"]
        if is_too_large(value):
            raise ScenarioError([f"{shown}: must fit in 64 bits, the limit for whole numbers in TOML"])
        return value
    except tomllib.TOMLDecodeError as error:
        if text[0] in "\"'[{":
            message = str(error).rsplit(" (at ", 1)[0]
            raise ScenarioError([f"{shown}: the value is not valid TOML: {message}"]) from None
        return text
    except ValueError as error:
        if isinstance(error, ScenarioError):
            raise
        raise ScenarioError([f"{shown[:100]}...: the value has thousands of digits"]) from None
    except RecursionError:
        raise ScenarioError([f"{shown[:100]}...: the value is nested too deeply"]) from None
