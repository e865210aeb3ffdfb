"""Quiet talks between Beijing and an armed group: what is offered, and whether both sides and the junta take it.

A *package* is what the two trade: a halt of the group's war with the junta, towns handed back, a lower tax on ore, and
patronage on the terms of the Wa, against lanes that reopen (ore with its reagent, goods) and pressure lifted. Each side's gain
over going on without a deal:

* group, in months of its own revenue: ``U_f = ore O + goods d g (1 - open) + halt (d a P + chi T + weary - prospects - waiting - cause - r)
  - towns W - cut C + patron (M - autonomy)``: ``O`` revenue from ore that shut lanes and cut purchases cost over the horizon,
  ``P`` Beijing's pressure, ``T`` what a threatened stop of purchases would cost, believed with credibility ``chi``, ``W`` worth
  of the towns, ``C`` revenue that the lower tax gives up, ``M`` Beijing's money. Prospects, waiting (for backing
  from abroad) and cause (for which it fights) are those of :mod:`model.dynamics.diplomacy`.
* Beijing, in the log-odds by which it moves lanes (:mod:`model.dynamics.border`): ``U_B = halt (k1 offensive + k4 collapse)
  + t towns + s k5 shortage ore + c cut + (q + k2 link) patron - l exp(-age / T) (ore + goods) - k2 link (ore + goods) / 2``; ``s``
  is the group's share of the ore that shut lanes hold back, ``l`` the worth of a shut lane as a means of pressure, which
  fades with the months for which it has been shut, since Yunnan's trade suffers too.
* junta, where there is a halt: its own wish for a ceasefire (as in diplomacy, brokers and threats included), its own dependence
  on China, and ``w_t`` for every town it gets back.

Only towns outside a group's *core* can be traded (Geller & Moss 2008 call the others indivisible): the state, division or
zone that the constitution of 2008 names after its people. Of all packages that leave no side worse off the one with the
largest product of gains is on the table (Nash 1950); each side then signs by quantal response (McKelvey & Palfrey 1995).
The record: MNDAA, January 2025: ceasefire and Lashio for its gates; TNLA, October 2025: Mogok and Momeik; KIA, December 2024
to March 2025: ore lane for tax terms, and no Bhamo.
"""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from model.draws import Draws
from model.dynamics.ground import Ground
from model.dynamics.handover import hand_over
from model.kernels import bargain as kernels
from model.kernels import compiled
from model.parameters import ParameterTable, parameter
from model.state import State

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

HALT, TOWNS, ORE, GOODS, TAX, PATRON = range(6)
"""Columns of a menu."""


class BargainParameters(ParameterTable):
    """How armed groups and the junta weigh what Beijing offers."""

    precision: float = parameter(
        1.5,
        low=0.2,
        high=6.0,
        unit="1/unit of gain",
        meaning="Precision of signing a package.",
        source="assumed as in talks",
    )
    weight_pressure: float = parameter(
        4.0, low=0.0, high=10.0, unit="months of revenue", source="assumed",
        meaning="Worth, to a group wholly dependent on China, of being rid of full pressure.",
    )  # fmt: skip
    weight_goods: float = parameter(
        2.0, low=0.0, high=8.0, unit="months of revenue", meaning="Worth of open goods lanes to one wholly dependent.",
        source="assumed: petrol in Myitkyina rose from 6,000 to 15,000 kyat a litre with the gates shut (SOURCES V23)",
    )  # fmt: skip
    junta_town: float = parameter(
        0.5, low=0.0, high=5.0, unit="months of revenue", meaning="Worth to the junta of a town handed back.",
        source="assumed",
    )  # fmt: skip


class Case(NamedTuple):
    """What is at stake between Beijing and one group; months of the group's revenue unless said otherwise."""

    ore: float
    """Ore revenue that shut lanes and cut purchases cost it; 0 where none does."""
    goods: float
    """0-1, how far the goods lanes at its gates are shut."""
    depends: float
    """Dependence on China, 0-1."""
    pressure: float
    """From Beijing, 0-1."""
    threat: float
    """What a stop of purchases would cost it, times the credibility of the threat; 0 where none stands."""
    war: float
    """Worth of going on with its war; 0 where it does not fight the junta."""
    fights: bool
    """Whether it is at war with the junta."""
    towns: Floats
    """(n,) worth of each town that could be handed back, in the order in which Beijing asks for them."""
    tax: float
    """What the lower tax would cost it."""
    patron_money: float
    """What Beijing's money would be worth to it."""
    autonomy: float
    """Cost of a patron."""
    offensive: float
    """How much it has attacked at the border of late, 0-1."""
    fear: float
    """How near the junta is to collapse in Beijing's eyes, 0-1."""
    shortage: float
    """China's shortage of ore, 0-1."""
    ore_share: float
    """0-1, its share of all mines' capacity that shut lanes hold back."""
    link: float
    """How far the US deals with it, 0-1."""
    stale: float
    """0-1, share of the worth of shut lanes as a means of pressure that time has taken."""
    junta: float
    """The junta's own wish for a ceasefire with it, months of the junta's revenue."""

    @property
    def numbers(self) -> tuple[float, ...]:
        """All of it but whether it fights and its towns."""
        return (*self[:6], *self[8:])


