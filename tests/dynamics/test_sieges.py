"""Choosing and keeping up attacks, garrisons that stay, sieges that close in."""

from __future__ import annotations

import numpy as np
import pytest

from model.dynamics import combat
from model.dynamics.combat import Orders
from model.model import RareEarthModel
from model.scenario.read import load_scenario
from model.scenario.spec import RunSpec


@pytest.fixture
def model() -> RareEarthModel:
    scenario = load_scenario("status_quo", ["world=tests/tiny", "months=12"])
    return RareEarthModel(spec=RunSpec.make(scenario.name, scenario.resolved()))


def test_knowledge_fades(model: RareEarthModel) -> None:
    orders = Orders(np.array([0]), np.array([3]), np.zeros(model.state.troops.shape))
    forgetting = np.full(len(model.armed), 0.25)
    combat.learn(model.state, orders, forgetting)
    assert model.state.known[0, 3] == 1.0
    nothing = Orders(np.zeros(0, np.int64), np.zeros(0, np.int64), orders.spare)
    combat.learn(model.state, nothing, forgetting)
    assert model.state.known[0, 3] == 0.75


def test_a_siege_is_told_once(model: RareEarthModel) -> None:
    begun: dict[str, int] = {}
    while model.running:
        model.step()
    events = model.recorder.result().tables["events"].to_pandas()
    for event in events.itertuples():
        if event.kind == "siege_begun":
            begun[event.place] = begun.get(event.place, 0) + 1
        if event.kind in ("siege_broken", "town_taken", "site_taken"):
            begun[event.place] = 0
        assert begun.get(event.place, 0) <= 1


def test_a_besieger_who_stays_keeps_the_siege(model: RareEarthModel) -> None:
    state = model.state
    state.attacker[3], state.siege_progress[3], state.months_unattacked[3], state.besieged[3] = 1, 0.01, 0, 9
    state.stance[1, state.holder[3]] = -1
    assert 3 not in combat.lift_sieges(state, 0.1)[0]
    state.months_unattacked[3] = 1
    assert 3 in combat.lift_sieges(state, 0.1)[0]
    assert state.besieged[3] == 0


def test_field_forces_live_off_people_who_consent_and_garrisons_do_not(model: RareEarthModel) -> None:
    from model.dynamics import supply

    state, ground = model.state, model.ground
    state.control[:], state.legitimacy[:], state.supply[:] = 0.0, 0.5, 0.0
    supply._live_off_land(ground, state, 0.6)
    for place, holder in enumerate(state.holder):
        for actor in range(len(state.troops)):
            assert state.supply[actor, place] == pytest.approx(0.0 if actor == holder else 0.3)
