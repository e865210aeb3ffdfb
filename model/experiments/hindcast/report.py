"""A finished hindcast read against the record: patterns, series, flips, sieges; misses come first.

A pattern counts as met only where, besides what :mod:`model.experiments.hindcast.score` asks, each of its observed numbers lies within the
ensemble's 5-95 % interval. Forecasts of the series are compared with two that are distributions too: *persistence*, last month's
value times the changes from month to month that the record shows elsewhere, and *climatology*, the record's other months.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from numpy.typing import NDArray

from model.experiments.hindcast.patterns import (
    CALIBRATION,
    DIAGNOSTIC,
    HELD_OUT,
    UNTESTABLE,
    Pattern,
    frozen_at,
    frozen_hash,
    patterns,
)
from model.experiments.hindcast.score import (
    Flips,
    Forecast,
    Scored,
    met_patterns,
    persistence,
    score,
    score_flips,
    score_series,
)
from model.experiments.hindcast.simulate import ATTACK, ATTACK_ON
from model.experiments.hindcast.statistics import BHAMO
from model.experiments.hindcast.survival import Spells
from model.world.read import load_world
from model.world.record import load_record

Floats = NDArray[np.float64]
TRADE, WAR = "hindcast_trade", "hindcast_2023"
WAR_START = "2023-10"
"""First month of the hindcast of the war."""
HAZARD = 0.005
"""Towns lost a town and month over the war (SOURCES F7), for the naive forecast of a constant hazard."""
SEASON = 12
BANDS = (0.5, 0.8, 0.9)
"""Central intervals whose coverage is told."""


@dataclass(frozen=True)
class Report:
    """A hindcast against the record.

    Args:
        rows: every number of every testable pattern.
        series: forecasts of all-origin imports: the model's and the naive ones, and the model's on the naive ones' months.
        coverage: width of a central interval -> share of months of all-origin imports that it holds.
        flips: chances that a town changes hands, by model and naive forecasts.
        chance: (N,) the model's chance for each township by the end of 2025, and whether it happened, for the figure.
        modelled: sieges of the model, all runs together.
        observed: those of the record.
        bhamo: number of runs in which Bhamo is besieged, and the share of them in which it stands for twelve months or more.
        frozen: hash of pattern table, operators and scoring, and whether it is the frozen one.
    """

    rows: list[Scored]
    series: list[Forecast]
    coverage: dict[float, float]
    flips: list[Flips]
    chance: tuple[Floats, NDArray[np.bool_]]
    modelled: Spells
    observed: Spells
    bhamo: tuple[int, float]
    frozen: tuple[str, bool]

    def met(self, use: str) -> dict[str, bool]:
        """By number of the pattern: whether it is met, of one use."""
        return met_strictly([row for row in self.rows if row.pattern.use == use])

    def counts(self) -> tuple[str, ...]:
        """The last lines of the command."""
        calibration, held = self.met(CALIBRATION), self.met(HELD_OUT)
        free = {row.pattern.pattern for row in self.rows if row.pattern.free}
        strict = sum(met for name, met in calibration.items() if name not in free)
        return (
            f"coverage of 80% intervals: {100 * self.coverage[0.8]:.0f}%",
            f"calibration patterns met: {sum(calibration.values())} of {len(calibration)} ({strict} without the free ones)",
            f"held-out patterns met: {sum(held.values())} of {len(held)}",
        )


def met_strictly(rows: Sequence[Scored]) -> dict[str, bool]:
    """By number of the pattern: whether all its numbers are met, and lie within the ensemble's 5-95 % interval."""
    met = met_patterns(rows)
    for row in rows:
        met[row.pattern.pattern] &= _holds(row)
    return met


def _holds(row: Scored) -> bool:
    """Whether the ensemble's interval holds what was observed; the p-value of a test of the runs is no observation."""
    if row.low is None or row.high is None or row.pattern.unit == "p":
        return True
    return row.low <= row.pattern.observed <= row.high


def read_report(folder: Path, world: str = "myanmar") -> Report:
    """Score a folder that the command ``hindcast`` filled.

    Args:
        folder: the batch of the four hindcasts.
        world: name of the world with the record.
    """
    runs = pq.read_table(folder / "runs.parquet").to_pandas()
    runs = runs[runs["status"] == "ok"]
    rows = [_score(one, runs) for one in patterns() if one.use != UNTESTABLE]
    events = pq.read_table(folder / "events.parquet").to_pandas()
    war_runs = runs.loc[runs["scenario"] == WAR, "run_id"].tolist()
    flips, chance = _flips(events[events["scenario"] == WAR], war_runs, world)
    modelled = events[(events["scenario"] == "hindcast_2024")]
    return Report(
        rows=rows,
        series=_series(folder, world),
        coverage=_coverage(folder, world),
        flips=flips,
        chance=chance,
        modelled=modelled_sieges(modelled),
        observed=reported_sieges(world),
        bhamo=_bhamo(modelled),
        frozen=(frozen_hash(), frozen_hash() == frozen_at()),
    )


