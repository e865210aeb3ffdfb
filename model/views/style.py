"""One place for the colours, marks, order and labels of every picture, and for how pictures are saved.

Figures are made without pyplot: each is a :class:`matplotlib.figure.Figure` of its own, so nothing stays open, memory
stays flat, and no window toolkit is ever asked for.

Colours: the hues follow the schemes of Okabe & Ito (2008) and Tol (2021, SRON/EPS/TN/09-002) for colour-blind readers; the
lightness of the actors' families climbs in steps of about 12 (CIE L*), so that they can be told apart in grey as well.
"""

from __future__ import annotations

import functools
import io
import textwrap
import threading
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from model import __version__
from model.experiments.files import refuse_anothers, whole
from model.scenario.characters import visible

P = ParamSpec("P")
R = TypeVar("R")
Dash = str | tuple[float, tuple[float, ...]]
"""A line style of Matplotlib."""

NOBODY = "nobody"
INK, SOFT, FAINT = "#1A1A1A", "#5C5C5C", "#C9C9C9"
"""Text and axes; secondary text; grids and outlines that should not be noticed."""

FORMATS = ("png", "svg", "pdf")
PNG_DPI, SCREEN_DPI = 170, 110


@dataclass(frozen=True)
class Family:
    """A family of actors that shares a colour.

    Args:
        key: short name.
        label: name in legends.
        short: name beside a line.
        colour: fill of tiles and bands.
        line: colour of lines: the same hue, dark enough for a thin line on white.
        dash: line style, a second mark for readers without colour.
    """

    key: str
    label: str
    short: str
    colour: str
    line: str
    dash: Dash


FAMILIES: tuple[Family, ...] = (
    Family("junta", "Junta and its militias", "junta", "#8C8C8C", "#6B6B6B", "solid"),
    Family("kia", "KIA", "KIA", "#117733", "#117733", "solid"),
    Family("shan", "Groups in Shan close to China", "Shan, near China", "#332288", "#332288", (0, (5, 1.5))),
    Family("arakan", "Arakan Army", "Arakan Army", "#E69F00", "#D98E00", "solid"),
    Family("south", "Karen, Karenni and Chin groups", "Karen, Karenni, Chin", "#88CCEE", "#4BA6D1", (0, (5, 1.5))),
    Family("pdf", "People's Defence Forces", "PDF pools", "#882255", "#882255", (0, (3, 1, 1, 1))),
    Family("nobody", "Nobody, or others", "nobody, others", "#F1F1F1", "#A9A9A9", (0, (1, 1.5))),
)
"""The seven families, in the order of legends."""

_BY_KEY = {family.key: family for family in FAMILIES}
_MEMBERS = {
    "junta": ("JUNTA", "NDA-K"),
    "kia": ("KIA",),
    "shan": ("UWSA", "NDAA", "MNDAA", "TNLA", "SSPP", "RCSS"),
    "arakan": ("AA",),
    "south": ("KNLA", "KNDF", "CNA"),
    "nobody": (NOBODY, ""),
}
_FAMILY_OF = {actor: key for key, actors in _MEMBERS.items() for actor in actors}
_CODES = {
    "JUNTA": "J",
    "NDA-K": "N",
    "KIA": "K",
    "UWSA": "W",
    "NDAA": "L",
    "MNDAA": "M",
    "TNLA": "T",
    "SSPP": "S",
    "RCSS": "R",
    "AA": "A",
    "KNLA": "U",
    "KNDF": "Y",
    "CNA": "C",
    NOBODY: "-",
    "": "-",
}


@dataclass(frozen=True)
class ActorLook:
    """How one actor is drawn: its family and the letters that mark its tiles."""

    id: str
    family: Family
    code: str

    @property
    def colour(self) -> str:
        """The family's colour."""
        return self.family.colour


