"""Pages and pieces of pages, made by a template engine that escapes every value it is given and refuses names it was not given."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from model.output.units import number, signed
from model.scenario.characters import visible
from model.views.cells import Cell


def render(name: str, **values: Any) -> str:
    """A page of ``model/views/templates``.

    Args:
        name: of the template.
        **values: what it shows; all of it is escaped but for ``Markup``.
    """
    return _environment().get_template(name).render(**values)


def piece(template: str, /, **values: Any) -> Markup:
    """A piece of a page.

    Args:
        template: its text.
        **values: what it shows; all of it is escaped but for ``Markup``.
    """
    return Markup(_piece(template).render(**values))  # the engine has escaped every value


def joined(pieces: Iterable[Markup]) -> Markup:
    """Pieces one after another."""
    return Markup("").join(pieces)


@lru_cache(maxsize=128)
def _piece(source: str) -> Template:
    return _environment().from_string(source)


def _fit(value: Any) -> Any:
    """A value without characters that turn the direction of writing or are none."""
    return type(value)(visible(value)) if isinstance(value, str) else value


@cache
def _environment() -> Environment:
    made = Environment(loader=PackageLoader("model.views"), autoescape=True, undefined=StrictUndefined, finalize=_fit)
    made.filters["traced"] = _traced
    return made


def _traced(cell: Cell) -> dict[str, str]:
    """A number for people, its exact value, and the place that it was read from."""
    value = float("nan") if cell.value is None else float(cell.value)
    shown = (signed if cell.signed else number)(cell.factor * value)
    return {
        "shown": shown if shown == "-" else shown.replace("-", "\N{MINUS SIGN}"),
        "exact": repr(value) if value == value else "",
        "row": json.dumps(dict(cell.row), ensure_ascii=False, default=int),
        "place": ", ".join([cell.table, *(f"{key} {entry}" for key, entry in cell.row.items()), cell.column]),
    }
