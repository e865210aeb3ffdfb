"""Factors on all prices: prices move in logarithms, so that nought, or factors that multiply beyond bounds, are no prices."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from model.experiments.simulate import simulate
from model.scenario.problems import ScenarioError
from model.scenario.read import load_scenario
from model.scenario.spec import RunSpec
from tests.fuzz_runs import faults_of

TINY = Path(__file__).parents[1] / "tiny"


def sets_of(factors: Sequence[tuple[str, str, float | None]]) -> list[str]:
    entries = [
        f"{{name='f{number}',kind='price_factor',start='{start}'"
        + (f",end='{end}'" if end else "")
        + (f",value={value}" if value is not None else "")
        + "}"
        for number, (start, end, value) in enumerate(factors)
    ]
    return [f"world={TINY.as_posix()}", "months=3", f"forcing=[{','.join(entries)}]"]


@pytest.mark.parametrize("value", [None, 0.0, 1e-9, 0.0099, 101.0, 1e6])
def test_what_is_no_factor_is_refused(value: float | None) -> None:
    with pytest.raises(ScenarioError, match=r"forcing\.f0\.value.*must be a price factor between 0\.01 and 100"):
        load_scenario("status_quo", sets_of([("2025-08", "", value)]))


@pytest.mark.parametrize(
    "factors",
    [
        [("2025-08", "", 100.0), ("2025-10", "", 1.1)],
        [("2025-08", "2025-10", 0.1), ("2025-10", "", 0.05)],
        [("2020-01", "", 1.5)] * 200,
    ],
)
def test_factors_of_one_month_multiply_within_bounds(factors: list[tuple[str, str, float]]) -> None:
    with pytest.raises(ScenarioError, match=r"multiplies with the other price factors of 20.* to .*are allowed"):
        load_scenario("status_quo", sets_of(factors))


@pytest.mark.parametrize(
    "factors",
    [
        [("2025-08", "2025-09", 100.0), ("2025-10", "", 100.0)],
        [("2025-08", "", 100.0), ("2025-08", "", 0.01)],
        [("2025-09", "", 0.01)],
        [("2020-01", "", 1.0)] * 200,
    ],
)
def test_the_furthest_factors_give_runs_with_finite_numbers(factors: list[tuple[str, str, float]]) -> None:
    scenario = load_scenario("engage_kia", sets_of(factors))
    assert list(faults_of(simulate(RunSpec.make("x", scenario.resolved())), 12)) == []
