"""Choosing attacks, keeping them up, joining those of allies."""

from __future__ import annotations

import numpy as np
import pytest

from agents.armed import attack
from agents.armed.actor import ArmedActor, EthnicArmedOrganization, Option, PeoplesDefenceForce
from agents.armed.survey import survey
from model.compile import PLAIN
from model.dynamics.contest import chance_of_success
from model.dynamics.control import fighters_tied_by
from model.model import RareEarthModel
from model.phases.war import decide_operations
from tests.world_of_policy import small

JUNTA, REBEL = 0, 1

# A handful holds any township.
HELD = ("processes.control.fighters_per_1000_people=0.2", "processes.control.fighters_per_100_km2=0")


@pytest.fixture
def model() -> RareEarthModel:
    model = small(*HELD, months=12)
    model.state.stance[JUNTA, REBEL] = model.state.stance[REBEL, JUNTA] = -1
    return model


def orders(model: RareEarthModel) -> list[tuple[int, int]]:
    plans = model.run.plans
    count = int(plans.orders["count"])
    return list(zip(plans.order_actor[:count].tolist(), plans.order_place[:count].tolist(), strict=True))


def options(model: RareEarthModel, actor: int = REBEL) -> list[Option]:
    survey(model.run.data)
    return model.run.agents.armed[actor].options()


def willing(model: RareEarthModel) -> None:
    """Attacks cost nothing and nobody else's opinion counts, so that all pay that have a chance."""
    for name in ("siege_cost", "operation_cost", "weight_pressure"):
        model.run.actors[name] = 0.0


# equations -----------------------------------------------------------------------------------------------------------


def test_utility_weighs_worth_and_cost() -> None:
    assert attack.expected_utility(0.25, 8.0, 0.1) == pytest.approx(0.25 * 8 - 0.1)


# worth ---------------------------------------------------------------------------------------------------------------


def stage(model: RareEarthModel) -> tuple[int, int]:
    """An enemy's place beside the rebel's fighters and one behind it that these do not reach; all else is the rebel's."""
    near = model.world.near.copy()
    np.fill_diagonal(near, False)
    base, door, vault = next(
        (int(a), int(b), int(c))
        for a in range(len(near))
        for b in np.flatnonzero(near[a])
        for c in np.flatnonzero(near[b] & ~near[a])
        if c != a
    )
    state, own = model.state, model.run.actors[REBEL]
    state.holder[:], state.troops[:], state.attacker[:] = REBEL, 0, -1
    state.holder[[door, vault]] = JUNTA
    state.troops[REBEL, base], state.troops[JUNTA, vault] = 500, 100
    state.supply[:] = 1.0
    own["foresight"], own["weight_safety"] = 0.0, 0.0
    return door, vault


def worth_of(model: RareEarthModel, place: int) -> float:
    return next(option.worth for option in options(model) if option.place == place)


def worth_by_itself(model: RareEarthModel, place: int) -> float:
    who, state, land = model.run.agents.armed[REBEL].parameters, model.state, model.run.land
    rent, home = model.run.plans.rent[place], land.home[REBEL, place]
    value = (
        who.weight_rent * who.horizon_months * rent / (rent + state.revenue[REBEL])
        + who.weight_home * home * land.size[place]
    )
    value += who.weight_population * land.crowd[place]
    value += who.weight_headquarters * land.headquarters[place]
    return float(value if home else value * who.ambition_abroad)


def test_a_place_is_worth_its_rent_people_roads_and_seats(model: RareEarthModel) -> None:
    door, _ = stage(model)
    assert worth_of(model, door) == pytest.approx(worth_by_itself(model, door))


def test_the_way_to_a_rich_place_leads_over_its_neighbours(model: RareEarthModel) -> None:
    door, vault = stage(model)
    alone = worth_of(model, door)
    model.run.actors[REBEL]["foresight"] = 0.5
    behind = worth_by_itself(model, vault)
    assert behind > 0
    assert worth_of(model, door) == pytest.approx(alone + 0.5 * behind)
    model.state.troops[JUNTA, vault] = 0
    assert worth_of(model, door) == pytest.approx(alone), "what can be attacked as it is is not opened"


