"""Supply over roads in friendly hands, with airlift and river relief.

State: ``supply[f, p]`` in 0-1. Equation: ``supply = max(exp(-d / d0), local, airlift)``, where ``d`` is the road distance in
kilometres (hills and monsoon make roads longer) from the nearest depot that is itself joined to the headquarters over
roads the actor can use (distance decay: Zhukov 2012, Boulding 1962). A garrison whom no such road reaches is *isolated*;
aircraft may keep it at a floor, and on a river a flotilla may relieve it (as at Bhamo in July and August 2025, SOURCES V12).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from model.draws import Draws
from model.dynamics.ground import Ground, over_actors
from model.kernels import compiled
from model.kernels import roads as roads_kernels
from model.kernels.bound import Bound, Gatherer, bind
from model.kernels.loops import LOOPS
from model.parameters import ParameterTable, as_record, parameter
from model.state import NOBODY, State
from model.world.world import World

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


class SupplyParameters(ParameterTable):
    """Roads, depots, aircraft and boats."""

    decay_km: float = parameter(
        150.0, low=75.0, high=300.0, unit="km of road", meaning="Distance at which supply falls to 37 %.",
        source="SOURCES P17", status="weakly identified",
    )  # fmt: skip
    hill_friction: float = parameter(
        2.0,
        low=1.3,
        high=3.0,
        unit="x",
        meaning="How much longer a mountain road is than a plain one.",
        source="SOURCES P18",
    )
    monsoon_friction: float = parameter(
        1.5,
        low=1.2,
        high=2.0,
        unit="x",
        meaning="How much longer roads are at the height of the rains.",
        source="SOURCES P18",
    )
    passable_share: float = parameter(
        0.4, low=0.1, high=0.9, unit="0-1", source="assumed",
        meaning="Share of the countryside, with allies, from which an actor can use the roads of a township it does not hold.",
    )  # fmt: skip
    depot_population: float = parameter(
        150_000.0, low=10_000.0, high=1e6, unit="persons", meaning="Held towns of this size serve as depots.",
        source="assumed: district towns and regional commands",
    )  # fmt: skip
    local_supply: float = parameter(
        0.6, low=0.0, high=1.0, unit="0-1", meaning="Supply from countryside that it wholly controls, or whose people wholly consent.",
        source="assumed: guerrillas live off friendly land",
    )  # fmt: skip
    airlift_floor: float = parameter(
        0.55, low=0.2, high=0.8, unit="0-1", meaning="Supply of a cut-off garrison that is supplied from the air in full.",
        source="SOURCES P15, V10", status="weakly identified",
    )  # fmt: skip
    river_relief: float = parameter(
        0.10, low=0.03, high=0.25, unit="1/month", meaning="Chance that boats relieve a cut-off garrison on a river.",
        source="SOURCES P16: one event", status="weakly identified",
    )  # fmt: skip
    relief_posts: float = parameter(
        0.5, low=0.0, high=1.0, unit="0-1", meaning="Share of the lost positions that a relief wins back.",
        source="assumed from the bases retaken at Bhamo in August and September 2025",
    )  # fmt: skip


_FRICTION = {"lowland": 0.0, "plain": 0.0, "hills": 0.4, "plateau": 0.4, "rugged_hills": 0.7, "mountain": 1.0}
"""How much of ``hill_friction`` applies to a road, by terrain; the kinds of terrain are the map's own classes."""


@lru_cache(maxsize=16)
def _road_graph(world: World, hill_friction: float) -> tuple[sparse.csr_array, Ints, Ints, Ints]:
    """(P, P) kilometres of road, terrain included, and where each road begins; worked out once a process.

    Returns:
        The graph; (P + 1,) where the roads of each place begin; where all roads lead; where they come from.
    """
    factor = np.array([1 + _FRICTION.get(kind, 0.5) * (hill_friction - 1) for kind in world.road_terrain])
    km = world.road_km * factor
    ends = np.concatenate([world.roads, world.roads[:, ::-1]])
    size = len(world.place_ids)
    graph = sparse.csr_array((np.concatenate([km, km]), (ends[:, 0], ends[:, 1])), shape=(size, size))
    starts = graph.indptr.astype(np.int64)
    return graph, starts, graph.indices.astype(np.int64), np.repeat(np.arange(size), np.diff(starts))


