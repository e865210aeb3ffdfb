"""Pangwa in Python: ``import pangwa``, then a handful of names; each loads what it needs when it is first used.

``run`` runs a scenario once, ``continue_run`` goes on from a saved state, ``batch`` runs scenarios many times with the same random draws,
``open`` opens the folder of a batch;
``scenarios``, ``parameters`` and ``outcomes`` say what can be run, changed and read; ``function`` makes a scenario a function of
its parameters, for optimizers and sensitivity analyses; ``RareEarthModel`` is the Mesa model itself.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from importlib.util import find_spec

# As in ``typing``, whose import would take longer than all the rest.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from model import __version__
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

_ROOMS = ("model", "agents")
_WHERE = {
    "__version__": "model",
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
    if problem := foreign_room():
        raise ImportError(problem)
    return getattr(import_module(_WHERE[name]), name)


def __dir__() -> list[str]:
    return __all__


def foreign_room() -> str:
    """A sentence where Python finds another ``model`` or ``agents`` than Pangwa's: both names are common ones; empty else."""
    home = os.path.dirname(os.path.realpath(__file__))
    for room in _ROOMS:
        there = sys.modules.get(room)
        spec = find_spec(room) if there is None else there.__spec__
        found = os.path.realpath(spec.origin) if spec is not None and spec.origin else None
        if found != os.path.join(home, room, "__init__.py"):
            return (
                f"the module '{room}' found at {found or 'no place'} is not Pangwa's, which has one of that name: "
                "rename it, or start Python where it is not on the path"
            )
    return ""


def main() -> None:
    """The command ``pangwa``: Pangwa's own rooms go before what a folder on ``PYTHONPATH`` holds under their names."""
    if foreign_room():
        sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
    import_module("model.cli").main()
