"""What was observed: the tables of a world's folder ``record/``, each read and checked when it is first asked for.

Every row has a ``source`` tag of ``SOURCES.md`` and a ``grade``: A customs or several agreeing reports, B one reputable report,
C an estimate, a party's claim, or an inference. Series that count different things are never mixed: whoever asks for exports
names the series.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TypeVar

from model.world.book import Book, Row
from model.world.read import SHIPPED, load_world
from model.world.world import LANES, World, WorldError

T = TypeVar("T")

GRADES = ("A", "B", "C")
KINDS = ("printed", "derived")
NOBODY = "nobody"
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])(-([012]\d|3[01]))?")


@dataclass(frozen=True)
class Quantity:
    """An amount of a series over a span of months, both ends included; ``unit`` is that of the series."""

    series: str
    start: str
    end: str
    value: float
    printed: bool
    """False where it was derived from printed figures."""
    grade: str
    source: str


@dataclass(frozen=True)
class Price:
    """A quoted price, from low to high, on a day or in a month."""

    series: str
    date: str
    low: float
    high: float
    unit: str
    grade: str
    source: str


@dataclass(frozen=True)
class Opening:
    """How far a lane was open, 0-1, from a day to a day; ``target`` is a crossing or a country, ``lane`` a lane or all."""

    target: str
    lane: str
    start: str
    end: str
    opening: float
    grade: str
    source: str


@dataclass(frozen=True)
class Change:
    """A town or site that came into an actor's hands; ``place`` is empty where the world has no such place."""

    name: str
    place: str
    date: str
    holder: str
    contested: bool
    grade: str
    source: str


@dataclass(frozen=True)
class Reading:
    """What a publisher read: a measure of :data:`model.output.observe.MEASURES`, month and value (0-1; polls in townships)."""

    measure: str
    date: str
    value: float
    grade: str
    source: str


@dataclass(frozen=True)
class Strength:
    """Fighters, losses or conscripts of an actor: lowest, best and highest figure."""

    actor: str
    what: str
    date: str
    low: float
    best: float
    high: float
    grade: str
    source: str


@dataclass(frozen=True)
class Siege:
    """An attack on a town from its first to its last day; ``fell`` is False where it stood at the end."""

    place: str
    name: str
    attacker: str
    start: str
    end: str
    fell: bool
    grade: str
    source: str


