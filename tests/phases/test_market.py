"""The market and the road to India in a month: who is asked, and what the outside world sets."""

from __future__ import annotations

import pytest

from agents.quad import India
from model.model import RareEarthModel
from model.phases.forcing import forced
from model.phases.market import sell
from tests.world_of_policy import present, small
from tests.world_of_policy import run as let_run

FORCED = (
    'forcing=[{name="a",kind="price_factor",start="2025-08",end="2025-09",value=1.2},'
    '{name="b",kind="price_factor",start="2025-09",value=1.5},'
    '{name="c",kind="other_origins",start="2025-09",value=2500.0}]'
)


def at_the_road(model: RareEarthModel, effort: float = 1.0) -> RareEarthModel:
    """A month at the market in which the US puts so much into the road."""
    model.run.policy["route_building"][-1] = effort
    sell(model.run)
    return model


@pytest.mark.parametrize(
    ("date", "factors", "others"),
    [("2025-07", [], []), ("2025-08", [1.2], []), ("2025-09", [1.2, 1.5], [2_500.0]), ("2031-01", [1.5], [2_500.0])],
)
def test_what_the_outside_world_does_lasts_from_its_first_month_to_its_last(
    date: str, factors: list[float], others: list[float]
) -> None:
    run = small(FORCED).run
    run.date = date
    assert [one.value for one in forced(run, "price_factor")] == factors
    assert [one.value for one in forced(run, "other_origins")] == others


def test_prices_follow_the_product_of_all_factors_and_other_origins_are_set() -> None:
    plain, moved = small(), small(FORCED)
    for model in (plain, moved):
        model.run.date = "2025-09"
        sell(model.run)
    ratio = moved.state.market["price_tb"] / plain.state.market["price_tb"]
    assert ratio == pytest.approx(1.8**0.25, rel=0.01), "a quarter of the way in a month"
    assert moved.state.market["other_origins"] == 2_500.0


def test_without_us_effort_nothing_happens_in_india() -> None:
    model = let_run(small(), 6)
    now = model.state.market
    assert (now["route_capacity"], now["india_stock"], model.state.totals["us_oxide"]) == (0, 0, 0)
    assert not present(model.run.agents.india).courted


def test_the_three_build_process_and_separate() -> None:
    model = small()
    model.state.market["india_stock"] = 900.0
    at_the_road(model)
    quad, now, mind = model.run.scenario.quad, model.state.market, present(model.run.agents.india).commitment
    assert now["route_capacity"] == pytest.approx((1 + quad.japan_finance) / quad.build_months * quad.route_capacity_t)
    assert present(model.run.agents.japan).paid == pytest.approx(quad.japan_usd)
    assert model.state.totals["separated"] == pytest.approx(quad.australia_separation_t)
    assert model.state.lanes[model.run.land.to_india, 0] == pytest.approx(mind)


def test_who_has_left_decides_nothing() -> None:
    model = small()
    model.state.market["india_stock"] = 900.0
    present(model.run.agents.japan).remove()
    present(model.run.agents.australia).remove()
    at_the_road(model)
    quad, now, india = model.run.scenario.quad, model.state.market, present(model.run.agents.india)
    assert now["route_capacity"] == pytest.approx(quad.route_capacity_t / quad.build_months)
    assert model.state.totals["separated"] == 0
    gates, capacity, mind = model.state.lanes.copy(), float(now["route_capacity"]), india.commitment
    plants = float(now["india_processing"])
    india.remove()
    at_the_road(model)
    decayed = capacity * (1 - model.run.parameters.quad.route_decay)
    assert now["route_capacity"] == pytest.approx(decayed), "the rains go on"
    assert (model.state.lanes == gates).all() and india.commitment == mind
    assert now["india_processing"] == plants


def test_an_india_of_its_own_mind_builds_otherwise() -> None:
    class Slow(India):
        def build(self, us_effort: float) -> float:
            return 0.01 * us_effort

    model, usual = small(), at_the_road(small())
    model.run.agents.india = Slow(model, model.run.scenario.quad)
    at_the_road(model)
    assert 0 < model.state.market["route_capacity"] < 0.2 * usual.state.market["route_capacity"]
