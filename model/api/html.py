"""How results look as the value of a notebook's cell."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from model.scenario.tables import number_text
from model.views.page import joined, piece

_BLOCK = (
    '<div style="font-size:13px"><strong>{{ title }}</strong>{% for line in lines %}<br>{{ line }}{% endfor %}'
    '<div style="display:flex;flex-wrap:wrap;gap:1.5em;align-items:flex-start">{{ parts }}</div></div>'
)
_LINE = (
    '<tr>{% for side, cell in cells %}<{{ tag }} style="text-align:{{ side }}">{{ cell }}</{{ tag }}>{% endfor %}</tr>'
)
_TABLE = (
    '<table style="font-size:12px">{% if head %}<thead>{{ head }}</thead>{% endif %}<tbody>{{ lines }}</tbody></table>'
)
_PICTURE = '<img alt="{{ words }}" style="max-height:460px" src="data:image/png;base64,{{ data }}">'
_LISTING = (
    "<div>{{ table }}{% if left > 0 %}<small>and {{ left }} more rows; search to see fewer</small>{% endif %}</div>"
)
_MOST_ROWS = 100
"""Rows of a listing that are shown."""


def block(title: str, lines: Sequence[str], *parts: Markup) -> Markup:
    """A title, lines of text below it, and what follows side by side where there is room."""
    return piece(_BLOCK, title=title, lines=lines, parts=joined(parts))


def table(rows: Iterable[Sequence[str]], head: Sequence[str] = (), numbers: Sequence[int] = (1,)) -> Markup:
    """A small table of plain texts.

    Args:
        rows: texts.
        head: headings of the columns.
        numbers: columns that hold numbers, flush right; the others are flush left.
    """

    def line(cells: Sequence[str], tag: str) -> Markup:
        sides = ["right" if column in numbers else "left" for column in range(len(cells))]
        return piece(_LINE, tag=tag, cells=list(zip(sides, cells, strict=True)))

    lines = joined(line(row, "td") for row in rows)
    return piece(_TABLE, head=line(head, "th") if head else "", lines=lines)


def picture(content: bytes, words: str) -> Markup:
    """A PNG picture, about as high as the table of headlines beside it.

    Args:
        content: of the file.
        words: for those who cannot see it.
    """
    return piece(_PICTURE, words=words, data=base64.b64encode(content).decode("ascii"))


class Listing(pd.DataFrame):
    """A data frame of texts and numbers that a notebook shows whole: long texts in several lines, all flush left."""

    @property
    def _constructor(self) -> type[pd.DataFrame]:
        return Listing

    def _repr_html_(self) -> str:
        frame = self.reset_index()
        rows = [[_cell(value) for value in row] for row in frame.head(_MOST_ROWS).itertuples(index=False)]
        shown = table(rows, [str(name) for name in frame.columns], numbers=())
        return piece(_LISTING, table=shown, left=len(frame) - len(rows))


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return "" if value != value else number_text(value)
    return str(value)