def _score(pattern: Pattern, runs: pd.DataFrame) -> Scored:
    values = runs.loc[runs["scenario"] == pattern.scenario, pattern.statistic]
    return score(pattern, [None if pd.isna(value) else float(value) for value in values])


# exports ------------------------------------------------------------------------------------------------------------


def exports_by_month(folder: Path) -> pd.DataFrame:
    """Rows (run_id, date, Myanmar, all_origins) of the trade hindcast, t, without its start."""
    wanted = ["run_id", "scenario", "month", "date", "exports_t_china_official", "exports_t_china_informal"]
    table = pq.read_table(folder / "monthly.parquet", columns=[*wanted, "other_origins_t"]).to_pandas()
    table = table[(table["scenario"] == TRADE) & (table["month"] > 0)]
    myanmar = table["exports_t_china_official"] + table["exports_t_china_informal"]
    return table.assign(myanmar=myanmar, all_origins=myanmar + table["other_origins_t"])


def monthly_record(world: str, series: str) -> dict[str, float]:
    """Month -> amount, of the points of a series that stand for one month."""
    return {one.start: one.value for one in load_record(world).amounts(series) if one.start == one.end}


def _series(folder: Path, world: str) -> list[Forecast]:
    observed = monthly_record(world, "S-ALLOX")
    table = exports_by_month(folder)
    ensemble = {str(date): part.to_numpy(float) for date, part in table.groupby("date")["all_origins"]}
    found = [score_series("model", ensemble, observed)]
    naives = {
        "climatology (the record's other months)": climatology(observed),
        "persistence with the record's changes": drift(observed),
        "persistence (month before)": persistence(observed, 1),
        "seasonal naive (year before)": persistence(observed, SEASON),
    }
    for name, naive in naives.items():
        found.append(score_series(name, naive, observed))
        found.append(score_series(f"model, on the months of {name}", ensemble, {m: observed[m] for m in naive}))
    own = monthly_record(world, "S-OX")
    only = {str(date): part.to_numpy(float) for date, part in table.groupby("date")["myanmar"]}
    found.append(score_series("model, Myanmar's oxides alone", only, own))
    return found


def _coverage(folder: Path, world: str) -> dict[float, float]:
    """Width of a central interval -> share of the months of all-origin imports that lie in it."""
    observed = monthly_record(world, "S-ALLOX")
    table = exports_by_month(folder)
    ensemble = {str(date): part.to_numpy(float) for date, part in table.groupby("date")["all_origins"]}
    return coverage(ensemble, observed, BANDS)


def coverage(
    ensemble: Mapping[str, Floats], observed: Mapping[str, float], bands: Sequence[float]
) -> dict[float, float]:
    """Share of the months observed that lie within each central interval; NaN without months.

    Args:
        ensemble: month -> (R,) values of the runs.
        observed: month -> value.
        bands: widths, 0-1.
    """
    months = [month for month in observed if month in ensemble]
    found = {}
    for band in bands:
        ends = [np.quantile(ensemble[month], [(1 - band) / 2, (1 + band) / 2]) for month in months]
        inside = [low <= observed[month] <= high for month, (low, high) in zip(months, ends, strict=True)]
        found[band] = float(np.mean(inside)) if inside else np.nan
    return found


def climatology(observed: Mapping[str, float]) -> dict[str, Floats]:
    """For each month the values of all others."""
    return {month: np.array([value for other, value in observed.items() if other != month]) for month in observed}


def drift(observed: Mapping[str, float]) -> dict[str, Floats]:
    """For each month the value of the month before, times the changes from month to month that the record shows elsewhere."""
    before = persistence(observed, 1)
    changes = {month: observed[month] / float(last[0]) for month, last in before.items()}
    return {
        month: float(last[0]) * np.array([change for other, change in changes.items() if other != month])
        for month, last in before.items()
    }


# towns --------------------------------------------------------------------------------------------------------------


def _flips(
    events: pd.DataFrame, runs: Sequence[str], world: str
) -> tuple[list[Flips], tuple[Floats, NDArray[np.bool_]]]:
    found = []
    chance, happened = np.zeros(0), np.zeros(0, bool)
    for date, months in (("2024-12", 15), ("2025-12", 27)):
        happened = _observed_flips(world, date)
        chance = _modelled_flips(events, runs, world, months)
        constant = np.full(len(chance), 1 - (1 - HAZARD) ** months)
        found += [
            score_flips(f"model, by {date}", chance, happened),
            score_flips(f"persistence, by {date}", np.zeros(len(chance)), happened),
            score_flips(f"constant hazard, by {date}", constant, happened),
        ]
    return found, (chance, happened)


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


def _observed_flips(world: str, until: str) -> NDArray[np.bool_]:
    """(N,) whether each township's town had another holder at the end of a month than in October 2023."""
    start, end = (holders(world, WAR_START, month) for month in ("", until))
    return np.array([before != now for before, now in zip(start, end, strict=True)])


