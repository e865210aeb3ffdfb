"""The brief: two pages, no network, every number where it says it stands, every sentence held to its table."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Browser

from model.experiments.evidence import EFFECTS, NO_VALUE, SAME
from model.experiments.regret import Goal
from model.experiments.results import read_runs
from model.views.brief import page, write_brief
from model.views.differences import CURVES, changed_tiles, paired_curve
from model.views.read import Results, ViewError
from tests.views.test_figures import batch
from tests.views.test_report import numbers


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return batch(tmp_path_factory.mktemp("brief") / "out", replicates=6)


@pytest.fixture(scope="module")
def text(folder: Path) -> str:
    return write_brief(folder).read_text(encoding="utf-8")


def test_every_number_of_the_dashboard_stands_in_its_table(folder: Path, text: str) -> None:
    found = numbers(text)
    effects = pd.read_csv(folder / "effects.csv", dtype=str, keep_default_na=False)
    assert len(found) > 20 and {one["data-table"] for one in found} == {"effects.csv"}
    for one in found:
        row = json.loads(one["data-row"])
        chosen = effects.loc[(effects[list(row)] == pd.Series(row)).all(axis=1), one["data-column"]]
        assert len(chosen) == 1 and float(one["value"]) == pytest.approx(float(chosen.iloc[0]))


def test_a_mark_stands_where_the_rule_of_evidence_finds_an_effect_and_nowhere_else(folder: Path, text: str) -> None:
    effects = pd.read_csv(folder / "effects.csv").set_index("outcome")["verdict"]
    cells = re.findall(r'<td class="change (\w+)">.*?data-row="([^"]*)"', text, flags=re.DOTALL)
    assert cells
    for kind, row in cells:
        outcome = json.loads(row.replace("&#34;", '"'))["outcome"]
        assert (kind in EFFECTS) == (effects[outcome] in EFFECTS) and (kind not in EFFECTS or kind == effects[outcome])


def test_the_page_asks_nothing_of_the_network_and_escapes_what_it_is_given(folder: Path) -> None:
    results = Results.open(folder)
    results.manifest["prose"] = {"engage_kia": {"title": "<script>alert(1)</script>"}}
    made = page(results)
    assert "<script" not in made and "&lt;script&gt;" in made
    assert not re.search(r"https?://|<link|@import|url\(", made)


def test_goals_are_ranked_with_those_that_cannot_be_told_apart_together(folder: Path) -> None:
    made = page(Results.open(folder), [Goal("troops_kia", more=False)])
    assert "Fewer fighters of the KIA" in made and "engage_kia" in made


def test_a_batch_without_anything_to_compare_is_refused_in_a_sentence(tmp_path: Path) -> None:
    alone = batch(tmp_path / "alone", ["status_quo"], replicates=1)
    with pytest.raises(ViewError, match="holds one scenario"):
        write_brief(alone)


def test_a_file_that_pangwa_did_not_write_is_not_overwritten(folder: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine.html"
    mine.write_text("mine", encoding="utf-8")
    with pytest.raises(ViewError, match="not overwritten"):
        write_brief(folder, mine)
    assert mine.read_text(encoding="utf-8") == "mine"


def test_curves_are_means_of_paired_differences(folder: Path) -> None:
    results = Results.open(folder)
    deaths = next(curve for curve in CURVES if curve.columns == ("deaths_civilians",))
    found = paired_curve(results, deaths, "engage_kia")
    runs = read_runs(folder)
    difference = runs.grid("engage_kia", "deaths_civilians_all") - runs.grid("status_quo", "deaths_civilians_all")
    assert found["mean"].iloc[-1] == pytest.approx(float(difference.to_numpy().mean()))
    assert (found["low95"] <= found["mean"]).all() and (found["mean"] <= found["high95"]).all()


def test_tiles_change_as_the_table_of_control_says(folder: Path) -> None:
    results = Results.open(folder)
    table = changed_tiles(results, "engage_kia")
    control = results.at_end("control", ["place", "holder"]).astype(str)
    for row in table.to_dict("records"):
        held = control[control["place"] == row["place"]]
        share = (held["holder"] == row["gains"]).groupby(held["scenario"]).mean()
        assert row["mean"] == pytest.approx(share["engage_kia"] - share["status_quo"])
        assert row["reference_mean"] == pytest.approx(share["status_quo"])
        assert row["low95"] <= row["mean"] <= row["high95"] and row["verdict"] not in (NO_VALUE, SAME)


def test_it_prints_on_two_pages_of_a4(folder: Path, text: str, browser: Browser, tmp_path: Path) -> None:
    shown = browser.new_page()
    shown.goto((folder / "brief.html").as_uri())
    printed = shown.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page[^s]", printed)) <= 2
    shown.set_viewport_size({"width": 1400, "height": 1000})
    assert shown.evaluate("document.documentElement.scrollWidth") == 1400
