"""Placing what others observed: months, townships and armed actors as publishers write them.

Each of these answers with what the world calls the thing, or raises :class:`UnplacedError` with the reason in words.
"""

from __future__ import annotations

import math
import re
from functools import cached_property
from pathlib import Path

import numpy as np

from model.world.book import Book, listing, nearest
from model.world.topology import distance_km
from model.world.world import World

FARTHEST_KM = 60.0
"""A point farther than this from every township's centre lies in none; no polygons are kept, only centres."""
NOBODY = "nobody"
BY_CODE, BY_NAME, BY_POINT = "code", "name", "nearest centre"
_NUMBERS = re.compile(r"((?:19|20)\d\d)(?:[-/](\d\d?)(?:[-/](\d\d?)(?:[ t].*)?)?|(\d\d))")
_WORDS = re.compile(r"(?:(\d\d?)[ -])?([a-z]{3,9})[ -]((?:19|20)\d\d)")
_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_LONGEST = 31


class UnplacedError(ValueError):
    """A row has no place in the world, or no month; the message says why."""


def month_of(text: str) -> str:
    """The month, as 2024-05, of a date: 2024-05, 2024-05-17, 2024/05, 202405, 17 May 2024, May 2024; a time may follow.

    Raises:
        UnplacedError: it is none of these. Dates such as 05/04/2024 can mean two months and are none.
    """
    day = text.strip().casefold()
    year, month, date = 0, 0, 1
    if found := _NUMBERS.fullmatch(day):
        year, month, date = int(found[1]), int(found[2] or found[4] or 0), int(found[3] or 1)
    elif found := _WORDS.fullmatch(day):
        months = [number for number, name in enumerate(_MONTHS, start=1) if found[2] in (name, name[:3])]
        year, month, date = int(found[3]), months[0] if months else 0, int(found[1] or 1)
    if 1 <= month <= 12 and 1 <= date <= _LONGEST:
        return f"{year}-{month:02d}"
    raise UnplacedError(f"date {text!r} is not recognised; give a month such as 2024-05 or a day such as 2024-05-17")


def _key(text: str) -> str:
    """What is compared of a name: letters and digits, without regard to case."""
    return "".join(sign for sign in text.casefold() if sign.isalnum())


