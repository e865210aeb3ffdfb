"""Arms are husbanded when scarce; aircraft supply where most is at stake."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from model.dynamics import operations, supply
from model.kernels import roads
from model.model import RareEarthModel
from model.scenario.read import load_scenario
from model.scenario.spec import RunSpec

TINY = str(Path(__file__).parents[1] / "tiny")


@pytest.fixture
def model() -> RareEarthModel:
    scenario = load_scenario("status_quo", [f"world={TINY}", "months=12"])
    return RareEarthModel(spec=RunSpec.make(scenario.name, scenario.resolved()))


def test_attacks_become_dearer_as_arms_run_short() -> None:
    usual = np.array([800.0, 800.0, 800.0])
    assert operations.scarcity(np.array([1200.0, 800.0, 200.0]), usual) == pytest.approx([1, 1, 4])


def test_who_has_used_up_its_arms_expects_less_of_attacks(model: RareEarthModel) -> None:
    def best() -> np.ndarray:
        forces = operations.strengths(model.ground, model.state, model.profile, model.p.contest, model.p.fortification)
        pairs = operations.within_reach(model.state, forces.reach, 1.0, model.state.stance == -1)
        rules = operations.Rules(model.p.contest, model.p.fortification, "ratio", model.p.combat.attacker_loss)
        worth = np.ones(len(pairs[0]))
        return operations.weigh(
            model.ground, model.state, model.draws, forces, pairs, worth, dict(model.profile), rules
        ).utility

    # With an exponent of 0 arms do not count for strength, so that the cost alone differs.
    model.p = model.p.model_copy(update={"contest": model.p.contest.model_copy(update={"arms_exponent": 0.0})})
    before = best()
    model.state.arms *= 0.5
    assert (best() < before).all()


@pytest.mark.parametrize("compiled", [True, False])
def test_aircraft_supply_the_attacked_first_and_then_the_largest(model: RareEarthModel, *, compiled: bool) -> None:
    state, junta = model.state, 0
    small, large, attacked = places = (state.holder == junta).nonzero()[0][:3]
    state.supply[junta] = 0.0
    state.troops[junta, places] = 10, 90, 5
    state.attacker[:] = -1
    state.attacker[attacked] = 1
    cut_off = np.zeros(len(state.holder), bool)
    cut_off[places] = True
    lift = np.zeros(len(state.arms))
    lift[junta] = 1.5
    if compiled:
        roads.airlift(state.supply, state.troops, state.holder, state.attacker, np.flatnonzero(cut_off), lift, 0.6)
    else:
        supply._airlift(state, cut_off, 0.6, lift)
    assert state.supply[junta, [attacked, large, small]] == pytest.approx([0.6, 0.3, 0.0])
