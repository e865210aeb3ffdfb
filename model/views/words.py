"""The text side of results: outcomes, effects and the chronicle of a run, for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.outcomes import outcome_list
from model.views.style import number

HEADLINES = (
    "exports_t_china",
    "exports_t_quad",
    "china_share_of_exports",
    "us_heavy_ree_supply_share",
    "townships_held_junta",
    "townships_held_kia",
    "seat_population_share_junta",
    "revenue_usd_kia",
    "towns_changed_hands_all",
    "bhamo_months_held",
    "recognition_kia",
    "western_followers",
    "displaced_person_months",
    "deaths_fighters_all",
    "deaths_civilians_all",
    "leachate_t",
)
"""The outcomes that tables and figures show first; all of them stand in the results."""

TIERS = (
    (
        "federal_settlement",
        "settlement_collapsed",
        "elections",
        "partner_chosen",
        "partner_dropped",
        "recognition",
        "western_followers",
        "ceasefire",
        "ceasefire_broken",
        "talks",
        "deal",
        "deal_broken",
        "purchase_threat",
        "purchases_cut",
        "supply_cut",
        "town_returned",
        "handed_over",
        "site_taken",
        "mine_stopped",
        "instrument_begins",
        "offer_refused",
        "instrument_ends",
        "forcing",
    ),
    ("gates_shut", "gates_opened"),
    ("town_taken",),
)
"""Kinds of events, the most telling first; kinds that are not named come last (sieges begun, broken, relieved)."""

_SHARE = 0.6
"""Share of the room that is left of which a tier is sure; so lanes leave room for towns, and towns for sieges."""


def outcome_table(outcomes: Mapping[str, float | None]) -> str:
    """Outcomes of a run as aligned lines: the headlines, then how to see the rest."""
    shown = [name for name in HEADLINES if name in outcomes]
    width = max((len(name) for name in shown), default=0)
    units = {known.name: known.unit for known in outcome_list(("JUNTA", "KIA"))}
    lines = [f"{name:<{width}}  {_value(outcomes[name]):>12}  {units.get(name, '')}".rstrip() for name in shown]
    return "\n".join(["outcomes (last 12 months or the end; see pangwa outcomes)", *lines])


def _value(value: float | None) -> str:
    return "-" if value is None or pd.isna(value) else number(float(value))


def chronicle(events: pd.DataFrame, most: int) -> str:
    """Dated events of a run as sentences grouped by year; beyond ``most`` lines the least important are left out.

    Args:
        events: the table of events.
        most: lines at most.
    """
    kept = telling_events(events, most)
    lines, year = [], ""
    for date, text in zip(kept["date"].astype(str), kept["text"].astype(str), strict=True):
        if date[:4] != year:
            year = date[:4]
            lines.append(year)
        lines.append(f"  {date}  {text}")
    left = len(events) - len(kept)
    return "\n".join([*lines, *([f"({left} lesser events are left out)"] if left else [])])


def telling_events(events: pd.DataFrame, most: int) -> pd.DataFrame:
    """The rows of the most telling events, in their order: by :data:`TIERS`, and within a tier spread evenly over time.

    Args:
        events: a table with a column ``kind``.
        most: rows at most.
    """
    kinds = events["kind"].astype(str).to_numpy()
    tiers = [np.flatnonzero(np.isin(kinds, tier)) for tier in TIERS]
    tiers.append(np.flatnonzero(~np.isin(kinds, [kind for tier in TIERS for kind in tier])))
    rooms, left = [], most
    for rows in tiers:
        rooms.append(min(len(rows), int(np.ceil(left * _SHARE))))
        left -= rooms[-1]
    for tier, rows in enumerate(tiers):
        more = min(left, len(rows) - rooms[tier])
        rooms[tier], left = rooms[tier] + more, left - more
    kept = [rows[_spread(len(rows), room)] for rows, room in zip(tiers, rooms, strict=True)]
    return events.iloc[np.sort(np.concatenate(kept))]


def _spread(count: int, room: int) -> NDArray[np.intp]:
    """``room`` of ``count`` positions, spread evenly."""
    return np.unique(np.linspace(0, count - 1, room).round().astype(np.intp)) if room else np.empty(0, np.intp)


def effects_table(folder: Path) -> str:
    """The paired effects of a batch against its reference as aligned lines; one scenario gives its summary instead.

    Args:
        folder: the batch's folder.
    """
    effects = pd.read_csv(folder / "effects.csv")
    if effects.empty:
        return _summary(folder)
    effects = effects[effects["outcome"].isin(HEADLINES)]
    base = effects["reference"].iloc[0]
    lines = [f"paired differences against {base}:", "mean [95 % interval], pairs n, variance ratio"]
    for heading, rows in _blocks(effects):
        lines += ["", heading]
        for name in HEADLINES:
            lines += [_effect(row) for _, row in rows[rows["outcome"] == name].iterrows()]
    note = "variance ratio: unpaired over paired; - where the difference never varies.\n"
    note += "These rest on assumed parameters, not on observation: see README."
    return "\n".join([*lines, "", note])


def _blocks(table: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Rows of each scenario and design point, headed by the scenario and what the sweep set."""
    swept = [str(column) for column in table.columns if "." in str(column) or column == "label"]
    for (scenario, _), rows in table.groupby(["scenario", "point"], sort=False):
        values = ", ".join(f"{path} = {rows[path].iloc[0]}" for path in swept if pd.notna(rows[path].iloc[0]))
        yield (f"{scenario}, {values}" if values else str(scenario)), rows


def _effect(row: pd.Series[float]) -> str:
    interval = f"[{_value(row['low95'])}, {_value(row['high95'])}]"
    ratio = "-" if pd.isna(row["variance_ratio"]) else f"{row['variance_ratio']:.1f}"
    return f"  {row['outcome']:<28} {_value(row['mean']):>12} {interval:>28}  n {int(row['n']):>4}  {ratio:>6}"


def _summary(folder: Path) -> str:
    summary = pd.read_csv(folder / "summary.csv")
    summary = summary[summary["outcome"].isin(HEADLINES)]
    lines = ["median [10-90 %]"]
    for heading, rows in _blocks(summary):
        lines.append(heading)
        for row in (row for name in HEADLINES for _, row in rows[rows["outcome"] == name].iterrows()):
            interval = f"[{_value(row['p10'])}, {_value(row['p90'])}]"
            lines.append(f"  {row['outcome']:<28} {_value(row['median']):>12} {interval:>28}  n {int(row['n']):>4}")
    return "\n".join(lines)
