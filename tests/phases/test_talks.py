"""The talks of a month: who is asked in which order, what is logged, a settlement from its signature to elections."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from model.draws import logistic
from model.model import RareEarthModel
from model.phases.talks import consent_of, delegations, hold_talks
from tests.world_of_policy import run, small, told

SURE = (
    "processes.settlement.hazard=0.2",
    "processes.diplomacy.reluctance=0",
    "processes.diplomacy.precision=6",
    "actors.JUNTA.federal_preference=3",
    "actors.KIA.federal_preference=3",
    "actors.PDF-SAGAING.federal_preference=3",
)


def repeat(model: RareEarthModel, months: int = 300) -> dict[str, int]:
    """What is logged of talks over months that all begin with the same stances."""
    stance, before = model.state.stance.copy(), len(model.run.events)
    for month in range(months):
        model.state.month = month
        hold_talks(model.run)
        model.state.stance[:] = stance
    kinds = [event[2] for event in model.run.events[before:]]
    return {kind: kinds.count(kind) for kind in ("ceasefire", "ceasefire_broken", "militia_attacked")}


def calm(*sets: str) -> RareEarthModel:
    model = small("processes.settlement.hazard=0", "processes.diplomacy.weight_cause=0", *sets)
    model.run.plans.prospects[:] = 0.0
    return model


def test_brokers_and_believed_threats_bring_ceasefires() -> None:
    model = calm()
    plain = repeat(model)["ceasefire"]
    model.run.policy["brokering"][:-1] = 2.0
    helped = repeat(model)["ceasefire"]
    assert helped > plain
    model.run.policy["believed_threat"][-1] = 1.0
    assert repeat(model)["ceasefire"] > helped


@pytest.mark.parametrize("sure", ["junta", "groups"])
def test_a_broker_helps_either_side_that_wavers(sure: str) -> None:
    model = calm()
    groups = np.arange(len(model.run.actors)) != model.run.land.junta
    model.run.plans.danger[groups if sure == "groups" else ~groups] = 5.0
    plain = repeat(model)["ceasefire"]
    model.run.policy["brokering"][:-1] = 1.0
    assert repeat(model)["ceasefire"] > plain


def turned(prospect: float, *sets: str) -> int:
    """Months of 300 in which the KIA turns on the NDA-K, the junta's ally."""
    model = calm("processes.diplomacy.break_hazard=0.2", *sets)
    junta, kia, militia = (model.world.force_index[name] for name in ("JUNTA", "KIA", "NDA-K"))
    stance = model.state.stance
    stance[junta, militia] = stance[militia, junta] = 1
    stance[kia, militia] = stance[militia, kia] = 0
    model.run.plans.prospects[kia, militia] = prospect
    return repeat(model)["militia_attacked"]


def test_a_militia_is_attacked_the_sooner_the_more_it_promises() -> None:
    restraint = "processes.diplomacy.restraint=1"
    assert turned(6.0, restraint) > turned(1.5, restraint) > turned(0.1, restraint) > 0
    assert turned(0.0, "processes.diplomacy.restraint=0") == 0, "nothing to gain within its reach"
    assert turned(6.0, "processes.diplomacy.restraint=5") < turned(6.0, restraint)


def test_talks_are_told() -> None:
    model = calm("processes.diplomacy.ceasefire_hazard=0.5")
    model.run.plans.danger[:] = 5.0
    for month in range(30):
        model.state.month = month
        hold_talks(model.run)
    assert told(model, "ceasefire")[0].endswith("and the junta sign a ceasefire")
    signed = {event[4] for event in model.run.events if event[2] == "ceasefire"}
    assert signed == {"JUNTA"}


