"""What can be chosen on the page, each thing with its meaning, unit, range and status, and the shapes of the world's map."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from agents.instruments import KINDS, NUG, UNTARGETED
from model.experiments.parameter_sets import set_file
from model.output.units import shown_in
from model.parameters import Declaration
from model.scenario.listing import armed_actors, scenario_declarations
from model.scenario.problems import ScenarioError
from model.scenario.read import load_scenario
from model.scenario.schema import Scenario
from model.views.desk.ask import Ask, Side, sides_of
from model.views.tiles import landmark_labels, site_positions, tiles_of
from model.world.read import load_world

_RECORD = "hindcast"
_MOST_MARKED = 600
"""Townships up to which sites are marked."""


def menu_of(ask: Ask, offered: Sequence[str]) -> dict[str, Any]:
    """All that a page offers for what has been chosen so far.

    Args:
        ask: policy and changes; what is wrong in the changes is left to :func:`model.views.desk.ask.pairs_of`.
        offered: scenarios to choose from.
    """
    usual = load_scenario(ask.policy)
    try:
        policy = sides_of(ask)[0]
        now = load_scenario(policy.file, policy.sets)
    except ScenarioError:
        policy, now = Side(ask.policy, ()), usual
    world = load_world(usual.world)
    return {
        "scenarios": [_entry(name) for name in offered],
        "title": usual.title or usual.name,
        "description": usual.description.strip(),
        "instruments": [_instrument(name, now, usual) for name in now.united_states.instruments],
        "kinds": [
            {"name": name, "meaning": kind.meaning, "precedent": kind.precedent, "targeted": name not in UNTARGETED}
            for name, kind in KINDS.items()
        ],
        "targets": [*armed_actors([usual]), NUG],
        "starts": sorted(world.initial),
        "plausible": set_file(None, usual.world) is not None,
        "parameters": [_parameter(one) for one in scenario_declarations(usual) if _can_be_shown(one)],
        "start": usual.start,
        "world": world_shapes(usual.world),
    }


@lru_cache(maxsize=256)
def _entry(name: str) -> tuple[str, str, str]:
    """Name, title and group of a scenario in the list to choose from."""
    try:
        scenario = load_scenario(name)
    except ScenarioError:
        return name, name, "Cannot be read"
    if scenario.name.startswith(_RECORD):
        group = "The record of 2021 to 2025"
    else:
        group = "Policies" if scenario.united_states.instruments else "No US policy, different assumptions"
    return name, scenario.title or scenario.name, group


def _instrument(name: str, now: Scenario, usual: Scenario) -> dict[str, Any]:
    us, instrument = now.united_states, now.united_states.instruments[name]
    kind, own = KINDS[instrument.kind], usual.united_states.instruments.get(name)
    scale = shown_in(kind.unit)
    size = scale.factor * float(getattr(us, kind.size)) if kind.size else 1.0
    return {
        "name": name,
        "kind": instrument.kind,
        "target": instrument.target,
        "meaning": kind.meaning,
        "precedent": kind.precedent,
        "path": f"amount.{name}" if kind.size else f"united_states.instruments.{name}.level",
        "unit": f"{scale.level} per month" if kind.size else "level",
        "value": size * instrument.level,
        "usual": None if own is None else size * own.level,
        "one": size,
        "most": size * kind.most,
        "times": {key: getattr(instrument, key) for key in ("start", "end", "ramp")},
        "usual_times": {key: getattr(own or instrument, key) for key in ("start", "end", "ramp")},
    }


def _can_be_shown(one: Declaration) -> bool:
    return isinstance(one.default, int | float | bool) or bool(one.options)


def _parameter(one: Declaration) -> dict[str, Any]:
    group, _, name = one.path.rpartition(".")
    return {
        "path": one.path,
        "group": group or "scenario",
        "name": name,
        "value": one.default,
        "whole": isinstance(one.default, int) and not isinstance(one.default, bool),
        "low": one.low,
        "high": one.high,
        "options": list(one.options),
        "unit": "" if one.unit == "-" else one.unit,
        "meaning": one.meaning,
        "status": one.status,
        "source": one.source,
    }


@lru_cache(maxsize=4)
def world_shapes(name: str) -> dict[str, Any]:
    """The map of a world, positions in tile widths with y down.

    Args:
        name: of the world.

    Returns:
        ``places`` (P names), ``ids`` (P), ``states`` (N), ``centres`` (N, 2), ``outlines`` (E, 4), ``sites`` (place, kind, x, y),
        ``landmarks`` (label, x, y of the place, x, y of the text).
    """
    world = load_world(name)
    tiles = tiles_of(world)
    marked = [site for site, kind in enumerate(world.site_kinds) if kind in ("gate", "mine")]
    few = marked if len(world.codes) <= _MOST_MARKED else []
    sites = [
        (len(world.codes) + site, world.site_kinds[site], round(float(x), 3), round(-float(y), 3))
        for site, (x, y) in zip(few, site_positions(world, tiles, few), strict=True)
    ]
    return {
        "name": name,
        "places": list(world.place_names),
        "ids": list(world.place_ids),
        "states": list(world.states),
        "centres": [[round(float(x), 3), round(-float(y), 3)] for x, y in tiles.centres],
        "outlines": [[round(float(v), 3) for v in (a[0], -a[1], b[0], -b[1])] for a, b in tiles.outlines],
        "sites": sites,
        "landmarks": [
            (label, point[0], -point[1], text[0], -text[1]) for label, point, text in landmark_labels(world, tiles, 1.6)
        ],
    }
