"""A record that a user brings: what its columns say it is, and its rows placed in the world, line by line.

Four kinds of files are known by their columns:

* an *ACLED export*: battles are fights, and their fatalities the dead; other events are counted, and not compared;
* a *UCDP GED export*: state-based and non-state events are fights, and their dead those that are not civilians; one-sided violence
  is counted, and not compared;
* a *series*: one row a month, with columns ``series`` and ``value`` or a column for each series;
* a *control map*: who holds a township in a month.

A row that has no place, month or value is refused with its line and the reason; nothing is guessed.
"""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from model.world.book import listing, nearest
from model.world.placing import Actors, Townships, UnplacedError, month_of
from model.world.read import load_world, world_folder

ACLED, UCDP, SERIES, CONTROL = KINDS = ("ACLED export", "UCDP GED export", "series", "control map")

NEEDS = {
    ACLED: ("event_date", "event_type", "actor1", "actor2", "latitude", "longitude", "fatalities"),
    UCDP: ("date_start", "type_of_violence", "side_a", "side_b", "latitude", "longitude", "best", "deaths_civilians"),
}
"""Columns without which an export is none; others are used where they are there."""
MONTH = ("month", "date")
PLACE = ("code", "territory", "pcode", "ts_pcode")
NAME = ("township", "name", "admin3")
STATE = ("state", "region", "admin1")
HOLDER = ("holder", "actor", "control")
"""Names that a column may have, of which the first that is there counts."""

FIGHTS = "Battles"
"""ACLED's type of events in which armed actors fight each other."""
_VAGUE = {
    "geo_precision": (3, "known only to a region (geo_precision 3)"),
    "where_prec": (4, "known only to a state or wider (where_prec 4 to 7)"),
    "date_prec": (5, "known only to a year (date_prec 5)"),
}
"""Columns of precision -> the lowest value that is refused, and why."""
_VIOLENCE = {"1": "state-based violence", "2": "non-state violence", "3": "one-sided violence"}


class RecordFileError(ValueError):
    """A file is no record that is understood; the message is a sentence."""


@dataclass(frozen=True)
class Fight:
    """A fight: line of the file, month, township by index, fighters killed."""

    line: int
    month: str
    township: int
    dead: int


@dataclass
class Given:
    """A file as it was understood.

    Args:
        path: the file, as given.
        kind: of :data:`KINDS`.
        rows: how many rows it has.
        fights: of an export.
        months: of an export: the first and the last month of any row, between which a month without fights had none.
        series: series -> month -> value.
        holders: month -> township by index -> armed actor's id or ``nobody``.
        refused: line and reason of each row that has no place.
        found: how townships were found -> number of rows.
        passed: what was placed and is not compared -> number of rows.
        unknown: names of actors that the world does not have -> number of times.
    """

    path: str
    kind: str
    rows: int = 0
    fights: list[Fight] = field(default_factory=list)
    months: tuple[str, str] = ("", "")
    series: dict[str, dict[str, float]] = field(default_factory=dict)
    holders: dict[str, dict[int, str]] = field(default_factory=dict)
    refused: list[tuple[int, str]] = field(default_factory=list)
    found: Counter[str] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)

    @property
    def placed(self) -> int:
        """Number of rows that have a place."""
        return self.rows - len({line for line, _ in self.refused})

    def span(self) -> tuple[str, str]:
        """First and last month of what is compared; empty texts where nothing is."""
        months = [fight.month for fight in self.fights] + list(self.holders)
        months += [month for points in self.series.values() for month in points]
        if self.fights:
            return self.months
        return (min(months), max(months)) if months else ("", "")


@dataclass(frozen=True)
class Row:
    """A row of the file: the line on which it begins, and its cells as text; a column that is not there is empty."""

    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def first(self, columns: tuple[str, ...]) -> str:
        """The first of some cells that is not empty."""
        return next((self.cells[name] for name in columns if self.cells.get(name)), "")


