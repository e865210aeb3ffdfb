"""Figures of batches and runs: control over time, exports by destination, effects, border lanes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import EngFormatter

from model.outcomes import outcome_list
from model.views.read import Results, ViewError
from model.views.style import (
    DESTINATIONS,
    FAMILIES,
    INK,
    SEQUENTIAL,
    SOFT,
    Family,
    Look,
    actor_looks,
    family_labels,
    legend_of,
    number,
    scenario_looks,
    styled,
    title_of,
)
from model.views.words import HEADLINES

BAND = (0.1, 0.5, 0.9)
"""Quantiles of the lower edge of bands, of lines, and of the upper edge."""
_BANDS = "Line: median; band: 10-90 % of {} runs a scenario. "
RAINS = ("06", "07", "08", "09")
"""Calendar months that are shaded: those in which the rains slow the roads (``model/dynamics/season.py``)."""
WET = "#E9EEF2"
CAVEAT = "The model explores consequences of assumptions; it does not predict."


def quantiles(frame: pd.DataFrame, value: str) -> pd.DataFrame:
    """The quantiles :data:`BAND` of a column by month, over runs; columns 0.1, 0.5, 0.9, index month."""
    return frame.groupby("month")[value].quantile(np.array(BAND)).unstack()


def _footnote(results: Results, text: str = "") -> str:
    pooled = "All design points of the sweep together. " if results.points > 1 else ""
    bands = "One run. " if results.runs_each == "1" else _BANDS.format(results.runs_each) + pooled
    return f"{bands}{text}{CAVEAT}"


def _panels(results: Results, height: float) -> tuple[Figure, np.ndarray]:
    """Two rows of panels, a column a scenario; each row has its own scale, because the small would vanish beside the large."""
    count = len(results.scenarios)
    figure = Figure(figsize=(max(2.75 * count, 6.0), height), layout="constrained")
    axes = figure.subplots(2, count, sharex=True, sharey="row", squeeze=False)
    looks = scenario_looks(results.all_scenarios)
    for column, scenario in enumerate(results.scenarios):
        axes[0, column].set_title(looks[scenario].label)
        axes[1, column].set_xlabel(f"months since {results.start}")
    return figure, axes


def _key(look: Family | Look) -> Line2D:
    """The entry of a legend."""
    dash: Any = look.dash
    return Line2D([], [], color=look.colour, linestyle=dash, label=look.label)


def _band(axis: Axes, table: pd.DataFrame, colour: str, dash: Any, label: str) -> None:
    axis.fill_between(table.index, table[0.1], table[0.9], color=colour, alpha=0.22, linewidth=0)
    axis.plot(table.index, table[0.5], color=colour, linestyle=dash, label=label)


@styled
def control(results: Results, actors: Sequence[str] | None = None) -> Figure:
    """Share of the population in townships whose town each family of actors holds, over time, scenarios side by side."""
    summed = _family_shares(results, actors)
    families = [f for f in FAMILIES if f.key in set(summed["family"]) and f.key != "nobody"]
    rows = ([f for f in families if f.key == "junta"], [f for f in families if f.key != "junta"])
    figure, axes = _panels(results, 6.0)
    for axis, (scenario, group) in zip(
        axes.ravel(), ((s, group) for group in rows for s in results.scenarios), strict=True
    ):
        part = summed[summed["scenario"] == scenario]
        for family in group:
            table = quantiles(part[part["family"] == family.key], "share")
            _band(axis, table, family.colour, family.dash, family.label)
    for row in range(2):
        axes[row, 0].set_ylabel("people in townships\nwhose town it holds (%)")
    labels = family_labels(results.actors)
    legend_of(figure, [_key(f) for f in families], [labels[f.key] for f in families])
    note = _footnote(results, "Upper row: the junta; lower row: all others, another scale. ")
    title_of(figure, _control_title(results), note)
    return figure


def _family_shares(results: Results, actors: Sequence[str] | None) -> pd.DataFrame:
    """Columns scenario, run_id, month, family, share (%): seat population share summed over a family's actors."""
    looks = actor_looks(results.actors)
    frame = results.frame("actors", ["run_id", "scenario", "month", "actor", "seat_population_share"])
    frame = frame.astype({"actor": str, "scenario": str})
    if actors:
        frame = frame[frame["actor"].isin(actors)]
    frame["family"] = frame["actor"].map(lambda actor: looks[actor].family.key)
    frame["share"] = 100 * frame["seat_population_share"]
    return frame.groupby(["scenario", "run_id", "month", "family"])["share"].sum().reset_index()


def _control_title(results: Results) -> str:
    frame = results.at_end("actors", ["actor", "townships_held"])
    ends = frame[frame["actor"].astype(str) == "JUNTA"].groupby("scenario")["townships_held"].median()
    first = results.frame("actors", ["actor", "townships_held"], month=0)
    start = first[first["actor"].astype(str) == "JUNTA"]["townships_held"].median()
    if ends.empty:
        return "Who holds the towns"
    parts = ", ".join(f"{ends[s]:.0f} under {s}" for s in results.scenarios)
    median = "" if results.runs_each == "1" else " (median)"
    clear = results.clear_against("townships_held_junta")
    return f"The junta holds {start:.0f} towns at the start; {results.when}{median} {parts}{clear}"


