"""Choosing and keeping up attacks, garrisons that stay."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from model.dynamics import operations, posting
from model.dynamics.operations import Forces, Options
from model.model import RareEarthModel
from model.scenario.read import load_scenario
from model.scenario.spec import RunSpec


@pytest.fixture
def model() -> RareEarthModel:
    scenario = load_scenario("status_quo", ["world=tests/tiny", "months=12"])
    return RareEarthModel(spec=RunSpec.make(scenario.name, scenario.resolved()))


def forces(model: RareEarthModel) -> Forces:
    return operations.strengths(model.ground, model.state, model.profile, model.p.contest, model.p.fortification)


def options(model: RareEarthModel) -> Options:
    strong = forces(model)
    pairs = operations.within_reach(model.state, strong.reach, 1.0, model.state.stance == -1)
    worth = np.ones(len(pairs[0]))
    rules = operations.Rules(model.p.contest, model.p.fortification, "ratio", model.p.combat.attacker_loss)
    return operations.weigh(model.ground, model.state, model.draws, strong, pairs, worth, dict(model.profile), rules)


def test_no_attack_is_made_that_is_not_expected_to_pay(model: RareEarthModel) -> None:
    weighed = options(model)
    for actor in model.armed:
        for utility, most in ((-0.01, 0), (9.0, actor.parameters.operations_per_month)):
            same = dataclasses.replace(weighed, utility=np.full(len(weighed.actor), utility))
            rows = slice(*np.searchsorted(weighed.actor, [actor.index, actor.index + 1]).tolist())
            chosen = actor.choose_operations(same, rows)
            assert len(chosen) == min(most, rows.stop - rows.start)


def test_an_attack_under_way_is_cheaper_than_a_new_one(model: RareEarthModel) -> None:
    before = options(model)
    row = 0
    model.state.attacker[before.place[row]] = before.actor[row]
    model.profile["commit_share"][:] = 0.0  # so that who besieges moves no fighters and costs alone differ
    untouched = options(model)
    gain = untouched.utility[row]
    model.profile["siege_cost"] = model.profile["operation_cost"]
    dearer = options(model)
    index = before.actor[row]
    parameters = model.armed[index].parameters
    assert gain - dearer.utility[row] == pytest.approx(parameters.operation_cost - parameters.siege_cost)


def test_who_has_fought_at_a_place_knows_its_garrison(model: RareEarthModel) -> None:
    model.state.known[:] = 1.0
    known = options(model)
    model.profile["belief_noise"][:] = 0.0
    exact = options(model)
    np.testing.assert_array_equal(known.chance, exact.chance)


def test_errors_of_belief_last_but_not_for_ever(model: RareEarthModel) -> None:
    model.profile["belief_persistence"][:] = 1.0
    seen = []
    for month in range(3 * int(model.profile["belief_months"][0])):
        model.state.month = month
        seen.append(options(model).chance[0])
    changes = np.count_nonzero(np.diff(seen))
    assert 2 <= changes <= 3


def test_garrisons_keep_back_what_holds_their_walls(model: RareEarthModel) -> None:
    state = model.state
    actor, place = next((f, p) for p, f in enumerate(state.holder) if f >= 0 and state.troops[f, p] > 0)
    alone = forces(model).spare[actor, place]
    enemies = np.flatnonzero(state.stance[actor] == -1)
    state.troops[enemies[0], place] = 100 * state.troops[actor, place]
    assert forces(model).spare[actor, place] == 0.0
    state.troops[enemies, :] = 0
    free = forces(model).spare[actor, place]
    assert free == pytest.approx(model.profile["commit_share"][actor])
    assert 0.0 <= alone <= free


def test_a_standing_army_keeps_its_garrison_towns(model: RareEarthModel) -> None:
    state, junta = model.state, 0
    place = int(np.argmax(state.troops[junta]))
    assert state.holder[place] == junta and state.attacker[place] < 0
    model.profile["commit_share"][:] = 1.0
    state.troops[1:] = 0  # nobody threatens it
    assert forces(model).spare[junta, place] == pytest.approx(1 - model.profile["garrison_kept"][junta])
    state.troops[junta, place] = round(0.4 * state.establishment[junta, place])
    assert forces(model).spare[junta, place] == 0.0
    model.profile["garrison_kept"][junta] = 0.0
    assert forces(model).spare[junta, place] == 1.0


def test_an_enemy_who_is_pinned_himself_threatens_nobody(model: RareEarthModel) -> None:
    state, ground = model.state, model.ground
    state.troops[:], state.attacker[:], state.isolated[:], state.supply[:] = 0, -1, 0, 1.0
    rebel, enemy = 1, 0
    state.stance[rebel, enemy] = state.stance[enemy, rebel] = -1
    near = ground.near_dense.copy()
    np.fill_diagonal(near, False)
    # ours, an enemy's place beside it, and another of ours that the enemy's place alone is next to
    ours, theirs, far = next(
        (int(a), int(b), int(c))
        for a in range(len(near))
        for b in np.flatnonzero(near[a])
        for c in np.flatnonzero(near[b] & ~near[a])
        if c != a
    )
    state.holder[:] = rebel
    state.holder[theirs] = enemy
    state.troops[rebel, ours], state.troops[enemy, theirs] = 200, 600
    tight = forces(model).spare[rebel, ours]
    state.troops[rebel, far] = 5000
    assert tight < forces(model).spare[rebel, ours]


def test_nobody_leaves_a_garrison_under_attack(model: RareEarthModel) -> None:
    state, p = model.state, model.p.posting
    actor, place = next((f, p) for p, f in enumerate(state.holder) if f >= 0 and state.troops[f, p] > 0)
    state.troops[actor, place] = 5000  # more than anybody would keep there
    state.supply[:] = 1.0
    state.isolated[:] = 0
    state.attacker[place] = -1
    strong = forces(model)
    still = np.zeros_like(strong.field)
    mobile = np.full(len(model.armed), 0.5)

    def left_after_a_month() -> int:
        before = state.troops.copy()
        posting.move(model.ground, state, strong.reach, still, mobile, p)
        left = int(before[actor, place] - state.troops[actor, place])
        state.troops[:] = before
        return left

    assert left_after_a_month() > 0
    state.attacker[place] = int(np.flatnonzero(state.stance[actor] == -1)[0])
    assert left_after_a_month() <= 0
    assert forces(model).spare[actor, place] == 0.0


def test_reserves_are_wanted_where_massed_fighters_would_win(model: RareEarthModel) -> None:
    weighed = options(model)
    strong = forces(model)
    assert (weighed.massed >= weighed.utility - 1e-12).all()
    hopeless = dataclasses.replace(weighed, massed=np.full(len(weighed.actor), -1.0))
    assert not operations.staging(model.ground, hopeless, strong).any()
    one = dataclasses.replace(hopeless, massed=np.where(np.arange(len(weighed.actor)) == 0, 2.0, -1.0))
    wanted = operations.staging(model.ground, one, strong)
    beside = model.ground.near_dense[weighed.place[0]]
    np.testing.assert_array_equal(wanted[weighed.actor[0]], 2.0 * beside)
    assert wanted.sum() == 2.0 * beside.sum()
