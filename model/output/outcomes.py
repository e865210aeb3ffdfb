"""The outcomes of a run: what batches are judged by, with unit and meaning.

Three kinds. *Flows* are sums over a window, *levels* are read at its end, *shares* are ratios of two flows and undefined
(null) where the whole is under a tonne. The plain name means the last 12 months (levels: the end), the suffixes ``_y1`` and
``_y2`` months 1-12 and 13-24, ``_all`` the whole run (levels: the mean over it). Windows that the run does not reach are null.
Censored times are restricted means (months held, at most the length of the run) beside a 0/1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from model.output.record import Recorder

Floats = NDArray[np.float64]

SUFFIXES = {"": "last 12 months or end", "_y1": "months 1-12", "_y2": "months 13-24", "_all": "whole run"}


_WINDOWS = {"_y1": ", first year", "_y2": ", second year", "_all": ", whole run"}
"""Suffixes in titles."""


@dataclass(frozen=True)
class Outcome:
    """An outcome: a column of the table of runs.

    Args:
        name: of the column.
        unit: of its values.
        meaning: what it is, in words.
        title: the same in a few words, as inside a sentence.
    """

    name: str
    unit: str
    meaning: str
    title: str


_ACTOR_LEVELS = {
    "townships_held": ("townships", "towns held, of the townships", "towns held by the {}"),
    "population_share": ("0-1", "population weighted by share of the countryside controlled", "countryside of the {}"),
    "seat_population_share": ("0-1", "population of the townships whose town it holds", "people in towns of the {}"),
    "troops": ("fighters", "fighters", "fighters of the {}"),
    "legitimacy": ("0-1", "consent of the people under its control", "consent under the {}"),
    "services": ("0-1", "government services that the people under its control get", "services under the {}"),
    "us_partner": ("0/1", "Washington has picked it as its partner", "the {} as Washington's partner"),
}
_ACTOR_FLOWS = {
    "revenue_usd": ("USD", "income, aid included", "income of the {}"),
    "ore_revenue_usd": ("USD", "income from rare-earth ore", "ore income of the {}"),
}
_FLOWS = {
    "exports_t_total": ("t REO", "ore exported to all destinations", "ore exported"),
    "exports_t_china": ("t REO", "ore exported to China, smuggled ore included", "ore to China"),
    "exports_t_china_informal": ("t REO", "ore smuggled to China", "ore smuggled to China"),
    "exports_t_quad": ("t REO", "ore exported to India and the Quad", "ore to India and the Quad"),
    "mined_t": ("t REO", "ore mined", "ore mined"),
    "towns_changed_hands": ("towns", "changes of hands of towns", "towns taken"),
    "deaths_fighters": ("persons", "fighters killed", "fighters killed"),
    "deaths_civilians": ("persons", "civilians killed", "civilians killed"),
    "other_origins_t": (
        "t REO",
        "ore that China gets from Laos, Malaysia and other countries instead",
        "China's ore from elsewhere",
    ),
    "displaced_person_months": ("person-months", "displaced persons summed over months", "displacement"),
    "leachate_t": ("t", "leachate released by the mines", "leachate from mines"),
    "india_processing_revenue_usd": (
        "USD",
        "revenue of India's processors of this ore",
        "revenue of India's processors",
    ),
    "japan_finance_usd": ("USD", "Japanese money for the road to India", "Japanese money for the road"),
    "separated_t_australia": ("t REO", "ore from India that Australia separated", "ore separated in Australia"),
}
_LEVELS = {
    "recognition_kia": ("0-1", "recognition of the KIA by the US and those who follow", "recognition of the KIA"),
    "eaos_recognised": ("actors", "ethnic organisations with recognition above 0.1", "ethnic organisations recognised"),
    "western_followers": (
        "governments",
        "Western governments that followed the US in recognising",
        "Western followers of the US",
    ),
    "hope_of_others": (
        "0-1",
        "mean belief of ethnic organisations other than the KIA that governing well is backed",
        "others' hope of backing",
    ),
    "india_commitment": ("0-1", "India's readiness to go along with the Quad", "India's readiness"),
    "us_attention": ("0-1", "attention that Washington has for Myanmar", "Washington's attention"),
    "federal_settlement": ("0/1", "a federal settlement is in force", "federal settlement in force"),
    "elections_held": ("0/1", "the elections that a settlement promised have been held", "promised elections held"),
    "price_tb_yuan_per_kg": ("yuan/kg", "price of terbium oxide in China", "price of terbium oxide"),
    "price_dy_yuan_per_kg": ("yuan/kg", "price of dysprosium oxide in China", "price of dysprosium oxide"),
    "price_ore_yuan_per_t": ("yuan/t", "price of ore in China, taxes included", "price of ore in China"),
    "ore_lanes_open": (
        "0-1",
        "ore lanes to China, weighted by the capacity of the mines behind them",
        "ore lanes open",
    ),
    "goods_lanes_open": ("0-1", "goods lanes to China, mean over crossings", "goods lanes open"),
}
_SHARES = {
    "china_share_of_exports": (
        "0-1",
        "exports to China over all exports; null under one tonne",
        "China's share of exports",
    ),
    "china_dependence_imports": (
        "0-1",
        "ore from here over all ore that China imports (one reading of the 57 %)",
        "China's dependence (imports)",
    ),
    "china_dependence_heavy": (
        "0-1",
        "ore from here over all ore for heavy rare earths that China gets (the other)",
        "China's dependence (heavy)",
    ),
    "us_heavy_ree_supply_share": (
        "0-1",
        "Dy and Tb oxide from this ore that reached the US over its demand",
        "US heavy-earth demand met",
    ),
}
_ONCE = {
    "bhamo_fallen": ("0/1", "whoever held Bhamo at the start lost it during the run", "fall of Bhamo"),
    "bhamo_months_held": (
        "months",
        "months until then, at most the length of the run (restricted mean)",
        "months until Bhamo falls",
    ),
}


_CALLED = {"JUNTA": "junta"}
"""Actors that titles call otherwise than by their id."""


def column(actor_id: str) -> str:
    """An actor's id as it stands in column names: ``NDA-K`` becomes ``nda_k``."""
    return actor_id.lower().replace("-", "_")


