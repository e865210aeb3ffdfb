"""The tables of runs as data frames with dates."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import pandas as pd

from model.views.read import Results
from model.world.read import load_world

_OF_ONE_RUN = ("run_id", "scenario", "replicate")


class DatedTables:
    """The tables of a batch or a run, read when they are first asked for; a batch has the rows of each run one after another.

    Args:
        results: the batch or run.
    """

    def __init__(self, results: Results) -> None:
        self._results = results

    @cached_property
    def monthly(self) -> pd.DataFrame:
        """The country month by month: exports, mines, prices, lanes, deaths, displaced people."""
        return dated(self._results, "monthly")

    @cached_property
    def actors(self) -> pd.DataFrame:
        """The armed actors month by month: troops, towns, money, recognition; a row per month and actor."""
        return dated(self._results, "actors")

    @cached_property
    def exports(self) -> pd.DataFrame:
        """Ore from mine to seller, crossing and destination, t REO; a row per month and flow."""
        return dated(self._results, "exports")

    @cached_property
    def events(self) -> pd.DataFrame:
        """The event log: what happened, where, by whom, and as a sentence."""
        return dated(self._results, "events")

    @cached_property
    def control(self) -> pd.DataFrame:
        """Who holds each town and site, and who leads in the countryside; a row per month recorded and place.

        That is each month of a single run, and of a batch the start, every twelfth month and the end, unless asked otherwise.
        """
        return dated(self._results, "control")

    @cached_property
    def lanes(self) -> pd.DataFrame:
        """How far the lanes of each border crossing are open (0-1): ore out, leaching reagent in, goods; a row per month and crossing.

        Raises:
            ValueError: the batch was run without ``record=["lanes=monthly"]``.
        """
        return dated(self._results, "lanes")


def dated(results: Results, table: str) -> pd.DataFrame:
    """A table with dates as its index, and names beside the codes of places.

    Args:
        results: a batch or a run.
        table: monthly, actors, exports, events, control or lanes.

    Returns:
        The columns of ``model/output/tables.py``; those that a single run has once alone are left out. The index ``date`` is the
        last day of the month in which a flow took place or after which a stock was counted; the start (month 0) bears the
        last day before it.
    """
    columns = [name for name in results.columns(table) if name != "date"]
    if results.of_one_run:
        columns = [name for name in columns if name not in _OF_ONE_RUN]
    frame = results.frame(table, columns)
    frame = frame.astype({name: str for name in frame.columns if frame[name].dtype == "category"})
    if table == "control":
        world = load_world(results.world)
        names = frame["place"].map(dict(zip(world.place_ids, world.place_names, strict=True)))
        frame.insert(list(frame.columns).index("place") + 1, "name", names)
    if len(set(results.starts.values())) == 1 or results.of_one_run:
        return frame.set_index(_dates(results.start, frame["month"].to_numpy()))
    parts = [
        part.set_index(_dates(results.starts[str(name)], part["month"].to_numpy()))
        for name, part in frame.groupby("scenario", sort=False)
    ]
    return pd.concat(parts)


def _dates(start: str, months: np.ndarray) -> pd.DatetimeIndex:
    """The last days of months, counted from the first month of the run as 1."""
    before = pd.Period(start, "M") - 1
    days = pd.period_range(before, periods=int(months.max(initial=0)) + 1, freq="M").to_timestamp(how="end")
    return pd.DatetimeIndex(days.normalize()[months], name="date")
