"""Ceasefires, wars and a settlement as armed actors see them."""

from __future__ import annotations

import numpy as np
import pytest

from agents.armed import peace
from agents.armed.actor import EthnicArmedOrganization, Junta
from model.dynamics.diplomacy import stop_fighting
from model.model import RareEarthModel
from model.phases.talks import hold_talks
from tests.world_of_policy import replace, small

TABLE = (
    *(f"processes.diplomacy.{name}" for name in ("precision=2", "reluctance=1", "restraint=1.5")),
    *("processes.diplomacy.weight_cause=4", "processes.diplomacy.weight_victories=2"),
    "processes.diplomacy.weight_sanction=6",
    *("actors.KIA.autonomy_cost=0.3", "actors.KIA.federal_preference=0.5"),
)  # fmt: skip


def sigma(x: float) -> float:
    return float(1 / (1 + np.exp(-x)))


def calm(*sets: str) -> tuple[RareEarthModel, int, int]:
    """A model without prospects, losses and hopes; the KIA, the junta."""
    model = small(*TABLE, *sets)
    state = model.state
    model.run.plans.prospects[:] = model.run.plans.danger[:] = 0.0
    state.war_then[:] = 1.0
    for values in (state.losses_year, state.towns_lost_year, state.hope, state.dependence):
        values[:] = 0.0
    model.run.policy.fill(0)
    return model, model.world.force_index["KIA"], model.run.land.junta


def test_the_worth_of_a_ceasefire_by_hand() -> None:
    model, kia, junta = calm("united_states.brokering_gain=1")
    model.run.plans.prospects[kia, junta], model.run.plans.danger[kia, junta] = 0.7, 1.2
    model.run.policy["brokering"][kia] = 0.4
    worth = 0.4 - (0.7 - 1.2) - 4 * 0.5 - 1
    assert peace.worth_of_ceasefire(model.run.data, kia) == pytest.approx(worth)
    assert peace.wants_ceasefire(model.run.data, kia) == pytest.approx(sigma(2 * worth))


def test_what_a_ceasefire_is_worth_to_the_junta_by_hand() -> None:
    model, kia, junta = calm("united_states.brokering_gain=1")
    model.run.plans.prospects[junta, kia], model.run.plans.danger[junta, kia] = 0.6, 0.4
    model.run.policy["brokering"][kia] = 0.4
    wish = 0.4 - 0.6 - 1
    assert peace.grants_ceasefire(model.run.data, kia) == pytest.approx(sigma(2 * (wish + 0.4)))


def test_the_worth_of_war_by_hand() -> None:
    model, kia, junta = calm()
    pool, state = model.world.force_index["PDF-SAGAING"], model.state
    state.stance[kia, pool] = state.stance[pool, kia] = 1
    state.stance[junta, pool] = state.stance[pool, junta] = -1
    state.towns_lost_year[pool], state.dependence[kia] = -5.0, 0.25
    model.run.plans.prospects[kia, junta], model.run.plans.danger[kia, junta] = 5.5, 0.2
    cause = 4 * 0.5 + 2 * 5 / 10
    assert peace.worth_of_war(model.run.data, kia) == pytest.approx(5.5 + cause - 1 - 6 * 0.25 - 1)
    state.dealings.halted[kia] = True
    assert peace.worth_of_war(model.run.data, kia) == pytest.approx(5.5 + cause - 1 - 6 * 0.25 * 2 - 1)
    assert peace.takes_up_arms(model.run.data, kia) == pytest.approx(sigma(2 * (5.5 + cause - 1 - 3 - 1)))


def test_no_peace_is_broken_that_war_does_not_pay_for() -> None:
    model, kia, junta = calm()
    model.state.war_then[kia] = 3.0
    needed = 1 + 3 - 4 * 0.5  # reluctance, and what war was worth when peace was made, less the cause
    model.run.plans.prospects[kia, junta] = needed + 0.1
    assert peace.takes_up_arms(model.run.data, kia) == pytest.approx(sigma(0.2))
    model.run.plans.prospects[kia, junta] = needed - 0.1
    assert peace.takes_up_arms(model.run.data, kia) == 0.0


def test_between_signing_and_breaking_lies_the_cost_of_a_broken_word() -> None:
    model, kia, junta = calm()
    model.run.plans.danger[kia, junta] = 5.0
    signed = peace.worth_of_ceasefire(model.run.data, kia)
    assert signed > 0
    stop_fighting(model.run.data, kia)
    model.run.plans.danger[kia, junta] = 0.0
    assert peace.worth_of_war(model.run.data, kia) == pytest.approx(-1), "peace alone has taken the danger away"
    model.run.plans.prospects[kia, junta] = 1.5
    assert peace.worth_of_war(model.run.data, kia) == pytest.approx(0.5)


def test_who_was_at_peace_when_the_run_began_has_shown_what_war_is_worth_to_it() -> None:
    model, kia, junta = calm()
    model.run.plans.prospects[kia, junta] = 7.0
    model.state.month = 0
    hold_talks(model.run)
    assert model.state.war_then[kia] == pytest.approx(7.0 + 4 * 0.5)
    assert peace.takes_up_arms(model.run.data, kia) == 0.0


