"""The command ``pangwa``: thin, one function a command; what a command needs is loaded when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from model.cli import (
    ablate,
    answers,
    batches,
    breakeven,
    brief,
    explain,
    hindcast,
    lookup,
    record,
    sensitivity,
    single,
    tell,
    views,
    world,
)
from model.cli.boundary import boundary
from model.cli.text import fail
from pangwa import foreign_room

FIGURES = (
    "control", "countryside", "exports", "road", "map", "changed", "probability", "years", "flows", "differences", "effects",
    "explain",
)  # fmt: skip
"""Kinds of figures of a batch; their registry loads what draws them, and --help must not."""

app = typer.Typer(
    name="pangwa",
    help="Simulate how US policy towards Myanmar changes territorial control and rare-earth flows, and with what certainty.\n\n"
    "Pangwa explores what follows from assumptions; it does not predict.",
    epilog="\b\nStart here:\n"
    "  pangwa scenarios                          the shipped what-ifs\n"
    "  pangwa run engage_kia                     one run: chronicle, outcomes, figures\n"
    "  pangwa batch engage_kia status_quo        many runs, compared in pairs\n"
    "  pangwa new mine --extends engage_kia      a scenario file of your own to start from\n"
    "  pangwa parameters engage_kia --search tax what can be changed, with source and range\n\n"
    "\b\nExit codes: 0 success, 1 a fault of the program, 2 a mistake in the request, 3 some runs failed, "
    "4 disk full or workers lost, 130 interrupted.",
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"max_content_width": 100, "help_option_names": ["-h", "--help"]},
)


app.command(short_help="One run: chronicle, outcomes, figures.", epilog=single.EPILOG)(single.run)
app.command(short_help="Many runs, compared in pairs: tables, effects, figures.", epilog=batches.BATCH_EPILOG)(
    batches.batch
)


@app.command(
    short_help="Redraw the figures of a batch.",
    epilog="\b\nExamples:\n"
    "  pangwa plot results/policy_options\n"
    "  pangwa plot results/policy_options --kind control --actor KIA\n"
    "  pangwa plot results/policy_options --kind effects --outcome exports_t_china --format svg",
)
def plot(
    results: Annotated[Path, typer.Argument(metavar="RESULTS", help="Results folder of pangwa batch.")],
    kind: Annotated[
        list[str] | None, typer.Option(help=f"Kind of figure [default: all]: {', '.join(FIGURES)}; repeatable.")
    ] = None,
    outcome: Annotated[
        list[str] | None, typer.Option(help="Outcome to show (see pangwa outcomes); repeatable.")
    ] = None,
    actor: Annotated[list[str] | None, typer.Option(help="Id of an actor to show; repeatable.")] = None,
    scenario: Annotated[list[str] | None, typer.Option(help="Scenario to show; repeatable.")] = None,
    formats: Annotated[list[str] | None, typer.Option("--format", help="png, svg or pdf; repeatable.")] = None,
    out: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Folder [default: RESULTS/figures].")] = None,
    animate: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", help="Instead of figures, animate the most likely holders over time: map.gif or map.mp4."
        ),
    ] = None,
) -> None:
    """Redraw figures from the tables of a batch."""
    if animate is not None:
        tell.animate_batch(results, scenario, (out or results / "figures") / animate)
        return
    from model.views.plot import plot as draw_again

    paths = draw_again(results, kind=kind, outcome=outcome, actor=actor, scenario=scenario, formats=formats, out=out)
    tell.say_figures(paths, out or results / "figures")


for _verb, _short, _epilog in (
    (
        batches.merge,
        "Merge the shards of a batch.",
        "  pangwa merge results/policy_options.shard-* --out results/policy_options",
    ),
    (
        answers.compare,
        "Paired effects with verdicts, sign stability, replicates needed.",
        "  pangwa compare results/policy_options --against status_quo -o exports_t_china",
    ),
    (
        sensitivity.sensitivity,
        "Which parameters matter, and how much is noise.",
        "  pangwa sensitivity engage_kia --dry-run\n  pangwa sensitivity engage_kia -p 'beijing.*' -o exports_t_china",
    ),
    (
        sensitivity.discover,
        "Under which assumptions a policy works.",
        "  pangwa discover engage_kia --against status_quo -o townships_held_kia --above 1 -p 'beijing.*'",
    ),
    (
        ablate.ablate,
        "Remove one parameter or instrument at a time.",
        ablate.EPILOG,
    ),
    (
        explain.explain,
        "How much of a policy arrives, what each instrument changes, what limits it.",
        "  pangwa explain engage_kia\n  pangwa explain quad_india -r 50 --out results/quad_india-explain",
    ),
    (answers.diff, "Differences between two scenarios.", "  pangwa diff status_quo engage_kia --no-runs"),
    (
        answers.sweep,
        "Vary one parameter over a range.",
        "  pangwa sweep processes.trade.leak=0:0.3:7 engage_kia",
    ),
    (
        answers.regret,
        "Which policy has the lowest maximum regret.",
        "  pangwa regret results/NAME --less exports_t_china",
    ),
    (
        hindcast.hindcast,
        "Compare the model with the record of 2021 to 2025.",
        "  pangwa hindcast --replicates 200\n  pangwa hindcast --record imports.csv      with data of your own",
    ),
    (
        hindcast.calibrate,
        "Calibrate: choose a set of parameter vectors by the record.",
        "  pangwa calibrate --out results/calibration      the same command continues after an interruption",
    ),
    (lookup.scenarios, "List the shipped scenarios, or print one.", "  pangwa scenarios engage_kia"),
    (
        lookup.new,
        "Write a commented scenario file to start from.",
        "  pangwa new kia_with_arms --extends engage_kia",
    ),
    (lookup.check, "Check scenario and batch files.", "  pangwa check my_scenario.toml my_batch.toml"),
    (
        lookup.parameters,
        "List parameters: value, range, unit, source.",
        "  pangwa parameters engage_kia --search 'KIA tax'\n  pangwa parameters --search assumed --csv > assumed.csv",
    ),
    (lookup.outcomes, "List outcomes, with units and meanings.", "  pangwa outcomes --search exports"),
    (views.app, "Compare policies in the browser.", "  pangwa app\n  pangwa app my_scenario.toml engage_kia --port 0"),
    (
        brief.brief,
        "Write the answer of a batch on two printed pages.",
        brief.BRIEF_EPILOG,
    ),
    (breakeven.breakeven, "What it would take to reach a target.", breakeven.EPILOG),
    (brief.tournament, "Which policy ranks first, by goal and by Beijing's answer.", brief.EPILOG),
    (views.report, "Write a batch as one HTML page to share.", "  pangwa report results/policy_options"),
    (
        views.export,
        "Export results for Excel, R, xarray or QGIS.",
        "  pangwa export results/policy_options --to xlsx\n  pangwa export results/policy_options --to geopackage",
    ),
    (hindcast.odd, "Write the model description (ODD+D protocol).", "  pangwa odd"),
    (lookup.schema, "Print the JSON Schema of scenario files, for editors.", "  pangwa schema > scenario.schema.json"),
):
    app.command(short_help=_short, epilog=f"\b\nFor example:\n{_epilog}")(_verb)

app.add_typer(record.record, name="record", short_help="Check your own data before comparing the model with it.")
app.add_typer(world.world, name="world", short_help="Create and check a world of your own.")


def _print_version(wanted: bool) -> None:
    if wanted:
        from model import __version__

        typer.echo(f"pangwa {__version__}")
        raise typer.Exit


@app.callback()
def _pangwa(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command; whatever goes wrong is told on stderr without a traceback, see :mod:`model.cli.boundary`."""
    with boundary():
        if problem := foreign_room():
            fail(problem)
        app(prog_name="pangwa")
