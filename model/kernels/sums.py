"""Sums in NumPy's order, and whole numbers shared out in proportion."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.kernels import kernel
from model.kernels.loops import product_at, sum_of_eighths

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Places = NDArray[np.uint32]

_HALVED = 896
"""Up to this length no eighth of a row has more than 128 numbers: the second half has at most 8 more than the first."""


@kernel
def _block(rows: tuple[int, ...], start: int, n: int) -> float:
    total, whole = 0.0, n - n % 8 if n >= 8 else 0
    if whole > 0:
        total = sum_of_eighths(rows, start, whole)
    for k in range(start + whole, start + n):
        total += product_at(rows, k)
    return total


@kernel
def _halves(rows: tuple[int, ...], start: int, n: int) -> float:
    if n <= 128:
        return _block(rows, start, n)
    half = n // 2 - n // 2 % 8
    return _block(rows, start, half) + _block(rows, start + half, n - half)


@kernel
def _quarters(rows: tuple[int, ...], start: int, n: int) -> float:
    if n <= 128:
        return _block(rows, start, n)
    half = n // 2 - n // 2 % 8
    return _halves(rows, start, half) + _halves(rows, start + half, n - half)


@kernel
def _by_list(rows: tuple[int, ...], start: int, n: int) -> float:
    # Pieces to be summed (first, size, depth), and sums that wait for their other half.
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
        total = _block(rows, first, size)
        while held > 0 and levels[held - 1] == level:
            held -= 1
            total = waiting[held] + total
            level -= 1
        waiting[held], levels[held] = total, level
        held += 1
    return waiting[0]


@kernel
def _pairwise(rows: tuple[int, ...], start: int, n: int) -> float:
    if n <= 128:
        return _block(rows, start, n)
    # No kernel that calls itself is stored: rows of a usual length are halved by functions of their own, longer ones by a list.
    if n > _HALVED:
        return _by_list(rows, start, n)
    half = n // 2 - n // 2 % 8
    return _quarters(rows, start, half) + _quarters(rows, start + half, n - half)


@kernel
def pairwise(row: Floats, start: int, n: int) -> float:
    """Sum of a contiguous row in the order of NumPy's ``add.reduce``: blocks of 128, halved above that."""
    return _pairwise((row.ctypes.data,), start, n)


@kernel
def product_sum(first: Floats, second: Floats) -> float:
    """Sum of the products of two contiguous rows, in the same order."""
    return _pairwise((first.ctypes.data, second.ctypes.data), 0, len(first))


@kernel
def product_sum3(first: Floats, second: Floats, third: Floats) -> float:
    """Sum of the products of three contiguous rows, in the same order."""
    return _pairwise((first.ctypes.data, second.ctypes.data, third.ctypes.data), 0, len(first))


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
    out = np.empty(len(control) - 1)
    for actor in range(len(out)):
        if len(values) > 0:
            out[actor] = product_sum3(control[actor], population, values[actor])
        else:
            out[actor] = product_sum(control[actor], population)
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
    out = np.zeros((7, forces))
    for place in range(len(holder)):
        actor = holder[place]
        if actor >= 0:
            out[1, actor] += posts[place]
            if place < towns:
                out[0, actor] += 1
                out[3, actor] += population[place]
    for actor in range(forces):
        fighters, here, shares = 0, troops[actor], control[actor]
        for place in range(len(here)):
            fighters += here[place]
        out[2, actor] = fighters
        out[4, actor] = product_sum(shares, population)
        out[5, actor] = product_sum3(shares, population, legitimacy[actor])
        out[6, actor] = product_sum3(shares, population, services[actor])
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
def share_among(wanted: Floats, places: Places, amount: int, total: float, out: Ints) -> None:
    """Share ``amount`` out in proportion to ``wanted``, by largest remainders; ties go to the first place.

    Args:
        wanted: (K,) weights.
        places: (K,) where they stand, in ascending order.
        amount: whole number.
        total: sum of the weights; if it is 0 the first place of all gets everything.
        out: (P,) whole numbers to which the shares are added.
    """
    scale = amount / (total if total > 0 else 1.0)
    rest, missing = np.empty(len(wanted)), amount
    for k in range(len(wanted)):
        exact = wanted[k] * scale
        whole = int(np.floor(exact))
        out[places[k]] += whole
        missing -= whole
        rest[k] = whole - exact
    if total <= 0:
        out[0] += amount
        return
    if missing <= 0:
        return
    bound = _largest(rest, missing)
    for k in range(len(rest)):
        more = 1 if rest[k] < bound else 0
        out[places[k]] += more
        missing -= more
    for k in range(len(rest)):
        if missing > 0 and rest[k] == bound and bound < 0:
            out[places[k]] += 1
            missing -= 1
    if missing > 0:
        _to_the_first(rest, places, missing, out)


