"""Kernel of quiet talks: which package is on the table, and what each side gains; see :mod:`model.dynamics.bargain`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.kernels import kernel

Floats = NDArray[np.float64]


@kernel
def solve(
    packages: Floats, towns: Floats, case: tuple[Any, ...], weights: tuple[Any, ...], rules: tuple[float, float, float]
) -> tuple[int, float, float, float]:
    """Row of the Nash bargaining solution, -1 for none, and what the group, Beijing and the junta gain from it.

    Without a solution the gains are those of the last package, as the row is counted from the end.

    Args:
        packages: (K, 6) by HALT, TOWNS, ORE, GOODS, TAX, PATRON.
        towns: (n,) worth of each town to the group.
        case: the numbers of :class:`model.dynamics.bargain.Case`, in its order, without ``fights`` and ``towns``.
        weights: those of :class:`model.dynamics.bargain.BeijingWeights`, in its order.
        rules: worth of pressure lifted, of goods lanes, and of a town to the junta.
    """
    ore_worth, shut, depends, pressure, threat, war, tax_worth, money, autonomy = case[:9]
    offensive, fear, shortage, ore_share, link, stale, wish = case[9:]
    by_offensive, by_collapse, by_shortage, by_link, by_town, cheap, leverage, client, patronage = weights
    by_pressure, by_goods, junta_town = rules
    relief = depends * by_pressure * pressure + threat
    best, row, found = -math.inf, -1, (0.0, 0.0, 0.0)
    for k in range(len(packages)):
        halt, given, ore = packages[k, 0], packages[k, 1], packages[k, 2]
        goods, tax, patron = packages[k, 3], packages[k, 4], packages[k, 5]
        lost = 0.0
        for town in range(int(given)):
            lost += towns[town]
        group = ore * ore_worth + goods * shut * depends * by_goods + halt * (relief - war)
        group = group - lost - tax * tax_worth + patron * patronage * (money - autonomy)
        beijing = halt * (by_offensive * offensive + by_collapse * fear) + by_town * given
        beijing = beijing + ore * by_shortage * max(shortage, 0.0) * ore_share + cheap * tax
        beijing = beijing + (client + by_link * link) * patron
        beijing = beijing - by_link * link * (ore + goods) / 2
        beijing = beijing - leverage * (1 - stale) * (ore + goods * shut)
        junta = wish + junta_town * given if halt > 0 else 0.0
        better = group > 0 and beijing > 0 and junta >= 0 and group * beijing > best
        if better:
            best, row = group * beijing, k
        if better or (row < 0 and k == len(packages) - 1):
            found = (group, beijing, junta)
    return row, found[0], found[1], found[2]
