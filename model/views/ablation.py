"""What an ablation found as a heat map: switches by groups of outcomes, those that move nothing marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from model.experiments.ablation import GROUPS, OFF, OTHER
from model.views.panels import caveat
from model.views.style import FAINT, INK, SEQUENTIAL, legend_of, styled, title_of

_STEPS = (0.0, 0.5, 1.0, 2.0, 4.0)
"""Lower ends of the shades, in standard deviations."""
_SHADES = (0.3, 0.5, 0.7, 0.85, 1.0)
_STILL = "#B3400A"
"""Names of switches that move nothing."""
_ROWS = 44
"""Rows of a panel from which there is another one beside it, up to three; then panels grow."""
_PANELS = 3
_ROW, _CELL = 0.135, 0.3
"""Inches of a row and of a cell's width."""
_SHORTER = {"united_states.instruments": "US instruments", "actors.*": "all actors"}
_NAMES = 2.0
"""Inches left of the cells."""


class _Row(NamedTuple):
    """A row of the map: a switch, or the heading of a table of parameters."""

    words: str
    switch: str = ""
    moves: bool = True


@styled
def heat_map(table: pd.DataFrame, effects: pd.DataFrame, title: str, note: str) -> Figure:
    """Draw the largest difference that each switch makes in each group of outcomes, in any scenario.

    Args:
        table: of :func:`model.experiments.ablation.switch_table`; switches that are off already are left out.
        effects: the effects of all scenarios, of :func:`model.experiments.ablation.ablation`.
        title: the finding.
        note: what counts as moving an outcome, for the footnote.
    """
    there = set(effects["group"])
    groups = [name for name in (*GROUPS, OTHER) if name in there]
    sizes = _largest(effects)
    panels = _panels(table[table["verdict"] != OFF])
    deep = max(map(len, panels))
    width = len(panels) * (_NAMES + _CELL * len(groups)) + 0.2
    figure = Figure(figsize=(max(width, 6.4), _ROW * deep + 2.1), layout="constrained")
    axes = figure.subplots(1, len(panels), squeeze=False)[0]
    for axis, rows in zip(axes, panels, strict=True):
        _panel(axis, rows, sizes, groups, deep)
    handles = [Patch(facecolor=SEQUENTIAL(shade), label=words) for shade, words in zip(_SHADES, _labels(), strict=True)]
    handles.append(Patch(facecolor="white", edgecolor=FAINT, label="none moved"))
    legend_of(figure, handles, [str(handle.get_label()) for handle in handles], 3 if len(panels) == 1 else len(handles))
    title_of(
        figure,
        title,
        f"Largest difference among the outcomes of a group that count as moved, in any scenario, in standard deviations of the "
        f"outcome. Names in red italics have no effect. {note} {caveat(effects)}",
    )
    return figure


def _labels() -> list[str]:
    ends = [f"{low:g} to {high:g} sd" for low, high in pairwise(_STEPS[1:])]
    return [f"below {_STEPS[1]:g} sd", *ends, f"{_STEPS[-1]:g} sd or more"]


def _largest(effects: pd.DataFrame) -> dict[tuple[str, str], float]:
    """(Switch, group) -> the largest difference that counts as moved, where one does."""
    sizes: dict[tuple[str, str], float] = {}
    moved = effects[effects["moved"].astype(bool)]
    for switch, group, size in zip(moved["switch"], moved["group"], moved["effect_sd"].abs(), strict=True):
        sizes[switch, group] = max(float(size), sizes.get((switch, group), 0.0))
    return sizes


def _panels(table: pd.DataFrame) -> list[list[_Row]]:
    """The rows of each panel; the heading of a table stands above its first switch, and again at the top of a panel."""
    count = min(max(-(-len(table) // _ROWS), 1), _PANELS)
    deep = max(-(-len(table) // count), 1)
    panels = []
    for start in range(0, max(len(table), 1), deep):
        rows: list[_Row] = []
        heading = ""
        part = table.iloc[start : start + deep]
        for name, moved in zip(part["switch"].astype(str), part["outcomes_moved"], strict=True):
            own = name.rpartition(".")
            if own[0] != heading:
                heading = own[0]
                rows.append(_Row(_SHORTER.get(heading, heading.removeprefix("processes."))))
            rows.append(_Row(own[2], name, bool(moved)))
        panels.append(rows)
    return panels


def _panel(
    axis: Axes, rows: Sequence[_Row], sizes: Mapping[tuple[str, str], float], groups: Sequence[str], deep: int
) -> None:
    for place, row in enumerate(rows):
        if not row.switch:
            axis.text(-0.15, place, row.words, ha="right", va="center", fontsize=6.5, fontweight="bold", color=INK)
            continue
        style = "normal" if row.moves else "italic"
        colour = INK if row.moves else _STILL
        axis.text(-0.15, place, row.words, ha="right", va="center", fontsize=6.5, style=style, color=colour)
        for column, group in enumerate(groups):
            axis.add_patch(_cell(column, place, sizes.get((row.switch, group), np.nan)))
    axis.set_xlim(0, len(groups))
    axis.set_ylim(deep - 0.4, -0.6)
    axis.set_xticks(
        np.arange(len(groups)) + 0.5, list(groups), rotation=50, ha="left", rotation_mode="anchor", fontsize=7
    )
    axis.xaxis.tick_top()
    axis.set_yticks([])
    axis.tick_params(length=0)
    for spine in axis.spines.values():
        spine.set_visible(False)


def _cell(column: int, place: int, size: float) -> Patch:
    from matplotlib.patches import Rectangle

    shade = "white" if np.isnan(size) else SEQUENTIAL(_SHADES[int(np.searchsorted(_STEPS, size, side="right")) - 1])
    return Rectangle((column + 0.04, place - 0.45), 0.92, 0.9, facecolor=shade, edgecolor=FAINT, linewidth=0.3)
