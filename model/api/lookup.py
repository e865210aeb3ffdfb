"""What can be run, changed and read: ``pangwa.scenarios``, ``pangwa.parameters``, ``pangwa.outcomes``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import nan
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from agents.instruments import KINDS
from model.api.given import Plugins, Settings, overrides, use_plugins
from model.api.html import Listing
from model.outcome import Outcome
from model.output.outcomes import outcome_list
from model.output.units import dose_words
from model.parameters import Declaration
from model.scenario.listing import armed_actors, once_by_owner, scenario_declarations, scenario_titles
from model.scenario.problems import ScenarioError, dotted, nearest
from model.scenario.read import load_scenario
from model.scenario.schema import Scenario

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")

USUAL = "status_quo"
"""The scenario whose parameters and actors are listed when none is named."""


def scenarios() -> pd.DataFrame:
    """The shipped scenarios, with title and description by name, as ``pangwa scenarios`` lists them.

    Example:
        >>> import pangwa
        >>> pangwa.scenarios().loc["engage_kia", "title"]
        'Engage the KIA'
    """
    rows = [(name, title, " ".join(description.split())) for name, title, description in scenario_titles()]
    return Listing(rows, columns=["name", "title", "description"]).set_index("name")


def parameters(
    search: str | None = None, scenario: str | Path = USUAL, *, set: Settings = None, plugin: Plugins = None
) -> pd.DataFrame:
    """What can be changed: value, range, unit, status, meaning and source by path, as ``pangwa parameters`` lists it.

    Args:
        search: words that must all be in path, meaning, unit or status; all parameters when None.
        scenario: whose values to show.
        set: overrides by dotted path.
        plugin: files with kinds of actors or outcomes of your own.

    Raises:
        ValueError: nothing fits, or there is no such scenario.

    Example:
        >>> import pangwa
        >>> pangwa.parameters("KIA troops").loc["actors.KIA.troops", "unit"]
        'fighters'
    """
    use_plugins(plugin)
    found, _ = find_parameters(search, scenario, overrides(set))
    rows = [
        (
            d.path,
            d.default,
            d.unit,
            _or_nan(d.low),
            _or_nan(d.high),
            ", ".join(d.options),
            d.status,
            d.meaning,
            d.source,
        )
        for d in found
    ]
    columns = ["path", "value", "unit", "low", "high", "options", "status", "meaning", "source"]
    # As they are declared: whole numbers among fractions would else get a point, and large ones an exponent.
    return Listing(rows, columns=columns, dtype=object).set_index("path")


def _or_nan(end: float | None) -> float:
    return nan if end is None else end


def find_parameters(
    search: str | None, scenario: str | Path, sets: Sequence[str] = ()
) -> tuple[list[Declaration], int]:
    """The declared parameters that fit a search, in the order of the scenario, and the number of all.

    What actors share stands once, as ``actors.<ArmedActor>.siege_cost``, before the actors that have another value.

    Args:
        search: words that must all be in path, meaning, unit or status; where nothing fits, in path or source.
        scenario: whose values to show.
        sets: overrides as ``--set`` takes them.

    Raises:
        ScenarioError: nothing fits, or the scenario is wrong.
    """
    read = load_scenario(str(scenario), sets)
    everything = [*scenario_declarations(read), *promised_declarations(read)]
    found = [one for one in everything if _fits(search, one.path, one.meaning, one.unit, one.status)]
    found = found or [one for one in everything if _fits(search, one.path, one.source)]
    found = _some(found, search, "parameter", {one.path.rsplit(".", 1)[-1] for one in everything})
    return list(once_by_owner(found, read)), len(list(once_by_owner(everything, read)))


def promised_declarations(scenario: Scenario) -> Iterator[Declaration]:
    """The level of each instrument of a scenario's policy, with what it promises in a month and its precedent."""
    us = scenario.united_states
    for name, one in us.instruments.items():
        kind, aim = KINDS[one.kind], f" for {one.target}" if one.target else ""
        yield Declaration(
            path=dotted(["united_states", "instruments", name, "level"]),
            default=one.level,
            low=0.0,
            high=kind.most,
            options=(),
            unit="x",
            meaning=f"{one.kind}{aim}, {dose_words(one.kind, one.level, us)}: {kind.meaning}.",
            source=f"level 1: {kind.precedent}; parameter {kind.size or 'none'}",
            status="assumed",
        )


def outcomes(search: str | None = None, scenario: str | Path = USUAL, *, plugin: Plugins = None) -> pd.DataFrame:
    """What runs are judged by: unit and meaning by name, as ``pangwa outcomes`` lists it.

    Args:
        search: words that must all be in name, unit or meaning; all outcomes when None.
        scenario: whose actors to list.
        plugin: files with kinds of actors or outcomes of your own.

    Raises:
        ValueError: nothing fits, or there is no such scenario.

    Example:
        >>> import pangwa
        >>> pangwa.outcomes("exports").loc["exports_t_china", "unit"]
        't REO'
    """
    use_plugins(plugin)
    rows = [(one.name, one.unit, one.meaning) for one in find_outcomes(search, scenario)]
    return Listing(rows, columns=["name", "unit", "meaning"]).set_index("name")


def find_outcomes(search: str | None, scenario: str | Path) -> list[Outcome]:
    """The outcomes that fit a search.

    Args:
        search: words that must all be in name, unit or meaning.
        scenario: whose actors to list.

    Raises:
        ScenarioError: nothing fits, or the scenario is wrong.
    """
    everything = outcome_list(armed_actors([load_scenario(str(scenario))]))
    found = [one for one in everything if _fits(search, one.name, one.unit, one.meaning)]
    return _some(found, search, "outcome", (one.name for one in everything))


def _fits(search: str | None, *texts: str) -> bool:
    everything = " ".join(texts).casefold()
    return all(word in everything for word in (search or "").casefold().split())


def _some(found: list[T], search: str | None, what: str, known: Iterable[str]) -> list[T]:
    """What was found.

    Raises:
        ScenarioError: nothing was; the sentence has the nearest right name.
    """
    if found:
        return found
    near = nearest(search or "", sorted(known))
    raise ScenarioError([f"no {what} matches '{search}'" + (f"; did you mean '{near}'?" if near else "")])
