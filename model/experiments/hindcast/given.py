"""A user's record against the model: the hindcasts that it needs, and the scores that the shipped record gets.

* *Series*: mean CRPS and coverage of the central 50, 80 and 90% intervals over months, against two forecasts that are
  distributions too: climatology, the record's other months, and persistence, last month's value and the changes seen elsewhere.
* *Events*: the same for each state and month, of two counts: *townships with a fight* (the model: with an attack on their town;
  events are not attacks, but a township that is fought over is one in both) and *fighters killed*. A month without an event within
  the file's first and last month counts as one without fights.
* Of trade and prices *model* includes the discrepancy that was learnt for the world (:mod:`model.experiments.discrepancy`), and so do the
  chances that a township has changed hands; *runs alone* are as they come. Of fights and the dead nothing has been learnt.
* *Control maps*: the Brier score over all holders (0 to 2) and the logarithmic score of each month's map, against persistence:
  whoever held a township when the run began.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from model.arrays import Floats
from model.experiments.discrepancy import FEWEST, Discrepancy, Recalibration, discrepancy_of
from model.experiments.files import csv_rows
from model.experiments.hindcast.observed import ORIGINS, TRADE
from model.experiments.hindcast.report import BANDS, climatology, coverage
from model.experiments.hindcast.score import FEWEST_POINTS, crps, persistence
from model.output.tables import MONTHLY, Column
from model.world.given_record import CONTROL, SERIES, Given
from model.world.read import load_world
from model.world.world import World

Members = Mapping[str, Floats]
"""Month -> (R,) values."""

MODEL, ALONE, CLIMATE, LAST = "model", "runs alone", "climatology", "persistence"
FOUGHT, KILLED = "townships with a fight", "fighters killed"
EVERYWHERE = "all states"

_SUMS = {
    "exports_t_china": ("exports_t_china_official", "exports_t_china_informal"),
    "imports_t_all_origins": ("exports_t_china_official", "exports_t_china_informal", "other_origins_t"),
}
"""Series that are sums of monthly columns."""
_NUMBERS: dict[str, Column] = {
    one.name: one
    for one in MONTHLY
    if (pa.types.is_floating(one.type) or pa.types.is_integer(one.type)) and one.unit != "months"
}
_NUMBERS.pop("replicate", None)
_ALSO = {
    "S-OX": "exports_t_china",
    "S-ALLOX": "imports_t_all_origins",
    "TB": "price_tb_yuan_per_kg",
    "DY": "price_dy_yuan_per_kg",
}
"""Names of the shipped record's series."""
SERIES_NAMES: dict[str, str] = {name: name for name in (*_SUMS, *_NUMBERS)} | _ALSO
"""Names that a series may have -> the one by which it is kept."""


def unit_of(series: str) -> str:
    """The unit in which a series has to be given."""
    return _NUMBERS[_SUMS.get(series, (series,))[0]].unit


@dataclass(frozen=True)
class Line:
    """A forecast of a series, or of a count in a state, month by month, and how it did.

    Args:
        what: the series or the count.
        where: the state, or :data:`EVERYWHERE`; empty for series.
        forecast: the model's, climatology or persistence.
        points: months scored.
        crps: mean over the months, in the unit; None where there are too few.
        coverage: width of a central interval -> share of months within it.
    """

    what: str
    where: str
    forecast: str
    points: int
    crps: float | None
    coverage: dict[float, float]


@dataclass(frozen=True)
class MapScore:
    """A month's map: townships given, those in other hands than at the run's start, and scores by forecast; smaller is better.

    Args:
        month: whose map it is.
        townships: given in it.
        changed: how many have another holder than at the start.
        expected: the same in the model.
        brier: forecast -> mean over townships of ``sum_h (p_h - o_h)^2``, 0 to 2 (Brier 1950).
        logarithmic: forecast -> mean of ``-ln p`` of the holder seen, p kept off 0 by half a township.
    """

    month: str
    townships: int
    changed: int
    expected: float
    brier: dict[str, float]
    logarithmic: dict[str, float]


