"""The commands hindcast and calibrate, from run to report."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from model.cli import app
from model.experiments.batch import EXIT_SOME_FAILED, BatchReport
from model.experiments.errors import BatchError
from model.experiments.hindcast import calibrate as calibration
from model.experiments.hindcast.calibrate import (
    CUT,
    UNDEFINED,
    Member,
    Plan,
    Seen,
    choose,
    implausibility,
    numbers_of,
    picks,
    seen_in,
    shrinkage,
    weigh,
    write_results,
)
from model.experiments.hindcast.patterns import frozen_hash, patterns
from model.experiments.hindcast.priors import (
    BLOCKS,
    CALIBRATION_MONTHS,
    OBSERVED_LATER,
    priors,
    resolved_with,
    settings,
)
from model.experiments.plan import BatchPlan
from model.scenario.read import load_scenario


def test_a_hindcast_ends_with_its_counts_and_writes_them(tmp_path: Path) -> None:
    out = tmp_path / "hindcast"
    done = CliRunner().invoke(
        app, ["hindcast", "-r", "1", "-j", "1", "--out", str(out), "--parameters", "defaults", "--quiet"]
    )
    assert done.exit_code == 0, done.output
    *_, width, first, second = done.stdout.strip().splitlines()
    assert width.startswith("coverage of 80% intervals: ") and width.endswith("%")
    assert done.stdout.startswith("Imports of all origins, by month: 50% intervals contain ")
    assert (
        first.startswith("calibration patterns met: ")
        and " of 16 (" in first
        and first.endswith(" without the free ones)")
    )
    assert second.startswith("held-out patterns met: ") and second.endswith(" of 7")
    assert done.stdout.index("Missed") < done.stdout.index("Met:")
    rows = list(csv.reader((out / "hindcast.csv").read_text(encoding="utf-8").splitlines()))
    assert [": ".join(row) for row in rows[-3:]] == [width, first, second]
    assert len(rows) == 1 + sum(one.use != "untestable" for one in patterns()) + 3
    assert frozen_hash() in (out / "manifest.json").read_text(encoding="utf-8")
    assert {path.name for path in (out / "figures").glob("*.png")} == {
        f"hindcast_{name}.png" for name in ("patterns", "exports", "control", "sieges")
    }


def test_the_forcing_is_listed() -> None:
    done = CliRunner().invoke(app, ["hindcast", "--forcing"])
    assert done.exit_code == 0
    (row,) = [line for line in done.stdout.splitlines() if line.startswith("conscription_law")]
    assert "JUNTA" in row and "2024-04" in row and "4500" in row


def test_every_value_of_the_priors_is_allowed() -> None:
    for block, scenarios in BLOCKS.items():
        for wide in (False, True):
            ends = priors(block, wide)
            for corner in (0.0, 1.0 - 1e-9):
                values = settings(ends, np.full(len(ends), corner))
                sets = [f"{path}={value}" for path, value in values.items()]
                changed = load_scenario(scenarios[0], sets).resolved()
                assert changed == resolved_with(load_scenario(scenarios[0]).resolved(), values)


SEATS = next(one for one in patterns() if one.pattern == "P13")


def seen(mean: float, defined: int = 4, runs: int = 4, variance: float = 0.0) -> dict[str, Seen]:
    return {SEATS.statistic: Seen(mean, variance, defined, runs)}


def test_the_edge_of_a_tolerance_is_two_standard_deviations_away() -> None:
    still = {SEATS.statistic: 0.0}
    assert implausibility(SEATS, seen(49.0), still) == 0.0
    assert implausibility(SEATS, seen(65.0), still) == pytest.approx(2.0)
    assert implausibility(SEATS, seen(21.0), still) == pytest.approx(4.0)
    noisy = {SEATS.statistic: 8.0**2 * 3 / (1 + 1 / 4)}  # half-width / 2 is 8 above
    assert implausibility(SEATS, seen(65.0), noisy) == pytest.approx(1.0)
    assert implausibility(SEATS, seen(49.0, defined=2), still) == UNDEFINED


def test_what_runs_show_leaves_out_those_that_do_not() -> None:
    one = seen_in(np.array([1.0, np.nan, 3.0]))
    assert (one.mean, one.variance, one.defined, one.runs) == (2.0, 2.0, 2, 3)
    none = seen_in(np.array([np.nan]))
    assert none.defined == 0 and np.isnan(none.mean)


def test_nothing_that_was_observed_after_2024_chooses_a_parameter() -> None:
    later = {one.statistic for one in patterns() if "2025" in f"{one.name} {one.note}" and one.use == "calibration"}
    assert {"release_may", "release_half", "capture_trough", "tax_share", "terbium_rise", "nug_junta"} <= OBSERVED_LATER
    assert later <= OBSERVED_LATER
    chosen = {one.statistic for block in BLOCKS for one in numbers_of(block)}
    assert chosen and not chosen & OBSERVED_LATER
    ends = {"hindcast_2023": "2023-10", "hindcast_2024": "2024-03", "hindcast_trade": "2021-02"}
    for name, start in ends.items():
        year, month = map(int, start.split("-"))
        assert 12 * year + month + CALIBRATION_MONTHS[name] - 1 == 12 * 2024 + 12


def members(means: list[float]) -> list[Member]:
    return [Member((k / len(means),), seen(mean)) for k, mean in enumerate(means)]


def test_vectors_beyond_the_cut_are_ruled_out_and_the_nearer_weigh_more() -> None:
    other = next(one for one in patterns() if one.pattern == "P21")
    near, far = ({other.statistic: Seen(value, 0.0, 4, 4)} for value in (8_000.0, 90_000.0))
    beyond = 49 + 8 * CUT + 0.1
    some = [Member(one.units, {**one.seen, **near}) for one in members([49.0, 57.0, 65.0, beyond])]
    some.append(Member((0.9,), {**seen(beyond), **far}))
    found = weigh(some, [SEATS, other], wanted=1)
    expected = np.array([1, np.exp(-0.5), np.exp(-2), np.exp(-(CUT**2) / 2), 0])
    assert found.weights.tolist() == pytest.approx(expected / expected.sum(), rel=1e-3), "one may lie beyond the cut"
    assert found.tempered == 1.0 and found.misses == ()
    flat = weigh(members([49.0, 57.0, 65.0, 70.0]), [SEATS], wanted=4)
    assert flat.tempered > 10 and flat.effective > 3.9


def test_a_number_that_no_vector_comes_near_rules_out_nothing_and_is_told() -> None:
    other = next(one for one in patterns() if one.pattern == "P10")
    some = [Member(one.units, {**one.seen, other.statistic: Seen(30.0, 0.0, 4, 4)}) for one in members([49.0, 57.0])]
    found = weigh(some, [SEATS, other], wanted=1)
    assert found.misses == (other.statistic,) and (found.weights > 0).all()
    third = next(one for one in patterns() if one.pattern == "P21")
    alone = [
        Member((0.0,), {**seen(49.0), other.statistic: Seen(2.0, 0.0, 4, 4), third.statistic: Seen(8e3, 0.0, 4, 4)})
    ]
    assert weigh(alone, [SEATS, other, third], wanted=1).weights.tolist() == [1.0]
    split = [
        Member((k / 3,), {name: Seen(value if k == at else 1e6, 0.0, 4, 4) for at, (name, value) in enumerate(right)})
        for k in range(3)
        for right in [((SEATS.statistic, 49.0), (other.statistic, 2.0), (third.statistic, 8e3))]
    ]
    with pytest.raises(BatchError, match="war: each of 3 vectors is ruled out by two numbers"):
        weigh(split, [SEATS, other, third], wanted=1, block="war")


def test_a_calibration_finds_where_the_record_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every number is met where one parameter of the block is in the middle of its prior."""

    def evaluate(plan: Plan, block: str, wave: str, vectors: list[dict[str, Any]]) -> list[Any]:
        name = "processes.contest.decisiveness" if block == "war" else "processes.trade.flow_limit_t"
        prior = next(one for one in priors(block) if one.path == name)
        rows = []
        for vector in vectors:
            off = (vector[name] - prior.low) / (prior.high - prior.low) - 0.5
            far = {one.statistic: one.observed + 8 * off * (one.high - one.observed) for one in numbers_of(block)}
            rows.append({name: Seen(value, 0.0, 4, 4) for name, value in far.items()})
        return rows

    monkeypatch.setattr(calibration, "_evaluate", evaluate)
    plan = Plan(tmp_path, waves=3, vectors=40, replicates=2, members=10, jobs=1, wide=False)
    told: list[str] = []
    found = calibration.calibrate(plan, told.append)
    assert [line.partition(":")[0] for line in told] == ["war", "trade"] and "of 160 vectors are not ruled out" in told[
        0
    ]
    vectors = choose(found, plan)
    assert len(vectors) == 10 and len({vector["processes.contest.decisiveness"] for vector in vectors}) == 10
    narrowed = {one.path: one.width for one in shrinkage(found, plan)}
    assert narrowed["processes.contest.decisiveness"] < 0.4 < narrowed["processes.combat.urban_noise"]
    paths = write_results(plan, found, vectors, shrinkage(found, plan))
    rows = list(csv.DictReader(paths[2].read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 320
    kept = [float(row["weight"]) > 0 for row in rows if row["block"] == "war"]
    assert np.mean(kept[80:]) > 1.5 * np.mean(kept[:80]), "later waves move about in what is left"
    assert sum(float(row["weight"]) for row in rows if row["block"] == "war") == pytest.approx(1, abs=0.01)
    again = calibration.calibrate(plan, told.append)
    assert choose(again, plan) == vectors, "the same design and the same draws"


def test_a_set_holds_no_vector_twice_and_the_likely_ones_more_often() -> None:
    means = [49.0] * 20 + [70.0] * 20
    found = weigh(members(means), [SEATS], wanted=10)
    plan = Plan(Path(), waves=1, vectors=40, replicates=2, members=12, jobs=1, wide=False)
    chosen = picks(found, plan, "war")
    assert len({one.units for one in chosen}) == 12
    assert sum(one.units[0] < 0.5 for one in chosen) > 6


def test_a_wave_of_which_no_run_ends_well_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(batch: BatchPlan, folder: Path, **_: Any) -> BatchReport:
        return BatchReport(folder, failed=len(batch.specs), exit_code=EXIT_SOME_FAILED)

    monkeypatch.setattr(calibration, "run_batch", fail)
    plan = Plan(tmp_path, waves=1, vectors=8, replicates=1, members=5, jobs=1, wide=False)
    with pytest.raises(BatchError, match="war-1: no run of the wave succeeded"):
        calibration.calibrate(plan, lambda text: None)
