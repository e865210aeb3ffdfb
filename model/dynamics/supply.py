"""Supply over friendly roads, from the land, from the air and by river.

State: ``supply[f, p]`` in 0-1. Equation::

    supply = max(exp(-friction d / d0), local, airlift)

where ``d`` is the road distance in kilometres (mountain roads count longer) from the nearest depot that is itself joined to
the headquarters over roads that the actor can use, ``d0`` the decay distance and ``friction`` that of the rains (distance
decay: Zhukov 2012, Boulding 1962). An actor can use the roads of a place that it or an ally holds, and of places in
countryside that they control. A garrison that no such road reaches is *isolated*; aircraft may keep it at a floor
(``agents/armed/airlift.py``), and on a river a flotilla may relieve it when it is besieged (as at Bhamo in July and August 2025,
SOURCES V12).

Distances are worked out every month, for each actor from its headquarters outwards: it looks only at places that it can reach,
which are few, so that remembering last month's would save less than finding out what has changed costs.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf
from typing import Any

from model.arrays import ArrayGroup, Bools, Floats, Ints, per, record, record_maker
from model.compile import compiled
from model.draws import uniform
from model.dynamics.budgets import flights_paid_for
from model.dynamics.front import SIEGE_MONTHS
from model.parameters import ParameterTable, parameter


class SupplyParameters(ParameterTable):
    """Roads, depots, aircraft and boats."""

    decay_km: float = parameter(150.0, low=75.0, high=300.0, unit="km of road", status="weakly identified")
    """Distance at which supply falls to 37%. Source: SOURCES P17."""
    hill_friction: float = parameter(2.0, low=1.3, high=3.0, unit="x")
    """Effective length of mountain roads relative to roads in the plain. Source: SOURCES P18."""
    monsoon_friction: float = parameter(1.5, low=1.2, high=2.0, unit="x")
    """Effective lengthening of roads at the height of the rains. Source: SOURCES P18."""
    passable_share: float = parameter(0.4, low=0.1, high=0.9, unit="0-1")
    """Share of the countryside (with allies) above which an actor can use the roads of a township that it does not
    hold."""
    depot_population: float = parameter(150_000.0, low=10_000.0, high=1e6, unit="persons")
    """Size from which held towns serve as depots. Source: assumed: district towns and regional commands."""
    local_supply: float = parameter(0.6, low=0.0, high=1.0, unit="0-1")
    """Supply from countryside under full control or with full consent. Source: assumed: guerrillas live off friendly
    land."""
    airlift_floor: float = parameter(0.55, low=0.2, high=0.8, unit="0-1", status="weakly identified")
    """Supply of a cut-off garrison with full airlift. Source: SOURCES P15, V10."""
    river_relief: float = parameter(0.10, low=0.03, high=0.25, unit="1/month", status="weakly identified")
    """Probability that boats relieve a besieged, cut-off garrison on a river. Source: SOURCES P16: one event."""


@dataclass
class Roads(ArrayGroup):
    """Road distances of the month, who is cut off, and who is helped; compiled code takes it as ``run.roads``."""

    distance: Floats = per("F, P", start=inf)
    """km from the nearest depot joined to the headquarters; inf where there is none."""
    joined: Ints = per("P")
    """Places that roads join to the headquarters of the actor looked at, in the order in which they were found."""
    queue: Ints = per("P")
    """Places whose roads are to be looked at, in a ring."""
    waiting: Bools = per("P")
    """Whether a place is among them; none is between calls."""
    airlift: Floats = per("F")
    """Garrisons that each actor can supply in full from the air this month."""
    own_airlift: Floats = per("F")
    """Those of them that it pays for."""
    flown: Floats = per("P")
    """Share of its airlift floor that aircraft bring to the holder's garrison this month, 0-1."""
    isolated: Ints = per("P")
    """Places that no road joins to their holder's headquarters; the first ``count.isolated`` count."""
    relieved: Ints = per("P")
    """Places that boats relieve this month; the first ``count.relieved`` count."""
    count: Any = record(record_maker(("isolated", int), ("relieved", int)))
    """Record: ``isolated``, ``relieved``."""


# equations ------------------------------------------------------------------------------------------------------------


@compiled
def rain_friction(rains: float, rules: Any) -> float:
    """How much longer roads are at this strength of the rains (0-1) than in the dry months."""
    return 1.0 + (rules.monsoon_friction - 1.0) * rains


@compiled
def over_roads(km: float, friction: float, rules: Any) -> float:
    """Supply that comes over so many kilometres of road, 0-1."""
    return exp(-km * friction / rules.decay_km)


@compiled
def off_the_land(control: float, consent: float, garrison: bool, rules: Any) -> float:
    """Supply from the land around: a garrison lives off what its side controls, others also off people's consent."""
    return rules.local_supply * (control if garrison else max(control, consent))


@compiled
def airlift_capacity(places: float, logistics: float, rules: Any) -> float:
    """Garrisons that an actor can supply from the air, with what US logistics at a level add."""
    return places + rules.logistics_t * logistics / rules.garrison_t


# roads ----------------------------------------------------------------------------------------------------------------


