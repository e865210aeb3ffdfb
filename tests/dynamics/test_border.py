"""The border with China whoever decides: offensives remembered, deals kept, gates taken, towns handed back."""

from __future__ import annotations

import numpy as np
import pytest

from model.dynamics import border
from model.run import Run
from tests.world_of_policy import small


def at(run: Run, actor: str) -> int:
    return run.world.force_index[actor]


def fought(run: Run, *leaders: str) -> None:
    """Write down battles at a place where Beijing minds them."""
    place = int(np.flatnonzero(run.land.beijing_cares)[0])
    for k, leader in enumerate(leaders):
        run.battles.place[k], run.battles.leader[k] = place, at(run, leader)
    run.battles.result["count"] = len(leaders)


def test_offensives_by_hand() -> None:
    beijing = small().run.rules.beijing  # memory 0.7
    assert border.offensive(0.5, 0.0, beijing) == pytest.approx(0.35)
    assert border.offensive(0.5, 1.0, beijing) == pytest.approx(0.65)
    assert border.offensive(0.5, 2.0, beijing) == pytest.approx(0.95)
    assert border.offensive(0.5, 9.0, beijing) == 1.0


def test_patronage_takes_a_part_of_what_independence_is_left() -> None:
    beijing = small().run.rules.beijing
    assert border.dependence(0.5, 0.0, beijing) == 0.5
    assert border.dependence(0.5, 1.0, beijing) == pytest.approx(0.5 + 0.8 * 0.5)


def test_attacks_at_the_border_are_remembered_but_for_the_governments() -> None:
    run = small().run
    fought(run, "JUNTA", "KIA", "KIA", "KIA")
    border.remember_offensives(run.data)
    assert run.state.offensive[at(run, "JUNTA")] == 0
    assert run.state.offensive[at(run, "KIA")] == pytest.approx(0.9)
    elsewhere = np.flatnonzero(~run.land.beijing_cares)
    run.battles.place[:4] = elsewhere[0]
    border.remember_offensives(run.data)
    assert run.state.offensive[at(run, "KIA")] == pytest.approx(0.63)


def test_at_peace_are_those_with_a_ceasefire_a_deal_or_a_patron() -> None:
    run = small().run
    kia, state = at(run, "KIA"), run.state
    assert state.stance[run.land.junta, kia] == -1
    assert border.at_peace(run.data, kia) == 0
    state.dealings.patron[kia] = 0.3
    assert border.at_peace(run.data, kia) == 0.3
    state.dealings.deal[kia] = 2
    assert border.at_peace(run.data, kia) == 1
    state.dealings.deal[kia] = state.dealings.patron[kia] = 0
    state.stance[run.land.junta, kia] = state.stance[kia, run.land.junta] = 0
    assert border.at_peace(run.data, kia) == 1


def test_a_deal_runs_out_and_patronage_outlasts_it() -> None:
    run = small().run
    kia, dealings = at(run, "KIA"), run.state.dealings
    dealings.deal[kia], dealings.tax_cut[kia], dealings.patron[kia], dealings.talked[kia] = 2, 0.2, 1.0, 0
    base = float(run.actors["dependence_on_china"][kia])
    border.keep_deals(run.data)
    assert (dealings.deal[kia], dealings.tax_cut[kia], dealings.talked[kia]) == (1, 0.2, 1)
    border.keep_deals(run.data)
    assert (dealings.deal[kia], dealings.tax_cut[kia]) == (0, 0.0)
    assert dealings.patron[kia] == 1 and not run.border.void.any()
    assert run.state.dependence[kia] == pytest.approx(base + 0.8 * (1 - base))


def test_a_deal_is_void_when_the_halt_in_it_is_broken() -> None:
    run = small().run
    kia, state, dealings = at(run, "KIA"), run.state, run.state.dealings
    dealings.deal[kia], dealings.halted[kia], dealings.patron[kia] = 9, True, 1.0
    state.stance[kia, run.land.junta] = state.stance[run.land.junta, kia] = 0
    border.keep_deals(run.data)
    assert not run.border.void.any() and dealings.deal[kia] == 8
    state.stance[kia, run.land.junta] = state.stance[run.land.junta, kia] = -1
    border.keep_deals(run.data)
    assert run.border.void.nonzero()[0].tolist() == [kia]
    assert dealings.deal[kia] == dealings.patron[kia] == 0 and not dealings.halted[kia]
    border.keep_deals(run.data)
    assert not run.border.void.any()


def test_a_gate_taken_goes_the_way_of_its_holders_other_gates() -> None:
    run = small().run
    state, kia = run.state, at(run, "KIA")
    gates = np.flatnonzero(run.land.chinese)
    state.holder[run.land.crossing_place[gates]] = kia
    state.holder_before = state.holder
    state.lanes[gates] = 0.0
    taken, others = gates[1], np.delete(gates, 1)
    state.lanes[taken] = 1.0
    border.shut_gates_taken(run.data)
    assert run.border.count["lanes"] == 0 and (state.lanes[taken] == 1).all()
    state.holder_before[run.land.crossing_place[taken]] = run.land.junta
    state.lanes[others, 1] = 1.0  # open to reagent
    border.shut_gates_taken(run.data)
    assert state.lanes[taken].tolist() == [0, 1, 0]
    assert run.border.lane[: run.border.count["lanes"]].tolist() == [0, 2]
    assert not run.border.opened[:2].any()


def test_a_first_gate_stays_as_it_is() -> None:
    run = small().run
    state, gates = run.state, np.flatnonzero(run.land.chinese)
    place = run.land.crossing_place[gates[0]]
    state.holder[run.land.crossing_place[gates]] = at(run, "KIA")
    state.holder_before = state.holder
    state.holder[place] = at(run, "UWSA")
    state.lanes[gates[1:]], state.lanes[gates[0]] = 0.0, 1.0
    border.shut_gates_taken(run.data)
    assert (state.lanes[gates[0]] == 1).all()


def test_changes_are_forgotten_month_by_month() -> None:
    run = small().run
    border.move_lane(run.data, 0, 0, False)
    run.border.clear()
    assert run.border.count["lanes"] == run.border.count["supplies"] == 0


def test_a_town_handed_back_loses_no_fighter() -> None:
    run = small().run
    state, kia, junta, place = run.state, at(run, "KIA"), run.land.junta, run.world.find_place("T08")
    assert state.holder[place] == kia
    before, lost = state.troops.sum(axis=1), state.towns_lost_year.copy()
    border.hand_back(run.data, place, junta)
    assert state.holder[place] == junta
    assert state.troops[kia, place] == 0
    np.testing.assert_array_equal(state.troops.sum(axis=1), before)
    np.testing.assert_allclose(state.control.sum(axis=0), 1.0)
    assert state.control[kia, run.land.territory[place]] == 0
    assert state.totals.towns_changed == 1
    assert (state.towns_lost_year - lost)[[kia, junta]].tolist() == [1, -1]
