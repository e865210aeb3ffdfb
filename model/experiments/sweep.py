"""One parameter over a range of values: what an outcome does along it, and where a policy's effect turns."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.experiments.batch_file import folder_name, read_plan
from model.experiments.design import grid_points
from model.experiments.errors import PlanError
from model.experiments.intervals import mean_with_interval
from model.experiments.plan import BatchPlan
from model.experiments.results import RunTable
from model.output.outcomes import words_of
from model.output.units import shown_of

COLUMNS = (
    "scenario",
    "path",
    "value",
    "outcome",
    "n",
    "mean",
    "p10",
    "median",
    "p90",
    "effect",
    "effect_low95",
    "effect_high95",
)


def read_sweep(text: str) -> tuple[str, list[Any]]:
    """Read ``PATH=low:high:n``.

    Args:
        text: dotted path, first value, last value and how many, such as ``processes.trade.leak=0:0.3:7``.

    Returns:
        The path and the values, both ends among them; whole numbers where both ends and all steps are.

    Raises:
        PlanError: it does not read so.
    """
    path, _, values = text.partition("=")
    try:
        low, high, count = values.split(":")
        given = {"from": _number(low), "to": _number(high), "count": int(count)}
    except ValueError:
        raise PlanError(f"{text}: must read PATH=low:high:n, such as processes.trade.leak=0:0.3:7") from None
    points = grid_points({path.strip(): given})
    return path.strip(), [float(pair[1]) if "." in pair[1] or "e" in pair[1] else int(pair[1]) for (pair,) in points]


def _number(text: str) -> float | int:
    try:
        return int(text)
    except ValueError:
        value = float(text)
        if not math.isfinite(value):
            raise
        return value


def plan_sweep(scenarios: Sequence[str], path: str, values: Sequence[Any], **more: Any) -> BatchPlan:
    """Plan a sweep.

    Args:
        scenarios: names or files.
        path: dotted path of the parameter.
        values: its values.
        **more: replicates, base_seed, reference, sets, parameters, command and load of
            :func:`model.experiments.batch_file.read_plan`.

    Raises:
        PlanError: a scenario or a value is refused.
    """
    plan = read_plan(scenarios, grid={path: list(values)}, **more)
    return replace(plan, name=folder_name(f"{'_'.join(plan.labels)}-sweep-{path.rsplit('.', 1)[-1]}"))


def sweep_table(runs: RunTable, path: str, outcomes: Sequence[str]) -> pd.DataFrame:
    """Outcomes along a sweep.

    Args:
        runs: of :func:`plan_sweep`, or of any batch that varies nothing but this path.
        path: of the parameter.
        outcomes: names of outcomes.

    Returns:
        Columns :data:`COLUMNS`: mean and quantiles over replicates at each value, and the mean paired effect against the
        batch's reference with its 95 % interval (null for the reference itself).
    """
    values, reference = runs.design()[path], runs.reference
    rows = []
    for scenario in runs.scenarios:
        for outcome in runs.checked(outcomes):
            grid, base = runs.grid(scenario, outcome), runs.grid(reference, outcome)
            for point in grid.columns:
                known = grid[point].dropna().to_numpy(dtype=np.float64)
                effect = (
                    mean_with_interval(_values(grid[point] - base[point])) if scenario != reference else (np.nan,) * 3
                )
                quantiles = np.quantile(known, [0.1, 0.5, 0.9]).tolist() if len(known) else [np.nan] * 3
                mean = float(known.mean()) if len(known) else np.nan
                rows.append((scenario, path, values[point], outcome, len(known), mean, *quantiles, *effect))
    return pd.DataFrame(rows, columns=list(COLUMNS)).assign(parameters=runs.parameters)


def _values(differences: pd.Series[Any]) -> NDArray[np.float64]:
    return np.asarray(differences, dtype=np.float64)


def along(runs: RunTable, outcome: str) -> pd.DataFrame:
    """What an outcome does between the two ends of a sweep, paired by replicate.

    Args:
        runs: of a sweep.
        outcome: which.

    Returns:
        A row a scenario: scenario, first and last (means at the ends), change, low95, high95.
    """
    rows = []
    for scenario in runs.scenarios:
        grid = runs.grid(scenario, outcome)
        first, last = grid[grid.columns[0]], grid[grid.columns[-1]]
        change, low, high = mean_with_interval(_values(last - first))
        rows.append((scenario, float(first.mean()), float(last.mean()), change, low, high))
    return pd.DataFrame(rows, columns=["scenario", "first", "last", "change", "low95", "high95"])


def finding(runs: RunTable, table: pd.DataFrame, outcomes: Sequence[str], status: str, meaning: str = "") -> str:
    """What a sweep found, and what that rests on.

    Args:
        runs: of the sweep.
        table: of :func:`sweep_table`.
        outcomes: those to speak of.
        status: of the parameter: assumed, weakly identified or observed.
        meaning: of the parameter, in words.
    """
    path, values = table["path"].iloc[0], sorted(set(table["value"]))
    told, unclear = [], []
    for outcome in outcomes:
        shown = shown_of(outcome)
        clear = [
            f"{'up' if row.change > 0 else 'down'} from {_short(shown.factor * row.first)} to "
            f"{_short(shown.factor * row.last)} {shown.level}".rstrip()
            + f" under {row.scenario}"
            for row in map(_Row, along(runs, outcome).to_dict("records"))
            if row.low95 > 0 or row.high95 < 0
        ]
        turns = _turns(table, outcome)
        if clear or turns:
            told.append(f"{words_of(outcome)}: {' and '.join(clear) or 'no clear change'}{turns}")
        else:
            unclear.append(outcome)
    told += [f"no clear change of {', '.join(map(words_of, unclear))}"] if unclear else []
    words = f" ({meaning.rstrip('.')})" if meaning else ""
    basis = f"{path} is {status}" + ("" if status == "observed" else ", not observed")
    return (
        f"As {path}{words} goes from {values[0]:g} to {values[-1]:g}, {'; '.join(told)}. "
        f"{basis}, and so is most of the rest."
    )


def _short(value: float) -> str:
    """Three significant digits, without exponents for large numbers."""
    return f"{float(f'{value:.3g}'):,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


class _Row:
    """A row of :func:`along` with its values as attributes."""

    def __init__(self, row: dict[Any, Any]) -> None:
        self.scenario = str(row["scenario"])
        self.first, self.last, self.change = float(row["first"]), float(row["last"]), float(row["change"])
        self.low95, self.high95 = float(row["low95"]), float(row["high95"])


def _turns(table: pd.DataFrame, outcome: str) -> str:
    """Policies whose effect is clearly positive at one value of the sweep and clearly negative at another."""
    part = table[table["outcome"] == outcome]
    turned = [
        str(scenario)
        for scenario, rows in part.groupby("scenario", sort=False)
        if (rows["effect_low95"] > 0).any() and (rows["effect_high95"] < 0).any()
    ]
    return f" (the effect of {', '.join(turned)} turns its sign)" if turned else ""
