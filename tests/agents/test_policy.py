"""What Washington can do: offers and their refusal, partners, attention, threats, envoys, each instrument by itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.instruments import Instrument
from agents.united_states import NO_ONE
from model.dynamics.corridor import contract_premium
from model.dynamics.governance import Standing
from model.model import RareEarthModel
from model.phases import policy as policy_phases
from tests.world_of_policy import WATCHFUL, WILLING, instrument, run, small, told


def at(model: RareEarthModel, name: str) -> int:
    return model.world.force_index[name]


# S1 engage the junta ---------------------------------------------------------------------------------------------


def test_dealing_with_the_junta_recognises_it_and_brings_it_money() -> None:
    with_us = small(*WATCHFUL, instrument("recognition", "JUNTA"), instrument("sanctions_relief", "JUNTA"))
    without = small(*WATCHFUL)
    for model in (with_us, without):
        model.armed[model.junta].accepts_terms = lambda *rest: True  # type: ignore[method-assign]
        run(model, 1)
    junta = with_us.junta
    assert with_us.state.recognition[junta] > without.state.recognition[junta]
    relief = with_us.united_states.parameters.sanctions_usd
    assert with_us.state.tally.income[junta] - without.state.tally.income[junta] == pytest.approx(relief, rel=0.05)


def test_a_contract_with_the_junta_buys_only_what_the_junta_holds() -> None:
    model = small(*WATCHFUL, instrument("offtake", "JUNTA"), instrument("route_building"), months=36)
    model.armed[model.junta].accepts_terms = lambda *rest: True  # type: ignore[method-assign]
    run(model, 1)
    premium = [contract_premium(model.run.data, a) for a in range(len(model.armed))]
    assert premium.pop(model.junta) > 0
    assert not any(premium)


# S2 engage the KIA, which may refuse ---------------------------------------------------------------------------------


def test_the_kia_takes_an_offer_or_refuses_it_and_says_why() -> None:
    offers = (instrument("recognition", "KIA"), instrument("training", "KIA"))
    willing = run(small(*WATCHFUL, *WILLING, *offers), 1)
    assert willing.level("recognition")[at(willing, "KIA")] == 1.0
    afraid = run(small(*WATCHFUL, *offers, "actors.KIA.weight_pressure=10", "actors.KIA.choice_precision=10"), 1)
    assert not afraid.level("recognition").any()
    assert told(afraid, "offer_refused") == ["KIA refuses US recognition, training for fear of Beijing"]
    free = ("actors.KIA.autonomy_cost=3", "actors.KIA.weight_pressure=0", "actors.KIA.choice_precision=10")
    proud = run(small(*WATCHFUL, *offers, *free), 1)
    assert told(proud, "offer_refused") == ["KIA refuses US recognition, training for its freedom of action"]


def test_a_refusal_is_told_once() -> None:
    model = small(
        *WATCHFUL, instrument("recognition", "KIA"), "actors.KIA.autonomy_cost=3", "actors.KIA.backing_worth=0"
    )
    run(model, 6)
    assert len(told(model, "offer_refused")) == 1


def test_what_the_kia_gives_up_and_what_ends_is_told() -> None:
    model = small(*WATCHFUL, *WILLING, instrument("recognition", "KIA"), instrument("aid", "KIA", rest=",end=3"))
    run(model, 2)
    assert told(model, "instrument_begins") == ["US aid, recognition for KIA begin"]
    kia = model.armed[at(model, "KIA")]
    kia.parameters = kia.parameters.model_copy(update={"weight_pressure": 10.0, "dependence_on_china": 1.0})
    model.profile["dependence_on_china"][kia.index] = 1.0
    run(model, 1)
    assert told(model, "offer_refused") == ["KIA gives up US aid, recognition for fear of Beijing"]
    kia.parameters = kia.parameters.model_copy(update={"weight_pressure": 0.0})
    run(model, 1)
    assert told(model, "instrument_begins")[1:] == ["US recognition for KIA begins"]


def test_an_answer_stands_between_reviews() -> None:
    model = small()
    kia = model.armed[at(model, "KIA")]

    def answers(months: float) -> int:
        kia.parameters = kia.parameters.model_copy(update={"review_months": months})
        kia.reviewed = -1
        given = [kia.accepts_terms(0.0, 0.0, 0.0, model.draws, month) for month in range(240)]
        return int(np.count_nonzero(np.diff(given)))

    assert 0 < answers(24.0) < answers(6.0) < answers(1.0)


def test_the_first_answer_takes_time_and_waiting_is_no_refusal() -> None:
    offers = (instrument("recognition", "KIA"),)
    slow = small(*WATCHFUL, *WILLING, *offers)
    kia = slow.armed[at(slow, "KIA")]
    kia.parameters = kia.parameters.model_copy(update={"answer_months": 24.0})
    run(slow, 1)
    assert not slow.level("recognition").any()
    assert not told(slow, "offer_refused")
    quick = run(small(*WATCHFUL, *WILLING, *offers), 1)
    assert quick.level("recognition")[at(quick, "KIA")] == 1.0


def test_what_the_kia_fears_grows_with_pressure_and_with_the_reaction_it_expects() -> None:
    model = small()
    offer = Instrument(kind="recognition", target="KIA", level=0.5)
    kia = at(model, "KIA")
    _, calm = policy_phases.worth_of_offer(model, offer, kia)
    model.state.pressure[kia] = 0.8
    _, pressed = policy_phases.worth_of_offer(model, offer, kia)
    assert pressed > calm > 0
    _, easy = policy_phases.worth_of_offer(small("actors.KIA.expected_reaction=0"), offer, kia)
    assert easy == 0


# S12 strategic empowerment ---------------------------------------------------------------------------------------------


def _standing(forces: int, **better: float) -> Standing:
    plain = {name: np.full(forces, 0.5) for name in Standing.__dataclass_fields__}
    for name, value in better.items():
        plain[name][1] = value
    return Standing(**plain)


@pytest.mark.parametrize("criterion", list(Standing.__dataclass_fields__))
def test_every_criterion_moves_the_score_by_its_weight(criterion: str) -> None:
    us = small().united_states
    plain, better = us.scores(_standing(4)), us.scores(_standing(4, **{criterion: 1.0}))
    np.testing.assert_allclose(better - plain, [0, 0.1, 0, 0])
    none = small(f"united_states.partner_weight_{criterion}=0").united_states
    np.testing.assert_allclose(none.scores(_standing(4, **{criterion: 1.0})), 0.5)


PICKS = ('united_states.partner_choice="strategic_empowerment"', "united_states.partner_precision=60")


def test_washington_picks_the_best_and_its_means_follow() -> None:
    aid = instrument("aid", "PARTNER")
    model = small(*WATCHFUL, *WILLING, *PICKS, "united_states.partner_months=3", aid)
    monkey = model.united_states.scores
    best = np.zeros(len(model.armed))
    best[at(model, "KIA")] = 1.0
    model.united_states.scores = lambda standing: best.copy()  # type: ignore[method-assign]
    run(model, 1)
    assert model.united_states.partner == at(model, "KIA")
    assert model.level("aid")[at(model, "KIA")] == 1.0
    assert told(model, "partner_chosen") == ["Washington picks KIA as its partner (score 1.00)"]
    best[:] = 0.0
    run(model, 3)
    assert model.united_states.partner == NO_ONE
    assert "aid" not in model.delivered
    assert told(model, "partner_dropped") == ["Washington drops KIA and has no partner"]
    assert monkey(_standing(len(model.armed))).shape == best.shape


def test_the_present_partner_has_an_advantage() -> None:
    us = small(*PICKS, "united_states.partner_loyalty=1").united_states
    keys = np.arange(4, dtype=np.uint64)
    us.partner = 2
    assert us.choose_partner(_standing(4, legitimacy=0.9), us.model.draws, keys, 0) == 2


def test_a_scenario_that_names_its_targets_never_picks() -> None:
    model = run(small(), 3)
    assert model.united_states.partner == NO_ONE


# S13 the Kurdish precedent: every instrument does something by itself --------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "look"),
    [
        ("training", lambda m, k: m.state.training[k]),
        ("intelligence", lambda m, k: -policy_phases.supported(m)["belief_noise"][k]),
        ("logistics", lambda m, k: policy_phases.supported(m)["mobile_share"][k]),
        ("logistics", lambda m, k: policy_phases.supported(m)["airlift_places"][k]),
        ("arms", lambda m, k: m.state.arms[k] / m.state.troops[k].sum()),
        ("aid", lambda m, k: m.state.tally.income[k]),
        ("air_denial", lambda m, k: m.level("air_denial")[k]),
    ],
)
def test_each_kind_of_support_helps_its_target_and_can_be_switched_off(kind: str, look) -> None:  # type: ignore[no-untyped-def]
    supported = run(small(*WATCHFUL, *WILLING, instrument(kind, "KIA")), 1)
    off = run(small(*WATCHFUL, *WILLING, instrument(kind, "KIA", level=0.0)), 1)
    kia = at(supported, "KIA")
    assert look(supported, kia) > look(off, kia)


# S17 Washington is busy ------------------------------------------------------------------------------------------------


def test_attention_fades_only_where_the_scenario_says_so() -> None:
    noiseless = "united_states.attention_noise=0"
    kept = run(small(noiseless), 24).united_states.attention
    lost = run(small(noiseless, "united_states.attention_decay=0.056"), 24).united_states.attention
    assert kept == pytest.approx(0.5)
    # The mean has fallen to a quarter; attention lags behind it by some months.
    assert 0.125 < lost < 0.25


@given(
    level=st.floats(0, 1), ramp=st.floats(0, 24), less=st.floats(0, 1), more=st.floats(0, 1), months=st.integers(1, 12)
)
def test_less_attention_never_delivers_more(level: float, ramp: float, less: float, more: float, months: int) -> None:
    less, more = sorted((less, more))
    delivered = []
    for attention in (less, more):
        us = _SMALL.united_states
        us.running = {}
        us.attention = attention
        us.parameters = us.parameters.model_copy(
            update={"instruments": {"aid": Instrument(kind="aid", target="KIA", level=level, ramp=ramp)}}
        )
        for month in range(months):
            rows = us.deliver(month, 3, lambda _: [1], lambda _: True, lambda *_: True)
        delivered.append(float(rows["aid"][1]) if "aid" in rows else 0.0)
    assert 0 <= delivered[0] <= delivered[1] <= 1


_SMALL = small()


# S18 the NUG -----------------------------------------------------------------------------------------------------------


def test_means_for_the_nug_reach_every_pool_and_money_is_shared() -> None:
    second = ('actors.PDF-X.kind="PeoplesDefenceForce"', 'actors.PDF-X.home="T09"', "actors.PDF-X.troops=100")
    offers = (instrument("recognition", "NUG"), instrument("aid", "NUG"))
    model = small(*WATCHFUL, *second, *offers)
    pools = [at(model, "PDF-SAGAING"), at(model, "PDF-X")]
    for pool in pools:
        model.armed[pool].accepts_terms = lambda *rest: True  # type: ignore[method-assign]
    run(model, 1)
    np.testing.assert_allclose(model.level("recognition")[pools], 1.0)
    np.testing.assert_allclose(model.level("aid")[pools], 0.5)
    assert model.level("aid").sum() == pytest.approx(1.0)


def test_recognition_starts_low_and_grows() -> None:
    model = small(*WATCHFUL, instrument("recognition", "NUG"))
    pool = at(model, "PDF-SAGAING")
    assert model.state.recognition[pool] == pytest.approx(0.1)
    assert model.state.recognition[at(model, "KIA")] == 0
    model.armed[pool].accepts_terms = lambda *rest: True  # type: ignore[method-assign]
    run(model, 1)
    assert model.state.recognition[pool] > 0.5


def test_pools_coordinate_more_when_they_hope_or_are_recognised() -> None:
    model = small()
    pool = model.armed[at(model, "PDF-SAGAING")]
    before = policy_phases.coordination(model)[pool.index]
    model.state.hope[pool.index] = 1.0
    assert policy_phases.coordination(model)[pool.index] == pytest.approx(before + 0.5 * (1 - before))


# Threats and envoys ------------------------------------------------------------------------------------------------------


def test_a_threat_that_is_not_carried_out_loses_belief_and_one_that_is_gains_it() -> None:
    threat = instrument("tariff_threat")
    empty = run(small(*WATCHFUL, threat), 12)
    carried = run(small(*WATCHFUL, threat, instrument("tariff")), 12)
    assert empty.united_states.credibility < 0.3 < carried.united_states.credibility
    assert 0 < policy_phases.coercion(empty) < policy_phases.coercion(carried)
    assert run(small(*WATCHFUL), 12).united_states.credibility == 0.3


def test_a_believed_threat_costs_the_junta_less_than_a_tariff_and_a_disbelieved_one_nothing() -> None:
    def lost(*sets: str) -> float:
        model = run(small(*WATCHFUL, *sets), 1)
        return float(model.run.books.sanctions[model.junta])

    threat = instrument("tariff_threat")
    assert 0 < lost(threat) < lost(instrument("tariff"))
    assert lost(threat, "united_states.threat_credibility=0", "united_states.threat_memory=0") == 0


def test_an_envoy_holds_attention_makes_offers_easier_to_take_and_helps_a_peace() -> None:
    envoy = run(small("united_states.attention_noise=0", instrument("envoy")), 12)
    alone = run(small("united_states.attention_noise=0"), 12)
    assert envoy.united_states.attention > alone.united_states.attention + 0.1
    offer = Instrument(kind="recognition", target="KIA", level=0.5)
    kia = at(envoy, "KIA")
    assert policy_phases.worth_of_offer(envoy, offer, kia)[0] > policy_phases.worth_of_offer(alone, offer, kia)[0]
    assert (policy_phases.brokering(envoy) > 0).all()
    assert not policy_phases.brokering(alone).any()


def test_recognition_stands_when_attention_is_lost_and_aid_does_not() -> None:
    offers = (instrument("recognition", "KIA"), instrument("aid", "KIA"))
    model = run(small(*WILLING, *offers, "united_states.attention_mean=0", "united_states.attention_noise=0"), 2)
    assert model.level("recognition")[at(model, "KIA")] == 1.0
    assert model.level("aid")[at(model, "KIA")] < run(small(*WATCHFUL, *WILLING, *offers), 2).level("aid").max()
