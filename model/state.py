"""The changing state of a run: flat NumPy arrays that the model owns.

Index letters as in :mod:`model.world.world`: ``N`` territories, ``P`` places (towns, then sites), ``F`` armed actors,
``X`` crossings, ``M`` mine clusters, ``B`` buyers. Processes in ``model/dynamics`` read and write these arrays and know
no agent. Money is in USD, ore in tonnes of oxide (REO), reagent in tonnes of ammonium sulphate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from model.arrays import ArrayGroup, Bools, Floats, Ints, group, per, record, record_maker
from model.world.world import LANES, InitialState, World

NOBODY = -1
CHINA_OFFICIAL, CHINA_INFORMAL, QUAD = 0, 1, 2
DESTINATIONS = ("china_official", "china_informal", "quad")
ORE, REAGENT, GOODS = (LANES.index(lane) for lane in ("ore", "reagent", "goods"))
"""Columns of ``state.lanes`` and of the capacities of crossings."""


market_record = record_maker(
    ("price_ore", float),  # yuan/t, medium-yttrium concentrate in China, VAT included
    ("price_tb", float),  # yuan/kg, terbium oxide in China
    ("price_dy", float),  # yuan/kg, dysprosium oxide in China
    ("shortage", float),  # China's shortfall of ore relative to its reference supply, 0-1 (below 0: surplus), smoothed
    ("route_capacity", float),  # t/month capacity of the road to India if safe and dry
    ("india_stock", float),  # t of ore in India awaiting processing
    ("india_processing", float),  # t/month that India can process
    ("other_origins", float),  # t/month of ore that China gets from other countries
)
totals_record = record_maker(
    ("mined", float),  # t of ore extracted from the leaching pools
    ("leachate", float),  # t of leachate released
    ("us_oxide", float),  # t of Dy and Tb oxide that reached the US
    ("india_revenue", float),  # USD, revenue of India's processors
    ("india_busy", float),  # 0-1, capacity use of their plants
    ("separated", float),  # t of ore from India's stock separated in Australia
    ("towns_changed", int),  # towns that changed hands
    ("operations", int),  # attacks made
    ("civilians_dead", int),
)
road_record = record_maker(
    ("offered", float),  # t stored at the mines that miners would sell this month to any buyer
    ("wanted", float),  # t of this that they would send to India, by net-back, if the road had no limits
    ("planned", float),  # t/month planned capacity of the road; 0 if no road is requested
    ("built", float),  # t/month capacity built by this month, if safe and dry
    ("gate", float),  # 0-1, openness of India's border
    ("security", float),  # 0-1, security of the road, weighted by the ore that would use it
    ("season", float),  # 0-1, share of the dry season's capacity
    ("ore_trips", float),  # 0-1, share of trips left for ore after carrying reagent
    ("net_back", float),  # yuan/t at the mine of ore sent to India, after tax; weighted by ore offered
    ("net_back_china", float),  # yuan/t at the mine of the better way to China, after tax
    ("freight", float),  # yuan/t to India, including reagent on the return trip
    ("us_usd", float),  # USD paid by Washington for building the road
    ("premium_usd", float),  # USD of premiums paid under US contracts for the ore
    ("india_usd", float),  # USD paid by India for the ore
)
accord_record = record_maker(
    ("in_force", bool),  # whether a federal settlement is in force
    ("months", int),  # months since it was signed
    ("elections", bool),  # whether the promised elections have been held
)
clock_record = record_maker(
    ("month", int),  # months done
    ("rains", float),  # strength of the rains, 0-1
    ("road_factor", float),  # road capacity as a share of dry-season capacity, 0-1
)


@dataclass
class Flows(ArrayGroup):
    """What moved this month; rewritten every month, in the same arrays."""

    ore: Floats = per("M, 3")
    """t from each mine cluster to each of DESTINATIONS."""
    crossing: Ints = per("M, 3", start=-1)
    """Crossing that each flow uses; -1 where there is none."""
    tax_usd: Floats = per("F")
    """Ore revenue of each armed actor."""
    leached: Floats = per("M")
    """t of ore that entered the pools."""
    reagent_imported: Floats = per("M")
    reagent_used: Floats = per("M")
    """t of reagent."""


@dataclass
class Tally(ArrayGroup):
    """What came and went this month, for the ledgers and the record; set to zero when a month begins."""

    recruited: Ints = per("F")
    dead: Ints = per("F")
    deserted: Ints = per("F")
    captured: Ints = per("F")
    """Fighters; captured: taken prisoner or dispersed when a place fell."""
    posts_taken: Ints = per("F")
    """Fortified positions captured from others."""
    arms_gained: Floats = per("F")
    arms_lost: Floats = per("F")
    """Fighter equivalents bought, given or captured; lost, worn out or captured from it."""
    income: Floats = per("F")
    """USD."""
    spent: Floats = per("F")
    """USD."""
    air_usd: Floats = per("F")
    """USD that its aircraft have cost, sorties and airlift; part of what is spent."""
    deaths: Ints = per("N")
    """Fighters killed in each territory."""
    air_fights: Floats = per("N")
    """Fights supported from the air in each territory."""


@dataclass
class Dealings(ArrayGroup):
    """What Beijing and the armed actors have agreed on, or cut."""

    talked: Ints = per("F", start=1_000)
    """Months since its last talks with Beijing."""
    deal: Ints = per("F")
    """Months for which its deal with Beijing still holds; 0 none."""
    halted: Bools = per("F")
    """Whether that deal commits it to a ceasefire."""
    tax_cut: Floats = per("F")
    """0-1, share of its ore tax that the deal gives up."""
    patron: Floats = per("F")
    """0-1, degree to which it has accepted Beijing as its patron."""
    supplies: Bools = per("F, F", start=1)
    """Whether the first would give arms to the second; Beijing can have this stopped."""


@dataclass
class State(ArrayGroup):
    """Everything that changes in a run; see the module's docstring for units and index letters."""

    clock: Any = record(clock_record, road_factor=1.0)
    """Record: months done, and the season; see ``clock_record``."""
    holder: Ints = per("P")
    """Armed actor that holds the town or site; -1 nobody."""
    holder_before: Ints = per("P")
    """The same when the month began."""
    attacker: Ints = per("P")
    """Armed actor that besieges it; -1 none."""
    siege_progress: Floats = per("P")
    """Siege progress, 0-1; 0 when it is not attacked."""
    approach: Floats = per("P")
    """km of road that the column attacking the place has covered; 0 when it is not attacked."""
    months_unattacked: Ints = per("P")
    """Months without an attack on the place."""
    besieged: Ints = per("P")
    """Months since the attack began in which it was attacked with most of its posts lost."""
    isolated: Ints = per("P")
    """Months for which the holder's garrison has been cut off by road."""
    posts: Ints = per("P")
    """Fortified positions of the holder."""
    posts_full: Ints = per("P")
    """Positions that the holder would maintain there in peacetime."""
    control: Floats = per("F + 1, N")
    """Shares of the countryside; last row nobody; columns sum to 1."""
    troops: Ints = per("F, P")
    """Fighters."""
    wall: Floats = per("P", start=1)
    """How many times stronger a garrison is there than in the open; drawn once a run."""
    locals: Floats = per("P")
    """Field strength of unmodelled groups that hold a place without an armed actor."""
    known: Floats = per("F, P")
    """0-1, each actor's knowledge of the enemy at a place from fighting there."""
    supply: Floats = per("F, P", start=1)
    """0-1, over roads in friendly hands, with airlift and river relief."""
    arms: Floats = per("F")
    """Fighter equivalents."""
    treasury: Floats = per("F")
    """USD."""
    legitimacy: Floats = per("F, N", start=0.5)
    """Consent, 0-1."""
    roots: Floats = per("F, N")
    """Support for an actor in the countryside beyond its fighters and town (:mod:`model.dynamics.control`)."""
    services: Floats = per("F, N", start=0.3)
    """Government services, 0-1."""
    training: Floats = per("F")
    """Share of fighters trained by foreign instructors, 0-1."""
    stance: Ints = per("F, F")
    """-1 at war, 0 no fighting, 1 allied; symmetric."""
    recognition: Floats = per("F")
    """By the US and its followers, 0-1."""
    pressure: Floats = per("F")
    """From Beijing, 0-1."""
    displaced: Floats = per("N")
    """Persons."""
    lanes: Floats = per("X, 3")
    """Openness of the ore, reagent and goods lanes, 0-1."""
    capacity: Floats = per("M")
    """t/month."""
    pipeline: Floats = per("M, L")
    """t/month of capacity being built, by months to go (column 0 comes next)."""
    operating: Floats = per("M")
    """Share of capacity in use, 0-1."""
    reagent: Floats = per("M")
    in_process: Floats = per("M")
    stock: Floats = per("M")
    """t; see the module's docstring."""
    security: Floats = per("M", start=1)
    """0-1, how safe the mines are, a running mean."""
    inventory: Floats = per("B")
    """t of ore in the buyers' stores."""
    bid: Floats = per("X")
    """yuan/t bid at each crossing to China this month."""
    people: Floats = per("F")
    """Persons under each actor's control, since the fights of this month."""
    people_at_start: Floats = per("F")
    troops_at_start: Floats = per("F")
    """Persons under its control and fighters when the run began."""
    ore_tax: Floats = per("F")
    """yuan/t that each demands under a fixed tax, or has chosen as a revenue maximiser."""
    conscripts: Floats = per("F")
    """Persons that each conscripts per month, as imposed by forcing."""
    dependence: Floats = per("F")
    """0-1, dependence on China, including the effect of Beijing's patronage."""
    market: Any = record(market_record, price_ore=190_000.0, price_tb=7_150.0, price_dy=1_630.0)
    """Record: prices, shortage, the road to India; see ``market_record``."""
    flows: Flows = group(Flows)
    tally: Tally = group(Tally)
    """See the tables of the same name."""
    totals: Any = record(totals_record)
    """Record: sums of the month over the country; see ``totals_record``."""
    accord: Any = record(accord_record)
    """Record: the federal settlement; see ``accord_record``."""
    road: Any = record(road_record)
    """Record: what held back ore on the road to India this month; see ``road_record``."""
    losses_year: Floats = per("F")
    """Annual share of its fighters lost, a running mean over its time at war."""
    towns_lost_year: Floats = per("F")
    """Towns lost less towns won over the past year, a running sum that fades."""
    revenue: Floats = per("F", start=1e6)
    """USD per month, a running mean with a declared minimum: the unit of utilities."""
    war_then: Floats = per("F")
    """Value of war with the junta (``diplomacy.pull_of_war``) when its peace or the run began; months of its own revenue."""
    paid: Floats = per("F", start=1)
    """Share of the upkeep paid last month."""
    recruits: Ints = per("F")
    """Persons recruited last month, whose training is to be paid."""
    offensive: Floats = per("F")
    """Recent attacks at the Chinese border or on its trade roads, 0-1."""
    dealings: Dealings = group(Dealings)
    """Relations between Beijing and each armed actor."""
    hope: Floats = per("F")
    """Belief that good governance earns outside backing, 0-1."""
    parties: Bools = per("F")
    """Whether it has signed the federal settlement with the junta."""

    _months = 0  # what the clock says, which takes Python longer to read

    @property
    def month(self) -> int:
        """Months done."""
        return self._months

    @month.setter
    def month(self, months: int) -> None:
        """Set the months done."""
        self._months = self.clock["month"] = months


def sizes_of(world: World) -> dict[str, int]:
    """How many there are of what a world has, by index letter."""
    return {
        "N": len(world.codes),
        "P": len(world.place_ids),
        "F": len(world.forces),
        "X": len(world.crossing_ids),
        "M": len(world.mine_ids),
        "B": len(world.buyers),
    }


def begin(world: World, initial: InitialState, lead_months: int) -> State:
    """An initial state in fresh arrays; what it does not say begins at its neutral value.

    Actors' money, arms and troop totals are set by the model from their parameters.
    """
    state = State.begin(sizes_of(world) | {"L": lead_months})
    for name in _RECORDED:
        setattr(state, name, getattr(initial, name))
    state.holder_before, state.posts_full = initial.holder, initial.posts
    state.siege_progress = np.where(initial.attacker >= 0, 0.3, 0.0)
    return state


_RECORDED = (
    *("holder", "attacker", "posts", "control", "troops", "stance", "displaced", "lanes"),
    *("capacity", "operating", "reagent", "in_process", "stock"),
)
"""What an initial state says."""
