"""Kernels of the attacks that actors might make: what they promise, who makes which; see :mod:`model.dynamics.operations`.

Lists of options run actor after actor, then place after place; numbers of places have no sign, as in :mod:`model.kernels.forces`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.kernels import kernel
from model.kernels.lanes import ONE, lowest, which

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Places = NDArray[np.uint32]
Near = tuple[Ints, Places]

ZERO = np.uint64(0)


@kernel
def pairs_within_reach(
    targets: tuple[Ints, Places], reach: Floats, called: Floats, minimum: float
) -> tuple[Ints, Places, Floats]:
    """(F + 1,) bounds and (K,) places of those open places where an actor's strength reaches a minimum, and what it calls up."""
    first, places = targets
    bounds, out, strength, found = (
        np.zeros(len(first), np.int64),
        np.empty(len(places), np.uint32),
        np.empty(len(places)),
        0,
    )
    for actor in range(len(reach)):
        row = reach[actor]
        for k in range(first[actor], first[actor + 1]):
            out[found], strength[found] = places[k], called[k]
            found += 1 if row[places[k]] >= minimum else 0
        bounds[actor + 1] = found
    return bounds, out[:found], strength[:found]


@kernel
def _asked(near: Near, pairs: tuple[Ints, Places], count: int) -> tuple[Ints, Places]:
    """(F + 1,) bounds and (Q,) places that matter to each actor: its options and all that is next to them."""
    (start, end), (bounds, places) = near, pairs
    asked, found = np.zeros(count, np.uint8), 0
    out, ends = np.empty((len(bounds) - 1) * count + 1, np.uint32), np.zeros(len(bounds), np.int64)
    for actor in range(len(bounds) - 1):
        for k in range(bounds[actor], bounds[actor + 1]):
            place = np.uint64(places[k])
            for link in range(start[place], start[place + ONE]):
                asked[end[np.uint64(link)]] = 1
        for first in range(0, count, 64):
            bits = which(asked, first, count - first)
            while bits != 0:
                out[np.uint64(found)] = first + lowest(bits)
                found += 1
                bits &= bits - ONE
        asked[:] = 0
        ends[actor + 1] = found
    return ends, out[:found]


@kernel
def _own_worth(
    asked: tuple[Ints, Places], lure: tuple[Any, ...], rent: tuple[Floats, Floats], weights: tuple[Floats, ...]
) -> Floats:
    """(Q,) what places are worth to actors by themselves; see ``operations.own_worth``."""
    (bounds, places), (home, size, people, road, seat), (rents, revenue) = asked, lure, rent
    horizons, by_rents, by_homes, all_people, by_roads, by_seats, abroads, _, _ = weights
    out = np.empty(len(places))
    for actor in range(len(bounds) - 1):
        at_home, horizon, by_rent, by_home = home[actor], horizons[actor], by_rents[actor], by_homes[actor]
        by_people, by_road, by_seat, abroad = all_people[actor], by_roads[actor], by_seats[actor], abroads[actor]
        earned = revenue[actor]
        for k in range(bounds[actor], bounds[actor + 1]):
            place = places[k]
            own = 1.0 if at_home[place] else 0.0
            value = by_rent * (horizon * rents[place] / (rents[place] + earned))
            value += by_home * own * size[place]
            value += by_people * people[place]
            value += by_road * road[place]
            value += by_seat * seat[place]
            out[k] = value * (1.0 if at_home[place] else abroad)
    return out


@kernel
def _gates(
    asked: tuple[Ints, Places], worth: Floats, targets: tuple[Ints, Places, Floats], known: tuple[Any, ...]
) -> tuple[Floats, Floats]:
    """(Q,) worth of the enemy's places that actors cannot attack at even odds, and (Q,) of their own, where it is above 0.

    Args:
        asked: what :func:`_asked` returned.
        worth: (Q,) of the places.
        targets: (F + 1,) bounds and (C,) open places, (C,) strength that an attack on each can bring up.
        known: (P,) strength behind walls, (P,) holders, (F, F) stances.
    """
    (bounds, places), (first, at, called), (guard, holder, stance) = asked, targets, known
    barred, ours, brought = np.empty(len(places)), np.empty(len(places)), np.zeros(len(holder))
    for actor in range(len(stance)):
        for k in range(first[actor], first[actor + 1]):
            brought[at[k]] = called[k]
        for k in range(bounds[actor], bounds[actor + 1]):
            place = places[k]
            by, value = holder[place], max(worth[k], 0.0)
            hostile = by >= 0 and stance[actor, by] == -1
            barred[k] = value if hostile and not brought[place] >= guard[place] else 0.0
            ours[k] = value if by == actor else 0.0
        for k in range(first[actor], first[actor + 1]):
            brought[at[k]] = 0.0
    return barred, ours


