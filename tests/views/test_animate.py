"""The map over time as a moving picture: what is in its frames, and what it says where it cannot be written."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from model.experiments.batch_file import read_run
from model.experiments.simulate import simulate
from model.scenario.spec import RunSpec
from model.views.animate import animate, frames_of
from model.views.read import Results, ViewError
from model.world.read import load_world

ROOT = Path(__file__).parents[2]


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    path = tmp_path / "small.toml"
    path.write_text('extends = "engage_kia"\nworld = "tests/tiny"\nmonths = 3\n', encoding="utf-8")
    return path


def spec_of(scenario: Path) -> RunSpec:
    return read_run(str(scenario))[1]


def test_an_animation_has_a_frame_a_month_and_says_what_it_cannot_write(scenario: Path, tmp_path: Path) -> None:
    frames = frames_of(Results.of_run("small", simulate(spec_of(scenario)).tables))
    assert [date for date, _ in frames] == ["Jul 2025", "Oct 2025"]
    world = load_world("tests/tiny")
    several = [(f"month {k}", frames[0][1]) for k in range(3)]
    path = animate(several, world, "Title", tmp_path / "map.gif")
    with Image.open(path) as picture:
        assert getattr(picture, "n_frames", 1) == 3
    with pytest.raises(ViewError, match="must end in"):
        animate(several, world, "Title", tmp_path / "map.avi")


def test_an_mp4_has_a_frame_a_month_that_differs_where_holders_do(scenario: Path, tmp_path: Path) -> None:
    if shutil.which("ffmpeg") is None:
        if os.environ.get("CI"):
            pytest.fail("no ffmpeg: .ci/run installs it")
        pytest.skip("no ffmpeg here; apt-get install ffmpeg")
    _, holdings = frames_of(Results.of_run("small", simulate(spec_of(scenario), until=0).tables))[0]
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
        "map.mp4: MP4 needs ffmpeg, which is not installed; a .gif needs no further program"
    ]
    assert done.stdout == "" and not (tmp_path / "results").exists()
