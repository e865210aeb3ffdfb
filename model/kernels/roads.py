"""Kernels of supply: which roads an actor can use, and how far its places lie from its depots."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.kernels import hashing, kernel
from model.kernels.loops import EXP, Loops, apply
from model.kernels.sums import first_served

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Keys = NDArray[np.uint64]

_BEFORE_ALL = 1 << 40
"""More than any garrison has."""


@kernel
def passable_places(holder: Ints, stance: Ints, control: Floats, territory: Ints, share: float) -> Bools:
    """(F, P) places whose roads each actor can use: held by it or an ally, or in countryside that they control."""
    forces, places = len(stance), len(holder)
    out = np.zeros((forces, places), np.bool_)
    countryside = np.empty(control.shape[1])
    for actor in range(forces):
        countryside[:] = 0.0
        for other in range(forces):
            if stance[actor, other] == 1:
                shares = control[other]
                for where in range(len(countryside)):
                    countryside[where] += shares[where]
        for place in range(places):
            by = holder[place]
            friendly = by >= 0 and stance[actor, by] == 1
            out[actor, place] = friendly or countryside[territory[place]] >= share
    return out


@kernel
def depots(holder: Ints, population: Floats, least: float, home: Ints) -> Bools:
    """(F, P) places of at least so many people that each actor holds, and its headquarters."""
    out = np.zeros((len(home), len(holder)), np.bool_)
    for place in range(len(holder)):
        if holder[place] >= 0 and population[place] >= least:
            out[holder[place], place] = True
    for actor in range(len(home)):
        out[actor, home[actor]] = True
    return out


@kernel
def _sift(heap: Ints, slot: Ints, distance: Floats, at: int) -> None:
    node = heap[at]
    while at > 0:
        above = (at - 1) // 2
        if distance[heap[above]] <= distance[node]:
            break
        heap[at] = heap[above]
        slot[heap[at]] = at
        at = above
    heap[at] = node
    slot[node] = at


@kernel
def _pop(heap: Ints, slot: Ints, distance: Floats, size: int) -> int:
    first, last = heap[0], heap[size - 1]
    size -= 1
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and distance[heap[below + 1]] < distance[heap[below]]:
            below += 1
        if distance[heap[below]] >= distance[last]:
            break
        heap[at] = heap[below]
        slot[heap[at]] = at
        at = below
    heap[at] = last
    slot[last] = at
    return first


@kernel
def road_distances(start: Ints, end: Ints, km: Floats, passable: Bools, depots: Bools, home: int) -> Floats:
    """(P,) km from the nearest depot joined to ``home``, by Dijkstra's algorithm (1959) with a binary heap; inf where none.

    Args:
        start: (P + 1,) where the roads of each place begin in ``end`` and ``km``.
        end: (R,) places at the other ends of the roads.
        km: (R,) their lengths.
        passable: (P,) places whose roads can be used.
        depots: (P,) places that serve as depots if they are joined to the headquarters.
        home: place of the headquarters.
    """
    places = len(passable)
    distance = np.full(places, np.inf)
    heap, slot = np.empty(places, np.int64), np.full(places, -1)
    # Places that the headquarters reaches: a walk, in which the heap serves as the list of places to visit.
    heap[0], size, seen = home, 1, 0
    slot[home] = 0
    while seen < size:
        place = heap[seen]
        seen += 1
        if passable[place]:
            for road in range(start[place], start[place + 1]):
                if slot[end[road]] < 0:
                    slot[end[road]] = size
                    heap[size] = end[road]
                    size += 1
    found = size
    size = 0
    for k in range(found):
        place = heap[k]
        slot[place] = -1
        if depots[place]:
            distance[place] = 0.0
            heap[size], slot[place] = place, size
            size += 1
    if size == 0:
        distance[home] = 0.0
        heap[0], slot[home], size = home, 0, 1
    while size > 0:
        place = _pop(heap, slot, distance, size)
        size -= 1
        if not passable[place]:
            continue
        for road in range(start[place], start[place + 1]):
            other, far = end[road], distance[place] + km[road]
            if far < distance[other]:
                if slot[other] < 0:
                    slot[other] = size
                    heap[size] = other
                    size += 1
                distance[other] = far
                _sift(heap, slot, distance, slot[other])
    return distance


@kernel
def _still_right(
    distance: Floats,
    start: Ints,
    end: Ints,
    km: Floats,
    passable: tuple[Bools, Bools],
    depots: tuple[Bools, Bools],
    home: int,
) -> bool:
    """Whether (P,) distances hold although places (as they are, as they were) have changed.

    They do where the same places serve as depots, no road from a place that was opened makes a way shorter, no shortest way
    led through a place that was closed, and the headquarters is joined to the same places as before.
    """
    closed = False
    for place in range(len(distance)):
        # What changes beyond the places that are joined to the headquarters joins none of them.
        if distance[place] == np.inf:
            continue
        if depots[0][place] != depots[1][place]:
            return False
        if passable[0][place] == passable[1][place]:
            continue
        closed = closed or passable[1][place]
        for road in range(start[place], start[place + 1]):
            far, known = distance[place] + km[road], distance[end[road]]
            if (far < known) if passable[0][place] else (far == known):
                return False
    return not closed or _joined(start, end, passable[0], home, distance)


@kernel
def _joined(start: Ints, end: Ints, passable: Bools, home: int, distance: Floats) -> bool:
    """Whether the headquarters is joined to all places whose distance is finite, and to no others."""
    todo, seen = np.empty(len(passable), np.int64), np.zeros(len(passable), np.bool_)
    todo[0], size, at = home, 1, 0
    seen[home] = True
    while at < size:
        place = todo[at]
        at += 1
        if passable[place]:
            for road in range(start[place], start[place + 1]):
                if not seen[end[road]]:
                    seen[end[road]] = True
                    todo[size] = end[road]
                    size += 1
    same = True
    for place in range(len(passable)):
        same = same and seen[place] == (distance[place] < np.inf)
    return same


@kernel
def update_distances(
    distance: Floats,
    start: Ints,
    end: Ints,
    km: Floats,
    passable: tuple[Bools, Bools],
    depots: tuple[Bools, Bools],
    homes: Ints,
) -> None:
    """Work out the rows of (F, P) ``distance`` of those actors whose passable places or depots differ from before.

    Args:
        distance: km, as :func:`road_distances` gives them; changes.
        start: see there.
        end: see there.
        km: see there.
        passable: (F, P) places as they are, and as they were.
        depots: (F, P) the same of depots.
        homes: (F,) places of the headquarters.
    """
    for actor in range(len(homes)):
        ways, stores = (passable[0][actor], passable[1][actor]), (depots[0][actor], depots[1][actor])
        if not _still_right(distance[actor], start, end, km, ways, stores, homes[actor]):
            distance[actor] = road_distances(start, end, km, ways[0], stores[0], homes[actor])


@kernel
def exponents(distance: Floats, friction: float, decay: float) -> Floats:
    """(E,) what supply over roads is the exponential of, where (F, P) ``distance`` is finite."""
    out, count = np.empty(distance.size), 0
    for actor in range(len(distance)):
        for place in range(distance.shape[1]):
            if distance[actor, place] < np.inf:
                out[count] = -distance[actor, place] * friction / decay
                count += 1
    return out[:count].copy()


@kernel
def cut_off(distance: Floats, holder: Ints, isolated: Ints) -> Bools:
    """(P,) places whose holder's headquarters no road joins to them; their months are counted in ``isolated``."""
    out = np.zeros(len(holder), np.bool_)
    for place in range(len(holder)):
        out[place] = holder[place] >= 0 and np.isinf(distance[holder[place], place])
        isolated[place] = isolated[place] + 1 if out[place] else 0
    return out