class BeijingWeights(NamedTuple):
    """What Beijing weighs in talks, in log-odds, and how far it may go; from its table."""

    offensive: float
    collapse: float
    shortage: float
    us_link: float
    town: float
    cheap_ore: float
    leverage: float
    client: float
    """Worth of having the group on a leash."""
    patronage: float
    """0-1, how much of a patron's terms it offers; 0 none."""


def menu(case: Case, patronage: bool) -> Floats:
    """Every package that could be on the table, (K, 6) by HALT, TOWNS, ORE, GOODS, TAX, PATRON; the first is nothing.

    Towns go with a halt alone, lanes only where they are shut, a tax only where there is one.
    """
    towns = len(case.towns) if case.fights else 0
    return _menu(case.fights, towns, case.ore > 0, case.goods > 0, case.tax > 0, patronage)


@lru_cache(maxsize=1024)
def _menu(halt: bool, towns: int, *others: bool) -> Floats:
    rows = product((0, 1) if halt else (0,), range(towns + 1), *((0, 1) if there else (0,) for there in others))
    packages = np.array([row for row in rows if row[HALT] or not row[TOWNS]], dtype=np.float64)
    packages.flags.writeable = False
    return packages


def gains(packages: Floats, case: Case, weights: BeijingWeights, p: BargainParameters) -> tuple[Floats, Floats, Floats]:
    """Gain (K,) of the group, of Beijing and of the junta from each package; see the module's docstring.

    Args:
        packages: (K, 6) from :func:`menu`.
        case: what is at stake.
        weights: what Beijing weighs.
        p: the table above.
    """
    halt, towns, ore, goods, tax, patron = packages.T
    lost = np.concatenate([[0.0], np.cumsum(case.towns)])[towns.astype(np.int64)]
    relief = case.depends * p.weight_pressure * case.pressure + case.threat
    group = ore * case.ore + goods * case.goods * case.depends * p.weight_goods + halt * (relief - case.war)
    group = group - lost - tax * case.tax + patron * weights.patronage * (case.patron_money - case.autonomy)
    beijing = halt * (weights.offensive * case.offensive + weights.collapse * case.fear) + weights.town * towns
    beijing = beijing + ore * weights.shortage * max(case.shortage, 0.0) * case.ore_share + weights.cheap_ore * tax
    beijing = beijing + (weights.client + weights.us_link * case.link) * patron
    beijing = beijing - weights.us_link * case.link * (ore + goods) / 2
    beijing = beijing - weights.leverage * (1 - case.stale) * (ore + goods * case.goods)
    junta = np.where(halt > 0, case.junta + p.junta_town * towns, 0.0)
    return group, beijing, np.asarray(junta)


def solve(
    packages: Floats, case: Case, weights: BeijingWeights, p: BargainParameters
) -> tuple[int, tuple[float, float, float]]:
    """Row of the Nash bargaining solution, -1 for none, and the gains of group, Beijing and junta in that row.

    Args:
        packages: (K, 6) from :func:`menu`.
        case: what is at stake.
        weights: what Beijing weighs.
        p: the table above.
    """
    if compiled():
        rules = (p.weight_pressure, p.weight_goods, p.junta_town)
        row, *found = kernels.solve(packages, case.towns, case.numbers, weights, rules)
        return row, (found[0], found[1], found[2])
    group, beijing, junta = gains(packages, case, weights, p)
    row = best_package(packages, group, beijing, junta)
    return row, (float(group[row]), float(beijing[row]), float(junta[row]))


def best_package(packages: Floats, group: Floats, beijing: Floats, junta: Floats) -> int:
    """Row of the Nash bargaining solution; -1 where no package is better for both and bearable for the junta."""
    worth = np.where((group > 0) & (beijing > 0) & (junta >= 0), group * beijing, -np.inf)
    best = int(worth.argmax())
    return best if worth[best] > -np.inf else -1


def signs(gain: tuple[float, ...], precision: float, draws: Draws, month: int, who: NDArray[np.uint64]) -> bool:
    """Whether all whose consent a package needs sign.

    Args:
        gain: gain of each of them from the package: group, Beijing, and the junta where there is a halt.
        precision: of the quantal response.
        draws: keyed draws.
        month: the month.
        who: (1,) key of the group.
    """
    chance = math.prod(special.expit(precision * np.array(gain)).tolist())
    return bool(draws.uniform("sign", month, who)[0] < chance)


def hand_back(run: Any, ground: Ground, state: State, place: int, taker: int) -> None:
    """Hand a town back: garrisons change as in :mod:`model.dynamics.handover`, and the giver leaves the countryside too.

    Args:
        run: the run as compiled functions take it.
        ground: static arrays.
        state: holder, troops, control, siege and tally of the place change.
        place: the town.
        taker: who gets it.
    """
    giver, territory = int(state.holder[place]), int(ground.territory[place])
    hand_over(run, place, taker)
    state.control[taker, territory] += state.control[giver, territory]
    state.control[giver, territory] = 0.0
    state.totals.towns_changed += int(ground.is_town[place])
    state.towns_lost_year[taker] -= 1
    state.towns_lost_year[giver] += 1
