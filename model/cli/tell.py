"""What the commands ``run``, ``batch`` and ``plot`` say of results."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from model.cli.text import wrapped

if TYPE_CHECKING:
    from model.api.single import SingleRun

_EVENTS_SHOWN = 60


def tell_run(run: SingleRun, *, quiet: bool) -> None:
    """Tell a run: what it was, its dated events in words, and the table of its outcomes.

    Args:
        run: which.
        quiet: leave out the events.
    """
    from model.experiments.horizon import horizon_words
    from model.views.binds import binding_words
    from model.views.explain import unanswered_words
    from model.views.words import outcome_table

    typer.echo("\n".join([run.heading, *(f"Note: {note}" for note in run.notes)]) + "\n")
    if not quiet:
        silent = unanswered_words(run.result.tables["instruments"].to_pandas())
        typer.echo("\n".join([run.story(_EVENTS_SHOWN), *(wrapped(words, 0) for words in silent)]) + "\n")
    typer.echo(outcome_table(run.result.outcomes))
    if words := horizon_words([run.months]):
        typer.echo("\n" + wrapped(words, 0))
    binds = binding_words(lambda table, columns: run.result.tables[table].select(list(columns)).to_pandas())
    if run.scenario.months and binds:
        typer.echo("\nbinding constraints\n" + "\n".join(wrapped(sentence, 2) for sentence in binds))
    typer.echo("\n" + wrapped(one_run_words(run), 0))


def one_run_words(run: SingleRun) -> str:
    """That one run shows no effect, and what would."""
    from model.api.lookup import USUAL

    drawn = run.heading.rpartition("parameters: ")[2]
    return (
        f"One run ({drawn}) is one possible history: its difference from another run may have another sign than the effect. "
        f"Effects need a batch: pangwa batch {' '.join(dict.fromkeys((USUAL, run.scenario.name)))}"
    )


def animate_batch(folder: Path, scenario: Sequence[str] | None, path: Path) -> None:
    """Write the likeliest holders of a scenario's towns over time, and say where; the first scenario when none is named."""
    from model.api.batch import Batch

    Batch(folder).animate(path, scenario[0] if scenario else None)
    typer.echo(f"animation: {path} (yearly frames unless the batch had --record control=monthly)")


def tell_batch(folder: Path, *, figures: bool, fresh: bool) -> None:
    """Draw a batch's figures, print the table of its effects, and say where everything is.

    Args:
        folder: the batch's folder.
        figures: whether figures are wanted.
        fresh: whether runs were added, so that older figures are out of date.
    """
    typer.echo(effects_of(folder))
    for line in (parameters_of(folder), horizon_of(folder)):
        if line:
            typer.echo(wrapped(line, 0))
    drawn = sorted((folder / "figures").glob("*.png"))
    if figures and (fresh or not drawn):
        from model.views.figures import batch_figures

        say_figures(batch_figures(folder), folder / "figures")
    elif drawn:
        say_figures(drawn, folder / "figures")
    typer.echo(f"tables: {folder}")


def parameters_of(folder: Path) -> str:
    """What parameters the runs of a batch have."""
    from model.experiments.manifest import read_manifest
    from model.experiments.parameter_sets import parameter_words

    return parameter_words(read_manifest(folder))


def horizon_of(folder: Path) -> str:
    """That the runs of a batch leave the calibrated horizon, if they do."""
    from model.experiments.horizon import horizon_words
    from model.views.read import Results

    return horizon_words(Results.open(folder, months=False).ends.values())


def effects_of(folder: Path) -> str:
    """What ``pangwa compare`` says of a batch; the summary of one that holds a single scenario."""
    from model.experiments.compare import effects_against, finding, overall_effects
    from model.experiments.results import read_runs
    from model.views.answers import comparison_text, movers_text, summary_text
    from model.views.words import HEADLINES

    runs = read_runs(folder, HEADLINES)
    if len(runs.scenarios) < 2:
        return summary_text(folder)
    outcomes = [name for name in HEADLINES if name in runs.outcomes]
    table, every = effects_against(runs, folder, runs.reference, outcomes), overall_effects(folder)
    _, basis = finding(table, runs)
    moved = movers_text(table if every is None else every)
    return "\n".join([comparison_text(table), "", moved, "", wrapped(basis, 0)])


def say_figures(paths: Sequence[Path], folder: Path) -> None:
    """Say how many pictures were drawn, and where they are; nothing where there are none."""
    pictures = sum(path.suffix == ".png" for path in paths) or len(paths)
    if pictures:
        typer.echo(f"figures: {pictures} in {folder}")
