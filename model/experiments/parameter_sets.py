"""Which parameters the runs of a batch have: a set of vectors drawn in turn, or the central values; one default, said everywhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from model.experiments.errors import PlanError
from model.experiments.plan import VECTOR
from model.scenario.problems import suggestion
from model.world.read import world_folder

PLAUSIBLE = "plausible"
"""Name of the set of parameter vectors that a world may have, from which batches draw unless told otherwise."""
CENTRAL = "defaults"
"""What is asked for where all runs are to have the central values."""
CENTRAL_WORDS = "parameters: central values"


def set_file(name: str | None, world: str) -> Path | None:
    """The CSV file that a batch's parameter vectors come from; None for the central values.

    Args:
        name: as asked for: the name of a set, a CSV file or :data:`CENTRAL`; None or empty for the plausible set where the world
            has one.
        world: name or folder of the world.

    Raises:
        PlanError: the world has no set of that name, and it is not a CSV file.
    """
    folder = world_folder(world) if world else None
    if not name:
        usual = None if folder is None else folder / f"{PLAUSIBLE}.csv"
        return usual if usual is not None and usual.is_file() else None
    if name == CENTRAL:
        return None
    if Path(name).suffix == ".csv":
        return Path(name)
    path = None if folder is None else folder / f"{name}.csv"
    if path is None or not path.is_file():
        raise PlanError(
            f"parameters = {name!r}: the world '{world}' has no such set ({name}.csv), and it is not a CSV file"
            f"{suggestion(name, (PLAUSIBLE, CENTRAL))}"
        )
    return path


def parameter_words(manifest: Mapping[str, Any]) -> str:
    """What parameters the runs of a batch have: "parameters: 120 plausible sets", "parameters: central values".

    Args:
        manifest: of the batch, or {} for one run at the central values.
    """
    vectors = len(manifest.get("vectors", ()))
    if not vectors:
        return CENTRAL_WORDS
    used = min(vectors, int(manifest.get("replicates", vectors)))
    count = f"{used}" if used == vectors else f"{used} of {vectors}"
    name = str(manifest.get("parameters", ""))
    of = f" of {Path(name).name}" if name.endswith(".csv") else ""
    kind = "" if of else f"{name or PLAUSIBLE} "
    return f"parameters: {count} {kind}set{'' if count == '1' else 's'}{of}"


def run_parameter_words(point_values: Iterable[tuple[str, str]]) -> str:
    """The same of one run, by what its specification says of its design point: "parameters: set 17"."""
    drawn = [number for path, number in point_values if path == VECTOR]
    return f"parameters: set {drawn[0]}" if drawn else CENTRAL_WORDS
