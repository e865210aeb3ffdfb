"""The whole way: a small batch of the real model, its tables equal whatever the processes, its figures and words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from model.experiments.batch import run_batch
from model.experiments.batch_file import read_plan
from model.views import charts
from model.views.figures import KINDS, batch_figures
from model.views.plot import plot
from model.views.read import Results, ViewError
from model.views.words import chronicle, effects_table

TABLES = (
    *("runs.csv", "runs.parquet", "monthly.parquet", "actors.parquet", "exports.parquet", "events.parquet"),
    *("control.parquet", "summary.csv", "effects.csv"),
)


def batch(folder: Path, *, jobs: int = 1, replicates: int = 3) -> Path:
    sets = ['world="tests/tiny"', "months=14"]
    plan = read_plan(
        ["status_quo", "engage_kia"],
        replicates=replicates,
        base_seed=0,
        reference=None,
        sets=sets,
        record=(),
        command=["test"],
    )
    report = run_batch(plan, folder, jobs=jobs, quiet=True)
    assert report.exit_code == 0
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return batch(tmp_path_factory.mktemp("results") / "one")


def test_tables_are_the_same_bytes_with_two_processes(folder: Path, tmp_path: Path) -> None:
    other = batch(tmp_path / "two", jobs=2)
    for name in TABLES:
        assert (folder / name).read_bytes() == (other / name).read_bytes(), name


def test_the_first_replicates_do_not_depend_on_how_many_there_are(folder: Path, tmp_path: Path) -> None:
    fewer = pd.read_csv(batch(tmp_path / "fewer", replicates=2) / "runs.csv")
    more = pd.read_csv(folder / "runs.csv")
    pd.testing.assert_frame_equal(fewer, more[more["replicate"] < 2].reset_index(drop=True))


def test_every_kind_of_figure_is_drawn_with_its_title_in_the_file(folder: Path) -> None:
    paths = batch_figures(folder)
    assert {path.name for path in paths} == {f"{kind}.{suffix}" for kind in KINDS for suffix in ("png", "svg")}
    for path in paths:
        if path.suffix == ".png":
            with Image.open(path) as picture:
                assert "Pangwa" in str(picture.info["Software"])
                assert picture.info["Title"]
                assert np.asarray(picture.convert("L")).std() > 5, "an empty picture"


def test_svg_bytes_do_not_change(folder: Path, tmp_path: Path) -> None:
    one = plot(folder, kind="exports", formats=["svg"], out=tmp_path / "a")
    two = plot(folder, kind="exports", formats=["svg"], out=tmp_path / "b")
    assert one[0].read_bytes() == two[0].read_bytes()


def test_lines_and_bands_are_the_quantiles_they_claim(folder: Path) -> None:
    results = Results.open(folder)
    figure = charts.exports(results)
    monthly = results.frame("monthly", ["scenario", "month", "exports_t_china_official"])
    part = monthly[(monthly["scenario"] == "status_quo") & (monthly["month"] == 9)]["exports_t_china_official"]
    line = np.asarray(figure.axes[0].get_lines()[0].get_xydata(), dtype=float)
    assert line[line[:, 0] == 9][0, 1] == pytest.approx(part.median())
    assert "month" in figure.axes[0].get_xlabel()
    assert "t REO" in figure.axes[0].get_ylabel()


def test_what_is_not_there_is_refused_with_the_nearest_name(folder: Path) -> None:
    with pytest.raises(ViewError, match="did you mean 'KIA'"):
        plot(folder, kind="control", actor=["KAI"])
    with pytest.raises(ViewError, match="did you mean 'effects'"):
        plot(folder, kind="effect")


def test_the_table_of_effects_shows_intervals_n_and_the_reference(folder: Path) -> None:
    text = effects_table(folder)
    assert "against status_quo" in text
    assert "n    3" in text
    assert max(map(len, text.splitlines())) <= 130


def test_the_chronicle_keeps_what_weighs_most_and_says_what_it_left_out() -> None:
    events = pd.DataFrame(
        {
            "date": [f"2026-{month:02d}" for month in range(1, 13)],
            "kind": ["siege_begun"] * 10 + ["town_taken", "federal_settlement"],
            "text": [f"event {number}" for number in range(12)],
        }
    )
    told = chronicle(events, most=4)
    assert "event 10" in told and "event 11" in told
    assert "(8 lesser events are left out)" in told
