"""From what files say to a scenario with every parameter: the kind's defaults, under the world's record, under the files.

The order is: defaults of the table <- the world's record of the actor <- what was calibrated for the world <- scenario
files <- ``--set``.
"""

from __future__ import annotations

import copy
from collections.abc import Container, Iterator
from functools import lru_cache
from typing import Any

from model.scenario.layers import Stated
from model.scenario.problems import NOTHING, Problem, suggestion
from model.scenario.tables import ACTOR_KINDS, ARMED_KINDS, BUYER_KIND, OWN_KINDS, schema_at
from model.world.world import World

Table = dict[str, Any]


def initial_date(world: World, start: str) -> str | None:
    """The latest dated state of the world that is not after a start such as ``2025-08``; None when all are."""
    earlier = [date for date in world.initial if date <= start]
    return max(earlier) if earlier else None


def recorded_actors(world: World, start: str) -> dict[str, Table]:
    """What the world's record says of every armed actor and buyer, by id: kind, place, settings, troops at the start.

    Args:
        world: the world.
        start: first month of the run; a start before all dated states gives no troops.
    """
    date = initial_date(world, start)
    actors: dict[str, Table] = {}
    for row, force in enumerate(world.forces):
        table: Table = {"kind": force.kind, "home": force.home}
        if date is not None:
            table["home"] = dict(world.initial[date].homes).get(force.id, force.home)
            table["troops"] = int(world.initial[date].troops[row].sum())
        actors[force.id] = table | _typed(force.settings, force.kind) | calibrated_actor(world, force.kind, force.id)
    for buyer in world.buyers:
        table = {"kind": BUYER_KIND, "crossing": buyer.crossing} | _typed(buyer.settings, BUYER_KIND)
        actors[buyer.id] = table | calibrated_actor(world, BUYER_KIND, buyer.id)
    return actors


def calibrated_actor(world: World, kind: str, name: str) -> Table:
    """What was calibrated in a world for an actor: for its kind, and over that for itself; by parameter."""
    by_owner = _by_owner(world.parameters)
    return _typed(by_owner.get(kind, {}) | by_owner.get(name, {}), kind)


# A batch asks for every actor at each of its design points and parameter vectors.
@lru_cache(maxsize=8)
def _by_owner(parameters: tuple[tuple[str, str | float | int | bool], ...]) -> dict[str, Table]:
    """What was calibrated in a world, by the kind or actor that it belongs to."""
    owners: dict[str, Table] = {}
    for path, value in parameters:
        root, _, rest = path.partition(".")
        owner, _, name = rest.partition(".")
        if root == "actors" and name:
            owners.setdefault(owner, {})[name] = value
    return owners


def lay_calibrated(stated: Stated, world: World) -> None:
    """Lay what was calibrated in a world for processes and mechanisms under what files say, in place."""
    source, known = f"world '{world.name}', parameters.csv", [*ACTOR_KINDS, *stated.tree["actors"]]
    for text, value in world.parameters:
        path = tuple(text.split("."))
        if path[0] != "actors" and stated.get(path) is NOTHING:
            stated.put(path, value, source)
        elif path[0] == "actors" and (len(path) != 3 or path[1] not in known):
            hint = suggestion(path[1], known, "known names are") if len(path) > 1 else ""
            stated.problems.append(Problem(source, path, f"must name an actor, or a kind, and a parameter{hint}"))


def _typed(settings: dict[str, str | float | int | bool], kind: str) -> Table:
    """Settings as the table's types have them: a CSV file cannot tell 3 from 3.0."""
    typed: Table = {}
    for name, value in settings.items():
        field = ACTOR_KINDS[kind].model_fields.get(name) if kind in ACTOR_KINDS else None
        whole = field is not None and field.annotation is int and isinstance(value, float) and value.is_integer()
        typed[name] = int(value) if whole else value
    return typed


