"""The text side of a run: its outcomes and its chronicle, for the terminal."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.outcome import own_names
from model.output.outcomes import heading_of, outcome_list
from model.output.units import number, shown_in, units_of

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
        "militia_attacked",
        "talks",
        "deal",
        "deal_broken",
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

TOLD_BY_HOLDER = ("lane_closed", "lane_opened")
"""Kinds that the chronicle leaves to the one sentence on all gates of a holder (``gates_shut``, ``gates_opened``) of the same month."""

_SHARE = 0.6
"""Share of the room that is left of which a tier is sure; so lanes leave room for towns, and towns for sieges."""


def outcome_table(outcomes: Mapping[str, float | None]) -> str:
    """Outcomes of a run as aligned lines: the headlines, then how to see the rest."""
    own = [name for stem in own_names() for name in (stem, f"{stem}_junta", f"{stem}_kia")]
    shown = [name for name in (*HEADLINES, *own) if name in outcomes]
    width = max((len(name) for name in shown), default=0)
    units = {known.name: known.unit for known in outcome_list(("JUNTA", "KIA"))}
    lines = [
        f"{name:<{width}}  {_value(outcomes[name]):>12}  {units.get(name, ''):<13}  {heading_of(name)}".rstrip()
        for name in shown
    ]
    return "\n".join(["outcomes (last 12 months or the end; see pangwa outcomes)", *lines])


def headline_rows(outcomes: Mapping[str, float | None]) -> list[tuple[str, str, str]]:
    """The headlines of a run for people: heading, value, unit; shares in percent, money in millions.

    Args:
        outcomes: of the run.
    """
    units = units_of(HEADLINES)
    rows = []
    for name in (name for name in HEADLINES if name in outcomes):
        value, shown = outcomes[name], shown_in(units[name])
        rows.append((heading_of(name), _value(None if value is None else shown.factor * value), shown.level))
    return rows


class Text(str):
    """A text that an interpreter and a notebook show as it is, its lines as lines."""

    def __repr__(self) -> str:
        return str(self)


def _value(value: float | None) -> str:
    return "-" if value is None or pd.isna(value) else number(float(value))


def chronicle(events: pd.DataFrame, most: int) -> str:
    """Dated events of a run as sentences grouped by year; beyond ``most`` lines the least important are left out.

    Args:
        events: the table of events.
        most: lines at most.
    """
    events = events[~events["kind"].astype(str).isin(TOLD_BY_HOLDER)]
    kept = telling_events(events, most)
    lines, year = [], ""
    for date, text in zip(kept["date"].astype(str), kept["text"].astype(str), strict=True):
        if date[:4] != year:
            year = date[:4]
            lines.append(year)
        lines.append(f"  {date}  {text}")
    left = len(events) - len(kept)
    return "\n".join([*lines, *([f"({left} less important events are not shown)"] if left else [])])


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
