"""What held back ore from India, month by month: the factors multiply up to the flow in real runs."""

from __future__ import annotations

import numpy as np
import pytest

from model.output import road
from tests.world_of_policy import WATCHFUL, WILLING, instrument, run, small

POLICY = (*WATCHFUL, *WILLING, instrument("route_building"), instrument("offtake", "KIA"))
SETS = (*POLICY, "quad.build_months=3")
CASES = {
    "insecure": SETS,
    "brokered": (*SETS, instrument("brokering", "KIA")),
    "without reagent": (*SETS, instrument("brokering", "KIA"), "quad.embargo_reagent=1"),
    "large": (*POLICY, instrument("brokering", "KIA"), "quad.route_capacity_t=2000", "quad.build_months=1"),
}


@pytest.mark.parametrize("case", CASES)
def test_the_factors_multiply_up_to_the_flow(case: str) -> None:
    model = run(small(*CASES[case], months=10))
    monthly = {name: series[1:11] for name, series in model.recorder.monthly.items()}
    left = road.left_after(monthly)
    flow, wanted = monthly["exports_t_quad"], left["wanted"]
    assert flow.sum() > 0.1
    product = wanted * np.prod(list(road.factors(left).values()), axis=0)
    assert product == pytest.approx(flow, rel=0.05, abs=1e-6)
    # So do those of the whole run.
    sums = {name: tonnes.sum() for name, tonnes in left.items()}
    assert sums["wanted"] * np.prod(list(road.factors(sums).values())) == pytest.approx(flow.sum(), rel=0.05)
    names = {road.BINDS[k] for k in road.binding(monthly)}
    assert names <= set(road.BINDS) and names & set(road.LIMITS)


def test_a_road_of_2000_t_within_six_months_can_be_asked_for() -> None:
    model = run(small(*CASES["large"], months=6))
    assert model.recorder.monthly["road_built_t"][6] > 1_900


MONTH = {
    "ore_offered_t": 500.0,
    "road_wanted_t": 400.0,
    "road_planned_t": 100.0,
    "road_built_t": 50.0,
    "road_gate": 0.5,
    "road_security": 0.5,
    "road_season": 1.0,
    "road_ore_trips": 1.0,
}


@pytest.mark.parametrize(
    ("changes", "binds"),
    [
        ({}, "size"),
        ({"road_built_t": 1.0}, "building"),
        ({"road_built_t": 0.0}, "building"),
        ({"road_gate": 0.0}, "gate"),
        ({"road_security": 0.15}, "security"),
        ({"road_season": 0.2}, "season"),
        ({"road_ore_trips": 1 / 7}, "reagent"),
        ({"road_wanted_t": 2.0}, "net-back"),
        ({"road_wanted_t": 2.0, "ore_offered_t": 2.0}, "ore"),
        ({"road_wanted_t": 0.0, "ore_offered_t": 0.0}, "ore"),
        ({"road_planned_t": 0.0, "road_built_t": 0.0, "road_wanted_t": 0.0}, ""),
    ],
)
def test_what_binds_is_the_smallest_factor(changes: dict[str, float], binds: str) -> None:
    monthly = {name: np.array([value]) for name, value in (MONTH | changes).items()}
    assert (*road.BINDS, "")[road.binding(monthly)[0]] == binds


def test_limits_take_from_what_the_one_before_left() -> None:
    left = road.left_after({name: np.array([value]) for name, value in MONTH.items()})
    tonnes = [float(left[name][0]) for name in ("offered", "wanted", *road.LIMITS)]
    assert tonnes == [500, 400, 100, 50, 25, 12.5, 12.5, 12.5]
    assert [float(one[0]) for one in road.factors(left).values()] == [0.25, 0.5, 0.5, 0.5, 1, 1]