@kernel
def _beside(
    near: Near,
    pairs: tuple[Ints, Places],
    asked: tuple[Ints, Places],
    values: tuple[Floats, Floats, Floats],
    enemy: Floats,
    guard: Floats,
    foresight: tuple[Floats, Floats],
) -> Floats:
    """(K,) worth of places with the best barred place next to each, and what of the actor's own each endangers most.

    Args:
        near: neighbours.
        pairs: (F + 1,) bounds and (K,) places of the options.
        asked: what :func:`_asked` returned.
        values: (Q,) worth of those places, and what :func:`_gates` returned.
        enemy: (P,) strength of the holder in each place.
        guard: (P,) strength behind walls of each garrison.
        foresight: (F,) weights of the barred place, and of the endangered one.
    """
    (start, end), (bounds, places), (ends, other_places), (worth, barred, ours) = near, pairs, asked, values
    out, danger, count = np.empty(len(places)), np.zeros(len(places)), len(enemy)
    itself, gates, own = np.zeros(count), np.zeros(count), np.zeros(count)
    whose, beside = np.empty(len(end) + 1, np.uint32), np.empty(len(end) + 1, np.uint32)
    for actor in range(len(bounds) - 1):
        links = np.uint64(0)
        for k in range(ends[actor], ends[actor + 1]):
            at = other_places[k]
            itself[at], gates[at], own[at] = worth[k], barred[k], ours[k]
        for k in range(bounds[actor], bounds[actor + 1]):
            place, best = np.uint64(places[k]), 0.0
            kept, gates[place] = gates[place], 0.0
            threatened = enemy[place] > 0
            for link in range(start[place], start[place + ONE]):
                other = end[np.uint64(link)]
                best = max(best, gates[other])
                whose[links], beside[links] = k, other
                links += ONE if threatened & (own[other] > 0) else ZERO
            gates[place] = kept
            out[k] = itself[place] + foresight[0][actor] * best
        for link in range(np.int64(links)):
            option, other = whose[link], beside[link]
            field = enemy[places[option]]
            danger[option] = max(danger[option], own[other] * (field / (field + guard[other])))
        for k in range(bounds[actor], bounds[actor + 1]):
            out[k] = out[k] + foresight[1][actor] * danger[k]
        for k in range(ends[actor], ends[actor + 1]):
            gates[other_places[k]], own[other_places[k]] = 0.0, 0.0
    return out


@kernel
def worth_of_places(
    near: Near,
    pairs: tuple[Ints, Places],
    targets: tuple[Ints, Places, Floats],
    known: tuple[Any, ...],
    rent: tuple[Floats, Floats],
    lure: tuple[Any, ...],
    weights: tuple[Floats, ...],
) -> Floats:
    """(K,) worth of places to those who might take them; see :func:`model.dynamics.operations.worth_of_places`.

    Args:
        near: neighbours, see :func:`model.kernels.forces.within_reach`.
        pairs: (F + 1,) bounds and (K,) places of the options.
        targets: the same of open places, and (C,) strength that an attack on each can bring up.
        known: (P,) strength of each holder in its place, (P,) strength behind walls, (P,) holders, (F, F) stances.
        rent: (P,) USD a month that the holder draws, (F,) USD a month of revenue.
        lure: (F, P) homelands; (P,) worth of a town or site at home, people, roads, headquarters.
        weights: (F,) arrays in the order of ``model.dynamics.operations.WEIGHTS``.
    """
    enemy, guard, holder, stance = known
    asked = _asked(near, pairs, len(holder))
    worth = _own_worth(asked, lure, rent, weights)
    barred, ours = _gates(asked, worth, targets, (guard, holder, stance))
    return _beside(near, pairs, asked, (worth, barred, ours), enemy, guard, (weights[7], weights[8]))


