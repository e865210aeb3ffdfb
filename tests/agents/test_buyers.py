"""Decisions of Chinese buyers and of the Quad's members."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.buyer_parameters import ChineseBuyerParameters
from agents.buyers import bid_factor, inventory_gap
from agents.quad import Australia, India, Japan
from model.arrays import Floats
from model.dynamics.netback import NO_BID
from model.model import RareEarthModel
from model.parameters import rows_of
from model.run import BUYER_NUMBERS
from tests.world_of_policy import present, small

B, Q = ChineseBuyerParameters(), small().run.scenario.quad
WHO = rows_of([B], BUYER_NUMBERS).view(np.recarray)[0]


def test_a_bid_by_hand() -> None:
    assert [inventory_gap(stock, 100.0) for stock in (0.0, 100.0, 150.0, 900.0)] == [1.0, 0.0, -0.5, -2.0]
    assert bid_factor(0.2, WHO) == pytest.approx(1 + B.bid_slope * 0.2)
    assert bid_factor(1.0, WHO) == 1 + B.bid_slope
    assert bid_factor(-2.0, WHO) == pytest.approx(1 - 2 * B.bid_slope)


@given(st.floats(-2, 1), st.floats(-2, 1))
def test_emptier_stores_never_bid_less(first: float, second: float) -> None:
    low, high = (bid_factor(gap, WHO) for gap in sorted((first, second)))
    assert 0 <= low <= high <= 1 + B.bid_slope


def test_a_buyer_writes_its_bid_and_pays_what_beijing_tells_it_to() -> None:
    model = small()
    quotes, buyer = model.run.quotes, model.run.agents.buyers[1]
    assert buyer.index == 1
    quotes.factor[:] = NO_BID
    model.state.inventory[1], quotes.beijing["outbid"] = 0.0, 1.2
    buyer.bid()
    assert quotes.factor[1] == pytest.approx(1.2 * (1 + buyer.parameters.bid_slope))
    assert (np.delete(quotes.factor, 1) == NO_BID).all()


ALONE = ("actors.TENGCHONG.market_share=1", "actors.MENGLIAN.market_share=0")
"""All of the market for the first buyer."""


def options(model: RareEarthModel, margin: list[float], security: list[float]) -> Floats:
    """What the first buyer invests in three mines; nothing abroad."""
    quotes = model.run.quotes
    for array in (quotes.option_margin, quotes.option_security, quotes.option_capacity, quotes.invested):
        array[:] = 0.0
    quotes.option_margin[:3], quotes.option_security[:3] = margin, security
    quotes.option_capacity[:3] = 2_000.0, 400.0, 1_200.0
    assert model.run.reference.share.tolist() == [1.0, 0.0]
    model.run.agents.buyers[0].invest()
    return quotes.invested[:3].copy()


def test_a_budget_is_split_by_capacity_margin_and_security_and_spent() -> None:
    model = small(*ALONE)
    capital = options(model, [0.4, 0.2, 0.3], [1.0, 1.0, 0.5])
    p = model.run.agents.buyers[0].parameters
    assert capital.sum() == pytest.approx(p.investment_share * 3_600)
    weight = np.array([2_000.0, 400.0, 1_200.0]) * np.exp(p.investment_precision * np.array([0.4, 0.2, 0.15]))
    assert capital == pytest.approx(p.investment_share * 3_600 * weight / weight.sum())
    assert not model.run.quotes.invested[3:].any()


def test_the_capital_of_several_buyers_adds_up() -> None:
    model = small(*ALONE)
    alone = options(model, [0.4, 0.2, 0.3], [1.0, 1.0, 1.0])
    model.run.agents.buyers[0].invest()
    assert model.run.quotes.invested[:3] == pytest.approx(2 * alone)


def test_money_leaves_insecure_and_heavily_taxed_mines() -> None:
    model = small(*ALONE)
    usual = options(model, [0.4, 0.4, 0.3], [1.0, 1.0, 1.0])
    unsafe = options(model, [0.4, 0.4, 0.3], [0.2, 1.0, 1.0])
    taxed = options(model, [-0.1, 0.4, 0.3], [1.0, 1.0, 1.0])
    for moved in (unsafe, taxed):
        assert moved[0] < 0.8 * usual[0]
        assert (moved[1:] > usual[1:]).all()


def test_a_buyer_without_a_choice_invests_nothing() -> None:
    model = small(*ALONE)
    for array in (model.run.quotes.option_capacity, model.run.quotes.invested):
        array[:] = 0.0
    model.run.agents.buyers[0].invest()
    assert not model.run.quotes.invested.any()


def _quad(*sets: str) -> tuple[India, Japan, Australia]:
    agents = small(*sets).run.agents
    return present(agents.india), present(agents.japan), present(agents.australia)


def test_india_hedges() -> None:
    india, _, _ = _quad()
    alone = india.commitment
    assert alone == pytest.approx(Q.india_commitment - Q.hedging_brics * Q.brics_pull)
    for _ in range(60):
        india.hedge(1.0, 0.0)
    assert india.commitment == pytest.approx(alone + Q.hedging_us, abs=0.01)
    earning, _, _ = _quad()
    for _ in range(60):
        earning.hedge(0.5, 0.5)
    assert earning.commitment == pytest.approx(alone + (Q.hedging_us + Q.hedging_revenue) / 2, abs=0.01)
    drawn, _, _ = _quad("quad.brics_pull=1")
    assert drawn.commitment < alone


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_commitment_stays_within_bounds(efforts: list[float]) -> None:
    india, _, _ = _quad()
    assert efforts and all(0 <= india.hedge(effort, 1.0) <= 1 for effort in efforts)


def test_the_quad_builds_nothing_without_the_us() -> None:
    india, japan, australia = _quad()
    assert (india.build(0.0), japan.finance(0.0), australia.separate(0.0)) == (0.0, 1.0, 0.0)


def test_japanese_money_speeds_up_the_road() -> None:
    india, japan, australia = _quad()
    assert india.build(0.7) == 0.7
    india.commitment = 0.0
    assert india.build(0.7) == 0.0
    assert japan.finance(0.5) == 1 + Q.japan_finance / 2
    assert japan.paid == pytest.approx(Q.japan_usd / 2)
    assert australia.separate(0.5) == Q.australia_separation_t / 2