class Record:
    """The record of a world; tables are read when first asked for.

    Args:
        world: the world whose places and actors it names.
        folder: the folder ``record``.

    Raises:
        WorldError: on first access of a table, with one sentence for each thing that is wrong in it.
    """

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.folder = world, folder

    def _rows(self, file: str, columns: str, make: Callable[[Book, Row], T]) -> tuple[T, ...]:
        book = Book(self.folder)
        rows = book.table(file, f"{columns},grade,source")
        for row in rows:
            book.one_of(row, "grade", GRADES)
            if not row["source"]:
                book.problem(f"{row.where}: source is empty; a tag of SOURCES.md or 'assumed' is needed")
        made = tuple(make(book, row) for row in rows)
        book.check()
        return made

    @cached_property
    def series(self) -> dict[str, str]:
        """What each series of exports counts."""
        rows = self._rows("series.csv", "series,unit,origin,counts", lambda book, row: (row["series"], row["counts"]))
        return dict(rows)

    @cached_property
    def quantities(self) -> tuple[Quantity, ...]:
        """All amounts of all series; use :meth:`amounts` to get those of one."""

        def make(book: Book, row: Row) -> Quantity:
            series = book.one_of(row, "series", tuple(self.series))
            start, end = _date(book, row, "start", _MONTH), _date(book, row, "end", _MONTH)
            if end < start:
                book.problem(f"{row.where}: end {end} is before start {start}")
            printed = book.one_of(row, "kind", KINDS) == "printed"
            return Quantity(series, start, end, book.number(row, "value"), printed, row["grade"], row["source"])

        return self._rows("exports.csv", "series,start,end,value,kind", make)

    def amounts(self, series: str) -> tuple[Quantity, ...]:
        """The amounts of one series.

        Raises:
            KeyError: no such series.
        """
        if series not in self.series:
            raise KeyError(f"no series {series!r}; the record has {', '.join(self.series)}")
        return tuple(one for one in self.quantities if one.series == series)

    @cached_property
    def prices(self) -> tuple[Price, ...]:
        """Quoted prices of ore and oxides in China."""

        def make(book: Book, row: Row) -> Price:
            low = book.number(row, "low")
            date = _date(book, row, "date", _DATE)
            high = book.number(row, "high", low)
            return Price(row["series"], date, low, high, row["unit"], row["grade"], row["source"])

        return self._rows("prices.csv", "series,date,low,high,unit", make)

    @cached_property
    def lanes(self) -> tuple[Opening, ...]:
        """When gates were shut, or open in part."""

        def make(book: Book, row: Row) -> Opening:
            known = (*self.world.crossing_ids, *dict.fromkeys(self.world.crossing_country))
            target, lane = book.one_of(row, "target", known), book.one_of(row, "lane", ("all", *LANES))
            start, end = _date(book, row, "start", _DATE), _date(book, row, "end", _DATE)
            return Opening(target, lane, start, end, book.number(row, "opening", 0, 1), row["grade"], row["source"])

        return self._rows("lanes.csv", "target,lane,start,end,opening", make)

    @cached_property
    def towns(self) -> tuple[Change, ...]:
        """Dated captures of towns; seats of townships and sites of the world have a place, the others none."""

        def make(book: Book, row: Row) -> Change:
            place, holder = self._place(book, row), self._holder(book, row)
            date, contested = _date(book, row, "date", _DATE), row["status"] == "contested"
            return Change(row["town"], place, date, holder, contested, row["grade"], row["source"])

        return self._rows("town_events.csv", "town,place,territory,seat,date,holder,status", make)

    @cached_property
    def sites(self) -> tuple[Change, ...]:
        """Changes of hands of gates and mines."""

        def make(book: Book, row: Row) -> Change:
            place, holder, date = self._place(book, row), self._holder(book, row), _date(book, row, "date", _DATE)
            return Change(place, place, date, holder, False, row["grade"], row["source"])

        return self._rows("site_events.csv", "place,date,holder", make)

    @cached_property
    def control(self) -> tuple[Reading, ...]:
        """Published shares of control, each by its own definition."""

        def make(book: Book, row: Row) -> Reading:
            date = _date(book, row, "date", _MONTH)
            return Reading(row["measure"], date, book.number(row, "value"), row["grade"], row["source"])

        return self._rows("control.csv", "measure,date,value", make)

    @cached_property
    def strength(self) -> tuple[Strength, ...]:
        """Estimates of fighters and losses."""

        def make(book: Book, row: Row) -> Strength:
            low, date = book.number(row, "low"), _date(book, row, "date", _MONTH)
            best = book.number(row, "best", low)
            high = book.number(row, "high", best)
            return Strength(row["actor"], row["what"], date, low, best, high, row["grade"], row["source"])

        return self._rows("strength.csv", "actor,what,date,low,best,high", make)

    @cached_property
    def sieges(self) -> tuple[Siege, ...]:
        """Attacks on towns whose length is reported."""

        def make(book: Book, row: Row) -> Siege:
            place, attacker = self._place(book, row), book.one_of(row, "attacker", self.world.force_ids)
            start, end = _date(book, row, "start", _DATE), _date(book, row, "end", _DATE)
            fell = book.one_of(row, "ended", ("fell", "stands")) == "fell"
            return Siege(place, row["name"], attacker, start, end, fell, row["grade"], row["source"])

        return self._rows("sieges.csv", "place,name,attacker,start,end,ended", make)

    def _place(self, book: Book, row: Row) -> str:
        return book.one_of(row, "place", ("", *self.world.place_ids))

    def _holder(self, book: Book, row: Row) -> str:
        return book.one_of(row, "holder", ("", NOBODY, *self.world.force_ids))


def _date(book: Book, row: Row, column: str, pattern: re.Pattern[str]) -> str:
    if pattern.fullmatch(row[column]):
        return row[column]
    form = "a month such as 2025-02" if pattern is _MONTH else "a month or day such as 2025-02 or 2025-02-28"
    book.problem(f"{row.where}: {column} is {row[column]!r}; must be {form}")
    return "0000-01"


@lru_cache(maxsize=8)
def load_record(name_or_path: str) -> Record:
    """The record of a shipped world or of a world's folder.

    Raises:
        WorldError: the world has no record, or the world itself cannot be read.
    """
    world = load_world(name_or_path)
    for folder in (SHIPPED / name_or_path / "record", Path(name_or_path) / "record"):
        if folder.is_dir():
            return Record(world, folder)
    raise WorldError([f"world {name_or_path!r} has no folder 'record', so there are no observations to compare with"])
