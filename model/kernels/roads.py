"""Kernels of supply: which roads an actor can use, and how far its places lie from its depots."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.kernels import hashing, kernel
from model.kernels.bound import Bound
from model.kernels.loops import EXP, Loops, apply
from model.kernels.sums import first_served

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Keys = NDArray[np.uint64]

_BEFORE_ALL = 1 << 40
"""More than any garrison has."""

NEVER = -9
"""Holder of all places before anything was worked out."""


@kernel
def _note_holders(holder: Ints, stance: Ints, friendly: Bools, before: tuple[Ints, Ints]) -> Ints:
    """Places that changed hands since last month; (F, P) ``friendly`` says which places each actor or an ally holds.

    Args:
        holder: (P,) who holds each place.
        stance: (F, F) 1 among allies.
        friendly: changes.
        before: (P,) holders and (F, F) stances of last month; they become those of this month.
    """
    same, taken, count = True, np.empty(len(holder), np.int64), 0
    for actor in range(len(stance)):
        for other in range(len(stance)):
            same = same and stance[actor, other] == before[1][actor, other]
    for place in range(len(holder)):
        by = holder[place]
        if not same or by != before[0][place]:
            for actor in range(len(stance)):
                friendly[actor, place] = by >= 0 and stance[actor, by] == 1
            if by != before[0][place]:
                taken[count] = place
                count += 1
    before[1][:] = stance
    return taken[:count]


@kernel
def _strong(stance: Ints, control: Floats, share: float) -> Bools:
    """(F, N) townships whose countryside each actor and its allies control, from a ``share`` of it on."""
    forces, towns = len(stance), control.shape[1]
    out, countryside = np.empty((forces, towns), np.bool_), np.empty(towns)
    for actor in range(forces):
        # Those who have the same allies have the same countryside.
        twin, same = 0, False
        while twin < actor and not same:
            same = True
            for other in range(forces):
                if (stance[twin, other] == 1) != (stance[actor, other] == 1):
                    same = False
                    break
            twin += 0 if same else 1
        row = out[actor]
        if same:
            row[:] = out[twin]
            continue
        countryside[:] = 0.0
        for other in range(forces):
            if stance[actor, other] == 1:
                shares = control[other]
                for town in range(towns):
                    countryside[town] += shares[town]
        for town in range(towns):
            row[town] = countryside[town] >= share
    return out


@kernel
def _passable(friendly: Bools, strong: Bools, sites: Ints, out: Bools) -> None:
    """Places whose roads an actor can use, into (P,) ``out``: held by it or an ally, or in countryside that they control.

    Args:
        friendly: (P,) places held by the actor or an ally.
        strong: (N,) townships whose countryside they control.
        sites: territories of the places beyond the first N, which are the territories' towns.
        out: (P,) changes.
    """
    towns = len(strong)
    for town in range(towns):
        out[town] = friendly[town] | strong[town]
    for site in range(len(sites)):
        out[towns + site] = friendly[towns + site] | strong[sites[site]]


@kernel
def _spread(
    graph: tuple[Ints, Ints, Floats],
    passable: Bools,
    stores: Bools,
    distance: Floats,
    line: tuple[Ints, Bools],
    size: int,
) -> None:
    """Shorten (P,) distances along roads from the places in line, until no road shortens any (with a queue: Moore 1959).

    No order of the places gives other sums than Dijkstra's: each distance is the least over its roads of what it takes to there.

    Args:
        graph: (P + 1,) where the roads of each place begin, (R,) places at their other ends, (R,) their lengths.
        passable: (P,) places whose roads can be used.
        stores: (P,) places that serve as depots once a road reaches them.
        distance: km, at most too long; changes.
        line: (P,) places in line, (P,) whether each is in it; none in the end.
        size: how many are.
    """
    (start, end, km), (queue, waits) = graph, line
    at = 0
    while size > 0:
        place = queue[at]
        waits[place] = False
        size -= 1
        at = at + 1 if at + 1 < len(queue) else 0
        if not passable[place]:
            continue
        for road in range(start[place], start[place + 1]):
            other, far = end[road], distance[place] + km[road]
            if far < distance[other]:
                distance[other] = 0.0 if stores[other] and distance[other] == np.inf else far
                if not waits[other]:
                    last = at + size
                    queue[last if last < len(queue) else last - len(queue)] = other
                    waits[other] = True
                    size += 1


@kernel
def _walk(graph: tuple[Ints, Ints, Floats], passable: Bools, home: int, line: tuple[Ints, Bools]) -> int:
    """Put all places that roads join to ``home`` in line, as they are found, and count them."""
    (start, end, _), (found, seen) = graph, line
    found[0], seen[home], size, at = home, True, 1, 0
    while at < size:
        place = found[at]
        at += 1
        if passable[place]:
            for road in range(start[place], start[place + 1]):
                other = end[road]
                found[size] = other
                size += 0 if seen[other] else 1
                seen[other] = True
    for k in range(size):
        seen[found[k]] = False
    return size


@kernel
def road_distances(
    graph: tuple[Ints, Ints, Floats],
    passable: Bools,
    stores: Bools,
    home: int,
    distance: Floats,
    line: tuple[Ints, Bools],
) -> None:
    """Set (P,) km from the nearest depot joined to ``home``; inf where none is. Arguments as in :func:`_spread`."""
    distance[:] = np.inf
    queue, waits = line
    found, size = _walk(graph, passable, home, line), 0
    for k in range(found):
        place = queue[k]
        if stores[place]:
            distance[place], waits[place], queue[size] = 0.0, True, place
            size += 1
    _spread(graph, passable, stores, distance, line, size)


@kernel
def _still_right(
    graph: tuple[Ints, Ints, Floats],
    passable: Bools,
    home: int,
    distance: Floats,
    changed: Ints,
    line: tuple[Ints, Bools],
) -> bool:
    """Whether (P,) distances hold although ``changed`` places with a distance were opened or closed, and no depots changed.

    They do where no road from a place that was opened makes a way shorter, no shortest way led through a place that was
    closed, and the headquarters is joined to the same places as before.
    """
    start, end, km = graph
    for place in changed:
        for road in range(start[place], start[place + 1]):
            far, known = distance[place] + km[road], distance[end[road]]
            if (far < known) if passable[place] else (far == known):
                return False
    # All places with a distance were joined to it, and those that still are have one.
    joined, count = _walk(graph, passable, home, line), 0
    for place in range(len(distance)):
        count += 1 if distance[place] < np.inf else 0
    return joined == count


@kernel
def _renew(
    graph: tuple[Ints, Ints, Floats],
    passable: Bools,
    stores: Bools,
    home: int,
    distance: Floats,
    changed: tuple[Ints, int, bool],
    line: tuple[Ints, Bools],
) -> bool:
    """Work out an actor's (P,) ``distance`` anew as far as what changed asks for it; whether it was.

    Args:
        graph: see :func:`_spread`.
        passable: see there.
        stores: see there.
        home: place of the headquarters.
        distance: km; changes.
        changed: places with a distance: first those opened or closed, so many, then new depots; whether any other was lost.
        line: see :func:`_spread`.
    """
    places, moved, lost = changed
    closed, gained, size = False, len(places) > moved, 0
    for k in range(moved):
        closed = closed or not passable[places[k]]
    if closed and not (lost or gained) and _still_right(graph, passable, home, distance, places, line):
        return False
    if closed or lost:
        road_distances(graph, passable, stores, home, distance, line)
        return True
    # Ways can only have become shorter: they spread from where something was opened.
    queue, waits = line
    for place in places:
        if stores[place]:
            distance[place] = 0.0
        queue[size] = place
        size += 0 if waits[place] else 1
        waits[place] = True
    _spread(graph, passable, stores, distance, line, size)
    return True


@kernel
def update_distances(
    graph: tuple[Ints, Ints, Floats],
    known: tuple[Any, ...],
    places: tuple[Ints, Floats, Ints],
    stance: Ints,
    control: Floats,
    holder: Ints,
    values: tuple[float, float],
) -> None:
    """Bring what is ``known`` of roads up to date, for those actors whose passable places or depots differ from last month.

    Args:
        graph: starts, ends and lengths of the roads.
        known: (F, P) kilometres; (F, P) places with a finite distance, in the first (F,) columns; (F, P) passable places,
            places held by the actor or an ally; (P,) holders and (F, F) stances of last month. They change.
        places: (P,) territories and persons, (F,) headquarters.
        stance: (F, F) 1 among allies.
        control: (F + 1, N) shares of the countryside.
        holder: (P,) who holds each place.
        values: share of the countryside from which roads can be used, persons of a place from which on it is a depot.
    """
    distance, near, reached, passable, friendly, before, stance_before = known
    (territory, population, home), size = places, len(holder)
    first, taken = before[0] == NEVER, _note_holders(holder, stance, friendly, (before, stance_before))
    line, sites = (np.empty(size + 1, np.int64), np.zeros(size, np.bool_)), territory[control.shape[1] :]
    strong = _strong(stance, control, values[0])
    now, stores, changed = np.empty(size, np.bool_), np.empty(size, np.bool_), np.empty(2 * size, np.int64)
    for actor in range(len(home)):
        row, ways, reach = distance[actor], passable[actor], near[actor]
        _passable(friendly[actor], strong[actor], sites, now)
        moved, lost = 0, first
        # What changes beyond the places that are joined to the headquarters joins none of them.
        for k in range(reached[actor]):
            changed[moved] = reach[k]
            moved += 1 if now[reach[k]] != ways[reach[k]] else 0
        count = moved
        for place in taken:
            if row[place] < np.inf and population[place] >= values[1] and place != home[actor]:
                lost = lost or before[place] == actor
                changed[count] = place
                count += 1 if holder[place] == actor else 0
        ways[:] = now
        if count > 0 or lost:
            for place in range(size):
                stores[place] = (population[place] >= values[1]) & (holder[place] == actor)
            stores[home[actor]] = True
            if _renew(graph, now, stores, home[actor], row, (changed[:count], moved, lost), line):
                reached[actor] = _list_reached(row, reach)
    before[:] = holder


@kernel
def _list_reached(distance: Floats, near: Ints) -> int:
    """Write down the places with a finite distance; how many there are."""
    count = 0
    for place in range(len(distance)):
        near[count] = place
        count += 1 if distance[place] < np.inf else 0
    return count


@kernel
def over_roads(
    loops: Loops, distance: Floats, near: Ints, reached: Ints, friction: float, decay: float, supply: Floats
) -> None:
    """Raise (F, P) ``supply`` to what comes over roads where there are any: ``exp(-d / d0)``."""
    power, count = np.empty(reached.sum()), 0
    for actor in range(len(reached)):
        for k in range(reached[actor]):
            power[count + k] = -distance[actor, near[actor, k]] * friction / decay
        count += reached[actor]
    apply(loops, EXP, power, power)
    count = 0
    for actor in range(len(reached)):
        for k in range(reached[actor]):
            place = near[actor, k]
            supply[actor, place] = max(power[count + k], supply[actor, place])
        count += reached[actor]


@kernel
def off_the_land(
    supply: Floats, control: Floats, legitimacy: Floats, holder: Ints, territory: Ints, local: float
) -> None:
    """Set (F, P) ``supply`` to what comes from the land around each place; its holder lives off what it controls alone."""
    towns = control.shape[1]
    for actor in range(len(supply)):
        row, shares, consents = supply[actor], control[actor], legitimacy[actor]
        for town in range(towns):
            row[town] = local * max(shares[town], consents[town])
        for place in range(towns, len(holder)):
            row[place] = row[territory[place]]
    for place in range(len(holder)):
        if holder[place] >= 0:
            supply[holder[place], place] = local * control[holder[place], territory[place]]


@kernel
def cut_off(distance: Floats, holder: Ints, isolated: Ints) -> Ints:
    """Places whose holder's headquarters no road joins to them; their months are counted in (P,) ``isolated``."""
    out, count = np.empty(len(holder), np.int64), 0
    for place in range(len(holder)):
        alone = holder[place] >= 0 and distance[holder[place], place] == np.inf
        isolated[place] = isolated[place] + 1 if alone else 0
        out[count] = place
        count += 1 if alone else 0
    return out[:count]


