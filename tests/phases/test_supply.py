"""The phase of supply: it asks actors that have aircraft, and none that has left; reliefs are logged."""

from __future__ import annotations

import numpy as np
import pytest

from model.model import RareEarthModel
from model.phases.supply import update_supply
from tests.world_of_policy import small

JUNTA, KIA = 0, 1


@pytest.fixture
def model() -> RareEarthModel:
    """The junta holds Bhamo alone, cut off; the KIA all other places."""
    model = small()
    state, bhamo = model.run.state, model.run.world.find_place("T10")
    state.control[:], state.legitimacy[:], state.holder[:] = 0.0, 0.0, KIA
    state.holder[bhamo], state.troops[JUNTA, bhamo], state.isolated[bhamo] = JUNTA, 100, 1
    return model


def supplied(model: RareEarthModel) -> float:
    """Supply of the junta in Bhamo after the phase; no boat comes."""
    update_supply(model.run)
    return float(model.run.state.supply[JUNTA, model.run.world.find_place("T10")])


def without_relief(model: RareEarthModel) -> RareEarthModel:
    """A month in which no boat relieves Bhamo."""
    for month in range(20):
        model.run.state.month = month
        update_supply(model.run)
        if not model.run.roads.count["relieved"]:
            return model
    raise AssertionError("boats came every month")


def test_the_junta_flies_supplies_to_a_garrison_cut_off(model: RareEarthModel) -> None:
    floor = model.run.parameters.supply.airlift_floor
    assert supplied(without_relief(model)) == pytest.approx(floor)


def test_an_actor_without_aircraft_flies_none(model: RareEarthModel) -> None:
    without_relief(model).run.actors["airlift_places"] = 0.0
    assert supplied(model) == 0.0


def test_us_logistics_fly_where_there_are_no_aircraft(model: RareEarthModel) -> None:
    run = without_relief(model).run
    run.actors["airlift_places"] = 0.0
    us = run.scenario.united_states
    run.policy["logistics"][JUNTA] = 0.5 * us.garrison_t / us.logistics_t
    assert supplied(model) == pytest.approx(0.5 * run.parameters.supply.airlift_floor)


def test_an_actor_that_has_left_flies_no_supplies(model: RareEarthModel) -> None:
    without_relief(model).run.agents.armed[JUNTA].remove()
    assert supplied(model) == 0.0


def test_a_subclass_decides_where_aircraft_fly(model: RareEarthModel, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(type(model.run.agents.armed[JUNTA]), "airlift", lambda actor: asked.append(actor.actor_id))
    assert supplied(without_relief(model)) == 0.0
    assert set(asked) == {"JUNTA"}


def test_reliefs_are_logged(model: RareEarthModel) -> None:
    run, bhamo = model.run, model.run.world.find_place("T10")
    before, relieved = len(run.events), 0
    for month in range(60):
        run.state.month, run.state.isolated[bhamo], run.state.besieged[bhamo] = month, 1, 2
        update_supply(run)
        relieved += int(run.roads.count["relieved"])
    logged = [event for event in run.events[before:] if event[2] == "siege_relieved"]
    assert len(logged) == relieved > 0
    assert logged[0][3:] == (
        "JUNTA",
        "",
        "T10",
        None,
        "Boats bring supplies to the besieged garrison of the junta in Bhamo",
    )


def test_supply_stays_between_0_and_1_over_a_run() -> None:
    model = small()
    for _ in range(6):
        model.step()
        supply = model.run.state.supply
        assert supply.min() >= 0.0
        assert supply.max() <= 1.0
        assert np.isfinite(supply).all()