@kernel
def may_pay(
    pairs: tuple[Ints, Places],
    worth: Floats,
    attacker: Ints,
    minded: Bools,
    pressure: Floats,
    weights: tuple[Floats, ...],
    everything: bool,
) -> tuple[Ints, Places, Floats, Floats]:
    """(M,) actors and rows of options that would pay if sure to succeed at no loss, or of all; (M,) cost, (M,) sanction.

    Args:
        pairs: (F + 1,) bounds and (K,) places of the options.
        worth: (K,) of the place to the actor.
        attacker: (P,) who besieges each place.
        minded: (P,) whether Beijing minds.
        pressure: (F,) from Beijing.
        weights: (F,) arrays ``weight_pressure, dependence_on_china, siege_cost, operation_cost``.
        everything: whether all options are wanted.
    """
    bounds, places = pairs
    by_pressure, depends, siege, opening = weights
    rows, costs, sanctions, found = np.empty(len(places), np.uint32), np.empty(len(places)), np.empty(len(places)), 0
    who = np.empty(len(places), np.int64)
    for actor in range(len(bounds) - 1):
        if_minded = by_pressure[actor] * depends[actor] * 1.0 * (0.5 + pressure[actor])
        under_way, anew = siege[actor], opening[actor]
        for k in range(bounds[actor], bounds[actor + 1]):
            sanction = if_minded if minded[places[k]] else 0.0
            cost = under_way if attacker[places[k]] == actor else anew
            who[found], rows[found], costs[found], sanctions[found] = actor, k, cost, sanction
            # No chance and no loss makes more of it than this, to the last bit.
            found += 1 if everything or max(worth[k], 0.0) - cost - sanction > 0 else 0
    return who[:found], rows[:found], costs[:found], sanctions[:found]


@kernel
def errors_of_belief(
    actors: Ints,
    places: Places,
    known: Floats,
    slow: Floats,
    fast: Floats,
    noise: Floats,
    persistence: Floats,
) -> Floats:
    """(M,) logarithmic errors of what actors believe of the defence of places; arguments are (M,), (F, P) and (F,)."""
    out, lasts, passes = np.empty(len(actors)), np.empty(len(noise)), np.empty(len(noise))
    for actor in range(len(noise)):
        lasts[actor], passes[actor] = math.sqrt(persistence[actor]), math.sqrt(1 - persistence[actor])
    for k in range(len(actors)):
        actor = actors[k]
        unsure = noise[actor] * (1 - known[actor, places[k]])
        out[k] = unsure * (lasts[actor] * slow[k] + passes[actor] * fast[k])
    return out


@kernel
def odds_of_options(
    options: tuple[Ints, Places, Floats], guard: Floats, error: Floats, share: Floats
) -> tuple[Floats, Floats]:
    """(2 M,) strengths of attackers and, as they believe, of defenders; the second half with fighters massed first.

    Args:
        options: (M,) actors, places, strength that they can bring up.
        guard: (P,) strength of the holder behind walls.
        error: (M,) factor by which each misjudges the defence.
        share: (F,) strength of a full share of the actor's fighters.
    """
    actors, places, called = options
    count = len(actors)
    attack, believed = np.empty(2 * count), np.empty(2 * count)
    for k in range(count):
        attack[k], believed[k] = called[k], guard[places[k]] * error[k]
    for k in range(count):
        attack[count + k], believed[count + k] = max(attack[k], share[actors[k]]), believed[k]
    return attack, believed


@kernel
def utilities(
    actors: Ints,
    worth: Floats,
    chance: Floats,
    sides: tuple[Floats, Floats],
    fighters: Ints,
    costs: tuple[Floats, Floats],
    losses: tuple[Floats, float],
) -> tuple[Floats, Floats]:
    """(M,) expected utility of each option, and (M,) with fighters massed first; see :func:`model.dynamics.operations.weigh`.

    Args:
        actors: (M,) who would attack.
        worth: (M,) of the place to the actor.
        chance: (2 M,) of success as it is, and massed.
        sides: (2 M,) what :func:`odds_of_options` returned.
        fighters: (F,) of each actor, at least 1.
        costs: (M,) of an attack, (M,) of Beijing's sanction.
        losses: (F,) what they weigh, loss rate of an attacker, 1/month.
    """
    attack, believed = sides
    by_loss, rate = losses
    count = len(actors)
    utility, massed = np.empty(count), np.empty(count)
    for k in range(count):
        p, better, actor = chance[k], chance[count + k], actors[k]
        engaged = min(attack[k], believed[k])
        loss = by_loss[actor] * rate * (2 - p) * engaged / (0.05 * fighters[actor])
        utility[k] = p * worth[k] - (1 - p) * loss - costs[0][k] - costs[1][k]
        massed[k] = better * worth[k] - (1 - better) * loss - costs[0][k] - costs[1][k]
    return utility, massed


