"""The tile map: who holds what, and how often."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from scipy.spatial import cKDTree

from model.views.charts import CAVEAT
from model.views.read import Results
from model.views.style import (
    FAMILIES,
    INK,
    SEQUENTIAL,
    actor_looks,
    family_labels,
    legend_of,
    number,
    scale_of,
    scenario_looks,
    styled,
    title_of,
)
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
_LETTERED = 500
"""Tiles of worlds with more townships carry no letters: nobody could read them."""


def _hexagons(world: World) -> tuple[np.ndarray, np.ndarray]:
    """Centres (N, 2) and corners (N, 6, 2) of the tiles: pointy tops, odd rows shifted right by half a tile."""
    centres = np.column_stack([world.col + 0.5 * (world.row % 2), -world.row * np.sqrt(3) / 2])
    angles = np.deg2rad(np.arange(30, 390, 60))
    corners = np.column_stack([np.cos(angles), np.sin(angles)]) / np.sqrt(3)
    return centres, centres[:, None] + 0.97 * corners


def _prepare(axis: Axes, world: World) -> None:
    """Outline the states and fit the axis to the tiles."""
    centres, _ = _hexagons(world)
    axis.add_collection(LineCollection(_state_lines(world), colors=INK, linewidths=0.7, capstyle="round", zorder=1.5))
    axis.set_xlim(centres[:, 0].min() - 1, centres[:, 0].max() + 1)
    axis.set_ylim(centres[:, 1].min() - 1, centres[:, 1].max() + 1)
    axis.set_aspect("equal")
    axis.axis("off")


def _state_lines(world: World) -> list[np.ndarray]:
    """Sides (2, 2) of tiles that two states share."""
    centres, _ = _hexagons(world)
    tree = cKDTree(centres)
    lines = []
    for one, other in tree.query_pairs(1.01):
        if world.states[one] != world.states[other]:
            middle, step = (centres[one] + centres[other]) / 2, centres[other] - centres[one]
            side = np.array([-step[1], step[0]]) / np.sqrt(3) / 2
            lines.append(np.array([middle - side, middle + side]))
    return lines


def _row(world: World, count: int) -> tuple[Figure, list[Axes]]:
    """A figure with panels of equal size in a row, as high as the map asks, and room at the right for names of places."""
    width, height = np.ptp(_hexagons(world)[0], axis=0) + 2.0
    size = (max(2.9 * count + 1.3, 6.0), float(np.clip(2.9 * height / width + 2.1, 4.0, 8.0)))
    figure = Figure(figsize=size, layout="constrained")
    named = any(name in world.names for name in _LABELLED)
    axes = figure.subplots(1, count + named, squeeze=False, width_ratios=[1.0] * count + [6.3 / width] * named)[0]
    for spare in axes[count:]:
        spare.axis("off")
    return figure, list(axes[:count])


def _name_places(axis: Axes, world: World) -> None:
    centres, _ = _hexagons(world)
    right = centres[:, 0].max() + 1.2
    known = [(name, *centres[world.names.index(name)]) for name in _LABELLED if name in world.names]
    level = np.inf
    for name, x, y in sorted(known, key=lambda entry: -entry[2]):
        level = min(level - 1.1, y)
        axis.plot(x + 0.32, y, marker="o", markersize=1.8, color=INK, linestyle="none")
        note = axis.annotate(
            _LABELLED[name], (x + 0.32, y), (right, level), fontsize=6.5, color=INK, va="center", annotation_clip=False,
            arrowprops={"arrowstyle": "-", "lw": 0.4, "color": "#3A3A3A"},
        )  # fmt: skip
        note.set_in_layout(False)
        note.set_zorder(2.5)


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
    for code, (x, y) in zip(world.codes, centres, strict=True) if len(world.codes) <= _LETTERED else ():
        look = looks[holders[code]]
        if look.family.key != "junta":
            dark = look.family.key in ("kia", "shan", "pdf")
            axis.text(x, y, look.code, fontsize=4.6, ha="center", va="center", color="white" if dark else INK)
    marked = [world.codes.index(code) for code in besieged if code in world.codes]
    axis.add_collection(
        PolyCollection(list(corners[marked]), facecolors="none", edgecolors="#C1121F", linewidths=1.0, zorder=2)
    )
    _prepare(axis, world)


def _legend(figure: Figure, world: World) -> None:
    labels = family_labels([force.id for force in world.forces])
    handles = [Patch(facecolor=f.colour, edgecolor="#9A9A9A") for f in FAMILIES if f.key in labels]
    legend_of(figure, handles, list(labels.values()))


@styled
def ends(results: Results, world: World) -> Figure:
    """Who holds each town at the end most often, a map a scenario; pale where runs disagree."""
    frame = results.at_end("control", ["place", "holder"]).astype({"place": str, "holder": str})
    count = len(results.scenarios)
    figure, axes = _row(world, count)
    looks = scenario_looks(results.all_scenarios)
    for axis, scenario in zip(axes, results.scenarios, strict=True):
        part = frame[(frame["scenario"] == scenario) & frame["place"].isin(world.codes)]
        share = part.groupby("place")["holder"].value_counts(normalize=True)
        best = share.groupby(level=0).head(1)
        sure = {place: float(value) for (place, _), value in zip(best.index, best, strict=True)}
        _draw_holders(axis, world, dict(list(best.index)), sure, [])
        axis.set_title(looks[scenario].label)
    _name_places(axes[-1], world)
    _legend(figure, world)
    note = f"A tile a township; letters name the actor. Colour: the most frequent holder, pale where runs disagree. {CAVEAT}"
    title_of(figure, _ends_title(results, frame, world), note)
    return figure


def _ends_title(results: Results, frame: pd.DataFrame, world: World) -> str:
    towns = frame[frame["place"].isin(world.codes)]
    held = towns.groupby(["scenario", "place"])["holder"].value_counts(normalize=True).groupby(level=[0, 1]).max()
    parts = ", ".join(
        f"{np.count_nonzero(np.asarray(held[scenario]) < 1)} under {scenario}" for scenario in results.scenarios
    )
    return f"Who holds each town {results.when}, in most runs; runs disagree about {parts} of {len(world.codes)} towns"


@styled
def probability(results: Results, world: World, actor: str) -> Figure:
    """In what share of runs an actor holds each town at the end, a map a scenario, one sequential scale."""
    frame = results.at_end("control", ["place", "holder"]).astype({"place": str, "holder": str})
    figure, axes = _row(world, len(results.scenarios))
    looks = scenario_looks(results.all_scenarios)
    _, corners = _hexagons(world)
    means = []
    for axis, scenario in zip(axes, results.scenarios, strict=True):
        part = frame[frame["scenario"] == scenario]
        share = (part["holder"] == actor).groupby(part["place"]).mean().reindex(world.codes).to_numpy()
        means.append(f"{number(float(np.nansum(share)))} under {scenario}")
        tiles = PolyCollection(list(corners), array=share, cmap=SEQUENTIAL, edgecolors="#BDBDBD", linewidths=0.25)
        tiles.set_clim(0, 1)
        axis.add_collection(tiles)
        _prepare(axis, world)
        axis.set_title(looks[scenario].label)
    _name_places(axes[-1], world)
    label = f"share of runs in which {actor} holds the town"
    scale_of(figure, tiles, label)
    note = f"A tile a township; {results.runs_each} runs a scenario. {CAVEAT}"
    title_of(figure, f"{actor} holds {', '.join(means)} of {len(world.codes)} towns {results.when} (mean)", note)
    return figure


@styled
def start_and_end(control: pd.DataFrame, world: World, months: int, name: str) -> Figure:
    """Who holds each town at the start and at the end of one run; red outline: besieged."""
    figure, axes = _row(world, 2)
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
