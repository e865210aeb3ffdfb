"""The report: one page, no network, every number where it says it stands."""

from __future__ import annotations

import html
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from model.views.read import Results, ViewError
from model.views.report import SECTIONS, write_report
from model.views.typical import differing_parameters, typical_runs
from model.views.words import HEADLINES
from tests.views.test_figures import batch


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return batch(tmp_path_factory.mktemp("report") / "out")


@pytest.fixture(scope="module")
def page(folder: Path) -> str:
    return write_report(folder).read_text(encoding="utf-8")


class Numbers(HTMLParser):
    """Collects the attributes of every traced number."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[dict[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "data":
            self.found.append({key: value or "" for key, value in attrs})


def numbers(page: str) -> list[dict[str, str]]:
    parser = Numbers()
    parser.feed(page)
    return parser.found


def test_every_number_stands_in_its_table(folder: Path, page: str) -> None:
    found = numbers(page)
    assert {one["data-table"] for one in found} == {"summary.csv", "effects.csv", "exports.parquet"}
    tables = {name: pd.read_csv(folder / name) for name in ("summary.csv", "effects.csv")}
    exports = pd.read_parquet(folder / "exports.parquet")
    for one in found:
        row = json.loads(one["data-row"])
        table = tables.get(one["data-table"], exports)
        chosen = table.loc[(table[list(row)].astype(str) == pd.Series(row).astype(str)).all(axis=1)]
        if one["data-table"] == "exports.parquet":
            expected = chosen[chosen["month"] > 14 - 12]["tonnes"].sum() / 3
        else:
            assert len(chosen) == 1
            expected = chosen[one["data-column"]].iloc[0]
        assert one["value"] == "" if pd.isna(expected) else float(one["value"]) == pytest.approx(expected)


def test_the_page_asks_nothing_of_the_network(page: str) -> None:
    assert not re.search(r"https?://|<script|<link|@import|url\(", page)
    assert set(re.findall(r'src="([^"]{0,22})', page)) == {"data:image/png;base64,"}
    assert len(page) < 15e6


def test_the_page_holds_what_a_reader_needs(folder: Path, page: str) -> None:
    for name, heading, _ in SECTIONS:
        if name != "analyses":
            assert f'<section id="{name}"><h2>{html.escape(heading)}' in page
    assert page.index("Limits first") < page.index('<section id="question">')
    assert "It does not predict" in page and "@media print" in page
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for text in (manifest["plan_id"], *manifest["scenario_hashes"].values(), "engage_kia: Engage the KIA"):
        assert text in page
    assert page.count("<img ") == page.count('<img alt="') == 7


def test_analyses_in_the_folder_come_in_with_their_numbers(folder: Path) -> None:
    beside = folder / "regret-all"
    beside.mkdir()
    pd.DataFrame({"policy": ["<b>engage"], "regret": [0.25]}).to_csv(beside / "regret.csv", index=False)
    try:
        text = write_report(folder, folder / "with.html").read_text(encoding="utf-8")
    finally:
        (beside / "regret.csv").unlink()
        beside.rmdir()
    assert "&lt;b&gt;engage" in text and "<b>engage" not in text
    assert [one["value"] for one in numbers(text) if one["data-table"] == "regret-all/regret.csv"] == ["0.25"]


def test_only_a_report_is_replaced(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "mine.html"
    other.write_text("mine", encoding="utf-8")
    with pytest.raises(ViewError, match="not overwritten"):
        write_report(folder, other)
    assert other.read_text(encoding="utf-8") == "mine"
    with pytest.raises(ViewError, match="did you mean 'KIA'"):
        write_report(folder, tmp_path / "new.html", actor="KAI")


def test_the_typical_run_is_the_one_nearest_to_the_medians(folder: Path) -> None:
    results = Results.open(folder)
    typical = typical_runs(results).set_index("scenario")
    runs = pd.read_csv(folder / "runs.csv")
    for scenario in results.scenarios:
        part = runs[runs["scenario"] == scenario].set_index("replicate")[list(HEADLINES)].astype(float)
        away = (part - part.median()).abs()
        distance = (away / away.mean()).mean(axis=1)
        assert typical.loc[scenario, "replicate"] == distance.idxmin()


def test_parameters_differ_by_path_and_what_is_lacking_is_none() -> None:
    table = differing_parameters({"a": {"x": {"y": 1, "z": 2}}, "b": {"x": {"y": 1, "w": 3}}})
    assert table.to_numpy().tolist() == [["x.z", 2, None], ["x.w", None, 3]]
