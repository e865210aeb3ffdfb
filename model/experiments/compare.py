"""Compare policies: paired effects with intervals, and whether their sign holds whatever nobody has observed.

An effect is the mean over replicates of paired differences (common random numbers; Law 2015, *Simulation Modeling and
Analysis*, section 11.2). A batch with design points (structural variants, members of a plausible set, a sweep) asks the same
question under several assumptions: an effect whose sign fewer than nine in ten of them share is *undetermined*.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.experiments.errors import PlanError
from model.experiments.results import RunTable

Floats = NDArray[np.float64]

STABLE = 0.9
"""Share of the design points that must share an effect's sign."""
FEWEST_FOR_BOOTSTRAP = 20
"""Pairs below which a bootstrap interval covers too little, and Student's t is used (Hesterberg 2015, The American
Statistician 69: 371-386)."""
RESAMPLES = 2000
_MOST_NAMED = 3

RAISES, LOWERS, UNDETERMINED, UNCLEAR, SAME = "raises", "lowers", "undetermined", "not clear", "no difference"
COLUMNS = (
    "scenario",
    "reference",
    "outcome",
    "n",
    "n_missing",
    "mean",
    "low95",
    "high95",
    "interval",
    "median",
    "share_positive",
    "share_negative",
    "points",
    "sign_stability",
    "point_low",
    "point_high",
    "verdict",
    "reference_mean",
    "variance_ratio",
    "replicates_to_halve",
)


def compare(runs: RunTable, outcomes: Sequence[str], reference: str) -> pd.DataFrame:
    """Compare every scenario with the reference.

    Args:
        runs: the batch.
        outcomes: names of outcomes.
        reference: label of the scenario to compare with.

    Returns:
        A row for each other scenario and outcome with :data:`COLUMNS`. ``n`` counts replicates; where there are several
        design points a replicate's difference is its mean over them. ``interval`` names the method of the 95 % interval:
        BCa bootstrap, or Student's t below twenty pairs. ``points`` counts the sets of assumptions, design
        points times parameter vectors; ``sign_stability`` is the share of them whose mean difference has the sign of the
        whole (null with one), ``point_low`` and ``point_high`` the smallest and the
        largest of those means. ``verdict`` is one of raises, lowers, undetermined (sign stability below 0.9), not clear
        (the interval holds zero) and no difference.

    Raises:
        PlanError: the batch holds nothing but the reference.
        StoreError: it holds no such scenario or outcome.
    """
    reference, outcomes = runs.scenario(reference), runs.checked(outcomes)
    others = [scenario for scenario in runs.scenarios if scenario != reference]
    if not others:
        raise PlanError(f"{runs.name}: holds only '{reference}': there is nothing to compare it with")
    rows = []
    for scenario in others:
        for outcome in outcomes:
            ours, theirs = runs.grid(scenario, outcome), runs.grid(reference, outcome)
            rows.append((scenario, reference, outcome, *_effect(runs, ours, theirs)))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def point_means(runs: RunTable, outcomes: Sequence[str], reference: str) -> pd.DataFrame:
    """Mean paired differences under every set of assumptions: design points, and parameter vectors where there are any.

    Args:
        runs: the batch.
        outcomes: names of outcomes.
        reference: label of the scenario to compare with.

    Returns:
        Columns scenario, outcome, point, vector, mean, and what each point set.
    """
    parts = []
    for scenario in (name for name in runs.scenarios if name != reference):
        for outcome in outcomes:
            difference = runs.grid(scenario, outcome) - runs.grid(reference, outcome)
            means = runs.by_member(difference).rename("mean").reset_index()
            parts.append(means.assign(scenario=scenario, outcome=outcome))
    table = pd.concat(parts, ignore_index=True)[["scenario", "outcome", "point", "vector", "mean"]]
    return table.join(runs.design(), on="point")


def interval(values: Floats, level: float = 0.95) -> tuple[float, float, str]:
    """A confidence interval of a mean.

    Args:
        values: (n,) numbers.
        level: of confidence.

    Returns:
        Low, high, and the method: ``BCa`` (bias-corrected and accelerated bootstrap; Efron 1987), ``t`` below twenty values,
        or ``none`` where there are fewer than two. Values that are all equal give an interval without width.
    """
    from scipy import stats

    if len(values) < 2:
        return np.nan, np.nan, "none"
    if (values == values[0]).all():
        return float(values[0]), float(values[0]), "constant"
    if len(values) < FEWEST_FOR_BOOTSTRAP:
        low, high = stats.t.interval(level, len(values) - 1, values.mean(), stats.sem(values))
        return float(low), float(high), "t"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of degenerate data: the interval is NaN then, and percentiles are taken
        found = _bootstrap(values, level, "BCa")
        return (*found, "BCa") if np.isfinite(found).all() else (*_bootstrap(values, level, "percentile"), "percentile")


