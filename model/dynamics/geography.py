"""Static geography: lookups that never change in a run, computed once per world.

Index letters as in :mod:`model.world.world`; besides ``C`` crossings to China, ``I`` crossings to India, ``U`` places on any
corridor to India, ``L`` places along the longest corridor, ``R`` road links. Compiled code takes it as ``run.land``.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from model.arrays import Bools, Floats, Ints
from model.draws import Keys, keys
from model.dynamics.control import fighters_to_hold
from model.dynamics.parameters import Processes
from model.dynamics.routes import routes_of
from model.state import GOODS, REAGENT
from model.world.topology import read_only
from model.world.world import World

_FRICTION = {"lowland": 0.0, "plain": 0.0, "hills": 0.4, "plateau": 0.4, "rugged_hills": 0.7, "mountain": 1.0}
"""How much of ``hill_friction`` applies to a road, by terrain; the kinds of terrain are the map's own classes."""


@dataclass(frozen=True, eq=False)
class Geography:
    """Read-only arrays."""

    junta: int
    """Index of the junta; -1 in a world without one."""
    # places
    is_town: Bools
    """(P,) whether the place is a territory's town (not a site)."""
    territory: Ints
    """(P,) territory of each place."""
    near_start: Ints
    """(P + 1,) where the neighbours of each place begin in ``near``; the last is their number."""
    near: NDArray[np.uint32]
    """Neighbours of all places, each place among its own, in ascending order (unsigned: compiled code need not ask
    whether such an index is negative)."""
    wall: Floats
    """(P,) factor of fortification."""
    size: Floats
    """(P,) 1 for a town, 0.5 for a site."""
    crowd: Floats
    """(P,) its people in 100,000, at most 3."""
    headquarters: Bools
    """(P,) whether any armed actor has its headquarters there."""
    rent_site: Floats
    """(P,) USD a month that other income yields to the holder."""
    on_river: Bools
    """(P,) towns that boats of size can reach."""
    beijing_cares: Bools
    """(P,) whether fighting there disturbs Beijing: a gate to China, its territory, or a trade road to one."""
    place_population: Floats
    """(P,) persons for whom the place stands: the territory's for a town, 0 for a site."""
    # territories
    population: Floats
    """(N,) persons."""
    needed: Floats
    """(N,) fighters that hold a township's countryside half against nobody."""
    # actors and places
    home: Bools
    """(F, P) places of the homeland."""
    home_place: Ints
    """(F,) place of the headquarters."""
    posture: Floats
    """(F, P) weight of a place when fighters are posted, if it is held."""
    base_consent: Floats
    """(F, N) consent without services, harm or news."""
    home_people: Floats
    """(F, N) persons of each actor's homeland."""
    homeland: Floats
    """(F,) their sums."""
    tradeable: Ints
    """(F, N) towns outside each actor's core, those on the roads and with most people first; then -1."""
    # roads
    road_start: Ints
    """(P + 1,) where the roads of each place begin in ``road_end``."""
    road_end: Ints
    """(R,) places at their other ends."""
    road_km: Floats
    """(R,) kilometres, terrain included."""
    # crossings
    crossing_place: Ints
    """(X,) place whose holder has the gate."""
    crossing_capacity: Floats
    """(X, 3) t/month of ore and reagent, million USD a month of goods."""
    chinese: Bools
    """(X,) crossings to China."""
    gates_to_china: Bools
    """(X,) crossings at whose place a gate to China stands."""
    to_india: Bools
    """(X,) crossings to India."""
    # mines and their ways
    mine_place: Ints
    mine_crossing: Ints
    """(M,) place whose holder has the mines, their own crossing to China."""
    mine_cost: Floats
    """(M,) yuan/t: labour, power, reagent at normal prices."""
    china: Ints
    """(C,) crossings to China."""
    gate: Ints
    """(C,) their places."""
    gate_capacity: Floats
    """(C, 3) their capacities."""
    own_gate: Ints
    """(M,) position in ``china`` of each mine's own crossing."""
    within: Bools
    """(M, C) whether the gate is near enough to the mines."""
    freight: Floats
    """(M, C) yuan/t from the mines to the gate."""
    reagent_worth: Floats
    """(M, C) worth of the gate as a way for reagent."""
    india: Ints
    """(I,) crossings to India."""
    india_km: Floats
    """(M, I) km by road; inf where no road leads."""
    corridor_place: Ints
    """(U,) places on the corridors to India."""
    corridor_territory: Ints
    """(U,) their territories."""
    corridor: Ints
    """(M, I, L) positions in ``corridor_place`` along each corridor, padded with U."""
    # buyers
    stand: Ints
    """(B,) crossing at which each buyer stands."""
    # keys of draws
    actor_key: Keys
    place_key: Keys
    territory_key: Keys
    crossing_key: Keys


