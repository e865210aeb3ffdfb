"""A conquest is worth what it opens, too."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from model.dynamics.operations import own_worth, worth_of_places
from model.model import RareEarthModel
from model.scenario.read import load_scenario
from model.scenario.spec import RunSpec

TINY = str(Path(__file__).parents[1] / "tiny")


def test_the_way_to_a_rich_place_leads_over_its_neighbours() -> None:
    scenario = load_scenario("status_quo", [f"world={TINY}", "months=1"])
    model = RareEarthModel(spec=RunSpec.make("x", scenario.resolved()))
    world, ground, state = model.world, model.ground, model.state
    rebel, enemy = 1, 0
    state.stance[rebel, enemy] = state.stance[enemy, rebel] = -1
    near = ground.near_dense.copy()
    np.fill_diagonal(near, False)
    # a place, a neighbour of it, and a third place next to the second alone
    door, vault = next(
        (int(a), int(b)) for a in range(len(near)) for b in np.flatnonzero(near[a]) if (near[b] & ~near[a]).any()
    )
    state.holder[:] = rebel
    state.holder[[door, vault]] = enemy
    rent = np.zeros(len(state.holder))
    rent[vault] = 1e9
    who, where = np.array([rebel]), np.array([door])
    every = np.ones(len(world.forces))
    weights = {**model.profile, "foresight": 0.5 * every, "weight_safety": 0.0 * every}
    strength = (np.zeros(state.troops.shape), np.zeros(len(state.holder)))

    def worth(assailable: np.ndarray) -> np.ndarray:
        return worth_of_places(world, ground, state, rent, weights, (who, where), assailable, strength)

    nothing = np.zeros(state.troops.shape, bool)
    own = own_worth(world, ground, state, rent, weights, who, where)
    behind = own_worth(world, ground, state, rent, weights, who, np.array([vault]))
    np.testing.assert_allclose(worth(nothing), own + 0.5 * behind)
    both = nothing.copy()
    both[rebel, vault] = True
    np.testing.assert_allclose(worth(both), own, err_msg="what can be attacked as it is is not opened")
    state.stance[rebel, enemy] = state.stance[enemy, rebel] = 0
    np.testing.assert_allclose(worth(nothing), own)


def test_what_endangers_a_rich_place_is_worth_taking() -> None:
    scenario = load_scenario("status_quo", [f"world={TINY}", "months=1"])
    model = RareEarthModel(spec=RunSpec.make("x", scenario.resolved()))
    world, ground, state = model.world, model.ground, model.state
    rebel, enemy = 1, 0
    state.stance[rebel, enemy] = state.stance[enemy, rebel] = -1
    near = ground.near_dense.copy()
    np.fill_diagonal(near, False)
    gate, mine = next((int(a), int(b)) for a in range(len(near)) for b in np.flatnonzero(near[a]))
    state.holder[:] = rebel
    state.holder[gate] = enemy
    rent = np.zeros(len(state.holder))
    rent[mine] = 1e9
    every = np.ones(len(world.forces))
    weights = {**model.profile, "foresight": 0.0 * every, "weight_safety": 0.4 * every}
    field, guard = np.zeros(state.troops.shape), np.ones(len(state.holder))
    nothing, pair = np.zeros(state.troops.shape, bool), (np.array([rebel]), np.array([gate]))

    def worth() -> float:
        return float(worth_of_places(world, ground, state, rent, weights, pair, nothing, (field, guard))[0])

    own = float(own_worth(world, ground, state, rent, weights, *pair)[0])
    kept = float(own_worth(world, ground, state, rent, weights, pair[0], np.array([mine]))[0])
    assert worth() == own, "an empty gate endangers nothing"
    field[enemy, gate] = 3.0
    np.testing.assert_allclose(worth(), own + 0.4 * kept * 3 / 4)
