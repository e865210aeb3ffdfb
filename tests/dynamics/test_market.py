"""Laws of the market: stores, prices, other origins."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.draws import Draws
from model.dynamics import market
from model.dynamics.market import MarketParameters
from tests.dynamics.chain import ORE, REAGENT, Chain, shaken_chains, shares

P = MarketParameters()
STILL = MarketParameters(noise_tb=0.0, noise_dy=0.0)


@given(chain=shaken_chains(), stores=shares(2, high=2e4))
@settings(max_examples=60, deadline=None)
def test_buyers_stores_close(chain: Chain, stores: np.ndarray) -> None:
    chain.state.inventory = stores
    opening = stores.sum()
    chain.month()
    report, flows = chain.reports["market"], chain.state.flows.ore
    closing = chain.state.inventory.sum() + report.used.sum()
    assert opening + report.received.sum() == pytest.approx(closing, rel=1e-9)
    expected = flows[:, :2].sum() + report.other_origins + P.domestic_quota
    assert report.received.sum() == pytest.approx(expected, rel=1e-9)
    assert (chain.state.inventory >= 0).all()
    assert -1 <= chain.state.market.shortage <= 1


@pytest.mark.parametrize(
    ("start", "tb", "dy", "ore"),
    [
        ("2021-02", 8_350, 2_360, 230_000),
        ("2023-10", 8_600, 2_610, 245_000),
        ("2024-03", 8_600, 2_610, 245_000),
        ("2025-08", 7_000, 1_620, 190_000),
        ("2026-05", 7_000, 1_620, 190_000),
    ],
)
def test_prices_at_the_start_are_those_of_the_date(start: str, tb: float, dy: float, ore: float) -> None:
    state = Chain(start=start).state
    assert (state.market.price_tb, state.market.price_dy) == (tb, dy)
    assert state.market.price_ore == pytest.approx(ore, rel=0.01)


@given(prnd=st.floats(300, 900), dy=st.floats(800, 3_000), tb=st.floats(3_000, 12_000))
def test_ore_quote_is_linear_in_the_oxides(prnd: float, dy: float, tb: float) -> None:
    value = market._ore_price(prnd, dy, tb, P)
    assert market._ore_price(2 * prnd, 2 * dy, 2 * tb, P) == pytest.approx(2 * value)


@pytest.mark.parametrize(
    ("prnd", "dy", "tb", "ore"),
    [(444, 1_710, 6_600, 190_000), (442, 1_645, 6_490, 187_000), (426, 1_675, 7_205, 188_000)],
)
def test_ore_quote_of_spring_2025(prnd: float, dy: float, tb: float, ore: float) -> None:
    assert market._ore_price(prnd, dy, tb, P) == pytest.approx(ore, rel=0.01)


def test_gate_price_leaves_out_vat_and_charges() -> None:
    assert market.gate_price(190_000, P) == pytest.approx(190_000 / 1.13 - 14_000)
    assert market.gate_price(0, P) == 0


def _closure(months: int) -> Chain:
    chain = Chain(market_parameters=STILL, rains=False, invested=0.012)
    chain.run(12)
    chain.shut(ORE, REAGENT)
    chain.run(months)
    return chain


def test_terbium_rises_after_a_closure_as_in_2024_25_and_dysprosium_hardly_does() -> None:
    before, after = _closure(0).state.market, _closure(6).state.market
    assert 1.10 < after.price_tb / before.price_tb < 1.34
    assert 1.0 < after.price_dy / before.price_dy < 1.06
    ore = after.price_ore / before.price_ore
    assert after.price_dy / before.price_dy < ore < after.price_tb / before.price_tb


def test_prices_come_back_when_ore_does() -> None:
    chain = _closure(6)
    high = chain.state.market.price_tb
    chain.shut(ORE, REAGENT, open_share=1.0)
    chain.run(18)
    assert chain.state.market.price_tb < 0.95 * high


def test_other_origins_grow_when_ore_is_dear_and_where_money_goes_abroad() -> None:
    dear = _closure(8).state.market.other_origins
    assert dear > _closure(0).state.market.other_origins * 1.2
    chain = Chain(market_parameters=STILL)
    market.step(chain.world, chain.state, chain.draws, chain.reference, STILL, invested_abroad=100.0)
    assert chain.state.market.other_origins > 200


def test_the_outside_world_can_set_other_origins_and_the_level_of_prices() -> None:
    chain = Chain(market_parameters=STILL)
    report = market.step(chain.world, chain.state, chain.draws, chain.reference, STILL, other_origins=2_500.0)
    assert report.other_origins == chain.state.market.other_origins == 2_500
    dear, usual = Chain(market_parameters=STILL), Chain(market_parameters=STILL)
    for _ in range(24):
        for each, factor in ((dear, 1.5), (usual, 1.0)):
            market.step(each.world, each.state, each.draws, each.reference, STILL, price_factor=factor)
    ratio = dear.state.market.price_ore / usual.state.market.price_ore
    assert ratio == pytest.approx(1.5, rel=0.02)


def test_prices_draw_the_same_weather_whatever_the_policy() -> None:
    seen = []
    for lanes in (1.0, 0.0):
        chain = Chain()
        chain.shut(ORE, open_share=lanes)
        quiet = Chain(market_parameters=STILL)
        quiet.shut(ORE, open_share=lanes)
        for each in (chain, quiet):
            each.month()
        seen.append(chain.state.market.price_tb / quiet.state.market.price_tb)
    assert seen[0] == pytest.approx(seen[1], rel=1e-12)
    other = Chain()
    other.draws = Draws(2)
    other.month()
    assert other.state.market.price_tb != chain.state.market.price_tb


def test_bids_stand_where_buyers_do_and_only_at_chinese_gates() -> None:
    chain = Chain()
    market.post_bids(chain.state, chain.reference, np.array([1.02, 0.9]), P)
    price = market.gate_price(chain.state.market.price_ore, P)
    expected = [1.02 * price, 1.02 * 0.97 * price, 1.02 * 0.97 * price, 1.02 * 0.97 * price, 0.0]
    assert chain.state.bid == pytest.approx(np.array(expected))


def test_gap_of_a_store_runs_from_empty_to_overflowing() -> None:
    chain = Chain()
    assert market.inventory_gap(chain.state, chain.reference) == pytest.approx([0.0, 0.0])
    chain.state.inventory = chain.reference.target * np.array([0.0, 9.0])
    assert market.inventory_gap(chain.state, chain.reference) == pytest.approx([1.0, -2.0])


def test_a_world_without_buyers_has_a_market_all_the_same() -> None:
    chain = Chain()
    world = dataclasses.replace(chain.world, buyers=())
    reference = market.begin(world, chain.state, "2025-08", np.zeros(0), np.zeros(0), STILL)
    assert (chain.state.bid[:4] > 0).all()
    market.step(world, chain.state, chain.draws, reference, STILL)
    assert np.isfinite(chain.state.market.price_ore)
