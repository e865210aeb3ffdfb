"""Arms are husbanded when scarce; aircraft supply where most is at stake."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from model.dynamics import operations
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
