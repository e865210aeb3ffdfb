"""Numbers as people are shown them."""

from __future__ import annotations

import pytest

from model.output.units import number, per_cent, signed


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *((0.0, "0%"), (0.0412, "0.041%"), (0.004, "less than 0.01%"), (-0.004, "less than 0.01%"), (3.14, "3.1%")),
        *((61.4, "61%"), (104.4, "104%"), (1_344.0, "1,340%"), (-7.04, "-7%"), (float("nan"), "-")),
    ],
)
def test_relative_changes_are_never_in_powers_of_ten(value: float, text: str) -> None:
    assert per_cent(value / 100) == text
    assert per_cent(abs(value) / 100, signs=True) in (text, f"+{text.removeprefix('-')}")


def test_numbers_have_three_digits_and_differences_their_sign() -> None:
    assert [number(value) for value in (0.0, 0.0412, 4.123, 412.3, 4_123.0)] == ["0", "0.0412", "4.12", "412", "4,120"]
    assert (signed(2.0), signed(0.0), signed(-2.0)) == ("+2", "0", "\u22122")
