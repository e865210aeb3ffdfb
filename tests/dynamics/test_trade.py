"""Laws of trade: caps, closed lanes, taxes; and whether the chain looks like the record."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from model.dynamics import season, trade
from model.dynamics.netback import TradeParameters, quote
from model.dynamics.season import SeasonParameters
from model.dynamics.taxes import FIXED
from model.state import CHINA_INFORMAL, CHINA_OFFICIAL, ORE, QUAD, REAGENT
from tests.dynamics.chain import JUNTA, KIA, UWSA, Chain, shaken_chains

P = TradeParameters()
TIGHT = TradeParameters(leak=0.0)


def test_shares_follow_net_backs() -> None:
    assert trade.preferred(5e4, 5e4, 1e4) == pytest.approx(0.5)
    assert trade.preferred(6e4, 5e4, 1e4) == pytest.approx(1 / (1 + np.exp(-1)))
    assert trade.preferred(6e4, -np.inf, 1e4) == 1
    assert trade.preferred(-np.inf, 5e4, 1e4) == 0


def test_more_than_usual_leaves_the_stores_after_a_closure() -> None:
    rules = Chain().run_of.rules.trade
    assert trade.china_limit(0.0, rules) == P.flow_limit_t
    piled = P.normal_stock_months * P.flow_limit_t + 1_000
    assert trade.china_limit(piled, rules) == pytest.approx(P.flow_limit_t + 1_000 * P.release)
    assert trade.china_limit(1e6, rules) == P.road_capacity_t


@given(chain=shaken_chains())
@settings(max_examples=100, deadline=None)
def test_flows_stay_within_every_cap(chain: Chain) -> None:
    state, world, offer, factor = chain.state, chain.world, chain.quotes, chain.set_season()
    held = state.stock + state.in_process
    chain.month()
    ore = state.flows.ore
    assert np.isfinite(ore).all()
    assert (ore >= 0).all()
    assert (ore.sum(axis=1) <= held + state.flows.leached + 1e-9).all()
    assert (ore[:, CHINA_INFORMAL] <= offer.leaky + 1e-9).all()
    official = state.flows.crossing[:, CHINA_OFFICIAL]
    some = official >= 0
    load = np.bincount(official[some], ore[some, CHINA_OFFICIAL], minlength=5)
    gate = world.crossing_capacity[:, ORE] * state.lanes[:, ORE] * factor
    assert (load <= gate * (1 + 1e-9) + 1e-9).all()
    assert ore[:, CHINA_OFFICIAL].sum() <= P.road_capacity_t * factor + 1e-9
    assert (ore[:, QUAD] <= offer.quad_limit + 1e-9).all()
    assert ((state.flows.crossing >= 0) == (ore > 0)).all()
    assert (state.flows.tax_usd >= 0).all()


@given(chain=shaken_chains(), route=st.floats(0.0, 600.0))
@settings(max_examples=60, deadline=None)
def test_road_to_india_is_shared_by_all(chain: Chain, route: float) -> None:
    chain.state.market.route_capacity = route
    factor = chain.set_season()
    chain.month()
    flow = chain.state.flows.ore[:, QUAD].sum()
    assert flow <= route * factor + 1e-9


@given(chain=shaken_chains(trade_parameters=TIGHT))
@settings(max_examples=60, deadline=None)
def test_closed_lanes_without_a_leak_let_nothing_through(chain: Chain) -> None:
    chain.state.lanes[:, ORE] = 0.0
    chain.month()
    assert (chain.state.flows.ore == 0).all()
    assert (chain.state.flows.tax_usd == 0).all()


@given(chain=shaken_chains(), holder=st.sampled_from([JUNTA, KIA, UWSA]), more=st.floats(1.0, 150_000.0))
@settings(max_examples=150, deadline=None)
def test_a_higher_tax_never_raises_the_taxed_official_flow(chain: Chain, holder: int, more: float) -> None:
    state, stock = chain.state, chain.state.stock.copy()
    mines = state.holder[chain.world.mine_place] == holder
    assume(mines.any())
    chain.actors["ore_tax_rule"] = FIXED
    chain.quote()
    flows = []
    for yuan in (0.0, more):
        state.stock = stock
        state.ore_tax[holder] += yuan
        quote(chain.data)
        trade.move_ore(chain.data)
        flows.append(state.flows.ore[mines, CHINA_OFFICIAL].sum())
    assert flows[1] <= flows[0] * (1 + 1e-9) + 1e-9


def test_nobodys_mines_pay_nobody() -> None:
    chain = Chain()
    chain.state.holder[chain.world.mine_place] = -1
    chain.state.holder[chain.world.crossing_place] = -1
    chain.month()
    assert chain.state.flows.ore.sum() > 1_000
    assert (chain.state.flows.tax_usd == 0).all()


def test_no_mine_no_revenue_but_for_transit() -> None:
    chain = Chain()
    chain.run(3)
    assert chain.state.flows.tax_usd[JUNTA] == 0
    assert chain.state.flows.tax_usd[KIA] > 1e6
    ore = chain.state.flows.ore[3]
    expected = 20_000 * (ore[CHINA_OFFICIAL] + P.informal_tax_share * ore[CHINA_INFORMAL]) / 7.2
    assert chain.state.flows.tax_usd[UWSA] == pytest.approx(expected)


def test_the_keeper_of_the_gate_takes_its_share_of_others_ore() -> None:
    chain = Chain()
    chain.state.holder[4] = UWSA
    chain.state.holder[5:7] = JUNTA
    chain.month()
    flow = chain.state.flows.ore[:3, CHINA_OFFICIAL].sum()
    own = 20_000 * (chain.state.flows.ore[3] @ np.array([1, P.informal_tax_share, 1])) / 7.2
    bid = chain.state.bid[0]
    assert chain.state.flows.tax_usd[UWSA] == pytest.approx(
        own + chain.run_of.rules.budgets.toll_rate * bid * flow / 7.2
    )


def test_ore_goes_round_by_another_gate_when_the_own_one_is_shut() -> None:
    chain = Chain(rains=False)
    chain.state.holder[1] = chain.state.holder[5] = KIA
    chain.month()
    assert chain.state.flows.crossing[0, CHINA_OFFICIAL] == 0
    chain.state.lanes[0, ORE] = 0.0
    chain.month()
    assert chain.state.flows.crossing[0, CHINA_OFFICIAL] == 1
    assert 0 < chain.state.flows.ore[:2, CHINA_OFFICIAL].sum() <= chain.world.crossing_capacity[1, ORE] + 1e-9


def test_an_enemys_gate_is_shut_to_the_mines() -> None:
    chain = Chain(trade_parameters=TIGHT)
    chain.state.holder[4:7] = JUNTA
    chain.month()
    assert chain.state.flows.ore[:3, CHINA_OFFICIAL].sum() == 0
    assert chain.state.flows.ore[3, CHINA_OFFICIAL] > 0


@given(chain=shaken_chains())
@settings(max_examples=60, deadline=None)
def test_without_a_mine_no_ore_revenue(chain: Chain) -> None:
    # Transit apart, which the keeper of a gate takes.
    chain.month()
    state, quotes = chain.state, chain.quotes
    keeper = state.holder[chain.world.crossing_place[quotes.crossing[:, CHINA_OFFICIAL]]]
    transit = quotes.transit * state.flows.ore[:, CHINA_OFFICIAL] / chain.market_parameters.yuan_per_usd
    for actor in range(3):
        if not (quotes.holder == actor).any():
            assert state.flows.tax_usd[actor] == pytest.approx(transit[keeper == actor].sum())


# the record


def test_rains_halve_the_roads_in_august() -> None:
    factors = [season.road_factor(month, SeasonParameters()) for month in range(1, 13)]
    assert factors[5:9] == pytest.approx([0.8, 0.6, 0.5, 0.7])
    assert factors[:5] == [1.0] * 5


def test_a_year_like_2023_exports_about_forty_thousand_tonnes() -> None:
    chain = Chain()
    year = chain.run(12)
    assert 36_000 < sum(year) < 46_000
    august = year[10]
    assert august < 0.65 * sum(year) / 12
    revenue = chain.state.flows.tax_usd[KIA]
    assert 5e6 < revenue < 25e6, "about 200 million USD per year at 35,000 yuan a tonne"


@pytest.mark.parametrize("mine_stop", ["halt", "reagent", "both"])
def test_a_closure_takes_most_exports_and_stores_empty_when_it_ends(mine_stop: str) -> None:
    chain = Chain(mine_stop=mine_stop, start="2023-10", rains=False)
    before = np.mean(chain.run(12)[-4:])
    chain.shut(ORE, REAGENT)
    chain.licence = 0.5
    closed = chain.run(5)
    assert 0.80 < 1 - closed[3] / before < 0.95
    waiting = chain.state.stock.sum()
    assert waiting > 5_000
    chain.shut(ORE, REAGENT, open_share=1.0)
    chain.licence = 1.0
    again = chain.run(2)
    assert max(again) > 1.05 * before
    assert chain.state.stock.sum() < waiting
