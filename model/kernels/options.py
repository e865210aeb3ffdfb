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
Bytes = NDArray[np.uint8]
Places = NDArray[np.uint32]
Near = tuple[Ints, Places]


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
def _asked(near: Near, places: Places, start: int, stop: int, asked: Bytes, out: Places) -> int:
    """List some places and all next to them, each once; ``asked`` (P,) are 0 before and after. Returns how many."""
    (begin, end), count = near, 0
    for k in range(start, stop):
        place = np.uint64(places[k])
        for link in range(begin[place], begin[place + ONE]):
            asked[end[np.uint64(link)]] = 1
    for first in range(0, len(asked), 64):
        bits = which(asked, first, len(asked) - first)
        while bits != 0:
            out[np.uint64(count)] = first + lowest(bits)
            count += 1
            bits &= bits - ONE
    asked[:] = 0
    return count


@kernel
def _own_worth(
    actor: int,
    places: Places,
    count: int,
    lure: tuple[Any, ...],
    rent: Floats,
    earned: float,
    weights: Any,
    out: Floats,
) -> None:
    """Write what some places are worth to an actor by themselves into (P,) ``out``; see ``operations.own_worth``."""
    home, size, people, road, seat = lure
    at_home, horizon, by_rent = home[actor], weights[0][actor], weights[1][actor]
    by_home, by_people, by_road = weights[2][actor], weights[3][actor], weights[4][actor]
    by_seat, abroad = weights[5][actor], weights[6][actor]
    for k in range(count):
        place = places[k]
        own = 1.0 if at_home[place] else 0.0
        value = by_rent * (horizon * rent[place] / (rent[place] + earned))
        value += by_home * own * size[place]
        value += by_people * people[place]
        value += by_road * road[place]
        value += by_seat * seat[place]
        out[place] = value * (1.0 if at_home[place] else abroad)


@kernel
def _gates(
    actor: int, asked: Places, worth: Floats, brought: Floats, known: tuple[Any, ...], barred: Floats, ours: Floats
) -> None:
    """Write the worth of the enemy's places that an actor cannot attack at even odds, and of its own, where it is above 0.

    Args:
        actor: the actor.
        asked: places to be looked at.
        worth: (P,) of them.
        brought: (P,) strength that it can bring up.
        known: (P,) strength behind walls, (P,) holders, (F, F) stances.
        barred: (P,) changes.
        ours: (P,) changes.
    """
    guard, holder, stance = known
    for k in range(len(asked)):
        place = asked[k]
        by, value = holder[place], max(worth[place], 0.0)
        hostile = by >= 0 and stance[actor, by] == -1
        barred[place] = value if hostile and not brought[place] >= guard[place] else 0.0
        ours[place] = value if by == actor else 0.0


@kernel
def _beside(
    near: Near,
    places: Places,
    span: tuple[int, int],
    enemy: Floats,
    guard: Floats,
    rows: tuple[Floats, Floats],
    room: Any,
) -> None:
    """Write the best barred place next to each of some places, and what of the actor's own is most endangered.

    Args:
        near: neighbours, see :func:`model.kernels.forces.within_reach`.
        places: (K,) of all options.
        span: first and last of an actor's.
        enemy: (P,) strength of the holder in each place.
        guard: (P,) strength behind walls of each garrison.
        rows: (P,) what :func:`_gates` wrote.
        room: (K,) best, (K,) endangered, both change; lists of pairs.
    """
    (barred, ours), (start, end) = rows, near
    best, endangered, whose, beside = room
    links = 0
    for k in range(span[0], span[1]):
        place, top = np.uint64(places[k]), 0.0
        itself, barred[place] = barred[place], 0.0
        threatened = 1 if enemy[place] > 0 else 0
        for link in range(start[place], start[place + ONE]):
            other = end[np.uint64(link)]
            top = max(top, barred[other])
            whose[np.uint64(links)], beside[np.uint64(links)] = k, other
            links += threatened if ours[other] > 0 else 0
        barred[place], best[k], endangered[k] = itself, top, 0.0
    for link in range(links):
        option, other = whose[link], beside[link]
        danger = enemy[places[option]]
        endangered[option] = max(endangered[option], ours[other] * (danger / (danger + guard[other])))


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
    (bounds, places), (enemy, guard, holder, stance) = pairs, known
    out, worth, asked = np.empty(len(places)), np.empty(len(holder)), np.zeros(len(holder), np.uint8)
    brought, barred, ours = np.zeros(len(holder)), np.zeros(len(holder)), np.zeros(len(holder))
    most, some = len(near[1]) + 1, np.empty(len(asked) + 1, np.uint32)
    room = (np.empty(len(places)), np.empty(len(places)), np.empty(most, np.uint32), np.empty(most, np.uint32))
    for actor in range(len(bounds) - 1):
        span = (bounds[actor], bounds[actor + 1])
        if span[0] == span[1]:
            continue
        for k in range(targets[0][actor], targets[0][actor + 1]):
            brought[targets[1][k]] = targets[2][k]
        look = _asked(near, places, *span, asked, some)
        _own_worth(actor, some, look, lure, rent[0], rent[1][actor], weights, worth)
        _gates(actor, some[:look], worth, brought, (guard, holder, stance), barred, ours)
        _beside(near, places, span, enemy, guard, (barred, ours), room)
        for k in range(span[0], span[1]):
            out[k] = worth[places[k]] + weights[7][actor] * room[0][k] + weights[8][actor] * room[1][k]
        for k in range(look):
            barred[some[k]], ours[some[k]] = 0.0, 0.0
        for k in range(targets[0][actor], targets[0][actor + 1]):
            brought[targets[1][k]] = 0.0
    return out


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
        for k in range(bounds[actor], bounds[actor + 1]):
            sanction = by_pressure[actor] * depends[actor] * (1.0 if minded[places[k]] else 0.0)
            sanction = sanction * (0.5 + pressure[actor])
            cost = siege[actor] if attacker[places[k]] == actor else opening[actor]
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
    out = np.empty(len(actors))
    for k in range(len(actors)):
        actor = actors[k]
        unsure = noise[actor] * (1 - known[actor, places[k]])
        lasting = persistence[actor]
        out[k] = unsure * (math.sqrt(lasting) * slow[k] + math.sqrt(1 - lasting) * fast[k])
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
def prospects(actors: Ints, places: Places, utility: Floats, holder: Ints, forces: int) -> Floats:
    """(F, F + 1) best utility of an attack on each other's places, at least 0 (last: nobody's)."""
    best = np.zeros((forces, forces + 1))
    for k in range(len(actors)):
        by = holder[places[k]] if holder[places[k]] >= 0 else forces
        best[actors[k], by] = max(best[actors[k], by], utility[k])
    return best


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