def resolve_actors(stated: Stated, recorded: dict[str, Table], world: World, record: str = "") -> Iterator[Problem]:
    """Lay what the files say of actors over the world's record, in place; actors come out in order of id.

    Args:
        stated: what the files say; its ``actors`` become complete.
        recorded: what the world says, see :func:`recorded_actors`.
        world: the world.
        record: how to call the world's record in sentences.

    Yields:
        Unknown actors, changed kinds, entries that are no tables: those are left out of the result.
    """
    said = stated.get(("actors",))
    if said is not NOTHING and not isinstance(said, dict):
        yield Problem(stated.origin(("actors",)), ("actors",), "must be a table of actors by id", said)
    said = copy.deepcopy(said) if isinstance(said, dict) else {}
    resolved: dict[str, Table] = {}
    for name in sorted({*recorded, *said}):
        problem = _check_actor(name, said.get(name, {}), stated, recorded)
        if problem is not None:
            yield problem
        if problem is None:
            entry = said.get(name, {})
            resolved[name] = recorded.get(name, calibrated_actor(world, str(entry.get("kind")), name)) | entry
        elif name in recorded:
            resolved[name] = recorded[name]
        for key in recorded.get(name, {}):
            stated.origins.setdefault(("actors", name, key), record)
    stated.tree["actors"] = resolved


def _check_actor(name: str, table: Any, stated: Stated, recorded: dict[str, Table]) -> Problem | None:
    path = ("actors", name)
    source = stated.origin(path)
    if not isinstance(table, dict):
        return Problem(source, path, "must be a table of the actor's parameters", table)
    kind = table.get("kind")
    if name not in recorded:
        return _check_new_actor(name, table, source, recorded)
    if kind is not None and kind != recorded[name]["kind"] and not _is_of(kind, OWN_KINDS):
        text = f'is "{recorded[name]["kind"]}" in this world and cannot be changed; give a new actor another id'
        return Problem(stated.origin((*path, "kind")), (*path, "kind"), text, kind)
    return None


def _is_of(kind: Any, kinds: Container[str]) -> bool:
    """Whether what a file gives as a kind, be it a table, is one of some."""
    return isinstance(kind, str) and kind in kinds


def _check_new_actor(name: str, table: Table, source: str, recorded: dict[str, Table]) -> Problem | None:
    path = ("actors", name)
    kind = table.get("kind")
    if kind is None:
        hint = suggestion(name, recorded, "known names are")
        join = " A" if hint.endswith("?") else "; a"
        text = f"unknown actor{hint}{join} new one needs kind, home and troops"
        only = next(iter(table)) if len(table) == 1 else None
        if only is not None and not isinstance(table[only], dict):
            return Problem(source, (*path, only), text, table[only])
        return Problem(source, path, text)
    if not _is_of(kind, ACTOR_KINDS):
        allowed = ", ".join(f'"{option}"' for option in ACTOR_KINDS)
        hint = suggestion(str(kind), ACTOR_KINDS)
        near = hint if hint.endswith("?") else ""
        return Problem(source, (*path, "kind"), f"must be one of {allowed}{near}", kind)
    needed = ("home", "troops") if kind in ARMED_KINDS else ("crossing",)
    absent = [key for key in needed if key not in table]
    if absent:
        return Problem(source, path, f"a new actor of kind {kind} also needs {' and '.join(absent)}")
    return None


def kinds_of(stated: Stated) -> dict[str, str]:
    """The kind of every resolved actor, by id."""
    return {name: table["kind"] for name, table in stated.tree["actors"].items()}


def validation_input(stated: Stated) -> tuple[Table, list[str]]:
    """The tree in the form that the schema validates, and the names of the entries of ``forcing`` in order."""
    tree = copy.deepcopy(stated.tree)
    forcing = tree.get("forcing")
    if not isinstance(forcing, dict):
        return tree, []
    tree["forcing"] = [{**entry, "name": name} if isinstance(entry, dict) else entry for name, entry in forcing.items()]
    return tree, list(forcing)


def start_of(stated: Stated) -> str:
    """The first month as far as it can be told before validation; a wrong one is reported by the schema."""
    start = stated.get(("start",))
    field = schema_at(("start",), {})[1]
    default = str(field.default) if field is not None else ""
    return start if isinstance(start, str) else default
