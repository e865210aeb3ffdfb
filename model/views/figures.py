"""All figures of a batch or of a run, written to files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from model.views import maps
from model.views.control import draw_control
from model.views.exports import draw_exports
from model.views.kinds import KINDS, Asked, kind_named
from model.views.lanes import draw_lanes
from model.views.read import Results
from model.views.style import save
from model.world.read import load_world

if TYPE_CHECKING:
    from model.output.record import RunResult
    from model.scenario.schema import Scenario


def draw(
    results: Results, kind: str, actors: Sequence[str] | None = None, outcomes: Sequence[str] | None = None
) -> Figure | None:
    """Draw one kind of figure of a batch; None where the batch has nothing to show of it.

    Args:
        results: the batch.
        kind: of :data:`model.views.kinds.KINDS`.
        actors: for control and countryside, these instead of the families; for probability and years, the first of them.
        outcomes: for effects, these instead of the headlines.

    Raises:
        ViewError: there is no such kind.
    """
    return KINDS[kind_named(kind)](results, Asked(actors, outcomes))


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
