"""Kernels of the countryside: who controls it, and the shares of a month later."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.kernels import kernel
from model.kernels.loops import Loops, raise_to

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@kernel
def force_over_need(
    troops: Ints, supply: Floats, territory: Ints, needed: Floats, holder: Ints, patrols: float
) -> tuple[Ints, Floats]:
    """Where actors have fighters: (E,) positions in the flattened (F, N) table, and (E,) supplied fighters over those needed.

    Of the garrisons that hold a place only the share ``patrols`` counts.
    """
    forces, territories = len(troops), len(needed)
    force = np.zeros((forces, territories))
    for actor in range(forces):
        for place in range(len(territory)):
            if troops[actor, place] != 0:
                out = patrols if holder[place] == actor else 1.0
                force[actor, territory[place]] += troops[actor, place] * supply[actor, place] * out
    at, ratio = np.empty(forces * territories, np.int64), np.empty(forces * territories)
    count = 0
    for actor in range(forces):
        for where in range(territories):
            if force[actor, where] != 0:
                at[count], ratio[count] = actor * territories + where, force[actor, where] / needed[where]
                count += 1
    return at[:count].copy(), ratio[:count].copy()


@kernel
def target_shares(
    at: Ints, strength: Floats, seat: Ints, legitimacy: Floats, control: Floats, weights: tuple[float, float]
) -> Floats:
    """(F + 1, N) shares that the countryside moves towards; the last row is nobody.

    Args:
        at: what :func:`force_over_need` returned.
        strength: (E,) weight of the fighters there.
        seat: (N,) who holds the town and is not besieged in it.
        legitimacy: (F, N) consent.
        control: (F + 1, N) shares of this month.
        weights: of holding the town, and of collaboration.
    """
    town_weight, collaboration = weights
    forces, territories = legitimacy.shape
    shares = np.zeros((forces + 1, territories))
    for k in range(len(at)):
        shares[at[k] // territories, at[k] % territories] = strength[k]
    for where in range(territories):
        if seat[where] >= 0:
            shares[seat[where], where] += town_weight
    total = np.zeros(territories)
    for actor in range(forces):
        for where in range(territories):
            if shares[actor, where] != 0 or control[actor, where] != 0:
                consent = legitimacy[actor, where]
                follow = collaboration * consent * control[actor, where]
                shares[actor, where] = shares[actor, where] * (0.5 + consent) + follow
                total[where] += shares[actor, where]
    for where in range(territories):
        total[where] = 1.0 + total[where]
        shares[forces, where] = 1.0 / total[where]
    for actor in range(forces):
        for where in range(territories):
            shares[actor, where] /= total[where]
    return shares


@kernel
def shares_in_play(aim: Floats, control: Floats, fading: float) -> tuple[Ints, Floats, Floats]:
    """Where shares are above 0: (E,) positions in the flattened table, shares of this month, shares aimed at.

    Args:
        aim: (F + 1, N) what :func:`target_shares` returned; overwritten.
        control: (F + 1, N) shares of this month.
        fading: least target of a share over the present one.
    """
    rows, territories = aim.shape
    total = np.zeros(territories)
    for row in range(rows):
        for where in range(territories):
            aim[row, where] = max(aim[row, where], fading * control[row, where])
            total[where] += aim[row, where]
    size = rows * territories
    at, present, wanted = np.empty(size, np.int64), np.empty(size), np.empty(size)
    count = 0
    for row in range(rows):
        for where in range(territories):
            if aim[row, where] != 0:
                share = aim[row, where] / total[where]
                at[count], wanted[count] = row * territories + where, share
                present[count] = max(control[row, where], fading * share)
                count += 1
    return at[:count].copy(), present[:count].copy(), wanted[:count].copy()


@kernel
def shares_of(at: Ints, moved: Floats, rows: int, territories: int) -> Floats:
    """(F + 1, N) shares whose columns sum to 1, in proportion to ``moved`` at the positions ``at``."""
    total, out = np.zeros(territories), np.zeros((rows, territories))
    for k in range(len(at)):
        total[at[k] % territories] += moved[k]
    for k in range(len(at)):
        row, where = divmod(at[k], territories)
        out[row, where] = moved[k] / total[where]
    return out


@kernel
def aims(
    loops: Loops,
    rules: Any,
    war: tuple[Ints, Floats, Ints, Ints],
    territory: Ints,
    people: tuple[Floats, Floats, Floats],
) -> Floats:
    """(F + 1, N) shares that the countryside moves towards; see :func:`model.dynamics.control.target`.

    Args:
        loops: addresses of NumPy's own loops.
        rules: parameters of control.
        war: (F, P) fighters, (F, P) supply, (P,) holders, (P,) months besieged.
        territory: (P,) territory of each place.
        people: (F, N) consent, (F + 1, N) control, (N,) fighters to hold a township.
    """
    troops, supply, holder, besieged = war
    legitimacy, control, needed = people
    seat = np.empty(len(needed), np.int64)
    for town in range(len(needed)):
        seat[town] = -1 if besieged[town] > 0 else holder[town]
    at, ratio = force_over_need(troops, supply, territory, needed, holder, rules.garrison_patrols)
    raise_to(loops, ratio, rules.decisiveness, ratio)
    return target_shares(at, ratio, seat, legitimacy, control, (rules.town_weight, rules.collaboration))


@kernel
def relax(
    loops: Loops,
    table: Any,
    war: tuple[Ints, Floats, Ints, Ints],
    territory: Ints,
    people: tuple[Floats, Floats, Floats],
) -> Floats:
    """(F + 1, N) shares of the countryside a month later; see :func:`aims` and :func:`model.dynamics.control.update`."""
    rules = table[0]
    aim = aims(loops, rules, war, territory, people)
    at, present, wanted = shares_in_play(aim, people[1], rules.fading)
    raise_to(loops, present, 1 - rules.rate, present)
    raise_to(loops, wanted, rules.rate, wanted)
    return shares_of(at, present * wanted, *aim.shape)
