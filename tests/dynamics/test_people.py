"""Services, consent, recruits and deserters: equations by hand, and laws over the small world."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.dynamics import budgets, people
from model.model import RareEarthModel
from tests.world_of_policy import small

MODEL = small()
JUNTA, KIA, PDF, UWSA = (MODEL.world.force_index[name] for name in ("JUNTA", "KIA", "PDF-SAGAING", "UWSA"))
RULES = MODEL.run.parameters.people
FULL = MODEL.run.parameters.budgets.service_cost_usd


def opened(model: RareEarthModel) -> RareEarthModel:
    """The model with its people counted and its books open."""
    people.count_people(model.run.data)
    budgets.open_books(model.run.data, 0.0, 0.0, True)
    return model


# equations ------------------------------------------------------------------------------------------------------------


def test_equations_by_hand() -> None:
    assert people.services_paid_for(300.0, 1000.0, 0.6) == pytest.approx(0.5)
    assert people.services_paid_for(1e9, 1000.0, 0.6) == 1.0
    assert people.reach_of_conscription(500.0, 1000.0) == 0.5
    assert people.reach_of_conscription(9000.0, 1000.0) == 2.0


# people under control -------------------------------------------------------------------------------------------------


def test_people_are_weighted_by_control_consent_and_services() -> None:
    state, population = MODEL.state, MODEL.world.population
    here = state.control[KIA] * population
    data = MODEL.run.data
    assert people.controlled(data, KIA) == pytest.approx(here.sum())
    assert people.consenting(data, KIA) == pytest.approx((here * state.legitimacy[KIA]).sum())
    assert people.served(data, KIA) == pytest.approx((here * state.services[KIA]).sum())


# services and consent -------------------------------------------------------------------------------------------------


def test_services_and_consent_that_have_come_to_rest_stay() -> None:
    model = opened(small())
    state, books = model.state, model.run.books
    for actor in model.run.agents.armed:
        actor.choose_services()
    people.come_to_rest(model.run.data)
    services, consent = state.services.copy(), state.legitimacy.copy()
    books.services[:] = books.level * state.people * FULL
    people.serve(model.run.data)
    assert state.services == pytest.approx(services)
    assert state.legitimacy == pytest.approx(consent)


def test_consent_rises_to_what_services_bring_and_falls_without_them() -> None:
    consents = []
    for spending in (1e9, 0.0):
        model = opened(small())
        model.run.books.services[:] = spending
        for _ in range(120):
            people.serve(model.run.data)
        consents.append(model.state.legitimacy[KIA].max())
    assert consents[0] - consents[1] == pytest.approx(RULES.consent_services, abs=0.01)


def test_services_arrive_where_the_countryside_is_held() -> None:
    model = opened(small())
    state = model.state
    state.services[:], model.run.books.services[KIA] = 0.0, 1e9
    state.control[KIA], enough = 0.0, model.run.parameters.supply.passable_share
    state.control[KIA, :3] = 1.0, enough, 0.5 * enough
    people.serve(model.run.data)
    assert state.services[KIA, :4] == pytest.approx(RULES.services_rate * np.array([1, 1, 0.5, 0]))


def test_aircraft_cost_consent_where_they_fight() -> None:
    model = opened(small())
    model.run.actors["air_support"] = 0.0
    model.run.actors["air_support"][JUNTA] = 1.0
    model.state.tally.air_fights[2] = 3.0
    model.run.books.services[:] = 0.0
    other = opened(small())
    other.run.books.services[:] = 0.0
    for one in (model, other):
        people.serve(one.run.data)
    lost = other.state.legitimacy - model.state.legitimacy
    assert lost[JUNTA, 2] == pytest.approx(RULES.consent_rate * RULES.consent_harm)
    lost[JUNTA, 2] = 0.0
    assert not lost.any()


# recruits -------------------------------------------------------------------------------------------------------------


def test_consent_fills_the_ranks() -> None:
    recruited = []
    for consent in (1.0, 0.0):
        model = opened(small())
        model.state.legitimacy[:] = consent
        people.recruit(model.run.data)
        recruited.append(int(model.state.tally.recruited[KIA]))
    assert recruited[0] > recruited[1]


def test_volunteers_come_by_rate_consent_and_room() -> None:
    model = opened(small())
    who, state = model.run.actors, model.state
    for name, value in {"mobilised_share": 0.0, "force_cap": 10.0, "volunteer_rate": 0.02}.items():
        who[name][KIA] = value
    state.conscripts[KIA], state.troops_at_start[KIA], state.legitimacy[KIA] = 0.0, 6350.0, 0.25
    state.arms[KIA] = 1e6
    expected = 0.02 * 6350 * 0.25
    assert people.recruits_expected(model.run.data, KIA, 6350) == pytest.approx(expected)
    cap = 10 * 6350
    near = people.recruits_expected(model.run.data, KIA, int(0.9 * cap))
    assert near == pytest.approx(expected * RULES.cap_fade * 0.1)
    assert people.recruits_expected(model.run.data, KIA, cap + 1) == 0.0


def test_nobody_recruits_whom_it_cannot_arm() -> None:
    model = opened(small())
    usual = float(model.run.actors["arms_per_fighter"][KIA]) * 6350
    model.state.arms[KIA] = usual
    armed = people.recruits_expected(model.run.data, KIA, 6350)
    model.state.arms[KIA] = 0.25 * usual
    assert people.recruits_expected(model.run.data, KIA, 6350) == pytest.approx(0.25 * armed)
    model.state.arms[KIA] = 2 * usual
    assert people.recruits_expected(model.run.data, KIA, 6350) == pytest.approx(armed)


def test_newly_won_people_yield_fighters_at_the_density_of_the_homeland() -> None:
    assert people.manpower_gained(5_000.0, 1e6, 6e5, 4e5) == pytest.approx(1_000)
    assert people.manpower_gained(5_000.0, 1e6, 3e5, 4e5) == people.manpower_gained(5_000.0, 0.0, 3e5, 0.0) == 0.0
    model = opened(small())
    run, state = model.run, model.state
    state.conscripts[KIA], fighters = 0.0, int(state.troops_at_start[KIA])
    before = people.recruits_expected(run.data, KIA, fighters)
    full = int(run.actors[KIA]["force_cap"] * fighters)
    assert people.recruits_expected(run.data, KIA, full) == 0.0
    state.people_at_start[KIA] = 0.5 * state.people[KIA]
    assert people.recruits_expected(run.data, KIA, fighters) > before
    assert people.recruits_expected(run.data, KIA, full) > 0.0


def test_conscription_follows_the_people_under_control() -> None:
    model = opened(small())
    state = model.state
    model.run.actors["volunteer_rate"] = 0.0
    model.run.actors["force_cap"] = 10.0
    state.conscripts[JUNTA] = 900.0
    fighters = int(state.troops[JUNTA].sum())
    assert people.recruits_expected(model.run.data, JUNTA, fighters) == pytest.approx(900)
    state.people[JUNTA] *= 0.5
    assert people.recruits_expected(model.run.data, JUNTA, fighters) == pytest.approx(450)


def test_a_pool_forms_where_there_was_none() -> None:
    model = opened(small())
    run, state = model.run, model.state
    state.troops[PDF], state.troops_at_start[PDF] = 0, 0.0
    run.actors["mobilised_share"][PDF], run.actors["volunteer_rate"][PDF] = 0.01, 0.1
    for month in range(60):
        state.month = month
        run.books.fighters[PDF], state.arms[PDF] = state.troops[PDF].sum(), 1e6
        people.recruit(run.data)
    assert 0 < state.troops[PDF].sum() <= 0.011 * run.land.homeland[PDF]
    run.actors["mobilised_share"][PDF], state.troops[PDF], run.books.fighters[PDF] = 0.0, 0, 0
    people.recruit(run.data)
    assert state.troops[PDF].sum() == 0


@given(come=st.integers(1, 5_000), cut_off=st.booleans())
def test_recruits_are_posted_to_joined_places_that_their_actor_holds(come: int, *, cut_off: bool) -> None:
    model = MODEL
    state, land = model.state, model.run.land
    before, isolated = state.troops.copy(), state.isolated.copy()
    held = np.flatnonzero(state.holder == KIA)
    state.isolated[held[0]] = 1
    if cut_off:
        state.isolated[held] = 1
    places, weight, rest = np.empty(30, np.uint32), np.empty(30), np.empty(30)
    people.take_in(model.run.data, KIA, come, places, weight, rest)
    posted = (state.troops - before)[KIA]
    joined = held[1:]
    wanted = np.zeros(len(posted))
    if cut_off:
        wanted[land.home_place[KIA]] = come
    else:
        wanted[joined] = come * land.posture[KIA, joined] / land.posture[KIA, joined].sum()
    assert posted.sum() == come
    assert (np.abs(posted - wanted) < 1).all()
    state.troops[:], state.isolated[:] = before, isolated


def test_fighters_desert_more_when_they_are_not_paid() -> None:
    deserted = []
    for paid in (1.0, 0.0):
        model = opened(small())
        model.run.actors["desertion_rate"] = 0.01
        model.state.paid[:] = paid
        before = model.state.troops.copy()
        people.desert(model.run.data, UWSA)
        gone = int(model.state.tally.deserted[UWSA])
        assert gone == (before - model.state.troops).sum()
        assert (model.state.troops >= 0).all()
        deserted.append(gone)
    assert deserted[0] == pytest.approx(0.01 * 4700, rel=0.5)
    assert deserted[1] == pytest.approx((0.01 + RULES.unpaid_desertion) * 4700, rel=0.3)


def test_a_year_of_losses_is_remembered_for_a_year() -> None:
    model = opened(small())
    state = model.state
    state.losses_year[:], state.towns_lost_year[KIA] = 0.0, 6.0
    state.tally.dead[KIA], state.tally.captured[KIA] = 335, 300
    people.recruit(model.run.data)
    assert state.losses_year[KIA] == pytest.approx(0.1)
    assert state.towns_lost_year[KIA] == pytest.approx(5.5)
