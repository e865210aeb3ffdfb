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
    Found,
    Member,
    Plan,
    choose,
    implausibility,
    structural_misses,
    write_results,
    write_vectors,
)
from model.experiments.hindcast.patterns import frozen_hash, patterns
from model.experiments.hindcast.priors import BLOCKS, priors, resolved_with, settings
from model.experiments.plan import BatchPlan
from model.scenario.read import load_scenario


def test_a_hindcast_ends_with_its_counts_and_writes_them(tmp_path: Path) -> None:
    out = tmp_path / "hindcast"
    done = CliRunner().invoke(
        app, ["hindcast", "-r", "1", "-j", "1", "--out", str(out), "--parameters", "defaults", "--quiet"]
    )
    assert done.exit_code == 0, done.output
    *_, first, second = done.stdout.strip().splitlines()
    assert (
        first.startswith("calibration patterns met: ")
        and " of 16 (" in first
        and first.endswith(" without the free ones)")
    )
    assert second.startswith("held-out patterns met: ") and second.endswith(" of 7")
    assert done.stdout.index("Missed") < done.stdout.index("Met:")
    rows = list(csv.reader((out / "hindcast.csv").read_text(encoding="utf-8").splitlines()))
    assert [": ".join(row) for row in rows[-2:]] == [first, second]
    assert len(rows) == 1 + sum(one.use != "untestable" for one in patterns()) + 2
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


def test_implausibility_is_one_at_the_edge_of_the_tolerance() -> None:
    seats = next(one for one in patterns() if one.pattern == "P13")
    assert implausibility(seats, [49.0, 49.0]) == 0.0
    assert implausibility(seats, [65.0, 65.0]) == pytest.approx(1.0)
    assert implausibility(seats, [21.0, 21.0]) == pytest.approx(2.0)
    assert implausibility(seats, [None, None]) == calibration.UNDEFINED
    assert implausibility(seats, [20.0, 20.0, 50.0, 80.0, 80.0]) > 1.0, "too few runs within"


def test_waves_move_towards_what_is_plausible(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def evaluate(plan: Plan, block: str, wave: str, vectors: list[dict[str, Any]], times: int = 1) -> list[Any]:
        assert (times > 1) == (wave == f"confirmed-{plan.waves}")
        found = []
        for vector in vectors:
            name = "processes.contest.decisiveness" if block == "war" else "processes.trade.flow_limit_t"
            prior = next(one for one in priors(block) if one.path == name)
            unit = (vector[name] - prior.low) / (prior.high - prior.low)
            found.append(({"P0": abs(unit - 0.5) / 0.05, "PX": 5.0}, {"x": unit}))
        return found

    monkeypatch.setattr(calibration, "_evaluate", evaluate)
    plan = Plan(tmp_path, waves=3, vectors=40, replicates=1, members=10, jobs=1, wide=False)
    told: list[str] = []
    found = calibration.calibrate(plan, told.append)
    assert told[-1].startswith("trade, confirmed: ") and "no vector meets PX" in told[-1]
    for name, block in found.items():
        members = block.tried
        assert len(members) == 120 * calibration.STEADIER.get(name, 1)
        assert structural_misses(members) == {"PX"}
        first, last = members[:10], members[-10:]
        assert max(one.implausibility["P0"] for one in first) <= 1 < min(one.implausibility["P0"] for one in last)
        share = np.mean([one.implausibility["P0"] <= 1 for one in members])
        assert float(share) > 0.1, "later waves hit more often than the prior's tenth"
        assert len(block.confirmed) == calibration.CONFIRMED * 2
        assert {one.units for one in block.confirmed} < {one.units for one in members}
    paths = write_results(plan, found, choose(found, 10, wide=False), [])
    rows = list(csv.DictReader(paths[2].read_text(encoding="utf-8").splitlines()))
    assert sum(row["runs"] == "confirmed" for row in rows) == 2 * calibration.CONFIRMED * 2


def test_a_wave_of_which_no_run_ends_well_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(batch: BatchPlan, folder: Path, **_: Any) -> BatchReport:
        return BatchReport(folder, failed=len(batch.specs), exit_code=EXIT_SOME_FAILED)

    monkeypatch.setattr(calibration, "run_batch", fail)
    plan = Plan(tmp_path, waves=1, vectors=8, replicates=1, members=5, jobs=1, wide=False)
    with pytest.raises(BatchError, match="war-1: no run of the wave ended well"):
        calibration.calibrate(plan, lambda text: None)


def test_luck_of_a_wave_does_not_choose(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def evaluate(plan: Plan, block: str, wave: str, vectors: list[dict[str, Any]], times: int = 1) -> list[Any]:
        favoured = [k < 5 for k in range(len(vectors))]
        return [({"P0": 2.0 if times > 1 and one else 0.5 if one else 0.9}, {"x": float(one)}) for one in favoured]

    monkeypatch.setattr(calibration, "_evaluate", evaluate)
    plan = Plan(tmp_path, waves=1, vectors=40, replicates=1, members=20, jobs=1, wide=False)
    for block in calibration.calibrate(plan, lambda text: None).values():
        assert [one.medians["x"] for one in block.tried[:5]] == [1.0] * 5
        assert [one.medians["x"] for one in block.confirmed[-5:]] == [1.0] * 5


def test_both_readings_of_what_stops_mines_keep_members(tmp_path: Path) -> None:
    found = {}
    for block in BLOCKS:
        ends = priors(block)
        names = [one.path for one in ends]
        members = []
        for k in range(40):
            units = np.full(len(ends), 0.5)
            if "structure.mine_stop" in names:
                units[names.index("structure.mine_stop")] = 0.1 if k < 30 else 0.4 if k < 35 else 0.9
            members.append(Member(tuple(units), {"P0": k / 40}, {}))
        found[block] = Found(members, members)
    vectors = choose(found, 20, wide=False)
    stops = [vector["structure.mine_stop"] for vector in vectors]
    assert {stop: stops.count(stop) for stop in set(stops)} == {"halt": 12, "reagent": 4, "both": 4}
    write_vectors(tmp_path / "plausible.csv", vectors)
    header, *rows = csv.reader((tmp_path / "plausible.csv").read_text(encoding="utf-8").splitlines())
    assert len(rows) == 20 and "structure.mine_stop" in header and "actors.KIA.commit_share" in header
