"""How results look as the value of a notebook's cell."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

import pandas as pd

_WIDEST = 160
"""Letters of a text that are shown in a listing."""


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
    """A data frame whose texts a notebook shows whole, flush left."""

    @property
    def _constructor(self) -> type[pd.DataFrame]:
        return Listing

    def _repr_html_(self) -> str:
        with pd.option_context("display.max_colwidth", _WIDEST, "display.colheader_justify", "left"):
            plain: Any = pd.DataFrame(self.fillna(""))._repr_html_()  # type: ignore[operator]
        return str(plain).replace("text-align: right", "text-align: left")
