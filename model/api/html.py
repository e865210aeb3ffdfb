"""How results look as the value of a notebook's cell."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

import pandas as pd

from model.scenario.tables import number_text

_MOST_ROWS = 100
"""Rows of a listing that are shown."""


def block(title: str, lines: Sequence[str], *parts: str) -> str:
    """A title, lines of text below it, and what follows side by side where there is room.

    Args:
        title: plain text.
        lines: plain texts.
        *parts: HTML.
    """
    below = "".join(f"<br>{escape(line)}" for line in lines)
    return (
        f'<div style="font-size:13px"><b>{escape(title)}</b>{below}'
        f'<div style="display:flex;flex-wrap:wrap;gap:1.5em;align-items:flex-start">{"".join(parts)}</div></div>'
    )


def table(rows: Iterable[Sequence[str]], head: Sequence[str] = (), numbers: Sequence[int] = (1,)) -> str:
    """A small table of plain texts.

    Args:
        rows: texts.
        head: headings of the columns.
        numbers: columns that hold numbers, flush right; the others are flush left.
    """

    def line(cells: Sequence[str], tag: str) -> str:
        sides = ["right" if column in numbers else "left" for column in range(len(cells))]
        cells = [
            f'<{tag} style="text-align:{side}">{escape(cell)}</{tag}>' for cell, side in zip(cells, sides, strict=True)
        ]
        return f"<tr>{''.join(cells)}</tr>"

    top = f"<thead>{line(head, 'th')}</thead>" if head else ""
    return f'<table style="font-size:12px">{top}<tbody>{"".join(line(row, "td") for row in rows)}</tbody></table>'


def picture(content: bytes, words: str) -> str:
    """A PNG picture, about as high as the table of headlines beside it.

    Args:
        content: of the file.
        words: for those who cannot see it.
    """
    data = base64.b64encode(content).decode("ascii")
    return f'<img alt="{escape(words)}" style="max-height:460px" src="data:image/png;base64,{data}">'


class Listing(pd.DataFrame):
    """A data frame of texts and numbers that a notebook shows whole: long texts in several lines, all flush left."""

    @property
    def _constructor(self) -> type[pd.DataFrame]:
        return Listing

    def _repr_html_(self) -> str:
        frame = self.reset_index()
        rows = [[_cell(value) for value in row] for row in frame.head(_MOST_ROWS).itertuples(index=False)]
        left = len(frame) - len(rows)
        more = f"<small>and {left} more rows; give words to search for</small>" if left > 0 else ""
        return f"<div>{table(rows, [str(name) for name in frame.columns], numbers=())}{more}</div>"


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return "" if value != value else number_text(value)
    return str(value)
