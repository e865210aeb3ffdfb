"""One schema for every table of a batch: columns, types, units, keys. Writers and readers both use it.

A column of the tables ``monthly`` and ``actors`` is one entry here: besides its type, unit and meaning it says how its value
is read off a :class:`model.output.survey.Month`, which has the run, its state, and what sums over the country show. Values of
actors' columns are (F,) arrays.
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

Reader = Callable[[Any], Any]
"""Reads a column off a month."""


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


def _of(actor: Any, name: str, without: int = 0) -> Any:
    """An attribute of an actor, or ``without`` where it has left the model."""
    return without if actor is None else getattr(actor, name)


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
    _c("date", pa.string(), "-", "calendar month that has just ended (month 0: the one before the first), as 2025-08"),
    _c("exports_t_china_official", _F, "t REO", "ore to China through open ore lanes",
       lambda now: now.country.to_china),
    _c("exports_t_china_informal", _F, "t REO", "ore smuggled to China", lambda now: now.country.smuggled),
    _c("exports_t_quad", _F, "t REO", "ore to India and the Quad", lambda now: now.country.to_india),
    _c("mined_t", _F, "t REO", "ore that left the leaching pools", lambda now: now.totals.mined),
    _c("stock_t", _F, "t REO", "concentrate in store at the mines", lambda now: now.country.stock),
    _c("capacity_t", _F, "t REO/month", "capacity of all mines", lambda now: now.country.capacity),
    _c("operating_share", _F, "0-1", "share of the capacity at work", lambda now: now.country.at_work),
    _c("price_ore_yuan_per_t", _F, "yuan/t", "medium-yttrium concentrate in China, taxes included",
       lambda now: now.market.price_ore),
    _c("price_tb_yuan_per_kg", _F, "yuan/kg", "terbium oxide in China", lambda now: now.market.price_tb),
    _c("price_dy_yuan_per_kg", _F, "yuan/kg", "dysprosium oxide in China", lambda now: now.market.price_dy),
    _c("china_quota_t", _F, "t REO", "China's own ion-clay ore", lambda now: now.run.parameters.market.domestic_quota),
    _c("ore_lanes_open", _F, "0-1", "ore lanes to China, weighted by the capacity of the mines behind them",
       lambda now: now.country.ore_lanes),
    _c("goods_lanes_open", _F, "0-1", "goods lanes to China, mean over crossings", lambda now: now.country.goods_lanes),
    _c("towns_changed_hands", _I, "towns", "towns (not sites) whose holder changed in the month",
       lambda now: now.totals.towns_changed),
    _c("operations", _I, "-", "attacks made by all actors", lambda now: now.totals.operations),
    _c("actors_at_war", _I, "actors", "armed actors at war with any other at the end of the month",
       lambda now: now.country.at_war),
    _c("deaths_fighters", _I, "persons", "fighters killed", lambda now: now.country.dead),
    _c("deaths_civilians", _I, "persons", "civilians killed", lambda now: now.totals.civilians_dead),
    _c("displaced_persons", _F, "persons", "displaced at the end of the month", lambda now: now.country.displaced),
    _c("leachate_t", _F, "t", "leachate released: reagent spent and not recovered", lambda now: now.totals.leachate),
    _c("western_followers", _I, "governments", "Western governments that followed the US in recognising any armed actor",
       lambda now: len([1 for one in now.run.agents.western if one.recognises])),
    _c("us_attention", _F, "0-1", "attention that Washington has for Myanmar",
       lambda now: _of(now.run.agents.united_states, "attention")),
    _c("us_heavy_ree_supply_share", _F, "0-1", "Dy and Tb oxide that reached the US over its demand, in the month",
       lambda now: now.totals.us_oxide / now.run.scenario.united_states.demand_t),
    _c("india_route_capacity_t", _F, "t/month", "what the road to India could carry if it were safe and dry",
       lambda now: now.market.route_capacity),
    _c("india_processing_revenue_usd", _F, "USD", "revenue of India's processors in the month",
       lambda now: now.totals.india_revenue),
    _c("other_origins_t", _F, "t/month", "ore that China gets from other countries",
       lambda now: now.market.other_origins),
    _c("sacm_full_area", _F, "0-1", "area under the junta's full authority, as SAC-M counts (model/output/observe.py)",
       lambda now: now.measures.sacm_full_area),
    _c("sacm_full_population", _F, "0-1", "population under it, as SAC-M counts",
       lambda now: now.measures.sacm_full_population),
    _c("bbc_full_area", _F, "0-1", "area under the junta's full control, as the BBC counts",
       lambda now: now.measures.bbc_full_area),
    _c("bbc_resistance_area", _F, "0-1", "area under full control of its opponents, as the BBC counts",
       lambda now: now.measures.bbc_resistance_area),
    _c("nug_junta", _F, "0-1", "townships where the junta's writ runs, as the NUG counts",
       lambda now: now.measures.nug_junta),
    _c("nug_resistance", _F, "0-1", "townships that its opponents control, as the NUG counts",
       lambda now: now.measures.nug_resistance),
    _c("polls", _F, "townships", "townships where the junta could hold polls", lambda now: now.measures.polls),
    _c("india_commitment", _F, "0-1", "India's readiness to go along with the Quad",
       lambda now: _of(now.run.agents.india, "commitment")),
    _c("japan_finance_usd", _F, "USD", "Japanese money for the road to India in the month",
       lambda now: _of(now.run.agents.japan, "paid")),
    _c("separated_t_australia", _F, "t REO", "ore from India that Australia separated in the month",
       lambda now: now.totals.separated),
    _c("threat_credibility", _F, "0-1", "how far US threats are believed",
       lambda now: _of(now.run.agents.united_states, "credibility")),
    _c("ore_offered_t", _F, "t REO", "ore in store that miners would sell this month, wherever",
       lambda now: now.road.offered),
    _c("road_wanted_t", _F, "t REO", "of these what they would send to India by net-back, were the road without limits",
       lambda now: now.road.wanted),
    _c("road_planned_t", _F, "t/month", "what the road to India is to carry; 0 where nobody has asked for one",
       lambda now: now.road.planned),
    _c("road_built_t", _F, "t/month", "what it could carry in this month if it were safe and dry",
       lambda now: now.road.built),
    _c("road_gate", _F, "0-1", "openness of India's gate in this month", lambda now: now.road.gate),
    _c("road_security", _F, "0-1", "security of the corridor: share of convoys that get through",
       lambda now: now.road.security),
    _c("road_season", _F, "0-1", "share of its dry-season capacity that the road has", lambda now: now.road.season),
    _c("road_ore_trips", _F, "0-1", "share of the trips that reagent leaves to ore", lambda now: now.road.ore_trips),
    _c("road_binds", _TEXT, "-", "what holds back most ore from India (model/output/road.py); empty where no road is asked for"),
    _c("road_net_back_yuan_per_t", _F, "yuan/t", "what a tonne at the mine would earn in India, after tax",
       lambda now: now.road.net_back),
    _c("china_net_back_yuan_per_t", _F, "yuan/t", "what it would earn in China, after tax; recorded with a road alone",
       lambda now: now.road.net_back_china),
    _c("road_freight_yuan_per_t", _F, "yuan/t", "freight to India, reagent on the way back included",
       lambda now: now.road.freight),
    _c("us_road_usd", _F, "USD", "US money for building the road to India in the month", lambda now: now.road.us_usd),
    _c("us_premium_usd", _F, "USD", "what US contracts added to the price of ore sent to India",
       lambda now: now.road.premium_usd),
    _c("india_paid_usd", _F, "USD", "what India paid for the ore", lambda now: now.road.india_usd),
    _c("federal_settlement", _I, "0/1", "whether a federal settlement is in force", lambda now: now.accord.in_force),
    _c("elections_held", _I, "0/1", "whether the elections that a settlement promised have been held",
       lambda now: now.accord.elections),
)
ACTORS = (
    *_KEYS,
    _MONTH,
    _c("actor", _TEXT, "-", "id of the armed actor"),
    _c("townships_held", _I, "townships", "towns held, of the townships", lambda now: now.found.held),
    _c("population_share", _F, "0-1", "population weighted by share of the countryside", lambda now: now.found.people),
    _c("seat_population_share", _F, "0-1", "population of the townships whose town it holds",
       lambda now: now.found.seats),
    _c("troops", _I, "fighters", "fighters in the field and in garrisons", lambda now: now.found.troops),
    _c("posts", _I, "posts", "fortified positions", lambda now: now.found.posts),
    _c("posts_taken", _I, "posts", "positions captured in the month", lambda now: now.state.tally.posts_taken),
    _c("dead", _I, "fighters", "killed in the month", lambda now: now.state.tally.dead),
    _c("deserted", _I, "fighters", "deserted in the month", lambda now: now.state.tally.deserted),
    _c("arms", _F, "fighter equivalents", "arms in hand", lambda now: now.state.arms),
    _c("treasury_usd", _F, "USD", "money in hand", lambda now: now.state.treasury),
    _c("revenue_usd", _F, "USD", "income of the month, aid included", lambda now: now.state.tally.income),
    _c("ore_revenue_usd", _F, "USD", "income from rare-earth ore in the month", lambda now: now.state.flows.tax_usd),
    _c("ore_tax_yuan_per_t", _F, "yuan/t", "its tax on a tonne of ore at that month's price",
       lambda now: now.found.tax),
    _c("mine_capacity_t", _F, "t REO/month", "capacity of the mines that it holds", lambda now: now.found.mines),
    _c("ceasefire_worth", _F, "months of revenue",
       "what a ceasefire with the junta is worth to it over war; null where they are not at war",
       lambda now: now.found.peace, gaps=True),
    _c("ceasefire_worth_junta", _F, "months of revenue", "what that ceasefire is worth to the junta",
       lambda now: now.found.peace_junta, gaps=True),
    _c("legitimacy", _F, "0-1", "consent, weighted by the population under its control",
       lambda now: now.found.legitimacy),
    _c("services", _F, "0-1", "government services that the people under its control get",
       lambda now: now.found.services),
    _c("hope", _F, "0-1", "belief that governing well is backed from outside", lambda now: now.state.hope),
    _c("us_partner", _I, "0/1", "whether Washington has picked it as its partner",
       lambda now: now.found.actor == _of(now.run.agents.united_states, "partner", -1)),
    _c("recognition", _F, "0-1", "recognition by the US and those who follow it", lambda now: now.state.recognition),
    _c("pressure", _F, "0-1", "pressure from Beijing", lambda now: now.state.pressure),
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
    _c("attacks", _F, "-", "attacks on the place in the month; null unless every month is recorded", gaps=True),
    _c("deaths", _F, "persons", "fighters killed in the township; null for sites, and likewise", gaps=True),
    _c("ore_t", _F, "t REO", "ore that left the mines of the place in the month; null likewise", gaps=True),
)

INSTRUMENTS = (
    *_KEYS,
    _c("instrument", _TEXT, "-", "name of the instrument in the scenario"),
    _c("kind", _TEXT, "-", "what it is"),
    _c("target", _TEXT, "-", "for whom; empty where it needs no target"),
    _c("due", _I, "months", "months in which Washington pursued it"),
    _c("no_target", _I, "months", "of these, months without a partner to offer it to"),
    _c("waiting", _F, "months", "of these, months in which the target had not answered yet"),
    _c("refused_fear", _F, "months", "of these, months in which it was turned down for fear of Beijing"),
    _c("refused_autonomy", _F, "months", "of these, months in which it was turned down to keep autonomy"),
    _c("taken", _F, "months", "of these, months in which it ran"),
    _c("dropped", _F, "times", "times that a target which had it turned it down"),
    _c("offered", _F, "level-months", "sum of its level over the months due"),
    _c("accepted", _F, "level-months", "sum of its level over the months in which it ran"),
    _c("ramped", _F, "level-months", "sum of what was built up of it in these months"),
    _c("sent", _F, "level-months", "of that, what Washington's attention was left for"),
    _c("delivered", _F, "level-months", "of that, what arrived: all but the aid that could not be taken in"),
    _c("per_level", _F, "unit a month", "what level 1 amounts to in a month; empty where it has no size", gaps=True),
    _c("unit", _TEXT, "-", "of that amount: USD, people, t, sorties; empty where it has no size"),
)
"""One row for each instrument of a run's policy, over the whole run; sums of levels give what is lost on the way."""

RUNS = (
    *_KEYS,
    _c("seed", pa.int64(), "-", "seed, as after pangwa run --seed; with the replicate it makes all draws"),
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
    "instruments": INSTRUMENTS,
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