def actor_looks(actors: Iterable[str]) -> dict[str, ActorLook]:
    """Give every actor its family and letter; known actors always get the same.

    Actors that an analyst has added, or that an invented world holds, take the families of which no known actor is
    present, in alphabetical order, and the last family when none is free.

    Args:
        actors: ids of all the actors of a world or of a batch; ``nobody`` is added.
    """
    ids = sorted(set(actors) | {NOBODY})
    known = {actor: key for actor in ids if (key := _known_family(actor))}
    free = [family.key for family in FAMILIES if family.key not in known.values()]
    codes = _letters(ids)
    looks = {}
    for actor in ids:
        key = known.get(actor) or (free.pop(0) if free else NOBODY)
        looks[actor] = ActorLook(actor, _BY_KEY[key], codes[actor])
    return looks


def _known_family(actor: str) -> str | None:
    return "pdf" if actor.startswith("PDF") else _FAMILY_OF.get(actor)


def is_known(actors: Iterable[str]) -> bool:
    """Whether all of these actors have a family of their own."""
    return all(_known_family(actor) is not None for actor in actors)


def is_dark(colour: str) -> bool:
    """Whether white letters read better on a colour than black ones (luma of ITU-R BT.601 below one half)."""
    red, green, blue = to_rgb(colour)
    return 0.299 * red + 0.587 * green + 0.114 * blue < 0.5


def _letters(actors: Sequence[str]) -> dict[str, str]:
    codes = {actor: _CODES[actor] for actor in actors if actor in _CODES}
    codes |= {actor: "P" for actor in actors if actor.startswith("PDF")}
    taken = set(codes.values()) | {"P"}
    for actor in actors:
        if actor in codes:
            continue
        letters = [c for c in actor.upper() if c.isalnum()] or ["X"]
        digits = [letters[0] + str(number) for number in range(1, len(actors) + 1)]
        codes[actor] = next(code for code in [*letters, *digits] if code not in taken)
        taken.add(codes[actor])
    return codes


@dataclass(frozen=True)
class Look:
    """Colour, line style and marker of a scenario, or of a destination of ore."""

    label: str
    colour: str
    dash: Dash = "solid"
    marker: str = "o"


DESTINATIONS: dict[str, Look] = {
    "china_official": Look("China, through open crossings", "#8F2D00", "solid", "o"),
    "china_informal": Look("China, smuggled", "#E8A15F", (0, (4, 1.5)), "s"),
    "quad": Look("India and the Quad", "#0072B2", (0, (6, 1.5, 1, 1.5)), "D"),
}
"""Where ore goes: one hue for China in two lightnesses, another for the Quad."""

_SCENARIOS = {
    "status_quo": Look("status_quo", "#4D4D4D", "solid", "o"),
    "engage_junta": Look("engage_junta", "#D55E00", (0, (5, 1.5)), "s"),
    "engage_kia": Look("engage_kia", "#117733", (0, (3, 1, 1, 1)), "D"),
    "quad_india": Look("quad_india", "#0072B2", (0, (1, 1)), "^"),
}
_SPARE = ("#CC79A7", "#E69F00", "#56B4E9", "#44AA99", "#882255", "#999933", "#332288", "#7A5230")
_MARKERS = ("v", "P", "X", "<", ">", "p", "h", "*")


def scenario_looks(scenarios: Sequence[str]) -> dict[str, Look]:
    """Colour, dash, marker and printable label of each scenario, by order of appearance; well-known ones are fixed.

    Args:
        scenarios: labels in the order of the batch.
    """
    looks: dict[str, Look] = {}
    spare = 0
    for number, scenario in enumerate(scenarios, start=1):
        known = _SCENARIOS.get(scenario)
        if known is None:
            colour, marker = _SPARE[spare % len(_SPARE)], _MARKERS[spare % len(_MARKERS)]
            known = Look(printable(scenario, f"scenario {number}"), colour, "solid", marker)
            spare += 1
        looks[scenario] = known
    return looks


SEQUENTIAL = LinearSegmentedColormap.from_list("pangwa", ["#F4F4F4", "#C6DDEE", "#7FB2D5", "#2F7DB5", "#08306B"])
"""Shares and probabilities: light is 0, dark is 1; lightness falls all the way."""

_FALLBACK_FONTS = ("Noto Sans Myanmar", "Padauk", "Noto Sans CJK SC", "Noto Sans SC", "WenQuanYi Micro Hei")

