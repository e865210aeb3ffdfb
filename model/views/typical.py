"""Which run of a scenario is the most ordinary one, and in which parameters scenarios differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from model.views.read import Results
from model.views.words import HEADLINES


def typical_runs(results: Results, outcomes: Sequence[str] = HEADLINES) -> pd.DataFrame:
    """The run of each scenario that lies nearest to the medians of some outcomes.

    Distance is the mean, over the outcomes that vary, of the distance from the scenario's median in units of the
    outcome's mean absolute deviation from it; of equals the first replicate.

    Args:
        results: a batch.
        outcomes: names of outcomes; those that the batch lacks are passed over.

    Returns:
        A row per scenario: scenario, run_id, replicate, point, distance.
    """
    known = [name for name in outcomes if name in results.columns("runs")]
    runs = results.frame("runs", ["scenario", "run_id", "replicate", "point", "status", *known]).astype(
        {"scenario": str}
    )
    rows = []
    for scenario in results.scenarios:
        part = runs[(runs["scenario"] == scenario) & (runs["status"] == "ok")].reset_index(drop=True)
        away = (part[known].astype(float) - part[known].astype(float).median()).abs()
        scale = away.mean()
        distance = (away / scale.where(scale > 0)).mean(axis=1).fillna(0.0)
        nearest = int(np.argmin(distance.to_numpy()))
        run_id, replicate, point = (part[name].tolist()[nearest] for name in ("run_id", "replicate", "point"))
        rows.append((scenario, str(run_id), int(replicate), int(point), float(distance[nearest])))
    return pd.DataFrame(rows, columns=["scenario", "run_id", "replicate", "point", "distance"])


def differing_parameters(scenarios: Mapping[str, Any]) -> pd.DataFrame:
    """The parameters in which resolved scenarios differ.

    Args:
        scenarios: label -> the scenario resolved, as the manifest has it.

    Returns:
        A row per parameter: ``path`` and a column for each scenario; what a scenario lacks is None.
    """
    flat = {label: dict(_flatten(resolved, "")) for label, resolved in scenarios.items()}
    paths = list(dict.fromkeys(path for table in flat.values() for path in table))
    rows = [[path, *(table.get(path) for table in flat.values())] for path in paths]
    differing = [row for row in rows if any(value != row[1] for value in row[2:])]
    return pd.DataFrame(differing, columns=["path", *flat], dtype=object)


def _flatten(value: Any, path: str) -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return [entry for key, inner in value.items() for entry in _flatten(inner, f"{path}.{key}" if path else key)]
    return [(path, value)]
