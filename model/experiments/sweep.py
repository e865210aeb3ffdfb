"""One parameter over a range of values: what an outcome does along it, and where a policy's effect turns."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from model.experiments.batch_file import folder_name, read_plan
from model.experiments.compare import paired_effects
from model.experiments.design import grid_points
from model.experiments.errors import PlanError
from model.experiments.evidence import EFFECTS, effect_words, judged, measured, unsaid_words
from model.experiments.plan import BatchPlan
from model.experiments.results import RunTable
from model.experiments.stability import means
from model.output.outcomes import words_of
from model.output.units import join

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
    "verdict",
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
        batch's reference with its 95% interval and the verdict of ``effects.csv`` (null for the reference itself).
    """
    values, names = runs.design()[path], list(runs.checked(outcomes))
    rows: list[tuple[object, ...]] = []
    for scenario in runs.scenarios:
        cube = runs.cube(scenario, names)
        for (k, outcome), (p, point) in itertools.product(enumerate(names), enumerate(runs.points)):
            known = cube[~np.isnan(cube[:, p, k]), p, k]
            quantiles = np.quantile(known, [0.1, 0.5, 0.9]).tolist() if len(known) else [np.nan] * 3
            mean = float(known.mean()) if len(known) else np.nan
            rows.append((scenario, path, values[point], outcome, len(known), mean, *quantiles, point))
    described = pd.DataFrame(rows, columns=[*COLUMNS[:-4], "point"])
    table = described.merge(_effects(runs, names), how="left", on=["scenario", "point", "outcome"])
    return table[list(COLUMNS)].assign(parameters=runs.parameters)


def _effects(runs: RunTable, names: Sequence[str]) -> pd.DataFrame:
    """The effects at each value, judged among all outcomes as in ``effects.csv``."""
    renamed = {"mean": "effect", "low95": "effect_low95", "high95": "effect_high95"}
    columns = ["scenario", "point", "outcome", *COLUMNS[-4:]]
    parts = [part[part["outcome"].isin(names)] for part in paired_effects(runs, runs.outcomes, runs.reference)]
    if not parts:
        return pd.DataFrame(columns=columns).astype({"point": "Int64"})
    table = pd.concat(parts, ignore_index=True).rename(columns=renamed).dropna(subset=["point"])
    return table[columns]


def along(runs: RunTable) -> pd.DataFrame:
    """What every outcome does between the two ends of a sweep, paired by replicate and judged among all outcomes.

    Args:
        runs: of a sweep.

    Returns:
        A row per scenario and outcome, as of :func:`model.experiments.evidence.judged`; ``reference_mean`` is the mean at the first end.
    """
    ends, parts = (runs.points[0], runs.points[-1]), []
    for scenario in runs.scenarios:
        cube = runs.cube(scenario, runs.outcomes, ends)
        first, last = cube[:, 0], cube[:, 1]
        base = means(np.ascontiguousarray(first.T), ~np.isnan(first.T))
        found = measured(last - first, runs.vectors.to_numpy())
        parts.append(pd.DataFrame({"scenario": scenario, "outcome": runs.outcomes, **found, "reference_mean": base}))
    return judged(pd.concat(parts, ignore_index=True))


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
    changes = along(runs)
    changes = changes[changes["outcome"].isin(outcomes)]
    moved = changes[changes["verdict"].isin(EFFECTS)].to_dict("records")
    told = [f"it {effect_words(row)} under {row['scenario']}" for row in moved] + unsaid_words(changes)
    told += [turned for outcome in outcomes if (turned := _turns(table, outcome))]
    words = f" ({meaning.rstrip('.')})" if meaning else ""
    rest = "most of the rest is assumed" if status == "observed" else "not observed, and so is most of the rest"
    return (
        f"As {path}{words} rises from {values[0]:g} to {values[-1]:g}: {'; '.join(told)}. {path} is {status}, {rest}."
    )


def _turns(table: pd.DataFrame, outcome: str) -> str:
    """Policies whose effect raises an outcome at one value of the sweep and lowers it at another."""
    part = table[table["outcome"] == outcome]
    turned = [str(name) for name, rows in part.groupby("scenario", sort=False) if set(EFFECTS) <= set(rows["verdict"])]
    return f"the effect of {join(turned)} on {words_of(outcome)} turns its sign" if turned else ""
