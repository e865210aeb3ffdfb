"""Laws of mining: ledgers, reagent, licences, capacity."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.dynamics import mining
from model.dynamics.mining import MineOrders, MiningParameters
from tests.dynamics.chain import ORE, REAGENT, UWSA, Chain, shaken_chains

P = MiningParameters()


@given(chain=shaken_chains(), mine_stop=st.sampled_from(["halt", "reagent", "both"]))
@settings(max_examples=80, deadline=None)
def test_ore_and_reagent_ledgers_close_at_every_mine(chain: Chain, mine_stop: str) -> None:
    chain.mine_stop = mine_stop
    state = chain.state
    for _ in range(3):
        ore, reagent = state.in_process + state.stock, state.reagent.copy()
        chain.month()
        report, sold = chain.reports["mining"], state.flows.ore.sum(axis=1)
        closing = state.in_process + state.stock + sold + report.lost
        assert np.abs(ore + report.leached - closing).max() <= 1e-9 * max(1.0, float(ore.max()))
        closing = state.reagent + report.reagent_used + report.reagent_lost
        assert np.abs(reagent + report.reagent_imported - closing).max() <= 1e-9 * max(1.0, float(reagent.max()))
        for array in (state.stock, state.in_process, state.reagent, state.capacity, state.pipeline, state.operating):
            assert (array >= 0).all()
        assert (state.operating <= 1).all()
        assert state.totals.mined == pytest.approx(report.produced.sum())
        assert state.totals.leachate == pytest.approx(P.leachate_share * report.reagent_used.sum())


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
    assert (chain.reports["mining"].leached == 0).all()
    assert chain.state.totals.leachate == 0


def test_reagent_never_binds_where_the_halt_alone_stops_mines() -> None:
    chain = _starved("halt")
    assert chain.reports["mining"].leached.sum() > 3_000


def test_holders_halt_stops_mines_only_where_it_is_heeded() -> None:
    leached = {}
    for mine_stop in ("halt", "reagent", "both"):
        chain = Chain(mine_stop=mine_stop, licence=0.0)
        chain.month()
        leached[mine_stop] = chain.reports["mining"].leached.sum()
    assert leached["halt"] == leached["both"] == 0
    assert leached["reagent"] > 3_000


def test_reagent_store_lasts_for_some_months_of_a_closed_lane() -> None:
    chain = Chain(mine_stop="reagent", rains=False)
    chain.run(6)
    before = chain.reports["mining"].leached.sum()
    chain.shut(REAGENT)
    leached = []
    for _ in range(9):
        chain.month()
        leached.append(chain.reports["mining"].leached.sum() / before)
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


def test_capture_damages_pools_and_the_ledger_knows_it() -> None:
    chain, quiet = Chain(rains=False), Chain(rains=False)
    chain.captured = np.array([True, False, False, False])
    before = chain.state.in_process.copy()
    chain.month()
    quiet.month()
    lost = chain.reports["mining"].lost - quiet.reports["mining"].lost
    assert lost[0] == pytest.approx(P.capture_loss * before[0], rel=0.01)
    assert chain.state.operating[0] <= P.capture_operating * 0.9 + P.restart
    assert chain.reports["mining"].reagent_lost[1:].sum() == 0


@given(st.lists(st.floats(1.0, 3e5), min_size=2, max_size=6), st.floats(0.05, 0.6))
def test_dearer_ore_lets_more_sites_pay(net_back: list[float], spread: float) -> None:
    ordered = np.sort(np.array(net_back))
    share = mining.profitability(ordered, np.full(len(ordered), 9e4), spread)
    assert ((share >= 0) & (share <= 1)).all()
    assert (np.diff(share) >= 0).all()


def test_half_the_sites_pay_at_their_cost() -> None:
    assert mining.profitability(np.array([9e4]), np.array([9e4]), 0.2)[0] == pytest.approx(0.5)


def test_capacity_comes_after_its_lead_time_and_not_before() -> None:
    chain = Chain(rains=False, invested=0.05)
    start = chain.state.capacity.copy()
    chain.run(P.lead_months)
    assert chain.state.capacity == pytest.approx(start * (1 - P.depreciation) ** P.lead_months)
    chain.month()
    worn = start * (1 - P.depreciation) ** (P.lead_months + 1)
    assert (chain.state.capacity > worn).all()
    assert (chain.state.capacity <= worn + P.growth_cap * start + P.seed_capacity + 1e-9).all()


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


def test_nothing_is_built_where_ore_earns_less_than_it_costs() -> None:
    chain = Chain(invested=0.05)
    offer_at_a_loss = chain.world.mine_cost * 0.9
    orders = MineOrders(
        licence=np.ones(4),
        net_back=offer_at_a_loss,
        captured=chain.captured,
        invested=chain.state.capacity * 0.05,
        reagent_crossing=np.zeros(4, np.int64),
        india_reagent=np.zeros(4),
    )
    mining.step(chain.world, chain.state, orders, 1.0, P, "both")
    assert (chain.state.pipeline == 0).all()


def test_unsold_ore_slows_mines_until_they_stop() -> None:
    chain = Chain(mine_stop="reagent", rains=False)
    chain.shut(ORE)
    chain.run(24)
    assert (chain.state.stock < 2.2 * P.storage_months * chain.state.capacity).all()
    assert chain.state.operating.max() < 0.5


def test_security_falls_under_attack_and_in_hostile_country() -> None:
    chain = Chain()
    state = chain.state
    state.attacker[9] = 0
    state.control[:, 3] = np.array([0.0, 0.8, 0.1, 0.1])
    for _ in range(12):
        mining.update_security(chain.world, state, P)
    assert state.security[0] == pytest.approx(P.security_siege, abs=0.02)
    assert state.security[1] > 0.9
    assert state.security[3] > 0.9, "the KIA is no enemy of the UWSA"
    state.stance[1, UWSA] = state.stance[UWSA, 1] = -1
    for _ in range(12):
        mining.update_security(chain.world, state, P)
    assert state.security[3] == pytest.approx(0.2, abs=0.02)
