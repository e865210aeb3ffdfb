"""The road to India, and what becomes of the ore there."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.policy_parameters import QuadParameters
from model.dynamics import quad
from model.dynamics.market import MarketParameters
from model.dynamics.quad import QuadProcessParameters
from model.model import RareEarthModel
from model.parameters import record_of
from model.state import ORE, QUAD
from tests.world_of_policy import small

P = QuadProcessParameters()
RULES = record_of(market=MarketParameters(), quad=P, partners=QuadParameters(route_capacity_t=100.0, build_months=24.0))
MODEL = small()
SETS = ("quad.route_capacity_t=100", "quad.build_months=24")


@pytest.fixture
def model() -> RareEarthModel:
    """A run before any road is built."""
    return small(*SETS)


def test_oxide_and_value_of_ore() -> None:
    assert quad.oxide(100.0, RULES.quad) == pytest.approx(100 * (0.05 + 0.01) * 0.85)
    assert quad.ore_value(190_000.0, RULES.market) == pytest.approx(190_000 / 1.13 / 7.2)


@pytest.mark.parametrize(
    ("route", "effort", "later"),
    [(0.0, 1.0, 100 / 24), (60.0, 0.5, 60 + 40 / 48 - 0.6), (60.0, 0.0, 59.4), (0.0, 99.0, 100.0), (150.0, 1.0, 148.5)],
)
def test_the_road_grows_with_effort_and_decays(route: float, effort: float, later: float) -> None:
    assert quad.next_route(route, effort, RULES.partners, RULES.quad) == pytest.approx(later)


@given(route=st.floats(0, 300), one=st.floats(0, 3), other=st.floats(0, 3))
def test_more_effort_never_gives_less_road(route: float, one: float, other: float) -> None:
    less, more = (quad.next_route(route, effort, RULES.partners, RULES.quad) for effort in sorted((one, other)))
    assert 0 <= less <= more


def test_plants_ramp_up_as_far_as_india_is_committed_and_never_shrink() -> None:
    most, months = QuadParameters().india_processing_max_t, QuadParameters().india_ramp_months
    assert quad.next_processing(20.0, 0.5, RULES.partners) == pytest.approx(20 + 0.5 * (most - 20) / months)
    assert quad.next_processing(most + 10, 1.0, RULES.partners) == most + 10


@given(stock=st.floats(0, 5_000), processing=st.floats(0, 500), ordered=st.floats(0, 400), arrived=st.floats(0, 400))
def test_ore_in_india_closes(stock: float, processing: float, ordered: float, arrived: float) -> None:
    run = MODEL.run
    now, totals = run.state.market, run.state.totals
    run.state.flows.ore[:] = 7.0  # to China, which is none of India's
    run.state.flows.ore[:, QUAD] = arrived / len(run.state.flows.ore)
    now["india_stock"], now["india_processing"] = stock, processing
    quad.use_ore(run.data, ordered)
    processed = min(stock + arrived, processing)
    separated = min(stock + arrived - processed, ordered)
    assert totals["separated"] == pytest.approx(separated, abs=1e-9)
    assert now["india_stock"] == pytest.approx(stock + arrived - processed - separated, abs=1e-9)
    us = P.oxide_yield * P.us_share * (processed + separated)
    assert totals["us_oxide"] == pytest.approx(us, abs=1e-9)
    value = float(now["price_ore"]) / 1.13 / 7.2
    margin = run.scenario.quad.india_processing_margin
    assert totals["india_revenue"] == pytest.approx(margin * value * processed, abs=1e-6)


def test_gates_open_to_india_alone_and_only_where_there_is_a_road(model: RareEarthModel) -> None:
    run, before = model.run, model.state.lanes.copy()
    quad.commit(run.data, 0.8)
    assert (run.state.lanes == before).all()
    quad.build_route(run.data, 1.0)
    assert run.state.market["route_capacity"] == pytest.approx(100 / 24)
    quad.commit(run.data, 0.8)
    assert run.land.to_india.any()
    assert (run.state.lanes[run.land.to_india, ORE] == 0.8).all()
    before[run.land.to_india, ORE] = 0.8
    assert (run.state.lanes == before).all()
    assert run.state.market["india_processing"] > run.scenario.quad.india_processing_t


def test_the_road_comes_near_its_limit_in_years(model: RareEarthModel) -> None:
    grown = []
    for _ in range(60):
        quad.build_route(model.run.data, 1.0)
        grown.append(float(model.state.market["route_capacity"]))
    assert (np.diff(grown) > 0).all()
    # It rests where what is built makes up for what decays: 100 / (1 + 24 decay).
    assert 0.9 < grown[-1] / (100 / (1 + 24 * P.route_decay)) < 1
