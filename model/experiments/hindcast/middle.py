"""The vector of a plausible set that stands for it: what a world's scenarios take where they say nothing.

Of the vectors with the default mechanisms (``structure.*``) it is the nearest to the middle of the whole set in what comes of
``status_quo``. The distance is Euclidean over :data:`OUTCOMES`, each in standard deviations over the set; the middle is the
mean of the set. Every vector meets the same random draws, and its outcomes are means over replicates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.arrays import Floats
from model.experiments.batch import run_batch
from model.experiments.designed import ROW, simulate_outcomes
from model.experiments.errors import BatchError
from model.experiments.files import csv_rows
from model.experiments.hindcast.priors import Prior, resolved_with
from model.experiments.plan import BatchPlan, make_plan
from model.experiments.results import read_runs
from model.scenario.schema import Scenario

SCENARIO = "status_quo"
OUTCOMES = (
    "townships_held_junta",
    "townships_held_kia",
    "exports_t_china",
    "towns_changed_hands_all",
    "revenue_usd_kia",
)
"""What the middle of a set is taken of: who holds what, where the ore goes, how much moves, what the KIA lives on."""
REPLICATES = 4
"""Runs of each vector."""
_MECHANISMS = "structure."


@dataclass(frozen=True)
class Middle:
    """The vector that stands for a set.

    Args:
        number: its row in the set, from 0.
        plain: how many vectors of the set have the default mechanisms; with none the nearest of all stands for it.
        distance: from the middle, in standard deviations.
        values: what it sets, by path.
    """

    number: int
    plain: int
    distance: float
    values: Mapping[str, Any]

    def sentence(self, of: int) -> str:
        """What was chosen, of how many."""
        least = f"of {self.plain} with the default mechanisms" if self.plain else f"of all {of}"
        lack = "" if self.plain else "No vector of the set has the default mechanisms (structure.*). "
        return f"{lack}Vector {self.number}, {least}, is nearest to the middle of the set: {self.distance:.2f} standard deviations"


def find_middle(scenario: Scenario, vectors: Sequence[Mapping[str, Any]], out: Path, jobs: int | None = None) -> Middle:
    """Run every vector of a set with the same random draws and find the one nearest to the middle.

    Args:
        scenario: what is run.
        vectors: path -> value of each vector.
        out: folder for the runs; a batch that is there is replaced.
        jobs: processes; None for all cores.

    Raises:
        BatchError: not all runs ended well.
    """
    report = run_batch(_planned(scenario, vectors), out, jobs=jobs, overwrite=True, simulate=simulate_outcomes)
    if not report.complete or report.failed:
        raise BatchError(f"{out}: some runs failed, so the middle of the set cannot be determined; see its runs.csv")
    runs = read_runs(out)
    means = np.nanmean(runs.cube(scenario.name, OUTCOMES), axis=0)
    plain = np.array([_is_plain(vector, scenario.resolved()) for vector in vectors])
    number, distance = nearest_to_middle(means, plain)
    return Middle(number, int(plain.sum()), distance, vectors[number])


def nearest_to_middle(outcomes: Floats, among: NDArray[np.bool_]) -> tuple[int, float]:
    """The row nearest to the mean of all rows, and its distance in standard deviations of the columns.

    Args:
        outcomes: (vectors, outcomes).
        among: (vectors,) which rows may be chosen; all where none may.
    """
    spread = outcomes.std(axis=0)
    scaled = (outcomes - outcomes.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    away = np.linalg.norm(scaled, axis=1)
    number = int(np.argmin(np.where(among | ~among.any(), away, np.inf)))
    return number, float(away[number])


def write_parameters(path: Path, middle: Middle, dimensions: Sequence[Prior]) -> None:
    """Write a vector as ``parameters.csv`` of a world, by the paths of ``priors.csv``; mechanisms are left out.

    Args:
        path: the file.
        middle: the vector that stands for its set.
        dimensions: what calibration varies.
    """
    source = f"pangwa calibrate: vector {middle.number} of plausible.csv"
    shared = [prior for prior in dimensions if not prior.path.startswith(_MECHANISMS)]
    with csv_rows(path) as writer:
        writer.writerow(["parameter", "value", "source"])
        writer.writerows([prior.path, middle.values[prior.paths[0]], source] for prior in shared)


def _planned(scenario: Scenario, vectors: Sequence[Mapping[str, Any]]) -> BatchPlan:
    resolved = scenario.resolved()
    return make_plan(
        "middle of the plausible set",
        {scenario.name: resolved},
        replicates=REPLICATES,
        points=[((ROW, str(number)),) for number in range(len(vectors))],
        at_points={scenario.name: [resolved_with(resolved, vector) for vector in vectors]},
    )


def _is_plain(vector: Mapping[str, Any], resolved: Mapping[str, Any]) -> bool:
    usual = resolved["structure"]
    chosen = {path.removeprefix(_MECHANISMS): value for path, value in vector.items() if path.startswith(_MECHANISMS)}
    return all(usual[name] == value for name, value in chosen.items())
