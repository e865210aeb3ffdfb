"""The laws that hold in every run, checked every month: a broken one ends the run with its name and figures.

What armed actors and mines have at the end of a month is what they had at its start and what came, less what went::

    fighters = before + recruited - dead - deserted - captured
    arms     = before + gained - lost
    money    = before + income - spent
    ore      = before + leached - lost - exported          (in store and in the pools of all mines)
    reagent  = before + imported - used - lost             (at all mines)

Bounds: nobody has less than no fighters anywhere; shares of a township's countryside lie above 0 and sum to 1; whoever holds a
place exists; no flow or store of ore is below 0.

A law is a function of the run and of the month's :class:`Opening` that returns by how much it fails: 0 where it holds, or where
rounding explains the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from model.arrays import ArrayGroup, Floats, Ints, per, record, record_maker
from model.compile import compiled, hand_over
from model.dynamics.front import fighters_of
from model.run import Run
from model.state import sizes_of

goods_record = record_maker(
    ("ore", float),  # t of ore in store and in the pools of all mines
    ("reagent", float),  # t at all mines
)


class LawBrokenError(Exception):
    """A conservation law or bound does not hold: a bug of the model, never of the user."""


@dataclass
class Opening(ArrayGroup):
    """Balances with which a month begins."""

    troops: Ints = per("F")
    arms: Floats = per("F")
    treasury: Floats = per("F")
    """Fighters, fighter equivalents, USD."""
    goods: Any = record(goods_record)
    """Record, see ``goods_record``."""


# laws of an armed actor -----------------------------------------------------------------------------------------------


@compiled
def gap(found: float, expected: float, rounding: float) -> float:
    """How far a balance is from what it should be; 0 where rounding explains it, NaN where either is no number."""
    off = found - expected
    return 0.0 if abs(off) <= rounding else off


@compiled
def troops_gap(run: Any, opening: Any, a: int) -> float:
    """Fighters of an armed actor against what came and went."""
    tally = run.state.tally
    gone = tally.dead[a] + tally.deserted[a] + tally.captured[a]
    return gap(fighters_of(run, a), opening.troops[a] + tally.recruited[a] - gone, 0.0)


@compiled
def garrison_gap(run: Any, opening: Any, a: int) -> float:
    """The fewest fighters that an armed actor has anywhere, where that is below 0."""
    least = 0
    for p in range(len(run.state.holder)):
        least = min(least, run.state.troops[a, p])
    return float(least)


@compiled
def arms_gap(run: Any, opening: Any, a: int) -> float:
    """Arms of an armed actor against what came and went."""
    expected = opening.arms[a] + run.state.tally.arms_gained[a] - run.state.tally.arms_lost[a]
    return gap(run.state.arms[a], expected, 1e-6 * (1.0 + abs(expected) * 1e-9))


@compiled
def money_gap(run: Any, opening: Any, a: int) -> float:
    """Treasury of an armed actor against what came and went."""
    expected = opening.treasury[a] + run.state.tally.income[a] - run.state.tally.spent[a]
    return gap(run.state.treasury[a], expected, 0.01 * (1.0 + abs(expected) * 1e-9))


# laws of the country --------------------------------------------------------------------------------------------------


@compiled
def ore_at_mines(run: Any) -> float:
    """T of ore in store and in the pools of all mines."""
    total = 0.0
    for m in range(len(run.state.stock)):
        total += run.state.stock[m] + run.state.in_process[m]
    return total


@compiled
def reagent_at_mines(run: Any) -> float:
    """T of reagent at all mines."""
    total = 0.0
    for m in range(len(run.state.reagent)):
        total += run.state.reagent[m]
    return total


@compiled
def ore_gap(run: Any, opening: Any) -> float:
    """Ore at the mines against what was leached, lost and sent away."""
    flows, expected = run.state.flows, opening.goods.ore
    for m in range(len(flows.ore)):
        expected += flows.leached[m] - flows.ore[m, 0] - flows.ore[m, 1] - flows.ore[m, 2]
    return gap(ore_at_mines(run), expected, 1e-6 * max(expected, 1.0))


@compiled
def reagent_gap(run: Any, opening: Any) -> float:
    """Reagent at the mines against what came and was used or lost."""
    flows, expected = run.state.flows, opening.goods.reagent
    for m in range(len(flows.ore)):
        expected += flows.reagent_imported[m] - flows.reagent_used[m]
    return gap(reagent_at_mines(run), expected, 1e-6 * max(expected, 1.0))


@compiled
def countryside_gap(run: Any, opening: Any) -> float:
    """The lowest share of a township's countryside if it is below 0, or by how far the shares of one do not sum to 1."""
    control = run.state.control
    total, least = np.zeros(control.shape[1]), np.zeros(control.shape[1])
    for a in range(len(control)):
        for n in range(len(total)):
            total[n] += control[a, n]
            least[n] = min(least[n], control[a, n])
    for n in range(len(total)):
        off = gap(total[n], 1.0, 1e-9)
        if least[n] < 0.0:
            return float(least[n])
        if off != 0.0:
            return off
    return 0.0


