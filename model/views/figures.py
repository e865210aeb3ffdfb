"""All figures of a batch or of a run, written to files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from matplotlib.figure import Figure

from model.views import charts, maps
from model.views.read import Results
from model.views.style import save
from model.views.words import HEADLINES
from model.world.read import load_world

if TYPE_CHECKING:
    from model.record import RunResult
    from model.scenario.schema import Scenario

KINDS = ("control", "exports", "map", "probability", "effects")


def draw(
    results: Results, kind: str, actors: Sequence[str] | None = None, outcomes: Sequence[str] | None = None
) -> Figure | None:
    """Draw one kind of figure of a batch; None where the batch has nothing to show of it."""
    if kind == "control":
        return charts.control(results, actors)
    if kind == "exports":
        return charts.exports(results)
    if kind == "map":
        return maps.ends(results, load_world(results.world))
    if kind == "probability":
        default = "KIA" if "KIA" in results.actors else results.actors[0]
        return maps.probability(results, load_world(results.world), actors[0] if actors else default)
    assert results.folder is not None
    table = pd.read_csv(results.folder / "effects.csv")
    compared = not table.empty and set(table["scenario"]) & set(results.scenarios)
    return None if not compared else charts.effects(results, table, outcomes or HEADLINES)


def batch_figures(folder: Path | str, formats: Sequence[str] = ("png", "svg")) -> list[Path]:
    """Draw every figure of a batch into its ``figures/``.

    Args:
        folder: the batch's folder.
        formats: of png, svg, pdf.

    Returns:
        The paths written.
    """
    results = Results.open(folder)
    target = Path(folder) / "figures"
    target.mkdir(exist_ok=True)
    paths: list[Path] = []
    for kind in KINDS:
        figure = draw(results, kind)
        if figure is not None:
            paths += save(figure, target / kind, formats, results.name)
    return paths


def run_figures(
    result: RunResult, scenario: Scenario, folder: Path, formats: Sequence[str] = ("png", "svg")
) -> list[Path]:
    """Draw the figures of one run: map at start and end, control, exports, border lanes.

    Args:
        result: the run.
        scenario: its scenario, resolved.
        folder: an empty folder, made when it is not there.
        formats: of png, svg, pdf.

    Returns:
        The paths written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    results = Results.of_run(scenario.name, result.tables)
    world = load_world(scenario.world)
    drawn = {
        "map": maps.start_and_end(result.tables["control"].to_pandas(), world, results.months, scenario.name),
        "control": charts.control(results),
        "exports": charts.exports(results),
        "lanes": charts.lanes(result.tables["lanes"].to_pandas(), results.start),
    }
    paths: list[Path] = []
    for name, figure in drawn.items():
        paths += save(figure, folder / name, formats, scenario.name)
    return paths
