"""The model's description by the ODD+D protocol (Grimm et al. 2020; Mueller et al. 2013): words here, tables from the code."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from model.parameters import Declaration, ParameterTable, declarations, docstrings

HOUSE = Path(__file__).parents[2]
TARGET = HOUSE / "model" / "ODD.md"
TEXT = Path(__file__).with_name("odd.md")
"""The words, with a line ``<!-- table: NAME -->`` where a table goes."""


def odd_text() -> str:
    """The whole description."""
    tables = {
        "agents": _agents,
        "state": _state,
        "schedule": _schedule,
        "processes": _processes,
        "decisions": _decisions,
        "parameters": _parameters,
        "counts": _counts,
        "outcomes": _outcomes,
        "forcing": _forcing,
    }
    lines = []
    for line in TEXT.read_text(encoding="utf-8").splitlines():
        name = line.removeprefix("<!-- table: ").removesuffix(" -->")
        lines.append("\n".join(tables[name]()) if line.startswith("<!-- table: ") else line)
    return "\n".join(lines) + "\n"


def _row(*cells: object) -> str:
    return "| " + " | ".join(" ".join(str(cell).replace("|", "/").split()) for cell in cells) + " |"


def _table(*head: str) -> list[str]:
    return [_row(*head), "|" + "---|" * len(head)]


def _first_sentence(text: str | None) -> str:
    """The first paragraph of a docstring, its reStructuredText marks as Markdown has them."""
    said = " ".join((text or "").strip().split("\n\n")[0].split())
    return re.sub(r"(?::\w+:)?(`+)~?([^`]+)\1", r"`\2`", said)


def _modules(room: str) -> Iterator[tuple[str, str]]:
    """Dotted name and path of the modules of a room, in alphabetical order."""
    for path in sorted((HOUSE / room).rglob("*.py")):
        short = path.relative_to(HOUSE)
        if path.stem != "__init__":
            yield ".".join(short.with_suffix("").parts), short.as_posix()


def _agents() -> Iterator[str]:
    """Classes of agents with the first lines of their docstrings."""
    from mesa import Agent

    yield from _table("class", "file", "what it is")
    for name, path in _modules("agents"):
        for label, found in vars(importlib.import_module(name)).items():
            if inspect.isclass(found) and found.__module__ == name and issubclass(found, Agent):
                yield _row(f"`{label}`", f"`{path}`", _first_sentence(found.__doc__))


def _documented_fields(tree: ast.Module) -> Iterator[tuple[str, str, str, str]]:
    """Class, field, type, with the shape of an array, and docstring of every annotated field of a module."""
    for node in [node for node in tree.body if isinstance(node, ast.ClassDef)]:
        waiting: list[tuple[str, str]] = []
        for item in node.body:
            if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
                kind, value = ast.unparse(item.annotation), item.value
                if isinstance(value, ast.Call) and ast.unparse(value.func) == "per":
                    kind += f" ({ast.literal_eval(value.args[0])})"
                waiting.append((item.target.id, kind))
            elif isinstance(item, ast.Expr) and isinstance(item.value, ast.Constant) and waiting:
                for name, kind in waiting:
                    yield node.name, name, kind, str(item.value.value)
                waiting = []
            else:
                waiting = []


def _record_fields(tree: ast.Module, lines: list[str]) -> Iterator[tuple[str, str, str, str]]:
    """Record, field, type and comment of every field of the records of numbers that a module declares."""
    for node in [node for node in tree.body if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)]:
        if isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "record_maker":
            owner = ast.unparse(node.targets[0]).removesuffix("_record").capitalize()
            for field in node.value.args:
                name, kind = ast.unparse(field).strip("()").split(", ")
                yield owner, name.strip("'"), kind, lines[field.lineno - 1].partition("#")[2]


def _state() -> Iterator[str]:
    text = (HOUSE / "model" / "state.py").read_text(encoding="utf-8")
    tree = ast.parse(text)
    yield from _table("of", "variable", "type", "meaning and unit")
    for owner, name, kind, meaning in (*_record_fields(tree, text.splitlines()), *_documented_fields(tree)):
        yield _row(owner, f"`{name}`", f"`{kind}`", meaning)


def _schedule() -> Iterator[str]:
    """The phases of a month in their order, with the first line of what each does."""
    model = importlib.import_module("model.model")
    yield from _table("", "phase", "file", "what happens")
    for number, phase in enumerate(model.MONTH, start=1):
        path = Path(inspect.getfile(phase)).relative_to(HOUSE).as_posix()
        yield _row(number, f"`phases.{phase.__name__}`", f"`{path}`", _first_sentence(phase.__doc__))


def _processes() -> Iterator[str]:
    """The modules of ``model/dynamics`` with the first paragraph of their docstrings."""
    yield from _table("module", "what it does")
    for name, path in _modules("model/dynamics"):
        if Path(path).stem != "parameters":
            yield _row(f"`{Path(path).stem}`", _first_sentence(importlib.import_module(name).__doc__))


def _decisions() -> Iterator[str]:
    """The modules of ``agents`` with the first paragraph of their docstrings."""
    yield from _table("file", "what it holds")
    for name, path in _modules("agents"):
        yield _row(f"`{path}`", _first_sentence(importlib.import_module(name).__doc__))


def _declared() -> Iterator[Declaration]:
    """Every parameter; actors' where they are declared: once for all armed kinds, or by kind."""
    from agents.armed.parameters import ArmedActorParameters
    from model.scenario.schema import Scenario
    from model.scenario.tables import ACTOR_KINDS, owner_of

    seen: set[str] = set()
    tables: list[type[ParameterTable]] = [ArmedActorParameters, *ACTOR_KINDS.values()]
    for table in tables:
        for one in declarations(table, "actors"):
            name = one.path.removeprefix("actors.")
            path = f"actors.<{owner_of(table, name)}>.{name}"
            if path not in seen:
                yield replace(one, path=path)
            seen.add(path)
    for name, field in Scenario.model_fields.items():
        if isinstance(field.default, ParameterTable):
            yield from declarations(field.default, name)


def _parameters() -> Iterator[str]:
    yield from _table("parameter", "default", "range", "unit", "status", "meaning", "source")
    for one in _declared():
        allowed = ", ".join(one.options) or f"{_plain(one.low)} to {_plain(one.high)}"
        yield _row(f"`{one.path}`", _plain(one.default), allowed, one.unit, one.status, one.meaning, one.source)


def _plain(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else "" if value is None else str(value)


def _counts() -> Iterator[str]:
    found = [one.status for one in _declared()]
    yield from _table("status", "parameters")
    for status in ("observed", "weakly identified", "assumed", "definition"):
        yield _row(status, found.count(status))


def _outcomes() -> Iterator[str]:
    from model.output.outcomes import outcome_list

    yield from _table("outcome", "unit", "meaning")
    for one in outcome_list(["ACTOR"]):
        if not one.name.endswith(("_y1", "_y2", "_all")):
            yield _row(f"`{one.name}`", one.unit, one.meaning.replace("ACTOR: ", "by actor: "))


def _forcing() -> Iterator[str]:
    from model.forcing import Forcing

    yield from _table("key of `[[forcing]]`", "meaning")
    for name, (meaning, _) in docstrings(Forcing).items():
        yield _row(f"`{name}`", meaning)
