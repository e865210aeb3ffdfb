"""The command ``pangwa run``: one run, or the continuation of one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from model.cli import tell
from model.cli.batches import Months, NoFigures, Parameters, Plugins, Quiet, Sets
from model.cli.text import free_folder

if TYPE_CHECKING:
    from model.api.single import SingleRun

EPILOG = (
    "\b\nExamples:\n"
    "  pangwa run status_quo\n"
    "  pangwa run engage_kia --replicate 17          the random draws of a batch's replicate 17\n"
    "  pangwa run engage_kia --replicate 17 --parameters plausible     the same with its plausible parameter vector\n"
    "  pangwa run engage_kia --set united_states.instruments.aid_kia.level=1 --set actors.KIA.troops=20000\n"
    "  pangwa run my_scenario.toml --months 24 --no-figures\n"
    "  pangwa run status_quo --until 24 --save two_years.json          save the state after 24 months ...\n"
    "  pangwa run engage_kia --from two_years.json                     ... and continue from it under another policy"
)


def run(
    scenario: Annotated[
        str | None,
        typer.Argument(metavar="SCENARIO", help="Name of a shipped scenario, or a TOML file; optional with --from."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed: base_seed of a batch, or one of its seeds.")] = 0,
    replicate: Annotated[int, typer.Option(min=0, help="Number of the replicate in a batch with this seed.")] = 0,
    parameters: Parameters = None,
    sets: Sets = None,
    months: Months = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="New folder for tables and figures [default: results/SCENARIO-run]."),
    ] = None,
    animate: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Also animate the map, in the folder of figures: map.gif, or map.mp4 where ffmpeg is installed.",
        ),
    ] = None,
    until: Annotated[int | None, typer.Option(min=1, metavar="MONTHS", help="Stop after this many months.")] = None,
    save: Annotated[Path | None, typer.Option(metavar="FILE", help="Save the final state, for --from.")] = None,
    from_state: Annotated[
        Path | None, typer.Option("--from", metavar="FILE", help="Continue from a state written by --save.")
    ] = None,
    plugin: Plugins = None,
    quiet: Quiet = False,
    no_figures: NoFigures = False,
) -> None:
    """Run a scenario once: chronicle, table of outcomes, figures."""
    folder = _ready(out, animate)
    first = {"seed": seed, "replicate": replicate, "parameters": parameters}
    made = _made(scenario, from_state, first, months=months, set=sets, until=until, animated=animate is not None)
    if save is not None:
        made.save_state(save)
    if folder is None and not no_figures:
        folder = free_folder(None, f"{made.scenario.name}-run")
    # Written before anything is said: a reader that closes the pipe early must not cost the files.
    drawn = [] if folder is None else made.save(folder, figures=not no_figures)
    tell.tell_run(made, quiet=quiet)
    if folder is not None:
        tell.say_figures(drawn, folder)
        typer.echo(f"tables: {folder}")
    if animate is not None:
        _animate(made, (folder or Path()) / animate, quiet=quiet)
    if save is not None:
        typer.echo(f"state after {made.months} months: {save}; continue with: pangwa run --from {save}")


def _animate(made: SingleRun, path: Path, *, quiet: bool) -> None:
    from model.experiments.progress import say

    say(f"animation: drawing {made.months + 1} frames into {path}", quiet=quiet)
    made.animate(path, quiet=quiet)
    typer.echo(f"animation: {path}, {made.months + 1} frames")


def _ready(out: Path | None, animate: str | None) -> Path | None:
    """The folder asked for; refuses what could not be written at the end before anything is run."""
    if animate is not None:
        from model.views.animate import check

        check(Path(animate))
    return None if out is None else free_folder(out, "")


def _made(scenario: str | None, state: Path | None, first: dict[str, Any], *, animated: bool, **then: Any) -> SingleRun:
    """The run asked for, from its start or from a saved state.

    Args:
        scenario: name or file.
        state: where it goes on from, or None.
        first: what a run is drawn with, which a saved state says already.
        animated: whether who holds what is wanted for every month.
        **then: what both take.
    """
    from model.api import single

    record = single.EVERY_MONTH if animated else ()
    if state is None:
        if scenario is None:
            raise typer.BadParameter("give a scenario; pangwa scenarios lists the shipped ones", param_hint="SCENARIO")
        return single.run(scenario, record=record, **first, **then)
    given = [f"--{name}" for name, value in first.items() if value]
    if given:
        raise typer.BadParameter(f"{', '.join(given)}: already stored in {state}", param_hint="--from")
    return single.continue_run(state, scenario, record=record, **then)
