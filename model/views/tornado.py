"""Which parameters matter: bars of the strongest factors of a sensitivity analysis, an outcome a panel."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter

from model.experiments.morris import NOISY
from model.output.outcomes import heading_of
from model.output.units import shown_in, units_of
from model.views.panels import caveat
from model.views.style import INK, SOFT, legend_of, styled, tick, title_of

MOST = 8
"""Factors shown an outcome."""
_COLOURS = {"assumed": "#D55E00", "weakly identified": "#E69F00", "observed": "#0072B2"}
_MONOTONE = 0.7
_LETTERS = 50
"""Letters of a line of a factor's words, of which there are two at most."""
_ROW = 0.37
"""Inches of a row: two lines of words and the factor's name."""


def short(factor: str) -> str:
    """A factor's name for an axis: the actor or process and the parameter, the actors' kinds in fewer letters."""
    for word, shorter in (
        ("actors.EthnicArmedOrganization", "EAOs"),
        ("actors.PeoplesDefenceForce", "PDFs"),
        ("actors.ChineseBuyer", "buyers"),
        ("actors.", ""),
        ("processes.", ""),
    ):
        if factor.startswith(word):
            return shorter + factor.removeprefix(word)
    return factor


@styled
def tornado(table: pd.DataFrame, outcomes: Sequence[str], title: str, note: str) -> Figure:
    """Draw mean absolute elementary effects with their intervals.

    Args:
        table: of :func:`model.experiments.morris.morris_effects`.
        outcomes: which to show; each a panel on its own scale.
        title: the finding.
        note: how the analysis was done, for the footnote.
    """
    shown = [name for name in outcomes if name in set(table["outcome"])]
    figure, axes = _stacked(table, shown)
    units = units_of(shown)
    for axis, outcome in zip(axes, shown, strict=True):
        _panel(axis, table[table["outcome"] == outcome].head(MOST), outcome, units[outcome])
    used = _statuses(table, shown)
    handles: list[Any] = [Patch(facecolor=_COLOURS[status], label=status) for status in used]
    handles.append(Patch(facecolor="white", edgecolor=SOFT, label="mostly noise"))
    handles.append(Line2D([], [], color=INK, label="95% interval"))
    legend_of(figure, handles, [str(handle.get_label()) for handle in handles], len(handles))
    signs = "+ raises, \N{MINUS SIGN} lowers, ~ either, or a switch; actors of a kind are moved together"
    title_of(figure, title, f"{note} {signs}. {caveat(table)}")
    return figure


@styled
def variance_bars(table: pd.DataFrame, outcomes: Sequence[str], title: str, note: str) -> Figure:
    """Draw shares of the variance: first-order indices inside total ones.

    Args:
        table: of :func:`model.experiments.sobol.sobol_indices`.
        outcomes: which to show.
        title: the finding.
        note: how the analysis was done, for the footnote.
    """
    figure, axes = _stacked(table, outcomes)
    for axis, outcome in zip(axes, outcomes, strict=True):
        part = table[table["outcome"] == outcome].head(MOST).to_dict("records")
        for place, row in enumerate(part):
            colour = _COLOURS.get(str(row["status"]), SOFT)
            axis.barh(place, max(row["ST"], 0), height=0.66, color="white", edgecolor=colour, linewidth=1.2)
            axis.barh(place, max(row["S1"], 0), height=0.66, color=colour)
            ends = [max(row["ST"] - row["ST_conf95"], 0), row["ST"] + row["ST_conf95"]]
            axis.plot(ends, [place, place], color=INK, linewidth=1.1)
        axis.set_xlim(left=0)
        axis.set_xlabel("share of the variance")
        _names(axis, part, outcome)
    used = _statuses(table, outcomes)
    handles: list[Any] = [Patch(facecolor=_COLOURS[status], label=f"alone ({status})") for status in used]
    handles.append(Patch(facecolor="white", edgecolor=SOFT, label="with interactions"))
    handles.append(Line2D([], [], color=INK, label="95% interval"))
    legend_of(figure, handles, [str(handle.get_label()) for handle in handles], len(handles))
    title_of(figure, title, f"{note} {caveat(table)}")
    return figure


def _panel(axis: Axes, part: pd.DataFrame, outcome: str, unit: str) -> None:
    factor, shown = shown_in(unit).factor, shown_in(unit).change
    reach = factor * float((part["mu_star"] + part["mu_star_conf95"].fillna(0)).max())
    for place, row in enumerate(part.to_dict("records")):
        length, half = factor * row["mu_star"], factor * row["mu_star_conf95"]
        colour = _COLOURS.get(str(row["status"]), SOFT)
        fill = "white" if row["noise_share"] >= NOISY else colour
        axis.barh(place, length, height=0.66, color=fill, edgecolor=colour, linewidth=1.1)
        axis.plot([max(length - half, 0), length + half], [place, place], color=INK, linewidth=1.1)
        axis.text(max(length, length + half) + 0.015 * reach, place, _sign(row), va="center", fontsize=8, color=INK)
    axis.set_xlim(0, 1.06 * reach if reach > 0 else 1)
    axis.set_xlabel(f"mean absolute effect of the whole range ({shown})" if shown else "mean absolute effect")
    axis.locator_params(axis="x", nbins=5)
    axis.xaxis.set_major_formatter(FuncFormatter(tick))
    _names(axis, part.to_dict("records"), outcome)


def _stacked(table: pd.DataFrame, outcomes: Sequence[str]) -> tuple[Figure, Sequence[Axes]]:
    """A figure with a panel an outcome, one under the other, each as high as its factors are many."""
    rows = [int(min((table["outcome"] == name).sum(), MOST)) for name in outcomes]
    figure = Figure(figsize=(8.2, _ROW * sum(rows) + 0.85 * len(outcomes) + 1.3), layout="constrained")
    grid = figure.subplots(len(outcomes), 1, squeeze=False, height_ratios=[one + 0.5 for one in rows])
    return figure, list(grid[:, 0])


def _statuses(table: pd.DataFrame, outcomes: Sequence[str]) -> list[str]:
    """The statuses of what is shown, in the order of the legend."""
    drawn = {status for name in outcomes for status in table[table["outcome"] == name].head(MOST)["status"]}
    return [status for status in _COLOURS if status in drawn]


def _names(axis: Axes, part: Sequence[dict[Any, Any]], outcome: str) -> None:
    """The outcome above a panel; at its rows the factors in words, and small below them their names in the table."""
    for place, row in enumerate(part):
        lines = textwrap.wrap(str(row["meaning"]), _LETTERS, max_lines=2, placeholder=" ...")
        at: dict[str, Any] = {"xycoords": ("axes fraction", "data"), "textcoords": "offset points", "ha": "right"}
        axis.annotate("\n".join(lines), (0, place), (-6, 2 if len(lines) < 2 else -1), va="center", fontsize=7.5, **at)
        below = -4 if len(lines) < 2 else -10
        axis.annotate(row["factor"], (0, place), (-6, below), va="top", fontsize=5.5, color=SOFT, **at)
    axis.set_yticks([])
    axis.set_ylim(len(part) - 0.4, -0.6)
    words = heading_of(outcome)
    axis.set_title(words if words == outcome else f"{words} ({outcome})")


def _sign(row: dict[Any, Any]) -> str:
    if abs(row["mu"]) < _MONOTONE * row["mu_star"]:
        return "~"
    return "+" if row["mu"] > 0 else "\N{MINUS SIGN}"
