"""Beijing at the gates: signs of its hazards, whose attacks it minds, suppliers on its leash."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.beijing.agent import Beijing
from agents.beijing.parameters import BeijingParameters
from model.draws import Draws, keys
from model.dynamics import border
from model.dynamics.border import Stance, Watch
from model.dynamics.ground import Ground, GroundParameters, ground_of
from model.state import State, begin
from model.world.read import load_world
from tests.dynamics.chain import GATES, Chain, shaken_chains, shares

FORCES = 3


def stance_of(link: np.ndarray, fear: float, **settings: object) -> Stance:
    beijing = object.__new__(Beijing)
    beijing.parameters = BeijingParameters(**settings)  # type: ignore[arg-type]
    return beijing.stance(link, fear)


def tiny() -> tuple[Ground, State, tuple[str, ...]]:
    world = load_world("tests/tiny")
    state = begin(world, world.initial["2025-08"], 3)
    return ground_of(world, GroundParameters()), state, world.force_ids


@given(
    chain=shaken_chains(),
    link=shares(FORCES),
    more=shares(FORCES),
    offensive=shares(FORCES),
    peace=shares(FORCES),
    fear=st.floats(0.0, 1.0),
    short=st.floats(-0.5, 1.0),
)
@settings(max_examples=100, deadline=None)
def test_us_dealings_never_lower_the_odds_of_closing_nor_raise_those_of_reopening(
    chain: Chain,
    link: np.ndarray,
    more: np.ndarray,
    offensive: np.ndarray,
    peace: np.ndarray,
    fear: float,
    short: float,
) -> None:
    chain.state.offensive, chain.state.market.shortage = offensive, short
    less = border.lane_odds(chain.world, chain.state, peace, stance_of(link, fear))
    higher = np.minimum(link + more, 1.0)
    greater = border.lane_odds(chain.world, chain.state, peace, stance_of(higher, fear))
    assert (greater[0] >= less[0] - 1e-12).all()
    assert (greater[1] <= less[1] + 1e-12).all()
    calmer = border.lane_odds(chain.world, chain.state, np.ones(FORCES), stance_of(link, fear))
    assert (calmer[0] <= less[0] + 1e-12).all()


@given(chain=shaken_chains(), answer=st.sampled_from(["closes_border", "squeezes_reagent"]), month=st.integers(0, 50))
@settings(max_examples=50, deadline=None)
def test_an_answer_keeps_the_lanes_of_those_the_us_deals_with_shut(chain: Chain, answer: str, month: int) -> None:
    state, link = chain.state, np.array([0.0, 0.5, 0.0])
    state.month = month
    border.update_lanes(chain.world, state, Draws(2), keys(GATES), np.ones(3), stance_of(link, 0.0, answer=answer))
    held = (state.holder[chain.world.crossing_place] == 1) & chain.world.chinese_crossings
    lanes = range(3) if answer == "closes_border" else (border.REAGENT_LANE,)
    for lane in lanes:
        assert (state.lanes[held, lane] == 0).all()


def test_attacks_of_the_government_at_the_border_are_no_offence() -> None:
    ground, state, ids = tiny()
    place = int(np.flatnonzero(ground.beijing_cares)[0])
    zeros = np.zeros(len(ids))
    watch = Watch(0.25, 0.7, 2.0, 0.5, ids.index("JUNTA"), zeros, zeros)
    attackers = np.array([ids.index("JUNTA"), ids.index("KIA")])
    border.update_pressure(ground, state, np.array([place, place]), attackers, watch)
    assert state.offensive[ids.index("JUNTA")] == state.pressure[ids.index("JUNTA")] == 0
    assert state.offensive[ids.index("KIA")] > 0
    border.update_pressure(ground, state, np.array([place]), attackers[:1], watch._replace(government=-1))
    assert state.offensive[ids.index("JUNTA")] > 0


def test_dependence_is_the_leash_on_arms_for_allies() -> None:
    ground, state, ids = tiny()
    uwsa, kia = ids.index("UWSA"), ids.index("KIA")
    state.stance[uwsa, kia] = state.stance[kia, uwsa] = 1
    gives, depends = np.zeros(len(ids)), np.ones(len(ids))
    gives[uwsa] = 80.0
    assert border.arms_between_allies(state, gives)[kia] == 80.0
    state.pressure[kia] = 1.0
    assert border.lean_on_suppliers(ground, state, Draws(1), gives, 0 * depends, (1.0, 0.0)) == []
    assert border.lean_on_suppliers(ground, state, Draws(1), gives, depends, (1.0, 0.0)) == [(uwsa, kia, False)]
    assert (border.arms_between_allies(state, gives) == 0).all()
    state.pressure[kia] = 0.0
    assert border.lean_on_suppliers(ground, state, Draws(1), gives, depends, (1.0, 1.0)) == [(uwsa, kia, True)]
    assert border.arms_between_allies(state, gives)[kia] == 80.0


def test_gates_of_one_holder_are_shut_together_and_a_gate_taken_goes_the_way_of_the_others() -> None:
    chain = Chain()
    state, kia, junta = chain.state, 1, 0
    held = np.array([4, 5, 6])  # places of PANGWA, KANPAITI, LAIZA
    state.holder[held] = kia
    eager = stance_of(np.zeros(FORCES), 0.0, close_base=0.0)
    one = keys(("KIA",) * len(GATES))
    border.update_lanes(chain.world, state, Draws(3), one, np.zeros(FORCES), eager)
    assert len({tuple(row) for row in state.lanes[:3]}) == 1
    state.lanes[:3], before = 0.0, state.holder.copy()
    before[5], state.lanes[1] = junta, 1.0
    shut = border.shut_gates_taken(chain.world, state, before)
    assert [change[:2] for change in shut] == [(1, 0), (1, 1), (1, 2)]
    assert (state.lanes[1] == 0).all()
    assert border.shut_gates_taken(chain.world, state, state.holder.copy()) == []
