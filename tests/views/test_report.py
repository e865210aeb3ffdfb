"""The report: one page, no network, every number where it says it stands."""

from __future__ import annotations

import html
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import sync_playwright

from model.experiments.errors import StoreError
from model.experiments.evidence import FEW
from model.views.read import Results, ViewError
from model.views.report import SECTIONS, write_report
from model.views.typical import differing_parameters, typical_runs
from model.views.words import HEADLINES
from tests.views.chromium import chromium
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
    tables = {
        name: pd.read_csv(folder / name, dtype=str, keep_default_na=False) for name in ("summary.csv", "effects.csv")
    }
    exports = pd.read_parquet(folder / "exports.parquet")
    for one in found:
        row = json.loads(one["data-row"])
        table = tables.get(one["data-table"], exports)
        chosen = table.loc[(table[list(row)].astype(str) == pd.Series(row).astype(str)).all(axis=1)]
        if one["data-table"] == "exports.parquet":
            expected = str(chosen[chosen["month"] > 14 - 12]["tonnes"].sum() / 3)
        else:
            assert len(chosen) == 1
            expected = str(chosen[one["data-column"]].iloc[0])
        assert one["value"] == "" if expected == "" else float(one["value"]) == pytest.approx(float(expected))


def test_headlines_that_more_runs_would_tell_are_counted(tmp_path: Path) -> None:
    out = batch(tmp_path / "six", replicates=6)
    effects = pd.read_csv(out / "effects.csv")
    assert ((effects["verdict"] == FEW) & (effects["units"] > 5) & effects["outcome"].isin(HEADLINES)).any()
    assert re.search(r"Headlines: [^.]* more runs to tell\.", write_report(out).read_text(encoding="utf-8"))


def test_the_page_asks_nothing_of_the_network(page: str) -> None:
    assert not re.search(r"https?://|<script|<link|@import|url\(", page)
    assert set(re.findall(r'src="([^"]{0,22})', page)) == {"data:image/png;base64,"}
    assert len(page) < 15e6


def test_the_page_holds_what_a_reader_needs(folder: Path, page: str) -> None:
    for name, heading, _ in SECTIONS:
        if name != "analyses":
            assert f'<section id="{name}"><h2>{html.escape(heading)}' in page
    assert page.index("Limits</h3>") < page.index('<section id="question">')
    assert "It does not predict" in page and "@media print" in page
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for text in (manifest["plan_id"], *manifest["scenario_hashes"].values(), "engage_kia: Engage the KIA"):
        assert text in page
    assert page.count("<img ") == page.count('<img alt="') == 8
    for name in manifest["commands"]:
        assert re.search(rf"To repeat this run: <code>pangwa run {name} .*--replicate \d+", page)


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


def test_tables_of_another_version_are_refused_in_a_sentence(folder: Path) -> None:
    table, manifest = folder / "effects.csv", folder / "manifest.json"
    before = table.read_bytes(), manifest.read_bytes()
    pd.read_csv(table).drop(columns="verdict").to_csv(table, index=False)
    older = json.loads(before[1])
    older.pop("digest")
    manifest.write_text(json.dumps({**older, "tables": [*older["tables"]]}), encoding="utf-8")
    try:
        with pytest.raises(StoreError, match=r"effects\.csv: .* another version: it lacks verdict"):
            write_report(folder)
    finally:
        table.write_bytes(before[0])
        manifest.write_bytes(before[1])


def test_columns_that_never_change_become_a_line_with_their_place(folder: Path) -> None:
    beside = folder / "compare-other"
    beside.mkdir()
    pd.DataFrame({"reference": "x", "n": [4, 4], "mean": [1.0, 2.0]}).to_csv(beside / "compare.csv", index=False)
    try:
        text = write_report(folder, folder / "with.html").read_text(encoding="utf-8")
    finally:
        (beside / "compare.csv").unlink()
        beside.rmdir()
    assert 'In every row: reference x, n <data value="4.0" data-table="compare-other/compare.csv"' in text
    found = [one for one in numbers(text) if one["data-table"] == "compare-other/compare.csv"]
    assert [(one["value"], one["data-column"]) for one in found] == [("1.0", "mean"), ("2.0", "mean"), ("4.0", "n")]


def test_the_comparison_that_is_shown_as_effects_is_not_shown_again(folder: Path) -> None:
    beside = folder / "compare-status_quo"
    beside.mkdir()
    table = pd.read_csv(folder / "effects.csv")
    for names, again in ((list(HEADLINES), False), ([*HEADLINES, "mined_t"], True)):
        table[table["outcome"].isin(names)].to_csv(beside / "compare.csv", index=False)
        text = write_report(folder, folder / "with.html").read_text(encoding="utf-8")
        assert ("<h3>compare-status_quo</h3>" in text) == again
    (beside / "compare.csv").unlink()
    beside.rmdir()


