"""What holds back ore on the road to India: the noted limits give what goes, and payments are those of the ore."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from model.dynamics import corridor
from model.dynamics.netback import TradeParameters
from model.dynamics.taxes import gate_price
from model.state import QUAD
from tests.dynamics.chain import KIA, Chain, shaken_chains
from tests.dynamics.test_corridor import open_road

P = TradeParameters()


@given(chain=shaken_chains())
@settings(max_examples=40, deadline=None)
def test_the_noted_limits_give_what_goes(chain: Chain) -> None:
    chain.month()
    road = chain.state.road
    carried = road.built * road.gate * road.security * road.season * road.ore_trips
    assert min(road.wanted, carried) == pytest.approx(chain.state.flows.ore[:, QUAD].sum(), rel=1e-6, abs=1e-6)
    assert road.wanted <= road.offered + 1e-9


def test_before_the_road_is_built_its_ore_is_noted_all_the_same() -> None:
    chain = Chain(rains=False)
    chain.run_of.policy["route_building"][-1] = 0.4
    chain.month()
    road = chain.state.road
    assert chain.state.flows.ore[:, QUAD].sum() == road.built == 0
    assert road.wanted > 0 and road.planned == chain.run_of.rules.quad_partners.route_capacity_t
    assert road.us_usd == pytest.approx(0.4 * chain.run_of.rules.united_states.route_usd)


def test_without_a_road_in_sight_nothing_is_wanted() -> None:
    chain = Chain()
    chain.month()
    road = chain.state.road
    assert (road.wanted, road.planned, road.us_usd, road.india_usd) == (0, 0, 0, 0)
    assert road.offered > 0


def test_a_road_takes_what_it_is_built_for_whatever_the_post_at_the_border_took_before() -> None:
    chain = open_road()
    chain.state.stock[:] = 9e4
    chain.state.market.route_capacity = 2_000.0
    chain.month()
    assert chain.state.flows.ore[:, QUAD].sum() > 1_900 > chain.world.crossing_capacity[4, 0]


def test_payments_are_those_of_the_ore_that_went() -> None:
    chain = open_road(offtake=0.5)
    road, ore = chain.state.road, chain.state.flows.ore[:, QUAD].sum()
    price = gate_price(chain.state.market.price_ore, chain.run_of.rules.market) / chain.run_of.rules.market.yuan_per_usd
    assert ore > 0
    # The market has moved the price since the ore was sold.
    assert road.india_usd / ore == pytest.approx(P.india_price_share * price, rel=0.05)
    share = corridor.contract_premium(chain.data, KIA) / P.india_price_share
    assert road.premium_usd == pytest.approx(share * road.india_usd)


def test_reagent_on_the_way_back_makes_freight_dearer_and_trips_fewer() -> None:
    free, embargoed = open_road().state.road, open_road(embargo=1.0).state.road
    assert free.ore_trips == 1 and embargoed.ore_trips == pytest.approx(1 / 7)
    assert embargoed.freight == pytest.approx(8 * free.freight)
    assert embargoed.net_back < free.net_back
