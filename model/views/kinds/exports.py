"""Ore by destination, month by month."""

from __future__ import annotations

from matplotlib.figure import Figure

from model.views.exports import draw_exports
from model.views.kinds import Asked, figure
from model.views.read import Results


@figure("exports", order=30, into_axes=True)
def exports(results: Results, asked: Asked) -> Figure | None:
    """Exports of each month; None where the runs have no month."""
    return draw_exports(results, asked.axes) if results.months else None
