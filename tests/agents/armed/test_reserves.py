"""Reserves follow worth and threat; whole fighters, and none lost."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from agents.armed import reserves
from agents.armed.actor import EthnicArmedOrganization
from agents.armed.survey import survey
from model.compile import PLAIN
from model.model import RareEarthModel
from model.phases.war import decide_operations
from tests.world_of_policy import small

JUNTA, REBEL = 0, 1


@pytest.fixture
def model() -> RareEarthModel:
    """Only the rebel has fighters, all in one of the three places that it holds."""
    model = small(months=12)
    state = model.state
    state.stance[JUNTA, REBEL] = state.stance[REBEL, JUNTA] = -1
    state.holder[:], state.troops[:], state.attacker[:], state.isolated[:] = JUNTA, 0, -1, 0
    state.supply[:], state.control[:-1], state.control[-1] = 1.0, 0.0, 1.0
    state.holder[:3] = REBEL
    state.troops[REBEL, 0] = 1000
    return model


def moved(model: RareEarthModel) -> np.ndarray:
    """What a month's moves of the rebel change, place by place."""
    before = model.state.troops[REBEL].copy()
    survey(model.run.data)
    model.run.agents.armed[REBEL].move_reserves()
    change = np.asarray(model.state.troops[REBEL] - before)
    model.state.troops[REBEL] = before
    return change


def plain(function: object) -> object:
    return function if PLAIN else function.py_func  # type: ignore[attr-defined]


def test_threat_is_the_enemies_part_of_all_strength() -> None:
    assert reserves.outnumbered(30.0, 10.0) == 0.75
    assert reserves.outnumbered(0.0, 0.0) == 0.0


def test_fighters_are_wanted_where_outnumbered_and_where_attacks_would_pay() -> None:
    rules = SimpleNamespace(threat_weight=4.0, staging_weight=2.0)
    wanted = plain(reserves.fighters_wanted)
    assert wanted(0.5, 3.0, 0.25, 1.5, rules) == pytest.approx(0.5 * (3 * 2 + 3))  # type: ignore[operator]


def test_a_share_of_what_is_too_much_moves_to_where_it_lacks(model: RareEarthModel) -> None:
    change = moved(model)
    posture = model.run.land.posture[REBEL, :3]
    too_many = 1000 - 1000 * posture[0] / posture.sum()  # no enemy has any strength, so that posture alone counts
    leaving = int(too_many * model.run.agents.armed[REBEL].parameters.mobile_share)
    assert change[0] == -leaving < 0
    assert change.sum() == 0
    assert change[1:3] == pytest.approx(leaving * posture[1:] / posture[1:].sum(), abs=1)


def test_us_logistics_move_more_of_them(model: RareEarthModel) -> None:
    before = -moved(model)[0]
    model.run.policy["logistics"][REBEL] = 1.0
    staying = 1 - model.run.agents.armed[REBEL].parameters.mobile_share
    staying *= 1 - model.run.scenario.united_states.logistics_mobility
    assert reserves.mobile_share(model.run.data, REBEL) == pytest.approx(1 - staying)
    assert -moved(model)[0] > before


def test_threatened_places_draw_reserves(model: RareEarthModel) -> None:
    near = model.world.near
    here, there, enemy = next(
        (int(a), int(b), int(e))
        for a, b in np.ndindex(near.shape)
        for e in np.flatnonzero(near[b] & ~near[a])
        if a != b and e not in (a, b)
    )
    state = model.state
    state.holder[:], state.troops[:] = JUNTA, 0
    state.holder[[here, there]], state.troops[REBEL, [here, there]] = REBEL, 500
    calm = moved(model)
    state.troops[JUNTA, enemy] = 5000
    assert moved(model)[there] > calm[there]


def test_nobody_leaves_a_garrison_under_attack(model: RareEarthModel) -> None:
    assert moved(model)[0] < 0
    model.state.attacker[0] = JUNTA
    assert not moved(model).any()


@pytest.mark.parametrize("cut", ["supply", "isolated", "besieging"])
def test_fighters_move_between_joined_places_only(model: RareEarthModel, cut: str) -> None:
    state = model.state
    assert moved(model)[1] > 0
    if cut == "supply":
        state.supply[REBEL, 1] = 0.0
    elif cut == "isolated":
        state.isolated[1] = 2
    else:
        state.attacker[1] = REBEL
    assert moved(model)[1] == 0


def test_countryside_draws_field_forces(model: RareEarthModel) -> None:
    assert moved(model)[3] == 0
    model.state.control[REBEL, 3], model.state.control[-1, 3] = 1.0, 0.0
    assert moved(model)[3] > 0


def test_no_fighter_is_lost_in_a_year_of_moves() -> None:
    model = small(months=12)
    total = model.state.troops.sum(axis=1)
    before = model.state.troops.copy()
    for month in range(12):
        model.state.month = month
        decide_operations(model.run)
    np.testing.assert_array_equal(model.state.troops.sum(axis=1), total)
    assert (model.state.troops >= 0).all() and (model.state.troops != before).any()


class Static(EthnicArmedOrganization):
    def move_reserves(self) -> None:
        """It stays where it is."""


def test_a_subclass_keeps_its_fighters_where_they_are(model: RareEarthModel) -> None:
    assert moved(model).any()
    model.run.agents.armed[REBEL].__class__ = Static
    assert not moved(model).any()
