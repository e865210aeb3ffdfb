"""The picture of a box in the space of assumptions: its limits, and the points in the two that bind most."""

from __future__ import annotations

import textwrap

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from model.experiments.designed import Design
from model.experiments.discover import Discovery
from model.experiments.factors import Factor
from model.experiments.prim import limits_text
from model.output.units import number
from model.views.panels import caveat
from model.views.style import FAINT, INK, SOFT, legend_of, styled, title_of
from model.views.tornado import short

_ROWS = 5
"""Rows that the limits fill at least, so that three are no slabs."""
_LETTERS = 40
"""Letters of a line of an axis' words."""
_BOX, _HIT = "#0072B2", "#D55E00"


@styled
def box(found: Discovery, design: Design, title: str) -> Figure:
    """Draw a box.

    Args:
        found: with at least one limit.
        design: its design.
        title: the finding.
    """
    order = sorted(found.box.limits, key=lambda column: np.diff(found.box.limits[column])[0])
    listed = len(order) > 2  # fewer limits are all seen among the points
    height = max(0.34 * len(order) + 2.2, 4.6)
    figure = Figure(figsize=(11.0 if listed else 7.4, height), layout="constrained")
    axes = figure.subplots(1, 2 if listed else 1, width_ratios=(1.0, 1.0) if listed else None, squeeze=False)[0]
    _points(axes[0], found, design, order)
    if listed:
        _limits(axes[1], found, design, order)
    handles = [
        Line2D([], [], marker="o", linestyle="", color=_HIT, markersize=5, label="of interest"),
        Line2D([], [], marker="o", linestyle="", color=SOFT, markerfacecolor="white", markersize=4, label="not"),
        Rectangle((0, 0), 1, 1, facecolor="none", edgecolor=_BOX, linewidth=1.6, label="the box"),
    ]
    legend_of(figure, handles, [str(handle.get_label()) for handle in handles], 3)
    note = "Points: both samples; each is a mean over replicates with common random numbers."
    title_of(figure, title, f"{note} {caveat(found.table)}")
    return figure


def _points(axis: Axes, found: Discovery, design: Design, order: list[int]) -> None:
    across = order[0]
    other = [column for column in range(len(design.factors)) if column != across]
    up = order[1] if len(order) > 1 else (other[0] if other else across)
    x, y, hit = found.levels[:, across], found.levels[:, up], found.interest
    axis.plot(
        x[~hit], y[~hit], "o", color=FAINT, markerfacecolor="white", markeredgecolor=SOFT, markersize=3.5, alpha=0.7
    )
    axis.plot(x[hit], y[hit], "o", color=_HIT, markersize=4.5, alpha=0.85)
    (low, high), (bottom, top) = (found.box.limits.get(column, (0.0, 1.0)) for column in (across, up))
    axis.add_patch(Rectangle((low, bottom), high - low, top - bottom, facecolor="none", edgecolor=_BOX, linewidth=1.8))
    for column, scale, label in ((across, axis.xaxis, axis.set_xlabel), (up, axis.yaxis, axis.set_ylabel)):
        factor = design.factors[column]
        places, words = _marks(factor)
        scale.set_ticks(places, words)
        unit = "" if factor.unit in ("-", "", "0-1") or factor.members[0].options else f" ({factor.unit})"
        meaning = textwrap.fill(factor.words, _LETTERS)
        label(f"{meaning}\n{short(factor.name)}{unit}", fontsize=7.5)
    axis.set_title(
        "in the two most restricted parameters" if len(order) > 1 else "in the restricted parameter, and another"
    )


def _marks(factor: Factor) -> tuple[list[float], list[str]]:
    """Levels to mark on an axis, and what the parameter is there: its alternatives, or five of its values."""
    first = factor.members[0]
    if first.options:
        count = len(first.options)
        return [(k + 0.5) / count for k in range(count)], [str(one).replace("_", "\n") for one in first.options]
    levels = [0.0, 0.25, 0.5, 0.75, 1.0]
    if first.scaled and len(factor.members) > 1:
        return levels, [f"x {2 ** (2 * level - 1):.2g}" for level in levels]
    return levels, [number(float(first.value(level))) for level in levels]


def _limits(axis: Axes, found: Discovery, design: Design, order: list[int]) -> None:
    words = limits_text(found.box, design.factors)
    for place, column in enumerate(order):
        low, high = found.box.limits[column]
        axis.barh(place, 1.0, height=0.32, color=FAINT)
        axis.barh(place, high - low, left=low, height=0.32, color=_BOX)
        text = words[place].removeprefix(f"{design.factors[column].name} is ")
        axis.text(0.0, place - 0.27, f"{short(design.factors[column].name)}: {text}", fontsize=8, color=INK)
    axis.set_ylim(max(len(order), _ROWS) - 0.5, -0.8)
    axis.set_xlim(-0.01, 1.01)
    axis.set_yticks([])
    axis.set_xlabel("range of the parameter, 0 to 1")
    axis.set_title("the box")
