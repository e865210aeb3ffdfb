"""Kernels of the war: how strong each actor is and where, what is within its reach, who goes where."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from model.kernels import kernel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@kernel
def present(troops: Ints, supply: Floats) -> tuple[Ints, Floats]:
    """(E,) positions in the flattened (F, P) ``troops`` where there are any, and their supply."""
    places = troops.shape[1]
    at, supplied = np.empty(troops.size, np.int64), np.empty(troops.size)
    count = 0
    for actor in range(len(troops)):
        for place in range(places):
            if troops[actor, place] != 0:
                at[count], supplied[count] = actor * places + place, supply[actor, place]
                count += 1
    return at[:count].copy(), supplied[:count].copy()


@kernel
def _apart(entries: Ints, places: int) -> tuple[Ints, Ints]:
    """(E,) actors and (E,) places of positions in a flattened (F, P) table, in ascending order."""
    actors, at = np.empty(len(entries), np.int64), np.empty(len(entries), np.int64)
    actor, first = 0, 0
    for k in range(len(entries)):
        while entries[k] >= first + places:
            actor, first = actor + 1, first + places
        actors[k], at[k] = actor, entries[k] - first
    return actors, at


@kernel
def _spread(near: tuple[Ints, Ints], actors: Ints, places: Ints, values: Floats, shape: tuple[int, int]) -> Floats:
    """(F, P) sums over each place and the places next to it of (E,) values of actors at places; 0 stands elsewhere.

    Args:
        near: (P + 1,) where the neighbours of each place begin in the list; the list, in ascending order.
        actors: (E,) in ascending order.
        places: (E,) the same within each actor.
        values: (E,) what stands there.
        shape: F and P.
    """
    start, end = near
    out = np.zeros(shape)
    for e in range(len(places)):
        row, value = out[actors[e]], values[e]
        if value == 0:
            continue
        for k in range(start[places[e]], start[places[e] + 1]):
            row[end[k]] += value
    return out


@kernel
def staging(start: Ints, end: Ints, actors: Ints, places: Ints, massed: Floats, forces: int) -> Floats:
    """(F, P) sums over each place and the places next to it of what attacks (K,) would gain, where they would."""
    shape = (forces, len(start) - 1)
    out = np.zeros(shape)
    for k in range(len(actors)):
        if massed[k] > 0:
            row = out[actors[k]]
            for near in range(start[places[k]], start[places[k] + 1]):
                row[end[near]] += massed[k]
    return out


@kernel
def _enemies(values: Floats, factor: Floats, holder: Ints, stance: Ints) -> Floats:
    """(P,) sums of ``factor * values`` over the enemies of each place's holder, actor after actor."""
    out, keeper = np.zeros(len(holder)), np.empty(len(holder), np.uint64)
    hostile = np.zeros(len(stance) + 1)  # 1 for holders who are enemies; nobody comes first
    for place in range(len(holder)):
        keeper[place] = np.uint64(holder[place] + 1)
    for other in range(len(values)):
        any_enemy = False
        for by in range(len(stance)):
            hostile[by + 1] = 1.0 if stance[other, by] == -1 else 0.0
            any_enemy = any_enemy or stance[other, by] == -1
        if any_enemy:
            row, times = values[other], factor[other]
            for place in range(len(holder)):
                out[place] += times * row[place] * hostile[keeper[place]]
    return out


@kernel
def _spare(
    actors: Ints,
    places: Ints,
    strength: Floats,
    enemy: Floats,
    lasting: tuple[Floats, Ints, Ints, Floats, Floats],
) -> Floats:
    """(E,) shares of the fighters of actors at places that need not stay there; see ``operations._spare``."""
    siege, holder, attacker, wall, standing = lasting
    share = np.ones(len(places))
    for k in range(len(places)):
        actor, place = actors[k], places[k]
        if not strength[k] > 0:
            continue
        if attacker[place] == actor:
            share[k] = 1 - min(siege[place] / strength[k], 1.0)
        elif holder[place] == actor:
            kept = enemy[place] / wall[place] / strength[k] if attacker[place] < 0 else np.inf
            share[k] = 1 - min(max(kept, standing[k]), 1.0)
    return share


