"""The model's description by the ODD+D protocol (Grimm et al. 2020; Mueller et al. 2013): words here, tables from the code."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from model.parameters import Declaration, ParameterTable, declarations

TARGET = Path(__file__).parents[1] / "ODD.md"
TEXT = Path(__file__).with_name("odd.md")
"""The words, with a line ``<!-- table: NAME -->`` where a table goes."""


def odd_text() -> str:
    """The whole description."""
    tables = {
        "agents": _agents,
        "state": _state,
        "schedule": _schedule,
        "processes": _processes,
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
    return " ".join((text or "").strip().split("\n\n")[0].split())


def _agents() -> Iterator[str]:
    """Classes of agents with the module's first lines."""
    from mesa import Agent

    yield from _table("class", "file", "what it is")
    for name in ("armed", "beijing", "chinese_buyer", "united_states", "quad_partner", "western_government"):
        module = importlib.import_module(f"agents.{name}")
        for label, found in vars(module).items():
            if inspect.isclass(found) and found.__module__ == module.__name__ and issubclass(found, Agent):
                yield _row(f"`{label}`", f"`agents/{name}.py`", _first_sentence(found.__doc__))


def _documented_fields(path: str) -> Iterator[tuple[str, str, str, str]]:
    """Class, field, type and docstring of every annotated field of a module."""
    tree = ast.parse((Path(__file__).parents[1] / path).read_text(encoding="utf-8"))
    for node in [node for node in tree.body if isinstance(node, ast.ClassDef)]:
        waiting: list[tuple[str, str]] = []
        for item in node.body:
            if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
                waiting.append((item.target.id, ast.unparse(item.annotation)))
            elif isinstance(item, ast.Expr) and isinstance(item.value, ast.Constant) and waiting:
                for name, kind in waiting:
                    yield node.name, name, kind, str(item.value.value)
                waiting = []
            else:
                waiting = []


def _state() -> Iterator[str]:
    yield from _table("of", "variable", "type", "meaning and unit")
    for owner, name, kind, meaning in _documented_fields("state.py"):
        yield _row(owner, f"`{name}`", f"`{kind}`", meaning)


def _schedule() -> Iterator[str]:
    """The calls of a month in their order, with the first line of what each does."""
    model = importlib.import_module("model.model")
    tree = ast.parse(inspect.cleandoc("\n" + inspect.getsource(model.RareEarthModel.month_by_phases)).strip())
    yield from _table("", "call", "what happens")
    calls = [
        node.func for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    ]
    for number, call in enumerate(sorted(calls, key=lambda one: one.lineno), start=1):
        owner = ast.unparse(call.value)
        found: Any = model.RareEarthModel if owner == "self" else importlib.import_module(f"model.{owner}")
        said = _first_sentence(getattr(found, call.attr).__doc__)
        yield _row(number, f"`{owner}.{call.attr}`", said)


def _processes() -> Iterator[str]:
    """The modules of ``model/dynamics`` with the first paragraph of their docstrings."""
    yield from _table("module", "what it does")
    for path in sorted((Path(__file__).parents[1] / "dynamics").glob("*.py")):
        if path.stem not in ("__init__", "parameters"):
            module = importlib.import_module(f"model.dynamics.{path.stem}")
            yield _row(f"`{path.stem}`", _first_sentence(module.__doc__))


def _declared() -> Iterator[Declaration]:
    """Every parameter, actors by kind."""
    from model.scenario.schema import Scenario
    from model.scenario.tables import ACTOR_KINDS

    for kind, table in ACTOR_KINDS.items():
        yield from declarations(table, f"actors.<{kind}>")
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
    for name, field in Forcing.model_fields.items():
        yield _row(f"`{name}`", field.description or "")
