"""The tables of a world's folder: reading CSV files and collecting everything that is wrong with them.

Nothing here raises for a bad value: each becomes one sentence in ``problems``, and reading goes on with a stand-in, so
that a user sees all mistakes at once.
"""

from __future__ import annotations

import csv
import difflib
import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from model.world.names import faults
from model.world.world import WorldError

MOST, MOST_WHOLE = 1e12, 10**9
"""The largest numbers of a table whose column has no smaller end: beyond, sums lose what is small."""


@dataclass(frozen=True)
class Row:
    """A row of a table: where it stands, and its cells as text by column."""

    file: str
    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    @property
    def where(self) -> str:
        """File and line, as in borders.csv line 17."""
        return f"{self.file} line {self.line}"


def nearest(value: str, allowed: Iterable[str]) -> str:
    """The clause "; did you mean X?" for the allowed name nearest to ``value``, or nothing when none is near."""
    by_fold = {name.casefold(): name for name in allowed}
    match = difflib.get_close_matches(value.casefold(), list(by_fold), n=1, cutoff=0.5)
    return f"; did you mean {by_fold[match[0]]}?" if match else ""


def listing(names: Collection[str], most: int = 12) -> str:
    """The first names of a collection, for a sentence about what is allowed."""
    shown = list(names)[:most]
    rest = len(names) - len(shown)
    return ", ".join(shown) + (f" and {rest} more" if rest > 0 else "")


class Book:
    """The folder of a world.

    Args:
        folder: where the CSV files stand.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[str] = []

    def check(self) -> None:
        """Raise :class:`WorldError` with all problems found so far, if there are any."""
        if self.problems:
            raise WorldError([f"{self.folder}: {problem}" for problem in self.problems])

    def problem(self, text: str) -> None:
        """Note one more problem."""
        self.problems.append(text)

    def table(self, file: str, columns: str) -> list[Row]:
        """Read a table; a missing file, column or cell is a problem.

        Args:
            file: path inside the folder, such as "initial/2025-08/troops.csv".
            columns: names of the columns that must be there, separated by commas; further columns are kept too.

        Returns:
            The rows whose number of cells is right.
        """
        try:
            with (self.folder / file).open(encoding="utf-8-sig", newline="") as stream:
                lines = list(csv.reader(stream, strict=True))
        except FileNotFoundError:
            self.problem(f"{file} is missing")
            return []
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            self.problem(f"{file} cannot be read as a CSV file in UTF-8: {error}")
            return []
        header = [cell.strip() for cell in lines[0]] if lines else []
        missing = [name for name in columns.split(",") if name not in header]
        for name in missing:
            self.problem(f"{file} has no column {name}; its columns are {listing(header)}{nearest(name, header)}")
        return [] if missing else self._rows(file, header, lines)

    def _rows(self, file: str, header: list[str], lines: list[list[str]]) -> list[Row]:
        rows = []
        for line, cells in enumerate(lines[1:], start=2):
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                self.problem(f"{file} line {line} has {len(cells)} cells; the header has {len(header)} columns")
                continue
            rows.append(Row(file, line, {name: cell.strip() for name, cell in zip(header, cells, strict=True)}))
        return rows

    def number(self, row: Row, column: str, low: float = 0.0, high: float = MOST) -> float:
        """A finite number in the range; ``low`` stands in for anything else."""
        try:
            value = float(row[column])
        except ValueError:
            value = math.nan
        if math.isfinite(value) and low <= value <= high:
            return value
        open_end = high == MOST and not value > MOST
        allowed = f"a number of {low:g} or more" if open_end else f"a number from {low:g} to {high:g}"
        self.problem(f"{row.where}: {column} is {row[column]!r}; must be {allowed}")
        return max(low, 0.0)

    def whole(self, row: Row, column: str, high: int = MOST_WHOLE) -> int:
        """A whole number from 0 to ``high``; 0 stands in for anything else."""
        text = row[column]
        if text.isascii() and text.isdigit() and len(text) <= len(str(high)) and int(text) <= high:
            return int(text)
        allowed = f"from 0 to {high}" if text.isdigit() else "of 0 or more"
        self.problem(f"{row.where}: {column} is {text!r}; must be a whole number {allowed}")
        return 0

    def one_of(self, row: Row, column: str, allowed: Collection[str]) -> str:
        """One of the allowed words; the first of them stands in for anything else."""
        value = row[column]
        if value not in allowed:
            hint = nearest(value, allowed)
            self.problem(f"{row.where}: {column} is {value!r}; allowed are {listing(allowed)}{hint}")
            return next(iter(allowed), "")
        return value

    def index(self, row: Row, column: str, known: dict[str, int], what: str) -> int:
        """The index of the name in the cell; -1, and a problem, when it is not known.

        Args:
            row: the row.
            column: its column.
            known: indices by name.
            what: what such a name stands for, such as "a territory's code".
        """
        value = row[column]
        if value not in known:
            self.problem(f"{row.where}: {column} is {value!r}, which is not {what}{nearest(value, known)}")
            return -1
        return known[value]

    def unique(self, rows: list[Row], *columns: str) -> list[Row]:
        """The rows without those that repeat an earlier one's value in ``columns``; each repetition is a problem."""
        seen: dict[tuple[str, ...], int] = {}
        kept = []
        for row in rows:
            value = tuple(row[column] for column in columns)
            if value in seen:
                label = ", ".join(value)
                self.problem(f"{row.where}: {label} is given twice, first in line {seen[value]}")
                continue
            seen[value] = row.line
            kept.append(row)
        return kept

    def named(self, rows: list[Row], column: str) -> list[Row]:
        """The rows of things by name, each once; names that columns and files cannot tell apart are problems."""
        kept = self.unique(rows, column)
        at = {row[column]: row for row in reversed(kept)}
        for name, text in faults(row[column] for row in kept):
            self.problem(f"{at[name].where}: {column} is {name!r}: {text}")
        return kept

    def complete(self, file: str, rows: list[Row], column: str, needed: Iterable[str]) -> None:
        """Each of the names needed must have a row."""
        given = {row[column] for row in rows}
        for name in needed:
            if name not in given:
                self.problem(f"{file} has no row for {column} {name}")