def test_consent_multiplies_what_the_delegations_prefer() -> None:
    model = small('actors.PDF-X.kind="PeoplesDefenceForce"', 'actors.PDF-X.home="T09"', "actors.PDF-X.troops=100")
    sides = delegations(model.run)
    assert {name: len(side) for name, side in sides.items()} == {"KIA": 1, "PDF": 2, "junta": 1}
    gains = {"KIA": 0.5, "JUNTA": -0.25, "PDF-SAGAING": 2.0, "PDF-X": -1.0}
    for actor in (actor for side in sides.values() for actor in side):
        actor.prefers_settlement = partial(gains.__getitem__, actor.actor_id)  # type: ignore[method-assign]
    theta = model.run.parameters.diplomacy.precision
    chance = logistic(theta * 0.5) * logistic(theta * -0.25) * logistic(theta * 0.5)
    assert consent_of(model.run, sides) == pytest.approx(chance)


def test_a_settlement_ends_the_wars_of_its_parties_and_brings_elections() -> None:
    model = run(small(*SURE, "processes.settlement.election_months=6", months=60))
    assert told(model, "federal_settlement")
    assert len(told(model, "elections")) == 1
    parties = [model.world.force_index[name] for name in ("KIA", "PDF-SAGAING")]
    assert (model.state.stance[model.run.land.junta, parties] == 0).all()
    assert model.recorder.result().outcomes["elections_held"] == 1.0


def test_those_who_want_no_federation_are_no_party() -> None:
    model = small(*SURE, "actors.UWSA.federal_preference=-3")
    uwsa, junta = model.world.force_index["UWSA"], model.run.land.junta
    for month in range(200):
        model.state.month = month
        model.state.stance[junta, uwsa] = model.state.stance[uwsa, junta] = -1
        hold_talks(model.run)
        if model.state.accord["in_force"]:
            break
    assert model.state.accord["in_force"]
    assert model.state.parties[model.world.force_index["KIA"]]
    assert not model.state.parties[uwsa]


def settled(*sets: str) -> RareEarthModel:
    """A model with a settlement in force."""
    model = small("processes.settlement.hazard=0.2", *sets, months=60)
    for actor in model.run.agents.armed:
        actor.prefers_settlement = lambda: 50.0  # type: ignore[method-assign]
    for month in range(100):
        model.state.month = month
        hold_talks(model.run)
        if model.state.accord["in_force"]:
            return model
    raise AssertionError("nothing was signed")


def test_a_settlement_that_somebody_no_longer_wants_collapses() -> None:
    model = settled("processes.settlement.collapse=0.3", "processes.settlement.election_months=60")
    kia = model.run.agents.armed_at(model.world.force_index["KIA"])
    assert kia is not None
    kia.prefers_settlement = lambda: -50.0  # type: ignore[method-assign]
    for model.state.month in range(100, 140):
        hold_talks(model.run)
    assert told(model, "settlement_collapsed")


def test_a_settlement_that_all_want_holds_until_elections() -> None:
    model = settled("processes.settlement.collapse=0.3", "processes.settlement.election_months=20")
    for model.state.month in range(100, 140):
        hold_talks(model.run)
    assert not told(model, "settlement_collapsed")
    assert len(told(model, "elections")) == 1


@pytest.mark.parametrize("gone", ["JUNTA", "KIA", "PDF-SAGAING"])
def test_without_one_of_the_delegations_nothing_is_settled(gone: str) -> None:
    model = small(*SURE)
    next(actor for actor in model.run.agents.armed if actor.actor_id == gone).remove()
    for model.state.month in range(100):
        hold_talks(model.run)
    assert not model.state.accord["in_force"]
    assert not told(model, "federal_settlement")


def test_without_any_agent_nobody_talks() -> None:
    model = small(*SURE, "processes.diplomacy.ceasefire_hazard=0.5", "processes.diplomacy.break_hazard=0.5")
    for actor in list(model.run.agents.armed):
        actor.remove()
    stance = model.state.stance.copy()
    for model.state.month in range(100):
        hold_talks(model.run)
    np.testing.assert_array_equal(model.state.stance, stance)
    assert model.run.events == []
