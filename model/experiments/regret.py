"""Which policy is least bad whatever comes: regret and satisficing over futures.

A future is a set of assumptions: a design point (structural variant, sweep, Latin hypercube) with a member of a plausible
set; its outcome is the mean over the replicates. A batch without any has but one set of assumptions, and its replicates
(random draws alone) are the futures. The regret of a policy in a future is what the best policy there would have gained over it
(Savage 1951, Journal of the American Statistical Association 46: 55-67); a policy satisfices where its outcome is at least as
good as a threshold (Starr 1963; McPhail et al. 2018, Earth's Future 6: 169-191).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from model.experiments.errors import PlanError
from model.experiments.results import RunTable
from model.output.outcomes import outcome_named, words_of

COLUMNS = (
    "outcome",
    "better",
    "policy",
    "futures",
    "mean",
    "max_regret",
    "mean_regret",
    "share_best",
    "satisficing_share",
    "threshold",
)
ALL = "all of them"
_COUNTED = frozenset({"persons", "fighters", "townships", "towns", "actors", "governments", "months"})
"""Units of which there are fewer, not less."""


@dataclass(frozen=True)
class Goal:
    """An outcome and which way is better.

    Args:
        outcome: its name.
        more: whether more is better.
        threshold: what is good enough; None for the reference's own value in the same future.
    """

    outcome: str
    more: bool
    threshold: float | None = None

    @property
    def better(self) -> str:
        """``more`` or ``less``."""
        return "more" if self.more else "less"


GOALS = (
    Goal("exports_t_quad", more=True),
    Goal("exports_t_china", more=False),
    Goal("townships_held_junta", more=False),
    Goal("revenue_usd_junta_all", more=False),
    Goal("deaths_civilians_all", more=False),
    Goal("displaced_person_months_all", more=False),
)
"""What policies are ranked by where the user names nothing: an example, not a judgement."""


def futures(runs: RunTable, outcome: str) -> pd.DataFrame:
    """Outcome of every policy in every future.

    Args:
        runs: a batch.
        outcome: which.

    Returns:
        A row a future, a column a policy; futures in which a policy has no value are left out.
    """
    columns = {}
    for scenario in runs.scenarios:
        grid = runs.grid(scenario, outcome)
        columns[scenario] = runs.by_member(grid) if runs.members > 1 else grid.iloc[:, 0]
    return pd.DataFrame(columns).dropna()


def regrets(runs: RunTable, goal: Goal) -> pd.DataFrame:
    """Regret of every policy in every future, in the outcome's unit.

    Args:
        runs: a batch with at least two policies.
        goal: which outcome, and which way is better.

    Returns:
        A row a future, a column a policy, none below 0.
    """
    table = futures(runs, goal.outcome) * (1.0 if goal.more else -1.0)
    return table.rsub(table.max(axis=1), axis=0)


def regret_table(runs: RunTable, goals: Sequence[Goal]) -> pd.DataFrame:
    """Policies over futures.

    Args:
        runs: a batch with at least two policies.
        goals: what is wanted.

    Returns:
        Columns :data:`COLUMNS`: for each goal a row a policy, the least maximum regret first, with the share of futures in
        which it is best (ties count for all) and in which it is good enough; with several goals also the share of futures
        in which it is good enough in all of them.

    Raises:
        PlanError: there is but one policy, or no goal.
        StoreError: an outcome is unknown.
    """
    runs.checked([goal.outcome for goal in goals])
    if len(runs.scenarios) < 2:
        raise PlanError(f"{runs.name}: holds one policy: regret compares at least two")
    if not goals:
        raise PlanError("name at least one goal: --more OUTCOME or --less OUTCOME")
    good = {goal.outcome: _good_enough(runs, goal) for goal in goals}
    parts = [_of_goal(runs, goal, good[goal.outcome]) for goal in goals]
    if len(goals) > 1:
        parts.append(_of_all(good))
    return pd.concat(parts, ignore_index=True)[list(COLUMNS)].assign(parameters=runs.parameters)


def _of_goal(runs: RunTable, goal: Goal, good: pd.DataFrame) -> pd.DataFrame:
    values, regret = futures(runs, goal.outcome), regrets(runs, goal)
    table = pd.DataFrame(
        {
            "outcome": goal.outcome,
            "better": goal.better,
            "policy": list(values.columns),
            "futures": len(values),
            "mean": values.mean().to_numpy(),
            "max_regret": regret.max().to_numpy(),
            "mean_regret": regret.mean().to_numpy(),
            "share_best": (regret == 0).mean().to_numpy(),
            "satisficing_share": good.mean().to_numpy(),
            "threshold": runs.reference if goal.threshold is None else f"{goal.threshold:g}",
        }
    )
    return table.sort_values("max_regret", kind="stable")


def _good_enough(runs: RunTable, goal: Goal) -> pd.DataFrame:
    values = futures(runs, goal.outcome)
    threshold = values[runs.reference] if goal.threshold is None else pd.Series(goal.threshold, index=values.index)
    return values.ge(threshold, axis=0) if goal.more else values.le(threshold, axis=0)


def _of_all(good: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    first, *others = good.values()
    together = first
    for other in others:
        together = together & other.reindex(together.index, fill_value=False)
    table = pd.DataFrame({"policy": list(together.columns), "satisficing_share": together.mean().to_numpy()})
    table = table.assign(outcome=ALL, better="", futures=len(together), threshold="")
    return table.reindex(columns=list(COLUMNS)).sort_values("satisficing_share", ascending=False, kind="stable")


def wish(better: str, outcome: str) -> str:
    """A goal in words: "more ore to China", "fewer civilians killed"."""
    known = outcome_named(outcome)
    counted = known is not None and known.unit in _COUNTED
    return f"{'fewer' if counted and better == 'less' else better} {words_of(outcome)}"


def finding(table: pd.DataFrame, runs: RunTable, goals: Sequence[Goal]) -> str:
    """What was found, and what it rests on.

    Args:
        table: of :func:`regret_table`.
        runs: the batch.
        goals: what was wanted.
    """
    told = []
    for goal in goals:
        part = table[table["outcome"] == goal.outcome]
        least = part[np.isclose(part["max_regret"], part["max_regret"].min(), rtol=1e-9)]["policy"].tolist()
        names = "every policy" if len(least) == len(part) else " and ".join(least)
        told.append(f"for {wish(goal.better, goal.outcome)}, {names} has the lowest maximum regret")
    if runs.members > 1:
        basis = f"{runs.members} futures that differ in {runs.varied}, all assumed, not observed"
    else:
        basis = "replicates of one set of assumed, not observed, parameters: random draws alone; --variants all adds futures"
    text = "; ".join(told)
    return f"{text[0].upper()}{text[1:]}. This rests on {basis}."
