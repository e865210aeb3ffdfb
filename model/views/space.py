"""The map of a run in Mesa's own drawing: ``SolaraViz(model, components=[township_map, make_plot_component("exports_t")])``.

Mesa draws the agents where they stand, in the colours of this project; beneath them lie the tiles of its maps.
"""

from __future__ import annotations

import dataclasses
import warnings
from functools import partial
from typing import Any

from matplotlib.axes import Axes
from matplotlib.text import Text

from agents.armed.actor import ArmedActor
from model.model import RareEarthModel
from model.run import date_after
from model.views import maps, style
from model.views.tiles import Tiles, tiles_of

with warnings.catch_warnings():
    # Solara dislikes how Mesa wrote a component of its own, and says so to whoever imports it.
    warnings.filterwarnings("ignore", message="[^$]*use_state")
    from mesa.visualization import make_space_component
    from mesa.visualization.components import AgentPortrayalStyle

_LONGEST = 7.0
"""Inches of a map's longer side."""
_DPI = 130
_BENEATH = 10
"""Layers that tiles lie below Mesa's own, which takes notice of no layer but its first."""


def portray(agent: Any) -> AgentPortrayalStyle:
    """How Mesa draws an agent: armed actors as discs in the colour of their family, buyers as open squares.

    Args:
        agent: of a :class:`RareEarthModel`.
    """
    if not isinstance(agent, ArmedActor):
        return AgentPortrayalStyle(color="none", marker="s", edgecolors="white", linewidths=1.0)
    colour = style.actor_looks(agent.model.world.force_ids)[agent.actor_id].colour
    rim = "white" if style.is_dark(colour) else style.INK
    return AgentPortrayalStyle(color=colour, marker="o", edgecolors=rim, linewidths=1.0)


def township_map(model: RareEarthModel) -> Any:
    """Mesa's component of the space over the map of who holds what; a component for ``SolaraViz``.

    Args:
        model: the run.
    """
    beneath = partial(draw_townships, model=model)
    return make_space_component(portray, post_process=beneath, draw_grid=False, s=60)(model)


@style.styled
def draw_townships(axes: Axes, model: RareEarthModel) -> None:
    """Draw the tiles of who holds what beneath what Mesa has drawn.

    Args:
        axes: Mesa's drawing of ``model.grid``.
        model: the run.
    """
    there, world, run = set(axes.get_children()), model.world, model.run
    tiles = as_mesa_draws(tiles_of(world), model)
    holders = {place: run.name(int(held)) for place, held in zip(world.place_ids, run.state.holder, strict=True)}
    besiegers = zip(world.place_ids, run.state.attacker, strict=True)
    attackers = {place: run.name(int(attacker)) for place, attacker in besiegers if attacker >= 0}
    maps.draw_holdings(axes, world, tiles, maps.Holdings(holders, attacker=attackers))
    for artist in set(axes.get_children()) - there:
        if not isinstance(artist, Text):
            artist.set_zorder(artist.get_zorder() - _BENEATH)
    low, high = tiles.corners.min(axis=(0, 1)), tiles.corners.max(axis=(0, 1))
    axes.set(
        xlim=(low[0] - 0.2, high[0] + 0.2),
        ylim=(low[1] - 0.2, high[1] + 0.2),
        aspect="equal",
        title=date_after(model.date, -1),
    )
    axes.axis("off")
    figure: Any = axes.figure
    figure.set_dpi(_DPI)
    figure.set_size_inches(*(_LONGEST * (high - low) / (high - low).max()))


def as_mesa_draws(tiles: Tiles, model: RareEarthModel) -> Tiles:
    """The shapes of the map where Mesa draws the cells of ``model.grid``: the same hexagons, with edges of 1.

    Args:
        tiles: the shapes with tiles 1 wide.
        model: the run.
    """
    first = model.grid[model.world.codes[0]]
    scale = 3**0.5
    shift = first.position - scale * tiles.centres[0]
    states = {name: (scale * x + shift[0], scale * y + shift[1]) for name, (x, y) in tiles.states.items()}
    parts = {name: scale * getattr(tiles, name) + shift for name in ("centres", "corners", "outlines")}
    return dataclasses.replace(tiles, states=states, **parts)
