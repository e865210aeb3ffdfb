"""Pieces of the report as HTML: tables whose every number says where it stands, pictures inside the page."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from markupsafe import Markup
from matplotlib.figure import Figure
from PIL import Image

from model.experiments.errors import StoreError
from model.views.cells import Cell, Named
from model.views.page import joined, piece
from model.views.style import styled

PICTURE_DPI = 160
_SHORT = 24
"""Letters up to which a text in a table stays on one line."""


_DATA = (
    '{% set n = cell|traced %}<data value="{{ n.exact }}" data-table="{{ cell.table }}" data-row="{{ n.row }}" '
    'data-column="{{ cell.column }}" title="{{ n.place }}">{{ n.shown }}</data>'
)
_TABLE = (
    '<div class="table"><table>{% if caption %}<caption>{{ caption }}</caption>{% endif %}'
    '<thead><tr>{% for name in head %}<th scope="col">{{ name }}</th>{% endfor %}</tr></thead>'
    "<tbody>{% for row in rows %}<tr>{% for cell in row %}{{ cell }}{% endfor %}</tr>{% endfor %}</tbody></table></div>"
    '<p class="source">From {{ source }}.</p>'
)
_NAMED = '<th scope="rowgroup" rowspan="{{ one.rows }}">{{ one.words }}<small>{{ one.name }}</small></th>'


def table(head: Sequence[str], rows: Iterable[Sequence[object]], source: str, caption: str = "") -> Markup:
    """A table with a line below it that says which file of the folder it was read from.

    Args:
        head: the column's headings.
        rows: texts, or :class:`Cell` for numbers.
        source: the file and, where it is more than reading, what was done with it.
        caption: above the table.
    """
    cells = [[_cell(value) for value in row] for row in rows]
    return piece(_TABLE, caption=caption, head=[_breakable(name) for name in head], rows=cells, source=source)


def _cell(value: object) -> Markup:
    if isinstance(value, Cell):
        return piece('<td class="number">{{ number }}</td>', number=traced(value))
    if isinstance(value, Named):
        return piece(_NAMED, one=value)
    if value is None:
        return Markup("")
    text = str(value)
    if len(text) <= _SHORT:
        return piece('<td class="short">{{ text }}</td>', text=text)
    return piece("<td>{{ text }}</td>", text=_breakable(text))


def _breakable(value: object) -> Markup:
    """A text that may break after underscores, dots and commas, as names of columns have no spaces."""
    return Markup("<wbr>").join(re.split(r"(?<=[_.,])(?=\w)", str(value)))


def traced(cell: Cell) -> Markup:
    """A number for people that carries its exact value and the place that it was read from."""
    return piece(_DATA, cell=cell)


def told(cells: Iterable[tuple[str, object]]) -> Markup:
    """Names with their values on one line, numbers traced."""
    words = [(name, traced(one) if isinstance(one, Cell) else one) for name, one in cells]
    return piece(
        "{% for name, one in words %}{{ name }} {{ one }}{{ '' if loop.last else ', ' }}{% endfor %}", words=words
    )


@styled
def picture(figure: Figure, source: str) -> Markup:
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


def image(content: bytes, alt: str, source: str) -> Markup:
    """A PNG picture inside the page."""
    return piece(
        '<figure><img alt="{{ alt }}" src="data:image/png;base64,{{ data }}">'
        '<figcaption class="source">Drawn from {{ source }}.</figcaption></figure>',
        alt=alt,
        data=base64.b64encode(content).decode("ascii"),
        source=source,
    )


def title_of(picture: Path) -> str:
    """The title that a PNG file of :func:`model.views.style.save` carries; its name where it has none."""
    try:
        with Image.open(picture) as opened:
            return str(opened.info.get("Title") or picture.stem)
    except (OSError, SyntaxError, ValueError):
        raise StoreError(f"{picture}: is damaged: it is no picture") from None


def listing(items: Iterable[object]) -> Markup:
    """A bulleted list."""
    return piece("<ul>{% for item in items %}<li>{{ item }}</li>{% endfor %}</ul>", items=list(items))


def paragraph(text: object) -> Markup:
    """A paragraph of text."""
    return piece("<p>{{ text }}</p>", text=text)


def heading(text: object) -> Markup:
    """The heading of a part of a section."""
    return piece("<h3>{{ text }}</h3>", text=text)


def columns(pieces: Iterable[Markup]) -> Markup:
    """Pieces in two columns where the page is printed."""
    return piece('<div class="columns">{{ content }}</div>', content=joined(pieces))


def source_line(text: object) -> Markup:
    """Where something was read from, in small print."""
    return piece('<p class="source">{{ text }}</p>', text=text)
