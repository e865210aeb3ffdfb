"""The border lanes of a run as strips: crossings by months, one panel for each of the three lanes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from model.output.units import capital
from model.views import panels, style

LANES = ("ore", "reagent", "goods")
_TITLES = {"ore": "Ore out", "reagent": "Leaching reagent in", "goods": "General goods"}
SHUT = 0.5
"""Openness under which a lane is called shut."""


@style.styled
def draw_lanes(lanes: pd.DataFrame, start: str, names: Mapping[str, str] | None = None) -> Figure:
    """Draw how far each lane of each crossing is open, month by month.

    Args:
        lanes: columns month, crossing, ore, reagent, goods (0-1), a row per month and crossing.
        start: first month, as 2025-08.
        names: names of the crossings for people, by id.
    """
    frame = lanes.astype({"crossing": str})
    crossings = list(dict.fromkeys(frame["crossing"]))
    months = int(frame["month"].max())
    figure = panels.new_figure(11.0, 1.5 + 0.19 * max(len(crossings), 4))
    axes = figure.subplots(1, len(LANES), sharey=True)
    first, last = (float(panels.years(start, np.array([moment]))[0]) for moment in (0.0, float(max(months, 1))))
    for panel, lane in zip(axes, LANES, strict=True):
        image = panel.imshow(
            _grid(frame, crossings, lane), aspect="auto", interpolation="nearest", cmap=style.SEQUENTIAL.reversed(),
            vmin=0, vmax=1, extent=(first, last, len(crossings) - 0.5, -0.5), gid=lane,
        )  # fmt: skip
        panels.calendar(panel, start, months)
        panel.set_yticks(np.arange(len(crossings)), [(names or {}).get(name, name) for name in crossings], fontsize=7)
        panel.set_yticks(np.arange(1, len(crossings)) - 0.5, minor=True)
        panel.grid(axis="y", which="minor", color="white", linewidth=1.2)
        panel.tick_params(axis="y", which="both", length=0)
        panel.set_title(_TITLES[lane])
    bar = figure.colorbar(image, ax=list(axes), shrink=0.6, aspect=22, pad=0.01, ticks=[0, 0.5, 1])
    bar.ax.set_yticklabels(["0 shut", "0.5", "1 open"])
    bar.set_label("Openness (0-1)")
    note = f"One run. A lane counts as shut below {SHUT}; the title passes over lanes that never open. {panels.CAVEAT}"
    style.title_of(figure, title(frame, names or {}), note)
    return figure


def _grid(frame: pd.DataFrame, crossings: list[str], lane: str) -> np.ndarray:
    """(crossings, months) openness; the start is left out where months follow it, so that column k is month k + 1."""
    table = frame.pivot(index="crossing", columns="month", values=lane).loc[crossings]
    return table.to_numpy(dtype=np.float64)[:, 1 if table.shape[1] > 1 else 0 :]


def title(frame: pd.DataFrame, names: Mapping[str, str]) -> str:
    """Where ore and goods lanes are shut longest, in words; lanes that never open are no news and are passed over."""
    later = frame[frame["month"] > 0] if frame["month"].max() > 0 else frame
    months = later["month"].nunique()
    said = []
    for lane in ("ore", "goods"):
        shut = (later[lane] < SHUT).groupby(later["crossing"], sort=False).sum()
        shut = shut[(shut > 0) & (shut < months)]
        if shut.empty:
            said.append(f"no {lane} lane opens or shuts")
            continue
        longest = str(shut.idxmax())
        where = names.get(longest, longest)
        said.append(f"{lane} lanes are shut longest at {where} ({shut[longest]} of {months} months)")
    words = "; ".join(said)
    return capital(words)
