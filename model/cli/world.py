"""The commands ``world new`` and ``world check``: a world of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from model.cli.text import columns, fail

if TYPE_CHECKING:
    from model.world.world import World

world = typer.Typer(help="A world of your own.", no_args_is_help=True, rich_markup_mode=None)


@world.command(epilog="\b\nFor example:\n  pangwa world new my_world\n  pangwa world check my_world")
def new(folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A new or empty folder.")]) -> None:
    """Write a small world to start from: tables, their documented format (README.md), and a scenario that uses it."""
    from model.world.starter import write_starter

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        fail(f"{folder}: already exists and is not overwritten; give a new folder")
    try:
        written = write_starter(folder)
    except OSError as error:
        fail(f"{folder}: cannot be written: {error.strerror}")
    typer.echo(
        f"wrote {len(written)} files to {folder}: four townships, two actors, a mine and a crossing, all fictitious"
    )
    typer.echo(f"{folder / 'README.md'} documents the format. Edit the tables, then:")
    typer.echo(f"  pangwa world check {folder}\n  pangwa run {folder / 'scenario.toml'}")


@world.command(epilog="\b\nFor example:\n  pangwa world check my_world\n  pangwa world check kivu")
def check(
    folder: Annotated[str, typer.Argument(metavar="FOLDER", help="The world's folder, or a shipped name.")],
) -> None:
    """Check a world and summarise it; exit code 2 with file, line and column of every problem."""
    from model.scenario.read import load_scenario
    from model.world.placing import Actors
    from model.world.read import load_world, world_folder

    found, place = load_world(folder), world_folder(folder)
    Actors(found, place)
    if place is not None and (place / "record" / "series.csv").exists():
        _read_record(folder)
    for start in found.initial:
        # Settings of actors and calibrated parameters are checked where they are used.
        load_scenario("status_quo", [f"world={folder}", f"start={start}"])
    typer.echo(columns(described(found)))
    typer.echo(f"\n{folder}: ok")


def _read_record(folder: str) -> None:
    from model.world.record import load_record

    record = load_record(folder)
    for table in ("quantities", "prices", "lanes", "towns", "sites", "control", "strength", "sieges"):
        getattr(record, table)


def described(found: World) -> list[tuple[str, ...]]:
    """What a world holds: rows of name, number, and more about it."""
    states = dict.fromkeys(found.states)
    people, area = found.population.sum(), found.area.sum()
    rows: list[tuple[str, ...]] = [
        ("territories", f"{len(found.codes)}", f"in {len(states)} states; {people:,.0f} people, {area:,.0f} km2"),
        ("sites", f"{len(found.site_ids)}", ", ".join(sorted(set(found.site_kinds)))),
        ("borders", f"{len(found.borders)}", f"{found.border_kind.count('land')} by land"),
        ("roads", f"{len(found.roads)}", f"{found.road_km.sum():,.0f} km"),
        ("crossings", f"{len(found.crossing_ids)}", ", ".join(sorted(set(found.crossing_country)))),
        ("mines", f"{len(found.mine_ids)}", ", ".join(found.mine_names)),
        ("buyers", f"{len(found.buyers)}", ", ".join(buyer.name for buyer in found.buyers)),
        ("armed actors", f"{len(found.forces)}", ", ".join(found.force_ids)),
        ("calibrated", f"{len(found.parameters)}", "parameters that replace the defaults"),
    ]
    for date, state in sorted(found.initial.items()):
        held = {name: int((state.holder[: len(found.codes)] == k).sum()) for k, name in enumerate(found.force_ids)}
        fighters = dict(zip(found.force_ids, state.troops.sum(axis=1).tolist(), strict=True))
        told = "; ".join(f"{name} {held[name]} towns, {fighters[name]:,} fighters" for name in found.force_ids)
        rows.append(("state in", date, told))
    return rows
