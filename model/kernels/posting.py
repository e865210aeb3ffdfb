"""Kernels of reserves: where actors want their fighters, and the moves of a month; see :mod:`model.dynamics.posting`."""

from __future__ import annotations

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

ZERO = np.uint64(0)


@kernel
def _free(held: Keys, besieged: Keys, isolated: Ints) -> Keys:
    """(F, B) bits of places that each actor can move fighters to and from: not besieged by it, nor its own and cut off."""
    out = np.empty_like(held)
    for word in range(held.shape[1]):
        cut_off = which(isolated, 64 * word, len(isolated) - 64 * word)
        for actor in range(len(held)):
            out[actor, word] = ~(besieged[actor, word] | (held[actor, word] & cut_off))
    return out


@kernel
def _wanted(
    words: tuple[Keys, Keys],
    troops: Ints,
    supply: Floats,
    control: Floats,
    countryside: float,
    joined_supply: float,
) -> tuple[tuple[Ints, Places, Floats], tuple[Ints, Places], Ints]:
    """Joined places where actors want fighters, and where they have any.

    Args:
        words: (F, B) bits of the places that each actor holds, and of those that it is free to move to and from.
        troops: (F, P) fighters.
        supply: (F, P) 0-1.
        control: (F + 1, N) shares of the countryside.
        countryside: weight of the countryside.
        joined_supply: least supply of a joined place.

    Returns:
        (F + 1,) where each actor's begin, (W,) the places wanted, (W,) how far it is there; (F + 1,) and (G,) the same of its
        garrisons; (F,) fighters who can move.
    """
    forces, places = troops.shape
    wanted, present, there = np.empty(troops.size, np.uint32), np.empty(troops.size), np.empty(troops.size, np.uint32)
    bounds, ends, pools = np.zeros(forces + 1, np.int64), np.zeros(forces + 1, np.int64), np.zeros(forces, np.int64)
    count, garrisons, towns = np.uint64(0), np.uint64(0), control.shape[1]
    for actor in range(forces):
        posted, supplied, shares, pool = troops[actor], supply[actor], control[actor], 0
        of_land = shares.view(np.int64)
        for word in range(words[0].shape[1]):
            first, held = 64 * word, words[0][actor, word]
            bits = held | which(posted, first, places - first) | which(of_land, first, towns - first)
            bits &= words[1][actor, word]
            while bits != 0:
                bit = lowest(bits)
                bits &= bits - ONE
                place = np.uint64(first + bit)  # without a sign: numba leaves out its test for negative indices
                # The first places are the territories' towns; a site has no countryside of its own.
                share = countryside * (shares[place] if first + bit < towns else 0.0)
                how = 1.0 if (held >> np.uint64(bit)) & ONE != 0 else share
                joined = supplied[place] >= joined_supply
                wanted[count], present[count], there[garrisons] = place, how, place
                count += ONE if joined & (how != 0) else ZERO
                garrisons += ONE if joined & (posted[place] != 0) else ZERO
                pool += posted[place] if joined else 0
        bounds[actor + 1], ends[actor + 1], pools[actor] = count, garrisons, pool
    return (bounds, wanted, present), (ends, there), pools


@kernel
def _weights(
    wanted: tuple[Ints, Places, Floats],
    reach: Floats,
    staging: Floats,
    stance: Ints,
    posture: Floats,
    threat_weight: float,
    staging_weight: float,
) -> tuple[Floats, Floats]:
    """(W,) how much actors want fighters at places, and (F,) its sums over all places.

    Args:
        wanted: what :func:`_wanted` returned.
        reach: (F, P) strength at or next to each place.
        staging: (F, P) what attacks from each place would gain.
        stance: (F, F) -1 for enemies.
        posture: (F, P) weights of places.
        threat_weight: how much more an outnumbered place gets.
        staging_weight: how much more one gets from which attacks would pay.
    """
    bounds, places, present = wanted
    out, total = np.empty(bounds[-1]), np.empty(len(stance))
    enemy, row = np.empty(reach.shape[1]), np.zeros(reach.shape[1])
    for actor in range(len(stance)):
        own, gains, base = reach[actor], staging[actor], posture[actor]
        enemy[:] = 0.0
        for other in range(len(stance)):
            if stance[actor, other] == -1:
                theirs = reach[other]
                for place in range(len(enemy)):
                    enemy[place] += theirs[place]
        for k in range(bounds[actor], bounds[actor + 1]):
            at = places[k]
            both = enemy[at] + own[at]
            threat = enemy[at] / both if both > 0 else 0.0
            out[k] = present[k] * (base[at] * (1 + threat_weight * threat) + staging_weight * gains[at])
            row[at] = out[k]
        total[actor] = pairwise(row, 0, len(row))
        for k in range(bounds[actor], bounds[actor + 1]):
            row[places[k]] = 0.0
    return out, total


@kernel
def _exchange(
    troops: Ints,
    wanted: tuple[Ints, Places, Floats],
    there: tuple[Ints, Places],
    held: tuple[Ints, Ints],
    scale: Floats,
    mobile: Floats,
) -> None:
    """Move a share of each actor's (F, P) ``troops`` from where it has too many to where it lacks them.

    Args:
        troops: (F, P) fighters; changes.
        wanted: (F + 1,) bounds, (W,) places, (W,) how much fighters are wanted there.
        there: (F + 1,) bounds, (G,) joined places where an actor has fighters.
        held: (P,) holders and attackers; nobody leaves a garrison under attack.
        scale: (F,) fighters for a weight of 1; below 0 for actors who move nobody.
        mobile: (F,) share of the change that can be made in a month.
    """
    (bounds, places, weights), (ends, garrisons), (holder, attacker) = wanted, there, held
    count = troops.shape[1]
    some, lack, leaving, row = np.empty(count, np.uint32), np.empty(count), np.empty(count, np.int64), np.zeros(count)
    for actor in range(len(scale)):
        if scale[actor] < 0:
            continue
        posted, first, moving, lacking = troops[actor], ends[actor], 0, 0
        for k in range(bounds[actor], bounds[actor + 1]):
            row[places[k]] = weights[k] * scale[actor]
        for k in range(first, ends[actor + 1]):
            place = garrisons[k]
            stay = (holder[place] == actor) & (attacker[place] >= 0)
            gone = int(np.floor(max(posted[place] - row[place], 0.0) * mobile[actor]))
            leaving[k - first] = 0 if stay else gone
            moving += leaving[k - first]
        for k in range(bounds[actor], bounds[actor + 1]):
            place = places[k]
            row[place] = max(row[place] - posted[place], 0.0)
            some[lacking], lack[lacking] = place, row[place]
            lacking += 1 if row[place] > 0 else 0
        if lacking > 0 and moving > 0:
            for k in range(first, ends[actor + 1]):
                posted[garrisons[k]] -= leaving[k - first]
            share_among(lack[:lacking], some[:lacking], moving, pairwise(row, 0, count), posted)
        for k in range(bounds[actor], bounds[actor + 1]):
            row[places[k]] = 0.0


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
    forces = len(troops)
    held = held_by(holder, forces)
    free = _free(held, held_by(attacker, forces), isolated)
    wanted, there, pools = _wanted((held, free), troops, supply, control, weights[2], joined_supply)
    weight, scale = _weights(wanted, reach, staging, stance, posture, weights[0], weights[1])
    for actor in range(forces):
        moves = pools[actor] > 0 and scale[actor] > 0
        scale[actor] = pools[actor] / max(scale[actor], 1e-12) if moves else -1.0
    _exchange(troops, (wanted[0], wanted[1], weight), there, (holder, attacker), scale, mobile)
