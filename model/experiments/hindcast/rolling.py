"""Rolling origins: restarts from dated states of the world, each scored ten and twenty months on.

An origin is the first month of a hindcast that starts from a dated state; nothing observed after August 2025 is looked at. At each
lead the chances that townships change hands are scored by the Brier score and the logarithmic score, against three forecasts:

* *persistence*: nothing changes hands (for the logarithmic score one township in twice as many as there are);
* *constant hazard*: towns lost a town and month over the war (SOURCES F7);
* *regional hazard*: the share of each state's towns that changed hands in the year before the origin, a month, over the lead;
  where the record holds nothing before the origin it is persistence.

The net change of the junta's townships is compared with the model's 80 % interval and by its sign.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from numpy.typing import NDArray

from model.experiments.hindcast.report import HAZARD, holders
from model.experiments.hindcast.score import score_flips
from model.run import date_after
from model.world.read import load_world
from model.world.record import load_record

Floats = NDArray[np.float64]
ORIGINS = {"hindcast": "2021-02", "hindcast_2023": "2023-10", "hindcast_2024": "2024-03"}
"""Hindcast -> the month in which it starts."""
LEADS = (10, 20)
"""Months from an origin to where it is scored."""
LAST = "2025-08"
"""The last month that is looked at."""
MODEL, PERSISTENCE, CONSTANT, REGIONAL = FORECASTS = ("model", "persistence", "constant hazard", "regional hazard")
JUNTA = "JUNTA"


@dataclass(frozen=True)
class Origin:
    """An origin scored at one lead.

    Args:
        origin: first month.
        until: month in which it is scored.
        lead: months between.
        brier: forecast -> Brier score of the townships that change hands; smaller is better.
        logarithmic: forecast -> mean logarithmic score (nats); smaller is better.
        flipped: townships that changed hands, observed.
        expected: the same, mean of the model.
        net: change of the junta's townships, observed.
        modelled: 10, 50 and 90 % points of the model's.
    """

    origin: str
    until: str
    lead: int
    brier: dict[str, float]
    logarithmic: dict[str, float]
    flipped: int
    expected: float
    net: int
    modelled: tuple[float, float, float]

    @property
    def beats(self) -> bool:
        """Whether the model's Brier score is below those of persistence and constant hazard."""
        return self.brier[MODEL] < min(self.brier[PERSISTENCE], self.brier[CONSTANT])

    @property
    def holds(self) -> bool:
        """Whether the observed net change lies within the model's 80 % interval, and the model's middle has its sign."""
        low, middle, high = self.modelled
        return low <= self.net <= high and np.sign(middle) == np.sign(self.net)


def rolling(folder: Path, world: str = "myanmar") -> list[Origin]:
    """Score every origin at every lead that ends by August 2025.

    Args:
        folder: a batch of the hindcasts.
        world: name of the world with the record.
    """
    events = pq.read_table(folder / "events.parquet").to_pandas()
    runs = pq.read_table(folder / "runs.parquet", columns=["run_id", "scenario", "status"]).to_pandas()
    found = []
    for scenario, origin in ORIGINS.items():
        known = runs.loc[(runs["scenario"] == scenario) & (runs["status"] == "ok"), "run_id"].astype(str).tolist()
        of_scenario = events[events["scenario"].astype(str) == scenario]
        for lead in LEADS:
            until = date_after(origin, lead)
            if known and until <= LAST:
                found.append(_scored(of_scenario, known, world, origin, until, lead))
    return found


def _scored(events: pd.DataFrame, runs: Sequence[str], world: str, origin: str, until: str, lead: int) -> Origin:
    start, end = holders(world, origin, origin), holders(world, origin, until)
    happened = np.array([before != now for before, now in zip(start, end, strict=True)])
    ends = modelled_holders(events, runs, world, origin, lead)
    chances = {
        MODEL: (ends != np.array(start)).mean(axis=0),
        PERSISTENCE: np.full(len(start), 0.0),
        CONSTANT: np.full(len(start), 1 - (1 - HAZARD) ** lead),
        REGIONAL: regional_chance(world, origin, lead),
    }
    net = (ends == JUNTA).sum(axis=1) - start.count(JUNTA)
    low, middle, high = np.quantile(net, [0.1, 0.5, 0.9]).tolist()
    return Origin(
        origin=origin,
        until=until,
        lead=lead,
        brier={name: score_flips(name, chance, happened).brier for name, chance in chances.items()},
        logarithmic={name: log_score(chance, happened) for name, chance in chances.items()},
        flipped=int(happened.sum()),
        expected=float(chances[MODEL].sum()),
        net=end.count(JUNTA) - start.count(JUNTA),
        modelled=(low, middle, high),
    )


def log_score(chance: Floats, happened: NDArray[np.bool_]) -> float:
    """Mean logarithmic score (N,) of chances that things happened, kept off 0 and 1 by half a township."""
    least = 0.5 / len(chance)
    kept = np.clip(chance, least, 1 - least)
    return float(-np.where(happened, np.log(kept), np.log(1 - kept)).mean())


def modelled_holders(events: pd.DataFrame, runs: Sequence[str], world: str, origin: str, lead: int) -> NDArray[np.str_]:
    """(R, N) who holds each township's town in each run after some months."""
    codes, first = load_world(world).codes, holders(world, origin, "")
    table = np.array([first] * len(runs), dtype="U32")
    row, column = ({name: k for k, name in enumerate(names)} for names in (runs, codes))
    taken = events[events["kind"].astype(str).isin(("town_taken", "town_returned")) & (events["month"] <= lead)]
    for run, place, actor in zip(*(taken[key].astype(str) for key in ("run_id", "place", "actor")), strict=True):
        if run in row and place in column:
            table[row[run], column[place]] = actor
    return table


def regional_chance(world: str, origin: str, lead: int) -> Floats:
    """(N,) chance that each town changes hands, from how many of its state's did in the year before the origin."""
    place = load_world(world)
    changed = {
        change.place
        for change in load_record(world).towns
        if change.place and not change.contested and date_after(origin, -12) <= change.date[:7] < origin
    }
    states = np.array(place.states)
    flipped = np.array([code in changed for code in place.codes])
    yearly = np.array([flipped[states == state].mean() for state in states])
    return np.asarray(1 - (1 - yearly) ** (lead / 12), dtype=np.float64)


def count(origins: Sequence[Origin]) -> str:
    """The line that says how many origins beat both baselines at the first lead."""
    first = [one for one in origins if one.lead == LEADS[0]]
    return f"rolling origins that beat both baselines: {sum(one.beats for one in first)} of {len(first)}"


def write_rolling(folder: Path, origins: Sequence[Origin]) -> Path:
    """Write ``rolling.csv``: a row an origin and lead."""
    path = folder / "rolling.csv"
    scores = [f"{kind} {name}" for kind in ("brier", "log") for name in FORECASTS]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        head = ["origin", "until", "lead", "flipped", "expected", "net_junta", "net_q10", "net_median", "net_q90"]
        writer.writerow([*head, "net_within", "beats_both", *(name.replace(" ", "_") for name in scores)])
        for one in origins:
            numbers = [f"{table[name]:.4f}" for table in (one.brier, one.logarithmic) for name in FORECASTS]
            told = [one.origin, one.until, one.lead, one.flipped, f"{one.expected:.1f}", one.net, *one.modelled]
            writer.writerow([*told, int(one.holds), int(one.beats), *numbers])
    return path
