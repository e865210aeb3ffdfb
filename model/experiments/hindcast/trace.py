"""A run as plain arrays by month, for the statistics of patterns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from model.arrays import Floats
from model.output.record import RunResult
from model.run import date_after

_MONTHLY = ("price_ore_yuan_per_t", "price_tb_yuan_per_kg", "other_origins_t", "sacm_full_area", "bbc_full_area")
_MORE = ("sacm_full_population", "bbc_resistance_area", "nug_junta", "nug_resistance", "polls", "exports_t_quad")
_ACTORS = ("posts_taken", "dead", "deserted", "ore_tax_yuan_per_t", "townships_held")


@dataclass(frozen=True)
class Event:
    """An event of a run; see the table ``events``."""

    month: int
    kind: str
    actor: str
    other: str
    place: str


@dataclass(frozen=True)
class Trace:
    """A run by month: row 0 is the start, row k the end of month k.

    Args:
        scenario: its name.
        start: its first month, as 2021-02.
        months: number of months.
        monthly: column of the monthly table -> (T + 1,); ``exports`` is all ore to China, through the gates and past
            them: China's customs count what comes in, whoever let it out.
        actors: column of the table of actors -> actor -> (T + 1,).
        mines: mine cluster -> (T + 1,) t exported to China.
        events: all events.
        attacked: place -> (first month, last month, whether it fell then) of each attack on a town.
    """

    scenario: str
    start: str
    months: int
    monthly: dict[str, Floats]
    actors: dict[str, dict[str, Floats]]
    mines: dict[str, Floats]
    events: tuple[Event, ...]
    attacked: tuple[Spell, ...]

    def row(self, date: str) -> int:
        """Row of the end of a calendar month; -1 where the run does not reach it."""
        month = 12 * (int(date[:4]) - int(self.start[:4])) + int(date[5:7]) - int(self.start[5:7]) + 1
        return month if 0 < month <= self.months else -1

    def at(self, column: str, date: str) -> float | None:
        """A monthly value at a calendar month; None where the run does not reach it."""
        row = self.row(date)
        return None if row < 0 else float(self.monthly[column][row])

    def total(self, column: str, start: str, end: str) -> float | None:
        """Sum over calendar months, both included; None where the run does not reach one of them."""
        first, last = self.row(start), self.row(end)
        return None if first < 0 or last < 0 else float(self.monthly[column][first : last + 1].sum())

    def first(self, kind: str, actor: str = "", other: str = "", place: str = "") -> int | None:
        """Month of the first event of a kind, by an actor, about a place; empty texts stand for any."""
        wanted = (actor, other, place)
        found = (
            event.month
            for event in self.events
            if event.kind == kind
            and all(w in ("", got) for w, got in zip(wanted, (event.actor, event.other, event.place), strict=True))
        )
        return next(found, None)


@dataclass(frozen=True)
class Spell:
    """An attack by one actor on a town, month after month: first and last month, and whether it fell in the last."""

    place: str
    attacker: str
    first: int
    last: int
    fell: bool
    censored: bool
    """Whether it was still going on when the run ended."""

    @property
    def length(self) -> float:
        """Months from the middle of the first month to that of the last; one that is over within a month took half."""
        return max(float(self.last - self.first), 0.5)


def trace_of(result: RunResult, towns: int) -> Trace:
    """The trace of a run recorded with ``control=monthly``.

    Args:
        result: the run.
        towns: number of townships; they come first among the places.
    """
    monthly = result.tables["monthly"]
    dates = monthly.column("date").to_pylist()
    rows = len(dates)
    columns = {name: np.asarray(monthly.column(name), np.float64) for name in (*_MONTHLY, *_MORE)}
    events = _events(result.tables["events"])
    given = {(event.month, event.place) for event in events if event.kind in ("handed_over", "town_returned")}
    official = np.asarray(monthly.column("exports_t_china_official"), np.float64)
    columns["exports"] = official + np.asarray(monthly.column("exports_t_china_informal"), np.float64)
    columns["all_origins"] = columns["exports"] + columns["other_origins_t"]
    return Trace(
        scenario=str(monthly.column("scenario")[0]),
        start=date_after(dates[0], 1),
        months=rows - 1,
        monthly=columns,
        actors=_actors(result.tables["actors"], rows),
        mines=_mines(result.tables["exports"], rows),
        events=events,
        attacked=tuple(
            spell
            for spell in _spells(result.tables["control"], rows, towns)
            if (spell.last, spell.place) not in given or not spell.fell
        ),
    )


def _texts(table: pa.Table, column: str) -> list[str]:
    return [str(value) for value in table.column(column).to_pylist()]


def _actors(table: pa.Table, rows: int) -> dict[str, dict[str, Floats]]:
    count = table.num_rows // rows
    names = _texts(table.slice(0, count), "actor")
    found = {}
    for column in _ACTORS:
        values = np.asarray(table.column(column), np.float64).reshape(rows, count)
        found[column] = {name: values[:, index] for index, name in enumerate(names)}
    return found


def _mines(table: pa.Table, rows: int) -> dict[str, Floats]:
    found: dict[str, Floats] = {}
    months = np.asarray(table.column("month"), np.int64)
    tonnes = np.asarray(table.column("tonnes"), np.float64)
    for row, (mine, destination) in enumerate(zip(_texts(table, "mine"), _texts(table, "destination"), strict=True)):
        if destination != "quad":
            found.setdefault(mine, np.zeros(rows))[months[row]] += tonnes[row]
    return found


def _events(table: pa.Table) -> tuple[Event, ...]:
    columns = (_texts(table, name) for name in ("kind", "actor", "other", "place"))
    months = np.asarray(table.column("month"), np.int64).tolist()
    return tuple(Event(month, *texts) for month, *texts in zip(months, *columns, strict=True))


def _spells(table: pa.Table, rows: int, towns: int) -> tuple[Spell, ...]:
    """Attacks as runs of months with the same attacker; one that is over within a month shows in the holder alone."""
    places = table.num_rows // rows
    names = _texts(table.slice(0, places), "place")
    codes = {}
    for column in ("holder", "attacker"):
        encoded = table.column(column).combine_chunks()
        labels = [str(label) for label in encoded.dictionary.to_pylist()]
        codes[column] = (np.asarray(encoded.indices, np.int64).reshape(rows, places)[:, :towns], labels)
    (holder, actors), (attacker, besiegers) = codes["holder"], codes["attacker"]
    none = besiegers.index("") if "" in besiegers else -1
    found: list[Spell] = []
    busy = (attacker != none).any(axis=0) | (holder[1:] != holder[:-1]).any(axis=0)
    for town in np.flatnonzero(busy):
        found += _town_spells(names[town], holder[:, town], attacker[:, town], none, actors, besiegers)
    return tuple(found)


def _town_spells(
    place: str,
    holder: NDArray[np.int64],
    attacker: NDArray[np.int64],
    none: int,
    actors: list[str],
    besiegers: list[str],
) -> list[Spell]:
    found: list[Spell] = []
    begun, who = 0, ""
    for month in range(1, len(holder)):
        now = besiegers[attacker[month]] if attacker[month] != none else ""
        if holder[month] != holder[month - 1]:
            winner = actors[holder[month]]
            found.append(Spell(place, winner, begun if who == winner else month, month, True, False))
            begun, who = month, now
            continue
        if now != who:
            if who:
                found.append(Spell(place, who, begun, month, False, False))
            begun, who = month, now
    if who:
        found.append(Spell(place, who, begun, len(holder) - 1, False, True))
    return found