RC: dict[str, Any] = {
    "font.family": ["DejaVu Sans"],
    "font.size": 8.5,
    "axes.titlesize": 9,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 8.5,
    "axes.labelcolor": INK,
    "axes.edgecolor": SOFT,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": False,
    "axes.unicode_minus": True,
    "text.parse_math": False,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "lines.linewidth": 1.6,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "savefig.dpi": PNG_DPI,
    "svg.hashsalt": "pangwa",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
    "path.simplify": True,
    "hatch.linewidth": 0.8,
}
"""Matplotlib's settings for every figure; nothing of the user's own configuration leaks in."""


@functools.cache
def _fonts() -> list[str]:
    installed = set(font_manager.get_font_names())
    return ["DejaVu Sans", *(name for name in _FALLBACK_FONTS if name in installed)]


class Picture(Figure):
    """A figure that a notebook shows as the result of a cell, although pyplot does not know it.

    It is a :class:`matplotlib.figure.Figure` like any other: go on with its ``axes``, or write it with ``savefig``.
    """

    def _repr_png_(self) -> bytes:
        return as_png(self)


_drawing = threading.RLock()


def styled(draw: Callable[P, R]) -> Callable[P, R]:
    """Run a function that draws or saves under this project's settings alone."""

    @functools.wraps(draw)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        # Matplotlib's settings are one for all threads; in the browser app every tab draws in a thread of its own.
        with _drawing, mpl.rc_context():
            mpl.rcdefaults()
            settings: Any = RC | {"font.family": _fonts()}
            mpl.rcParams.update(settings)
            return draw(*args, **kwargs)

    return wrapper


@functools.cache
def _characters() -> frozenset[int]:
    found: set[int] = set()
    for name in _fonts():
        path = font_manager.findfont(font_manager.FontProperties(family=name))
        found |= set(font_manager.get_font(path).get_charmap())
    return frozenset(found)


_warned: set[str] = set()


def printable(text: str, fallback: str) -> str:
    """Return the text if the fonts at hand can draw it, else the fallback, with one warning for the whole process.

    Args:
        text: a title or label from a user's file.
        fallback: a Latin id that is drawn instead.
    """
    text = visible(text)
    missing = [character for character in text if ord(character) not in _characters() and not character.isspace()]
    if missing and not _warned:
        _warned.add(text)
        warnings.warn(
            f"no font for the letters of '{text}': '{fallback}' is drawn instead. "
            "Fonts such as Noto Sans Myanmar or Noto Sans CJK SC, once installed, are used.",
            stacklevel=2,
        )
    return fallback if missing else text


def legend_of(figure: Figure, handles: Sequence[Any], labels: Sequence[str], columns: int) -> None:
    """Put one legend for the whole figure below its panels, above the footnote; call before :func:`title_of`."""
    figure.pangwa_legend = (handles, labels, columns)  # type: ignore[attr-defined]


def scale_of(figure: Figure, mappable: Any, label: str) -> None:
    """Put one colour scale for the whole figure where :func:`legend_of` puts legends; call before :func:`title_of`."""
    figure.pangwa_scale = (mappable, label)  # type: ignore[attr-defined]


_LINE = 0.145
"""Inches that a line of the footnote takes."""


def height_of(footnote: str, width: float) -> float:
    """Inches that a footnote takes below a figure so many inches wide."""
    return _LINE * len(_wrapped(footnote, width).splitlines())


def _wrapped(footnote: str, width: float) -> str:
    return textwrap.fill(footnote, int(width * 16.5))


