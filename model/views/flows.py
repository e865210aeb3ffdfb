"""How ore flows from mine to seller to crossing to destination: an alluvial diagram, and the table behind it."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from model.output.units import number
from model.views import panels, style
from model.views.exports import YEAR
from model.views.read import Results, ViewError
from model.world.world import World

STAGES = ("mine", "seller", "crossing", "destination")
_HEADS = ("Mines", "Sellers", "Crossings", "Destinations")
MOST_NODES = 7
"""Most nodes of a stage; the smallest beyond them are drawn as one."""
_OTHERS = "others"
_GAP = 0.035
_BAR = 0.05
_X = (0.0, 0.62, 1.45, 3.25)
"""Where the stages stand: more room where names are long."""
_LETTERS = 20
"""Letters of a line of a destination's label."""


def flow_table(results: Results) -> pd.DataFrame:
    """Tonnes by mine, seller, crossing and destination in the last 12 months, mean over runs.

    Args:
        results: a batch or run.

    Returns:
        Columns scenario, the four stages, tonnes (t REO a run), the largest flows of each scenario first.
    """
    rows = results.frame("exports", ["scenario", "month", *STAGES, "tonnes"])
    rows = rows.astype({"scenario": str, **dict.fromkeys(STAGES, str)})
    rows = results.last_year(rows[rows["scenario"].isin(results.scenarios)])
    table = rows.groupby(["scenario", *STAGES], sort=False)["tonnes"].sum().reset_index()
    counts = results.runs["scenario"].astype(str).value_counts()
    table["tonnes"] /= table["scenario"].map(counts).astype(float)
    order = {name: number for number, name in enumerate(results.scenarios)}
    table = table.assign(order=table["scenario"].map(order)).sort_values(["order", "tonnes"], ascending=[True, False])
    return table.drop(columns="order").reset_index(drop=True)


@style.styled
def draw_flows(results: Results, world: World) -> Figure:
    """Draw the flows of the last 12 months, a panel a scenario, all on one scale; colours are the sellers'.

    Args:
        results: a batch or run.
        world: its world, for names.

    Raises:
        ViewError: nothing was exported.
    """
    table = flow_table(results)
    if not table["tonnes"].sum() > 0:
        raise ViewError(f"{results.name}: nothing was exported, so there are no flows to draw")
    shown = results.scenarios[: panels.MOST_PANELS]
    named = _named(table, results, world)
    largest = max(float(named.loc[named["scenario"] == name, "tonnes"].sum()) for name in shown)
    orders = [list(named.groupby(stage)["tonnes"].sum().sort_values(ascending=False).index) for stage in STAGES]
    rows, columns = panels.columns_for(len(shown), 2)
    figure = panels.new_figure(4.75 * columns + 0.3, 3.1 * rows + 0.9)
    grid = figure.subplots(rows, columns, squeeze=False)
    for axes, name in zip(grid.ravel(), shown, strict=False):
        _panel(axes, named[named["scenario"] == name], orders, largest, world)
        axes.set_title(panels.looks_of(results)[name].label, pad=12)
    for spare in grid.ravel()[len(shown) :]:
        spare.remove()
    notes = panels.footnote(results, "Mean", f"t REO in the last {YEAR} months; all panels on one scale.")
    style.title_of(figure, _title(table, shown), notes)
    return figure


def _named(table: pd.DataFrame, results: Results, world: World) -> pd.DataFrame:
    """Ids replaced by names for people; the smallest nodes of a stage put together."""
    mines = [world.place_names[place].removesuffix(" mines").partition(" (")[0] for place in world.mine_place]
    names: dict[str, Mapping[str, str]] = {
        "mine": dict(zip(world.mine_ids, mines, strict=True)),
        "crossing": dict(zip(world.crossing_ids, world.crossing_names, strict=True)),
        "destination": {key: look.label for key, look in style.DESTINATIONS.items()},
    }
    named = table.copy()
    for stage in STAGES:
        if stage in names:
            named[stage] = named[stage].map(lambda key, known=names[stage]: known.get(key, key))
        sums = named.groupby(stage)["tonnes"].sum().sort_values(ascending=False)
        small = set(sums.index[MOST_NODES - 1 :]) if len(sums) > MOST_NODES else set()
        named[stage] = named[stage].map(lambda name, small=small: _OTHERS if name in small else name)
    return named.groupby(["scenario", *STAGES], sort=False)["tonnes"].sum().reset_index()


@dataclass
class _Node:
    """A node: its bottom and height, and how far its ribbons have been stacked on the left and on the right."""

    bottom: float
    height: float
    left: float = 0.0
    right: float = 0.0


