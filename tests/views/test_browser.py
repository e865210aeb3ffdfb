"""The app in a browser without network: what a user does with it, end to end, in Debian's Chromium."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[2]
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
PATIENCE = 120_000
"""Milliseconds until something that should come is given up: long, because machines that test are busy."""
FAILING = """
from agents.armed.actor import EthnicArmedOrganization


class Failing(EthnicArmedOrganization):
    def choose_attacks(self):
        raise RuntimeError("this army cannot decide")
"""
SCENARIOS = {
    "first.toml": 'extends = "status_quo"\n',
    "small.toml": 'extends = "engage_kia"\n',
    "failing.toml": 'extends = "status_quo"\n[actors.XYZ]\nkind = "Failing"\nhome = "{home}"\ntroops = 500\n',
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("app")
    home = (ROOT / "tests" / "tiny" / "territories.csv").read_text(encoding="utf-8").splitlines()[1].split(",")[0]
    for name, text in SCENARIOS.items():
        stated = text.format(home=home).replace("\n", f'\nworld = "{ROOT / "tests" / "tiny"}"\nmonths = 24\n', 1)
        (folder / name).write_text(stated, encoding="utf-8")
    (folder / "failing.py").write_text(FAILING, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    command = [
        sys.executable,
        "-m",
        "model.cli",
        "app",
        *SCENARIOS,
        "--plugin",
        "failing.py",
        "--port",
        "0",
        "--no-open",
    ]
    server = subprocess.Popen(command, cwd=folder, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    try:
        yield next(word for word in server.stdout.readline().split() if word.startswith("http://"))
    finally:
        server.terminate()
        server.wait(30)
        server.stdout.close()


def opened(browser: Browser, address: str) -> tuple[Page, list[str]]:
    """A new tab with the app, and the addresses outside this machine that it asks for."""
    page = browser.new_page(viewport={"width": 1500, "height": 1200})
    page.set_default_timeout(PATIENCE)
    foreign: list[str] = []
    page.on("request", lambda r: None if r.url.startswith((address, "data:", "blob:")) else foreign.append(r.url))
    for _ in range(60):
        try:
            page.goto(address)
            break
        except Exception:
            page.wait_for_timeout(500)
    page.wait_for_selector("#map")
    return page, foreign


def choose(page: Page, label: str, entry: str) -> None:
    page.locator(".v-select", has=page.locator(f"label:text-is('{label}')")).first.click()
    page.locator(f".v-menu__content.menuable__content__active .v-list-item:has-text('{entry}')").first.click()


def at_month(page: Page, month: int) -> None:
    page.wait_for_selector(f"#clock[data-month='{month}']")
    page.wait_for_selector(f"#map[data-month='{month}']")
    page.wait_for_selector(f"#curves[data-month='{month}']")


def map_and_curves(page: Page) -> tuple[str, str]:
    return page.inner_html("#map"), str(page.get_attribute("#curves", "src"))


@pytest.mark.slow
def test_a_run_is_chosen_changed_played_exported_and_reset(browser: Browser, address: str, folder: Path) -> None:
    page, foreign = opened(browser, address)
    choose(page, "Scenario", "small.toml")
    page.wait_for_selector("#title:text-is('small.toml')")
    thumb = page.locator(".v-slider__thumb-container").first
    thumb.focus()
    for _ in range(3):
        thumb.press("ArrowRight")
    page.get_by_role("tab", name="Export", exact=True).click()
    page.wait_for_selector("#command:has-text('actors.KIA.troops=')")
    before = map_and_curves(page)
    choose(page, "Speed", "as fast as it goes")
    choose(page, "Redraw every (months)", "12")
    page.get_by_role("button", name="Play").click()
    at_month(page, 24)
    after = map_and_curves(page)
    assert before[0] != after[0] and before[1] != after[1]
    with page.expect_download() as download:
        page.get_by_role("button", name="Export 24 months").click()
    words = shlex.split(page.inner_text("#command"))
    assert_equal_to_command(download.value.path(), words, folder)
    page.get_by_role("button", name="Reset").click()
    at_month(page, 0)
    assert map_and_curves(page)[0] == before[0]
    assert foreign == []
    page.close()


def assert_equal_to_command(archive: Path, words: list[str], folder: Path) -> None:
    command = [sys.executable, "-m", "model.cli", *words[1:], "--no-figures", "--out", "again", "-q"]
    done = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(archive) as exported:
        content = {name: exported.read(name) for name in exported.namelist()}
    assert content == {path.name: path.read_bytes() for path in (folder / "again").iterdir()}


@pytest.mark.slow
def test_tabs_do_not_mix_and_a_failing_scenario_shows_its_error(browser: Browser, address: str) -> None:
    one, _ = opened(browser, address)
    other, _ = opened(browser, address)
    one.get_by_role("button", name="Step").click()
    at_month(one, 1)
    assert other.get_attribute("#clock", "data-month") == "0"
    choose(other, "Scenario", "failing.toml")
    other.wait_for_selector("#map[data-month='0']")
    other.get_by_role("button", name="Step").click()
    told = other.wait_for_selector("#error")
    assert told is not None
    text = told.inner_text()
    assert text.startswith("Month 1 (2025-08) failed: RuntimeError: this army cannot decide")
    assert "pangwa run failing.toml" in text and "--plugin failing.py" in text
    one.get_by_role("button", name="Step").click()
    at_month(one, 2)
    assert one.inner_text("#title") == "first.toml"
    one.close()
    other.close()