def test_what_endangers_a_rich_place_is_worth_taking(model: RareEarthModel) -> None:
    door, _ = stage(model)
    alone = worth_of(model, door)
    model.run.actors[REBEL]["weight_safety"] = 0.4
    assert worth_of(model, door) == pytest.approx(alone), "an empty gate endangers nothing"
    model.state.troops[JUNTA, door] = 300
    survey(model.run.data)
    plans, near = model.run.plans, model.world.near[door]
    own = np.flatnonzero(near & (model.state.holder == REBEL)).tolist()
    field = plans.field[JUNTA, door]
    danger = max(worth_by_itself(model, q) * field / (field + plans.guard[q]) for q in own)
    assert danger > 0
    assert worth_of(model, door) == pytest.approx(alone + 0.4 * danger)


def test_who_has_not_the_fighters_to_hold_a_place_credits_it_with_less(model: RareEarthModel) -> None:
    door, _ = stage(model)
    model.state.control[REBEL] = 0.0  # no villages that hold themselves
    data, full = model.run.data, worth_of(model, door)
    needed = [fighters_tied_by(data, REBEL, n) for n in range(len(model.run.land.needed))]
    tied = sum(needed[n] for n in np.flatnonzero(model.state.holder[: len(needed)] == REBEL))
    assert model.run.plans.tied[REBEL] == pytest.approx(tied)
    assert tied + needed[door] < 500
    base = int(model.state.troops[REBEL].argmax())
    model.state.troops[REBEL, base] = 100
    assert worth_of(model, door) == pytest.approx(full * 100 / (tied + needed[door]))


def test_towns_have_a_worth_without_rent(model: RareEarthModel) -> None:
    worth, data = model.run.plans.town_worth, model.run.data
    assert worth.shape == (len(model.run.agents.armed), len(model.world.codes)) and (worth > 0).any()
    assert worth[REBEL, 3] == attack.town_worth(data, REBEL, 3)
    who, land = model.run.agents.armed[REBEL].parameters, model.run.land
    value = who.weight_population * land.crowd[3]
    value += who.weight_headquarters * land.headquarters[3] + who.weight_home * land.home[REBEL, 3]
    assert worth[REBEL, 3] == pytest.approx(value if land.home[REBEL, 3] else value * who.ambition_abroad)


# weighing ------------------------------------------------------------------------------------------------------------


def test_an_attack_under_way_is_cheaper_than_a_new_one(model: RareEarthModel) -> None:
    model.run.actors["commit_share"] = 0.0  # so that a siege binds no fighters and costs alone differ
    before = options(model)
    place = before[0].place
    model.state.attacker[place] = REBEL
    under_way = options(model)[0]
    assert under_way.place == place
    who = model.run.agents.armed[REBEL].parameters
    dear = float(model.run.plans.scarcity[REBEL])
    assert under_way.utility - before[0].utility == pytest.approx(dear * (who.operation_cost - who.siege_cost))


def test_who_has_used_up_its_arms_expects_less_of_attacks(model: RareEarthModel) -> None:
    model.run.rules.contest["arms_exponent"] = 0.0  # arms do not count for strength, so that the cost alone differs
    try:
        before = options(model)
        model.state.arms *= 0.5
        after = options(model)
    finally:
        model.run.rules.contest["arms_exponent"] = model.run.parameters.contest.arms_exponent
    assert before and all(now.utility < then.utility for now, then in zip(after, before, strict=True))


def test_who_has_fought_at_a_place_knows_its_garrison(model: RareEarthModel) -> None:
    guessed = [option.chance for option in options(model)]
    model.state.known[:] = 1.0
    known = [option.chance for option in options(model)]
    model.run.actors["belief_noise"], model.state.known[:] = 0.0, 0.0
    exact = [option.chance for option in options(model)]
    assert known == exact != guessed


def test_us_intelligence_sharpens_beliefs(model: RareEarthModel) -> None:
    noise = attack.belief_noise(model.run.data, REBEL)
    assert noise == model.run.agents.armed[REBEL].parameters.belief_noise
    model.run.policy["intelligence"][REBEL] = 0.5
    gain = model.run.scenario.united_states.intelligence_gain
    assert attack.belief_noise(model.run.data, REBEL) == pytest.approx(noise * (1 - 0.5 * gain))


def test_errors_of_belief_last_but_not_for_ever(model: RareEarthModel) -> None:
    seen = []
    model.state.known[:] = 0.0
    for month in range(3 * int(model.run.actors["belief_months"][REBEL])):
        model.state.month = month
        seen.append(options(model)[0].chance)
    assert 2 <= np.count_nonzero(np.diff(seen)) <= 3


