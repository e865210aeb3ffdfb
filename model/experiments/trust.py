"""How far a world's model is from its record: ``scores.csv`` of its folder, which ``pangwa hindcast --rolling`` writes and pages quote."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from model.experiments.errors import StoreError
from model.experiments.files import csv_rows
from model.experiments.results import read_csv_table
from model.world.read import world_folder

FILE = "scores.csv"
WITHIN, ALONE, DISCREPANCY = (
    "months within 80% intervals",
    "months within 80% of runs alone",
    "model discrepancy of imports",
)
CALIBRATION, HELD_OUT, ORIGINS = (
    "calibration patterns met",
    "held-out patterns met",
    "rolling origins that beat both baselines",
)
COMMAND, VERSION, COMMIT = "command", "version", "commit"
_QUOTED = (WITHIN, ALONE, DISCREPANCY, CALIBRATION, HELD_OUT, COMMAND, VERSION, COMMIT)


def write_scores(path: Path, scores: Mapping[str, str]) -> Path:
    """Write scores, what they were computed with included: a name and a value a row."""
    with csv_rows(path) as writer:
        writer.writerow(["score", "value"])
        writer.writerows(scores.items())
    return path


@lru_cache(maxsize=8)
def scores_of(world: str) -> Mapping[str, str] | None:
    """The scores of a world, by its name or folder; None where it has none."""
    folder = world_folder(world)
    if folder is None or not (folder / FILE).is_file():
        return None
    rows = read_csv_table(folder / FILE, ("score", "value"), dtype=str, na_values=[])
    scores = dict(zip(rows["score"], rows["value"], strict=True))
    if lacking := [name for name in _QUOTED if name not in scores]:
        raise StoreError(f"{folder / FILE}: is damaged, or written by another version: it lacks {', '.join(lacking)}")
    return scores


def score_sentence(scores: Mapping[str, str]) -> str:
    """What a page says of the model against the record."""
    imports = (
        f"Its 80% intervals contain {scores[ALONE]} of the months of imports; with an allowance of {scores[DISCREPANCY]} for errors of "
        f"the model itself, {scores[WITHIN]}."
    )
    origins = (
        f' Forecasts of towns beat both "nothing changes" and a constant rate of change from {scores[ORIGINS]} past dates.'
        if ORIGINS in scores
        else ""
    )
    source = f"{scores[COMMAND]}, version {scores[VERSION]}, commit {scores[COMMIT][:10]}"
    return f"{patterns_met(scores)} {imports}{origins} ({source}.)"


def patterns_met(scores: Mapping[str, str]) -> str:
    """How many patterns of the record the model meets, in a sentence."""
    return (
        f"Against the record of 2021 to 2025 the model meets {scores[CALIBRATION]} patterns that it was calibrated on and "
        f"{scores[HELD_OUT]} that were held out."
    )
