"""A place changes hands without a fight."""

from __future__ import annotations

import pytest

from model.dynamics.handover import hand_over
from model.run import Run
from tests.dynamics.fronts import JUNTA, KIA, empty_front, fighters, neighbours

TOWN, FAR, OTHER = 8, 11, 12


@pytest.fixture
def run() -> Run:
    """The junta holds everything and has 100 fighters in a town."""
    run = empty_front()
    run.state.troops[JUNTA, TOWN] = 101
    return run


def test_the_garrison_withdraws_next_door(run: Run) -> None:
    beside = neighbours(run, TOWN)
    assert len(beside) == 2
    assert hand_over(run.data, TOWN, KIA)
    assert run.state.holder[TOWN] == KIA
    assert run.state.troops[JUNTA, beside].tolist() == [51, 50]
    assert fighters(run)[JUNTA] == 101


def test_without_a_place_next_door_it_goes_wherever_its_own_are(run: Run) -> None:
    run.state.holder.fill(KIA)
    run.state.holder[[TOWN, FAR]] = JUNTA
    assert FAR not in neighbours(run, TOWN)
    hand_over(run.data, TOWN, KIA)
    assert run.state.troops[JUNTA, FAR] == 101


def test_a_garrison_without_any_place_stays(run: Run) -> None:
    run.state.holder.fill(KIA)
    run.state.holder[TOWN] = JUNTA
    hand_over(run.data, TOWN, KIA)
    assert run.state.troops[JUNTA, TOWN] == 101


@pytest.mark.parametrize(("own", "expected"), [(60, 60), (3_000, 101)])
def test_the_winner_moves_in_as_many_as_left_or_all_it_has(run: Run, own: int, expected: int) -> None:
    run.state.troops[KIA, [FAR, OTHER]] = own // 3, own - own // 3
    hand_over(run.data, TOWN, KIA)
    assert expected - 2 <= run.state.troops[KIA, TOWN] <= expected
    assert fighters(run)[KIA] == own


def test_nobody_moves_into_nobodys_place_and_none_from_it(run: Run) -> None:
    assert hand_over(run.data, TOWN, -1)
    assert run.state.holder[TOWN] == -1
    run.state.troops[KIA, FAR] = 500
    assert hand_over(run.data, TOWN, KIA)
    assert run.state.troops[KIA, FAR] == 500, "no garrison left, so none is sent"


def test_its_siege_is_over_but_its_posts_stay(run: Run) -> None:
    state = run.state
    state.attacker[TOWN], state.besieged[TOWN], state.siege_progress[TOWN], state.isolated[TOWN] = KIA, 3, 0.5, 4
    state.months_unattacked[TOWN], state.posts[TOWN] = 1, 7
    hand_over(run.data, TOWN, KIA)
    sieges = (state.attacker, state.besieged, state.siege_progress, state.isolated, state.months_unattacked)
    assert [float(array[TOWN]) for array in sieges] == [-1, 0, 0, 0, 0]
    assert state.posts[TOWN] == 7


def test_who_holds_a_place_already_is_given_nothing(run: Run) -> None:
    before = run.state.troops.copy()
    run.state.attacker[TOWN] = KIA
    assert not hand_over(run.data, TOWN, JUNTA)
    assert (run.state.troops == before).all()
    assert run.state.attacker[TOWN] == KIA
