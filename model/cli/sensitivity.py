"""The commands ``sensitivity`` and ``discover``: which parameters an outcome depends on, and where it is of interest."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from model.cli.answers import Outcomes, check_outcomes, keep, outcomes_of
from model.cli.batches import BaseSeed, Jobs, NoFigures, Out, Overwrite, Plugins, Quiet, RerunFailed, Resume, Sets
from model.cli.text import fail, results_folder, wrapped

if TYPE_CHECKING:
    import pandas as pd

    from model.experiments.batch import BatchReport
    from model.experiments.designed import Design
    from model.experiments.discover import Question
    from model.experiments.factors import Factor
    from model.experiments.plan import BatchPlan
    from model.scenario.schema import Scenario

USUAL = ("exports_t_china", "townships_held_kia")
_SHOWN = 12
_POINTS_A_FACTOR = 25
_SOBOL_REPLICATES, _MORRIS_REPLICATES = 4, 2

ScenarioName = Annotated[str, typer.Argument(metavar="SCENARIO", help="Name of a shipped scenario, or a TOML file.")]
Parameters = Annotated[
    list[str] | None,
    typer.Option(
        "--parameters",
        "-p",
        metavar="PATTERN",
        help="Only parameters that match, such as actors.KIA.*, beijing.*, actors.EthnicArmedOrganization.commit_share; repeatable.",
    ),
]
Screened = Annotated[
    Path | None,
    typer.Option("--from", metavar="FOLDER", help="Use the parameters that a Morris screening found to matter."),
]
Top = Annotated[int, typer.Option(help="How many of these per outcome.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only estimate the time, from a few pilot runs.")]


def sensitivity(
    scenario: ScenarioName,
    method: Annotated[
        Literal["morris", "sobol"],
        typer.Option(help="morris screens all parameters; sobol attributes the variance to a few."),
    ] = "morris",
    outcome: Outcomes = None,
    parameters: Parameters = None,
    screened: Screened = None,
    top: Top = 6,
    trajectories: Annotated[int, typer.Option(help="morris: number of trajectories.")] = 10,
    points: Annotated[int | None, typer.Option(help="sobol: points for the emulator [default: 25 per factor].")] = None,
    direct: Annotated[
        int | None, typer.Option(metavar="N", help="sobol: no emulator; N x (factors + 2) points.")
    ] = None,
    replicates: Annotated[
        int | None, typer.Option("--replicates", "-r", help="Runs per point, with common random numbers.")
    ] = None,
    sets: Sets = None,
    plugin: Plugins = None,
    base_seed: BaseSeed = None,
    jobs: Jobs = None,
    out: Out = None,
    dry_run: DryRun = False,
    resume: Resume = False,
    overwrite: Overwrite = False,
    rerun_failed: RerunFailed = False,
    quiet: Quiet = False,
    no_figures: NoFigures = False,
) -> None:
    """Show which parameters of actors and processes an outcome depends on, how certain that is, and how much is noise."""
    from model.scenario.read import load_scenario

    loaded = load_scenario(scenario, sets or ())
    check_outcomes([loaded], outcome or ())
    factors = _factors(loaded, parameters, screened, outcome, top, all_of_them=method == "morris")
    design = _design(factors, method, trajectories, points, direct)
    usual = _MORRIS_REPLICATES if method == "morris" else _SOBOL_REPLICATES
    count = usual if replicates is None else replicates
    plan = _plan(f"{loaded.name}-{method}", [loaded], design, count, base_seed)
    if dry_run:
        say_promise(plan, design, jobs)
        return
    how = {"resume": resume, "overwrite": overwrite, "rerun_failed": rerun_failed}
    folder = results_folder(out, plan.name)
    report = run(plan, folder, jobs, quiet, **how)
    if method == "morris":
        _tell_morris(folder, design, loaded.name, outcome, draw=not no_figures)
    else:
        _tell_sobol(folder, design, loaded.name, outcome, direct=direct is not None, draw=not no_figures)
    raise typer.Exit(report.exit_code)


def discover(
    scenario: ScenarioName,
    outcome: Annotated[str, typer.Option("--outcome", "-o", help="The outcome (see pangwa outcomes).")],
    above: Annotated[float | None, typer.Option(help="Values above this are of interest.")] = None,
    below: Annotated[float | None, typer.Option(help="Values below this are of interest.")] = None,
    against: Annotated[
        str | None, typer.Option(metavar="SCENARIO", help="Use the paired difference from this scenario.")
    ] = None,
    parameters: Parameters = None,
    screened: Screened = None,
    top: Top = 10,
    points: Annotated[int, typer.Option(help="Points on which the box is found, and as many again to check it.")] = 200,
    replicates: Annotated[
        int, typer.Option("--replicates", "-r", help="Runs per point, with common random numbers.")
    ] = 2,
    sets: Sets = None,
    plugin: Plugins = None,
    base_seed: BaseSeed = None,
    jobs: Jobs = None,
    out: Out = None,
    dry_run: DryRun = False,
    resume: Resume = False,
    overwrite: Overwrite = False,
    rerun_failed: RerunFailed = False,
    quiet: Quiet = False,
    no_figures: NoFigures = False,
) -> None:
    """Find the assumptions under which an outcome, or a policy's effect, is of interest: a box, checked on a second sample."""
    from model.experiments.discover import Question
    from model.experiments.prim import hypercube
    from model.scenario.read import load_scenarios

    if (above is None) == (below is None):
        fail("give either --above or --below: the threshold beyond which the outcome is of interest")
    loaded = load_scenarios([scenario, *([against] if against else [])], sets or ())
    check_outcomes(loaded, [outcome])
    design = hypercube(_factors(loaded[0], parameters, screened, [outcome], top), points)
    plan = _plan(f"{'_'.join(one.name for one in loaded)}-discover", loaded, design, replicates, base_seed)
    if dry_run:
        say_promise(plan, design, jobs)
        return
    folder = results_folder(out, plan.name)
    report = run(plan, folder, jobs, quiet, resume=resume, overwrite=overwrite, rerun_failed=rerun_failed)
    threshold = above if above is not None else below or 0.0
    other = loaded[1].name if against else None
    question = Question(loaded[0].name, outcome, threshold, above is not None, other)
    _tell_box(folder, design, question, draw=not no_figures)
    raise typer.Exit(report.exit_code)


