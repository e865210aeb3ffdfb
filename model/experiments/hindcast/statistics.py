"""One number a run for each pattern: what the record shows, read off the run in the same way.

A statistic is a function of a :class:`~model.experiments.hindcast.trace.Trace`. None means that the thing did not happen in
the run, or that the run does not reach it: it then lies outside every tolerance. Calendar dates stand only where captures and
gates are forced (``hindcast_trade``) or the run begins at a dated state; all else counts from the run's own onsets.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from model.experiments.hindcast.survival import Spells, logrank_p
from model.experiments.hindcast.trace import Trace
from model.world.record import load_record
from model.world.world import World

Statistic = Callable[[Trace, World], float | None]

BELT = ("MMR001005", "MMR001006", "PANGWA", "PHIMAW", "KANPAITI")
"""The places of P10: Chipwi, Tsawlaw, Pangwa, Phimaw, Kanpaiti."""
BHAMO = "MMR001010"
EAST = ("MONG-BAWK", "MONG-HSAT", "MONG-YAWNG")
"""The mines of the Wa and of Mong La."""
TEN_WEEKS = 70 / 30.4
"""Months."""
ONSET_POSTS = 10
"""Posts in a month that make an offensive: "more than ten on the first day" (SOURCES V104)."""
FOURTEEN_MONTHS = 14
CALIBRATION_ENDS = "2024-12-31"
"""A siege that went on counts as unfinished on this day; what came later is held out."""


def _change(new: float | None, old: float | None) -> float | None:
    return None if new is None or old is None or old <= 0 else new / old - 1


def _months(column: str, new: str, old: str) -> Statistic:
    """Change of a monthly value from one calendar month to another."""
    return lambda trace, world: _change(trace.at(column, new), trace.at(column, old))


def _totals(column: str, new: tuple[str, str], old: tuple[str, str]) -> Statistic:
    return lambda trace, world: _change(trace.total(column, *new), trace.total(column, *old))


def _sum(column: str, start: str, end: str) -> Statistic:
    return lambda trace, world: trace.total(column, start, end)


def _value(column: str, date: str) -> Statistic:
    return lambda trace, world: trace.at(column, date)


def _half_years(trace: Trace, world: World) -> float | None:
    change = _change(trace.total("exports", "2023-01", "2023-06"), trace.total("exports", "2022-01", "2022-06"))
    return None if change is None else change + 1


def _monsoon_august(trace: Trace, world: World) -> float | None:
    total = trace.total("exports", "2024-01", "2024-08")
    return _change(trace.at("exports", "2024-08"), None if total is None else total / 8)


def _tax_share(trace: Trace, world: World) -> float | None:
    first, last = trace.row("2025-03"), trace.row("2025-05")
    if last < 0 or "KIA" not in trace.actors["ore_tax_yuan_per_t"]:
        return None
    tax = trace.actors["ore_tax_yuan_per_t"]["KIA"][first : last + 1]
    return float((tax / trace.monthly["price_ore_yuan_per_t"][first : last + 1]).mean())


def _posts_ten_weeks(trace: Trace, world: World) -> float | None:
    taken = trace.actors["posts_taken"].get("KIA", np.zeros(trace.months + 1))
    onset = np.flatnonzero(taken[1:] >= ONSET_POSTS)
    if onset.size == 0 or onset[0] + 1 + 2 > trace.months:
        return None
    window = taken[onset[0] + 1 : onset[0] + 4]
    weights = np.clip(TEN_WEEKS - np.arange(len(window)), 0.0, 1.0)
    return float(weights @ window)


def _falls(trace: Trace, places: tuple[str, ...], actor: str) -> list[int | None]:
    kinds = ("town_taken", "site_taken")
    return [
        next((e.month for e in trace.events if e.kind in kinds and e.place == place and e.actor == actor), None)
        for place in places
    ]


def _belt_months(trace: Trace, world: World) -> float | None:
    falls = [month for month in _falls(trace, BELT, "KIA") if month is not None]
    return float(max(falls) - min(falls)) if len(falls) == len(BELT) else None


def sieges(trace: Trace) -> Spells:
    """What a reporter would call the battles for the junta's towns: attacks that became sieges, and towns that fell."""
    begun = {(e.place, e.actor): e.month for e in trace.events if e.kind == "siege_begun" and e.other == "JUNTA"}
    found = []
    for spell in trace.attacked:
        siege = spell.first <= begun.get((spell.place, spell.attacker), -1) <= spell.last
        if spell.attacker != "JUNTA" and (spell.fell or siege):
            found.append((spell.length, spell.fell))
    return Spells.make(found)


def _siege_test(trace: Trace, world: World) -> float | None:
    modelled = sieges(trace)
    return logrank_p(modelled, observed_sieges(world.name)) if len(modelled.months) else None


def observed_sieges(world: str) -> Spells:
    """The sieges of the record as it stood at the end of 2024, in months."""
    found = []
    for siege in load_record(world).sieges:
        end = siege.end if siege.fell else min(siege.end, CALIBRATION_ENDS)
        days = int((np.datetime64(end) - np.datetime64(siege.start)) / np.timedelta64(1, "D"))
        found.append((days / 30.4, siege.fell))
    return Spells.make(found)


