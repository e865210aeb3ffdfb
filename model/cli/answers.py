"""The verbs that answer questions of a batch: compare, diff, sensitivity, discover, regret, sweep."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from model.cli.batches import NoFigures

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

Results = Annotated[Path, typer.Argument(metavar="RESULTS", help="Folder that pangwa batch wrote.")]
Outcomes = Annotated[
    list[str] | None, typer.Option("--outcome", "-o", help="Outcomes to show, see pangwa outcomes; repeatable.")
]
Out = Annotated[Path | None, typer.Option(metavar="FOLDER", help="Folder for table and figure; in RESULTS otherwise.")]


def compare(
    results: Results,
    against: Annotated[
        str | None, typer.Option(metavar="SCENARIO", help="What to compare with; the batch's reference otherwise.")
    ] = None,
    outcome: Outcomes = None,
    out: Out = None,
    no_figures: NoFigures = False,
) -> None:
    """Paired effects with intervals, whether their signs hold across variants, and the replicates that would tell."""
    from model.experiments import compare as analysis
    from model.experiments.results import read_runs
    from model.views.answers import comparison_text
    from model.views.forest import forest

    runs = read_runs(results)
    reference = against or runs.reference
    outcomes = outcomes_of(outcome, runs.outcomes)
    table = analysis.compare(runs, outcomes, reference)
    points = analysis.point_means(runs, outcomes, reference) if len(runs.points) > 1 else None
    finding, basis = analysis.finding(table, runs)
    typer.echo(comparison_text(table))
    tables = {"compare": table} if points is None else {"compare": table, "compare_points": points}
    folder = out or results / f"compare-{reference}"
    figure = None if no_figures else forest(table, points, runs.scenarios, finding)
    keep(folder, tables, {"forest": figure}, runs.name)
    typer.echo(f"\n{finding} {basis}")


def outcomes_of(asked: Sequence[str] | None, there: Sequence[str]) -> list[str]:
    """The outcomes asked for, or the headlines that are there."""
    from model.views.words import HEADLINES

    return list(asked) if asked else [name for name in HEADLINES if name in there] or list(there[:12])


def keep(folder: Path, tables: dict[str, pd.DataFrame], figures: dict[str, Figure | None], source: str) -> None:
    """Write tables and figures into a folder and say where; those of an earlier call of the same verb are renewed.

    Args:
        folder: made where it is not there.
        tables: by name of the CSV file.
        figures: by name of the picture; None for none.
        source: what they were made from, for the pictures' metadata.
    """
    from model.experiments.assemble import write_csv
    from model.experiments.errors import StoreError
    from model.views.style import save

    written: list[Any] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in tables.items():
            write_csv(table, folder / f"{name}.csv")
            written.append(f"{name}.csv")
        for name, figure in figures.items():
            if figure is not None:
                written += [path.name for path in save(figure, folder / name, ("png", "svg"), source)]
    except OSError as error:
        raise StoreError(f"{folder}: cannot be written: {error.strerror}") from None
    typer.echo(f"\n{folder}: {', '.join(written)}")
