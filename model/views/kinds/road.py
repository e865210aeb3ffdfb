"""What holds back the ore on the road to India."""

from __future__ import annotations

from matplotlib.figure import Figure

from model.views.kinds import Asked, figure
from model.views.read import Results
from model.views.road import draw_road


@figure("road", order=35)
def road(results: Results, asked: Asked) -> Figure | None:
    """Tonnes left after each limit of the road, last 12 months; None where no scenario asks for a road."""
    return draw_road(results) if results.months else None
