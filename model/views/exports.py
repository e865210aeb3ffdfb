"""Where the ore goes: tonnes a month by destination, medians and bands, scenarios side by side."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from model.experiments.discrepancy import Discrepancy, discrepancy_of
from model.experiments.evidence import effect_words
from model.output.units import number
from model.views import findings, panels, style
from model.views.read import Results, ViewError

YEAR = 12
"""Months of the windows that titles speak of."""
_LEAST_T = 1.0
"""Tonnes in a window below which no relative change is given (design, section 7)."""
CHINA, QUAD = "china", "quad"
_UNIT = "Exports (t REO per month)"
_TOLD = "exports_t_china"
"""The outcome that the title speaks of."""


def flows(results: Results, scenario: str | None = None) -> pd.DataFrame:
    """Monthly flows of each run.

    Args:
        results: a batch or run.
        scenario: only this one.

    Returns:
        Columns run_id, scenario, month (1 and up), and one a destination of :data:`style.DESTINATIONS`, t REO a month.

    Raises:
        ViewError: the runs have no month.
    """
    columns = {f"exports_t_{name}": name for name in style.DESTINATIONS}
    rows = results.frame("monthly", ["run_id", "scenario", "month", *columns], scenario=scenario)
    rows = rows[rows["month"] > 0].rename(columns=columns)
    if rows.empty:
        raise ViewError(f"{results.name}: the runs have no months, so there are no flows to draw")
    return rows


@style.styled
def draw_exports(results: Results, axes: Axes | None = None) -> Figure:
    """Draw export flows by destination, a panel a scenario on one scale; the rainy months are shaded.

    Args:
        results: a batch or a run.
        axes: draw the first scenario into these instead, without title and footnote.

    Raises:
        ViewError: the runs have no month.
    """
    chosen = results.scenarios[: 1 if axes else panels.MOST_PANELS]
    learnt = discrepancy_of(results.world) if results.runs_each != "1" else None
    bands = {name: _bands(flows(results, name), learnt) for name in chosen}
    if axes is not None:
        _panel(axes, results, bands, tuple(style.DESTINATIONS), chosen[0], last=True)
        return panels.finish_own(axes, results, _UNIT)
    parts = _split(bands)
    rows, columns = panels.columns_for(len(chosen))
    figure = panels.new_figure(panels.width_of(columns), 1.0 + (2.5 if len(parts) == 1 else 3.6) * rows)
    heights = [2.0, 1.0] if len(parts) == 2 else [1.0]
    grid = figure.subplots(len(parts) * rows, columns, squeeze=False, height_ratios=heights * rows)
    for k, name in enumerate(chosen):
        block, column = divmod(k, columns)
        for part, members in enumerate(parts):
            panel = grid[block * len(parts) + part, column]
            _panel(panel, results, bands, members, name, last=column == columns - 1 or k == len(chosen) - 1)
            panel.tick_params(labelleft=column == 0, labelbottom=part == len(parts) - 1)
        grid[block * len(parts), column].set_title(panels.looks_of(results)[name].label)
    panels.finish(figure, grid, len(chosen), len(parts), _UNIT)
    notes = ["Shaded: rainy season, June to September.", *findings.rule_for(results)]
    if learnt is not None:
        notes.insert(0, f"Bands include a model discrepancy of {100 * learnt.exports.log_sd:.0f}% (log sd).")
    if len(parts) == 2:
        notes.insert(0, "The rows differ in scale.")
    style.title_of(figure, _title(results), panels.footnote(results, panels.LINE_AND_BAND, *notes))
    return figure


Bands = dict[str, dict[str, panels.Band]]


def _bands(rows: pd.DataFrame, learnt: Discrepancy | None) -> dict[str, panels.Band]:
    return {name: panels.band(rows, name, None if learnt is None else learnt.exports) for name in style.DESTINATIONS}


_DWARFED = 0.15
"""Share of the flow to China under which the flow to the Quad gets a row and scale of its own."""


def _split(bands: Bands) -> list[tuple[str, ...]]:
    tops = {name: max(found[name].high.max() for found in bands.values()) for name in style.DESTINATIONS}
    china = tuple(name for name in style.DESTINATIONS if name != QUAD)
    if 0 < tops[QUAD] < _DWARFED * max(tops[name] for name in china):
        return [china, (QUAD,)]
    return [tuple(style.DESTINATIONS)]


def _panel(axes: Axes, results: Results, bands: Bands, names: tuple[str, ...], scenario: str, *, last: bool) -> None:
    top = max(found[name].high.max() for found in bands.values() for name in names)
    axes.set_ylim(0, max(top, 1.0) * 1.06)
    start = results.starts[scenario]
    panels.calendar(axes, start, results.ends[scenario], monsoon=True)
    axes.grid(axis="y", color=style.FAINT, linewidth=0.4)
    axes.yaxis.set_major_formatter(FuncFormatter(style.tick))
    for name in names:
        values, look = bands[scenario][name], style.DESTINATIONS[name]
        # A month's flow belongs to the middle of the month.
        panels.draw_band(axes, panels.years(start, values.months - 0.5), values, look.colour, look.dash, name)
    if last:
        looks = [style.DESTINATIONS[name] for name in names]
        ends = [
            panels.EndLabel(bands[scenario][name].median[-1], look.label.replace(", ", ",\n"), look.colour)
            for name, look in zip(names, looks, strict=True)
        ]
        panels.label_ends(axes, ends, 2.0 if len(names) > 1 else 0.9)


def _title(results: Results) -> str:
    totals = _last_year(results)
    china = totals[totals["subject"] == CHINA]
    found = findings.verdicts(results, [_TOLD])
    best = findings.strongest(found)
    window = f"last {min(YEAR, results.months)} months" if results.months > 1 else "one month"
    if best is not None:
        return f"{panels.looks_of(results)[best['scenario']].label} {effect_words(best)}{_quad(results, totals)}"
    medians = _monthly_medians(results, china)
    lead = f"{findings.none_words(found, 'exports to China') or 'Exports to China'}:"
    ends = dict.fromkeys((number(medians.min()), number(medians.max())))
    return f"{lead} {' to '.join(ends)} t REO per month (median, {window}){_quad(results, totals)}"


def _last_year(results: Results) -> pd.DataFrame:
    rows = flows(results)
    sums = results.last_year(rows).groupby("run_id", sort=False)[list(style.DESTINATIONS)].sum()
    table = pd.DataFrame({CHINA: sums["china_official"] + sums["china_informal"], QUAD: sums["quad"]})
    return table.reset_index().melt("run_id", var_name="subject")


def _monthly_medians(results: Results, totals: pd.DataFrame) -> pd.Series[float]:
    """Medians over runs, t per month, by scenario."""
    shown = findings.of_shown(results, totals)
    return shown.groupby("scenario", sort=False)["value"].median() / min(YEAR, results.months)


def _quad(results: Results, totals: pd.DataFrame) -> str:
    """The end of the title: how much at most goes to India and the Quad, and under which scenario."""
    medians = _monthly_medians(results, totals[totals["subject"] == QUAD])
    best = str(medians.idxmax())
    if medians[best] * YEAR < _LEAST_T:
        return "; almost nothing goes to India and the Quad"
    if len(medians) == 1:
        return f"; {number(medians[best])} t per month go to India and the Quad"
    label = panels.looks_of(results)[best].label
    return f"; India and the Quad get {number(medians[best])} t per month at most ({label})"
