"""Maps of the towns: the likeliest holders, and how likely one actor is to hold each."""

from __future__ import annotations

from matplotlib.figure import Figure

from model.views.kinds import Asked, figure
from model.views.maps import draw_ends, draw_probability, draw_years
from model.views.read import Results
from model.world.read import load_world


@figure("map", order=40, into_axes=True)
def ends(results: Results, asked: Asked) -> Figure | None:
    """The likeliest holder of each town at the end."""
    return draw_ends(results, load_world(results.world), asked.axes)


@figure("probability", order=50)
def probability(results: Results, asked: Asked) -> Figure | None:
    """In what share of runs one actor holds each town at the end."""
    return draw_probability(results, load_world(results.world), _one_actor(results, asked))


@figure("years", order=60)
def years(results: Results, asked: Asked) -> Figure | None:
    """In what share of runs one actor holds each town, year by year."""
    return draw_years(results, load_world(results.world), _one_actor(results, asked))


def _one_actor(results: Results, asked: Asked) -> str:
    """The first actor asked for, or else the KIA, or else the first of the batch."""
    if asked.actors:
        return asked.actors[0]
    return "KIA" if "KIA" in results.actors else results.actors[0]
