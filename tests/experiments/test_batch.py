from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from model.experiments.batch import BatchReport, run_batch
from model.experiments.codec import Finished
from model.experiments.errors import BatchError, RunnerError
from model.experiments.plan import BatchPlan, make_plan
from model.experiments.pools import worker_count
from model.experiments.runner import run_here
from model.experiments.store import FINAL_TABLES, Store
from model.output.result import RunResult
from model.scenario.spec import RunSpec
from tests.experiments.fakes import fake_simulate, only_row, plan, scenario

REPOSITORY = Path(__file__).parents[2]
PATIENCE = 60.0
"""Seconds after which a test is given up: none of them measures time."""


def compute(what: BatchPlan, out: Path, jobs: int = 1, **options: Any) -> BatchReport:
    return run_batch(what, out, jobs=jobs, simulate=fake_simulate, **options)


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in FINAL_TABLES}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("undisturbed") / "out"
    assert compute(plan(), folder).exit_code == 0
    return contents(folder)


def test_bytes_do_not_depend_on_the_number_of_processes(tmp_path: Path, undisturbed: dict[str, bytes]) -> None:
    report = compute(plan(), tmp_path / "out", jobs=2)
    assert (report.ok, report.failed, report.computed, report.exit_code) == (12, 0, 12, 0)
    assert contents(tmp_path / "out") == undisturbed


def test_runs_stand_in_the_plans_order_with_their_seeds(tmp_path: Path) -> None:
    what = plan(3)
    compute(what, tmp_path / "out")
    runs = pq.read_table(tmp_path / "out" / "runs.parquet").to_pandas()
    assert list(runs["run_id"]) == list(what.run_ids)
    assert list(runs["seed"]) == [spec.base_seed for spec in what.specs]
    assert list(runs["replicate"]) == [spec.replicate for spec in what.specs]
    assert set(runs["status"]) == {"ok"}
    read_back = pd.read_csv(tmp_path / "out" / "runs.csv", keep_default_na=False)
    assert [float(text) for text in read_back["exports_t"]] == list(runs["exports_t"])
    assert list(read_back["share"]) == ["0.30000000000000004", "", "0.30000000000000004"] * 2


def test_tables_hold_what_the_runs_returned(tmp_path: Path) -> None:
    what = plan(3)
    compute(what, tmp_path / "out")
    for name in ("monthly", "events", "control"):
        table = pq.read_table(tmp_path / "out" / f"{name}.parquet").to_pandas()
        expected = pd.concat([fake_simulate(spec).tables[name].to_pandas() for spec in what.specs], ignore_index=True)
        own = [column for column in table if column not in ("run_id", "scenario", "replicate")]
        pd.testing.assert_frame_equal(table[own].astype(object), expected[own].astype(object))
        sizes = [fake_simulate(spec).tables[name].num_rows for spec in what.specs]
        ids = [run for run, rows in zip(what.run_ids, sizes, strict=True) for _ in range(rows)]
        assert list(table["run_id"]) == ids


def test_row_groups_are_of_one_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compute(plan(), tmp_path / "whole")
    monkeypatch.setattr("model.experiments.row_groups.ROWS", 16)
    compute(plan(), tmp_path / "small")
    file = pq.ParquetFile(tmp_path / "small" / "control.parquet")
    sizes = [file.metadata.row_group(number).num_rows for number in range(file.num_row_groups)]
    assert len(sizes) > 3
    assert set(sizes[:-1]) == {16}
    assert file.read().to_pandas().equals(pq.read_table(tmp_path / "whole" / "control.parquet").to_pandas())


class CrashError(Exception):
    pass


