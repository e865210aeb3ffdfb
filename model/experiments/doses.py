"""Parameters varied one at a time from a scenario: what each dose does, and whether more does more.

A batch with ``one_at_a_time`` has a point where all is as in the scenario, and one for each value of each parameter. The effect of
a dose is the mean paired difference to the first. Its *trend* is the mean over replicates of the slope of an outcome against the
rank of the dose, with a 95 % interval; it is *monotone* where no step between neighbouring doses clearly goes against the trend.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.experiments.errors import PlanError
from model.experiments.intervals import mean_with_interval
from model.experiments.results import RunTable

Floats = NDArray[np.float64]

COLUMNS = ("scenario", "path", "value", "outcome", "n", "mean", "effect", "effect_low95", "effect_high95")
TREND_COLUMNS = ("scenario", "path", "outcome", "trend", "trend_low95", "trend_high95", "direction", "monotone")
RISES, FALLS, FLAT = "rises", "falls", "no clear trend"


def doses_of(runs: RunTable) -> dict[str, list[tuple[float, int]]]:
    """For each parameter varied its values in ascending order, each with its design point.

    Raises:
        PlanError: the batch does not vary numbers one at a time.
    """
    design = runs.design().apply(pd.to_numeric, errors="coerce")
    given = design.notna()
    if not len(runs.swept) or (given.sum(axis=1) > 1).any() or not (given.sum(axis=1) == 0).any():
        raise PlanError(
            f"{runs.name}: it does not vary numbers one at a time; give its batch file a table one_at_a_time"
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
        Columns :data:`COLUMNS`: a row a scenario, parameter, value and outcome, with the mean, and the mean paired difference to
        the scenario as it is with its 95 % interval.
    """
    doses, rows = doses_of(runs), []
    for scenario in runs.scenarios:
        for outcome in runs.checked(outcomes):
            grid = runs.grid(scenario, outcome)
            usual = grid[unchanged(runs)]
            for path, values in doses.items():
                for value, point in values:
                    found = _paired(grid[point], usual)
                    mean = float(grid[point].mean())
                    rows.append((scenario, path, value, outcome, len(found), mean, *mean_with_interval(found)))
    return pd.DataFrame(rows, columns=list(COLUMNS)).assign(parameters=runs.parameters)


def trend_table(runs: RunTable, outcomes: Sequence[str]) -> pd.DataFrame:
    """Whether each outcome rises or falls with each dose, the scenario as it is being the lowest.

    Returns:
        Columns :data:`TREND_COLUMNS`: ``trend`` is the change for each step from a dose to the next.
    """
    doses, rows = doses_of(runs), []
    for scenario in runs.scenarios:
        for outcome in runs.checked(outcomes):
            grid = runs.grid(scenario, outcome).dropna()
            for path, values in doses.items():
                columns = grid[[unchanged(runs), *(point for _, point in values)]].to_numpy(dtype=np.float64)
                trend, low, high = mean_with_interval(_slopes(columns))
                direction = RISES if low > 0 else FALLS if high < 0 else FLAT
                rows.append((scenario, path, outcome, trend, low, high, direction, _is_monotone(columns, direction)))
    return pd.DataFrame(rows, columns=list(TREND_COLUMNS)).assign(parameters=runs.parameters)


def _slopes(columns: Floats) -> Floats:
    """(replicates,) least-squares slope of each row against the rank of the dose."""
    ranks = np.arange(columns.shape[1]) - (columns.shape[1] - 1) / 2
    slopes = [float(row @ ranks) for row in columns]
    return np.array(slopes, dtype=np.float64) / float(ranks @ ranks)


def _is_monotone(columns: Floats, direction: str) -> bool:
    """Whether no step between neighbouring doses clearly goes against the direction."""
    against = {RISES: -1.0, FALLS: 1.0}.get(direction, 0.0)
    return (
        all(mean_with_interval(against * (after - before))[1] <= 0 for before, after in pairwise(columns.T))
        if against
        else False
    )


def _paired(here: pd.Series[float], usual: pd.Series[float]) -> Floats:
    return np.asarray((here - usual).dropna(), dtype=np.float64)
