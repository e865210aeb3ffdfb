"""Income, pay and arms: equations by hand, and laws over the books of the small world."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.arrays import Floats
from model.dynamics import budgets, people
from model.model import RareEarthModel
from tests.world_of_policy import present, run, small

MODEL = small()
JUNTA, KIA, MILITIA, PDF, UWSA = (MODEL.world.force_index[n] for n in ("JUNTA", "KIA", "NDA-K", "PDF-SAGAING", "UWSA"))
RULES = MODEL.run.parameters.budgets
PRICE = RULES.arms_price_usd


def collected(model: RareEarthModel, credibility: float = 0.0, support: float = 0.0, *, beijing: bool = True) -> Floats:
    """(F,) income of a month in which nobody has chosen services."""
    people.count_people(model.run.data)
    budgets.open_books(model.run.data, credibility, support, beijing)
    budgets.collect(model.run.data)
    return model.run.books.income.copy()


def without_income(model: RareEarthModel) -> None:
    """Nobody earns anything."""
    for name in ("outside_revenue_usd", "population_tax_usd"):
        model.run.actors[name] = 0.0
    model.state.holder[:] = -1
    model.state.flows.tax_usd[:] = 0.0


# equations ------------------------------------------------------------------------------------------------------------


def test_equations_by_hand() -> None:
    assert budgets.toll(10.0, 0.5, 0.02) == pytest.approx(100_000)
    assert budgets.outside_revenue(75.0, 5.0, 0.0) == pytest.approx(70)
    assert budgets.outside_revenue(75.0, 5.0, 0.6) == pytest.approx(28)  # 42 go to the civil budget
    assert budgets.outside_revenue(75.0, 80.0, 0.6) == 0.0
    assert budgets.flights_paid_for(8.0, 3e6, 5e5) == pytest.approx(6)
    assert budgets.flights_paid_for(8.0, 3e7, 5e5) == 8.0
    assert budgets.flights_paid_for(8.0, -1.0, 5e5) == 0.0
    assert budgets.flights_paid_for(8.0, 0.0, 0.0) == 8.0
    assert budgets.cost_of_services(0.5, 1000.0, 20.0, 0.6) == pytest.approx(320)
    assert budgets.cost_of_services(0.9, 1000.0, 200.0, 0.6) == pytest.approx(600)
    assert budgets.cost_of_services(0.9, 1000.0, 700.0, 0.6) == pytest.approx(700)  # all of it aid


def test_money_is_worth_the_horizon_at_most() -> None:
    assert budgets.worth_of_money(2e6, 2e6, 12.0) == 6.0
    assert budgets.worth_of_money(1e12, 1.0, 12.0) == pytest.approx(12.0)
    assert budgets.worth_of_money(1e6, 3e6, 24.0) == pytest.approx(6.0)  # a quarter of the sum, for 24 months


@given(own=st.floats(0, 1), aid=st.floats(0, 1e8), people_there=st.floats(0, 1e7))
def test_aid_is_spent_on_services_and_spares_own_money(own: float, aid: float, people_there: float) -> None:
    spent = budgets.cost_of_services(own, people_there, aid, 0.6)
    alone = budgets.cost_of_services(own, people_there, 0.0, 0.6)
    assert max(alone, aid) <= spent <= max(people_there * 0.6, aid) * (1 + 1e-9)
    assert spent - aid <= alone * (1 + 1e-9) + 1e-6


# income ---------------------------------------------------------------------------------------------------------------


def test_income_is_the_sum_of_its_sources() -> None:
    model = small()
    state, who = model.state, model.run.actors[KIA]
    state.flows.tax_usd[KIA] = 1234.0
    held = np.flatnonzero(state.holder == KIA)
    gates = np.flatnonzero(np.isin(model.world.crossing_place, held))
    tolls = (model.world.crossing_capacity[gates, 2] * 1e6 * state.lanes[gates, 2] * RULES.toll_rate).sum()
    consenting = (state.control[KIA] * model.world.population * state.legitimacy[KIA]).sum()
    levies = who["population_tax_usd"] * consenting
    sites = model.run.land.rent_site[held].sum()
    assert sites > 0 and tolls > 0 and levies > 0
    expected = who["outside_revenue_usd"] * (1 - who["civil_share"]) + levies + sites + tolls + 1234.0
    assert collected(model)[KIA] == pytest.approx(expected)


@given(one=st.floats(0, 1), other=st.floats(0, 1), aid=st.booleans())
def test_sanctions_never_raise_income_and_aid_never_lowers_it(one: float, other: float, *, aid: bool) -> None:
    kind, incomes = "aid" if aid else "sanctions", []
    for level in sorted((one, other)):
        MODEL.run.policy.fill(0)
        MODEL.run.policy[kind][:-1] = level
        incomes.append(collected(MODEL))
    MODEL.run.policy.fill(0)
    if aid:
        assert (incomes[0] <= incomes[1] + 1e-6).all()
    else:
        assert (incomes[1] <= incomes[0] + 1e-6).all()


def test_tariffs_and_believed_threats_cost_the_junta_alone() -> None:
    model = small("actors.JUNTA.outside_revenue_usd=1e9")
    before = collected(model)
    model.run.policy["tariff_threat"][-1] = 1.0
    assert collected(model, 0.0) == pytest.approx(before)
    threatened = before - collected(model, 0.5)
    us = present(model.run.agents.united_states).parameters
    war = 1 - model.run.actors[JUNTA]["civil_share"]
    assert threatened[JUNTA] == pytest.approx(us.tariff_usd * us.threat_chill * 0.5 * war)
    model.run.policy["tariff"][-1] = 1.0
    carried_out = before - collected(model, 0.5)
    assert carried_out[JUNTA] == pytest.approx(threatened[JUNTA] + us.tariff_usd * war)
    assert np.delete(carried_out, JUNTA) == pytest.approx(0.0)


def test_beijing_supports_the_junta_and_pays_clients() -> None:
    model, beijing = small(), present(small().run.agents.beijing).parameters
    usual = collected(model, beijing=False)
    assert collected(model, support=5e6)[JUNTA] == pytest.approx(usual[JUNTA] + 5e6)
    model.state.dealings.patron[UWSA] = 0.5
    assert collected(model)[UWSA] == pytest.approx(usual[UWSA] + beijing.patron_usd * 0.5)
    assert collected(model, beijing=False) == pytest.approx(usual)


def test_services_are_paid_before_fighters_and_nobody_spends_what_it_has_not() -> None:
    model = small()
    without_income(model)
    books, state = model.run.books, model.state
    owed = model.run.actors[KIA]["upkeep_usd"] * state.troops[KIA].sum()
    people.count_people(model.run.data)
    full = state.people[KIA] * RULES.service_cost_usd
    state.treasury[:] = 0.5 * full + 0.25 * owed
    budgets.open_books(model.run.data, 0.0, 0.0, True)
    books.level[KIA] = 0.5
    budgets.collect(model.run.data)
    assert books.services[KIA] == pytest.approx(0.5 * full)
    budgets.settle(model.run.data)
    assert books.paid[KIA] == pytest.approx(0.25 * owed)
    assert state.paid[KIA] == pytest.approx(0.25)
    assert state.treasury[KIA] == pytest.approx(0.0, abs=1e-6)


def test_recruits_are_trained_before_the_next_month_is_paid() -> None:
    model = small()
    model.state.recruits[KIA] = 40
    collected(model)
    fighters = model.state.troops[KIA].sum()
    owed = model.run.actors[KIA]["upkeep_usd"] * fighters + 40 * RULES.recruit_usd
    assert model.run.books.upkeep[KIA] == pytest.approx(owed)


def test_flights_are_paid_for_before_all_else() -> None:
    model = small()
    without_income(model)
    model.state.treasury[JUNTA], model.state.tally.air_usd[JUNTA] = 5e6, 5e6
    collected(model)
    assert budgets.in_hand(model.run.data, JUNTA) == 0.0
    budgets.settle(model.run.data)
    assert model.run.books.paid[JUNTA] == 0.0
    assert (model.state.treasury[JUNTA], model.state.tally.spent[JUNTA]) == (0.0, 5e6)


def test_money_comes_from_somewhere_and_goes_somewhere() -> None:
    model = small()
    for _ in range(6):
        before = model.state.treasury.copy()
        model.step()
        tally = model.state.tally
        assert model.state.treasury - before == pytest.approx(tally.income - tally.spent, abs=1e-3)
        assert (model.state.treasury >= 0).all()
        assert (tally.income > 0).any()


# arms -----------------------------------------------------------------------------------------------------------------


def bought(model: RareEarthModel, usd: float) -> float:
    """Arms that the KIA buys with so much set aside."""
    collected(model)
    before = float(model.state.tally.arms_gained[KIA])
    model.run.books.arms_usd[KIA] = usd
    budgets.settle(model.run.data)
    return float(model.state.tally.arms_gained[KIA]) - before


def test_the_price_of_arms_rises_with_what_is_bought() -> None:
    # At the depth one more costs twice the price: all of them together 1.5 times as much a piece.
    assert budgets.arms_bought(1.5 * 100 * PRICE, 100.0, PRICE) == pytest.approx(100)
    assert budgets.arms_bought(PRICE, 1e6, PRICE) == pytest.approx(1.0, rel=1e-3)
    assert budgets.arms_bought(1e9, 0.0, PRICE) == budgets.arms_bought(0.0, 10.0, PRICE) == 0.0


@given(usd=st.floats(1.0, 1e9), more=st.floats(0.0, 1e9), depth=st.floats(0.1, 1e5))
def test_more_money_buys_more_arms_at_a_higher_price(usd: float, more: float, depth: float) -> None:
    few, many = (budgets.arms_bought(some, depth, PRICE) for some in (usd, usd + more))
    assert few <= many * (1 + 1e-9)
    assert many / (usd + more) <= few / usd * (1 + 1e-6)
    assert few * PRICE <= usd * (1 + 1e-6)


def test_arms_are_bought_for_the_money_set_aside_as_far_as_it_is_there() -> None:
    model = small()
    fighters = int(model.state.troops[KIA].sum())
    depth = RULES.arms_depth * fighters
    model.state.treasury[KIA], model.state.pressure[KIA] = 1e8, 0.0
    assert bought(model, 1e6) == pytest.approx(budgets.arms_bought(1e6, depth, PRICE))
    assert bought(model, -5.0) == 0.0
    without_income(model)
    model.state.treasury[KIA] = 1e5
    assert bought(model, 1e9) == pytest.approx(budgets.arms_bought(1e5, depth, PRICE))
    assert model.state.treasury[KIA] == pytest.approx(0.0, abs=1e-3)


def test_fighters_are_paid_what_arms_leave() -> None:
    model = small()
    without_income(model)
    owed = model.run.actors[KIA]["upkeep_usd"] * int(model.state.troops[KIA].sum())
    for set_aside, paid in ((0.0, 0.75), (0.25 * owed, 0.5)):
        model.state.treasury[KIA] = 0.75 * owed
        assert (bought(model, set_aside) > 0.0) == (set_aside > 0.0)
        assert model.state.paid[KIA] == pytest.approx(paid)
    model.state.treasury[KIA], model.state.dependence[KIA], model.state.pressure[KIA] = 0.75 * owed, 1.0, 1.0
    assert bought(model, 0.25 * owed) == 0.0
    assert model.state.paid[KIA] == pytest.approx(0.75), "money that buys no arms is paid out"


def test_arms_that_nobody_fights_with_last() -> None:
    model = small()
    without_income(model)
    before = model.state.arms.copy()
    bought(model, 0.0)
    assert model.state.arms == pytest.approx(before)


def test_pressure_is_a_leash_on_the_market_of_those_who_depend_on_china() -> None:
    model = small()
    model.state.dependence[KIA], model.state.pressure[KIA] = 0.5, 0.8
    collected(model)
    fighters = int(model.state.troops[KIA].sum())
    assert budgets.depth_of_market(model.run.data, KIA) == pytest.approx(RULES.arms_depth * fighters * 0.6)
    model.state.treasury[KIA], model.state.dependence[KIA], model.state.pressure[KIA] = 1e8, 1.0, 1.0
    assert bought(model, 1e7) == 0.0
    assert model.state.treasury[KIA] > 9e7  # money that buys nothing is kept


def test_suppliers_share_their_arms_among_allies_at_war() -> None:
    model = small()
    state = model.state
    model.run.actors["arms_for_allies"][UWSA] = 80.0
    for ally in (KIA, PDF, MILITIA):
        state.stance[UWSA, ally] = state.stance[ally, UWSA] = 1
    state.stance[MILITIA, :] = np.where(state.stance[MILITIA] == -1, 0, state.stance[MILITIA])
    collected(model)
    assert model.run.books.arms_given[[KIA, PDF, MILITIA, UWSA]] == pytest.approx([40, 40, 0, 0])
    state.dealings.supplies[UWSA, PDF] = False
    collected(model)
    assert model.run.books.arms_given[[KIA, PDF]] == pytest.approx([80, 0])


def test_us_arms_come_less_what_is_lost_on_the_way() -> None:
    model = small()
    model.run.policy["arms"][KIA] = 0.5
    collected(model)
    us = present(model.run.agents.united_states).parameters
    assert model.run.books.arms_given[KIA] == pytest.approx(
        us.arms_usd / us.arms_fighter_usd * (1 - us.agency_slack) * 0.5
    )


# what is expected -----------------------------------------------------------------------------------------------------


def test_rents_count_sites_tolls_and_the_tax_on_ore() -> None:
    model = small()
    land, state = model.run.land, model.state
    mine = 0
    place = int(land.mine_place[mine])
    state.holder[place], state.capacity[mine], state.operating[mine] = KIA, 10.0, 0.0
    model.run.actors["ore_tax_rule"][KIA], state.ore_tax[KIA], state.dealings.tax_cut[KIA] = 0.0, 7_200.0, 0.5
    others = np.delete(land.mine_place, mine)
    state.capacity[1:] = 0.0
    budgets.reckon_rents(model.run.data)
    gates = np.flatnonzero(land.crossing_place == place)
    tolls = (land.crossing_capacity[gates, 2] * 1e6 * state.lanes[gates, 2] * RULES.toll_rate).sum()
    tax = 3_600 / model.run.parameters.market.yuan_per_usd * 10.0 * model.run.parameters.mining.capture_operating
    assert place not in others
    assert model.run.plans.rent[place] == pytest.approx(land.rent_site[place] + tolls + tax)


def test_revenue_is_expected_where_a_year_of_income_leaves_it() -> None:
    model = small(months=3)
    expected = model.state.revenue.copy()
    assert (expected >= RULES.revenue_floor_usd).all()
    run(model, 1)
    assert model.state.revenue == pytest.approx(expected, rel=0.1)