def _modelled_flips(events: pd.DataFrame, runs: Sequence[str], world: str, months: int) -> Floats:
    codes = load_world(world).codes
    at_first = dict(zip(codes, holders(world, WAR_START, ""), strict=True))
    taken = events[events["kind"].isin(("town_taken", "town_returned")) & (events["month"] <= months)]
    last = taken.drop_duplicates(["run_id", "place"], keep="last")
    flipped = last[last["actor"].astype(str) != last["place"].astype(str).map(at_first)]
    counts = flipped["place"].astype(str).value_counts()
    return np.array([counts.get(code, 0) / max(len(runs), 1) for code in codes])


def modelled_sieges(events: pd.DataFrame) -> Spells:
    """The sieges and falls of the junta's towns in all runs together, as :func:`statistics.sieges` counts them."""
    kinds = events["kind"].astype(str)
    attacks = events[kinds.isin((*ATTACK.values(), ATTACK_ON)) & (events["actor"].astype(str) != "JUNTA")]
    begun = events[(kinds == "siege_begun") & (events["other"].astype(str) == "JUNTA")]
    keys = ["run_id", "place", "actor"]
    last = begun.drop_duplicates(keys, keep="last")[[*keys, "month"]].rename(columns={"month": "begun"})
    for column in ("place", "actor"):
        last[column] = last[column].astype(str)
    joined = attacks.assign(place=attacks["place"].astype(str), actor=attacks["actor"].astype(str)).merge(
        last, on=keys, how="left"
    )
    first = joined["month"] - np.where(joined["value"] < 1, 0, joined["value"])
    fell = joined["kind"].astype(str) == ATTACK[True]
    siege = (joined["begun"] >= first) & (joined["begun"] <= joined["month"])
    kept = joined[fell | siege]
    return Spells(kept["value"].to_numpy(float), fell[kept.index].to_numpy(bool))


def reported_sieges(world: str) -> Spells:
    """All sieges of the record, as long as it followed them."""
    found = []
    for siege in load_record(world).sieges:
        days = int((np.datetime64(siege.end) - np.datetime64(siege.start)) / np.timedelta64(1, "D"))
        found.append((days / 30.4, siege.fell))
    return Spells.make(found)


def _bhamo(events: pd.DataFrame) -> tuple[int, float]:
    here = events[events["place"].astype(str) == BHAMO]
    kinds = here["kind"].astype(str)
    besieged = set(here.loc[kinds == "siege_begun", "run_id"])
    if not besieged:
        return 0, float("nan")
    begun = here[kinds == "siege_begun"].groupby("run_id")["month"].min()
    fell = here[kinds == "town_taken"].groupby("run_id")["month"].min()
    stood = [run not in fell.index or fell[run] - begun[run] >= SEASON for run in besieged]
    return len(besieged), float(np.mean(stood))


# files --------------------------------------------------------------------------------------------------------------


def ordered(rows: Sequence[Scored]) -> list[Scored]:
    """Misses first, by use, in the order of the table."""
    met = met_strictly(rows)
    rank = {CALIBRATION: 0, HELD_OUT: 1, DIAGNOSTIC: 2}
    return sorted(rows, key=lambda row: (met[row.pattern.pattern], rank[row.pattern.use]))


def write_report(folder: Path, report: Report) -> Path:
    """Write ``hindcast.csv`` (patterns, their counts last) and ``hindcast_scores.csv`` (series and flips)."""
    met = met_strictly(report.rows)
    path = folder / "hindcast.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        head = (
            "pattern,name,use,free,scenario,unit,observed,lowest,highest,median,q05,q95,runs,defined,within,number_met"
        )
        writer.writerow([*head.split(","), "pattern_met", "source", "frozen"])
        for row in ordered(report.rows):
            one = row.pattern
            told = [
                one.pattern,
                one.name,
                one.use,
                int(one.free),
                one.scenario,
                one.unit,
                one.observed,
                one.low,
                one.high,
            ]
            found = [*map(_cell, (row.median, row.low, row.high)), row.runs, row.defined, f"{row.within:.3f}"]
            writer.writerow([*told, *found, int(row.met), int(met[one.pattern]), one.source, report.frozen[0]])
        for line in report.counts():
            name, value = line.split(": ")
            writer.writerow([name, value])
    with (folder / "hindcast_scores.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(
            ["what", "forecast", "points", "crps", "coverage", "brier", "reliability", "mean_chance", "observed"]
        )
        for band, share in report.coverage.items():
            writer.writerow(["imports", f"model, {100 * band:.0f} % interval", "", "", f"{share:.4f}"])
        for series in report.series:
            writer.writerow(["imports", series.name, series.points, _cell(series.crps), _cell(series.coverage)])
        for flip in report.flips:
            numbers = [f"{value:.4f}" for value in (flip.brier, flip.reliability, flip.forecast, flip.observed)]
            writer.writerow(["towns", flip.name, len(report.chance[0]), "", "", *numbers])
    return path


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:.5g}"
