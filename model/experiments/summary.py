"""What the runs of a batch say, outcome by outcome: means, spread and quantiles over replicates."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.arrays import Floats

SUMMARY_COLUMNS = ("scenario", "point", "outcome", "n", "n_missing", "mean", "sd", "median", "p10", "p90")


def summarise(runs: pd.DataFrame, outcomes: Sequence[str], tick: Callable[[], None] | None = None) -> pd.DataFrame:
    """Describe every outcome of every scenario and design point over its replicates.

    Args:
        runs: the table of runs; runs that failed count as missing.
        outcomes: names of the columns of outcomes.
        tick: called now and then.

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
        if tick is not None:
            tick()
    return pd.DataFrame(rows, columns=list(SUMMARY_COLUMNS)).astype({"point": np.int64})


def _groups(runs: pd.DataFrame) -> Iterator[tuple[str, int, pd.DataFrame]]:
    keyed = runs.assign(scenario=runs["scenario"].astype(str))
    for key, group in keyed.groupby(["scenario", "point"], sort=False):
        scenario, point = cast("tuple[str, int]", key)
        yield str(scenario), int(point), group


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
    """Mean, sd, median, 10% and 90% quantiles."""
    if not len(known):
        return (np.nan,) * 5
    sd = float(known.std(ddof=1)) if len(known) > 1 else np.nan
    p10, median, p90 = (float(q) for q in np.quantile(known, [0.1, 0.5, 0.9]))
    return float(known.mean()), sd, median, p10, p90
