"""The app in a browser, as its users meet it: choose, change, play, send a link, run replicates, save, branch."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[3]
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
PATIENCE = 120_000
"""Milliseconds until something that should come is given up: long, because machines that test are busy."""
FAILING = """
from agents.armed.actor import EthnicArmedOrganization


class Failing(EthnicArmedOrganization):
    def choose_attacks(self):
        raise RuntimeError("this army cannot decide")
"""
HOSTILE = "<img src=x onerror=alert(1)>"
SCENARIOS = {
    "small.toml": f'extends = "engage_kia"\ntitle = "{HOSTILE}"\n',
    "failing.toml": 'extends = "status_quo"\n[actors.XYZ]\nkind = "Failing"\nhome = "{home}"\ntroops = 500\n',
}
FAULTS = """() => {
    const named = (one) => one.labels?.length || one.getAttribute("aria-label") || one.textContent.trim();
    const shown = (one) => one.offsetParent !== null;
    const part = (rgb) => rgb.map((v) => v / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    const light = (rgb) => { const [r, g, b] = part(rgb); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
    const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const ground = (one) => {
        for (let at = one; at; at = at.parentElement) {
            const found = numbers(getComputedStyle(at).backgroundColor);
            if (found.length === 3 || found[3] > 0) return found;
        }
        return [255, 255, 255];
    };
    const faults = [];
    for (const one of document.querySelectorAll("input, select, button, summary")) {
        if (shown(one) && !named(one)) faults.push(`no name: ${one.outerHTML.slice(0, 80)}`);
    }
    for (const one of document.querySelectorAll("[role=img]")) {
        if (!one.getAttribute("aria-label")) faults.push(`no words: ${one.id}`);
    }
    for (const one of document.querySelectorAll("body *")) {
        const own = [...one.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim());
        if (!own || !shown(one) || one.closest("svg, :disabled") || one.tagName === "OPTION") continue;
        const [low, high] = [light(numbers(getComputedStyle(one).color).slice(0, 3)), light(ground(one).slice(0, 3))].sort((a, b) => a - b);
        if ((high + 0.05) / (low + 0.05) < 4.5) faults.push(`contrast: ${one.outerHTML.slice(0, 80)}`);
    }
    const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
    faults.push(...ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => `twice: ${id}`));
    if (!document.documentElement.lang) faults.push("no language");
    return faults;
}"""
"""What a checker of accessibility would report first: names of controls, words for pictures, contrast, ids, language."""
COUNT = """() => {
    window.drawn = new Set();
    window.began = performance.now();
    new MutationObserver(() => {
        window.drawn.add(document.getElementById("map").dataset.month);
        window.ended = performance.now();
    }).observe(document.getElementById("map"), { attributeFilter: ["data-month"] });
}"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("app")
    tiny = ROOT / "tests" / "tiny"
    home = (tiny / "territories.csv").read_text(encoding="utf-8").splitlines()[1].split(",")[0]
    for name, text in SCENARIOS.items():
        stated = text.replace("{home}", home).replace("\n", f'\nworld = "{tiny}"\nmonths = 12\n', 1)
        (folder / name).write_text(stated, encoding="utf-8")
    (folder / "failing.py").write_text(FAILING, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    words = ["app", *SCENARIOS, "--plugin", "failing.py", "--port", "0", "--no-open"]
    command = [sys.executable, "-m", "model.cli", *words]
    server = subprocess.Popen(command, cwd=folder, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    try:
        yield next(word for word in server.stdout.readline().split() if word.startswith("http://"))
    finally:
        server.terminate()
        server.wait(30)
        server.stdout.close()


def opened(browser: Browser, address: str, width: int = 1400) -> tuple[Page, list[str]]:
    """A new tab with the app, and what goes wrong in it: errors, and addresses outside this machine that it asks for."""
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.set_default_timeout(PATIENCE)
    wrong: list[str] = []
    host = address.partition("#")[0]
    page.on("request", lambda r: None if r.url.startswith((host, "data:", "blob:")) else wrong.append(r.url))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("dialog", lambda dialog: wrong.append(dialog.message))
    page.goto(address)
    settled(page)
    return page, wrong


def settled(page: Page) -> None:
    """Wait until what is shown is what is chosen."""
    page.wait_for_selector("body:not(.stale) #map[data-month]")


def numbers(page: Page) -> dict[str, Any]:
    """All that a page shows."""
    parts = ("map", "curves", "outcomes", "log", "choices", "instruments", "clock", "commands")
    found: dict[str, Any] = {part: page.inner_html(f"#{part}") for part in parts}
    given = (
        "[...document.querySelectorAll('#choices input, #choices select, #instruments input')].map(one => one.value)"
    )
    return found | {"given": page.evaluate(given)}


@pytest.mark.slow
def test_a_policy_is_changed_played_sent_and_saved(browser: Browser, address: str, folder: Path) -> None:
    page, wrong = opened(browser, address)
    assert page.get_attribute("#map", "data-month") == "12"
    before = page.inner_html("#outcomes")
    amount = page.get_by_label("route building", exact=True)
    amount.fill("35,000")
    page.wait_for_selector("#problems:has-text('must be a number between 0 and 10, not text')")
    assert amount.get_attribute("aria-invalid") == "true"
    assert page.inner_text("#busy") == "Showing the last valid choice"
    amount.fill("50")
    settled(page)
    assert page.inner_html("#outcomes") != before
    page.get_by_label("Seed").fill("3")
    settled(page)
    assert_played(page)
    page.get_by_label("Month", exact=True).press("ArrowLeft")
    page.get_by_label("Shows").select_option("control")
    link = address + page.evaluate("location.hash")
    assert all(part in link for part in ("amount.road_to_india%3D50", "seed=3", "month=11", "layer=control"))
    shown = numbers(page)
    other, also_wrong = opened(browser, link)
    assert numbers(other) == shown
    page.reload()
    settled(page)
    assert numbers(page) == shown
    assert_saved_is_the_run(page, folder)
    page.get_by_label("Shows").select_option("holder")
    page.go_back()
    page.wait_for_selector("#map[data-layer='control']")
    settled(page)
    assert numbers(page) == shown
    assert wrong == [] and also_wrong == []
    page.close()
    other.close()


def assert_played(page: Page) -> None:
    """Every month is drawn in its turn, more than ten of them a second."""
    page.evaluate(COUNT)
    page.get_by_label("Months per second").select_option("maximum")
    page.get_by_role("button", name="Play").press("Enter")
    page.wait_for_selector("#play:has-text('Play')")
    drawn, seconds = page.evaluate("[window.drawn.size, (window.ended - window.began) / 1000]")
    assert page.get_attribute("#clock", "data-month") == "12" and drawn / seconds > 10


def assert_saved_is_the_run(page: Page, folder: Path) -> None:
    """What is saved, run by the command on the page, gives the bytes of the run that is saved."""
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save scenario").click()
    saved.value.save_as(folder / saved.value.suggested_filename)
    with page.expect_download() as run:
        page.get_by_role("button", name="Save the run").click()
    words = shlex.split(page.inner_text("#commands"))
    command = [sys.executable, "-m", "model.cli", *words[1:], "--no-figures", "--out", "again", "-q"]
    done = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(run.value.path()) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    assert content == {path.name: path.read_bytes() for path in (folder / "again").iterdir()}


@pytest.mark.slow
def test_every_slider_reaches_both_ends_and_rounds_nothing(browser: Browser, address: str) -> None:
    page, wrong = opened(browser, address)
    page.get_by_label("Search").fill("troops")
    fields = page.locator(".field:has(input[type=range])")
    assert fields.count() > 5
    for place in range(0, fields.count(), 2):
        field = fields.nth(place)
        if not field.is_visible():
            continue
        slider, number = field.locator("input[type=range]"), field.locator("input[type=text]")
        usual = number.input_value()
        ends = []
        for key in ("Home", "End"):
            slider.press(key)
            ends.append(float(number.input_value()))
        assert ends[0] < ends[1] and ends[0] <= float(usual) <= ends[1]
        number.fill(usual)
    settled(page)
    assert "set=" not in page.evaluate("location.hash")
    assert wrong == []
    page.close()


@pytest.mark.slow
def test_replicates_show_bands_and_effects_and_can_be_cancelled(browser: Browser, address: str) -> None:
    page, wrong = opened(browser, f"{address}#set=months%3D240")  # long enough to be cancelled
    start, cancel = page.get_by_role("button", name="Run 20 replicates"), page.get_by_role("button", name="Cancel")
    start.click()
    cancel.click()
    page.wait_for_selector("#many-said:has-text('Cancelled')")
    page.get_by_label("Months", exact=True).fill("1")
    settled(page)
    start.click()
    page.wait_for_selector("#outcomes:has-text('Mean effect over 20 pairs')")
    assert page.locator("#curves .band.reference").count() == 4
    assert "20 pairs with common random numbers" in page.inner_text("#found")
    page.get_by_label("Months", exact=True).fill("2")
    settled(page)
    assert page.locator("#curves .band.reference").count() == 0
    assert wrong == []
    page.close()


@pytest.mark.slow
def test_a_branch_and_a_failing_run(browser: Browser, address: str) -> None:
    page, wrong = opened(browser, f"{address}#month=4")
    page.get_by_role("button", name="From this month, another policy").click()
    page.wait_for_selector("#choices:has-text('Until Nov 2025')")
    settled(page)
    assert set(page.locator("#outcomes td:nth-of-type(3)").all_inner_texts()) <= {"0", "-"}
    page.get_by_label("route building", exact=True).fill("190")
    page.wait_for_selector("#commands:has-text('--until 4 --save state.json')")
    settled(page)
    assert set(page.locator("#outcomes td:nth-of-type(3)").all_inner_texts()) - {"0", "-"}
    page.get_by_role("button", name="Undo the branch").click()
    page.get_by_label("Policy", exact=True).select_option("failing.toml")
    page.wait_for_selector("#problems:has-text('RuntimeError: this army cannot decide')")
    assert "pangwa run failing.toml --plugin failing.py" in page.inner_text("#problems")
    page.get_by_label("Policy", exact=True).select_option("small.toml")
    settled(page)
    assert page.inner_text("#problems") == "" and wrong == []
    page.close()


@pytest.mark.slow
def test_it_is_laid_out_for_every_screen_and_usable_without_sight_or_mouse(browser: Browser, address: str) -> None:
    for width in (1400, 800, 390):
        page, wrong = opened(browser, address, width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if width == 1400:
            for part in ("#policy", "#instruments", "#map", "#legend", "#play", "#curves", "#many-run"):
                box = page.locator(part).bounding_box()
                assert (
                    box is not None and box["y"] >= 0 and (part == "#instruments" or box["y"] + box["height"] <= 800)
                ), part
            page.get_by_label("Search").fill("tax")
            page.get_by_role("combobox", name="Events").select_option("all")
        assert page.evaluate(FAULTS) == []
        assert [found["id"] for found in Axe().run(page).response["violations"]] == []
        assert "Towns held under the policy" in str(page.get_attribute("#map", "aria-label"))
        assert wrong == []
        page.close()
