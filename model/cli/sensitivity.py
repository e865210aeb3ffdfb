"""The verb ``sensitivity``: which parameters an outcome depends on."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from model.cli.answers import Outcomes, keep, outcomes_of
from model.cli.batches import BaseSeed, Jobs, NoFigures, Out, Overwrite, Quiet, RerunFailed, Resume, Sets

if TYPE_CHECKING:
    import pandas as pd

    from model.experiments.batch import BatchReport
    from model.experiments.designed import Design
    from model.experiments.plan import BatchPlan

USUAL = ("exports_t_china", "townships_held_kia")
_SHOWN = 12

Parameters = Annotated[
    list[str] | None,
    typer.Option(
        "--parameters",
        "-p",
        metavar="PATTERN",
        help="Only these: actors.KIA.*, beijing.*, actors.EthnicArmedOrganization.commit_share; repeatable.",
    ),
]


def sensitivity(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="Name of a shipped scenario, or a TOML file.")],
    method: Annotated[Literal["morris"], typer.Option(help="morris screens all parameters.")] = "morris",
    outcome: Outcomes = None,
    parameters: Parameters = None,
    trajectories: Annotated[int, typer.Option(help="Trajectories of a Morris design.")] = 10,
    replicates: Annotated[int, typer.Option("--replicates", "-r", help="Runs of each point, same luck.")] = 2,
    sets: Sets = None,
    base_seed: BaseSeed = None,
    jobs: Jobs = None,
    out: Out = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it would take, from a few runs.")] = False,
    resume: Resume = False,
    overwrite: Overwrite = False,
    rerun_failed: RerunFailed = False,
    quiet: Quiet = False,
    no_figures: NoFigures = False,
) -> None:
    """Which parameters of actors and processes an outcome depends on, how sure that is, and what is luck."""
    from model.experiments.batch_file import folder_name
    from model.experiments.designed import plan_design
    from model.experiments.factors import factors_of
    from model.experiments.morris import morris_design
    from model.scenario.read import load_scenario

    loaded = load_scenario(scenario, sets or ())
    design = morris_design(factors_of(loaded, parameters or ()), trajectories)
    plan = plan_design(
        f"{loaded.name}-{method}",
        {loaded.name: loaded.resolved()},
        design,
        replicates=replicates,
        base_seed=base_seed or 0,
        command=["pangwa", *sys.argv[1:]],
    )
    shape = f"{len(design.factors)} factors, {len(design.levels)} points x {replicates} replicates"
    if dry_run:
        say_promise(plan, shape, jobs)
        return
    folder = Path("results") / folder_name(plan.name) if out is None else Path(out)
    report = run(plan, folder, jobs, quiet, resume=resume, overwrite=overwrite, rerun_failed=rerun_failed)
    _tell_morris(folder, design, loaded.name, outcome, draw=not no_figures)
    raise typer.Exit(report.exit_code)


def say_promise(plan: BatchPlan, shape: str, jobs: int | None) -> None:
    """Say how long the runs of a plan will take, from a few of them."""
    from model.experiments.designed import promise
    from model.experiments.progress import duration

    seconds, each = promise(plan, jobs)
    typer.echo(f"{shape}: {len(plan.specs):,} runs, {each:.3f} s each in a pilot: at most about {duration(seconds)}")


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
    table = morris.morris_effects(
        runs, design, scenario, list(dict.fromkeys([*asked, *outcomes_of(None, runs.outcomes)]))
    )
    shown = [name for name in asked if name in set(table["outcome"])]
    for name in asked:
        lost = morris.trajectories_lost(runs, design, scenario, name)
        typer.echo(morris_text(table, name, _SHOWN, lost) if name in shown else f"{name}: never varies in this design")
    findings = [morris.finding(table, name) for name in shown]
    note = f"Morris: {len(design.factors)} factors, {len(design.levels)} points x {runs.manifest['replicates']} replicates."
    figure = tornado(table, shown, _headline(table, shown), note) if draw and shown else None
    keep(folder, {"sensitivity": table, "factors": design.factor_table()}, {"tornado": figure}, runs.name)
    failed = f" {runs.failed} runs failed; trajectories with one are left out." if runs.failed else ""
    typer.echo("\n" + " ".join(findings) + failed)


def _headline(table: pd.DataFrame, shown: Sequence[str]) -> str:
    from model.views.tornado import short

    firsts = [table[table["outcome"] == name].iloc[0] for name in shown]
    return "; ".join(
        f"{name} depends most on {short(str(row['factor']))}" for name, row in zip(shown, firsts, strict=True)
    )
