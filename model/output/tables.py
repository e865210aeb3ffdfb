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
    """A column: its name, Arrow type, unit and meaning, how it is read off a run, and whether it is null in some rows."""

    name: str
    type: pa.DataType
    unit: str
    meaning: str
    read: Reader | str | None = None
    """Of a :class:`model.output.survey.Month`: a function, or the name of an attribute."""
    gaps: bool = False


_c = Column


def _of(actor: Any, name: str, without: int = 0) -> Any:
    """An attribute of an actor, or ``without`` where it has left the model."""
    return without if actor is None else getattr(actor, name)


_KEYS = (
    _c("run_id", pa.string(), "-", "hash of version, scenario label, design point, resolved parameters and replicate"),
    _c("scenario", _TEXT, "-", "name of the scenario"),
    _c("replicate", _I, "-", "number of the replicate, from 0; it has the same draws in all scenarios"),
)
_MONTH = _c("month", _I, "months", "months since the start; 0 is the start itself")

# fmt: off
MONTHLY = (
    *_KEYS,
    _MONTH,
    _c("date", pa.string(), "-", "calendar month that has just ended, as 2025-08 (month 0: the one before the first)"),
    _c("exports_t_china_official", _F, "t REO", "ore to China through open ore lanes", "country.to_china"),
    _c("exports_t_china_informal", _F, "t REO", "ore smuggled to China", "country.smuggled"),
    _c("exports_t_quad", _F, "t REO", "ore to India and the Quad", "country.to_india"),
    _c("mined_t", _F, "t REO", "ore extracted from the leaching pools", "totals.mined"),
    _c("stock_t", _F, "t REO", "concentrate stored at the mines", "country.stock"),
    _c("capacity_t", _F, "t REO/month", "capacity of all mines", "country.capacity"),
    _c("operating_share", _F, "0-1", "share of capacity in use", "country.at_work"),
    _c("price_ore_yuan_per_t", _F, "yuan/t", "medium-yttrium concentrate in China, including taxes",
       "market.price_ore"),
    _c("price_tb_yuan_per_kg", _F, "yuan/kg", "terbium oxide in China", "market.price_tb"),
    _c("price_dy_yuan_per_kg", _F, "yuan/kg", "dysprosium oxide in China", "market.price_dy"),
    _c("china_quota_t", _F, "t REO", "China's own ion-clay ore", "run.parameters.market.domestic_quota"),
    _c("ore_lanes_open", _F, "0-1", "openness of ore lanes to China, weighted by the capacity of the mines behind them",
       "country.ore_lanes"),
    _c("goods_lanes_open", _F, "0-1", "openness of goods lanes to China, mean over crossings", "country.goods_lanes"),
    _c("towns_changed_hands", _I, "towns", "towns (not sites) whose holder changed in the month",
       "totals.towns_changed"),
    _c("operations", _I, "-", "attacks made by all actors", "totals.operations"),
    _c("actors_at_war", _I, "actors", "armed actors at war with at least one other at the end of the month",
       "country.at_war"),
    _c("deaths_fighters", _I, "persons", "fighters killed", "country.dead"),
    _c("deaths_civilians", _I, "persons", "civilians killed", "totals.civilians_dead"),
    _c("displaced_persons", _F, "persons", "displaced at the end of the month", "country.displaced"),
    _c("leachate_t", _F, "t", "leachate released: reagent used and not recovered", "totals.leachate"),
    _c("western_followers", _I, "governments", "Western governments that have followed the US in recognising an armed actor",
       lambda now: len([1 for one in now.run.agents.western if one.recognises])),
    _c("us_attention", _F, "0-1", "Washington's attention to Myanmar",
       lambda now: _of(now.run.agents.united_states, "attention")),
    _c("us_heavy_ree_supply_share", _F, "0-1", "Dy and Tb oxide that reached the US, as a share of US demand in the month",
       lambda now: now.totals.us_oxide / now.run.scenario.united_states.demand_t),
    _c("india_route_capacity_t", _F, "t/month", "capacity of the road to India if it were safe and dry",
       "market.route_capacity"),
    _c("india_processing_revenue_usd", _F, "USD", "revenue of India's processors in the month", "totals.india_revenue"),
    _c("other_origins_t", _F, "t/month", "ore that China imports from other countries", "market.other_origins"),
    _c("sacm_full_area", _F, "0-1", "area under the junta's full authority, by the definition of SAC-M (model/output/observe.py)",
       "measures.sacm_full_area"),
    _c("sacm_full_population", _F, "0-1", "population under the junta's full authority, by the definition of SAC-M",
       "measures.sacm_full_population"),
    _c("bbc_full_area", _F, "0-1", "area under the junta's full control, by the definition of the BBC",
       "measures.bbc_full_area"),
    _c("bbc_resistance_area", _F, "0-1", "area under full control of the junta's opponents, by the definition of the BBC",
       "measures.bbc_resistance_area"),
    _c("nug_junta", _F, "0-1", "townships administered by the junta, by the definition of the NUG",
       "measures.nug_junta"),
    _c("nug_resistance", _F, "0-1", "townships controlled by the junta's opponents, by the definition of the NUG",
       "measures.nug_resistance"),
    _c("polls", _F, "townships", "townships where the junta could hold elections", "measures.polls"),
    _c("india_commitment", _F, "0-1", "India's commitment to the Quad's plan",
       lambda now: _of(now.run.agents.india, "commitment")),
    _c("japan_finance_usd", _F, "USD", "Japanese funding of the road to India in the month",
       lambda now: _of(now.run.agents.japan, "paid")),
    _c("separated_t_australia", _F, "t REO", "ore from India separated in Australia in the month", "totals.separated"),
    _c("threat_credibility", _F, "0-1", "credibility of US threats",
       lambda now: _of(now.run.agents.united_states, "credibility")),
    _c("ore_offered_t", _F, "t REO", "stored ore that miners would sell this month to any buyer", "road.offered"),
    _c("road_wanted_t", _F, "t REO", "part of it that they would send to India, by net-back, if the road had no limits",
       "road.wanted"),
    _c("road_planned_t", _F, "t/month", "planned capacity of the road to India; 0 if no road is requested",
       "road.planned"),
    _c("road_built_t", _F, "t/month", "capacity built by this month if the road were safe and dry", "road.built"),
    _c("road_gate", _F, "0-1", "openness of India's border in this month", "road.gate"),
    _c("road_security", _F, "0-1", "security of the road: share of convoys that get through", "road.security"),
    _c("road_season", _F, "0-1", "capacity of the road as a share of its dry-season capacity", "road.season"),
    _c("road_ore_trips", _F, "0-1", "share of trips left for ore after carrying reagent", "road.ore_trips"),
    _c("road_binds", _TEXT, "-", "the factor that holds back most ore from India (model/output/road.py); empty if no road is requested"),
    _c("road_net_back_yuan_per_t", _F, "yuan/t", "net-back per tonne at the mine for ore sent to India, after tax",
       "road.net_back"),
    _c("china_net_back_yuan_per_t", _F, "yuan/t", "net-back per tonne for ore sent to China, after tax; recorded only with a road",
       "road.net_back_china"),
    _c("road_freight_yuan_per_t", _F, "yuan/t", "freight to India, including reagent on the return trip",
       "road.freight"),
    _c("us_road_usd", _F, "USD", "US funding of the road to India in the month", "road.us_usd"),
    _c("us_premium_usd", _F, "USD", "premium paid by US contracts on ore sent to India", "road.premium_usd"),
    _c("india_paid_usd", _F, "USD", "India's payments for the ore", "road.india_usd"),
    _c("federal_settlement", _I, "0/1", "whether a federal settlement is in force", "accord.in_force"),
    _c("elections_held", _I, "0/1", "whether the elections promised in a settlement have been held",
       "accord.elections"),
)
ACTORS = (
    *_KEYS,
    _MONTH,
    _c("actor", _TEXT, "-", "id of the armed actor"),
    _c("townships_held", _I, "townships", "townships held (by their town)", "found.held"),
    _c("population_share", _F, "0-1", "population weighted by share of the countryside", "found.people"),
    _c("seat_population_share", _F, "0-1", "population of the townships held (by their town)", "found.seats"),
    _c("troops", _I, "fighters", "fighters in the field and in garrisons", "found.troops"),
    _c("posts", _I, "posts", "fortified positions", "found.posts"),
    _c("posts_taken", _I, "posts", "positions captured in the month", "state.tally.posts_taken"),
    _c("dead", _I, "fighters", "fighters killed in the month", "state.tally.dead"),
    _c("deserted", _I, "fighters", "fighters who deserted in the month", "state.tally.deserted"),
    _c("arms", _F, "fighter equivalents", "stock of arms", "state.arms"),
    _c("treasury_usd", _F, "USD", "treasury at the end of the month", "state.treasury"),
    _c("revenue_usd", _F, "USD", "income of the month, including aid", "state.tally.income"),
    _c("ore_revenue_usd", _F, "USD", "income from rare-earth ore in the month", "state.flows.tax_usd"),
    _c("ore_tax_yuan_per_t", _F, "yuan/t", "its tax per tonne of ore at that month's price", "found.tax"),
    _c("mine_capacity_t", _F, "t REO/month", "capacity of the mines that it holds", "found.mines"),
    _c("ceasefire_worth", _F, "months of revenue",
       "value to it of a ceasefire with the junta rather than war; null if they are not at war",
       "found.peace", gaps=True),
    _c("ceasefire_worth_junta", _F, "months of revenue", "value of that ceasefire to the junta",
       "found.peace_junta", gaps=True),
    _c("legitimacy", _F, "0-1", "consent, weighted by the population under its control", "found.legitimacy"),
    _c("services", _F, "0-1", "government services for the population under its control", "found.services"),
    _c("hope", _F, "0-1", "belief that good governance earns outside backing", "state.hope"),
    _c("us_partner", _I, "0/1", "whether Washington has chosen it as its partner",
       lambda now: now.found.actor == _of(now.run.agents.united_states, "partner", -1)),
    _c("recognition", _F, "0-1", "recognition by the US and Western followers", "state.recognition"),
    _c("pressure", _F, "0-1", "pressure from Beijing", "state.pressure"),
)
# fmt: on

