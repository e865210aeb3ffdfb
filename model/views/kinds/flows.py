"""Ore from mine to seller, crossing and destination."""

from __future__ import annotations

from matplotlib.figure import Figure

from model.views.flows import draw_flows
from model.views.kinds import Asked, figure
from model.views.read import Results, ViewError
from model.world.read import load_world


@figure("flows", order=70)
def flows(results: Results, asked: Asked) -> Figure | None:
    """Flows of the last 12 months; None where nothing was exported."""
    try:
        return draw_flows(results, load_world(results.world))
    except ViewError:
        return None
