"""Aircraft supply garrisons that are cut off: the attacked first, then the largest, as many as there are aircraft for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.armed import airlift
from model.model import RareEarthModel
from model.run import Run
from tests.world_of_policy import small

JUNTA, KIA = 0, 1


@pytest.fixture(scope="module")
def model() -> RareEarthModel:
    return small()


def cut_off(run: Run, troops: list[int], attacked: list[bool], places: float) -> list[int]:
    """Cut garrisons of the junta off, with so many fighters; their places."""
    state, where = run.state, list(range(len(troops)))
    state.supply[:], state.troops[:], state.attacker[:], run.roads.flown[:] = 0.0, 0, -1, 0.0
    state.holder[:] = KIA
    state.holder[where], state.troops[JUNTA, where] = JUNTA, troops
    state.attacker[where] = np.where(attacked, KIA, -1)
    run.roads.isolated[: len(where)], run.roads.count["isolated"] = where, len(where)
    run.roads.airlift[:] = 0.0
    run.roads.airlift[JUNTA] = places
    return where


def test_the_attacked_come_first_then_the_largest() -> None:
    assert airlift.comes_first(True, 5, False, 90)
    assert not airlift.comes_first(False, 90, True, 5)
    assert airlift.comes_first(False, 90, False, 10)
    assert airlift.comes_first(True, 90, True, 10)
    assert not airlift.comes_first(True, 10, True, 10)


def test_aircraft_supply_the_attacked_first_and_then_the_largest(model: RareEarthModel) -> None:
    run, floor = model.run, model.run.parameters.supply.airlift_floor
    small_, large, attacked, empty = cut_off(run, [10, 90, 5, 0], [False, False, True, False], 1.5)
    model.run.agents.armed[JUNTA].airlift()
    assert run.state.supply[JUNTA, [attacked, large, small_, empty]] == pytest.approx([floor, 0.5 * floor, 0.0, 0.0])


def test_supply_by_other_means_is_not_lowered(model: RareEarthModel) -> None:
    run = model.run
    cut_off(run, [10], [False], 3.0)
    run.state.supply[JUNTA, 0] = 0.9
    model.run.agents.armed[JUNTA].airlift()
    assert run.state.supply[JUNTA, 0] == 0.9


def test_an_actor_pays_for_what_its_own_aircraft_fly(model: RareEarthModel) -> None:
    run, cost = model.run, model.run.parameters.budgets.airlift_usd
    for own, paid in ((2.0, 1.5), (1.0, 1.0)):
        cut_off(run, [10, 90], [False, False], 1.5)
        run.roads.own_airlift[JUNTA], run.state.tally.air_usd[JUNTA] = own, 0.0
        model.run.agents.armed[JUNTA].airlift()
        assert run.state.tally.air_usd[JUNTA] == pytest.approx(paid * cost)


@given(data=st.data(), places=st.floats(0.0, 8.0))
def test_the_best_are_served_in_order(model: RareEarthModel, data: st.DataObject, places: float) -> None:
    troops = data.draw(st.lists(st.integers(0, 5), min_size=1, max_size=8))
    attacked = data.draw(st.lists(st.booleans(), min_size=len(troops), max_size=len(troops)))
    run, floor = model.run, model.run.parameters.supply.airlift_floor
    cut_off(run, troops, attacked, places)
    model.run.agents.armed[JUNTA].airlift()
    line = sorted((k for k in range(len(troops)) if troops[k]), key=lambda k: (not attacked[k], -troops[k], k))
    wanted = np.zeros(run.state.supply.shape[1])
    for rank, k in enumerate(line):
        wanted[k] = floor * min(max(places - rank, 0.0), 1.0)
    assert run.state.supply[JUNTA] == pytest.approx(wanted)
    assert not run.state.supply[1:].any()
