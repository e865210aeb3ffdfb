"""Shards, their merging, what a batch will take, and the tables of one that was cut short."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from model.cli import app
from model.experiments import estimate, worker
from model.experiments.batch import run_batch
from model.experiments.errors import PlanError, StoreError
from model.experiments.estimate import describe
from model.experiments.interruption import Interruption
from model.experiments.lock import FolderLock
from model.experiments.manifest import read_manifest
from model.experiments.merge import merge_batches, parse_shard
from model.experiments.plan import BatchPlan
from model.experiments.store import FINAL_TABLES, free_bytes
from model.output.result import RunResult
from model.scenario.spec import RunSpec
from tests.experiments.fakes import fake_simulate, plan, scenario


def shards(what: BatchPlan, folder: Path, parts: int = 2) -> list[Path]:
    """Compute a batch in parts."""
    folders = [folder / f"part-{part}" for part in range(1, parts + 1)]
    for part, out in enumerate(folders, 1):
        run_batch(replace(what, shard=(part, parts)), out, jobs=1, simulate=fake_simulate)
    return folders


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in FINAL_TABLES}


def test_merged_shards_equal_the_batch_in_one_go(tmp_path: Path) -> None:
    what = plan(7, status_quo=scenario(raise_in=[2]), engage=scenario(effect=2.0))
    run_batch(what, tmp_path / "whole", jobs=1, simulate=fake_simulate)
    folders = shards(what, tmp_path, 3)
    assert sum(len(pd.read_csv(folder / "runs.csv")) for folder in folders) == 14
    report = merge_batches(reversed(folders), tmp_path / "merged")  # type: ignore[arg-type]
    assert (report.ok, report.failed, report.missing, report.exit_code) == (13, 1, 0, 3)
    assert contents(tmp_path / "merged") == contents(tmp_path / "whole")
    assert [path.name for path in (tmp_path / "merged" / "errors").iterdir()] == [f"{what.run_ids[2]}.txt"]
    manifest = read_manifest(tmp_path / "merged")
    assert (manifest["status"], manifest["runs"]["planned"], len(manifest["sessions"])) == ("complete", 14, 4)


def test_missing_shard_can_be_computed_in_the_merged_folder(tmp_path: Path) -> None:
    run_batch(plan(), tmp_path / "whole", jobs=1, simulate=fake_simulate)
    first, _ = shards(plan(), tmp_path)
    report = merge_batches([first], tmp_path / "merged")
    assert (report.ok, report.missing, report.exit_code) == (6, 6, 3)
    assert "6 of 12 runs merged" in report.lines[0]
    assert run_batch(plan(), tmp_path / "merged", jobs=1, resume=True, simulate=fake_simulate).computed == 6
    assert contents(tmp_path / "merged") == contents(tmp_path / "whole")


def test_what_cannot_be_merged_is_refused_and_left_alone(tmp_path: Path) -> None:
    one, two = shards(plan(), tmp_path)
    other = tmp_path / "other"
    run_batch(plan(6, status_quo=scenario(effect=9.0), engage=scenario()), other, jobs=1, simulate=fake_simulate)
    (tmp_path / "empty").mkdir()
    with pytest.raises(StoreError) as caught:
        merge_batches([one, other, tmp_path / "empty"], tmp_path / "out")
    assert "scenario 'status_quo': effect was 0.0, is 9.0" in caught.value.problems[0]
    assert f"{tmp_path / 'empty'}: contains no batch" in caught.value.problems[-1]
    with pytest.raises(StoreError, match="it can grow, not shrink"):
        merge_batches([shards(plan(7), tmp_path / "seven")[0], one], tmp_path / "out")
    with pytest.raises(StoreError, match="is one of the folders to merge"):
        merge_batches([one, two], one)
    with pytest.raises(StoreError, match="contains the results of a batch; replace it with --overwrite"):
        merge_batches([one, two], other)
    with pytest.raises(StoreError, match="no folder was given"):
        merge_batches([], tmp_path / "out")
    with FolderLock(two), pytest.raises(StoreError, match="is writing to this folder"):
        merge_batches([one, two], tmp_path / "out")
    assert merge_batches([one, two], other, overwrite=True).ok == 12


def test_shard_is_another_batch_than_the_whole(tmp_path: Path) -> None:
    one, _ = shards(plan(), tmp_path)
    with pytest.raises(StoreError, match=r"shard was \[1, 2\], is null"):
        run_batch(plan(), one, jobs=1, resume=True, simulate=fake_simulate)


@pytest.mark.parametrize("text", ["0/4", "5/4", "1", "a/b", "1/0", "-1/4", "1/2/3"])
def test_shards_that_do_not_exist_are_refused(text: str) -> None:
    with pytest.raises(PlanError, match="must read PART/PARTS"):
        parse_shard(text)


def test_dry_run_counts_times_one_run_and_writes_nothing(tmp_path: Path) -> None:
    what = plan(4)
    lines = describe(what, tmp_path / "out", fake_simulate, jobs=1)
    assert lines[0] == "fakes: 2 scenarios x 1 points x 4 replicates = 8 runs"
    assert "8 to compute" in lines[1]
    assert "from one run, timed now" in lines[2]
    assert not (tmp_path / "out").exists()
    run_batch(plan(3), tmp_path / "out", jobs=1, simulate=fake_simulate)
    lines = describe(what, tmp_path / "out", fake_simulate, jobs=1)
    assert "6 are in" in lines[1]
    assert "from the 6 completed runs" in lines[2]
    lines = describe(plan(3), tmp_path / "out", fake_simulate)
    assert len(lines) == 2
    assert describe(replace(what, shard=(1, 3)), tmp_path, fake_simulate)[0].endswith("shard 1 of 3 has 3")


def test_the_time_of_a_run_leaves_compiling_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[bool] = []

    def slow_at_first(spec: RunSpec) -> RunResult:
        time.sleep(0.0 if compiled else 1.0)
        return fake_simulate(spec)

    monkeypatch.setattr(slow_at_first, "warm_up", lambda: compiled.append(True), raising=False)
    monkeypatch.setattr(worker._here, "warm", False)
    monkeypatch.setattr(estimate, "_LONG_SECONDS", 0.5)
    each = describe(plan(4), tmp_path / "out", slow_at_first, jobs=1)[2].partition("timed now: ")[2]
    assert float(each.partition(" s each")[0]) < 0.5


def test_disk_that_runs_take_grows_with_months_and_maps() -> None:
    short, long = plan(2, a=scenario(months=3)), plan(2, a=scenario(months=60))
    assert free_bytes(short, 10) == 10 * free_bytes(short, 1) < free_bytes(long, 10)
    assert free_bytes(replace(long, record=("control=monthly",)), 1) == 3 * free_bytes(long, 1)


def test_batch_cut_short_has_tables_of_the_runs_that_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    caught: list[Interruption] = []
    begin = Interruption.__init__

    def watched(self: Interruption) -> None:
        begin(self)
        caught.append(self)

    monkeypatch.setattr(Interruption, "__init__", watched)
    ended = iter(range(100))

    def interrupt(spec: Any) -> Any:
        caught[0].requested = next(ended) == 4
        return fake_simulate(spec)

    report = run_batch(plan(), tmp_path / "out", jobs=1, simulate=interrupt)
    assert (report.ok, report.exit_code) == (5, 130)
    said = capsys.readouterr().err
    assert "5 of 12 runs are kept" in said
    assert "the tables contain the completed runs" in said
    assert len(pd.read_csv(tmp_path / "out" / "runs.csv")) == 5
    manifest = read_manifest(tmp_path / "out")
    assert (manifest["status"], manifest["runs_in_tables"]) == ("interrupted", 5)
    run_batch(plan(), tmp_path / "whole", jobs=1, simulate=fake_simulate)
    assert run_batch(plan(), tmp_path / "out", jobs=1, resume=True, simulate=fake_simulate).computed == 7
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


def test_commands_shard_merge_and_dry_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny = Path(__file__).parents[1] / "tiny"
    (tmp_path / "a.toml").write_text(f"world = {json.dumps(str(tiny))}\nmonths = 1\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def pangwa(*words: str) -> Result:
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 0, done.output
        return done

    batch = ("batch", "a.toml", "-r", "2", "--executor", "serial", "--no-figures")
    assert "= 2 runs" in pangwa(*batch, "--dry-run").stdout
    assert not (tmp_path / "results").exists()
    for part in ("1/2", "2/2"):
        pangwa(*batch, "--shard", part)
    done = pangwa("merge", "results/a.shard-1-of-2", "results/a.shard-2-of-2", "--out", "results/a", "--no-figures")
    assert "2 of 2 runs merged" in done.output
