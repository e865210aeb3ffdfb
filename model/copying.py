"""What a run has become after some months, as plain values that another model of the same actors can go on from.

Copies (``pickle``, ``copy.deepcopy``) go on from all of it, numbers of parameters that were changed in the run included; a run that
continues another (``RunSpec.past``) takes over everything but the parameters, which are its own scenario's.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import is_dataclass
from typing import Any

import numpy as np

from agents.armed.attack import value_towns
from agents.base import Actor
from model.begin import COPIED_TO_STATE
from model.run import GROUPS, Run

NUMBERS = ("rules", "actors", "buyers")
"""Groups that hold numbers of parameters."""

_FIXED = ("salts", "reference", "roads")
"""Groups that follow from the specification, and roads, which are worked out anew from who holds the places."""

_FROM_MODEL = ("model", "run", "data", "parameters", "unique_id", "pos")
"""What an agent has from the model that it lives in."""

_RECORDED = ("months_done", "dates", "control", "holders", "_rows", "actors", "_ore", "_crossing", "_lanes")
"""What the recorder has written so far."""


def taken_from(run: Run) -> dict[str, Any]:
    """Everything that the months have changed in a run, in values of its own.

    Returns:
        Arrays, records and groups of these by name; for each agent its class and what it remembers.
    """
    return copy.deepcopy(
        {
            "groups": {name: getattr(run, name) for name in GROUPS if name not in _FIXED},
            "recorder": {name: getattr(run.recorder, name) for name in _RECORDED},
            "opening": run.ledger.opening,
            "date": run.date,
            "events": run.events,
            "agents": {name: (_class_of(agent), _memory(agent)) for name, agent in _named(run)},
        }
    )


def put_into(run: Run, taken: dict[str, Any], *, parameters: bool) -> None:
    """Let a run go on from where another was.

    Args:
        run: a run before its first month, of the same world and the same armed actors.
        taken: what :func:`taken_from` gave; the run gets copies.
        parameters: whether the numbers of parameters are taken over too.

    Raises:
        TypeError: an agent had been put in the place of one that the scenario makes.
    """
    taken = copy.deepcopy(taken)
    for name, value in taken["groups"].items():
        if parameters or name not in NUMBERS:
            _pour(getattr(run, name), value)
    _pour(run.ledger.opening, taken["opening"])
    run.state.month = int(run.state.clock["month"])
    run.date, run.events[:] = taken["date"], taken["events"]
    _pour_record(run.recorder, taken["recorder"])
    _pour_agents(run, taken["agents"])


def apply_changed_parameters(run: Run, before: Run) -> None:
    """Let parameters count of which the state holds a copy, where a run's scenario has others than that of the run before it.

    Args:
        run: the run that goes on.
        before: the run that it continues.
    """
    for parameter, name in COPIED_TO_STATE.items():
        changed = run.actors[parameter] != before.actors[parameter]
        getattr(run.state, name)[changed] = run.actors[parameter][changed]
    value_towns(run.data)


def _pour(there: Any, value: Any) -> None:
    """Copy values into the arrays and records that stand there, since compiled code has been handed these."""
    if isinstance(there, np.ndarray):
        there[...] = value
    elif isinstance(there, np.void):
        for name in there.dtype.names or ():
            there[name] = value[name]
    elif is_dataclass(there):
        for name, part in vars(value).items():
            if isinstance(part, np.ndarray | np.void) or is_dataclass(part):
                _pour(getattr(there, name), part)


def _pour_record(recorder: Any, taken: dict[str, Any]) -> None:
    """Rows of the months so far; the record of a longer run has more of them."""
    for name, value in taken.items():
        there = getattr(recorder, name)
        if isinstance(there, np.ndarray):
            there[: len(value)] = value[: len(there)]
        elif isinstance(there, dict):
            for column, series in value.items():
                there[column][: len(series)] = series[: len(there[column])]
        else:
            setattr(recorder, name, value)


def _pour_agents(run: Run, taken: dict[str, Any]) -> None:
    """What each agent remembers; who had been removed is removed."""
    for name, agent in list(_named(run)):
        if name not in taken:
            agent.remove()
            continue
        kind, memory = taken[name]
        if kind != _class_of(agent):
            raise TypeError(f"{name} is a {kind} that replaces the scenario's own actor, which a copy would restore")
        for attribute, value in memory.items():
            setattr(agent, attribute, value)


def _named(run: Run) -> Iterator[tuple[str, Actor]]:
    """The agents that decide, each by a name that it has in every model of the same actors."""
    for group, there in vars(run.agents).items():
        for agent in there if isinstance(there, list) else [there]:
            if agent is not None:
                yield f"{group} {getattr(agent, 'index', getattr(agent, 'key', ''))}".strip(), agent


def _class_of(agent: Actor) -> str:
    return f"{type(agent).__module__}.{type(agent).__qualname__}"


def _memory(agent: Actor) -> dict[str, Any]:
    return {
        name: value for name, value in vars(agent).items() if name not in _FROM_MODEL and not name.startswith("_mesa")
    }
