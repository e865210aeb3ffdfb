"""What armed actors choose to spend on services and arms."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.armed import budget
from model.arrays import Floats
from model.dynamics import budgets, people
from model.model import RareEarthModel
from tests.world_of_policy import run, small

MODEL = small()
KIA = MODEL.world.force_index["KIA"]


def levels(model: RareEarthModel) -> Floats:
    """(F,) levels of services that all actors choose."""
    people.count_people(model.run.data)
    budgets.open_books(model.run.data, 0.0, 0.0, True)
    for actor in model.run.agents.armed:
        actor.choose_services()
    return model.run.books.level.copy()


# services -------------------------------------------------------------------------------------------------------------


def test_the_mean_of_five_levels_by_hand() -> None:
    assert budget.mean_response(0.0) == pytest.approx(0.5)
    odds = [math.exp(2.0 * level) for level in (0, 0.25, 0.5, 0.75, 1)]
    mean = sum(one * level for one, level in zip(odds, (0, 0.25, 0.5, 0.75, 1), strict=True)) / sum(odds)
    assert budget.mean_response(2.0) == pytest.approx(mean)
    assert budget.mean_response(5_000.0) == pytest.approx(1.0)
    assert budget.mean_response(-5_000.0) == pytest.approx(0.0)


@given(one=st.floats(-50, 50), other=st.floats(-50, 50))
def test_more_utility_never_gives_fewer_services(one: float, other: float) -> None:
    less, more = sorted((one, other))
    assert 0.0 <= budget.mean_response(less) <= budget.mean_response(more) + 1e-12 <= 1.0 + 1e-12


def test_services_are_chosen_by_what_they_cost_and_bring() -> None:
    model = small()
    plain = levels(model)
    assert ((plain > 0) & (plain <= 1)).all()
    assert (levels(small("processes.budgets.service_cost_usd=5")) < plain).all()
    model.run.actors["weight_consent"] = 0.0
    assert (levels(model) < plain).all()


def test_no_more_is_chosen_than_a_share_of_revenue_pays_for() -> None:
    model = small()
    model.run.actors["weight_consent"] = 1e3
    model.state.revenue[:] = 2e5
    cost = model.run.parameters.budgets.service_cost_usd * model.state.people
    spent = levels(model) * cost
    assert (spent <= model.run.parameters.governance.services_most * 2e5 + 1e-6).all()


def test_who_cannot_pay_its_fighters_spends_less_on_services() -> None:
    model = small()
    before = levels(model)
    model.state.paid[:] = 0.0
    assert (levels(model) <= before).all()
    assert levels(model)[KIA] < before[KIA]


@given(one=st.floats(0, 1), other=st.floats(0, 1))
def test_hope_never_lowers_the_services_that_are_chosen(one: float, other: float) -> None:
    chosen = []
    for hope in sorted((one, other)):
        MODEL.state.hope[:] = hope
        chosen.append(levels(MODEL))
    assert (chosen[0] <= chosen[1] + 1e-12).all()


def test_services_cost_money_and_build_consent_which_brings_levies_and_recruits() -> None:
    governing, neglecting = small("actors.KIA.weight_consent=12"), small("actors.KIA.weight_consent=0")
    assert governing.state.services[KIA].sum() > neglecting.state.services[KIA].sum()
    for model in (governing, neglecting):
        run(model, 6)
    assert (governing.state.legitimacy[KIA] >= neglecting.state.legitimacy[KIA]).all()
    record = [model.recorder.actors for model in (governing, neglecting)]
    assert record[0]["services"][6, KIA] > record[1]["services"][6, KIA]
    assert people.consenting(governing.run.data, KIA) > 0


# arms -----------------------------------------------------------------------------------------------------------------


def set_aside(model: RareEarthModel, treasury: float, expenses: float, income: float = 0.0) -> float:
    """USD that the KIA sets aside for arms."""
    books, tally = model.run.books, model.state.tally
    books.income[KIA], model.state.treasury[KIA] = income, treasury
    tally.air_usd[KIA], books.upkeep[KIA], books.services[KIA] = 0.2 * expenses, 0.5 * expenses, 0.3 * expenses
    model.run.agents.armed[KIA].buy_arms()
    return float(books.arms_usd[KIA])


def test_savings_above_the_reserve_go_into_arms() -> None:
    rules = MODEL.run.parameters.budgets
    assert set_aside(MODEL, rules.reserve_months * 1e6, 1e6) == 0.0
    assert set_aside(MODEL, rules.reserve_months * 1e6 + 6e5, 1e6) == pytest.approx(6e5)
    assert set_aside(MODEL, 0.0, 1e6) == 0.0


def test_a_share_of_what_is_left_of_the_income_goes_into_arms() -> None:
    share = MODEL.run.agents.armed[KIA].parameters.arms_budget_share
    MODEL.run.books.fighters[KIA] = 1_000
    usual = MODEL.run.actors["arms_per_fighter"][KIA] * MODEL.run.books.fighters[KIA]
    MODEL.state.arms[KIA] = usual
    assert set_aside(MODEL, 0.0, 1e6, income=3e6) == pytest.approx(share * 2e6)
    MODEL.state.arms[KIA] = 0.9 * usual  # short of arms: before the 0.5e6 of upkeep
    assert set_aside(MODEL, 0.0, 1e6, income=3e6) == pytest.approx(share * 2.5e6)
