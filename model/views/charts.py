"""Figures of batches and runs: control over time, exports by destination, effects, border lanes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from model.views.read import Results
from model.views.style import (
    DESTINATIONS,
    FAMILIES,
    INK,
    SEQUENTIAL,
    SOFT,
    actor_looks,
    legend_of,
    number,
    scenario_looks,
    styled,
    title_of,
)
from model.views.words import HEADLINES

BAND = (0.1, 0.5, 0.9)
"""Quantiles of the lower edge of bands, of lines, and of the upper edge."""
CAVEAT = "The model explores consequences of assumptions; it does not predict."


def quantiles(frame: pd.DataFrame, value: str) -> pd.DataFrame:
    """The quantiles :data:`BAND` of a column by month, over runs; columns 0.1, 0.5, 0.9, index month."""
    return frame.groupby("month")[value].quantile(np.array(BAND)).unstack()


def _footnote(results: Results, text: str = "") -> str:
    runs = len(results.runs) // max(len(results.scenarios), 1)
    bands = f"Line: median; band: 10-90 % of {runs} runs a scenario. " if runs > 1 else "One run. "
    return f"{bands}{text}{CAVEAT}"


def _panels(results: Results, height: float = 3.1) -> tuple[Figure, list[Axes]]:
    count = len(results.scenarios)
    columns = min(count, 4)
    rows = -(-count // columns)
    figure = Figure(figsize=(max(2.75 * columns, 6.0), height * rows + 0.9), layout="constrained")
    axes = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).ravel()
    for spare in axes[count:]:
        spare.set_visible(False)
    looks = scenario_looks(results.scenarios)
    for axis, scenario in zip(axes, results.scenarios, strict=False):
        axis.set_title(looks[scenario].label)
        axis.set_xlabel(f"months since {results.start}")
    return figure, list(axes[:count])


def _band(axis: Axes, table: pd.DataFrame, colour: str, dash: object, label: str) -> None:
    axis.fill_between(table.index, table[0.1], table[0.9], color=colour, alpha=0.22, linewidth=0)
    axis.plot(table.index, table[0.5], color=colour, linestyle=dash, label=label)


@styled
def control(results: Results, actors: Sequence[str] | None = None) -> Figure:
    """Share of the population in townships whose town each family of actors holds, over time, scenarios side by side."""
    looks = actor_looks(results.actors)
    frame = results.frame("actors", ["run_id", "scenario", "month", "actor", "seat_population_share"])
    frame["actor"] = frame["actor"].astype(str)
    if actors:
        frame = frame[frame["actor"].isin(actors)]
    frame["family"] = frame["actor"].map(lambda actor: looks[actor].family.key)
    frame["share"] = 100 * frame["seat_population_share"]
    summed = frame.groupby(["scenario", "run_id", "month", "family"], observed=True)["share"].sum().reset_index()
    families = [f for f in FAMILIES if f.key in set(summed["family"]) and f.key != "nobody"]
    big = [f for f in families if f.key == "junta"]
    figure = Figure(figsize=(max(2.75 * len(results.scenarios), 6.0), 6.0), layout="constrained")
    axes = figure.subplots(2, len(results.scenarios), sharex=True, sharey="row", squeeze=False)
    for column, scenario in enumerate(results.scenarios):
        part = summed[summed["scenario"] == scenario]
        for row, group in enumerate((big, [f for f in families if f not in big])):
            axis = axes[row, column]
            for family in group:
                _band(
                    axis,
                    quantiles(part[part["family"] == family.key], "share"),
                    family.colour,
                    family.dash,
                    family.label,
                )
        axes[0, column].set_title(scenario_looks(results.scenarios)[scenario].label)
        axes[1, column].set_xlabel(f"months since {results.start}")
    for row in range(2):
        axes[row, 0].set_ylabel("people in townships\nwhose town it holds (%)")
    handles = [Patch(facecolor=f.colour, label=f.label) for f in families]
    legend_of(figure, handles, [f.label for f in families], 3)
    title_of(
        figure,
        _control_title(results),
        _footnote(results, "Upper row: the junta; lower row: all others, another scale. "),
    )
    return figure


def _control_title(results: Results) -> str:
    frame = results.frame("actors", ["scenario", "month", "actor", "townships_held"])
    junta = frame[frame["actor"].astype(str) == "JUNTA"]
    if junta.empty:
        return "Who holds the towns"
    start = junta[junta["month"] == 0]["townships_held"].median()
    ends = junta[junta["month"] == results.months].groupby("scenario", observed=True)["townships_held"].median()
    parts = ", ".join(f"{ends[s]:.0f} under {s}" for s in results.scenarios if s in ends)
    return f"The junta holds {start:.0f} towns at the start; after {results.months} months (median) {parts}"


@styled
def exports(results: Results) -> Figure:
    """Ore exported by destination, t REO a month, scenarios side by side."""
    names = [f"exports_t_{key}" for key in DESTINATIONS]
    frame = results.frame("monthly", ["run_id", "scenario", "month", *names])
    frame = frame[frame["month"] > 0]
    figure, axes = _panels(results)
    for axis, scenario in zip(axes, results.scenarios, strict=True):
        part = frame[frame["scenario"] == scenario]
        for key, look in DESTINATIONS.items():
            _band(axis, quantiles(part, f"exports_t_{key}"), look.colour, look.dash, look.label)
        axis.set_ylim(bottom=0)
    axes[0].set_ylabel("ore exported (t REO a month)")
    handles, labels = axes[0].get_legend_handles_labels()
    legend_of(figure, handles, labels, 3)
    title_of(figure, _exports_title(results, frame), _footnote(results, "The dips are the rains. "))
    return figure


def _exports_title(results: Results, frame: pd.DataFrame) -> str:
    last = frame[frame["month"] > results.months - 12]
    china = last["exports_t_china_official"] + last["exports_t_china_informal"]
    totals = (
        china.groupby([last["scenario"], last["run_id"]], observed=True).sum().groupby(level=0, observed=True).median()
    )
    parts = ", ".join(f"{number(totals[s])} t under {s}" for s in results.scenarios if s in totals)
    return f"Exports to China in the last 12 months (median): {parts}"


@styled
def effects(results: Results, table: pd.DataFrame, outcomes: Sequence[str] = HEADLINES) -> Figure:
    """Paired effects against the reference with 95 % intervals: one small panel an outcome, each on its own scale."""
    looks = scenario_looks(results.scenarios)
    shown = [name for name in outcomes if name in set(table["outcome"])]
    others = [s for s in results.scenarios if s in set(table["scenario"])]
    columns = min(4, max(len(shown), 1))
    rows = max(-(-len(shown) // columns), 1)
    figure = Figure(figsize=(2.75 * columns, 0.55 * len(others) * rows + 0.75 * rows + 1.0), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for axis, name in zip(axes, shown, strict=False):
        part = table[table["outcome"] == name].set_index("scenario")
        axis.axvline(0, color=SOFT, linewidth=0.8)
        for place, scenario in enumerate(others):
            row, look = part.loc[scenario], looks[scenario]
            axis.plot([row["low95"], row["high95"]], [place, place], color=look.colour, linewidth=2.2)
            axis.plot(row["mean"], place, marker=look.marker, color=look.colour, markersize=5)
        first = axis in list(axes[::columns])
        axis.set_yticks(range(len(others)), [looks[s].label for s in others] if first else [""] * len(others))
        axis.set_ylim(len(others) - 0.5, -0.5)
        axis.set_title(name, fontsize=7.5)
        axis.locator_params(axis="x", nbins=4)
        axis.tick_params(axis="x", labelsize=7)
    for spare in axes[len(shown) :]:
        spare.set_visible(False)
    clear = _clear(table, shown)
    n = int(table["n"].max()) if len(table) else 0
    note = f"Mean and 95 % bootstrap interval of paired differences, n = {n} pairs of equal luck. {CAVEAT}"
    title_of(figure, f"Effects against {results.reference}: {clear}", note)
    return figure


def _clear(table: pd.DataFrame, shown: Sequence[str]) -> str:
    part = table[table["outcome"].isin(shown)]
    away = ((part["low95"] > 0) | (part["high95"] < 0)).sum()
    return f"{away} of {len(part)} intervals shown lie away from zero"


@styled
def lanes(frame: pd.DataFrame, start: str) -> Figure:
    """The border lanes of a run as strips: crossings by months, one strip a lane.

    Args:
        frame: columns month, crossing, ore, reagent, goods (0-1).
        start: first month, as 2025-08.
    """
    crossings = list(dict.fromkeys(frame["crossing"].astype(str)))
    figure = Figure(figsize=(10.5, 0.19 * len(crossings) + 1.8), layout="constrained")
    axes = figure.subplots(1, 3, sharey=True)
    for axis, lane in zip(axes, ("ore", "reagent", "goods"), strict=True):
        grid = frame.pivot(index="crossing", columns="month", values=lane).loc[crossings].to_numpy(dtype=float)
        image = axis.imshow(grid, aspect="auto", cmap=SEQUENTIAL, vmin=0, vmax=1, interpolation="nearest")
        axis.set_title(f"{lane} lane")
        axis.set_xlabel(f"months since {start}")
    axes[0].set_yticks(range(len(crossings)), crossings, fontsize=7, color=INK)
    figure.colorbar(image, ax=list(axes), label="openness of the lane (0-1)", shrink=0.8)
    shut = int(
        np.sum(np.diff(frame.pivot(index="crossing", columns="month", values="ore").to_numpy(float), axis=1) < -0.4)
    )
    title_of(figure, f"Ore lanes were shut {shut} times in this run", f"One run. {CAVEAT}")
    return figure
