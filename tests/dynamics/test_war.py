"""Contest, sieges, posting, countryside: the laws of single processes."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from model.draws import Draws, keys
from model.dynamics.contest import success
from model.dynamics.control import ControlParameters, fighters_to_hold, target, update
from model.dynamics.ground import GroundParameters, ground_of
from model.dynamics.posting import share_out
from model.state import begin
from model.world.read import load_world

strength = st.floats(0.0, 1e6, allow_subnormal=False)


@given(
    attack=strength,
    more=strength,
    defence=strength,
    m=st.floats(0.8, 2.0),
    form=st.sampled_from(["ratio", "difference"]),
)
def test_more_strength_never_lowers_the_chance(attack: float, more: float, defence: float, m: float, form: str) -> None:
    arrays = np.array([attack, attack + more]), np.array([defence, defence])
    low, high = success(*arrays, m, form)
    assert 0 <= low <= high + 1e-12 <= 1 + 1e-9


def test_forms_agree_at_equal_forces_and_at_the_ends() -> None:
    attack, defence = np.array([5.0, 0.0, 5.0]), np.array([5.0, 5.0, 0.0])
    for form in ("ratio", "difference"):
        np.testing.assert_allclose(success(attack, defence, 1.2, form), [0.5, 0.0, 1.0])


@given(
    weights=st.lists(st.floats(0.0, 1e6, allow_subnormal=False), min_size=1, max_size=30),
    amount=st.integers(0, 10**6),
)
def test_shares_of_whole_numbers_lose_nobody(weights: list[float], amount: int) -> None:
    shared = share_out(np.array([weights]), np.array([amount]))
    assert shared.sum() == amount
    assert (shared >= 0).all()


def test_an_unequal_pair_keeps_a_stable_mixed_share() -> None:
    # Correction K2: the stronger side must not swallow the countryside, and nobody stays.
    world = load_world("tests/tiny")
    ground = ground_of(world, GroundParameters())
    state = begin(world, world.initial["2025-08"], 3)
    parameters = ControlParameters()
    needed = fighters_to_hold(world, parameters)
    state.troops[:] = 0
    state.holder[:] = -1
    state.troops[0, 5], state.troops[1, 5] = 1_000, 500
    for _ in range(240):
        update(ground, state, needed, parameters)
    at_rest = state.control[:, 5].copy()
    np.testing.assert_allclose(at_rest, target(ground, state, needed, parameters)[:, 5], atol=1e-6)
    assert at_rest[0] > at_rest[1] > 0.05
    assert at_rest[-1] > 0.05
    np.testing.assert_allclose(state.control.sum(axis=0), 1.0)


def test_draws_do_not_depend_on_who_else_draws() -> None:
    draws = Draws(3)
    few, many = keys(("a", "b")), keys(("x", "a", "b", "c"))
    np.testing.assert_array_equal(draws.uniform("p", 2, few), draws.uniform("p", 2, many)[1:3])
    assert draws.scalar("p", 2, int(few[0])) == draws.uniform("p", 2, few)[0]


def test_counts_have_their_means_and_bounds() -> None:
    draws, many = Draws(1), keys([str(number) for number in range(20_000)])
    for trials, chance in ((10, 0.3), (1_200, 0.03), (1, 0.5)):
        count = draws.binomial("b", 0, trials, chance, many)
        assert count.min() >= 0 and count.max() <= trials
        assert abs(count.mean() / (trials * chance) - 1) < 0.03
    assert abs(draws.poisson("q", 0, 3.3, many).mean() - 3.3) < 0.05
    assert (draws.binomial("b", 0, 5, 0.0, many) == 0).all()
    assert (draws.binomial("b", 0, 5, 1.0, many) == 5).all()
