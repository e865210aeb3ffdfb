"""Places fall, garrisons flee, sieges are given up."""

from __future__ import annotations

import pytest

from model.dynamics.capture import lift_sieges, refuge, rout, take
from model.run import Run
from tests.dynamics.fronts import JUNTA, KIA, PDF, WA, empty_front, ended, fighters, neighbours

TOWN, SITE = 4, 14


@pytest.fixture
def run() -> Run:
    return empty_front("processes.combat.captured_share=0.35", "processes.combat.captured_arms=0.5")


def test_a_garrison_flees_next_door_where_most_of_its_own_are(run: Run) -> None:
    troops, (first, second, *_, last) = run.state.troops, neighbours(run, TOWN)
    assert refuge(run.data, TOWN, JUNTA) == first, "the first of equals"
    troops[JUNTA, [first, second]] = 10, 20
    troops[KIA, first] = 500
    assert refuge(run.data, TOWN, JUNTA) == second
    run.state.holder[second] = KIA
    assert refuge(run.data, TOWN, JUNTA) == first
    run.state.holder[neighbours(run, TOWN)] = KIA
    assert refuge(run.data, TOWN, JUNTA) == -1
    assert refuge(run.data, TOWN, KIA) in (first, second, last)


def test_of_who_flees_some_are_captured_with_their_arms(run: Run) -> None:
    state, beside = run.state, neighbours(run, TOWN)[0]
    state.troops[JUNTA, [TOWN, beside]] = 400, 600
    state.arms[[JUNTA, KIA]] = 500.0, 100.0
    rout(run.data, TOWN, KIA, JUNTA)
    captured = int(state.tally.captured[JUNTA])
    assert 0.25 * 400 < captured < 0.45 * 400
    assert state.troops[JUNTA, [TOWN, beside]].tolist() == [0, 1_000 - captured]
    lost = 500 * captured / 1_000
    assert (state.arms[JUNTA], state.arms[KIA]) == pytest.approx((500 - lost, 100 + lost / 2))
    assert (state.tally.arms_lost[JUNTA], state.tally.arms_gained[KIA]) == pytest.approx((lost, lost / 2))


def test_who_flees_carries_one_arm_and_leaves_the_rest(run: Run) -> None:
    state, beside = run.state, neighbours(run, TOWN)[0]
    state.troops[JUNTA, [TOWN, beside]] = 400, 600
    state.arms[[JUNTA, KIA]] = 3_000.0, 0.0
    rout(run.data, TOWN, KIA, JUNTA)
    captured = int(state.tally.captured[JUNTA])
    lost = 3 * captured + 2 * (400 - captured)
    assert (state.arms[JUNTA], state.arms[KIA]) == pytest.approx((3_000 - lost, lost / 2))


def test_who_can_flee_nowhere_is_captured_whole(run: Run) -> None:
    state = run.state
    state.holder[neighbours(run, TOWN)] = KIA
    state.troops[JUNTA, TOWN] = 400
    rout(run.data, TOWN, KIA, JUNTA)
    assert state.tally.captured[JUNTA] == 400
    assert fighters(run)[JUNTA] == 0


@pytest.mark.parametrize(("place", "towns"), [(TOWN, 1), (SITE, 0)])
def test_who_takes_a_place_must_build_its_posts_anew_and_towns_count(run: Run, place: int, towns: int) -> None:
    state = run.state
    state.posts[place], state.posts_full[place] = 3, 10
    state.attacker[place], state.besieged[place], state.siege_progress[place], state.isolated[place] = KIA, 4, 0.95, 2
    lost_before = state.towns_lost_year.copy()
    take(run.data, place, KIA, JUNTA)
    assert state.holder[place] == KIA
    assert (state.attacker[place], state.besieged[place], state.siege_progress[place], state.isolated[place]) == (
        -1,
        0,
        0,
        0,
    )
    assert state.posts[place] == 0
    assert state.tally.posts_taken[KIA] == 3
    assert state.totals.towns_changed == towns
    assert (state.towns_lost_year - lost_before).tolist() == [towns, -towns, 0, 0, 0]


def test_nobody_loses_nobodys_town(run: Run) -> None:
    run.state.holder[TOWN] = -1
    take(run.data, TOWN, KIA, -1)
    assert run.state.towns_lost_year.sum() == -1
    assert not run.state.tally.captured.any()


def test_a_besieger_who_stays_keeps_the_siege(run: Run) -> None:
    state = run.state
    state.attacker[3], state.siege_progress[3], state.besieged[3] = KIA, 0.01, 9
    lift_sieges(run.data)
    assert ended(run) == []
    state.months_unattacked[3] = 1
    lift_sieges(run.data)
    assert ended(run) == [(3, KIA)]
    assert (state.attacker[3], state.besieged[3]) == (-1, 0)


def test_attacks_end_after_two_months_without_any_or_in_peace(run: Run) -> None:
    state, (idle, quiet, calm, fresh) = run.state, (1, 2, 3, 5)
    for place, who, months in ((idle, KIA, 2), (quiet, PDF, 1), (calm, WA, 0), (fresh, KIA, 2)):
        state.attacker[place], state.siege_progress[place], state.besieged[place] = who, 0.5, 2
        state.months_unattacked[place] = months
    state.besieged[fresh] = 1  # had never become a siege
    lift_sieges(run.data)
    assert ended(run) == [(idle, KIA), (calm, WA)]
    assert state.attacker[[idle, quiet, calm, fresh]].tolist() == [-1, PDF, -1, -1]
