"""The outcomes of a run: what batches are judged by, with unit and meaning.

An outcome is one function here, which is given the record of a run; its decorator (:mod:`model.outcome`) says of which kind
it is, its unit, meaning, and title. *Flows* are sums over a window, *levels* are read at its end, *shares* are ratios of two
flows and undefined (null) where the whole is too small, under a tonne say. The plain name means the last 12 months (levels: the end), the
suffixes ``_y1`` and ``_y2`` months 1-12 and 13-24, ``_all`` the whole run (levels: the mean over it). Windows that the run
does not reach are null. Outcomes *once* a run have no window; censored times among them are restricted means (months held, at
most the length of the run) beside a 0/1. Flows and levels of actors have a column for each armed actor.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

import numpy as np

from model.arrays import Floats
from model.outcome import (
    SUFFIXES,
    Kind,
    Outcome,
    Ratio,
    Recorded,
    actor_flow,
    actor_level,
    flow,
    level,
    once,
    own_names,
    share,
)
from model.world.names import called

_WINDOWS = {"_y1": ", first year", "_y2": ", second year", "_all": ", whole run"}
"""Suffixes in titles."""

_RECOGNISED = 0.1
"""Recognition from which an actor counts as recognised."""


# of the country: flows ------------------------------------------------------------------------------------------------


@flow("t REO", "ore exported to all destinations", "ore exported")
def exports_t_total(record: Recorded) -> Floats:
    """The sum over all destinations."""
    return exports_t_china(record) + record.monthly["exports_t_quad"]


@flow("t REO", "ore exported to China, including smuggled ore", "ore to China")
def exports_t_china(record: Recorded) -> Floats:
    """Through open lanes and past closed ones."""
    return record.monthly["exports_t_china_official"] + record.monthly["exports_t_china_informal"]


flow.recorded("exports_t_china_informal", "t REO", "ore smuggled to China", "ore smuggled to China")
flow.recorded("exports_t_quad", "t REO", "ore exported to India and the Quad", "ore to India and the Quad")
flow.recorded("mined_t", "t REO", "ore mined", "ore mined")
flow.recorded("towns_changed_hands", "towns", "number of times that a town changes hands", "towns taken")
flow.recorded("deaths_fighters", "persons", "fighters killed", "fighters killed")
flow.recorded("deaths_civilians", "persons", "civilians killed", "civilians killed")
flow.recorded(
    "other_origins_t",
    "t REO",
    "ore that China imports from other countries, such as Laos",
    "China's ore from elsewhere",
)


@flow("person-months", "displaced persons, summed over months", "displacement")
def displaced_person_months(record: Recorded) -> Floats:
    """Persons displaced at the end of each month."""
    return record.monthly["displaced_persons"]


flow.recorded("leachate_t", "t", "leachate released by the mines", "leachate from mines")
flow.recorded(
    "india_processing_revenue_usd", "USD", "revenue of India's processors of this ore", "revenue of India's processors"
)
flow.recorded("japan_finance_usd", "USD", "Japanese funding of the road to India", "Japanese funding of the road")
flow.recorded(
    "road_wanted_t", "t REO", "ore that miners would send to India if the road had no limits", "ore wanted for India"
)
flow.recorded("us_road_usd", "USD", "US funding of the road to India", "US funding of the road")
flow.recorded("us_premium_usd", "USD", "premium paid by US contracts on ore sent to India", "US contract premiums")
flow.recorded("india_paid_usd", "USD", "India's payments for the ore", "India's payments for ore")
flow.recorded("separated_t_australia", "t REO", "ore from India separated in Australia", "ore separated in Australia")


# of the country: shares -----------------------------------------------------------------------------------------------


@share("0-1", "exports to China as a share of all exports; null below one tonne", "China's share of exports")
def china_share_of_exports(record: Recorded) -> Ratio:
    """Of what is exported at all."""
    return Ratio(exports_t_china(record), exports_t_total(record), 1.0)


@share("0-1", "Myanmar's share of all ore that China imports (one reading of the 57%)", "China's dependence (imports)")
def china_dependence_imports(record: Recorded) -> Ratio:
    """Ore of other origins is the rest."""
    ours = exports_t_china(record)
    return Ratio(ours, ours + record.monthly["other_origins_t"], 1.0)


@share(
    "0-1", "Myanmar's share of all ore for heavy rare earths that China uses (the other)", "China's dependence (heavy)"
)
def china_dependence_heavy(record: Recorded) -> Ratio:
    """China's own quota included."""
    ours = exports_t_china(record)
    return Ratio(ours, ours + record.monthly["other_origins_t"] + record.monthly["china_quota_t"], 1.0)


@share("0-1", "Dy and Tb oxide from this ore as a share of US demand", "share of US dysprosium and terbium demand met")
def us_heavy_ree_supply_share(record: Recorded) -> Ratio:
    """By the demand of a month."""
    supplied = record.monthly["us_heavy_ree_supply_share"]
    demand = np.full(len(supplied), record.us_demand)
    return Ratio(supplied * demand, demand, 1e-9)