EXPORTS = (
    *_KEYS,
    _MONTH,
    _c("mine", _TEXT, "-", "mine cluster"),
    _c("seller", _TEXT, "-", "armed actor that holds the mines, or nobody"),
    _c("crossing", _TEXT, "-", "crossing that the ore passed"),
    _c("destination", _TEXT, "-", "china_official, china_informal or quad"),
    _c("tonnes", _F, "t REO", "ore exported; rows with none are omitted"),
)

_KINDS_OF_EVENTS = "town_taken, site_taken, siege_begun, siege_broken, lane_closed, lane_opened, ceasefire, ..."

EVENTS = (
    *_KEYS,
    _MONTH,
    _c("date", pa.string(), "-", "calendar month, as 2025-08"),
    _c("kind", _TEXT, "-", _KINDS_OF_EVENTS),
    _c("actor", _TEXT, "-", "the actor"),
    _c("other", _TEXT, "-", "the other actor; empty if there is none"),
    _c("place", _TEXT, "-", "id of the place; empty if there is none"),
    _c("value", _F, "-", "a number that belongs to the event, or null", gaps=True),
    _c("text", pa.string(), "-", "the event as a sentence"),
)

CONTROL = (
    *_KEYS,
    _MONTH,
    _c("place", _TEXT, "-", "code of the township or id of the site"),
    _c("holder", _TEXT, "-", "armed actor that holds the town or site, or nobody"),
    _c("attacker", _TEXT, "-", "actor besieging it; empty if none"),
    _c("fallen", _F, "0-1", "progress of the siege"),
    _c("posts", _I, "posts", "fortified positions of the holder"),
    _c("leader", _TEXT, "-", "actor with the largest share of the countryside, or nobody; empty for sites"),
    _c("leader_share", _F, "0-1", "that actor's share; null for sites", gaps=True),
    _c("junta_share", _F, "0-1", "the junta's share; null for sites", gaps=True),
    _c("attacks", _F, "-", "attacks on the place in the month; null unless control is recorded monthly", gaps=True),
    _c("deaths", _F, "persons", "fighters killed in the township; null likewise, and for sites", gaps=True),
    _c("ore_t", _F, "t REO", "ore leaving the mines of the place in the month; null likewise", gaps=True),
)