class Townships:
    """The townships of a world, found by code, name, or point.

    Args:
        world: whose they are.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self._codes = {code.casefold(): index for index, code in enumerate(world.codes)}
        self._states = {_key(state) for state in world.states}
        self._names: dict[str, list[int]] = {}
        for index, name in enumerate(world.names):
            self._names.setdefault(_key(name), []).append(index)

    def find(
        self, code: str = "", name: str = "", state: str = "", point: tuple[str, str] = ("", "")
    ) -> tuple[int, str]:
        """The township that a row is about: by code, by a name that is clear, or by the nearest centre.

        Args:
            code: of the township; empty where none is given.
            name: of the township, likewise.
            state: its state or region, which tells namesakes apart; one that the world does not know is passed over.
            point: latitude and longitude, as text.

        Returns:
            Its index, and how it was found.

        Raises:
            UnplacedError: with why.
        """
        if code:
            return self._of_code(code), BY_CODE
        found = self._named(name, state)
        if len(found) == 1:
            return found[0], BY_NAME
        if any(point):
            return self._nearest(point, found), BY_POINT
        if found:
            raise UnplacedError(f"name {name!r} may mean {' or '.join(map(self._described, found))}: give the code")
        if not name:
            raise UnplacedError("no township and no coordinates are given")
        raise UnplacedError(self._unknown(name, state))

    def _of_code(self, code: str) -> int:
        if code.casefold() in self._codes:
            return self._codes[code.casefold()]
        named = self._names.get(_key(code), [])  # names stand in columns of codes as well
        if len(named) == 1:
            return named[0]
        raise UnplacedError(f"code {code!r} is not that of a township{nearest(code, self.world.codes)}")

    def _named(self, name: str, state: str) -> list[int]:
        found = self._names.get(_key(name.removesuffix(" township").removesuffix(" Township")), [])
        if not state or _key(state) not in self._states:
            return found
        return [index for index in found if _key(self.world.states[index]) == _key(state)]

    def _unknown(self, name: str, state: str) -> str:
        elsewhere = self._named(name, "")
        if elsewhere:
            return f"name {name!r} is {' and '.join(map(self._described, elsewhere))}, not in {state}"
        return f"name {name!r} is not that of a township{nearest(name, self.world.names)}"

    def _described(self, index: int) -> str:
        return f"{self.world.names[index]} {self.world.codes[index]} in {self.world.states[index]}"

    def _nearest(self, point: tuple[str, str], among: list[int]) -> int:
        try:
            lat, lon = (float(text) for text in point)
        except ValueError:
            lat = lon = math.nan
        if not (abs(lat) <= 90 and abs(lon) <= 180):
            raise UnplacedError(f"latitude {point[0]!r} and longitude {point[1]!r} are not a point on earth in degrees")
        some = np.array(among or range(len(self.world.codes)))
        km = distance_km(lat, lon, self.world.lat[some], self.world.lon[some])
        best = int(km.argmin())
        if km[best] > FARTHEST_KM:
            raise UnplacedError(
                f"point {lat:g}, {lon:g} lies {km[best]:,.0f} km from the nearest township,"
                f" {self._described(int(some[best]))}; the limit is {FARTHEST_KM:.0f} km"
            )
        return int(some[best])


class Actors:
    """The armed actors of a world under the names that publishers give them.

    ``record/actors.csv`` of the world's folder, where there is one, has a row for each published name: ``published`` (a last ``*``
    stands for any ending), ``actor`` (an id, or a kind: the actor of that kind whose homeland the township is), ``publisher``,
    ``source``.

    Args:
        world: whose they are.
        folder: of the world; None for an invented one.

    Raises:
        WorldError: something is wrong in the table.
    """

    def __init__(self, world: World, folder: Path | None) -> None:
        self.world = world
        self._known = {_key(force.id): force.id for force in world.forces}
        self._known |= {_key(force.name): force.id for force in world.forces}
        self._begin: dict[str, str] = {}
        if folder is not None and (folder / "record" / "actors.csv").exists():
            self._read(Book(folder / "record"))

    def _read(self, book: Book) -> None:
        kinds = tuple(dict.fromkeys(force.kind for force in self.world.forces))
        for row in book.unique(book.table("actors.csv", "published,actor,publisher,source"), "published"):
            actor = book.one_of(row, "actor", (*self.world.force_ids, *kinds))
            table = self._begin if row["published"].endswith("*") else self._known
            table[_key(row["published"])] = actor
        book.check()

    @cached_property
    def _kinds(self) -> set[str]:
        return {force.kind for force in self.world.forces}

    def find(self, published: str, township: int | None = None) -> str | None:
        """The id of an actor, or None where the world has none of that name."""
        key = _key(published)
        found = self._known.get(key) or next((a for start, a in self._begin.items() if key.startswith(start)), None)
        if found not in self._kinds:
            return found
        code = None if township is None else self.world.codes[township]
        local = [force.id for force in self.world.forces if force.kind == found and code in force.homeland]
        return local[0] if len(local) == 1 else None

    def holder(self, published: str, township: int) -> str:
        """The id of who holds a township, or ``nobody``.

        Raises:
            UnplacedError: it is no actor of the world.
        """
        if published.casefold() in (NOBODY, "none"):
            return NOBODY
        found = self.find(published, township)
        if found is None:
            ids = (*self.world.force_ids, NOBODY)
            raise UnplacedError(
                f"holder {published!r} is not an actor of the world{nearest(published, ids)}; it has {listing(ids, 30)}"
            )
        return found
