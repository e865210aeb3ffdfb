"""Screening by elementary effects (Morris 1991, Technometrics 33: 161-174; Campolongo et al. 2007 for mu*), with SALib.

A trajectory moves one factor after another from a random corner of a grid of four levels. An elementary effect is the change
of an outcome over the change of the factor's level, so it is in the outcome's unit for a move over the whole range. All
points of the design meet the same random draws, replicate by replicate (common random numbers); what an elementary effect owes to
noise all the same is told from its spread over replicates: the *noise share*.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.arrays import Floats
from model.experiments.designed import Design, basis_words
from model.experiments.errors import PlanError
from model.experiments.factors import Factor
from model.experiments.results import RunTable
from model.output.outcomes import words_of
from model.output.units import capital

GRID_LEVELS = 4
FEWEST_TRAJECTORIES = 4
"""Trajectories below which mu* says little (Campolongo et al. use 10)."""
NOISY = 0.5
"""Noise share from which a factor's effect cannot be told from noise."""
COLUMNS = (
    "outcome",
    "rank",
    "factor",
    "mu_star",
    "mu_star_conf95",
    "mu",
    "sigma",
    "noise_share",
    "status",
    "range",
    "unit",
    "parameters",
    "meaning",
)


def morris_design(factors: Sequence[Factor], trajectories: int, seed: int = 0) -> Design:
    """Trajectories through the space of factors.

    Args:
        factors: k of them.
        trajectories: at least 4; the design has trajectories x (k + 1) points.
        seed: of the sample.

    Raises:
        PlanError: there are too few factors or trajectories.
    """
    if trajectories < FEWEST_TRAJECTORIES:
        raise PlanError(f"--trajectories {trajectories}: must be at least {FEWEST_TRAJECTORIES}; 10 is usual")
    if len(factors) < 2:
        raise PlanError("a screening needs at least two factors; for a single parameter, use pangwa sweep")
    sample = salib("sample.morris")
    levels = sample.sample(problem_of(factors), trajectories, num_levels=GRID_LEVELS, seed=seed)
    return Design(tuple(factors), np.asarray(levels, dtype=np.float64))


def morris_effects(runs: RunTable, design: Design, scenario: str, outcomes: Sequence[str]) -> pd.DataFrame:
    """Elementary effects of every factor on outcomes.

    Args:
        runs: of the design.
        design: of :func:`morris_design`.
        scenario: whose runs.
        outcomes: names of outcomes.

    Returns:
        A row for each outcome and factor with :data:`COLUMNS`, the strongest first: ``mu_star`` (mean absolute elementary
        effect of the replicates' means) with the half-width of its 95% bootstrap interval over trajectories, ``mu`` (signed
        mean), ``sigma`` (spread: interaction or curvature), ``noise_share`` (of the mean square elementary effect, what
        replicates' noise explains; null with one replicate). Outcomes that never vary, and those for which fewer than two
        trajectories are whole, are left out.
    """
    parts = []
    for outcome in runs.checked(outcomes):
        values = outcome_grid(runs, scenario, outcome, len(design.levels))
        whole = _whole_trajectories(values, len(design.factors))
        if whole.sum() < 2 * (len(design.factors) + 1) or np.ptp(values[whole]) == 0:
            continue
        parts.append(_of_outcome(outcome, values[whole], design.levels[whole], design.factors))
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(COLUMNS))
    return table.assign(parameters=runs.parameters)


def trajectories_lost(runs: RunTable, design: Design, scenario: str, outcome: str) -> int:
    """Trajectories left out of an outcome, because one of their runs failed or has no value."""
    whole = _whole_trajectories(outcome_grid(runs, scenario, outcome, len(design.levels)), len(design.factors))
    return int((~whole).sum()) // (len(design.factors) + 1)


def outcome_grid(runs: RunTable, scenario: str, outcome: str, points: int) -> Floats:
    """(points, replicates) values of an outcome, NaN where a run failed or has none."""
    grid = runs.grid(scenario, outcome).reindex(columns=range(points))
    return grid.to_numpy(dtype=np.float64).T


def problem_of(factors: Sequence[Factor]) -> dict[str, Any]:
    """SALib's description of the factors, all of them from 0 to 1."""
    names = [factor.name for factor in factors]
    return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}


