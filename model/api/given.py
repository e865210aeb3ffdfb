"""What a user gives in Python, as scenarios and batches take it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from model.experiments.errors import PlanError
from model.scenario.given import overrides as given_as_texts
from model.scenario.plugins import use_plugin
from model.scenario.problems import ScenarioError

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
    length = {} if months is None else {"months": months}
    try:
        return [text for part in (given or {}, length) for text in given_as_texts(part)]
    except ScenarioError as error:
        raise PlanError(str(error)) from None


def use_plugins(given: Plugins) -> None:
    """Make kinds of actors and outcomes of one's own known, before a scenario is read.

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
