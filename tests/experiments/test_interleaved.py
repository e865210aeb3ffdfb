"""Runs that are interleaved in a worker: their results are those of runs by themselves, whatever goes wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from model.experiments.codec import Finished, read_body, read_header
from model.experiments.simulate import allow_interleaving, simulate
from model.experiments.worker import run_group, run_one
from model.output.result import RunResult
from model.scenario.read import load_scenario
from model.scenario.spec import RunSpec
from tests.experiments.fakes import fake_simulate, plan, scenario


def specification(name: str, replicate: int, months: int) -> RunSpec:
    loaded = load_scenario(name, ['world="tests/tiny"', f"months={months}"])
    return RunSpec.make(name, loaded.resolved(), replicate=replicate)


def content(finished: Finished) -> tuple[Any, ...]:
    """Everything of a run but its time."""
    names, values, blocks = read_body(finished.record, read_header(finished.record))
    rows = {name: (one.floats.tobytes(), one.integers.tobytes(), one.words) for name, one in blocks.items()}
    return finished.run_id, finished.status, names, values, rows


def counted(alone: Callable[[RunSpec], RunResult]) -> tuple[Callable[[RunSpec], RunResult], list[int]]:
    """A function that keeps step, and how many specifications each of its calls was given."""
    calls: list[int] = []

    def simulated(spec: RunSpec) -> RunResult:
        calls.append(1)
        return alone(spec)

    def together(specs: Sequence[RunSpec]) -> list[RunResult]:
        calls.append(len(specs))
        return [alone(spec) for spec in specs]

    simulated.interleaved = together  # type: ignore[attr-defined]
    return simulated, calls


def test_interleaved_runs_are_those_by_themselves() -> None:
    specs = [
        specification(name, replicate, 3 + replicate) for replicate in (0, 1) for name in ("status_quo", "engage_kia")
    ]
    together = run_group(simulate, specs, None)
    assert [content(one) for one in together] == [content(run_one(simulate, spec)) for spec in specs]
    # They were in one call: each has an equal part of its time.
    assert len({one.seconds for one in together}) == 1


def test_what_becomes_of_a_result_becomes_of_each() -> None:
    def renamed(spec: RunSpec) -> RunResult:
        return after(spec, simulate(spec))

    def after(spec: RunSpec, result: RunResult) -> RunResult:
        return RunResult({"seed": float(spec.seed)}, result.tables)

    allow_interleaving(renamed, after)
    specs = [specification("status_quo", replicate, 2) for replicate in range(3)]
    assert [content(one) for one in run_group(renamed, specs, None)] == [
        content(run_one(renamed, spec)) for spec in specs
    ]


def test_a_run_that_fails_fails_alone() -> None:
    simulated, calls = counted(fake_simulate)
    specs = plan(3, a=scenario(raise_in=[1])).specs
    finished = run_group(simulated, specs, None)
    assert [one.status for one in finished] == ["ok", "failed", "ok"]
    assert "replicate 1 went wrong" in finished[1].error
    assert calls == [3, 1, 1, 1]


@pytest.mark.parametrize("timeout", [0.3])
def test_a_run_that_hangs_is_given_up_alone(timeout: float) -> None:
    simulated, calls = counted(fake_simulate)
    specs = plan(3, a=scenario(hang_in=[2])).specs
    finished = run_group(simulated, specs, timeout)
    assert [one.status for one in finished] == ["ok", "ok", "failed"]
    assert finished[2].error == "timed out: no result after 0.3 s"
    assert calls == [1, 1, 1]  # a limit is that of a run, so that none shares its time with others


def test_a_single_run_is_run_by_itself() -> None:
    simulated, calls = counted(fake_simulate)
    run_group(simulated, plan(1).specs[:1], None)
    assert calls == [1]
