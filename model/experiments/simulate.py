"""One run: a pure function of its specification."""

from __future__ import annotations

import copyreg
import json
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from model.scenario.spec import RunSpec, digest_of

if TYPE_CHECKING:
    from model.model import RareEarthModel
    from model.output.result import RunResult

S = TypeVar("S", bound=Callable[..., Any])


def takes_warm_up(simulated: S) -> S:
    """Let workers import and compile what a run by a function needs before any limit counts; a decorator."""
    simulated.warm_up = warm_up  # type: ignore[attr-defined]
    return simulated


def warm_up() -> None:
    """Import and compile what runs need, by a short run of the shipped policies that no file of a user has a part in."""
    from model.scenario.read import load_scenario

    simulate(RunSpec.make("warm-up", load_scenario("engage_kia", ["months=2"]).resolved()))


@takes_warm_up
def simulate(
    spec: RunSpec, until: int | None = None, watch: Callable[[RareEarthModel], None] | None = None
) -> RunResult:
    """Run a specification to its end.

    Args:
        spec: everything that the run depends on.
        until: stop after so many months instead.
        watch: called at the start and after each month, of a run that continues another from where it begins; what it raises
            ends the run.

    Returns:
        Outcomes and tables, see :class:`model.output.record.RunResult`.

    Raises:
        RuntimeError: the world's files have changed since the specification was made.
    """
    model, months = _begin(spec)
    try:
        if watch is not None:
            watch(model)
        for _ in range(model.month, months if until is None else min(until, months)):
            model.step()
            if watch is not None:
                watch(model)
        return model.recorder.result()
    except Exception as error:
        error.add_note(f"in month {model.month + 1}, {model.run.date}")
        raise
    finally:
        dispose(model)


def _begin(spec: RunSpec) -> tuple[RareEarthModel, int]:
    """The model of a specification, and its months."""
    # Imported here, so that whoever only hands out runs need not load mesa.
    from model.model import RareEarthModel

    months, world = _planned(spec.scenario)
    if spec.world and digest_of({"world": world}) != spec.world:
        raise RuntimeError(f"the files of the world '{world}' have changed since this run was planned")
    return RareEarthModel(spec=spec), months


@lru_cache(maxsize=64)
def _planned(text: str) -> tuple[int, str]:
    """Months and world of a scenario; replicates share theirs."""
    scenario = json.loads(text)
    return int(scenario["months"]), str(scenario["world"])


def dispose(model: Any) -> None:
    """Let go of everything that Mesa's classes keep of a model.

    Mesa 3.3 keeps every model in ``Agent._ids`` and its cells in caches of ``Cell``; 3.5 keeps the class of every grid's
    cells in :mod:`copyreg`. Without this a process that runs thousands of models grows by some 400 kB for each. What refers
    to the model in a circle (its agents, and the methods that Mesa binds to it) is cut, so that its memory is free at once
    and serves the next run while it is still in the processor's caches, instead of waiting for the collector of garbage.

    Args:
        model: a Mesa model that will not be stepped again.
    """
    from mesa import Agent
    from mesa.discrete_space import Cell

    ids = getattr(Agent, "_ids", None)
    if isinstance(ids, dict):
        ids.pop(model, None)
    for name in ("get_neighborhood", "_neighborhood"):
        clear = getattr(getattr(Cell, name, None), "cache_clear", None)
        if clear is not None:
            clear()
    for space in list(vars(model).values()):
        cell_class = getattr(space, "cell_klass", Cell)
        if cell_class is not Cell:
            copyreg.dispatch_table.pop(cell_class, None)
    vars(model).clear()
