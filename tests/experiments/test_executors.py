"""One contract for all who compute runs: equal tables, failures as rows, nobody blamed for another's death."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import dask
import distributed
import pandas as pd
import pytest

from model.experiments.batch import BatchReport, run_batch
from model.experiments.codec import Finished
from model.experiments.dask_pool import DaskPool
from model.experiments.errors import RunnerError
from model.experiments.frozen import package_versions
from model.experiments.interruption import Interruption
from model.experiments.plan import BatchPlan
from model.experiments.pools import new_pool
from model.experiments.runner import run_with
from model.experiments.store import FINAL_TABLES
from model.experiments.worker import WORKER_DIED
from model.output.result import RunResult
from model.scenario.spec import RunSpec
from tests.experiments.fakes import fake_simulate, plan, scenario

pytestmark = pytest.mark.xdist_group("executors")


def two_workers() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(2, get_context("spawn"))


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """The address of a Dask cluster with two workers, as on other machines."""
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        distributed.LocalCluster(  # type: ignore[no-untyped-call]
            n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0", host="127.0.0.1", silence_logs=50
        ) as cluster,
    ):
        yield cluster.scheduler_address


@pytest.fixture(params=["serial", "processes", "dask", "threads", "pools"])
def executor(request: pytest.FixtureRequest) -> Any:
    if request.param == "dask":
        return request.getfixturevalue("scheduler")
    return {"threads": lambda: ThreadPoolExecutor(2), "pools": two_workers}.get(request.param, request.param)


def compute(what: BatchPlan, out: Path, executor: Any, **options: Any) -> BatchReport:
    return run_batch(what, out, jobs=2, executor=executor, simulate=fake_simulate, **options)


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in FINAL_TABLES}


def errors(folder: Path) -> dict[int, str]:
    runs = pd.read_csv(folder / "runs.csv")
    return {row.replicate: row.error for row in runs[runs["status"] == "failed"].itertuples()}  # type: ignore[misc]


def test_tables_are_equal_and_failures_are_rows(tmp_path: Path, executor: Any) -> None:
    what = plan(9, status_quo=scenario(raise_in=[4]), engage=scenario(effect=2.0))
    compute(what, tmp_path / "plain", "serial")
    report = compute(what, tmp_path / "out", executor)
    assert (report.ok, report.failed, report.missing, report.exit_code) == (17, 1, 0, 3)
    assert contents(tmp_path / "out") == contents(tmp_path / "plain")
    assert errors(tmp_path / "out") == {4: "ValueError: replicate 4 went wrong"}


@pytest.mark.parametrize("executor", ["serial", "processes", "dask", "threads"], indirect=True)
def test_hanging_run_is_given_up_alone(tmp_path: Path, executor: Any) -> None:
    report = compute(plan(5, status_quo=scenario(hang_in=[1])), tmp_path / "out", executor, timeout=0.5)
    assert (report.ok, report.failed) == (4, 1)
    assert errors(tmp_path / "out") == {1: "timed out: no result after 0.5 s"}


# That a batch with a killed worker has the tables of an undisturbed one is tested in test_batch.py.
@pytest.mark.parametrize("executor", ["dask", "pools"], indirect=True)
def test_killed_worker_costs_no_run_and_a_deadly_run_only_itself(tmp_path: Path, executor: Any) -> None:
    what = plan(12, status_quo=scenario(die_once=str(tmp_path / "mark")), engage=scenario(effect=2.0, die_in=[5]))
    report = compute(what, tmp_path / "out", executor)
    assert (tmp_path / "mark").exists()
    assert (report.ok, report.failed, report.exit_code) == (23, 1, 3)
    assert errors(tmp_path / "out") == {5: "worker died"}


@pytest.mark.parametrize("executor", ["processes", "dask"], indirect=True)
def test_run_that_python_cannot_stop_is_given_up_with_its_worker(tmp_path: Path, executor: Any) -> None:
    what = plan(3, status_quo=scenario(deaf_in=[1]))
    report = run_batch(what, tmp_path / "out", jobs=1, executor=executor, timeout=0.5, simulate=fake_simulate)
    assert (report.ok, report.failed) == (2, 1)
    assert errors(tmp_path / "out") == {1: "timed out: no result after 0.5 s"}


def test_a_worker_that_was_stopped_is_given_up_with_its_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("model.experiments.pools.OVERDUE_SECONDS", 0.5)
    what = plan(3, status_quo=scenario(stop_in=[1]))
    report = run_batch(what, tmp_path / "out", jobs=1, timeout=0.5, quiet=True, simulate=fake_simulate)
    assert (report.ok, report.failed) == (2, 1)
    assert errors(tmp_path / "out") == {1: "timed out: no result after 0.5 s"}


@pytest.mark.parametrize("trouble", ["hang_in", "starve_in"])
def test_no_run_takes_place_where_one_timed_out_or_lacked_memory(tmp_path: Path, trouble: str) -> None:
    what = plan(4, status_quo=scenario(**{trouble: [1], "pids": str(tmp_path)}))
    report = run_batch(what, tmp_path / "out", jobs=1, timeout=0.5, quiet=True, simulate=fake_simulate)
    assert (report.ok, report.failed) == (3, 1)
    first, spent, *after = [(tmp_path / str(replicate)).read_text() for replicate in range(4)]
    assert first == spent
    assert spent not in after


def slow_to_load(spec: RunSpec) -> RunResult:
    return fake_simulate(spec)


slow_to_load.warm_up = lambda: time.sleep(0.8)  # type: ignore[attr-defined]


@pytest.mark.parametrize("executor", ["serial", "processes"], indirect=True)
def test_the_limit_of_a_run_leaves_loading_and_compiling_out(tmp_path: Path, executor: Any) -> None:
    report = run_batch(
        plan(2), tmp_path / "out", jobs=1, executor=executor, timeout=0.4, quiet=True, simulate=slow_to_load
    )
    assert (report.ok, report.failed) == (4, 0)


@pytest.mark.parametrize("executor", ["processes", "dask", "threads"], indirect=True)
def test_interruption_ends_the_crew_and_keeps_what_has_ended(executor: Any) -> None:
    interruption = Interruption()
    pool, _ = new_pool(executor, 2, 40)
    found: list[Finished] = []
    specs = plan(40, status_quo=scenario(sleep=0.05)).specs
    for finished in run_with(pool, specs, fake_simulate, interruption=interruption):
        found.append(finished)
        interruption.requested = True
    assert 0 < len(found) < 40
    assert {one.status for one in found} == {"ok"}


@pytest.mark.parametrize("executor", ["processes", "dask"], indirect=True)
def test_what_cannot_be_sent_to_workers_is_refused(tmp_path: Path, executor: Any) -> None:
    with pytest.raises(RunnerError, match="define it at the top level of a module"):
        run_batch(plan(), tmp_path / "out", executor=executor, simulate=lambda spec: fake_simulate(spec))  # noqa: PLW0108


def test_local_cluster_is_made_and_ended(tmp_path: Path) -> None:
    compute(plan(), tmp_path / "plain", "serial")
    assert compute(plan(), tmp_path / "out", "dask").exit_code == 0
    assert contents(tmp_path / "out") == contents(tmp_path / "plain")


class LostTask:
    """A task of Dask that has ended, but whose result no worker has any more."""

    status = "finished"

    def add_done_callback(self, call: Callable[[LostTask], None]) -> None:
        call(self)

    def result(self, timeout: float | None = None) -> list[Finished]:
        assert timeout is not None, "waits for good"
        raise TimeoutError


@pytest.mark.parametrize("times", [1, 2])
def test_a_result_that_is_lost_with_its_worker_is_computed_again_once(
    scheduler: str, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    what = plan(2)
    pool, _ = new_pool(scheduler, None, len(what.specs))
    assert isinstance(pool, DaskPool)
    submit, unlucky = pool._client.submit, what.specs[1]
    lost: list[tuple[RunSpec, ...]] = []

    def lossy(work: Any, simulate: Any, specs: tuple[RunSpec, ...], *rest: Any, **options: Any) -> Any:
        if unlucky in specs and len(lost) < times:
            lost.append(specs)
            return LostTask()
        return submit(work, simulate, specs, *rest, **options)

    monkeypatch.setattr(pool._client, "submit", lossy)
    found = {finished.run_id: finished for finished in run_with(pool, what.specs, fake_simulate)}
    assert set(found) == set(what.run_ids)
    assert lost == [(unlucky,)] * times
    # The second time it was alone with the cluster, so that it may well be what kills workers.
    errors_ = {run: finished.error for run, finished in found.items() if finished.status != "ok"}
    assert errors_ == ({} if times == 1 else {unlucky.run_id: WORKER_DIED})


def test_executor_of_the_users_own_is_used_and_left_open(tmp_path: Path) -> None:
    with ThreadPoolExecutor(3) as threads:
        assert new_pool(threads, None, 9)[0].workers == 3
        assert compute(plan(), tmp_path / "out", threads).ok == 12
        assert threads.submit(int).result() == 0
    with pytest.raises(RunnerError, match="accepts no more runs"):
        compute(plan(), tmp_path / "closed", threads)


def test_broken_executor_that_cannot_be_made_again_keeps_what_is_done(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    what = plan(12, status_quo=scenario(die_once=str(tmp_path / "mark")))
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        report = compute(what, tmp_path / "out", pool)
    assert report.exit_code == 4
    assert 0 < report.ok == 12 - report.missing
    assert "the executor is broken; give a function that makes one" in capsys.readouterr().err
    assert compute(what, tmp_path / "out", "serial", resume=True).ok == 12


def test_unknown_executors_are_refused(tmp_path: Path) -> None:
    for wrong in ("celery", 5):
        with pytest.raises(RunnerError, match="must be serial, processes, dask"):
            compute(plan(), tmp_path / "out", wrong)
    assert not (tmp_path / "out").exists()
    with pytest.raises(RunnerError, match="which is no"):
        compute(plan(), tmp_path / "other", lambda: 5)


@pytest.mark.parametrize(
    "address", ["what://is.this:1", "tcp://", "tcp://127.0.0.1", "tcp://127.0.0.1:x", "tcp://127.0.0.1:99999"]
)
def test_what_is_no_address_of_a_scheduler_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(RunnerError, match="must be the address of a Dask scheduler"):
        compute(plan(), tmp_path / "out", address)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("scheme", ["tcp", "tls"])
def test_an_address_at_which_nobody_listens_is_refused_at_once(tmp_path: Path, scheme: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        started = time.monotonic()
        with pytest.raises(RunnerError, match=r"no Dask scheduler answers there \("):
            compute(plan(), tmp_path / "out", f"{scheme}://127.0.0.1:{taken.getsockname()[1]}")
    assert time.monotonic() - started < 5
    assert not (tmp_path / "out").exists()


def test_workers_of_other_versions_are_refused(tmp_path: Path, scheduler: str, monkeypatch: pytest.MonkeyPatch) -> None:
    older = package_versions() | {"mesa": "3.3.0"}
    monkeypatch.setattr("model.experiments.dask_pool.package_versions", lambda: older)
    with pytest.raises(RunnerError, match=r"has mesa .* instead of 3\.3\.0"):
        compute(plan(), tmp_path / "out", scheduler)


def test_without_the_extra_one_sentence_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(RunnerError, match=r"pip install -e '\.\[cluster\]'"):
        compute(plan(), tmp_path / "out", "dask")
