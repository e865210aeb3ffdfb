"""What the commands ``run``, ``batch`` and ``plot`` say of results, and the figures they have drawn."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from model.output.record import RunResult
    from model.scenario.schema import Scenario
    from model.scenario.spec import RunSpec

_EVENTS_SHOWN = 60


def tell_run(scenario: Scenario, spec: RunSpec, result: RunResult, *, quiet: bool) -> None:
    """Tell a run: what it was, its dated events in words, and the table of its outcomes.

    Args:
        scenario: the scenario, resolved.
        spec: the run's specification.
        result: what it left behind.
        quiet: leave out the events.
    """
    from model.experiments.plan import VECTOR
    from model.views.words import chronicle, outcome_table

    months = "1 month" if scenario.months == 1 else f"{scenario.months} months"
    typer.echo(f"{scenario.name}: {scenario.title}" if scenario.title else scenario.name)
    drawn = "".join(f", parameter vector {number}" for path, number in spec.point_values if path == VECTOR)
    typer.echo(
        f"{months} from {scenario.start}; replicate {spec.replicate}{drawn}, seed {spec.seed}, run {spec.run_id}\n"
    )
    if not quiet:
        typer.echo(chronicle(result.tables["events"].to_pandas(), most=_EVENTS_SHOWN) + "\n")
    typer.echo(outcome_table(result.outcomes))
    typer.echo("\nOne run is one story among many: compare scenarios with pangwa batch.")


def keep_run(scenario: Scenario, spec: RunSpec, result: RunResult, folder: Path, *, figures: bool) -> Sequence[Path]:
    """Write the tables of a run and its figures into a folder; a reader that closes the pipe early must not cost them."""
    from model.experiments.export import run_files

    folder.mkdir(parents=True, exist_ok=True)
    for name, content in run_files(spec, result).items():
        (folder / name).write_bytes(content)
    if not figures:
        return []
    from model.views.figures import run_figures

    return run_figures(result, scenario, folder)


def animate_run(scenario: Scenario, result: RunResult, path: Path) -> None:
    """Write the map of a run over time, and say where."""
    from model.views.animate import animate, frames_of
    from model.views.read import Results
    from model.world.read import load_world

    frames = frames_of(Results.of_run(scenario.name, result.tables))
    animate(frames, load_world(scenario.world), scenario.title or scenario.name, path)
    typer.echo(f"animation: {path}, {len(frames)} frames")


def animate_batch(folder: Path, scenario: Sequence[str] | None, path: Path) -> None:
    """Write the likeliest holders of a scenario's towns over time, and say where; the first scenario when none is named."""
    from model.views.animate import animate, frames_of
    from model.views.read import Results
    from model.world.read import load_world

    results = Results.open(folder)
    name = results.pick("scenario", scenario[0], results.scenarios) if scenario else results.scenarios[0]
    frames = frames_of(results, name)
    animate(frames, load_world(results.world), f"{name}, likeliest holders of {results.runs_each} runs", path)
    typer.echo(f"animation: {path}, {len(frames)} frames (a year apart unless the batch had --record control=monthly)")


def tell_batch(folder: Path, *, figures: bool, fresh: bool) -> None:
    """Draw a batch's figures, print the table of its effects, and say where everything is.

    Args:
        folder: the batch's folder.
        figures: whether figures are wanted.
        fresh: whether runs were added, so that older figures are out of date.
    """
    typer.echo(effects_of(folder))
    drawn = sorted((folder / "figures").glob("*.png"))
    if figures and (fresh or not drawn):
        from model.views.figures import batch_figures

        say_figures(batch_figures(folder), folder / "figures")
    elif drawn:
        say_figures(drawn, folder / "figures")
    typer.echo(f"tables: {folder}")


def effects_of(folder: Path) -> str:
    """What ``pangwa compare`` says of a batch; the summary of one that holds a single scenario."""
    from model.experiments.compare import compare, finding
    from model.experiments.results import read_runs
    from model.views.answers import comparison_text, summary_text
    from model.views.words import HEADLINES

    runs = read_runs(folder, HEADLINES)
    if len(runs.scenarios) < 2:
        return summary_text(folder)
    outcomes = [name for name in HEADLINES if name in runs.outcomes]
    table = compare(runs, outcomes, runs.reference)
    return "\n".join([comparison_text(table), "", " ".join(finding(table, runs)), ""])


def draw_again(
    results: Path,
    kind: str | None,
    outcome: Sequence[str] | None,
    actor: Sequence[str] | None,
    scenario: Sequence[str] | None,
    formats: Sequence[str] | None,
    out: Path | None,
) -> None:
    """Draw figures from the tables of a batch; see ``pangwa plot --help`` for the choices."""
    from model.views.plot import plot

    paths = plot(results, kind=kind, outcome=outcome, actor=actor, scenario=scenario, formats=formats, out=out)
    say_figures(paths, out or results / "figures")


def say_figures(paths: Sequence[Path], folder: Path) -> None:
    """Say how many pictures were drawn, and where they are; nothing where there are none."""
    pictures = sum(path.suffix == ".png" for path in paths) or len(paths)
    if pictures:
        typer.echo(f"figures: {pictures} in {folder}")
