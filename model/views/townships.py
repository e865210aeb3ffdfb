"""Townships by scenario and month, over all runs of a batch: for maps elsewhere."""

from __future__ import annotations

import numpy as np
import pandas as pd

from model.views.read import Results
from model.world.read import load_world

TOWNSHIPS = {
    "holder": ("-", "armed actor that holds the town in most runs, or nobody"),
    "holder_share": ("0-1", "share of runs in which it holds the town"),
    "junta_held": ("0-1", "share of runs in which the junta holds the town"),
    "junta_control": ("0-1", "share of the countryside controlled by the junta, mean over runs"),
    "attacks": ("-", "attacks on the town in the month, mean over runs; with --record control=monthly"),
    "deaths": ("persons", "fighters killed in the township in the month, mean over runs; likewise"),
    "ore_t": ("t REO", "ore that left its mines in the month, mean over runs; likewise"),
}
"""Columns of :func:`township_table` besides scenario, month, date, code, name and state: unit and meaning."""

_HAPPENED = ("attacks", "deaths", "ore_t")


def township_table(results: Results) -> pd.DataFrame:
    """Who holds what, and what happened there, in the months whose map was recorded.

    Args:
        results: of a batch.

    Returns:
        A row for each scenario, month and township (sites are counted with theirs): see :data:`TOWNSHIPS`.
    """
    world = load_world(results.world)
    rows = results.frame("control", ["scenario", "month", "place", "holder", "junta_share", *_HAPPENED])
    rows = rows.astype({"scenario": str, "place": str, "holder": str})
    parents = dict(zip(world.place_ids, np.asarray(world.codes)[world.place_territory], strict=True))
    keys = ["scenario", "month", "code"]
    rows["code"] = rows["place"].map(parents)
    towns = rows[rows["place"] == rows["code"]]
    runs = towns.groupby(keys).size()
    held = towns.groupby([*keys, "holder"]).size().unstack(fill_value=0).div(runs, axis=0)
    found = pd.DataFrame({"holder": held.idxmax(axis=1), "holder_share": held.max(axis=1)})
    found["junta_held"] = held.get("JUNTA", 0.0)
    found["junta_control"] = towns.groupby(keys)["junta_share"].mean()
    for name in _HAPPENED:
        found[name] = rows.groupby(keys)[name].sum(min_count=1) / runs
    dates = results.frame("monthly", ["scenario", "month", "date"]).astype({"scenario": str}).drop_duplicates()
    found = found.reset_index().merge(dates, on=["scenario", "month"], how="left")
    found.insert(2, "date", found.pop("date"))
    at = found["code"].map(world.codes.index)
    found.insert(4, "name", np.asarray(world.names)[at])
    found.insert(5, "state", np.asarray(world.states)[at])
    return found
