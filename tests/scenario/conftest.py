"""Scenario files on the world of twelve townships."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from model.scenario.problems import ScenarioError
from model.scenario.read import load_scenario

TINY = Path(__file__).parents[1] / "tiny"

Write = Callable[..., Path]
Problems = Callable[..., list[str]]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write a scenario on the tiny world into the current folder: ``write(text, name="x")``."""
    monkeypatch.chdir(tmp_path)

    def write_file(text: str, name: str = "x", world: bool = True) -> Path:
        path = Path(f"{name}.toml")
        path.write_text((f"world = '{TINY.as_posix()}'\n" if world else "") + text, encoding="utf-8")
        return path

    return write_file


@pytest.fixture
def problems(write: Write) -> Problems:
    """The sentences that a scenario's text, and overrides, are refused with."""

    def refused(text: str, *sets: str) -> list[str]:
        path = write(text)
        with pytest.raises(ScenarioError) as caught:
            load_scenario(str(path), sets)
        return caught.value.problems

    return refused