class RoadNetwork(Gatherer):
    """The road graph of a run, and for each actor the distances last worked out: they change only when the front does."""

    def __init__(self, world: World, parameters: SupplyParameters) -> None:
        self.graph, self.starts, self.ends, self._row = _road_graph(world, parameters.hill_friction)
        shape = (len(world.forces), len(world.place_ids))
        self.distance: Floats = np.zeros(shape)
        """(F, P) kilometres when they were last worked out."""
        self.passable, self.depots = np.zeros(shape, bool), np.zeros(shape, bool)
        """(F, P) what they were worked out from."""
        forces, places = shape
        never = np.full(places, roads_kernels.NEVER), np.zeros((forces, forces), np.int64)
        listed = np.zeros(shape, np.int64), np.zeros(forces, np.int64)
        self.known = (self.distance, *listed, np.zeros(shape, bool), np.zeros(shape, bool), *never)
        """What :func:`model.kernels.roads.update_distances` keeps from month to month; the distances are those above."""
        self.bound: Bound
        """What the kernel takes at every call of the run."""

    def distances(self, passable: Bools, depots: Bools, homes: Ints) -> Floats:
        """Road kilometres of every place from each actor's nearest depot joined to its headquarters; inf where none is.

        Args:
            passable: (F, P) places whose roads each actor can use.
            depots: (F, P) places that serve as depots if they are joined to the headquarters; these at least.
            homes: (F,) places of the headquarters.

        Returns:
            (F, P) kilometres, kept until the next call: only actors whose roads or depots have changed are worked out.
        """
        # What changes beyond the places that are joined to the headquarters joins none of them.
        different = (passable != self.passable) | (depots != self.depots)
        changed = (different & np.isfinite(self.distance)).any(axis=1)
        self.passable, self.depots = passable, depots
        for actor in np.flatnonzero(changed):
            self.distance[actor] = self._from_depots(passable[actor], depots[actor], int(homes[actor]))
        return self.distance

    def _from_depots(self, passable: Bools, depots: Bools, home: int) -> Floats:
        usable = self.graph.copy()
        usable.data = np.where(passable[self._row], self.graph.data, np.inf)
        reached = np.isfinite(csgraph.dijkstra(usable, indices=home))
        sources = np.flatnonzero(depots & reached)
        return np.asarray(csgraph.dijkstra(usable, indices=sources, min_only=True))


def passable_places(ground: Ground, state: State, share: float) -> Bools:
    """(F, P) places whose roads each actor can use: held by it or an ally, or in countryside that they control."""
    friends = state.stance == 1
    held = np.zeros((len(friends), len(state.holder)), bool)
    some = state.holder >= 0
    held[:, some] = friends[:, state.holder[some]]
    countryside = over_actors(friends, state.control[:-1])
    return held | (countryside >= share)[:, ground.territory]


def update(
    world: World,
    ground: Ground,
    state: State,
    draws: Draws,
    roads: RoadNetwork,
    parameters: SupplyParameters,
    monsoon: float,
    airlift_places: Floats,
) -> Ints:
    """Work out supply and isolation for every actor.

    Args:
        world: the world.
        ground: its static arrays.
        state: the state; ``supply``, ``isolated``, ``posts`` and ``urban`` change.
        draws: keyed draws.
        roads: the road network of this run.
        parameters: the table above.
        monsoon: strength of the rains this month, 0-1.
        airlift_places: (F,) garrisons that each actor can supply from the air.

    Returns:
        Places relieved by river this month.
    """
    friction = 1 + (parameters.monsoon_friction - 1) * monsoon
    if compiled():
        if roads.finds_another(state):
            roads.bound = _bind(world, ground, state, draws, roads, parameters)
        return roads_kernels.supply_all(roads.bound, state.month, friction, airlift_places)
    passable = passable_places(ground, state, parameters.passable_share)
    depots = _depots(ground, state, parameters.depot_population)
    distance = roads.distances(passable, depots, ground.home_place)
    np.exp(-distance * friction / parameters.decay_km, out=state.supply)
    _live_off_land(ground, state, parameters.local_supply)
    cut_off = _cut_off(state, distance)
    _airlift(state, cut_off, parameters.airlift_floor, airlift_places)
    return _river_relief(world, ground, state, draws, cut_off, parameters)


