"""The figures of a batch or of a run: drawn by their kind, or all of them written to files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from model.experiments.files import own_folder
from model.views import maps
from model.views.kinds import INTO_AXES, KINDS, Asked, Draws, kind_named
from model.views.lanes import draw_lanes
from model.views.read import Results, ViewError
from model.views.style import save
from model.world.read import load_world


def _start_and_end(results: Results, asked: Asked) -> Figure | None:
    """The map of a run at its start and its end; in axes of the user's own at its end."""
    if asked.axes is not None:
        return KINDS["map"](results, asked)
    return maps.draw_run(results, load_world(results.world))


def _lanes(results: Results, asked: Asked) -> Figure | None:
    """How far the crossings are open, which single runs alone record; None in a world without any."""
    world = load_world(results.world)
    names = dict(zip(world.crossing_ids, world.crossing_names, strict=True))
    lanes = results.frame("lanes", ["month", "crossing", "ore", "reagent", "goods"])
    return None if lanes.empty else draw_lanes(lanes, results.start, names)


OF_A_RUN: dict[str, Draws] = {
    "map": _start_and_end,
    "control": KINDS["control"],
    "lanes": _lanes,
    "exports": KINDS["exports"],
    "countryside": KINDS["countryside"],
    "flows": KINDS["flows"],
    "road": KINDS["road"],
}
"""Every kind of figure of a single run by its name."""
WRITTEN = ("map", "control", "lanes", "exports", "road")
"""Those that ``pangwa run`` writes."""


def kinds_of(results: Results) -> Mapping[str, Draws]:
    """The kinds of figures that there are of some results, by name."""
    return OF_A_RUN if results.of_one_run else KINDS


def draw(
    results: Results,
    kind: str,
    actors: Sequence[str] | None = None,
    outcomes: Sequence[str] | None = None,
    axes: Axes | None = None,
) -> Figure | None:
    """Draw one kind of figure of a batch or a run; None where it has nothing to show of it.

    Args:
        results: the batch or run.
        kind: of :func:`kinds_of`.
        actors: for control and countryside, these instead of the families; for probability and years, the first of them.
        outcomes: for effects, these instead of the headlines.
        axes: axes of the user's own to draw one scenario into.

    Raises:
        ViewError: there is no such kind, or it cannot be drawn into axes.
    """
    results.need_months()
    kinds = kinds_of(results)
    kind = kind_named(kind, kinds if results.of_one_run else None)
    if axes is not None:
        _check_axes(results, kind, [name for name in kinds if name in INTO_AXES])
    return kinds[kind](results, Asked(actors, outcomes, axes))


def _check_axes(results: Results, kind: str, possible: Sequence[str]) -> None:
    if kind not in possible:
        raise ViewError(f"'{kind}' makes a figure of its own and takes no ax; these do: {', '.join(possible)}")
    if len(results.scenarios) > 1:
        raise ViewError(f"ax takes one scenario; choose it with scenario=, of: {', '.join(results.scenarios)}")


def draw_chosen(
    results: Results,
    kind: str,
    *,
    actor: Sequence[str] = (),
    outcome: Sequence[str] = (),
    scenario: Sequence[str] = (),
    axes: Axes | None = None,
) -> Figure | None:
    """Draw one kind of figure of what the user names; None where there is nothing to show.

    Args:
        results: the batch or run.
        kind: of :func:`kinds_of`.
        actor: actors to show, by id.
        outcome: outcomes to show.
        scenario: scenarios to show.
        axes: axes of the user's own to draw one scenario into.

    Raises:
        ViewError: something named is not there; the sentence has the nearest right name.
    """
    actors = [results.pick("actor", name, results.actors) for name in actor] or None
    if scenario:
        chosen = [results.pick("scenario", name, results.all_scenarios) for name in scenario]
        results = results.only(list(dict.fromkeys(chosen)))
    outcomes = [results.pick("outcome", name, results.outcomes) for name in outcome] or None
    return draw(results, kind, actors, outcomes, axes)


def figure_of(results: Results, kind: str, **asked: Any) -> Figure:
    """One kind of figure of what the user names.

    Args:
        results: the batch or run.
        kind: of :func:`kinds_of`.
        **asked: as for :func:`draw_chosen`.

    Raises:
        ViewError: something named is not there, or there is nothing to show.
    """
    figure = draw_chosen(results, kind, **asked)
    if figure is None:
        raise ViewError(nothing_to_show(results.name, kind))
    return figure


def nothing_to_show(name: object, kind: str | None) -> str:
    """The sentence where a kind of figure, or all of them, have nothing to show of some results.

    Args:
        name: of the results.
        kind: of figure.
    """
    effects = "no effects to show; choose a scenario other than the reference"
    return f"{name}: {effects if kind == 'effects' else 'nothing to show'}"


def batch_figures(folder: Path | str, formats: Sequence[str] = ("png", "svg")) -> list[Path]:
    """Draw every figure of a batch into its ``figures/``; none where its runs keep outcomes alone.

    Args:
        folder: the batch's folder.
        formats: of png, svg, pdf.

    Returns:
        The paths written.
    """
    results = Results.open(folder, months=False)
    if not results.any_month:
        return []
    target = Path(folder) / "figures"
    own_folder(target)
    paths: list[Path] = []
    for kind in KINDS:
        figure = draw(results, kind)
        if figure is not None:
            paths += save(figure, target / kind, formats, results.provenance)
    return paths


def run_figures(results: Results, folder: Path, formats: Sequence[str] = ("png", "svg")) -> list[Path]:
    """Draw the figures of one run: map at start and end, control, exports, border lanes.

    Args:
        results: the run.
        folder: an empty folder, made when it is not there.
        formats: of png, svg, pdf.

    Returns:
        The paths written.
    """
    own_folder(folder)
    paths: list[Path] = []
    source = f"{results.name}, run {results.memory['monthly']['run_id'][0].as_py()}"
    for name in WRITTEN:
        figure = draw(results, name)
        if figure is not None:
            paths += save(figure, folder / name, formats, source)
    return paths