def _seats_taken(trace: Trace, world: World) -> float | None:
    last = trace.row("2024-12")
    if last < 0:
        return None
    return float(sum(e.kind == "town_taken" and e.other == "JUNTA" and e.month <= last for e in trace.events))


def _junta_dead(trace: Trace, world: World) -> float | None:
    first, last = trace.row("2024-01"), trace.row("2024-12")
    return None if first < 0 or last < 0 else float(trace.actors["dead"]["JUNTA"][first : last + 1].sum())


def _relief(trace: Trace, world: World) -> float | None:
    begun = trace.first("siege_begun", place=BHAMO)
    if begun is None:
        return None
    ends = [trace.first(kind, place=BHAMO) for kind in ("siege_relieved", "siege_broken")]
    return float(any(end is not None and 0 <= end - begun <= FOURTEEN_MONTHS for end in ends))


def _regained(trace: Trace, world: World) -> float | None:
    last = trace.row("2025-11")
    north = {code for code, state in zip(world.codes, world.states, strict=True) if state == "Shan (North)"}
    events = [e for e in trace.events if e.month <= last and e.place in north]
    lost = {e.place for e in events if e.kind == "town_taken" and e.other == "JUNTA"}
    kinds = ("town_taken", "town_returned")
    back = {e.place for e in events if e.kind in kinds and e.actor == "JUNTA" and e.place in lost}
    return len(back) / len(lost) if lost and last >= 0 else None


def _towns_returned(trace: Trace, world: World) -> float | None:
    return float(sum(event.kind == "town_returned" for event in trace.events))


def _supply_cut_lag(trace: Trace, world: World) -> float | None:
    cut = trace.first("supply_cut", actor="UWSA")
    allies = ("MNDAA", "TNLA", "SSPP")
    shut = [month for ally in allies if (month := trace.first("lane_closed", actor=ally)) is not None]
    if cut is None or not shut or min(shut) > cut:
        return None
    return float(cut - min(shut))


def _relocation(trace: Trace, world: World) -> float | None:
    first, last, early = trace.row("2025-01"), trace.row("2025-12"), trace.row("2021-06")
    if early < 0 or first < 0 or last < 0:
        return None
    east = sum((trace.mines.get(mine, np.zeros(trace.months + 1)) for mine in EAST), np.zeros(trace.months + 1))
    before = float(east[1 : early + 1].mean())
    return float(east[first : last + 1].mean()) / before if before > 0 else None


def _contagion(trace: Trace, world: World) -> float | None:
    month = trace.first("ceasefire_broken", actor="AA")
    return None if month is None else float(month)


def _onward(trace: Trace, world: World) -> float | None:
    falls = [month for month in _falls(trace, BELT, "KIA") if month is not None]
    if len(falls) < len(BELT):
        return None
    later = [e.month for e in trace.events if e.kind == "siege_begun" and e.actor == "KIA" and e.month >= max(falls)]
    return float(later[0] - max(falls)) if later else None


STATISTICS: dict[str, Statistic] = {
    "covid_drop": _months("exports", "2021-08", "2021-07"),
    "march_2022": _value("all_origins", "2022-03"),
    "half_years": _half_years,
    "exports_2021": _sum("exports", "2021-02", "2021-12"),
    "exports_2023": _sum("exports", "2023-01", "2023-12"),
    "monsoon_july": _months("exports", "2024-07", "2024-06"),
    "monsoon_august": _monsoon_august,
    "capture_trough": _months("exports", "2025-02", "2024-02"),
    "release_may": _months("all_origins", "2025-05", "2025-04"),
    "release_half": _totals("exports", ("2025-01", "2025-05"), ("2024-01", "2024-05")),
    "terbium_rise": _months("price_tb_yuan_per_kg", "2025-03", "2024-09"),
    "tax_share": _tax_share,
    "squeeze_august": _months("all_origins", "2023-08", "2023-07"),
    "squeeze_september": _months("all_origins", "2023-09", "2023-08"),
    "posts_ten_weeks": _posts_ten_weeks,
    "belt_months": _belt_months,
    "siege_test": _siege_test,
    "seats_taken": _seats_taken,
    "sacm_full_area": _value("sacm_full_area", "2024-05"),
    "bbc_full_area": _value("bbc_full_area", "2024-11"),
    "nug_junta": _value("nug_junta", "2024-12"),
    "nug_resistance": _value("nug_resistance", "2024-12"),
    "junta_dead_2024": _junta_dead,
    "india_t": lambda trace, world: float(trace.monthly["exports_t_quad"].sum()),
    "relief": _relief,
    "polls": _value("polls", "2025-12"),
    "regained": _regained,
    "towns_returned": _towns_returned,
    "supply_cut_lag": _supply_cut_lag,
    "relocation": _relocation,
    "contagion": _contagion,
    "onward": _onward,
}
"""By the name in ``patterns.csv``."""
