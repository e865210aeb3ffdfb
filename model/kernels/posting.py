"""Kernels of reserves: where actors want their fighters, and the moves of a month; see :mod:`model.dynamics.posting`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.kernels import kernel
from model.kernels.forces import held_by
from model.kernels.lanes import ONE, lowest, which
from model.kernels.sums import pairwise, share_among

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Keys = NDArray[np.uint64]
Places = NDArray[np.uint32]


@kernel
def _wanted(
    actor: int,
    held: Keys,
    at: tuple[Ints, Floats, Ints, Ints, Ints, Floats],
    rules: tuple[float, float],
    lists: tuple[Places, Floats, Places],
) -> tuple[int, int, int]:
    """List the joined places where an actor wants fighters, and how far it is there, and those where it has any.

    Args:
        actor: the actor.
        held: (B,) bits of the places that it holds.
        at: its (P,) fighters and supply; (P,) attackers, months cut off, holders; its (N,) shares of the countryside.
        rules: weight of the countryside, least supply of a joined place.
        lists: room for them.

    Returns:
        The number of places wanted, of garrisons, and of fighters who can move.
    """
    fighters, supply, attacker, isolated, holder, shares = at
    wanted, present, there = lists
    of_land, count, garrisons, pool = shares.view(np.int64), 0, 0, 0
    for word in range(len(held)):
        first = 64 * word
        bits = held[word] | which(fighters, first, len(fighters) - first) | which(of_land, first, len(shares) - first)
        while bits != 0:
            number = first + lowest(bits)
            bits &= bits - ONE
            place = np.uint64(number)  # without a sign: numba leaves out its test for negative indices
            mine = holder[place] == actor
            # The first places are the territories' towns; a site has no countryside of its own.
            share = rules[0] * (shares[place] if number < len(shares) else 0.0)
            how = 1.0 if mine else share
            joined = (supply[place] >= rules[1]) & (attacker[place] != actor)
            joined &= (not mine) | (isolated[place] == 0)
            wanted[np.uint64(count)], present[np.uint64(count)] = number, how
            count += 1 if joined & (how != 0) else 0
            there[np.uint64(garrisons)] = number
            garrisons += 1 if joined & (fighters[place] != 0) else 0
            pool += fighters[place] if joined else 0
    return count, garrisons, pool


@kernel
def _weigh_places(
    wanted: Places,
    present: Floats,
    seen: tuple[Floats, Floats, Floats, Floats],
    weights: tuple[float, ...],
    out: Floats,
) -> None:
    """Write how much one actor wants fighters at (K,) ``wanted`` places into (P,) ``out``.

    ``present`` (K,) says how far it is there, ``seen`` has (P,) its enemies' strength next to each place, its own, what
    attacks from there would gain, and its postures; ``weights`` those of threat and of staging.
    """
    enemy, own, staging, posture = seen
    for k in range(len(wanted)):
        place = wanted[k]
        both = enemy[place] + own[place]
        threat = enemy[place] / both if both > 0 else 0.0
        out[place] = present[k] * (posture[place] * (1 + weights[0] * threat) + weights[1] * staging[place])


@kernel
def _facing(actor: int, reach: Floats, stance: Ints, room: Floats) -> Floats:
    """(P,) strength of an actor's enemies at or next to each place; written into ``room`` unless it has a single enemy."""
    enemies, last = 0, -1
    for other in range(len(reach)):
        if stance[actor, other] == -1:
            enemies, last = enemies + 1, other
    if enemies == 1:
        return reach[last]
    room[:] = 0.0
    for other in range(last + 1):
        if stance[actor, other] == -1:
            theirs = reach[other]
            for place in range(len(room)):
                room[place] += theirs[place]
    return room


@kernel
def move_reserves(
    troops: Ints,
    supply: Floats,
    attacker: Ints,
    isolated: Ints,
    reach: Floats,
    staging: Floats,
    stance: Ints,
    holder: Ints,
    control: Floats,
    posture: Floats,
    mobile: Floats,
    weights: tuple[float, float, float],
    joined_supply: float,
) -> None:
    """Move fighters in ``troops`` towards where each actor wants them; see :func:`model.dynamics.posting.move`."""
    places, forces = len(holder), len(troops)
    lists = (np.empty(places + 1, np.uint32), np.empty(places + 1), np.empty(places + 1, np.uint32))
    enemy, weight, rooms = (
        np.empty(places),
        np.zeros(places),
        (np.empty(places, np.uint32), np.empty(places), np.zeros(places, np.int64)),
    )
    held = held_by(holder, forces)
    for actor in range(forces):
        at = (troops[actor], supply[actor], attacker, isolated, holder, control[actor])
        count, garrisons, pool = _wanted(actor, held[actor], at, (weights[2], joined_supply), lists)
        if pool == 0:
            continue
        wanted = lists[0][:count]
        facing = _facing(actor, reach, stance, enemy)
        _weigh_places(wanted, lists[1], (facing, reach[actor], staging[actor], posture[actor]), weights, weight)
        total = pairwise(weight, 0, places)
        if total > 0:
            goals = (pool / max(total, 1e-12), mobile[actor])
            _exchange(actor, troops[actor], weight, wanted, lists[2][:garrisons], (holder, attacker), goals, rooms)
        for k in range(count):
            weight[wanted[k]] = 0.0


@kernel
def _exchange(
    actor: int,
    troops: Ints,
    weight: Floats,
    wanted: Places,
    there: Places,
    held: tuple[Ints, Ints],
    goals: tuple[float, float],
    rooms: tuple[Any, ...],
) -> None:
    """Move a share of an actor's (P,) ``troops`` from where it has too many to where it lacks them.

    Args:
        actor: the actor.
        troops: (P,) its fighters; changes.
        weight: (P,) of the places at which it wants them; spoilt.
        wanted: places with a weight, in ascending order.
        there: joined places where it has fighters.
        held: (P,) holders and attackers; nobody leaves a garrison under attack.
        goals: fighters for a weight of 1, share of the change that can be made in a month.
        rooms: to list places that lack fighters, what they lack, (P,) zeros for who leaves.
    """
    scale, mobile = goals
    some, lack, leaving = rooms
    moving, count = 0, 0
    for k in range(len(there)):
        place = there[k]
        stay = (held[0][place] == actor) & (held[1][place] >= 0)
        gone = int(np.floor(max(troops[place] - weight[place] * scale, 0.0) * mobile))
        leaving[k] = 0 if stay else gone
        moving += leaving[k]
    for k in range(len(wanted)):
        place = wanted[k]
        weight[place] = max(weight[place] * scale - troops[place], 0.0)
        some[count], lack[count] = place, weight[place]
        count += 1 if weight[place] > 0 else 0
    if count == 0 or moving == 0:
        return
    for k in range(len(there)):
        troops[there[k]] -= leaving[k]
    share_among(lack[:count], some[:count], moving, pairwise(weight, 0, len(weight)), troops)
