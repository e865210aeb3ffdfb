"""Shares of whole numbers, and keyed draws."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from model.draws import Draws, keys
from model.dynamics.posting import share_out


@given(
    weights=st.lists(st.floats(0.0, 1e6, allow_subnormal=False), min_size=1, max_size=30),
    amount=st.integers(0, 10**6),
)
def test_shares_of_whole_numbers_lose_nobody(weights: list[float], amount: int) -> None:
    shared = share_out(np.array([weights]), np.array([amount]))
    assert shared.sum() == amount
    assert (shared >= 0).all()


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
