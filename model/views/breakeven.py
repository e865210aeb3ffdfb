"""What it would take: a table and a sentence for the terminal, the curve of one lever, the frontier of two as contours."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from agents.instruments import KINDS
from model.experiments.breakeven import EVERYWHERE, NOWHERE, WITHIN, Lever, Target
from model.experiments.designed import basis_words
from model.experiments.windows import period_of, series_of
from model.output.outcomes import heading_of, words_of
from model.output.units import amount_words, join, number, shown_of
from model.scenario.schema import Scenario
from model.views.answers import aligned
from model.views.doses import instrument_of, label_of
from model.views.panels import caveat, new_figure
from model.views.style import INK, SOFT, legend_of, scale_of, styled, tick, title_of

_BLUE = "#2F7DB5"


def _amount(value: float, outcome: str) -> str:
    """A value of an outcome with its unit: 10%, 3,200 t REO."""
    shown = shown_of(outcome)
    text = number(shown.factor * value)
    return f"{text}{shown.level}" if shown.level.startswith("%") else f"{text} {shown.level}".rstrip()


def _mean(row: dict[Any, Any]) -> str:
    """The best mean with its interval."""
    outcome = str(row["outcome"])
    factor = shown_of(outcome).factor
    ends = f"[{number(factor * row['best_low95'])}, {number(factor * row['best_high95'])}]"
    return f"{_amount(row['best'], outcome)} {ends}"


def _interval(row: dict[Any, Any], lever: Lever) -> str:
    """The interval of a break-even value, in words where it reaches beyond the range."""
    low, high = float(row["value_low95"]), float(row["value_high95"])
    first = number(low) if np.isfinite(low) else f"below {number(lever.low)}"
    last = number(high) if np.isfinite(high) else f"above {number(lever.high)}"
    return f"[{first}, {last}]"


def _subject(target: Target, scenario: Scenario) -> str:
    """Whose outcome it is: "Under my_policy, ore to China (last 12 months)"."""
    words, period = words_of(series_of(target.outcome)), period_of(target.outcome)
    return f"Under {scenario.name}, {words} ({period})" if period else f"Under {scenario.name}, {words}"


def _reached(target: Target) -> str:
    return f"{'reaches' if target.at_least else 'falls to'} {_amount(target.value, target.outcome)}"


def _never_reached(target: Target) -> str:
    return f"does not {'reach' if target.at_least else 'fall to'} {_amount(target.value, target.outcome)}"


def _promised(value: float, lever: Lever, scenario: Scenario) -> str:
    """A value of a lever with its unit, or what a level of an instrument promises."""
    one = instrument_of(lever.path, scenario)
    if one is not None:
        amount = KINDS[one.kind].amount(value, scenario.united_states)
        return number(value) + (f" ({amount_words(amount, KINDS[one.kind].unit)})" if amount is not None else "")
    return f"{number(value)} {lever.unit}" if lever.unit not in ("", "-", "0-1", "0/1") else number(value)


def name_of(lever: Lever, scenario: Scenario) -> str:
    """A lever in words: the instrument whose level it is, or the last two parts of its path."""
    named = label_of(lever.path, scenario)
    if named != lever.path:
        return f"level of {named.replace('_', ' ')}"
    return ".".join(lever.path.split(".")[-2:])


def _range(lever: Lever, scenario: Scenario) -> str:
    return f"{name_of(lever, scenario)} from {number(lever.low)} to {_promised(lever.high, lever, scenario)}"


def breakeven_text(table: pd.DataFrame, levers: Sequence[Lever], scenario: Scenario) -> str:
    """The break-even values as lines: one for each combination of the other levers."""
    first, *others = levers
    head = [
        *(name_of(lever, scenario) for lever in others),
        "",
        name_of(first, scenario),
        "95% interval",
        "best mean",
        "at",
    ]
    rows = [head]
    for row in table.to_dict("records"):
        within = row["state"] == WITHIN
        side = ("from" if row["rising"] else "up to") if within else str(row["state"])
        value = _promised(row["value"], first, scenario) if within else ""
        ends = _interval(row, first) if within else ""
        about = [number(row[lever.path]) for lever in others]
        rows.append([*about, side, value, ends, _mean(row), number(row["best_at"])])
    return "\n".join(aligned(rows, left=len(others) + 1))


def finding(table: pd.DataFrame, levers: Sequence[Lever], target: Target, scenario: Scenario) -> str:
    """What it would take, and on what that rests.

    Args:
        table: of :func:`model.experiments.breakeven.breakeven_table`.
        levers: one to three.
        target: what the outcome should come to.
        scenario: as it is, for what a level amounts to.
    """
    return f"{claim(table, levers, target, scenario)} {basis(table, levers)}"


def claim(table: pd.DataFrame, levers: Sequence[Lever], target: Target, scenario: Scenario) -> str:
    """What it would take, in one sentence; arguments as those of :func:`finding`."""
    said = _one(table, levers[0], target, scenario) if len(levers) == 1 else _several(table, levers, target, scenario)
    return f"{_subject(target, scenario)} {said}."


def basis(table: pd.DataFrame, levers: Sequence[Lever]) -> str:
    """On how many runs the finding stands, and how well its levers are known."""
    words = basis_words([lever.status for lever in levers], "the lever", "the levers")
    return f"({int(table['n'].max())} replicates per value, with common random numbers; {words}.)"


def _one(table: pd.DataFrame, lever: Lever, target: Target, scenario: Scenario) -> str:
    row = table.to_dict("records")[0]
    name, most = name_of(lever, scenario), f"{_extreme(target)} {_mean(row)}, at {number(float(row['best_at']))}"
    if row["state"] == NOWHERE:
        return f"{_never_reached(target)} at any {_range(lever, scenario)}; {most}{_doubt(row)}"
    if row["state"] == EVERYWHERE:
        return f"{_reached(target)} at every {_range(lever, scenario)}; {most}"
    side = "from" if row["rising"] else "up to"
    more = f"; the mean crosses this value {int(row['crossings'])} times in the range" if row["crossings"] > 1 else ""
    value = f"{name} = {_promised(row['value'], lever, scenario)}, 95% interval {_interval(row, lever)}"
    return f"{_reached(target)} {side} {value}{more}"


def _extreme(target: Target) -> str:
    return f"the {'highest' if target.at_least else 'lowest'} mean is"


def _doubt(row: dict[Any, Any]) -> str:
    """What is to be said where the runs cannot tell the best mean from the target."""
    unsure = row["best_low95"] <= row["target"] <= row["best_high95"]
    return "; that interval includes the target, so more replicates may reach it" if unsure else ""


def _several(table: pd.DataFrame, levers: Sequence[Lever], target: Target, scenario: Scenario) -> str:
    first, *others = levers
    found = table[table["state"] != NOWHERE]
    best = table.sort_values("best", ascending=not target.at_least, kind="stable").to_dict("records")[0]
    at = ", ".join(
        f"{name_of(lever, scenario)} {number(best[key])}"
        for lever, key in zip(levers, ["best_at", *(lever.path for lever in others)], strict=True)
    )
    most = f"{_extreme(target)} {_mean(best)}, at {at}"
    if found.empty:
        ranges = join([_range(lever, scenario) for lever in levers])
        return f"{_never_reached(target)} at any {ranges}; {most}{_doubt(best)}"
    crossing, never = found[found["state"] == WITHIN], len(table) - len(found)
    beyond = f", but not in {never} of {len(table)} combinations of the other levers" if never else ""
    if crossing.empty:
        return f"{_reached(target)} at every {_range(first, scenario)}{beyond}; {most}"
    rising = bool(crossing["rising"].iloc[0])
    near = crossing.sort_values("value", ascending=rising, kind="stable").to_dict("records")[0]
    beside = ", ".join(f"{name_of(lever, scenario)} = {number(near[lever.path])}" for lever in others)
    return (
        f"{_reached(target)} {'from' if rising else 'up to'} {name_of(first, scenario)} = "
        f"{_promised(near['value'], first, scenario)} {_interval(near, first)} where {beside}{beyond}; {most}"
    )


@styled
def draw_breakeven(
    means: pd.DataFrame, table: pd.DataFrame, levers: Sequence[Lever], target: Target, scenario: Scenario
) -> Figure:
    """Draw the mean against one lever, or its contours over two, a panel for each value of a third.

    Args:
        means: of :func:`model.experiments.breakeven.means_table`.
        table: of :func:`model.experiments.breakeven.breakeven_table`.
        levers: one to three.
        target: what the outcome should come to.
        scenario: as it is.
    """
    if len(levers) == 1:
        figure = new_figure(6.4, 4.3)
        _draw_curve(figure.subplots(), means, table.to_dict("records")[0], levers[0], target, scenario)
        note = f"Mean and its 95% interval of {_counts(means)} replicates at each mark, common random numbers at all marks."
        note += " Shaded: the interval of the break-even value." if table["state"].iloc[0] == WITHIN else ""
    else:
        third = list(dict.fromkeys(means[levers[2].path])) if len(levers) > 2 else [None]
        figure = new_figure(3.6 + 2.5 * len(third), 4.9)
        axes = figure.subplots(1, len(third), squeeze=False, sharey=True)[0]
        _draw_contours(figure, axes, means, third, levers, target, scenario)
        note = (
            f"Means of {_counts(means)} replicates at each dot, common random numbers at all dots, linear between dots."
        )
    title_of(figure, claim(table, levers, target, scenario), f"{note} {caveat(table)}")
    return figure


def _counts(means: pd.DataFrame) -> str:
    low, high = int(means["n"].min()), int(means["n"].max())
    return str(high) if low == high else f"{low}-{high}"


def _axis_label(lever: Lever, scenario: Scenario) -> str:
    promised = _promised(1.0, lever, scenario).partition(" (")[2].rstrip(")")
    unit = f"level 1: {promised}" if promised else lever.unit if lever.unit not in ("", "-") else ""
    return f"{name_of(lever, scenario)}{unit and f' ({unit})'}"


def _draw_curve(
    axis: Axes, means: pd.DataFrame, row: dict[Any, Any], lever: Lever, target: Target, scenario: Scenario
) -> None:
    shown = shown_of(target.outcome)
    x = means[lever.path].to_numpy(dtype=np.float64)
    low, mean, high = (shown.factor * means[key].to_numpy(dtype=np.float64) for key in ("low95", "mean", "high95"))
    axis.fill_between(x, low, high, color=_BLUE, alpha=0.2, linewidth=0)
    axis.plot(x, mean, color=_BLUE, marker="o", markersize=3.5)
    axis.axhline(shown.factor * target.value, color=INK, linewidth=1.0, linestyle="--")
    bound = f"at {'least' if target.at_least else 'most'} {_amount(target.value, target.outcome)}"
    axis.annotate(
        bound, (0.99, shown.factor * target.value), xycoords=("axes fraction", "data"), xytext=(0, 3),
        textcoords="offset points", ha="right", fontsize=7.5, color=INK,
    )  # fmt: skip
    if row["state"] == WITHIN:
        ends = np.clip([row["value_low95"], row["value_high95"]], lever.low, lever.high)
        axis.axvspan(float(ends[0]), float(ends[1]), color=SOFT, alpha=0.18, linewidth=0)
        axis.axvline(float(row["value"]), color=INK, linewidth=1.0)
    axis.set_xlabel(_axis_label(lever, scenario))
    axis.set_ylabel(fill(f"{heading_of(target.outcome)}{shown.level and f' ({shown.level})'}", 34))
    axis.margins(x=0.02)
    for side in (axis.xaxis, axis.yaxis):
        side.set_major_formatter(tick)


def _draw_contours(
    figure: Figure, axes: Sequence[Axes], means: pd.DataFrame, third: Sequence[float | None], levers: Sequence[Lever],
    target: Target, scenario: Scenario,
) -> None:  # fmt: skip
    shown = shown_of(target.outcome)
    lowest, highest = shown.factor * float(means["mean"].min()), shown.factor * float(means["mean"].max())
    steps = MaxNLocator(9).tick_values(lowest, highest if highest > lowest else lowest + 1.0)
    for axis, value in zip(axes, third, strict=True):
        part = means if value is None else means[means[levers[2].path] == value]
        grids = {
            key: shown.factor * part.pivot(index=levers[1].path, columns=levers[0].path, values=key)
            for key in ("mean", "low95", "high95")
        }
        x, y = grids["mean"].columns.to_numpy(float), grids["mean"].index.to_numpy(float)
        filled = axis.contourf(x, y, grids["mean"].to_numpy(float), steps, cmap="Blues", alpha=0.85)
        for key, dash in (("mean", "-"), ("low95", "--"), ("high95", "--")):
            values = grids[key].to_numpy(float)
            if np.nanmin(values) < shown.factor * target.value < np.nanmax(values):
                level = [shown.factor * target.value]
                axis.contour(x, y, values, level, colors=INK, linestyles=dash, linewidths=1.8 if key == "mean" else 0.9)
        axis.plot(part[levers[0].path], part[levers[1].path], ".", color=SOFT, markersize=3, clip_on=False)
        axis.set_xlabel(_axis_label(levers[0], scenario), fontsize=7.5)
        if value is not None:
            axis.set_title(f"{name_of(levers[2], scenario)} = {number(value)}", fontsize=8.5)
        for side in (axis.xaxis, axis.yaxis):
            side.set_major_formatter(tick)
    axes[0].set_ylabel(_axis_label(levers[1], scenario), fontsize=7.5)
    handles = [
        Line2D([], [], color=INK, linewidth=1.8, label=f"mean = {_amount(target.value, target.outcome)}"),
        Line2D([], [], color=INK, linewidth=0.9, linestyle="--", label="the ends of its 95% interval there"),
    ]
    if lowest < shown.factor * target.value < highest:
        legend_of(figure, handles, [str(handle.get_label()) for handle in handles], 2)
    scale_of(figure, filled, f"{heading_of(target.outcome)}{shown.level and f' ({shown.level})'}")