def stop_after(runs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the store raise after some runs, as a crash of the batch would."""
    keep, count = Store.add, iter(range(10_000))

    def add(store: Store, finished: Finished) -> None:
        if next(count) == runs:
            raise CrashError
        keep(store, finished)

    monkeypatch.setattr(Store, "add", add)


def test_resumed_batch_computes_what_is_missing_and_equals_an_undisturbed_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, undisturbed: dict[str, bytes]
) -> None:
    with monkeypatch.context() as patched:
        stop_after(4, patched)
        with pytest.raises(CrashError):
            compute(plan(), tmp_path / "out")
    assert not (tmp_path / "out" / "runs.csv").exists()
    with pytest.raises(BatchError, match="continue it with --resume"):
        compute(plan(), tmp_path / "out")
    report = compute(plan(), tmp_path / "out", resume=True)
    assert (report.computed, report.ok) == (8, 12)
    assert contents(tmp_path / "out") == undisturbed
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert [session["computed"] for session in manifest["sessions"]][-1] == 8


def test_more_replicates_and_scenarios_compute_only_the_new_runs(tmp_path: Path, undisturbed: dict[str, bytes]) -> None:
    compute(plan(2), tmp_path / "out")
    report = compute(plan(6), tmp_path / "out", resume=True)
    assert report.computed == 8
    assert contents(tmp_path / "out") == undisturbed
    wider = plan(6, status_quo=scenario(), engage=scenario(effect=2.0), third=scenario(effect=3.0))
    assert compute(wider, tmp_path / "out", resume=True).computed == 6


def test_finished_batch_has_nothing_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    compute(plan(), tmp_path / "out")
    before = contents(tmp_path / "out")
    for options in ({}, {"resume": True}):
        report = compute(plan(), tmp_path / "out", **options)
        assert (report.computed, report.ok, report.exit_code) == (0, 12, 0)
        assert "nothing to do: all 12 runs are complete" in capsys.readouterr().err
    (tmp_path / "out" / "summary.csv").unlink()
    report = compute(plan(), tmp_path / "out", resume=True)
    assert report.computed == 0
    assert contents(tmp_path / "out") == before


def test_failing_run_is_a_row_and_can_be_run_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    what = plan(4, status_quo=scenario(), engage=scenario(raise_in=[2]))
    report = compute(what, tmp_path / "out")
    assert (report.ok, report.failed, report.exit_code) == (7, 1, 3)
    said = capsys.readouterr().err
    assert "7 ok, 1 failed" in said
    assert "pangwa batch fakes.toml --resume --rerun-failed" in said
    runs = pd.read_csv(tmp_path / "out" / "runs.csv")
    bad = only_row(runs[runs["status"] == "failed"])
    assert (bad.scenario, bad.replicate) == ("engage", 2)
    assert bad.error == "ValueError: replicate 2 went wrong"
    assert pd.isna(bad.exports_t)
    trace = (tmp_path / "out" / "errors" / f"{bad.run_id}.txt").read_text(encoding="utf-8")
    assert "Traceback" in trace
    effects = pd.read_csv(tmp_path / "out" / "effects.csv").set_index("outcome")
    assert list(effects.loc["exports_t", ["n", "n_missing"]]) == [3, 1]
    assert list(effects.loc["share", ["n", "n_missing"]]) == [2, 2]
    again = compute(what, tmp_path / "out", resume=True)
    assert (again.computed, again.exit_code) == (0, 3)
    again = compute(what, tmp_path / "out", resume=True, rerun_failed=True)
    assert (again.computed, again.ok, again.failed, again.exit_code) == (1, 7, 1, 3)


def test_a_failed_run_is_told_with_its_design_point(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    points = ((("label", '"NA"'), ("effect", "1.0")), (("label", '"null"'), ("effect", "2.0")))
    scenarios = {"status_quo": scenario()}
    at_points = {"status_quo": [scenario(), scenario(raise_in=[1])]}
    what = make_plan("fakes", scenarios, replicates=2, points=points, at_points=at_points, command=("pangwa",))
    compute(what, tmp_path / "out")
    assert "  status_quo, null, replicate 1: ValueError: replicate 1 went wrong" in capsys.readouterr().err


def test_run_that_failed_by_accident_is_healed_by_running_it_again(
    tmp_path: Path, undisturbed: dict[str, bytes]
) -> None:
    report = run_batch(plan(), tmp_path / "out", jobs=1, simulate=fail_the_first_time)
    assert report.failed == 1
    assert len(list((tmp_path / "out" / "errors").iterdir())) == 1
    report = compute(plan(), tmp_path / "out", resume=True, rerun_failed=True)
    assert (report.computed, report.exit_code) == (1, 0)
    assert contents(tmp_path / "out") == undisturbed
    assert not list((tmp_path / "out" / "errors").iterdir())


def fail_the_first_time(spec: RunSpec) -> RunResult:
    if spec.replicate == 3 and spec.label == "engage":
        raise OSError("no space")
    return fake_simulate(spec)


def test_fail_fast_stops_and_keeps_what_is_done(tmp_path: Path) -> None:
    what = plan(6, status_quo=scenario(raise_in=[1]))
    report = compute(what, tmp_path / "out", fail_fast=True)
    assert (report.ok, report.failed, report.missing, report.exit_code) == (1, 1, 4, 3)
    assert compute(what, tmp_path / "out", resume=True).computed == 4


def test_killed_worker_costs_no_run_and_a_deadly_run_only_itself(tmp_path: Path) -> None:
    mark = str(tmp_path / "mark")
    what = plan(12, status_quo=scenario(die_once=mark), engage=scenario(effect=2.0, die_in=[5]))
    report = compute(what, tmp_path / "out", jobs=2)
    assert Path(mark).exists()
    assert (report.ok, report.failed, report.exit_code) == (23, 1, 3)
    runs = pd.read_csv(tmp_path / "out" / "runs.csv")
    bad = only_row(runs[runs["status"] == "failed"])
    assert (bad.scenario, bad.replicate, bad.error) == ("engage", 5, "worker died")
    clean = plan(12, status_quo=scenario(die_once=mark), engage=scenario(effect=2.0, die_in=[5]))
    compute(clean, tmp_path / "again", jobs=2)
    assert contents(tmp_path / "again") == contents(tmp_path / "out")


def test_wrong_tables_of_a_run_are_that_runs_failure(tmp_path: Path) -> None:
    report = run_batch(plan(1), tmp_path / "out", jobs=1, simulate=without_events)
    assert report.failed == 2
    assert "the run has no table 'events'" in "".join(report.lines)


def without_events(spec: RunSpec) -> RunResult:
    result = fake_simulate(spec)
    return RunResult(result.outcomes, {name: table for name, table in result.tables.items() if name != "events"})


def test_number_of_processes() -> None:
    here = len(os.sched_getaffinity(0))
    assert worker_count(None, 1000) == (here, "")
    assert worker_count(None, 1) == (1, "")
    assert worker_count(7, 3) == (3, "")
    assert worker_count(4, 0) == (1, "")
    count, note = worker_count(9999, 100_000)
    assert count == 8 * here
    assert "9999 processes are too many" in note
    for wrong in (0, -1, 2.5, True):
        with pytest.raises(RunnerError, match="at least 1"):
            worker_count(wrong, 5)  # type: ignore[arg-type]


def test_windows_waits_for_at_most_61_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("model.experiments.pools.cores", lambda: 128)
    monkeypatch.setattr("sys.platform", "win32")
    assert worker_count(None, 1000)[0] == 61


def test_serial_executor_starts_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("model.experiments.batch.new_pool", None)
    assert compute(plan(2), tmp_path / "one").ok == 4
    assert compute(plan(2), tmp_path / "serial", jobs=2, executor="serial", timeout=9.0).ok == 4
    assert [finished.status for finished in run_here(plan(2).specs, fake_simulate)] == ["ok"] * 4


SCRIPT = """
import sys
from tests.experiments.fakes import fake_simulate, plan, scenario
if __name__ == "__main__":
    from model.experiments.batch import run_batch
    what = plan(40, status_quo=scenario(sleep=0.1), engage=scenario(effect=2.0, sleep=0.1))
    how = {"jobs": int(sys.argv[2])} if sys.argv[2].isdigit() else {"jobs": 2, "executor": sys.argv[2]}
    report = run_batch(what, sys.argv[1], simulate=fake_simulate, **how)
    sys.exit(report.exit_code)
"""


def start(script: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(script), *arguments],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def spooled(out: Path) -> int:
    return sum(part.stat().st_size for part in out.glob("spool/part-*.spool"))


def all_gone(group: int) -> bool:
    """Whether no process of a group is left; on a busy machine the last one may take its time to go."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize(
    ("jobs", "number"), [("1", signal.SIGTERM), ("2", signal.SIGINT), ("2", signal.SIGHUP), ("dask", signal.SIGINT)]
)
def test_signal_keeps_what_is_done_and_leaves_no_child(tmp_path: Path, jobs: str, number: int) -> None:
    script, out = tmp_path / "script.py", tmp_path / "out"
    script.write_text(SCRIPT, encoding="utf-8")
    process = start(script, str(out), jobs)
    deadline = time.monotonic() + PATIENCE
    while not spooled(out) and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(process.pid, number)  # as a terminal does: to parent and children alike
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130, said
    assert "Traceback" not in said
    assert "\r" not in said
    assert "of 80 runs are kept" in said
    assert "--resume" in said
    assert all_gone(process.pid)
    assert not (out / ".pangwa.lock").exists()
    kept = int(said.split(" of 80 runs are kept")[0].split()[-1])
    what = plan(40, status_quo=scenario(sleep=0.1), engage=scenario(effect=2.0, sleep=0.1))
    with Store(out, what, resume=True) as store:
        assert 0 < kept == len(store.entries)
        assert len(store.missing()) == 80 - kept


