"""Laws of trade: caps, closed lanes, taxes; and whether the chain looks like the record."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from model.dynamics import season, trade
from model.dynamics.season import SeasonParameters
from model.dynamics.trade import AD_VALOREM, FIXED, TradeParameters
from model.state import CHINA_INFORMAL, CHINA_OFFICIAL, QUAD
from tests.dynamics.chain import JUNTA, KIA, ORE, REAGENT, UWSA, Chain, shaken_chains

P = TradeParameters()
TIGHT = TradeParameters(leak=0.0)


@given(chain=shaken_chains())
@settings(max_examples=100, deadline=None)
def test_flows_stay_within_every_cap(chain: Chain) -> None:
    stock = chain.state.stock.copy()
    chain.month()
    state, world, offer, factor = chain.state, chain.world, chain.reports["offer"], chain.reports["factor"]
    ore = state.flows.ore
    assert np.isfinite(ore).all()
    assert (ore >= 0).all()
    assert (ore.sum(axis=1) <= stock + chain.reports["mining"].produced + 1e-9).all()
    assert (ore[:, CHINA_INFORMAL] <= offer.leaky + 1e-9).all()
    official = state.flows.crossing[:, CHINA_OFFICIAL]
    some = official >= 0
    load = np.bincount(official[some], ore[some, CHINA_OFFICIAL], minlength=5)
    gate = world.crossing_capacity[:, ORE] * state.lanes[:, ORE] * chain.terms.purchase * factor
    assert (load <= gate * (1 + 1e-9) + 1e-9).all()
    assert ore[:, CHINA_OFFICIAL].sum() <= P.road_capacity_t * factor + 1e-9
    assert (ore[:, QUAD] <= offer.quad_limit + 1e-9).all()
    assert (ore[ore > 0].size == 0) or (state.flows.crossing[ore > 0] >= 0).all()
    assert (state.flows.tax_usd >= 0).all()


@given(chain=shaken_chains(), route=st.floats(0.0, 600.0))
@settings(max_examples=60, deadline=None)
def test_road_to_india_is_shared_by_all(chain: Chain, route: float) -> None:
    chain.state.market.route_capacity = route
    chain.month()
    flow = chain.state.flows.ore[:, QUAD].sum()
    assert flow <= min(route, chain.world.crossing_capacity[4, ORE]) * chain.reports["factor"] + 1e-9


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
    mines = chain.state.holder[chain.world.mine_place] == holder
    assume(mines.any())
    flows = []
    rules = np.full(3, FIXED)
    for yuan in (0.0, more):
        state = dataclasses.replace(chain.state, stock=chain.state.stock.copy())
        tax = chain.terms.tax_yuan.copy()
        tax[holder] += yuan
        terms = chain.terms._replace(tax_yuan=tax, tax_rule=rules)
        offer = trade.quote(chain.chain, state, terms, 1.0, reagent_ratio=7.0)
        trade.step(chain.chain, state, offer, 1.0)
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
    assert chain.state.flows.tax_usd[UWSA] == pytest.approx(own + P.transit_share * bid * flow / 7.2)


def test_ad_valorem_tax_is_a_share_of_the_bid() -> None:
    chain = Chain()
    chain.terms = chain.terms._replace(tax_rule=np.full(3, AD_VALOREM), tax_share=np.full(3, 0.2))
    chain.month()
    assert chain.reports["offer"].tax[0] == pytest.approx(0.2 * chain.state.bid[0])


def test_the_price_reading_leaves_a_fifth_of_the_tax() -> None:
    yuan = np.array([35_000.0])
    assert trade.read_tax(yuan, "tax", P)[0] == 35_000
    assert trade.read_tax(yuan, "price", P)[0] == pytest.approx(7_000)


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


def test_buyers_that_may_not_buy_leave_the_ore_in_store() -> None:
    chain, free = Chain(rains=False), Chain(rains=False)
    chain.terms = chain.terms._replace(purchase=np.full(5, 0.3))
    assert sum(chain.run(6)) < 0.5 * sum(free.run(6))
    assert chain.state.stock.sum() > free.state.stock.sum()


# the road to India


def _to_india(passage: float = 1.0, premium: float = 0.75, embargo: float = 0.0) -> Chain:
    chain = Chain(rains=False)
    chain.state.market.route_capacity = 200.0
    chain.state.lanes[4] = 1.0
    chain.terms = chain.terms._replace(premium=np.full(3, premium), passage=np.full(3, passage), embargo=embargo)
    chain.month()
    return chain


def test_an_offtake_pays_for_the_road_to_india_and_its_holder() -> None:
    paid, unpaid = _to_india(), _to_india(premium=0.0)
    assert paid.state.flows.ore[:, QUAD].sum() > 1.2 * unpaid.state.flows.ore[:, QUAD].sum()
    assert paid.state.flows.tax_usd[KIA] > unpaid.state.flows.tax_usd[KIA]


def test_hostile_towns_let_few_convoys_through_unless_agreements_do() -> None:
    blocked, agreed = _to_india(passage=0.0), _to_india(passage=1.0)
    assert blocked.reports["offer"].path_security[0] <= P.corridor_leak
    assert agreed.reports["offer"].path_security[0] == pytest.approx(1.0)
    assert blocked.state.flows.ore[0, QUAD] < 0.3 * agreed.state.flows.ore[0, QUAD]


def test_reagent_that_china_withholds_takes_the_trips_of_ore() -> None:
    free, embargoed = _to_india(), _to_india(embargo=1.0)
    assert embargoed.reports["offer"].quad_limit[0] == pytest.approx(free.reports["offer"].quad_limit[0] / 7.0)
    assert embargoed.reports["offer"].india_reagent[0] > 0
    assert free.reports["offer"].india_reagent[0] == 0


def test_a_shut_indian_gate_stops_the_road() -> None:
    chain = _to_india()
    chain.state.lanes[4, ORE] = 0.0
    chain.month()
    assert chain.state.flows.ore[:, QUAD].sum() == 0


# revenue-maximising tax


def _best_tax(elasticity: float = 0.4, before: float = 150_000.0) -> float:
    p = TradeParameters(smuggling_elasticity=elasticity)
    cost = np.array([90_000.0])
    return trade.revenue_maximising_tax(
        np.array([before]), np.array([before - 30_000]), cost, np.array([1_000.0]), 0.2, before, p
    )


def test_a_revenue_maximiser_takes_part_of_the_margin() -> None:
    assert 20_000 < _best_tax() < 60_000
    assert _best_tax(before=105_000.0) < _best_tax()
    assert _best_tax(elasticity=3.0) < _best_tax()


def test_a_revenue_maximiser_without_mines_sets_no_tax() -> None:
    nothing = np.zeros(0)
    assert trade.revenue_maximising_tax(nothing, nothing, nothing, nothing, 0.2, 1e5, P) == 0


def test_the_tax_it_settles_on_depends_on_its_mines_and_not_on_todays_tax() -> None:
    found = []
    for yuan in (0.0, 60_000.0):
        chain = Chain()
        chain.terms = chain.terms._replace(tax_yuan=np.full(3, yuan))
        chain.month()
        found.append(trade.settle_tax(chain.chain, chain.state, chain.reports["offer"], KIA, 0.2))
    assert found[0] == found[1] > 0
    assert trade.settle_tax(chain.chain, chain.state, chain.reports["offer"], JUNTA, 0.2) == 0


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
    assert 5e6 < revenue < 25e6, "about 200 million USD a year at 35,000 yuan a tonne"


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
