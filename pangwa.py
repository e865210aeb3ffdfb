"""Pangwa in Python: ``import pangwa``, then a handful of names; each loads what it needs when it is first used.

``run`` runs a scenario once, ``continue_run`` goes on from a saved state, ``batch`` runs scenarios many times with the same random draws,
``open`` opens the folder of a batch;
``scenarios``, ``parameters`` and ``outcomes`` say what can be run, changed and read; ``function`` makes a scenario a function of
its parameters, for optimizers and sensitivity analyses; ``RareEarthModel`` is the Mesa model itself.
"""

from __future__ import annotations

from importlib import import_module

from model import __version__

# As in ``typing``, whose import would take longer than all the rest.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from model.api.batch import batch, open
    from model.api.function import function
    from model.api.lookup import outcomes, parameters, scenarios
    from model.api.single import continue_run, run
    from model.model import RareEarthModel

__all__ = [
    "RareEarthModel",
    "__version__",
    "batch",
    "continue_run",
    "function",
    "open",
    "outcomes",
    "parameters",
    "run",
    "scenarios",
]

_WHERE = {
    "RareEarthModel": "model.model",
    "batch": "model.api.batch",
    "continue_run": "model.api.single",
    "function": "model.api.function",
    "open": "model.api.batch",
    "outcomes": "model.api.lookup",
    "parameters": "model.api.lookup",
    "run": "model.api.single",
    "scenarios": "model.api.lookup",
}


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"pangwa has no '{name}'; it has: {', '.join(_WHERE)}")
    from model.packages import foreign_agents

    if problem := foreign_agents():
        raise ImportError(problem)
    return getattr(import_module(_WHERE[name]), name)


def __dir__() -> list[str]:
    return __all__