def test_killed_batch_leaves_no_worker_and_can_be_resumed(tmp_path: Path) -> None:
    script, out = tmp_path / "script.py", tmp_path / "out"
    script.write_text(SCRIPT, encoding="utf-8")
    process = start(script, str(out), "2")
    deadline = time.monotonic() + PATIENCE
    while not spooled(out) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.kill()
    process.communicate(timeout=PATIENCE)
    assert (out / ".pangwa.lock").exists()
    assert all_gone(process.pid)
    what = plan(40, status_quo=scenario(sleep=0.1), engage=scenario(effect=2.0, sleep=0.1))
    with Store(out, what, resume=True) as store:
        assert len(store.entries) > 0


def test_script_without_main_guard_gets_one_sentence(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.replace('if __name__ == "__main__":', "if True:"), encoding="utf-8")
    process = start(script, str(tmp_path / "out"), "2")
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode != 0
    assert said.count("the worker processes cannot start") == 1
    assert said.count("Traceback") <= 1


def test_a_signal_while_the_small_tables_are_written_ends_the_batch_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assemble: Any = importlib.import_module("model.experiments.assemble")

    whole = assemble.summarise

    def disturbed(*arguments: Any) -> pd.DataFrame:
        os.kill(os.getpid(), signal.SIGTERM)
        return whole(*arguments)

    def never(*arguments: Any) -> pd.DataFrame:
        raise AssertionError("the batch went on after the signal")

    monkeypatch.setattr(assemble, "summarise", disturbed)
    monkeypatch.setattr(assemble, "paired_effects", never)
    report = compute(plan(3), tmp_path / "out")
    assert (report.exit_code, report.missing) == (130, 0)
    there = {path.name for path in (tmp_path / "out").iterdir()}
    assert not [name for name in there if name.endswith((".csv", ".parquet", ".part"))]
    monkeypatch.undo()
    again = compute(plan(3), tmp_path / "out", resume=True)
    assert (again.exit_code, again.computed) == (0, 0)
    assert (tmp_path / "out" / "effects.csv").is_file()