@compiled
def can_pass(run: Any, a: int, p: int) -> bool:
    """Whether an actor can use the roads of a place: it or an ally holds it, or they control the countryside around."""
    state, by = run.state, run.state.holder[p]
    if by >= 0 and state.stance[a, by] == 1:
        return True
    town, countryside = run.land.territory[p], 0.0
    for other in range(len(state.stance)):
        if state.stance[a, other] == 1:
            countryside += state.control[other, town]
    return countryside >= run.rules.supply.passable_share


@compiled
def is_depot(run: Any, a: int, p: int) -> bool:
    """Whether a place serves an actor as a depot: its headquarters, and large towns that it holds."""
    land = run.land
    large = land.place_population[p] >= run.rules.supply.depot_population
    return p == land.home_place[a] or (large and run.state.holder[p] == a)


@compiled
def measure_roads(run: Any, a: int) -> int:
    """List the places that usable roads join to an actor's headquarters, and work out its road distances; how many there are.

    Distances are 0 at depots, and ways from there are shortened from a queue of places until no road shortens any (Moore
    1959). That gives Dijkstra's distances to the last bit, since each is the least sum over its roads in their order; with
    three roads at a place it is as quick, and needs no heap.
    """
    land, roads, home = run.land, run.roads, run.land.home_place[a]
    start, end, km = land.road_start, land.road_end, land.road_km
    queue, waiting, distance = roads.queue, roads.waiting, roads.distance[a]
    distance[:] = inf
    distance[home], roads.joined[0], queue[0] = 0.0, home, home
    joined, size, at = 1, 1, 0
    while size > 0:
        place = queue[at]
        waiting[place] = False
        size, at = size - 1, at + 1 if at + 1 < len(queue) else 0
        if can_pass(run, a, place):
            for road in range(start[place], start[place + 1]):
                other, far = end[road], distance[place] + km[road]
                if distance[other] == inf:  # it has not been found before
                    roads.joined[joined] = other
                    joined += 1
                    far = 0.0 if is_depot(run, a, other) else far
                if far < distance[other]:
                    distance[other] = far
                    if not waiting[other]:
                        last = at + size if at + size < len(queue) else at + size - len(queue)
                        queue[last], waiting[other] = other, True
                        size += 1
    return joined


# process --------------------------------------------------------------------------------------------------------------


@compiled
def supply_by_land(run: Any) -> None:
    """Set the supply of all actors to what comes off the land and over roads; find who is cut off, and who has aircraft."""
    roads, rules = run.roads, run.rules.supply
    friction = rain_friction(run.state.clock.rains, rules)
    live_off_land(run)
    for a in range(len(run.actors)):
        supply, distance = run.state.supply[a], roads.distance[a]
        for k in range(measure_roads(run, a)):
            p = roads.joined[k]
            supply[p] = max(supply[p], over_roads(distance[p], friction, rules))
        places, usd, cost = run.actors[a].airlift_places, run.state.treasury[a], run.rules.budgets.airlift_usd
        roads.own_airlift[a] = flights_paid_for(places, usd, cost)
        roads.airlift[a] = airlift_capacity(roads.own_airlift[a], run.policy[a].logistics, run.rules.united_states)
    find_isolated(run)


@compiled
def live_off_land(run: Any) -> None:
    """Set everybody's supply to what the land around each place yields."""
    state, land, rules = run.state, run.land, run.rules.supply
    towns, places = state.control.shape[1], len(state.holder)
    for a in range(len(state.supply)):
        supply, control, consent = state.supply[a], state.control[a], state.legitimacy[a]
        for town in range(towns):
            supply[town] = off_the_land(control[town], consent[town], False, rules)
        for site in range(towns, places):
            supply[site] = supply[land.territory[site]]
    for p in range(places):
        by = state.holder[p]
        if by >= 0:
            town = land.territory[p]
            state.supply[by, p] = off_the_land(state.control[by, town], state.legitimacy[by, town], True, rules)


@compiled
def find_isolated(run: Any) -> None:
    """List the places that no road joins to their holder's headquarters, and count their months."""
    state, roads, count = run.state, run.roads, 0
    for p in range(len(state.holder)):
        by = state.holder[p]
        roads.flown[p] = 0.0
        if by >= 0 and roads.distance[by, p] == inf:
            state.isolated[p] += 1
            roads.isolated[count] = p
            count += 1
        else:
            state.isolated[p] = 0
    roads.count.isolated = count


@compiled
def relieve_by_river(run: Any) -> None:
    """Boats relieve, by chance, garrisons on a river that are besieged and have been cut off for more than a month; list them."""
    state, roads, rules, count = run.state, run.roads, run.rules.supply, 0
    for k in range(roads.count.isolated):
        p = roads.isolated[k]
        if not run.land.on_river[p] or state.isolated[p] <= 1 or state.besieged[p] < SIEGE_MONTHS:
            continue
        if uniform(run.salts.river_relief, state.clock.month, run.land.place_key[p]) < rules.river_relief:
            state.isolated[p], state.supply[state.holder[p], p] = 0, 1.0
            state.siege_progress[p] *= 0.5
            roads.relieved[count] = p
            count += 1
    roads.count.relieved = count
