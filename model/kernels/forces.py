"""Kernels of the war: where each actor's fighters stand, how strong they are there and nearby, and how they gather.

What is true of garrisons goes in lists, actor after actor and place after place: ``there`` is (F + 1,) where each actor's
garrisons begin and (E,) their places, ``open`` the same of the places that each might attack. Numbers of places have no
sign, which spares numba's test for negative indices.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.kernels import kernel
from model.kernels.lanes import ONE, lowest, which
from model.kernels.sums import pairwise

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Places = NDArray[np.uint32]
Keys = NDArray[np.uint64]
Near = tuple[Ints, Places]


@kernel
def occupied(values: Ints, start: int, count: int, out: Places, found: int) -> int:
    """List where a row of a flattened table is not 0.

    Args:
        values: the flattened table.
        start: first position of the row.
        count: its length.
        out: the list, to which positions within the row are added.
        found: how long it is.

    Returns:
        How long the list is then.
    """
    for first in range(0, count, 64):
        bits = which(values, start + first, count - first)
        while bits != 0:
            out[np.uint64(found)] = first + lowest(bits)
            found += 1
            bits &= bits - ONE
    return found


@kernel
def held_by(holder: Ints, forces: int) -> Keys:
    """(F + 1, B) bits of the places that each actor holds, sixty-four a word; the last row is of those that nobody holds."""
    out = np.zeros((forces + 1, (len(holder) + 63) // 64), np.uint64)
    for place in range(len(holder)):
        by = holder[place] if holder[place] >= 0 else forces
        out[by, place // 64] |= ONE << np.uint64(place % 64)
    return out


@kernel
def garrisons(troops: Ints) -> tuple[tuple[Ints, Places], Ints]:
    """``there``: (F + 1,) where each actor's garrisons begin, (E,) their places; and the (F,) fighters of each actor."""
    forces, places = troops.shape
    flat, bounds, total = troops.reshape(troops.size), np.zeros(forces + 1, np.int64), np.zeros(forces, np.int64)
    at, found = np.empty(troops.size, np.uint32), 0
    for actor in range(forces):
        found = occupied(flat, actor * places, places, at, found)
        bounds[actor + 1] = found
        posted, fighters = troops[actor], 0
        for k in range(bounds[actor], found):
            fighters += posted[at[k]]
        total[actor] = fighters
    return (bounds, at[:found]), total


@kernel
def at_garrisons(there: tuple[Ints, Places], values: Floats) -> Floats:
    """(E,) what a (F, P) table says of each garrison."""
    bounds, at = there
    out = np.empty(len(at))
    for actor in range(len(values)):
        row = values[actor]
        for k in range(bounds[actor], bounds[actor + 1]):
            out[k] = row[at[k]]
    return out


@kernel
def in_the_field(
    troops: Ints, worth: Floats, factor: Floats, there: tuple[Ints, Places]
) -> tuple[Floats, Floats, Floats]:
    """(F, P) attacking strength that stands at each place, the same as (E,), and (F,) its sums.

    Args:
        troops: (F, P) fighters.
        worth: (F,) of one fighter.
        factor: (E,) of supply.
        there: where they are.
    """
    bounds, at = there
    field, strength, total = np.zeros(troops.shape), np.empty(len(at)), np.empty(len(worth))
    for actor in range(len(worth)):
        posted, row, each = troops[actor], field[actor], worth[actor]
        for k in range(bounds[actor], bounds[actor + 1]):
            strength[k] = posted[at[k]] * each * factor[k]
            row[at[k]] = strength[k]
        total[actor] = pairwise(row, 0, len(row))
    return field, strength, total


