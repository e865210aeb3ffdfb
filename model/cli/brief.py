"""The commands that give the answer at once: brief and tournament."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from model.cli.answers import Results, check_outcomes, compute, goals_of, keep, scenario_of
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
    Reference,
    RerunFailed,
    Resume,
    Sets,
    say_estimate,
)
from model.cli.text import fail, results_folder, wrapped

if TYPE_CHECKING:
    from model.experiments.regret import Goal

More = Annotated[
    list[str] | None, typer.Option("--more", metavar="OUTCOME", help="Rank by this outcome, most first; repeatable.")
]
Less = Annotated[
    list[str] | None, typer.Option("--less", metavar="OUTCOME", help="Rank by this outcome, least first; repeatable.")
]

HEAVY_SHARE = "us_heavy_ree_supply_share"
"""The outcome that the brief searches for."""
_OF_THE_PLAN = ("replicates", "base_seed", "reference", "parameters")
"""Options that are handed on under their own names."""

BRIEF_EPILOG = (
    "  pangwa brief results/policy_options\n"
    "  pangwa brief results/policy_options --answers 10    first run Beijing's answers, to see what would reverse the ranking\n"
    "  pangwa brief results/policy_options --takes 10      first find the road to India that would meet 10% of US demand"
)
EPILOG = (
    "  pangwa tournament --dry-run                  estimate runs, time and disk space\n"
    "  pangwa tournament\n"
    "  pangwa tournament status_quo engage_kia my_policy.toml --variants contest -r 20"
)


def brief(
    results: Results,
    answers: Annotated[
        int,
        typer.Option(
            min=0,
            metavar="N",
            help="First run the policies against Beijing's answers, N runs per scenario and answer, into RESULTS/answers.",
        ),
    ] = 0,
    takes: Annotated[
        int,
        typer.Option(
            min=0,
            metavar="N",
            help="First find the road to India that would meet 10% of US demand, N runs per value, into RESULTS/breakeven.",
        ),
    ] = 0,
    more: More = None,
    less: Less = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="File [default: RESULTS/brief.html].")] = None,
    jobs: Jobs = None,
    quiet: Quiet = False,
) -> None:
    """Write a brief of two printed pages: what each policy changes, what limits it, what would reverse the answer, how far to trust it."""
    from model.experiments.manifest import checked_manifest
    from model.experiments.tournament import plan_answers
    from model.views.brief import write_brief
    from model.views.brief_answers import ANSWERS

    if answers:
        plan = plan_answers(checked_manifest(results), answers, ["pangwa", *sys.argv[1:]])
        compute(plan, results / ANSWERS, jobs, quiet, resume=True)
    if takes:
        search_road(results, takes, jobs, quiet)
    path = write_brief(results, out, goals_of(more, less))
    typer.echo(f"brief: {path}; open it in a browser, or print it: two pages")


def search_road(results: Path, replicates: int, jobs: int | None, quiet: bool) -> None:
    """Search how large the road to India of a batch's policy must be to bring a tenth of US demand, into its folder.

    Args:
        results: of the batch; where none of its policies builds the road, nothing is searched.
        replicates: runs per level of the road.
        jobs: number of processes.
        quiet: say nothing on stderr.
    """
    from model.cli.breakeven import read_search
    from model.experiments.manifest import checked_manifest
    from model.experiments.tournament import asked_of

    manifest = checked_manifest(results)
    files, how = asked_of(manifest)
    roads = {
        label: (float(one.get("level", 1)), f"united_states.instruments.{name}.level")
        for label, scenario in manifest["scenarios"].items()
        for name, one in scenario["united_states"]["instruments"].items()
        if one["kind"] == "route_building"
    }
    if not roads:
        typer.echo("no policy in this batch builds a road to India, so there is no break-even to find")
        return
    label = max(roads, key=lambda one: roads[one][0])
    asked = {**how, "replicates": replicates, "command": ["pangwa", *sys.argv[1:]]}
    search = read_search(files[label], (HEAVY_SHARE, "10%", None), [roads[label][1]], asked)
    folder = results / "breakeven"
    search.run(folder, search.first(None), jobs=jobs, quiet=quiet, resume=True, overwrite=False)
    search.tell(folder, draw=True)


def tournament(
    scenarios: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SCENARIO]...", help="Scenarios [default: all shipped policies]."),
    ] = None,
    replicates: Annotated[
        int, typer.Option("--replicates", "-r", min=2, help="Runs per scenario, answer and combination of mechanisms.")
    ] = 6,
    variants: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Rival mechanisms to cross: all (the default), none, or a name of [structure]; repeatable.",
        ),
    ] = None,
    more: More = None,
    less: Less = None,
    parameters: Parameters = None,
    reference: Reference = None,
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
    """Rank all policies on each goal, in pairs, under each of Beijing's answers and each rival mechanism."""
    given = locals()
    from model.experiments.tournament import plan_tournament

    crossed = () if variants == ["none"] else variants or ["all"]
    planned = {name: given[name] for name in _OF_THE_PLAN}
    command = ["pangwa", *sys.argv[1:]]
    plan = plan_tournament(scenarios or (), crossed, sets=sets or (), command=command, **planned)
    asked = goals_of(more, less)
    check_outcomes([scenario_of(plan)], [goal.outcome for goal in asked])
    folder = results_folder(out, plan.name)
    if dry_run:
        say_estimate(plan, folder, jobs, None)
    how: dict[str, Any] = {"resume": resume, "overwrite": overwrite, "rerun_failed": rerun_failed}
    report = compute(plan, folder, jobs, quiet, **how)
    tell_standings(folder, asked, draw=not no_figures)
    raise typer.Exit(report.exit_code)


def tell_standings(folder: Path, asked: list[Goal], *, draw: bool) -> None:
    """Print who is first at what under which answer, and keep it as a table and a figure.

    Args:
        folder: of the tournament.
        asked: goals; the usual ones where none are given.
        draw: whether to draw the figure.
    """
    from model.experiments.regret import GOALS
    from model.experiments.results import read_runs
    from model.experiments.standings import standings
    from model.views.tournament import draw_tournament, finding, standings_text

    goals = asked or list(GOALS)
    runs = read_runs(folder, [goal.outcome for goal in goals])
    goals = [goal for goal in goals if goal.outcome in runs.outcomes]
    if not goals:
        fail("none of the default goals is an outcome of this world: name goals with --more and --less")
    table = standings(runs, goals)
    typer.echo(standings_text(table))
    found = finding(table)
    figure = draw_tournament(table, runs.scenarios, found) if draw else None
    keep(folder / "standings", {"standings": table}, {"standings": figure}, runs.name)
    typer.echo("\n" + wrapped(f"{found} All results rest on assumed, not observed, parameters.", 0))
