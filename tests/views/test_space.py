"""Mesa's drawing of the grid: the shape and colours of this project's map, on a page of SolaraViz in a browser."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection, PolyCollection
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from playwright.sync_api import Browser, Page

from model.model import RareEarthModel
from model.views import style
from model.views.serve import free_port
from model.views.tiles import tiles_of

ROOT = Path(__file__).parents[2]
PATIENCE = 120_000
"""Milliseconds until something that should come is given up."""
PIXELS = """() => [...document.querySelectorAll("img")].filter(image => image.naturalWidth > 200).map(image => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
    canvas.getContext("2d").drawImage(image, 0, 0);
    return canvas.toDataURL();
})"""
"""The pictures of a page, as texts to compare."""
APP = """
import solara
from mesa.visualization import SolaraViz, make_plot_component

from model.model import RareEarthModel
from model.views.space import township_map


def told(model):
    kia = next(actor for actor in model.run.agents.armed if actor.actor_id == "KIA")
    return solara.Text(f"{model.spec.label}: KIA {kia.troops}", classes=["told", f"month-{model.month}"])


chosen = {"scenario": "engage_kia", "months": 2, "world": "%s"}
fighters = {"type": "SliderInt", "value": 9000, "label": "KIA", "min": 9000, "max": 20000, "step": 1000}
page = SolaraViz(
    RareEarthModel(**chosen, **{"actors.KIA.troops": 9000}),
    components=[township_map, make_plot_component("exports_t"), told],
    model_params={**chosen, "actors.KIA.troops": fighters},
)
"""


@pytest.mark.parametrize("world", ["tests/tiny", "myanmar"])
def test_mesas_drawing_has_the_shape_and_the_colours_of_the_map(world: str) -> None:
    model = RareEarthModel(world=world, months=1)
    # It loads Mesa's components, which not every process needs; ours come first, since they silence a warning of Solara's.
    from model.views.space import draw_townships, portray  # isort: skip
    from mesa.visualization import draw_space  # isort: skip

    figure = Figure()
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    draw_space(model.grid, portray, ax=axes, draw_grid=False, s=60)
    (agents, *others) = [part for part in axes.collections if isinstance(part, PathCollection)]
    draw_townships(axes, model)
    tiles = next(part for part in axes.collections if isinstance(part, PolyCollection))
    looks = style.actor_looks(model.world.force_ids)
    expected = [to_rgba(looks[cell.holder].colour) for cell in model.grid]
    np.testing.assert_allclose(np.asarray(tiles.get_facecolor()), np.array(expected))
    drawn = np.array([np.asarray(path.vertices)[:6] for path in tiles.get_paths()])
    shape = tiles_of(model.world).corners * np.sqrt(3)
    np.testing.assert_allclose(drawn - drawn[0, 0], shape - shape[0, 0], atol=1e-9)
    marked = np.concatenate([np.asarray(part.get_offsets()) for part in (agents, *others)])
    standing = {tuple(np.round(agent.cell.position, 6)) for agent in model.grid.agents}
    assert {tuple(np.round(point, 6)) for point in marked} == standing
    centres = drawn.mean(axis=1)
    assert all(np.hypot(*(centres - point).T).min() < 1e-6 for point in standing)
    assert tiles.get_zorder() < agents.get_zorder()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("viz")
    (folder / "app.py").write_text(APP % (ROOT / "tests" / "tiny"), encoding="utf-8")
    port = str(free_port("127.0.0.1", 0))
    command = [sys.executable, "-m", "solara", "run", "app.py", "--host", "127.0.0.1", "--port", port, "--no-open"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False"}
    server = subprocess.Popen([*command, "--production"], cwd=folder, env=environment, stdout=subprocess.DEVNULL)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(30)


def pictures(page: Page, told: str, month: int, wanted: Callable[[list[str]], bool]) -> list[str]:
    """The map and the plot of a month, once the page shows it and they are as wanted; a picture takes a while to come."""
    page.wait_for_selector(f".told.month-{month}:has-text('{told}')")
    shown: list[str] = []
    for _ in range(PATIENCE // 500):
        before, shown = shown, list(page.evaluate(PIXELS))
        if len(shown) == 2 and shown == before and wanted(shown):
            return shown
        page.wait_for_timeout(500)
    raise AssertionError(f"the pictures of month {month} are not as wanted")


@pytest.mark.slow
def test_solaraviz_steps_a_run_ends_it_and_makes_it_anew_as_it_was(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport={"width": 1500, "height": 1200})
    page.set_default_timeout(PATIENCE)
    foreign: list[str] = []
    page.on("request", lambda r: None if r.url.startswith((address, "data:", "blob:")) else foreign.append(r.url))
    for _ in range(120):
        try:
            page.goto(address)
            break
        except Exception:
            page.wait_for_timeout(500)
    start = pictures(page, "engage_kia: KIA 9000", 0, bool)
    step, reset = (page.get_by_role("button", name=name, exact=True) for name in ("Step", "Reset"))
    step.click()
    pictures(page, "engage_kia: KIA", 1, lambda shown: shown[0] != start[0] and shown[1] != start[1])
    step.click()
    pictures(page, "engage_kia: KIA", 2, lambda shown: shown[0] != start[0])
    assert step.is_disabled(), "the run is over"
    reset.click()
    pictures(page, "engage_kia: KIA 9000", 0, lambda shown: shown == start)
    thumb = page.locator(".v-slider__thumb-container").last
    thumb.focus()
    thumb.press("ArrowRight")
    page.wait_for_timeout(1_000)
    reset.click()
    pictures(page, "engage_kia: KIA 10000", 0, bool)
    assert foreign == []
    page.close()
