"""Reading worlds: a shipped name, a folder of CSV files, or ``invented:ROWSxCOLS``."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.world.book import Book, Row, listing, nearest
from model.world.topology import distance_km
from model.world.world import Buyer, Force, InitialState, World, WorldError, state_lands

SHIPPED = Path(__file__).parent
TERRAINS = ("lowland", "plain", "hills", "rugged_hills", "plateau", "mountain")
SITE_KINDS = ("gate", "mine", "headquarters", "subtown")
KINDS = ("Junta", "EthnicArmedOrganization", "PeoplesDefenceForce")
STANCES = {"war": -1, "ceasefire": 0, "none": 0, "allied": 1}
FARTHEST_TILE = 999
"""The last row and column of the tile grid."""
FARTHEST_TOWN_KM, FARTHEST_ROAD_KM = 3000.0, 2000.0
FARTHEST_SITE_KM = 250.0
"""A site farther than this from its township's town is taken for a slip of coordinates."""


@lru_cache(maxsize=16)
def load_world(name_or_path: str) -> World:
    """Read a world and check it; every call with the same name gives the same, read-only object.

    Args:
        name_or_path: a shipped world's name, a folder, or ``invented:ROWSxCOLS`` (``invented:ROWSxCOLS:ACTORS``).

    Raises:
        WorldError: with one sentence for each thing that is wrong.
    """
    folder = world_folder(name_or_path)
    if folder is None:
        from model.world.invented import invent_world

        return _frozen(invent_world(name_or_path))
    return _frozen(_Reader(Book(folder), folder.name).read())


def world_folder(name_or_path: str) -> Path | None:
    """The folder of a world; None for an invented one.

    Raises:
        WorldError: there is no such world.
    """
    if name_or_path.startswith("invented:"):
        return None
    folder = SHIPPED / name_or_path
    if not (folder / "territories.csv").exists():
        folder = Path(name_or_path)
    if not (folder / "territories.csv").exists():
        shipped = sorted(path.parent.name for path in SHIPPED.glob("*/territories.csv"))
        hint = nearest(name_or_path, shipped)
        raise WorldError(
            [
                f"there is no world {name_or_path!r}: the shipped ones are {listing(shipped)}; a folder needs territories.csv{hint}"
            ]
        )
    return folder


def _frozen(world: World) -> World:
    things: tuple[World | InitialState, ...] = (world, *world.initial.values())
    for thing in things:
        for field in dataclasses.fields(thing):
            value = getattr(thing, field.name)
            if isinstance(value, np.ndarray):
                value.setflags(write=False)
    return world


def _array(values: list[Any], kind: type = float) -> NDArray[Any]:
    return np.array(values, dtype=np.int64 if kind is int else np.float64)


