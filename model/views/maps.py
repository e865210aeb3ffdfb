"""The tile map: who holds what, and how often."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from model.views.charts import CAVEAT
from model.views.read import Results
from model.views.style import FAMILIES, INK, SEQUENTIAL, actor_looks, legend_of, scenario_looks, styled, title_of
from model.world.world import World

_LABELLED = {
    "Chipwi": "Chipwi (Pangwa)",
    "Myitkyina": "Myitkyina",
    "Bhamo": "Bhamo",
    "Lashio": "Lashio",
    "Chanayethazan": "Mandalay",
    "Poke Ba Thi Ri": "Naypyitaw",
    "Loikaw": "Loikaw",
    "Kyauktada": "Yangon",
    "Dawei": "Dawei",
}
"""Townships that are named beside the map, and how."""


def _hexagons(world: World) -> tuple[np.ndarray, np.ndarray]:
    """Centres (N, 2) and corners (N, 6, 2) of the tiles: pointy tops, odd rows shifted right by half a tile."""
    centres = np.column_stack([world.col + 0.5 * (world.row % 2), -world.row * np.sqrt(3) / 2])
    angles = np.deg2rad(np.arange(30, 390, 60))
    corners = np.column_stack([np.cos(angles), np.sin(angles)]) / np.sqrt(3)
    return centres, centres[:, None] + 0.97 * corners


def _prepare(axis: Axes, world: World) -> None:
    centres, _ = _hexagons(world)
    axis.set_xlim(centres[:, 0].min() - 1, centres[:, 0].max() + 1)
    axis.set_ylim(centres[:, 1].min() - 1, centres[:, 1].max() + 1)
    axis.set_aspect("equal")
    axis.axis("off")


def _row(figure: Figure, count: int) -> list[Axes]:
    """Panels in a row; the last is wider by the room that the names of places take."""
    return list(figure.subplots(1, count, squeeze=False, width_ratios=[1.0] * (count - 1) + [1.36])[0])


def _name_places(axis: Axes, world: World) -> None:
    centres, _ = _hexagons(world)
    right = centres[:, 0].max() + 0.8
    known = [(name, *centres[world.names.index(name)]) for name in _LABELLED if name in world.names]
    level = np.inf
    for name, x, y in sorted(known, key=lambda entry: -entry[2]):
        level = min(level - 1.1, y)
        axis.annotate(
            _LABELLED[name], (x, y), (right, level), fontsize=6.5, color=INK, va="center",
            arrowprops={"arrowstyle": "-", "lw": 0.4, "color": "#7A7A7A"},
        )  # fmt: skip
    axis.set_xlim(right=right + 5.5)


def _draw_holders(
    axis: Axes, world: World, holders: Mapping[str, str], sure: Mapping[str, float], besieged: Sequence[str]
) -> None:
    looks = actor_looks([force.id for force in world.forces])
    centres, corners = _hexagons(world)
    colours = [looks[holders[code]].colour for code in world.codes]
    alphas = [0.35 + 0.65 * sure.get(code, 1.0) for code in world.codes]
    axis.add_collection(
        PolyCollection(list(corners), facecolors=colours, alpha=alphas, edgecolors="white", linewidths=0.3)
    )
    for code, (x, y) in zip(world.codes, centres, strict=True):
        look = looks[holders[code]]
        if look.family.key != "junta":
            dark = look.family.key in ("kia", "shan", "pdf")
            axis.text(x, y, look.code, fontsize=4.6, ha="center", va="center", color="white" if dark else INK)
    marked = [world.codes.index(code) for code in besieged if code in world.codes]
    axis.add_collection(PolyCollection(list(corners[marked]), facecolors="none", edgecolors="#C1121F", linewidths=1.0))
    _prepare(axis, world)


def _legend(figure: Figure, world: World) -> None:
    looks = actor_looks([force.id for force in world.forces])
    present = {look.family.key for look in looks.values()}
    handles = [Patch(facecolor=f.colour, edgecolor="#9A9A9A", label=f.label) for f in FAMILIES if f.key in present]
    columns = 4 if figure.get_size_inches()[0] > 8 else 3
    legend_of(figure, handles, [str(handle.get_label()) for handle in handles], columns)


@styled
def ends(results: Results, world: World) -> Figure:
    """Who holds each town at the end most often, a map a scenario; pale where runs disagree."""
    frame = results.frame("control", ["scenario", "place", "holder"], month=results.months)
    frame = frame.astype({"place": str, "holder": str, "scenario": str})
    count = len(results.scenarios)
    figure = Figure(figsize=(2.9 * count + 1.0, 6.2), layout="constrained")
    axes = _row(figure, count)
    for axis, scenario in zip(axes, results.scenarios, strict=True):
        part = frame[(frame["scenario"] == scenario) & frame["place"].isin(world.codes)]
        share = part.groupby("place")["holder"].value_counts(normalize=True)
        best = share.groupby(level=0).head(1)
        holders = dict(list(best.index))
        sure = {place: float(value) for (place, _), value in zip(best.index, best, strict=True)}
        _draw_holders(axis, world, holders, sure, [])
        axis.set_title(scenario_looks(results.scenarios)[scenario].label)
    _name_places(axes[-1], world)
    _legend(figure, world)
    note = f"A tile a township; letters name the actor. Colour: the most frequent holder, pale where runs disagree. {CAVEAT}"
    title_of(figure, f"Who holds each town after {results.months} months, in most runs", note)
    return figure


@styled
def probability(results: Results, world: World, actor: str) -> Figure:
    """In what share of runs an actor holds each town at the end, a map a scenario, one sequential scale."""
    frame = results.frame("control", ["scenario", "place", "holder"], month=results.months)
    frame = frame.astype({"place": str, "holder": str, "scenario": str})
    figure = Figure(figsize=(2.9 * len(results.scenarios) + 1.0, 6.2), layout="constrained")
    axes = _row(figure, len(results.scenarios))
    _, corners = _hexagons(world)
    for axis, scenario in zip(axes, results.scenarios, strict=True):
        part = frame[frame["scenario"] == scenario]
        share = (part["holder"] == actor).groupby(part["place"]).mean().reindex(world.codes).to_numpy()
        tiles = PolyCollection(list(corners), array=share, cmap=SEQUENTIAL, edgecolors="#BDBDBD", linewidths=0.25)
        tiles.set_clim(0, 1)
        axis.add_collection(tiles)
        _prepare(axis, world)
        axis.set_title(scenario_looks(results.scenarios)[scenario].label)
    _name_places(axes[-1], world)
    figure.colorbar(
        tiles, ax=list(axes), label=f"share of runs in which {actor} holds the town", shrink=0.6, location="bottom"
    )
    title_of(figure, f"Where {actor} holds the town after {results.months} months", CAVEAT)
    return figure


@styled
def start_and_end(control: pd.DataFrame, world: World, months: int, name: str) -> Figure:
    """Who holds each town at the start and at the end of one run; red outline: besieged."""
    figure = Figure(figsize=(7.6, 6.6), layout="constrained")
    axes = _row(figure, 2)
    held = []
    for axis, month in zip(axes, (0, months), strict=True):
        part = control[control["month"] == month].astype({"place": str, "holder": str, "attacker": str})
        holders = dict(zip(part["place"], part["holder"], strict=True))
        besieged = part.loc[part["attacker"] != "", "place"].tolist()
        _draw_holders(axis, world, holders, {}, besieged)
        axis.set_title("at the start" if month == 0 else f"after {months} months")
        held.append(sum(holders[code] == "JUNTA" for code in world.codes))
    _name_places(axes[-1], world)
    _legend(figure, world)
    note = f"One run. A tile a township; letters name the actor; red outline: besieged. {CAVEAT}"
    title_of(figure, f"{name}: the junta holds {held[0]} towns at the start and {held[1]} at the end", note)
    return figure
