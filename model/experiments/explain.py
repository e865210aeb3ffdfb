"""A policy taken apart: what of each instrument arrives, and which of them moved each outcome.

The policy is run whole, without any instrument, and without one of them in turn, all with common random numbers. An
instrument's *share* of an outcome is the mean paired difference between the whole policy and the policy without it (leave one
out). Shares need not add up to the effect of the whole. What is missing is the *interaction*: below zero (for a positive effect)
where instruments need one another, so that each counts what they do together; above zero where they can stand in for one another.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

import numpy as np
import pandas as pd

from model.experiments.batch_file import read_plan
from model.experiments.errors import PlanError
from model.experiments.evidence import EFFECTS, judged, measured
from model.experiments.intervals import interval
from model.experiments.plan import BatchPlan, make_plan
from model.experiments.results import RunTable
from model.experiments.stability import means
from model.output.units import units_of

NONE, WITHOUT = "no_instruments", "without_"
"""Labels of the runs without any instrument, and without one of them."""
ALL, INTERACTION = "all instruments", "interaction"
"""Rows of the table of shares that are no instrument."""

SHARE_COLUMNS = (
    "outcome",
    "unit",
    "instrument",
    "n",
    "mean",
    "low95",
    "high95",
    "interval",
    "of_total",
    "reference_mean",
    "matters",
    "q",
    "replicates_needed",
    "verdict",
)
ACCOUNT_COLUMNS = (
    *("instrument", "kind", "target", "months_due", "level", "share_taken", "share_waiting", "share_refused_fear"),
    *("share_refused_autonomy", "share_no_target", "times_dropped", "share_built_up", "attention", "share_taken_in"),
    *("delivered", "delivered_low95", "delivered_high95", "share_delivered", "promised", "arrives", "unit"),
)


def plan_explain(name: str, sets: Sequence[str] = (), **more: Any) -> BatchPlan:
    """Plan the runs that take a policy apart.

    Args:
        name: of the scenario, or its file.
        sets: overrides.
        **more: replicates, base_seed, parameters and command of :func:`model.experiments.batch_file.read_plan`.

    Raises:
        PlanError: the scenario has no instrument, so that there is nothing to explain, or something is wrong in it.
    """
    plan = read_plan([name], sets=sets, **more)
    policy, names = plan.labels[0], list(plan.scenarios[plan.labels[0]]["united_states"]["instruments"])
    if not names:
        raise PlanError(
            f"{policy}: has no US instruments, so there is no policy to explain; give a scenario with instruments, such as engage_kia"
        )
    left_out = {NONE: names} | ({f"{WITHOUT}{one}": [one] for one in names} if len(names) > 1 else {})
    if policy in left_out:
        raise PlanError(f"{policy}: the scenario has the same name as one of its parts; rename it")
    drawn = [json.loads(spec.scenario) for spec in plan.specs[: max(min(len(plan.vectors), plan.replicates), 1)]]
    at_points = {label: [_without(one, some) for one in drawn] for label, some in {policy: [], **left_out}.items()}
    return make_plan(
        f"{policy}-explain",
        {label: _without(plan.scenarios[policy], some) for label, some in {policy: [], **left_out}.items()},
        replicates=plan.replicates,
        base_seed=plan.base_seed or 0,
        reference=NONE,
        vectors=plan.vectors,
        parameters=plan.parameters,
        pinned=dict.fromkeys(at_points, plan.pinned.get(policy, ())),
        at_points=at_points,
        command=plan.command,
    )


def _without(resolved: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """A resolved scenario without some instruments."""
    other = deepcopy(dict(resolved))
    for name in names:
        del other["united_states"]["instruments"][name]
    return other


def is_explained(labels: Sequence[str]) -> bool:
    """Whether a batch holds the runs of :func:`plan_explain`, by the labels of its scenarios."""
    rest = labels[2:]
    return len(labels) >= 2 and labels[1] == NONE and all(label.startswith(WITHOUT) for label in rest)


def share_table(runs: RunTable, outcomes: Sequence[str], instruments: Sequence[str]) -> pd.DataFrame:
    """The effect of the whole policy, the share of each instrument, and the interaction.

    Args:
        runs: of :func:`plan_explain`.
        outcomes: names of outcomes.
        instruments: names of the instruments.

    Returns:
        Columns :data:`SHARE_COLUMNS`: for each outcome a row for ALL, for each instrument and for INTERACTION, with mean paired
        differences, their 95% intervals, methods and verdicts, which are over all outcomes of the runs. ``of_total`` is the mean
        over that of ALL, ``reference_mean`` the mean without instruments. There is no INTERACTION with a single instrument.
    """
    asked, every, policy = runs.checked(outcomes), list(runs.outcomes), runs.scenarios[0]
    whole, none = (runs.cube(label, every)[:, 0] for label in (policy, NONE))
    parts = {ALL: whole - none}
    for one in instruments:
        label = f"{WITHOUT}{one}" if len(instruments) > 1 else NONE
        parts[one] = whole - runs.cube(label, every)[:, 0]
    if len(instruments) > 1:
        parts[INTERACTION] = parts[ALL] - np.sum([parts[one] for one in instruments], axis=0)
    units, base = units_of(every), means(np.ascontiguousarray(none.T), ~np.isnan(none.T))
    frames = []
    for part, values in parts.items():
        found = pd.DataFrame({"outcome": every, **measured(values, runs.vectors.to_numpy()), "reference_mean": base})
        frames.append(judged(found).assign(instrument=part, unit=[units[name] for name in every]))
    total = frames[0]["mean"].replace(0.0, np.nan)
    table = pd.concat([frame.assign(of_total=frame["mean"] / total) for frame in frames], ignore_index=True)
    table = table[table["outcome"].isin(asked)]
    order = table["outcome"].map({name: place for place, name in enumerate(asked)})
    table = table.loc[order.sort_values(kind="stable").index].reset_index(drop=True)
    return table[list(SHARE_COLUMNS)].assign(parameters=runs.parameters)


def account_table(rows: pd.DataFrame) -> pd.DataFrame:
    """What was offered, taken, turned down and why, and what arrived: means over runs.

    Args:
        rows: the table ``instruments`` of the runs with the whole policy.

    Returns:
        Columns :data:`ACCOUNT_COLUMNS`, a row an instrument. Shares are of the months due; ``level`` and ``delivered`` are
        mean levels over these months, ``delivered`` with its 95% interval; level x share taken x share built up x attention x
        share taken in gives what is delivered. Kinds that stand once declared need no attention (1); all but aid can be taken in
        (1). ``promised`` and ``arrives`` are level and delivered in ``unit`` a month, NaN where the kind has no size.
    """
    found = []
    for name, part in rows.groupby("instrument", sort=False, observed=True):
        due, sums = float(part["due"].sum()), part.select_dtypes("number").sum()
        shares = [
            _over(sums[key], due) for key in ("taken", "waiting", "refused_fear", "refused_autonomy", "no_target")
        ]
        arrived = (part["delivered"] / part["due"].where(part["due"] > 0)).dropna().to_numpy(dtype=np.float64)
        low, high, _ = interval(arrived) if len(arrived) else (np.nan, np.nan, "")
        level, delivered = _over(sums["offered"], due), _over(sums["delivered"], due)
        chain = (float(part["dropped"].mean()), *(_over(sums[b], sums[a]) for a, b in _CHAIN))
        first = (str(name), str(part["kind"].iloc[0]), str(part["target"].iloc[0]), due / len(part), level)
        size, unit = float(part["per_level"].mean()), str(part["unit"].iloc[0])
        amounts = (size * level, size * delivered, unit)
        found.append((*first, *shares, *chain, delivered, low, high, _over(delivered, level), *amounts))
    return pd.DataFrame(found, columns=list(ACCOUNT_COLUMNS))


_CHAIN = (("accepted", "ramped"), ("ramped", "sent"), ("sent", "delivered"))


def _over(part: Any, whole: Any) -> float:
    return float(part) / float(whole) if whole else np.nan


def clearest(table: pd.DataFrame, most: int) -> list[str]:
    """The outcomes that the whole policy raises or lowers most: by the end of the interval nearest to zero over what matters.

    Args:
        table: of :func:`share_table`.
        most: outcomes at most.
    """
    whole = table[(table["instrument"] == ALL) & table["verdict"].isin(EFFECTS)]
    nearest = np.minimum(whole["low95"].abs(), whole["high95"].abs()) / whole["matters"]
    return whole["outcome"].astype(str)[nearest.sort_values(ascending=False, kind="stable").index].tolist()[:most]
