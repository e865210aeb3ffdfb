"""Pieces of the report as HTML: tables whose every number says where it stands, pictures inside the page."""

from __future__ import annotations

import base64
import html
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from PIL import Image

from model.output.units import number
from model.views.style import styled

PICTURE_DPI = 160
_SHORT = 24
"""Letters up to which a text in a table stays on one line."""


@dataclass(frozen=True)
class Cell:
    """A number and the place in the batch's folder that it was read from.

    Args:
        value: as the table has it; None or NaN where it has none.
        table: file in the folder.
        row: values of columns that pick the row.
        column: the column.
        factor: by which the value is multiplied to be shown, see :func:`model.output.units.shown_in`.
    """

    value: float | None
    table: str
    row: Mapping[str, Any] = field(default_factory=dict)
    column: str = ""
    factor: float = 1.0


@dataclass(frozen=True)
class Named:
    """The head of some rows: words for people above the name in the tables; the rows after the first give None."""

    words: str
    name: str
    rows: int = 1


def escape(text: object) -> str:
    """Text for HTML."""
    return html.escape(str(text), quote=True)


def table(head: Sequence[str], rows: Iterable[Sequence[object]], source: str, caption: str = "") -> str:
    """A table with a line below it that says which file of the folder it was read from.

    Args:
        head: the column's headings.
        rows: texts, or :class:`Cell` for numbers.
        source: the file and, where it is more than reading, what was done with it.
        caption: above the table.
    """
    top = f"<caption>{escape(caption)}</caption>" if caption else ""
    heads = "".join(f'<th scope="col">{_breakable(name)}</th>' for name in head)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    return (
        f'<div class="table"><table>{top}<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>'
        f'<p class="source">From {escape(source)}.</p>'
    )


def _cell(value: object) -> str:
    if isinstance(value, Cell):
        return f'<td class="number">{traced(value)}</td>'
    if isinstance(value, Named):
        return (
            f'<th scope="rowgroup" rowspan="{value.rows}">{escape(value.words)}<small>{escape(value.name)}</small></th>'
        )
    if value is None:
        return ""
    text = str(value)
    return f'<td class="short">{escape(text)}</td>' if len(text) <= _SHORT else f"<td>{_breakable(text)}</td>"


def _breakable(value: object) -> str:
    """A text that may break after underscores, dots and commas, as names of columns have no spaces."""
    return re.sub(r"([_.,])(?=\w)", r"\1<wbr>", escape(value))


def traced(cell: Cell) -> str:
    """A number for people that carries its exact value and the place that it was read from."""
    known = cell.value is not None and cell.value == cell.value
    shown = number(cell.factor * float(cell.value)) if known and cell.value is not None else "-"
    exact = repr(float(cell.value)) if known and cell.value is not None else ""
    row = json.dumps(dict(cell.row), ensure_ascii=False, default=int)
    place = ", ".join([cell.table, *(f"{key} {entry}" for key, entry in cell.row.items()), cell.column])
    return (
        f'<data value="{exact}" data-table="{escape(cell.table)}" data-row="{escape(row)}" '
        f'data-column="{escape(cell.column)}" title="{escape(place)}">{escape(shown)}</data>'
    )


def told(cells: Iterable[tuple[str, object]]) -> str:
    """Names with their values on one line, numbers traced."""
    words = (f"{escape(name)} {traced(one) if isinstance(one, Cell) else escape(one)}" for name, one in cells)
    return ", ".join(words)


@styled
def picture(figure: Figure, source: str) -> str:
    """A figure inside the page, with its finding as heading and as text for those who cannot see it.

    Args:
        figure: finished, titled by :func:`model.views.style.title_of`; it is emptied.
        source: the tables that it was drawn from.
    """
    notes = getattr(figure, "pangwa", {"title": "", "footnote": ""})
    memory = io.BytesIO()
    figure.savefig(memory, format="png", dpi=PICTURE_DPI)
    figure.clear()
    return image(memory.getvalue(), f"{notes['title']}. {notes['footnote']}", source)


def image(content: bytes, alt: str, source: str) -> str:
    """A PNG picture inside the page."""
    data = base64.b64encode(content).decode("ascii")
    return (
        f'<figure><img alt="{escape(alt)}" src="data:image/png;base64,{data}">'
        f'<figcaption class="source">Drawn from {escape(source)}.</figcaption></figure>'
    )


def title_of(picture: Path) -> str:
    """The title that a PNG file of :func:`model.views.style.save` carries; its name where it has none."""
    with Image.open(picture) as opened:
        return str(opened.info.get("Title") or picture.stem)


def listing(items: Iterable[str]) -> str:
    """A bulleted list of texts."""
    return "<ul>" + "".join(f"<li>{escape(item)}</li>" for item in items) + "</ul>"


def paragraph(text: str) -> str:
    """A paragraph of text."""
    return f"<p>{escape(text)}</p>"
