"""The forest plot of a comparison: effects with intervals, hollow where nothing is raised or lowered, and the variants behind them."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from model.experiments.evidence import DEPENDS, EFFECTS, RULE, SAME, SMALLS, counts_words
from model.experiments.intervals import WORDS
from model.output.outcomes import heading_of
from model.output.units import shown_in, units_of
from model.views.panels import caveat
from model.views.style import (
    INK,
    SOFT,
    Look,
    Picture,
    height_of,
    legend_of,
    scale_of_differences,
    scenario_looks,
    styled,
    title_of,
)

COLUMNS = 4
_LETTERS = 30
"""Of a line of a panel's heading."""
_BAND, _GREY = "#E9ECEF", "#B8BEC5"
"""What does not matter, and the marker of an effect that lies within it."""


@styled
def forest(table: pd.DataFrame, points: pd.DataFrame | None, scenarios: Sequence[str], title: str) -> Figure:
    """Draw the effects of policies, one small panel an outcome, each on its own scale.

    Args:
        table: of :func:`model.experiments.compare.compare`.
        points: of :func:`model.experiments.compare.point_means`, drawn as ticks; None where there is one point.
        scenarios: labels of the whole batch, which fix the colours.
        title: the finding.
    """
    outcomes, policies = list(dict.fromkeys(table["outcome"])), list(dict.fromkeys(table["scenario"]))
    columns = min(COLUMNS, len(outcomes))
    deep = -(-len(outcomes) // columns)
    width, footnote = max(1.1 + 2.05 * columns, 6.4), _footnote(table)
    height = deep * (0.82 + 0.2 * len(policies)) + 1.0 + height_of(footnote, width)
    figure = Picture(figsize=(width, height), layout="constrained")
    axes = figure.subplots(deep, columns, squeeze=False)
    looks, units = scenario_looks(scenarios), units_of(outcomes)
    for place, outcome in enumerate(outcomes):
        axis = axes.flat[place]
        ticks = None if points is None else points[points["outcome"] == outcome]
        _panel(axis, table[table["outcome"] == outcome].set_index("scenario"), ticks, policies, looks, units[outcome])
        _headings(axis, outcome)
        axis.set_yticks(range(len(policies)), [looks[p].label for p in policies] if place % columns == 0 else [])
    for spare in axes.flat[len(outcomes) :]:
        spare.remove()
    _legend(figure, points is not None)
    title_of(figure, title, footnote)
    return figure


def title_words(finding: str) -> str:
    """The finding of a comparison without its counts, which stand in the footnote."""
    return finding.partition(". Of ")[0]


def _headings(axis: Axes, outcome: str) -> None:
    """The outcome in words, and below it, small, the column of the tables that it is."""
    words = heading_of(outcome)
    shown = "\n".join(textwrap.wrap(words, _LETTERS))
    axis.set_title(shown, fontsize=8, pad=11 if words != outcome else 3)
    if words != outcome:
        axis.annotate(
            outcome, (0, 1), xytext=(0, 3), xycoords="axes fraction", textcoords="offset points", fontsize=6, color=SOFT
        )


def _panel(
    axis: Axes,
    part: pd.DataFrame,
    ticks: pd.DataFrame | None,
    policies: Sequence[str],
    looks: dict[str, Look],
    unit: str,
) -> None:
    shown = shown_in(unit)
    factor = shown.factor
    axis.axvline(0, color=SOFT, linewidth=0.8, zorder=0)
    for place, policy in enumerate(policies):
        row: dict[Any, Any] = part.loc[[policy]].to_dict("records")[0]
        look = looks[policy]
        if ticks is not None:
            means = factor * ticks[ticks["scenario"] == policy]["mean"]
            axis.plot(means, [place + 0.3] * len(means), "|", color=look.colour, markersize=4, alpha=0.55, zorder=1)
        low, mean, high = (factor * float(row[key]) for key in ("low95", "mean", "high95"))
        axis.plot([low, high], [place, place], color=look.colour, linewidth=1.8)
        fill = look.colour if row["verdict"] in EFFECTS else _GREY if row["verdict"] in (*SMALLS, SAME) else "white"
        axis.plot(mean, place, look.marker, color=look.colour, markerfacecolor=fill, markersize=5.5, zorder=3)
        if row["verdict"] == DEPENDS:
            axis.annotate("?", (0.985, place), xycoords=("axes fraction", "data"), ha="right", va="center", fontsize=9)
    axis.set_ylim(len(policies) - 0.45, -0.55)
    scale_of_differences(axis, shown.change)
    axis.set_xlim(axis.get_xlim())  # the band of what does not matter may reach further than all effects
    matters = factor * float(part["matters"].max())
    if matters > 0:
        axis.axvspan(-matters, matters, color=_BAND, linewidth=0, zorder=-1)
    axis.tick_params(axis="y", labelsize=7.5)


def _legend(figure: Figure, several: bool) -> None:
    def key(**look: Any) -> Line2D:
        return Line2D([], [], color=INK, linewidth=1.6, markersize=5.5, **look)

    handles = [key(marker="o"), key(marker="o", markerfacecolor=_GREY), key(marker="o", markerfacecolor="white")]
    labels = [
        "raises or lowers",
        "no effect larger than X, or by less than X",
        "not enough runs to tell, or depends on assumptions (?)",
    ]
    handles.append(Line2D([], [], color=_BAND, linewidth=7))
    labels.append("X on either side")
    if several:
        handles.append(Line2D([], [], color=INK, marker="|", linestyle="", markersize=5))
        labels.append("mean of one set of assumptions")
    legend_of(figure, handles, labels, 3)


def _footnote(table: pd.DataFrame) -> str:
    low, high = int(table["n"].min()), int(table["n"].max())
    pairs = str(high) if low == high else f"{low}-{high}"
    methods = [words for key, words in WORDS.items() if key in set(table["interval"])]
    how = f" ({' or '.join(methods)})" if methods else ""
    return (
        f"Mean paired difference from {table['reference'].iloc[0]} and its 95% interval{how}, n = {pairs} pairs with the "
        f"same random draws; of the last 12 months or at the end, columns in _all of the whole run. {counts_words(table)} {RULE} "
        f"{caveat(table)}"
    )
