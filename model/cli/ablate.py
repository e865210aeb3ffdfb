"""The command ``ablate``: leave one switch out at a time, in paired runs, and see which of them move nothing."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from model.cli.answers import Outcomes, check_outcomes, keep
from model.cli.batches import (
    BaseSeed,
    Jobs,
    Months,
    NoFigures,
    Out,
    Overwrite,
    Plugins,
    Quiet,
    RerunFailed,
    Resume,
    Sets,
)
from model.cli.sensitivity import DryRun, run
from model.cli.text import fail, results_folder, wrapped

if TYPE_CHECKING:
    from model.experiments.ablation import Ablation
    from model.experiments.plan import BatchPlan
    from model.experiments.switches import Switch
    from model.scenario.schema import Scenario

EPILOG = (
    "  pangwa ablate --dry-run\n"
    "  pangwa ablate status_quo engage_kia --replicates 20\n"
    "  pangwa ablate engage_kia --switches '*.instruments.*' --switches 'actors.Junta.*'\n"
    "  pangwa ablate --all --until-moved --replicates 12         every shipped scenario and hindcast\n"
    "  pangwa ablate engage_kia hindcast --until-moved           switches without effect in the first are tried in the second"
)
USUAL = "policy_options"
"""The shipped batch whose scenarios are taken where none are named."""

Scenarios = Annotated[
    list[str] | None,
    typer.Argument(metavar="[SCENARIO]...", help="Names or files [default: those of the batch policy_options]."),
]
Switches = Annotated[
    list[str] | None,
    typer.Option(
        "--switches",
        "-s",
        metavar="PATTERN",
        help="Only switches that match, such as processes.combat.*, actors.Junta.*, *.instruments.*; repeatable.",
    ),
]

UntilMoved = Annotated[
    bool,
    typer.Option(
        "--until-moved",
        help="In each scenario, try only the switches without effect in the scenarios before it: fewer runs.",
    ),
]


def ablate(
    scenarios: Scenarios = None,
    everywhere: Annotated[bool, typer.Option("--all", help="All shipped scenarios, including hindcasts.")] = False,
    until_moved: UntilMoved = False,
    switches: Switches = None,
    outcome: Outcomes = None,
    replicates: Annotated[int, typer.Option("--replicates", "-r", help="Pairs of runs per switch.")] = 20,
    months: Months = None,
    least_sd: Annotated[
        float, typer.Option("--sd", help="Smallest difference that matters, in standard deviations of the outcome.")
    ] = 0.2,
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
    """Remove one parameter or instrument at a time, in paired runs, and show which outcomes it changes, if any."""
    from model.experiments.ablation import in_turn

    if not least_sd >= 0:
        fail(f"--sd {least_sd:g}: must be 0 or more")
    loaded = _load(_asked(scenarios, everywhere), sets, months)
    check_outcomes(loaded, outcome or ())
    chosen = _chosen(loaded, switches or ())
    if dry_run:
        _say_promise([_plan(one, chosen[one.name], replicates, base_seed) for one in loaded], jobs)
        return
    usual = "all" if everywhere else "_".join(one.name for one in loaded) if scenarios else USUAL
    folder = results_folder(out, f"{usual}-ablate")
    how = {"resume": resume, "overwrite": overwrite, "rerun_failed": rerun_failed}
    codes = []

    def leave_out(scenario: Scenario, left: Sequence[Switch]) -> Ablation:
        plan = _plan(scenario, left, replicates, base_seed)
        codes.append(run(plan, folder / scenario.name, jobs, quiet, **how).exit_code)
        return _found(folder / scenario.name, outcome or (), least_sd)

    found = in_turn(loaded, chosen, leave_out, until_moved=until_moved)
    _tell(folder, found, chosen, least_sd, draw=not no_figures)
    if not switches:
        _say_untried(loaded)
    raise typer.Exit(max(codes))


def _asked(scenarios: Sequence[str] | None, everywhere: bool) -> Sequence[str]:
    """The scenarios named, all that are shipped, or those of the usual batch."""
    from model.experiments.request import read_batch_file
    from model.scenario.files import shipped_batches, shipped_scenarios

    if scenarios and everywhere:
        fail("give either scenarios or --all, not both: --all takes the shipped ones")
    if everywhere:
        return list(shipped_scenarios())
    return scenarios or read_batch_file(shipped_batches()[USUAL]).scenarios


def _chosen(scenarios: Sequence[Scenario], patterns: Sequence[str]) -> dict[str, list[Switch]]:
    """The switches of each scenario that patterns name, by its name."""
    from model.experiments.switches import check_patterns, switches_of

    check_patterns(scenarios, patterns)
    chosen = {one.name: switches_of(one, patterns) for one in scenarios}
    if not any(one.on for of_scenario in chosen.values() for one in of_scenario):
        fail("nothing to ablate: every switch that --switches names is already off")
    return chosen


def _load(names: Sequence[str], sets: Sequence[str] | None, months: int | None) -> list[Scenario]:
    from model.api.given import overrides
    from model.scenario.read import load_scenarios

    return load_scenarios(names, overrides(sets, months))


def _say_untried(scenarios: Sequence[Scenario]) -> None:
    from model.experiments.switches import without_off_value

    untried = {name for one in scenarios for name in without_off_value(one)}
    typer.echo(
        f"{len(untried)} parameters have no off value in their range and were not tried (see pangwa parameters)."
    )


def _plan(scenario: Scenario, switches: Sequence[Switch], replicates: int, base_seed: int | None) -> BatchPlan:
    from model.experiments.ablation import plan_ablation

    command = ["pangwa", *sys.argv[1:]]
    return plan_ablation(scenario, switches, replicates=replicates, base_seed=base_seed or 0, command=command)


def _say_promise(plans: Sequence[BatchPlan], jobs: int | None) -> None:
    """Say how long all runs will take, from a few of those of the first scenario."""
    from model.experiments.designed import promise
    from model.experiments.progress import duration

    seconds, each = promise(plans[0], jobs)
    runs = sum(len(plan.specs) for plan in plans)
    points = sum(len(plan.points) - 1 for plan in plans)
    typer.echo(
        f"{points} switches over {len(plans)} scenarios x {plans[0].replicates} replicates: {runs:,} runs, {each:.3f} s each in "
        f"a pilot: at most about {duration(seconds * runs / len(plans[0].specs))} at the machine's present load"
    )


def _found(folder: Path, outcomes: Sequence[str], least_sd: float) -> Ablation:
    from model.experiments.ablation import ablation, outcomes_looked_at
    from model.experiments.results import read_runs

    runs = read_runs(folder)
    return ablation(runs, outcomes_looked_at(outcomes, runs.outcomes), least_sd=least_sd)


def _tell(
    folder: Path,
    found: Sequence[Ablation],
    chosen: dict[str, list[Switch]],
    least_sd: float,
    *,
    draw: bool,
) -> None:
    from model.experiments import ablation as analysis
    from model.views.ablation import heat_map
    from model.views.answers import ablation_text

    switches = [one for of_scenario in chosen.values() for one in of_scenario]
    table = analysis.switch_table(found, switches)
    effects = analysis.effects_of(found)
    finding = analysis.finding(table, found, least_sd)
    typer.echo(ablation_text(table))
    title = analysis.headline(table, found)
    figure = heat_map(table, effects, title, analysis.note(found, least_sd)) if draw else None
    keep(folder, {"switches": table, "ablation": effects}, {"ablation": figure}, folder.name)
    typer.echo("\n" + wrapped(finding, 0))
