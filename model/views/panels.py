"""What the figures over time share: bands, the calendar below them, labels at the ends of lines, footnotes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from model.arrays import Floats
from model.experiments.discrepancy import Dressing
from model.output.units import capital
from model.views import style
from model.views.read import Results

LOW, MIDDLE, HIGH = 0.1, 0.5, 0.9
"""The quantiles of every band."""
COLUMNS = 4
MOST_PANELS = 8
"""Most scenarios in one figure; the footnote names those left out."""
MONSOON = (6, 9)
"""First and last calendar month that is shaded: the months in which roads carry less (``model.dynamics.season``)."""
CAVEAT = "The model explores consequences of assumptions; it does not predict."


@dataclass(frozen=True)
class Band:
    """Quantiles over runs.

    Args:
        months: (T,) months since the start.
        low: (T,) 10% quantile.
        median: (T,) 50% quantile.
        high: (T,) 90% quantile.
        runs: number of runs.
    """

    months: Floats
    low: Floats
    median: Floats
    high: Floats
    runs: int


def band(frame: pd.DataFrame, column: str, discrepancy: Dressing | None = None) -> Band:
    """The 10, 50 and 90% quantiles over runs, month by month.

    Args:
        frame: columns run_id, month and ``column``, one row per run and month; null values are left out.
        column: what to describe.
        discrepancy: of the model, which the band is to include.
    """
    known = frame.dropna(subset=[column])
    groups = {month: part.to_numpy(dtype=np.float64) for month, part in known.groupby("month")[column]}
    if discrepancy is not None:
        groups = {month: discrepancy.dress(values) for month, values in groups.items()}
    months = np.array(list(groups), dtype=np.float64)
    low, median, high = np.array([np.quantile(values, [LOW, MIDDLE, HIGH]) for values in groups.values()]).T
    return Band(months, low, median, high, int(known["run_id"].nunique()))


def draw_band(axes: Axes, x: Floats, values: Band, colour: str, dash: style.Dash, name: str) -> None:
    """Draw a median line and its band; both carry ``name`` as their gid, for those who look for them.

    Args:
        axes: where.
        x: (T,) years.
        values: what.
        colour: of line and band.
        dash: line style.
        name: of the series.
    """
    if values.runs > 1:
        axes.fill_between(x, values.low, values.high, color=colour, alpha=0.2, linewidth=0, gid=f"band {name}")
    marker = "o" if len(x) == 1 else None
    axes.plot(x, values.median, color=colour, linestyle=dash, marker=marker, markersize=3, gid=f"median {name}")


def years(start: str, months: Floats) -> Floats:
    """Decimal years of moments ``months`` after the beginning of the month ``start``."""
    year, month = (int(part) for part in start.split("-"))
    return np.asarray(year + (month - 1 + months) / 12)


def date_of(start: str, month: int) -> str:
    """The calendar month that is the ``month``-th of runs that begin with ``start``, 0 the one before: Jul 2026."""
    number = 12 * int(start[:4]) + int(start[5:]) - 2 + month
    return f"{_NAMES[number % 12]} {number // 12}"


_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def calendar(axes: Axes, start: str, months: int, *, monsoon: bool = False) -> None:
    """Give the horizontal axis dates, as many as there is room for, and shade the rains where asked.

    Args:
        axes: where.
        start: first month of the run.
        months: its length.
        monsoon: whether to shade the rainy months.
    """
    first = float(years(start, np.zeros(1))[0])
    last = first + max(months, 1) / 12
    whole = range(math.floor(first * 12 + 0.5), math.floor(last * 12 + 0.5) + 1)
    step = next(step for step in (1, 2, 3, 6, 12, 24, 60, 120, 240, 600) if len(whole) / step <= 6.5)
    ticks = [month for month in whole if month % step == 0]
    axes.set_xticks([month / 12 for month in ticks], [_tick(month, step) for month in ticks])
    if step >= 6:
        axes.set_xticks([month / 12 for month in whole if month % (step // 4 or 1) == 0], minor=True)
    axes.set_xlim(first, last)
    if monsoon:
        for year in range(math.floor(first), math.floor(last) + 1):
            axes.axvspan(year + (MONSOON[0] - 1) / 12, year + MONSOON[1] / 12, color="#EEF1F4", linewidth=0, zorder=0)


def _tick(month: int, step: int) -> str:
    year, number = divmod(month, 12)
    return str(year) if step >= 12 else f"{_NAMES[number]}\n{year}"


@dataclass(frozen=True)
class EndLabel:
    """A name to be written at the right end of a line: height in data units, text, colour of the line."""

    y: float
    text: str
    colour: str


def label_ends(axes: Axes, labels: Sequence[EndLabel], height_inches: float) -> None:
    """Write names to the right of a panel, moved apart where they would touch, each tied to its line by a lead.

    Args:
        axes: the panel; its vertical limits must be final.
        labels: what to write.
        height_inches: about how high the panel will be.
    """
    low, high = axes.get_ylim()
    wanted = [(label.y - low) / (high - low) for label in labels]
    lines = max((label.text.count("\n") + 1 for label in labels), default=1)
    placed = _spread(wanted, gap=8.5 * 1.2 * lines / 72 / height_inches)
    for label, at, to in zip(labels, wanted, placed, strict=True):
        axes.plot(
            [1.0, 1.035, 1.075],
            [at, at, to],
            transform=axes.transAxes,
            color=label.colour,
            linewidth=1.3,
            clip_on=False,
            gid="lead",
        )
        axes.annotate(
            label.text, (1.09, to), xycoords="axes fraction", va="center", fontsize=7.5, annotation_clip=False
        )


def _spread(wanted: Sequence[float], gap: float) -> list[float]:
    """Move positions apart until neighbours are ``gap`` apart, keeping their order and, as far as may be, 0..1."""
    order = sorted(range(len(wanted)), key=lambda item: wanted[item])
    placed = [min(max(wanted[item], 0.0), 1.0) for item in order]
    for item in range(1, len(placed)):
        placed[item] = max(placed[item], placed[item - 1] + gap)
    ceiling = max(1.0, gap * (len(placed) - 1))
    for item in range(len(placed) - 1, -1, -1):
        placed[item] = min(placed[item], ceiling)
        ceiling = placed[item] - gap
    result = [0.0] * len(placed)
    for position, item in zip(placed, order, strict=True):
        result[item] = position
    return result


def looks_of(results: Results) -> dict[str, style.Look]:
    """Colours and labels of scenarios: those of the whole batch, whichever are shown."""
    looks = style.scenario_looks(results.all_scenarios)
    if not results.titled:
        return looks
    return {
        name: replace(look, label=style.printable(results.called(name), look.label)) for name, look in looks.items()
    }


def columns_for(panels: int, most: int = COLUMNS) -> tuple[int, int]:
    """Rows and columns of a grid of panels, rows as even as can be."""
    rows = math.ceil(panels / most)
    return rows, math.ceil(panels / rows)


def finish(figure: Figure, grid: NDArray[np.object_], used: int, parts: int, label: str) -> None:
    """Remove the panels that no scenario uses and name the vertical axes.

    Args:
        figure: the figure.
        grid: its panels; each scenario has ``parts`` of them, one under the other.
        used: number of scenarios.
        parts: panels of a scenario.
        label: of the vertical axis.
    """
    rows, columns = grid.shape
    for row in range(rows):
        for column in range(columns):
            if row // parts * columns + column >= used:
                grid[row, column].remove()
    for row in range(0, rows, parts):
        # One label for both parts, beside the taller one.
        taller = max(range(parts), key=lambda part: grid[row + part, 0].get_gridspec().get_height_ratios()[row + part])
        grid[row + taller, 0].set_ylabel(label)


def finish_own(axes: Axes, results: Results, label: str) -> Figure:
    """Name axes of the user's own that show one scenario, and give their figure.

    Args:
        axes: the panel, drawn.
        results: what it shows of.
        label: of the vertical axis; none where it is empty.
    """
    axes.set_title(looks_of(results)[results.scenarios[0]].label)
    axes.set_ylabel(label)
    figure = axes.get_figure(root=True)
    assert figure is not None
    return figure


def caveat(table: pd.DataFrame) -> str:
    """The end of a footnote: which parameters the runs behind a table have, and what the model is not."""
    if "parameters" not in table or not len(table):
        return CAVEAT
    words = str(table["parameters"].iloc[0])
    return f"{capital(words)}. {CAVEAT}"


def footnote(results: Results, what: str, *extra: str) -> str:
    """The footnote of a figure.

    Args:
        results: what it shows.
        what: what is drawn of the runs: "Line and band: median and 10-90%".
        *extra: sentences on what else there is to know.
    """
    each = " per scenario" if len(results.scenarios) > 1 else ""
    lead = f"One run{each}." if results.runs_each == "1" else f"{what} of {results.runs_each} runs{each}."
    notes = [lead, *extra]
    if results.points > 1:
        notes.append(f"The {results.points} design points are pooled.")
    left = len(results.scenarios) - MOST_PANELS
    if left > 0:
        notes.append(f"{left} more scenarios are not shown; choose with --scenario.")
    words = results.parameters
    return " ".join([*notes, f"{capital(words)}.", CAVEAT])


def width_of(columns: int) -> float:
    """Inches of a figure with some panels over time beside one another; four still print legibly on upright A4."""
    return {1: 5.2, 2: 6.9, 3: 8.2}.get(columns, 9.4)


LINE_AND_BAND = "Line and band: median and 10-90%"


def new_figure(width: float, height: float) -> Figure:
    """An empty figure, inches, that makes room for what is put around its panels."""
    figure = style.Picture(figsize=(width, height), layout="constrained")
    engine = figure.get_layout_engine()
    assert engine is not None
    engine.set(w_pad=0.06, h_pad=0.06, hspace=0.03, wspace=0.03)  # type: ignore[call-arg]
    return figure
