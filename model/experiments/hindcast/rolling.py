"""Rolling origins: restarts from dated states of the world, each scored ten and twenty months on.

An origin is the first month of a hindcast that starts from a dated state; nothing observed after August 2025 is looked at. At each lead
the chances that townships change hands are scored by the Brier score and the logarithmic score. The model's are recalibrated by what
windows teach that hold no month of the year in which the lead ends (all of the window to the end of 2024 where it ends later); *runs
alone* are as they come. The other forecasts are distributions, each a hazard a town and month:

* *persistence*: what the record shows before the origin, with half a town that changes hands over the lead added;
* *constant hazard*: towns lost a town and month over the war (SOURCES F7);
* *climatology*: what the record shows outside the window, before and after it;
* *regional hazard*: the share of each state's towns that changed hands in the year before the origin; where the record holds nothing
  before the origin nothing changes hands.

The net change of the townships of each side is compared with the model's 80% interval and by its sign, the junta's with the
discrepancy of seats; changes of hands a month with the runs' mean; imports of the months that the record has with the model's by CRPS.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.arrays import Floats
from model.experiments.discrepancy import dress_seats
from model.experiments.files import csv_rows
from model.experiments.hindcast.learn import (
    Window,
    learn_seats,
    learn_towns,
    months_between,
    recalibration_of,
    window_of,
    windows,
    without,
)
from model.experiments.hindcast.observed import (
    ALL_ORIGINS,
    ORIGINS,
    TAKEN,
    by_month,
    exports_by_month,
    monthly_record,
    runs_and_events,
)
from model.experiments.hindcast.report import HAZARD, climatology, dress_by_year
from model.experiments.hindcast.score import crps, score_flips
from model.run import date_after
from model.world.read import load_world
from model.world.record import load_record

LEADS = (10, 20)
"""Months from an origin to where it is scored."""
FIRST, LAST = "2021-02", "2025-08"
"""The first and the last month that is looked at."""
FORECASTS = ("model", "runs alone", "persistence", "constant hazard", "climatology", "regional hazard")
MODEL, ALONE, PERSISTENCE, CONSTANT, CLIMATOLOGY, REGIONAL = FORECASTS
JUNTA = "JUNTA"
SIDES = {"junta": "Junta", "ethnic organisations": "EthnicArmedOrganization", "defence forces": "PeoplesDefenceForce"}
"""Side -> the kind of its actors."""
INTERVAL = (0.1, 0.5, 0.9)


@dataclass(frozen=True)
class Net:
    """Change of a side's townships: the record's, and 10, 50 and 90% points of the model's."""

    seen: int
    modelled: tuple[float, float, float]

    @property
    def holds(self) -> bool:
        """Whether the model's 80% interval holds it and the median has its sign."""
        low, middle, high = self.modelled
        return low <= self.seen <= high and np.sign(middle) == np.sign(self.seen)


@dataclass(frozen=True)
class Origin:
    """An origin scored at one lead.

    Args:
        origin: first month.
        until: last month that is scored.
        lead: months from the one to the other, both counted.
        brier: forecast -> Brier score of the townships that change hands; smaller is better.
        logarithmic: forecast -> mean logarithmic score (nats); smaller is better.
        flipped: townships that changed hands, observed.
        expected: the same, mean of the model.
        moves: changes of hands a month, observed and the runs' mean.
        slopes: logit slopes that would set the model's chances and those of the runs alone right: 1 is best; NaN where no town
            changed hands.
        nets: side -> net change of its townships; the junta's includes the discrepancy of seats.
        imports: months of the record, and mean CRPS (t) of model and climatology in them; None without a month.
    """

    origin: str
    until: str
    lead: int
    brier: dict[str, float]
    logarithmic: dict[str, float]
    flipped: int
    expected: float
    moves: tuple[float, float]
    slopes: tuple[float, float]
    nets: dict[str, Net]
    imports: tuple[int, float, float] | None = None

    @property
    def beats(self) -> bool:
        """Whether the model's Brier score is below those of persistence and constant hazard."""
        return self.brier[MODEL] < min(self.brier[PERSISTENCE], self.brier[CONSTANT])

    @property
    def holds(self) -> bool:
        """Whether the net change of the junta's townships is held."""
        return self.nets["junta"].holds


def rolling(folder: Path, world: str = "myanmar") -> list[Origin]:
    """Score every origin of a folder that the command ``hindcast`` filled, at every lead that ends by August 2025.

    Args:
        folder: the batch of the hindcasts.
        world: name of the world with the record.
    """
    ends = {
        scenario: [until for lead in LEADS if (until := date_after(origin, lead - 1)) <= LAST]
        for scenario, origin in ORIGINS.items()
    }
    taught, (_, events) = windows(folder, world), runs_and_events(folder)
    places = load_world(world).codes
    moved = events[events["kind"].astype(str).isin(TAKEN) & events["place"].astype(str).isin(places)]
    names = {origin: scenario for scenario, origin in ORIGINS.items()}
    found = []
    for window in window_of(folder, world, ends):
        here = moved.loc[moved["scenario"].astype(str) == names[window.origin], "month"].to_numpy(int)
        imports = _imports(folder, world, window, names[window.origin])
        found.append(_scored(window, taught, world, here, imports))
    return found