@compiled
def holder_gap(run: Any, opening: Any) -> float:
    """Places that are held by an actor that does not exist."""
    strangers = 0
    for p in range(len(run.state.holder)):
        if run.state.holder[p] < -1 or run.state.holder[p] >= len(run.state.troops):
            strangers += 1
    return float(strangers)


@compiled
def store_gap(run: Any, opening: Any) -> float:
    """The lowest flow or store of ore, where that is below 0."""
    least, ore = 0.0, run.state.flows.ore
    for m in range(len(ore)):
        if run.state.stock[m] < -1e-9:
            least = min(least, run.state.stock[m])
        for way in range(3):
            least = min(least, ore[m, way])
    return least


# the check ------------------------------------------------------------------------------------------------------------


class Law(NamedTuple):
    """A law, as an error tells of it."""

    broken: str
    """What is wrong where it does not hold."""
    gap: Callable[..., float]
    unit: str


LAWS_OF_ACTORS = (
    Law("the ledger of troops does not close", troops_gap, "fighters"),
    Law("there are fewer than no fighters somewhere", garrison_gap, "fighters"),
    Law("the ledger of arms does not close", arms_gap, "fighter equivalents"),
    Law("the ledger of money does not close", money_gap, "USD"),
)
LAWS_OF_THE_COUNTRY = (
    Law("the ledger of ore does not close", ore_gap, "t"),
    Law("the ledger of reagent does not close", reagent_gap, "t"),
    Law("the shares of a township's countryside do not sum to 1, or one is below 0", countryside_gap, "of it"),
    Law("a place is held by an actor that does not exist", holder_gap, "places"),
    Law("there is less than no ore somewhere", store_gap, "t"),
)


@compiled
def open_month(run: Any, opening: Any) -> None:
    """Note the balances with which a month begins.

    Args:
        run: the run.
        opening: an :class:`Opening`, which changes.
    """
    for a in range(len(opening.troops)):
        opening.troops[a] = fighters_of(run, a)
        opening.arms[a], opening.treasury[a] = run.state.arms[a], run.state.treasury[a]
    opening.goods.ore, opening.goods.reagent = ore_at_mines(run), reagent_at_mines(run)


@compiled
def all_hold(run: Any, opening: Any) -> bool:
    """Whether every law holds."""
    for a in range(len(opening.troops)):
        if troops_gap(run, opening, a) != 0.0 or garrison_gap(run, opening, a) != 0.0:
            return False
        if arms_gap(run, opening, a) != 0.0 or money_gap(run, opening, a) != 0.0:
            return False
    if ore_gap(run, opening) != 0.0 or reagent_gap(run, opening) != 0.0 or store_gap(run, opening) != 0.0:
        return False
    return countryside_gap(run, opening) == 0.0 and holder_gap(run, opening) == 0.0


class Ledger:
    """Opening balances of a month, and the check at its end.

    Args:
        run: the run at its start.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self.opening = Opening.begin(sizes_of(run.world))
        self._handed = hand_over(self.opening)
        self.open()

    def open(self) -> None:
        """Note the balances with which a month begins."""
        open_month(self.run.data, self._handed)

    def close(self) -> None:
        """Check the month.

        Raises:
            LawBrokenError: with what is wrong and by how much.
        """
        if not all_hold(self.run.data, self._handed):
            raise LawBrokenError("; ".join(self._failures()))

    def _failures(self) -> list[str]:
        data, found = self.run.data, []
        for law in LAWS_OF_ACTORS:
            for a, name in enumerate(self.run.world.force_ids):
                if (off := law.gap(data, self._handed, a)) != 0.0:
                    found.append(f"{law.broken}: {name} is off by {off:g} {law.unit}")
        for law in LAWS_OF_THE_COUNTRY:
            if (off := law.gap(data, self._handed)) != 0.0:
                found.append(f"{law.broken}: off by {off:g} {law.unit}")
        return found
