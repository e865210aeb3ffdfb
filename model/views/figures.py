"""All figures of a batch or of a run, written to files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from model.experiments.compare import compare, finding, point_means
from model.experiments.results import read_runs
from model.views import maps
from model.views.control import draw_control
from model.views.exports import draw_exports
from model.views.flows import draw_flows
from model.views.forest import forest
from model.views.lanes import draw_lanes
from model.views.read import Results, ViewError
from model.views.style import save
from model.views.words import HEADLINES
from model.world.read import load_world

if TYPE_CHECKING:
    from model.output.record import RunResult
    from model.scenario.schema import Scenario

KINDS = ("control", "countryside", "exports", "map", "probability", "years", "flows", "effects")


def draw(
    results: Results, kind: str, actors: Sequence[str] | None = None, outcomes: Sequence[str] | None = None
) -> Figure | None:
    """Draw one kind of figure of a batch; None where the batch has nothing to show of it.

    Args:
        results: the batch.
        kind: of :data:`KINDS`.
        actors: for control and countryside, these instead of the families; for probability and years, the first of them.
        outcomes: for effects, these instead of the headlines.
    """
    if kind in ("control", "countryside"):
        return draw_control(results, "seat" if kind == "control" else kind, actors=actors)
    if kind == "exports":
        return draw_exports(results) if results.months else None
    if kind == "map":
        return maps.draw_ends(results, load_world(results.world))
    if kind in ("probability", "years"):
        actor = actors[0] if actors else "KIA" if "KIA" in results.actors else results.actors[0]
        drawing = maps.draw_probability if kind == "probability" else maps.draw_years
        return drawing(results, load_world(results.world), actor)
    if kind == "flows":
        return _flows(results)
    return _effects(results, outcomes)


def _flows(results: Results) -> Figure | None:
    try:
        return draw_flows(results, load_world(results.world))
    except ViewError:
        return None


def _effects(results: Results, outcomes: Sequence[str] | None) -> Figure | None:
    """The forest plot of :func:`model.experiments.compare.compare` for the scenarios shown."""
    others = [name for name in results.scenarios if name != results.reference]
    if results.folder is None or results.reference is None or not others:
        return None
    runs = read_runs(results.folder, None if outcomes else HEADLINES)
    both = runs.frame["scenario"].astype(str).isin([results.reference, *others])
    runs = replace(runs, frame=runs.frame[both].reset_index(drop=True))
    names = list(outcomes or [name for name in HEADLINES if name in runs.outcomes])
    table = compare(runs, names, results.reference)
    points = point_means(runs, names, results.reference) if runs.members > 1 else None
    return forest(table, points, results.all_scenarios, finding(table, runs)[0])


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
            paths += save(figure, target / kind, formats, results.provenance)
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
    names = dict(zip(world.crossing_ids, world.crossing_names, strict=True))
    control = result.tables["control"].to_pandas()
    drawn = {
        "map": maps.draw_start_and_end(control, world, results.months, scenario.name),
        "control": draw_control(results),
        "lanes": draw_lanes(result.tables["lanes"].to_pandas(), results.start, names),
    }
    if results.months:
        drawn["exports"] = draw_exports(results)
    paths: list[Path] = []
    source = f"{scenario.name}, run {result.tables['monthly']['run_id'][0].as_py()}"
    for name, figure in drawn.items():
        paths += save(figure, folder / name, formats, source)
    return paths
