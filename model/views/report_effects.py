"""The sections of the report that rest on effects: what each policy changes, in sentences and as a table, every number traced."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from model.experiments.comparable import difference_words
from model.experiments.compare import EFFECT_COLUMNS
from model.experiments.evidence import EFFECTS, LEAST, RULE, counts_words, movers
from model.experiments.results import read_csv_table
from model.experiments.summary import SUMMARY_COLUMNS
from model.experiments.windows import period_of, series_of
from model.outcome import Outcome
from model.output.outcomes import heading_of, outcome_list, outcome_named
from model.output.units import shown_in
from model.views import html
from model.views.cells import Cell, Named
from model.views.figures import draw
from model.views.page import joined, piece
from model.views.read import Results
from model.views.words import HEADLINES

_COLUMNS = {"summary.csv": SUMMARY_COLUMNS, "effects.csv": EFFECT_COLUMNS}
_NUMBERS = ("n", "units", "mean", "low95", "high95", "matters")
_DIFFERENCES = ("mean", "low95", "high95", "percent")
_MOVERS = 6
"""Outcomes besides the headlines that are named for each policy."""
PAIRED = (
    "Replicate k of two scenarios uses the same random draws, so effects are means of paired differences, with 95% intervals (BCa "
    f"bootstrap, or Student's t below 20 pairs). {RULE} An effect depends on assumptions if fewer than nine in ten of the sets of "
    "assumptions with a difference agree on its sign. The variance ratio says how many times more runs would be needed "
    "without pairing; the column after it how many replicates would bring the interval to X on either side. They rest on assumed "
    "parameters."
)


_CHANGE = (
    "{{ words }}: {{ mean }}{{ change and ' ' }}{{ change }} [{{ low }} to {{ high }}]{% if percent %}, {{ percent }}%{% endif %}, "
    "from {{ base }}{{ '' if level.startswith('%') else level and ' ' }}{{ level }}{% if window %} ({{ window }}){% endif %}"
)


def _overall(results: Results) -> pd.DataFrame | None:
    """The effects over all design points; None where nothing is compared."""
    effects = table_of(results, "effects.csv")
    if effects is None or effects.empty:
        return None
    return effects[effects["point"] == ""] if (effects["point"] == "").any() else effects


def short_section(results: Results, actor: str | None) -> Markup:
    """What each policy changes: the headlines that it moves, then what else it moves most, each number with its place."""
    effects = _overall(results)
    if effects is None:
        return Markup("")
    names = [one.name for one in headlines(results)]
    numbers = effects.assign(**{name: pd.to_numeric(effects[name], errors="coerce") for name in _NUMBERS})
    items = []
    for name in results.scenarios:
        part = effects[effects["scenario"] == name]
        if part.empty:
            continue
        moved = part[part["outcome"].isin(names) & part["verdict"].isin(EFFECTS)]
        others = part.loc[movers(numbers.loc[part.index], _MOVERS, names).index]
        told = _changes("Of the headlines it raises or lowers", moved) + _changes("Moved most besides", others)
        counted = html.paragraph(f"Headlines: {counts_words(numbers.loc[part.index][part['outcome'].isin(names)])}")
        items.append(html.heading(name) + told + counted)
    besides = difference_words(results.manifest.get("scenarios", {}), results.reference or "")
    note = f"Mean differences from {results.reference} with 95% intervals. {RULE} All rest on assumed, not observed, parameters. {besides}"
    return joined(items) + html.source_line(note) if items else Markup("")


def _changes(heading: str, part: pd.DataFrame) -> Markup:
    """Effects as a list; nothing where there are none."""
    told = [_change(record) for record in part.to_dict("records")]
    return html.paragraph(f"{heading}:") + html.listing(told) if told else Markup("")


def _change(record: dict[Any, Any]) -> Markup:
    outcome = outcome_named(record["outcome"])
    unit = "" if outcome is None else outcome.unit
    shown = shown_in(unit)
    mean, low, high, base = (
        html.traced(number_cell(record, "effects.csv", key, shown.factor))
        for key in ("mean", "low95", "high95", "reference_mean")
    )
    percent = html.traced(number_cell(record, "effects.csv", "percent"))
    return piece(
        _CHANGE,
        words=heading_of(series_of(record["outcome"])),
        mean=mean,
        low=low,
        high=high,
        base=base,
        percent=percent if unit in LEAST and record["percent"] else "",
        change=shown.change,
        level=shown.level,
        window=period_of(record["outcome"]),
    )


def number_cell(record: dict[Any, Any], table: str, column: str, factor: float = 1.0) -> Cell:
    """A number of a row of summary or effects, with what picks that row."""
    text = record[column]
    place = {key: record[key] for key in ("scenario", "point", "outcome")}
    difference = table == "effects.csv" and column in _DIFFERENCES
    return Cell(float(text) if text != "" else None, table, place, column, factor, signed=difference)


def effects_section(results: Results, actor: str | None) -> Markup:
    """Verdicts, effects and replicates needed as a figure and a table."""
    effects = _overall(results)
    if effects is None:
        return Markup("")
    # With one replicate a set of assumptions nothing can be told of signs, and nothing is shown of them.
    several = bool(effects[["points_up", "points_down"]].astype(int).to_numpy().sum() > 0)
    scaled = ("mean", "low95", "high95", "reference_mean", "matters")
    plain = ["n", "variance_ratio", "replicates_needed"]
    plain += ["points", "points_up", "points_down"] if several else []
    rows: list[list[object]] = []
    for known in headlines(results):
        part = effects[effects["outcome"] == known.name].to_dict("records")
        shown = shown_in(known.unit)
        for order, record in enumerate(part):
            numbers = [number_cell(record, "effects.csv", key, shown.factor) for key in scaled]
            numbers += [number_cell(record, "effects.csv", key) for key in plain]
            head_cell = named(known, shown.change, len(part)) if order == 0 else None
            rows.append([head_cell, record["scenario"], record["verdict"], *numbers])
    head = [
        "outcome", "scenario", "verdict", "mean difference", "95% from", "to", f"mean of {results.reference}", "X", "pairs",
        "variance ratio", "replicates needed", *(["sets", "of them up", "down"] if several else []),
    ]  # fmt: skip
    drawn = figure_of(results, "effects", "runs.parquet, as effects.csv is computed from it")
    return html.paragraph(PAIRED) + drawn + folded("The numbers", html.table(head, rows, "effects.csv"))


def headlines(results: Results) -> list[Outcome]:
    """The outcomes that are shown, in the order of the headlines."""
    known = {one.name: one for one in outcome_list(results.actors)}
    return [known[name] for name in HEADLINES if name in known]


def named(outcome: Outcome, unit: str, rows: int) -> Named:
    """An outcome as the heading of so many rows: its words and unit, its column and window in small print."""
    _, window = _split(outcome)
    # The window stands in the small print, so that the words are short.
    words = heading_of(outcome.name).partition(", ")[0]
    return Named(f"{words}{unit and ', '}{unit}", f"{outcome.name}{window and ', '}{window}", rows)


def _split(outcome: Outcome) -> tuple[str, str]:
    """An outcome's meaning, and the window that stands in brackets behind it."""
    words, _, window = outcome.meaning.partition(" (")
    return words.partition(";")[0], window.rstrip(")")


def table_of(results: Results, name: str) -> pd.DataFrame | None:
    """A table of the batch, its cells as the texts that stand in the file; None where there is none."""
    path = results.folder / name if results.folder is not None else None
    if path is None or not path.is_file():
        return None
    # As texts, so that a row is picked by what stands in the file.
    frame = read_csv_table(path, _COLUMNS[name], dtype=str, na_values=[])
    return frame[frame["scenario"].isin(results.scenarios)]


def figure_of(results: Results, kind: str, source: str, actors: Sequence[str] | None = None) -> Markup:
    """A figure of the batch as part of the page; nothing where it shows nothing."""
    figure = draw(results, kind, actors)
    return Markup("") if figure is None else html.picture(figure, source)


def folded(summary: str, content: Markup) -> Markup:
    """Content that can be folded away."""
    return piece(
        "<details open><summary>{{ summary }}</summary>{{ content }}</details>", summary=summary, content=content
    )
