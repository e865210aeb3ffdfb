"""Figures of a hindcast: record against model, for exports, control, sieges and the patterns."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from model.experiments.hindcast.observed import by_month, exports_by_month, monthly_record
from model.experiments.hindcast.patterns import CALIBRATION, HELD_OUT
from model.experiments.hindcast.report import WAR, Report, dress_by_year, met_strictly, ordered
from model.experiments.hindcast.rolling import FORECASTS, Origin, count
from model.experiments.hindcast.score import Scored, reliability_table
from model.experiments.hindcast.survival import Spells, kaplan_meier
from model.views import style
from model.views.panels import new_figure
from model.world.read import load_world
from model.world.record import load_record

MODEL, RECORD = "#2F7DB5", "#D55E00"
_BAND: dict[str, Any] = {"color": MODEL, "alpha": 0.22, "linewidth": 0}
_POINT: dict[str, Any] = {"color": RECORD, "marker": "o", "linestyle": "none", "markersize": 4}
_HOLLOW: dict[str, Any] = {**_POINT, "markerfacecolor": "white"}
_INTERVAL = np.array([0.05, 0.5, 0.95])
_START = 2023 * 12 + 9
"""Month number of October 2023."""

_CONTROL = (
    ("sacm_full_area", "SAC-M: full authority, % of area"),
    ("bbc_full_area", "BBC: full control, % of area"),
    ("nug_junta", "NUG: administered by the junta, % of townships"),
    ("nug_resistance", "NUG: controlled by the resistance, % of townships"),
    ("polls", "Townships where elections can be held"),
)


def hindcast_figures(
    folder: Path, report: Report, origins: Sequence[Origin] = (), formats: tuple[str, ...] = ("png", "svg")
) -> list[Path]:
    """Draw all figures of a hindcast into its ``figures/``.

    Args:
        folder: the batch that the command filled.
        report: its scores.
        origins: restarts from dated states, where they were scored.
        formats: of png, svg, pdf.

    Returns:
        The paths written.
    """
    out = folder / "figures"
    out.mkdir(exist_ok=True)
    figures = {
        "hindcast_patterns": draw_patterns(report),
        "hindcast_exports": draw_exports(folder, report),
        "hindcast_control": draw_control(folder, report),
        "hindcast_sieges": draw_sieges(report),
    }
    if origins:
        figures["hindcast_rolling"] = draw_rolling(origins)
    return [path for name, figure in figures.items() for path in style.save(figure, out / name, formats, "hindcast")]


@style.styled
def draw_patterns(report: Report) -> Figure:
    """Draw each pattern's ensemble on one scale: the tolerance is from -1 to 1, the observed number 0."""
    rows = ordered(report.rows)[::-1]
    met = met_strictly(report.rows)
    figure = new_figure(8.4, 1.2 + 0.2 * len(rows))
    axes = figure.subplots()
    axes.axvspan(-1, 1, color="#D9E8D5", linewidth=0)
    axes.axvline(0, color="#6B8F63", linewidth=0.8)
    for height, row in enumerate(rows):
        colour = MODEL if met[row.pattern.pattern] else RECORD
        if row.median is None:
            axes.text(0, height, "does not happen in most runs", ha="center", va="center", fontsize=7, color=RECORD)
            continue
        low, middle, high = (_scaled(row, value) for value in (row.low, row.median, row.high))
        axes.plot([low, high], [height, height], color=colour, linewidth=1.2, solid_capstyle="butt")
        axes.plot([middle], [height], marker="o" if row.pattern.use == CALIBRATION else "D", color=colour, markersize=4)
    axes.set_yticks(range(len(rows)), [f"{row.pattern.name}  {row.pattern.pattern}" for row in rows], fontsize=7)
    axes.set_xlim(-_FARTHEST - 0.15, _FARTHEST + 0.15)
    axes.set_xlabel("Distance from the observed value, in tolerances")
    counts = {use: report.met(use) for use in (CALIBRATION, HELD_OUT)}
    calibration, held = (f"{sum(found.values())} of {len(found)}" for found in counts.values())
    note = (
        "Green: tolerance. Line: 5-95% of runs, mark: median (diamonds are held out or diagnostic); blue is met, orange "
        "missed (median outside, or under 30% of runs inside). Values beyond 4 tolerances are drawn at the edge."
    )
    style.title_of(figure, f"Met: {calibration} calibration and {held} held-out patterns", note)
    return figure


_FARTHEST = 4.2


def _scaled(row: Scored, value: float | None) -> float:
    one = row.pattern
    if value is None:
        value = row.median or 0.0
    gap = value - one.observed
    half = one.high - one.observed if gap > 0 else one.observed - one.low
    return float(np.clip(gap / half if half > 0 else np.sign(gap) * _FARTHEST, -_FARTHEST, _FARTHEST))


