"""Where an outcome is of interest: boxes in the space of factors by the patient rule induction method.

PRIM (Friedman & Fisher 1999, Statistics and Computing 9: 123-143) peels, again and again, the slice of at most a twentieth of
the box whose removal leaves the largest share of points of interest. As in scenario discovery (Bryant & Lempert 2010,
Technological Forecasting and Social Change 77: 34-49) a box is judged by *density* (share of its points that are of interest)
and *coverage* (share of all points of interest that lie in it), and restrictions that chance may have made are dropped.

This one is our own: ``ema_workbench`` has two major versions over Python 3.11 to 3.13 and draws in eight packages, ``prim``
and ``Platypus-Opt`` beneath them are GPL. The box is checked on a second, independent sample, which neither of them does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from model.arrays import Bools, Floats
from model.experiments.design import unit_hypercube
from model.experiments.designed import Design
from model.experiments.errors import PlanError
from model.experiments.factors import Factor

PEEL = 0.05
"""Largest share of the box that is peeled at a time (Friedman & Fisher's alpha)."""
LEAST_MASS = 0.05
"""Share of all points below which a box is not peeled further."""
SIGNIFICANT = 0.05
"""Quasi-p-value above which a restriction is dropped."""
FEWEST_POINTS = 40


@dataclass(frozen=True)
class Box:
    """A box and how well it holds the points of interest.

    Args:
        limits: factor's number -> lowest and highest level; factors that are not restricted are left out.
        coverage: share of the points of interest that lie in it.
        density: share of its points that are of interest.
        mass: share of all points that lie in it.
    """

    limits: Mapping[int, tuple[float, float]]
    coverage: float = 0.0
    density: float = 0.0
    mass: float = 1.0

    def holds(self, levels: Floats) -> Bools:
        """(n,) which of the (n, k) points lie in it."""
        inside = np.ones(len(levels), dtype=np.bool_)
        for column, (low, high) in self.limits.items():
            inside &= (levels[:, column] >= low) & (levels[:, column] <= high)
        return inside


def hypercube(factors: Sequence[Factor], points: int, seed: int = 0) -> Design:
    """Two independent Latin hypercubes of the same size, one after the other: to find boxes, and to check them.

    Args:
        factors: k of them.
        points: of each of the two.
        seed: of the samples.

    Raises:
        PlanError: there are too few points.
    """
    if points < FEWEST_POINTS:
        raise PlanError(f"--points {points}: must be at least {FEWEST_POINTS}")
    generator = np.random.default_rng(seed)
    samples = [unit_hypercube(points, len(factors), generator) for _ in range(2)]
    return Design(tuple(factors), np.vstack(samples))


def find_box(levels: Floats, interest: Bools) -> Box:
    """Find one box.

    Args:
        levels: (n, k) points.
        interest: (n,) which are of interest.

    Returns:
        The box of the peeling trajectory with the largest harmonic mean of coverage and density, without the restrictions
        that chance may have made; a box without limits when nothing is of interest, or everything.
    """
    if not interest.any() or interest.all():
        return measured(Box({}), levels, interest)
    best = box = measured(Box({}), levels, interest)
    while (smaller := _peeled(box, levels, interest)) is not None:
        box = smaller
        if _worth(box) > _worth(best):
            best = box
    return _without_chance(best, levels, interest)


def measured(box: Box, levels: Floats, interest: Bools) -> Box:
    """The same box with coverage, density and mass on these points."""
    inside = box.holds(levels)
    found = int((inside & interest).sum())
    return replace(
        box,
        coverage=found / max(int(interest.sum()), 1),
        density=found / max(int(inside.sum()), 1),
        mass=float(inside.mean()),
    )


def density_interval(box: Box, levels: Floats, interest: Bools) -> tuple[float, float]:
    """Wilson's 95% interval of a box's density on points that had no part in finding it."""
    from scipy.stats import binomtest

    inside = box.holds(levels)
    if not inside.any():
        return 0.0, 1.0
    found = binomtest(int((inside & interest).sum()), int(inside.sum())).proportion_ci(method="wilson")
    return float(found.low), float(found.high)


def _worth(box: Box) -> float:
    total = box.coverage + box.density
    return 2 * box.coverage * box.density / total if total else 0.0


def _peeled(box: Box, levels: Floats, interest: Bools) -> Box | None:
    """The best box one peel smaller; None where none is left large enough."""
    inside = box.holds(levels)
    points, wanted = levels[inside], interest[inside]
    best: tuple[float, int, tuple[float, float]] | None = None
    for column in range(levels.shape[1]):
        values = points[:, column]
        low, high = box.limits.get(column, (0.0, 1.0))
        for limits in ((float(np.quantile(values, PEEL)), high), (low, float(np.quantile(values, 1 - PEEL)))):
            kept = (values >= limits[0]) & (values <= limits[1])
            if kept.all() or kept.sum() < LEAST_MASS * len(levels):
                continue
            density = float(wanted[kept].mean())
            if best is None or density > best[0]:
                best = (density, column, limits)
    if best is None:
        return None
    return measured(Box({**box.limits, best[1]: best[2]}), levels, interest)


def _without_chance(box: Box, levels: Floats, interest: Bools) -> Box:
    """Drop, the least significant first, restrictions whose gain in density chance makes as often as not rarely."""
    from scipy.stats import binomtest

    while box.limits:
        chances = {}
        for column in box.limits:
            wider = measured(Box({c: limits for c, limits in box.limits.items() if c != column}), levels, interest)
            inside = box.holds(levels)
            hits, size = int((inside & interest).sum()), int(inside.sum())
            chances[column] = binomtest(hits, size, max(wider.density, 1e-9), alternative="greater").pvalue
        worst = max(chances, key=lambda column: chances[column])
        if chances[worst] <= SIGNIFICANT:
            return box
        box = measured(Box({c: limits for c, limits in box.limits.items() if c != worst}), levels, interest)
    return box


def limits_text(box: Box, factors: Sequence[Factor]) -> list[str]:
    """The restrictions of a box in words, in the parameters' own values; the tightest first."""
    order = sorted(box.limits, key=lambda column: box.limits[column][1] - box.limits[column][0])
    return [f"{factors[column].name} is {between(factors[column], *box.limits[column])}" for column in order]


def between(factor: Factor, low: float, high: float) -> str:
    """A range of levels in words, in the parameter's own values.

    Args:
        factor: the parameter.
        low: a level from 0 to 1.
        high: a level above it.
    """
    first = factor.members[0]
    if first.options:
        return " or ".join(dict.fromkeys(str(first.value(level)) for level in np.linspace(low, high, 50)))
    if first.scaled and len(factor.members) > 1:
        ends, unit = [f"{2 ** (2 * level - 1):.2g}" for level in (low, high)], " times its value"
    else:
        ends, unit = [_short(first.value(level)) for level in (low, high)], _unit(factor)
    if low <= 0.0:
        return f"at most {ends[1]}{unit}"
    return f"at least {ends[0]}{unit}" if high >= 1.0 else f"{ends[0]} to {ends[1]}{unit}"


def _short(value: float) -> str:
    """Three significant digits, without exponents for large numbers."""
    return f"{float(f'{value:.3g}'):,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _unit(factor: Factor) -> str:
    return "" if factor.unit in ("-", "", "0-1") else f" {factor.unit}"
