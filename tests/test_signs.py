"""Signs that must hold for the functions of a month with their state held fixed, over random states.

Over whole runs only identities and laws of zero flow are tested elsewhere: there the sign of an outcome is left to emerge.
"""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from model.dynamics import quad
from model.dynamics.contest import chance_of_success, worth_of_fighter
from model.run import Run
from model.state import ORE
from tests.world_of_policy import small

MODEL = small()
RULES = {form: small(f"structure.contest={form}").run.rules for form in ("ratio", "difference")}
KIA = MODEL.world.force_index["KIA"]
FIGHTERS = int(MODEL.state.troops[KIA].sum())
FORCES = len(MODEL.run.actors)
SHARE = st.floats(0, 1)


@st.composite
def shaken(draw: st.DrawFn) -> Run:
    """The run of the small world with random politics, money and strength."""
    state = MODEL.state
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    state.month = int(rng.integers(0, 240))
    for name in ("pressure", "offensive", "hope", "paid", "losses_year", "recognition", "training"):
        setattr(state, name, rng.uniform(size=FORCES))
    state.revenue = rng.uniform(2e5, 1e7, FORCES)
    state.towns_lost_year = rng.uniform(-10, 10, FORCES)
    state.arms = rng.uniform(0, 2, FORCES) * np.maximum(state.troops.sum(axis=1), 1)
    state.legitimacy, state.services = (rng.uniform(size=state.services.shape) for _ in range(2))
    state.lanes = rng.integers(0, 2, state.lanes.shape).astype(float)
    state.market["shortage"] = float(rng.uniform(-0.5, 1))
    return MODEL.run


def sorted_pair(one: float, other: float) -> tuple[float, float]:
    return (one, other) if one <= other else (other, one)


@given(
    run=shaken(),
    one=st.floats(0, 3),
    other=st.floats(0, 3),
    defence=st.floats(0.001, 1e5),
    form=st.sampled_from(["ratio", "difference"]),
)
def test_more_arms_never_lower_the_chance_in_a_battle(
    run: Run, one: float, other: float, defence: float, form: str
) -> None:
    chances = []
    for arms in sorted_pair(one, other):
        run.state.arms[KIA] = arms * FIGHTERS
        attack = worth_of_fighter(run.data, KIA, FIGHTERS) * FIGHTERS
        chances.append(chance_of_success(attack, defence, RULES[form]))
    assert 0 <= chances[0] <= chances[1] <= 1


@given(run=shaken(), one=SHARE, other=SHARE)
def test_more_support_never_weakens_a_fighter(run: Run, one: float, other: float) -> None:
    worths = []
    for level in sorted_pair(one, other):
        run.state.training[KIA] = run.state.recognition[KIA] = level
        worths.append(worth_of_fighter(run.data, KIA, FIGHTERS))
    assert 0 < worths[0] <= worths[1] or run.state.arms[KIA] == 0


@given(one=SHARE, other=SHARE, months=st.integers(1, 60))
def test_more_effort_on_the_road_never_gives_less_road(one: float, other: float, months: int) -> None:
    run, roads = MODEL.run, []
    for effort in sorted_pair(one, other):
        run.state.market["route_capacity"] = 0.0
        for _ in range(months):
            quad.build_route(run.data, effort)
            quad.commit(run.data, effort)
        roads.append(float(run.state.market["route_capacity"]))
    assert roads[0] <= roads[1] + 1e-9
    assert run.state.lanes[:, ORE].max() <= 1
