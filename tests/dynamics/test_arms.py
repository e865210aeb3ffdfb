"""Arms are used up in fights, husbanded when scarce, bought from treasuries; aircraft go where most is at stake."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from agents.armed.actor import air_support
from model.dynamics import budgets, combat, supply
from model.dynamics.combat import Fight, Orders
from model.kernels import books, fights, roads
from model.model import RareEarthModel
from model.scenario.read import load_scenario
from model.scenario.spec import RunSpec

TINY = str(Path(__file__).parents[1] / "tiny")


@pytest.fixture
def model() -> RareEarthModel:
    scenario = load_scenario("status_quo", [f"world={TINY}", "months=12"])
    return RareEarthModel(spec=RunSpec.make(scenario.name, scenario.resolved()))


def a_fight(model: RareEarthModel, attacker: int, place: int) -> tuple[Orders, Fight]:
    where, who = np.array([place]), np.array([attacker])
    no = np.zeros(1, bool)
    return Orders(who, where, np.zeros(model.state.troops.shape)), Fight(where, who, model.state.holder[where], no, no)


def test_both_sides_use_up_arms_by_their_share_in_fights(model: RareEarthModel) -> None:
    state = model.state
    junta, rebel = 0, 1
    place = int((state.holder == junta).nonzero()[0][0])
    state.troops[:] = 0
    state.troops[junta, place], state.troops[rebel, place] = 300, 200
    state.troops[rebel, (place + 1) % len(state.holder)] = 600  # three in four are elsewhere
    state.arms[:] = 1000.0
    combat.expend(state, *a_fight(model, rebel, place), 0.1)
    assert state.arms[junta] == pytest.approx(900)
    assert state.arms[rebel] == pytest.approx(975)
    assert state.arms[2:] == pytest.approx(np.full(len(state.arms) - 2, 1000))
    assert state.tally.arms_lost[:2] == pytest.approx([100, 25])


def test_a_month_at_war_uses_up_arms() -> None:
    def lost(spent: float) -> float:
        sets = [f"world={TINY}", "months=3", f"processes.combat.arms_spent={spent}"]
        model = RareEarthModel(spec=RunSpec.make("x", load_scenario("status_quo", sets).resolved()))
        model.step()
        return float(model.state.tally.arms_lost.sum())

    assert lost(0.3) > lost(0.1) > lost(0.0)


def pay(model: RareEarthModel, none: np.ndarray) -> None:
    """A month's payments by the kernel, with an income that meets the upkeep and no more."""
    state, tally, p = model.state, model.state.tally, model.p.budgets
    income = model.profile["upkeep_usd"] * state.troops.sum(axis=1)
    money = (state.treasury, state.arms, state.paid, state.revenue, state.revenue_best)
    booked = (tally.arms_gained, tally.arms_lost, tally.income, tally.spent)
    names = ("upkeep_usd", "arms_budget_share", "dependence_on_china", "arms_via_allies", "arms_per_fighter")
    terms = tuple(model.profile[name] for name in names)
    prices = (p.arms_price_usd, p.arms_growth_cap, p.arms_most, p.arms_wear, p.reserve_months)
    memory = (p.revenue_memory, p.revenue_floor_usd)
    books.pay(
        income,
        state.troops.sum(axis=1),
        state.stance,
        state.pressure,
        money,
        booked,
        (none, none),
        terms,
        prices,
        memory,
    )


@pytest.mark.parametrize("compiled", [True, False])
def test_a_treasury_goes_into_arms_only_when_they_are_scarce(model: RareEarthModel, *, compiled: bool) -> None:
    def bought(share_left: float, treasury: float) -> float:
        state = model.state
        fighters = state.troops.sum(axis=1)
        state.arms = share_left * model.profile["arms_per_fighter"] * fighters
        state.treasury[:] = treasury
        before = float(state.tally.arms_gained[1])
        none = np.zeros(len(fighters))
        if compiled:
            pay(model, none)
        else:
            means = dict.fromkeys(("sanctions", "aid", "arms", "frozen", "services"), none)
            budgets.step(model.world, model.ground, state, model.profile, means, model.p.budgets)
        assert (state.treasury >= 0).all()
        return float(state.tally.arms_gained[1]) - before

    model.profile["arms_budget_share"][:] = 0.0
    assert bought(1.0, 1e7) == 0.0
    poor, rich = bought(0.5, 1e5), bought(0.5, 2e5)
    assert 0.0 < poor < rich
    assert bought(0.5, 0.0) == 0.0


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


@pytest.mark.parametrize("compiled", [True, False])
def test_sorties_fly_to_the_fights_of_most_fighters(*, compiled: bool) -> None:
    troops = np.array([[50, 400, 100, 0], [0, 0, 0, 0]])
    at, attacker, defender = np.array([0, 1, 1, 2]), np.array([1, 1, 2, 0]), np.array([0, 0, 0, 1])
    fly = fights.air_support if compiled else air_support
    support = fly(np.array([1.5, 0.0]), at, attacker, defender, np.array([0.0, 0.0, 0.2]), troops)
    assert support[1] == pytest.approx([0.0, 0.8, 0.0, 0.0])  # one of the two attackers keeps a fifth of them away
    assert support[0] == pytest.approx([0.0, 0.0, 0.5, 0.0])