def read_given(path: str, world: str, series: Mapping[str, str]) -> Given:
    """Read a record of one's own and place its rows.

    Args:
        path: a CSV file in UTF-8, its cells parted by commas, semicolons or tabs.
        world: a world's name or folder.
        series: names that a series may have -> the name by which it is kept.

    Raises:
        RecordFileError: the file is none that is understood.
        WorldError: the world, or its table of published names of actors, is wrong.
    """
    header, rows = _table(path)
    kind = _kind_of(path, header, series)
    given, placer = Given(path, kind), _Placer(world, series, header)
    read: dict[str, Callable[[Given, Row], None]] = {
        ACLED: placer.acled,
        UCDP: placer.ucdp,
        SERIES: placer.point,
        CONTROL: placer.held,
    }
    for row in rows:
        given.rows += 1
        if row.cells.keys() != header.keys():
            given.refused.append((row.line, f"does not have the {len(header)} cells of the header"))
            continue
        try:
            read[kind](given, row)
        except UnplacedError as why:
            given.refused.append((row.line, str(why)))
    if not given.rows:
        raise RecordFileError(f"{path}: is an {kind} by its columns, but has no rows")
    return given


def _table(path: str) -> tuple[dict[str, int], list[Row]]:
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise RecordFileError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise RecordFileError(f"{path}: is not UTF-8 text; save it as CSV in UTF-8") from None
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = {name.strip().casefold(): index for index, name in enumerate(next(lines, []))}
        return header, list(_rows(lines, list(header)))
    except csv.Error as error:
        raise RecordFileError(f"{path}: cannot be read as a CSV file at line {lines.line_num}: {error}") from None


def _rows(lines: Iterator[list[str]], header: list[str]) -> Iterator[Row]:
    """Rows that hold anything; a cell may go over several lines, and a row is named by the first of them."""
    line = getattr(lines, "line_num", 1) + 1
    for cells in lines:
        if any(cell.strip() for cell in cells):
            whole = len(cells) == len(header)
            yield Row(line, {name: cell.strip() for name, cell in zip(header, cells, strict=True)} if whole else {})
        line = getattr(lines, "line_num", line) + 1


def _kind_of(path: str, header: Mapping[str, int], series: Mapping[str, str]) -> str:
    for kind, needed in NEEDS.items():
        if all(name in header for name in needed):
            return kind
    has = {name: any(one in header for one in names) for name, names in _GROUPS.items()}
    if has["month"] and has["holder"] and (has["place"] or has["name"]):
        return CONTROL
    if has["month"] and ({"series", "value"} <= header.keys() or _wide(header, series)):
        return SERIES
    wanted = "; ".join(f"an {kind} has {', '.join(names)}" for kind, names in NEEDS.items())
    raise RecordFileError(
        f"{path}: cannot be recognised by its columns {listing(list(header))}: {wanted}; a series has month (or date), series and"
        f" value, or a column named after a series, such as {listing(list(series), 4)}; a control map has month (or date), code"
        " (or township), and holder"
    )


_GROUPS = {"month": MONTH, "place": PLACE, "name": NAME, "holder": HOLDER}


def _wide(header: Mapping[str, int], series: Mapping[str, str]) -> dict[str, str]:
    """Columns that are series themselves -> the name by which each is kept."""
    fold = {name.casefold(): kept for name, kept in series.items()}
    return {column: fold[column] for column in header if column in fold}