@kernel
def airlift(
    supply: Floats, troops: Ints, holder: Ints, attacker: Ints, cut_off: Ints, most: Floats, floor: float
) -> None:
    """Raise (F, P) ``supply`` of garrisons that are cut off by what aircraft bring: see ``_airlift`` of the dynamics.

    Args:
        supply: (F, P) 0-1; changes.
        troops: (F, P) fighters.
        holder: (P,) who holds each place.
        attacker: (P,) who attacks it, -1 nobody.
        cut_off: places that no road joins to their holder's headquarters.
        most: (F,) garrisons that each actor can supply in full.
        floor: supply of a garrison supplied in full.
    """
    size, waiting, share = np.empty(len(holder), np.int64), np.empty(len(cut_off), np.int64), np.empty(len(holder))
    for actor in range(len(most)):
        count = 0
        for k in range(len(cut_off) if most[actor] > 0 else 0):
            place = cut_off[k]
            if holder[place] == actor and troops[actor, place] > 0:
                size[place] = troops[actor, place] + (_BEFORE_ALL if attacker[place] >= 0 else 0)
                waiting[count] = place
                count += 1
        if count == 0:
            continue
        first_served(size, waiting[:count], most[actor], share)
        for k in range(count):
            supply[actor, waiting[k]] = max(supply[actor, waiting[k]], floor * share[waiting[k]])


