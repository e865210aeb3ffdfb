"""The findings that figures have for titles: the verdicts of ``effects.csv``, never a rule of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from model.experiments.compare import EFFECT_COLUMNS, overall_effects
from model.experiments.evidence import EFFECTS, RULE, SAME, SMALLS, lacking_words
from model.views.read import Results


def verdicts(results: Results, outcomes: Sequence[str]) -> pd.DataFrame:
    """The rows of ``effects.csv`` over all design points, of the scenarios shown and some outcomes.

    Args:
        results: the batch; without the file, as for one run, there are no rows.
        outcomes: names of outcomes.
    """
    overall = None if results.folder is None or results.reference is None else overall_effects(results.folder)
    if overall is None:
        return pd.DataFrame(columns=list(EFFECT_COLUMNS))
    return overall[overall["scenario"].isin(results.scenarios) & overall["outcome"].isin(outcomes)]


def strongest(found: pd.DataFrame) -> dict[Any, Any] | None:
    """The effect that is at least the largest, against what matters; None where nothing is raised or lowered.

    Args:
        found: of :func:`verdicts`.
    """
    effects = found[found["verdict"].isin(EFFECTS)]
    if effects.empty:
        return None
    nearest = np.minimum(effects["low95"].abs(), effects["high95"].abs()) / effects["matters"]
    row: dict[Any, Any] = effects.to_dict("records")[int(nearest.to_numpy(dtype=np.float64).argmax())]
    return row


def none_words(found: pd.DataFrame, subject: str) -> str:
    """What is said where nothing is raised or lowered: that it is so, or that the runs cannot tell; empty without a comparison.

    Args:
        found: of :func:`verdicts`.
        subject: what was looked at.
    """
    if found.empty:
        return ""
    if found["verdict"].isin((*SMALLS, SAME)).all():
        return f"No effect that matters on {subject}"
    return f"Not enough runs to tell the scenarios apart in {subject}{lacking_words(found)}"


def rule_for(results: Results) -> list[str]:
    """The rule of evidence for the footnote where scenarios are compared, else nothing."""
    return [RULE] if results.reference is not None and len(results.scenarios) > 1 else []


def of_shown(results: Results, values: pd.DataFrame) -> pd.DataFrame:
    """Rows of the scenarios shown, with their scenario as a column.

    Args:
        results: the batch.
        values: with a column run_id.
    """
    known = results.runs.set_index("run_id")["scenario"].astype(str)
    labelled = values.assign(scenario=values["run_id"].map(known))
    return labelled[labelled["scenario"].isin(results.scenarios)]
