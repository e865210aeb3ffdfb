"""Aircraft fly where most is at stake."""

from __future__ import annotations

import pytest

from agents.armed.sorties import larger_fights
from model.dynamics.front import ATTACK, DEFENCE, gather
from model.run import Run
from tests.dynamics.fronts import JUNTA, KIA, MILITIA, PDF, empty_front, order

FIRST, SECOND, THIRD, FOURTH = range(4)


def fights(air_support: float, *sets: str) -> Run:
    """The junta defends two places and attacks one; it has most fighters in the second."""
    run = empty_front(f"actors.JUNTA.air_support={air_support}", *sets)
    run.state.troops[JUNTA, [FIRST, SECOND, THIRD]] = 50, 400, 100
    run.state.holder[THIRD] = KIA
    order(run, (KIA, FIRST), (KIA, SECOND), (PDF, SECOND), (JUNTA, THIRD))
    gather(run.data)
    return run


def test_sorties_fly_to_the_fights_of_most_fighters() -> None:
    run = fights(1.5)
    run.policy[PDF]["air_denial"] = 1.0
    run.agents.armed[JUNTA].allot_sorties()
    # One of the two attackers keeps four in five of them away.
    assert run.front.air[DEFENCE, :4] == pytest.approx([0.0, 0.2, 0.0, 0.0])
    assert run.front.air[ATTACK, :4] == pytest.approx([0.0, 0.0, 0.5, 0.0])


def test_fights_are_ranked_by_fighters_and_equal_ones_by_place() -> None:
    run = fights(1.5)
    assert [larger_fights(run.data, JUNTA, place) for place in (FIRST, SECOND, THIRD)] == [2, 0, 1]
    run.state.troops[JUNTA] = 70
    assert [larger_fights(run.data, JUNTA, place) for place in (FIRST, SECOND, THIRD)] == [0, 1, 2]


def test_aircraft_are_kept_from_fights_against_the_protected() -> None:
    run = fights(20.0)
    run.policy[KIA]["air_denial"] = 2.0
    run.agents.armed[JUNTA].allot_sorties()
    # Of what the first patrol lets through, a fifth, the second lets through a fifth.
    assert run.front.air[ATTACK, THIRD] == pytest.approx(0.04)
    assert run.front.air[DEFENCE, :2] == pytest.approx([0.04, 0.04])


def test_nobody_is_protected_in_nobodys_place() -> None:
    run = empty_front("actors.JUNTA.air_support=3")
    run.state.holder[FIRST] = -1
    run.policy[-1]["air_denial"] = 0.9
    order(run, (JUNTA, FIRST))
    gather(run.data)
    run.agents.armed[JUNTA].allot_sorties()
    assert run.front.air[ATTACK, FIRST] == 1.0


def test_no_sorties_fly_without_aircraft() -> None:
    run = fights(10.0)
    run.agents.armed[MILITIA].allot_sorties()
    assert not run.front.air[:, :4].any()


def test_sorties_cost_money_and_end_with_it() -> None:
    run = fights(3.0)
    cost = run.parameters.budgets.sortie_usd
    run.state.treasury[JUNTA], run.state.tally.air_usd[JUNTA] = 1.25 * cost, 0.0
    run.policy[KIA]["air_denial"] = 10.0
    run.agents.armed[JUNTA].allot_sorties()
    assert run.front.air[DEFENCE, :2] == pytest.approx([0.0, 0.0], abs=1e-6)  # turned back, and paid for
    assert run.state.tally.air_usd[JUNTA] == pytest.approx(1.25 * cost)
    run.agents.armed[JUNTA].allot_sorties()
    assert run.state.tally.air_usd[JUNTA] == pytest.approx(1.25 * cost)
