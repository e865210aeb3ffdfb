"""The findings that figures have for titles: sentences computed from paired runs, never written by hand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.experiments.intervals import interval
from model.views.read import Results

FEWEST = 5
"""Pairs below which nothing is called clear."""
RULE = (
    "A difference is called clear when the 95 % interval of the mean paired difference, widened for the number of "
    "comparisons, leaves out zero."
)


@dataclass(frozen=True)
class Contrast:
    """A scenario against the reference, by paired runs.

    Args:
        scenario: which.
        subject: what was measured.
        before: median under the reference.
        after: median under the scenario.
        change: median of the paired differences, or of the paired relative changes.
        clear: whether the difference is clear by :data:`RULE`, and its mean and median agree in sign.
    """

    scenario: str
    subject: str
    before: float
    after: float
    change: float
    clear: bool


def contrasts(results: Results, values: pd.DataFrame, *, relative: bool = False) -> list[Contrast]:
    """Compare the scenarios shown with the reference, subject by subject.

    Args:
        results: the batch; its reference need not be among the scenarios shown.
        values: columns run_id, subject, value.
        relative: divide each difference by the reference's value; pairs whose reference is 0 are left out.
    """
    reference = results.reference
    if reference is None:
        return []
    keyed = values.assign(
        pair=values["run_id"].map(results.pair_keys()),
        scenario=values["run_id"].map(results.runs.set_index("run_id")["scenario"].astype(str)),
    )
    pairs: list[tuple[str, str, pd.DataFrame]] = []
    for subject, group in keyed.groupby("subject", sort=False):
        wide = group.pivot_table(index="pair", columns="scenario", values="value", observed=True)
        others = [name for name in results.scenarios if name != reference and name in wide]
        if reference in wide:
            pairs += [(name, str(subject), wide[[reference, name]].dropna()) for name in others]
    return [_contrast(name, subject, found, relative, len(pairs)) for name, subject, found in pairs]


def _contrast(scenario: str, subject: str, pairs: pd.DataFrame, relative: bool, comparisons: int) -> Contrast:
    before, after = pairs.iloc[:, 0].to_numpy(dtype=float), pairs.iloc[:, 1].to_numpy(dtype=float)
    difference = after - before
    if relative:
        difference = difference[before > 0] / before[before > 0]
    if not len(difference):
        return Contrast(scenario, subject, np.nan, np.nan, 0.0, False)
    change = float(np.median(difference))
    clear = len(difference) >= FEWEST and change * difference.mean() > 0 and _away_from_zero(difference, comparisons)
    return Contrast(scenario, subject, float(np.median(before)), float(np.median(after)), change, clear)


def _away_from_zero(difference: NDArray[np.float64], comparisons: int) -> bool:
    """Whether the interval of the mean, at the level of Bonferroni (Dunn 1961), leaves out zero."""
    low, high, _ = interval(difference, 1 - 0.05 / comparisons)
    return bool(low > 0 or high < 0)


def strongest(found: Iterable[Contrast], least: float = 0.0) -> Contrast | None:
    """The clear contrast with the largest change, of at least ``least``; None when there is none."""
    clear = [contrast for contrast in found if contrast.clear and abs(contrast.change) >= least]
    return max(clear, key=lambda contrast: abs(contrast.change), default=None)


def rule_for(results: Results) -> list[str]:
    """:data:`RULE` for the footnote where scenarios are compared, else nothing."""
    return [RULE] if results.reference is not None and len(results.scenarios) > 1 else []


def of_shown(results: Results, values: pd.DataFrame) -> pd.DataFrame:
    """Rows of the scenarios shown, with their scenario as a column.

    Args:
        results: the batch.
        values: with a column run_id.
    """
    known = results.runs.set_index("run_id")["scenario"].astype(str)
    labelled = values.assign(scenario=values["run_id"].map(known))
    return labelled[labelled["scenario"].isin(results.scenarios)]


def percent(share: float) -> str:
    """A share as percent with two significant digits below ten: 61 %, 3.1 %, 0.04 %."""
    value = 100 * share
    if value == 0 or abs(value) >= 10:
        return f"{value:.0f} %"
    return f"{value:.2g} %" if abs(value) >= 0.01 else "less than 0.01 %"
