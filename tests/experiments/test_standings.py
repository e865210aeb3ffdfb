"""Policies ranked by a goal: order, ties, answers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from model.experiments.errors import PlanError
from model.experiments.regret import Goal
from model.experiments.results import RunTable
from model.experiments.standings import standings


def runs_of(values: dict[str, dict[str, list[float]]]) -> RunTable:
    """Policy -> answer -> an outcome by replicate."""
    rows = [
        {"scenario": policy, "point": point, "label": answer, "replicate": k, "exports_t_quad": value}
        for policy, answers in values.items()
        for point, (answer, each) in enumerate(answers.items())
        for k, value in enumerate(each)
    ]
    return RunTable("made up", pd.DataFrame(rows), 0, ("exports_t_quad",), ("label",), {"reference": "none"})


NOISE = np.random.default_rng(1).normal(0, 1, 30)


def noisy(mean: float, own: float = 0.05, seed: int = 2) -> list[float]:
    return list(100 * (mean + 20 * NOISE + np.random.default_rng(seed).normal(0, own, 30)))


def by_policy(runs: RunTable, *, more: bool) -> dict[str, dict[str, Any]]:
    table = standings(runs, [Goal("exports_t_quad", more=more)])
    return {str(row["policy"]): {str(key): value for key, value in row.items()} for row in table.to_dict("records")}


def test_policies_are_told_apart_by_pairs_and_share_a_rank_where_they_are_not() -> None:
    runs = runs_of({"none": {"": noisy(0.0)}, "a": {"": noisy(1.0, seed=3)}, "b": {"": noisy(1.0, 0.5, seed=4)}})
    table = by_policy(runs, more=True)
    assert table["none"]["rank"] == 3 and table["none"]["behind_low95"] == 0.0
    assert table["a"]["rank"] == table["b"]["rank"] == 1
    assert table["a"]["gain"] == pytest.approx(100, abs=10) and table["a"]["gain_low95"] > 90
    fewer = by_policy(runs, more=False)
    assert fewer["none"]["rank"] == 1 and fewer["a"]["gain"] < 0 and fewer["a"]["mean"] == table["a"]["mean"]


def test_a_difference_that_does_not_matter_shares_the_rank() -> None:
    runs = runs_of({"none": {"": noisy(0.0)}, "a": {"": noisy(0.05, 0.01, seed=3)}})
    table = by_policy(runs, more=True)
    assert table["a"]["gain_low95"] > 0, "it is told from nothing"
    assert table["none"]["rank"] == table["a"]["rank"] == 1, "but 5 t are less than the 10 t that matter"


def test_each_answer_has_its_own_order_and_sets_with_one_label_are_averaged() -> None:
    values = {
        "none": {"open": noisy(0.0), "shut": noisy(1.0)},
        "a": {"open": noisy(1.0, seed=3), "shut": noisy(0.0, seed=3)},
    }
    table = standings(runs_of(values), [Goal("exports_t_quad", more=True)])
    first = table[table["rank"] == 1].set_index("answer")["policy"]
    assert first.to_dict() == {"open": "a", "shut": "none"}
    runs = runs_of(values)
    together = RunTable("x", runs.frame.assign(label="both"), 0, runs.outcomes, runs.swept, runs.manifest)
    table = standings(together, [Goal("exports_t_quad", more=True)])
    assert set(table["rank"]) == {1} and set(table["sets"]) == {2} and set(table["sets_first"]) == {1}


def test_one_policy_alone_is_refused() -> None:
    with pytest.raises(PlanError, match="at least two"):
        standings(runs_of({"none": {"": noisy(0.0)}}), [Goal("exports_t_quad", more=True)])