def outcome_list(force_ids: Sequence[str]) -> list[Outcome]:
    """Every outcome of a world with these armed actors, in the order of the columns.

    Args:
        force_ids: ids of the armed actors.
    """
    base = [Outcome(name, *words) for name, words in _PLAIN.items()]
    for name in _OF_ACTORS:
        base += [_of_actor(name, actor) for actor in force_ids]
    once = [Outcome(name, *words) for name, words in _ONCE.items()]
    return once + [_in_window(outcome, end) for outcome in base for end in SUFFIXES]


_PLAIN = {**_FLOWS, **_SHARES, **_LEVELS}
_OF_ACTORS = {**_ACTOR_LEVELS, **_ACTOR_FLOWS}


def _of_actor(name: str, actor: str) -> Outcome:
    unit, meaning, title = _OF_ACTORS[name]
    return Outcome(f"{name}_{column(actor)}", unit, f"{actor}: {meaning}", title.format(_CALLED.get(actor, actor)))


def _in_window(one: Outcome, end: str) -> Outcome:
    return Outcome(one.name + end, one.unit, f"{one.meaning} ({SUFFIXES[end]})", one.title + _WINDOWS.get(end, ""))


def outcome_named(name: str) -> Outcome | None:
    """The outcome of a column, of whatever armed actor; None for a column that is none (a statistic of a hindcast)."""
    if name in _ONCE:
        return Outcome(name, *_ONCE[name])
    end = next((end for end in _WINDOWS if name.endswith(end)), "")
    stem = name.removesuffix(end)
    if stem in _PLAIN:
        return _in_window(Outcome(stem, *_PLAIN[stem]), end)
    for base in _OF_ACTORS:
        if stem.startswith(f"{base}_"):
            return _in_window(_of_actor(base, stem.removeprefix(f"{base}_").upper().replace("_", "-")), end)
    return None


def words_of(name: str) -> str:
    """A column's outcome in a few words, as inside a sentence; the column's name where it is none."""
    known = outcome_named(name)
    return name if known is None else known.title


def heading_of(name: str) -> str:
    """A column's outcome in a few words, as a heading or the beginning of a sentence."""
    words = words_of(name)
    return words if words == name else words[:1].upper() + words[1:]


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
    months, ids = recorder.months_done, recorder.force_ids
    flows, levels, shares = _series(recorder)
    flow, level = (_stacked(*series, recorder.actors) for series in ((flows, _ACTOR_FLOWS), (levels, _ACTOR_LEVELS)))
    parts, wholes, least = zip(*shares.values(), strict=True)
    share = np.array([*parts, *wholes])
    found: list[float | None] = []
    for end, window in _windows(months).items():
        found += _ratios(share, least, window)
        found += _sums(flow, window)
        found += _levels(level, window, end)
    in_order = _ordered(tuple(shares), tuple(flows), tuple(levels), ids)
    return dict(zip(_names(ids), (*recorder.bhamo().values(), *in_order(found)), strict=True))


def _stacked(series: dict[str, Floats], of_actors: Iterable[str], actors: Mapping[str, Floats]) -> Floats:
    """(K, months + 1) the series, then those of the actors, quantity by quantity."""
    return np.concatenate([list(series.values()), *(actors[name].T for name in of_actors)])


@lru_cache(maxsize=64)
def _ordered(
    shares: tuple[str, ...], flows: tuple[str, ...], levels: tuple[str, ...], force_ids: tuple[str, ...]
) -> Callable[[list[float | None]], tuple[float | None, ...]]:
    """What brings values into the order of :func:`outcome_list` that stand window by window: shares, flows, and levels."""
    of_flows, of_levels = (
        [f"{name}_{column(actor)}" for name in names for actor in force_ids] for names in (_ACTOR_FLOWS, _ACTOR_LEVELS)
    )
    found = (name + end for end in SUFFIXES for name in (*shares, *flows, *of_flows, *levels, *of_levels))
    places = {name: place for place, name in enumerate(found)}
    return itemgetter(*(places[name] for name in _names(force_ids) if name not in _ONCE))


@lru_cache(maxsize=64)
def _names(force_ids: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(outcome.name for outcome in outcome_list(force_ids))


def _sums(series: Floats, window: slice | None) -> list[float] | list[None]:
    return [None] * len(series) if window is None else np.ascontiguousarray(series[:, window]).sum(axis=1).tolist()


def _ratios(series: Floats, least: Sequence[float], window: slice | None) -> list[float | None]:
    """First halves of the rows over the others, where these come to enough."""
    if window is None:
        return [None] * len(least)
    sums = np.ascontiguousarray(series[:, window]).sum(axis=1).tolist()
    rows = zip(sums[: len(least)], sums[len(least) :], least, strict=True)
    return [part / whole if whole >= enough else None for part, whole, enough in rows]


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
    return flows, levels, shares
