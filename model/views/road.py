"""The road to India in words and numbers: of what the mines would send, what goes, what holds back the rest, what it cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from model.experiments.intervals import interval
from model.output import road
from model.output.units import join, number, per_cent
from model.views import panels, style
from model.views.read import Results

PAYMENTS = {
    "japan_finance_usd": "Japan",
    "us_road_usd": "the US for building the road",
    "us_premium_usd": "the US as a premium on India's price",
    "india_paid_usd": "India for the ore",
}
"""Columns of money, and who paid it for what."""

_YUAN = ("road_net_back_yuan_per_t", "china_net_back_yuan_per_t", "road_freight_yuan_per_t")
COLUMNS = ("run_id", "month", "date", *road.COLUMNS, "road_binds", "exports_t_quad", *PAYMENTS, *_YUAN)
"""Columns of the monthly record that this takes."""

YEAR = 12
_CAPACITIES = {"size": "road_planned_t", "building": "road_built_t"}
"""Limits that are capacities, and their columns."""
_TOLD, _BITES = 3, 0.95
"""Limits that a short text names, and the share that they let through at most."""


def road_summary(monthly: pd.DataFrame, window: int | None = YEAR) -> dict[str, Any]:
    """Means over runs of a window at their end.

    Args:
        monthly: :data:`COLUMNS` of one or more runs of a scenario.
        window: months; None for the whole run.

    Returns:
        Empty where nobody asked for a road in the window. Else ``months``, ``first``, ``last`` (dates), ``runs``; ``left``:
        t per month offered, wanted, and left after each limit; ``capacity``: t per month planned and built, by limit;
        ``factors``; ``binds``: share of months, the most frequent first; ``flow``: t per month that went, and ``flow_95``, its
        interval over runs; ``paid``: USD per month by column; ``yuan``: means by column.
    """
    last = int(monthly["month"].max())
    rows = monthly[(monthly["month"] > max(last - window, 0)) if window else (monthly["month"] > 0)]
    rows = rows[rows.groupby("month")["road_planned_t"].transform("max") > 0]
    if rows.empty:
        return {}
    columns = {name: rows[name] for name in road.COLUMNS}
    left = {name: float(tonnes.mean()) for name, tonnes in road.left_after(columns).items()}
    binds = rows["road_binds"].astype(str)
    each = rows.groupby("run_id", observed=True)["exports_t_quad"].mean().to_numpy(dtype=np.float64)
    return {
        "months": int(rows["month"].nunique()),
        "first": str(rows["date"].iloc[0]),
        "last": str(rows["date"].iloc[-1]),
        "runs": int(rows["run_id"].nunique()),
        "left": left,
        "capacity": {limit: float(rows[column].mean()) for limit, column in _CAPACITIES.items()},
        "factors": {name: float(share) for name, share in road.factors(left).items()},
        "binds": {str(name): float(share) for name, share in binds[binds != ""].value_counts(normalize=True).items()},
        "flow": float(each.mean()),
        "flow_95": interval(each)[:2],
        "paid": {name: float(rows[name].mean()) for name in PAYMENTS},
        "yuan": {name: float(rows.loc[rows["road_wanted_t"] > 0, name].mean()) for name in _YUAN},
    }


def road_words(monthly: pd.DataFrame) -> list[str]:
    """What the road to India carries, what holds back the rest, and what was paid: a sentence each; none without a road.

    Args:
        monthly: :data:`COLUMNS` of one or more runs of a scenario.
    """
    year, whole = road_summary(monthly), road_summary(monthly, None)
    if not year:
        return []
    return [flow_words(year), binding_words(year), price_words(year), payment_words(whole)]


def flow_words(found: Mapping[str, Any]) -> str:
    """Of what the mines would send, what goes, and the share that each limit lets through."""
    runs = f"; mean of {found['runs']} runs" if found["runs"] > 1 else ""
    period = f"{found['first']} to {found['last']}{runs}" if found["months"] > 1 else f"{found['first']}{runs}"
    trips = f"{number(found['flow'] / road.TRUCK_T)} trips of ten tonnes"
    lead = (
        f"Road to India, {period}: mines would send {number(found['left']['wanted'])} t per month, and "
        f"{number(found['flow'])} t per month go ({trips})."
    )
    bites = [
        f"{road.LIMITS[name]} ({per_cent(share)})"
        for name, share in found["factors"].items()
        if f"{share:.2f}" != "1.00"
    ]
    return (
        f"{lead} It is limited by {join(bites)}; in brackets, what each lets through."
        if bites
        else f"{lead} Nothing limits it."
    )


def flow_part(found: Mapping[str, Any]) -> str:
    """What goes with its interval over runs, and the limits that hold back most of the rest: part of a sentence."""
    low, high = found["flow_95"]
    band = f" [{number(low)}, {number(high)}]" if found["runs"] > 1 else ""
    tightest = sorted((share, name) for name, share in found["factors"].items() if share < _BITES)[:_TOLD]
    held = f", held back most by {join([_limit(found, name) for _, name in tightest])}" if tightest else ""
    return (
        f"of {number(found['left']['wanted'])} t per month that mines would send to India, {number(found['flow'])}{band} t go "
        f"({found['first']} to {found['last']}){held}"
    )


def _limit(found: Mapping[str, Any], name: str) -> str:
    """A limit with what it is: t per month of a capacity, or the share that it lets through."""
    capacity, share = found["capacity"].get(name), found["factors"][name]
    return f"{road.LIMITS[name]} ({per_cent(share) if capacity is None else f'{number(capacity)} t per month'})"


def binding_words(found: Mapping[str, Any]) -> str:
    """What binds, in which share of months."""
    parts = [
        f"{road.WORDS[name]} in {per_cent(share)} of months" for name, share in found["binds"].items() if share >= 0.005
    ]
    return f"The tightest limit is {join(parts)}."


def price_words(found: Mapping[str, Any]) -> str:
    """What miners would earn in India and in China."""
    india, china, freight = (found["yuan"][name] for name in _YUAN)
    if not np.isfinite(india):
        return "Miners would send nothing to India."
    better = "more" if india > china else "less"
    return (
        f"A tonne at the mine would earn {number(india)} yuan from India, {better} than the {number(china)} yuan from China, after "
        f"{number(freight)} yuan of freight (including reagent on the way back); at these prices miners would send "
        f"{per_cent(found['left']['wanted'] / max(found['left']['offered'], 1e-9))} of the ore for sale to India."
    )


def payment_words(found: Mapping[str, Any]) -> str:
    """What Japan, the US and India paid over the whole run, and all of it per tonne."""
    tonnes, paid = found["flow"] * found["months"], {name: usd * found["months"] for name, usd in found["paid"].items()}
    total = sum(paid.values())
    each = [f"{number(paid[name] / 1e6)} by {who}" for name, who in PAYMENTS.items()]
    lead = f"Paid from {found['first']} to {found['last']}: {number(total / 1e6)} million USD, of which {join(each)}"
    if tonnes < 1:
        return f"{lead}, for less than one tonne."
    return f"{lead}. For {number(tonnes)} t, that is {number(total / tonnes)} USD per tonne."


def road_table(results: Results) -> pd.DataFrame:
    """What is left of the ore for India after each limit, t per month over the last twelve months, by scenario.

    Args:
        results: a batch or a run.

    Returns:
        Columns scenario, step (offered, wanted, the limits), meaning, t_per_month, factor; scenarios with a road alone.
    """
    meanings = {"offered": "ore for sale", "wanted": "that miners would send to India"} | road.LIMITS
    rows = []
    for scenario in results.scenarios:
        found = road_summary(results.frame("monthly", COLUMNS, scenario=scenario))
        for step, tonnes in found.get("left", {}).items():
            rows.append((scenario, step, meanings[step], tonnes, found["factors"].get(step, np.nan)))
    return pd.DataFrame(rows, columns=["scenario", "step", "meaning", "t_per_month", "factor"])


def _goes(table: pd.DataFrame, scenario: str) -> float:
    """T per month that go to India under a scenario."""
    return float(table.loc[table["scenario"] == scenario, "t_per_month"].iloc[-1])


_NAMES = {"offered": "for sale", "wanted": "wanted for India", "size": "planned capacity", "building": "built so far"}
_NAMES |= {"gate": "India's border", "security": "security", "season": "rains", "reagent": "reagent trips"}


@style.styled
def draw_road(results: Results) -> Figure | None:
    """Draw what each limit of the road leaves of the ore for India, a panel a scenario; None where no scenario has a road.

    Args:
        results: a batch or a run.
    """
    table = road_table(results)
    chosen: Sequence[str] = list(dict.fromkeys(table["scenario"]))[: panels.MOST_PANELS]
    if not chosen:
        return None
    rows, columns = panels.columns_for(len(chosen), 2)
    figure = panels.new_figure(3.6 * columns + 1.6, 1.1 + 2.5 * rows)
    grid = figure.subplots(rows, columns, squeeze=False, sharey=True)
    for k, scenario in enumerate(chosen):
        _bars(grid.flat[k], table[table["scenario"] == scenario])
        grid.flat[k].set_title(panels.looks_of(results)[scenario].label)
    panels.finish(figure, grid, len(chosen), 1, "")
    most = chosen[0] if len(chosen) == 1 else max(chosen, key=lambda name: _goes(table, name))
    words = flow_part(road_summary(results.frame("monthly", COLUMNS, scenario=most)))
    note = "Bars: t REO per month left after each limit, from the ore for sale down to what goes; logarithmic scale."
    style.title_of(figure, f"{most}: {words}", panels.footnote(results, "Means over the last 12 months", note))
    return figure


def _bars(axes: Any, part: pd.DataFrame) -> None:
    """The steps from the ore for sale to what goes, the first on top."""
    tonnes, places = part["t_per_month"].to_numpy(dtype=np.float64), np.arange(len(part))
    least = max(float(tonnes[tonnes > 0].min(initial=1.0)), 1e-3) / 4
    colours = [style.FAINT, *["#7FB2D5"] * (len(part) - 2), style.DESTINATIONS["quad"].colour]
    axes.barh(places, np.maximum(tonnes, least), color=colours)
    for place, value, factor in zip(places, tonnes, part["factor"], strict=True):
        share = "" if factor != factor or f"{factor:.2f}" == "1.00" else f"  x {number(factor)}"
        axes.annotate(f"{number(value)}{share}", (max(value, least), place), xytext=(3, 0),
                      textcoords="offset points", va="center", fontsize=7)  # fmt: skip
    style.log_scale(axes)
    axes.set_xlim(least, max(float(tonnes.max()), 1.0) * 8)
    axes.set_yticks(places, [_NAMES[step] for step in part["step"]])
    axes.set_ylim(len(part) - 0.4, -0.6)
    axes.set_xlabel("t REO per month")
    axes.tick_params(axis="y", length=0)
