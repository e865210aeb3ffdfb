"""A run in the browser without the browser: it plays, keeps its rules, shows its errors, and exports what the command does."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from model.run import Run
from model.views import live, style, svgmap
from model.views.animate import animate, frames_of
from model.views.read import Results, ViewError
from model.views.session import RunSession
from model.world.read import load_world

ROOT = Path(__file__).parents[2]


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    path = tmp_path / "small.toml"
    path.write_text('extends = "engage_kia"\nworld = "tests/tiny"\nmonths = 6\n', encoding="utf-8")
    return path


def played(session: RunSession, months: int) -> RunSession:
    for _ in range(months):
        session.step()
    return session


def test_the_export_is_what_the_command_on_the_page_writes(scenario: Path, tmp_path: Path) -> None:
    session = RunSession(str(scenario))
    session.choose("actors.KIA.troops", 9000, None)
    session.replicate = 2
    session.settle()
    played(session, 4)
    words = shlex.split(session.command(session.month))
    done = subprocess.run(
        [sys.executable, "-m", "model.cli", *words[1:], "--no-figures", "--out", str(tmp_path / "out")],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(BytesIO(session.export())) as archive:
        exported = {name: archive.read(name) for name in archive.namelist()}
    written = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert exported == written
    assert {"run.json", "outcomes.csv", "monthly.csv", "control.csv", "lanes.csv"} <= set(exported)
    assert session.export() == session.export()


def test_the_export_holds_the_numbers_that_were_played(scenario: Path) -> None:
    session = played(RunSession(str(scenario)), 4)
    assert session.model is not None
    live_rows = session.model.recorder.result().tables["monthly"].drop(["run_id"]).to_pandas()
    with zipfile.ZipFile(BytesIO(session.export())) as archive:
        lines = archive.read("monthly.csv").decode().splitlines()
    exported = [line.split(",", 1)[1] for line in lines[1:]]
    assert exported == live_rows.to_csv(index=False, lineterminator="\n").splitlines()[1:]


def test_a_change_acts_at_once_at_month_0_and_at_reset_later(scenario: Path) -> None:
    session = RunSession(str(scenario))
    session.choose("actors.KIA.troops", 9000, 15000)
    assert session.setup is not None and session.wanted == (str(scenario), 0, 0, ("actors.KIA.troops=9000",))
    assert session.setup.resolved()["actors"]["KIA"]["troops"] == 9000
    session.step()
    session.choose("actors.KIA.troops", 4000, 15000)
    assert (session.waits, session.month) == (True, 1)
    assert "troops=9000" in session.command() and "4000" not in session.command()
    session.reset()
    assert (session.waits, session.month) == (False, 0)
    assert "troops=4000" in session.command()


def test_reset_gives_the_same_run_again_and_two_sessions_do_not_mix(scenario: Path) -> None:
    one, other = RunSession(str(scenario)), RunSession(str(scenario))
    other.seed = 5
    other.settle()
    for _ in range(6):
        one.step()
        other.step()
    first, foreign = one.export(), other.export()
    assert first != foreign
    one.reset()
    assert one.month == 0
    assert played(one, 6).export() == first
    assert one.over and not one.step()


def test_an_error_of_the_model_is_told_with_month_seed_and_command(
    scenario: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = played(RunSession(str(scenario)), 2)

    def fail(run: Run) -> None:
        raise ValueError("the ledger does not close")

    monkeypatch.setattr("model.model.MONTH", (fail,))
    assert not session.step()
    assert session.error.startswith("Month 3 (2025-10) failed: ValueError: the ledger does not close\npangwa run")
    assert "Traceback" in session.error and session.over
    monkeypatch.undo()
    session.reset()
    assert not session.error and session.step()


def test_what_is_wrong_with_a_scenario_is_told(scenario: Path) -> None:
    session = RunSession(str(scenario))
    session.changes["actors.KIA.troops"] = -1
    session.reset()
    assert "actors.KIA.troops = -1: must be" in session.error
    assert session.over and session.usual is not None


def test_the_map_names_every_township_and_shows_each_layer(scenario: Path) -> None:
    session = played(RunSession(str(scenario)), 3)
    model = session.model
    assert model is not None
    drawn = {layer: svgmap.svg_map(model, layer) for layer in svgmap.LAYERS}
    assert len(set(drawn.values())) == len(svgmap.LAYERS)
    for drawing in drawn.values():
        assert drawing.count("data-code=") == len(model.world.codes)
        assert all(name.replace("'", "&#x27;") in drawing for name in model.world.names)
        assert 'data-month="3"' in drawing
    assert "town held by" in drawn["holder"] and "countryside:" in drawn["holder"]


def test_curves_are_drawn_from_the_first_month_on(scenario: Path) -> None:
    session = RunSession(str(scenario))
    pictures = []
    for _ in range(2):
        assert session.model is not None
        pictures.append(style.as_png(live.draw_so_far(session.model)))
        session.step()
    assert pictures[0] != pictures[1]
    assert Image.open(BytesIO(pictures[0])).size[0] > 300


def test_an_animation_has_a_frame_a_month_and_says_what_it_cannot_write(scenario: Path, tmp_path: Path) -> None:
    session = played(RunSession(str(scenario)), 3)
    assert session.model is not None
    frames = frames_of(Results.of_run("small", session.model.recorder.result().tables))
    assert [date for date, _ in frames] == ["Jul 2025"]
    world = load_world("tests/tiny")
    several = [(f"month {k}", frames[0][1]) for k in range(3)]
    path = animate(several, world, "Title", tmp_path / "map.gif")
    with Image.open(path) as picture:
        assert getattr(picture, "n_frames", 1) == 3
    with pytest.raises(ViewError, match="ends in"):
        animate(several, world, "Title", tmp_path / "map.avi")


def test_an_mp4_has_a_frame_a_month_that_differs_where_holders_do(scenario: Path, tmp_path: Path) -> None:
    if shutil.which("ffmpeg") is None:
        if os.environ.get("CI"):
            pytest.fail("no ffmpeg: .ci/run installs it")
        pytest.skip("no ffmpeg here; apt-get install ffmpeg")
    session = RunSession(str(scenario))
    assert session.model is not None
    _, holdings = frames_of(Results.of_run("small", session.model.recorder.result().tables))[0]
    world = load_world("tests/tiny")
    taken = replace(holdings, holder=dict.fromkeys(holdings.holder, "KIA"))
    path = animate(
        [("May 2026", holdings), ("June 2026", holdings), ("July 2026", taken)],
        world,
        "Title",
        tmp_path / "new" / "map.MP4",
    )
    command = ["ffmpeg", "-v", "error", "-i", str(path), str(tmp_path / "frame%d.png")]
    subprocess.run(command, check=True)
    frames = [np.asarray(Image.open(one).convert("RGB"), dtype=float) for one in sorted(tmp_path.glob("frame*.png"))]
    assert len(frames) == 3
    # The date alone changes from the first to the second; then many tiles take another colour.
    changed = [float((np.abs(b - a).max(axis=2) > 60).mean()) for a, b in pairwise(frames)]
    assert changed[0] < 0.005 < 0.03 < changed[1]


def test_without_ffmpeg_an_mp4_is_refused_before_the_run_and_a_gif_offered(scenario: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "model.cli", "run", str(scenario), "--animate", "map.mp4"]
    bare = os.environ | {"PATH": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=bare, check=False)
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "map.mp4: MP4 needs ffmpeg, which is not installed; a path that ends in .gif needs nothing"
    ]
    assert done.stdout == "" and not (tmp_path / "results").exists()
