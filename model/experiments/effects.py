"""What the runs of a batch say: a summary of every outcome, and the effect of every scenario against the reference.

Replicate k of two scenarios meets the same draws, so an effect is the mean of paired differences (common random numbers;
Law 2015, *Simulation Modeling and Analysis*, section 11.2). Intervals are percentile bootstraps (Efron & Tibshirani 1993,
chapter 13) from keyed draws, so that they depend on the runs alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.draws import Draws

RESAMPLES = 2000
_AT_ONCE = 2_000_000

Floats = NDArray[np.float64]

SUMMARY_COLUMNS = ("scenario", "point", "outcome", "n", "n_missing", "mean", "sd", "median", "p10", "p90")
EFFECT_COLUMNS = (
    "scenario",
    "reference",
    "point",
    "outcome",
    "n",
    "n_missing",
    "mean",
    "low95",
    "high95",
    "median",
    "share_positive",
    "share_negative",
    "reference_mean",
    "variance_ratio",
    "replicates_to_halve",
)


def summarise(runs: pd.DataFrame, outcomes: Sequence[str]) -> pd.DataFrame:
    """Describe every outcome of every scenario and design point over its replicates.

    Args:
        runs: the table of runs; runs that failed count as missing.
        outcomes: names of the columns of outcomes.

    Returns:
        A row for each scenario, point and outcome, in the order of ``runs``, with :data:`SUMMARY_COLUMNS`. ``n`` counts the
        values, ``n_missing`` the runs without one; ``sd`` has n - 1 in its denominator and is null below two values.
    """
    rows: list[tuple[object, ...]] = []
    for scenario, point, group in _groups(runs):
        values = np.ascontiguousarray(group[list(outcomes)].to_numpy(dtype=np.float64, na_value=np.nan).T)
        known = (~np.isnan(values)).sum(axis=1)
        described = _describe_all(values, known)
        for outcome, n, numbers in zip(outcomes, known.tolist(), described.tolist(), strict=True):
            rows.append((scenario, point, outcome, n, values.shape[1] - n, *numbers))
    return pd.DataFrame(rows, columns=list(SUMMARY_COLUMNS)).astype({"point": np.int64})


def paired_effects(runs: pd.DataFrame, outcomes: Sequence[str], reference: str) -> pd.DataFrame:
    """Compare every scenario with the reference, replicate by replicate.

    Args:
        runs: the table of runs.
        outcomes: names of the columns of outcomes.
        reference: label of the scenario to compare with.

    Returns:
        A row for each other scenario, point and outcome, with :data:`EFFECT_COLUMNS`: mean and median difference (scenario
        minus reference, in the outcome's unit), a 95 % interval of the mean, the shares of pairs in which the difference
        is above and below zero, the reference's mean over the same pairs, the variance of an unpaired difference over that
        of the paired one (null where that is zero), and the replicates that would halve the interval. ``n`` counts the
        pairs in which both runs have a value.
    """
    groups = {(scenario, point): group for scenario, point, group in _groups(runs)}
    rows: list[tuple[object, ...]] = []
    for (scenario, point), group in groups.items():
        base = groups.get((reference, point))
        if scenario == reference or base is None:
            continue
        replicates = sorted(set(group["replicate"]) | set(base["replicate"]))
        ours, theirs = (frame.set_index("replicate").reindex(replicates) for frame in (group, base))
        a = np.column_stack([_values(ours, name) for name in outcomes]) if outcomes else np.empty((len(replicates), 0))
        b = (
            np.column_stack([_values(theirs, name) for name in outcomes])
            if outcomes
            else np.empty((len(replicates), 0))
        )
        compared = zip(outcomes, _compare(a, b), strict=True)
        rows += [(scenario, reference, point, outcome, *effect) for outcome, effect in compared]
    return pd.DataFrame(rows, columns=list(EFFECT_COLUMNS)).astype({"point": np.int64})


def bootstrap_means(values: Floats, resamples: int = RESAMPLES) -> Floats:
    """Means of bootstrap resamples of the rows.

    Args:
        values: (n, k) numbers, k variables of n units each.
        resamples: how many.

    Returns:
        (resamples, k) means; the resamples depend on n alone.
    """
    n, k = values.shape
    draws, units = Draws(0), np.arange(n, dtype=np.uint64)
    means = np.empty((resamples, k))
    step = max(1, _AT_ONCE // max(n, 1))
    for start in range(0, resamples, step):
        rows = np.arange(start, min(start + step, resamples), dtype=np.uint64)
        drawn = (draws.uniform("bootstrap", n, rows[:, None], units[None, :]) * n).astype(np.intp)
        for column in range(k):
            means[start : start + len(rows), column] = values[:, column][drawn].mean(axis=1)
    return means


def _groups(runs: pd.DataFrame) -> Iterator[tuple[str, int, pd.DataFrame]]:
    keyed = runs.assign(scenario=runs["scenario"].astype(str))
    for key, group in keyed.groupby(["scenario", "point"], sort=False):
        scenario, point = cast("tuple[str, int]", key)
        yield str(scenario), int(point), group


def _values(frame: pd.DataFrame, outcome: str) -> Floats:
    return frame[outcome].to_numpy(dtype=np.float64, na_value=np.nan)


def _describe_all(values: Floats, known: NDArray[np.intp]) -> Floats:
    """(k, 5) numbers of :func:`_describe` for (k, n) values; those of whole rows are computed at once."""
    described = np.empty((len(values), 5))
    whole = known == values.shape[1]
    if values.shape[1] > 1 and whole.any():
        rows = values[whole]
        quantiles = np.quantile(rows, [0.5, 0.1, 0.9], axis=1)
        described[whole] = np.column_stack([rows.mean(axis=1), rows.std(axis=1, ddof=1), *quantiles])
        left = np.flatnonzero(~whole)
    else:
        left = np.arange(len(values))
    for row in left:
        described[row] = _describe(values[row][~np.isnan(values[row])])
    return described


def _describe(known: Floats) -> tuple[float, float, float, float, float]:
    """Mean, sd, median, 10 % and 90 % quantiles."""
    if not len(known):
        return (np.nan,) * 5
    sd = float(known.std(ddof=1)) if len(known) > 1 else np.nan
    p10, median, p90 = (float(q) for q in np.quantile(known, [0.1, 0.5, 0.9]))
    return float(known.mean()), sd, median, p10, p90


def _compare(a: Floats, b: Floats) -> list[tuple[float, ...]]:
    """The numbers of :data:`EFFECT_COLUMNS` from ``n`` on, for each column of two (n, k) arrays of paired values."""
    valid = ~(np.isnan(a) | np.isnan(b))
    found: list[tuple[float, ...]] = [()] * a.shape[1]
    # Outcomes that are missing in the same pairs share their resamples.
    patterns: dict[bytes, list[int]] = {}
    for column in range(a.shape[1]):
        patterns.setdefault(valid[:, column].tobytes(), []).append(column)
    for columns in patterns.values():
        rows = valid[:, columns[0]]
        for column, effect in zip(columns, _effects(a[rows][:, columns], b[rows][:, columns]), strict=True):
            found[column] = (int(rows.sum()), int((~rows).sum()), *effect)
    return found


def _effects(a: Floats, b: Floats) -> list[tuple[float, ...]]:
    n, k = a.shape
    if n == 0:
        return [(np.nan,) * (len(EFFECT_COLUMNS) - 6)] * k
    difference = a - b
    low, high = np.full(k, np.nan), np.full(k, np.nan)
    if n > 1:
        low, high = np.quantile(bootstrap_means(difference), [0.025, 0.975], axis=0)
    effects: list[tuple[float, ...]] = []
    for column in range(k):
        d = difference[:, column]
        constant = n < 2 or bool((d == d[0]).all())
        effects.append(
            (
                float(d.mean()),
                float(low[column]),
                float(high[column]),
                float(np.median(d)),
                float((d > 0).mean()),
                float((d < 0).mean()),
                float(b[:, column].mean()),
                np.nan if constant else _variance_ratio(a[:, column], b[:, column], d),
                # The width of an interval of a mean falls with the square root of the number of pairs.
                np.nan if constant else 4.0 * n,
            )
        )
    return effects


def _variance_ratio(a: Floats, b: Floats, difference: Floats) -> float:
    return float((a.var(ddof=1) + b.var(ddof=1)) / difference.var(ddof=1))
