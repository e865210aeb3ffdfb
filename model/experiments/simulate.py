"""One run: a pure function of its specification."""

from __future__ import annotations

import copyreg
import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from model.scenario.spec import RunSpec, digest_of

if TYPE_CHECKING:
    from model.record import RunResult


def simulate(spec: RunSpec) -> RunResult:
    """Run a specification to its end.

    Args:
        spec: everything that the run depends on.

    Returns:
        Outcomes and tables, see :class:`model.record.RunResult`.

    Raises:
        RuntimeError: the world's files have changed since the specification was made.
    """
    # Imported here, so that whoever only hands out runs need not load mesa.
    from model.model import RareEarthModel

    months, world = _planned(spec.scenario)
    if spec.world and digest_of({"world": world}) != spec.world:
        raise RuntimeError(f"the files of the world '{world}' are not those that this run was planned with")
    model = RareEarthModel(spec=spec)
    try:
        for _ in range(months):
            model.step()
        result: RunResult = model.recorder.result()
        return result
    finally:
        dispose(model)


@lru_cache(maxsize=64)
def _planned(text: str) -> tuple[int, str]:
    """Months and world of a scenario; replicates share theirs."""
    scenario = json.loads(text)
    return int(scenario["months"]), str(scenario["world"])


def dispose(model: Any) -> None:
    """Let go of everything that Mesa's classes keep of a model.

    Mesa 3.3 keeps every model in ``Agent._ids`` and its cells in caches of ``Cell``; 3.5 keeps the class of every grid's
    cells in :mod:`copyreg`. Without this a process that runs thousands of models grows by some 400 kB for each.

    Args:
        model: a Mesa model that will not be stepped again.
    """
    from mesa import Agent
    from mesa.discrete_space import Cell

    model.remove_all_agents()
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