# choosing ------------------------------------------------------------------------------------------------------------


def test_no_attack_is_made_that_is_not_expected_to_pay(model: RareEarthModel) -> None:
    model.run.actors["operation_cost"] = model.run.actors["siege_cost"] = 1e6
    decide_operations(model.run)
    assert orders(model) == []
    assert not model.run.plans.prospects.any() and not model.run.plans.staging.any()


def test_the_best_attacks_are_made_up_to_the_number_that_can_be_run(model: RareEarthModel) -> None:
    willing(model)
    model.run.actors["choice_precision"] = 1e9  # no errors
    model.run.actors["coordination"] = 0.0
    survey(model.run.data)
    for actor in model.run.agents.armed:
        actor.choose_attacks()
        best = sorted(actor.options(), key=lambda option: -option.utility)
        most = actor.parameters.operations_per_month
        assert set(actor.attacks) == {option.place for option in best[:most] if option.utility > 0}
    assert any(actor.attacks for actor in model.run.agents.armed)


def test_prospects_are_the_best_utility_against_each_holder(model: RareEarthModel) -> None:
    willing(model)
    decide_operations(model.run)
    found = options(model)
    decide_operations(model.run)
    for by in np.unique(model.state.holder):
        best = max((o.utility for o in found if model.state.holder[o.place] == by), default=0.0)
        if by == JUNTA or by < 0:
            assert model.run.plans.prospects[REBEL, by] == pytest.approx(max(best, 0.0))
    assert model.run.plans.prospects[REBEL, JUNTA] > 0


def test_the_danger_is_what_the_best_attack_of_the_other_side_would_cost(model: RareEarthModel) -> None:
    model.state.supply[:] = 1.0
    survey(model.run.data)
    plans, state, run = model.run.plans, model.state, model.run
    worth = attack.worth_by_itself if PLAIN else attack.worth_by_itself.py_func  # type: ignore[attr-defined]
    actors = run.actors.view(np.recarray)
    attack.weigh_dangers(run.data)
    assert plans.danger[REBEL, JUNTA] > 0 and plans.danger[JUNTA, REBEL] > 0
    for a, other in ((REBEL, JUNTA), (JUNTA, REBEL)):
        best = 0.0
        for p in np.flatnonzero((state.holder == a) & (plans.reach[other] > 0)).tolist():
            chance = chance_of_success(plans.called[other, p], plans.guard[p], run.rules)
            own = (plans.rent[p], state.revenue[a], run.land.home[a, p])
            best = max(best, chance * worth(actors[a], *own, run.land, p))
        assert plans.danger[a, other] == pytest.approx(best)


def test_allies_and_bystanders_are_no_danger(model: RareEarthModel) -> None:
    militia = model.world.force_index["NDA-K"]
    assert model.state.stance[JUNTA, militia] == 1
    survey(model.run.data)
    attack.weigh_dangers(model.run.data)
    danger = model.run.plans.danger
    assert danger[JUNTA, militia] == danger[militia, JUNTA] == 0
    others = [a for a in range(len(danger)) if a != JUNTA]
    assert not danger[np.ix_(others, others)].any()


def test_whoever_attacks_beside_an_ally_counts_on_its_strength(model: RareEarthModel) -> None:
    pool, door = model.world.force_index["PDF-SAGAING"], stage(model)[0]
    state = model.state
    state.troops[JUNTA, door], state.troops[pool, door] = 900, 400

    def chance() -> float:
        return next(option.chance for option in options(model) if option.place == door)

    state.attacker[door] = pool
    state.stance[REBEL, pool] = state.stance[pool, REBEL] = 0
    beside_a_stranger = chance()
    state.stance[REBEL, pool] = state.stance[pool, REBEL] = 1
    assert chance() > beside_a_stranger
    assert attack.strength_of_allies(model.run.data, REBEL, door) == model.run.plans.called[pool, door] > 0
    assert attack.strength_of_allies(model.run.data, pool, door) == 0


def test_reserves_are_wanted_beside_attacks_that_would_pay_if_massed(model: RareEarthModel) -> None:
    door, vault = stage(model)
    willing(model)
    model.state.holder[vault] = REBEL
    survey(model.run.data)
    model.run.agents.armed[REBEL].choose_attacks()
    staging, near = model.run.plans.staging[REBEL], model.world.near[door]
    assert (staging[near] > 0).all() and not staging[~near].any()
    assert np.ptp(staging[near]) == 0.0


