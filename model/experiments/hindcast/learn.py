"""What the model's discrepancy is learnt from: the record to the end of 2024, a year left out where that year is scored.

:mod:`model.experiments.discrepancy` has the forms. The spread ``s`` of a series is the one under which the record is most likely, each
month by a mixture of lognormals about the runs (maximum likelihood; Broecker & Smith 2008); the correlation of months that of the
residuals of months next to each other. Chances of towns are looked at from every dated state to the ends of the years within twenty
months; ``a`` and ``b`` are a logistic regression (Cox 1958), held weakly at 0 and 1. Net changes of a side's townships are the runs'
plus ``s (1 + |net|)`` times a normal, ``s`` by maximum likelihood as well.

What is scored in a year up to 2024 is scored by what the other years teach; later months by all of the window.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar
from scipy.special import logit, logsumexp

from model.arrays import Floats
from model.experiments.discrepancy import (
    CORRELATION,
    EXPORTS,
    INTERCEPT,
    LOG_SD,
    PRICES,
    RELATIVE_SD,
    SEATS,
    SLOPE,
    TOWNS,
    Dressing,
    Learnt,
    Recalibration,
)
from model.experiments.hindcast.observed import (
    ALL_ORIGINS,
    ORIGINS,
    by_month,
    exports_by_month,
    holders,
    modelled_holders,
    monthly_record,
    prices_by_month,
    runs_and_events,
)

LAST = "2024-12"
"""Last month that is learnt from."""
SHORTEST, LONGEST = 3, 20
"""Months of the shortest and the longest window from a dated state to the end of a year: as far as rolling origins are scored."""
_BETWEEN = (0.01, 2.0)
_WEAK = (1.0, 0.5)
"""Standard deviations within which the intercept is held at 0 and the slope at 1."""


@dataclass(frozen=True)
class Window:
    """A dated state, and who holds what at the end of a later month.

    Args:
        origin: first month.
        until: last month.
        start: (N,) holders at the origin.
        ends: (R, N) holders at the end, in the runs.
        seen: (N,) holders at the end, in the record.
    """

    origin: str
    until: str
    start: NDArray[np.str_]
    ends: NDArray[np.str_]
    seen: NDArray[np.str_]

    @property
    def months(self) -> int:
        """Its length, both ends counted."""
        return months_between(self.origin, self.until)

    @property
    def share(self) -> Floats:
        """(N,) share of runs in which a town has another holder at the end."""
        return np.asarray((self.ends != self.start).mean(axis=0), dtype=np.float64)

    @property
    def happened(self) -> NDArray[np.bool_]:
        """(N,) whether it has in the record."""
        return np.asarray(self.seen != self.start)

    def net(self, side: Iterable[str]) -> tuple[Floats, int]:
        """Change of the townships that some actors hold together: (R,) of the runs, and the record's."""
        before, after, seen = (np.isin(table, list(side)).sum(axis=-1) for table in (self.start, self.ends, self.seen))
        return np.asarray(after - before, dtype=np.float64), int(seen - before)


def months_between(first: str, last: str) -> int:
    """Months from a month to another, both counted."""
    return 12 * (int(last[:4]) - int(first[:4])) + int(last[5:]) - int(first[5:]) + 1


def window_of(folder: Path, world: str, ends: Mapping[str, Sequence[str]]) -> list[Window]:
    """Windows of a folder of hindcasts.

    Args:
        folder: a batch of hindcasts; those that are not in it are left out.
        world: name of the world.
        ends: scenario -> the months with which windows end.
    """
    runs, events = runs_and_events(folder)
    found = []
    for scenario, origin in ORIGINS.items():
        here = events[events["scenario"].astype(str) == scenario]
        for until in ends[scenario] if scenario in runs else ():
            lead = months_between(origin, until)
            held = modelled_holders(here, runs[scenario], world, origin, lead)
            start, seen = (np.array(holders(world, origin, month), dtype="U32") for month in ("", until))
            found.append(Window(origin, until, start, held, seen))
    return found


def windows(folder: Path, world: str) -> list[Window]:
    """The windows that are learnt from: from every dated state to the ends of the years up to 2024."""
    years = [f"{year}-12" for year in range(2021, int(LAST[:4]) + 1)]
    ends = {
        scenario: [end for end in years if SHORTEST <= months_between(origin, end) <= LONGEST]
        for scenario, origin in ORIGINS.items()
    }
    return window_of(folder, world, ends)


def without(found: Sequence[Window], year: str) -> list[Window]:
    """Windows that hold no month of a year."""
    return [one for one in found if not one.origin[:4] <= year <= one.until[:4]]


# series -------------------------------------------------------------------------------------------------------------


def learn_spread(runs: Mapping[str, Floats], observed: Mapping[str, float], leave_out: str = "") -> float:
    """Log standard deviation of the discrepancy of a positive series; 0 without a month to learn from.

    Args:
        runs: month -> (R,) values of the runs.
        observed: month -> value of the record.
        leave_out: year that is not learnt from.
    """
    months = _window(runs, observed, leave_out)
    if not months:
        return 0.0
    gaps = [np.log(observed[month]) - np.log(np.maximum(runs[month], 1e-9)) for month in months]
    return _likeliest(gaps, [np.ones(1)] * len(gaps))