@kernel
def within_reach(near: Near, there: tuple[Ints, Places], strength: Floats, forces: int) -> Floats:
    """(F, P) sums of (E,) strengths over each place and the places next to it.

    Args:
        near: (P + 1,) where the neighbours of each place begin, each among its own; (L,) all of them, in ascending order.
        there: where the fighters are.
        strength: (E,) of them.
        forces: number of actors.
    """
    (start, end), (bounds, at) = near, there
    out = np.zeros((forces, len(start) - 1))
    for actor in range(forces):
        row = out[actor]
        for k in range(bounds[actor], bounds[actor + 1]):
            value, place = strength[k], np.uint64(at[k])
            for link in range(start[place], start[place + ONE]):
                row[end[np.uint64(link)]] += value
    return out


@kernel
def _around(near: Near, row: Floats, places: Places, first: int, last: int, out: Floats) -> None:
    """Write the sums of a (P,) row over some places and those next to each."""
    start, end = near
    for k in range(first, last):
        total, place = 0.0, np.uint64(places[k])
        for link in range(start[place], start[place + ONE]):
            total += row[end[np.uint64(link)]]
        out[k] = total


@kernel
def open_places(reach: Floats, holder: Ints, thought: Bools) -> tuple[Ints, Places]:
    """(F + 1,) bounds and (C,) places near an actor's fighters, held by nobody or by one of (F, F) whom it might fight."""
    forces, places = reach.shape
    strong, held = reach.reshape(reach.size).view(np.int64), held_by(holder, forces)
    bounds, out, found = np.zeros(forces + 1, np.int64), np.empty(reach.size, np.uint32), 0
    others = np.empty(forces, np.uint32)
    for actor in range(forces):
        count = 0
        for by in range(forces):
            others[count] = by
            count += 1 if thought[actor, by] else 0
        for word in range(held.shape[1]):
            first, may = 64 * word, held[forces, word]
            for k in range(count):
                may |= held[others[k], word]
            bits = may & which(strong, actor * places + first, places - first)
            while bits != 0:
                out[np.uint64(found)] = first + lowest(bits)
                found += 1
                bits &= bits - ONE
        bounds[actor + 1] = found
    return bounds, out[:found]


@kernel
def _against(open_to: tuple[Ints, Places], values: Floats, holder: Ints, stance: Ints) -> Floats:
    """(P,) sums of (C,) values over the enemies of each place's holder, actor after actor."""
    out, hostile = np.zeros(len(holder)), np.zeros(len(stance) + 1)
    bounds, at = open_to
    for actor in range(len(stance)):
        for by in range(len(stance)):
            hostile[by + 1] = 1.0 if stance[actor, by] == -1 else 0.0
        for k in range(bounds[actor], bounds[actor + 1]):
            out[at[k]] += values[k] * hostile[np.uint64(holder[at[k]] + 1)]
    return out


@kernel
def guards(
    troops: Ints,
    worth: Floats,
    supply: Floats,
    there: tuple[Ints, Places],
    floor: float,
    sides: tuple[Ints, Ints],
    ally_share: float,
) -> Floats:
    """(P,) strength of each place's holder with its allies.

    Args:
        troops: (F, P) fighters.
        worth: (F,) of one fighter.
        supply: (F, P) 0-1.
        there: where the fighters are.
        floor: strength of a defence without supply.
        sides: (P,) holders, (F, F) stances.
        ally_share: share of an ally's fighters that joins.
    """
    holder, stance = sides
    helped, friend, own = np.zeros(len(holder)), np.zeros(len(stance) + 1), np.zeros(len(holder))
    bounds, at = there
    for actor in range(len(troops)):
        for by in range(len(stance)):
            friend[by + 1] = 1.0 if stance[by, actor] == 1 and by != actor else 0.0
        posted, supplied, each = troops[actor], supply[actor], worth[actor]
        for k in range(bounds[actor], bounds[actor + 1]):
            guard = posted[at[k]] * each * (floor + (1 - floor) * supplied[at[k]])
            helped[at[k]] += guard * friend[np.uint64(holder[at[k]] + 1)]
    for place in range(len(holder)):
        by = holder[place]
        if by >= 0:
            own[place] = troops[by, place] * worth[by] * (floor + (1 - floor) * supply[by, place])
        own[place] = own[place] + ally_share * helped[place]
    return own