def _scored(
    window: Window,
    taught: Sequence[Window],
    world: str,
    moved: NDArray[np.int_],
    imports: tuple[int, float, float] | None,
) -> Origin:
    happened, share, lead = window.happened, window.share, window.months
    usable = without(taught, window.until[:4])
    chances = {
        MODEL: learn_towns(usable).chance(share, len(window.ends)),
        ALONE: share,
        PERSISTENCE: hazard_chance(world, lead, (FIRST, date_after(window.origin, -1)), extra=0.5),
        CONSTANT: np.full(len(share), 1 - (1 - HAZARD) ** lead),
        CLIMATOLOGY: hazard_chance(world, lead, (FIRST, LAST), left_out=(window.origin, window.until)),
        REGIONAL: regional_chance(world, window.origin, lead),
    }
    recorded = len(_dates(world, window.origin, window.until))
    return Origin(
        origin=window.origin,
        until=window.until,
        lead=lead,
        brier={name: score_flips(name, chance, happened).brier for name, chance in chances.items()},
        logarithmic={name: log_score(chance, happened) for name, chance in chances.items()},
        flipped=int(happened.sum()),
        expected=float(chances[MODEL].sum()),
        moves=(recorded / lead, float((moved <= lead).sum()) / len(window.ends) / lead),
        slopes=(_slope(chances[MODEL], happened), _slope(share, happened)),
        nets=_nets(window, usable, world),
        imports=imports,
    )


def _slope(chance: Floats, happened: NDArray[np.bool_]) -> float:
    least = 0.5 / len(chance)
    return recalibration_of(np.clip(chance, least, 1 - least), happened).slope if happened.any() else float("nan")


def _nets(window: Window, usable: Sequence[Window], world: str) -> dict[str, Net]:
    found, forces = {}, load_world(world).forces
    for side, kind in SIDES.items():
        members = [force.id for force in forces if force.kind == kind]
        net, seen = window.net(members)
        if JUNTA in members:
            net = dress_seats(net, learn_seats(usable, members))
        low, middle, high = np.quantile(net, INTERVAL).tolist()
        found[side] = Net(seen, (low, middle, high))
    return found


def _imports(folder: Path, world: str, window: Window, scenario: str) -> tuple[int, float, float] | None:
    """Months of imports that the record has in a window, and the mean CRPS of model and climatology in them."""
    observed = monthly_record(world, ALL_ORIGINS)
    dressed = dress_by_year(by_month(exports_by_month(folder, scenario), "all_origins"), observed)
    others = climatology(observed)
    months = [month for month in observed if window.origin <= month <= window.until]
    if not months:
        return None
    scores = [np.mean([crps(table[month], observed[month]) for month in months]) for table in (dressed, others)]
    return len(months), float(scores[0]), float(scores[1])


def log_score(chance: Floats, happened: NDArray[np.bool_]) -> float:
    """Mean logarithmic score (N,) of chances that things happened, kept off 0 and 1 by half a township."""
    least = 0.5 / len(chance)
    kept = np.clip(chance, least, 1 - least)
    return float(-np.where(happened, np.log(kept), np.log(1 - kept)).mean())


def _dates(world: str, first: str, last: str) -> list[str]:
    """Months of the record's changes of hands of towns, from a month to a month, both counted."""
    codes, found = set(load_world(world).codes), []
    now: dict[str, str] = {}
    for change in sorted(load_record(world).towns, key=lambda one: one.date):
        if change.place in codes and change.holder and not change.contested:
            if now.get(change.place) != change.holder and first <= change.date[:7] <= last:
                found.append(change.date[:7])
            now[change.place] = change.holder
    return found


def hazard_chance(
    world: str, lead: int, months: tuple[str, str], left_out: tuple[str, str] | None = None, extra: float = 0.0
) -> Floats:
    """(N,) chance that a town changes hands over a lead by the hazard of some months of the record.

    Args:
        world: name of the world.
        lead: months.
        months: first and last month of the record that is looked at.
        left_out: first and last month of it that are not.
        extra: changes of hands added over the lead, where the record may hold none.
    """
    towns, seen = len(load_world(world).codes), _dates(world, *months)
    length = max(months_between(*months), 0)
    if left_out is not None:
        seen = [date for date in seen if not left_out[0] <= date <= left_out[1]]
        length -= months_between(*left_out)
    span = length + (lead if extra else 0)
    hazard = (len(seen) + extra) / (towns * max(span, 1))
    return np.full(towns, 1 - (1 - min(hazard, 1.0)) ** lead)


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
    scores = [f"{kind}_{name.replace(' ', '_')}" for kind in ("brier", "log") for name in FORECASTS]
    nets = [f"net_{side.replace(' ', '_')}{end}" for side in SIDES for end in ("", "_q10", "_median", "_q90")]
    head = [
        "origin",
        "until",
        "lead",
        "flipped",
        "expected",
        "moves_a_month",
        "moves_a_month_runs",
        "slope",
        "slope_runs_alone",
        "net_within",
        "beats_both",
    ]
    trade = ["import_months", "import_crps_model", "import_crps_climatology"]
    with csv_rows(path) as writer:
        writer.writerow([*head, *nets, *trade, *scores])
        for one in origins:
            told = [
                one.origin,
                one.until,
                one.lead,
                one.flipped,
                f"{one.expected:.1f}",
                *(f"{x:.2f}" for x in (*one.moves, *one.slopes)),
            ]
            net = [f"{value:.1f}" for side in SIDES for value in (one.nets[side].seen, *one.nets[side].modelled)]
            imports = ["", "", ""] if one.imports is None else [f"{value:.0f}" for value in one.imports]
            numbers = [f"{table[name]:.4f}" for table in (one.brier, one.logarithmic) for name in FORECASTS]
            writer.writerow([*told, int(one.holds), int(one.beats), *net, *imports, *numbers])
    return path
