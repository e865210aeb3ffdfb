"""Sums in NumPy's order, whole numbers shared out in proportion, and the moves of reserves that need both."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.kernels import kernel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@kernel
def _block(row: Floats, start: int, n: int) -> float:
    if n < 8:
        total = 0.0
        for k in range(start, start + n):
            total += row[k]
        return total
    r0, r1, r2, r3 = row[start], row[start + 1], row[start + 2], row[start + 3]
    r4, r5, r6, r7 = row[start + 4], row[start + 5], row[start + 6], row[start + 7]
    whole = n - n % 8
    for k in range(start + 8, start + whole, 8):
        r0 += row[k]
        r1 += row[k + 1]
        r2 += row[k + 2]
        r3 += row[k + 3]
        r4 += row[k + 4]
        r5 += row[k + 5]
        r6 += row[k + 6]
        r7 += row[k + 7]
    total = ((r0 + r1) + (r2 + r3)) + ((r4 + r5) + (r6 + r7))
    for k in range(start + whole, start + n):
        total += row[k]
    return total


@kernel
def pairwise(row: Floats, start: int, n: int) -> float:
    """Sum of a contiguous row in the order of NumPy's ``add.reduce``: blocks of 128, halved above that."""
    if n <= 128:
        return _block(row, start, n)
    # Pieces to be summed (first, size, depth), and sums that wait for their other half: no kernel that calls itself is stored.
    todo, waiting, levels = np.empty((64, 3), np.int64), np.empty(64), np.empty(64, np.int64)
    todo[0, 0], todo[0, 1], todo[0, 2] = start, n, 0
    top, held = 0, 0
    while top >= 0:
        first, size, level = todo[top, 0], todo[top, 1], todo[top, 2]
        if size > 128:
            half = size // 2 - size // 2 % 8
            todo[top, 0], todo[top, 1], todo[top, 2] = first + half, size - half, level + 1
            top += 1
            todo[top, 0], todo[top, 1], todo[top, 2] = first, half, level + 1
            continue
        top -= 1
        total = _block(row, first, size)
        while held > 0 and levels[held - 1] == level:
            held -= 1
            total = waiting[held] + total
            level -= 1
        waiting[held], levels[held] = total, level
        held += 1
    return waiting[0]


@kernel
def row_sums(matrix: Floats) -> Floats:
    """(F,) sums of the rows of a contiguous matrix, in NumPy's order."""
    out = np.empty(len(matrix))
    for row in range(len(matrix)):
        out[row] = pairwise(matrix[row], 0, matrix.shape[1])
    return out


@kernel
def people_sums(control: Floats, population: Floats, values: Floats) -> Floats:
    """(F,) sums over territories of (F + 1, N) shares times (N,) people times (F, N) ``values``; (0, 0) values are all 1."""
    forces, territories = len(control) - 1, len(population)
    row, out = np.empty(territories), np.empty(forces)
    for actor in range(forces):
        shares = control[actor]
        for where in range(territories):
            row[where] = shares[where] * population[where]
        if len(values) > 0:
            value = values[actor]
            for where in range(territories):
                row[where] *= value[where]
        out[actor] = pairwise(row, 0, territories)
    return out


@kernel
def standing(
    holder: Ints,
    posts: Ints,
    troops: Ints,
    control: Floats,
    population: Floats,
    legitimacy: Floats,
    services: Floats,
) -> Floats:
    """(7, F) townships held, posts, fighters, people of townships held, people under control, the same with consent, served.

    Args:
        holder: (P,) who holds each place.
        posts: (P,) its posts.
        troops: (F, P) fighters.
        control: (F + 1, N) shares of the countryside.
        population: (N,) persons.
        legitimacy: (F, N) consent, 0-1.
        services: (F, N) 0-1.
    """
    forces, towns = troops.shape[0], len(population)
    out, row, part = np.zeros((7, forces)), np.empty(towns), np.empty(towns)
    for place in range(len(holder)):
        actor = holder[place]
        if actor >= 0:
            out[1, actor] += posts[place]
            if place < towns:
                out[0, actor] += 1
                out[3, actor] += population[place]
    for actor in range(forces):
        fighters, shares = 0, control[actor]
        for place in range(troops.shape[1]):
            fighters += troops[actor, place]
        out[2, actor] = fighters
        for where in range(towns):
            row[where] = shares[where] * population[where]
        out[4, actor] = pairwise(row, 0, towns)
        consents, served = legitimacy[actor], services[actor]
        for where in range(towns):
            part[where] = row[where] * consents[where]
        out[5, actor] = pairwise(part, 0, towns)
        for where in range(towns):
            part[where] = row[where] * served[where]
        out[6, actor] = pairwise(part, 0, towns)
    return out


