"""Results in other formats: what is written is read back with the libraries of those who use them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
import xarray as xr

from model.experiments.batch import run_batch
from model.experiments.batch_file import read_plan
from model.views import formats
from model.views.formats import export
from model.views.read import Results, ViewError
from model.views.townships import TOWNSHIPS, township_table

SETS = ["world=tests/tiny", "months=3"]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("results") / "batch"
    plan = read_plan(["status_quo", "engage_kia"], replicates=2, sets=SETS, record=["control=monthly", "lanes=monthly"])
    assert run_batch(plan, folder, executor="serial", quiet=True).exit_code == 0
    return folder


def table(results: Path, name: str) -> pd.DataFrame:
    return pd.read_parquet(results / f"{name}.parquet")


def test_a_workbook_has_every_table_with_units_and_version(results: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(export(results, "xlsx", tmp_path / "all.xlsx"))
    assert book.sheetnames[:2] == ["about", "columns"]
    runs = pd.read_excel(tmp_path / "all.xlsx", sheet_name="runs", keep_default_na=False, na_values=[""])
    expected = table(results, "runs")
    assert runs["run_id"].tolist() == expected["run_id"].tolist()
    np.testing.assert_allclose(runs["exports_t_china"], expected["exports_t_china"])
    columns = pd.read_excel(tmp_path / "all.xlsx", sheet_name="columns", keep_default_na=False)
    row = columns[(columns["table"] == "runs") & (columns["column"] == "exports_t_china")].iloc[0]
    assert (row["unit"], "China" in row["meaning"]) == ("t REO", True)
    about = dict(book["about"].iter_rows(min_row=2, values_only=True))
    assert "Pangwa" in about["source"] and about["batch"]


def test_a_text_that_looks_like_a_formula_stays_a_text(tmp_path: Path) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("one")
    sheet.append([formats._cell(sheet, "=1+2"), formats._cell(sheet, 3.0)])
    book.save(tmp_path / "one.xlsx")
    first, second = next(openpyxl.load_workbook(tmp_path / "one.xlsx")["one"].iter_rows())
    assert (first.value, first.data_type, second.value) == ("=1+2", "s", 3.0)


def test_a_sheet_takes_no_more_rows_than_spreadsheets_do(
    results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(formats, "MOST_ROWS", 5)
    with pytest.raises(ViewError, match="exceed the limit of a sheet"):
        export(results, "xlsx", tmp_path / "all.xlsx")
    assert not (tmp_path / "all.xlsx").exists()


def test_csv_files_equal_the_tables(results: Path, tmp_path: Path) -> None:
    folder = export(results, "csv", tmp_path / "csv", ["monthly", "effects"])
    assert {path.name for path in folder.iterdir()} == {"monthly.csv", "effects.csv", "columns.csv", "about.json"}
    read = pd.read_csv(folder / "monthly.csv", keep_default_na=False)
    expected = table(results, "monthly").astype({"scenario": str, "road_binds": str})
    pd.testing.assert_frame_equal(read, expected, check_dtype=False)


def test_a_data_set_has_runs_months_actors_and_townships(results: Path, tmp_path: Path) -> None:
    with xr.open_dataset(export(results, "netcdf", tmp_path / "all.nc")) as found:
        monthly, actors, runs = (table(results, name) for name in ("monthly", "actors", "runs"))
        row = monthly.iloc[6]
        assert float(found["mined_t"].sel(run=row["run_id"], month=row["month"])) == row["mined_t"]
        row = actors[actors["actor"] == "KIA"].iloc[-1]
        here = {"run": row["run_id"], "month": row["month"], "actor": "KIA"}
        assert float(found["actor_troops"].sel(here)) == row["troops"]
        lane = table(results, "lanes").iloc[-1]
        there = {"run": lane["run_id"], "month": lane["month"], "crossing": lane["crossing"]}
        assert float(found["lane_goods"].sel(there)) == lane["goods"] and found["lane_goods"].attrs["units"] == "1"
        assert float(found["outcome_mined_t"].sel(run=runs["run_id"][0])) == runs["mined_t"][0]
        assert found["mined_t"].attrs["units"] == "t REO"
        assert found["township_junta_held"].dims == ("scenario", "month", "township")
        assert "Pangwa" in found.attrs["source"]
        held = found["township_junta_held"].sel(scenario="status_quo", month=0).values
        assert set(held.tolist()) == {0.0, 1.0}


def test_a_table_of_townships_counts_runs(results: Path) -> None:
    found, control = township_table(Results.open(results)), table(results, "control")
    assert set(TOWNSHIPS) < set(found)
    assert len(found) == 2 * 4 * 12
    here = found[(found["scenario"] == "engage_kia") & (found["month"] == 3) & (found["code"] == "T05")].iloc[0]
    rows = control[(control["scenario"] == "engage_kia") & (control["month"] == 3) & (control["place"] == "T05")]
    assert here["holder_share"] == (rows["holder"].astype(str) == here["holder"]).mean()
    fought, exported = control.groupby("month")["deaths"].sum(), control.groupby("month")["ore_t"].sum()
    monthly = table(results, "monthly").groupby("month")
    assert fought.tolist() == monthly["deaths_fighters"].sum().tolist() and fought.sum() > 0
    routes = ["exports_t_china_official", "exports_t_china_informal", "exports_t_quad"]
    np.testing.assert_allclose(exported, monthly[routes].sum().sum(axis=1))
    assert control.groupby("month")["attacks"].sum().tolist() == monthly["operations"].sum().tolist()


def test_what_happened_where_is_null_unless_every_month_is_recorded(tmp_path: Path) -> None:
    plan = read_plan(["status_quo"], replicates=1, sets=["world=tests/tiny", "months=1"])
    assert run_batch(plan, tmp_path / "batch", executor="serial", quiet=True).exit_code == 0
    found = township_table(Results.open(tmp_path / "batch"))
    assert found[["attacks", "deaths", "ore_t"]].isna().all(axis=None) and found["junta_control"].notna().all()


def test_layers_stand_where_the_townships_are(results: Path, tmp_path: Path) -> None:
    path = export(results, "geopackage", tmp_path / "all.gpkg")
    assert pyogrio.list_layers(path).tolist() == [["townships", "Point"], ["tiles", "Polygon"]]
    info = pyogrio.read_info(path, layer="townships")
    assert (info["crs"], info["features"]) == ("EPSG:4326", 2 * 4 * 12)
    assert info["dataset_metadata"]["source"].startswith("Pangwa")
    assert pyogrio.read_info(path, layer="tiles")["features"] == 2 * 4 * 12
    found = json.loads(export(results, "geojson", tmp_path / "all.geojson").read_text())["features"]
    tanai = next(one for one in found if one["properties"]["name"] == "Tanai")
    assert tanai["geometry"]["coordinates"] == [96.72, 26.36]


@pytest.mark.parametrize(
    ("to", "names", "sentence"),
    [
        ("excel", [], "no format 'excel'; there are: csv, xlsx"),
        ("csv", ["runz"], "no table 'runz' .*did you mean 'runs'"),
    ],
)
def test_what_is_not_there_is_refused(results: Path, tmp_path: Path, to: str, names: list[str], sentence: str) -> None:
    with pytest.raises(ViewError, match=sentence):
        export(results, to, tmp_path / "out", names)


def test_a_file_that_is_there_is_kept(results: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.nc").write_text("mine")
    with pytest.raises(ViewError, match="already exists"):
        export(results, "netcdf", tmp_path / "mine.nc")
    assert (tmp_path / "mine.nc").read_text() == "mine"


def test_a_missing_library_is_named(results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(formats.FORMATS, "netcdf", (".nc", "no_such_library", formats._write_netcdf))
    with pytest.raises(ViewError, match=r"needs no_such_library: pip install 'pangwa\[export\]'"):
        export(results, "netcdf", tmp_path / "all.nc")
