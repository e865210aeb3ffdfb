"""Regret over futures."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from model.experiments.errors import PlanError, StoreError
from model.experiments.regret import ALL, Goal, finding, regret_table, regrets
from model.experiments.results import RunTable

# Mean tonnes of three policies in three futures, and their deaths.
TONNES = {"base": [4.0, 4.0, 4.0], "bold": [9.0, 3.0, 0.0], "steady": [6.0, 5.0, 3.0]}
DEATHS = {"base": [1.0, 1.0, 1.0], "bold": [1.0, 2.0, 2.0], "steady": [1.0, 1.0, 2.0]}


def batch() -> RunTable:
    """Each future is a design point with two replicates around its mean."""
    rows = [
        {
            "scenario": policy,
            "point": point,
            "replicate": replicate,
            "structure.x": point,
            "tonnes": TONNES[policy][point] + (10 if replicate else -10),
            "deaths": DEATHS[policy][point],
        }
        for policy in TONNES
        for point in range(3)
        for replicate in range(2)
    ]
    return RunTable("x", pd.DataFrame(rows), 0, ("tonnes", "deaths"), ("structure.x",), {"reference": "base"})


def test_regret_is_what_the_best_policy_of_the_same_future_would_gain() -> None:
    more = regrets(batch(), Goal("tonnes", more=True))
    assert more.to_dict("list") == {"base": [5, 1, 0], "bold": [0, 2, 4], "steady": [3, 0, 1]}
    less = regrets(batch(), Goal("deaths", more=False))
    assert less.to_dict("list") == {"base": [0, 0, 0], "bold": [0, 1, 1], "steady": [0, 0, 1]}


def test_the_table_ranks_policies_and_counts_the_futures_in_which_they_are_good_enough() -> None:
    table = regret_table(batch(), [Goal("tonnes", more=True), Goal("deaths", more=False, threshold=1.5)])
    tonnes = table[table["outcome"] == "tonnes"].set_index("policy")
    assert list(tonnes.index) == ["steady", "bold", "base"]
    assert tonnes["max_regret"].tolist() == [3, 4, 5]
    assert tonnes.loc["steady", "mean_regret"] == pytest.approx(4 / 3)
    assert tonnes["share_best"].tolist() == pytest.approx([1 / 3] * 3)
    # Against the reference's own 4 tonnes in the same future.
    assert tonnes["satisficing_share"].tolist() == pytest.approx([2 / 3, 1 / 3, 1])
    both = table[table["outcome"] == ALL].set_index("policy")["satisficing_share"]
    assert both.to_dict() == pytest.approx({"base": 1.0, "steady": 2 / 3, "bold": 1 / 3})
    steady = tonnes.loc["steady"]
    assert (steady["max_regret_low95"], steady["max_regret_high95"], steady["share_lowest"]) == (3, 3, 1)
    told = finding(table, batch(), [Goal("tonnes", more=True)])
    assert told.startswith("For more tonnes, steady has the lowest maximum regret, 3 [3, 3].")
    assert "3 futures that differ in structure.x, all assumed, not observed" in told


def test_without_variants_the_futures_are_luck_and_it_is_said() -> None:
    runs = batch()
    single = RunTable("x", runs.frame[runs.frame["point"] == 0], 0, runs.outcomes, (), runs.manifest)
    table = regret_table(single, [Goal("tonnes", more=True)])
    assert table["futures"].tolist() == [2, 2, 2]
    assert "that differ by random draws only" in finding(table, single, [Goal("tonnes", more=True)])


def test_one_policy_no_goal_or_an_unknown_outcome_are_refused() -> None:
    runs = batch()
    alone = RunTable("x", runs.frame[runs.frame["scenario"] == "base"], 0, runs.outcomes, ())
    with pytest.raises(PlanError, match="at least two"):
        regret_table(alone, [Goal("tonnes", more=True)])
    with pytest.raises(PlanError, match="at least one goal"):
        regret_table(runs, [])
    with pytest.raises(StoreError, match="did you mean 'tonnes'"):
        regret_table(runs, [Goal("tones", more=True)])


def noisy(replicates: int) -> RunTable:
    """Policies that differ by less than their noise; each replicate has a draw of its own for each policy."""
    rng = np.random.default_rng(5)
    rows = [
        {"scenario": policy, "point": point, "replicate": k, "structure.x": point, "tonnes": 0.1 * place + rng.normal()}
        for place, policy in enumerate(("base", "bold", "steady"))
        for point in range(3)
        for k in range(replicates)
    ]
    return RunTable("x", pd.DataFrame(rows), 0, ("tonnes",), ("structure.x",), {"reference": "base"})


def test_an_order_that_is_luck_is_not_told_as_one() -> None:
    goals = [Goal("tonnes", more=True)]
    table = regret_table(noisy(5), goals)
    assert table["share_lowest"].sum() == pytest.approx(1) and table["share_lowest"].max() < 0.95
    best = table.sort_values("share_lowest", ascending=False).iloc[0]
    told = finding(table, noisy(5), goals)
    assert "not enough runs to tell which policy has the lowest maximum regret" in told
    assert f"{best['policy']} has it in {100 * best['share_lowest']:.0f}%" in told


def test_with_one_run_a_future_it_is_said_that_luck_cannot_be_told() -> None:
    table = regret_table(one_each(), [Goal("tonnes", more=True)])
    assert table["share_lowest"].isna().all()
    assert "the order may be luck" in finding(table, one_each(), [Goal("tonnes", more=True)])


def one_each() -> RunTable:
    """Each replicate has a parameter vector of its own."""
    frame = noisy(6).frame.query("point == 0").drop(columns="structure.x")
    return RunTable("x", frame.assign(vector=frame["replicate"]), 0, ("tonnes",), (), {"reference": "base"})