@kernel
def month(
    ore: Floats,
    stock: Floats,
    capacity: Floats,
    operating: Floats,
    lanes: Floats,
    crossing: Ints,
    chinese: Ints,
    displaced: Floats,
) -> Floats:
    """(9,) what the record of a month sums up, in NumPy's order.

    Args:
        ore: (M, 3) t of ore to each destination.
        stock: (M,) t.
        capacity: (M,) t/month.
        operating: (M,) share of the capacity at work.
        lanes: (X, 3) openness.
        crossing: (M,) crossing of each mine.
        chinese: crossings to China.
        displaced: (N,) persons.

    Returns:
        Ore to each destination, stock, capacity, capacity at work, capacity behind open ore lanes, goods lanes (mean),
        displaced persons.
    """
    mines = len(stock)
    out, row, goods = np.zeros(9), np.empty(mines), np.empty(len(chinese))
    for way in range(3):
        for mine in range(mines):
            row[mine] = ore[mine, way]
        out[way] = pairwise(row, 0, mines)
    out[3], out[4] = pairwise(stock, 0, mines), pairwise(capacity, 0, mines)
    for mine in range(mines):
        row[mine] = operating[mine] * capacity[mine]
    out[5] = pairwise(row, 0, mines)
    for mine in range(mines):
        row[mine] = lanes[crossing[mine], 0] * capacity[mine]
    out[6] = pairwise(row, 0, mines)
    for k in range(len(chinese)):
        goods[k] = lanes[chinese[k], 2]
    if len(chinese) > 0:
        out[7] = pairwise(goods, 0, len(chinese)) / len(chinese)
    out[8] = pairwise(displaced, 0, len(displaced))
    return out


@kernel
def _share_among(wanted: Floats, some: Ints, count: int, amount: int, total: float, out: Ints) -> None:
    """Share ``amount`` out in proportion to ``wanted``, by largest remainders; ties go to the first place.

    Args:
        wanted: (P,) weights, 0 but at the first ``count`` places of ``some``.
        some: those places, in ascending order.
        count: their number.
        amount: whole number.
        total: sum of the weights.
        out: (P,) zeros; becomes the shares.
    """
    scale = amount / (total if total > 0 else 1.0)
    rest, given = np.empty(count), 0
    for k in range(count):
        exact = wanted[some[k]] * scale
        whole = int(np.floor(exact))
        out[some[k]] = whole
        given += whole
        rest[k] = whole - exact
    if total <= 0:
        out[0] += amount
        given += amount
    missing = amount - given
    if missing <= 0:
        return
    # The largest remainders: all below the last of them, then its equals from the first place on.
    taken, used = 0, np.zeros(len(wanted), np.bool_)
    last = np.partition(rest, missing - 1)[missing - 1] if missing <= count else np.inf
    for k in range(count):
        if rest[k] < min(last, 0.0):
            out[some[k]] += 1
            used[some[k]] = True
            taken += 1
    for k in range(count):
        if rest[k] == last and last < 0 and taken < missing:
            out[some[k]] += 1
            used[some[k]] = True
            taken += 1
    place = 0
    # Where nothing is left over anywhere else, the first places get the rest.
    while taken < missing and place < len(wanted):
        if not used[place]:
            out[place] += 1
            taken += 1
        place += 1


@kernel
def share_out(wanted: Floats, amount: Ints) -> Ints:
    """(F, P) whole numbers in proportion to ``wanted`` whose rows sum to ``amount``."""
    out, places = np.zeros(wanted.shape, np.int64), wanted.shape[1]
    some = np.empty(places, np.int64)
    for row in range(len(wanted)):
        count = 0
        for place in range(places):
            if wanted[row, place] != 0:
                some[count] = place
                count += 1
        _share_among(wanted[row], some, count, amount[row], pairwise(wanted[row], 0, places), out[row])
    return out


@kernel
def take_in(troops: Ints, posture: Floats, holder: Ints, isolated: Ints, home: Ints, recruits: Ints) -> None:
    """Share (F,) recruits out over the joined places that their actor holds, or send them to its home where there is none.

    Args:
        troops: (F, P) fighters; changes.
        posture: (F, P) weights of places.
        holder: (P,) who holds each.
        isolated: (P,) months for which the garrison has been cut off.
        home: (F,) place of the headquarters.
        recruits: (F,) whole persons.
    """
    places, some = len(holder), np.empty(len(holder), np.int64)
    for actor in range(len(troops)):
        if recruits[actor] == 0:
            continue
        weight, arriving, count = np.zeros(places), np.zeros(places, np.int64), 0
        for place in range(places):
            if holder[place] == actor and isolated[place] == 0 and posture[actor, place] != 0:
                weight[place], some[count] = posture[actor, place], place
                count += 1
        total = pairwise(weight, 0, places)
        if total <= 0:
            weight[home[actor]], some[0], total, count = 1.0, home[actor], 1.0, 1
        _share_among(weight, some, count, recruits[actor], total, arriving)
        for k in range(count):
            troops[actor, some[k]] += arriving[some[k]]


