"""What a user gives in Python, as scenarios and batches take it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from model.experiments.errors import PlanError
from model.scenario.plugins import use_plugin
from model.scenario.problems import toml_value

Settings = Mapping[str, Any] | Sequence[str] | None
"""Overrides: values by dotted path, or texts as after ``--set``."""
Plugins = str | Path | type | Sequence[str | Path | type] | None
"""Files with kinds of actors of one's own, or classes that stand in such files."""


def overrides(given: Settings, months: int | None = None) -> list[str]:
    """Overrides as ``--set`` takes them.

    Args:
        given: values by dotted path such as ``{"actors.KIA.troops": 20_000}``, or texts.
        months: length of the run, if it is given.

    Raises:
        PlanError: a value is none that a scenario file could hold.
    """
    if isinstance(given, str):
        raise PlanError(f"set = {given!r}: give a dictionary such as {{'actors.KIA.troops': 20_000}}")
    pairs = given.items() if isinstance(given, Mapping) else ()
    texts = [f"{path}={toml_value(_plain(path, value))}" for path, value in pairs]
    texts += [] if given is None or isinstance(given, Mapping) else list(given)
    return texts if months is None else [*texts, f"months={toml_value(_plain('months', months))}"]


def _plain(path: str, value: Any) -> Any:
    """A value without the types of NumPy."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, Mapping):
        return {str(key): _plain(f"{path}.{key}", item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(path, item) for item in value]
    if not isinstance(value, bool | int | float | str):
        raise PlanError(f"{path} = {value!r}: must be a number, a text, true or false, a list or a dictionary")
    return value


def use_plugins(given: Plugins) -> None:
    """Make kinds of actors of one's own known, before a scenario is read.

    Raises:
        ScenarioError: see :func:`model.scenario.plugins.use_plugin`.
    """
    for plugin in listed(given):
        use_plugin(plugin)


def listed(given: Any) -> list[Any]:
    """One thing or several as a list; nothing for None."""
    if given is None:
        return []
    several = isinstance(given, Iterable) and not isinstance(given, str | Path | type)
    return list(given) if several else [given]
