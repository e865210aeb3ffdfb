"""The outcomes of a run: what batches are judged by, with unit and meaning.

Three kinds. *Flows* are sums over a window, *levels* are read at its end, *shares* are ratios of two flows and undefined
(null) where the whole is under a tonne. The plain name means the last 12 months (levels: the end), the suffixes ``_y1`` and
``_y2`` months 1-12 and 13-24, ``_all`` the whole run (levels: the mean over it). Windows that the run does not reach are null.
Censored times are restricted means (months held, at most the length of the run) beside a 0/1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from model.record import Recorder

Floats = NDArray[np.float64]

SUFFIXES = {"": "last 12 months or end", "_y1": "months 1-12", "_y2": "months 13-24", "_all": "whole run"}


@dataclass(frozen=True)
class Outcome:
    """An outcome: a column of the table of runs."""

    name: str
    unit: str
    meaning: str


_ACTOR_LEVELS = {
    "townships_held": ("townships", "towns held, of the townships"),
    "population_share": ("0-1", "population weighted by share of the countryside controlled"),
    "seat_population_share": ("0-1", "population of the townships whose town it holds"),
    "troops": ("fighters", "fighters"),
    "legitimacy": ("0-1", "consent of the people under its control"),
    "services": ("0-1", "government services that the people under its control get"),
    "us_partner": ("0/1", "Washington has picked it as its partner"),
}
_ACTOR_FLOWS = {
    "revenue_usd": ("USD", "income, aid included"),
    "ore_revenue_usd": ("USD", "income from rare-earth ore"),
}
_FLOWS = {
    "exports_t_total": ("t REO", "ore exported to all destinations"),
    "exports_t_china": ("t REO", "ore exported to China, smuggled ore included"),
    "exports_t_china_informal": ("t REO", "ore smuggled to China"),
    "exports_t_quad": ("t REO", "ore exported to India and the Quad"),
    "mined_t": ("t REO", "ore mined"),
    "towns_changed_hands": ("towns", "changes of hands of towns"),
    "deaths_fighters": ("persons", "fighters killed"),
    "deaths_civilians": ("persons", "civilians killed"),
    "other_origins_t": ("t REO", "ore that China gets from Laos, Malaysia and other countries instead"),
    "displaced_person_months": ("person-months", "displaced persons summed over months"),
    "leachate_t": ("t", "leachate released by the mines"),
    "india_processing_revenue_usd": ("USD", "revenue of India's processors of this ore"),
    "japan_finance_usd": ("USD", "Japanese money for the road to India"),
    "separated_t_australia": ("t REO", "ore from India that Australia separated"),
}
_LEVELS = {
    "recognition_kia": ("0-1", "recognition of the KIA by the US and those who follow"),
    "eaos_recognised": ("actors", "ethnic organisations with recognition above 0.1"),
    "western_followers": ("governments", "Western governments that followed the US in recognising"),
    "hope_of_others": ("0-1", "mean belief of ethnic organisations other than the KIA that governing well is backed"),
    "india_commitment": ("0-1", "India's readiness to go along with the Quad"),
    "us_attention": ("0-1", "attention that Washington has for Myanmar"),
    "federal_settlement": ("0/1", "a federal settlement is in force"),
    "elections_held": ("0/1", "the elections that a settlement promised have been held"),
    "price_tb_yuan_per_kg": ("yuan/kg", "price of terbium oxide in China"),
    "price_dy_yuan_per_kg": ("yuan/kg", "price of dysprosium oxide in China"),
    "price_ore_yuan_per_t": ("yuan/t", "price of ore in China, taxes included"),
    "ore_lanes_open": ("0-1", "ore lanes to China, weighted by the capacity of the mines behind them"),
    "goods_lanes_open": ("0-1", "goods lanes to China, mean over crossings"),
}
_SHARES = {
    "china_share_of_exports": ("0-1", "exports to China over all exports; null under one tonne"),
    "china_dependence_imports": ("0-1", "ore from here over all ore that China imports (one reading of the 57 %)"),
    "china_dependence_heavy": ("0-1", "ore from here over all ore for heavy rare earths that China gets (the other)"),
    "us_heavy_ree_supply_share": ("0-1", "Dy and Tb oxide from this ore that reached the US over its demand"),
}
_ONCE = {
    "bhamo_fallen": ("0/1", "whoever held Bhamo at the start lost it during the run"),
    "bhamo_months_held": ("months", "months until then, at most the length of the run (restricted mean)"),
}


def column(actor_id: str) -> str:
    """An actor's id as it stands in column names: ``NDA-K`` becomes ``nda_k``."""
    return actor_id.lower().replace("-", "_")