def test_towns_that_allies_have_lost_keep_nobody_from_war() -> None:
    model, kia, junta = calm()
    pool, state = model.world.force_index["PDF-SAGAING"], model.state
    state.stance[kia, pool] = state.stance[pool, kia] = 1
    state.stance[junta, pool] = state.stance[pool, junta] = -1
    before = peace.worth_of_war(model.run.data, kia)
    state.towns_lost_year[pool] = 5.0
    assert peace.worth_of_war(model.run.data, kia) == before


def test_a_militia_is_turned_on_for_what_it_promises() -> None:
    model, kia, _ = calm()
    militia = model.world.force_index["NDA-K"]
    model.run.plans.prospects[kia, militia] = 2.0
    assert peace.turns_on(model.run.data, kia, militia) == pytest.approx(sigma(2 * 0.5))


def test_victories_of_allies_draw_a_group_into_war_and_dependence_on_china_keeps_it_out() -> None:
    model = small()
    kia, uwsa, pool, junta = (model.world.force_index[name] for name in ("KIA", "UWSA", "PDF-SAGAING", "JUNTA"))
    model.run.plans.prospects[:] = 1.0

    def tempted(actor: int) -> float:
        return float(peace.worth_of_war(model.run.data, actor))

    before, calmer = tempted(kia), tempted(uwsa)
    assert calmer < before
    assert model.state.stance[kia, pool] == 1 and model.state.stance[junta, pool] == -1
    model.state.towns_lost_year[pool] = -10.0
    assert tempted(kia) > before
    assert tempted(uwsa) == calmer
    model.state.dependence[kia] = 1.0
    assert tempted(kia) < before


# Overriding a decision ---------------------------------------------------------------------------------------------------


class Pacifist(EthnicArmedOrganization):
    """Signs whenever it can."""

    def wants_ceasefire(self) -> float:
        """Always."""
        return 1.0


class Generous(Junta):
    """Grants every ceasefire."""

    def grants_ceasefire(self, group: int) -> float:
        """Always."""
        return 1.0


class Warlike(EthnicArmedOrganization):
    """Takes up arms whenever it can."""

    def takes_up_arms(self) -> float:
        """Always."""
        return 1.0


def stances(model: RareEarthModel, name: str, start: int, months: int = 60) -> set[int]:
    """Stances towards the junta that an actor comes to within months that all begin with the same one."""
    actor, junta = model.world.force_index[name], model.run.land.junta
    found = set()
    for month in range(months):
        model.state.month = month
        model.state.stance[actor, junta] = model.state.stance[junta, actor] = start
        hold_talks(model.run)
        found.add(int(model.state.stance[actor, junta]))
    return found


HAZARDS = ("processes.diplomacy.ceasefire_hazard=0.3", "processes.diplomacy.break_hazard=0.3")


def test_a_peace_needs_both_sides() -> None:
    for kia, junta, found in ((True, True, {-1, 0}), (True, False, {-1}), (False, True, {-1})):
        model = small(*HAZARDS, "processes.diplomacy.reluctance=5", "processes.diplomacy.precision=6")
        if kia:
            replace(model, "KIA", Pacifist)
        if junta:
            replace(model, "JUNTA", Generous)
        assert stances(model, "KIA", -1) == found


def test_a_subclass_takes_up_arms() -> None:
    sets = (*HAZARDS, "processes.diplomacy.precision=6")
    usual, warlike = small(*sets), small(*sets)
    replace(warlike, "UWSA", Warlike)
    assert stances(usual, "UWSA", 0) == {0}
    assert stances(warlike, "UWSA", 0) == {0, -1}


def test_who_has_been_removed_neither_signs_nor_breaks() -> None:
    for gone in ("KIA", "JUNTA"):
        model = small(*HAZARDS)
        replace(model, "KIA", Pacifist)
        replace(model, "JUNTA", Generous)
        next(actor for actor in model.run.agents.armed if actor.actor_id == gone).remove()
        assert stances(model, "KIA", -1) == {-1}
    model = small(*HAZARDS)
    replace(model, "UWSA", Warlike)
    next(actor for actor in model.run.agents.armed if actor.actor_id == "UWSA").remove()
    assert stances(model, "UWSA", 0) == {0}


# A settlement ------------------------------------------------------------------------------------------------------------


def test_the_junta_weighs_its_best_prospects_against_those_who_would_sign() -> None:
    model, kia, junta = calm()
    decides = model.run.agents.armed_at(junta)
    assert decides is not None
    before = decides.prefers_settlement()
    model.run.plans.prospects[junta, model.world.force_index["UWSA"]] = 5.0
    assert decides.prefers_settlement() == before
    model.run.plans.prospects[junta, kia] = 2.0
    assert decides.prefers_settlement() == pytest.approx(before - 2.0)
    model.run.plans.danger[junta, kia] = 1.5
    assert decides.prefers_settlement() == pytest.approx(before - 0.5)


def test_delegations_join_and_so_do_those_who_prefer_federal_terms() -> None:
    model = small("actors.UWSA.federal_preference=-1", "actors.KIA.federal_preference=-1")
    joins = {actor.actor_id: actor.joins_settlement() for actor in model.run.agents.armed}
    assert joins["KIA"] and joins["PDF-SAGAING"]
    assert not joins["UWSA"]
    uwsa = model.run.agents.armed_at(model.world.force_index["UWSA"])
    assert uwsa is not None
    uwsa.parameters.federal_preference = 0.2
    assert uwsa.joins_settlement()
