"""One run as files: what ``pangwa run`` writes and what the browser app hands out, the same bytes for the same run."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING

import pandas as pd

from model import __version__
from model.output.outcomes import outcome_list
from model.output.tables import TABLES

if TYPE_CHECKING:
    from model.output.result import RunResult
    from model.scenario.spec import RunSpec

_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The clock of every file in the archive, so that its bytes depend on the run alone."""


def run_files(spec: RunSpec, result: RunResult) -> dict[str, bytes]:
    """The files of a run.

    Args:
        spec: its specification.
        result: what it left behind.

    Returns:
        Name -> content: ``run.json`` (what was run), ``outcomes.csv``, and a CSV file for each table.
    """
    actors = sorted(set(result.tables["actors"].column("actor").to_pylist()))
    known = {one.name: one for one in outcome_list(actors)}
    outcomes = pd.DataFrame(
        [(name, value, known[name].unit, known[name].meaning) for name, value in result.outcomes.items()],
        columns=["outcome", "value", "unit", "meaning"],
    )
    about = {
        "version": __version__,
        "run_id": spec.run_id,
        "scenario": spec.label,
        "replicate": spec.replicate,
        "seed": spec.base_seed,
        "world": spec.world,
        "resolved": json.loads(spec.scenario),
    }
    files = {
        "run.json": json.dumps(about, indent=1, ensure_ascii=False).encode() + b"\n",
        "outcomes.csv": _csv(outcomes),
    }
    names = [name for name in TABLES if name in result.tables]
    return files | {f"{name}.csv": _csv(result.tables[name].to_pandas()) for name in names}


def _csv(frame: pd.DataFrame) -> bytes:
    return frame.to_csv(index=False, lineterminator="\n").encode()


def run_archive(files: dict[str, bytes]) -> bytes:
    """The files of a run as a ZIP archive without clocks."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, _FIRST_DAY), content, zipfile.ZIP_DEFLATED)
    return memory.getvalue()