def _bootstrap(values: Floats, level: float, method: str) -> tuple[float, float]:
    from scipy import stats

    found = stats.bootstrap(
        (values,),
        np.mean,
        n_resamples=RESAMPLES,
        confidence_level=level,
        method=method,
        random_state=np.random.default_rng(0),
    ).confidence_interval
    return float(found.low), float(found.high)


def _effect(runs: RunTable, ours: pd.DataFrame, theirs: pd.DataFrame) -> tuple[object, ...]:
    """The numbers of :data:`COLUMNS` from ``n`` on."""
    points = [point for point in ours.columns if point in theirs.columns]
    replicates = ours.index.union(theirs.index)
    a = ours.reindex(replicates)[points].to_numpy(dtype=np.float64)
    b = theirs.reindex(replicates)[points].to_numpy(dtype=np.float64)
    difference = a - b
    known = ~np.isnan(difference)
    each = _means(difference, known)
    valid = ~np.isnan(each)
    d = each[valid]
    n, missing = len(d), int((~valid).sum())
    if not n:
        return (
            0,
            missing,
            *([np.nan] * 3),
            "none",
            *([np.nan] * 3),
            len(points),
            *([np.nan] * 3),
            UNCLEAR,
            *([np.nan] * 3),
        )
    low, high, method = interval(d)
    by_member = runs.by_member(pd.DataFrame(difference, index=replicates, columns=points)).to_numpy()
    mean = float(d.mean())
    stability = float((np.sign(by_member) == np.sign(mean)).mean()) if runs.members > 1 else np.nan
    varies = n > 1 and not (d == d[0]).all()
    pair_means = (_means(a, known)[valid], _means(b, known)[valid])
    return (
        n,
        missing,
        mean,
        low,
        high,
        method,
        float(np.median(d)),
        float((difference[known] > 0).mean()),
        float((difference[known] < 0).mean()),
        len(by_member),
        stability,
        float(by_member.min()),
        float(by_member.max()),
        _verdict(difference[known], low, high, stability),
        float(pair_means[1].mean()),
        sum(float(values.var(ddof=1)) for values in pair_means) / float(d.var(ddof=1)) if varies else np.nan,
        # The width of an interval of a mean falls with the square root of the number of pairs.
        4 * n if varies else np.nan,
    )


def _means(values: Floats, known: NDArray[np.bool_]) -> Floats:
    """Means of rows over what is known; NaN for a row without any."""
    counts = known.sum(axis=1)
    totals = np.where(known, values, 0.0).sum(axis=1)
    return np.divide(totals, counts, out=np.full(len(counts), np.nan), where=counts > 0)


def _verdict(differences: Floats, low: float, high: float, stability: float) -> str:
    if (differences == 0).all():
        return SAME
    if stability < STABLE:
        return UNDETERMINED
    if not (low > 0 or high < 0):
        return UNCLEAR
    return RAISES if low > 0 else LOWERS


def finding(table: pd.DataFrame, runs: RunTable) -> tuple[str, str]:
    """What a comparison found, and what it rests on: a sentence each.

    Args:
        table: of :func:`compare`.
        runs: the batch.
    """
    reference, counts = table["reference"].iloc[0], table["verdict"].value_counts()
    named = table[table["verdict"].isin((RAISES, LOWERS))][["scenario", "verdict", "outcome"]].astype(str)
    clear = [" ".join(words) for words in named.to_numpy().tolist()]
    told = "; ".join(clear[:_MOST_NAMED]) or "no effect is clear"
    told += f"; {len(clear) - _MOST_NAMED} more are clear" if len(clear) > _MOST_NAMED else ""
    told += f"; {counts.get(UNCLEAR, 0) + counts.get(SAME, 0)} of {len(table)} effects are not clear"
    if runs.members < 2:
        basis = "and on one set of mechanisms: pangwa batch --variants all would test the signs"
        return f"Against {reference}: {told}.", f"This rests on assumed, not observed, parameters {basis}."
    told += f"; {counts.get(UNDETERMINED, 0)} undetermined, sharing a sign in under 90 % of {runs.members} variants"
    return (
        f"Against {reference}: {told}.",
        f"This rests on assumed, not observed, parameters, of which {runs.varied} varied.",
    )
