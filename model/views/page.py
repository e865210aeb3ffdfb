"""Pages made by a template engine that escapes every value it is given, and refuses names that it was not given."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from model.output.units import number
from model.views.html import Cell


def render(name: str, **values: Any) -> str:
    """A page of ``model/views/templates``.

    Args:
        name: of the template.
        **values: what it shows; all of it is escaped but for ``Markup``.
    """
    return _environment().get_template(name).render(**values)


@cache
def _environment() -> Environment:
    made = Environment(loader=PackageLoader("model.views"), autoescape=True, undefined=StrictUndefined)
    made.filters["traced"] = _traced
    return made


def _traced(cell: Cell) -> dict[str, str]:
    """A number for people, its exact value, and the place that it was read from."""
    value = float("nan") if cell.value is None else float(cell.value)
    shown = number(cell.factor * value)
    return {
        "shown": shown if shown == "-" else shown.replace("-", "\N{MINUS SIGN}"),
        "exact": repr(value) if value == value else "",
        "row": json.dumps(dict(cell.row), ensure_ascii=False, default=int),
        "place": ", ".join([cell.table, *(f"{key} {entry}" for key, entry in cell.row.items()), cell.column]),
    }
