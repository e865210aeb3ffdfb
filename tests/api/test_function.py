"""A scenario as a function: what goes in decides what comes out, and it is the runs' means."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from model.api.function import ScenarioFunction, function
from model.api.single import run
from model.experiments.errors import PlanError
from model.scenario.problems import ScenarioError
from tests.api.conftest import TINY

INPUTS = ["actors.KIA.troops", "united_states.instruments.aid_kia.level"]
OUTCOMES = ["exports_t_china", "townships_held_kia"]
HOW: dict[str, Any] = {"months": 8, "set": TINY}


@pytest.fixture(scope="module")
def evaluate() -> ScenarioFunction:
    return function("engage_kia", INPUTS, OUTCOMES, replicates=2, **HOW)


def test_values_are_means_of_the_runs(evaluate: ScenarioFunction) -> None:
    given = {**TINY, INPUTS[0]: 9000, INPUTS[1]: 0.5}
    runs = [run("engage_kia", months=8, set=given, replicate=k).outcomes[OUTCOMES] for k in range(2)]
    assert evaluate([9000, 0.5]).tolist() == pytest.approx(((runs[0] + runs[1]) / 2).tolist())


def test_shape_follows_shape(evaluate: ScenarioFunction) -> None:
    points = np.array([[9000.2, 0.5], [20_000, 0.0], [9000, 0.5]])
    found = evaluate(points)
    assert found.shape == (3, 2)
    assert found[0].tolist() == found[2].tolist() == evaluate(points[0]).tolist()
    assert not np.array_equal(found[0], found[1])
    alone = function("engage_kia", INPUTS, OUTCOMES[1], replicates=2, **HOW)
    assert alone(points).tolist() == found[:, 1].tolist()
    assert alone(points[1]) == found[1, 1] and isinstance(alone(points[1]), float)


def test_dictionary_follows_dictionary(evaluate: ScenarioFunction) -> None:
    plain = evaluate({INPUTS[0]: 9000, INPUTS[1]: 0.5})
    assert plain == evaluate(actors_KIA_troops=9000, united_states_instruments_aid_kia_level=0.5)
    assert list(plain.values()) == evaluate([9000, 0.5]).tolist()
    assert list(plain) == OUTCOMES
    # An input that is left out keeps the scenario's value.
    level = evaluate._now[INPUTS[1]]
    assert evaluate({INPUTS[0]: 9000}) == evaluate({INPUTS[0]: 9000, INPUTS[1]: level})


def test_bounds_are_given_or_declared(evaluate: ScenarioFunction) -> None:
    troops = evaluate._now[INPUTS[0]]
    assert evaluate.bounds == [(troops / 2, troops * 2), (0.0, 10.0)]
    assert evaluate.problem == {"num_vars": 2, "names": INPUTS, "bounds": [list(pair) for pair in evaluate.bounds]}
    given = function("engage_kia", {INPUTS[0]: (5, 10), INPUTS[1]: None}, OUTCOMES, **HOW)
    assert given.bounds == [(5, 10), (0.0, 10.0)]
    choice = function("engage_kia", ["structure.mine_stop"], OUTCOMES, **HOW)
    with pytest.raises(PlanError, match=r"structure.mine_stop: has no declared range; give one, as inputs=\{"):
        _ = choice.bounds


def test_an_outcome_that_no_run_defines_is_nan() -> None:
    never = function("status_quo", ["actors.KIA.troops"], "exports_t_total_y2", **HOW)
    assert np.isnan(never([9000]))


@pytest.mark.slow
def test_processes_change_nothing(evaluate: ScenarioFunction) -> None:
    shared = function("engage_kia", INPUTS, OUTCOMES, replicates=2, jobs=2, **HOW)
    points = [[9000, 0.5], [20_000, 0.0]]
    assert shared(points).tolist() == evaluate(points).tolist()


def test_salib_and_scipy_call_it() -> None:
    from SALib import ProblemSpec
    from scipy.optimize import brute

    held = function("engage_kia", {INPUTS[0]: (2000, 30_000), INPUTS[1]: None}, OUTCOMES[1], months=3, set=TINY)
    study = ProblemSpec(held.problem).sample_sobol(2, calc_second_order=False, seed=1).evaluate(held)
    assert study.results.shape == (8,)
    assert study.results[0] == held(study.samples[0])
    best = brute(held, held.bounds, Ns=2, finish=None)
    assert best.shape == (2,)


@pytest.mark.parametrize(
    ("point", "sentence"),
    [
        ([1.0, 2.0, 3.0], r"shape \(3,\): must be \(2,\), or \(N, 2\)"),
        (None, r"shape \(\): must be"),
        ({"actors.KIA.trops": 5}, "no input 'actors.KIA.trops'; did you mean 'actors.KIA.troops'"),
    ],
)
def test_a_wrong_point_is_refused(evaluate: ScenarioFunction, point: Any, sentence: str) -> None:
    with pytest.raises(PlanError, match=sentence):
        evaluate(point)


def test_values_out_of_range_are_refused(evaluate: ScenarioFunction) -> None:
    with pytest.raises(ScenarioError, match=r"actors.KIA.troops = -5: must be a whole number between"):
        evaluate([-5, 0.5])


@pytest.mark.parametrize(
    ("inputs", "outcomes", "sentence"),
    [
        (["actors.KIA.trops"], OUTCOMES, "did you mean 'troops'"),
        (["actors.KIA"], OUTCOMES, "is a table or a list; an input is one parameter"),
        ([], OUTCOMES, "no input was given"),
        (INPUTS, ["exports_china"], "there is no outcome 'exports_china'; did you mean 'exports_t_china'"),
        (INPUTS, [], "no outcome was given"),
    ],
)
def test_a_wrong_function_is_refused(inputs: list[str], outcomes: list[str], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        function("engage_kia", inputs, outcomes, **HOW)


def test_replicates_are_counted() -> None:
    with pytest.raises(PlanError, match="replicates = 0: must be a whole number of at least 1"):
        function("engage_kia", INPUTS, OUTCOMES, replicates=0)
