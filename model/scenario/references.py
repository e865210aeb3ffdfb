"""Names in a scenario that must exist in its world or among its actors: actors, townships, sites, crossings.

The checks read what the files say, before and besides validation, so that all problems come out in one pass; what has a
wrong type is left to the schema.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from agents.instruments import KINDS, NUG, PARTNER, TEN, UNTARGETED
from model.scenario.layers import Stated
from model.scenario.problems import NOTHING, Path, Problem, suggestion
from model.scenario.tables import ARMED_KINDS
from model.world.world import World

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])", re.ASCII)

NOBODY = "nobody"


@dataclass(frozen=True)
class Names:
    """The names that a scenario may refer to."""

    armed: tuple[str, ...]
    actors: tuple[str, ...]
    places: tuple[str, ...]
    crossings: tuple[str, ...]
    countries: tuple[str, ...]
    states: tuple[str, ...]


def names_of(world: World, kinds: dict[str, str]) -> Names:
    """Collect the names of a world and of the scenario's actors (id -> kind)."""
    return Names(
        armed=tuple(name for name, kind in kinds.items() if kind in ARMED_KINDS),
        actors=tuple(kinds),
        places=(*world.place_names, *world.place_ids),
        crossings=tuple(world.crossing_ids),
        countries=tuple(dict.fromkeys(world.crossing_country)),
        states=tuple(dict.fromkeys(world.states)),
    )


def reference_problems(stated: Stated, world: World, kinds: dict[str, str]) -> Iterator[Problem]:
    """Everything that refers to what is not there, and every end before its start.

    Args:
        stated: what the files say, actors resolved.
        world: the world of the scenario.
        kinds: actor's id -> kind.
    """
    names = names_of(world, kinds)
    yield from _start(stated, world)
    yield from _ids(stated, tuple(kinds))
    for name, table in stated.tree["actors"].items():
        yield from _actor(("actors", name), table, stated, names)
    for name, table in _tables(stated, ("united_states", "instruments")):
        yield from _instrument(("united_states", "instruments", name), table, stated, names)
    for name, table in _tables(stated, ("forcing",)):
        yield from _forcing(("forcing", name), table, stated, names)


def _ids(stated: Stated, ids: tuple[str, ...]) -> Iterator[Problem]:
    """Actors whose ids cannot be told apart in names of columns and files, or mean something else."""
    reserved = {name.casefold(): name for name in (NOBODY, NUG, PARTNER)}
    taken: dict[str, str] = {}
    for name in ids:
        path, column = ("actors", name), name.casefold().replace("-", "_")
        if not name or column in reserved:
            word = f"'{reserved[column]}' means something else in scenarios and tables" if name else "the id is empty"
            yield Problem(stated.origin(path), path, f"{word}; give the actor another id")
        elif column in taken:
            text = f"has the same names of columns as the actor '{taken[column]}'; give it another id"
            yield Problem(stated.origin(path), path, text)
        taken.setdefault(column, name)


