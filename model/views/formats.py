"""Behind the command ``pangwa export``: results in the formats of spreadsheets, arrays and geographic information systems.

Each file says what it holds by itself: units and meanings of columns, the batch's id, version and scenarios. What is written follows
:mod:`model.output.tables` and :mod:`model.output.outcomes`; nothing is computed anew but the table of townships
(:func:`model.views.townships.township_table`), which counts runs.

=============  ==============================================================================================================
``csv``        a folder: every table, and ``columns.csv``, what their columns are
``xlsx``       a workbook: a sheet a table, ``about`` and ``columns`` first
``netcdf``     one data set for xarray or R's ncdf4: outcomes by run; months by run; actors by run and month; townships
``geopackage`` townships by scenario and month: a layer of their centres (WGS 84) and one of the map's tiles
``geojson``    the layer of centres
=============  ==============================================================================================================
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from model import __version__
from model.experiments.files import whole, whole_folder, write_text
from model.experiments.results import read_csv_table
from model.output import tables
from model.output.outcomes import outcome_named
from model.views.read import Results, ViewError, nearest
from model.views.tiles import tiles_of
from model.views.townships import TOWNSHIPS, township_table
from model.world.read import load_world
from model.world.world import World

MOST_ROWS = 1_048_576
"""Rows of a sheet of a workbook."""

_OF_OUTCOMES = ("csv", "xlsx")
"""Formats that tables without a row fit into."""
_SHEETS = ("summary", "effects")
"""Tables that a batch keeps as CSV files beside the others."""


def export(folder: Path, to: str, out: Path | None = None, names: Sequence[str] = ()) -> Path:
    """Write the results of a batch in another format.

    Args:
        folder: the batch's folder.
        to: one of :data:`FORMATS`.
        out: a new file (csv: a new folder); RESULTS/NAME with the format's ending when not given.
        names: tables wanted, of csv and xlsx; all when empty.

    Returns:
        What was written.

    Raises:
        ViewError: there is no such format, table or results; the file is there already; a library is missing.
    """
    if to not in FORMATS:
        raise ViewError(f"there is no format '{to}'" + nearest(to, FORMATS))
    ending, library, write = FORMATS[to]
    results = Results.open(folder, months=to not in _OF_OUTCOMES)
    path = out or Path(folder) / f"{results.name}{ending}"
    if path.exists():
        raise ViewError(f"{path}: already exists; give another name with --out")
    if library:
        _import(library, to)
    chosen = _chosen(results, names)
    with whole_folder(path) if to == "csv" else whole(path, ending=path.suffix) as part:
        write(results, part, chosen)
    return path


def _import(library: str, to: str) -> Any:
    try:
        return import_module(library)
    except ImportError:
        raise ViewError(
            f"--to {to} needs {library}: pip install 'pangwa[export]', or pip install -e '.[export]' in a checkout"
        ) from None


def _chosen(results: Results, names: Sequence[str]) -> list[str]:
    """Names of the tables to write."""
    there = [*(name for name in _SHEETS if _csv_of(results, name).is_file()), *results.tables]
    for name in names:
        if name not in there:
            raise ViewError(f"there is no table '{name}' in {results.name}" + nearest(name, there))
    return list(names) or there


def _csv_of(results: Results, name: str) -> Path:
    assert results.folder is not None
    return results.folder / f"{name}.csv"


def _frame(results: Results, name: str) -> pd.DataFrame:
    """A table as pandas has it; texts in plain columns."""
    if name in _SHEETS:
        return read_csv_table(_csv_of(results, name))
    frame = results.frame(name, results.columns(name))
    texts = [column for column in frame if isinstance(frame[column].dtype, pd.CategoricalDtype)]
    return frame.astype(dict.fromkeys(texts, object))


def column_table(results: Results, names: Sequence[str]) -> pd.DataFrame:
    """What the columns of tables are: table, column, unit, meaning."""
    rows = []
    for name in names:
        declared = {one.name: (one.unit, one.meaning) for one in tables.TABLES.get(name, ())}
        columns = (
            results.columns(name) if name in tables.TABLES else list(read_csv_table(_csv_of(results, name), nrows=0))
        )
        for column in columns:
            rows.append((name, column, *(declared.get(str(column)) or _outcome(str(column)))))
    return pd.DataFrame(rows, columns=["table", "column", "unit", "meaning"])


def _outcome(column: str) -> tuple[str, str]:
    known = outcome_named(column)
    return (known.unit, known.meaning) if known else ("", "")


def about(results: Results) -> dict[str, str]:
    """What the results are, for the metadata of files."""
    manifest = results.manifest
    titles = {
        label: one.get("title", "") for label, one in manifest.get("scenarios", {}).items() if isinstance(one, dict)
    }
    return {
        "title": f"Pangwa: {results.name}",
        "source": f"Pangwa {manifest.get('version', __version__)}, an agent-based simulation of US policy towards Myanmar",
        "comment": "Pangwa explores what follows from assumptions; it does not predict.",
        "batch": str(manifest.get("plan_id", "")),
        "commit": str(manifest.get("commit") or ""),
        "base_seed": str(manifest.get("base_seed", "")),
        "scenarios": "; ".join(f"{label}: {titles.get(label) or label}" for label in results.all_scenarios),
        "start": results.start,
    }


# spreadsheets ---------------------------------------------------------------------------------------------------------


def _write_csv(results: Results, path: Path, names: list[str]) -> None:
    for name in names:
        _frame(results, name).to_csv(path / f"{name}.csv", index=False, lineterminator="\n")
    column_table(results, names).to_csv(path / "columns.csv", index=False, lineterminator="\n")
    write_text(path / "about.json", json.dumps(about(results), indent=1, ensure_ascii=False) + "\n")


def _write_xlsx(results: Results, path: Path, names: list[str]) -> None:
    from openpyxl import Workbook

    sheets = {name: _frame(results, name) for name in names}
    for name, frame in sheets.items():
        if len(frame) >= MOST_ROWS:
            raise ViewError(
                f"{name}: {len(frame):,} rows exceed the limit of a sheet ({MOST_ROWS - 1:,}); choose tables with --table, "
                "or use --to netcdf or csv"
            )
    book = Workbook(write_only=True)
    what = pd.DataFrame(about(results).items(), columns=["about", "value"])
    for name, frame in {"about": what, "columns": column_table(results, names), **sheets}.items():
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "A2"
        sheet.append(list(frame.columns))
        for row in frame.astype(object).where(frame.notna(), None).itertuples(index=False, name=None):
            sheet.append([_cell(sheet, value) for value in row])
    book.save(path)


def _cell(sheet: Any, value: Any) -> Any:
    """A value for a sheet; a text that looks like a formula stays a text."""
    if not (isinstance(value, str) and value.startswith("=")):
        return value
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, value)
    cell.data_type = "s"
    return cell


# arrays ---------------------------------------------------------------------------------------------------------------


def data_set(results: Results) -> Any:
    """The results as an ``xarray.Dataset``.

    Its dimensions are run, month, actor and township; outcomes are called ``outcome_<name>``, columns of actors
    ``actor_<name>``, those of crossings ``lane_<name>`` where the batch recorded them, those of townships ``township_<name>`` (by
    scenario, month and township).
    """
    import xarray as xr

    runs = results.frame("runs", results.columns("runs"), status="ok")
    outcomes = [name for name in runs if outcome_named(str(name))]
    keys = ["scenario", "replicate", "point", "seed"]
    of_runs = runs.set_index("run_id")[[*keys, *outcomes]].astype({"scenario": object})
    named = {"scenario": "run_scenario"} | {name: f"outcome_{name}" for name in outcomes}
    parts = [
        of_runs.rename(columns=named).to_xarray(),
        _by(results, "monthly", ["run_id", "month"], ""),
        _by(results, "actors", ["run_id", "month", "actor"], "actor_"),
        *([_by(results, "lanes", ["run_id", "month", "crossing"], "lane_")] if results.has("lanes") else []),
        _townships(results),
    ]
    made = xr.merge(parts, join="outer", compat="no_conflicts").rename(run_id="run")
    _describe(made)
    made.attrs.update(about(results), Conventions="CF-1.10")
    return made


def _by(results: Results, table: str, dimensions: list[str], prefix: str) -> Any:
    """The columns of a table that are numbers or texts of their own, over its keys."""
    columns = [one for one in results.columns(table) if one not in (*dimensions, "scenario", "replicate")]
    frame = results.frame(table, [*dimensions, *columns])
    texts = [name for name in (*columns, *dimensions) if frame[name].dtype.kind not in "fiu"]
    frame = frame.astype(dict.fromkeys(texts, object)).rename(columns={name: prefix + name for name in columns})
    return frame.set_index(dimensions).to_xarray()


def _townships(results: Results) -> Any:
    frame, world = township_table(results), load_world(results.world)
    made = frame.set_index(["scenario", "month", "code"])[list(TOWNSHIPS)].to_xarray()
    made = made.rename({name: f"township_{name}" for name in TOWNSHIPS} | {"code": "township"})
    order = [world.codes.index(code) for code in made["township"].values]
    for name, values in {"name": world.names, "state": world.states, "lat": world.lat, "lon": world.lon}.items():
        made[f"township_{name}"] = ("township", np.asarray(values)[order])
    return made


def _describe(made: Any) -> None:
    """Give every variable its unit and meaning."""
    declared = {one.name: (one.unit, one.meaning) for one in (*tables.RUNS, *tables.MONTHLY)}
    declared |= {f"actor_{one.name}": (one.unit, one.meaning) for one in tables.ACTORS}
    declared |= {f"lane_{one.name}": (one.unit, one.meaning) for one in tables.LANES}
    declared |= {f"township_{name}": meaning for name, meaning in TOWNSHIPS.items()}
    for name, variable in made.variables.items():
        unit, meaning = declared.get(name) or _outcome(str(name).removeprefix("outcome_"))
        if meaning:
            variable.attrs |= {"units": "1" if unit in ("-", "0-1", "0/1") else unit, "long_name": meaning}


def _write_netcdf(results: Results, path: Path, names: list[str]) -> None:
    made = data_set(results)
    for name, variable in made.variables.items():
        if variable.dtype == object:
            made[name] = made[name].fillna("").astype(str)
        elif variable.dtype == np.int64:  # NetCDF 3, which every reader knows, has none
            made[name] = made[name].astype(np.float64).assign_attrs(variable.attrs)
    made.to_netcdf(path, engine="scipy")


# maps -----------------------------------------------------------------------------------------------------------------


def _write_geopackage(results: Results, path: Path, names: list[str]) -> None:
    frame, world = township_table(results), load_world(results.world)
    _layer(path, "townships", frame, _centres(world), "Point", driver="GPKG", dataset_metadata=about(results))
    tiles = [_polygon(corners) for corners in tiles_of(world).corners]
    _layer(path, "tiles", frame, dict(zip(world.codes, tiles, strict=True)), "Polygon", driver="GPKG", append=True)


def _write_geojson(results: Results, path: Path, names: list[str]) -> None:
    centres = _centres(load_world(results.world))
    _layer(path, "townships", township_table(results), centres, "Point", driver="GeoJSON")


def _layer(path: Path, layer: str, frame: pd.DataFrame, shapes: dict[str, bytes], kind: str, **how: Any) -> None:
    """Write a layer of rows with the shapes of their townships; points in degrees (WGS 84), tiles in widths of a tile."""
    from pyogrio.raw import write

    write(
        path,
        frame["code"].map(shapes).to_numpy(dtype=object),
        [frame[name].to_numpy() for name in frame],
        list(frame),
        layer=layer,
        geometry_type=kind,
        crs="EPSG:4326" if kind == "Point" else _TILE_GRID,
        **how,
    )


def _centres(world: World) -> dict[str, bytes]:
    """The centre of each township as well-known binary, by code."""
    points = zip(world.lon, world.lat, strict=True)
    return {code: struct.pack("<BIdd", 1, 1, *point) for code, point in zip(world.codes, points, strict=True)}


def _polygon(corners: Any) -> bytes:
    """(6, 2) corners of a tile as well-known binary; the first closes the ring."""
    ring = np.vstack([corners, corners[:1]])
    return struct.pack("<BIII", 1, 3, 1, len(ring)) + ring.astype("<f8").tobytes()


_TILE_GRID = """ENGCRS["tile grid", EDATUM["tile grid"], CS[Cartesian, 2], AXIS["x", east], AXIS["y", north], LENGTHUNIT["tile", 1]]"""
"""The reference system of tiles: not the earth's."""

FORMATS: dict[str, tuple[str, str, Callable[[Results, Path, list[str]], None]]] = {
    "csv": ("-csv", "", _write_csv),
    "xlsx": (".xlsx", "openpyxl", _write_xlsx),
    "netcdf": (".nc", "xarray", _write_netcdf),
    "geopackage": (".gpkg", "pyogrio", _write_geopackage),
    "geojson": (".geojson", "pyogrio", _write_geojson),
}
"""By name: the ending of its files, the library it needs, and what writes it."""
