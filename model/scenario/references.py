"""Names in a scenario that must exist in its world or among its actors: actors, townships, sites, crossings.

The checks read what the files say, before and besides validation, so that all problems come out in one pass; what has a
wrong type is left to the schema.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from math import exp, log
from typing import Any

from agents.instruments import KINDS, NUG, PARTNER, TEN, UNTARGETED
from model.scenario.layers import Stated
from model.scenario.problems import NOTHING, Path, Problem, suggestion
from model.scenario.tables import ARMED_KINDS
from model.world.names import fault, faults
from model.world.world import World, WorldError

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])", re.ASCII)

_LONGEST_TITLE = 200
_FIRST, _LAST = "1900-01", "2099-12"
"""Months in which a run may start: a hundred years on, calendars of tables and figures still know the date."""

NOBODY = "nobody"

_READ_BY_FORCING = {
    "close_lanes": ("target", "lane", "value"),
    "lanes": ("target", "lane", "value"),
    "holder": ("target", "actor"),
    "conscription": ("target", "value"),
    "price_factor": ("value",),
    "other_origins": ("value",),
}
"""Keys of a forcing that its kind heeds; another would be given in vain."""

FURTHEST = 100.0
"""The largest factor by which forcings raise all prices, and whose inverse is the smallest: prices move in logarithms, so 0 is none."""

_ABOUT: dict[str, Any] = {"target": "", "actor": "", "lane": "all", "value": 0.0}
_INSTEAD = {"target": "applies to the whole market"}
_NO_TARGET = tuple(kind for kind in UNTARGETED if kind != "envoy")
"""Kinds of instruments that are about the junta's trade or the road; an envoy may be sent to somebody."""
_NEEDS_TARGET = {"holder": "a township or site", "conscription": "the id of an armed actor"}


@dataclass(frozen=True)
class Names:
    """The names that a scenario may refer to."""

    world: World
    armed: tuple[str, ...]
    actors: tuple[str, ...]
    places: tuple[str, ...]
    crossings: tuple[str, ...]
    countries: tuple[str, ...]
    states: tuple[str, ...]
    """Those that have a crossing."""