def _panel(axes: Axes, part: pd.DataFrame, orders: Sequence[Sequence[str]], largest: float, world: World) -> None:
    looks = style.actor_looks([force.id for force in world.forces])
    stages = [_stack(part, stage, order, largest) for stage, order in zip(STAGES, orders, strict=True)]
    for column in range(len(STAGES) - 1):
        frame = pd.DataFrame({"a": part[STAGES[column]], "b": part[STAGES[column + 1]], "by": part["seller"]})
        pairs = frame.assign(tonnes=part["tonnes"]).groupby(["a", "b", "by"], sort=False)["tonnes"].sum()
        ranks = [{name: number for number, name in enumerate(nodes)} for nodes in stages[column : column + 2]]
        entries = [(str(key[0]), str(key[1]), str(key[2]), float(tonnes)) for key, tonnes in _items(pairs)]
        for a, b, by, tonnes in sorted(entries, key=lambda entry: (ranks[0][entry[0]], ranks[1][entry[1]])):
            colour = looks[by].colour if by in looks else style.FAINT
            _ribbon(axes, column, stages[column][a], stages[column + 1][b], tonnes / largest, colour)
    for column, nodes in enumerate(stages):
        _bars(axes, column, nodes, largest)
    axes.set_xlim(-1.45, _X[-1] + 1.35)
    axes.set_ylim(-1.0 - _GAP * MOST_NODES, 0.02)
    axes.axis("off")


def _items(pairs: pd.Series[float]) -> list[tuple[tuple[object, ...], float]]:
    keys: list[tuple[object, ...]] = list(pairs.index.to_flat_index())
    return list(zip(keys, pairs.tolist(), strict=True))


def _stack(part: pd.DataFrame, stage: str, order: Sequence[str], largest: float) -> dict[str, _Node]:
    """Nodes of a stage from the top down, in one order for all panels, what is put together last."""
    sums = part.groupby(stage)["tonnes"].sum()
    nodes, top = {}, 0.0
    for name in [*(name for name in order if name != _OTHERS), _OTHERS]:
        if name in sums.index:
            height = float(sums[name]) / largest
            nodes[name] = _Node(top - height, height)
            top -= height + _GAP
    return nodes


def _ribbon(axes: Axes, column: int, one: _Node, other: _Node, height: float, colour: str) -> None:
    x0, x1 = _X[column] + _BAR, _X[column + 1] - _BAR
    top0, top1 = one.bottom + one.height - one.right, other.bottom + other.height - other.left
    one.right, other.left = one.right + height, other.left + height
    middle = (x0 + x1) / 2
    points = [
        (x0, top0), (middle, top0), (middle, top1), (x1, top1),
        (x1, top1 - height), (middle, top1 - height), (middle, top0 - height), (x0, top0 - height), (x0, top0),
    ]  # fmt: skip
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    axes.add_patch(PathPatch(Path(points, codes), facecolor=colour, alpha=0.45, linewidth=0))


def _bars(axes: Axes, column: int, nodes: Mapping[str, _Node], largest: float) -> None:
    axes.text(_X[column], 0.03, _HEADS[column], ha="center", va="bottom", fontsize=7, color=style.SOFT)
    placed = np.inf
    for name, node in nodes.items():
        axes.add_patch(Rectangle((_X[column] - _BAR, node.bottom), 2 * _BAR, node.height, color=style.INK, linewidth=0))
        text = f"{name}  {number(node.height * largest)}"
        lines = textwrap.wrap(text, _LETTERS) if column == len(STAGES) - 1 else [text]
        # Labels of small nodes would lie on each other; they are moved down.
        placed = min(node.bottom + node.height / 2, placed - 0.055 * len(lines))
        side = 1 if column else -1
        axes.text(
            _X[column] + side * (_BAR + 0.03), placed, "\n".join(lines), ha="left" if side > 0 else "right", va="center", fontsize=6.5,
            bbox={"facecolor": "white", "alpha": 0.75, "linewidth": 0, "pad": 0.6}, in_layout=False,
        )  # fmt: skip


def _title(table: pd.DataFrame, shown: Sequence[str]) -> str:
    parts = []
    for name in shown:
        part = table[table["scenario"] == name]
        total = float(part["tonnes"].sum())
        seller = part.groupby("seller")["tonnes"].sum()
        if total > 0:
            parts.append(f"{seller.max() / total:.0%} of {number(total)} t from {seller.idxmax()} under {name}")
    return "Whose ore leaves: " + "; ".join(parts)