@lru_cache(maxsize=16)
def geography_of(world: World, p: Processes) -> Geography:
    """The geography of a world, with what the processes' parameters make of it; only the latest are kept."""
    parts = {**_places(world, p), **_homes(world, p), **_gates(world), **_mines(world, p), **_keys(world)}
    kinds = [force.kind for force in world.forces]
    made = Geography(junta=kinds.index("Junta") if "Junta" in kinds else -1, **parts)  # type: ignore[arg-type]
    for field in fields(made):
        value = getattr(made, field.name)
        if isinstance(value, np.ndarray):
            read_only(value)
    return made


def _places(world: World, p: Processes) -> dict[str, object]:
    places, towns = len(world.place_ids), len(world.codes)
    is_town, population = np.arange(places) < towns, _people_at(world)
    rent = np.zeros(places)
    np.add.at(rent, world.income_place, world.income_usd)
    headquarters = np.zeros(places, bool)
    headquarters[[world.find_place(force.home) for force in world.forces]] = True
    near = [np.flatnonzero(row) for row in world.near]
    factor = [1 + _FRICTION.get(kind, 0.5) * (p.supply.hill_friction - 1) for kind in world.road_terrain]
    start, end, km = _links(world, world.road_km * np.array(factor))
    return {
        "is_town": is_town,
        "territory": world.place_territory.copy(),
        "near_start": np.concatenate([[0], np.cumsum([len(some) for some in near])]).astype(np.int64),
        "near": np.concatenate([np.zeros(0, np.int64), *near]).astype(np.uint32),
        "wall": np.where(is_town, p.fortification.town, p.fortification.site),
        "size": np.where(is_town, 1.0, 0.5),
        "crowd": np.minimum(population / 1e5, 3.0),
        "headquarters": headquarters,
        "rent_site": rent,
        "on_river": world.river[world.place_territory] & is_town,
        "beijing_cares": _beijing_cares(world, p.ground.trade_road_share),
        "place_population": population,
        "population": world.population.astype(np.float64),
        "needed": fighters_to_hold(world, p.control),
        "road_start": start,
        "road_end": end,
        "road_km": km,
    }


def _links(world: World, km: Floats) -> tuple[Ints, Ints, Floats]:
    """Where the roads of each place begin, where they lead, their lengths; those of a place in the order of their ends."""
    first = np.concatenate([world.roads[:, 0], world.roads[:, 1]])
    second = np.concatenate([world.roads[:, 1], world.roads[:, 0]])
    order = np.lexsort((second, first))
    start = np.searchsorted(first[order], np.arange(len(world.place_ids) + 1))
    return start.astype(np.int64), second[order].astype(np.int64), np.concatenate([km, km])[order]


def _people_at(world: World) -> Floats:
    """(P,) persons for whom each place stands: the territory's for a town, 0 for a site."""
    people = np.zeros(len(world.place_ids))
    people[: len(world.codes)] = world.population
    return people


def _gates_to_china(world: World) -> Bools:
    """(P,) places at which a crossing to China stands."""
    gates = np.zeros(len(world.place_ids), bool)
    gates[world.crossing_place[world.chinese_crossings]] = True
    return gates


