"""The verbs by which people look at results: report and app."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def report(
    results: Annotated[Path, typer.Argument(metavar="RESULTS", help="Folder that pangwa batch wrote.")],
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="File; RESULTS/report.html when not given.")] = None,
    actor: Annotated[str | None, typer.Option(help="Whose towns the maps of probability show.")] = None,
) -> None:
    """Write a batch as one HTML page to hand on: needs no network, prints, and says where every number stands."""
    from model.views.report import write_report

    path = write_report(results, out, actor=actor)
    typer.echo(f"{path}: {path.stat().st_size / 1e6:.1f} MB; open it in a browser")
