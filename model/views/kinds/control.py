"""Who holds the towns, and who the countryside, month by month."""

from __future__ import annotations

from matplotlib.figure import Figure

from model.views.control import draw_control
from model.views.kinds import Asked, figure
from model.views.read import Results


@figure("control", order=10, into_axes=True)
def control(results: Results, asked: Asked) -> Figure | None:
    """Shares of the population in towns, of the families or of the actors asked for."""
    return draw_control(results, "seat", actors=asked.actors, axes=asked.axes)


@figure("countryside", order=20, into_axes=True)
def countryside(results: Results, asked: Asked) -> Figure | None:
    """Shares of the population of the countryside, of the families or of the actors asked for."""
    return draw_control(results, "countryside", actors=asked.actors, axes=asked.axes)