def _tables(stated: Stated, path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    found = stated.get(path)
    if isinstance(found, dict):
        yield from ((name, table) for name, table in found.items() if isinstance(table, dict))


def _start(stated: Stated, world: World) -> Iterator[Problem]:
    start = stated.get(("start",))
    dated = sorted(world.initial)
    if not (isinstance(start, str) and _MONTH.fullmatch(start) and dated) or start in dated:
        return
    if len(dated) > 1 or start < dated[0]:  # a world with one state has no history that another month could belie
        nearest = min(dated, key=lambda date: abs(_month_number(date) - _month_number(start)))
        text = (
            f"must be a month for which the world '{world.name}' has a dated state of who holds what: {', '.join(dated)}; "
            f"the nearest is {nearest}"
        )
        yield Problem(stated.origin(("start",)), ("start",), text, start)


def _month_number(date: str) -> int:
    """Months since the year 0 of a date such as 2025-08."""
    year, month = date.split("-")
    return 12 * int(year) + int(month)


def _actor(path: Path, table: dict[str, Any], stated: Stated, names: Names) -> Iterator[Problem]:
    yield from _one(table, (*path, "home"), stated, names.places, "township or site")
    yield from _one(table, (*path, "crossing"), stated, names.crossings, "crossing")
    for key, known, what in (
        ("homeland", names.places, "township"),
        ("core", names.places, "township"),
        ("allies", names.armed, "armed actor"),
        ("enemies", names.armed, "armed actor"),
    ):
        entries = table.get(key)
        if isinstance(entries, list):
            yield from _many((*path, key), entries, stated, known, what)
    yield from _both(path, table, stated)


def _both(path: Path, table: dict[str, Any], stated: Stated) -> Iterator[Problem]:
    allies, enemies = table.get("allies"), table.get("enemies")
    if isinstance(allies, list) and isinstance(enemies, list):
        for name in [name for name in allies if name in enemies]:
            yield Problem(stated.origin((*path, "enemies")), (*path, "enemies"), "is among the allies too", name)


def _one(table: dict[str, Any], path: Path, stated: Stated, known: Iterable[str], what: str) -> Iterator[Problem]:
    value = table.get(path[-1])
    if isinstance(value, str) and value and not _is_known(value, known, what):
        yield _unknown(path, value, value, stated, known, what)


def _many(path: Path, entries: list[Any], stated: Stated, known: Iterable[str], what: str) -> Iterator[Problem]:
    for place, entry in enumerate(entries):
        if not isinstance(entry, str):
            continue
        if entry in entries[:place]:
            yield Problem(stated.origin(path), path, "is named twice", entry)
        elif not _is_known(entry, known, what):
            yield _unknown(path, entry, entry, stated, known, what)


def _is_known(name: str, known: Iterable[str], what: str) -> bool:
    """Whether a name is known; case matters for ids of actors and crossings, not for places (``World.find_place``)."""
    if what.startswith("town"):
        return name.strip().casefold() in _folded(tuple(known))
    return name in known


@lru_cache(maxsize=16)
def _folded(names: tuple[str, ...]) -> frozenset[str]:
    """Names without regard to case; a batch asks for those of a world thousands of times."""
    return frozenset(name.casefold() for name in names)


def _unknown(path: Path, name: str, value: Any, stated: Stated, known: Iterable[str], what: str) -> Problem:
    return Problem(stated.origin(path), path, f"unknown {what}{suggestion(name, known, 'known are')}", value)


def _instrument(path: Path, table: dict[str, Any], stated: Stated, names: Names) -> Iterator[Problem]:
    kind, target = table.get("kind"), table.get("target", "")
    if target == "" and isinstance(kind, str) and kind not in UNTARGETED:
        text = f"is missing; an instrument of kind '{kind}' needs the id of an armed actor: {', '.join(names.armed)}"
        yield Problem(stated.origin((*path, "target")), (*path, "target"), text)
    if target == PARTNER and stated.get(("united_states", "partner_choice")) != "strategic_empowerment":
        text = 'needs united_states.partner_choice = "strategic_empowerment"'
        yield Problem(stated.origin((*path, "target")), (*path, "target"), text, target)
    targets = (*names.armed, PARTNER, NUG)
    if isinstance(target, str) and target and target not in targets:
        yield _unknown((*path, "target"), target, target, stated, targets, "armed actor")
    yield from _level(path, table, stated)
    yield from _order(path, table, stated)
    when = table.get("when")
    if isinstance(when, dict):
        yield from _condition((*path, "when"), when, stated, names)


def _level(path: Path, table: dict[str, Any], stated: Stated) -> Iterator[Problem]:
    kind, level = KINDS.get(str(table.get("kind"))), table.get("level")
    if kind is not None and isinstance(level, int | float) and kind.most < level <= TEN:
        text = f"must be at most {kind.most:g} for an instrument of kind '{table['kind']}': level 1 is {kind.precedent}"
        yield Problem(stated.origin((*path, "level")), (*path, "level"), text, level)


def _condition(path: Path, when: dict[str, Any], stated: Stated, names: Names) -> Iterator[Problem]:
    for key, known, what in (
        ("holder", names.places, "township or site"),
        ("lane_open", names.crossings, "crossing"),
        ("ceasefire", names.armed, "armed actor"),
    ):
        table = when.get(key)
        for name, value in table.items() if isinstance(table, dict) else ():
            here = (*path, key, name)
            if not _is_known(name, known, what):
                yield _unknown(here, name, value, stated, known, what)
            elif key == "holder" and isinstance(value, str) and value not in (*names.armed, NOBODY):
                yield _unknown(here, value, value, stated, (*names.armed, NOBODY), "armed actor")


def _forcing(path: Path, table: dict[str, Any], stated: Stated, names: Names) -> Iterator[Problem]:
    kind, target = table.get("kind"), table.get("target", "")
    known: tuple[str, ...] | None = None
    if kind in ("close_lanes", "lanes"):
        known, what = (*names.crossings, *names.countries, *names.states), "crossing, country or state"
    elif kind == "conscription":
        known, what = names.armed, "armed actor"
    elif kind == "holder":
        known, what = names.places, "township or site"
        if target == "":
            yield Problem(
                stated.origin((*path, "target")), (*path, "target"), "is missing; it needs a township or site"
            )
        yield from _holder(path, table, stated, names)
    if known is None and isinstance(kind, str) and target != "":
        text = f"must be left out: a forcing of kind '{kind}' is about the whole market"
        yield Problem(stated.origin((*path, "target")), (*path, "target"), text, target)
    if known is not None and isinstance(target, str) and target and not _is_known(target, known, what):
        yield _unknown((*path, "target"), target, target, stated, known, what)
    yield from _order(path, table, stated)


def _holder(path: Path, table: dict[str, Any], stated: Stated, names: Names) -> Iterator[Problem]:
    actor, known = table.get("actor", ""), (*names.armed, NOBODY)
    if isinstance(actor, str) and actor not in known:
        yield _unknown((*path, "actor"), actor, actor, stated, known, "armed actor")


def _order(path: Path, table: dict[str, Any], stated: Stated) -> Iterator[Problem]:
    start, end = table.get("start", NOTHING), table.get("end", NOTHING)
    if type(start) is type(end) and isinstance(start, (int, str)) and end < start:
        text = f"must not be before the start, {start}"
        yield Problem(stated.origin((*path, "end")), (*path, "end"), text, end)
