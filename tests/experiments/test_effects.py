from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from model.experiments.effects import EFFECT_COLUMNS, SUMMARY_COLUMNS, bootstrap_means, paired_effects, summarise
from tests.experiments.fakes import only_row


def runs_of(**scenarios: list[float | None]) -> pd.DataFrame:
    """A table of runs with one outcome, a row for each value."""
    rows = [
        {"scenario": label, "point": 0, "replicate": replicate, "tonnes": value}
        for label, values in scenarios.items()
        for replicate, value in enumerate(values)
    ]
    return pd.DataFrame(rows).astype({"tonnes": float})


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
    assert row.replicates_to_halve == 16
    assert -1 < row.low95 < 1.5 < row.high95 < 4


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
    assert np.isnan(row.replicates_to_halve)


def test_points_of_a_sweep_are_compared_with_the_reference_at_the_same_point() -> None:
    runs = pd.concat([runs_of(base=[1.0, 2.0], policy=[2.0, 3.0]), runs_of(base=[5.0, 6.0], policy=[8.0, 9.0])])
    runs["point"] = [0] * 4 + [1] * 4
    effects = paired_effects(runs, ["tonnes"], "base")
    assert list(zip(effects["point"], effects["mean"], strict=True)) == [(0, 1.0), (1, 3.0)]


def test_effect_does_not_depend_on_other_scenarios_or_outcomes() -> None:
    rng = np.random.default_rng(1)
    base, policy = list(rng.normal(size=30)), list(rng.normal(size=30))
    alone = paired_effects(runs_of(base=base, policy=policy), ["tonnes"], "base")
    more = runs_of(first=policy[::-1], base=base, policy=policy)
    more["other"] = rng.normal(size=len(more))
    both = paired_effects(more, ["other", "tonnes"], "base")
    chosen = both[(both["scenario"] == "policy") & (both["outcome"] == "tonnes")].reset_index(drop=True)
    pd.testing.assert_frame_equal(chosen, alone, check_exact=True)


def test_interval_agrees_with_scipys_bootstrap() -> None:
    values = np.random.default_rng(2).exponential(size=60)
    low, high = np.quantile(bootstrap_means(values[:, None])[:, 0], [0.025, 0.975])
    theirs = stats.bootstrap(
        (values,), np.mean, n_resamples=20_000, method="percentile", rng=np.random.default_rng(3)
    ).confidence_interval
    assert (low, high) == (pytest.approx(theirs.low, rel=0.02), pytest.approx(theirs.high, rel=0.02))


def test_resamples_in_pieces_are_the_same_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(4).normal(size=(20, 2))
    whole = bootstrap_means(values)
    monkeypatch.setattr("model.experiments.effects._AT_ONCE", 700)
    assert (bootstrap_means(values) == whole).all()


def test_common_luck_shows_in_the_variance_ratio() -> None:
    rng = np.random.default_rng(5)
    luck = rng.normal(size=200)
    paired = runs_of(base=list(luck), policy=list(luck + 0.1 * rng.normal(size=200)))
    apart = runs_of(base=list(luck), policy=list(rng.normal(size=200)))
    assert paired_effects(paired, ["tonnes"], "base")["variance_ratio"].item() > 100
    assert paired_effects(apart, ["tonnes"], "base")["variance_ratio"].item() == pytest.approx(1, abs=0.3)


def test_reference_alone_has_no_effects() -> None:
    effects = paired_effects(runs_of(base=[1.0, 2.0]), ["tonnes"], "base")
    assert effects.empty
    assert list(effects.columns) == list(EFFECT_COLUMNS)