def _bind(
    world: World, ground: Ground, state: State, draws: Draws, roads: RoadNetwork, parameters: SupplyParameters
) -> Bound:
    """What the kernel of this process takes at every call of a run."""
    return bind(
        LOOPS,
        _rules(parameters),
        (draws.salt("river_relief"), ground.place_keys),
        (roads.starts, roads.ends, roads.graph.data),
        roads.known,
        (ground.territory, ground.population, ground.home_place, _on_river(world, ground)),
        (state.holder, state.attacker, state.stance, state.troops),
        (state.control, state.legitimacy),
        (state.supply, state.isolated, state.posts, state.posts_full, state.siege_progress),
    )


_rules = lru_cache(maxsize=16)(as_record)


def _depots(ground: Ground, state: State, population: float) -> Bools:
    """(F, P) large towns that each actor holds, and its headquarters."""
    actors = np.arange(len(state.troops))
    depots = (state.holder == actors[:, None]) & (ground.population >= population)
    depots[actors, ground.home_place] = True
    return depots


def _live_off_land(ground: Ground, state: State, local_supply: float) -> None:
    """Raise supply to what the land yields: a garrison from countryside it controls, a field force also from people's consent."""
    shared = state.control[:-1][:, ground.territory]
    consent = state.legitimacy[:, ground.territory]
    in_town = state.holder[None] == np.arange(len(shared))[:, None]
    local = local_supply * np.where(in_town, shared, np.maximum(shared, consent))
    np.maximum(state.supply, local, out=state.supply)


def _cut_off(state: State, distance: Floats) -> Bools:
    """(P,) places whose holder's headquarters no road joins to them; counts their months."""
    held = np.flatnonzero(state.holder >= 0)
    cut_off = np.zeros(len(state.holder), bool)
    cut_off[held] = np.isinf(distance[state.holder[held], held])
    state.isolated = np.where(cut_off, state.isolated + 1, 0)
    return cut_off


def _airlift(state: State, cut_off: Bools, floor: float, airlift_places: Floats) -> None:
    """Aircraft supply the garrisons under attack before others, and of each kind the largest first."""
    waiting = cut_off.nonzero()[0]
    for actor in (airlift_places > 0).nonzero()[0].tolist():
        garrisons = waiting[(state.holder[waiting] == actor) & (state.troops[actor, waiting] > 0)]
        quiet, size = state.attacker[garrisons] == NOBODY, state.troops[actor, garrisons]
        served = garrisons[np.lexsort((-size, quiet))]
        share = np.clip(airlift_places[actor] - np.arange(len(served)), 0.0, 1.0)
        state.supply[actor, served] = np.maximum(state.supply[actor, served], floor * share)


@lru_cache(maxsize=16)
def _on_river(world: World, ground: Ground) -> Bools:
    """(P,) towns that boats can reach."""
    return np.asarray(world.river[ground.territory] & ground.is_town)


def _river_relief(
    world: World, ground: Ground, state: State, draws: Draws, cut_off: Bools, parameters: SupplyParameters
) -> Ints:
    waiting = (cut_off & _on_river(world, ground) & (state.isolated > 1)).nonzero()[0]
    if waiting.size == 0:
        return waiting
    u = draws.uniform("river_relief", state.month, ground.place_keys[waiting])
    relieved = waiting[u < parameters.river_relief]
    if relieved.size == 0:
        return relieved
    state.isolated[relieved] = 0
    state.supply[state.holder[relieved], relieved] = 1.0
    missing = state.posts_full[relieved] - state.posts[relieved]
    state.posts[relieved] += np.maximum(np.round(parameters.relief_posts * missing), 0).astype(np.int64)
    state.siege_progress[relieved] *= 0.5
    return relieved
