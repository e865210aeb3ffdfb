"""The forest plot: paired effects of policies against the reference, each outcome on its own scale, with units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from model.outcomes import outcome_list
from model.views import findings, panels, style
from model.views.read import Results, ViewError
from model.views.words import HEADLINES

_COLUMNS = 4
_SCALES = {
    "0-1": (100.0, "percentage points"),
    "USD": (1e-6, "million USD"),
    "person-months": (1e-3, "thousand person-months"),
}
"""Units of outcomes that are drawn in others: factor and name."""


@style.styled
def draw_effects(results: Results, effects: pd.DataFrame, outcomes: Sequence[str] | None = None) -> Figure:
    """Draw mean paired differences with their 95 % intervals and the number of pairs.

    Args:
        results: the batch.
        effects: its table of effects (columns of ``model.experiments.effects.EFFECT_COLUMNS``), one design point.
        outcomes: these instead of the headlines.

    Raises:
        ViewError: no effect of these outcomes and scenarios is there.
    """
    table = effects[effects["scenario"].isin(results.scenarios)]
    names = [name for name in outcomes or HEADLINES if name in set(table["outcome"])]
    if not names:
        raise ViewError(f"{results.name}: no effects to show; choose a scenario other than the reference")
    table = table[table["outcome"].isin(names)]
    shown = list(table[["scenario", "point"]].drop_duplicates().itertuples(index=False, name=None))
    rows, columns = panels.columns_for(len(names), _COLUMNS)
    figure = panels.new_figure(1.3 + 2.35 * columns, 1.3 + rows * (0.72 + 0.24 * len(shown)))
    grid = figure.subplots(rows, columns, squeeze=False)
    units = {known.name: known.unit for known in outcome_list(results.actors)}
    labels = [_row_label(results, scenario, point) for scenario, point in shown]
    for k, name in enumerate(names):
        part = table[table["outcome"] == name].set_index(["scenario", "point"]).reindex(shown)
        _panel(grid.flat[k], part, name, units.get(name, ""), panels.looks_of(results))
        grid.flat[k].set_yticks(range(len(shown)), labels if k % columns == 0 else [""] * len(shown))
    for spare in grid.flat[len(names) :]:
        spare.remove()
    base = _label(results, str(results.reference))
    note = f"Mean paired difference from {base} and its 95 % bootstrap interval; {_pairs(table)}."
    note += f" Hollow: the interval holds zero. {panels.CAVEAT}"
    style.title_of(figure, _title(results, table), note)
    return figure


def _row_label(results: Results, scenario: str, point: int) -> str:
    """The scenario, and in a sweep the last part of each swept path with its value."""
    points = results.manifest.get("points", [])
    if results.points == 1:
        return _label(results, scenario)
    if point >= len(points) or not isinstance(points[point], dict):
        return f"{_label(results, scenario)}, point {point}"
    return ", ".join([_label(results, scenario), *(f"{k.rsplit('.', 1)[-1]} {v}" for k, v in points[point].items())])


def _panel(axes: Axes, part: pd.DataFrame, name: str, unit: str, looks: Mapping[str, style.Look]) -> None:
    factor, shown_unit = _SCALES.get(unit, (1.0, unit))
    axes.axvline(0, color=style.SOFT, linewidth=0.8, zorder=0)
    for place, (key, row) in enumerate(part.iterrows()):
        scenario = str(key[0]) if isinstance(key, tuple) else str(key)
        look = looks[scenario]
        clear = row["low95"] > 0 or row["high95"] < 0
        axes.plot([factor * row["low95"], factor * row["high95"]], [place, place], color=look.colour, linewidth=1.8)
        fill = look.colour if clear else "white"
        axes.plot(
            factor * row["mean"], place, marker=look.marker, color=look.colour, markerfacecolor=fill, markersize=5,
            linestyle="none", gid=f"{name} {scenario}",
        )  # fmt: skip
    axes.set_ylim(len(part) - 0.5, -0.5)
    axes.set_title(name, fontsize=8)
    axes.set_xlabel(shown_unit, fontsize=7.5)
    axes.tick_params(axis="x", labelsize=7.5)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    _ticks(
        axes, factor * float(np.nanmax(np.abs(part[["low95", "high95", "mean"]].to_numpy(dtype=float)), initial=0.0))
    )


def _ticks(axes: Axes, reach: float) -> None:
    """Few ticks, and an axis around zero even where nothing differs."""
    if not reach > 0:
        axes.set_xlim(-1, 1)
        axes.set_xticks([0])
        return
    axes.locator_params(axis="x", nbins=4)
    if reach >= 1000:
        axes.xaxis.set_major_formatter("{x:,.0f}")


def _pairs(table: pd.DataFrame) -> str:
    low, high = int(table["n"].min()), int(table["n"].max())
    return f"n = {low if low == high else f'{low} to {high}'} pairs of runs with the same luck"


def _label(results: Results, scenario: str) -> str:
    return panels.looks_of(results)[scenario].label


def _title(results: Results, table: pd.DataFrame) -> str:
    away = table[(table["low95"] > 0) | (table["high95"] < 0)]
    by_chance = round(0.05 * len(table))
    chance = f"; about {by_chance} would by chance alone" if by_chance else ""
    against = f"Against {_label(results, str(results.reference))}"
    if results.points > 1:
        return f"{against}, {len(away)} of {len(table)} intervals lie clear of zero{chance}"
    counts = away["scenario"].value_counts()
    named = [name for name in results.scenarios if name in set(table["scenario"])]
    parts = [f"{_label(results, name)} moves {counts.get(name, 0)}" for name in named]
    return f"{against}, of {table['outcome'].nunique()} outcomes {findings.join(parts)} clear of zero{chance}"
