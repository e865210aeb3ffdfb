from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from model.experiments.compare import EFFECT_COLUMNS
from model.experiments.compare import paired_effects as effects_of_runs
from model.experiments.intervals import interval, intervals
from model.experiments.results import RunTable
from model.experiments.summary import SUMMARY_COLUMNS, summarise
from tests.experiments.fakes import only_row


def runs_of(**scenarios: list[float | None]) -> pd.DataFrame:
    """A table of runs with one outcome, a row for each value."""
    rows = [
        {"scenario": label, "point": 0, "replicate": replicate, "tonnes": value}
        for label, values in scenarios.items()
        for replicate, value in enumerate(values)
    ]
    return pd.DataFrame(rows).astype({"tonnes": float})


def paired_effects(runs: pd.DataFrame, outcomes: list[str], reference: str) -> pd.DataFrame:
    return pd.concat(
        effects_of_runs(RunTable("x", runs, 0, tuple(outcomes), ()), outcomes, reference), ignore_index=True
    )


def test_summary_against_a_hand_calculation() -> None:
    summary = summarise(runs_of(a=[1.0, 2.0, 3.0, None, 10.0]), ["tonnes"])
    assert list(summary.columns) == list(SUMMARY_COLUMNS)
    row = only_row(summary)
    assert (row.scenario, row.point, row.outcome, row.n, row.n_missing) == ("a", 0, "tonnes", 4, 1)
    assert row.mean == 4.0
    assert row.sd == pytest.approx(np.sqrt(50 / 3))
    assert (row.median, row.p10, row.p90) == (2.5, pytest.approx(1.3), pytest.approx(7.9))


def test_effects_against_a_hand_calculation() -> None:
    effects = paired_effects(runs_of(base=[1.0, 2.0, 4.0, 5.0], policy=[3.0, 3.0, 3.0, 9.0]), ["tonnes"], "base")
    assert list(effects.columns) == list(EFFECT_COLUMNS)
    row = only_row(effects)
    # differences 2, 1, -1, 4
    assert (row.scenario, row.reference, row.outcome, row.n, row.n_missing) == ("policy", "base", "tonnes", 4, 0)
    assert (row.mean, row.median, row.share_positive, row.share_negative) == (1.5, 1.5, 0.75, 0.25)
    assert row.reference_mean == 3.0
    unpaired = np.var([1, 2, 4, 5], ddof=1) + np.var([3, 3, 3, 9], ddof=1)
    assert row.variance_ratio == pytest.approx(unpaired / np.var([2, 1, -1, 4], ddof=1))
    half = stats.t.ppf(0.975, 3) * np.std([2, 1, -1, 4], ddof=1) / 2
    assert (row.low95, row.high95, row.interval) == (pytest.approx(1.5 - half), pytest.approx(1.5 + half), "t")


def test_replicates_are_paired_by_number_not_by_row() -> None:
    runs = runs_of(base=[1.0, 5.0, 9.0], policy=[2.0, 6.0, 10.0])
    shuffled = runs.iloc[[4, 0, 5, 2, 3, 1]]
    row = only_row(paired_effects(shuffled, ["tonnes"], "base"))
    assert (row.mean, row.share_positive) == (1.0, 1.0)


def test_pairs_with_a_missing_value_are_left_out_and_counted() -> None:
    runs = runs_of(base=[1.0, None, 3.0, 4.0], policy=[2.0, 3.0, float("nan"), 6.0])
    row = only_row(paired_effects(runs, ["tonnes"], "base"))
    assert (row.n, row.n_missing, row.mean, row.reference_mean) == (2, 2, 1.5, 2.5)


def test_replicates_that_only_one_scenario_has_count_as_missing() -> None:
    row = only_row(paired_effects(runs_of(base=[1.0, 2.0, 3.0], policy=[2.0, 4.0]), ["tonnes"], "base"))
    assert (row.n, row.n_missing, row.mean) == (2, 1, 1.5)


def test_no_pair_at_all_gives_nulls_with_n() -> None:
    row = only_row(paired_effects(runs_of(base=[None, 2.0], policy=[1.0, None]), ["tonnes"], "base"))
    assert (row.n, row.n_missing) == (0, 2)
    assert np.isnan([row.mean, row.low95, row.variance_ratio]).all()


