"""Model discrepancy: what the bands of levels add to the spread between runs, and how chances of towns are recalibrated.

Runs of one batch differ in draws and parameters. That the model itself is wrong shows in none of them (Kennedy & O'Hagan 2001). How
wrong it has been is learnt from the record (:mod:`model.experiments.hindcast.learn`) and kept in ``discrepancy.csv`` of the world's
folder:

* *A positive series* ``y`` (exports, prices): each run ``x`` stands for a lognormal distribution, ``log y = log x + s e`` with ``e``
  standard normal (kernel dressing, Roulston & Smith 2003; Broecker & Smith 2008). ``e`` of months that are ``k`` apart has the
  correlation ``r^k``, so that the mean over ``T`` months in a row has ``s_T^2 = s^2 / T^2 sum_ij r^|i-j|``.
* *Chances that a town has changed hands*: ``logit p' = a + b logit p`` (Cox 1958), ``p`` kept off 0 and 1 by half a run.
* *The net change of the junta's townships*: ``net + s (1 + |net|) e``.

Nothing of this is put on differences between scenarios that share their random draws: a discrepancy common to both cancels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtri

from model.arrays import Floats
from model.experiments.files import csv_rows
from model.experiments.results import read_csv_table
from model.world.read import world_folder
from model.world.world import WorldError

FILE = "discrepancy.csv"
EXPORTS, PRICES, TOWNS, SEATS = ("exports", "prices", "towns", "seats")
LOG_SD, CORRELATION, INTERCEPT, SLOPE, RELATIVE_SD = (
    "log sd",
    "correlation of months",
    "logit intercept",
    "logit slope",
    "sd over 1 + net change",
)
FEWEST = 20
"""Runs from which on chances are recalibrated: a share of fewer is too coarse."""
_NODES = 21
_NORMAL = ndtri((np.arange(_NODES) + 0.5) / _NODES)
_NORMAL = _NORMAL / _NORMAL.std()
"""Quantiles of a standard normal that stand for it: no draws, so that a band is the same each time."""


@dataclass(frozen=True)
class Learnt:
    """A row of ``discrepancy.csv``: a quantity, a form, its value, the months learnt from, the command that did."""

    quantity: str
    form: str
    value: float
    months: str
    command: str


@dataclass(frozen=True)
class Dressing:
    """Discrepancy of a positive series.

    Args:
        log_sd: of a month, ``s``.
        correlation: of neighbouring months, ``r``, 0-1.
    """

    log_sd: float
    correlation: float = 0.0

    def spread(self, months: int = 1) -> float:
        """Log standard deviation of the mean over some months in a row."""
        apart = np.abs(np.subtract.outer(np.arange(months), np.arange(months)))
        return float(self.log_sd * np.sqrt((self.correlation**apart).mean()))

    def dress(self, values: Floats, months: int = 1) -> Floats:
        """Runs (R,) with the discrepancy of a mean over some months: a sample (R x nodes,) of the same median."""
        return np.multiply.outer(np.asarray(values, float), np.exp(self.spread(months) * _NORMAL)).ravel()


def dress_seats(net: Floats, spread: float) -> Floats:
    """Net changes of townships (R,) with the discrepancy of seats: a sample (R x nodes,)."""
    scale = spread * (1 + np.abs(net))
    return np.asarray((net[:, None] + scale[:, None] * _NORMAL).ravel(), dtype=np.float64)


@dataclass(frozen=True)
class Recalibration:
    """Recalibration of chances: intercept ``a`` and slope ``b``; 0 and 1 change nothing."""

    intercept: float = 0.0
    slope: float = 1.0

    def chance(self, share: Floats, runs: int) -> Floats:
        """Recalibrated chances of shares of runs (N,)."""
        least = 0.5 / max(runs, 1)
        logits = logit(np.clip(np.asarray(share, float), least, 1 - least))
        return np.asarray(expit(self.intercept + self.slope * logits), dtype=np.float64)

    def holding(self, held: Floats, kept: Floats, first: NDArray[np.bool_], runs: int) -> Floats:
        """Chances that an actor holds towns, where it is the chance of a change of hands that is recalibrated.

        Args:
            held: (N,) share of runs in which the actor holds each town.
            kept: (N,) share of runs in which its holder at the start does.
            first: (N,) whether the actor is that holder.
            runs: number of runs.
        """
        changed = self.chance(1 - kept, runs)
        taken = np.divide(held, 1 - kept, out=np.zeros_like(held), where=kept < 1)
        return np.where(first, 1 - changed, changed * taken)


@dataclass(frozen=True)
class Discrepancy:
    """What was learnt of a world; nothing is added where a quantity has no row.

    Args:
        exports: of tonnes a month.
        prices: of prices.
        towns: of chances that towns change hands.
        seats: relative spread of the net change of the junta's townships.
        months: what it was learnt from, by quantity.
    """

    exports: Dressing
    prices: Dressing
    towns: Recalibration
    seats: float
    months: dict[str, str]

    def sentence(self) -> str:
        """What bands and chances include, for the reader of a page."""
        parts = []
        if EXPORTS in self.months:
            percent = f"{100 * self.exports.log_sd:.0f}% (log sd of a month)"
            parts.append(
                f"Bands of exports include a model discrepancy of {percent}, learnt on {self.months[EXPORTS]}."
            )
        if TOWNS in self.months:
            parts.append(
                f"Chances of towns are recalibrated (logit slope {self.towns.slope:.2f}), learnt on {self.months[TOWNS]}."
            )
        return " ".join([*parts, "Differences between scenarios include none: it is common to both and cancels."])


def read_discrepancy(path: Path) -> Discrepancy:
    """Read a table that :func:`write_discrepancy` wrote."""
    rows = read_csv_table(path, ("quantity", "form", "months"), ("value",)).to_dict("records")
    known = {(row["quantity"], row["form"]): float(row["value"]) for row in rows}
    exports, prices = (
        Dressing(known.get((name, LOG_SD), 0.0), known.get((name, CORRELATION), 0.0)) for name in (EXPORTS, PRICES)
    )
    towns = Recalibration(known.get((TOWNS, INTERCEPT), 0.0), known.get((TOWNS, SLOPE), 1.0))
    seats = known.get((SEATS, RELATIVE_SD), 0.0)
    return Discrepancy(exports, prices, towns, seats, {str(row["quantity"]): str(row["months"]) for row in rows})


def write_discrepancy(path: Path, rows: Sequence[Learnt]) -> Path:
    """Write what was learnt."""
    with csv_rows(path) as writer:
        writer.writerow(["quantity", "form", "value", "months", "command"])
        writer.writerows((row.quantity, row.form, f"{row.value:.4g}", row.months, row.command) for row in rows)
    return path


@lru_cache(maxsize=8)
def discrepancy_of(world: str) -> Discrepancy | None:
    """What was learnt of a world, by its name or folder; None where it has no such table, or is not here."""
    try:
        folder = world_folder(world)
    except WorldError:
        return None
    path = None if folder is None else folder / FILE
    return read_discrepancy(path) if path is not None and path.is_file() else None
