"""Mining: its equations by hand, and laws: ledgers, reagent, licences, capacity."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.dynamics import mining
from model.dynamics.mining import MiningParameters
from model.state import ORE, REAGENT
from tests.dynamics.chain import UWSA, Chain, shaken_chains

P = MiningParameters()
STOPS = ("halt", "reagent", "both")

# equations


def test_half_the_sites_pay_at_their_cost_and_five_sixths_a_spread_above() -> None:
    assert mining.profitability(9e4, 9e4, 0.2) == pytest.approx(0.5)
    assert mining.profitability(9e4 * np.exp(0.2), 9e4, 0.2) == pytest.approx(0.8413447)
    assert mining.profitability(0.0, 9e4, 0.2) == pytest.approx(0.0)


@given(st.floats(1.0, 3e5), st.floats(1.0, 3e5), st.floats(0.05, 0.6))
def test_dearer_ore_lets_more_sites_pay(first: float, second: float, spread: float) -> None:
    low, high = (mining.profitability(net_back, 9e4, spread) for net_back in sorted((first, second)))
    assert 0 <= low <= high <= 1


def test_the_equations_of_a_month_by_hand() -> None:
    rules = Chain().run_of.rules.mining
    assert mining.margin(1.2e5, 1e5) == pytest.approx(0.2)
    # 2.5 months of output may wait: none waits, 1.5 times that, more than twice that.
    assert [mining.room(stock, 100.0, rules) for stock in (0.0, 375.0, 600.0)] == pytest.approx([1.0, 0.5, 0.0])
    # Seven tonnes of reagent for each of the month's 10 t, and three months of that in store.
    assert mining.reagent_wanted(10.0, 80.0, rules) == pytest.approx(7 * 40 - 80)
    assert mining.reagent_wanted(10.0, 500.0, rules) == 0
    assert [mining.spur(use, 0.5) for use in (0.4, 0.75, 1.0)] == pytest.approx([0.0, 0.5, 1.0])
    assert mining.begun(3.0, 100.0, rules) == 3
    assert mining.begun(30.0, 100.0, rules) == pytest.approx(P.growth_cap * 100)


# laws


@given(chain=st.sampled_from(STOPS).flatmap(lambda stop: shaken_chains(mine_stop=stop)))
@settings(max_examples=60, deadline=None)
def test_ore_and_reagent_ledgers_close_at_every_mine(chain: Chain) -> None:
    state, flows = chain.state, chain.state.flows
    for _ in range(3):
        ore, reagent = state.in_process + state.stock, state.reagent.copy()
        chain.month()
        closing = state.in_process + state.stock + flows.ore.sum(axis=1)
        assert np.abs(ore + flows.leached - closing).max() <= 1e-9 * max(1.0, float(ore.max()))
        closing = state.reagent + flows.reagent_used
        assert np.abs(reagent + flows.reagent_imported - closing).max() <= 1e-9 * max(1.0, float(reagent.max()))
        for array in (state.stock, state.in_process, state.reagent, state.capacity, state.pipeline, state.operating):
            assert (array >= 0).all()
        assert (state.operating <= 1).all()
        assert ((state.security >= -1e-12) & (state.security <= 1)).all()
        assert state.totals.leachate == pytest.approx(P.leachate_share * flows.reagent_used.sum())


def test_a_month_of_one_mine_by_hand() -> None:
    """At Mong Bawk, which the UWSA holds in peace: half licensed, with reagent enough and ore that pays well."""
    chain = Chain(rains=False, licence=0.5)
    state, m = chain.state, 3
    state.lanes[3, REAGENT] = 0.0
    state.control[:, 3] = np.array([0.0, 0.0, 1.0, 0.0])
    chain.quote()
    chain.quotes.best[m], state.operating[m] = 1e9, 0.9
    state.reagent[m], state.in_process[m], state.stock[m] = 5_000.0, 100.0, 50.0
    chain.mine()
    leached, produced = 400 * 0.5, 0.6 * (100 + 400 * 0.5)
    assert state.operating[m] == pytest.approx(0.5)
    assert state.flows.leached[m] == pytest.approx(leached)
    wanted = 7 * 4 * leached - 5_000
    assert state.flows.reagent_imported[m] == pytest.approx(min(wanted, P.reagent_leak * 6_000))
    assert state.reagent[m] == pytest.approx(5_000 + state.flows.reagent_imported[m] - 7 * leached)
    assert state.in_process[m] == pytest.approx(100 + leached - produced)
    assert state.stock[m] == pytest.approx(50 + produced)


def _starved(mine_stop: str) -> Chain:
    tight = MiningParameters(reagent_leak=0.0)
    chain = Chain(mine_stop=mine_stop, mining_parameters=tight, rains=False)
    chain.state.reagent[:] = 0.0
    chain.shut(REAGENT)
    chain.run(3)
    return chain


@pytest.mark.parametrize("mine_stop", ["reagent", "both"])
def test_no_reagent_stops_the_pools(mine_stop: str) -> None:
    chain = _starved(mine_stop)
    assert (chain.state.flows.leached == 0).all()
    assert chain.state.totals.leachate == 0


def test_reagent_never_binds_where_the_halt_alone_stops_mines() -> None:
    chain = _starved("halt")
    assert chain.state.flows.leached.sum() > 3_000


def test_holders_halt_stops_mines_only_where_it_is_heeded() -> None:
    leached = {}
    for mine_stop in STOPS:
        chain = Chain(mine_stop=mine_stop, licence=0.0)
        chain.month()
        leached[mine_stop] = chain.state.flows.leached.sum()
    assert leached["halt"] == leached["both"] == 0
    assert leached["reagent"] > 3_000


def test_reagent_store_lasts_for_some_months_of_a_closed_lane() -> None:
    chain = Chain(mine_stop="reagent", rains=False)
    chain.run(6)
    before = chain.state.flows.leached.sum()
    chain.shut(REAGENT)
    leached = []
    for _ in range(9):
        chain.month()
        leached.append(chain.state.flows.leached.sum() / before)
    assert leached[1] > 0.9
    assert leached[-1] < 0.3


def test_work_falls_at_once_and_comes_back_slowly() -> None:
    chain = Chain(rains=False)
    chain.run(6)
    full = chain.state.operating.copy()
    chain.licence = 0.2
    chain.month()
    assert (chain.state.operating < 0.25).all()
    chain.licence = 1.0
    chain.month()
    assert chain.state.operating == pytest.approx(np.minimum(full, 0.2 * full + P.restart), rel=0.05)


def test_miners_leave_mines_that_change_hands() -> None:
    chain, quiet = Chain(rains=False), Chain(rains=False)
    chain.captured = np.array([True, False, False, False])
    chain.month()
    quiet.month()
    assert chain.state.operating[0] <= P.capture_operating * 0.9 + P.restart < quiet.state.operating[0]
    assert chain.state.operating[1:] == pytest.approx(quiet.state.operating[1:], rel=0.01)


def test_capacity_comes_after_its_lead_time_and_not_before() -> None:
    chain = Chain(rains=False, invested=0.05)
    start = chain.state.capacity.copy()
    chain.run(P.lead_months)
    assert chain.state.capacity == pytest.approx(start * (1 - P.depreciation) ** P.lead_months)
    chain.month()
    worn = start * (1 - P.depreciation) ** (P.lead_months + 1)
    assert (chain.state.capacity > worn).all()
    assert (chain.state.capacity <= worn + P.growth_cap * start + 1e-9).all()


def test_pools_are_dug_by_the_work_of_those_there() -> None:
    """Idle mines get none, however well ore pays: growth while ore lay unsold was a fault of earlier versions."""
    begun = {}
    for needed in (0.0, 0.6):
        for licence in (1.0, 0.8, 0.6, 0.0):
            table = P.model_copy(update={"use_needed": needed})
            chain = Chain(rains=False, invested=0.05, mine_stop="halt", licence=licence, mining_parameters=table)
            chain.run(3)
            begun[needed, licence] = float(chain.state.pipeline[:, -1].sum())
    assert begun[0.0, 1.0] > begun[0.0, 0.8] > begun[0.0, 0.6] > begun[0.0, 0.0] == 0
    assert begun[0.6, 1.0] > 1.5 * begun[0.6, 0.8] > 0
    assert begun[0.6, 0.6] == begun[0.6, 0.0] == 0
    assert begun[0.6, 0.8] < begun[0.0, 0.8]


@pytest.mark.parametrize(("earned", "built"), [(0.95, False), (1.5, True)])
def test_pools_are_dug_only_where_ore_earns_more_than_it_costs(earned: float, built: bool) -> None:
    chain = Chain(invested=0.05, mining_parameters=P.model_copy(update={"use_needed": 0.0}))
    chain.quote()
    chain.quotes.best[:] = chain.world.mine_cost * earned
    chain.mine()
    assert (chain.state.flows.leached > 0).all()
    assert ((chain.state.pipeline[:, -1] > 0) == built).all()


def test_unsold_ore_slows_mines_until_they_stop() -> None:
    chain = Chain(mine_stop="reagent", rains=False)
    chain.shut(ORE)
    chain.run(24)
    assert (chain.state.stock < 2.2 * P.storage_months * chain.state.capacity).all()
    assert chain.state.operating.max() < 0.5


def test_security_falls_in_hostile_country() -> None:
    chain = Chain()
    state = chain.state

    def felt() -> float:
        for m in range(4):
            mining.update_security(chain.data, m)
        return float(state.security[3])

    state.control[:, 3] = np.array([0.0, 0.8, 0.1, 0.1])
    assert felt() > 0.9, "the KIA is no enemy of the UWSA"
    assert state.security[1] > 0.9
    state.stance[1, UWSA] = state.stance[UWSA, 1] = -1
    assert felt() == pytest.approx(0.2)
    state.holder[12] = -1
    assert felt() == 0.0