def outcome_list(force_ids: Sequence[str]) -> list[Outcome]:
    """Every outcome of a world with these armed actors, in the order of the columns.

    Args:
        force_ids: ids of the armed actors.
    """
    base: list[Outcome] = []
    for name, (unit, meaning) in {**_FLOWS, **_SHARES, **_LEVELS}.items():
        base.append(Outcome(name, unit, meaning))
    for name, (unit, meaning) in {**_ACTOR_LEVELS, **_ACTOR_FLOWS}.items():
        base += [Outcome(f"{name}_{column(actor)}", unit, f"{actor}: {meaning}") for actor in force_ids]
    once = [Outcome(name, unit, meaning) for name, (unit, meaning) in _ONCE.items()]
    windows = [Outcome(o.name + end, o.unit, f"{o.meaning} ({when})") for o in base for end, when in SUFFIXES.items()]
    return once + windows


def _windows(months: int) -> dict[str, slice | None]:
    """Rows of the monthly record (month k is row k; row 0 is the start) that each suffix means; None where not reached."""
    return {
        "": slice(max(months - 12, 0) + 1, months + 1),
        "_y1": slice(1, 13) if months >= 12 else None,
        "_y2": slice(13, 25) if months >= 24 else None,
        "_all": slice(1, months + 1),
    }


def compute(recorder: Recorder) -> dict[str, float | None]:
    """The outcomes of a finished run, in the order of :func:`outcome_list`."""
    months = recorder.months_done
    flows, levels, shares = _series(recorder)
    values: dict[str, float | None] = dict(recorder.bhamo())
    flow, level = (np.array(list(series.values())) for series in (flows, levels))
    for end, window in _windows(months).items():
        for name, (part, whole, least) in shares.items():
            values[name + end] = None if window is None else _ratio(part[window], whole[window], least)
        for series, found in ((flows, _sums(flow, window)), (levels, _levels(level, window, end))):
            values |= zip((name + end for name in series), found, strict=True)
    return {name: values[name] for name in _names(recorder.force_ids)}


@lru_cache(maxsize=64)
def _names(force_ids: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(outcome.name for outcome in outcome_list(force_ids))


def _ratio(part: Floats, whole: Floats, least: float) -> float | None:
    total = float(whole.sum())
    return float(part.sum()) / total if total >= least else None


def _sums(series: Floats, window: slice | None) -> list[float] | list[None]:
    return [None] * len(series) if window is None else np.ascontiguousarray(series[:, window]).sum(axis=1).tolist()


def _levels(series: Floats, window: slice | None, end: str) -> list[float] | list[None]:
    if window is None:
        return [None] * len(series)
    if end == "_all" and window.stop > window.start:
        return np.ascontiguousarray(series[:, window]).mean(axis=1).tolist()
    return series[:, -1 if end == "_all" else window.stop - 1].tolist()


def _series(recorder: Recorder) -> tuple[dict[str, Floats], dict[str, Floats], dict[str, tuple[Floats, Floats, float]]]:
    monthly, actors = recorder.monthly, recorder.actors
    informal, official = monthly["exports_t_china_informal"], monthly["exports_t_china_official"]
    quad = monthly["exports_t_quad"]
    flows = {name: monthly[name] for name in _FLOWS if name in monthly}
    flows["exports_t_china"] = official + informal
    flows["exports_t_total"] = official + informal + quad
    flows["displaced_person_months"] = monthly["displaced_persons"]
    demand = np.full(len(quad), recorder.us_demand)
    to_china = official + informal
    imports = to_china + monthly["other_origins_t"]
    shares = {
        "china_share_of_exports": (to_china, to_china + quad, 1.0),
        "china_dependence_imports": (to_china, imports, 1.0),
        "china_dependence_heavy": (to_china, imports + monthly["china_quota_t"], 1.0),
        "us_heavy_ree_supply_share": (monthly["us_heavy_ree_supply_share"] * demand, demand, 1e-9),
    }
    levels = {name: monthly[name] for name in _LEVELS if name in monthly}
    recognition = actors["recognition"]
    organisations = [index for index, name in enumerate(recorder.force_ids) if recorder.is_eao[index] and name]
    levels["eaos_recognised"] = (recognition[:, organisations] > 0.1).sum(axis=1).astype(np.float64)
    kia = [index for index, name in enumerate(recorder.force_ids) if name == "KIA"]
    levels["recognition_kia"] = recognition[:, kia].sum(axis=1)
    others = [index for index in organisations if index not in kia]
    levels["hope_of_others"] = actors["hope"][:, others].mean(axis=1) if others else np.zeros(len(quad))
    for name in _ACTOR_LEVELS:
        levels |= {f"{name}_{column(actor)}": actors[name][:, k] for k, actor in enumerate(recorder.force_ids)}
    for name in _ACTOR_FLOWS:
        flows |= {f"{name}_{column(actor)}": actors[name][:, k] for k, actor in enumerate(recorder.force_ids)}
    return flows, levels, shares
