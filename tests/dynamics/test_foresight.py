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
    weights = {**model.profile, "foresight": np.full(len(world.forces), 0.5)}
    own = own_worth(world, ground, state, rent, weights, who, where)
    behind = own_worth(world, ground, state, rent, weights, who, np.array([vault]))
    seen = worth_of_places(world, ground, state, rent, weights, who, where)
    np.testing.assert_allclose(seen, own + 0.5 * behind)
    both = worth_of_places(world, ground, state, rent, weights, np.array([rebel, rebel]), np.array([door, vault]))
    np.testing.assert_allclose(both[0], own[0], err_msg="what is within reach already is not opened")
    state.stance[rebel, enemy] = state.stance[enemy, rebel] = 0
    np.testing.assert_allclose(worth_of_places(world, ground, state, rent, weights, who, where), own)