@kernel
def staging(near: Near, actors: Ints, places: Places, massed: Floats, forces: int) -> Floats:
    """(F, P) sums over each place and the places next to it of what attacks (M,) would gain, where they would."""
    start, end = near
    out = np.zeros((forces, len(start) - 1))
    for k in range(len(actors)):
        if massed[k] > 0:
            row, place = out[actors[k]], np.uint64(places[k])
            for link in range(start[place], start[place + ONE]):
                row[end[np.uint64(link)]] += massed[k]
    return out


@kernel
def prospects(actors: Ints, places: Places, utility: Floats, holder: Ints, best: Floats) -> None:
    """Write the (F, F + 1) best utility of an attack on each other's places, at least 0 (last: nobody's)."""
    forces = len(best)
    best[:] = 0.0
    for k in range(len(actors)):
        by = holder[places[k]] if holder[places[k]] >= 0 else forces
        best[actors[k], by] = max(best[actors[k], by], utility[k])


@kernel
def at_war(pairs: tuple[Ints, Places], holder: Ints, stance: Ints) -> Bools:
    """(K,) whether an option is one at war as things stand: against an enemy, or a place that nobody holds."""
    bounds, places = pairs
    out, hostile = np.empty(len(places), np.bool_), np.ones(len(stance) + 1, np.bool_)
    for actor in range(len(stance)):
        for by in range(len(stance)):
            hostile[by + 1] = stance[actor, by] == -1
        for k in range(bounds[actor], bounds[actor + 1]):
            out[k] = hostile[np.uint64(holder[places[k]] + 1)]
    return out


@kernel
def best_rows(utility: Floats, luck: Floats, actors: Ints, precision: Floats, most: Ints) -> Ints:
    """Rows with gain above 0 of each actor, best gain first (ties by row), at most so many.

    Args:
        utility: (J,) expected utility of each attack, above 0.
        luck: (2, J) what luck adds to attacking and to holding still.
        actors: (J,) in ascending order.
        precision: (F,) of its choice.
        most: (F,) the largest number of its rows.
    """
    out, gain, total, first = np.empty(len(utility), np.int64), np.empty(len(utility)), 0, 0
    while first < len(actors):
        actor, last = actors[first], first
        while last < len(actors) and actors[last] == actor:
            gain[last] = precision[actor] * utility[last] + luck[0, last] - luck[1, last]
            last += 1
        for _ in range(most[actor]):
            best = first
            for k in range(first, last):
                best = k if gain[k] > gain[best] else best
            if not gain[best] > 0:
                break
            out[total], gain[best] = best, 0.0
            total += 1
        first = last
    return out[:total]


@kernel
def joinable_rows(
    chance: Floats, pairs: tuple[Ints, Places], war: Bools, picked: tuple[Ints, Places], stance: Ints, count: int
) -> tuple[Ints, Ints]:
    """(L,) rows of those who may join (their (F,) chance is above 0) at places that an ally attacks, ascending; (L,) actors.

    Args:
        chance: (F,) to join; 0 for those who never do.
        pairs: (F + 1,) bounds and (K,) places of the options.
        war: (K,) whether it is one at war.
        picked: who attacks, and which places.
        stance: (F, F) 1 for allies.
        count: number of places.
    """
    bounds, places = pairs
    out, who, found = np.empty(len(places), np.int64), np.empty(len(places), np.int64), 0
    wanted = np.empty(count, np.bool_)
    for actor in range(len(chance)):
        if chance[actor] > 0:
            wanted[:] = False
            for k in range(len(picked[0])):
                if stance[actor, picked[0][k]] == 1:
                    wanted[picked[1][k]] = True
            for row in range(bounds[actor], bounds[actor + 1]):
                if wanted[places[row]] and war[row]:
                    out[found], who[found] = row, actor
                    found += 1
    return out[:found], who[:found]


@kernel
def attacks(pairs: tuple[Ints, Places], attacked: Bools) -> tuple[Ints, Ints]:
    """Actors and places of the options that are (K,) ``attacked``."""
    bounds, places = pairs
    who, where, found = np.empty(len(places), np.int64), np.empty(len(places), np.int64), 0
    for actor in range(len(bounds) - 1):
        for k in range(bounds[actor], bounds[actor + 1]):
            who[found], where[found] = actor, places[k]
            found += 1 if attacked[k] else 0
    return who[:found].copy(), where[:found].copy()
