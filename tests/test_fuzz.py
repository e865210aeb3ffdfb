"""Some hundred mutated inputs and damaged folders; ``make fuzz`` tries thousands."""

from __future__ import annotations

import pytest

from tests.fuzz import KINDS, fuzz


@pytest.mark.parametrize("seed", [1, 2])
def test_chance_finds_no_traceback_no_silent_change_and_no_hang(seed: int) -> None:
    counts, faults = fuzz(inputs=120, folders=20, seed=seed)
    assert faults == []
    assert sum(counts.values()) == 140
    assert all(counts[f"{kind} taken"] + counts[f"{kind} refused"] >= 20 for kind in (*KINDS, "folder"))
