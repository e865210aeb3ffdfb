"""Parameters varied one at a time from a scenario: what each dose does, and whether more does more.

A batch with ``one_at_a_time`` has a point where all is as in the scenario, and one for each value of each parameter. The effect of
a dose is the mean paired difference to the first. The *trend* is what the whole range of doses changes by the slope of an outcome
against the rank of the dose, mean over replicates with a 95% interval; it is *monotone* where no step between neighbouring doses
has an effect against the trend. All are judged by the one rule (:mod:`model.experiments.evidence`).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from model.arrays import Floats
from model.experiments.errors import PlanError
from model.experiments.evidence import LOWERS, RAISES, judged, measured
from model.experiments.results import RunTable
from model.experiments.stability import means

COLUMNS = ("scenario", "path", "value", "outcome", "n", "mean", "effect", "effect_low95", "effect_high95", "verdict")
TREND_COLUMNS = (
    *("scenario", "path", "outcome", "n", "mean", "low95", "high95", "interval", "reference_mean"),
    *("matters", "q", "replicates_needed", "verdict", "monotone"),
)


def doses_of(runs: RunTable) -> dict[str, list[tuple[float, int]]]:
    """For each parameter varied its values in ascending order, each with its design point.

    Raises:
        PlanError: the batch does not vary numbers one at a time.
    """
    design = runs.design().apply(pd.to_numeric, errors="coerce")
    given = design.notna()
    if not len(runs.swept) or (given.sum(axis=1) > 1).any() or not (given.sum(axis=1) == 0).any():
        raise PlanError(
            f"{runs.name}: it does not vary numbers one at a time; its batch file needs a table one_at_a_time"
        )
    return {
        str(path): sorted((float(value), int(str(point))) for point, value in column.dropna().items())
        for path, column in design.items()
    }


def unchanged(runs: RunTable) -> int:
    """The design point at which all is as in the scenario."""
    design = runs.design()
    return int(design.index[design.isna().all(axis=1)][0])


def dose_table(runs: RunTable, outcomes: Sequence[str]) -> pd.DataFrame:
    """The effect of each dose on each outcome.

    Args:
        runs: of a batch with ``one_at_a_time``.
        outcomes: names of outcomes.

    Returns:
        Columns :data:`COLUMNS`: a row per scenario, parameter, value and outcome, with the mean, and the mean paired difference to
        the scenario as it is with its 95% interval; the verdicts of a dose are over all its outcomes.
    """
    names, parts = list(runs.checked(outcomes)), []
    for scenario in runs.scenarios:
        usual = runs.cube(scenario, names, [unchanged(runs)])[:, 0]
        for path, doses in doses_of(runs).items():
            for value, point in doses:
                here = runs.cube(scenario, names, [point])[:, 0]
                part = _judged(here - usual, usual, names, runs)
                level = means(np.ascontiguousarray(here.T), ~np.isnan(here.T))
                parts.append(part.assign(scenario=scenario, path=path, value=value, level=level))
    table = pd.concat(parts, ignore_index=True)
    table = table.rename(columns={"mean": "effect", "low95": "effect_low95", "high95": "effect_high95"})
    return _by_outcome(table.rename(columns={"level": "mean"}), names)[list(COLUMNS)].assign(parameters=runs.parameters)


def trend_table(runs: RunTable, outcomes: Sequence[str]) -> pd.DataFrame:
    """What each parameter does from the scenario as it is to the largest dose, by the slope over all doses.

    Returns:
        Columns :data:`TREND_COLUMNS`: ``mean`` is the change by the slope over the whole range; the verdicts of a parameter are over all
        its outcomes.
    """
    names, parts = list(runs.checked(outcomes)), []
    for scenario in runs.scenarios:
        for path, doses in doses_of(runs).items():
            cube = runs.cube(scenario, names, [unchanged(runs), *(point for _, point in doses)])  # (R, D, K)
            part = _judged(_rise(cube), cube[:, 0], names, runs)
            steps = [
                _judged(after - before, before, names, runs)["verdict"].tolist()
                for before, after in pairwise(np.moveaxis(cube, 1, 0))
            ]
            against = [{RAISES: LOWERS, LOWERS: RAISES}.get(one, "") for one in part["verdict"]]
            monotone = [bool(one) and all(step[k] != one for step in steps) for k, one in enumerate(against)]
            parts.append(part.assign(scenario=scenario, path=path, monotone=monotone))
    table = _by_outcome(pd.concat(parts, ignore_index=True), names)
    return table[list(TREND_COLUMNS)].assign(parameters=runs.parameters)


def _judged(differences: Floats, base: Floats, names: Sequence[str], runs: RunTable) -> pd.DataFrame:
    """Verdicts on (replicates, outcomes) differences, judged together."""
    level = means(np.ascontiguousarray(base.T), ~np.isnan(base.T))
    found = measured(differences, runs.vectors.to_numpy())
    return judged(pd.DataFrame({"outcome": names, **found, "reference_mean": level}))


def _by_outcome(table: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Rows by scenario, then outcome, then as they were."""
    order = table["outcome"].map({name: place for place, name in enumerate(names)})
    scenarios = table["scenario"].map({name: place for place, name in enumerate(dict.fromkeys(table["scenario"]))})
    return table.iloc[np.lexsort((np.arange(len(table)), order, scenarios))].reset_index(drop=True)


def _rise(cube: Floats) -> Floats:
    """(replicates, outcomes): least-squares slope against the rank of the dose, times the number of steps."""
    ranks = np.arange(cube.shape[1]) - (cube.shape[1] - 1) / 2
    slopes = np.tensordot(cube, ranks, axes=(1, 0)) / float(ranks @ ranks)
    return np.asarray(slopes * (cube.shape[1] - 1), dtype=np.float64)
