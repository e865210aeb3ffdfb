"""One schema for every table of a batch: columns, types, units, keys. Writers and readers both use it.

A column of the tables ``monthly`` and ``actors`` is one entry here: besides its type, unit and meaning it says how its value
is read off the run at the end of a month. ``run`` is a :class:`model.run.Run`, ``now`` what
:class:`model.output.survey.Survey` has summed up; actors' columns are (F,) arrays. (``run.state.totals["mined"]`` reads a
record's number in a thirtieth of the time of ``run.state.totals.mined``.)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import pyarrow as pa

KEY = ("run_id", "scenario", "replicate")
"""The columns by which every table starts; tables over time add ``month`` (0 is the start, 1 the end of month one)."""

_TEXT = pa.dictionary(pa.int32(), pa.string())
_F = pa.float64()
_I = pa.int32()

Reader = Callable[[Any, Any], Any]


@dataclass(frozen=True)
class Column:
    """A column: its name, Arrow type, unit and meaning, whether it is null in some rows, and how it is read off a run."""

    name: str
    type: pa.DataType
    unit: str
    meaning: str
    gaps: bool = False
    read: Reader | None = None


def _c(
    name: str, type_: pa.DataType, unit: str, meaning: str, read: Reader | None = None, *, gaps: bool = False
) -> Column:
    return Column(name, type_, unit, meaning, gaps, read)


def _of(actor: Any, name: str) -> Any:
    """What an actor that decides has of a name; 0 for one that does so no more."""
    return 0 if actor is None else getattr(actor, name)


_KEYS = (
    _c("run_id", pa.string(), "-", "hash of version, scenario label, design point, resolved parameters and replicate"),
    _c("scenario", _TEXT, "-", "name of the scenario"),
    _c("replicate", _I, "-", "number of the replicate, from 0; equal replicates of two scenarios share their draws"),
)
_MONTH = _c("month", _I, "months", "months since the start; 0 is the start itself")

# fmt: off
MONTHLY = (
    *_KEYS,
    _MONTH,
    _c("date", pa.string(), "-", "calendar month that has just ended (month 0: the start), as 2025-08"),
    _c("exports_t_china_official", _F, "t REO", "ore to China through open ore lanes",
       lambda run, now: now.country["to_china"]),
    _c("exports_t_china_informal", _F, "t REO", "ore smuggled to China",
       lambda run, now: now.country["smuggled"]),
    _c("exports_t_quad", _F, "t REO", "ore to India and the Quad",
       lambda run, now: now.country["to_india"]),
    _c("mined_t", _F, "t REO", "ore that left the leaching pools",
       lambda run, now: run.state.totals["mined"]),
    _c("stock_t", _F, "t REO", "concentrate in store at the mines",
       lambda run, now: now.country["stock"]),
    _c("capacity_t", _F, "t REO/month", "capacity of all mines",
       lambda run, now: now.country["capacity"]),
    _c("operating_share", _F, "0-1", "share of the capacity at work",
       lambda run, now: now.country["at_work"]),
    _c("price_ore_yuan_per_t", _F, "yuan/t", "medium-yttrium concentrate in China, taxes included",
       lambda run, now: run.state.market["price_ore"]),
    _c("price_tb_yuan_per_kg", _F, "yuan/kg", "terbium oxide in China",
       lambda run, now: run.state.market["price_tb"]),
    _c("price_dy_yuan_per_kg", _F, "yuan/kg", "dysprosium oxide in China",
       lambda run, now: run.state.market["price_dy"]),
    _c("china_quota_t", _F, "t REO", "China's own ion-clay ore",
       lambda run, now: run.parameters.market.domestic_quota),
    _c("ore_lanes_open", _F, "0-1", "ore lanes to China, weighted by the capacity of the mines behind them",
       lambda run, now: now.country["ore_lanes"]),
    _c("goods_lanes_open", _F, "0-1", "goods lanes to China, mean over crossings",
       lambda run, now: now.country["goods_lanes"]),
    _c("towns_changed_hands", _I, "towns", "towns (not sites) whose holder changed in the month",
       lambda run, now: run.state.totals["towns_changed"]),
    _c("operations", _I, "-", "attacks made by all actors",
       lambda run, now: run.state.totals["operations"]),
    _c("deaths_fighters", _I, "persons", "fighters killed",
       lambda run, now: now.country["dead"]),
    _c("deaths_civilians", _I, "persons", "civilians killed",
       lambda run, now: run.state.totals["civilians_dead"]),
    _c("displaced_persons", _F, "persons", "displaced at the end of the month",
       lambda run, now: now.country["displaced"]),
    _c("leachate_t", _F, "t", "leachate released: reagent spent and not recovered",
       lambda run, now: run.state.totals["leachate"]),
    _c("western_followers", _I, "governments", "Western governments that followed the US in recognising any armed actor",
       lambda run, now: len([1 for one in run.agents.western if one.recognises])),
    _c("us_attention", _F, "0-1", "attention that Washington has for Myanmar",
       lambda run, now: _of(run.agents.united_states, "attention")),
    _c("us_heavy_ree_supply_share", _F, "0-1", "Dy and Tb oxide that reached the US over its demand, in the month",
       lambda run, now: run.state.totals["us_oxide"] / run.scenario.united_states.demand_t),
    _c("india_route_capacity_t", _F, "t/month", "what the road to India could carry if it were safe and dry",
       lambda run, now: run.state.market["route_capacity"]),
    _c("india_processing_revenue_usd", _F, "USD", "revenue of India's processors in the month",
       lambda run, now: run.state.totals["india_revenue"]),
    _c("other_origins_t", _F, "t/month", "ore that China gets from other countries",
       lambda run, now: run.state.market["other_origins"]),
    _c("sacm_full_area", _F, "0-1", "area under the junta's full authority, as SAC-M counts (model/output/observe.py)",
       lambda run, now: now.observation.measures["sacm_full_area"]),
    _c("sacm_full_population", _F, "0-1", "population under it, as SAC-M counts",
       lambda run, now: now.observation.measures["sacm_full_population"]),
    _c("bbc_full_area", _F, "0-1", "area under the junta's full control, as the BBC counts",
       lambda run, now: now.observation.measures["bbc_full_area"]),
    _c("bbc_resistance_area", _F, "0-1", "area under full control of its opponents, as the BBC counts",
       lambda run, now: now.observation.measures["bbc_resistance_area"]),
    _c("nug_junta", _F, "0-1", "townships where the junta's writ runs, as the NUG counts",
       lambda run, now: now.observation.measures["nug_junta"]),
    _c("nug_resistance", _F, "0-1", "townships that its opponents control, as the NUG counts",
       lambda run, now: now.observation.measures["nug_resistance"]),
    _c("polls", _F, "townships", "townships where the junta could hold polls",
       lambda run, now: now.observation.measures["polls"]),
    _c("india_commitment", _F, "0-1", "India's readiness to go along with the Quad",
       lambda run, now: _of(run.agents.india, "commitment")),
    _c("japan_finance_usd", _F, "USD", "Japanese money for the road to India in the month",
       lambda run, now: _of(run.agents.japan, "paid")),
    _c("separated_t_australia", _F, "t REO", "ore from India that Australia separated in the month",
       lambda run, now: run.state.totals["separated"]),
    _c("threat_credibility", _F, "0-1", "how far US threats are believed",
       lambda run, now: _of(run.agents.united_states, "credibility")),
    _c("federal_settlement", _I, "0/1", "whether a federal settlement is in force",
       lambda run, now: run.state.accord["in_force"]),
    _c("elections_held", _I, "0/1", "whether the elections that a settlement promised have been held",
       lambda run, now: run.state.accord["elections"]),
)
ACTORS = (
    *_KEYS,
    _MONTH,
    _c("actor", _TEXT, "-", "id of the armed actor"),
    _c("townships_held", _I, "townships", "towns held, of the townships",
       lambda run, now: now.held),
    _c("population_share", _F, "0-1", "population weighted by share of the countryside",
       lambda run, now: now.people),
    _c("seat_population_share", _F, "0-1", "population of the townships whose town it holds",
       lambda run, now: now.seats),
    _c("troops", _I, "fighters", "fighters in the field and in garrisons",
       lambda run, now: now.troops),
    _c("posts", _I, "posts", "fortified positions",
       lambda run, now: now.posts),
    _c("posts_taken", _I, "posts", "positions captured in the month",
       lambda run, now: run.state.tally.posts_taken),
    _c("dead", _I, "fighters", "killed in the month",
       lambda run, now: run.state.tally.dead),
    _c("deserted", _I, "fighters", "deserted in the month",
       lambda run, now: run.state.tally.deserted),
    _c("arms", _F, "fighter equivalents", "arms in hand",
       lambda run, now: run.state.arms),
    _c("treasury_usd", _F, "USD", "money in hand",
       lambda run, now: run.state.treasury),
    _c("revenue_usd", _F, "USD", "income of the month, aid included",
       lambda run, now: run.state.tally.income),
    _c("ore_revenue_usd", _F, "USD", "income from rare-earth ore in the month",
       lambda run, now: run.state.flows.tax_usd),
    _c("ore_tax_yuan_per_t", _F, "yuan/t", "its tax on a tonne of ore at that month's price",
       lambda run, now: now.tax),
    _c("legitimacy", _F, "0-1", "consent, weighted by the population under its control",
       lambda run, now: now.legitimacy),
    _c("services", _F, "0-1", "government services that the people under its control get",
       lambda run, now: now.services),
    _c("hope", _F, "0-1", "belief that governing well is backed from outside",
       lambda run, now: run.state.hope),
    _c("us_partner", _I, "0/1", "whether Washington has picked it as its partner",
       lambda run, now: now.actor == (-1 if run.agents.united_states is None else run.agents.united_states.partner)),
    _c("recognition", _F, "0-1", "recognition by the US and those who follow it",
       lambda run, now: run.state.recognition),
    _c("pressure", _F, "0-1", "pressure from Beijing",
       lambda run, now: run.state.pressure),
)
# fmt: on

EXPORTS = (
    *_KEYS,
    _MONTH,
    _c("mine", _TEXT, "-", "mine cluster"),
    _c("seller", _TEXT, "-", "armed actor that holds the mines, or nobody"),
    _c("crossing", _TEXT, "-", "crossing the ore went through"),
    _c("destination", _TEXT, "-", "china_official, china_informal or quad"),
    _c("tonnes", _F, "t REO", "ore; rows with nothing are left out"),
)

EVENTS = (
    *_KEYS,
    _MONTH,
    _c("date", pa.string(), "-", "calendar month, as 2025-08"),
    _c(
        "kind",
        _TEXT,
        "-",
        "town_taken, site_taken, siege_begun, siege_broken, lane_closed, lane_opened, ceasefire, ...",
    ),
    _c("actor", _TEXT, "-", "who did it"),
    _c("other", _TEXT, "-", "to whom; empty where it does not apply"),
    _c("place", _TEXT, "-", "id of the place; empty where it does not apply"),
    _c("value", _F, "-", "a number that belongs to the event, or null", gaps=True),
    _c("text", pa.string(), "-", "the event as a sentence"),
)

CONTROL = (
    *_KEYS,
    _MONTH,
    _c("place", _TEXT, "-", "code of the township or id of the site"),
    _c("holder", _TEXT, "-", "armed actor that holds the town or site, or nobody"),
    _c("attacker", _TEXT, "-", "actor that besieges it; empty where none does"),
    _c("fallen", _F, "0-1", "how far its fall has gone"),
    _c("posts", _I, "posts", "fortified positions of the holder"),
    _c("leader", _TEXT, "-", "actor with the largest share of the countryside, or nobody; empty for sites"),
    _c("leader_share", _F, "0-1", "its share; null for sites", gaps=True),
    _c("junta_share", _F, "0-1", "share of the junta; null for sites", gaps=True),
)

RUNS = (
    *_KEYS,
    _c("seed", pa.int64(), "-", "seed of the run; depends on the base seed and the replicate alone"),
    _c("point", _I, "-", "number of the design point of a sweep, 0 where nothing is swept"),
    _c("status", _TEXT, "-", "ok or failed"),
    _c("error", pa.string(), "-", "type and message of the error; empty for ok"),
)
"""Swept values follow, then a float64 column for each outcome (``model.output.outcomes``), null where a run failed."""

TABLES: dict[str, tuple[Column, ...]] = {
    "runs": RUNS,
    "monthly": MONTHLY,
    "actors": ACTORS,
    "exports": EXPORTS,
    "events": EVENTS,
    "control": CONTROL,
}


@cache
def schema(table: str) -> pa.Schema:
    """The Arrow schema of a table (``runs``: without the swept values and outcomes, which depend on the batch)."""
    return pa.schema(
        [
            pa.field(c.name, c.type, nullable=c.gaps, metadata={"unit": c.unit, "meaning": c.meaning})
            for c in TABLES[table]
        ]
    )
