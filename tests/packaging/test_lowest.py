"""The lower bounds of pyproject.toml: each direct dependency has one, and ``make lowest`` installs and tries exactly these."""

from __future__ import annotations

import subprocess
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from model.cli import app
from tests.packaging.lowest import COMMANDS, EXTRAS, ROOT, lowest, requirements

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def asked() -> list[Requirement]:
    """What users' installations ask for."""
    extras = PROJECT["optional-dependencies"]
    return [Requirement(one) for one in [*PROJECT["dependencies"], *(one for name in EXTRAS for one in extras[name])]]


def test_every_dependency_is_installed_at_its_lower_bound() -> None:
    found = [Requirement(one) for one in requirements()]
    assert [(one.name, one.extras) for one in found] == [(one.name, one.extras) for one in asked()]
    for pinned, one in zip(found, asked(), strict=True):
        (bound,) = (part for part in one.specifier if part.operator == ">=")
        assert str(pinned.specifier) == f"=={bound.version}"
        assert one.specifier.contains(bound.version)
        assert Version(bound.version) <= Version(version(one.name)), f"{one.name}: the tests run with an older one"


def test_extras_of_users_are_all_there() -> None:
    assert set(EXTRAS) == set(PROJECT["optional-dependencies"]) - {"dev"}


@pytest.mark.parametrize("requirement", ["numpy", "numpy<3", "numpy==1.26", "numpy!=2.0"])
def test_a_dependency_without_a_lower_bound_is_noticed(requirement: str) -> None:
    with pytest.raises(ValueError, match="has no lower bound"):
        lowest(requirement)


def test_make_lowest_runs_the_commands_that_there_are() -> None:
    done = subprocess.run(["make", "-n", "lowest"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "-m tests.packaging.lowest" in done.stdout
    known = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    assert {words[0] for words in COMMANDS if not words[0].startswith("-")} <= known
    assert Path(ROOT / "tests" / "tiny").is_dir()
