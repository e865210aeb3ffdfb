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
    help="Simulate what US policy towards Myanmar changes for territory and rare earths, and how sure that is.\n\n"
    "It explores what follows from assumptions; it does not predict.",
    epilog="\b\nStart here:\n"
    "  pangwa scenarios                          the shipped what-ifs\n"
    "  pangwa run engage_kia                     one run, told in words\n"
    "  pangwa batch engage_kia status_quo        many runs, compared\n"
    "  pangwa new mine --extends engage_kia      a file of your own to start from\n"
    "  pangwa parameters engage_kia --search tax what can be changed, with source and range\n\n"
    "\b\nExit codes: 0 well, 1 a fault of the program, 2 a mistake in what was asked, 3 some runs failed, "
    "4 disk full or workers gone, 130 interrupted.",
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"max_content_width": 100, "help_option_names": ["-h", "--help"]},
)


app.command(short_help="One run, told in words.", epilog=single.EPILOG)(single.run)
app.command(short_help="Many runs, compared: tables, effects, figures.", epilog=batches.BATCH_EPILOG)(batches.batch)


@app.command(
    short_help="Figures again, from a batch's tables.",
    epilog="\b\nExamples:\n"
    "  pangwa plot results/policy_options\n"
    "  pangwa plot results/policy_options --kind control --actor KIA\n"
    "  pangwa plot results/policy_options --kind effects --outcome exports_t_china --format svg",
)
def plot(
    results: Annotated[Path, typer.Argument(metavar="RESULTS", help="Folder that pangwa batch wrote.")],
    kind: Annotated[str | None, typer.Option(help=f"Kind of figure; all when not given. {', '.join(FIGURES)}.")] = None,
    outcome: Annotated[
        list[str] | None, typer.Option(help="Outcomes to show, see pangwa outcomes; repeatable.")
    ] = None,
    actor: Annotated[list[str] | None, typer.Option(help="Actors to show, by id; repeatable.")] = None,
    scenario: Annotated[list[str] | None, typer.Option(help="Scenarios to show; repeatable.")] = None,
    formats: Annotated[list[str] | None, typer.Option("--format", help="png, svg or pdf; repeatable.")] = None,
    out: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Folder; RESULTS/figures when not given.")] = None,
    animate: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Instead: the likeliest holders over time, as map.gif or map.mp4."),
    ] = None,
) -> None:
    """Draw figures again from the tables of a batch."""
    if animate is not None:
        tell.animate_batch(results, scenario, (out or results / "figures") / animate)
        return
    from model.views.plot import plot as draw_again

    paths = draw_again(results, kind=kind, outcome=outcome, actor=actor, scenario=scenario, formats=formats, out=out)
    tell.say_figures(paths, out or results / "figures")


for _verb, _short, _epilog in (
    (
        batches.merge,
        "Put the shards of a batch together.",
        "  pangwa merge results/policy_options.shard-* --out results/policy_options",
    ),
    (
        answers.compare,
        "Paired effects, sign stability, replicates needed.",
        "  pangwa compare results/policy_options --against status_quo -o exports_t_china",
    ),
    (
        sensitivity.sensitivity,
        "Which parameters matter, and what is noise.",
        "  pangwa sensitivity engage_kia --dry-run\n  pangwa sensitivity engage_kia -p 'beijing.*' -o exports_t_china",
    ),
    (
        sensitivity.discover,
        "Under which assumptions a policy works.",
        "  pangwa discover engage_kia --against status_quo -o townships_held_kia --above 1 -p 'beijing.*'",
    ),
    (
        ablate.ablate,
        "Leave one thing out at a time: what moves nothing.",
        ablate.EPILOG,
    ),
    (
        explain.explain,
        "What of a policy arrives, what each instrument moved, what binds.",
        "  pangwa explain engage_kia\n  pangwa explain quad_india -r 50 --out results/quad_india-explain",
    ),
    (answers.diff, "What differs between two scenarios.", "  pangwa diff status_quo engage_kia --no-runs"),
    (
        answers.sweep,
        "One parameter over a range, with figures.",
        "  pangwa sweep processes.trade.leak=0:0.3:7 engage_kia",
    ),
    (
        answers.regret,
        "Which policy has the lowest maximum regret.",
        "  pangwa regret results/NAME --less exports_t_china",
    ),
    (
        hindcast.hindcast,
        "The model against the record of 2021 to 2025.",
        "  pangwa hindcast --replicates 200\n  pangwa hindcast --record imports.csv      against data of your own",
    ),
    (
        hindcast.calibrate,
        "Parameters chosen by the record, a set of them.",
        "  pangwa calibrate --out results/calibration      the same again goes on after an interruption",
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
        "What can be changed: value, range, unit, source.",
        "  pangwa parameters engage_kia --search 'KIA tax'\n  pangwa parameters --search assumed --csv > assumed.csv",
    ),
    (lookup.outcomes, "What runs are judged by, with unit.", "  pangwa outcomes --search exports"),
    (views.app, "Play runs in the browser.", "  pangwa app\n  pangwa app my_scenario.toml engage_kia --port 0"),
    (
        brief.brief,
        "A batch on two printed pages: the answer.",
        brief.BRIEF_EPILOG,
    ),
    (breakeven.breakeven, "What it would take to bring an outcome to a target.", breakeven.EPILOG),
    (brief.tournament, "Which policy wins on what, under which answer.", brief.EPILOG),
    (views.report, "A batch as one page to hand on.", "  pangwa report results/policy_options"),
    (
        views.export,
        "Results for Excel, R, xarray or QGIS.",
        "  pangwa export results/policy_options --to xlsx\n  pangwa export results/policy_options --to geopackage",
    ),
    (hindcast.odd, "The model described by the ODD+D protocol.", "  pangwa odd"),
    (lookup.schema, "JSON Schema of scenario files, for editors.", "  pangwa schema > scenario.schema.json"),
):
    app.command(short_help=_short, epilog=f"\b\nFor example:\n{_epilog}")(_verb)

app.add_typer(record.record, name="record", short_help="Check data of your own to compare the model with.")
app.add_typer(world.world, name="world", short_help="Start and check a world of your own.")


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
