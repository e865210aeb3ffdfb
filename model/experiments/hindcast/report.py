"""A finished hindcast read against the record: patterns, series, flips, sieges; misses come first.

A pattern counts as met only where, besides what :mod:`model.experiments.hindcast.score` asks, each of its observed numbers lies within
the ensemble's 5-95% interval. Forecasts of the series are compared with two that are distributions too: *persistence*, last month's
value times the changes from month to month that the record shows elsewhere, and *climatology*, the record's other months. The model's
bands of imports and its chances of towns include the model discrepancy that the other years teach
(:mod:`model.experiments.hindcast.learn`); what the runs alone would say stands beside it. Patterns are scored on the runs alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from numpy.typing import NDArray

from model.arrays import Floats
from model.experiments.discrepancy import Dressing
from model.experiments.files import csv_rows
from model.experiments.hindcast.learn import LAST, learn_spread, learn_towns, months_between, windows, without
from model.experiments.hindcast.observed import (
    ALL_ORIGINS,
    MYANMAR,
    ORIGINS,
    by_month,
    exports_by_month,
    holders,
    modelled_holders,
    monthly_record,
    runs_and_events,
)
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
from model.world.record import load_record

WAR = "hindcast_2023"
MODEL, ALONE = "model", "model, runs alone"
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
        coverage: width of a central interval -> share of months of all-origin imports that it holds, discrepancy included.
        alone: the same of the runs alone.
        spread: log standard deviation of the discrepancy that all months to the end of 2024 teach.
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
    alone: dict[float, float]
    spread: float
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
    """By number of the pattern: whether all its numbers are met, and lie within the ensemble's 5-95% interval."""
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
    flips, chance = _flips(folder, world)
    modelled = events[(events["scenario"] == "hindcast_2024")]
    observed = monthly_record(world, ALL_ORIGINS)
    ensemble = by_month(exports_by_month(folder), "all_origins")
    dressed = dress_by_year(ensemble, observed)
    return Report(
        rows=rows,
        series=_series(folder, world, dressed, observed),
        coverage=coverage(dressed, observed, BANDS),
        alone=coverage(ensemble, observed, BANDS),
        spread=learn_spread(ensemble, observed),
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


def dress_by_year(
    ensemble: Mapping[str, Floats], observed: Mapping[str, float], onto: Mapping[str, Floats] | None = None
) -> dict[str, Floats]:
    """Months of an ensemble with the discrepancy that the other years of the window teach; later ones with that of the whole window.

    Args:
        ensemble: month -> (R,) values of the runs.
        observed: month -> value of the record.
        onto: what it is put on instead, month -> (R,) values.
    """
    spread: dict[str, Dressing] = {}
    found = {}
    for month, values in (onto or ensemble).items():
        year = month[:4] if month <= LAST else ""
        spread.setdefault(year, Dressing(learn_spread(ensemble, observed, year)))
        found[month] = spread[year].dress(values)
    return found


def _series(folder: Path, world: str, dressed: Mapping[str, Floats], observed: Mapping[str, float]) -> list[Forecast]:
    table = exports_by_month(folder)
    found = [score_series(MODEL, dressed, observed), score_series(ALONE, by_month(table, "all_origins"), observed)]
    naives = {
        "climatology (the record's other months)": climatology(observed),
        "persistence with the record's changes": drift(observed),
        "persistence (month before)": persistence(observed, 1),
        "seasonal naive (year before)": persistence(observed, SEASON),
    }
    for name, naive in naives.items():
        found.append(score_series(name, naive, observed))
        found.append(score_series(f"model, on the months of {name}", dressed, {m: observed[m] for m in naive}))
    open_months = {month: value for month, value in observed.items() if not _shut(world, month)}
    found.append(score_series("without a shut gate: model", dressed, open_months))
    elsewhere = {month: values for month, values in drift(observed).items() if month in open_months}
    found.append(score_series("without a shut gate: persistence with the record's changes", elsewhere, open_months))
    found.append(
        score_series("model, Myanmar's oxides alone", by_month(table, "myanmar"), monthly_record(world, MYANMAR))
    )
    return found


def _shut(world: str, month: str) -> bool:
    """Whether the record has a gate to China shut to ore or all goods on the first of a month or for all of it."""
    return any(
        one.lane in ("ore", "all")
        and one.opening < 0.5
        and one.start[:7] <= month <= one.end[:7]
        and one.start[:7] != one.end[:7]
        for one in load_record(world).lanes
    )


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


def _flips(folder: Path, world: str) -> tuple[list[Flips], tuple[Floats, NDArray[np.bool_]]]:
    found, (runs, events) = [], runs_and_events(folder)
    events = events[events["scenario"].astype(str) == WAR]
    taught, origin = windows(folder, world), ORIGINS[WAR]
    start, chance, happened = np.array(holders(world, origin, "")), np.zeros(0), np.zeros(0, bool)
    for date in ("2024-12", "2025-12"):
        months = months_between(origin, date)
        held = modelled_holders(events, runs[WAR], world, origin, months)
        share = np.asarray((held != start).mean(axis=0), dtype=np.float64)
        chance = learn_towns(without(taught, date[:4])).chance(share, len(held))
        happened = np.array(holders(world, origin, date)) != start
        constant = np.full(len(chance), 1 - (1 - HAZARD) ** months)
        found += [
            score_flips(f"{MODEL}, by {date}", chance, happened),
            score_flips(f"{ALONE}, by {date}", share, happened),
            score_flips(f"persistence, by {date}", np.zeros(len(chance)), happened),
            score_flips(f"constant hazard, by {date}", constant, happened),
        ]
    return found, (chance, happened)


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
    with csv_rows(path) as writer:
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
    with csv_rows(folder / "hindcast_scores.csv") as writer:
        writer.writerow(
            ["what", "forecast", "points", "crps", "coverage", "brier", "reliability", "mean_chance", "observed"]
        )
        for name, held in ((MODEL, report.coverage), (ALONE, report.alone)):
            for band, share in held.items():
                writer.writerow(["imports", f"{name}, {100 * band:.0f}% interval", "", "", f"{share:.4f}"])
        for series in report.series:
            writer.writerow(["imports", series.name, series.points, _cell(series.crps), _cell(series.coverage)])
        for flip in report.flips:
            numbers = [f"{value:.4f}" for value in (flip.brier, flip.reliability, flip.forecast, flip.observed)]
            writer.writerow(["towns", flip.name, len(report.chance[0]), "", "", *numbers])
    return path


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:.5g}"
