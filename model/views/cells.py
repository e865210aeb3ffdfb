"""What stands in the tables of pages: numbers with the place that they were read from, and heads of rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Cell:
    """A number and the place in the batch's folder that it was read from.

    Args:
        value: as the table has it; None or NaN where it has none.
        table: file in the folder.
        row: values of columns that pick the row.
        column: the column.
        factor: by which the value is multiplied to be shown, see :func:`model.output.units.shown_in`.
        signed: whether it is a difference, shown with its sign.
    """

    value: float | None
    table: str
    row: Mapping[str, Any] = field(default_factory=dict)
    column: str = ""
    factor: float = 1.0
    signed: bool = False


@dataclass(frozen=True)
class Named:
    """The head of some rows: words for people above the name in the tables; the rows after the first give None."""

    words: str
    name: str
    rows: int = 1
