"""Scenario discovery: under which assumptions an outcome, or a policy's effect on it, is of interest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from model.arrays import Bools, Floats
from model.experiments.designed import Design
from model.experiments.errors import PlanError
from model.experiments.morris import outcome_grid
from model.experiments.prim import Box, density_interval, find_box, limits_text, measured
from model.experiments.results import RunTable
from model.output.outcomes import words_of

COLUMNS = ("sample", "points", "of_interest", "coverage", "density", "density_low95", "density_high95", "mass", "box")


@dataclass(frozen=True)
class Question:
    """What is of interest.

    Args:
        scenario: whose outcome.
        outcome: its name.
        threshold: in the outcome's unit.
        above: whether values above the threshold are of interest, or those below.
        against: a scenario to take the paired difference from; None for the outcome itself.
    """

    scenario: str
    outcome: str
    threshold: float
    above: bool
    against: str | None = None

    @property
    def words(self) -> str:
        """The question in words."""
        outcome = words_of(self.outcome)
        what = f"{outcome} under {self.scenario}"
        if self.against is not None:
            what = f"the effect of {self.scenario} on {outcome} against {self.against}"
        return f"{what} is {'above' if self.above else 'below'} {self.threshold:,g}"


@dataclass(frozen=True)
class Discovery:
    """A box with its check.

    Args:
        question: what was asked.
        box: as found, measured on the first sample.
        check: the same box, measured on the second sample.
        check_interval: 95% interval of its density there.
        base: share of points of interest in the second sample.
        levels: (n, k) points that have a value.
        interest: (n,) which of them are of interest.
        table: with :data:`COLUMNS`, a row a sample.
    """

    question: Question
    box: Box
    check: Box
    check_interval: tuple[float, float]
    base: float
    levels: Floats
    interest: Bools
    table: pd.DataFrame

    @property
    def holds(self) -> bool:
        """Whether the box holds more points of interest than the space as a whole, on points that did not make it."""
        return bool(self.box.limits) and self.check_interval[0] > self.base


def discover(runs: RunTable, design: Design, question: Question) -> Discovery:
    """Find a box on the first half of a design and check it on the second.

    Args:
        runs: of the design.
        design: of :func:`model.experiments.prim.hypercube`.
        question: what is of interest.

    Raises:
        PlanError: no point has a value.
        StoreError: an outcome or scenario is unknown.
    """
    runs.checked([question.outcome])
    values = outcome_grid(runs, runs.scenario(question.scenario), question.outcome, len(design.levels))
    if question.against is not None:
        values = values - outcome_grid(runs, runs.scenario(question.against), question.outcome, len(design.levels))
    means = values.mean(axis=1)
    known, first = ~np.isnan(means), np.arange(len(means)) < len(means) // 2
    if not known[first].any() or not known[~first].any():
        raise PlanError(f"{question.outcome}: is undefined at every point of this design")
    interest = (means > question.threshold) if question.above else (means < question.threshold)
    samples = [(design.levels[part & known], interest[part & known]) for part in (first, ~first)]
    box = find_box(*samples[0])
    check = measured(Box(box.limits), *samples[1])
    words = "; ".join(limits_text(box, design.factors)) or "no restriction"
    rows = []
    for name, one, (levels, wanted) in zip(("found on", "checked on"), (box, check), samples, strict=True):
        interval = density_interval(one, levels, wanted)
        rows.append((name, len(levels), int(wanted.sum()), one.coverage, one.density, *interval, one.mass, words))
    table = pd.DataFrame(rows, columns=list(COLUMNS)).assign(parameters=runs.parameters)
    interval = density_interval(check, *samples[1])
    return Discovery(
        question, box, check, interval, float(samples[1][1].mean()), design.levels[known], interest[known], table
    )


def finding(found: Discovery, design: Design) -> str:
    """What was found, and what it rests on.

    Args:
        found: of :func:`discover`.
        design: its design.
    """
    basis = f"Based on {len(design.factors)} assumed, not observed, ranges in which every value is equally likely."
    if not found.box.limits:
        if found.interest.all() or not found.interest.any():
            where = "Everywhere" if found.interest.all() else "Nowhere"
            return f"{where} in these ranges {found.question.words}: there is nothing to explain. {basis}"
        return f"No box describes when {found.question.words} ({100 * found.base:.0f}% of points). {basis}"
    words = " and ".join(limits_text(found.box, design.factors))
    low, high = (100 * end for end in found.check_interval)
    numbers = (
        f"in {100 * found.check.density:.0f}% [{low:.0f}, {high:.0f}] of points, against {100 * found.base:.0f}% of all (density, on a "
        f"second sample); {100 * found.check.coverage:.0f}% of the points of interest lie there (coverage)"
    )
    box = f"Where {words}, {found.question.words} {numbers}"
    if found.holds:
        return f"{box}. {basis}"
    few = "Not enough points to tell whether the box holds" if high / 100 > found.base else "The box does not hold up"
    return f"{few}. {box}. {basis}"