@share(
    "USD/t",
    "payments by Japan, the US and India for road, contracts and ore, per tonne sent there; null below one tonne",
    "cost to the Quad per tonne",
)
def quad_usd_per_t(record: Recorded) -> Ratio:
    """Building the road included: what was paid before ore came counts from the window that it was paid in."""
    paid = ("japan_finance_usd", "us_road_usd", "us_premium_usd", "india_paid_usd")
    total = sum((record.monthly[name] for name in paid), np.zeros(len(record.monthly["exports_t_quad"])))
    return Ratio(total, record.monthly["exports_t_quad"], 1.0)


# of the country: levels -----------------------------------------------------------------------------------------------


def _kia(record: Recorded) -> list[int]:
    return [index for index, name in enumerate(record.force_ids) if name == "KIA"]


@level("0-1", "recognition of the KIA by the US and Western followers", "recognition of the KIA")
def recognition_kia(record: Recorded) -> Floats:
    """0 in a world without it."""
    return record.actors["recognition"][:, _kia(record)].sum(axis=1)


@level("actors", "ethnic organisations with recognition above 0.1", "ethnic organisations recognised")
def eaos_recognised(record: Recorded) -> Floats:
    """Counted anew each month."""
    recognised = record.actors["recognition"][:, record.organisations] > _RECOGNISED
    return recognised.sum(axis=1).astype(np.float64)


level.recorded(
    "western_followers",
    "governments",
    "Western governments that have followed the US in recognising an armed actor",
    "Western followers of the US",
)


@level("0-1", "mean belief of groups other than the KIA that good governance earns backing", "others' hope of backing")
def hope_of_others(record: Recorded) -> Floats:
    """0 where there are none."""
    others = [actor for actor in record.organisations if actor not in _kia(record)]
    hope = record.actors["hope"]
    return hope[:, others].mean(axis=1) if others else np.zeros(len(hope))


level.recorded("actors_at_war", "actors", "armed actors at war with at least one other", "armed actors at war")
level.recorded("india_commitment", "0-1", "India's commitment to the Quad's plan", "India's commitment")
level.recorded("us_attention", "0-1", "Washington's attention to Myanmar", "Washington's attention")
level.recorded("federal_settlement", "0/1", "a federal settlement is in force", "federal settlement in force")
level.recorded("elections_held", "0/1", "the elections of a settlement have been held", "promised elections held")
level.recorded("price_tb_yuan_per_kg", "yuan/kg", "price of terbium oxide in China", "price of terbium oxide")
level.recorded("price_dy_yuan_per_kg", "yuan/kg", "price of dysprosium oxide in China", "price of dysprosium oxide")
level.recorded("price_ore_yuan_per_t", "yuan/t", "price of ore in China, including taxes", "price of ore in China")
level.recorded(
    "ore_lanes_open",
    "0-1",
    "openness of ore lanes to China, weighted by the capacity of the mines behind them",
    "border crossings open to ore",
)
level.recorded("goods_lanes_open", "0-1", "openness to goods, mean over crossings", "border crossings open to goods")

# of armed actors ------------------------------------------------------------------------------------------------------

actor_level.recorded("townships_held", "townships", "townships held (by their town)", "towns held by the {}")
actor_level.recorded(
    "population_share", "0-1", "population weighted by share of the countryside controlled", "countryside of the {}"
)
actor_level.recorded("seat_population_share", "0-1", "population of the townships held", "population in {}-held towns")
actor_level.recorded("troops", "fighters", "fighters", "fighters of the {}")
actor_level.recorded("legitimacy", "0-1", "consent of the people under its control", "consent under the {}")
actor_level.recorded("services", "0-1", "services for the people under its control", "services under the {}")
actor_level.recorded("us_partner", "0/1", "Washington has chosen it as its partner", "the {} as Washington's partner")
actor_flow.recorded("revenue_usd", "USD", "income, including aid", "income of the {}")
actor_flow.recorded("ore_revenue_usd", "USD", "income from rare-earth ore", "ore income of the {}")

# once a run -----------------------------------------------------------------------------------------------------------


@once("0/1", "the initial holder of Bhamo lost it during the run", "fall of Bhamo")
def bhamo_fallen(record: Recorded) -> float | None:
    """Null in a world without Bhamo."""
    holders = record.holder_of("Bhamo")
    return None if holders is None else float((holders != holders[0]).any())


@once("months", "months until Bhamo falls, at most the length of the run (restricted mean)", "months until Bhamo falls")
def bhamo_months_held(record: Recorded) -> float | None:
    """Null in a world without Bhamo."""
    holders = record.holder_of("Bhamo")
    if holders is None:
        return None
    lost = np.flatnonzero(holders != holders[0])
    return float(lost[0] if lost.size else record.months_done)


# columns --------------------------------------------------------------------------------------------------------------


def column(actor_id: str) -> str:
    """An actor's id as it stands in column names: ``NDA-K`` becomes ``nda_k``."""
    return actor_id.lower().replace("-", "_")


