"""The commands that answer questions of a batch: compare, diff, sensitivity, discover, regret, sweep."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from math import isfinite, nan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from model.cli.batches import (
    BaseSeed,
    Jobs,
    NoFigures,
    Overwrite,
    Parameters,
    Plugins,
    Quiet,
    RerunFailed,
    Resume,
    Sets,
)
from model.cli.batches import Out as OutText
from model.cli.text import fail, results_folder, wrapped

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from model.experiments.batch import BatchReport
    from model.experiments.plan import BatchPlan
    from model.experiments.regret import Goal
    from model.scenario.schema import Scenario

SWEPT = ("exports_t_china", "exports_t_quad", "townships_held_junta", "townships_held_kia", "revenue_usd_kia")
DOSED = ("townships_held_kia", "townships_held_junta", "services_kia")
"""Outcomes of a sweep of doses where none are named."""

Results = Annotated[Path, typer.Argument(metavar="RESULTS", help="Results folder of pangwa batch.")]
Outcomes = Annotated[
    list[str] | None, typer.Option("--outcome", "-o", help="Outcome to show (see pangwa outcomes); repeatable.")
]
Matters = Annotated[
    list[str] | None,
    typer.Option(
        metavar="[OUTCOME=]AMOUNT",
        help="Smallest change that matters: a number, or a share of the reference such as 10%; repeatable.",
    ),
]
Precision = Annotated[
    list[str] | None,
    typer.Option(
        metavar="[OUTCOME=]AMOUNT",
        help="Half-width of the interval for which replicates_needed is given [default: the smallest change that matters].",
    ),
]
Out = Annotated[Path | None, typer.Option(metavar="FOLDER", help="Folder for table and figure [default: in RESULTS].")]


def compare(
    results: Results,
    against: Annotated[
        str | None,
        typer.Option(metavar="SCENARIO", help="Scenario to compare with [default: the reference of the batch]."),
    ] = None,
    outcome: Outcomes = None,
    matters: Matters = None,
    precision: Precision = None,
    out: Out = None,
    no_figures: NoFigures = False,
) -> None:
    """Show paired effects with intervals, verdicts and the replicates that would be needed."""
    from model.experiments import compare as analysis
    from model.experiments.evidence import read_amounts
    from model.experiments.results import read_runs
    from model.views.answers import comparison_text
    from model.views.forest import forest, title_words

    runs = read_runs(results)
    reference = against or runs.reference
    outcomes = outcomes_of(outcome, runs.outcomes)
    asked = {
        name: read_amounts(given or (), f"--{name}", runs.outcomes)
        for name, given in (("matters", matters), ("precision", precision))
    }
    table = analysis.effects_against(runs, results, reference, outcomes, **asked)
    points = analysis.point_means(runs, outcomes, reference) if runs.members > 1 else None
    finding, basis = analysis.finding(table, runs)
    typer.echo(comparison_text(table))
    tables = {"compare": table} if points is None else {"compare": table, "compare_points": points}
    folder = out or results / f"compare-{reference}"
    figure = None if no_figures else forest(table, points, runs.scenarios, title_words(finding))
    keep(folder, tables, {"forest": figure}, runs.name)
    typer.echo("\n" + wrapped(f"{finding} {basis}", 0))


def diff(
    first: Annotated[str, typer.Argument(metavar="A", help="A scenario: name or file.")],
    second: Annotated[str, typer.Argument(metavar="B", help="Another scenario: name or file.")],
    results: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="A batch with both scenarios [default: run a small one].")
    ] = None,
    no_runs: Annotated[bool, typer.Option("--no-runs", help="Compare parameters only.")] = False,
    replicates: Annotated[int, typer.Option("--replicates", "-r", help="Runs per scenario, if a batch is run.")] = 20,
    outcome: Outcomes = None,
    parameters: Parameters = None,
    sets: Sets = None,
    plugin: Plugins = None,
    jobs: Jobs = None,
    out: OutText = None,
    quiet: Quiet = False,
) -> None:
    """Show which parameters differ between two scenarios, then which outcomes, with paired intervals."""
    from model.experiments.difference import differing_parameters
    from model.scenario.read import load_scenarios
    from model.views.answers import parameters_text

    ours, theirs = load_scenarios([first, second], sets or ())
    typer.echo(parameters_text(differing_parameters(ours, theirs), ours.name, theirs.name))
    if no_runs:
        return
    check_outcomes([ours, theirs], outcome or ())
    folder = results
    if folder is None:
        folder = results_folder(out, f"{ours.name}_{theirs.name}-diff")
        plan = read_plan_of([first, second], replicates, ours.name, sets, parameters)
        compute(plan, folder, jobs, quiet, resume=True)
    tell_outcomes(folder, ours.name, theirs.name, outcome)


def tell_outcomes(folder: Path, reference: str, other: str, outcome: Sequence[str] | None) -> None:
    """Print the outcomes that differ between two scenarios of a batch, then how many do not."""
    from dataclasses import replace

    from model.experiments import compare as analysis
    from model.experiments.evidence import SAME
    from model.experiments.results import read_runs
    from model.views.answers import comparison_text

    runs = read_runs(folder)
    both = [runs.scenario(reference), runs.scenario(other)]
    runs = replace(runs, frame=runs.frame[runs.frame["scenario"].astype(str).isin(both)].reset_index(drop=True))
    table = analysis.compare(runs, outcomes_of(outcome, runs.outcomes), reference)
    differ = table[table["verdict"] != SAME]
    typer.echo("")
    typer.echo(comparison_text(differ) if len(differ) else f"no outcome differs between {other} and {reference}")
    same = table[table["verdict"] == SAME]["outcome"].tolist()
    if same:
        typer.echo(f"identical in every run: {', '.join(same)}")
    typer.echo("\n" + wrapped(" ".join(analysis.finding(table, runs)), 0))


def read_plan_of(
    files: Sequence[str], replicates: int, reference: str, sets: Sequence[str] | None, parameters: str | None
) -> BatchPlan:
    """The plan of a small batch of scenarios, with this command as the one that goes on with it."""
    from model.experiments.batch_file import read_plan

    command = ["pangwa", *sys.argv[1:]]
    return read_plan(
        files, replicates=replicates, reference=reference, sets=sets or (), parameters=parameters, command=command
    )


def compute(plan: BatchPlan, folder: Path, jobs: int | None, quiet: bool, **how: Any) -> BatchReport:
    """Compute what is missing of a batch; ends the command where that was interrupted or went wrong altogether."""
    from model.experiments.batch import run_batch

    report = run_batch(plan, folder, jobs=jobs, quiet=quiet, **how)
    if not report.complete or not report.ok:
        raise typer.Exit(report.exit_code or 3)
    return report


def sweep(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH=LOW:HIGH:N SCENARIO...",
            help="The parameter to vary, then the scenarios; or a batch file with a table one_at_a_time, such as doses.",
        ),
    ],
    replicates: Annotated[
        int | None,
        typer.Option("--replicates", "-r", help="Runs per scenario and value [default: 10, or as in the file]."),
    ] = None,
    outcome: Outcomes = None,
    parameters: Parameters = None,
    sets: Sets = None,
    plugin: Plugins = None,
    base_seed: BaseSeed = None,
    jobs: Jobs = None,
    out: OutText = None,
    resume: Resume = False,
    overwrite: Overwrite = False,
    rerun_failed: RerunFailed = False,
    quiet: Quiet = False,
    no_figures: NoFigures = False,
) -> None:
    """Vary one parameter over a range, or several one at a time: outcomes along the range, and where an effect changes sign."""
    from model.experiments import sweep as analysis
    from model.scenario.read import load_scenario, load_scenarios

    how: dict[str, Any] = {"resume": resume, "overwrite": overwrite, "rerun_failed": rerun_failed}
    asked = {"replicates": replicates, "base_seed": base_seed, "sets": sets or (), "parameters": parameters}
    ranges, names = ([word for word in words if ("=" in word) == wanted] for wanted in (True, False))
    if len(words) == len(names) == 1:
        where = (out, jobs, quiet, how)
        raise typer.Exit(sweep_file(words[0], asked, outcome, where, draw=not no_figures).exit_code)
    if len(ranges) != 1 or not names:
        fail("give one PATH=low:high:n and at least one scenario; to cross several parameters, write a batch file")
    check_outcomes(load_scenarios(names, sets or ()), outcome or ())
    path, values = analysis.read_sweep(ranges[0])
    plan = analysis.plan_sweep(names, path, values, command=["pangwa", *sys.argv[1:]], **asked)
    folder = results_folder(out, plan.name)
    report = compute(plan, folder, jobs, quiet, **how)
    _tell_sweep(folder, path, outcome, _declared(load_scenario(names[0], sets or ()), path), draw=not no_figures)
    raise typer.Exit(report.exit_code)


def sweep_file(
    file: str,
    asked: dict[str, Any],
    outcome: Sequence[str] | None,
    where: tuple[str | None, int | None, bool, dict[str, Any]],
    *,
    draw: bool,
) -> BatchReport:
    """Run a batch that varies parameters one at a time, and tell what each dose does.

    Args:
        file: the batch file, or the name of a shipped one.
        asked: replicates, base seed, overrides and parameters, None for the file's.
        outcome: outcomes to show; townships of the KIA and the junta, and what the KIA gives people when None.
        where: folder, processes, whether to say less, and how to go on with what is there.
        draw: whether to draw the figure.
    """
    from model.experiments.batch_file import read_plan
    from model.experiments.doses import dose_table, doses_of, trend_table
    from model.experiments.results import read_runs
    from model.views import doses as views

    out, jobs, quiet, how = where
    plan = read_plan([file], command=["pangwa", *sys.argv[1:]], **asked)
    if () not in plan.points or len(plan.points) < 2:
        fail(f"{file}: has no table one_at_a_time to sweep; see scenarios/README.md, or run it with: pangwa batch")
    first = scenario_of(plan)
    check_outcomes([first], outcome or ())
    folder = results_folder(out, plan.name)
    report = compute(plan, folder, jobs, quiet, **how)
    runs = read_runs(folder)
    doses_of(runs)
    told = list(outcome or [name for name in DOSED if name in runs.outcomes])
    every = list(dict.fromkeys([*told, *outcomes_of(None, runs.outcomes)]))
    table, trends = dose_table(runs, every), trend_table(runs, every)
    shown, found = (frame[frame["outcome"].isin(told) & (frame["scenario"] == first.name)] for frame in (table, trends))
    typer.echo(views.doses_text(shown, found, first))
    figure = views.draw_doses(shown, found, told, first) if draw else None
    keep(folder / "doses", {"doses": table, "trends": trends}, {"doses": figure}, runs.name)
    typer.echo("\n" + wrapped(views.finding(found, told, first), 0))
    return report


def scenario_of(plan: BatchPlan) -> Scenario:
    """The first scenario of a plan, at its first point."""
    import json

    from model.scenario.schema import Scenario

    spec = plan.specs[0]
    return Scenario.model_validate({**json.loads(spec.scenario), "name": spec.label}, strict=False)


def _declared(scenario: Scenario, path: str) -> tuple[str, str, str]:
    """Unit, status and meaning of a parameter."""
    from model.scenario.listing import scenario_declarations

    found = [one for one in scenario_declarations(scenario) if one.path == path]
    return (found[0].unit, found[0].status, found[0].meaning) if found else ("", "assumed", "")


def _tell_sweep(
    folder: Path, path: str, outcome: Sequence[str] | None, declared: tuple[str, str, str], *, draw: bool
) -> None:
    from model.experiments import sweep as analysis
    from model.experiments.results import read_runs
    from model.views.answers import sweep_text
    from model.views.futures import sweep as sweep_figure

    runs = read_runs(folder)
    asked = list(outcome or [name for name in SWEPT if name in runs.outcomes])
    table = analysis.sweep_table(runs, path, list(dict.fromkeys([*asked, *outcomes_of(None, runs.outcomes)])))
    typer.echo(sweep_text(table[table["outcome"].isin(asked)]))
    unit, status, meaning = declared
    finding = analysis.finding(runs, table, asked, status, meaning)
    shown = finding.rpartition(f". {path}")[0] or finding
    figure = sweep_figure(table, asked, runs.scenarios, f"{shown}.", unit) if draw else None
    keep(folder / "sweep", {"sweep": table}, {"sweep": figure}, runs.name)
    typer.echo("\n" + wrapped(finding, 0))


def regret(
    results: Results,
    more: Annotated[
        list[str] | None, typer.Option("--more", metavar="OUTCOME[=ENOUGH]", help="Outcome to maximise; repeatable.")
    ] = None,
    less: Annotated[
        list[str] | None, typer.Option("--less", metavar="OUTCOME[=ENOUGH]", help="Outcome to minimise; repeatable.")
    ] = None,
    out: Out = None,
    no_figures: NoFigures = False,
) -> None:
    """Show which policy has the lowest maximum regret over all futures of a batch, and how often each is good enough."""
    from model.experiments import regret as analysis
    from model.experiments.results import read_runs
    from model.views.answers import regret_text
    from model.views.futures import regret as regret_figure

    runs = read_runs(results)
    goals = goals_of(more, less)
    if not goals:
        goals = [goal for goal in analysis.GOALS if goal.outcome in runs.outcomes]
    table = analysis.regret_table(runs, goals)
    finding = analysis.finding(table, runs, goals)
    typer.echo(regret_text(table))
    each = {goal.outcome: analysis.regrets(runs, goal) for goal in goals}
    enough = f"at least as good as {runs.reference}" if all(goal.threshold is None for goal in goals) else "good enough"
    title = finding.partition(". This rests")[0]
    figure = None if no_figures else regret_figure(each, table, runs.scenarios, f"{title}.", enough)
    keep(out or results / "regret", {"regret": table}, {"regret": figure}, runs.name)
    typer.echo("\n" + wrapped(finding, 0))


def goals_of(more: Sequence[str] | None, less: Sequence[str] | None) -> list[Goal]:
    """What is wanted, as ``--more`` and ``--less`` give it."""
    return [_goal(text, more=True) for text in more or ()] + [_goal(text, more=False) for text in less or ()]


def _goal(text: str, *, more: bool) -> Goal:
    from model.experiments.regret import Goal

    name, given, threshold = text.partition("=")
    try:
        enough = float(threshold) if given else None
    except ValueError:
        enough = nan
    if enough is None or isfinite(enough):
        return Goal(name, more, enough)
    fail(f"--{'more' if more else 'less'} {text}: the threshold must be a finite number, as in OUTCOME=100")


def check_outcomes(scenarios: Sequence[Scenario], asked: Sequence[str]) -> None:
    """Refuse unknown outcomes before anything is run."""
    from model.output.outcomes import outcome_list
    from model.scenario.listing import armed_actors
    from model.scenario.problems import suggestion

    known = [one.name for one in outcome_list(armed_actors(scenarios))]
    if unknown := [name for name in asked if name not in known]:
        fail(*(f"--outcome {name}: there is no such outcome{suggestion(name, known)}" for name in unknown))


def outcomes_of(asked: Sequence[str] | None, there: Sequence[str]) -> list[str]:
    """The outcomes asked for, or the headlines that are there."""
    from model.views.words import HEADLINES

    return list(asked) if asked else [name for name in HEADLINES if name in there] or list(there[:12])


def keep(folder: Path, tables: dict[str, pd.DataFrame], figures: dict[str, Figure | None], source: str) -> None:
    """Write tables and figures into a folder and say where; those of an earlier call of the same command are renewed.

    Args:
        folder: made where it is not there.
        tables: by name of the CSV file.
        figures: by name of the picture; None for none.
        source: what they were made from, for the pictures' metadata.
    """
    from model.experiments.errors import StoreError
    from model.experiments.files import note_tables, own_folder, whole
    from model.experiments.run_rows import CsvFile
    from model.views.style import save

    written: list[Any] = []
    try:
        own_folder(folder)
        for name, table in tables.items():
            with whole(folder / f"{name}.csv") as part, CsvFile(part, list(table.columns)) as file:
                file.add(table)
            written.append(f"{name}.csv")
        note_tables(folder, written)
        for name, figure in figures.items():
            if figure is not None:
                written += [path.name for path in save(figure, folder / name, ("png", "svg"), source)]
    except OSError as error:
        raise StoreError(f"{folder}: cannot be written: {error.strerror}") from None
    said = [str(table["parameters"].iloc[0]) for table in tables.values() if "parameters" in table and len(table)]
    typer.echo("\n" + "\n".join([*said[:1], f"{folder}: {', '.join(written)}"]))