def learn_correlation(runs: Mapping[str, Floats], observed: Mapping[str, float]) -> float:
    """Correlation of the residuals of months next to each other, 0-1; 0 without such months."""
    months = _window(runs, observed, "")
    left = {month: float(np.log(observed[month]) - np.log(np.maximum(runs[month], 1e-9)).mean()) for month in months}
    pairs = [(a, b) for a in left for b in left if months_between(a, b) == 2]
    if not pairs:
        return 0.0
    first, second = (np.array([left[pair[k]] for pair in pairs]) for k in (0, 1))
    return float(np.clip((first * second).sum() / ((first**2).sum() + (second**2).sum()) * 2, 0.0, 0.95))


def _window(runs: Mapping[str, Floats], observed: Mapping[str, float], leave_out: str) -> list[str]:
    return [month for month in observed if month in runs and month[:7] <= LAST and month[:4] != leave_out]


def _likeliest(gaps: Sequence[Floats], scales: Sequence[Floats]) -> float:
    """The ``s`` under which gaps (R,), each a mixture of normals of standard deviations ``s`` times the scales, are likeliest."""

    def cost(spread: float) -> float:
        width = [spread * scale for scale in scales]
        logs = [
            logsumexp(-0.5 * (gap / wide) ** 2 - np.log(wide)) - np.log(len(gap))
            for gap, wide in zip(gaps, width, strict=True)
        ]
        return -float(np.sum(logs))

    return float(minimize_scalar(cost, bounds=_BETWEEN, method="bounded").x)


# towns --------------------------------------------------------------------------------------------------------------


def learn_towns(found: Sequence[Window]) -> Recalibration:
    """Recalibration of the chances that towns change hands; none without a window."""
    if not found:
        return Recalibration()
    least = [0.5 / len(one.ends) for one in found]
    shares = [np.clip(one.share, end, 1 - end) for one, end in zip(found, least, strict=True)]
    return recalibration_of(np.concatenate(shares), np.concatenate([one.happened for one in found]))


def recalibration_of(chance: Floats, happened: NDArray[np.bool_]) -> Recalibration:
    """What sets chances (N,) between 0 and 1, of things that happened or not (N,), right."""
    x, y = logit(chance), happened.astype(float)

    def cost(line: Floats) -> float:
        raised = line[0] + line[1] * x
        held = (line[0] / _WEAK[0]) ** 2 + ((line[1] - 1) / _WEAK[1]) ** 2
        return float((np.logaddexp(0, raised) - y * raised).sum() + held / 2)

    intercept, slope = minimize(cost, np.array([0.0, 1.0])).x.tolist()
    return Recalibration(intercept, slope)


def learn_seats(found: Sequence[Window], side: Iterable[str]) -> float:
    """Spread of the net change of a side's townships, relative to one more than that change; 0 without a window."""
    nets = [one.net(side) for one in found]
    return _likeliest([seen - net for net, seen in nets], [1 + np.abs(net) for net, _ in nets]) if nets else 0.0


# all ----------------------------------------------------------------------------------------------------------------


def learn(folder: Path, world: str, command: str) -> list[Learnt]:
    """Everything that a folder of hindcasts teaches about the model's discrepancy.

    Args:
        folder: a batch of hindcasts.
        world: name of the world with the record.
        command: that teaches it, for the table.
    """
    exports, imports = by_month(exports_by_month(folder), "all_origins"), monthly_record(world, ALL_ORIGINS)
    prices, quotes = prices_by_month(folder, world)
    found = windows(folder, world)
    towns = learn_towns(found)
    series = Dressing(learn_spread(exports, imports), learn_correlation(exports, imports))
    about = {
        EXPORTS: _span(_window(exports, imports, "")),
        PRICES: _span(_window(prices, quotes, "")),
        TOWNS: f"{len(found)} windows from {len({one.origin for one in found})} dated states to {LAST}",
    }
    about[SEATS] = about[TOWNS]
    values = (
        (EXPORTS, LOG_SD, series.log_sd),
        (EXPORTS, CORRELATION, series.correlation),
        (PRICES, LOG_SD, learn_spread(prices, quotes)),
        (PRICES, CORRELATION, 1.0),  # quotes are too far apart to learn it: the widest
        (TOWNS, INTERCEPT, towns.intercept),
        (TOWNS, SLOPE, towns.slope),
        (SEATS, RELATIVE_SD, learn_seats(found, ("JUNTA",))),
    )
    return [Learnt(quantity, form, value, about[quantity], command) for quantity, form, value in values]


def _span(months: Sequence[str]) -> str:
    return f"{len(months)} points of {min(months)[:7]} to {max(months)[:7]}" if months else "nothing"