@kernel
def _relieve(
    salt: np.uint64,
    month: int,
    keys: Keys,
    cut_off: Ints,
    on_river: Bools,
    holder: Ints,
    war: tuple[Any, ...],
    rules: Any,
) -> Ints:
    """Places that boats relieve this month; see ``model.dynamics.supply._river_relief``."""
    supply, isolated, posts, posts_full, urban = war
    waiting, count = np.empty(len(cut_off), np.int64), 0
    for place in cut_off:
        if on_river[place] and isolated[place] > 1:
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
def supply_all(bound: Bound, month: int, friction: float, airlifts: Floats) -> Ints:
    """Work out supply and isolation of all actors, as :func:`model.dynamics.supply.update` does; returns places relieved.

    Args:
        bound: what ``model.dynamics.supply`` binds: addresses of NumPy's loops; rules; salt of relief by boat, (P,) keys;
            starts, ends and lengths of the roads; what is known of roads from last month, see :func:`update_distances`;
            (P,) territories and persons, (F,) headquarters, (P,) whether boats reach the place; holders, attackers, stances,
            troops; control and consent; supply, months cut off, posts, posts in full, how far the fall has gone: they change.
        month: month of the run.
        friction: of the rains.
        airlifts: (F,) garrisons that each actor can supply from the air.
    """
    loops, table, (salt, keys), graph, known, ground, war, people, garrisons = bound.values
    rules = table[0]
    holder, attacker, stance, troops = war
    supply, isolated = garrisons[0], garrisons[1]
    values = (rules.passable_share, rules.depot_population)
    update_distances(graph, known, ground[:3], stance, people[0], holder, values)
    off_the_land(supply, people[0], people[1], holder, ground[0], rules.local_supply)
    over_roads(loops, known[0], known[1], known[2], friction, rules.decay_km, supply)
    cut = cut_off(known[0], holder, isolated)
    airlift(supply, troops, holder, attacker, cut, airlifts, rules.airlift_floor)
    return _relieve(salt, month, keys, cut, ground[3], holder, garrisons, rules)
