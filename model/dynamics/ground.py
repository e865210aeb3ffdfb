"""What a run looks up again and again and that never changes in it, worked out once a world."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from model.draws import Keys, keys
from model.kernels import compiled, sums
from model.parameters import ParameterTable, parameter
from model.state import State
from model.world.world import World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class GroundParameters(ParameterTable):
    """How places are weighed before anything has happened."""

    posture_town: float = parameter(
        0.5, low=0.0, high=5.0, unit="-", meaning="Weight of any held town when fighters are posted.", source="assumed"
    )
    posture_population: float = parameter(
        1.0, low=0.0, high=5.0, unit="1/100,000 persons", meaning="Weight of its people.", source="assumed"
    )
    posture_site: float = parameter(
        0.8, low=0.0, high=5.0, unit="-", meaning="Weight of a held gate, mine or headquarters.", source="assumed"
    )
    posture_home: float = parameter(
        4.0, low=0.0, high=20.0, unit="-", meaning="Weight of the actor's own headquarters.", source="assumed"
    )
    trade_road_share: float = parameter(
        0.25, low=0.0, high=1.0, unit="0-1",
        meaning="Betweenness on the road graph from which Beijing counts a place as on its trade roads.",
        source="assumed",
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Ground:
    """Static arrays; index letters as in :mod:`model.world.world`."""

    near: sparse.csr_array
    """(P, P) 1 where two places are next to each other or the same."""
    near_start: Ints
    """(P + 1,) where the neighbours of each place begin in ``near_end``; the last is their number."""
    near_end: Ints
    """Neighbours of all places, each place among its own, in ascending order."""
    near_dense: Bools
    """(P, P) the same as booleans."""
    is_town: Bools
    """(P,) whether the place is a territory's town (not a site)."""
    territory: Ints
    """(P,) territory of each place."""
    members: sparse.csr_array
    """(N, P) 1 where a place lies in a territory."""
    home_place: Ints
    """(F,) place of the headquarters."""
    home: Bools
    """(F, P) places of the homeland."""
    posture: Floats
    """(F, P) weight of a place when fighters are posted, if it is held."""
    rent_site: Floats
    """(P,) USD a month that other income yields to the holder."""
    gate_goods: Floats
    """(P,) million USD of goods a month through gates at the place."""
    headquarters_of: Ints
    """(P,) actor whose headquarters it is; -1 none."""
    chinese_gate: Bools
    """(P,) whether a gate to China stands there."""
    gates_to_china: Bools
    """(X,) crossings at whose place a gate to China stands."""
    beijing_cares: Bools
    """(P,) whether fighting there disturbs Beijing: a gate to China, its territory, or a trade road to one."""
    population: Floats
    """(P,) persons for whom the place stands: the territory's for a town, 0 for a site."""
    actor_keys: Keys
    place_keys: Keys
    territory_keys: Keys
    """Keys of draws."""


@lru_cache(maxsize=16)
def ground_of(world: World, parameters: GroundParameters) -> Ground:
    """The ground of a world, worked out once a process and world; only the latest worlds are kept."""
    places, territories = len(world.place_ids), len(world.codes)
    is_town = np.arange(places) < territories
    home_place = np.array([world.find_place(force.home) for force in world.forces], dtype=np.int64)
    headquarters = np.full(places, -1, np.int64)
    headquarters[home_place] = np.arange(len(world.forces))
    gates = np.zeros(places)
    np.add.at(gates, world.crossing_place, world.crossing_capacity[:, 2])
    rent = np.zeros(places)
    np.add.at(rent, world.income_place, world.income_usd)
    chinese = np.zeros(places, bool)
    chinese[world.crossing_place[world.chinese_crossings]] = True
    population = np.where(is_town, np.resize(world.population, places), 0.0)
    near = sparse.csr_array(world.near.astype(np.float64))
    membership = (np.ones(places), (world.place_territory, np.arange(places)))
    return Ground(
        near=near,
        near_start=near.indptr.astype(np.int64),
        near_end=near.indices.astype(np.int64),
        near_dense=world.near,
        is_town=is_town,
        territory=world.place_territory,
        members=sparse.csr_array(membership, shape=(territories, places)),
        home_place=home_place,
        home=np.ascontiguousarray(world.home),
        posture=_posture(world, parameters, is_town, population, home_place, gates),
        rent_site=rent,
        gate_goods=gates,
        headquarters_of=headquarters,
        chinese_gate=chinese,
        gates_to_china=chinese[world.crossing_place],
        beijing_cares=_beijing_cares(world, chinese, parameters.trade_road_share),
        population=population,
        actor_keys=keys(world.force_ids),
        place_keys=keys(world.place_ids),
        territory_keys=keys(world.codes),
    )


def _posture(
    world: World, parameters: GroundParameters, is_town: Bools, population: Floats, home_place: Ints, gates: Floats
) -> Floats:
    weight = np.where(is_town, parameters.posture_town, 0.0) + parameters.posture_population * population / 1e5
    special = gates > 0
    special[world.mine_place] = True
    weight = weight + parameters.posture_site * (special | ~is_town)
    posture = np.repeat(weight[None], len(world.forces), axis=0)
    posture[np.arange(len(world.forces)), home_place] += parameters.posture_home
    return posture


def _beijing_cares(world: World, chinese: Bools, road_share: float) -> Bools:
    at_gate = np.isin(world.place_territory, world.place_territory[chinese])
    border = np.zeros(len(world.codes), bool)
    border[world.place_territory[chinese]] = True
    pairs = world.borders[border[world.borders].any(axis=1)]
    beside = np.isin(world.place_territory, pairs)
    return at_gate | (beside & (world.betweenness >= road_share))


def over_actors(who: Bools, values: Floats) -> Floats:
    """(F, P) sums of (F, P) ``values`` over the actors that (F, F) ``who`` marks in each row, one after another."""
    total = np.zeros(values.shape)
    for other, row in enumerate(values):
        total += who[:, other, None] * row
    return total


_ALL_ONE = np.zeros((0, 0))


def heads(world: World, state: State) -> Floats:
    """(F,) persons under each actor's control."""
    if compiled():
        return sums.people_sums(state.control, world.population, _ALL_ONE)
    return np.asarray((state.control[:-1] * world.population).sum(axis=1))


def over_heads(world: World, state: State, values: Floats) -> Floats:
    """(F,) sums of (F, N) ``values`` over the persons under each actor's control."""
    if compiled():
        return sums.people_sums(state.control, world.population, values)
    return np.asarray((state.control[:-1] * world.population * values).sum(axis=1))
