"""Groups of arrays have the kinds and shapes that they declare, and keep their arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from model.arrays import ArrayGroup, Bools, Floats, Ints, group, per, record, record_maker


@dataclass
class Inner(ArrayGroup):
    """A group within another."""

    flags: Bools = per("F P")


@dataclass
class Outer(ArrayGroup):
    """A group with a field of each sort."""

    shares: Floats = per("F + 1, P", start=0.5)
    counts: Ints = per("2 X")
    clock: Any = record(record_maker(("month", int), ("rains", float)), rains=0.25)
    inner: Inner = group(Inner)


SIZES = {"F": 2, "P": 3, "X": 0}


def test_arrays_have_the_kinds_shapes_and_numbers_that_are_declared() -> None:
    made = Outer.begin(SIZES)
    assert made.shares.tolist() == [[0.5] * 3] * 3
    assert made.counts.shape == (0,) and made.counts.dtype == np.int64
    assert made.inner.flags.tolist() == [False] * 6
    assert made.clock.item() == (0, 0.25)
    with pytest.raises(KeyError):
        Outer.begin({"F": 2, "P": 3})


def test_no_two_groups_share_an_array() -> None:
    first = Outer.begin(SIZES)
    others = (Outer.begin(SIZES), first.copy())
    first.shares.fill(0.1)
    first.inner.flags.fill(True)
    first.clock.month = 7
    for other in others:
        assert (other.shares == 0.5).all() and other.clock.month == 0 and not other.inner.flags.any()


def test_what_is_assigned_or_cleared_stays_in_its_array() -> None:
    made = Outer.begin(SIZES)
    shares = made.shares
    made.shares = np.arange(9.0).reshape(3, 3)
    assert made.shares is shares and shares[2, 2] == 8
    made.clear()
    assert made.shares is shares and (shares == 0.5).all()
    with pytest.raises(TypeError):
        made.counts = np.ones(0)  # type: ignore[assignment]
    with pytest.raises(ValueError):
        made.shares = np.ones((2, 2))