@dataclass(frozen=True)
class Panel:
    """What a figure shows: the model's members and what was observed, by month."""

    title: str
    unit: str
    modelled: Members
    observed: Mapping[str, float]


@dataclass
class Scores:
    """All scores of a user's records in one hindcast, and the panels of its figures; ``outside``: months that no run reaches."""

    scenario: str
    lines: list[Line]
    maps: list[MapScore]
    panels: list[Panel]
    outside: list[str]


def scenario_of(given: Given) -> str:
    """The shipped hindcast that a record is compared with.

    The trade hindcast for series; for fights and maps the hindcast of the war with the latest start that the record does not begin
    before, or the first of them.
    """
    if given.kind == SERIES:
        return TRADE
    begun = [name for name, start in ORIGINS.items() if start <= given.span()[0]]
    return max(begun or [min(ORIGINS, key=lambda name: ORIGINS[name])], key=lambda name: ORIGINS[name])


def score_given(folder: Path, scenario: str, records: Sequence[Given], world: str) -> Scores:
    """Score records against the runs of one scenario.

    Args:
        folder: a batch recorded with ``control=monthly``.
        scenario: the scenario's label in it.
        records: what was given.
        world: name or folder of the scenario's world.
    """
    found, place, learnt = Scores(scenario, [], [], [], []), load_world(world), discrepancy_of(world)
    for given in records:
        if given.kind == SERIES:
            _score_series(found, _monthly(folder, scenario), given, learnt)
        elif given.kind == CONTROL:
            _score_maps(found, _townships(folder, scenario, place), given, learnt)
        else:
            _score_fights(found, _townships(folder, scenario, place), given, place)
    return found


def _monthly(folder: Path, scenario: str) -> pd.DataFrame:
    table = pq.read_table(folder / "monthly.parquet", filters=[("scenario", "=", scenario)]).to_pandas()
    return table[table["month"] > 0]


def _townships(folder: Path, scenario: str, world: World) -> pd.DataFrame:
    """Rows (run_id, month, date, place, holder, attacks, deaths) of the townships' towns, the start included."""
    columns = ["run_id", "month", "place", "holder", "attacks", "deaths"]
    filters = [("scenario", "=", scenario), ("place", "in", list(world.codes))]
    table = pq.read_table(folder / "control.parquet", columns=columns, filters=filters).to_pandas()
    dates = pq.read_table(folder / "monthly.parquet", columns=["month", "date"], filters=filters[:1]).to_pandas()
    by_month = dates.drop_duplicates("month").set_index("month")["date"].astype(str)
    place = {code: index for index, code in enumerate(world.codes)}
    return table.assign(date=table["month"].map(by_month), place=table["place"].astype(str).map(place))


# series and counts --------------------------------------------------------------------------------------------------


def _score_series(found: Scores, table: pd.DataFrame, given: Given, learnt: Discrepancy | None) -> None:
    for series, observed in given.series.items():
        values = table[list(_SUMS.get(series, (series,)))].sum(axis=1)
        members = {str(date): part.to_numpy(float) for date, part in values.groupby(table["date"].astype(str))}
        inside = {month: observed[month] for month in sorted(observed) if month in members}
        found.outside += [month for month in observed if month not in members]
        dressed = members if learnt is None else _dressed(series, members, learnt)
        found.lines += forecasts(series, "", dressed, inside, members)
        found.panels.append(Panel(series, unit_of(series), dressed, inside))


def _dressed(series: str, members: Members, learnt: Discrepancy) -> Members:
    """The runs with the discrepancy of trade or of prices; of other series none has been learnt."""
    if series in _SUMS:
        return {month: learnt.exports.dress(values) for month, values in members.items()}
    if series.startswith("price_"):
        return {month: learnt.prices.dress(values) for month, values in members.items()}
    return members