@style.styled
def draw_rolling(origins: Sequence[Origin]) -> Figure:
    """Draw restarts from dated states: Brier scores beside those of simple forecasts, and the junta's net change of townships."""
    figure = new_figure(8.4, 1.6 + 0.34 * len(origins))
    left, right = figure.subplots(1, 2, sharey=True)
    marks = zip("sd^Pv", ("#4C94C4", "#999999", "#777777", "#888888", "#555555"), strict=True)
    looks = dict(zip(FORECASTS[1:], marks, strict=True))
    for place, one in enumerate(origins):
        for name, (marker, colour) in looks.items():
            left.plot(one.brier[name], place, marker, color=colour, markersize=5, label=name if place == 0 else None)
        left.plot(one.brier["model"], place, "o", color=MODEL, markersize=6, label="model" if place == 0 else None)
        low, middle, high = one.nets["junta"].modelled
        right.plot([low, high], [place, place], color=MODEL, linewidth=2, solid_capstyle="butt")
        right.plot(middle, place, "o", color=MODEL, markersize=4)
        right.plot(one.nets["junta"].seen, place, "D", color=RECORD, markersize=5)
    left.set_yticks(range(len(origins)), [f"{one.origin} to {one.until}" for one in origins])
    left.set_ylim(len(origins) - 0.5, -0.5)
    left.set_xlim(left=-0.002)
    left.set_xlabel("Brier score of townships that change hands; smaller is better")
    right.set_xlabel("Net change of the junta's townships")
    handles, labels = left.get_legend_handles_labels()
    style.legend_of(figure, handles, labels, 3)
    held = sum(one.holds for one in origins)
    note = (
        "Forecasts from dated states; the model's probabilities are recalibrated on the other years. Right: median and 80% "
        "interval with the discrepancy of seats; orange: the record. "
        "Nothing after August 2025 is used."
    )
    title = f"{count(origins).capitalize()}; the junta's net change is held in {held} of {len(origins)}"
    style.title_of(figure, title, note)
    return figure


@style.styled
def draw_exports(folder: Path, report: Report) -> Figure:
    """Draw imports from Myanmar and of all origins: the trade hindcast's band, and the record's points."""
    table, observed = exports_by_month(folder), monthly_record("myanmar", "S-ALLOX")
    taught = by_month(table, "all_origins")
    figure = new_figure(8.4, 5.4)
    upper, lower = figure.subplots(2, 1, sharex=True)
    for axes, column, series, title in (
        (upper, "myanmar", "S-OX", "Oxides from Myanmar (S-OX)"),
        (lower, "all_origins", "S-ALLOX", "Oxides from all origins (S-ALLOX)"),
    ):
        dressed = dress_by_year(taught, observed, by_month(table, column))
        bands = np.array([np.quantile(dressed[date], _INTERVAL) for date in sorted(dressed)]) / 1000
        when = np.array([_year(date) for date in sorted(dressed)])
        axes.fill_between(when, bands[:, 0], bands[:, 2], **_BAND)
        axes.plot(when, bands[:, 1], color=MODEL, linewidth=1.4, label="model, median and 5-95%")
        _points(axes, series)
        axes.set_title(title, loc="left", fontsize=8.5)
        axes.set_ylabel("1,000 t per month")
        axes.set_ylim(bottom=0)
    upper.legend(loc="upper left", fontsize=7, frameon=False)
    model, *naive = (one for one in report.series if one.crps is not None)
    best = min(
        (one for one in naive if one.name.startswith(("persistence", "seasonal"))), key=lambda one: one.crps or 0
    )
    twin = next(one for one in report.series if one.name.endswith(best.name) and one is not best)
    verdict = "beats" if (twin.crps or 0) < (best.crps or 0) else "loses to"
    share = f"{100 * (model.coverage or 0):.0f}%"
    note = (
        "Captures and closures are imposed. Filled points are from a source, hollow ones derived from published figures; "
        "other origins are imposed, so both panels test Myanmar's ore. Bands include the model discrepancy estimated from other years: "
        f"{100 * report.spread:.0f}% (log sd)."
    )
    title = (
        f"The trade chain covers {share} of {model.points} months of imports and {verdict} {best.name.split(' (')[0]}"
    )
    style.title_of(figure, title, note)
    return figure


def _points(axes: Axes, series: str) -> None:
    for printed, look in ((True, _POINT), (False, _HOLLOW)):
        points = [
            (one.start, one.value / 1000)
            for one in load_record("myanmar").amounts(series)
            if one.start == one.end and one.printed is printed and one.start >= "2021-02"
        ]
        label = "record, printed" if printed else "record, derived"
        axes.plot([_year(date) for date, _ in points], [value for _, value in points], label=label, **look)


def _year(date: str) -> float:
    return int(date[:4]) + (int(date[5:7]) - 0.5) / 12


