"""The map over time as a moving picture: GIF everywhere, MP4 where ffmpeg is installed."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from matplotlib.animation import AbstractMovieWriter, FFMpegWriter, PillowWriter
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from tqdm import tqdm

from model.experiments.files import whole
from model.views import maps, panels, style
from model.views.maps import Holdings
from model.views.read import Results, ViewError
from model.views.tiles import tiles_of
from model.world.world import World

FORMATS = (".gif", ".mp4")
FRAMES_A_SECOND = 4
_DPI = 130


def frames_of(results: Results, scenario: str | None = None) -> list[tuple[str, Holdings]]:
    """Date and holdings of every recorded month: of the run, or the most likely holders over a batch's runs.

    Args:
        results: a run recorded with ``control=monthly``, or a batch.
        scenario: of a batch, which; the first when not given.
    """
    name = scenario or results.scenarios[0]
    rows = results.frame("control", ["month", "place", "holder", "attacker"], scenario=name)
    rows = rows.astype({"place": str, "holder": str, "attacker": str})
    start = results.starts[name]
    return [(panels.date_of(start, int(str(month))), _holdings(part)) for month, part in rows.groupby("month")]


def _holdings(part: pd.DataFrame) -> Holdings:
    return maps.modal_holdings(part)


@style.styled
def animate(
    frames: Sequence[tuple[str, Holdings]], world: World, title: str, path: Path, *, quiet: bool = True
) -> Path:
    """Write the frames as a moving picture.

    Args:
        frames: date and holdings, in their order.
        world: the world.
        title: above the map.
        path: ends in .gif or .mp4.
        quiet: show no progress on a terminal.

    Raises:
        ViewError: the ending is another, MP4 is asked for where there is no ffmpeg, or the file cannot be written.
    """
    check(path)
    writer = _writer(path)
    figure, redraw = _stage(frames, world, title)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole(path, ending=path.suffix) as part, writer.saving(figure, str(part), dpi=_DPI):
            for date, holdings in tqdm(frames, unit="frame", disable=True if quiet else None):
                redraw(date, holdings)
                writer.grab_frame()
    except OSError as error:
        raise ViewError(f"{path}: cannot be written: {error.strerror}") from None
    except subprocess.CalledProcessError:
        raise ViewError(f"{path}: ffmpeg could not make an MP4 of it; a .gif needs no ffmpeg") from None
    figure.clear()
    return path


def check(path: Path) -> None:
    """See beforehand that a moving picture can be made.

    Raises:
        ViewError: the ending is no known one, or MP4 is asked for where there is no ffmpeg.
    """
    if path.suffix.lower() not in FORMATS:
        raise ViewError(f"{path}: an animation must end in {' or '.join(FORMATS)}")
    if path.suffix.lower() == ".mp4" and shutil.which("ffmpeg") is None:
        raise ViewError(f"{path}: MP4 needs ffmpeg, which is not installed; a .gif needs no further program")


def _writer(path: Path) -> AbstractMovieWriter:
    if path.suffix.lower() == ".gif":
        return PillowWriter(fps=FRAMES_A_SECOND)
    # The codec and, by Matplotlib, the pixels that every player reads; the index in front, so that it plays while it loads.
    return FFMpegWriter(fps=FRAMES_A_SECOND, codec="h264", extra_args=["-movflags", "faststart"])


class _Redraw:
    """Paints holdings over a map that is drawn once: colours, letters, sieges and the date change, the rest stays."""

    def __init__(self, figure: Figure, world: World, title: str) -> None:
        self.world, self.title, self.figure = world, title, figure
        self.looks = style.actor_looks(world.force_ids)
        self.axes = figure.axes[0]
        self.tiles = tiles_of(world)
        self.shapes = PolyCollection(list(self.tiles.corners), edgecolors="white", linewidths=0.35, zorder=0.5)
        self.axes.add_collection(self.shapes)
        maps.outline(self.axes, self.tiles)
        self.rings = maps.sieges(self.axes, self.tiles, [])
        lettered = len(world.codes) <= maps.LETTERS_UP_TO
        self.letters = [maps.letter(self.axes, x, y) for x, y in self.tiles.centres] if lettered else []

    def __call__(self, date: str, holdings: Holdings) -> None:
        own = [self.looks[holdings.holder[code]] for code in self.world.codes]
        self.shapes.set_facecolor([look.colour for look in own])
        self.rings.remove()
        besieged = [k for k, code in enumerate(self.world.codes) if code in holdings.attacker]
        self.rings = maps.sieges(self.axes, self.tiles, besieged)
        for text, look in zip(self.letters, own, strict=False):
            maps.set_letter(text, look)
        self.axes.set_title(f"{self.title}, {date}")


def _stage(frames: Sequence[tuple[str, Holdings]], world: World, title: str) -> tuple[Figure, _Redraw]:
    figure, _ = maps.empty_maps(1, world)
    redraw = _Redraw(figure, world, title)
    maps.name_places(figure, figure.axes, world, redraw.tiles)
    maps.legend(figure, world, [holdings for _, holdings in frames], striped=False, sites=False)
    style.title_of(figure, "", f"A tile is a township, not to scale. {panels.CAVEAT}")
    redraw(*frames[0])
    return figure, redraw
