"""The command ``record check``, and records of the user's own in ``hindcast``: what was understood, and the scores."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from model.cli.text import columns, fail

if TYPE_CHECKING:
    from model.experiments.batch import BatchReport
    from model.experiments.hindcast.given import Line, Scores
    from model.experiments.plan import BatchPlan
    from model.world.given_record import Given

record = typer.Typer(help="Your own data, to compare the model with.", no_args_is_help=True, rich_markup_mode=None)

EPILOG = (
    "\b\nFor example:\n"
    "  pangwa record check acled_myanmar.csv\n"
    "  pangwa record check imports.csv control_2024.csv\n"
    "  pangwa hindcast --record imports.csv"
)
_SHOWN = 10
"""Lines without a place that are printed by ``hindcast``; ``record check`` prints all."""

_ROWS = 20
"""Rows of scores that are printed."""


@record.callback()
def _record() -> None:
    pass


@record.command(epilog=EPILOG)
def check(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="CSV files in UTF-8.")],
    world: Annotated[str, typer.Option(help="World: a shipped name or a folder.")] = "myanmar",
) -> None:
    """Read files with data of your own, place every row in the world, and list those that have no place.

    A file is an ACLED export, a UCDP GED export, a monthly series of trade or prices, or a map of control; its columns say which.
    Exit code 2 where a file is not understood, or nothing in it has a place.
    """
    records = read_records(files, world)
    typer.echo("\n\n".join("\n".join(described(given)) for given in records))
    empty = [given.path for given in records if not given.placed]
    if empty:
        fail(f"nothing in {', '.join(empty)} has a place in world {world}")


def read_records(files: Sequence[str], world: str) -> list[Given]:
    """Read all files, or end with a sentence for each that is not understood."""
    from model.experiments.hindcast.given import SERIES_NAMES
    from model.world.given_record import RecordFileError, read_given

    records, problems = [], []
    for file in files:
        try:
            records.append(read_given(file, world, SERIES_NAMES))
        except RecordFileError as problem:
            problems.append(str(problem))
    if problems:
        fail(*problems)
    return records


def described(given: Given, most: int | None = None) -> list[str]:
    """What a file is, the lines without a place, the actors that the world does not have, and counts last.

    Args:
        given: the file as it was understood.
        most: lines without a place to print; all where None.
    """
    from model.world.placing import FARTHEST_KM

    lines = [f"{given.path}: {given.kind}, {given.rows} rows"]
    refused = given.refused if most is None else given.refused[:most]
    lines += [f"  line {line}: {why}" for line, why in refused]
    if len(refused) < len(given.refused):
        lines.append(f"  and {len(given.refused) - len(refused)} more, in record_unplaced.csv")
    if given.unknown:
        named = "; ".join(f"{name} ({number})" for name, number in given.unknown.most_common())
        lines.append(f"  actors that the world does not have (their fights are still counted): {named}")
    if given.found:
        how = ", ".join(f"{number} by {way}" for way, number in given.found.most_common())
        lines.append(f"  townships: {how} (points within {FARTHEST_KM:.0f} km of a township's centre)")
    lines += [f"  not compared: {number} x {what}" for what, number in given.passed.most_common()]
    lines += [f"  {text}" for text in _holds(given)]
    return [*lines, f"  assigned: {given.placed} of {given.rows} rows; not assigned: {given.rows - given.placed}"]


def _holds(given: Given) -> list[str]:
    from model.experiments.hindcast.given import unit_of

    first, last = given.span()
    if given.fights:
        dead, townships = sum(one.dead for one in given.fights), len({one.township for one in given.fights})
        return [f"{len(given.fights)} fights in {townships} townships, {dead} killed, {first} to {last}"]
    if given.series:
        return [
            f"series {name}: {len(points)} months, {min(points)} to {max(points)}, assumed to be in {unit_of(name)}"
            for name, points in given.series.items()
            if points
        ]
    return [f"map of {month}: {len(holders)} townships" for month, holders in sorted(given.holders.items())]


# hindcast -----------------------------------------------------------------------------------------------------------


def compare(
    files: Sequence[str],
    scenario: str | None,
    replicates: int,
    parameters: str | None,
    run: Callable[[BatchPlan], BatchReport],
    *,
    draw: bool,
) -> int:
    """Run what the files are compared with, score, draw, and print; gives the exit code.

    Args:
        files: the records.
        scenario: a scenario's name or file; the shipped hindcasts where None.
        replicates: runs of each scenario.
        parameters: a set of parameter vectors; the world's where None.
        run: runs a batch in the folder that was asked for.
        draw: whether figures are wanted.
    """
    from model.experiments.hindcast.given import score_given, write_scores
    from model.scenario.read import load_scenario

    world = load_scenario(scenario).world if scenario else "myanmar"
    records = read_records(files, world)
    empty = [given.path for given in records if not given.placed]
    if empty:
        fail(*(line for given in records for line in described(given)), f"nothing in {', '.join(empty)} has a place")
    plan, wanted = plan_of(records, scenario, replicates, parameters)
    done = run(plan)
    if not done.complete:
        return done.exit_code
    scores = [score_given(done.folder, load_scenario(name).name, some, world) for name, some in wanted.items()]
    write_scores(done.folder, scores, records)
    if draw:
        from model.views.given import record_figures

        record_figures(done.folder, scores)
    typer.echo("\n".join(told(records, scores, done.folder)))
    return done.exit_code


def plan_of(
    records: Sequence[Given], scenario: str | None, replicates: int, parameters: str | None
) -> tuple[BatchPlan, dict[str, list[Given]]]:
    """The batch that records are compared with, and which of them each of its scenarios is for.

    Args:
        records: what was given.
        scenario: the user's, for all; the shipped hindcasts otherwise.
        replicates: runs of each scenario.
        parameters: a set of parameter vectors; the world's where None.
    """
    import dataclasses

    from model.experiments.batch_file import read_plan
    from model.experiments.hindcast.given import scenario_of
    from model.scenario.spec import MONTHLY_MAP

    wanted: dict[str, list[Given]] = {}
    for given in records:
        wanted.setdefault(scenario or scenario_of(given), []).append(given)
    plan = read_plan(
        list(wanted),
        replicates=replicates,
        record=(MONTHLY_MAP,),
        parameters=parameters,
        apart=True,
        command=["pangwa", *sys.argv[1:]],
    )
    names = ", ".join(Path(given.path).name for given in records)
    return dataclasses.replace(plan, name="hindcast-record", description=f"compared with {names}"), wanted


def told(records: Sequence[Given], scores: Sequence[Scores], folder: Path) -> list[str]:
    """The end of ``hindcast --record``: what was read, then the scores of each scenario."""
    lines: list[str] = []
    for given in records:
        lines += [*described(given, _SHOWN), ""]
    for one in scores:
        lines += [f"Scores in {one.scenario}:", *_lines(one), *_maps(one)]
        if one.outside:
            months = sorted(set(one.outside))
            lines.append(
                f"Not scored, because no run covers them: {len(months)} months from {months[0]} to {months[-1]}."
            )
        lines.append("")
    return [*lines, f"Tables and figures are in {folder}: record_scores.csv, record_unplaced.csv"]


def _lines(scores: Scores) -> list[str]:
    from model.experiments.hindcast.given import ALONE, CLIMATE, LAST, MODEL
    from model.experiments.hindcast.report import BANDS
    from model.experiments.hindcast.score import FEWEST_POINTS

    found: dict[tuple[str, str], dict[str, Line]] = {}
    for line in scores.lines:
        found.setdefault((line.what, line.where), {})[line.forecast] = line
    widths = (f"in {100 * band:.0f}%" for band in BANDS)
    head: tuple[str, ...] = ("", "", "months", *widths, "CRPS: model", ALONE, CLIMATE, LAST)
    rows, short = [head], []
    for (what, where), lines in found.items():
        line = lines[MODEL]
        if line.crps is None:
            short.append(
                f"  {what}{', ' if where else ''}{where}: {line.points} months after the first, too few to score:"
            )
            continue
        errors = [f"{lines[name].crps:,.4g}" for name in (MODEL, ALONE, CLIMATE, LAST)]
        rows.append((what, where, f"{line.points}", *(f"{100 * line.coverage[band]:.0f} %" for band in BANDS), *errors))
    told = [f"{text} {FEWEST_POINTS} are needed" for text in short]
    if len(rows) > 1:
        told += [
            "Share of months within the model's central intervals, and mean CRPS (smaller is better):",
            columns(rows[:_ROWS]),
        ]
    return told + ([f"  and {len(rows) - _ROWS} more rows in record_scores.csv"] if len(rows) > _ROWS else [])


def _maps(scores: Scores) -> list[str]:
    if not scores.maps:
        return []
    names = tuple(scores.maps[0].brier)
    scored = tuple(f"{kind}: {name}" for kind in ("Brier", "log") for name in names)
    rows: list[tuple[str, ...]] = [("map", "townships", "changed", "in the model", *scored)]
    for one in scores.maps:
        numbers = [f"{table[name]:.3f}" for table in (one.brier, one.logarithmic) for name in table]
        rows.append((one.month, f"{one.townships}", f"{one.changed}", f"{one.expected:.1f}", *numbers))
    return ["Holders of the townships on the map (smaller is better):", columns(rows)]
