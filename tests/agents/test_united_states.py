"""Washington: attention, partners, instruments, threats, envoys; a subclass decides otherwise, and nobody decides nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.instruments import KINDS, Instrument
from agents.united_states import NO_ONE, UnitedStates
from model.dynamics import diplomacy, governance
from model.live import LiveParameters
from model.model import RareEarthModel
from tests.world_of_policy import WATCHFUL, WILLING, instrument, run, small, told


def at(model: RareEarthModel, name: str) -> int:
    return model.world.force_index[name]


def put(model: RareEarthModel, us: UnitedStates) -> RareEarthModel:
    """The model with another Washington."""
    model.run.agents.united_states = us
    return model


def agree(model: RareEarthModel, *names: str) -> RareEarthModel:
    """Let armed actors take every offer."""
    for actor in model.run.agents.armed:
        if actor.actor_id in names:
            actor.accepts_terms = lambda *rest: True  # type: ignore[method-assign]
    return model


# A subclass, and nobody ------------------------------------------------------------------------------------------------


class Isolationist(UnitedStates):
    """Has no attention for Myanmar."""

    def attend(self) -> None:
        """Look elsewhere."""
        self.attention = 0.0


class Fickle(UnitedStates):
    """Takes every actor for its partner in turn."""

    def choose_partner(self) -> None:
        """The next one."""
        self.partner = self.run.state.month % len(self.run.actors)


def test_a_subclass_that_looks_elsewhere_delivers_no_aid() -> None:
    offer = instrument("aid", "KIA")
    usual, isolated = (small(*WATCHFUL, *WILLING, offer) for _ in range(2))
    put(isolated, Isolationist(isolated, isolated.run.scenario.united_states))
    for model in (usual, isolated):
        run(model, 1)
    assert usual.run.policy["aid"].sum() > 0.0
    assert isolated.run.policy["aid"].sum() == 0.0


def test_a_subclass_chooses_its_own_partner() -> None:
    model = small(*WATCHFUL, *WILLING, *PICKS, instrument("intelligence", "PARTNER"))
    us = Fickle(model, model.run.scenario.united_states)
    run(agree(put(model, us), *model.world.force_ids), 2)
    assert us.partner == 1
    assert model.run.policy["intelligence"][1] == 1.0
    assert len(told(model, "partner_chosen")) == 2


def test_without_washington_no_policy_is_felt() -> None:
    sets = (*WATCHFUL, *WILLING, *(instrument(kind, "" if row.untargeted else "KIA") for kind, row in KINDS.items()))
    felt, removed, none = small(*sets), small(*sets), small(*WATCHFUL, *WILLING)
    assert removed.run.agents.united_states is not None
    removed.run.agents.united_states.remove()
    for model in (felt, removed, none):
        run(model, 6)
    for name in KINDS:
        assert not removed.run.policy[name].any()
    assert told(removed, "instrument_begins") == []
    assert told(felt, "instrument_begins") != []
    np.testing.assert_array_equal(removed.state.recognition, none.state.recognition)
    np.testing.assert_array_equal(removed.state.training, none.state.training)
    np.testing.assert_array_equal(removed.state.hope, none.state.hope)
    assert felt.state.training[at(felt, "KIA")] > 0


# S12 strategic empowerment ---------------------------------------------------------------------------------------------

PICKS = ('united_states.partner_choice="strategic_empowerment"',)


def us_of(model: RareEarthModel) -> UnitedStates:
    assert model.run.agents.united_states is not None
    return model.run.agents.united_states


def test_the_score_is_the_mean_of_the_standing() -> None:
    model = small()
    kia = at(model, "KIA")
    model.state.legitimacy[kia] = 0.9
    model.state.dependence[kia] = 0.5
    model.run.actors["federal_preference"][kia] = 1.0
    rest = (governance.capacity, governance.stability, governance.resources)
    others = sum(float(criterion(model.run.data, kia)) for criterion in rest)
    assert us_of(model).score(kia) == pytest.approx((0.9 + 0.5 + others) / 5)


def test_washington_picks_the_best_and_its_means_follow() -> None:
    training = instrument("training", "PARTNER")
    model = small(*WATCHFUL, *WILLING, *PICKS, "united_states.partner_months=3", training)
    us, best = us_of(model), {at(model, "KIA"): 1.0}
    us.score = lambda actor: best.get(actor, 0.0)  # type: ignore[method-assign]
    run(model, 1)
    assert us.partner == at(model, "KIA")
    assert model.run.policy["training"][at(model, "KIA")] == 1.0
    assert told(model, "partner_chosen") == ["Washington chooses the KIA as its partner (score 1.00)"]
    best.clear()
    run(model, 3)
    assert us.partner == NO_ONE
    assert not model.run.policy["training"].any()
    assert told(model, "partner_dropped") == ["Washington drops the KIA as its partner and chooses no other"]


def test_a_scenario_that_names_its_targets_never_picks() -> None:
    assert us_of(run(small(), 3)).partner == NO_ONE


# S17 Washington is busy ------------------------------------------------------------------------------------------------


def test_attention_fades_only_where_the_scenario_says_so() -> None:
    def after(*sets: str) -> float:
        us = us_of(small("united_states.attention_noise=0", *sets))
        for month in range(24):
            us.run.state.month = month
            us.attend()
        return us.attention

    assert after() == pytest.approx(0.5)
    # The mean has fallen to a quarter; attention lags behind it by some months.
    assert 0.125 < after("united_states.attention_decay=0.056") < 0.25


SMALL = small(*WATCHFUL)


def delivered(us: UnitedStates, one: Instrument, months: int = 1) -> list[float]:
    """What an instrument delivers to the KIA, month by month, if it takes it."""
    table = us.run.scenario.united_states.model_copy(update={"instruments": {"one": one}})
    us.running, us.parameters = {}, LiveParameters(table, us.run.rules.united_states)
    found = []
    for month in range(months):
        us.run.state.month = month
        us.run.policy.fill(0)
        us.deliver()
        found.append(float(us.run.policy[one.kind][us.run.world.force_index["KIA"]]))
    return found


@given(
    level=st.floats(0, 1), ramp=st.floats(0, 24), less=st.floats(0, 1), more=st.floats(0, 1), months=st.integers(1, 12)
)
def test_less_attention_never_delivers_more(level: float, ramp: float, less: float, more: float, months: int) -> None:
    us, found = us_of(agree(SMALL, "KIA")), []
    for us.attention in sorted((less, more)):
        found.append(delivered(us, Instrument(kind="aid", target="KIA", level=level, ramp=ramp), months)[-1])
    assert 0 <= found[0] <= found[1] <= 1


def test_an_instrument_runs_from_its_start_to_its_end_and_grows_by_its_ramp() -> None:
    us = us_of(agree(SMALL, "KIA"))
    us.attention = 0.5
    one = Instrument(kind="training", target="KIA", level=0.8, start=2, end=4, ramp=3.0)
    first, second = (0.5 * 0.8 * (1 - np.exp(-months / 3)) for months in (1, 2))
    assert delivered(us, one, 6) == pytest.approx([0, 0, first, second, 0, 0])


@pytest.mark.parametrize(
    ("when", "holds"),
    [
        ({"ceasefire": {"KIA": False}}, True),
        ({"ceasefire": {"KIA": True}}, False),
        ({"holder": {"LAIZA": "KIA"}}, True),
        ({"holder": {"LAIZA": "JUNTA"}}, False),
    ],
)
def test_a_condition_that_does_not_hold_stops_an_instrument(when: dict[str, dict[str, object]], holds: bool) -> None:
    model = agree(small(*WATCHFUL), "KIA")
    one = Instrument.model_validate({"kind": "training", "target": "KIA", "ramp": 0.0, "when": when})
    assert delivered(us_of(model), one) == [1.0 if holds else 0.0]


def test_recognition_stands_when_attention_is_lost_and_aid_does_not() -> None:
    offers = (instrument("recognition", "KIA"), instrument("aid", "KIA"))
    model = run(small(*WILLING, *offers, "united_states.attention_mean=0", "united_states.attention_noise=0"), 2)
    kia = at(model, "KIA")
    assert model.run.policy["recognition"][kia] == 1.0
    assert model.run.policy["aid"][kia] < 0.5


def test_aid_arrives_as_far_as_services_can_take_it_in() -> None:
    model = run(small(*WATCHFUL, *WILLING, instrument("aid", "KIA", level=2.0)), 1)
    us, kia = us_of(model), at(model, "KIA")
    taken_in = us.parameters.aid_per_person_usd * model.state.people[kia]
    assert model.run.policy["aid"][kia] * us.parameters.aid_usd == pytest.approx(taken_in, rel=0.05)
    account = us.accounts["aid_KIA"]
    assert account.sent == 2.0 and account.delivered == model.run.policy["aid"][kia] < 1.0


# S18 the NUG -----------------------------------------------------------------------------------------------------------


def test_means_for_the_nug_reach_every_pool_and_people_are_shared() -> None:
    second = ('actors.PDF-X.kind="PeoplesDefenceForce"', 'actors.PDF-X.home="T09"', "actors.PDF-X.troops=100")
    offers = (instrument("recognition", "NUG"), instrument("training", "NUG"))
    model = run(agree(small(*WATCHFUL, *second, *offers), "PDF-SAGAING", "PDF-X"), 1)
    pools = [at(model, "PDF-SAGAING"), at(model, "PDF-X")]
    np.testing.assert_allclose(model.run.policy["recognition"][pools], 1.0)
    np.testing.assert_allclose(model.run.policy["training"][pools], 0.5)
    assert model.run.policy["training"].sum() == pytest.approx(1.0)


def test_who_has_been_removed_takes_nothing() -> None:
    model = small(*WATCHFUL, *WILLING, instrument("aid", "KIA"))
    kia = model.run.agents.armed_at(at(model, "KIA"))
    assert kia is not None
    kia.remove()
    us_of(model).deliver()
    assert not model.run.policy["aid"].any()
    assert us_of(model).refused == {}


# Threats and envoys ------------------------------------------------------------------------------------------------------


def test_a_threat_that_is_not_carried_out_loses_belief_and_one_that_is_gains_it() -> None:
    threat = instrument("tariff_threat")
    empty = run(small(*WATCHFUL, threat), 12)
    carried = run(small(*WATCHFUL, threat, instrument("tariff")), 12)
    assert us_of(empty).credibility < 0.3 < us_of(carried).credibility
    assert 0 < diplomacy.coercion(empty.run.data) < diplomacy.coercion(carried.run.data)
    assert us_of(run(small(*WATCHFUL), 12)).credibility == 0.3


def test_belief_in_a_threat_moves_towards_what_is_carried_out() -> None:
    model = run(small(*WATCHFUL, instrument("tariff_threat", level=0.5), instrument("tariff", level=0.8)), 1)
    us = us_of(model)
    assert us.credibility == pytest.approx(0.3 + 0.05 * (0.8 - 0.3))
    assert model.run.policy["believed_threat"][-1] == pytest.approx(0.5 * us.credibility)


def test_an_envoy_holds_attention() -> None:
    envoy = run(small("united_states.attention_noise=0", instrument("envoy")), 12)
    alone = run(small("united_states.attention_noise=0"), 12)
    assert us_of(envoy).attention > us_of(alone).attention + 0.1
