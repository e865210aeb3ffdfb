"""Signs that must hold for the functions of a month with their state held fixed, over random states.

Over whole runs only identities and laws of zero flow are tested elsewhere: there the sign of an outcome is left to emerge.
"""

from __future__ import annotations

import copy

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from model.dynamics import border, budgets, contest, governance, quad
from model.dynamics.border import ORE_LANE
from model.state import State
from tests.world_of_policy import small

MODEL = small()
KIA, JUNTA = MODEL.world.force_index["KIA"], MODEL.junta
FORCES = len(MODEL.armed)
SHARE = st.floats(0, 1)

Floats = NDArray[np.float64]


@st.composite
def shaken(draw: st.DrawFn) -> State:
    """A state of the small world with random politics, money and strength."""
    state = copy.deepcopy(MODEL.state)
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    state.month = int(rng.integers(0, 240))
    for name in ("pressure", "offensive", "hope", "paid", "losses_year", "recognition"):
        setattr(state, name, rng.uniform(size=FORCES))
    state.revenue = rng.uniform(2e5, 1e7, FORCES)
    state.revenue_best = state.revenue * rng.uniform(1, 2, FORCES)
    state.towns_lost_year = rng.uniform(-10, 10, FORCES)
    state.arms = rng.uniform(0, 2, FORCES) * np.maximum(state.troops.sum(axis=1), 1)
    state.training = rng.uniform(size=FORCES)
    state.legitimacy, state.services = (rng.uniform(size=state.services.shape) for _ in range(2))
    state.lanes = rng.integers(0, 2, state.lanes.shape).astype(float)
    state.market.shortage = float(rng.uniform(-0.5, 1))
    return state


def sorted_pair(one: float, other: float) -> tuple[float, float]:
    return (one, other) if one <= other else (other, one)


@given(state=shaken(), one=SHARE, other=SHARE)
def test_recognition_of_the_kia_never_lowers_the_hazard_that_beijing_closes(
    state: State, one: float, other: float
) -> None:
    # With the same draw, a higher hazard shuts whatever a lower one shuts, and reopens no more.
    shut = []
    for recognised in sorted_pair(one, other):
        trial, link = copy.deepcopy(state), np.zeros(FORCES)
        link[KIA] = recognised
        stance = MODEL.beijing.stance(link, fear=0.3)
        border.update_lanes(MODEL.world, trial, MODEL.draws, MODEL.crossing_keys, np.zeros(FORCES), stance)
        shut.append(trial.lanes < 0.5)
    assert (shut[1] >= shut[0]).all()


@given(
    state=shaken(),
    one=st.floats(0, 3),
    other=st.floats(0, 3),
    defence=st.floats(0.001, 1e5),
    form=st.sampled_from(["ratio", "difference"]),
)
def test_more_arms_never_lower_the_chance_in_a_battle(
    state: State, one: float, other: float, defence: float, form: str
) -> None:
    chances = []
    for arms in sorted_pair(one, other):
        trial = copy.deepcopy(state)
        trial.arms[KIA] = arms * trial.troops[KIA].sum()
        worth = contest.fighter_worth(trial, MODEL.profile["effectiveness"], MODEL.p.contest)
        attack = worth[KIA : KIA + 1] * trial.troops[KIA].sum()
        chances.append(float(contest.success(attack, np.array([defence]), MODEL.p.contest.decisiveness, form)[0]))
    assert 0 <= chances[0] <= chances[1] <= 1


@given(state=shaken(), one=SHARE, other=SHARE)
def test_more_support_never_weakens_a_fighter(state: State, one: float, other: float) -> None:
    worths = []
    for level in sorted_pair(one, other):
        trial = copy.deepcopy(state)
        trial.training[KIA] = trial.recognition[KIA] = level
        worths.append(contest.fighter_worth(trial, MODEL.profile["effectiveness"], MODEL.p.contest)[KIA])
    assert worths[0] <= worths[1]


@given(state=shaken(), one=SHARE, other=SHARE)
def test_hope_never_lowers_services_and_cost_never_raises_them(state: State, one: float, other: float) -> None:
    p, (less, more) = MODEL.p, sorted_pair(one, other)
    wanted = []
    for hope in (less, more):
        state.hope[:] = hope
        wanted.append(governance.wanted_level(MODEL.world, state, MODEL.profile, (p.governance, p.budgets, p.people)))
    assert (wanted[0] <= wanted[1] + 1e-12).all()
    dear = p.budgets.model_copy(update={"service_cost_usd": p.budgets.service_cost_usd * (1 + more)})
    assert (
        governance.wanted_level(MODEL.world, state, MODEL.profile, (p.governance, dear, p.people)) <= wanted[1] + 1e-12
    ).all()


@given(state=shaken(), one=st.floats(0, 1e8), other=st.floats(0, 1e8))
def test_sanctions_never_raise_income_and_aid_never_lowers_it(state: State, one: float, other: float) -> None:
    less, more = sorted_pair(one, other)

    def income(sanctions: float = 0.0, aid: float = 0.0) -> Floats:
        trial = copy.deepcopy(state)
        means = {name: np.zeros(FORCES) for name in ("arms", "frozen", "services")}
        means |= {"sanctions": np.full(FORCES, sanctions), "aid": np.full(FORCES, aid)}
        budgets.step(MODEL.world, MODEL.ground, trial, MODEL.profile, means, MODEL.p.budgets)
        return trial.tally.income - state.tally.income

    assert (income(sanctions=more) <= income(sanctions=less) + 1e-6).all()
    assert (income(aid=more) >= income(aid=less) - 1e-6).all()


@given(one=SHARE, other=SHARE, months=st.integers(1, 60))
def test_more_effort_on_the_road_never_gives_less_road(one: float, other: float, months: int) -> None:
    roads = []
    for effort in sorted_pair(one, other):
        state = copy.deepcopy(MODEL.state)
        orders = quad.QuadOrders(effort, effort, 100.0, 24.0, 150.0, 36.0, 40.0, 0.2)
        for _ in range(months):
            quad.step(MODEL.world, state, orders, MODEL.p.quad, MODEL.p.market)
        roads.append(state.market.route_capacity)
    assert roads[0] <= roads[1] + 1e-9
    assert state.lanes[:, ORE_LANE].max() <= 1
