"""Fighters gather where they attack."""

from __future__ import annotations

import pytest

from model.dynamics.front import gather
from model.run import Run
from tests.dynamics.fronts import JUNTA, KIA, MILITIA, PDF, WA, battles, empty_front, fighters, neighbours, order

T01, T02, T05, T06 = 0, 1, 4, 5


@pytest.fixture
def run() -> Run:
    return empty_front()


def test_fighters_near_several_targets_are_shared_out_evenly(run: Run) -> None:
    troops = run.state.troops
    assert {T01, T05} <= set(neighbours(run, T02))
    troops[KIA, T02], troops[JUNTA, T02] = 101, 55
    order(run, (KIA, T01), (KIA, T05), spare=0.5)
    gather(run.data)
    assert troops[KIA, [T01, T02, T05]].tolist() == [25, 51, 25]
    assert troops[JUNTA, T02] == 55, "who attacks nothing stays"


def test_fighters_at_a_target_stay_there(run: Run) -> None:
    troops = run.state.troops
    assert T02 in neighbours(run, T01)
    troops[KIA, T01], troops[KIA, T02] = 40, 60
    order(run, (KIA, T01), (KIA, T02), spare=1.0)
    gather(run.data)
    assert troops[KIA, [T01, T02]].tolist() == [40, 60]


def test_nobody_leaves_whom_the_decisions_do_not_spare(run: Run) -> None:
    run.state.troops[KIA] = 100
    before = run.state.troops.copy()
    order(run, (KIA, T01))
    gather(run.data)
    assert (run.state.troops == before).all()


def test_nobody_is_lost_on_the_way(run: Run) -> None:
    run.state.troops[KIA], run.state.troops[PDF] = range(37, 37 + 21), 13
    before, places = fighters(run), run.state.troops.copy()
    order(run, (KIA, T01), (KIA, T06), (PDF, T05), spare=0.7)
    gather(run.data)
    assert fighters(run).tolist() == before.tolist()
    assert (run.state.troops != places).any()


def test_orders_against_friends_and_on_barred_places_are_dropped(run: Run) -> None:
    state = run.state
    state.holder[[T01, T02]] = PDF, WA
    run.front.barred[T05] = True
    order(run, (JUNTA, T06), (KIA, T01), (KIA, T02), (KIA, T05), (KIA, T06))
    gather(run.data)
    assert battles(run) == [(T06, KIA, JUNTA)]
    assert state.totals.operations == 1


def test_nobodys_place_may_be_attacked_by_all(run: Run) -> None:
    run.state.holder[T01] = -1
    order(run, (WA, T01))
    gather(run.data)
    assert battles(run) == [(T01, WA, -1)]


def test_whoever_has_most_fighters_leads_and_the_first_of_equals(run: Run) -> None:
    troops = run.state.troops
    troops[KIA, [T01, T05]], troops[PDF, [T01, T05]] = 30, [40, 30]
    run.state.holder[T05] = MILITIA
    order(run, (KIA, T05), (PDF, T05), (KIA, T01), (PDF, T01))
    gather(run.data)
    assert battles(run) == [(T01, PDF, JUNTA), (T05, KIA, MILITIA)]
    run.front.air.fill(0.5)
    gather(run.data)
    assert not run.front.air[:, [T01, T05]].any(), "each month begins without sorties"