INSTRUMENTS = (
    *_KEYS,
    _c("instrument", _TEXT, "-", "name of the instrument in the scenario"),
    _c("kind", _TEXT, "-", "kind of instrument"),
    _c("target", _TEXT, "-", "target; empty if the kind needs none"),
    _c("due", _I, "months", "months in which the policy called for it"),
    _c("no_target", _I, "months", "of these, months without a partner who could receive it"),
    _c("waiting", _F, "months", "of these, months in which the target had not yet answered"),
    _c("refused_fear", _F, "months", "of these, months in which it was refused for fear of Beijing"),
    _c("refused_autonomy", _F, "months", "of these, months in which it was refused to keep autonomy"),
    _c("taken", _F, "months", "of these, months in which it was in operation"),
    _c("dropped", _F, "times", "number of times that a target dropped it after accepting"),
    _c("offered", _F, "level-months", "sum of its level over the months due"),
    _c("accepted", _F, "level-months", "sum of its level over the months in operation"),
    _c("ramped", _F, "level-months", "sum of the level reached by its ramp in these months"),
    _c("sent", _F, "level-months", "of that, the part supported by Washington's attention"),
    _c("delivered", _F, "level-months", "of that, the part that arrived: excludes aid that could not be absorbed"),
    _c("per_level", _F, "unit per month", "amount per month at level 1; empty if the kind has no size", gaps=True),
    _c("unit", _TEXT, "-", "unit of that amount: USD, people, t, sorties; empty if the kind has no size"),
)
"""One row for each instrument of a run's policy, over the whole run; sums of levels give what is lost on the way."""

LANES = (
    *_KEYS,
    _MONTH,
    _c("crossing", _TEXT, "-", "border crossing"),
    _c("ore", _F, "0-1", "how far its lane for ore is open, outwards"),
    _c("reagent", _F, "0-1", "how far its lane for leaching reagent is open, inwards"),
    _c("goods", _F, "0-1", "how far its lane for general goods is open, both ways"),
)
"""A row for each crossing and month; a batch stores it where that is asked for."""

RUNS = (
    *_KEYS,
    _c("seed", pa.int64(), "-", "seed for pangwa run --seed; with the replicate it determines all random draws"),
    _c("point", _I, "-", "number of the design point of a sweep; 0 without a sweep"),
    _c("status", _TEXT, "-", "ok or failed"),
    _c("error", pa.string(), "-", "type and message of the error; empty if ok"),
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
    "lanes": LANES,
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