def _beijing_cares(world: World, road_share: float) -> Bools:
    chinese = _gates_to_china(world)
    at_gate = np.isin(world.place_territory, world.place_territory[chinese])
    border = np.zeros(len(world.codes), bool)
    border[world.place_territory[chinese]] = True
    pairs = world.borders[border[world.borders].any(axis=1)]
    return at_gate | (np.isin(world.place_territory, pairs) & (world.betweenness >= road_share))


def _homes(world: World, p: Processes) -> dict[str, object]:
    towns = len(world.codes)
    home, home_place = np.ascontiguousarray(world.home), [world.find_place(force.home) for force in world.forces]
    central = np.asarray(home.all(axis=1))[:, None]
    outside = np.where(home[:, :towns], p.people.consent_home, p.people.consent_abroad)
    home_people = home[:, :towns] * world.population
    return {
        "home": home,
        "home_place": np.array(home_place, np.int64),
        "posture": _posture(world, p, np.array(home_place, np.int64)),
        "base_consent": np.where(central, p.people.consent_coup, outside).astype(np.float64),
        "home_people": np.asarray(home_people, np.float64),
        "homeland": np.asarray(home_people.sum(axis=1), np.float64),
        "tradeable": _tradeable(world),
    }


def _posture(world: World, p: Processes, home_place: Ints) -> Floats:
    is_town = np.arange(len(world.place_ids)) < len(world.codes)
    goods = np.zeros(len(is_town))
    np.add.at(goods, world.crossing_place, world.crossing_capacity[:, GOODS])
    special: Bools = np.asarray(goods > 0)
    special[world.mine_place] = True
    weight = p.ground.posture_place * (is_town + (special | ~is_town)) + _people_at(world) / 1e5
    posture = np.repeat(weight[None], len(world.forces), axis=0)
    posture[np.arange(len(world.forces)), home_place] += p.ground.posture_home
    return posture


def _tradeable(world: World) -> Ints:
    towns = len(world.codes)
    weight = world.betweenness[:towns] + np.minimum(world.population / 1e5, 1.0)
    ranked = np.argsort(-weight, kind="stable")
    out = np.full((len(world.forces), towns), -1, np.int64)
    for row, core in zip(out, world.core, strict=True):
        outside = ranked[~core[ranked]]
        row[: len(outside)] = outside
    return out


def _gates(world: World) -> dict[str, object]:
    crossings = [world.crossing_ids.index(buyer.crossing) for buyer in world.buyers]
    return {
        "crossing_place": world.crossing_place.copy(),
        "crossing_capacity": np.ascontiguousarray(world.crossing_capacity, dtype=np.float64),
        "chinese": world.chinese_crossings.copy(),
        "gates_to_china": _gates_to_china(world)[world.crossing_place],
        "to_india": np.array(world.crossing_country) == "India",
        "stand": np.array(crossings, np.int64),
    }


def _mines(world: World, p: Processes) -> dict[str, object]:
    routes = dict(routes_of(world))
    china, china_km, passed = routes["china"], routes.pop("china_km"), routes["corridor_place"]
    within = china_km <= p.trade.reach_km
    within[np.arange(len(within)), routes["own_gate"]] = True
    km = np.where(within, china_km, 0.0)
    capacity = np.ascontiguousarray(world.crossing_capacity[china], dtype=np.float64)
    return {
        "mine_place": world.mine_place.copy(),
        "mine_crossing": world.mine_crossing.copy(),
        "mine_cost": world.mine_cost.astype(np.float64),
        "gate": world.crossing_place[china],
        "gate_capacity": capacity,
        "within": within,
        "freight": p.trade.freight_yuan_per_t_km * km,
        "reagent_worth": capacity[:, REAGENT] / (1.0 + km / p.trade.reagent_km),
        "corridor_territory": world.place_territory[passed],
        **routes,
    }


def _keys(world: World) -> dict[str, object]:
    return {
        "actor_key": keys(world.force_ids),
        "place_key": keys(world.place_ids),
        "territory_key": keys(world.codes),
        "crossing_key": keys(world.crossing_ids),
    }