def _factors(
    scenario: Scenario,
    patterns: Sequence[str] | None,
    screened: Path | None,
    outcomes: Sequence[str] | None,
    top: int,
    *,
    all_of_them: bool = False,
) -> list[Factor]:
    """The factors asked for by pattern, or those that a screening found to matter for these outcomes."""
    from model.experiments.factors import factors_of
    from model.experiments.results import strongest_factors

    names = [*(patterns or ())]
    if screened is not None:
        names += strongest_factors(screened, outcomes or USUAL, top)
    if not names and not all_of_them:
        fail("name the parameters: -p PATTERN, or --from with the folder of pangwa sensitivity --method morris")
    return factors_of(scenario, names)


def _design(
    factors: Sequence[Factor], method: str, trajectories: int, points: int | None, direct: int | None
) -> Design:
    from model.experiments.morris import morris_design
    from model.experiments.sobol import direct_design, emulated_design

    if method == "morris":
        return morris_design(factors, trajectories)
    if direct is not None:
        return direct_design(factors, direct)
    return emulated_design(factors, points or max(_POINTS_A_FACTOR * len(factors), 100))


def _plan(
    name: str, scenarios: Sequence[Scenario], design: Design, replicates: int, base_seed: int | None
) -> BatchPlan:
    from model.experiments.designed import plan_design

    return plan_design(
        name,
        {one.name: one.resolved() for one in scenarios},
        design,
        replicates=replicates,
        base_seed=base_seed or 0,
        reference=scenarios[-1].name,
        command=["pangwa", *sys.argv[1:]],
    )


def say_promise(plan: BatchPlan, design: Design, jobs: int | None) -> None:
    """Say how long the runs of a plan will take, from a few of them."""
    from model.experiments.designed import promise
    from model.experiments.progress import duration

    seconds, each = promise(plan, jobs)
    shape = f"{len(design.factors)} factors, {len(design.levels)} points x {plan.replicates} replicates"
    typer.echo(
        f"{shape}: {len(plan.specs):,} runs, {each:.3f} s each in a pilot: at most about {duration(seconds)} at the machine's present load"
    )


def run(plan: BatchPlan, folder: Path, jobs: int | None, quiet: bool, **how: bool) -> BatchReport:
    """Compute what is missing of a design; ends the command where that was interrupted or went wrong altogether."""
    from model.experiments.designed import run_design

    started = time.monotonic()
    report = run_design(plan, folder, jobs=jobs, quiet=quiet, **how)
    if not report.complete or not report.ok:
        raise typer.Exit(report.exit_code or 3)
    if report.computed:
        typer.echo(f"{report.computed:,} runs in {time.monotonic() - started:.0f} s")
    return report