@kernel
def land_supply(
    supply: Floats,
    distance: Floats,
    over_roads: Floats,
    control: Floats,
    legitimacy: Floats,
    holder: Ints,
    territory: Ints,
    local: float,
) -> None:
    """Set (F, P) ``supply`` to what comes over roads, (E,) where ``distance`` is finite, or from the land around each place."""
    count = 0
    for actor in range(len(supply)):
        for place in range(len(holder)):
            supply[actor, place] = 0.0
            if distance[actor, place] < np.inf:
                supply[actor, place] = over_roads[count]
                count += 1
            where = territory[place]
            shared = control[actor, where]
            if holder[place] != actor:
                shared = max(shared, legitimacy[actor, where])
            supply[actor, place] = max(supply[actor, place], local * shared)


@kernel
def airlift(
    supply: Floats, troops: Ints, holder: Ints, attacker: Ints, cut_off: Bools, most: Floats, floor: float
) -> None:
    """Raise (F, P) ``supply`` of garrisons that are cut off by what aircraft bring: see ``_airlift`` of the dynamics.

    Args:
        supply: (F, P) 0-1; changes.
        troops: (F, P) fighters.
        holder: (P,) who holds each place.
        attacker: (P,) who attacks it, -1 nobody.
        cut_off: (P,) whether no road joins it to its holder's headquarters.
        most: (F,) garrisons that each actor can supply in full.
        floor: supply of a garrison supplied in full.
    """
    size, waiting, share = np.empty(len(holder), np.int64), np.empty(len(holder), np.int64), np.empty(len(holder))
    for actor in range(len(most)):
        count = 0
        for place in range(len(holder) if most[actor] > 0 else 0):
            if cut_off[place] and holder[place] == actor and troops[actor, place] > 0:
                size[place] = troops[actor, place] + (_BEFORE_ALL if attacker[place] >= 0 else 0)
                waiting[count] = place
                count += 1
        first_served(size, waiting[:count], most[actor], share)
        for k in range(count):
            supply[actor, waiting[k]] = max(supply[actor, waiting[k]], floor * share[waiting[k]])


