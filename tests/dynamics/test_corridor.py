"""The way to India: its equations by hand, its laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from model.dynamics import corridor
from model.dynamics.netback import TradeParameters
from model.state import ORE, QUAD, REAGENT
from tests.dynamics.chain import JUNTA, KIA, Chain, shaken_chains

P = TradeParameters()


def test_a_place_is_as_secure_as_its_countryside_and_its_town() -> None:
    assert corridor.place_security(0.3, False, 0.0, 0.15) == pytest.approx(0.7)
    assert corridor.place_security(0.3, True, 0.0, 0.15) == pytest.approx(0.7 * 0.15)
    assert corridor.place_security(0.3, True, 0.5, 0.15) == pytest.approx(0.85 * (0.15 + 0.85 * 0.5))
    assert corridor.place_security(1.0, True, 1.0, 0.15) == pytest.approx(1.0)


def test_the_net_back_of_a_tonne_for_india_by_hand() -> None:
    rules = Chain().run_of.rules.trade
    found = corridor.quad_net_back(1e5, 20_000.0, 5_000.0, rules)
    assert found == pytest.approx(0.8e5 + 0.5 * 20_000 - 5_000)


def open_road(passage: float = 1.0, offtake: float = 1.0, embargo: float = 0.0) -> Chain:
    """A chain whose month has passed with a road to India of 200 t per month."""
    chain = Chain(rains=False)
    chain.state.market.route_capacity = 200.0
    chain.state.lanes[4] = 1.0
    chain.run_of.policy["offtake"][:3], chain.run_of.policy["brokering"][:3] = offtake, passage
    chain.quotes.beijing["embargo"] = embargo
    chain.month()
    return chain


def test_envoys_broker_passage_as_far_as_they_go() -> None:
    chain = Chain()
    chain.run_of.policy["envoy"][KIA] = 1.0
    share = chain.run_of.rules.united_states.envoy_brokering
    assert share > 0
    assert corridor.convoy_passage(chain.data, KIA) == pytest.approx(share)
    chain.run_of.policy["brokering"][KIA] = 0.9
    assert corridor.convoy_passage(chain.data, KIA) == pytest.approx(max(0.9, share))
    assert corridor.convoy_passage(chain.data, JUNTA) == 0


def test_contracts_add_the_floor_over_what_india_pays() -> None:
    chain = open_road(offtake=0.5)
    assert corridor.contract_premium(chain.data, KIA) == pytest.approx(0.5 * (1.75 - P.india_price_share))


@given(chain=shaken_chains())
@settings(max_examples=60, deadline=None)
def test_a_corridor_is_no_more_secure_than_a_hostile_town_lets_it_be(chain: Chain) -> None:
    chain.quote()
    quotes, state = chain.quotes, chain.state
    assert ((quotes.path_security >= 0) & (quotes.path_security <= 1)).all()
    road = state.market.route_capacity * state.lanes[4, ORE]
    assert (quotes.quad_limit <= road + 1e-9).all()
    assert (quotes.quad_limit + quotes.india_reagent <= 2 * road + 1e-9).all()
    pass_holder = state.holder[8]
    for m, holder in enumerate(quotes.holder):
        hostile = holder >= 0 and pass_holder >= 0 and state.stance[holder, pass_holder] < 0
        if hostile and quotes.crossing[m, QUAD] >= 0:
            passage = chain.run_of.policy["brokering"][holder]
            assert quotes.path_security[m] <= P.corridor_leak + (1 - P.corridor_leak) * passage + 1e-12


def test_without_a_road_there_is_no_way_to_india() -> None:
    chain = Chain()
    chain.quote()
    assert (chain.quotes.crossing[:, QUAD] == -1).all()
    assert (chain.quotes.net_back[:, QUAD] == -np.inf).all()
    for nothing in (chain.quotes.quad_limit, chain.quotes.india_reagent, chain.quotes.premium_usd):
        assert not nothing.any()


def test_an_offtake_pays_for_the_road_to_india_and_its_holder() -> None:
    paid, unpaid = open_road(), open_road(offtake=0.0)
    assert paid.state.flows.ore[:, QUAD].sum() > 1.2 * unpaid.state.flows.ore[:, QUAD].sum()
    assert paid.state.flows.tax_usd[KIA] > unpaid.state.flows.tax_usd[KIA]


def test_hostile_towns_let_few_convoys_through_unless_agreements_do() -> None:
    blocked, agreed = open_road(passage=0.0), open_road(passage=1.0)
    assert blocked.quotes.path_security[0] <= P.corridor_leak
    assert agreed.quotes.path_security[0] == pytest.approx(1.0)
    assert blocked.state.flows.ore[0, QUAD] < 0.3 * agreed.state.flows.ore[0, QUAD]


def test_reagent_that_china_withholds_takes_the_trips_of_ore() -> None:
    free, embargoed = open_road(), open_road(embargo=1.0)
    assert embargoed.quotes.quad_limit[0] == pytest.approx(free.quotes.quad_limit[0] / 7.0)
    assert embargoed.quotes.india_reagent[0] == pytest.approx(free.quotes.quad_limit[0])
    assert free.quotes.india_reagent[0] == 0


def test_a_shut_reagent_lane_withholds_as_an_embargo_does() -> None:
    chain = open_road()
    assert corridor.reagent_withheld(chain.data, 0) == 0
    chain.state.lanes[:4, REAGENT] = 0.0
    assert corridor.reagent_withheld(chain.data, 0) == 1


def test_a_shut_indian_gate_stops_the_road() -> None:
    chain = open_road()
    assert chain.state.flows.ore[:, QUAD].sum() > 0
    chain.state.lanes[4, ORE] = 0.0
    chain.month()
    assert chain.state.flows.ore[:, QUAD].sum() == 0
