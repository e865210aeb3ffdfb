"""Laws of the road to India and of what becomes of the ore there."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.dynamics import quad
from model.dynamics.market import MarketParameters
from model.dynamics.quad import QuadOrders, QuadProcessParameters
from model.state import QUAD
from tests.dynamics.chain import NO_ORDERS, ORE, Chain, shaken_chains

P = QuadProcessParameters()
BUILD = QuadOrders(1.0, 0.8, 100.0, 24.0, 150.0, 36.0, 40.0, 0.2)


def _step(chain: Chain, orders: QuadOrders = BUILD) -> quad.QuadReport:
    return quad.step(chain.world, chain.state, orders, P, MarketParameters())


@given(
    chain=shaken_chains(),
    stock=st.floats(0, 5_000),
    processing=st.floats(0, 500),
    separation=st.floats(0, 400),
    months=st.integers(1, 4),
)
@settings(max_examples=60, deadline=None)
def test_ore_in_india_closes(chain: Chain, stock: float, processing: float, separation: float, months: int) -> None:
    state = chain.state
    state.market.india_stock, state.market.india_processing = stock, processing
    chain.orders = BUILD._replace(separation_t=separation)
    for _ in range(months):
        opening = state.market.india_stock
        chain.month()
        report = chain.reports["quad"]
        assert report.arrived == pytest.approx(state.flows.ore[:, QUAD].sum())
        closing = state.market.india_stock + report.processed + report.separated
        assert opening + report.arrived == pytest.approx(closing, rel=1e-9, abs=1e-9)
        assert state.market.india_stock >= 0
        assert 0 <= state.totals.us_oxide <= report.oxide + 1e-12


def test_nothing_happens_in_india_without_orders() -> None:
    chain = Chain()
    chain.run(24)
    market = chain.state.market
    assert (market.route_capacity, market.india_stock, chain.state.totals.us_oxide) == (0, 0, 0)
    assert chain.state.totals.india_revenue == 0
    assert (chain.state.lanes[4] == 0).all()


def test_the_road_grows_towards_its_limit_and_decays_when_left() -> None:
    chain = Chain()
    grown = []
    for _ in range(60):
        _step(chain)
        grown.append(chain.state.market.route_capacity)
    assert (np.diff(grown) > 0).all()
    assert 60 < grown[-1] < 100
    assert chain.state.lanes[4, ORE] == pytest.approx(0.8)
    assert 100 < chain.state.market.india_processing < 150
    _step(chain, NO_ORDERS)
    assert chain.state.market.route_capacity == pytest.approx(grown[-1] * (1 - P.route_decay))


def test_oxide_and_revenue_come_from_what_is_processed() -> None:
    chain = Chain()
    state = chain.state
    state.market.india_stock, state.market.india_processing = 100.0, 30.0
    report = _step(chain)
    assert (report.processed, report.separated, state.market.india_stock) == (30, 40, 30)
    assert report.oxide == pytest.approx(70 * 0.06 * P.recovery)
    assert state.totals.separated == report.separated
    us = 0.06 * P.recovery * (30 * P.us_share_india + 40 * P.us_share_australia)
    assert state.totals.us_oxide == pytest.approx(us)
    value = state.market.price_ore / 1.13 / 7.2
    assert state.totals.india_revenue == pytest.approx(0.2 * 30 * value)


def test_a_contract_and_a_road_bring_ore_to_india_and_oxide_to_the_us() -> None:
    chain = Chain(orders=BUILD)
    chain.run_of.policy["offtake"][:3], chain.run_of.policy["brokering"][:3] = 1.0, 0.5
    chain.run(48)
    flows = chain.state.flows
    assert 5 < flows.ore[:, QUAD].sum() < 100
    assert chain.state.totals.us_oxide > 0
    assert chain.state.totals.india_revenue > 0
    assert flows.ore[:, QUAD].sum() < 0.05 * flows.ore.sum(), "the road to India is a trickle beside the gates"