@kernel
def _relieve(
    salt: np.uint64, month: int, keys: Keys, cut: Bools, on_river: Bools, holder: Ints, war: tuple[Any, ...], rules: Any
) -> Ints:
    """Places that boats relieve this month; see ``model.dynamics.supply._river_relief``."""
    supply, isolated, posts, posts_full, urban = war
    waiting, count = np.empty(len(holder), np.int64), 0
    for place in range(len(holder)):
        if cut[place] and on_river[place] and isolated[place] > 1:
            waiting[count] = place
            count += 1
    waiting = waiting[:count]
    relieved = waiting[hashing.uniform1(salt, month, keys[waiting]) < rules.river_relief]
    for k in range(len(relieved)):
        place = relieved[k]
        isolated[place], supply[holder[place], place] = 0, 1.0
        missing = posts_full[place] - posts[place]
        posts[place] += int(max(np.round(rules.relief_posts * missing), 0.0))
        urban[place] *= 0.5
    return relieved


@kernel
def supply_all(
    loops: Loops,
    table: Any,
    draws: tuple[Any, ...],
    graph: tuple[Ints, Ints, Floats],
    known: tuple[Floats, Bools, Bools],
    ground: tuple[Any, ...],
    war: tuple[Any, ...],
    people: tuple[Floats, Floats],
    garrisons: tuple[Any, ...],
    friction: float,
    airlifts: Floats,
) -> Ints:
    """Work out supply and isolation of all actors, as :func:`model.dynamics.supply.update` does; returns places relieved.

    Args:
        loops: addresses of NumPy's own loops.
        table: the rules.
        draws: salt of relief by boat, month, (P,) keys.
        graph: starts, ends and lengths of the roads.
        known: (F, P) kilometres, passable places and depots of last month; they change.
        ground: (P,) territories and persons, (F,) headquarters, (P,) whether boats reach the place.
        war: holders, attackers, stances, troops.
        people: control and consent.
        garrisons: supply, months cut off, posts, posts in full, how far the fall has gone; they change.
        friction: of the rains.
        airlifts: (F,) garrisons that each actor can supply from the air.
    """
    rules, (distance, passable_before, depots_before) = table[0], known
    territory, population, home, on_river = ground
    holder, attacker, stance, troops = war
    supply, isolated = garrisons[0], garrisons[1]
    passable = passable_places(holder, stance, people[0], territory, rules.passable_share)
    stores = depots(holder, population, rules.depot_population, home)
    update_distances(distance, *graph, (passable, passable_before), (stores, depots_before), home)
    passable_before[:], depots_before[:] = passable, stores
    over_roads = exponents(distance, friction, rules.decay_km)
    apply(loops, EXP, over_roads, over_roads)
    land_supply(supply, distance, over_roads, people[0], people[1], holder, territory, rules.local_supply)
    cut = cut_off(distance, holder, isolated)
    airlift(supply, troops, holder, attacker, cut, airlifts, rules.airlift_floor)
    return _relieve(draws[0], draws[1], draws[2], cut, on_river, holder, garrisons, rules)