@kernel
def _largest(rest: Floats, count: int) -> float:
    """What is below this is among the ``count`` least of ``rest``, (K,) in (-1, 0]; of those equal to it the first may be."""
    low, high, below, above = -1.0, 0.0, 0, 0
    for k in range(len(rest)):
        above += 1 if rest[k] < 0 else 0
    if above <= count:
        return 0.0
    # They lie about evenly: a few guesses part them, unless two are equal.
    for _ in range(20):
        guess, found = low + (high - low) * ((count - below + 0.5) / (above - below + 1)), 0
        for k in range(len(rest)):
            found += 1 if rest[k] < guess else 0
        if found == count:
            return guess
        if found < count:
            low, below = guess, found
        else:
            high, above = guess, found
    return np.partition(rest, count - 1)[count - 1]


@kernel
def _to_the_first(rest: Floats, places: Places, missing: int, out: Ints) -> None:
    """Where nothing is left over anywhere else, the first places get the rest."""
    used = np.zeros(len(out), np.bool_)
    for k in range(len(rest)):
        used[places[k]] = rest[k] < 0
    for place in range(len(out)):
        if missing > 0 and not used[place]:
            out[place] += 1
            missing -= 1


@kernel
def share_out(wanted: Floats, amount: Ints) -> Ints:
    """(F, P) whole numbers in proportion to ``wanted`` whose rows sum to ``amount``."""
    out, places = np.zeros(wanted.shape, np.int64), wanted.shape[1]
    some, weights = np.empty(places, np.uint32), np.empty(places)
    for row in range(len(wanted)):
        count = 0
        for place in range(places):
            some[count], weights[count] = place, wanted[row, place]
            count += 1 if wanted[row, place] != 0 else 0
        share_among(weights[:count], some[:count], amount[row], pairwise(wanted[row], 0, places), out[row])
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
    places, forces = len(holder), len(troops)
    # The joined places of each actor, one actor after another, in ascending order.
    first, some = np.zeros(forces + 1, np.int64), np.empty(places + 1, np.uint32)
    for place in range(places):
        if holder[place] >= 0 and isolated[place] == 0:
            first[holder[place] + 1] += 1
    for actor in range(forces):
        first[actor + 1] += first[actor]
    end, weight, weights = first.copy(), np.zeros(places), np.empty(places + 1)
    for place in range(places):
        actor = holder[place]
        if actor >= 0 and isolated[place] == 0 and posture[actor, place] != 0:
            some[end[actor]], weights[end[actor]] = place, posture[actor, place]
            end[actor] += 1
    for actor in range(forces):
        if recruits[actor] == 0:
            continue
        here, theirs = some[first[actor] : end[actor]], weights[first[actor] : end[actor]]
        for k in range(len(here)):
            weight[here[k]] = theirs[k]
        total = pairwise(weight, 0, places)
        for k in range(len(here)):
            weight[here[k]] = 0.0
        if total <= 0:
            here, theirs, total = np.full(1, home[actor], np.uint32), np.ones(1), 1.0
        share_among(theirs, here, recruits[actor], total, troops[actor])


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
