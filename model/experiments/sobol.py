"""Shares of an outcome's variance (Sobol 2001, Mathematics and Computers in Simulation 55: 271-280), with SALib.

Either on an emulator, a Gaussian process (Rasmussen & Williams 2006, chapter 2) fitted to the replicates' means at the points
of a Latin hypercube, whose Q2 on held-out points is told, and which is refused below 0.8; or on the model itself with the
design of Saltelli et al. (2010, Computer Physics Communications 181: 259-270), which needs N x (k + 2) points.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from model.arrays import Floats
from model.experiments.design import unit_hypercube
from model.experiments.designed import Design, basis_words
from model.experiments.errors import PlanError
from model.experiments.factors import Factor
from model.experiments.morris import outcome_grid, problem_of, salib
from model.experiments.results import RunTable
from model.output.outcomes import heading_of

LEAST_Q2 = 0.8
MOST_DIRECT = 128
_HELD_OUT = 0.25
_EMULATED = 1024
_NAMED = 0.05
"""Share of the variance that is worth a word; named are factors whose interval lies above it."""
COLUMNS = (
    "outcome",
    "rank",
    "factor",
    "S1",
    "S1_conf95",
    "ST",
    "ST_conf95",
    "q2",
    "noise_share",
    "method",
    "status",
    "meaning",
)


def emulated_design(factors: Sequence[Factor], points: int, seed: int = 0) -> Design:
    """A Latin hypercube to fit an emulator to.

    Args:
        factors: k of them.
        points: at least 8 a factor.
        seed: of the sample.

    Raises:
        PlanError: there are too few points.
    """
    if points < 8 * len(factors):
        raise PlanError(f"--points {points}: an emulator of {len(factors)} factors needs at least {8 * len(factors)}")
    return Design(tuple(factors), unit_hypercube(points, len(factors), np.random.default_rng(seed)))


def direct_design(factors: Sequence[Factor], size: int, seed: int = 0) -> Design:
    """The design of Saltelli et al.: N x (k + 2) points.

    Args:
        factors: k of them.
        size: N, a power of 2, at most 128.
        seed: of the sample.

    Raises:
        PlanError: N is none of those.
    """
    if size > MOST_DIRECT or size < 8 or size & (size - 1):
        raise PlanError(f"--direct {size}: must be 8, 16, 32, 64 or 128; for more, use an emulator")
    levels = salib("sample.sobol").sample(problem_of(factors), size, calc_second_order=False, seed=seed)
    return Design(tuple(factors), np.asarray(levels, dtype=np.float64))


def sobol_indices(
    runs: RunTable, design: Design, scenario: str, outcomes: Sequence[str], *, direct: bool
) -> tuple[pd.DataFrame, list[str]]:
    """First-order and total indices.

    Args:
        runs: of the design.
        design: of :func:`emulated_design` or :func:`direct_design`.
        scenario: whose runs.
        outcomes: names of outcomes.
        direct: whether the design is the direct one.

    Returns:
        A row for each outcome and factor with :data:`COLUMNS`, the largest total index first; and a sentence for each outcome
        that was refused. ``noise_share`` is the share of the variance between points that replicates' noise explains (null
        with one replicate): no index can explain that.
    """
    parts, refused = [], []
    for outcome in runs.checked(outcomes):
        values = outcome_grid(runs, scenario, outcome, len(design.levels))
        means = values.mean(axis=1)
        try:
            found, q2 = (_direct if direct else _emulated)(design, means)
        except ValueError as error:
            refused.append(f"{outcome}: {error}")
            continue
        parts.append(_table(outcome, design.factors, found, q2, _noise_share(values), direct))
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(COLUMNS))
    return table.assign(parameters=runs.parameters), refused


def fit_emulator(levels: Floats, values: Floats) -> tuple[Any, float]:
    """Fit a Gaussian process, and test it on a quarter of the points that it is not fitted to.

    Args:
        levels: (n, k) points.
        values: (n,) outcome.

    Returns:
        The process fitted to all points, and Q2 = 1 - (squared error / squared deviation) on the held-out quarter, from a
        process fitted to the rest.

    Raises:
        PlanError: scikit-learn is not installed.
    """
    try:
        from sklearn.base import clone
        from sklearn.gaussian_process import GaussianProcessRegressor
        from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel
    except ModuleNotFoundError:
        raise PlanError(
            "an emulator needs scikit-learn: in the project's folder, pip install -e '.[analysis]' -c constraints.txt"
        ) from None
    kernel = ConstantKernel(1.0, (1e-3, 1e4)) * Matern(np.full(levels.shape[1], 1.0), (0.05, 100.0), nu=2.5)
    process = GaussianProcessRegressor(kernel + WhiteKernel(0.1, (1e-8, 10.0)), normalize_y=True)
    held = np.random.default_rng(0).permutation(len(values)) < _HELD_OUT * len(values)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # length scales at their bounds belong to factors that do nothing
        tested = clone(process).fit(levels[~held], values[~held])
        error = float(((tested.predict(levels[held]) - values[held]) ** 2).sum())
        deviation = float(((values[held] - values[held].mean()) ** 2).sum())
        return process.fit(levels, values), 1 - error / deviation if deviation else -np.inf


def _emulated(design: Design, means: Floats) -> tuple[Any, float]:
    known = ~np.isnan(means)
    if known.sum() < 8 * len(design.factors) or np.ptp(means[known]) == 0:
        raise ValueError("does not vary in this design, or is defined at too few points")
    process, q2 = fit_emulator(design.levels[known], means[known])
    if q2 < LEAST_Q2:
        raise ValueError(
            f"refused: the emulator's Q2 on held-out points is {q2:.2f}, below {LEAST_Q2}; take more --points or "
            f"--replicates, or --direct {MOST_DIRECT // 2}"
        )
    problem = problem_of(design.factors)
    sample = salib("sample.sobol").sample(problem, _EMULATED, calc_second_order=False, seed=0)
    return _analysed(problem, np.asarray(process.predict(sample), dtype=np.float64)), q2


def _direct(design: Design, means: Floats) -> tuple[Any, float]:
    block = len(design.factors) + 2
    blocks = means.reshape(-1, block)
    whole = blocks[~np.isnan(blocks).any(axis=1)]
    if len(whole) < 8 or np.ptp(whole) == 0:
        raise ValueError("does not vary in this design, or too few blocks of points are complete")
    return _analysed(problem_of(design.factors), whole.ravel()), np.nan


def _analysed(problem: dict[str, Any], values: Floats) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return salib("analyze.sobol").analyze(
            problem, values, calc_second_order=False, num_resamples=200, seed=0, print_to_console=False
        )


def _noise_share(values: Floats) -> float:
    """What noise explains of the variance between points."""
    known = values[~np.isnan(values).any(axis=1)]
    if known.shape[1] < 2 or len(known) < 2:
        return np.nan
    # Noise that all points share moves no point against another, so it is taken out first.
    own = known - known.mean(axis=0)
    between = float(own.mean(axis=1).var(ddof=1))
    noise = float(own.var(axis=1, ddof=1).mean()) / known.shape[1]
    return min(noise / between, 1.0) if between > 0 else np.nan


def _table(outcome: str, factors: Sequence[Factor], found: Any, q2: float, noise: float, direct: bool) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "outcome": outcome,
            "factor": [factor.name for factor in factors],
            "S1": np.asarray(found["S1"], dtype=np.float64),
            "S1_conf95": np.asarray(found["S1_conf"], dtype=np.float64),
            "ST": np.asarray(found["ST"], dtype=np.float64),
            "ST_conf95": np.asarray(found["ST_conf"], dtype=np.float64),
            "q2": q2,
            "noise_share": noise,
            "method": "direct" if direct else "emulator",
            "status": [factor.status for factor in factors],
            "meaning": [factor.words for factor in factors],
        }
    )
    table = table.sort_values("ST", ascending=False, kind="stable").reset_index(drop=True)
    table["rank"] = np.arange(1, len(table) + 1)
    return table[list(COLUMNS)]


def finding(table: pd.DataFrame, outcome: str, most: int = 3) -> str:
    """What was found for an outcome, and what that rests on, in one sentence.

    Args:
        table: of :func:`sobol_indices`.
        outcome: which.
        most: factors to name.
    """
    part = table[table["outcome"] == outcome]
    sure = part["ST"] - part["ST_conf95"] >= _NAMED
    named = part[sure].head(most).to_dict("records")
    names = "; ".join(f"{_share_words(row)} by {row['meaning']}, {row['factor']}" for row in named)
    how = (
        "computed on the model itself"
        if part["method"].iloc[0] == "direct"
        else f"estimated with an emulator of Q2 {part['q2'].iloc[0]:.2f}"
    )
    head = f"{heading_of(outcome)} ({outcome})"
    if named:
        basis = basis_words([str(row["status"]) for row in named])
        return f"{head}: shares of its variance, interactions included, {how}: {names}; {basis}."
    if bool((part["ST"] + part["ST_conf95"] < _NAMED).all()):
        return f"{head}: none of these factors explains {100 * _NAMED:.0f}% of the variance, {how}."
    first = part.to_dict("records")[0]
    return (
        f"{head}: not enough points to tell which factor explains {100 * _NAMED:.0f}% of the variance or more, {how}; the first is "
        f"{first['factor']} with {_share_words(first)}."
    )


def _share_words(row: dict[Any, Any]) -> str:
    """A total index with its interval, in percent; no share is below 0 or above 100%."""
    low, high = max(row["ST"] - row["ST_conf95"], 0.0), min(row["ST"] + row["ST_conf95"], 1.0)
    return f"{100 * row['ST']:.0f}% [{100 * low:.0f}, {100 * max(high, low):.0f}]"
