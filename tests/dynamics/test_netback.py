"""Net-backs, gates, taxes quoted: equations by hand and laws."""

from __future__ import annotations

from math import exp

import numpy as np
import pytest
from hypothesis import given, settings

from model.dynamics import netback
from model.dynamics.netback import NO_BID, TradeParameters
from model.dynamics.taxes import AD_VALOREM
from model.state import CHINA_INFORMAL, CHINA_OFFICIAL, ORE, QUAD, REAGENT
from tests.dynamics.chain import JUNTA, KIA, UWSA, Chain, shaken_chains

P = TradeParameters()

# equations


def test_the_equations_of_a_net_back_by_hand() -> None:
    rules = Chain().run_of.rules.trade
    assert netback.transit_charge(1e5, True, 0.03) == pytest.approx(3_000)
    assert netback.transit_charge(1e5, False, 0.03) == 0
    assert netback.official_net_back(1e5, 600.0, 3_000.0, 35_000.0) == pytest.approx(61_400)
    assert netback.informal_net_back(1e5, 600.0, 35_000.0, rules) == pytest.approx(1e5 - 30_000 - 0.3 * 35_000 - 600)
    assert netback.dodging_share(35_000.0, 1e5, rules) == pytest.approx(1 - exp(-0.4 * 0.35))
    assert netback.dodging_share(0.0, 1e5, rules) == 0
    assert netback.leaky_share(0.0, 0.5, rules) == pytest.approx(P.leak)
    assert netback.leaky_share(1.0, 0.5, rules) == pytest.approx(0.5)


def test_the_road_to_india_counts_by_what_it_could_take() -> None:
    assert netback.best_net_back(100.0, 80.0, 200.0, 0.1) == pytest.approx(110.0)
    assert netback.best_net_back(100.0, 120.0, -np.inf, 0.0) == 120
    assert netback.best_net_back(-5.0, -7.0, -9.0, 1.0) == 0


# bids


def test_the_best_bid_is_posted_at_all_gates_to_china() -> None:
    chain = Chain()
    price, china = chain.state.bid[0], np.array([1.0, 1.0, 1.0, 1.0, 0.0])
    for bids, best in (((1.02, 0.9), 1.02), ((NO_BID, 0.9), 0.9), ((NO_BID, NO_BID), 1.0)):
        chain.quotes.factor[:] = bids
        netback.post_bids(chain.data)
        assert chain.state.bid == pytest.approx(price * best * china)


# quotes


@given(chain=shaken_chains())
@settings(max_examples=80, deadline=None)
def test_no_ore_is_sent_through_an_enemys_gate_or_an_unreachable_one(chain: Chain) -> None:
    chain.quote()
    state, world, quotes = chain.state, chain.world, chain.quotes
    assert (quotes.holder == state.holder[world.mine_place]).all()
    for m, holder in enumerate(quotes.holder):
        for way in (CHINA_OFFICIAL, CHINA_INFORMAL):
            assert quotes.crossing[m, way] in range(4)
        keeper = state.holder[world.crossing_place[quotes.crossing[m, CHINA_OFFICIAL]]]
        if holder >= 0 and keeper >= 0 and state.stance[holder, keeper] < 0:
            assert quotes.open[m] == 0
        if quotes.reagent_crossing[m] >= 0:
            keeper = state.holder[world.crossing_place[quotes.reagent_crossing[m]]]
            assert holder < 0 or keeper < 0 or state.stance[holder, keeper] >= 0
    assert (quotes.best >= 0).all()
    assert (quotes.tax[quotes.holder < 0] == 0).all()
    assert (quotes.leaky >= 0).all() and (quotes.leaky <= state.capacity * (1 + 1e-12)).all()


@given(chain=shaken_chains())
@settings(max_examples=60, deadline=None)
def test_what_buyers_may_invest_in_is_listed_with_abroad_last(chain: Chain) -> None:
    chain.quote()
    quotes, state = chain.quotes, chain.state
    assert quotes.option_margin[:-1] == pytest.approx(quotes.best / chain.world.mine_cost - 1)
    assert quotes.option_margin[-1] == pytest.approx(state.bid.max() / chain.market_parameters.cost_others - 1)
    assert (quotes.option_capacity == [*state.capacity, state.market.other_origins]).all()
    assert (quotes.option_security == [*state.security, 1.0]).all()


def test_a_quote_by_hand() -> None:
    """Ore of Mong Bawk, held by the UWSA, goes by its own gate, 40 km away."""
    chain = Chain(rains=False)
    chain.quote()
    quotes, bid, km = chain.quotes, chain.state.bid[3], 40
    freight = P.freight_yuan_per_t_km * km
    assert quotes.crossing[3].tolist() == [3, 3, -1]
    assert quotes.reagent_crossing[3] == 3
    assert (quotes.tax[3], quotes.transit[3], quotes.open[3]) == (20_000, 0, 1)
    assert quotes.net_back[3, CHINA_OFFICIAL] == pytest.approx(bid - freight - 20_000)
    assert quotes.net_back[3, CHINA_INFORMAL] == pytest.approx(bid - freight - 30_000 - 6_000)
    assert quotes.net_back[3, QUAD] == -np.inf
    assert quotes.leaky[3] == pytest.approx(400 * (1 - exp(-0.4 * 20_000 / bid)))
    assert quotes.best[3] == quotes.net_back[3, CHINA_OFFICIAL]


def test_a_tax_by_value_is_a_share_of_the_bid_less_what_a_deal_gives_up() -> None:
    chain = Chain()
    chain.actors["ore_tax_rule"], chain.actors["ore_tax_share"] = AD_VALOREM, 0.2
    chain.state.dealings.tax_cut[UWSA] = 0.5
    chain.quote()
    assert chain.quotes.tax[[0, 3]] == pytest.approx([0.2 * chain.state.bid[0], 0.1 * chain.state.bid[3]])


def test_gates_are_chosen_by_net_back_and_room_and_an_enemys_is_shut() -> None:
    chain = Chain(rains=False)
    chain.state.holder[1] = chain.state.holder[5] = KIA
    chain.quote()
    assert chain.quotes.crossing[0, CHINA_OFFICIAL] == 0
    chain.state.lanes[0, ORE] = 0.0
    chain.quote()
    assert chain.quotes.crossing[0, CHINA_OFFICIAL] == 1
    chain.state.holder[4:7] = JUNTA
    chain.quote()
    assert (chain.quotes.open[:3] == 0).all() and chain.quotes.open[3] == 1
    assert (chain.quotes.reagent_crossing[:3] == -1).all()


def test_reagent_goes_round_by_another_gate_while_the_own_lane_is_shut() -> None:
    chain = Chain()
    chain.quote()
    assert chain.quotes.reagent_crossing[0] == 0
    chain.state.lanes[0, REAGENT] = 0.0
    chain.state.holder[5] = KIA
    chain.quote()
    assert chain.quotes.reagent_crossing[0] == 1
    chain.state.lanes[:, REAGENT] = 0.0
    chain.quote()
    assert chain.quotes.reagent_crossing[0] == 0, "of closed lanes the widest one near leaks most"


def test_the_keeper_of_a_gate_charges_others() -> None:
    chain = Chain()
    chain.state.holder[4], chain.state.holder[5:7] = UWSA, JUNTA
    chain.quote()
    quotes = chain.quotes
    assert quotes.transit[0] == pytest.approx(chain.run_of.rules.budgets.toll_rate * chain.state.bid[0])
    assert quotes.transit[3] == 0