@kernel
def _guards(
    there: tuple[Ints, Ints],
    troops: Ints,
    worth: Floats,
    supply: Floats,
    floor: float,
    holder: Ints,
    stance: Ints,
    ally_share: float,
) -> Floats:
    """(P,) strength of each place's holder with its allies; ``there`` says where there are fighters, actor after actor."""
    own, helped = np.zeros(len(holder)), np.zeros(len(holder))
    for k in range(len(there[0])):
        actor, place = there[0][k], there[1][k]
        by = holder[place]
        if by < 0:
            continue
        guard = troops[actor, place] * worth[actor] * (floor + (1 - floor) * supply[actor, place])
        if by == actor:
            own[place] = guard
        elif stance[by, actor] == 1:
            helped[place] += guard
    for place in range(len(holder)):
        own[place] = own[place] + ally_share * helped[place]
    return own


@kernel
def strengths(
    troops: Ints,
    supply: Floats,
    worth: Floats,
    factor: Floats,
    entries: Ints,
    near: tuple[Ints, Ints],
    commit: Floats,
    where: tuple[Ints, Ints, Ints],
    wall: Floats,
    values: tuple[float, float, float],
    standing: tuple[Floats, Ints],
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """The arrays of :class:`model.dynamics.operations.Forces`, in its order.

    Args:
        troops: (F, P) fighters.
        supply: (F, P) 0-1.
        worth: (F,) of one fighter.
        factor: (E,) of supply on attacks, where there are fighters.
        entries: (E,) positions of those in the flattened ``troops``.
        near: starts and ends of the lists of neighbours.
        commit: (F,) share of the fighters nearby that an attack draws on.
        where: (P,) holders, (P,) attackers, (F, F) stances.
        wall: (P,) factor of fortification.
        values: strength of a defence without supply, share of an ally's fighters that joins a defence, siege odds.
        standing: (F,) share of the (F, P) fighters of the start that never leaves a place that is held.
    """
    holder, attacker, stance = where
    shape, field, count = troops.shape, np.zeros(troops.shape), len(entries)
    strength, bound, stays = np.empty(count), np.empty(count), np.empty(count)
    actors, places = _apart(entries, shape[1])
    for k in range(len(entries)):
        actor, place = actors[k], places[k]
        strength[k] = troops[actor, place] * worth[actor] * factor[k]
        field[actor, place] = strength[k]
        stays[k] = standing[0][actor] * standing[1][actor, place] / troops[actor, place]
    reach = _spread(near, actors, places, strength, shape)
    guard = _guards((actors, places), troops, worth, supply, values[0], holder, stance, values[1])
    lasting = (guard * wall * values[2], holder, attacker, wall, stays)
    share = _spare(actors, places, strength, _enemies(reach, commit, holder, stance), lasting)
    for k in range(len(entries)):
        bound[k] = commit[actors[k]] * share[k] * strength[k]
    threat = _spread(near, actors, places, bound, shape)
    share = _spare(actors, places, strength, _enemies(threat, np.ones(shape[0]), holder, stance), lasting)
    spare = np.empty(shape)
    for actor in range(shape[0]):
        spare[actor] = commit[actor]
    for k in range(len(entries)):
        spare[actors[k], places[k]] = commit[actors[k]] * share[k]
        bound[k] = spare[actors[k], places[k]] * strength[k]
    called = _spread(near, actors, places, bound, shape)
    for k in range(len(entries)):
        actor, place = actors[k], places[k]
        called[actor, place] = strength[k] + called[actor, place] - bound[k]
    return field, reach, spare, called, guard


@kernel
def pairs_within_reach(holder: Ints, hostile: Bools, reach: Floats, minimum: float) -> tuple[Ints, Ints]:
    """(K,) actors and (K,) places that they could attack: held by an enemy or nobody, near their fighters."""
    forces, places = reach.shape
    actors, targets = np.empty(forces * places, np.int64), np.empty(forces * places, np.int64)
    count = 0
    for actor in range(forces):
        for place in range(places):
            by = holder[place]
            if reach[actor, place] >= minimum and (by < 0 or hostile[actor, by]):
                actors[count], targets[count] = actor, place
                count += 1
    return actors[:count].copy(), targets[:count].copy()


@kernel
def _own_worth(
    actor: int,
    place: int,
    rent: Floats,
    revenue: Floats,
    home: Bools,
    is_town: Bools,
    lure: tuple[Floats, Floats, Ints],
    weights: tuple[Floats, ...],
) -> float:
    horizon, by_rent, by_home, by_people, by_road, by_headquarters, abroad, _, _ = weights
    population, betweenness, headquarters_of = lure
    rents = horizon[actor] * rent[place] / (rent[place] + revenue[actor])
    at_home = 1.0 if home[actor, place] else 0.0
    value = by_rent[actor] * rents
    value += by_home[actor] * at_home * (1.0 if is_town[place] else 0.5)
    value += by_people[actor] * min(population[place] / 1e5, 3.0)
    value += by_road[actor] * betweenness[place]
    value += by_headquarters[actor] * (1.0 if headquarters_of[place] >= 0 else 0.0)
    return value * (1.0 if home[actor, place] else abroad[actor])


@kernel
def worth_of_places(
    actors: Ints,
    places: Ints,
    near: tuple[Ints, Ints],
    called: Floats,
    field: Floats,
    guard: Floats,
    holder: Ints,
    stance: Ints,
    rent: Floats,
    revenue: Floats,
    home: Bools,
    is_town: Bools,
    lure: tuple[Floats, Floats, Ints],
    weights: tuple[Floats, ...],
) -> Floats:
    """(K,) worth of places to those who might take them; see :func:`model.dynamics.operations.worth_of_places`.

    Args:
        actors: (K,) who would take it.
        places: (K,) what would be taken.
        near: starts and ends of the lists of neighbours.
        called: (F, P) strength that an attack can bring up.
        field: (F, P) attacking strength that stands at each place.
        guard: (P,) strength behind walls of each garrison.
        holder: (P,) who holds each place.
        stance: (F, F) who fights whom.
        rent: (P,) USD a month that the holder draws.
        revenue: (F,) USD a month.
        home: (F, P) homelands.
        is_town: (P,) whether it is a town.
        lure: (P,) persons, betweenness, whose headquarters it is.
        weights: (F,) arrays in the order of ``model.dynamics.operations.WEIGHTS``.
    """
    start, end = near
    out = np.empty(len(actors))
    # What a place is worth by itself is asked again for each of its neighbours: worked out once an actor.
    found, known, last = np.empty(len(holder)), np.zeros(len(holder), np.bool_), -1
    for k in range(len(actors)):
        actor, place = actors[k], places[k]
        if actor != last:
            known[:], last = False, actor
        best, endangered = 0.0, 0.0
        enemy = field[holder[place], place] if holder[place] >= 0 else 0.0
        for slot in range(start[place], start[place + 1]):
            beyond = end[slot]
            by = holder[beyond]
            if by < 0 or beyond == place:
                continue
            threatened = by == actor and enemy > 0
            barred = not threatened and stance[actor, by] == -1 and not called[actor, beyond] >= guard[beyond]
            if not threatened and not barred:
                continue
            if not known[beyond]:
                found[beyond] = _own_worth(actor, beyond, rent, revenue, home, is_town, lure, weights)
                known[beyond] = True
            if threatened:
                endangered = max(endangered, found[beyond] * (enemy / (enemy + guard[beyond])))
            else:
                best = max(best, found[beyond])
        if not known[place]:
            found[place] = _own_worth(actor, place, rent, revenue, home, is_town, lure, weights)
            known[place] = True
        out[k] = found[place] + weights[7][actor] * best + weights[8][actor] * endangered
    return out


@kernel
def gather(troops: Ints, start: Ints, end: Ints, actors: Ints, places: Ints, spare: Floats) -> None:
    """Move fighters in ``troops`` to the places that they attack; see :func:`model.dynamics.combat.gather`."""
    calls = np.zeros(troops.shape, np.int64)
    attacked = np.zeros(troops.shape, np.bool_)
    for k in range(len(actors)):
        attacked[actors[k], places[k]] = True
        for near in range(start[places[k]], start[places[k] + 1]):
            calls[actors[k], end[near]] += 1
    before = troops.copy()
    for k in range(len(actors)):
        actor, place = actors[k], places[k]
        for near in range(start[place], start[place + 1]):
            other = end[near]
            if before[actor, other] > 0 and not attacked[actor, other]:
                share = spare[actor, other] / calls[actor, other]
                moved = int(np.floor(before[actor, other] * share))
                troops[actor, other] -= moved
                troops[actor, place] += moved


@kernel
def errors_of_belief(
    actors: Ints,
    places: Ints,
    known: Floats,
    slow: Floats,
    fast: Floats,
    noise: Floats,
    persistence: Floats,
) -> Floats:
    """(K,) logarithmic errors of what actors believe of the defence of places; arguments are (K,), (F, P) and (F,)."""
    out = np.empty(len(actors))
    for k in range(len(actors)):
        actor = actors[k]
        unsure = noise[actor] * (1 - known[actor, places[k]])
        lasting = persistence[actor]
        out[k] = unsure * (math.sqrt(lasting) * slow[k] + math.sqrt(1 - lasting) * fast[k])
    return out


@kernel
def odds_of_options(
    actors: Ints, places: Ints, called: Floats, defence: Floats, wall: Floats, error: Floats, share: Floats
) -> tuple[Floats, Floats]:
    """(2 K,) strengths of attackers and, as they believe, of defenders; the second half with fighters massed first.

    Args:
        actors: (K,) who would attack.
        places: (K,) what place.
        called: (F, P) strength that an attack can bring up.
        defence: (P,) strength of the holder before walls.
        wall: (P,) factor of fortification.
        error: (K,) factor by which each misjudges the defence.
        share: (F,) strength of a full share of the actor's fighters.
    """
    count = len(actors)
    attack, believed = np.empty(2 * count), np.empty(2 * count)
    for k in range(count):
        actor, place = actors[k], places[k]
        attack[k] = called[actor, place]
        attack[count + k] = max(attack[k], share[actor])
        believed[k] = defence[place] * wall[place] * error[k]
        believed[count + k] = believed[k]
    return attack, believed


@kernel
def utilities(
    actors: Ints,
    places: Ints,
    worth: Floats,
    chance: Floats,
    attack: Floats,
    believed: Floats,
    attacker: Ints,
    minded: Bools,
    fighters: Ints,
    pressure: Floats,
    weights: tuple[Floats, ...],
    loss_rate: float,
) -> tuple[Floats, Floats]:
    """(K,) expected utility of each option, and (K,) with fighters massed first; see :func:`model.dynamics.operations.weigh`.

    Args:
        actors: (K,) who would attack.
        places: (K,) what place.
        worth: (K,) of the place to the actor.
        chance: (2 K,) of success as it is, and massed.
        attack: (2 K,) what :func:`odds_of_options` returned.
        believed: (2 K,) the same.
        attacker: (P,) who besieges each place.
        minded: (P,) whether Beijing minds.
        fighters: (F,) of each actor, at least 1.
        pressure: (F,) from Beijing.
        weights: (F,) arrays ``weight_loss, weight_pressure, dependence_on_china, siege_cost, operation_cost``.
        loss_rate: of an attacker, 1/month.
    """
    by_loss, by_pressure, depends, siege, opening = weights
    count = len(actors)
    utility, massed = np.empty(count), np.empty(count)
    for k in range(count):
        actor, place, p, better = actors[k], places[k], chance[k], chance[count + k]
        engaged = min(attack[k], believed[k])
        loss = by_loss[actor] * loss_rate * (2 - p) * engaged / (0.05 * fighters[actor])
        sanction = by_pressure[actor] * depends[actor] * (1.0 if minded[place] else 0.0)
        sanction = sanction * (0.5 + pressure[actor])
        cost = siege[actor] if attacker[place] == actor else opening[actor]
        utility[k] = p * worth[k] - (1 - p) * loss - cost - sanction
        massed[k] = better * worth[k] - (1 - better) * loss - cost - sanction
    return utility, massed


@kernel
def prospects(actors: Ints, places: Ints, utility: Floats, holder: Ints, stance: Ints) -> tuple[Floats, Ints]:
    """(F, F + 1) best utility of an attack on each other's places, at least 0 (last: nobody's); rows (J,) of options in war."""
    forces = len(stance)
    best, rows = np.zeros((forces, forces + 1)), np.empty(len(actors), np.int64)
    count = 0
    for k in range(len(actors)):
        actor, by = actors[k], holder[places[k]]
        best[actor, by if by >= 0 else forces] = max(best[actor, by if by >= 0 else forces], utility[k])
        if by < 0 or stance[actor, by] == -1:
            rows[count] = k
            count += 1
    return best, rows[:count].copy()


@kernel
def best_rows(utility: Floats, luck: Floats, bounds: Ints, precision: Floats, most: Ints) -> tuple[Ints, Ints]:
    """For each of several actors the rows with utility and gain above 0, best gain first (ties by row), at most so many.

    Args:
        utility: (K,) expected utility of each attack.
        luck: (2, K) what luck adds to attacking and to holding still.
        bounds: (A + 1,) first row of each actor; the last is the row after all.
        precision: (A,) of its choice.
        most: (A,) the largest number of its rows.

    Returns:
        All rows, actor after actor; (A,) where each actor's end.
    """
    out, ends = np.empty(len(utility), np.int64), np.zeros(len(precision), np.int64)
    rows, loss = np.empty(len(utility), np.int64), np.empty(len(utility))
    total = 0
    for a in range(len(precision)):
        found = 0
        for k in range(bounds[a], bounds[a + 1]):
            gain = precision[a] * utility[k] + luck[0, k] - luck[1, k]
            if utility[k] > 0 and gain > 0:
                rows[found], loss[found] = k, -gain
                found += 1
        order = np.argsort(loss[:found], kind="mergesort")
        for k in range(min(found, most[a])):
            out[total] = rows[order[k]]
            total += 1
        ends[a] = total
    return out[:total].copy(), ends


@kernel
def joinable_rows(
    chance: Floats, actors: Ints, places: Ints, bounds: Ints, picked: Ints, stance: Ints, count: int
) -> Ints:
    """Rows of those who may join (their (F,) chance is above 0) at places that an ally attacks, in ascending order.

    Args:
        chance: (F,) to join; 0 for those who never do.
        actors: (K,) of each option.
        places: (K,) of each option.
        bounds: (F + 1,) first row of each actor; the last is the row after all.
        picked: rows that are attacked.
        stance: (F, F) 1 for allies.
        count: number of places.
    """
    out, found = np.empty(len(actors), np.int64), 0
    for actor in range(len(chance)):
        if chance[actor] > 0:
            wanted = np.zeros(count, np.bool_)
            for k in range(len(picked)):
                if stance[actor, actors[picked[k]]] == 1:
                    wanted[places[picked[k]]] = True
            for row in range(bounds[actor], bounds[actor + 1]):
                if wanted[places[row]]:
                    out[found] = row
                    found += 1
    return out[:found].copy()