def test_orders_run_by_actor_then_place(model: RareEarthModel) -> None:
    willing(model)
    decide_operations(model.run)
    listed = orders(model)
    assert listed and listed == sorted(set(listed))
    assert listed == [(int(a), int(p)) for a, p in np.argwhere(model.run.plans.attack)]


# joining -------------------------------------------------------------------------------------------------------------


def pool_beside_an_ally(model: RareEarthModel) -> PeoplesDefenceForce:
    """A pool allied to the rebel, with fighters beside the place that the rebel attacks; nobody else has any."""
    door, vault = stage(model)
    pool = next(actor for actor in model.run.agents.armed if isinstance(actor, PeoplesDefenceForce))
    stance, state = model.state.stance, model.state
    for one, other, how in ((pool.index, REBEL, 1), (pool.index, JUNTA, -1)):
        stance[one, other] = stance[other, one] = how
    state.troops[pool.index] = 0
    state.troops[pool.index, door] = 50
    survey(model.run.data)
    model.run.agents.armed[REBEL].attack(door)
    attack.list_orders(model.run.data)
    assert vault != door
    return pool


@pytest.mark.parametrize(("coordination", "joins"), [(0.0, False), (1.0, True)])
def test_pools_join_allies_next_door_by_chance(model: RareEarthModel, *, coordination: float, joins: bool) -> None:
    pool = pool_beside_an_ally(model)
    model.run.actors["coordination"] = coordination
    pool.join_allies()
    assert pool.attacks == (model.run.agents.armed[REBEL].attacks if joins else [])
    assert model.run.agents.armed[REBEL].attacks


def test_pools_join_nobody_who_is_no_ally(model: RareEarthModel) -> None:
    pool = pool_beside_an_ally(model)
    model.run.actors["coordination"] = 1.0
    model.state.stance[pool.index, REBEL] = 0
    pool.join_allies()
    assert pool.attacks == []


# agents --------------------------------------------------------------------------------------------------------------


class Peaceful(EthnicArmedOrganization):
    def choose_attacks(self) -> None:
        """It attacks nobody."""


class Determined(EthnicArmedOrganization):
    def choose_attacks(self) -> None:
        """It attacks whatever is most worth having."""
        best = max(self.options(), key=lambda option: option.worth)
        self.attack(best.name)


def as_kind(model: RareEarthModel, kind: type[ArmedActor]) -> ArmedActor:
    actor = model.run.agents.armed[REBEL]
    actor.__class__ = kind
    return actor


def test_a_subclass_decides_in_its_own_way(model: RareEarthModel) -> None:
    willing(model)
    decide_operations(model.run)
    assert any(actor == REBEL for actor, _ in orders(model))
    as_kind(model, Peaceful)
    decide_operations(model.run)
    assert orders(model) and not any(actor == REBEL for actor, _ in orders(model))
    actor = as_kind(model, Determined)
    decide_operations(model.run)
    best = max(actor.options(), key=lambda option: option.worth)
    assert [place for who, place in orders(model) if who == REBEL] == [best.place]


def test_an_attack_can_be_ordered_by_name_and_called_off(model: RareEarthModel) -> None:
    found = options(model)
    actor = model.run.agents.armed[REBEL]
    first, second = found[0], found[1]
    actor.attack(first.name)
    actor.attack(second.place)
    assert set(actor.attacks) == {first.place, second.place}
    actor.call_off(first.name)
    assert actor.attacks == [second.place]
    actor.call_off()
    assert actor.attacks == []
    with pytest.raises(KeyError):
        actor.attack("Nowhere")
    far = int(np.flatnonzero(model.run.plans.reach[REBEL] == 0)[0])
    with pytest.raises(ValueError, match="no fighters at or next to"):
        actor.attack(far)


def test_whoever_is_removed_orders_nothing(model: RareEarthModel) -> None:
    willing(model)
    decide_operations(model.run)
    assert any(actor == REBEL for actor, _ in orders(model))
    model.run.agents.armed[REBEL].remove()
    troops = model.state.troops[REBEL].copy()
    decide_operations(model.run)
    assert orders(model) and not any(actor == REBEL for actor, _ in orders(model))
    np.testing.assert_array_equal(model.state.troops[REBEL], troops)
