"""Control and exports of a run so far, as one picture that is quick to draw again every month."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from model.model import RareEarthModel
from model.views import panels, style


@style.styled
def draw_so_far(model: RareEarthModel) -> Figure:
    """Draw what a run has shown so far: towns held by family, the largest above; ore exported by destination.

    Args:
        model: the run, at any month.
    """
    # Fixed margins: the layout that is worked out anew takes longer than all the rest.
    figure = Figure(figsize=(6.4, 6.2))
    figure.subplots_adjust(left=0.125, right=0.755, top=0.985, bottom=0.05, hspace=0.12)
    upper, lower, flows = figure.subplots(3, 1, height_ratios=[1.0, 1.7, 1.7])
    start, months, done = model.run.scenario.start, model.run.scenario.months, model.month
    x = panels.years(start, np.arange(done + 1, dtype=float))
    shares = _shares(model)
    largest = max(shares, key=lambda key: float(shares[key][0].max()), default="")
    for axes, keys in ((upper, [largest]), (lower, [key for key in shares if key != largest])):
        _families(axes, x, {key: shares[key] for key in keys if key}, 0.9 if axes is upper else 1.6)
    lower.set_ylabel("people in townships\nwhose town it holds (%)")
    _flows(flows, model, x[1:] - 1 / 24)
    for axes in (upper, lower, flows):
        panels.calendar(axes, start, months, monsoon=axes is flows)
        axes.grid(axis="y", color=style.FAINT, linewidth=0.4)
    upper.tick_params(labelbottom=False)
    lower.tick_params(labelbottom=False)
    return figure


def _shares(model: RareEarthModel) -> dict[str, tuple[np.ndarray, style.Family]]:
    """Family -> percent of the people in townships whose town it holds, by month, and the family."""
    looks = style.actor_looks(model.world.force_ids)
    recorded = 100 * model.recorder.actors["seat_population_share"][: model.month + 1]
    found = {}
    for family in style.FAMILIES:
        members = [k for k, name in enumerate(model.world.force_ids) if looks[name].family is family]
        if members:
            found[family.key] = (recorded[:, members].sum(axis=1), family)
    return found


def _families(axes: Axes, x: np.ndarray, shares: dict[str, tuple[np.ndarray, style.Family]], inches: float) -> None:
    marker = "o" if len(x) == 1 else None
    for values, family in shares.values():
        axes.plot(x, values, color=family.line, linestyle=family.dash, marker=marker, markersize=3)
    tops = [float(values.max()) for values, _ in shares.values()] or [1.0]
    lows = [float(values.min()) for values, _ in shares.values()] or [0.0]
    if len(shares) == 1:
        axes.set_ylim(max(min(lows) - 3, 0), min(max(tops) + 3, 100.5))
    else:
        axes.set_ylim(0, max(max(tops) * 1.1, 1.0))
    ends = [panels.EndLabel(float(values[-1]), family.short, family.line) for values, family in shares.values()]
    panels.label_ends(axes, ends, inches)


def _flows(axes: Axes, model: RareEarthModel, x: np.ndarray) -> None:
    ends = []
    top = 100.0
    for key, look in style.DESTINATIONS.items():
        values = model.recorder.monthly[f"exports_t_{key}"][1 : model.month + 1]
        axes.plot(x, values, color=look.colour, linestyle=look.dash)
        top = max(top, float(values.max(initial=0.0)))
        ends.append(
            panels.EndLabel(float(values[-1]) if len(values) else 0.0, look.label.replace(", ", ",\n"), look.colour)
        )
    axes.set_ylim(0, 1.08 * top)
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.set_ylabel("exports\n(t REO a month)")
    panels.label_ends(axes, ends, 1.6)
