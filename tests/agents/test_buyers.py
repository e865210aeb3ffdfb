"""Decisions of Chinese buyers and of the Quad's members."""

from __future__ import annotations

import mesa
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.buyer_parameters import ChineseBuyerParameters
from agents.buyers import ChineseBuyer
from agents.policy_parameters import QuadParameters
from agents.quad import Australia, India, Japan

Q = QuadParameters()


def _buyer(parameters: ChineseBuyerParameters | None = None) -> ChineseBuyer:
    return ChineseBuyer(mesa.Model(), "TENGCHONG", 0, parameters or ChineseBuyerParameters())


@given(st.floats(-2, 1), st.floats(-2, 1), st.floats(1, 1.5))
def test_emptier_stores_never_bid_less(first: float, second: float, outbid: float) -> None:
    buyer = _buyer()
    low, high = sorted((first, second))
    assert buyer.bid(low, outbid) <= buyer.bid(high, outbid)
    assert 0 <= buyer.bid(low) <= buyer.parameters.reserve_price_share


def test_beijing_can_tell_buyers_to_pay_over_their_reserve() -> None:
    buyer = _buyer()
    assert buyer.bid(1.0) == buyer.parameters.reserve_price_share
    assert buyer.bid(1.0, outbid=1.15) == pytest.approx(1.15 * buyer.parameters.reserve_price_share)


def test_a_budget_is_split_and_spent() -> None:
    capital = _buyer().invest(np.array([0.4, 0.2, 0.3]), np.ones(3), np.array([2_000.0, 400.0, 1_200.0]), 0.25)
    assert capital.sum() == pytest.approx(ChineseBuyerParameters().investment_share * 0.25 * 3_600)
    assert (capital > 0).all()


def test_money_leaves_insecure_and_heavily_taxed_mines() -> None:
    capacity, buyer = np.array([2_000.0, 400.0, 1_200.0]), _buyer()
    usual = buyer.invest(np.array([0.4, 0.4, 0.3]), np.ones(3), capacity, 1.0)
    unsafe = buyer.invest(np.array([0.4, 0.4, 0.3]), np.array([0.2, 1.0, 1.0]), capacity, 1.0)
    taxed = buyer.invest(np.array([-0.1, 0.4, 0.3]), np.ones(3), capacity, 1.0)
    for moved in (unsafe, taxed):
        assert moved[0] < 0.8 * usual[0]
        assert (moved[1:] > usual[1:]).all()


def test_a_buyer_without_a_choice_invests_nothing() -> None:
    assert _buyer().invest(np.zeros(2), np.ones(2), np.zeros(2), 0.5).sum() == 0


def _quad(parameters: QuadParameters = Q) -> tuple[India, Japan, Australia]:
    model = mesa.Model()
    return India(model, parameters), Japan(model, parameters), Australia(model, parameters)


def test_india_hedges() -> None:
    india, _, _ = _quad()
    alone = india.commitment
    assert alone == pytest.approx(Q.india_commitment - Q.hedging_brics * Q.brics_pull)
    for _ in range(60):
        india.hedge(1.0, 0.0)
    assert india.commitment == pytest.approx(alone + Q.hedging_us, abs=0.01)
    earning, _, _ = _quad()
    for _ in range(60):
        earning.hedge(0.5, Q.revenue_hoped_usd / 2)
    assert earning.commitment == pytest.approx(alone + (Q.hedging_us + Q.hedging_revenue) / 2, abs=0.01)
    drawn, _, _ = _quad(QuadParameters(brics_pull=1.0))
    assert drawn.commitment < alone


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_commitment_stays_within_bounds(efforts: list[float]) -> None:
    india, _, _ = _quad()
    assert all(0 <= india.hedge(effort, 1e6) <= 1 for effort in efforts)


def test_the_quad_builds_nothing_without_the_us() -> None:
    india, japan, australia = _quad()
    assert (india.build(0.0), japan.finance(0.0), australia.separate(0.0)) == (0.0, 1.0, 0.0)


def test_japanese_money_speeds_up_the_road() -> None:
    india, japan, australia = _quad()
    assert india.build(1.0) == india.commitment
    assert japan.finance(0.5) == 1 + Q.japan_finance / 2
    assert japan.paid == pytest.approx(Q.japan_usd / 2)
    assert australia.separate(0.5) == Q.australia_separation_t / 2
