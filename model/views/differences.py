"""What policies change, as differences and not as levels: the tiles of the map whose holder changes, and curves with bands.

A town is judged by the one rule of evidence (:mod:`model.experiments.evidence`), like an outcome: the paired difference of the share
of runs in which an actor holds it at the end, corrected for all towns of the policy. It is drawn where that share changes by
:data:`LEAST` or more, strong where the rule calls it an effect, else pale. Curves are mean paired differences with the 95%
interval of a mean (Student's t), month by month.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter
from numpy.typing import NDArray

from model.arrays import Floats
from model.experiments.evidence import EFFECTS, judged, measured
from model.experiments.intervals import student
from model.output.units import join
from model.views import maps, panels, style
from model.views.read import Results
from model.views.tiles import tiles_of
from model.world.world import World

LEAST = 0.05
"""Change of the share of runs from which on a tile is drawn."""
YEAR = 12
_PALE = 0.3


# the map -------------------------------------------------------------------------------------------------------------


def changed_tiles(results: Results, scenario: str) -> pd.DataFrame:
    """The towns that end in other hands under a scenario than under the reference in more pairs one way than the other.

    Args:
        results: a batch with a reference.
        scenario: which.

    Returns:
        A row a town, of :func:`model.experiments.evidence.judged`: place; gains and loses (the actors that hold it in more and in fewer
        runs); mean (change of the share of runs in which ``gains`` holds it, at least :data:`LEAST`) with its 95% interval; reference_mean
        (that share under the reference); verdict. The surest first.
    """
    rows = results.at_end("control", ["run_id", "place", "holder", "leader"]).astype(str)
    rows = rows[rows["leader"] != ""]  # sites have none
    keys = results.runs.assign(pair=results.runs["replicate"].astype(str) + "/" + results.runs["point"].astype(str))
    rows["pair"] = rows["run_id"].map(keys.set_index("run_id")["pair"])
    after, before = (
        rows[rows["scenario"] == name].pivot(index="pair", columns="place", values="holder")
        for name in (scenario, str(results.reference))
    )
    pairs, towns = after.index.intersection(before.index), after.columns.intersection(before.columns)
    now, then = (held.loc[pairs, towns].to_numpy(dtype=str) for held in (after, before))
    replicates = keys.drop_duplicates("pair").set_index("pair").loc[pairs, "replicate"].to_numpy(dtype=np.int64)
    found = judged(_moved(now, then, replicates, len(results.manifest.get("vectors", []))).assign(place=towns))
    drawn = found[found["mean"] >= LEAST]
    return drawn.sort_values(["q", "mean"], ascending=[True, False], kind="stable", ignore_index=True)


def _moved(now: NDArray[np.str_], then: NDArray[np.str_], replicates: NDArray[np.int64], vectors: int) -> pd.DataFrame:
    """Who gains and loses each town, and the paired difference of the share of runs in which the former holds it.

    Args:
        now: (pairs, towns) holders under the policy.
        then: likewise under the reference.
        replicates: (pairs,) whose pairs they are; their design points are averaged, as they share random draws.
        vectors: number of parameter vectors, one a replicate in turn; 0 where there are none.
    """
    actors, owners = np.unique(np.concatenate([now.ravel(), then.ravel()])), np.unique(replicates)
    net = np.stack([(now == actor).sum(axis=0) - (then == actor).sum(axis=0) for actor in actors])
    gains, loses = actors[net.argmax(axis=0)], actors[net.argmin(axis=0)]
    base = (then == gains).astype(np.float64)
    change = (now == gains) - base
    each = np.stack([change[replicates == one].mean(axis=0) for one in owners])
    found = measured(each, owners % vectors if vectors else None)
    return pd.DataFrame(
        {
            "outcome": "holder",
            "gains": gains,
            "loses": loses,
            **found,
            "reference_mean": base.mean(axis=0),
            "matters": LEAST,
        }
    )


@style.styled
def draw_changed_tiles(
    results: Results, world: World, found: Mapping[str, pd.DataFrame] | None = None
) -> Figure | None:
    """Draw, a map a policy, the towns that it moves into other hands; None where there is no policy to compare.

    Args:
        results: a batch with a reference.
        world: its world.
        found: of :func:`changed_tiles` by policy, where that is there already.
    """
    end = results.ends[str(results.reference)] if results.reference else 0
    shown = [name for name in policies(results) if results.ends[name] == end][: panels.MOST_PANELS]
    if not shown or end == 0:
        return None
    found = found or {name: changed_tiles(results, name) for name in shown}
    figure, axes = maps.empty_maps(len(shown), world)
    tiles, looks = tiles_of(world), style.actor_looks(results.actors)
    for panel, name in zip(axes, shown, strict=True):
        panel.add_collection(
            PolyCollection(list(tiles.corners), facecolors="#F6F6F6", edgecolors="white", linewidths=0.2)
        )
        _draw_tiles(panel, world, tiles.corners, tiles.centres, found[name], looks)
        maps.outline(panel, tiles)
        panel.set_title(panels.looks_of(results)[name].label)
    maps.name_places(figure, axes, world, tiles)
    actors = dict.fromkeys(actor for table in found.values() for actor in table["gains"])
    _legend(figure, [looks[actor] for actor in actors if actor in looks])
    notes = panels.footnote(
        results,
        "Towns that end in other hands in at least 5% more pairs one way than the other,",
        "Strong: an effect by the rule of evidence, corrected for all towns of a policy; pale: may be chance. A tile is a township.",
    )
    named = {results.called(name): table for name, table in found.items()}
    style.title_of(figure, _map_title(named, world), notes)
    return figure


def _draw_tiles(
    panel: Axes,
    world: World,
    corners: Floats,
    centres: Floats,
    table: pd.DataFrame,
    looks: Mapping[str, style.ActorLook],
) -> None:
    places = {code: k for k, code in enumerate(world.codes)}
    for row in table[table["place"].isin(places)].to_dict("records"):
        k, look = places[row["place"]], looks[row["gains"]]
        strong = row["verdict"] in EFFECTS
        panel.add_collection(
            PolyCollection(
                [corners[k]],
                facecolors=look.colour,
                edgecolors=style.INK if strong else "white",
                linewidths=0.9 if strong else 0.3,
                alpha=1.0 if strong else _PALE,
                zorder=3 if strong else 2,
            )
        )
        if strong:
            text = maps.letter(panel, *centres[k])
            text.set_text(look.code)
            text.set_color("white" if style.is_dark(look.colour) else style.INK)
            text.set_zorder(4)


def _legend(figure: Figure, looks: Sequence[style.ActorLook]) -> None:
    families: dict[str, list[style.ActorLook]] = {}
    for look in looks:
        families.setdefault(look.family.label, []).append(look)
    handles = [Patch(facecolor=of[0].colour, label=f"to {label}") for label, of in families.items()]
    if handles:
        style.legend_of(figure, handles, [str(handle.get_label()) for handle in handles], 3)


def clearly_changed(table: pd.DataFrame) -> int:
    """Of :func:`changed_tiles`, those that the rule of evidence calls an effect."""
    return int(table["verdict"].isin(EFFECTS).sum())


def _map_title(found: Mapping[str, pd.DataFrame], world: World) -> str:
    return f"{map_words(found, len(world.codes))} (pale tiles: may be chance)"


def map_words(found: Mapping[str, pd.DataFrame], towns: int) -> str:
    """In how many towns a policy changes the holder more often than chance explains: a sentence without its full stop.

    Args:
        found: of :func:`changed_tiles`, by policy.
        towns: how many there are.
    """
    parts = [f"{count} under {name}" for name, table in found.items() if (count := clearly_changed(table))]
    if not parts:
        return f"No single town of {towns} changes its final holder more often than chance explains"
    return f"Of {towns} towns, the final holder changes more often than chance explains in {join(parts)}"


def policies(results: Results) -> list[str]:
    """The scenarios shown other than the reference; none where there is nothing to compare with."""
    return [name for name in results.scenarios if name != results.reference] if results.reference else []


# the curves ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Curve:
    """A series that is drawn as a difference.

    Args:
        title: of its panel.
        unit: of the difference.
        columns: of the table, summed.
        actor: whose, where the table is that of actors; empty for the monthly one.
        window: months that are summed: 1 for the month itself, 0 for all since the start.
        factor: by which values are multiplied.
    """

    title: str
    unit: str
    columns: tuple[str, ...]
    actor: str = ""
    window: int = 1
    factor: float = 1.0


CURVES = (
    Curve("Towns held by the junta", "towns", ("townships_held",), "JUNTA"),
    Curve("Ore to China", "t REO per year", ("exports_t_china_official", "exports_t_china_informal"), window=YEAR),
    Curve("Ore to India and the Quad", "t REO per year", ("exports_t_quad",), window=YEAR),
    Curve("Income of the junta since the start", "million USD", ("revenue_usd",), "JUNTA", 0, 1e-6),
    Curve("Civilians killed since the start", "persons", ("deaths_civilians",), window=0),
    Curve("Displaced persons", "thousands", ("displaced_persons",), factor=1e-3),
)


def paired_curve(results: Results, curve: Curve, scenario: str) -> pd.DataFrame:
    """The mean paired difference of a series from the reference, month by month.

    Args:
        results: a batch with a reference.
        curve: which series.
        scenario: which policy.

    Returns:
        Index month; columns mean, low95, high95, in the curve's unit; replicates are pairs, design points are averaged.
    """
    values = [_series(results, curve, name) for name in (scenario, str(results.reference))]
    difference = (values[0] - values[1]).dropna(how="all").dropna(axis=1, how="any")
    each = difference.to_numpy(dtype=np.float64)
    ends = student(each.T) if each.shape[1] > 1 else np.full((len(each), 2), np.nan)
    columns = {"mean": each.mean(axis=1), "low95": ends[:, 0], "high95": ends[:, 1]}
    return pd.DataFrame(columns, index=difference.index)


def _series(results: Results, curve: Curve, scenario: str) -> pd.DataFrame:
    """A series with a row per month and a column a replicate."""
    table, where = ("actors", {"actor": curve.actor}) if curve.actor else ("monthly", {})
    rows = results.frame(table, ["run_id", "replicate", "month", *curve.columns], scenario=scenario, **where)
    rows["value"] = curve.factor * rows[list(curve.columns)].sum(axis=1)
    wide = rows.pivot(index="month", columns="run_id", values="value").sort_index()
    if curve.window != 1:
        flows = wide.iloc[1:]
        wide = flows.cumsum() if curve.window == 0 else flows.rolling(curve.window, min_periods=curve.window).sum()
    owner = rows.drop_duplicates("run_id").set_index("run_id")["replicate"]
    return wide.T.groupby(owner).mean().T.dropna(how="all")


@style.styled
def draw_differences(results: Results) -> Figure | None:
    """Draw what every policy changes month by month, all in one panel for each series; None where nothing is compared."""
    shown = policies(results)[: panels.MOST_PANELS]
    curves = [one for one in CURVES if not one.actor or one.actor in results.actors]
    if not shown or results.months < YEAR:
        return None
    columns = 3
    figure = panels.new_figure(panels.width_of(4), 1.5 * -(-len(curves) // columns) + 0.9)
    grid = figure.subplots(-(-len(curves) // columns), columns, squeeze=False).ravel()
    looks = panels.looks_of(results)
    for axes, curve in zip(grid, curves, strict=False):
        for name in shown:
            _draw_curve(axes, results, paired_curve(results, curve, name), looks[name])
        axes.axhline(0, color=style.SOFT, linewidth=0.8, zorder=0)
        axes.set_title(curve.title)
        axes.set_ylabel(curve.unit, fontsize=7.5)
        panels.calendar(axes, results.start, results.months)
        axes.grid(axis="y", color=style.FAINT, linewidth=0.4)
        axes.locator_params(axis="y", nbins=4)
        axes.yaxis.set_major_formatter(FuncFormatter(style.tick))
    for spare in grid[len(curves) :]:
        spare.remove()
    handles = [
        Line2D([], [], color=looks[name].colour, linestyle=looks[name].dash, label=looks[name].label)  # type: ignore[arg-type]
        for name in shown
    ]
    style.legend_of(figure, handles, [str(one.get_label()) for one in handles], 4)
    note = panels.footnote(
        results, "Line: mean paired difference; band: its 95% interval,", "Ore: sums over the last 12 months."
    )
    style.title_of(figure, f"What each policy changes against {looks[str(results.reference)].label}", note)
    return figure


def _draw_curve(axes: Axes, results: Results, found: pd.DataFrame, look: style.Look) -> None:
    x = panels.years(results.start, found.index.to_numpy(dtype=np.float64))
    low, high = (found[name].to_numpy(dtype=np.float64) for name in ("low95", "high95"))
    axes.fill_between(x, low, high, color=look.colour, alpha=0.18, linewidth=0)
    axes.plot(x, found["mean"].to_numpy(dtype=np.float64), color=look.colour, linestyle=look.dash, label=look.label)