def test_a_scenario_of_ones_own_is_told_by_its_title_and_description(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(
        'extends = "engage_kia"\ntitle = "Arms & all"\ndescription = """\nWhat if\nthere are arms?\n\nAnd more."""\n',
        encoding="utf-8",
    )
    folder = batch(tmp_path / "out", ["status_quo", str(mine)], replicates=2)
    text = write_report(folder).read_text(encoding="utf-8")
    assert "<h3>mine: Arms &amp; all</h3><p>What if there are arms?</p><p>And more.</p>" in text
    assert "<h3>status_quo: No new US policy</h3>" in text


def test_design_points_are_told_by_their_labels_and_many_are_not_listed(tmp_path: Path) -> None:
    asked = tmp_path / "asked.toml"
    points = "".join(f'[[points]]\nlabel = "at {n}"\nset = {{"actors.KIA.troops" = {n}}}\n' for n in (8000, 9000))
    asked.write_text(f'scenarios = ["status_quo", "engage_kia"]\nreplicates = 2\n{points}', encoding="utf-8")
    folder = batch(tmp_path / "out", [str(asked)], replicates=None)
    text = write_report(folder).read_text(encoding="utf-8")
    assert "<li>at 8000: actors.KIA.troops = 8000</li>" in text
    assert re.search(r"<h3>status_quo: replicate [01], at [89]000, the run nearest", text)
    assert "status_quo, at 9000" in text and "label = " not in text
    overall = {json.loads(one["data-row"])["point"] for one in numbers(text) if one["data-table"] == "effects.csv"}
    assert overall == {""}
    # Replicate k has the same random draws at both points: two pairs, not four.
    assert Results.open(folder).pair_keys().nunique() == 2
    more = "".join(f'[[points]]\nlabel = "at {n}"\nset = {{"actors.KIA.troops" = {n}}}\n' for n in range(8000, 8005))
    asked.write_text(f'scenarios = ["status_quo", "engage_kia"]\nreplicates = 1\n{more}', encoding="utf-8")
    text = write_report(batch(tmp_path / "many", [str(asked)], replicates=None)).read_text(encoding="utf-8")
    assert "too many to list here" in text and "at 8004: " in text


def test_it_prints_on_a4_and_nothing_runs_off_the_page_or_the_screen(folder: Path) -> None:
    beside = folder / "sensitivity"
    beside.mkdir()
    wide = {f"a_rather_long_name_{k}": [1234567.0 * k, 7.0] for k in range(12)}
    pd.DataFrame(wide).to_csv(beside / "sensitivity.csv", index=False)
    try:
        target = write_report(folder, folder / "with.html")
    finally:
        (beside / "sensitivity.csv").unlink()
        beside.rmdir()
    beyond = """() => [...document.querySelectorAll('table, pre, img, p')]
        .filter(one => one.getBoundingClientRect().right > window.innerWidth + 1).map(one => one.outerHTML.slice(0, 200))"""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        # What upright A4 leaves between its margins of 12 mm, at 96 dots an inch.
        page = browser.new_page(viewport={"width": int((210 - 24) / 25.4 * 96), "height": 1000})
        page.goto(target.resolve().as_uri())
        printed = page.pdf(prefer_css_page_size=True)
        page.emulate_media(media="print")
        assert page.evaluate(beyond) == []
        page.emulate_media(media="screen")
        for width in (1280, 700):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") == width
        browser.close()
    sizes = {tuple(float(one) for one in box.split()) for box in re.findall(rb"/MediaBox \[([\d. ]+)\]", printed)}
    assert [round(side) for side in next(iter(sizes))[2:]] == [595, 842] and len(sizes) == 1


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


def test_of_ranked_factors_the_first_are_shown_in_words_with_their_numbers_and_names(folder: Path) -> None:
    beside = folder / "sensitivity-morris"
    beside.mkdir()
    ranks = list(range(1, 8))
    names = [f"processes.trade.p{rank}" for rank in ranks]
    frame = pd.DataFrame({"outcome": "x", "rank": ranks, "factor": names, "mu_star": [0.5 * rank for rank in ranks]})
    frame["meaning"] = [f"Meaning {rank} (trade)" for rank in ranks]
    frame.to_csv(beside / "sensitivity.csv", index=False)
    frame.to_csv(beside / "factors.csv", index=False)
    try:
        text = write_report(folder, folder / "with.html").read_text(encoding="utf-8")
    finally:
        for path in beside.iterdir():
            path.unlink()
        beside.rmdir()
    assert "Meaning 5 (trade)<small>processes.trade.p5</small>" in text and "Meaning 6" not in text
    assert "ranks 1 to 5, the first 5 of 7 rows" in text
    assert "of all 7 factors" in text
