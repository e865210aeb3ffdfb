"""What policies change, as differences: tiles that end in other hands, curves with bands."""

from __future__ import annotations

from matplotlib.figure import Figure

from model.views.differences import draw_changed_tiles, draw_differences
from model.views.kinds import Asked, figure
from model.views.read import Results
from model.world.read import load_world


@figure("changed", order=45)
def changed(results: Results, asked: Asked) -> Figure | None:
    """The towns that a policy moves into other hands; None where nothing is compared."""
    return draw_changed_tiles(results, load_world(results.world))


@figure("differences", order=75)
def differences(results: Results, asked: Asked) -> Figure | None:
    """What every policy changes month by month, all in one panel for each series; None where nothing is compared."""
    return draw_differences(results)
