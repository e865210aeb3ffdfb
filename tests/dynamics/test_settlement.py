"""A federal settlement: who prefers it, what it ends, how it collapses, elections; ceasefires under brokers and threats."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from agents.western import WesternGovernment
from model.dynamics import diplomacy, settlement
from model.dynamics.diplomacy import Delegations
from model.dynamics.settlement import Opposition
from model.experiments.plan import make_plan
from model.model import RareEarthModel
from model.phases import policy as policy_phases
from model.phases import talks as talks_phases
from model.scenario.read import load_scenario
from tests.world_of_policy import WATCHFUL, WILLING, instrument, run, small, told


def sides(model: RareEarthModel, **changes: object) -> Delegations:
    forces = len(model.armed)
    plain = Delegations(model.junta, np.zeros((forces, forces + 1)), np.zeros(forces), np.zeros(forces), 0.0)
    return dataclasses.replace(plain, **changes)  # type: ignore[arg-type]


def others(model: RareEarthModel, standing: float = 0.0) -> Opposition:
    return dataclasses.replace(talks_phases.opposition(model), standing=standing)


def consent(model: RareEarthModel, standing: float = 0.0, **changes: object) -> float:
    tables = (model.p.settlement, model.p.diplomacy)
    return settlement.consent(model.state, model.profile, sides(model, **changes), others(model, standing), tables)


# S16 followers, elections, a settlement that can happen -------------------------------------------------------------------------


def test_followers_brokers_threats_hope_and_losses_raise_the_chance_of_a_settlement() -> None:
    model = small()
    plain = consent(model)
    forces = len(model.armed)
    assert consent(model, standing=1.0) > plain > consent(model, standing=-1.0)
    assert consent(model, coercion=1.0) > plain
    assert consent(model, brokering=np.ones(forces)) > plain
    assert consent(model, prospects=np.ones((forces, forces + 1))) < plain
    model.state.hope[:] = 1.0
    assert consent(model) > plain
    model.state.hope[:] = 0.0
    model.state.towns_lost_year[model.junta] = 10.0
    assert consent(model) > plain


def test_a_shrinking_revenue_brings_the_junta_to_the_table() -> None:
    model = small()
    plain = consent(model)
    model.state.revenue_best[model.junta] = 2 * model.state.revenue[model.junta]
    assert consent(model) > plain


SURE = (
    "processes.settlement.hazard=0.2",
    "processes.diplomacy.reluctance=0",
    "processes.diplomacy.precision=6",
    "actors.JUNTA.federal_preference=3",
    "actors.KIA.federal_preference=3",
    "actors.PDF-SAGAING.federal_preference=3",
)


def test_a_settlement_ends_the_wars_of_its_parties_and_brings_elections() -> None:
    model = small(*SURE, "processes.settlement.election_months=6", months=60)
    run(model)
    assert told(model, "federal_settlement")
    assert len(told(model, "elections")) == 1
    junta = model.junta
    parties = [model.world.force_index[name] for name in ("KIA", "PDF-SAGAING")]
    assert (model.state.stance[junta, parties] == 0).all()
    assert model.recorder.result().outcomes["elections_held"] == 1.0


def test_those_who_want_no_federation_are_no_party() -> None:
    model = small("actors.UWSA.federal_preference=-1")
    uwsa = model.world.force_index["UWSA"]
    model.state.stance[model.junta, uwsa] = model.state.stance[uwsa, model.junta] = -1
    settlement._sign(model.state, model.profile, model.junta, others(model), 0.5)
    assert model.state.stance[model.junta, uwsa] == -1
    assert not model.state.parties[uwsa]


def test_a_settlement_that_somebody_no_longer_wants_collapses() -> None:
    model = small("processes.settlement.collapse=0.3", months=60)
    settlement._sign(model.state, model.profile, model.junta, others(model), 0.5)
    forces = len(model.armed)
    unwilling = sides(model, prospects=np.full((forces, forces + 1), 9.0))
    outcomes = []
    for month in range(17):
        model.state.month = month
        tables = (model.p.settlement, model.p.diplomacy)
        outcomes.append(settlement.step(model.state, model.draws, model.profile, unwilling, others(model), tables))
        if outcomes[-1]:
            break
    assert outcomes[-1] == "collapsed"
    assert model.state.stance[model.junta, model.world.force_index["KIA"]] == -1


def followers(*sets: str, level: float = 1.0) -> int:
    model = small(*WATCHFUL, *WILLING, instrument("recognition", "KIA", level), *sets, months=60)
    run(model)
    return sum(bool(government.recognises) for government in model.western)


def test_governments_follow_beyond_a_threshold_or_in_proportion() -> None:
    eager = ("western.threshold_mean=0.25", "western.hazard=0.15", "western.us_weight=0.45")
    assert followers(*eager) > 10
    assert followers(*eager, level=0.0) == 0
    assert followers("western.threshold_mean=0.7", "western.threshold_sd=0") == 0
    assert followers("western.threshold_mean=0.7", "western.threshold_sd=0", 'structure.recognition="linear"') > 0


def test_each_recognition_is_followed_by_itself() -> None:
    model = small()
    government: WesternGovernment = model.western[0]
    government.recognises.add(3)
    assert government.recognises == {3}
    model.western[1].recognises.update({3, model.junta})
    shares = policy_phases.share_that_recognises(model)
    assert shares[3] == pytest.approx(2 / len(model.western))
    assert talks_phases.opposition(model).standing == pytest.approx(1 / len(model.western))


# A peace is brokered --------------------------------------------------------------------------------------------------------------


def signed(model: RareEarthModel, **changes: object) -> int:
    """Ceasefires that would be signed over 400 months of the same state."""
    count = 0
    stance = model.state.stance.copy()
    for month in range(400):
        model.state.month = month
        table = model.p.diplomacy
        report = diplomacy.step(model.ground, model.state, model.draws, model.profile, sides(model, **changes), table)
        count += len(report.signed)
        model.state.stance[:] = stance
    return count


def test_brokers_and_believed_threats_bring_ceasefires_and_hope_delays_them() -> None:
    model = small()
    forces = len(model.armed)
    plain = signed(model)
    brokered = np.full(forces, 2.0)
    helped = signed(model, brokering=brokered)
    assert helped > plain
    assert signed(model, brokering=brokered, coercion=2.0) > helped
    assert signed(model, brokering=brokered, waiting=np.full(forces, 2.0)) < helped


# Militias are left alone until they are worth a war -----------------------------------------------------------------------------


def turned(model: RareEarthModel, prospect: float, **changes: float) -> int:
    """Months of 400 of the same state in which the KIA turns on the NDA-K, the junta's ally."""
    ids = model.world.force_index
    kia, militia = ids["KIA"], ids["NDA-K"]
    model.state.stance[[kia, militia], [militia, kia]] = 0
    stance = model.state.stance.copy()
    prospects = np.zeros((len(model.armed), len(model.armed) + 1))
    prospects[kia, militia] = prospect
    table = model.p.diplomacy.model_copy(update={"break_hazard": 0.2, "restraint": 1.0} | changes)
    count = 0
    for month in range(400):
        model.state.month = month
        talks = sides(model, prospects=prospects)
        group, other = diplomacy.turn_on_militias(model.ground, model.state, model.draws, talks, table)
        pairs = list(zip(group.tolist(), other.tolist(), strict=True))
        count += (kia, militia) in pairs
        assert all(model.state.stance[a, b] == model.state.stance[b, a] == -1 for a, b in pairs)
        model.state.stance[:] = stance
    return count