def forecasts(
    what: str, where: str, members: Members, observed: Mapping[str, float], alone: Members | None = None
) -> list[Line]:
    """Score the model, climatology and persistence on the months in which all three say something.

    Args:
        what: series or count.
        where: state, or empty.
        members: the model's values, with discrepancy where there is any.
        observed: month -> value, of months that the model reaches.
        alone: the runs as they come; the same as ``members`` where None.
    """
    steady = drifting(observed)
    months = [month for month in observed if steady.get(month, np.zeros(0)).size]
    kept = {month: observed[month] for month in months}
    rivals: dict[str, Members] = {MODEL: members, ALONE: alone or members, CLIMATE: climatology(observed), LAST: steady}
    return [_line(what, where, name, forecast, kept) for name, forecast in rivals.items()]


def _line(what: str, where: str, name: str, forecast: Members, observed: Mapping[str, float]) -> Line:
    if len(observed) < FEWEST_POINTS:
        return Line(what, where, name, len(observed), None, {})
    error = float(np.mean([crps(forecast[month], value) for month, value in observed.items()]))
    return Line(what, where, name, len(observed), error, coverage(forecast, observed, BANDS))


def drifting(observed: Mapping[str, float]) -> dict[str, Floats]:
    """For each month the value of the month before and the changes seen elsewhere: ratios, or differences where a value is not positive."""
    before = {month: float(last[0]) for month, last in persistence(observed, 1).items()}
    ratios = min(observed.values(), default=0.0) > 0
    move: Callable[[float, Floats], Floats] = np.multiply if ratios else np.add
    changes = {m: observed[m] / last if ratios else observed[m] - last for m, last in before.items()}
    return {m: move(last, np.array([c for other, c in changes.items() if other != m])) for m, last in before.items()}


def _score_fights(found: Scores, table: pd.DataFrame, given: Given, world: World) -> None:
    """The country, then the states in which the record has any fight, most first."""
    first, last = given.months
    reached = sorted(set(table.loc[table["month"] > 0, "date"]))
    months = [month for month in reached if first <= month <= last]
    found.outside += sorted({fight.month for fight in given.fights} - set(months))
    states = np.array(world.states)
    table = table[(table["month"] > 0) & table["date"].isin(months)]
    table = table.assign(state=states[table["place"].to_numpy(int)], fought=table["attacks"] > 0)
    fought, dead = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for month, township in {(fight.month, fight.township) for fight in given.fights}:
        fought[month, states[township]] += 1
    for fight in given.fights:
        dead[fight.month, states[fight.township]] += fight.dead
    totals = Counter({state: 0 for _, state in fought})
    for (month, state), number in fought.items():
        totals[state] += number if month in months else 0
    order = (EVERYWHERE, *sorted(totals, key=lambda state: (-totals[state], state)))
    by_state = table.groupby(["state", "date", "run_id"], observed=True)[["fought", "deaths"]].sum()
    for state in order:
        inside = by_state if state == EVERYWHERE else by_state.loc[[state]]
        modelled = inside.groupby(level=["date", "run_id"], observed=True).sum()
        for what, column, unit, counts in (
            (FOUGHT, "fought", "townships", fought),
            (KILLED, "deaths", "persons", dead),
        ):
            members = {str(date): part.to_numpy(float) for date, part in modelled[column].groupby(level="date")}
            where = [one for one in totals if state in (EVERYWHERE, one)]
            observed = {month: float(sum(counts[month, one] for one in where)) for month in months}
            found.lines += forecasts(what, state, members, observed)
            found.panels.append(Panel(f"{what}, {state}", unit, members, observed))


# maps ---------------------------------------------------------------------------------------------------------------


def _score_maps(found: Scores, table: pd.DataFrame, given: Given, learnt: Discrepancy | None) -> None:
    start = _holders(table[table["month"] == 0])
    dates = set(table.loc[table["month"] > 0, "date"])
    for month in sorted(given.holders):
        if month not in dates:
            found.outside.append(month)
            continue
        here = given.holders[month]
        rows = table[(table["date"] == month) & (table["month"] > 0) & table["place"].isin(list(here))]
        first = {place: names[0] for place, names in start.items()}
        found.maps.append(score_map(month, here, _holders(rows), first, None if learnt is None else learnt.towns))


