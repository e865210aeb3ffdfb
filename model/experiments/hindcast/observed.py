"""The record and the runs of a hindcast in the same terms: imports by month, and who holds each township's town."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from numpy.typing import NDArray

from model.arrays import Floats
from model.world.read import load_world
from model.world.record import load_record

TRADE = "hindcast_trade"
ORIGINS = {
    "hindcast": "2021-02",
    "hindcast_2023": "2023-10",
    "hindcast_2024": "2024-03",
    "hindcast_2024_07": "2024-07",
    "hindcast_2024_10": "2024-10",
}
"""Hindcast of the war -> the dated state from which it starts."""
ALL_ORIGINS, MYANMAR = "S-ALLOX", "S-OX"
"""Series of the record: oxides of all origins, and those of Myanmar alone."""
TAKEN = ("town_taken", "town_returned")
"""Kinds of events with which a town changes hands."""


def exports_by_month(folder: Path, scenario: str = TRADE) -> pd.DataFrame:
    """Rows (run_id, date, myanmar, all_origins) of a hindcast, t, without its start."""
    wanted = ["run_id", "scenario", "month", "date", "exports_t_china_official", "exports_t_china_informal"]
    table = pq.read_table(folder / "monthly.parquet", columns=[*wanted, "other_origins_t"]).to_pandas()
    table = table[(table["scenario"] == scenario) & (table["month"] > 0)]
    myanmar = table["exports_t_china_official"] + table["exports_t_china_informal"]
    return table.assign(myanmar=myanmar, all_origins=myanmar + table["other_origins_t"])


def by_month(table: pd.DataFrame, column: str) -> dict[str, Floats]:
    """Month -> (R,) values of a column of monthly rows."""
    return {str(date): part.to_numpy(float) for date, part in table.groupby("date")[column]}


def monthly_record(world: str, series: str) -> dict[str, float]:
    """Month -> amount, of the points of a series that stand for one month."""
    return {one.start: one.value for one in load_record(world).amounts(series) if one.start == one.end}


def prices_by_month(folder: Path, world: str) -> tuple[dict[str, Floats], dict[str, float]]:
    """Runs (R,) of the trade hindcast and quotes, by oxide and month; quotes of a month are averaged.

    The first month is left out: a run begins with the quotes of its date.
    """
    columns = {"TB": "price_tb_yuan_per_kg", "DY": "price_dy_yuan_per_kg"}
    table = pq.read_table(folder / "monthly.parquet", columns=["scenario", "month", "date", *columns.values()])
    frame = table.to_pandas()
    frame = frame[(frame["scenario"] == TRADE) & (frame["month"] > 1)]
    runs, quotes = {}, {}
    for series, column in columns.items():
        runs.update({f"{date} {series}": values for date, values in by_month(frame, column).items()})
        found: dict[str, list[float]] = {}
        for one in load_record(world).prices:
            if one.series == series:
                found.setdefault(one.date[:7], []).append((one.low + one.high) / 2)
        quotes.update({f"{date} {series}": float(np.mean(values)) for date, values in found.items()})
    return runs, quotes


def holders(world: str, origin: str, until: str) -> list[str]:
    """Who holds each township's town at the end of a month, by the dated state of the origin and what the record changed since."""
    place = load_world(world)
    first = place.initial[origin].holder[: len(place.codes)]
    now = {
        code: place.force_ids[index] if index >= 0 else "nobody" for code, index in zip(place.codes, first, strict=True)
    }
    for change in load_record(world).towns:
        if change.place in now and not change.contested and change.holder and origin <= change.date[:7] <= until:
            now[change.place] = change.holder
    return [now[code] for code in place.codes]


def modelled_holders(events: pd.DataFrame, runs: Sequence[str], world: str, origin: str, lead: int) -> NDArray[np.str_]:
    """(R, N) who holds each township's town after some months.

    Args:
        events: of the runs.
        runs: their ids.
        world: name of the world.
        origin: month in which they start.
        lead: months after which.
    """
    codes, first = load_world(world).codes, holders(world, origin, "")
    table = np.array([first] * len(runs), dtype="U32")
    row, column = ({name: k for k, name in enumerate(names)} for names in (runs, codes))
    taken = events[events["kind"].astype(str).isin(TAKEN) & (events["month"] <= lead)]
    for run, place, actor in zip(*(taken[key].astype(str) for key in ("run_id", "place", "actor")), strict=True):
        if run in row and place in column:
            table[row[run], column[place]] = actor
    return table


def runs_and_events(folder: Path) -> tuple[dict[str, list[str]], pd.DataFrame]:
    """Scenario -> ids of the runs that ended well, and the events of all of them."""
    runs = pq.read_table(folder / "runs.parquet", columns=["run_id", "scenario", "status"]).to_pandas().astype(str)
    runs = runs[runs["status"] == "ok"]
    columns = ["run_id", "scenario", "month", "kind", "actor", "place"]
    events = pq.read_table(folder / "events.parquet", columns=columns).to_pandas()
    return {str(name): part["run_id"].tolist() for name, part in runs.groupby("scenario")}, events
