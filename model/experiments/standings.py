"""Who is best at what: policies ranked by a goal, told apart by paired differences, under one set of assumptions or several.

Policies stand in the order of their means. The best leads a rank, and those from which the one rule of evidence does not tell it apart
(:mod:`model.experiments.evidence`: too few runs, or no difference that matters) share it; the first that can be told apart leads the next.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.arrays import Floats
from model.experiments.design import LABEL
from model.experiments.errors import PlanError
from model.experiments.evidence import RAISES, judged, measured
from model.experiments.regret import Goal
from model.experiments.results import RunTable

COLUMNS = (
    "outcome",
    "better",
    "answer",
    "policy",
    "rank",
    "mean",
    "behind",
    "behind_low95",
    "behind_high95",
    "gain",
    "gain_low95",
    "gain_high95",
    "n",
    "sets",
    "sets_first",
)


def standings(runs: RunTable, goals: Sequence[Goal]) -> pd.DataFrame:
    """Rank the policies of a batch by each goal, under each labelled answer.

    Args:
        runs: a batch with at least two policies; design points with one label (an answer of Beijing's, say) are averaged over.
        goals: what is wanted.

    Returns:
        Columns :data:`COLUMNS`: for each goal and answer a row per policy, the first rank first. ``behind`` is the mean paired
        difference to the policy that leads the rank, at least 0, and ``gain`` that to the reference, above 0 where it is better than
        it, both in the outcome's unit and with 95% intervals. ``sets`` counts the design points with that label and
        ``sets_first`` those in which the policy has the best mean.

    Raises:
        PlanError: there is but one policy.
        StoreError: an outcome is unknown.
    """
    names = runs.checked([goal.outcome for goal in goals])
    if len(runs.scenarios) < 2:
        raise PlanError(f"{runs.name}: contains one policy: a ranking needs at least two")
    answers = answers_of(runs)
    cubes = {policy: runs.cube(policy, names) for policy in runs.scenarios}
    places = {point: place for place, point in enumerate(runs.points)}
    rows: list[tuple[object, ...]] = []
    for goal in goals:
        sign, column = (1.0 if goal.more else -1.0), names.index(goal.outcome)
        for answer, points in answers.items():
            chosen = [places[point] for point in points]
            values = {policy: sign * cube[:, chosen, column] for policy, cube in cubes.items()}
            for row in _ranked(goal.outcome, values, runs.reference, sign, runs.vectors.to_numpy()):
                rows.append((goal.outcome, goal.better, answer, *row))
    return pd.DataFrame(rows, columns=list(COLUMNS)).assign(parameters=runs.parameters)


def answers_of(runs: RunTable) -> dict[str, list[int]]:
    """The design points of a batch by their label, in the order of the batch; one group with an empty label where they have none."""
    if LABEL not in runs.swept:
        return {"": list(runs.points)}
    labels = runs.design()[LABEL].astype(str)
    return {label: [int(point) for point in part.index] for label, part in labels.groupby(labels, sort=False)}


def _ranked(
    outcome: str, values: dict[str, Floats], reference: str, sign: float, vectors: NDArray[np.integer]
) -> Iterator[tuple[object, ...]]:
    """The columns from ``policy`` on for one goal: (replicates, points) arrays by policy, more is better."""
    known: NDArray[np.bool_] = np.all(~np.isnan(np.stack(list(values.values()))), axis=0)
    if not known.any():
        return
    each = {policy: np.where(known, array, np.nan) for policy, array in values.items()}
    complete = np.any(known, axis=1)
    runs = {policy: np.nanmean(array[complete], axis=1) for policy, array in each.items()}
    drawn = vectors[complete]
    by_set = {policy: np.nanmean(array[:, np.any(known, axis=0)], axis=0) for policy, array in each.items()}
    best_of_sets = np.max(np.stack(list(by_set.values())), axis=0)
    order = sorted(runs, key=lambda policy: -float(runs[policy].mean()))
    leader, rank = order[0], 1
    for place, policy in enumerate(order, start=1):
        behind = _paired(runs[leader] - runs[policy], drawn)
        if policy != leader and _is_behind(outcome, runs[leader], runs[policy], drawn):
            leader, rank, behind = policy, place, (0.0, 0.0, 0.0)
        gain = _paired(runs[policy] - runs[reference], drawn)
        first = int(np.isclose(by_set[policy], best_of_sets, rtol=1e-12).sum())
        mean = sign * float(runs[policy].mean())
        yield (policy, rank, mean, *behind, *gain, len(runs[policy]), len(best_of_sets), first)


def _is_behind(outcome: str, leader: Floats, policy: Floats, vectors: NDArray[np.integer]) -> bool:
    """Whether a policy can be told apart from the one that leads its rank, by a difference that matters."""
    found = measured((leader - policy)[:, None], vectors)
    table = pd.DataFrame({"outcome": [outcome], **found, "reference_mean": [float(policy.mean())]})
    return bool(judged(table)["verdict"].iloc[0] == RAISES)


def _paired(difference: Floats, vectors: NDArray[np.integer]) -> tuple[float, float, float]:
    found = measured(difference[:, None], vectors)
    return float(found["mean"][0]), float(found["low95"][0]), float(found["high95"][0])
