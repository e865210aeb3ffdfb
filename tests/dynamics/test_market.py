"""The market: stores, shortage, prices, other origins."""

from __future__ import annotations

import dataclasses
from math import exp, log
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.dynamics import market
from model.dynamics.market import MarketParameters
from model.model import RareEarthModel
from model.parameters import record_of
from model.state import CHINA_OFFICIAL
from tests.world_of_policy import small

P = MarketParameters()
RULES = record_of(market=P).market
STILL = ("processes.market.price_noise=0", "processes.market.demand_growth=0")
MODEL = small(*STILL)


@pytest.fixture
def model() -> RareEarthModel:
    """A run whose prices move for no reason but the shortage."""
    return small(*STILL)


def supply_mines(model: RareEarthModel, share: float) -> None:
    """Let mines send what the market needs at the start besides other ore, or a share of it."""
    run = model.run
    ore = run.reference.demand - run.state.market.other_origins - run.parameters.market.domestic_quota
    run.state.flows.ore[:], run.state.flows.crossing[:] = 0.0, -1
    run.state.flows.ore[0, CHINA_OFFICIAL] = share * ore
    run.state.flows.crossing[0, CHINA_OFFICIAL] = run.land.stand[0]


def trade(model: RareEarthModel, months: int, share: float = 1.0, factor: float = 1.0) -> dict[str, float]:
    """Months at the market alone; other origins stay as they are."""
    for _ in range(months):
        supply_mines(model, share)
        market.trade_ore(model.run.data, factor, True)
        model.state.month += 1
    return {name: float(model.state.market[name]) for name in ("price_ore", "price_tb", "price_dy", "shortage")}


# the start ------------------------------------------------------------------------------------------------------------


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
    state = MODEL.state.copy()
    market.begin(MODEL.world, state, start, np.array([0.7, 0.3]), np.full(2, 1.5), P)
    assert (state.market.price_tb, state.market.price_dy) == (tb, dy)
    assert state.market.price_ore == pytest.approx(ore, rel=0.01)


def test_levels_of_the_start_leave_out_the_shortage_that_its_prices_contain() -> None:
    reference = market.begin(MODEL.world, MODEL.state.copy(), "2025-08", np.array([7, 3]), np.array([1.0, 2.0]), P)
    assert reference.tb == pytest.approx(7_000 * exp(-0.6 * 0.15))
    assert reference.share == pytest.approx([0.7, 0.3])
    assert reference.target == pytest.approx([0.7 * 5_650, 2 * 0.3 * 5_650])
    assert reference.delivery.sum(axis=1) == pytest.approx(np.ones(len(MODEL.world.crossing_ids)))


def test_demand_runs_log_linearly_between_the_tables_and_then_grows() -> None:
    path = market.begin(MODEL.world, MODEL.state.copy(), "2023-09", np.ones(2), np.ones(2), P).demand_path
    assert path[0] == 1.0
    assert path[21] == pytest.approx(5_650 / 5_250), "June 2025"
    assert path[7] == pytest.approx((5_650 / 5_250) ** (7 / 21))
    assert path[33] / path[21] == pytest.approx(1.004**12)


def test_a_world_without_buyers_has_a_market_all_the_same() -> None:
    world, state = dataclasses.replace(MODEL.world, buyers=()), MODEL.state.copy()
    state = dataclasses.replace(state, inventory=np.zeros(0))
    reference = market.begin(world, state, "2025-08", np.zeros(0), np.zeros(0), P)
    gate = 190_000 / 1.13 - 14_000
    assert state.bid[world.chinese_crossings] == pytest.approx(gate, rel=0.01)
    assert (state.bid[~world.chinese_crossings] == 0).all()
    assert len(reference.share) == 0


# equations ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prnd", "dy", "tb", "ore"),
    [(444, 1_710, 6_600, 190_000), (442, 1_645, 6_490, 187_000), (426, 1_675, 7_205, 188_000)],
)
def test_ore_quote_of_spring_2025(prnd: float, dy: float, tb: float, ore: float) -> None:
    assert market.ore_price(prnd, dy, tb, RULES) == pytest.approx(ore, rel=0.01)


@pytest.mark.parametrize(
    ("used", "gap", "short"), [(900.0, 0.0, 0.1), (1_000.0, 500.0, 0.05), (0.0, 9e9, 1.0), (1e9, 0.0, -1.0)]
)
def test_shortfall_counts_feed_and_stores(used: float, gap: float, short: float) -> None:
    assert market.shortfall(used, gap, 1_000.0, RULES) == pytest.approx(short)


def test_a_price_goes_a_quarter_of_the_way_to_where_it_would_rest() -> None:
    rest = market.resting_price(100.0, 1.5, 0.5, 0.6)
    assert rest == pytest.approx(150 * exp(0.3))
    assert log(market.moved_price(100.0, rest, 0.02, RULES) / 100) == pytest.approx(0.25 * log(rest / 100) + 0.02)