def test_a_militia_is_attacked_the_sooner_the_more_it_promises() -> None:
    model = RareEarthModel(spec=make_plan("x", {"x": load_scenario("hindcast_2024").resolved()}, replicates=1).specs[0])
    assert turned(model, 6.0) > turned(model, 1.5) > turned(model, 0.1) > 0
    assert turned(model, 0.0, restraint=0.0) == 0, "nothing to gain within its reach"
    assert turned(model, 6.0, restraint=5.0) < turned(model, 6.0)
    assert turned(model, 6.0, break_hazard=0.0) == 0


def test_only_those_at_war_with_the_junta_turn_on_its_militias() -> None:
    model = RareEarthModel(spec=make_plan("x", {"x": load_scenario("hindcast_2024").resolved()}, replicates=1).specs[0])
    kia = model.world.force_index["KIA"]
    diplomacy.stop_fighting(model.state, model.junta, np.array([kia]))
    assert turned(model, 6.0) == 0


@pytest.mark.parametrize("sure", ["junta", "groups"])
def test_a_broker_helps_either_side_that_wavers(sure: str) -> None:
    model = small()
    forces = len(model.armed)
    others_than_junta = np.arange(forces) != model.junta
    model.state.losses_year[others_than_junta if sure == "groups" else ~others_than_junta] = 1.0
    assert signed(model, brokering=np.full(forces, 1.0)) > signed(model)


def test_militias_on_the_juntas_side_keep_its_peace_and_join_its_war() -> None:
    model = small()
    state = model.state
    junta, kia, militia, pool = (model.world.force_index[name] for name in ("JUNTA", "KIA", "NDA-K", "PDF-SAGAING"))
    state.stance[junta, militia] = state.stance[militia, junta] = 1
    state.stance[militia, kia] = state.stance[kia, militia] = -1
    diplomacy.stop_fighting(state, junta, np.array([kia]))
    assert state.stance[junta, kia] == state.stance[militia, kia] == state.stance[kia, militia] == 0
    assert state.stance[junta, pool] == -1
    assert state.stance[junta, junta] == 1
    diplomacy.begin_fighting(state, junta, np.array([kia]))
    assert state.stance[junta, kia] == state.stance[militia, kia] == -1


def test_brokering_reaches_the_table() -> None:
    model = run(small(*WATCHFUL, instrument("brokering", "KIA")), 1)
    kia = model.world.force_index["KIA"]
    assert policy_phases.brokering(model)[kia] == model.united_states.parameters.brokering_gain
