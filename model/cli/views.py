"""The commands by which people look at results: report and app."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from model.cli.batches import Plugins


def report(
    results: Annotated[Path, typer.Argument(metavar="RESULTS", help="Results folder of pangwa batch.")],
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="File [default: RESULTS/report.html].")] = None,
    actor: Annotated[str | None, typer.Option(help="Actor whose towns the probability maps show.")] = None,
) -> None:
    """Write a batch as one self-contained HTML page to share or print; every number names its source table."""
    from model.views.report import write_report

    path = write_report(results, out, actor=actor)
    typer.echo(f"{path}: {path.stat().st_size / 1e6:.1f} MB; open it in a browser")


def export(
    results: Annotated[Path, typer.Argument(metavar="RESULTS", help="Results folder of pangwa batch.")],
    to: Annotated[str, typer.Option(metavar="FORMAT", help="xlsx, netcdf, geopackage, geojson or csv.")],
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A new file [default: RESULTS/NAME with the extension of the format]."),
    ] = None,
    table: Annotated[list[str] | None, typer.Option(help="Only this table (xlsx and csv); repeatable.")] = None,
) -> None:
    """Export the results of a batch for Excel, R, xarray or a geographic information system, with units and meanings."""
    from model.views.formats import export as write

    path = write(results, to, out, table or ())
    typer.echo(f"{path}: written")


def app(
    scenarios: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SCENARIO]...", help="Scenarios offered first [default: the shipped ones]."),
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; the next free one if it is taken.")] = 8765,
    host: Annotated[
        str,
        typer.Option(
            help="Address to listen on; 0.0.0.0 lets everyone on the network start runs: there is no password."
        ),
    ] = "127.0.0.1",
    root_path: Annotated[
        str,
        typer.Option(
            metavar="PATH", help="Path under which a proxy serves the app, such as /user/me/proxy/8765 on JupyterHub."
        ),
    ] = "",
    allow_host: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Host name under which a proxy serves the app; repeatable.")
    ] = None,
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open the page in a browser.")] = False,
    plugin: Plugins = None,
) -> None:
    """Compare a policy with the status quo in the browser: map, curves, events, replicates. Works without a network."""
    from model.views.serve import serve

    serve(scenarios or (), plugin or (), host=host, port=port, root=root_path, names=allow_host or (), show=not no_open)
