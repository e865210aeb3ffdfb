"""Figures of a user's record against the model: bands by month with what was observed, and scores of maps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from model.experiments.hindcast.given import LAST, MODEL, MapScore, Panel, Scores
from model.views import style
from model.views.hindcast import MODEL as BLUE
from model.views.hindcast import RECORD
from model.views.panels import new_figure

MOST_PANELS = 8
_COLUMNS = 2
_BANDS = ((0.05, 0.95, 0.18), (0.25, 0.75, 0.28))


def record_figures(folder: Path, scores: Sequence[Scores], formats: tuple[str, ...] = ("png", "svg")) -> list[Path]:
    """Draw ``record_SCENARIO`` (series and counts) and ``record_maps_SCENARIO`` into the folder's ``figures/``.

    Args:
        folder: the batch that was compared with the record.
        scores: of each scenario.
        formats: of png, svg, pdf.

    Returns:
        The paths written.
    """
    out = folder / "figures"
    out.mkdir(exist_ok=True)
    paths = []
    for one in scores:
        panels = [panel for panel in one.panels if panel.observed]
        figures = {f"record_{one.scenario}": draw_panels(one, panels[:MOST_PANELS])} if panels else {}
        if one.maps:
            figures[f"record_maps_{one.scenario}"] = draw_maps(one.maps)
        for name, figure in figures.items():
            paths += style.save(figure, out / name, formats, "hindcast --record")
    return paths


@style.styled
def draw_panels(scores: Scores, panels: Sequence[Panel]) -> Figure:
    """Draw the model's bands and the record, a panel for each series, or for each count in a state."""
    rows = math.ceil(len(panels) / _COLUMNS)
    across = min(len(panels), _COLUMNS)
    figure = new_figure(4.3 * across if across > 1 else 7.0, 1.4 + 1.9 * rows)
    grid = figure.subplots(rows, across, sharex=True, squeeze=False).ravel()
    for axes, panel in zip(grid, panels, strict=False):
        _draw_panel(axes, panel)
    for axes in grid[len(panels) :]:
        axes.set_axis_off()
    handles, labels = grid[0].get_legend_handles_labels()
    style.legend_of(figure, handles, labels, 4)
    held = [
        f"{line.what}{' in ' + line.where if line.where else ''}: {100 * line.coverage[0.9]:.0f} %"
        for line in scores.lines
        if line.forecast == MODEL and line.coverage
    ][:3]
    title = f"Months within the model's 90% interval: {'; '.join(held)}" if held else "Your record and the model"
    more = len([panel for panel in scores.panels if panel.observed]) - len(panels)
    note = f"Scenario {scores.scenario}. All scores are in record_scores.csv." + (
        f" {more} further panels (states with the fewest battles) are not shown." if more > 0 else ""
    )
    style.title_of(figure, title, note)
    return figure


def _draw_panel(axes: Axes, panel: Panel) -> None:
    months = sorted(panel.modelled)
    first, last = min(panel.observed), max(panel.observed)
    months = [month for month in months if first <= month <= last]
    when = [_year(month) for month in months]
    for low, high, alpha in _BANDS:
        ends = np.array([np.quantile(panel.modelled[month], [low, high]) for month in months])
        look: dict[str, Any] = {"color": BLUE, "alpha": alpha, "linewidth": 0}
        axes.fill_between(when, ends[:, 0], ends[:, 1], label=f"model, {100 * (high - low):.0f}% interval", **look)
    middle = [float(np.median(panel.modelled[month])) for month in months]
    axes.plot(when, middle, color=BLUE, linewidth=1.3, label="median")
    seen = [(_year(month), value) for month, value in panel.observed.items()]
    axes.plot(*zip(*seen, strict=True), color=RECORD, marker="o", linestyle="none", markersize=3.5, label="your record")
    axes.set_title(panel.title, loc="left", fontsize=8.5)
    axes.set_ylabel(panel.unit)
    if min(value for _, value in seen) >= 0:
        axes.set_ylim(bottom=0)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))


def _year(month: str) -> float:
    return int(month[:4]) + (int(month[5:]) - 0.5) / 12


@style.styled
def draw_maps(maps: Sequence[MapScore]) -> Figure:
    """Draw the Brier scores of each month's map, and how many townships have changed hands."""
    figure = new_figure(8.4, 3.4)
    left, right = figure.subplots(1, 2)
    when = np.arange(len(maps))
    for name, colour, marker in ((MODEL, BLUE, "o"), (LAST, "#777777", "s")):
        left.plot(when, [one.brier[name] for one in maps], color=colour, marker=marker, markersize=5, label=name)
    right.plot(when, [one.expected for one in maps], color=BLUE, marker="o", markersize=5, label="model")
    right.plot(when, [one.changed for one in maps], color=RECORD, marker="D", markersize=5, label="your record")
    for axes, label in (
        (left, "Brier score of township holders"),
        (right, "Townships that changed hands since the start"),
    ):
        axes.set_xticks(when, [one.month for one in maps])
        axes.set_xlim(-0.5, len(maps) - 0.5)
        axes.set_ylim(bottom=0)
        axes.set_ylabel(label, fontsize=8)
        axes.legend(fontsize=7, frameon=False)
    better = sum(one.brier[MODEL] < one.brier[LAST] for one in maps)
    title = f"The model beats persistence on {better} of {len(maps)} maps"
    style.title_of(figure, title, "Smaller is better. Persistence: the holder at the start of the run.")
    return figure
