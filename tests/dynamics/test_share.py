"""Whole numbers shared out by largest remainders."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.dynamics.share import share_among


def shared(weights: list[float], amount: int) -> list[int]:
    size = len(weights)
    out = np.zeros(size, np.int64)
    places = np.arange(size, dtype=np.uint32)
    share_among(np.array(weights, float), places, size, amount, float(sum(weights)), out, np.empty(size))
    return out.tolist()


@pytest.mark.parametrize(
    ("weights", "amount", "expected"),
    [
        ([1.0, 1.0, 1.0], 2, [1, 1, 0]),  # equal remainders: the first places
        ([5.0, 3.0, 2.0], 7, [4, 2, 1]),  # 3.5, 2.1, 1.4
        ([2.0, 0.0, 1.0], 9, [6, 0, 3]),  # exact
        ([0.0, 1.0], 4, [0, 4]),
        ([1.0, 2.0], 0, [0, 0]),
    ],
)
def test_the_largest_remainders_get_what_is_missing(weights: list[float], amount: int, expected: list[int]) -> None:
    assert shared(weights, amount) == expected


def test_what_stands_there_is_added_to() -> None:
    out = np.array([10, 20, 30])
    share_among(np.array([1.0, 3.0]), np.array([2, 0], np.uint32), 2, 4, 4.0, out, np.empty(2))
    assert out.tolist() == [13, 20, 31]


@given(
    weights=st.lists(st.floats(0.0, 1e6, allow_subnormal=False), min_size=1, max_size=30).filter(any),
    amount=st.integers(0, 10**6),
)
def test_nobody_is_lost_and_everybody_gets_its_share_to_within_one(weights: list[float], amount: int) -> None:
    given_out = shared(weights, amount)
    exact = np.array(weights) * amount / sum(weights)
    assert sum(given_out) == amount
    assert (np.abs(given_out - exact) < 1 + 1e-6).all()


@given(weights=st.lists(st.integers(0, 4), min_size=1, max_size=40).filter(any), amount=st.integers(0, 200))
def test_it_is_the_method_of_largest_remainders(weights: list[int], amount: int) -> None:
    exact = np.array(weights, float) * (amount / float(sum(weights)))
    whole = np.floor(exact).astype(int)
    order = np.argsort(-(exact - whole), kind="stable")
    whole[order[: amount - whole.sum()]] += 1
    assert shared([float(weight) for weight in weights], amount) == whole.tolist()
