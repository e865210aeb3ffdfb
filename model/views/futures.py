"""Figures over assumptions: outcomes along a sweep, and the regret of policies over futures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

from model.experiments.regret import wish
from model.output.outcomes import heading_of
from model.output.units import capital, shown_in, units_of
from model.views.panels import caveat
from model.views.style import INK, SOFT, Look, legend_of, scenario_looks, styled, tick, title_of

_TICKS = FuncFormatter(tick)


@styled
def sweep(table: pd.DataFrame, outcomes: Sequence[str], scenarios: Sequence[str], title: str, unit: str) -> Figure:
    """Draw outcomes along a swept parameter, a panel an outcome, a line and band a scenario.

    Args:
        table: of :func:`model.experiments.sweep.sweep_table`.
        outcomes: which, in the order of panels.
        scenarios: labels of the batch, which fix the colours.
        title: the finding.
        unit: of the parameter.
    """
    columns = min(len(outcomes), 3)
    deep = -(-len(outcomes) // columns)
    figure = Figure(figsize=(max(3.3 * columns, 5.2), 2.5 * deep + 1.3), layout="constrained")
    axes = figure.subplots(deep, columns, squeeze=False)
    looks, units = scenario_looks(scenarios), units_of(outcomes)
    path = str(table["path"].iloc[0])
    for axis, outcome in zip(axes.flat, outcomes, strict=False):
        shown = shown_in(units[outcome])
        for order, scenario in enumerate(scenarios):
            part = table[(table["outcome"] == outcome) & (table["scenario"] == scenario)].sort_values("value")
            # Lines that lie on one another stay visible: the earlier are the wider.
            _line(axis, part, looks[scenario], shown.factor, 1.3 + 1.1 * (len(scenarios) - 1 - order))
        axis.set_title(heading_of(outcome))
        axis.set_ylabel(shown.level)
        axis.set_xlabel(f"{path} ({unit})" if unit and unit != "-" else path, fontsize=7.5)
        axis.yaxis.set_major_formatter(_TICKS)
        axis.xaxis.set_major_formatter(_TICKS)
        axis.locator_params(axis="both", nbins=5)
    for spare in axes.flat[len(outcomes) :]:
        spare.remove()
    handles = [_key(look) for look in looks.values()]
    legend_of(figure, handles, [str(handle.get_label()) for handle in handles], min(len(handles), 2 * columns))
    low, high = int(table["n"].min()), int(table["n"].max())
    runs = str(high) if low == high else f"{low}-{high}"
    title_of(
        figure,
        title,
        f"Line: median; band: 10-90% of {runs} runs at each mark, common random numbers at all marks. {caveat(table)}",
    )
    return figure


def _key(look: Look) -> Line2D:
    dash: Any = look.dash
    return Line2D([], [], color=look.colour, linestyle=dash, marker=look.marker, markersize=4, label=look.label)


def _line(axis: Axes, part: pd.DataFrame, look: Look, factor: float, width: float) -> None:
    x = part["value"].to_numpy(dtype=np.float64)
    low, median, high = (factor * part[key].to_numpy(dtype=np.float64) for key in ("p10", "median", "p90"))
    axis.fill_between(x, low, high, color=look.colour, alpha=0.15, linewidth=0)
    axis.plot(
        x, median, color=look.colour, linestyle=look.dash, marker=look.marker, markersize=3 + width, linewidth=width
    )


@styled
def regret(
    each: dict[str, pd.DataFrame], table: pd.DataFrame, scenarios: Sequence[str], title: str, threshold: str
) -> Figure:
    """Draw the regret of every policy in every future, a panel a goal.

    Args:
        each: outcome -> regrets of :func:`model.experiments.regret.regrets`.
        table: of :func:`model.experiments.regret.regret_table`.
        scenarios: labels of the batch, which fix the colours.
        title: the finding.
        threshold: what "good enough" means, in words.
    """
    columns = min(len(each), 2)
    deep = -(-len(each) // columns)
    figure = Figure(figsize=(max(4.6 * columns, 6.4), deep * (0.36 * len(scenarios) + 1.0) + 1.2), layout="constrained")
    axes = figure.subplots(deep, columns, squeeze=False)
    looks, units = scenario_looks(scenarios), units_of(list(each))
    for axis, (outcome, regrets) in zip(axes.flat, each.items(), strict=False):
        _regrets(axis, regrets, table[table["outcome"] == outcome], looks, units[outcome])
        better = table.loc[table["outcome"] == outcome, "better"].iloc[0]
        wanted = wish(str(better), outcome)
        axis.set_title(capital(wanted))
    for spare in axes.flat[len(each) :]:
        spare.remove()
    handles = [
        Line2D([], [], color=SOFT, marker="|", linestyle="", markersize=7, label="regret in a future"),
        Line2D([], [], color=INK, marker="D", linestyle="", markersize=5, label="largest regret"),
    ]
    legend_of(figure, handles, [str(handle.get_label()) for handle in handles], 2)
    note = f"Regret: shortfall from the best policy in the same future. Right: share of futures in which the policy is {threshold}."
    title_of(figure, title, f"{note} {caveat(table)}")
    return figure


def _regrets(axis: Axes, regrets: pd.DataFrame, rows: pd.DataFrame, looks: dict[str, Look], unit: str) -> None:
    factor, shown = shown_in(unit).factor, shown_in(unit).change
    reach = factor * float(regrets.max().max())
    for place, row in enumerate(rows.to_dict("records")):
        look = looks[str(row["policy"])]
        values = factor * regrets[str(row["policy"])].to_numpy(dtype=np.float64)
        axis.plot(values, np.full(len(values), place), "|", color=look.colour, markersize=11, alpha=0.6)
        axis.plot(values.max(), place, look.marker, color=look.colour, markersize=6)
        share = f"{100 * row['satisficing_share']:.0f}%"
        axis.annotate(share, (1.0, place), xycoords=("axes fraction", "data"), ha="right", va="center", fontsize=8)
    axis.annotate("good enough in", (1.0, -0.5), xycoords=("axes fraction", "data"), ha="right", fontsize=7, color=SOFT)
    axis.set_yticks(range(len(rows)), [looks[str(policy)].label for policy in rows["policy"]])
    axis.set_ylim(len(rows) - 0.5, -0.75)
    axis.set_xlim(-0.02 * reach if reach else -0.05, 1.2 * reach if reach else 1.0)
    axis.set_xlabel(f"regret ({shown})" if shown else "regret")
    axis.xaxis.set_major_formatter(_TICKS)
    axis.locator_params(axis="x", nbins=5)
    axis.tick_params(axis="y", length=0)