def outcome_list(force_ids: Sequence[str]) -> list[Outcome]:
    """Every outcome of a world with these armed actors, in the order of the columns.

    Args:
        force_ids: ids of the armed actors.
    """
    base = [kind.outcomes[name] for kind in _OF_COUNTRY for name in kind.read]
    for kind in _OF_ACTORS:
        base += [_of_actor(kind.outcomes[name], actor) for name in kind.read for actor in force_ids]
    return [
        *(once.outcomes[name] for name in once.read),
        *(_in_window(outcome, end) for outcome in base for end in SUFFIXES),
    ]


_OF_COUNTRY: tuple[Kind[Any], ...] = (flow, share, level)
_OF_ACTORS: tuple[Kind[Any], ...] = (actor_level, actor_flow)


def _of_actor(one: Outcome, actor: str) -> Outcome:
    title = one.title.format(called(actor))
    return Outcome(f"{one.name}_{column(actor)}", one.unit, f"{actor}: {one.meaning}", title)


def _in_window(one: Outcome, end: str) -> Outcome:
    return Outcome(one.name + end, one.unit, f"{one.meaning} ({SUFFIXES[end]})", one.title + _WINDOWS.get(end, ""))


def outcome_named(name: str) -> Outcome | None:
    """The outcome of a column, of whatever armed actor; None for a column that is none (a statistic of a hindcast)."""
    if name in once.outcomes:
        return once.outcomes[name]
    end = next((end for end in _WINDOWS if name.endswith(end)), "")
    stem = name.removesuffix(end)
    for kind in _OF_COUNTRY:
        if stem in kind.outcomes:
            return _in_window(kind.outcomes[stem], end)
    for base, outcome in ((base, outcome) for kind in _OF_ACTORS for base, outcome in kind.outcomes.items()):
        if stem.startswith(f"{base}_"):
            return _in_window(_of_actor(outcome, stem.removeprefix(f"{base}_").upper().replace("_", "-")), end)
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


def compute(record: Recorded) -> dict[str, float | None]:
    """The outcomes of a finished run, in the order of :func:`outcome_list`."""
    ids = tuple(record.force_ids)
    ratios = [read(record) for read in share.read.values()]
    shares = np.array([ratio.part for ratio in ratios] + [ratio.whole for ratio in ratios])
    least = [ratio.least for ratio in ratios]
    flows, levels = _stacked(record, flow, actor_flow), _stacked(record, level, actor_level)
    found: list[float | None] = []
    for end, window in _windows(record.months_done).items():
        if window is None:
            found += [None] * (len(ratios) + len(flows) + len(levels))
        else:
            found += _ratios(shares[:, window], least)
            found += _sums(flows[:, window])
            found += _levels(levels, window, end)
    whole_run = [read(record) for read in once.read.values()]
    return dict(zip(_names(ids, own_names()), (*whole_run, *_ordered(ids, own_names())(found)), strict=True))


def _stacked(record: Recorded, of_country: Kind[Floats], of_actors: Kind[Floats]) -> Floats:
    """(K, months + 1) the series of two kinds; those of actors quantity by quantity."""
    series = [read(record) for read in of_country.read.values()]
    return np.concatenate([series, *(read(record).T for read in of_actors.read.values())])


@lru_cache(maxsize=64)
def _ordered(
    force_ids: tuple[str, ...], own: tuple[str, ...]
) -> Callable[[list[float | None]], tuple[float | None, ...]]:
    """What brings values into the order of :func:`outcome_list` that stand window by window: shares, flows, and levels."""
    of_flows, of_levels = (
        [*plain.read, *(f"{name}_{column(actor)}" for name in of_actors.read for actor in force_ids)]
        for plain, of_actors in ((flow, actor_flow), (level, actor_level))
    )
    found = (name + end for end in SUFFIXES for name in (*share.read, *of_flows, *of_levels))
    places = {name: place for place, name in enumerate(found)}
    return itemgetter(*(places[name] for name in _names(force_ids, own) if name not in once.outcomes))


@lru_cache(maxsize=64)
def _names(force_ids: tuple[str, ...], own: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(outcome.name for outcome in outcome_list(force_ids))


def _sums(series: Floats) -> list[float]:
    sums: list[float] = np.ascontiguousarray(series).sum(axis=1).tolist()
    return sums


def _ratios(series: Floats, least: Sequence[float]) -> list[float | None]:
    """Sums of the first half of the rows over those of the other, where these come to enough."""
    sums = _sums(series)
    rows = zip(sums[: len(least)], sums[len(least) :], least, strict=True)
    return [part / whole if whole >= enough else None for part, whole, enough in rows]


def _levels(series: Floats, window: slice, end: str) -> list[float]:
    if end == "_all" and window.stop > window.start:
        return np.ascontiguousarray(series[:, window]).mean(axis=1).tolist()
    return series[:, -1 if end == "_all" else window.stop - 1].tolist()
