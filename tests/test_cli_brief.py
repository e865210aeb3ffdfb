"""The commands brief and tournament, called as a user calls them."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
from playwright.sync_api import sync_playwright

from tests.test_cli import pangwa
from tests.test_cli_answers import KIA, tiny
from tests.views.chromium import chromium

__all__ = ["tiny"]


def test_a_brief_runs_the_policies_against_beijings_answers_and_says_where_it_is(tiny: Path) -> None:
    words = ["batch", "tiny.toml", "tiny_kia.toml", "-r", "3", "-j", "1", "--out", "r", "--no-figures"]
    assert pangwa(*words, folder=tiny).returncode == 0
    done = pangwa("brief", "r", "--answers", "2", "-j", "1", "-q", "--less", "exports_t_china", folder=tiny)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].startswith("brief: r/brief.html")
    text = (tiny / "r" / "brief.html").read_text(encoding="utf-8")
    assert "by Beijing&#39;s answer" in text and "withholds reagent" in text and "Less ore to China" in text
    assert set(pd.read_parquet(tiny / "r" / "answers" / "runs.parquet")["label"]) >= {"closes the border", "outbids"}
    assert "brief r --takes 10" in text
    wrong = pangwa("brief", "r", "--less", "exports_t_chian", folder=tiny)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "did you mean 'exports_t_china'?" in wrong.stderr


def test_a_brief_of_the_demo_with_answers_and_a_search_prints_on_two_pages(tmp_path: Path) -> None:
    policies = ["status_quo", "engage_junta", "engage_kia", "quad_india"]
    few = ("-j", "1", "-q")
    words = ["batch", *policies, "--months", "6", "-r", "5", "--out", "r", "--no-figures", *few]
    assert pangwa(*words, folder=tmp_path).returncode == 0
    done = pangwa("brief", "r", "--answers", "2", "--takes", "2", *few, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page = browser.new_page()
        page.goto((tmp_path / "r" / "brief.html").as_uri())
        printed = page.pdf(prefer_css_page_size=True)
        browser.close()
    assert len(re.findall(rb"/Type\s*/Page[^s]", printed)) == 2


def test_a_brief_searches_what_road_it_would_take(tiny: Path) -> None:
    road = KIA.replace("aid", "road").replace('target = "KIA"', "").replace('"road"', '"route_building"')
    (tiny / "tiny_road.toml").write_text(road)
    words = ["batch", "tiny.toml", "tiny_road.toml", "-r", "2", "-j", "1", "--out", "r", "--no-figures"]
    assert pangwa(*words, "--set", "months=1", folder=tiny).returncode == 0
    done = pangwa("brief", "r", "--takes", "2", "-j", "1", "-q", folder=tiny)
    assert done.returncode == 0, done.stderr
    assert "level of route building" in done.stdout
    assert "does not reach" in (tiny / "r" / "brief.html").read_text(encoding="utf-8")


def test_a_tournament_is_counted_first_and_ends_in_standings(tiny: Path) -> None:
    words = ["tournament", "tiny.toml", "tiny_kia.toml", "-r", "2", "-j", "1", "--variants", "contest", "--out", "t"]
    words += ["--reference", "tiny", "--less", "exports_t_china"]
    counted = pangwa(*words, "--dry-run", folder=tiny)
    assert counted.returncode == 0, counted.stderr
    assert "2 scenarios x 8 points x 2 replicates" in counted.stdout and not (tiny / "t").exists()
    done = pangwa(*words, folder=tiny)
    assert done.returncode == 0, done.stderr
    assert "less ore to China" in done.stdout and "closes the border" in done.stdout
    written = {path.name for path in (tiny / "t" / "standings").iterdir()}
    assert written == {"standings.csv", "standings.png", "standings.svg", "tables.json"}
    table = pd.read_csv(tiny / "t" / "standings" / "standings.csv")
    assert len(table) == 4 * 2 and set(table["sets"]) == {2} and (table.groupby("answer")["rank"].min() == 1).all()
    again = pangwa(*words, "--resume", folder=tiny)
    assert again.returncode == 0 and "nothing to do: all 32 runs are complete" in again.stderr


def test_a_tournament_of_one_is_refused(tiny: Path) -> None:
    done = pangwa("tournament", "tiny.toml", folder=tiny)
    assert (done.returncode, done.stdout) == (2, "")
    assert "at least two scenarios" in done.stderr