class _Placer:
    """Places the rows of one file."""

    def __init__(self, world: str, series: Mapping[str, str], header: Mapping[str, int]) -> None:
        self.townships = Townships(load_world(world))
        self.actors = Actors(load_world(world), world_folder(world))
        self.series = {name.casefold(): kept for name, kept in series.items()}
        self.names = tuple(series)
        self.wide = {} if "series" in header else _wide(header, series)

    # events -----------------------------------------------------------------------------------------------------

    def acled(self, given: Given, row: Row) -> None:
        """A row of an ACLED export."""
        month, township = self._event(given, row, "event_date", row["admin3"], row["admin1"])
        if row["event_type"] != FIGHTS:
            given.passed[row["event_type"] or "event without a type"] += 1
            return
        self._fight(given, row, month, township, _count(row, "fatalities"), ("actor1", "actor2"))

    def ucdp(self, given: Given, row: Row) -> None:
        """A row of a UCDP GED export."""
        month, township = self._event(given, row, "date_start", "", "")
        if row["date_end"] and _number_of(month_of(row["date_end"])) > _number_of(month) + 1:
            raise UnplacedError(
                f"lasts from {row['date_start'][:10]} to {row['date_end'][:10]}, over more than two months"
            )
        violence = row["type_of_violence"]
        if violence not in ("1", "2"):
            given.passed[_VIOLENCE.get(violence, f"violence of type {violence!r}")] += 1
            return
        dead = max(_count(row, "best") - _count(row, "deaths_civilians"), 0)
        self._fight(given, row, month, township, dead, ("side_a", "side_b"))

    def _event(self, given: Given, row: Row, date: str, name: str, state: str) -> tuple[str, int]:
        month = month_of(row[date])
        for column, (least, why) in _VAGUE.items():
            if row[column].isdigit() and int(row[column]) >= least:
                raise UnplacedError(why)
        township, how = self.townships.find("", name, state, (row["latitude"], row["longitude"]))
        given.found[how] += 1
        first, last = given.months
        given.months = (min(first or month, month), max(last, month))
        return month, township

    def _fight(self, given: Given, row: Row, month: str, township: int, dead: int, sides: tuple[str, str]) -> None:
        given.fights.append(Fight(row.line, month, township, dead))
        for side in sides:
            if row[side] and self.actors.find(row[side], township) is None:
                given.unknown[row[side]] += 1

    # series and maps --------------------------------------------------------------------------------------------

    def point(self, given: Given, row: Row) -> None:
        """A row of a series, or of several side by side."""
        month = month_of(row.first(MONTH))
        found = {column: kept for column, kept in self.wide.items() if row[column]}
        if not self.wide:
            name = row["series"]
            if name.casefold() not in self.series:
                raise UnplacedError(f"series {name!r} is not a series of the model{nearest(name, self.names)}")
            found = {"value": self.series[name.casefold()]}
        for column, kept in found.items():
            value = _number(row, column)
            if month in given.series.setdefault(kept, {}):
                raise UnplacedError(f"{kept} already has a value for {month}; only one per month is used")
            given.series[kept][month] = value
        if not found:
            raise UnplacedError("has no value")

    def held(self, given: Given, row: Row) -> None:
        """A row of a control map."""
        month = month_of(row.first(MONTH))
        township, how = self.townships.find(
            row.first(PLACE), row.first(NAME), row.first(STATE), (row["latitude"], row["longitude"])
        )
        published = row.first(HOLDER)
        if not published:
            raise UnplacedError("has no holder")
        holder = self.actors.holder(published, township)
        already = given.holders.setdefault(month, {})
        if township in already:
            raise UnplacedError(f"{self.townships.world.codes[township]} already has a holder in {month}")
        already[township] = holder
        given.found[how] += 1


def _number_of(month: str) -> int:
    return 12 * int(month[:4]) + int(month[5:])


def _number(row: Row, column: str) -> float:
    try:
        value = float(row[column].replace(" ", ""))
    except ValueError:
        value = math.nan
    if math.isfinite(value):
        return value
    raise UnplacedError(f"{column} {row[column]!r} is not a number; use a decimal point and no thousands separator")


def _count(row: Row, column: str) -> int:
    value = _number(row, column)
    if value < 0 or value != int(value):
        raise UnplacedError(f"{column} {row[column]!r} is not a count of persons")
    return int(value)