def _holders(rows: pd.DataFrame) -> dict[int, list[str]]:
    """Township -> who holds its town in each run."""
    names = rows["holder"].astype(str)
    return {int(place): part.tolist() for place, part in names.groupby(rows["place"])}


def score_map(
    month: str,
    seen: Mapping[int, str],
    modelled: Mapping[int, Sequence[str]],
    start: Mapping[int, str],
    towns: Recalibration | None = None,
) -> MapScore:
    """Score a map.

    Args:
        month: whose it is.
        seen: township -> holder.
        modelled: township -> holder in each run.
        start: township -> holder when the run began.
        towns: how chances of a change of hands are recalibrated, from :data:`FEWEST` runs on; None for not at all.
    """
    alone = {place: _chances(modelled[place]) for place in seen}
    runs = len(modelled[next(iter(seen))])
    forecasts = {
        MODEL: {
            place: _recalibrated(alone[place], start[place], towns if runs >= FEWEST else None, runs) for place in seen
        },
        ALONE: alone,
        LAST: {place: {start[place]: 1.0} for place in seen},
    }
    least = 0.5 / len(seen)
    brier, logarithmic = {}, {}
    for name, chances in forecasts.items():
        brier[name] = float(np.mean([_brier(chances[place], holder) for place, holder in seen.items()]))
        kept = [np.clip(chances[place].get(holder, 0.0), least, 1.0) for place, holder in seen.items()]
        logarithmic[name] = abs(float(np.log(kept).mean()))
    changed = sum(seen[place] != start[place] for place in seen)
    expected = sum(1.0 - forecasts[MODEL][place].get(start[place], 0.0) for place in seen)
    return MapScore(month, len(seen), changed, expected, brier, logarithmic)


def _recalibrated(chance: dict[str, float], first: str, towns: Recalibration | None, runs: int) -> dict[str, float]:
    """Chances of holders with that of a change of hands recalibrated; a township that changes hands in no run goes to nobody known."""
    if towns is None:
        return chance
    names = list(dict.fromkeys([first, *chance]))
    held = np.array([chance.get(name, 0.0) for name in names])
    kept = np.full(len(names), held[0])
    found = towns.holding(held, kept, np.array([name == first for name in names]), runs)
    return dict(zip(names, found.tolist(), strict=True))


def _chances(names: Sequence[str]) -> dict[str, float]:
    return {name: names.count(name) / len(names) for name in dict.fromkeys(names)}


def _brier(chance: Mapping[str, float], holder: str) -> float:
    full = {holder: 0.0, **chance}
    return sum((p - (name == holder)) ** 2 for name, p in full.items())


# files --------------------------------------------------------------------------------------------------------------


def write_scores(folder: Path, scores: Sequence[Scores], records: Sequence[Given]) -> Path:
    """Write ``record_scores.csv``, and ``record_unplaced.csv`` with every line that has no place."""
    path = folder / "record_scores.csv"
    with csv_rows(path) as writer:
        bands = [f"coverage_{100 * band:.0f}" for band in BANDS]
        writer.writerow(["scenario", "what", "where", "forecast", "points", "crps", *bands, "brier", "log"])
        for one in scores:
            for line in one.lines:
                error = "" if line.crps is None else f"{line.crps:.6g}"
                shares = [f"{line.coverage[band]:.4f}" if line.coverage else "" for band in BANDS]
                writer.writerow(
                    [one.scenario, line.what, line.where, line.forecast, line.points, error, *shares, "", ""]
                )
            for month in one.maps:
                for name, brier in month.brier.items():
                    numbers = [f"{brier:.6g}", f"{month.logarithmic[name]:.6g}"]
                    blank = [""] * (1 + len(BANDS))
                    writer.writerow([one.scenario, "holders", month.month, name, month.townships, *blank, *numbers])
    with csv_rows(folder / "record_unplaced.csv") as writer:
        writer.writerow(["file", "line", "reason"])
        for given in records:
            writer.writerows([Path(given.path).name, line, why] for line, why in given.refused)
    return path
