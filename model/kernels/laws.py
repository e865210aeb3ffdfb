"""Kernels of the record: whether a month's ledgers close, what the published measures of control weigh."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.kernels import kernel
from model.kernels.books import fighters
from model.kernels.bound import Bound

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@kernel
def balances(bound: Bound) -> tuple[float, float]:
    """T of ore, t of reagent; (F,) fighters of each actor are written. The argument is as of :func:`hold`."""
    troops, before, (stock, in_process, reagent) = bound.values[:3]
    before[:] = fighters(troops)
    ore, chemicals = 0.0, 0.0
    for mine in range(len(stock)):
        ore += stock[mine] + in_process[mine]
        chemicals += reagent[mine]
    return ore, chemicals


@kernel
def _goods_hold(
    goods: tuple[Floats, Floats, Floats], opening: tuple[float, float], worked: tuple[Floats, ...], ore: Floats
) -> bool:
    stock, in_process, reagent = goods
    before, reagent_before = opening
    leached, lost, imported, used, reagent_lost = worked
    found, found_reagent = 0.0, 0.0
    for mine in range(len(stock)):
        if stock[mine] < -1e-9 or ore[mine].min() < 0:
            return False
        found += stock[mine] + in_process[mine]
        found_reagent += reagent[mine]
        before += leached[mine] - lost[mine] - ore[mine, 0] - ore[mine, 1] - ore[mine, 2]
        reagent_before += imported[mine] - used[mine] - reagent_lost[mine]
    same = abs(found - before) <= 1e-6 * max(before, 1.0)
    return same and abs(found_reagent - reagent_before) <= 1e-6 * max(reagent_before, 1.0)


@kernel
def _fighters_hold(troops: Ints, before: Ints, tally: tuple[Ints, Ints, Ints, Ints]) -> bool:
    recruited, dead, deserted, captured = tally
    for actor in range(len(troops)):
        row, there, least = troops[actor], 0, 0
        for place in range(len(row)):
            there += row[place]
            least = min(least, row[place])
        gone = dead[actor] + deserted[actor] + captured[actor]
        if least < 0 or there != before[actor] + recruited[actor] - gone:
            return False
    return True


@kernel
def _shares_hold(control: Floats) -> bool:
    total, least = np.zeros(control.shape[1]), np.zeros(control.shape[1])
    for actor in range(len(control)):
        shares = control[actor]
        for where in range(len(total)):
            total[where] += shares[where]
        for where in range(len(total)):
            least[where] = min(least[where], shares[where])
    wrong = 0
    for where in range(len(total)):
        wrong += 0 if (abs(total[where] - 1.0) <= 1e-9) & (least[where] >= 0) else 1
    return wrong == 0


@kernel
def hold(
    bound: Bound,
    ore_before: float,
    reagent_before: float,
    leached: Floats,
    ore_lost: Floats,
    imported: Floats,
    used: Floats,
    reagent_lost: Floats,
    ore: Floats,
) -> bool:
    """Whether every law of :class:`model.output.ledger.Ledger` holds.

    Args:
        bound: what the ledger binds: (F, P) fighters; (F,) fighters at the start of the month; (M,) ore in store, in the
            pools, reagent; (F,) recruited, dead, deserted, captured; (F,) arms at the end and at the start of the month, gained,
            lost; (F,) money, the same; (F + 1, N) shares of the countryside; (P,) who holds each place.
        ore_before: t at the start of the month.
        reagent_before: t at the start of the month.
        leached: (M,) t of ore.
        ore_lost: (M,) t.
        imported: (M,) t of reagent.
        used: (M,) t of reagent.
        reagent_lost: (M,) t of reagent.
        ore: (M, 3) flows.
    """
    troops, troops_before, goods, tally, arms, money, control, holder = bound.values
    if not _fighters_hold(troops, troops_before, tally) or not _shares_hold(control):
        return False
    for actor in range(len(troops)):
        for balance, tolerance in ((arms, 1e-6), (money, 0.01)):
            now, before, gained, lost = balance
            expected = before[actor] + gained[actor] - lost[actor]
            if not abs(now[actor] - expected) <= tolerance * max(1.0, abs(expected) * 1e-9 + 1.0):
                return False
    wrong = 0
    for place in range(len(holder)):
        wrong += 1 if (holder[place] < -1) | (holder[place] >= len(troops)) else 0
    if wrong > 0:
        return False
    return _goods_hold(goods, (ore_before, reagent_before), (leached, ore_lost, imported, used, reagent_lost), ore)


@kernel
def measures(
    control: Floats, ours: Bools, holder: Ints, attacker: Ints, authority: float, writ: float, out: Floats
) -> int:
    """Write (5, N) of each township what the measures of :mod:`model.output.observe` weigh; return the towns of the junta's side.

    Args:
        control: (F + 1, N) shares of the countryside.
        ours: (F,) the junta and those allied with it.
        holder: (P,) who holds each place; the first N are towns.
        attacker: (P,) who besieges it.
        authority: share of other armed hands from which an authority is no longer full.
        writ: share of the countryside from which the junta's writ runs.
        out: (5, N) is written. Rows: 1 where the authority is full; shares of the junta's side and of all others, squared; 1
            where the writ runs; 1 where a township is the resistance's.
    """
    forces, towns = len(ours), control.shape[1]
    j, total, polls = np.zeros(towns), np.zeros(towns), 0
    for actor in range(forces):
        shares = control[actor]
        for where in range(towns):
            total[where] += shares[where]
        for where in range(towns if ours[actor] else 0):
            j[where] += shares[where]
    for where in range(towns):
        r, by = total[where] - j[where], holder[where]
        held = by >= 0 and ours[by]
        resistance = ((by >= 0) & (not held)) | (r > 0.5)
        polls += 1 if held else 0
        out[0, where] = 1.0 if held & (attacker[where] < 0) & (r < authority) else 0.0
        out[1, where], out[2, where] = j[where] * j[where], r * r
        out[3, where] = 1.0 if held & (not resistance) & (j[where] >= writ) else 0.0
        out[4, where] = 1.0 if resistance else 0.0
    return polls