@kernel
def _bound(
    troops: Ints,
    field: Floats,
    guard: Floats,
    wall: Floats,
    sides: tuple[Ints, Ints],
    standing: tuple[Floats, Ints],
    siege: float,
) -> Floats:
    """(3, P) of each place: its holder's own strength there, the share of it that always stays, the share of besiegers.

    See ``operations._spare``; ``standing`` is (F,) the share of the (F, P) fighters of the start that never leaves, ``siege``
    the strength over the walls' that a siege keeps, ``sides`` (P,) holders and attackers.
    """
    holder, attacker = sides
    out = np.zeros((3, len(holder)))
    for place in range(len(holder)):
        by, against = holder[place], attacker[place]
        if by >= 0:
            out[0, place] = field[by, place]
            if troops[by, place] != 0:
                out[1, place] = standing[0][by] * standing[1][by, place] / troops[by, place]
        if against >= 0:
            strength, out[1, place] = field[against, place], np.inf
            free = 1 - min(guard[place] * wall[place] * siege / strength, 1.0) if strength > 0 else 1.0
            out[2, place] = free
    return out


@kernel
def _free(enemy: Floats, wall: Floats, bound: Floats) -> Floats:
    """(P,) share of its holder's fighters that need not stay at each place, given the (P,) strength of enemies nearby."""
    out = np.empty(len(enemy))
    for place in range(len(enemy)):
        own = bound[0, place]
        kept = enemy[place] / wall[place] / own
        out[place] = 1 - min(max(kept, bound[1, place]), 1.0) if own > 0 else 1.0
    return out


@kernel
def _share(
    actor: int, span: tuple[int, int], at: Places, found: tuple[Floats, Floats], sides: tuple[Ints, Ints], out: Floats
) -> None:
    """Write the share of an actor's fighters that need not stay at each of its places into (E,) ``out``."""
    (free, bound), (holder, attacker) = found, sides
    besiegers = bound[2]
    for k in range(span[0], span[1]):
        place = np.uint64(at[k])
        held, besieging = free[place], besiegers[place]
        share = held if holder[place] == actor else 1.0
        out[k] = besieging if attacker[place] == actor else share


@kernel
def _drawn(
    near: Near,
    lists: tuple[tuple[Ints, Places], tuple[Ints, Places]],
    strength: Floats,
    commit: Floats,
    found: tuple[Floats, Floats],
    sides: tuple[Ints, Ints],
    share: Floats,
) -> Floats:
    """(C,) strength that an attack draws from an open place and those next to it; the (E,) ``share`` that is free is written.

    Args:
        near: neighbours.
        lists: where the fighters are; which places are open.
        strength: (E,) of the fighters.
        commit: (F,) share of those free that an attack draws on.
        found: what :func:`_free` and :func:`_bound` return.
        sides: (P,) holders and attackers.
        share: (E,) changes.
    """
    (bounds, at), (first, targets) = lists
    out, row = np.empty(len(targets)), np.zeros(len(near[0]) - 1)
    for actor in range(len(commit)):
        _share(actor, (bounds[actor], bounds[actor + 1]), at, found, sides, share)
        part = commit[actor]
        for k in range(bounds[actor], bounds[actor + 1]):
            row[at[k]] = part * share[k] * strength[k]
        _around(near, row, targets, first[actor], first[actor + 1], out)
        for k in range(bounds[actor], bounds[actor + 1]):
            row[at[k]] = 0.0
    return out


@kernel
def _called(
    lists: tuple[tuple[Ints, Places], tuple[Ints, Places]],
    field: Floats,
    commit: Floats,
    share: Floats,
    drawn: Floats,
    spare: Floats,
) -> None:
    """Write the (F, P) share of fighters that attacks draw on, and into (C,) ``drawn`` the strength that an attack can bring up."""
    (bounds, at), (first, targets) = lists
    for actor in range(len(commit)):
        row, stands = spare[actor], field[actor]
        row[:] = commit[actor]
        for k in range(bounds[actor], bounds[actor + 1]):
            row[at[k]] = commit[actor] * share[k]
        for k in range(first[actor], first[actor + 1]):
            here = stands[targets[k]]
            drawn[k] = here + drawn[k] - row[targets[k]] * here


