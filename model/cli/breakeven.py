"""The command ``breakeven``: what it would take to bring an outcome to a target."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from model.cli.answers import check_outcomes, keep
from model.cli.batches import (
    BaseSeed,
    DryRun,
    Jobs,
    NoFigures,
    Out,
    Overwrite,
    Parameters,
    Plugins,
    Quiet,
    RerunFailed,
    Resume,
    Sets,
    say_estimate,
)
from model.cli.sensitivity import ScenarioName
from model.cli.text import results_folder, wrapped

if TYPE_CHECKING:
    from model.experiments.breakeven import Lever, Target
    from model.experiments.plan import BatchPlan, Point
    from model.scenario.schema import Scenario

EPILOG = (
    "  pangwa breakeven us_heavy_ree_supply_share --at-least 10% --vary united_states.instruments.road_to_india.level quad_india\n"
    "  pangwa breakeven us_heavy_ree_supply_share --at-least 10% --vary united_states.instruments.road_to_india.level \\\n"
    "      --vary united_states.price_floor=1:5 quad_india          two levers: the frontier\n"
    "  pangwa breakeven bhamo_fallen --at-most 50% --vary actors.JUNTA.aircraft=0:200 status_quo"
)


def breakeven(
    outcome: Annotated[str, typer.Argument(metavar="OUTCOME", help="The outcome (see pangwa outcomes).")],
    scenario: ScenarioName,
    vary: Annotated[
        list[str],
        typer.Option(
            metavar="PATH[=LOW:HIGH]",
            help="A lever: any number in the scenario [default range: the declared one]; one to three levers.",
        ),
    ],
    at_least: Annotated[
        str | None,
        typer.Option(
            metavar="X", help="Target: the mean should be at least this, in the outcome's unit; shares as 0.1 or 10%."
        ),
    ] = None,
    at_most: Annotated[str | None, typer.Option(metavar="X", help="Target: the mean should be at most this.")] = None,
    replicates: Annotated[
        int, typer.Option("--replicates", "-r", min=2, help="Runs per value, with common random numbers.")
    ] = 40,
    points: Annotated[
        int | None,
        typer.Option(min=3, help="Values of a lever in the initial grid [default: 9, or 6 of each of two levers]."),
    ] = None,
    parameters: Parameters = None,
    sets: Sets = None,
    base_seed: BaseSeed = None,
    plugin: Plugins = None,
    jobs: Jobs = None,
    out: Out = None,
    resume: Resume = False,
    overwrite: Overwrite = False,
    rerun_failed: RerunFailed = False,
    dry_run: DryRun = False,
    quiet: Quiet = False,
    no_figures: NoFigures = False,
) -> None:
    """Find what it would take: the value of one lever, or the frontier of two or three, at which an outcome reaches a target."""
    target = (outcome, at_least, at_most)
    asked = {"replicates": replicates, "base_seed": base_seed, "sets": sets or (), "parameters": parameters}
    search = read_search(scenario, target, vary, {**asked, "command": ["pangwa", *sys.argv[1:]]})
    folder, first = results_folder(out, search.name), search.first(points)
    if dry_run:
        say_estimate(search.plan(first), folder, jobs, None)
    how = {"resume": resume, "overwrite": overwrite, "rerun_failed": rerun_failed}
    code = search.run(folder, first, jobs=jobs, quiet=quiet, **how)
    search.tell(folder, draw=not no_figures)
    raise typer.Exit(code)


def read_search(
    file: str, target: tuple[str, str | None, str | None], vary: Sequence[str], asked: dict[str, Any]
) -> Search:
    """Check everything that a search is asked before anything is run.

    Args:
        file: name of a shipped scenario, or a file.
        target: outcome, and what it should come to at least or at most, as texts.
        vary: the levers, as texts.
        asked: see :class:`Search`.
    """
    from model.api.lookup import promised_declarations
    from model.experiments import breakeven as analysis
    from model.scenario.listing import scenario_declarations
    from model.scenario.read import load_scenario

    loaded = load_scenario(file, asked["sets"])
    check_outcomes([loaded], target[:1])
    declared = [*scenario_declarations(loaded), *promised_declarations(loaded)]
    levers = analysis.read_levers(vary, loaded, declared)
    for ends in analysis.ends_of(levers):
        load_scenario(file, [*asked["sets"], *ends])
    return Search(file, loaded, analysis.read_target(*target), levers, asked)


class Search:
    """A search for what it would take.

    Args:
        file: the scenario as it was asked for.
        scenario: the same, read.
        target: what the outcome should come to.
        levers: one to three.
        asked: replicates, base_seed, sets, parameters and command of :func:`model.experiments.batch_file.read_plan`.
    """

    def __init__(
        self, file: str, scenario: Scenario, target: Target, levers: list[Lever], asked: dict[str, Any]
    ) -> None:
        self.file, self.scenario, self.target, self.levers, self.asked = file, scenario, target, levers, asked

    @property
    def name(self) -> str:
        """Of the batch."""
        return f"{self.scenario.name}-breakeven-{self.target.outcome}"

    def first(self, count: int | None) -> tuple[Point, ...]:
        """The design points to begin with: of a lever as many values as given, or the usual ones."""
        from model.experiments.breakeven import first_points

        return first_points(self.levers, count)

    def plan(self, points: tuple[Point, ...]) -> BatchPlan:
        """The runs at some design points."""
        from model.experiments.batch_file import read_plan

        return replace(read_plan([self.file], at=points, **self.asked), name=self.name)

    def run(self, folder: Path, first: tuple[Point, ...], *, resume: bool, overwrite: bool, **how: Any) -> int:
        """Run the first points, then one more round after another until nothing is left to bisect; returns the exit code.

        Args:
            folder: a search that is there goes on from all of its points.
            first: the points to begin with.
            resume: go on with what is there.
            overwrite: replace what is there.
            **how: jobs, quiet and rerun_failed of :func:`model.experiments.batch.run_batch`.
        """
        from model.cli.sensitivity import run
        from model.experiments.breakeven import means_table, next_points
        from model.experiments.results import read_runs

        points = first if overwrite else points_there(folder, first)
        while True:
            report = run(self.plan(points), folder, resume=resume, overwrite=overwrite, **how)
            if len(self.levers) > 1:
                return report.exit_code
            means = means_table(read_runs(folder, [self.target.outcome]), self.levers, self.target)
            more = next_points(means, self.levers[0], self.target)
            if not more:
                return report.exit_code
            points, resume, overwrite = (*points, *more), True, False

    def tell(self, folder: Path, *, draw: bool) -> str:
        """Print the table and the finding, and keep both with the figure in the folder's ``breakeven``; returns the finding."""
        from model.experiments.breakeven import breakeven_table, means_table
        from model.experiments.results import read_runs
        from model.views import breakeven as views

        runs = read_runs(folder, [self.target.outcome])
        means = means_table(runs, self.levers, self.target)
        table = breakeven_table(means, self.levers, self.target, self.scenario.name).assign(parameters=runs.parameters)
        typer.echo(views.breakeven_text(table, self.levers, self.scenario))
        figure = views.draw_breakeven(means, table, self.levers, self.target, self.scenario) if draw else None
        keep(folder / "breakeven", {"breakeven": table, "means": means}, {"breakeven": figure}, runs.name)
        found = views.finding(table, self.levers, self.target, self.scenario)
        typer.echo("\n" + wrapped(found, 0))
        return found


def points_there(folder: Path, first: tuple[Point, ...]) -> tuple[Point, ...]:
    """The design points of a search that is in a folder, where it began with these; else these."""
    from model.experiments.store import read_frozen

    before = (read_frozen(folder) or {}).get("points", [])
    there = tuple(tuple((path, text) for path, text in point) for point in before)
    return there if there[: len(first)] == first else first
