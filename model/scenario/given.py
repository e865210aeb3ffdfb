"""What somebody gives in Python, as the specification of a run."""

from __future__ import annotations

import operator
import os
from collections.abc import Iterable, Mapping
from typing import Any

from model.scenario.problems import ScenarioError, toml_value
from model.scenario.spec import LARGEST_SEED, RunSpec


def specify(
    scenario: str | os.PathLike[str], sets: Mapping[str, Any] | Iterable[str], seed: int = 0, replicate: int = 0
) -> RunSpec:
    """Make the specification that ``pangwa run`` would make of the same.

    Args:
        scenario: name of a shipped scenario, or path of a file.
        sets: values by dotted path such as ``{"actors.KIA.troops": 20_000}``, or texts as after ``--set``.
        seed: base seed, as after ``--seed``.
        replicate: its number, as after ``--replicate``.

    Raises:
        ScenarioError: with one sentence for each thing that is wrong.
    """
    # Imported here: who has a specification reads no file.
    from model.scenario.read import load_scenario

    if not isinstance(scenario, str | os.PathLike):
        raise ScenarioError([f"scenario = {scenario!r}: must be the name of a scenario or the path of a file"])
    read = load_scenario(str(scenario), overrides(sets))
    numbers = {"replicate": whole("replicate", replicate), "base_seed": whole("seed", seed)}
    return RunSpec.make(read.name, read.resolved(), **numbers)


def overrides(sets: Mapping[str, Any] | Iterable[str]) -> list[str]:
    """Overrides as ``--set`` takes them.

    Args:
        sets: values by dotted path, or such texts.

    Raises:
        ScenarioError: a value is none that a scenario file could hold.
    """
    if isinstance(sets, str):
        raise ScenarioError([f"set = {sets!r}: give a dictionary such as {{'actors.KIA.troops': 20_000}}"])
    if not isinstance(sets, Mapping):
        return list(sets)
    return [f"{path}={toml_value(_plain(path, value))}" for path, value in sets.items()]


def whole(name: str, value: Any) -> int:
    """A whole number from 0 to the largest seed, whatever library's it is.

    Raises:
        ScenarioError: it is none.
    """
    try:
        number = operator.index(value)
    except TypeError:
        number = -1
    if not 0 <= number <= LARGEST_SEED:
        raise ScenarioError([f"{name} = {value!r}: must be a whole number from 0 to {LARGEST_SEED}"])
    return number


def _plain(path: str, value: Any) -> Any:
    """A value without the types of NumPy."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, Mapping):
        return {str(key): _plain(f"{path}.{key}", item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(path, item) for item in value]
    if not isinstance(value, bool | int | float | str):
        raise ScenarioError([f"{path} = {value!r}: must be a number, a text, true or false, a list or a dictionary"])
    return value