def _tell_morris(folder: Path, design: Design, scenario: str, outcome: Sequence[str] | None, *, draw: bool) -> None:
    from model.experiments import morris
    from model.experiments.results import read_runs
    from model.views.answers import morris_text
    from model.views.tornado import tornado

    runs = read_runs(folder)
    asked = list(outcome or [name for name in USUAL if name in runs.outcomes])
    told = list(dict.fromkeys([*asked, *outcomes_of(None, runs.outcomes)]))
    table = morris.morris_effects(runs, design, scenario, told)
    shown = [name for name in asked if name in set(table["outcome"])]
    for name in asked:
        lost = morris.trajectories_lost(runs, design, scenario, name)
        typer.echo(morris_text(table, name, _SHOWN, lost) if name in shown else f"{name}: does not vary in this design")
    findings = [morris.finding(table, name) for name in shown]
    size = f"{len(design.factors)} factors, {len(design.levels)} points x {runs.manifest['replicates']} replicates."
    figure = tornado(table, shown, _headline(table, shown), f"Morris: {size}") if draw and shown else None
    tables = {"sensitivity": table, "factors": design.factor_table()}
    keep(folder / "sensitivity-morris", tables, {"tornado": figure}, runs.name)
    failed = f" {runs.failed} runs failed; trajectories that contain one are excluded." if runs.failed else ""
    typer.echo("\n" + "\n\n".join(wrapped(one, 0) for one in [*findings, *([failed.strip()] if failed else [])]))


def _headline(table: pd.DataFrame, shown: Sequence[str]) -> str:
    from model.output.outcomes import words_of

    firsts = [table[table["outcome"] == name].iloc[0]["meaning"] for name in shown]
    named = [f"{words_of(name)}: {first[0].lower()}{first[1:]}" for name, first in zip(shown, firsts, strict=True)]
    return f"Largest effects on {'; '.join(named)}"


def _tell_sobol(
    folder: Path, design: Design, scenario: str, outcome: Sequence[str] | None, *, direct: bool, draw: bool
) -> None:
    from model.experiments import sobol
    from model.experiments.results import read_runs
    from model.views.answers import sobol_text
    from model.views.tornado import variance_bars

    runs = read_runs(folder)
    asked = list(outcome or [name for name in USUAL if name in runs.outcomes])
    table, refused = sobol.sobol_indices(runs, design, scenario, asked, direct=direct)
    shown = [name for name in asked if name in set(table["outcome"])]
    for name in shown:
        typer.echo(sobol_text(table, name))
    note = (
        f"Sobol: {len(design.factors)} factors, {len(design.levels)} points x {runs.manifest['replicates']} replicates"
    )
    note += (
        "."
        if direct
        else "; an emulator of "
        + ", ".join(f"Q2 {table.loc[table['outcome'] == name, 'q2'].iloc[0]:.2f} for {name}" for name in shown)
        + "."
    )
    figure = variance_bars(table, shown, _headline(table, shown), note) if draw and shown else None
    tables = {"sobol": table, "factors": design.factor_table()}
    keep(folder / "sensitivity-sobol", tables, {"sobol": figure}, runs.name)
    failed = f" {runs.failed} runs failed; their points are excluded." if runs.failed else ""
    findings = [sobol.finding(table, name) for name in shown] + [f"{sentence}." for sentence in refused]
    typer.echo("\n" + wrapped(" ".join(findings) + failed, 0))


def _tell_box(folder: Path, design: Design, question: Question, *, draw: bool) -> None:
    from model.experiments import discover as analysis
    from model.experiments.results import read_runs
    from model.views.answers import box_text
    from model.views.boxes import box as box_figure

    runs = read_runs(folder)
    found = analysis.discover(runs, design, question)
    finding = analysis.finding(found, design)
    typer.echo(box_text(found, design))
    title = finding.partition(" It rests on")[0]
    figure = box_figure(found, design, title) if draw and found.box.limits else None
    tables = {"box": found.table, "factors": design.factor_table()}
    keep(folder / f"discover-{question.outcome}", tables, {"box": figure}, runs.name)
    failed = f" {runs.failed} runs failed; their points are excluded." if runs.failed else ""
    typer.echo("\n" + wrapped(finding + failed, 0))