def salib(module: str) -> Any:
    """A module of SALib.

    Raises:
        PlanError: SALib is not installed.
    """
    from importlib import import_module

    try:
        return import_module(f"SALib.{module}")
    except ModuleNotFoundError:
        raise PlanError(
            "sensitivity needs SALib: in the project's folder, pip install -e '.[analysis]' -c constraints.txt"
        ) from None


def _whole_trajectories(values: Floats, factors: int) -> NDArray[np.bool_]:
    """(points,) whether every point of the trajectory has a value in every replicate."""
    known = ~np.isnan(values).any(axis=1)
    return np.repeat(known.reshape(-1, factors + 1).all(axis=1), factors + 1)


def _of_outcome(outcome: str, values: Floats, levels: Floats, factors: Sequence[Factor]) -> pd.DataFrame:
    means = values.mean(axis=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SALib divides by the spread of factors that change nothing
        found = salib("analyze.morris").analyze(
            problem_of(factors), levels, means, num_levels=GRID_LEVELS, num_resamples=500, seed=0
        )
    effects = elementary_effects(levels, values)
    table = pd.DataFrame(
        {
            "outcome": outcome,
            "factor": [factor.name for factor in factors],
            "mu_star": np.asarray(found["mu_star"], dtype=np.float64),
            "mu_star_conf95": np.asarray(found["mu_star_conf"], dtype=np.float64),
            "mu": np.asarray(found["mu"], dtype=np.float64),
            "sigma": np.asarray(found["sigma"], dtype=np.float64),
            "noise_share": _noise_share(effects),
            "status": [factor.status for factor in factors],
            "range": [factor.range_text for factor in factors],
            "unit": [factor.unit for factor in factors],
            "parameters": [len(factor.members) for factor in factors],
            "meaning": [factor.words for factor in factors],
        }
    )
    table = table.sort_values("mu_star", ascending=False, kind="stable").reset_index(drop=True)
    table["rank"] = np.arange(1, len(table) + 1)
    return table[list(COLUMNS)]


def elementary_effects(levels: Floats, values: Floats) -> Floats:
    """Elementary effects, replicate by replicate.

    Args:
        levels: (t (k + 1), k) a Morris design of t trajectories.
        values: (t (k + 1), r) an outcome.

    Returns:
        (t, k, r) change of the outcome over the change of the factor's level.
    """
    factors = levels.shape[1]
    steps = np.diff(levels.reshape(-1, factors + 1, factors), axis=1)
    changes = np.diff(values.reshape(-1, factors + 1, values.shape[1]), axis=1)
    moved = np.abs(steps).argmax(axis=2)
    size = np.take_along_axis(steps, moved[..., None], axis=2)
    effects = np.empty_like(changes)
    np.put_along_axis(effects, np.broadcast_to(moved[..., None], changes.shape), changes / size, axis=1)
    return effects


def _noise_share(effects: Floats) -> Floats:
    """(k,) variance of an elementary effect's mean over replicates, over its mean square; NaN where nothing is known."""
    replicates = effects.shape[2]
    if replicates < 2:
        return np.full(effects.shape[1], np.nan)
    noise = effects.var(axis=2, ddof=1).mean(axis=0) / replicates
    square = (effects.mean(axis=2) ** 2).mean(axis=0)
    return np.minimum(np.divide(noise, square, out=np.full(len(square), np.nan), where=square > 0), 1.0)


def finding(table: pd.DataFrame, outcome: str, most: int = 5) -> str:
    """What a screening found for an outcome, and what that rests on, in one sentence.

    Args:
        table: of :func:`morris_effects`.
        outcome: which.
        most: factors to name.
    """
    said = words_of(outcome) + (f" ({outcome})" if words_of(outcome) != outcome else "")
    part = table[(table["outcome"] == outcome) & (table["mu_star"] > 0)].head(most)
    if part.empty:
        return f"Nothing in this design moves {said}."
    named = part[["meaning", "factor", "status"]].itertuples(index=False)
    names = "; ".join(f"{rank}. {words}, {factor}, {status}" for rank, (words, factor, status) in enumerate(named, 1))
    basis = basis_words(part["status"].tolist())
    open_ = int((part["mu_star"] <= part["mu_star_conf95"]).sum())
    unsure = (
        f"; the intervals of {open_} of them include zero, and more trajectories would narrow them" if open_ else ""
    )
    noisy = int((part["noise_share"] >= NOISY).sum())
    noise = f"; noise accounts for half or more of the effect of {noisy} of them" if noisy else ""
    return f"What moves {said} most: {names}. {capital(basis)}{unsure}{noise}."
