"""The one interval of a mean that every table and figure shows: BCa bootstrap, or Student's t where values are few."""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import NDArray

from model.arrays import Floats

FEWEST_FOR_BOOTSTRAP = 20
"""Values below which a bootstrap interval covers too little, and Student's t is used (Hesterberg 2015, The American
Statistician 69: 371-386)."""
RESAMPLES = 2000
NONE, CONSTANT, STUDENT, BCA, PERCENTILE = "none", "constant", "t", "BCa", "percentile"
WORDS = {STUDENT: "Student's t, as pairs are fewer than 20", BCA: "BCa bootstrap", PERCENTILE: "percentile bootstrap"}
"""The methods that are worth a word in a footnote."""
_AT_ONCE = 4_000_000


def interval(values: Floats, level: float = 0.95) -> tuple[float, float, str]:
    """A confidence interval of a mean.

    Args:
        values: (n,) numbers.
        level: of confidence.

    Returns:
        Low, high, and the method: ``BCa`` (bias-corrected and accelerated bootstrap; Efron 1987), ``t`` below twenty values,
        or ``none`` where there are fewer than two. Values that are all equal give an interval without width.
    """
    low, high, methods = intervals(values[:, None], level)
    return float(low[0]), float(high[0]), methods[0]


def mean_with_interval(values: Floats) -> tuple[float, float, float]:
    """Mean of (n,) numbers and the ends of its 95% interval; NaN among them are left out, and NaN are given where none is left."""
    known = values[~np.isnan(values)]
    if not len(known):
        return np.nan, np.nan, np.nan
    low, high, _ = interval(known)
    return float(known.mean()), low, high


def clustered(values: Floats, clusters: NDArray[np.integer]) -> Floats:
    """Values whose interval is one clustered by what replicates share, such as a parameter vector.

    A cluster's value is the mean of all plus its summed deviations, over the replicates of an average cluster: their mean is that of
    all replicates, and their standard error is the cluster-robust one (Cameron & Miller 2015, Journal of Human Resources 50: 317-372).

    Args:
        values: (n, k) numbers, k variables of n replicates each; NaN where there is none.
        clusters: (n,) number of the cluster of each replicate.

    Returns:
        (clusters, k); NaN where a cluster has no value. ``values`` as they are where there is one cluster, or one a replicate.
    """
    names, member = np.unique(clusters, return_inverse=True)
    if len(names) in (1, len(values)):
        return values
    known = ~np.isnan(values)
    inside = np.stack([known[member == k].sum(axis=0) for k in range(len(names))])
    total, filled = inside.sum(axis=0), (inside > 0).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(known, values, 0.0).sum(axis=0) / total
        away = np.where(known, values - mean, 0.0)
        sums = np.stack([away[member == k].sum(axis=0) for k in range(len(names))])
        return np.asarray(np.where(inside > 0, mean + sums * filled / total, np.nan))


def intervals(values: Floats, level: float = 0.95) -> tuple[Floats, Floats, list[str]]:
    """:func:`interval` for many variables at once; each gets what it would get alone.

    Args:
        values: (n, k) numbers, k variables of n units each; NaN where there is none.
        level: of confidence.

    Returns:
        (k,) low, (k,) high, and k methods.
    """
    count = values.shape[1]
    low, high, methods = np.full(count, np.nan), np.full(count, np.nan), [NONE] * count
    known = ~np.isnan(values)
    # Variables that are missing in the same units share their resamples.
    patterns: dict[bytes, list[int]] = {}
    for column in range(count):
        patterns.setdefault(known[:, column].tobytes(), []).append(column)
    for columns in patterns.values():
        rows = known[:, columns[0]]
        if rows.sum() < 2:
            continue
        part = values[rows][:, columns]
        for place, (one, method) in enumerate(zip(*_whole(part, level), strict=True)):
            low[columns[place]], high[columns[place]] = one
            methods[columns[place]] = method
    return low, high, methods


def _whole(values: Floats, level: float) -> tuple[Floats, list[str]]:
    """(k, 2) ends and k methods, of at least two values each."""
    ends = np.stack([values[0], values[0]], axis=1)
    methods = [CONSTANT] * values.shape[1]
    varies = np.flatnonzero((values != values[0]).any(axis=0))
    few = len(values) < FEWEST_FOR_BOOTSTRAP
    found = student(values[:, varies], level) if few else _bootstrap(values[:, varies], level, BCA)
    for column, one in zip(varies.tolist(), found, strict=True):
        methods[column] = STUDENT if few else BCA
        ends[column] = one
        if not np.isfinite(one).all():
            # BCa has no value where the data are degenerate, as where all but one are equal.
            ends[column] = _bootstrap(values[:, [column]], level, PERCENTILE)[0]
            methods[column] = PERCENTILE
    return ends, methods


def _row_means(values: Floats, axis: int) -> Floats:
    return np.asarray(np.ascontiguousarray(values).mean(axis=axis))


def student(values: Floats, level: float = 0.95) -> Floats:
    """(k, 2) ends of Student's t interval for the means of k variables.

    Args:
        values: (n, k) numbers, at least two of each, none of them NaN.
        level: of confidence.
    """
    from scipy import stats

    rows = np.ascontiguousarray(values.T)
    mean, error = rows.mean(axis=-1), stats.sem(rows, axis=-1)
    ends = stats.t.ppf([(1 - level) / 2, (1 + level) / 2], len(values) - 1)
    return np.asarray(mean[:, None] + error[:, None] * ends)


def _bootstrap(values: Floats, level: float, method: str) -> Floats:
    from scipy import stats

    if not values.shape[1]:
        return np.empty((0, 2))
    # Each variable in a row of its own, so that its sums do not depend on its neighbours even in the last digit.
    rows = np.ascontiguousarray(values.T)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of degenerate data, which are looked after by the caller
        found = stats.bootstrap(
            (rows,),
            _row_means,
            vectorized=True,
            axis=-1,
            n_resamples=RESAMPLES,
            batch=max(1, _AT_ONCE // values.size),
            confidence_level=level,
            method=method,
            random_state=np.random.default_rng(0),
        ).confidence_interval
    return np.stack([np.atleast_1d(found.low), np.atleast_1d(found.high)], axis=1)
