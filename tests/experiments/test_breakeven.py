"""What it would take: levers read, break-even values and their intervals, frontiers."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from model.experiments.breakeven import (
    EVERYWHERE,
    NOWHERE,
    WITHIN,
    Lever,
    Target,
    breakeven_table,
    first_points,
    means_table,
    next_points,
    read_levers,
    read_target,
)
from model.experiments.errors import PlanError
from model.experiments.intervals import mean_with_interval
from model.experiments.results import RunTable
from model.scenario.listing import scenario_declarations
from model.scenario.read import load_scenario
from model.views.breakeven import claim, draw_breakeven
from tests.scenario.conftest import TINY

SLOPES = np.random.default_rng(5).normal(10.0, 2.0, 8)
X = Lever("x", 0.0, 8.0)
Y = Lever("y", 0.0, 1.0)


def runs_at(points: list[dict[str, float]]) -> RunTable:
    """An outcome that is a replicate's own slope times x, and 5 more at the high end of y."""
    rows = [
        {
            "scenario": "a",
            "point": number,
            "replicate": k,
            **point,
            "exports_t_quad": slope * point["x"] + 5 * point.get("y", 0),
        }
        for number, point in enumerate(points)
        for k, slope in enumerate(SLOPES)
    ]
    return RunTable("made up", pd.DataFrame(rows), 0, ("exports_t_quad",), tuple(points[0]), {"reference": "a"})


def settled(target: Target, lever: Lever = X) -> pd.DataFrame:
    """The means after a search to its end."""
    values = [dict(point)[lever.path] for point in first_points([lever])]
    for _ in range(9):
        means = means_table(runs_at([{lever.path: float(value)} for value in values]), [lever], target)
        more = [dict(point)[lever.path] for point in next_points(means, lever, target)]
        if not more:
            return means
        values += more
    raise AssertionError("the search does not end")


def test_a_break_even_value_and_its_interval_are_those_of_the_inverted_mean() -> None:
    target = Target("exports_t_quad", 30.0, at_least=True)
    row = breakeven_table(settled(target), [X], target, "a").iloc[0]
    mean, low, high = mean_with_interval(SLOPES)
    assert (row["state"], row["rising"], row["crossings"]) == (WITHIN, True, 1)
    assert row["value"] == pytest.approx(30 / mean)
    assert (row["value_low95"], row["value_high95"]) == pytest.approx((30 / high, 30 / low), abs=8 / 2000)


def test_less_is_reached_up_to_a_value_and_whole_numbers_keep_to_what_meets_it() -> None:
    target, lever = Target("exports_t_quad", 30.0, at_least=False), Lever("x", 0.0, 8.0, whole=True)
    row = breakeven_table(settled(target, lever), [lever], target, "a").iloc[0]
    assert (row["state"], row["rising"], row["value"]) == (WITHIN, False, np.floor(30 / SLOPES.mean()))


@pytest.mark.parametrize(("value", "state", "best_at"), [(1000.0, NOWHERE, 8.0), (-1.0, EVERYWHERE, 8.0)])
def test_what_is_reached_nowhere_or_everywhere_is_said_with_the_best_mean(
    value: float, state: str, best_at: float
) -> None:
    target = Target("exports_t_quad", value, at_least=True)
    means = settled(target)
    row = breakeven_table(means, [X], target, "a").iloc[0]
    assert (row["state"], row["best_at"], len(means)) == (state, best_at, 9) and np.isnan(row["value"])
    assert row["best"] == pytest.approx(8 * SLOPES.mean())


def test_an_end_beyond_the_range_is_infinite() -> None:
    target = Target("exports_t_quad", 79.0 * SLOPES.mean() / 10, at_least=True)
    row = breakeven_table(settled(target), [X], target, "a").iloc[0]
    assert row["value"] == pytest.approx(7.9) and row["value_high95"] == np.inf and row["value_low95"] < 7.9


def test_the_frontier_of_two_levers_moves_with_the_second_and_is_drawn() -> None:
    target = Target("exports_t_quad", 30.0, at_least=True)
    points = [{path: float(text) for path, text in point} for point in first_points([X, Y], 5)]
    means = means_table(runs_at(points), [X, Y], target)
    table = breakeven_table(means, [X, Y], target, "quad_india")
    assert table["y"].tolist() == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert table["value"].tolist() == pytest.approx(((30 - 5 * table["y"]) / SLOPES.mean()).tolist())
    scenario = load_scenario("quad_india")
    said = claim(table, [X, Y], target, scenario)
    least = f"{25 / SLOPES.mean():.3g}"
    assert f"from x = {least}" in said and "where y = 1" in said
    figure = draw_breakeven(means, table, [X, Y], target, scenario)
    assert said.split()[0] in figure.get_suptitle() and len(figure.axes) == 2


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("united_states.price_flor", "there is no such number; did you mean 'united_states.price_floor'?"),
        ("beijing.answer", "is not a number"),
        ("months=1.5:3", "accepts whole numbers only"),
        ("united_states.price_floor=5:1", "LOW must be below HIGH"),
        ("united_states.price_floor=low:high", "must read PATH=LOW:HIGH"),
        ("united_states.instruments.offtake_india.start", "has no declared range; give one with"),
    ],
)
def test_levers_that_cannot_be_varied_are_refused(text: str, sentence: str) -> None:
    scenario = load_scenario("quad_india")
    with pytest.raises(PlanError, match=re.escape(sentence)):
        read_levers([text], scenario, scenario_declarations(scenario))


def test_a_lever_takes_its_declared_range_or_the_one_that_is_given(tmp_path: object) -> None:
    scenario = load_scenario("quad_india", [f"world={TINY.as_posix()}"])
    floor, start = read_levers(
        ["united_states.price_floor", "united_states.instruments.offtake_india.start=0:12"],
        scenario,
        scenario_declarations(scenario),
    )
    assert (floor.low, floor.high, floor.whole, floor.unit) == (1.0, 10.0, False, "x market")
    assert start.whole and start.values(9) == [0, 2, 3, 4, 6, 8, 9, 10, 12]


def test_a_target_is_a_number_or_a_share() -> None:
    assert read_target("us_heavy_ree_supply_share", "10%", None) == Target("us_heavy_ree_supply_share", 0.1, True)
    assert read_target("exports_t_quad", None, "1e3") == Target("exports_t_quad", 1000.0, False)
    for wrong in (("exports_t_quad", "10%", None), ("exports_t_quad", "1", "2"), ("exports_t_quad", "many", None)):
        with pytest.raises(PlanError):
            read_target(*wrong)
