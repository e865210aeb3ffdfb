"""What Washington and those who follow it do in a month, and what the event log says of it."""

from __future__ import annotations

import numpy as np
import pytest

from model.dynamics.front import fighters_of
from model.model import RareEarthModel
from model.phases.policy import deliver_policy, recognise
from tests.world_of_policy import WATCHFUL, WILLING, instrument, run, small, told


def at(model: RareEarthModel, name: str) -> int:
    return model.world.force_index[name]


def agree(model: RareEarthModel, name: str) -> int:
    """Let an armed actor take every offer; its index."""
    actor = model.run.agents.armed_at(at(model, name))
    assert actor is not None
    actor.accepts_terms = lambda *rest: True  # type: ignore[method-assign]
    return actor.index


def test_dealing_with_the_junta_recognises_it_and_brings_it_money() -> None:
    with_us = small(*WATCHFUL, instrument("recognition", "JUNTA"), instrument("sanctions_relief", "JUNTA"))
    without = small(*WATCHFUL)
    for model in (with_us, without):
        junta = agree(model, "JUNTA")
        run(model, 1)
    assert with_us.state.recognition[junta] > without.state.recognition[junta]
    share = 1 - with_us.run.actors[junta]["civil_share"]
    relief = with_us.run.scenario.united_states.relief_usd * share
    assert with_us.state.tally.income[junta] - without.state.tally.income[junta] == pytest.approx(relief, rel=0.05)


def test_the_kia_takes_an_offer_or_refuses_it_and_says_why() -> None:
    offers = (instrument("recognition", "KIA"), instrument("training", "KIA"))
    willing = run(small(*WATCHFUL, *WILLING, *offers), 1)
    assert willing.run.policy["recognition"][at(willing, "KIA")] == 1.0
    afraid = run(small(*WATCHFUL, *offers, "actors.KIA.weight_pressure=10", "actors.KIA.choice_precision=10"), 1)
    assert not afraid.run.policy["recognition"].any()
    assert told(afraid, "offer_refused") == ["The KIA refuses US recognition and training for fear of Beijing"]
    free = ("actors.KIA.autonomy_cost=3", "actors.KIA.weight_pressure=0", "actors.KIA.choice_precision=10")
    proud = run(small(*WATCHFUL, *offers, *free), 1)
    assert told(proud, "offer_refused") == ["The KIA refuses US recognition and training to keep its autonomy"]


def test_a_refusal_is_told_once_and_waiting_is_no_refusal() -> None:
    offer = instrument("recognition", "KIA")
    model = run(small(*WATCHFUL, offer, "actors.KIA.autonomy_cost=3", "actors.KIA.backing_worth=0"), 6)
    assert len(told(model, "offer_refused")) == 1
    slow = small(*WATCHFUL, *WILLING, offer)
    kia = slow.run.agents.armed_at(at(slow, "KIA"))
    assert kia is not None
    kia.parameters.answer_months = 24.0
    run(slow, 1)
    assert not slow.run.policy["recognition"].any()
    assert told(slow, "offer_refused") == []


def test_what_the_kia_gives_up_and_what_ends_is_told() -> None:
    offers = (instrument("recognition", "KIA"), instrument("aid", "KIA", rest=",end=3"))
    model = small(*WATCHFUL, *WILLING, *offers, "actors.KIA.review_months=1")
    run(model, 2)
    assert told(model, "instrument_begins") == [
        "US aid (19.2 million USD per month) and recognition (level 1) for the KIA begin"
    ]
    kia = model.run.agents.armed_at(at(model, "KIA"))
    assert kia is not None
    proud = {"autonomy_cost": 3.0, "backing_worth": 0.0, "horizon_months": 1.0}
    usual = {name: getattr(kia.parameters, name) for name in proud}
    for name, value in proud.items():
        setattr(kia.parameters, name, value)
    run(model, 1)
    assert told(model, "offer_refused") == ["The KIA gives up US aid and recognition to keep its autonomy"]
    for name, value in usual.items():
        setattr(kia.parameters, name, value)
    run(model, 1)
    assert told(model, "instrument_begins")[1:] == ["US recognition (level 1) for the KIA begins"]


def test_training_takes_effect_and_fades() -> None:
    model = small(
        *WATCHFUL, instrument("training", "KIA", 0.5, ",end=1"), "united_states.training_people=40", "united_states.training_loss=0.1"
    )  # fmt: skip
    kia = agree(model, "KIA")
    deliver_policy(model.run)
    trained = 20 / fighters_of(model.run.data, kia)
    assert model.state.training[kia] == pytest.approx(trained)
    assert np.delete(model.state.training, kia).max() == 0
    model.state.month = 1
    deliver_policy(model.run)
    assert model.state.training[kia] == pytest.approx(0.9 * trained)


def test_recognition_starts_low_and_grows() -> None:
    model = small(*WATCHFUL, instrument("recognition", "NUG"))
    pool = agree(model, "PDF-SAGAING")
    assert model.state.recognition[pool] == 0
    deliver_policy(model.run)
    recognise(model.run)
    assert model.state.recognition[pool] == pytest.approx(model.run.scenario.western.us_share)
    assert model.state.recognition[at(model, "KIA")] == 0


def test_recognition_falls_back_when_the_policy_ends_but_followers_stay() -> None:
    model = small(*WATCHFUL, instrument("recognition", "KIA", rest=",end=1"), "western.governments=4")
    kia = agree(model, "KIA")
    for model.state.month in (0, 1):
        deliver_policy(model.run)
        recognise(model.run)
    assert not model.state.recognition.any()
    model.run.agents.western[0].recognises.add(kia)
    recognise(model.run)
    assert model.state.recognition[kia] == pytest.approx(0.5 * 0.25)


def test_hope_spreads_in_a_run_that_backs_the_kia() -> None:
    offers = (instrument("recognition", "KIA"), instrument("aid", "KIA"))
    backed = run(small(*WATCHFUL, *WILLING, *offers), 12)
    pool = at(backed, "PDF-SAGAING")
    assert backed.state.hope[pool] > run(small(*WATCHFUL, *WILLING), 12).state.hope[pool] == 0


def test_without_instruments_nothing_is_delivered() -> None:
    model = run(small(), 3)
    assert not any(model.run.policy[name].any() for name in model.run.policy.dtype.names)
