"""Doses and what they do: a table and a sentence for the terminal, and a figure with a panel for each parameter and outcome."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from agents.instruments import KINDS, Instrument
from model.experiments.evidence import EFFECTS, effect_words, unsaid_words, verdict_words
from model.output.outcomes import heading_of
from model.output.units import amount_words, number, shown_in, units_of
from model.scenario.schema import Scenario
from model.views.answers import aligned
from model.views.panels import caveat, new_figure
from model.views.style import FAINT, INK, SOFT, log_scale, styled, title_of

_BEFORE, _AFTER = "united_states.instruments.", ".level"
_BLUE = "#2F7DB5"
_WIDE = 18
"""Characters of a line in which a precedent is named."""


def instrument_of(path: str, scenario: Scenario) -> Instrument | None:
    """The instrument whose level a path is, None for any other parameter."""
    if not (path.startswith(_BEFORE) and path.endswith(_AFTER)):
        return None
    return scenario.united_states.instruments.get(path[len(_BEFORE) : -len(_AFTER)])


def label_of(path: str, scenario: Scenario) -> str:
    """What is varied, in words."""
    one = instrument_of(path, scenario)
    return path if one is None else f"{one.kind.replace('_', ' ')} for {one.target}" if one.target else one.kind


def doses_text(table: pd.DataFrame, trends: pd.DataFrame, scenario: Scenario) -> str:
    """A block an outcome: a line per dose with its amount and its effect, and whether more does more."""
    units, lines = units_of(list(table["outcome"])), []
    for outcome, part in table.groupby("outcome", sort=False):
        shown = shown_in(units[str(outcome)])
        rows = [[f"{outcome} ({shown.change})" if shown.change else str(outcome), "promised", "effect", "95% interval"]]
        for path, doses in part.groupby("path", sort=False):
            found = trends[(trends["path"] == path) & (trends["outcome"] == outcome)].to_dict("records")[0]
            rows.append([f"  {label_of(str(path), scenario)}: {_trend(found)}", "", "", ""])
            rows += [_line(row, str(path), scenario, shown.factor) for row in doses.to_dict("records")]
        lines += [*aligned(rows, left=2), ""]
    return "\n".join(lines[:-1])


def _line(row: dict[Any, Any], path: str, scenario: Scenario, factor: float) -> list[str]:
    low, mean, high = (number(factor * row[key]) for key in ("effect_low95", "effect", "effect_high95"))
    return [f"    {row['value']:g}", _promised(path, row["value"], scenario), mean, f"[{low}, {high}]"]


def _promised(path: str, level: float, scenario: Scenario) -> str:
    """What a level amounts to; empty for what is no instrument, or has no size."""
    one = instrument_of(path, scenario)
    amount = None if one is None else KINDS[one.kind].amount(level, scenario.united_states)
    return "" if one is None or amount is None else amount_words(amount, KINDS[one.kind].unit)


def _trend(found: dict[Any, Any]) -> str:
    if found["verdict"] not in EFFECTS:
        return verdict_words(found)
    return f"{found['verdict']} it" + ("" if found["monotone"] else ", not at every step")


def finding(trends: pd.DataFrame, outcomes: Sequence[str], scenario: Scenario) -> str:
    """Which outcomes follow which doses."""
    told = []
    for path, part in trends[trends["outcome"].isin(outcomes)].groupby("path", sort=False):
        moved = part[part["verdict"].isin(EFFECTS)].to_dict("records")
        said = [effect_words(row) + ("" if row["monotone"] else ", not at every step") for row in moved]
        told.append(f"{label_of(str(path), scenario)}: {'; '.join([*said, *unsaid_words(part)])}")
    return f"By the slope over all doses, from none to the largest. {'. '.join(told)}."


@styled
def draw_doses(table: pd.DataFrame, trends: pd.DataFrame, outcomes: Sequence[str], scenario: Scenario) -> Figure:
    """Draw the effect of each dose, a column a parameter, a row an outcome; the precedent of an instrument is marked.

    Args:
        table: of :func:`model.experiments.doses.dose_table`.
        trends: of :func:`model.experiments.doses.trend_table`.
        outcomes: in the order of rows.
        scenario: as it is, for what a level amounts to.
    """
    paths, units = list(dict.fromkeys(table["path"])), units_of(outcomes)
    figure = new_figure(1.2 + 1.75 * len(paths), 1.4 + 1.75 * len(outcomes))
    grid = figure.subplots(len(outcomes), len(paths), squeeze=False, sharey="row", sharex="col")
    for row, outcome in enumerate(outcomes):
        shown = shown_in(units[outcome])
        for axis, path in zip(grid[row], paths, strict=True):
            chosen = (table["path"] == path) & (table["outcome"] == outcome)
            verdict = trends[(trends["path"] == path) & (trends["outcome"] == outcome)]["verdict"].iloc[0]
            _draw(axis, table[chosen], shown.factor, effect=verdict in EFFECTS)
            _mark(axis, path, scenario, named=row == 0)
            if row == 0:
                axis.set_title(label_of(path, scenario), fontsize=8)
            if row == len(outcomes) - 1:
                axis.set_xlabel(_scale(path, scenario), fontsize=7)
        grid[row][0].set_ylabel(
            f"{heading_of(outcome)}\n({shown.change})" if shown.change else heading_of(outcome), fontsize=7.5
        )
    lowest, highest = int(table["n"].min()), int(table["n"].max())
    pairs = str(highest) if lowest == highest else f"{lowest}-{highest}"
    note = (
        f"Mean paired difference from {table['scenario'].iloc[0]} without them, and its 95% interval, n = {pairs} pairs; "
        f"grey: no effect over all doses. Dotted: level 1, the precedent (SOURCES, table D). "
        "Deliveries depend on consent and attention. "
        f"{caveat(table)}"
    )
    title_of(figure, finding(trends, outcomes, scenario), note)
    return figure


def _draw(axis: Axes, part: pd.DataFrame, factor: float, *, effect: bool) -> None:
    part = part.sort_values("value")
    x = part["value"].to_numpy(dtype=np.float64)
    low, mean, high = (
        factor * part[key].to_numpy(dtype=np.float64) for key in ("effect_low95", "effect", "effect_high95")
    )
    colour = _BLUE if effect else SOFT
    axis.axhline(0, color=FAINT, linewidth=0.8, zorder=0)
    axis.fill_between(x, low, high, color=colour, alpha=0.2, linewidth=0)
    axis.plot(x, mean, color=colour, marker="o", markersize=3.5)
    log_scale(axis)


def _mark(axis: Axes, path: str, scenario: Scenario, *, named: bool) -> None:
    """Mark where the precedent of an instrument lies, and name it."""
    one = instrument_of(path, scenario)
    if one is None:
        return
    axis.axvline(1.0, color=INK, linewidth=0.8, linestyle=":", zorder=0)
    if named:
        words = fill(KINDS[one.kind].precedent.partition(", ")[0], _WIDE)
        axis.text(1.1, 0.98, words, transform=axis.get_xaxis_transform(), fontsize=5.5, color=INK, va="top")


def _scale(path: str, scenario: Scenario) -> str:
    amount = _promised(path, 1.0, scenario)
    return f"level (1: {amount})" if amount else "value"
