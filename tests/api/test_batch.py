"""A batch in Python: the folder of the command line, effects, figures, and how it looks."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from matplotlib.figure import Figure

import pangwa
from model.api import batch as room
from model.api.batch import Batch, batch
from model.experiments.batch import EXIT_INTERRUPTED, BatchReport
from model.experiments.errors import BatchError, PlanError, StoreError
from model.views.read import ViewError
from tests.api.conftest import TINY


def test_effects_are_those_of_the_folder(several: Batch) -> None:
    shown = several.effects("exports_t_china", "townships_held_kia")
    assert shown.index.tolist() == [("engage_kia", "exports_t_china"), ("engage_kia", "townships_held_kia")]
    assert shown["unit"].tolist() == ["t REO", "townships"]
    written = pd.read_csv(several.folder / "effects.csv").set_index(["scenario", "outcome"])
    for column in ("mean", "low95", "high95", "n"):
        assert shown[column].tolist() == pytest.approx(written.loc[shown.index, column].tolist())
    assert several.effects(against="engage_kia").index.get_level_values("scenario").unique().tolist() == ["status_quo"]


def test_tables_hold_all_runs_with_dates(several: Batch) -> None:
    assert len(several.runs) == 6
    assert several.runs["scenario"].tolist() == ["status_quo"] * 3 + ["engage_kia"] * 3
    assert len(several.monthly) == 6 * 15
    assert several.actors.index.max() == pd.Timestamp("2026-09-30")
    assert {"scenario", "replicate", "run_id"} <= set(several.exports.columns)
    assert {"exports_t_china", "townships_held_kia"} <= set(several.summary["outcome"])
    assert several.events["text"].str.len().min() > 0
    assert set(several.control["name"]) >= {"Tanai", "Bhamo"}
    assert several.manifest["replicates"] == 3


def test_a_folder_is_kept_only_where_one_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = {"world": str(Path("tests/tiny").resolve())}
    monkeypatch.chdir(tmp_path)
    short: dict[str, Any] = {"replicates": 2, "months": 2, "set": world, "jobs": 1, "quiet": True}
    passing = batch("status_quo", **short)
    folder = passing.folder
    assert folder.is_dir() and list(tmp_path.iterdir()) == []
    del passing
    gc.collect()
    assert not folder.exists()
    kept = batch("status_quo", out="mine", **short)
    assert kept.folder.samefile(tmp_path / "mine")
    again = pangwa.open("mine")
    pd.testing.assert_frame_equal(again.runs, kept.runs)
    assert repr(again) == "<Batch mine: status_quo; 2 runs each of 2 months>"
    assert "medians of the runs" in again._repr_html_()


def test_figures_and_report(several: Batch, tmp_path: Path) -> None:
    figure = several.plot("control", scenario="engage_kia", actor=["KIA", "JUNTA"])
    assert [axes.get_title(loc="left") for axes in figure.axes][:1] == ["engage_kia"]
    effects = several.plot("effects", outcome="exports_t_china")
    assert [axes.get_xlabel() for axes in effects.axes] == ["t REO"]
    own = Figure().subplots()
    assert several.plot("map", scenario="engage_kia", ax=own) is own.get_figure()
    page = several.report(tmp_path / "kia.html")
    assert "Pangwa" in page.read_text(encoding="utf-8")[:1000]
    assert several.animate(tmp_path / "map.gif", "engage_kia").stat().st_size > 1000


def test_it_says_what_it_is(several: Batch) -> None:
    assert repr(several) == "<Batch status_quo_engage_kia: status_quo, engage_kia; 3 runs each of 14 months>"
    page = several._repr_html_()
    assert "effects against status_quo, paired" in page and "Ore to China" in page


def test_mistakes_are_value_errors_with_the_sentences_of_the_command_line(several: Batch) -> None:
    with pytest.raises(StoreError, match=r"^status_quo_engage_kia: no outcome 'exports_china'; did you mean"):
        several.effects("exports_china")
    with pytest.raises(ViewError, match="ax takes one scenario; choose it with scenario=, of: status_quo, engage_kia"):
        several.plot("control", ax=Figure().subplots())
    with pytest.raises(ValueError, match="there is no outcome 'exports_china'"):
        several.plot("effects", outcome="exports_china")
    with pytest.raises(ValueError, match="no effects to show"):
        several.plot("effects", scenario="status_quo")
    with pytest.raises(ValueError, match="nowhere: no such folder"):
        pangwa.open("nowhere")
    with pytest.raises(PlanError, match="replicates"):
        batch("status_quo", replicates=0, quiet=True)


@pytest.mark.parametrize(
    ("report", "raised"),
    [
        (BatchReport(Path(), ok=1, missing=1, exit_code=EXIT_INTERRUPTED), KeyboardInterrupt),
        (BatchReport(Path(), failed=2, exit_code=3, lines=["0 ok, 2 failed"]), BatchError),
    ],
)
def test_a_batch_that_came_to_nothing_raises(
    report: BatchReport, raised: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "run_batch", lambda *_, **__: report)
    with pytest.raises(raised):
        batch("status_quo", replicates=2, quiet=True)


def test_nothing_is_said_of_a_folder_that_nobody_keeps(capsys: pytest.CaptureFixture[str]) -> None:
    batch("status_quo", replicates=1, months=1, set=TINY, jobs=1)
    said = capsys.readouterr().err.splitlines()
    assert said == ["status_quo: 1 runs to compute, with 1 process", "1 ok, 0 failed"]
