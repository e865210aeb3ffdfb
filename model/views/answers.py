"""What the analyses say in the terminal: tables with units, then the finding and what it rests on."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from model.experiments.ablation import NOTHING, OFF, SAME
from model.experiments.design import point_words
from model.experiments.evidence import (
    DEPENDS,
    EFFECTS,
    FEW,
    LEAST,
    MAY_BE_CHANCE,
    NO_VALUE,
    SMALL,
    SMALL_DOWN,
    SMALL_UP,
    counts_words,
    effect_words,
    lacking_words,
    movers,
    sign_may_be_chance,
    verdict_words,
)
from model.experiments.evidence import SAME as NO_DIFFERENCE
from model.experiments.intervals import WORDS
from model.experiments.prim import limits_text
from model.experiments.results import read_csv_table
from model.experiments.summary import SUMMARY_COLUMNS
from model.experiments.windows import CENSORED, period_of
from model.output.outcomes import heading_of
from model.output.units import join, number, per_cent, shown_in, units_of
from model.views.words import HEADLINES

if TYPE_CHECKING:
    from model.experiments.designed import Design
    from model.experiments.discover import Discovery


Rows = list[list[str]]

_WIDTH = 100
_LONGEST_CELL = 40
"""Letters of a value beside another; longer ones stand below each other."""


def aligned(rows: Sequence[Sequence[str]], left: int = 1) -> list[str]:
    """Rows of cells as lines of equal columns: the first ``left`` flush left, the others flush right."""
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    return [
        "  ".join(
            cell.ljust(w) if k < left else cell.rjust(w) for k, (cell, w) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _fitted(rows: Rows) -> list[str]:
    """Rows as lines of equal columns that are no wider than the page: first cells for which there is no room stand above theirs."""
    columns = range(1, len(rows[0]))
    room = max(_WIDTH - sum(2 + max(len(row[k]) for row in rows) for k in columns), 1)
    lines: list[str] = []
    for row, line in zip(
        rows, aligned([[row[0] if len(row[0]) <= room else "", *row[1:]] for row in rows]), strict=True
    ):
        lines += [row[0]] if len(row[0]) > room else []
        lines += [line] if line else []
    return lines


def _hanging(text: str) -> str:
    """A note on as many lines as it needs, the later ones indented."""
    return textwrap.fill(text, _WIDTH, subsequent_indent="  ")


def interval_text(row: pd.Series[Any], factor: float = 1.0) -> str:
    """An interval as ``[low, high]``, its ends multiplied by a factor."""
    return f"[{number(factor * row['low95'])}, {number(factor * row['high95'])}]"


def comparison_text(table: pd.DataFrame) -> str:
    """A comparison as a table: a block for each scenario, in it the outcomes by what is said of them, those that move first.

    Args:
        table: of :func:`model.experiments.compare.compare`.
    """
    several = bool((table["points_up"] + table["points_down"] > 0).any())
    lines = []
    for scenario, part in table.groupby("scenario", sort=False):
        reference, pairs = part["reference"].iloc[0], int(part["n"].max())
        head = ["change", "95% interval", "", "X", "needed", *(["signs"] if several else [])]
        lines.append(f"{scenario} against {reference}, {pairs} pairs")
        rows = [["", str(reference), *head]]
        for heading, some in _by_verdict(part):
            rows += [[heading, *([""] * (len(head) + 1))], *(_comparison_row(row, several) for row in some)]
        lines += [*_fitted(rows), *_unmoved(part), ""]
    methods = [words for key, words in WORDS.items() if key in set(table["interval"])]
    notes = [
        f"interval: {' or '.join(methods) or 'none, as nothing varies'}; changes of shares in percentage points",
        "X: the smallest change that matters (--matters); needed: replicates for an interval of that half width, or of --precision",
        "periods: flows of the last 12 months, levels at the end, columns in _all of the whole run",
    ]
    censored = [name for name in dict.fromkeys(table["outcome"]) if period_of(str(name)) == CENSORED]
    notes += [f"{join(censored)}: {CENSORED}"] if censored else []
    if several:
        sets = int(table["points"].max())
        notes.append(
            f"signs: of {sets} sets of assumptions those that raise and lower, random variation taken out; -: cannot be told"
        )
    return "\n".join([*lines, *(_hanging(note) for note in notes)])


def movers_text(table: pd.DataFrame, most: int = 4) -> str:
    """What each policy moves most, of all outcomes, as a list; then how many differences come to which verdict.

    Args:
        table: of :func:`model.experiments.evidence.judged`, with all outcomes.
        most: outcomes of a scenario at most.
    """
    found, lines = movers(table, most), [f"What the policies change most, against {table['reference'].iloc[0]}:"]
    for scenario, part in table.groupby("scenario", sort=False):
        rows = found[found["scenario"] == scenario].to_dict("records")
        lines.append(f"  {scenario}" + ("" if rows else ": nothing that these runs can tell"))
        lines += [_line(f"- {effect_words(row)}", 4) for row in rows]
        lines.append(_line(counts_words(part), 4))
    return "\n".join(lines)


def _line(text: str, indent: int) -> str:
    pad = " " * indent
    return textwrap.fill(text, _WIDTH, initial_indent=pad, subsequent_indent=f"{pad}  ")


def _by_verdict(part: pd.DataFrame) -> Iterator[tuple[str, list[dict[Any, Any]]]]:
    """The rows of a scenario that differ, under what is said of them."""
    unsure = f"{SMALL} ({MAY_BE_CHANCE})"
    headings = dict.fromkeys(EFFECTS, "raises or lowers") | dict.fromkeys(
        (SMALL_UP, SMALL_DOWN), "raises or lowers, by less than X"
    )
    headings |= {unsure: unsure, SMALL: SMALL, DEPENDS: DEPENDS, FEW: f"{FEW}{lacking_words(part)}"}
    found: dict[str, list[dict[Any, Any]]] = {heading: [] for heading in headings.values()}
    for row in part.to_dict("records"):
        key = unsure if sign_may_be_chance(row) else row["verdict"]
        if key in headings:
            found[headings[key]].append(row)
    yield from ((f"  {heading}", rows) for heading, rows in found.items() if rows)


def _unmoved(part: pd.DataFrame) -> Iterator[str]:
    """The outcomes that differ in no pair, or have no value, as lists."""
    for heading, verdict in (("no difference in any pair", NO_DIFFERENCE), ("no value", NO_VALUE)):
        names = part[part["verdict"] == verdict]["outcome"].tolist()
        if names:
            yield textwrap.fill(f"{heading}: {', '.join(names)}", _WIDTH, initial_indent="  ", subsequent_indent="    ")


def _comparison_row(row: dict[Any, Any], several: bool) -> list[str]:
    outcome = str(row["outcome"])
    unit = units_of([outcome])[outcome]
    shown = shown_in(unit)
    percent = (
        f"{'+' if row['percent'] > 0 else ''}{per_cent(row['percent'] / 100)}"
        if unit in LEAST and row["percent"] == row["percent"]
        else ""
    )
    signs = f"{int(row['points_up'])}+ {int(row['points_down'])}-" if row["points_up"] + row["points_down"] > 0 else "-"
    return [
        f"    {outcome} ({shown.level})" if shown.level else f"    {outcome}",
        number(shown.factor * row["reference_mean"]),
        f"{'+' if row['mean'] > 0 else ''}{number(shown.factor * row['mean'])}",
        interval_text(pd.Series(row), shown.factor),
        percent,
        number(shown.factor * row["matters"]),
        number(row["replicates_needed"]) if row["verdict"] == FEW else "",
        *([signs] if several else []),
    ]


def effect_rows(table: pd.DataFrame) -> tuple[list[str], Rows]:
    """The effects of a comparison for people, in words: the heads of the columns, and the rows, one a scenario and outcome.

    Args:
        table: of :func:`model.experiments.compare.compare`.
    """
    units, rows = units_of(list(table["outcome"])), []
    for row in table.to_dict("records"):
        shown = shown_in(units[str(row["outcome"])])
        interval = interval_text(pd.Series(row), shown.factor)
        effect = [heading_of(str(row["outcome"])), number(shown.factor * row["mean"]), interval, shown.change]
        rows.append([str(row["scenario"]), *effect, verdict_words(row)])
    return ["scenario", "", "mean", "95% interval", "unit", "verdict"], rows


def summary_rows(summary: pd.DataFrame) -> tuple[list[str], Rows]:
    """Medians and bands of the headlines in words: the heads of the columns, and the rows.

    Args:
        summary: the table ``summary.csv`` of a batch.
    """
    units, rows = units_of(HEADLINES), []
    for name in HEADLINES:
        for row in summary[summary["outcome"] == name].to_dict("records"):
            shown = shown_in(units[name])
            low, middle, high = (number(shown.factor * row[key]) for key in ("p10", "median", "p90"))
            rows.append([heading_of(name), middle, f"[{low}, {high}]", shown.level])
    return ["", "median", "10-90%", "unit"], rows


def morris_text(table: pd.DataFrame, outcome: str, most: int, lost: int) -> str:
    """The strongest factors of a screening as a table.

    Args:
        table: of :func:`model.experiments.morris.morris_effects`.
        outcome: which.
        most: lines at most.
        lost: trajectories that had to be left out.
    """
    unit = units_of([outcome])[outcome]
    factor = shown_in(unit).factor
    rows = [[f"{outcome} ({shown_in(unit).change})", "mu*", "95%", "mu", "sigma", "noise", "range", "status"]]
    for row in table[table["outcome"] == outcome].head(most).to_dict("records"):
        numbers = [number(factor * row[key]) for key in ("mu_star", "mu_star_conf95", "mu", "sigma")]
        numbers[1] = f"\N{PLUS-MINUS SIGN}{numbers[1]}"
        noise = f"{100 * row['noise_share']:.0f}%" if row["noise_share"] == row["noise_share"] else "-"
        rows.append([f"  {row['factor']}", *numbers, noise, str(row["range"]), str(row["status"])])
    note = f"\n{lost} trajectories are left out: a run failed or has no value" if lost else ""
    return "\n".join(aligned(rows)) + note + "\n"


def parameters_text(table: pd.DataFrame, first: str, second: str) -> str:
    """The parameters in which two scenarios differ as a table.

    Args:
        table: of :func:`model.experiments.difference.differing_parameters`.
        first: name of a scenario.
        second: name of the other.
    """
    if table.empty:
        return f"{first} and {second} have the same parameters"
    rows = [[str(cell) for cell in row] for row in table.to_numpy().tolist()]
    long = [row for row in rows if max(len(row[1]), len(row[2])) > _LONGEST_CELL]
    short = [["parameter", first, second, "unit", "status"], *(row for row in rows if row not in long)]
    lines = aligned(short, left=5) if len(short) > 1 else []
    for path, ours, theirs, *_ in long:
        told = (textwrap.fill(f"{who}: {value}", _WIDTH, initial_indent="  ", subsequent_indent="    ")
                for who, value in ((first, ours), (second, theirs)))  # fmt: skip
        lines += [path, *told]
    return "\n".join(lines)


def sweep_text(table: pd.DataFrame) -> str:
    """Outcomes along a sweep: a block an outcome, a line per value, for each scenario median and effect.

    Args:
        table: of :func:`model.experiments.sweep.sweep_table`.
    """
    units, lines = units_of(list(table["outcome"])), []
    for outcome, part in table.groupby("outcome", sort=False):
        factor, unit = shown_in(units[str(outcome)]).factor, shown_in(units[str(outcome)]).level
        rows = [[f"{outcome} ({unit})", "scenario", "median", "10-90%", "effect", "95% interval"]]
        for row in part.to_dict("records"):
            known = row["effect"] == row["effect"]
            effect = (
                f"[{number(factor * row['effect_low95'])}, {number(factor * row['effect_high95'])}]" if known else ""
            )
            band = f"[{number(factor * row['p10'])}, {number(factor * row['p90'])}]"
            middle = [number(factor * row["median"]), band, number(factor * row["effect"]) if known else ""]
            rows.append([f"  {row['value']:g}", str(row["scenario"]), *middle, effect])
        lines += [*aligned(rows, left=2), ""]
    return "\n".join(lines[:-1])


def regret_text(table: pd.DataFrame) -> str:
    """Regret of policies as a table: a block a goal, the policy that has the lowest maximum regret first.

    Args:
        table: of :func:`model.experiments.regret.regret_table`.
    """
    units, lines = units_of(list(table["outcome"])), []
    for outcome, part in table.groupby("outcome", sort=False):
        factor, unit = shown_in(units[str(outcome)]).factor, shown_in(units[str(outcome)]).level
        goal = f"{part['better'].iloc[0]} {outcome} ({unit})" if unit else str(outcome)
        rows = [
            [goal, "mean", "max regret", "95% of resamples", "lowest in", "mean regret", "best in", "good enough in"]
        ]
        for row in part.to_dict("records"):
            mean, largest, usual = (number(factor * row[key]) for key in ("mean", "max_regret", "mean_regret"))
            low, high = (number(factor * row[f"max_regret_{end}95"]) for end in ("low", "high"))
            lowest, best, good = (
                f"{100 * row[key]:.0f}%" if row[key] == row[key] else "-"
                for key in ("share_lowest", "share_best", "satisficing_share")
            )
            rows.append([f"  {row['policy']}", mean, largest, f"[{low}, {high}]", lowest, usual, best, good])
        lines += [*aligned(rows), ""]
    threshold = next((str(one) for one in table["threshold"] if one), "")
    lines.append(
        f"{int(table['futures'].max())} futures; good enough: not worse than {threshold} in the same future; "
        "lowest in: share of resampled replicates in which it has the lowest maximum regret, -: one run a future, luck cannot be told"
    )
    return "\n".join(lines)


def sobol_text(table: pd.DataFrame, outcome: str) -> str:
    """Shares of an outcome's variance as a table.

    Args:
        table: of :func:`model.experiments.sobol.sobol_indices`.
        outcome: which.
    """
    part = table[table["outcome"] == outcome].to_dict("records")
    quality = "" if part[0]["method"] == "direct" else f", emulator's Q2 on held-out points {part[0]['q2']:.2f}"
    noise = part[0]["noise_share"]
    noise = f", noise explains {100 * noise:.0f}% of the variance" if noise == noise else ""
    rows = [["factor", "S1", "95%", "ST", "95%", "status"]]
    for row in part:
        numbers = [_share(row["S1"]), f"\N{PLUS-MINUS SIGN}{row['S1_conf95']:.2f}"]
        numbers += [_share(row["ST"]), f"\N{PLUS-MINUS SIGN}{row['ST_conf95']:.2f}"]
        rows.append([f"  {row['factor']}", *numbers, str(row["status"])])
    return "\n".join([f"{outcome}{quality}{noise}", *aligned(rows), ""])


def _share(value: float) -> str:
    """Two digits behind the point, and no minus before zero."""
    return f"{round(value, 2) + 0.0:.2f}"


def box_text(found: Discovery, design: Design) -> str:
    """A box with its coverage and density on both samples.

    Args:
        found: of :func:`model.experiments.discover.discover`.
        design: its design.
    """
    lines = [found.question.words, *(f"  {line}" for line in limits_text(found.box, design.factors))]
    rows = [["sample", "points", "of interest", "coverage", "density", "95%"]]
    for row in found.table.to_dict("records"):
        interval = f"[{row['density_low95']:.2f}, {row['density_high95']:.2f}]"
        counts = [str(row["points"]), str(row["of_interest"])]
        rows.append([str(row["sample"]), *counts, f"{row['coverage']:.2f}", f"{row['density']:.2f}", interval])
    return "\n".join([*lines, "", *aligned(rows)])


def ablation_text(table: pd.DataFrame) -> str:
    """How many switches move how many outcomes, then those that move nothing, by the table that they stand in.

    Args:
        table: of :func:`model.experiments.ablation.switch_table`.
    """
    tried = table[table["verdict"] != OFF]
    most = int(tried["outcomes_moved"].max()) if len(tried) else 0
    bins = [(0, 0), (1, 2), (3, 5), (6, 10), (11, 20), (21, most)]
    rows = [["outcomes moved", "switches"]]
    for low, high in bins:
        count = int(tried["outcomes_moved"].between(low, high).sum())
        rows += [[f"  {low}" if low == high else f"  {low} to {high}", str(count)]] if low <= most else []
    lines = [*aligned(rows), ""]
    for verdict, words in (
        (SAME, "move nothing: without them every run stays the same in every outcome"),
        (NOTHING, "move nothing by more than what matters"),
        (FEW, "not enough runs to tell (more --replicates would)"),
        (OFF, "off already in every scenario"),
    ):
        names = table[table["verdict"] == verdict]["switch"].tolist()
        lines += [f"{len(names)} {words}", *_by_table(names), ""] if names else []
    return "\n".join(lines[:-1])


def _by_table(names: Sequence[str]) -> Iterator[str]:
    """Dotted paths as lines, a paragraph a table."""
    tables: dict[str, list[str]] = {}
    for name in names:
        table, _, own = name.rpartition(".")
        tables.setdefault(table, []).append(own)
    for table, owns in tables.items():
        yield textwrap.fill(f"{table}: {', '.join(owns)}", _WIDTH, initial_indent="  ", subsequent_indent="      ")


def summary_text(folder: Path) -> str:
    """Medians and bands of the headlines as aligned lines, for a batch of one scenario.

    Args:
        folder: the batch's folder.
    """
    summary = read_csv_table(folder / "summary.csv", SUMMARY_COLUMNS)
    summary = summary[summary["outcome"].isin(HEADLINES)]
    units, lines = units_of(HEADLINES), []
    for heading, rows in _blocks(summary):
        cells = [[heading, "median", "10-90%", "mean", "runs"]]
        for row in (row for name in HEADLINES for row in rows[rows["outcome"] == name].to_dict("records")):
            shown = shown_in(units[str(row["outcome"])])
            low, middle, high, mean = (number(shown.factor * row[key]) for key in ("p10", "median", "p90", "mean"))
            cells.append([f"  {_with_unit(str(row['outcome']))}", middle, f"[{low}, {high}]", mean, str(int(row["n"]))])
        lines += [*aligned(cells), ""]
    return "\n".join(lines[:-1])


def _with_unit(outcome: str) -> str:
    """An outcome with the unit and the period of its values: exports_t_china (t REO, last 12 months)."""
    about = ", ".join(word for word in (shown_in(units_of([outcome])[outcome]).level, period_of(outcome)) if word)
    return f"{outcome} ({about})" if about else outcome


def _blocks(table: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Rows of each scenario and design point, headed by the scenario and what the sweep set."""
    swept = [str(column) for column in table.columns if "." in str(column) or column == "label"]
    points = [_set(row, swept) for _, row in table.drop_duplicates("point").iterrows()]
    for (scenario, _), rows in table.groupby(["scenario", "point"], sort=False):
        values = point_words(_set(rows.iloc[0], swept), points)
        yield (f"{scenario}, {values}" if values else str(scenario)), rows


def _set(row: pd.Series[Any], swept: Sequence[str]) -> dict[str, Any]:
    """What a design point sets, of a row of a table."""
    return {path: row[path] for path in swept if pd.notna(row[path])}