@style.styled
def draw_control(folder: Path, report: Report) -> Figure:
    """Draw the seats lost by the junta and the published measures of control, from October 2023."""
    columns = ["run_id", "scenario", "month", *(name for name, _ in _CONTROL)]
    table = pq.read_table(folder / "monthly.parquet", columns=columns).to_pandas()
    table = table[table["scenario"] == WAR]
    figure = new_figure(8.8, 5.6)
    grid = figure.subplots(2, 3, sharex=True).ravel()
    _draw_seats(grid[0], folder, int(table["month"].max()))
    for axes, (name, label) in zip(grid[1:], _CONTROL, strict=True):
        scale = 1 if name == "polls" else 100
        _band(axes, table.groupby("month")[name].quantile(_INTERVAL).unstack() * scale)
        for one in load_record("myanmar").control:
            if one.measure == name and one.date >= "2023-10":
                axes.plot([_year(one.date)], [one.value * scale], **(_HOLLOW if one.grade == "C" else _POINT))
        axes.set_title(label, loc="left", fontsize=8)
        axes.set_ylim(bottom=0)
    for axes in grid:
        axes.set_xticks([2024, 2025, 2026])
    seats = next(row for row in report.rows if row.pattern.statistic == "seats_taken")
    taken = "-" if seats.median is None else f"{seats.median:.0f}"
    note = (
        "Hindcast from October 2023: line median, band 5-95% of runs. Orange: the record; hollow points are a belligerent's "
        "claim. Each published share is compared by its own definition (model/output/observe.py)."
    )
    title = f"{taken} seats fall by the end of 2024 where {seats.pattern.observed:.0f} fell; each measure of control by its own words"
    style.title_of(figure, title, note)
    return figure


def _band(axes: Axes, bands: pd.DataFrame) -> None:
    when = (_START + bands.index.to_numpy(float)) / 12
    axes.fill_between(when, bands[0.05], bands[0.95], **_BAND)
    axes.plot(when, bands[0.5], color=MODEL, linewidth=1.4)


def _draw_seats(axes: Axes, folder: Path, months: int) -> None:
    events = pq.read_table(folder / "events.parquet", columns=["run_id", "scenario", "month", "kind", "other"])
    frame = events.to_pandas()
    frame = frame[(frame["scenario"] == WAR)]
    runs = frame["run_id"].unique()
    taken = frame[(frame["kind"] == "town_taken") & (frame["other"] == "JUNTA")]
    counts = pd.crosstab(taken["month"], taken["run_id"].astype(str)).reindex(range(months + 1), fill_value=0)
    counts = counts.reindex(columns=runs.astype(str), fill_value=0).cumsum()
    _band(axes, counts.quantile([0.05, 0.5, 0.95], axis=1).T)
    codes = set(load_world("myanmar").codes)
    dates = sorted(
        one.date
        for one in load_record("myanmar").towns
        if one.place in codes and one.holder not in ("JUNTA", "") and not one.contested and one.date >= "2023-10-27"
    )
    axes.step([_year(date) for date in dates], range(1, len(dates) + 1), where="post", color=RECORD, linewidth=1.4)
    axes.set_xlim(2023.7, 2026.1)
    axes.set_title("Seats taken from the junta, in all", loc="left", fontsize=8)


@style.styled
def draw_sieges(report: Report) -> Figure:
    """Draw how long besieged towns stand, and how often towns change hands that are given a chance to."""
    figure = new_figure(8.4, 3.7)
    left, right = figure.subplots(1, 2)
    for spells, colour, label in ((report.modelled, MODEL, "model"), (report.observed, RECORD, "record")):
        _stairs(left, spells, colour, f"{label}: {len(spells.months)} sieges, {int(spells.fell.sum())} falls")
    left.set_xlim(0, 18)
    left.set_ylim(0, 1.02)
    left.set_xlabel("Months since the attack began")
    left.set_ylabel("Share of towns that still stand")
    left.legend(fontsize=7, frameon=False, loc="upper right")
    rows = reliability_table(*report.chance)
    right.plot([0, 1], [0, 1], color="#999999", linewidth=0.8)
    right.scatter(
        [c for c, _, _ in rows], [h for _, h, _ in rows], s=[8 + n for _, _, n in rows], color=MODEL, alpha=0.7
    )
    right.set_xlabel("Chance that the model gives a town to change hands")
    right.set_ylabel("Share of such towns that did")
    runs, share = report.bhamo
    title = (
        f"A besieged Bhamo stands a year or more in {100 * share:.0f}% of {runs} runs"
        if runs
        else "Bhamo is besieged in no run"
    )
    note = (
        "Left: Kaplan-Meier; sieges that ended otherwise are censored, and the record's are the reported ones, most of which "
        "ended in a fall. Right: October 2023 to December 2025, recalibrated by the windows to the end of 2024; area: number of townships."
    )
    style.title_of(figure, title, note)
    return figure


def _stairs(axes: Axes, spells: Spells, colour: str, label: str) -> None:
    if not len(spells.months):
        return
    months, standing = kaplan_meier(spells)
    axes.step(months, standing, where="post", color=colour, linewidth=1.6, label=label)