class _Reader:
    """Reads one world's folder; problems collect in the book."""

    def __init__(self, book: Book, name: str) -> None:
        self.book, self.name = book, name
        self.fields: dict[str, Any] = {"name": name}

    def read(self) -> World:
        """The world, or :class:`WorldError` with all problems."""
        self._territories()
        self._some("territories.csv", self.codes)
        for part in (
            self._sites,
            self._borders,
            self._roads,
            self._crossings,
            self._mines,
            self._income,
        ):
            part()
        self._forces()
        self._some("forces.csv", self.forces)
        self._buyers()
        self._parameters()
        self.fields["initial"] = {}
        dates = sorted(path.name for path in (self.book.folder / "initial").glob("????-??"))
        if not dates:
            self.book.problem("initial/ contains no dated state such as initial/2025-08")
        self.book.check()
        for date in dates:
            self.fields["initial"][date] = self._initial(date)
        self.book.check()
        return World(**self.fields)

    def _together(self, rows: list[Row], lat: NDArray[np.float64], lon: NDArray[np.float64]) -> None:
        """All territories lie around the one in the middle; coordinates of 0,0 or with their ends exchanged do not."""
        if not rows:
            return
        far = distance_km(lat, lon, float(np.median(lat)), float(np.median(lon)))
        for row, km in zip(rows, far.tolist(), strict=True):
            if km > FARTHEST_TOWN_KM:
                self.book.problem(
                    f"{row.where}: {row['code']} at {row['lat']}, {row['lon']} lies {km:.0f} km from the middle of the world; "
                    f"at most {FARTHEST_TOWN_KM:.0f} km are allowed"
                )

    def _some(self, file: str, rows: Collection[str]) -> None:
        """A table without which nothing else makes sense: an empty one is the only problem worth telling."""
        if not rows:
            problems = [problem for problem in self.book.problems if problem.startswith(file)]
            self.book.problems = problems or [f"{file} has no rows; at least one is needed"]
            self.book.check()

    def _territories(self) -> None:
        book = self.book
        columns = "code,name,state,row,col,lat,lon,population,area_km2,terrain,river"
        rows = book.named(book.table("territories.csv", columns), "code")
        tiles: dict[tuple[str, str], Row] = {}
        for row in rows:
            other = tiles.setdefault((row["row"], row["col"]), row)
            if other is not row:
                book.problem(
                    f"{row.where}: {row['code']} is on the tile of {other['code']}, row {row['row']} column {row['col']}"
                )
        self.codes = {row["code"]: index for index, row in enumerate(rows)}
        lats, lons = ([book.number(row, end, -most, most) for row in rows] for end, most in (("lat", 90), ("lon", 180)))
        self._together(rows, _array(lats), _array(lons))
        self.fields |= {
            "codes": tuple(self.codes),
            "names": tuple(row["name"] for row in rows),
            "states": tuple(row["state"] for row in rows),
            "row": _array([book.whole(row, "row", FARTHEST_TILE) for row in rows], int),
            "col": _array([book.whole(row, "col", FARTHEST_TILE) for row in rows], int),
            "lat": _array(lats),
            "lon": _array(lons),
            "population": _array([book.number(row, "population") for row in rows]),
            "area": _array([book.number(row, "area_km2") for row in rows]),
            "terrain": tuple(book.one_of(row, "terrain", TERRAINS) for row in rows),
            "river": np.array([book.one_of(row, "river", ("0", "1")) == "1" for row in rows]),
        }

    def _sites(self) -> None:
        book, rows = self.book, self.book.named(self.book.table("sites.csv", "id,name,kind,parent,lat,lon"), "id")
        parents, lats, lons = [], [], []
        for row in rows:
            parent = book.index(row, "parent", self.codes, "a territory's code")
            lat, lon = book.number(row, "lat", -90, 90), book.number(row, "lon", -180, 180)
            if parent >= 0:
                km = float(distance_km(lat, lon, self.fields["lat"][parent], self.fields["lon"][parent]))
                if km > FARTHEST_SITE_KM:
                    book.problem(
                        f"{row.where}: site {row['id']} lies {km:.0f} km from its territory {row['parent']}, outside the map; "
                        f"at most {FARTHEST_SITE_KM:.0f} km are allowed"
                    )
            parents.append(max(parent, 0))
            lats.append(lat)
            lons.append(lon)
        for row in rows:
            if row["id"] in self.codes:
                book.problem(f"{row.where}: id {row['id']} is a territory's code; a site needs an id of its own")
        self.places = {**self.codes, **{row["id"]: len(self.codes) + k for k, row in enumerate(rows)}}
        self.fields |= {
            "site_ids": tuple(row["id"] for row in rows),
            "site_names": tuple(row["name"] for row in rows),
            "site_kinds": tuple(book.one_of(row, "kind", SITE_KINDS) for row in rows),
            "site_parent": _array(parents, int),
            "site_lat": _array(lats),
            "site_lon": _array(lons),
        }

    def _borders(self) -> None:
        book, rows = self.book, self.book.unique(self.book.table("borders.csv", "a,b,km,kind"), "a", "b")
        given = {(row["a"], row["b"]): row for row in rows}
        pairs, km, kinds = [], [], []
        for row in rows:
            a, b = (book.index(row, end, self.codes, "a territory's code") for end in ("a", "b"))
            back = given.get((row["b"], row["a"]))
            if back is None:
                book.problem(
                    f"{row.where}: the border {row['a']}-{row['b']} is given one way only; add {row['b']},{row['a']}"
                )
            elif back["km"] != row["km"]:
                book.problem(
                    f"{row.where}: the border {row['a']}-{row['b']} has {row['km']} km one way and {back['km']} km back"
                )
            if a == b:
                book.problem(f"{row.where}: {row['a']} borders on itself")
            length, kind = (
                book.number(row, "km", 0.0, FARTHEST_ROAD_KM),
                book.one_of(row, "kind", ("land", "water", "sea")),
            )
            if 0 <= a < b:
                pairs.append((a, b))
                km.append(length)
                kinds.append(kind)
        self.fields["borders"] = np.array(pairs, np.int64).reshape(-1, 2)
        self.fields |= {"border_km": _array(km), "border_kind": tuple(kinds)}

    def _roads(self) -> None:
        book, rows = self.book, self.book.table("roads.csv", "a,b,km,terrain,name")
        known = "a territory's code or a site's id"
        pairs = [[max(book.index(row, end, self.places, known), 0) for end in ("a", "b")] for row in rows]
        self._pairs_once(rows, "road")
        self.fields |= {
            "roads": np.array(pairs, np.int64).reshape(-1, 2),
            "road_km": _array([book.number(row, "km", 0.1, FARTHEST_ROAD_KM) for row in rows]),
            "road_terrain": tuple(book.one_of(row, "terrain", TERRAINS) for row in rows),
            "road_names": tuple(row["name"] for row in rows),
        }

    def _pairs_once(self, rows: list[Row], what: str) -> None:
        """Between two ends there is one row at most, whichever end comes first, and none from an end to itself."""
        seen: dict[frozenset[str], Row] = {}
        for row in rows:
            first = seen.setdefault(frozenset((row["a"], row["b"])), row)
            if row["a"] == row["b"]:
                self.book.problem(
                    f"{row.where}: the {what} {row['a']}-{row['b']} connects a place with itself; the two ends must differ"
                )
            elif first is not row:
                self.book.problem(
                    f"{row.where}: the {what} {row['a']}-{row['b']} was already given in line {first.line}"
                )

    def _crossings(self) -> None:
        book = self.book
        rows = book.named(book.table("crossings.csv", "id,name,place,country,ore_t,reagent_t,goods_musd"), "id")
        self.crossings = {row["id"]: index for index, row in enumerate(rows)}
        capacity = [[book.number(row, column) for column in ("ore_t", "reagent_t", "goods_musd")] for row in rows]
        self.fields |= {
            "crossing_ids": tuple(self.crossings),
            "crossing_names": tuple(row["name"] for row in rows),
            "crossing_place": _array(
                [max(book.index(row, "place", self.places, "a place of the world"), 0) for row in rows], int
            ),
            "crossing_country": tuple(row["country"] for row in rows),
            "crossing_capacity": np.array(capacity, np.float64).reshape(-1, 3),
        }

    def _mines(self) -> None:
        book = self.book
        rows = book.named(book.table("mines.csv", "id,name,place,crossing,cost_yuan_per_t"), "id")
        self.mines = {row["id"]: index for index, row in enumerate(rows)}
        self.fields |= {
            "mine_ids": tuple(self.mines),
            "mine_names": tuple(row["name"] for row in rows),
            "mine_place": _array(
                [max(book.index(row, "place", self.places, "a place of the world"), 0) for row in rows], int
            ),
            "mine_crossing": _array(
                [max(book.index(row, "crossing", self.crossings, "a crossing's id"), 0) for row in rows], int
            ),
            "mine_cost": _array([book.number(row, "cost_yuan_per_t") for row in rows]),
        }

    def _income(self) -> None:
        book, rows = self.book, self.book.table("income.csv", "place,kind,usd_per_month")
        self.fields |= {
            "income_place": _array(
                [max(book.index(row, "place", self.places, "a place of the world"), 0) for row in rows], int
            ),
            "income_kind": tuple(row["kind"] for row in rows),
            "income_usd": _array([book.number(row, "usd_per_month") for row in rows]),
        }

    def _parameters(self) -> None:
        """What was calibrated; a world need not have any."""
        book, rows = self.book, []
        if (book.folder / "parameters.csv").exists():
            rows = book.unique(book.table("parameters.csv", "parameter,value,source"), "parameter")
        self.fields["parameters"] = tuple((row["parameter"], _value(row["value"])) for row in rows)

    def _forces(self) -> None:
        book = self.book
        rows = sorted(
            book.named(book.table("forces.csv", "id,kind,name,home,homeland"), "id"), key=lambda row: row["id"]
        )
        fixed = ("id", "kind", "name", "home", "homeland", "core", "source", "confidence")
        forces = []
        for row in rows:
            book.index(row, "home", self.places, "a place of the world")
            settings = {name: _value(cell) for name, cell in row.cells.items() if name not in fixed and cell != ""}
            kind = book.one_of(row, "kind", KINDS)
            home, core = self._lands(row, "homeland"), self._lands(row, "core")
            forces.append(Force(row["id"], kind, row["name"], row["home"], home, settings, core))
        self.forces = {force.id: index for index, force in enumerate(forces)}
        self.fields["forces"] = tuple(forces)

    def _lands(self, row: Row, column: str) -> tuple[str, ...]:
        codes: list[str] = []
        known, states = tuple(self.codes), self.fields["states"]
        for word in filter(None, (part.strip() for part in row.cells.get(column, "").split(";"))):
            meant = state_lands(word, known, states) or state_lands(f"all {word}", known, states)
            codes += meant or ([word] if word in self.codes else [])
            if not meant and word not in self.codes:
                hint = nearest(word, [*known, *sorted(set(states)), "all"])
                self.book.problem(f"{row.where}: {column} has {word!r}, which is not a code, a state or 'all'{hint}")
        return tuple(dict.fromkeys(codes))

    def _buyers(self) -> None:
        book, buyers = self.book, []
        for row in book.named(book.table("buyers.csv", "id,name,crossing"), "id"):
            book.index(row, "crossing", self.crossings, "a crossing's id")
            settings = {
                name: _value(cell)
                for name, cell in row.cells.items()
                if name not in ("id", "name", "crossing", "source") and cell != ""
            }
            buyers.append(Buyer(row["id"], row["name"], row["crossing"], settings))
        self.fields["buyers"] = tuple(buyers)

    # the dated states -------------------------------------------------------------------------------------------

    def _initial(self, date: str) -> InitialState:
        part = f"initial/{date}"
        holder, attacker, posts = self._places(part)
        troops, strength = self._troops(part)
        return InitialState(
            date=date,
            holder=holder,
            attacker=attacker,
            posts=posts,
            control=self._control(part),
            troops=troops,
            strength=strength,
            lanes=self._lanes(part),
            stance=self._stances(part),
            displaced=self._displaced(part),
            arms_left=self._arms_left(part),
            homes=self._homes(part),
            **self._mine_state(part),
        )

    def _actor(self, row: Row, column: str, empty: str) -> int:
        if row[column] == empty:
            return -1
        return self.book.index(row, column, self.forces, "an armed actor of forces.csv")

    def _places(self, part: str) -> tuple[NDArray[np.int64], ...]:
        book, file = self.book, f"{part}/places.csv"
        rows = book.unique(book.table(file, "place,holder,attacker,posts"), "place")
        book.complete(file, rows, "place", self.places)
        holder, attacker = np.full(len(self.places), -1), np.full(len(self.places), -1)
        posts = np.zeros(len(self.places), np.int64)
        for row in rows:
            at = book.index(row, "place", self.places, "a place of the world")
            holder[at] = self._actor(row, "holder", "nobody")
            attacker[at] = self._actor(row, "attacker", "")
            if row["attacker"] == row["holder"]:
                book.problem(
                    f"{row.where}: {row['place']} is held and attacked by {row['holder']}; the attacker must be another actor"
                )
            posts[at] = book.whole(row, "posts")
        return holder.astype(np.int64), attacker.astype(np.int64), posts

    def _control(self, part: str) -> NDArray[np.float64]:
        book, file = self.book, f"{part}/control.csv"
        control = np.zeros((len(self.forces) + 1, len(self.codes)))
        for row in book.unique(book.table(file, "territory,actor,share"), "territory", "actor"):
            at = book.index(row, "territory", self.codes, "a territory's code")
            control[self._actor(row, "actor", "nobody"), at] = book.number(row, "share", 0.0, 1.0)
        total = control.sum(axis=0)
        for code, share in zip(self.codes, total, strict=True):
            if abs(share - 1) > 1e-6:
                book.problem(f"{file}: the shares of {code} sum to {share:.4g}; they must sum to 1, including nobody's")
        return np.asarray(control / np.where(total > 0, total, 1.0))

    def _troops(self, part: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        book, file = self.book, f"{part}/troops.csv"
        troops = np.zeros((len(self.forces), len(self.places)), np.int64)
        strength = np.zeros((len(self.forces), 3), np.int64)
        for row in book.unique(book.table(file, "place,actor,troops,low,high"), "place", "actor"):
            at = book.index(row, "place", self.places, "a place of the world")
            actor = self._actor(row, "actor", "nobody")
            number = book.whole(row, "troops")
            low, high = book.whole(row, "low"), book.whole(row, "high")
            if not low <= number <= high:
                book.problem(f"{row.where}: troops {number} are outside their own range {low} to {high}")
            troops[actor, at] += number
            strength[actor] += (low, number, high)
        return troops, strength

    def _lanes(self, part: str) -> NDArray[np.float64]:
        book, file = self.book, f"{part}/lanes.csv"
        rows = book.unique(book.table(file, "crossing,ore,reagent,goods"), "crossing")
        book.complete(file, rows, "crossing", self.crossings)
        lanes = np.zeros((len(self.crossings), 3))
        for row in rows:
            at = book.index(row, "crossing", self.crossings, "a crossing's id")
            if at < 0:
                continue
            lanes[at] = [book.number(row, lane, 0.0, 1.0) for lane in ("ore", "reagent", "goods")]
        return lanes

    def _mine_state(self, part: str) -> dict[str, NDArray[np.float64]]:
        book, file = self.book, f"{part}/mines.csv"
        names = ("capacity", "operating", "reagent", "in_process", "stock")
        rows = book.unique(book.table(file, "mine," + ",".join(names)), "mine")
        book.complete(file, rows, "mine", self.mines)
        values = {name: np.zeros(len(self.mines)) for name in names}
        for row in rows:
            at = book.index(row, "mine", self.mines, "a mine's id")
            if at < 0:
                continue
            for name in names:
                values[name][at] = book.number(row, name, 0.0, 1.0 if name == "operating" else float("inf"))
        return values

    def _stances(self, part: str) -> NDArray[np.int64]:
        stance = np.eye(len(self.forces), dtype=np.int64)
        rows = self.book.table(f"{part}/stances.csv", "a,b,stance")
        self._pairs_once(rows, "stance")
        for row in rows:
            a, b = self._actor(row, "a", ""), self._actor(row, "b", "")
            stance[a, b] = stance[b, a] = STANCES[self.book.one_of(row, "stance", tuple(STANCES))]
        return stance

    def _homes(self, part: str) -> tuple[tuple[str, str], ...]:
        """Headquarters that stood elsewhere at this date; a date without such a table has none."""
        file, homes = f"{part}/homes.csv", []
        if not (self.book.folder / file).exists():
            return ()
        for row in self.book.unique(self.book.table(file, "actor,home"), "actor"):
            self.book.index(row, "actor", self.forces, "an armed actor of forces.csv")
            self.book.index(row, "home", self.places, "a place of the world")
            homes.append((row["actor"], row["home"]))
        return tuple(homes)

    def _arms_left(self, part: str) -> NDArray[np.float64]:
        """What is left of arms at this date; a date without such a table has what the actors' parameters say."""
        file, left = f"{part}/arms.csv", np.ones(len(self.forces))
        if not (self.book.folder / file).exists():
            return left
        for row in self.book.unique(self.book.table(file, "actor,left"), "actor"):
            at = self.book.index(row, "actor", self.forces, "an armed actor of forces.csv")
            left[at] = self.book.number(row, "left", 0.0, 3.0)
        return left

    def _displaced(self, part: str) -> NDArray[np.float64]:
        displaced = np.zeros(len(self.codes))
        for row in self.book.unique(self.book.table(f"{part}/displaced.csv", "territory,persons"), "territory"):
            displaced[self.book.index(row, "territory", self.codes, "a territory's code")] = self.book.number(
                row, "persons"
            )
        return displaced


def _value(cell: str) -> str | float | int:
    for kind in (int, float):
        try:
            return kind(cell)
        except ValueError:
            continue
    return cell