@kernel
def strengths(
    troops: Ints,
    supply: Floats,
    worth: Floats,
    factor: Floats,
    there: tuple[Ints, Places],
    near: Near,
    commit: Floats,
    where: tuple[Ints, Ints, Ints, Bools],
    wall: Floats,
    values: tuple[float, float, float],
    standing: tuple[Floats, Ints],
    spare: Floats,
) -> tuple[Floats, Floats, Floats, Floats, Floats, tuple[Ints, Places]]:
    """How strong each actor is, as :class:`model.dynamics.operations.Forces` says.

    Args:
        troops: (F, P) fighters.
        supply: (F, P) 0-1.
        worth: (F,) of one fighter.
        factor: (E,) of supply on attacks.
        there: where fighters are.
        near: neighbours, see :func:`within_reach`.
        commit: (F,) share of the fighters nearby that an attack draws on.
        where: (P,) holders, (P,) attackers, (F, F) stances, (F, F) whom each might fight.
        wall: (P,) factor of fortification.
        values: strength of a defence without supply, share of an ally's fighters that joins a defence, siege odds.
        standing: (F,) share of the (F, P) fighters of the start that never leaves a place that is held.
        spare: (F, P) share of fighters that attacks draw on, which is written.

    Returns:
        (F,) strength in all; (P,) strength of each place's holder there, (P,) in its defence with allies; (F, P) strength
        within reach; (C,) strength that an attack can bring up; the open places.
    """
    holder, attacker, stance, thought = where
    field, strength, full = in_the_field(troops, worth, factor, there)
    reach = within_reach(near, there, strength, len(troops))
    targets = open_places(reach, holder, thought)
    guard = guards(troops, worth, supply, there, values[0], (holder, stance), values[1])
    bound = _bound(troops, field, guard, wall, (holder, attacker), standing, values[2])
    drawn = at_garrisons(targets, reach)
    for actor in range(len(troops)):
        for k in range(targets[0][actor], targets[0][actor + 1]):
            drawn[k] = commit[actor] * drawn[k]
    share, given = np.empty(len(strength)), (near, (there, targets), strength, commit)
    for _ in range(2):  # what enemies could bring, first if all came, then if those came whom they can spare
        free = _free(_against(targets, drawn, holder, stance), wall, bound)
        drawn = _drawn(*given, (free, bound), (holder, attacker), share)
    _called((there, targets), field, commit, share, drawn, spare)
    return full, bound[0].copy(), guard, reach, drawn, targets


@kernel
def gather(troops: Ints, start: Ints, end: Ints, actors: Ints, places: Ints, spare: Floats) -> None:
    """Move fighters in ``troops`` to the places that they attack; see :func:`model.dynamics.combat.gather`."""
    count, first = troops.shape[1], 0
    calls, before, attacked = np.zeros(count, np.int64), np.empty(count, np.int64), np.zeros(count, np.bool_)
    while first < len(actors):
        actor, last = actors[first], first
        posted, free = troops[actor], spare[actor]
        while last < len(actors) and actors[last] == actor:
            attacked[places[last]] = True
            for near in range(start[places[last]], start[places[last] + 1]):
                calls[end[near]] += 1
                before[end[near]] = posted[end[near]]
            last += 1
        for k in range(first, last):
            for near in range(start[places[k]], start[places[k] + 1]):
                other = end[near]
                if before[other] > 0 and not attacked[other]:
                    moved = int(np.floor(before[other] * (free[other] / calls[other])))
                    posted[other] -= moved
                    posted[places[k]] += moved
        for k in range(first, last):
            attacked[places[k]] = False
            for near in range(start[places[k]], start[places[k] + 1]):
                calls[end[near]] = 0
        first = last
