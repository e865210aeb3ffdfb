"""One schema for every table of a batch: columns, types, units, keys. Writers and readers both use it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import pyarrow as pa

KEY = ("run_id", "scenario", "replicate")
"""The columns by which every table starts; tables over time add ``month`` (0 is the start, 1 the end of month one)."""

_TEXT = pa.dictionary(pa.int32(), pa.string())
_F = pa.float64()
_I = pa.int32()


@dataclass(frozen=True)
class Column:
    """A column: its name, Arrow type, unit and meaning, and whether it is null in some rows."""

    name: str
    type: pa.DataType
    unit: str
    meaning: str
    gaps: bool = False


def _c(name: str, type_: pa.DataType, unit: str, meaning: str, *, gaps: bool = False) -> Column:
    return Column(name, type_, unit, meaning, gaps)


_KEYS = (
    _c("run_id", pa.string(), "-", "hash of version, scenario label, design point, resolved parameters and replicate"),
    _c("scenario", _TEXT, "-", "name of the scenario"),
    _c("replicate", _I, "-", "number of the replicate, from 0; equal replicates of two scenarios share their draws"),
)
_MONTH = _c("month", _I, "months", "months since the start; 0 is the start itself")

MONTHLY = (
    *_KEYS,
    _MONTH,
    _c("date", pa.string(), "-", "calendar month that has just ended (month 0: the start), as 2025-08"),
    _c("exports_t_china_official", _F, "t REO", "ore to China through open ore lanes"),
    _c("exports_t_china_informal", _F, "t REO", "ore smuggled to China"),
    _c("exports_t_quad", _F, "t REO", "ore to India and the Quad"),
    _c("mined_t", _F, "t REO", "ore that left the leaching pools"),
    _c("stock_t", _F, "t REO", "concentrate in store at the mines"),
    _c("capacity_t", _F, "t REO/month", "capacity of all mines"),
    _c("operating_share", _F, "0-1", "share of the capacity at work"),
    _c("price_ore_yuan_per_t", _F, "yuan/t", "medium-yttrium concentrate in China, taxes included"),
    _c("price_tb_yuan_per_kg", _F, "yuan/kg", "terbium oxide in China"),
    _c("price_dy_yuan_per_kg", _F, "yuan/kg", "dysprosium oxide in China"),
    _c("china_quota_t", _F, "t REO", "China's own ion-clay ore"),
    _c("ore_lanes_open", _F, "0-1", "ore lanes to China, weighted by the capacity of the mines behind them"),
    _c("goods_lanes_open", _F, "0-1", "goods lanes to China, mean over crossings"),
    _c("towns_changed_hands", _I, "towns", "towns (not sites) whose holder changed in the month"),
    _c("operations", _I, "-", "attacks made by all actors"),
    _c("deaths_fighters", _I, "persons", "fighters killed"),
    _c("deaths_civilians", _I, "persons", "civilians killed"),
    _c("displaced_persons", _F, "persons", "displaced at the end of the month"),
    _c("leachate_t", _F, "t", "leachate released: reagent spent and not recovered"),
    _c(
        "western_followers",
        _I,
        "governments",
        "Western governments that followed the US in recognising any armed actor",
    ),
    _c("us_attention", _F, "0-1", "attention that Washington has for Myanmar"),
    _c("us_heavy_ree_supply_share", _F, "0-1", "Dy and Tb oxide that reached the US over its demand, in the month"),
    _c("india_route_capacity_t", _F, "t/month", "what the road to India could carry if it were safe and dry"),
    _c("india_processing_revenue_usd", _F, "USD", "revenue of India's processors in the month"),
    _c("other_origins_t", _F, "t/month", "ore that China gets from other countries"),
    _c("sacm_full_area", _F, "0-1", "area under the junta's full authority, as SAC-M counts (model/output/observe.py)"),
    _c("sacm_full_population", _F, "0-1", "population under it, as SAC-M counts"),
    _c("bbc_full_area", _F, "0-1", "area under the junta's full control, as the BBC counts"),
    _c("bbc_resistance_area", _F, "0-1", "area under full control of its opponents, as the BBC counts"),
    _c("nug_junta", _F, "0-1", "townships where the junta's writ runs, as the NUG counts"),
    _c("nug_resistance", _F, "0-1", "townships that its opponents control, as the NUG counts"),
    _c("polls", _F, "townships", "townships where the junta could hold polls"),
    _c("india_commitment", _F, "0-1", "India's readiness to go along with the Quad"),
    _c("japan_finance_usd", _F, "USD", "Japanese money for the road to India in the month"),
    _c("separated_t_australia", _F, "t REO", "ore from India that Australia separated in the month"),
    _c("threat_credibility", _F, "0-1", "how far US threats are believed"),
    _c("federal_settlement", _I, "0/1", "whether a federal settlement is in force"),
    _c("elections_held", _I, "0/1", "whether the elections that a settlement promised have been held"),
)

ACTORS = (
    *_KEYS,
    _MONTH,
    _c("actor", _TEXT, "-", "id of the armed actor"),
    _c("townships_held", _I, "townships", "towns held, of the townships"),
    _c("population_share", _F, "0-1", "population weighted by share of the countryside"),
    _c("seat_population_share", _F, "0-1", "population of the townships whose town it holds"),
    _c("troops", _I, "fighters", "fighters in the field and in garrisons"),
    _c("posts", _I, "posts", "fortified positions"),
    _c("posts_taken", _I, "posts", "positions captured in the month"),
    _c("dead", _I, "fighters", "killed in the month"),
    _c("deserted", _I, "fighters", "deserted in the month"),
    _c("arms", _F, "fighter equivalents", "arms in hand"),
    _c("treasury_usd", _F, "USD", "money in hand"),
    _c("revenue_usd", _F, "USD", "income of the month, aid included"),
    _c("ore_revenue_usd", _F, "USD", "income from rare-earth ore in the month"),
    _c("ore_tax_yuan_per_t", _F, "yuan/t", "its tax on a tonne of ore at that month's price"),
    _c("legitimacy", _F, "0-1", "consent, weighted by the population under its control"),
    _c("services", _F, "0-1", "government services that the people under its control get"),
    _c("hope", _F, "0-1", "belief that governing well is backed from outside"),
    _c("us_partner", _I, "0/1", "whether Washington has picked it as its partner"),
    _c("recognition", _F, "0-1", "recognition by the US and those who follow it"),
    _c("pressure", _F, "0-1", "pressure from Beijing"),
)

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
