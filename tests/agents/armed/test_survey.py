"""What armed actors see of each other: strengths, garrisons that stay, threats, rents."""

from __future__ import annotations

import numpy as np
import pytest

from agents.armed import survey
from model.dynamics.control import fighters_tied_by
from model.model import RareEarthModel
from tests.world_of_policy import small

JUNTA, REBEL = 0, 1

# A handful holds any township.
HELD = ("processes.control.fighters_per_1000_people=0.2", "processes.control.fighters_per_100_km2=0")


@pytest.fixture
def model() -> RareEarthModel:
    return small(*HELD, "processes.ground.run_in_months=0", months=12)


def spare(model: RareEarthModel, actor: int, place: int) -> float:
    survey.survey(model.run.data)
    return float(model.run.plans.spare[actor, place])


def chain_of(model: RareEarthModel) -> tuple[int, int, int]:
    """A place, one next to it, and one next to the second alone."""
    near = model.world.near.copy()
    np.fill_diagonal(near, False)
    return next(
        (int(a), int(b), int(c))
        for a in range(len(near))
        for b in np.flatnonzero(near[a])
        for c in np.flatnonzero(near[b] & ~near[a])
        if c != a
    )


def test_attacks_become_dearer_as_arms_run_short() -> None:
    model = small()
    usual = model.run.actors["arms_per_fighter"] * model.state.troops.sum(axis=1)
    for left, dear in ((1.5, 1.0), (1.0, 1.0), (0.25, 4.0)):
        model.state.arms = left * usual
        survey.survey(model.run.data)
        assert model.run.plans.scarcity == pytest.approx(dear)


def test_a_garrison_keeps_even_odds_and_its_standing_share() -> None:
    assert survey.share_free_of_garrison(30.0, 100.0, 0.1) == pytest.approx(0.7)
    assert survey.share_free_of_garrison(30.0, 100.0, 0.5) == pytest.approx(0.5)
    assert survey.share_free_of_garrison(300.0, 100.0, 0.5) == 0.0


def test_places_with_anything_are_listed_in_order() -> None:
    row = np.zeros(21, np.int64)
    row[[0, 7, 8, 16, 20]] = 3
    out = np.zeros(22, np.uint32)
    count = survey.list_nonzero(row, out)
    assert out[:count].tolist() == [0, 7, 8, 16, 20]
    assert survey.list_nonzero(np.zeros(21), out) == 0


def test_strength_reaches_next_door_and_no_farther(model: RareEarthModel) -> None:
    state, plans = model.state, model.run.plans
    here, beside, far = chain_of(model)
    state.troops[:] = 0
    state.troops[REBEL, here], state.supply[REBEL, here] = 100, 1.0
    survey.survey(model.run.data)
    strength = 100 * plans.worth[REBEL]
    assert plans.reach[REBEL, [here, beside, far]] == pytest.approx([strength, strength, 0.0])
    assert plans.strength[REBEL] == pytest.approx(strength) and plans.garrisons.sum() == 1
    nearby = plans.nearby[REBEL, : plans.nearby_count[REBEL]]
    assert nearby.tolist() == np.flatnonzero(model.world.near[here]).tolist()


def test_the_holder_alone_defends_behind_walls(model: RareEarthModel) -> None:
    state, plans = model.state, model.run.plans
    state.troops[:], state.supply[:] = 0, 1.0
    state.holder[3], state.stance[JUNTA, REBEL], state.stance[REBEL, JUNTA] = JUNTA, 1, 1
    state.troops[JUNTA, 3], state.troops[REBEL, 3] = 100, 40
    survey.survey(model.run.data)
    assert plans.guard[3] == pytest.approx(100 * plans.worth[JUNTA] * state.wall[3])


def test_garrisons_keep_back_what_holds_their_walls(model: RareEarthModel) -> None:
    state = model.state
    actor, place = next((f, p) for p, f in enumerate(state.holder) if f >= 0 and state.troops[f, p] > 0)
    alone = spare(model, actor, place)
    enemies = np.flatnonzero(state.stance[actor] == -1)
    state.troops[enemies[0], place] = 100 * state.troops[actor, place]
    assert spare(model, actor, place) == 0.0
    state.troops[enemies, :] = 0
    free = spare(model, actor, place)
    tied = fighters_tied_by(model.run.data, actor, place) / state.troops[actor, place]
    assert free == pytest.approx(model.run.agents.armed[actor].parameters.commit_share * (1 - tied))
    assert 0.0 <= alone <= free


