"""Comparisons: intervals, the sign over variants, and what is said of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from scipy import stats

from model.experiments.batch import run_batch
from model.experiments.compare import compare, finding, point_means
from model.experiments.errors import StoreError
from model.experiments.evidence import FEW
from model.experiments.intervals import clustered, interval, intervals
from model.experiments.results import RunTable, read_runs
from tests.experiments.fakes import fake_simulate, only_row, plan, scenario

# The effect of the policy at each design point: nine in ten share a sign, or only eight.
NINE = [1.0] * 9 + [-0.5]
EIGHT = [1.0] * 8 + [-0.5] * 2


def runs_of(effects: list[float], noise: float = 0.0, replicates: int = 24) -> RunTable:
    """Two scenarios over design points; the policy adds the point's effect to the reference's tonnes."""
    rng = np.random.default_rng(3)
    rows = []
    for replicate in range(replicates):
        shared, own = 10 * rng.normal(), noise * rng.normal()
        for point, effect in enumerate(effects):
            base = {"replicate": replicate, "point": point, "structure.x": point}
            rows.append(base | {"scenario": "base", "tonnes": shared})
            rows.append(base | {"scenario": "policy", "tonnes": shared + effect + own})
    return RunTable("x", pd.DataFrame(rows), 0, ("tonnes",), ("structure.x",))


def test_intervals_are_student_t_below_twenty_and_bca_from_there() -> None:
    values = np.random.default_rng(1).exponential(size=30)
    low, high, method = interval(values[:19])
    expected = stats.t.interval(0.95, 18, values[:19].mean(), stats.sem(values[:19]))
    assert (low, high) == pytest.approx(expected)
    assert (method, interval(values)[2]) == ("t", "BCa")
    assert interval(values) == interval(values.copy())
    assert interval(np.full(5, 2.0)) == (2.0, 2.0, "constant")


def test_bca_intervals_hold_a_skewed_mean_about_as_often_as_they_say() -> None:
    rng = np.random.default_rng(5)
    found = [interval(rng.exponential(size=30)) for _ in range(60)]
    assert 0.86 <= np.mean([low <= 1.0 <= high for low, high, _ in found]) <= 0.99


def test_clustered_values_have_the_mean_of_all_and_the_variance_between_clusters() -> None:
    rng = np.random.default_rng(7)
    clusters = np.arange(60) % 25  # ten clusters of three, fifteen of two
    values = (rng.normal(size=25)[clusters] + 0.1 * rng.normal(size=60))[:, None]
    found = clustered(values, clusters)
    away = np.array([(values[clusters == k] - values.mean()).sum() for k in range(25)])
    assert found.mean() == pytest.approx(values.mean())
    robust = np.sqrt(25 / 24 * (away**2).sum()) / 60
    assert stats.sem(found)[0] == pytest.approx(robust)
    assert robust > 1.3 * stats.sem(values)[0]  # what an interval of the replicates by themselves would hide
    for alone in (np.arange(60), np.zeros(60, int)):
        assert clustered(values, alone) is values


def test_clustered_intervals_hold_the_mean_about_as_often_as_they_say() -> None:
    rng, clusters = np.random.default_rng(8), np.repeat(np.arange(30), 4)
    values = rng.normal(size=(30, 200))[clusters] + 0.3 * rng.normal(size=(120, 200))
    low, high, _ = intervals(clustered(values, clusters))
    alone = intervals(values)
    assert 0.9 <= np.mean((low <= 0) & (high >= 0)) <= 0.98
    assert np.mean((alone[0] <= 0) & (alone[1] >= 0)) < 0.8


def test_a_cluster_without_a_value_has_none() -> None:
    values = np.array([[1.0], [3.0], [np.nan], [np.nan], [5.0], [7.0]])
    found = clustered(values, np.repeat(np.arange(3), 2))
    assert found[:, 0] == pytest.approx([2.0, np.nan, 6.0], nan_ok=True)


@pytest.mark.parametrize(("effects", "verdict"), [(NINE, "raises"), (EIGHT, "depends on assumptions")])
def test_a_sign_that_fewer_than_nine_in_ten_variants_share_depends_on_assumptions(
    effects: list[float], verdict: str
) -> None:
    row = only_row(compare(runs_of(effects), ["tonnes"], "base"))
    assert (row.verdict, row.points) == (verdict, 10)
    assert row.sign_stability == pytest.approx(np.mean(np.array(effects) > 0))
    assert (row.point_low, row.point_high) == pytest.approx((-0.5, 1.0))


def test_sets_without_any_effect_do_not_speak_against_its_sign() -> None:
    row = only_row(compare(runs_of([1.0] * 3 + [0.0] * 7), ["tonnes"], "base"))
    assert (row.verdict, row.points, row.points_up, row.points_down, row.sign_stability) == ("raises", 10, 3, 0, 1.0)


def test_a_finding_names_what_each_policy_moves() -> None:
    runs = runs_of([1.0])
    frame = runs.frame.assign(rising=runs.frame["tonnes"], falling=-runs.frame["tonnes"])
    runs = RunTable("x", frame, 0, ("tonnes", "rising", "falling"), ("structure.x",))
    told, _ = finding(compare(runs, list(runs.outcomes), "base"), runs)
    assert told == (
        "Against base: policy raises tonnes by 1 [1, 1] from -0.379 and raises rising by 1 [1, 1] from -0.379. "
        "Of 3 differences, 3 raise or lower the outcome."
    )


def test_members_of_a_plausible_set_are_sets_of_assumptions_too() -> None:
    runs = runs_of([1.0], noise=0.1)
    against = (runs.frame["scenario"] == "policy") & (runs.frame["replicate"] % 4 == 3)
    turned = runs.frame["tonnes"].where(~against, runs.frame["tonnes"] - 1.5)
    frame = runs.frame.assign(vector=runs.frame["replicate"] % 4, tonnes=turned)  # one vector in four turns the sign
    members = RunTable("x", frame, 0, ("tonnes",), (), {})
    row = only_row(compare(members, ["tonnes"], "base"))
    assert (row.verdict, row.points, row.sign_stability) == ("depends on assumptions", 4, 0.75)
    assert point_means(members, ["tonnes"], "base")["vector"].tolist() == [0, 1, 2, 3]
    assert finding(compare(members, ["tonnes"], "base"), members)[1].endswith(
        "Varied across runs: the parameter vectors."
    )


def test_noise_alone_makes_no_effect_depend_on_assumptions() -> None:
    rng = np.random.default_rng(7)
    runs = runs_of([1.5] * 40, replicates=8)
    policy = runs.frame["scenario"] == "policy"
    noisy = runs.frame["tonnes"] + np.where(policy, rng.normal(scale=4.0, size=len(policy)), 0.0)
    frame = runs.frame.assign(tonnes=noisy)
    by_point = frame[policy].groupby("point")["tonnes"].mean() - frame[~policy].groupby("point")["tonnes"].mean()
    assert 0.05 < (by_point < 0).mean() < 0.5  # by chance many a mean has the wrong sign
    row = only_row(compare(RunTable("x", frame, 0, ("tonnes",), ("structure.x",)), ["tonnes"], "base"))
    assert row.verdict == "raises" and row.sign_stability > 0.95
    # As much noise, but the effect itself turns under half of the assumptions.
    turned = frame.assign(tonnes=frame["tonnes"] - np.where(policy & (frame["point"] % 2 == 0), 12.0, 0.0))
    row = only_row(compare(RunTable("x", turned, 0, ("tonnes",), ("structure.x",)), ["tonnes"], "base"))
    assert row.verdict == "depends on assumptions" and min(row.points_up, row.points_down) > 10


def test_with_one_replicate_a_vector_signs_are_not_told() -> None:
    runs = runs_of([1.0], noise=0.5)
    members = RunTable("x", runs.frame.assign(vector=runs.frame["replicate"]), 0, ("tonnes",), ())
    table = compare(members, ["tonnes"], "base")
    row = only_row(table)
    assert (row.verdict, row.points, np.isnan(row.sign_stability)) == ("raises", 24, True)
    assert "the runs cannot tell whether signs hold" in finding(table, members)[1]


def test_one_set_of_mechanisms_has_no_sign_stability_and_says_so() -> None:
    runs = runs_of([1.0], noise=9.0)
    table = compare(runs, ["tonnes"], "base")
    row = only_row(table)
    assert (row.verdict, np.isnan(row.sign_stability)) == (FEW, True)
    told, basis = finding(table, runs)
    assert (
        told == "Against base: no effect is found. "
        "Of 1 difference, 0 raise or lower the outcome and 1 needs more runs to tell."
    )
    assert "assumed, not observed" in basis and "one set of mechanisms" in basis


def test_pairing_is_by_replicate_and_its_gain_is_told() -> None:
    row = only_row(compare(runs_of([1.0], noise=0.1), ["tonnes"], "base"))
    assert row.variance_ratio > 1000  # noise of 10 tonnes drops out, noise of 0.1 stays
    assert (row.n, row.mean) == (24, pytest.approx(1.0, abs=0.1))


def test_means_of_points_come_with_what_was_set() -> None:
    points = point_means(runs_of([1.0, -0.5]), ["tonnes"], "base")
    assert points["mean"].tolist() == pytest.approx([1.0, -0.5])
    assert points["structure.x"].tolist() == [0, 1]


def test_a_batch_is_read_with_its_failures_and_missing_values(tmp_path: Path) -> None:
    asked = plan(5, base=scenario(), policy=scenario(effect=2.0, raise_in=[3]))
    run_batch(asked, tmp_path / "out", jobs=1, quiet=True, simulate=fake_simulate)
    runs = read_runs(tmp_path / "out")
    assert (runs.failed, runs.outcomes, runs.swept) == (1, ("exports_t", "towns", "share"), ())
    assert pq.read_table(tmp_path / "out" / "runs.parquet").num_rows == 10
    table = compare(runs, ["exports_t", "share"], runs.reference).set_index("outcome")
    assert table["n_missing"].tolist() == [1, 2]  # replicate 3 failed; replicate 1 has no share
    # Four pairs are not enough to tell, whatever they say.
    assert table["verdict"].tolist() == [FEW, "no difference"]


def test_unknown_names_are_refused_with_the_nearest_right_one(tmp_path: Path) -> None:
    runs = runs_of([1.0])
    with pytest.raises(StoreError, match="did you mean 'tonnes'"):
        compare(runs, ["tones"], "base")
    with pytest.raises(StoreError, match=r"no scenario 'bas'.*did you mean 'base'"):
        compare(runs, ["tonnes"], "bas")
    with pytest.raises(StoreError, match="no such folder"):
        read_runs(tmp_path / "none")
    with pytest.raises(StoreError, match=r"contains no runs\.parquet"):
        read_runs(tmp_path)


def test_vectors_with_one_replicate_each_are_noise_at_the_design_points() -> None:
    runs = runs_of(EIGHT, noise=0.01)
    members = RunTable("x", runs.frame.assign(vector=runs.frame["replicate"]), 0, ("tonnes",), ("structure.x",))
    table = compare(members, ["tonnes"], "base")
    row = only_row(table)
    assert (row.verdict, row.points, row.points_up, row.points_down) == ("depends on assumptions", 10, 8, 2)
    assert "1 may have either sign, depending on assumptions" in finding(table, members)[0]
