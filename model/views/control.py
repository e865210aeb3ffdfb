"""Who controls how much, month by month: medians and bands of the armed actors' shares of the population."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from model.experiments.evidence import effect_words
from model.output.units import join, per_cent
from model.views import findings, panels, style
from model.views.read import Results


@dataclass(frozen=True)
class Measure:
    """A published way of measuring control.

    Args:
        column: of the table of actors.
        axis: label of the axis.
        verb: what an actor does with it, in titles.
        whole: that of which it has a share.
    """

    column: str
    axis: str
    verb: str
    whole: str


MEASURES = {
    "seat": Measure(
        "seat_population_share",
        "Population of townships\nwhose town it holds (%)",
        "hold",
        "the towns, counted by population,",
    ),
    "countryside": Measure(
        "population_share",
        "Population by share\nof the countryside (%)",
        "control",
        "the countryside, counted by population,",
    ),
}


@dataclass(frozen=True)
class Group:
    """Actors drawn as one line."""

    name: str
    colour: str
    dash: style.Dash
    members: tuple[str, ...]


def groups(results: Results, actors: Sequence[str] | None) -> list[Group]:
    """The lines of the figure: the families of actors, or the actors asked for, one each.

    Raises:
        ViewError: an actor asked for is not there.
    """
    looks = style.actor_looks(results.actors)
    if actors:
        chosen = [results.pick("actor", name, [*results.actors, style.NOBODY]) for name in actors]
        dashes: list[style.Dash] = ["solid", (0, (5, 1.5)), (0, (3, 1, 1, 1)), (0, (1, 1))]
        kin = [looks[name].family.key for name in chosen]
        return [
            Group(name, looks[name].family.line, dashes[kin[:k].count(kin[k]) % 4], (name,))
            for k, name in enumerate(chosen)
        ]
    found = []
    for family in style.FAMILIES:
        members = tuple(actor for actor, look in looks.items() if look.family is family)
        if members:
            # Strangers keep their own names, or they would borrow those of the family whose colour they have.
            borrowed = family.key != style.NOBODY and not style.is_known(members)
            name = ", ".join(members) if borrowed else family.short
            found.append(Group(name, family.line, family.dash, members))
    return found


def group_shares(
    results: Results, lines: Sequence[Group], column: str, scenario: str | None = None, *, at_end: bool = False
) -> pd.DataFrame:
    """Shares of each group in each run.

    Args:
        results: the batch or run.
        lines: the groups.
        column: a column of the table of actors, 0-1.
        scenario: only this one.
        at_end: only the month in which each scenario ends.

    Returns:
        Columns run_id, month, subject (name of the group), value (0-1). What no actor has belongs to nobody.
    """
    months = sorted(set(results.ends.values())) if at_end else None
    rows = results.frame("actors", ["run_id", "scenario", "month", "actor", column], scenario=scenario, month=months)
    if at_end:
        rows = rows[rows["scenario"].astype(str).map(results.ends) == rows["month"]]
    wide = rows.astype({"actor": str}).pivot(index=["run_id", "month"], columns="actor", values=column)
    wide[style.NOBODY] = (1.0 - wide.sum(axis=1)).clip(lower=0.0)
    summed = pd.DataFrame(
        {line.name: wide[[name for name in line.members if name in wide]].sum(axis=1) for line in lines}
    )
    return summed.reset_index().melt(["run_id", "month"], var_name="subject")


@style.styled
def draw_control(
    results: Results,
    measure: str = "seat",
    *,
    actors: Sequence[str] | None = None,
    axes: Axes | None = None,
) -> Figure:
    """Draw control over time: a panel a scenario, the largest actor above, the others below on their own scale.

    Args:
        results: a batch or a run.
        measure: "seat" (who holds the towns) or "countryside".
        actors: these instead of the families of actors.
        axes: draw all actors of the first scenario into these instead, without title and footnote.
    """
    chosen, lines = results.scenarios[: 1 if axes else panels.MOST_PANELS], groups(results, actors)
    what = MEASURES[measure]
    bands = {name: _bands(results, lines, what.column, name) for name in chosen}
    if axes is not None:
        _panel(axes, results, bands, lines, chosen[0], last=True)
        return panels.finish_own(axes, results, what.axis)
    upper, lower = _split(lines, bands)
    rows, columns = panels.columns_for(len(chosen))
    heights = [1.0, 1.7] if upper and lower else [1.0]
    figure = panels.new_figure(panels.width_of(columns), 0.9 + (3.7 if len(heights) == 2 else 2.9) * rows)
    grid = figure.subplots(len(heights) * rows, columns, squeeze=False, height_ratios=heights * rows)
    looks = panels.looks_of(results)
    for k, name in enumerate(chosen):
        block, column = divmod(k, columns)
        for part, members in enumerate([part for part in (upper, lower) if part]):
            panel = grid[block * len(heights) + part, column]
            _panel(panel, results, bands, members, name, last=column == columns - 1 or k == len(chosen) - 1)
            if part == 0:
                panel.set_title(looks[name].label)
            panel.tick_params(labelleft=column == 0, labelbottom=part == len(heights) - 1)
    panels.finish(figure, grid, len(chosen), len(heights), what.axis)
    notes = findings.rule_for(results)
    if len(heights) == 2:
        notes.insert(0, "The rows differ in scale; the upper does not begin at zero.")
    style.title_of(figure, _title(results, lines, what), panels.footnote(results, panels.LINE_AND_BAND, *notes))
    return figure


Bands = dict[str, dict[str, panels.Band]]


def _bands(results: Results, lines: Sequence[Group], column: str, scenario: str) -> dict[str, panels.Band]:
    shares = group_shares(results, lines, column, scenario)
    shares["value"] *= 100
    return {str(name): panels.band(group, "value") for name, group in shares.groupby("subject")}


def _split(lines: Sequence[Group], bands: Bands) -> tuple[list[Group], list[Group]]:
    """The line that dwarfs the others, and the others; all in one when none does."""
    tops = {line.name: max(found[line.name].high.max() for found in bands.values()) for line in lines}
    ranked = sorted(lines, key=lambda line: -tops[line.name])
    if len(ranked) > 1 and tops[ranked[0].name] > 2 * tops[ranked[1].name]:
        return [ranked[0]], [line for line in lines if line is not ranked[0]]
    return list(lines), []


def _panel(axes: Axes, results: Results, bands: Bands, lines: Sequence[Group], name: str, *, last: bool) -> None:
    start = results.starts[name]
    for line in lines:
        values = bands[name][line.name]
        panels.draw_band(axes, panels.years(start, values.months), values, line.colour, line.dash, line.name)
    axes.set_ylim(*_limits([found[line.name] for found in bands.values() for line in lines], alone=len(lines) == 1))
    panels.calendar(axes, start, results.ends[name])
    axes.grid(axis="y", color=style.FAINT, linewidth=0.4)
    if last:
        ends = [panels.EndLabel(bands[name][line.name].median[-1], line.name, line.colour) for line in lines]
        panels.label_ends(axes, ends, 1.0 if len(lines) == 1 else 2.0)


_LEAST_SPAN = 10.0
"""Points of percent that an axis which does not begin at zero shows at least, lest noise look like a trend."""


def _limits(values: Sequence[panels.Band], *, alone: bool) -> tuple[float, float]:
    low, high = min(found.low.min() for found in values), max(found.high.max() for found in values)
    if not alone or low < _LEAST_SPAN:
        return 0.0, max(high, 1e-3) * 1.06
    room = max(_LEAST_SPAN - (high - low), 0.1 * (high - low)) / 2
    return max(low - room, 0.0), min(high + room, 100.0)


def _title(results: Results, lines: Sequence[Group], what: Measure) -> str:
    ends = group_shares(results, lines, what.column, at_end=True)
    found = findings.verdicts(results, [f"{what.column}_{actor.lower()}" for actor in results.actors])
    best = findings.strongest(found)
    if best is not None:
        return f"{panels.looks_of(results)[best['scenario']].label} {effect_words(best)}"
    medians = findings.of_shown(results, ends).groupby("subject")["value"].median().sort_values(ascending=False)
    armed = [str(name) for name in medians.index if not str(name).startswith("nobody")]
    leaders = [name for name in ("junta", "KIA") if name in armed] or armed[:2]
    said = [f"{_subject(name, what.verb)} {per_cent(medians[name])}" for name in leaders]
    medians_said = "" if results.runs_each == "1" else " (medians)"
    said_none = findings.none_words(found, f"shares of {what.whole.removesuffix(',')}")
    lead = f"{said_none}. " if said_none else ""
    return f"{lead}{join(said).replace(' and The', ' and the')} of {what.whole} {results.when}{medians_said}"


_PLURALS = {
    "PDF pools": "The PDF pools",
    "Shan, near China": "The groups in Shan close to China",
    "Karen, Karenni, Chin": "Karen, Karenni and Chin groups",
}


def _subject(name: str, verb: str) -> str:
    """Name and verb of a group: "The KIA holds", "The PDF pools together hold"."""
    if name in _PLURALS:
        return f"{_PLURALS[name]} {verb}"
    if name.startswith("nobody"):
        return f"Nobody, or others, {verb}"
    article = "The " if name in ("junta", "KIA", "Arakan Army") else ""
    return f"{article}{name} {verb}{'' if ',' in name else 's'}"
