"""Kernels of the countryside: who controls it, and the shares of a month later."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.kernels import kernel
from model.kernels.forces import garrisons, held_by
from model.kernels.lanes import ONE, lowest, which
from model.kernels.loops import Loops, raise_to

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Places = NDArray[np.uint32]


@kernel
def _in_play(
    there: tuple[Ints, Places],
    war: tuple[Ints, Floats, Ints],
    territory: Ints,
    patrols: float,
    people: tuple[Floats, Floats],
    seat: Ints,
) -> tuple[tuple[Ints, Places], tuple[Ints, Floats]]:
    """Where actors have fighters, a town or a share: (F + 1,) bounds and (C,) territories, actor after actor.

    Args:
        there: where fighters are, see :func:`model.kernels.forces.garrisons`.
        war: (F, P) fighters, (F, P) supply, (P,) holders.
        territory: (P,) territory of each place.
        patrols: share of a garrison that counts: the others keep the walls.
        people: (F + 1, N) control, (N,) fighters to hold a township.
        seat: (N,) who holds the town and is not besieged in it.

    Returns:
        These, and (E,) rows of those with fighters, (E,) supplied fighters over those needed.
    """
    (control, needed), forces, towns = people, len(war[0]), len(seat)
    size, bounds = forces * towns + 1, np.zeros(forces + 1, np.int64)
    where, rows, ratio = np.empty(size, np.uint32), np.empty(size, np.int64), np.empty(size)
    force, held, (starts, at_places), (troops, supply, holder) = np.empty(towns), held_by(seat, forces), there, war
    found, with_force = 0, 0
    for actor in range(forces):
        posted, supplied = troops[actor], supply[actor]
        strong, shares = force.view(np.int64), control[actor].view(np.int64)
        force[:] = 0.0
        for k in range(starts[actor], starts[actor + 1]):
            place = at_places[k]
            out = patrols if holder[place] == actor else 1.0
            force[np.uint64(territory[place])] += posted[place] * supplied[place] * out
        for word in range(held.shape[1]):
            first = 64 * word
            bits = held[actor, word] | which(strong, first, towns - first)
            bits |= which(shares, first, towns - first)
            while bits != 0:
                at = first + lowest(bits)
                where[np.uint64(found)], rows[np.uint64(with_force)] = at, found
                ratio[np.uint64(with_force)] = force[np.uint64(at)]
                with_force += 1 if strong[np.uint64(at)] != 0 else 0
                found += 1
                bits &= bits - ONE
        bounds[actor + 1] = found
    for row in range(with_force):
        ratio[row] = ratio[row] / needed[where[rows[row]]]
    return (bounds, where[:found]), (rows[:with_force], ratio[:with_force])


@kernel
def _follow(
    cells: tuple[Ints, Places],
    strength: Floats,
    seat: Ints,
    people: tuple[Floats, Floats],
    weights: tuple[float, float],
) -> Floats:
    """(N,) weights of all actors and of nobody; (C,) ``strength`` of fighters becomes that of their actor in each territory.

    Args:
        cells: what :func:`_in_play` returned.
        strength: (C,) weight of the fighters there; changes.
        seat: (N,) who holds the town and is not besieged in it.
        people: (F, N) consent, (F + 1, N) control.
        weights: of holding the town, and of collaboration.
    """
    (bounds, where), (town_weight, collaboration), total = cells, weights, np.zeros(len(seat))
    for actor in range(len(bounds) - 1):
        consents, shares = people[0][actor], people[1][actor]
        for k in range(bounds[actor], bounds[actor + 1]):
            at = where[k]
            share = strength[k] + (town_weight if seat[at] == actor else 0.0)
            strength[k] = share * (0.5 + consents[at]) + collaboration * consents[at] * shares[at]
            total[at] += strength[k]
    for at in range(len(total)):
        total[at] = 1.0 + total[at]
    return total


@kernel
def _aims(
    cells: tuple[Ints, Places], weight: Floats, total: Floats, control: Floats, fading: float
) -> tuple[Floats, Floats]:
    """(C + N,) shares of this month, and shares aimed at; the last N are nobody's. See :func:`model.dynamics.control.update`.

    Args:
        cells: what :func:`_in_play` returned.
        weight: (C,) of actors.
        total: (N,) of all.
        control: (F + 1, N) shares of this month.
        fading: least target of a share over the present one.
    """
    (bounds, where), towns, count, forces = cells, len(total), len(weight), len(control) - 1
    present, aim, both = np.empty(count + towns), np.empty(count + towns), np.zeros(towns)
    for actor in range(forces):
        shares = control[actor]
        for k in range(bounds[actor], bounds[actor + 1]):
            present[k] = shares[where[k]]
            aim[k] = max(weight[k] / total[where[k]], fading * present[k])
            both[where[k]] += aim[k]
    for at in range(towns):
        k = count + at
        present[k] = control[forces, at]
        aim[k] = max(1.0 / total[at], fading * present[k])
        both[at] += aim[k]
        aim[k] = aim[k] / both[at]
        present[k] = max(present[k], fading * aim[k])
    for k in range(count):
        aim[k] = aim[k] / both[where[k]]
        present[k] = max(present[k], fading * aim[k])
    return present, aim


@kernel
def _shares_of(cells: tuple[Ints, Places], moved: Floats, forces: int, towns: int) -> Floats:
    """(F + 1, N) shares whose columns sum to 1, in proportion to (C + N,) ``moved``."""
    (bounds, where), out, total = cells, np.zeros((forces + 1, towns)), np.zeros(towns)
    count = len(where)
    for k in range(count):
        total[where[k]] += moved[k]
    for at in range(towns):
        total[at] += moved[count + at]
        out[forces, at] = moved[count + at] / total[at]
    for actor in range(forces):
        row = out[actor]
        for k in range(bounds[actor], bounds[actor + 1]):
            row[where[k]] = moved[k] / total[where[k]]
    return out


@kernel
def relax(
    loops: Loops,
    table: Any,
    war: tuple[Ints, Floats, Ints, Ints],
    territory: Ints,
    people: tuple[Floats, Floats, Floats],
) -> Floats:
    """(F + 1, N) shares of the countryside a month later; see :func:`model.dynamics.control.update`.

    Args:
        loops: addresses of NumPy's own loops.
        table: parameters of control.
        war: (F, P) fighters, (F, P) supply, (P,) holders, (P,) months besieged.
        territory: (P,) territory of each place.
        people: (F, N) consent, (F + 1, N) control, (N,) fighters to hold a township.
    """
    rules, (troops, supply, holder, besieged), (consent, control, needed) = table[0], war, people
    seat = np.empty(len(needed), np.int64)
    for town in range(len(needed)):
        seat[town] = -1 if besieged[town] > 0 else holder[town]
    moves = (troops, supply, holder)
    there, _ = garrisons(troops)
    cells, (rows, ratio) = _in_play(there, moves, territory, rules.garrison_patrols, (control, needed), seat)
    raise_to(loops, ratio, rules.decisiveness, ratio)
    strength = np.zeros(len(cells[1]))
    for k in range(len(rows)):
        strength[rows[k]] = ratio[k]
    total = _follow(cells, strength, seat, (consent, control), (rules.town_weight, rules.collaboration))
    present, aim = _aims(cells, strength, total, control, rules.fading)
    raise_to(loops, present, 1 - rules.rate, present)
    raise_to(loops, aim, rules.rate, aim)
    for k in range(len(aim)):
        present[k] *= aim[k]
    return _shares_of(cells, present, len(troops), len(needed))