@styled
def exports(results: Results) -> Figure:
    """Ore exported by destination, t REO a month, scenarios side by side: China above, India and the Quad below."""
    names = [f"exports_t_{key}" for key in DESTINATIONS]
    frame = results.frame("monthly", ["run_id", "scenario", "month", "date", *names])
    frame = frame[frame["month"] > 0].astype({"scenario": str})
    figure, axes = _panels(results, 5.2)
    for column, scenario in enumerate(results.scenarios):
        part = frame[frame["scenario"] == scenario]
        for key, look in DESTINATIONS.items():
            _band(
                axes[int(key == "quad"), column],
                quantiles(part, f"exports_t_{key}"),
                look.colour,
                look.dash,
                look.label,
            )
        wet = part.loc[part["date"].astype(str).str[5:].isin(RAINS), "month"].unique()
        for axis in axes[:, column]:
            for month in wet:
                axis.axvspan(month - 0.5, month + 0.5, color=WET, linewidth=0, zorder=0)
    for row in range(2):
        axes[row, 0].set_ylim(0, max(axes[row, 0].get_ylim()[1], 1.0))
        axes[row, 0].set_ylabel("to China\n(t REO a month)" if row == 0 else "to India, the Quad\n(t REO a month)")
    handles = [*map(_key, DESTINATIONS.values()), Patch(facecolor=WET, label="June to September: rains")]
    legend_of(figure, handles, [str(handle.get_label()) for handle in handles])
    note = _footnote(results, "Upper row: China; lower row: India and the Quad, another scale. ")
    title_of(figure, _exports_title(results, frame), note)
    return figure


def _exports_title(results: Results, frame: pd.DataFrame) -> str:
    last = results.last_year(frame)
    china = last["exports_t_china_official"] + last["exports_t_china_informal"]
    totals = china.groupby([last["scenario"], last["run_id"]]).sum().groupby(level=0).median()
    parts = ", ".join(f"{number(totals[s])} t under {s}" for s in results.scenarios)
    median = "" if results.runs_each == "1" else " (median)"
    return f"Exports to China in the last 12 months{median}: {parts}{results.clear_against('exports_t_china')}"


@styled
def effects(results: Results, table: pd.DataFrame, outcomes: Sequence[str] = HEADLINES) -> Figure:
    """Paired effects against the reference with 95 % intervals: one small panel an outcome, each on its own scale.

    Args:
        results: the batch.
        table: its ``effects.csv``; a sweep has a row a design point.
        outcomes: names of outcomes, in the order of panels.

    Raises:
        ViewError: the table compares none of the scenarios shown.
    """
    table = table[table["scenario"].isin(results.scenarios)]
    shown = [name for name in outcomes if name in set(table["outcome"])]
    if not shown:
        raise ViewError(f"{results.name}: no effects to show; choose a scenario other than the reference")
    rows = list(table[["scenario", "point"]].drop_duplicates().itertuples(index=False, name=None))
    columns = min(4, len(shown))
    deep = -(-len(shown) // columns)
    figure = Figure(figsize=(max(2.75 * columns, 6.0), deep * (0.3 * len(rows) + 0.85) + 1.0), layout="constrained")
    axes = figure.subplots(deep, columns, squeeze=False)
    units = {known.name: known.unit for known in outcome_list(results.actors)}
    for axis, name in zip(axes.ravel(), shown, strict=False):
        _forest(
            axis, results, table[table["outcome"] == name].set_index(["scenario", "point"]), rows, units.get(name, "")
        )
        axis.set_title(name, fontsize=7.5)
    labels = [s if results.points == 1 else f"{s}, {_point(results, point)}" for s, point in rows]
    for row in range(deep):
        axes[row, 0].set_yticklabels(labels, fontsize=7.5)
    for spare in axes.ravel()[len(shown) :]:
        spare.set_visible(False)
    counts = table.loc[table["outcome"].isin(shown), "n"]
    low, high = int(counts.min()), int(counts.max())
    pairs = str(high) if low == high else f"{low}-{high}"
    note = f"Mean and 95 % bootstrap interval of paired differences, n = {pairs} pairs of equal luck. {CAVEAT}"
    title_of(figure, f"Effects against {results.reference}: {_clear(table, shown)}", note)
    return figure


def _forest(axis: Axes, results: Results, part: pd.DataFrame, rows: Sequence[tuple[str, int]], unit: str) -> None:
    """One outcome: a mark and an interval a row; shares are drawn in percentage points."""
    looks = scenario_looks(results.all_scenarios)
    numbers: dict[Any, Any] = part[["low95", "mean", "high95"]].to_dict("index")
    scale = 100.0 if unit == "0-1" else 1.0
    axis.axvline(0, color=SOFT, linewidth=0.8)
    for place, row in enumerate(rows):
        if row not in numbers:
            continue
        low, mean, high = (scale * numbers[row][key] for key in ("low95", "mean", "high95"))
        look = looks[row[0]]
        axis.plot([low, high], [place, place], color=look.colour, linewidth=2.2)
        axis.plot(mean, place, marker=look.marker, color=look.colour, markersize=5)
    axis.set_yticks(range(len(rows)), [""] * len(rows))
    axis.set_ylim(len(rows) - 0.5, -0.5)
    axis.set_xlabel("percentage points" if scale > 1 else unit, fontsize=7)
    axis.locator_params(axis="x", nbins=4)
    if max(map(abs, axis.get_xlim())) >= 10_000:
        axis.xaxis.set_major_formatter(EngFormatter(sep=""))
    axis.tick_params(axis="x", labelsize=7)


def _point(results: Results, point: int) -> str:
    """A design point in words: the last part of each path and its value."""
    points = results.manifest.get("points", [])
    if point >= len(points) or not isinstance(points[point], dict):
        return f"point {point}"
    return ", ".join(f"{path.rsplit('.', 1)[-1]} {value}" for path, value in points[point].items())


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