def test_a_town_keeps_the_fighters_who_hold_its_township(model: RareEarthModel) -> None:
    state, needed = model.state, model.run.land.needed
    place = int(np.argmax(state.troops[JUNTA]))
    assert state.holder[place] == JUNTA and state.attacker[place] < 0
    model.run.actors["commit_share"] = 1.0
    state.troops[1:] = 0  # nobody threatens it
    state.control[JUNTA, place] = 0.0
    state.troops[JUNTA, place] = round(4 * needed[place])
    assert spare(model, JUNTA, place) == pytest.approx(0.75, rel=0.02)
    state.troops[JUNTA, place] = round(0.5 * needed[place])
    assert spare(model, JUNTA, place) == 0.0
    state.control[JUNTA, place], state.legitimacy[JUNTA, place] = 1.0, 0.25
    assert spare(model, JUNTA, place) == pytest.approx(
        1 - 2 * (1 - 0.25 * model.run.rules.control.collaboration), rel=0.02
    )
    state.legitimacy[JUNTA, place] = 1.0
    assert spare(model, JUNTA, place) == 1.0, "villages that follow by themselves tie down nobody"
    state.holder[place] = REBEL
    assert spare(model, JUNTA, place) == 1.0, "fighters in the open hold no town"


def test_nobody_is_spared_from_a_garrison_under_attack(model: RareEarthModel) -> None:
    state = model.state
    place = int(np.argmax(state.troops[JUNTA]))
    state.troops[1:] = 0
    assert spare(model, JUNTA, place) > 0.0
    state.attacker[place] = REBEL
    assert spare(model, JUNTA, place) == 0.0


def test_an_enemy_who_is_pinned_himself_threatens_nobody(model: RareEarthModel) -> None:
    state = model.state
    state.troops[:], state.attacker[:], state.isolated[:], state.supply[:] = 0, -1, 0, 1.0
    state.stance[REBEL, JUNTA] = state.stance[JUNTA, REBEL] = -1
    ours, theirs, far = chain_of(model)
    state.holder[:] = REBEL
    state.holder[theirs] = JUNTA
    state.troops[REBEL, ours], state.troops[JUNTA, theirs] = 200, 600
    tight = spare(model, REBEL, ours)
    state.troops[REBEL, far] = 5000
    assert tight < spare(model, REBEL, ours)


def test_the_junta_at_peace_and_its_militias_are_thought_of(model: RareEarthModel) -> None:
    state, plans = model.state, model.run.plans
    other = 2
    state.stance[:] = 0
    np.fill_diagonal(state.stance, 1)
    state.stance[JUNTA, other] = state.stance[other, JUNTA] = 1
    survey.survey(model.run.data)
    assert plans.hostility[REBEL, [0, JUNTA + 1, other + 1]].tolist() == [1.0, 0.5, 0.0]
    state.stance[REBEL, JUNTA] = state.stance[JUNTA, REBEL] = -1
    survey.survey(model.run.data)
    assert plans.hostility[REBEL, [JUNTA + 1, other + 1]].tolist() == [1.0, 0.5]


def test_mines_yield_their_tax_to_the_holder_and_nothing_to_nobody(model: RareEarthModel) -> None:
    state, land, plans, p = model.state, model.run.land, model.run.plans, model.run.parameters
    mines = land.mine_place == land.mine_place[0]
    place = int(land.mine_place[0])
    state.holder[place] = REBEL
    state.operating[:], state.dealings.tax_cut[:] = 1.0, 0.0
    model.run.actors[REBEL]["ore_tax_rule"] = 0
    survey.survey(model.run.data)
    held = float(plans.rent[place])
    state.holder[place] = -1
    survey.survey(model.run.data)
    usd = state.ore_tax[REBEL] / p.market.yuan_per_usd * state.capacity[mines].sum()
    assert held - plans.rent[place] == pytest.approx(usd) and usd > 0
