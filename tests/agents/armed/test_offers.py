"""What a patron's offer is worth to an armed actor, what it fears from Beijing, when it answers."""

from __future__ import annotations

import numpy as np
import pytest

from agents.armed.actor import ArmedActor, EthnicArmedOrganization
from agents.armed.offers import chance_to_accept, fear_of_beijing, worth_of_offer
from agents.instruments import Instrument
from model.model import RareEarthModel
from tests.world_of_policy import WATCHFUL, instrument, replace, run, small


def kia_of(model: RareEarthModel) -> ArmedActor:
    actor = model.run.agents.armed_at(model.world.force_index["KIA"])
    assert actor is not None
    return actor


def worth(model: RareEarthModel, offer: Instrument, envoy: float = 0.0) -> float:
    usd = 3e6 * offer.level if offer.kind == "aid" else 0.0
    return float(worth_of_offer(model.run.data, kia_of(model).index, usd, offer.dealings, envoy))


def test_money_backing_and_an_envoy_add_up() -> None:
    model = small("actors.KIA.backing_worth=2", "actors.KIA.horizon_months=10", "united_states.aid_usd=3e6")
    model.state.revenue[kia_of(model).index] = 1.5e6
    assert worth(model, Instrument(kind="aid", target="KIA", level=0.5)) == pytest.approx(10 * 1.5 / 3)
    recognition = Instrument(kind="recognition", target="KIA", level=0.5)
    assert worth(model, recognition) == pytest.approx(2 * 0.5)
    persuasion = model.run.scenario.united_states.envoy_persuasion
    assert worth(model, recognition, envoy=0.8) == pytest.approx(1.0 + 0.8 * persuasion)


def test_fear_grows_with_dependence_pressure_and_the_reaction_expected() -> None:
    model = small("actors.KIA.weight_pressure=3", "beijing.pressure_us_link=0.2")
    kia = kia_of(model)
    model.state.dependence[kia.index], model.state.pressure[kia.index] = 0.5, 0.4
    assert fear_of_beijing(model.run.data, kia.index) == pytest.approx(3 * 0.5 * (0.2 + 0.4))
    model.state.pressure[kia.index] = 0.8
    assert fear_of_beijing(model.run.data, kia.index) == pytest.approx(3 * 0.5 * (0.2 + 0.8))


def test_the_chance_weighs_worth_against_autonomy_and_fear() -> None:
    model = small(
        "actors.KIA.autonomy_cost=1",
        "actors.KIA.choice_precision=2",
        "actors.KIA.weight_pressure=4",
        "beijing.pressure_us_link=0.1",
    )
    kia, data = kia_of(model).index, model.run.data
    model.state.dependence[kia], model.state.pressure[kia] = 1.0, 0.15
    assert chance_to_accept(data, kia, 1.0, 0.5) == pytest.approx(0.5)
    assert chance_to_accept(data, kia, 2.0, 0.5) == pytest.approx(1 / (1 + np.exp(-2)))
    assert chance_to_accept(data, kia, -1e9, 1.0) == pytest.approx(0.0, abs=1e-20)


def answers(model: RareEarthModel, offer: Instrument, worth: list[float]) -> list[bool]:
    """What the KIA answers month by month, while what backing is worth to it changes."""
    kia, given = kia_of(model), []
    kia.parameters.answer_months, kia.parameters.choice_precision = 1.0, 10.0
    for month, value in enumerate(worth):
        model.state.month, kia.parameters.backing_worth = month, value
        given.append(kia.accepts_terms(offer))
    return given


def test_an_answer_stands_until_the_review_and_changes_with_the_world() -> None:
    model, offer = small("actors.KIA.review_months=12"), Instrument(kind="recognition", target="KIA")
    assert answers(model, offer, [6.0] + 29 * [0.0]) == 12 * [True] + 18 * [False]


def test_in_a_world_that_stays_as_it_is_no_answer_changes() -> None:
    model, offer = small("actors.KIA.review_months=6"), Instrument(kind="recognition", target="KIA", level=0.5)
    assert len(set(answers(model, offer, 240 * [0.6]))) == 1


def test_the_first_answer_takes_time() -> None:
    model = small()
    kia, offer, given = kia_of(model), Instrument(kind="recognition", target="KIA"), []
    kia.parameters.answer_months, kia.parameters.backing_worth = 24.0, 6.0
    kia.parameters.weight_pressure = kia.parameters.autonomy_cost = 0.0
    kia.parameters.choice_precision = 10.0
    for month in range(120):
        model.state.month = month
        given.append(kia.accepts_terms(offer))
    first = given.index(True)
    assert 0 < first < 120
    assert all(given[first:])
    assert kia.reviewed >= first


class Autarkic(EthnicArmedOrganization):
    """Takes nothing from abroad."""

    def accepts_terms(self, offer: Instrument, envoy: float = 0.0) -> bool:
        """Never."""
        return False


def test_a_subclass_takes_no_offers() -> None:
    offers = (*WATCHFUL, instrument("aid", "KIA"), instrument("aid", "UWSA"))
    eager = ("actors.UWSA.autonomy_cost=0", "actors.UWSA.weight_pressure=0", "actors.UWSA.choice_precision=10")
    model = small(*offers, *eager, "actors.KIA.autonomy_cost=0", "actors.KIA.weight_pressure=0")
    kia = kia_of(model)
    replace(model, "KIA", Autarkic)
    run(model, 1)
    assert model.run.policy["aid"][kia.index] == 0
    assert model.run.policy["aid"][model.world.force_index["UWSA"]] > 0
