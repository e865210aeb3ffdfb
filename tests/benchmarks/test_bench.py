"""The benchmark runs, writes every number that it promises, and compares like with like. No test here measures time."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.benchmarks import bench
from tests.benchmarks.fronts import FrontsOnArrays, setting, start
from tests.benchmarks.plain_mesa import PlainFronts
from tests.benchmarks.sizes import Size

KEYS = {
    "run_ms",
    "runs_per_s_one",
    "runs_per_s_all",
    "overhead_ms",
    "ratio_to_plain_mesa",
    "help_s",
    "growth",
    "machine",
}


def test_plain_mesa_gives_the_numbers_of_the_arrays() -> None:
    here = setting("tests/tiny")
    arrays, plain = FrontsOnArrays(here, rng=3), PlainFronts(here, rng=3, keyed=True)
    for _ in range(15):
        arrays.step()
        plain.step()
        state, places = arrays.state, plain.places
        assert np.array([place.troops for place in places]).T.tolist() == state.troops.tolist()
        for name in ("holder", "attacker", "posts", "isolated", "besieged", "months_unattacked"):
            assert [getattr(place, name) for place in places] == getattr(state, name).tolist()
        np.testing.assert_allclose(plain.arms, state.arms, rtol=1e-12)
        assert np.array([place.known for place in places]).T.tolist() == state.known.tolist()
        shares = [place.shares for place in places if place.is_town]
        assert np.abs(np.array([place.supply for place in places]).T - state.supply).max() < 1e-12
        assert np.abs(np.array([place.urban for place in places]) - state.siege_progress).max() < 1e-9
        assert np.abs(np.array(shares).T - state.control).max() < 1e-12
    before = start(here)
    assert (before.holder != state.holder).any() and before.troops.sum() > state.troops.sum()


@pytest.mark.slow
def test_the_benchmark_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "results.json"
    monkeypatch.setattr(sys, "argv", ["bench", "--quick", "--out", str(out)])
    assert bench.main() == 0
    found = json.loads(out.read_text(encoding="utf-8"))
    assert set(found) >= KEYS
    assert set(found["growth"]) >= {"months", "townships", "actors", "runs"}
    assert not [name for name in KEYS if found[name] is None]
    assert (found["failed"], found["left"]) == ({}, [])
    printed = capsys.readouterr().out
    assert all(f"({letter})" in printed for letter in "abcdef")


def test_a_part_that_fails_is_named_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(size: Size) -> dict[str, Any]:
        raise RuntimeError("no room")

    out = tmp_path / "results.json"
    written: list[list[str]] = []

    def last(size: Size) -> dict[str, Any]:
        written.append(json.loads(out.read_text(encoding="utf-8"))["left"])
        return {"help_s": 0.1}

    monkeypatch.setattr(bench, "PARTS", {"b": ("batches", broken), "f": ("start-up", last)})
    monkeypatch.setattr(sys, "argv", ["bench", "--quick", "--out", str(out)])
    assert bench.main() == 1
    found = json.loads(out.read_text(encoding="utf-8"))
    assert set(found) >= KEYS
    assert (found["failed"], found["help_s"], found["runs_per_s_all"]) == ({"b": "RuntimeError: no room"}, 0.1, None)
    assert written == [["f"]]  # what was measured before stood in the file already
    assert "(b) failed: RuntimeError: no room" in capsys.readouterr().out