def title_of(figure: Figure, title: str, footnote: str = "") -> None:
    """Write the finding above a figure and the footnote below it, wrapped to the figure's width, flush left."""
    width, height = (float(size) for size in figure.get_size_inches())
    title, footnote = visible(title), visible(footnote)
    figure.suptitle(
        textwrap.fill(title, int(width * 11)), x=0.06 / width, ha="left", fontsize=10.5, fontweight="bold", color=INK
    )
    text = _wrapped(footnote, width)
    figure.text(0.06 / width, 0.06 / height, text, ha="left", va="bottom", fontsize=7, color=SOFT, linespacing=1.25)
    foot = 0.12 + _LINE * len(text.splitlines())
    handles, labels, columns = getattr(figure, "pangwa_legend", ((), (), 1))
    if handles:
        anchor = (0.0, foot / height)
        figure.legend(handles, labels, loc="lower left", bbox_to_anchor=anchor, ncols=columns)
        foot += 0.2 * -(-len(labels) // columns) + 0.14
    mappable, label = getattr(figure, "pangwa_scale", (None, ""))
    if mappable is not None:
        axis = figure.add_axes((0.15 / width, (foot + 0.42) / height, 2.8 / width, 0.11 / height))
        figure.colorbar(mappable, cax=axis, orientation="horizontal")
        # Flush left under the scale: a long label in the middle would run off the figure.
        axis.set_xlabel(label, loc="left")
        foot += 0.62
    engine: Any = figure.get_layout_engine()
    engine.set(rect=(0.0, foot / height, 1.0, 1.0 - foot / height))
    figure.pangwa = {"title": title, "footnote": footnote}  # type: ignore[attr-defined]


@styled
def save(figure: Figure, stem: Path, formats: Sequence[str], source: str) -> list[Path]:
    """Save a figure once for each format and drop what it holds.

    The metadata carry the title, the model's version and the source of the data; no clock, so bytes can be compared.

    Args:
        figure: a finished figure, titled by :func:`title_of`.
        stem: path without suffix.
        formats: of :data:`FORMATS`.
        source: what the figure was drawn from: name of the batch, id of the run.

    Returns:
        The paths written.
    """
    notes = getattr(figure, "pangwa", {"title": stem.name, "footnote": ""})
    software = f"Pangwa {__version__}"
    paths = []
    for suffix in formats:
        path = stem.with_name(f"{stem.name}.{suffix}")
        refuse_anothers(path)
        with whole(path) as part:
            figure.savefig(part, format=suffix, metadata=_metadata(suffix, notes, software, source))
        paths.append(path)
    figure.clear()
    return paths


@styled
def as_png(figure: Figure, dpi: float = SCREEN_DPI) -> bytes:
    """A figure as a PNG picture.

    Args:
        figure: which; it stays as it is.
        dpi: dots per inch.
    """
    memory = io.BytesIO()
    figure.savefig(memory, format="png", dpi=dpi)
    return memory.getvalue()


def _metadata(suffix: str, notes: dict[str, str], software: str, source: str) -> dict[str, str | None]:
    if suffix == "svg":
        return {
            "Title": notes["title"],
            "Creator": software,
            "Description": notes["footnote"],
            "Source": source,
            "Date": None,
        }
    if suffix == "pdf":
        return {
            "Title": notes["title"],
            "Creator": software,
            "Subject": f"{source}. {notes['footnote']}",
            "CreationDate": None,
        }
    return {"Title": notes["title"], "Software": software, "Description": notes["footnote"], "Source": source}


def tick(value: float, _: object = None) -> str:
    """A number beside an axis, with all its digits, which are few there, and a real minus."""
    return f"{value:,.10g}".replace("-", "\N{MINUS SIGN}")


def log_scale(axis: Axes) -> None:
    """A horizontal logarithmic scale whose marks are plain numbers: no figure parses text as mathematics."""
    axis.set_xscale("log")
    axis.xaxis.set_major_formatter(FuncFormatter(tick))
    axis.xaxis.set_minor_formatter(NullFormatter())


def scale_of_differences(axis: Axes, unit: str) -> None:
    """The horizontal scale of a panel of differences with their intervals: few marks, a faint grid, none for the rows."""
    axis.set_xlabel(unit, fontsize=7.5)
    axis.margins(x=0.12)
    axis.locator_params(axis="x", nbins=4)
    axis.xaxis.set_major_formatter(FuncFormatter(tick))
    axis.tick_params(axis="x", labelsize=7.5)
    axis.tick_params(axis="y", length=0)
    axis.grid(axis="x", color=FAINT, linewidth=0.4)
