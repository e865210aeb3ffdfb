"""Which policy is least bad whatever comes: regret and satisficing over futures.

A future is a set of assumptions: a design point (structural variant, sweep, Latin hypercube) with a member of a plausible
set; its outcome is the mean over the replicates. A batch without any has but one set of assumptions, and its replicates
(random draws alone) are the futures. The regret of a policy in a future is what the best policy there would have gained over it
(Savage 1951, Journal of the American Statistical Association 46: 55-67); a policy satisfices where its outcome is at least as
good as a threshold (Starr 1963; McPhail et al. 2018, Earth's Future 6: 169-191).

What of the order is luck is told by resampling the replicates within each future, with the same draw for all policies and design points
(Efron & Tibshirani 1993, *An Introduction to the Bootstrap*, chapter 6): how often each policy has the lowest maximum regret. With one
replicate a future, random variation and the future cannot be told apart. Noise in the means makes the largest regret look larger.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from model.arrays import Floats
from model.experiments.errors import PlanError
from model.experiments.results import RunTable
from model.experiments.stability import means
from model.output.outcomes import outcome_named, words_of
from model.output.units import capital, join, number, shown_of

COLUMNS = (
    "outcome",
    "better",
    "policy",
    "futures",
    "mean",
    "max_regret",
    "max_regret_low95",
    "max_regret_high95",
    "share_lowest",
    "mean_regret",
    "share_best",
    "satisficing_share",
    "threshold",
)
ALL = "all of them"
RESAMPLES = 500
SURE = 0.95
"""Share of the resamples in which a policy must have the lowest maximum regret to be named for it."""
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


def luck(runs: RunTable, goal: Goal) -> pd.DataFrame:
    """How far the largest regrets rest on the random draws of the replicates.

    Args:
        runs: a batch with at least two policies.
        goal: which outcome, and which way is better.

    Returns:
        By policy (the index): ``low`` and ``high``, 95% of the resampled largest regrets, and ``lowest``, the share of resamples in which
        the policy has the lowest; NaN where every future has one replicate.
    """
    sign, vectors = (1.0 if goal.more else -1.0), runs.vectors.to_numpy()
    values = sign * np.stack([runs.cube(policy, [goal.outcome])[:, :, 0] for policy in runs.scenarios])  # (S, R, P)
    groups = [np.flatnonzero(vectors == one) for one in np.unique(vectors)]
    empty = pd.DataFrame(np.nan, index=list(runs.scenarios), columns=["low", "high", "lowest"])
    if max(map(len, groups)) < 2:
        return empty
    rng, found = np.random.default_rng(0), []
    for _ in range(RESAMPLES):
        drawn = [rng.choice(group, len(group)) for group in groups]
        # With one set of assumptions each replicate is a future.
        parts = [_means(values[:, rows]) for rows in drawn] if runs.members > 1 else [values[:, drawn[0], 0]]
        outcome = np.concatenate(parts, axis=1)
        regret = outcome.max(axis=0) - outcome
        found.append(regret[:, ~np.isnan(regret).any(axis=0)].max(axis=1, initial=0.0))
    largest = np.stack(found)
    lowest = np.isclose(largest, largest.min(axis=1, keepdims=True), rtol=1e-9).mean(axis=0)
    low, high = np.quantile(largest, [0.025, 0.975], axis=0)
    return empty.assign(low=low, high=high, lowest=lowest)


def _means(values: Floats) -> Floats:
    """(S, P) means over the replicates, which is the second axis."""
    moved = np.ascontiguousarray(values.swapaxes(1, 2))
    return means(moved, ~np.isnan(moved))


def regret_table(runs: RunTable, goals: Sequence[Goal]) -> pd.DataFrame:
    """Policies over futures.

    Args:
        runs: a batch with at least two policies.
        goals: what is wanted.

    Returns:
        Columns :data:`COLUMNS`: for each goal a row per policy, the least maximum regret first, with what of
        it is luck (:func:`luck`), the share of futures in
        which it is best (ties count for all) and in which it is good enough; with several goals also the share of futures
        in which it is good enough in all of them.

    Raises:
        PlanError: there is but one policy, or no goal.
        StoreError: an outcome is unknown.
    """
    runs.checked([goal.outcome for goal in goals])
    if len(runs.scenarios) < 2:
        raise PlanError(f"{runs.name}: contains one policy: regret compares at least two")
    if not goals:
        raise PlanError("name at least one goal: --more OUTCOME or --less OUTCOME")
    good = {goal.outcome: _good_enough(runs, goal) for goal in goals}
    parts = [_of_goal(runs, goal, good[goal.outcome]) for goal in goals]
    if len(goals) > 1:
        parts.append(_of_all(good))
    return pd.concat(parts, ignore_index=True)[list(COLUMNS)].assign(parameters=runs.parameters)


def _of_goal(runs: RunTable, goal: Goal, good: pd.DataFrame) -> pd.DataFrame:
    values, regret, chance = futures(runs, goal.outcome), regrets(runs, goal), luck(runs, goal)
    table = pd.DataFrame(
        {
            "outcome": goal.outcome,
            "better": goal.better,
            "policy": list(values.columns),
            "futures": len(values),
            "mean": values.mean().to_numpy(),
            "max_regret": regret.max().to_numpy(),
            "max_regret_low95": chance["low"].to_numpy(),
            "max_regret_high95": chance["high"].to_numpy(),
            "share_lowest": chance["lowest"].to_numpy(),
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
    told = [_lowest(table[table["outcome"] == goal.outcome], goal) for goal in goals]
    if runs.members > 1:
        basis = f"{runs.members} futures that differ in {runs.varied}, all assumed, not observed"
    else:
        basis = "replicates of one parameter set (assumed, not observed) that differ by random draws only; --variants all adds futures"
    text = "; ".join(told)
    if table["share_lowest"].isna().all():
        basis += ". Each future has a single run, so the order may be luck; more --replicates than there are parameter sets would tell"
    return f"{capital(text)}. Based on {basis}."


def _lowest(part: pd.DataFrame, goal: Goal) -> str:
    """Which policy has the lowest maximum regret, how large that is, and whether it is luck."""
    best = part.iloc[0]
    least = part[np.isclose(part["max_regret"], best["max_regret"], rtol=1e-9)]
    lead, shown = f"for {wish(goal.better, goal.outcome)}", shown_of(goal.outcome)
    if len(least) == len(part):
        return f"{lead}, every policy has the same maximum regret"
    size = f"{number(shown.factor * best['max_regret'])} {shown.change}".rstrip()
    who = f"{lead}, {join(least['policy'].astype(str).tolist())} {'has' if len(least) == 1 else 'have'} the lowest maximum regret, {size}"
    if np.isnan(best["share_lowest"]):
        return who
    low, high = (number(shown.factor * best[key]) for key in ("max_regret_low95", "max_regret_high95"))
    if best["share_lowest"] >= SURE:
        return f"{who} [{low}, {high}]"
    shares = part.sort_values("share_lowest", ascending=False, kind="stable")[["policy", "share_lowest"]].head(2)
    said = join([f"{name} has it in {100 * share:.0f}%" for name, share in shares.itertuples(index=False)])
    return f"{lead}, not enough runs to tell which policy has the lowest maximum regret: {said} of resampled runs"