@kernel
def _weigh_places(
    weight: Floats,
    some: Ints,
    present: Floats,
    seen: tuple[Floats, Floats, Floats],
    threat_weight: float,
    staging_weight: float,
) -> None:
    """Turn the postures of ``some`` places, (P,) ``weight``, into how much one actor wants fighters there.

    ``present`` (K,) says how far it is there, ``seen`` has (K,) its enemies' strength next to each, (P,) its own, and staging.
    """
    enemy, own, staging = seen
    for k in range(len(some)):
        place = some[k]
        both = enemy[k] + own[place]
        threat = enemy[k] / both if both > 0 else 0.0
        posture = weight[place]
        weight[place] = present[k] * (posture * (1 + threat_weight * threat) + staging_weight * staging[place])


@kernel
def _facing(actor: int, reach: Floats, stance: Ints, some: Ints) -> Floats:
    """(K,) strength of an actor's enemies at or next to some places."""
    enemy = np.zeros(len(some))
    for other in range(len(reach)):
        if stance[actor, other] == -1:
            theirs = reach[other]
            for k in range(len(some)):
                enemy[k] += theirs[some[k]]
    return enemy


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
    places, towns = len(holder), control.shape[1]
    wanted, there, present = np.empty(places, np.int64), np.empty(places, np.int64), np.empty(places)
    for actor in range(len(troops)):
        weight, count, garrisons, pool = np.zeros(places), 0, 0, 0
        for place in range(places):
            mine = holder[place] == actor
            # The first places are the territories' towns; a site has no countryside of its own.
            how = 1.0 if mine else weights[2] * (control[actor, place] if place < towns else 0.0)
            if how == 0 and troops[actor, place] == 0:
                continue
            if supply[actor, place] < joined_supply or attacker[place] == actor or (mine and isolated[place] != 0):
                continue
            if troops[actor, place] != 0:
                pool += troops[actor, place]
                there[garrisons] = place
                garrisons += 1
            if how != 0:
                wanted[count], present[count], weight[place] = place, how, posture[actor, place]
                count += 1
        if pool == 0:
            continue
        seen = (_facing(actor, reach, stance, wanted[:count]), reach[actor], staging[actor])
        _weigh_places(weight, wanted[:count], present, seen, weights[0], weights[1])
        total = pairwise(weight, 0, places)
        if total > 0:
            goals = (pool / max(total, 1e-12), mobile[actor])
            _exchange(actor, troops[actor], weight, wanted[:count], there[:garrisons], (holder, attacker), goals)


@kernel
def _exchange(
    actor: int,
    troops: Ints,
    weight: Floats,
    wanted: Ints,
    there: Ints,
    held: tuple[Ints, Ints],
    goals: tuple[float, float],
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
    """
    scale, mobile = goals
    leaving, moving, lacking, count = np.zeros(len(there), np.int64), 0, False, 0
    for k in range(len(there)):
        place = there[k]
        if held[0][place] != actor or held[1][place] < 0:
            leaving[k] = int(np.floor(max(troops[place] - weight[place] * scale, 0.0) * mobile))
            moving += leaving[k]
    some = np.empty(len(wanted), np.int64)
    for k in range(len(wanted)):
        place = wanted[k]
        weight[place] = max(weight[place] * scale - troops[place], 0.0)
        if weight[place] > 0:
            lacking, some[count] = True, place
            count += 1
    if not lacking or moving == 0:
        return
    for k in range(len(there)):
        troops[there[k]] -= leaving[k]
    arriving = np.zeros(len(weight), np.int64)
    _share_among(weight, some, count, moving, pairwise(weight, 0, len(weight)), arriving)
    for place in range(len(weight)):
        troops[place] += arriving[place]


@kernel
def first_served(size: Ints, places: Ints, budget: float, share: Floats) -> None:
    """Serve places in full while a budget lasts, by falling size; of equals the lower number comes first.

    Args:
        size: (P,) what decides the order.
        places: (K,) those that are to be served, each once.
        budget: how many can be served.
        share: (P,) 0-1, how far each of them is served; changes.
    """
    for place in places:
        before = 0
        for other in places:
            if size[other] > size[place] or (size[other] == size[place] and other < place):
                before += 1
        share[place] = min(max(budget - before, 0.0), 1.0)
