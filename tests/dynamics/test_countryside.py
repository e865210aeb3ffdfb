"""Who rules villages: fighters, towns, and those who go on following."""

from __future__ import annotations

import numpy as np
import pytest

from model.dynamics import control
from model.dynamics.control import ControlParameters
from model.model import RareEarthModel
from tests.world_of_policy import small


@pytest.fixture
def model() -> RareEarthModel:
    model = small()
    state = model.state
    state.troops[:], state.besieged[:] = 0, 0
    state.legitimacy[:] = 0.5
    state.control[:] = 0.0
    state.control[1], state.control[-1] = 0.4, 0.6
    state.holder[:] = 0
    return model


def aim(model: RareEarthModel, **values: float) -> np.ndarray:
    parameters = ControlParameters(**values)
    return control.target(model.ground, model.state, control.fighters_to_hold(model.world, parameters), parameters)


def test_villages_that_follow_go_on_following_without_a_garrison(model: RareEarthModel) -> None:
    assert not aim(model, collaboration=0.0)[1].any()
    kept = aim(model, collaboration=4.0)
    assert (kept[1] > 0.1).all()
    model.state.legitimacy[1] = 0.0
    assert not aim(model, collaboration=4.0)[1].any(), "who has no consent has no villages either"
    model.state.control[1], model.state.control[-1] = 0.0, 1.0
    assert not aim(model, collaboration=4.0)[1].any(), "and nothing comes from nothing"


def test_a_besieged_town_rules_no_village(model: RareEarthModel) -> None:
    free = aim(model)[0]
    model.state.besieged[3] = 2
    besieged = aim(model)[0]
    assert besieged[3] == 0.0 < free[3]
    others = np.arange(len(free)) != 3
    np.testing.assert_array_equal(besieged[others], free[others])


def test_of_a_garrison_the_patrols_count_and_of_fighters_in_the_open_all(model: RareEarthModel) -> None:
    state = model.state
    state.supply[:] = 1.0
    state.troops[0, 3] = state.troops[2, 4] = 300
    few, all_of_them = aim(model, garrison_patrols=0.1), aim(model, garrison_patrols=1.0)
    assert few[0, 3] < all_of_them[0, 3]
    assert few[2, 4] == all_of_them[2, 4] > 0
