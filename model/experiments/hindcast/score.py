"""Scoring: patterns met or missed, forecasts of a series against naive ones, probabilities of flips.

A pattern's number is met when the ensemble's median lies within its tolerance and at least 30% of runs do; runs in which the
statistic is not defined lie outside, and where they are half or more there is no median. With ``summary = share`` the share of
runs is itself the number. Series are scored by the continuous ranked probability score (Gneiting & Raftery 2007, the fair form
for ensembles of Ferro 2014) and the coverage of the central 90% interval, where they have at least 12 points; flips by the
Brier score and its reliability.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.arrays import Floats
from model.experiments.hindcast.patterns import LEAST_SHARE, Pattern

FEWEST_POINTS = 12
INTERVAL = (0.05, 0.95)


@dataclass(frozen=True)
class Scored:
    """A pattern's number against the ensemble.

    Args:
        pattern: what was observed.
        runs: number of runs.
        defined: number of runs in which the statistic is defined.
        median: the ensemble's median, or the share; None where there is none.
        low: 5% point of the runs in which it is defined.
        high: 95% point.
        within: share of runs within tolerance.
        met: whether it is met.
    """

    pattern: Pattern
    runs: int
    defined: int
    median: float | None
    low: float | None
    high: float | None
    within: float
    met: bool


def score(pattern: Pattern, values: Sequence[float | None]) -> Scored:
    """Score one number; ``values`` holds the statistic of every run, None where it is not defined."""
    runs = len(values)
    known = np.array([value for value in values if value is not None], float)
    if not known.size:
        return Scored(pattern, runs, 0, None, None, None, 0.0, False)
    inside = (known >= pattern.low) & (known <= pattern.high)
    low, high = np.quantile(known, INTERVAL).tolist()
    if pattern.summary == "share":
        share = float(known.mean())
        met = pattern.low <= share <= pattern.high
        return Scored(pattern, runs, known.size, share, None, None, float(met), met)
    # Undefined runs lie beyond every tolerance: with half of them undefined there is no middle run.
    median = float(np.median(known)) if 2 * known.size > runs else None
    within = float(inside.sum()) / runs
    met = median is not None and pattern.low <= median <= pattern.high and within >= LEAST_SHARE
    return Scored(pattern, runs, known.size, median, low, high, within, met)


def met_patterns(rows: Sequence[Scored]) -> dict[str, bool]:
    """By number of the pattern: whether all its numbers are met."""
    found: dict[str, bool] = {}
    for row in rows:
        found[row.pattern.pattern] = found.get(row.pattern.pattern, True) and row.met
    return found


def crps(ensemble: Floats, observed: float) -> float:
    """Fair CRPS of an ensemble (R,) for one observation, in its unit; smaller is better.

    ``mean|x - y| - sum_ij |x_i - x_j| / (2 R (R - 1))`` (Ferro 2014); of one member the absolute error.
    """
    members = np.sort(np.asarray(ensemble, float))
    count = len(members)
    error = float(np.abs(members - observed).mean())
    if count < 2:
        return error
    # sum_ij |x_i - x_j| of sorted members without forming the pairs
    spread = 2.0 * float(((2 * np.arange(1, count + 1) - count - 1) * members).sum())
    return error - spread / (2 * count * (count - 1))


@dataclass(frozen=True)
class Forecast:
    """How a forecast of a series did: mean CRPS and the share of points inside the 90% interval."""

    name: str
    points: int
    crps: float | None
    coverage: float | None


def score_series(name: str, ensemble: Mapping[str, Floats], observed: Mapping[str, float]) -> Forecast:
    """Score an ensemble of a monthly series; None where the series has fewer than 12 points.

    Args:
        name: of the forecast.
        ensemble: month -> (R,) values of the runs.
        observed: month -> value.
    """
    months = [month for month in observed if month in ensemble]
    if len(months) < FEWEST_POINTS:
        return Forecast(name, len(months), None, None)
    scores = [crps(ensemble[month], observed[month]) for month in months]
    inside = []
    for month in months:
        low, high = np.quantile(ensemble[month], INTERVAL)
        inside.append(low <= observed[month] <= high)
    return Forecast(name, len(months), float(np.mean(scores)), float(np.mean(inside)))


def persistence(observed: Mapping[str, float], lead: int) -> dict[str, Floats]:
    """The value of ``lead`` months before, as an ensemble of one; ``lead`` 12 is the seasonal naive forecast."""
    return {
        month: np.array([observed[earlier]]) for month in observed if (earlier := _earlier(month, lead)) in observed
    }


def _earlier(month: str, lead: int) -> str:
    number = 12 * int(month[:4]) + int(month[5:]) - 1 - lead
    return f"{number // 12}-{number % 12 + 1:02d}"


@dataclass(frozen=True)
class Flips:
    """Scores of forecast chances of flips: Brier score, its reliability part (0 is best), mean chance, observed share."""

    name: str
    brier: float
    reliability: float
    forecast: float
    observed: float


def score_flips(name: str, chance: Floats, flipped: NDArray[np.bool_], bins: int = 10) -> Flips:
    """Brier score and reliability (Murphy 1973) of chances (N,) that things happened (N,)."""
    happened = flipped.astype(float)
    brier = float(((chance - happened) ** 2).mean())
    which = np.minimum((chance * bins).astype(int), bins - 1)
    reliability = 0.0
    for one in np.unique(which):
        inside = which == one
        reliability += inside.mean() * (chance[inside].mean() - happened[inside].mean()) ** 2
    return Flips(name, brier, float(reliability), float(chance.mean()), float(happened.mean()))


def reliability_table(chance: Floats, flipped: NDArray[np.bool_], bins: int = 10) -> list[tuple[float, float, int]]:
    """Mean chance, share that happened and number of places in each bin of chances that is not empty."""
    which = np.minimum((chance * bins).astype(int), bins - 1)
    return [
        (float(chance[which == one].mean()), float(flipped[which == one].mean()), int((which == one).sum()))
        for one in np.unique(which)
    ]
