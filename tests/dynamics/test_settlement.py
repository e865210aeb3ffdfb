"""A federal settlement: what it is worth to each side, what it ends, and how it collapses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.dynamics import settlement
from model.model import RareEarthModel
from tests.world_of_policy import small

MODEL = small()
KIA, JUNTA = MODEL.world.force_index["KIA"], MODEL.run.land.junta


def test_the_gain_of_an_organisation_by_hand() -> None:
    model = small(
        "actors.KIA.federal_preference=0.8",
        "united_states.brokering_gain=1",
    )
    model.run.policy["brokering"][KIA] = 0.3
    model.run.plans.prospects[:] = 0.0
    model.run.plans.prospects[KIA, JUNTA], model.run.plans.danger[KIA, JUNTA] = 0.6, 0.4
    assert settlement.gain(model.run.data, KIA) == pytest.approx(0.8 + 0.3 - (0.6 - 0.4))


def test_the_gain_of_the_junta_by_hand() -> None:
    model = small(
        "actors.JUNTA.federal_preference=-1",
        "actors.JUNTA.horizon_months=12",
        "united_states.brokering_gain=1",
        "united_states.tariff_usd=1e7",
    )
    state, policy = model.state, model.run.policy
    state.revenue[JUNTA] = 3e7
    policy["brokering"][KIA], policy["believed_threat"][-1] = 0.7, 0.5
    coercion = 12 * 0.5 * 1e7 / 3e7
    gain = -1 + coercion + 0.7 - 0.9
    assert settlement.gain_of_junta(model.run.data, 0.9) == pytest.approx(gain)


def shaken(seed: int) -> None:
    """Random politics and money, in the model of this file."""
    rng, state = np.random.default_rng(seed), MODEL.state
    forces = len(MODEL.run.actors)
    state.revenue[:] = rng.uniform(2e5, 1e7, forces)
    MODEL.run.plans.prospects[:] = rng.uniform(0, 3, (forces, forces + 1))
    MODEL.run.policy.fill(0)


@given(
    seed=st.integers(0, 10_000),
    one=st.floats(0, 1),
    other=st.floats(0, 1),
    of=st.sampled_from(["believed_threat", "brokering", "envoy"]),
)
def test_threats_and_brokers_never_make_a_settlement_worth_less(seed: int, one: float, other: float, of: str) -> None:
    shaken(seed)
    gains = []
    for level in sorted((one, other)):
        MODEL.run.policy[of][KIA if of == "brokering" else -1] = level
        ours = settlement.gain_of_junta(MODEL.run.data, 1.0)
        gains.append((ours, settlement.gain(MODEL.run.data, KIA)))
    assert gains[0][0] <= gains[1][0]
    assert gains[0][1] <= gains[1][1]


@given(seed=st.integers(0, 10_000), one=st.floats(0, 5), other=st.floats(0, 5))
def test_better_prospects_in_war_never_make_a_settlement_worth_more(seed: int, one: float, other: float) -> None:
    shaken(seed)
    gains = []
    for prospect in sorted((one, other)):
        MODEL.run.plans.prospects[KIA, JUNTA] = prospect
        ours = settlement.gain_of_junta(MODEL.run.data, prospect)
        gains.append((ours, settlement.gain(MODEL.run.data, KIA)))
    assert gains[0][0] >= gains[1][0]
    assert gains[0][1] >= gains[1][1]


def signed(model: RareEarthModel, *names: str) -> list[int]:
    parties = [model.world.force_index[name] for name in names]
    model.state.parties[parties] = True
    settlement.sign(model.run.data)
    return parties


def test_a_signature_ends_the_wars_of_the_parties_alone() -> None:
    model = small()
    uwsa, stance = model.world.force_index["UWSA"], model.state.stance
    stance[JUNTA, uwsa] = stance[uwsa, JUNTA] = -1
    parties = signed(model, "KIA", "PDF-SAGAING")
    assert (stance[JUNTA, parties] == 0).all()
    assert (stance[parties, JUNTA] == 0).all()
    assert stance[JUNTA, uwsa] == -1
    assert model.state.accord["in_force"]
    assert model.state.accord["months"] == 0


def test_a_collapse_puts_the_parties_at_war_again() -> None:
    model = small()
    parties = signed(model, "KIA", "PDF-SAGAING")
    settlement.collapse(model.run.data)
    assert (model.state.stance[JUNTA, parties] == -1).all()
    assert not model.state.accord["in_force"]
    assert not model.state.parties.any()