def names_of(world: World, kinds: dict[str, str]) -> Names:
    """Collect the names of a world and of the scenario's actors (id -> kind)."""
    return Names(
        world=world,
        armed=tuple(name for name, kind in kinds.items() if kind in ARMED_KINDS),
        actors=tuple(kinds),
        places=(*world.place_names, *world.place_ids),
        crossings=tuple(world.crossing_ids),
        countries=tuple(dict.fromkeys(world.crossing_country)),
        states=tuple(dict.fromkeys(world.states[world.place_territory[place]] for place in world.crossing_place)),
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
    yield from _prices(stated)


def _ids(stated: Stated, ids: tuple[str, ...]) -> Iterator[Problem]:
    """Names that cannot be told apart in those of columns and files, or mean something else."""
    tables: tuple[tuple[Path, Iterable[str]], ...] = (
        (("actors",), ids),
        *(
            (path, [name for name, _ in _tables(stated, path)])
            for path in (("united_states", "instruments"), ("forcing",))
        ),
    )
    for path, names in tables:
        for name, text in faults(names, reserved=path == ("actors",)):
            yield Problem(stated.origin((*path, name)), (*path, name), text)
    label = stated.get(("name",))
    if isinstance(label, str) and (text := fault(label)):
        yield Problem(stated.origin(("name",)), ("name",), text, label)
    title = stated.get(("title",))
    if isinstance(title, str) and len(title) > _LONGEST_TITLE:
        text = f"has {len(title)} characters; {_LONGEST_TITLE} are allowed, and put longer text in the description"
        yield Problem(stated.origin(("title",)), ("title",), text)


def _tables(stated: Stated, path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    found = stated.get(path)
    if isinstance(found, dict):
        yield from ((name, table) for name, table in found.items() if isinstance(table, dict))


def _start(stated: Stated, world: World) -> Iterator[Problem]:
    start = stated.get(("start",))
    dated = sorted(world.initial)
    if isinstance(start, str) and _MONTH.fullmatch(start) and not _FIRST <= start <= _LAST:
        yield Problem(stated.origin(("start",)), ("start",), f"must be a month from {_FIRST} to {_LAST}", start)
        return
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
    home, crossing = table.get("home"), table.get("crossing")
    if isinstance(home, str) and home:
        yield from _place((*path, "home"), home, home, stated, names)
    if isinstance(crossing, str) and crossing and crossing not in names.crossings:
        yield _unknown((*path, "crossing"), crossing, crossing, stated, names.crossings, "crossing")
    for key in ("homeland", "core"):
        yield from _many((*path, key), table.get(key), stated, lambda here, name: _land(here, name, stated, names))
    others = [name for name in names.armed if name != path[-1]]
    for key in ("allies", "enemies"):
        yield from _many(
            (*path, key),
            table.get(key),
            stated,
            lambda here, name: _among(here, name, stated, others, "armed actor"),
        )
    yield from _both(path, table, stated)


def _both(path: Path, table: dict[str, Any], stated: Stated) -> Iterator[Problem]:
    allies, enemies = table.get("allies"), table.get("enemies")
    if isinstance(allies, list) and isinstance(enemies, list):
        for name in [name for name in allies if name in enemies]:
            yield Problem(stated.origin((*path, "enemies")), (*path, "enemies"), "is also among the allies", name)


def _many(
    path: Path, entries: Any, stated: Stated, check: Callable[[Path, str], Iterator[Problem]]
) -> Iterator[Problem]:
    """What is wrong with the entries of a list; each is to be there once."""
    for place, entry in enumerate(entries if isinstance(entries, list) else []):
        if not isinstance(entry, str):
            continue
        if entry in entries[:place]:
            yield Problem(stated.origin(path), path, "is listed twice", entry)
        else:
            yield from check(path, entry)


def _among(path: Path, name: str, stated: Stated, known: Iterable[str], what: str) -> Iterator[Problem]:
    if name not in known:
        yield _unknown(path, name, name, stated, known, what)


def _place(path: Path, name: str, value: Any, stated: Stated, names: Names) -> Iterator[Problem]:
    """What is wrong with the name of a township or site: unknown, or that of several."""
    try:
        names.world.find_place(name)
    except WorldError as error:
        yield Problem(stated.origin(path), path, error.problems[0], value)
    except KeyError:
        yield _unknown(path, name, value, stated, names.places, "township or site")


def _land(path: Path, name: str, stated: Stated, names: Names) -> Iterator[Problem]:
    """What is wrong with a word for land in a homeland or core: see :meth:`World.find_lands`."""
    try:
        names.world.find_lands(name)
    except WorldError as error:
        yield Problem(stated.origin(path), path, error.problems[0], name)
    except KeyError:
        known = (*names.places, *dict.fromkeys(names.world.states), "all")
        yield _unknown(path, name, name, stated, known, "township or state")


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
    if isinstance(kind, str) and kind in _NO_TARGET and target != "":
        text = f"must be omitted: an instrument of kind '{kind}' has no target"
        yield Problem(stated.origin((*path, "target")), (*path, "target"), text, target)
        target = ""
    targets = (*names.armed, PARTNER, NUG)
    if isinstance(target, str) and target and target not in targets:
        yield _unknown((*path, "target"), target, target, stated, targets, "armed actor")
    yield from _level(path, table, stated)
    yield from _order(path, table, stated, least=1)
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
            if key == "holder":
                yield from _place(here, name, value, stated, names)
            elif name not in known:
                yield _unknown(here, name, value, stated, known, what)
            if key == "holder" and isinstance(value, str) and value not in (*names.armed, NOBODY):
                yield _unknown(here, value, value, stated, (*names.armed, NOBODY), "armed actor")


def _forcing(path: Path, table: dict[str, Any], stated: Stated, names: Names) -> Iterator[Problem]:
    kind, target = table.get("kind"), table.get("target", "")
    if not isinstance(kind, str) or kind not in _READ_BY_FORCING:
        return
    for key, meant in _ABOUT.items():
        if key not in _READ_BY_FORCING[kind] and table.get(key, meant) != meant:
            text = f"must be omitted: a forcing of kind '{kind}' {_INSTEAD.get(key, 'does not use it')}"
            yield Problem(stated.origin((*path, key)), (*path, key), text, table[key])
    if kind in _NEEDS_TARGET and target == "":
        text = f"is missing; it needs {_NEEDS_TARGET[kind]}"
        yield Problem(stated.origin((*path, "target")), (*path, "target"), text)
    elif isinstance(target, str) and target:
        yield from _target((*path, "target"), kind, target, stated, names)
    if kind == "holder":
        yield from _holder(path, table, stated, names)
    value = table.get("value", 0.0)
    if kind in ("close_lanes", "lanes") and isinstance(value, int | float) and value > 1:
        text = "must be at most 1: the openness of the lanes, from 0 (closed) to 1 (open)"
        yield Problem(stated.origin((*path, "value")), (*path, "value"), text, value)
    if kind == "price_factor" and not _is_factor(value):
        text = f"must be a price factor between {1 / FURTHEST:g} and {FURTHEST:g}; 1 changes nothing"
        yield Problem(stated.origin((*path, "value")), (*path, "value"), text, value)
    yield from _order(path, table, stated)


def _is_factor(value: Any) -> bool:
    return isinstance(value, int | float) and 1 / FURTHEST <= value <= FURTHEST


def _prices(stated: Stated) -> Iterator[Problem]:
    """Price factors of one month that multiply beyond what one of them may be."""
    moves: list[tuple[str, float, str]] = []
    for name, table in _tables(stated, ("forcing",)):
        start, end = table.get("start"), table.get("end")
        value: Any = table.get("value")
        if table.get("kind") == "price_factor" and _is_factor(value) and isinstance(start, str):
            moves.append((start, log(value), name))
            moves += [(f"{end}+", -log(value), name)] if isinstance(end, str) else []
    total = 0.0
    for month, step, name in sorted(moves):
        total += step
        if abs(total) > log(FURTHEST) * (1 + 1e-9):
            path = ("forcing", name, "value")
            text = f"multiplies with the other price factors of {month.strip('+')} to {exp(min(total, 700.0)):.3g}"
            limits = f"; {1 / FURTHEST:g} to {FURTHEST:g} are allowed"
            yield Problem(stated.origin(path), path, text + limits, stated.get(path))
            return


def _target(path: Path, kind: str, target: str, stated: Stated, names: Names) -> Iterator[Problem]:
    """What is wrong with the target of a forcing that has one."""
    if kind == "holder":
        yield from _place(path, target, target, stated, names)
    elif kind == "conscription":
        yield from _among(path, target, stated, names.armed, "armed actor")
    elif kind in ("close_lanes", "lanes"):
        known = (*names.crossings, *names.countries, *names.states)
        yield from _among(path, target, stated, known, "crossing, or country or state with one")


def _holder(path: Path, table: dict[str, Any], stated: Stated, names: Names) -> Iterator[Problem]:
    actor, known = table.get("actor", ""), (*names.armed, NOBODY)
    if actor == "":
        text = f"is missing; it needs the id of an armed actor, or {NOBODY}"
        yield Problem(stated.origin((*path, "actor")), (*path, "actor"), text)
    elif isinstance(actor, str) and actor not in known:
        yield _unknown((*path, "actor"), actor, actor, stated, known, "armed actor")


def _order(path: Path, table: dict[str, Any], stated: Stated, least: int = 0) -> Iterator[Problem]:
    """An end before the start; with ``least`` 1, at the start too, because the end is the first month without it."""
    start, end = table.get("start", 0 if least else NOTHING), table.get("end", NOTHING)
    if type(start) is type(end) and isinstance(start, (int, str)) and (end < start or (least and end == start)):
        text = f"must {'be after' if least else 'not be before'} the start, {start}"
        yield Problem(stated.origin((*path, "end")), (*path, "end"), text, end)