@pytest.mark.parametrize(
    ("dearer", "margin", "grown"),
    [(0.0, -0.5, 992.0), (0.1, -0.5, 992 + 0.4 * 0.08 / 12 * 6_000), (9.0, 0.5, 992 + 0.08 / 12 * 6_000 + 15)],
)
def test_other_origins_grow_when_terbium_is_dear_and_money_goes_abroad(
    dearer: float, margin: float, grown: float
) -> None:
    plain = getattr(market.grown_others, "py_func", market.grown_others)
    reference = SimpleNamespace(demand=6_000.0)
    assert plain(1_000.0, dearer, margin, 30.0, 0.008, reference, P) == pytest.approx(grown)


# process --------------------------------------------------------------------------------------------------------------


@given(
    stores=st.tuples(st.floats(0, 2e4), st.floats(0, 2e4)),
    ore=st.floats(0, 5e3),
    way=st.integers(-1, len(MODEL.world.crossing_ids) - 1),
    wanted=st.floats(0, 3e4),
)
def test_buyers_stores_close(stores: tuple[float, float], ore: float, way: int, wanted: float) -> None:
    run = MODEL.run
    state = run.state
    state.inventory = np.array(stores)
    state.flows.ore[:], state.flows.crossing[:] = 0.0, way
    state.flows.ore[1, :] = ore
    elsewhere = state.market.other_origins + run.parameters.market.domestic_quota
    market.take_in(run.data)
    arrived = 2 * ore if way >= 0 else 0.0  # what goes to India is none of China's
    assert state.inventory.sum() == pytest.approx(sum(stores) + arrived + elsewhere)
    full = state.inventory.copy()
    used = market.feed_separators(run.data, wanted)
    assert used == pytest.approx(np.minimum(full, wanted * run.reference.share).sum())
    assert state.inventory.sum() + used == pytest.approx(full.sum())
    left = state.inventory.sum()
    gap = market.resell(run.data)
    assert state.inventory.sum() == pytest.approx(left)
    assert gap == pytest.approx(run.reference.target.sum() - left)
    assert (state.inventory >= 0).all()


def test_buyers_even_out_their_stores(model: RareEarthModel) -> None:
    target = model.run.reference.target
    model.state.inventory = np.array([target.sum(), 0.0])
    market.resell(model.run.data)
    assert model.state.inventory == pytest.approx(target)


def test_a_balanced_market_rests_and_prices_follow_a_closure_and_its_end(model: RareEarthModel) -> None:
    rest = trade(model, 48)
    assert rest["shortage"] == pytest.approx(0.0, abs=0.03)
    assert rest["price_tb"] == pytest.approx(model.run.reference.tb, rel=0.03)
    closed = trade(model, 6, share=0.2)
    # A third of the supply was lost in autumn 2024, and terbium rose by 22% in six months.
    assert 1.05 < closed["price_tb"] / rest["price_tb"] < 1.4
    assert 1.0 < closed["price_dy"] / rest["price_dy"] < 1.06
    ore = closed["price_ore"] / rest["price_ore"]
    assert closed["price_dy"] / rest["price_dy"] < ore < closed["price_tb"] / rest["price_tb"]
    assert trade(model, 36)["price_tb"] < 0.95 * closed["price_tb"]


def test_the_level_of_all_prices_moves_them_alike() -> None:
    dear, usual = (trade(small(*STILL), 24, factor=factor) for factor in (1.5, 1.0))
    assert dear["price_ore"] / usual["price_ore"] == pytest.approx(1.5, rel=0.02)
    assert dear["shortage"] == pytest.approx(usual["shortage"], abs=0.02)


def test_other_origins_stay_where_the_outside_world_sets_them(model: RareEarthModel) -> None:
    for given_, grown in ((True, False), (False, True)):
        supply_mines(model, 0.0)
        model.state.market["other_origins"] = 500.0
        model.run.quotes.invested[-1] = 100.0
        market.trade_ore(model.run.data, 1.0, given_)
        assert (model.state.market.other_origins > 500.0) == grown
        assert (model.state.market.other_origins == 500.0) == given_


def test_prices_draw_the_same_numbers_whatever_the_policy() -> None:
    seen = []
    for share in (1.0, 0.0):
        noisy, still = (trade(small(*sets), 1, share) for sets in (STILL[2:], STILL))
        seen.append(noisy["price_tb"] / still["price_tb"])
    assert seen[0] == pytest.approx(seen[1], rel=1e-12)
    assert seen[0] != 1.0
    other = trade(small(*STILL[2:], replicate=1), 1)
    assert other["price_tb"] != trade(small(*STILL[2:]), 1)["price_tb"]