def test_difference_that_is_zero_everywhere_has_no_variance_ratio() -> None:
    row = only_row(paired_effects(runs_of(base=[1.0, 2.0, 3.0], policy=[1.0, 2.0, 3.0]), ["tonnes"], "base"))
    assert (row.mean, row.low95, row.high95, row.share_positive) == (0.0, 0.0, 0.0, 0.0)
    assert np.isnan(row.variance_ratio)
    assert np.isnan(row.replicates_needed)


def test_points_of_a_sweep_are_compared_with_the_reference_at_the_same_point() -> None:
    runs = pd.concat([runs_of(base=[1.0, 2.0], policy=[2.0, 3.0]), runs_of(base=[5.0, 6.0], policy=[8.0, 9.0])])
    runs["point"] = [0] * 4 + [1] * 4
    effects = paired_effects(runs, ["tonnes"], "base")
    # First over both points, where pairs are means over them; then each.
    assert effects["point"].isna().tolist() == [True, False, False]
    assert list(zip(effects["point"][1:], effects["mean"][1:], strict=True)) == [(0, 1.0), (1, 3.0)]
    whole = effects[["mean", "points", "point_low", "point_high", "n"]].iloc[0]
    assert list(whole) == [2.0, 2, 1.0, 3.0, 2]


def test_effect_does_not_depend_on_other_scenarios_or_outcomes() -> None:
    rng = np.random.default_rng(1)
    base, policy = list(rng.normal(size=30)), list(rng.normal(size=30))
    alone = paired_effects(runs_of(base=base, policy=policy), ["tonnes"], "base")
    more = runs_of(first=policy[::-1], base=base, policy=policy)
    more["other"] = rng.normal(size=len(more))
    both = paired_effects(more, ["other", "tonnes"], "base")
    chosen = both[(both["scenario"] == "policy") & (both["outcome"] == "tonnes")].reset_index(drop=True)
    # Only the correction for many comparisons knows of the others.
    pd.testing.assert_frame_equal(chosen.drop(columns="q"), alone.drop(columns="q"), check_exact=True)


def test_interval_is_scipys() -> None:
    values = np.random.default_rng(2).exponential(size=60)
    low, high, method = interval(values)
    theirs = stats.bootstrap(
        (values,), np.mean, n_resamples=20_000, method="BCa", rng=np.random.default_rng(3)
    ).confidence_interval
    assert (low, high) == pytest.approx((theirs.low, theirs.high), rel=0.02)
    assert method == "BCa"


def test_many_intervals_at_once_are_those_of_each_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(4).normal(size=(30, 5))
    values[3, 1] = values[4, 2] = np.nan
    values[:, 3] = 7.0
    values[:29, 4] = 0.0  # all but one are equal
    whole = intervals(values)
    alone = [interval(column[~np.isnan(column)]) for column in values.T]
    assert [(low, high, method) for low, high, method in zip(*whole, strict=True)] == alone
    assert [method for *_, method in alone][:4] == ["BCa", "BCa", "BCa", "constant"]
    monkeypatch.setattr("model.experiments.intervals._AT_ONCE", 700)  # in pieces: the same resamples
    assert [(low, high, method) for low, high, method in zip(*intervals(values), strict=True)] == alone


def test_common_luck_shows_in_the_variance_ratio() -> None:
    rng = np.random.default_rng(5)
    noise = rng.normal(size=200)
    paired = runs_of(base=list(noise), policy=list(noise + 0.1 * rng.normal(size=200)))
    apart = runs_of(base=list(noise), policy=list(rng.normal(size=200)))
    assert paired_effects(paired, ["tonnes"], "base")["variance_ratio"].item() > 100
    assert paired_effects(apart, ["tonnes"], "base")["variance_ratio"].item() == pytest.approx(1, abs=0.3)


def test_reference_alone_has_no_effects() -> None:
    alone = RunTable("x", runs_of(base=[1.0, 2.0]), 0, ("tonnes",), ())
    assert list(effects_of_runs(alone, ["tonnes"], "base")) == []
