"""Which parameters matter: bars of the strongest factors of a sensitivity analysis, an outcome a panel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter

from model.experiments.morris import NOISY
from model.views.panels import CAVEAT
from model.views.style import INK, SOFT, legend_of, styled, tick, title_of
from model.views.units import shown_in, units_of

MOST = 12
"""Factors shown an outcome."""
_COLOURS = {"assumed": "#D55E00", "weakly identified": "#E69F00", "observed": "#0072B2"}
_MONOTONE = 0.7


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
    rows = max(int(min((table["outcome"] == name).sum(), MOST)) for name in shown)
    columns = min(len(shown), 2)
    deep = -(-len(shown) // columns)
    figure = Figure(figsize=(max(5.6 * columns, 9.4), deep * (0.24 * rows + 0.9) + 1.3), layout="constrained")
    axes = figure.subplots(deep, columns, squeeze=False)
    units = units_of(shown)
    for axis, outcome in zip(axes.flat, shown, strict=False):
        _panel(axis, table[table["outcome"] == outcome].head(MOST), outcome, units[outcome])
    for spare in axes.flat[len(shown) :]:
        spare.remove()
    used = [status for status in _COLOURS if status in set(table["status"])]
    handles: list[Any] = [Patch(facecolor=_COLOURS[status], label=status) for status in used]
    handles.append(Patch(facecolor="white", edgecolor=SOFT, label="mostly luck: not told from noise"))
    handles.append(Line2D([], [], color=INK, label="95 % interval"))
    legend_of(figure, handles, [str(handle.get_label()) for handle in handles], len(handles))
    signs = (
        "EAOs: all ethnic armed organisations moved together. + raises, \N{MINUS SIGN} lowers, ~ either, or a switch"
    )
    title_of(figure, title, f"{note} {signs}. {CAVEAT}")
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
    rows = max(min(int((table["outcome"] == name).sum()), MOST) for name in outcomes)
    # One panel alone is wide enough for the legend below it.
    figure = Figure(figsize=(max(5.2 * len(outcomes), 8.2), 0.3 * rows + 2.2), layout="constrained")
    for axis, outcome in zip(figure.subplots(1, len(outcomes), squeeze=False)[0], outcomes, strict=True):
        part = table[table["outcome"] == outcome].head(MOST).to_dict("records")
        for place, row in enumerate(part):
            colour = _COLOURS.get(str(row["status"]), SOFT)
            axis.barh(place, max(row["ST"], 0), height=0.66, color="white", edgecolor=colour, linewidth=1.2)
            axis.barh(place, max(row["S1"], 0), height=0.66, color=colour)
            ends = [max(row["ST"] - row["ST_conf95"], 0), row["ST"] + row["ST_conf95"]]
            axis.plot(ends, [place, place], color=INK, linewidth=1.1)
        axis.set_yticks(range(len(part)), [short(str(row["factor"])) for row in part], fontsize=7.5)
        axis.set_ylim(len(part) - 0.4, -0.6)
        axis.set_xlim(left=0)
        axis.set_title(outcome)
        axis.set_xlabel("share of the variance")
        axis.tick_params(axis="y", length=0)
    used = [status for status in _COLOURS if status in set(table["status"])]
    handles: list[Any] = [Patch(facecolor=_COLOURS[status], label=f"alone ({status})") for status in used]
    handles.append(Patch(facecolor="white", edgecolor=SOFT, label="with interactions"))
    handles.append(Line2D([], [], color=INK, label="95 % interval"))
    legend_of(figure, handles, [str(handle.get_label()) for handle in handles], len(handles))
    title_of(figure, title, f"{note} {CAVEAT}")
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
    axis.set_yticks(range(len(part)), [short(str(name)) for name in part["factor"]], fontsize=7.5)
    axis.set_ylim(len(part) - 0.4, -0.6)
    axis.set_xlim(0, 1.06 * reach if reach > 0 else 1)
    axis.set_title(outcome)
    axis.set_xlabel(f"mean absolute effect of the whole range ({shown})" if shown else "mean absolute effect")
    axis.locator_params(axis="x", nbins=5)
    axis.xaxis.set_major_formatter(FuncFormatter(tick))
    axis.tick_params(axis="y", length=0)


def _sign(row: dict[Any, Any]) -> str:
    if abs(row["mu"]) < _MONOTONE * row["mu_star"]:
        return "~"
    return "+" if row["mu"] > 0 else "\N{MINUS SIGN}"
