"""The changing state of a run: flat NumPy arrays that the model owns.

Index letters as in :mod:`model.world.world`: ``N`` territories, ``P`` places (towns, then sites), ``F`` armed actors,
``X`` crossings, ``M`` mine clusters, ``B`` buyers. Processes in ``model/dynamics`` read and write these arrays and know
no agent. Money is in USD, ore in tonnes of oxide (REO), reagent in tonnes of ammonium sulphate.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, is_dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.world.world import LANES, InitialState, World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

NOBODY = -1
CHINA_OFFICIAL, CHINA_INFORMAL, QUAD = 0, 1, 2
DESTINATIONS = ("china_official", "china_informal", "quad")
ORE, REAGENT, GOODS = (LANES.index(lane) for lane in ("ore", "reagent", "goods"))
"""Columns of ``state.lanes`` and of the capacities of crossings."""


def record_maker(*fields: tuple[str, type]) -> Callable[..., Any]:
    """What makes records of some numbers: read and written by name, from Python and from compiled code alike."""
    kind = np.dtype([(name, {float: np.float64, int: np.int64, bool: np.bool_}[of]) for name, of in fields])

    def make(**values: float) -> Any:
        made = np.zeros(1, kind).view(np.recarray)[0]
        for name, value in values.items():
            made[name] = value
        return made

    return make


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
class Flows:
    """What moved this month; rewritten every month, in the same arrays."""

    ore: Floats
    """(M, 3) t from each mine cluster to each of DESTINATIONS."""
    crossing: Ints
    """(M, 3) crossing that each flow uses; -1 where there is none."""
    tax_usd: Floats
    """(F,) ore revenue of each armed actor."""
    leached: Floats
    """(M,) t of ore that entered the pools."""
    reagent_imported: Floats
    reagent_used: Floats
    """(M,) t of reagent."""

    @classmethod
    def none(cls, mines: int, forces: int) -> Flows:
        """Nothing moved."""
        of_mines = [np.zeros(mines) for _ in range(3)]
        return cls(np.zeros((mines, 3)), np.full((mines, 3), -1, np.int64), np.zeros(forces), *of_mines)


@dataclass
class Tally:
    """What came and went this month, for the ledgers and the record; set to zero when a month begins."""

    recruited: Ints
    dead: Ints
    deserted: Ints
    captured: Ints
    """(F,) fighters; captured: taken prisoner or dispersed when a place fell."""
    posts_taken: Ints
    """(F,) fortified positions captured from others."""
    arms_gained: Floats
    arms_lost: Floats
    """(F,) fighter equivalents bought, given or captured; lost, worn out or captured from it."""
    income: Floats
    """(F,) USD."""
    spent: Floats
    """(F,) USD."""
    air_usd: Floats
    """(F,) USD that its aircraft have cost, sorties and airlift; part of what is spent."""
    deaths: Ints
    """(N,) fighters killed in each territory."""
    air_fights: Floats
    """(N,) fights supported from the air in each territory."""

    @classmethod
    def zero(cls, forces: int, territories: int) -> Tally:
        """A tally with nothing in it."""
        recruited, dead, deserted, captured, posts = (np.zeros(forces, np.int64) for _ in range(5))
        gained, lost, income, spent, air = (np.zeros(forces) for _ in range(5))
        deaths, fights = np.zeros(territories, np.int64), np.zeros(territories)
        return cls(recruited, dead, deserted, captured, posts, gained, lost, income, spent, air, deaths, fights)

    def clear(self) -> None:
        """Set everything to zero, in the same arrays."""
        counts = (self.recruited, self.dead, self.deserted, self.captured, self.posts_taken, self.deaths)
        sums = (self.arms_gained, self.arms_lost, self.income, self.spent, self.air_usd, self.air_fights)
        for array in (*counts, *sums):
            array.fill(0)


class InPlace:
    """Arrays keep their place: what is assigned to an array's name is copied into the array that stands there.

    So compiled code, which is handed the arrays once a run, always sees what they hold now.
    """

    def __setattr__(self, name: str, value: Any) -> None:
        """Assign a value; to an array, its numbers.

        Raises:
            TypeError: the numbers are of another kind, such as fractions for counts.
            ValueError: they are of another shape.
        """
        there = self.__dict__.get(name)
        if isinstance(there, np.ndarray):
            np.copyto(there, value, casting="same_kind")
        else:
            object.__setattr__(self, name, value)


@dataclass
class Dealings(InPlace):
    """What Beijing and the armed actors have agreed on, or cut."""

    talked: Ints
    """(F,) months since its last talks with Beijing."""
    deal: Ints
    """(F,) months for which its deal with Beijing still holds; 0 none."""
    halted: Bools
    """(F,) whether that deal commits it to a ceasefire."""
    tax_cut: Floats
    """(F,) 0-1, share of its ore tax that the deal gives up."""
    patron: Floats
    """(F,) 0-1, degree to which it has accepted Beijing as its patron."""
    supplies: Bools
    """(F, F) whether the first would give arms to the second; Beijing can have this stopped."""

    @classmethod
    def none(cls, forces: int) -> Dealings:
        """Nothing agreed on or cut."""
        return cls(
            talked=np.full(forces, 1_000, np.int64),
            deal=np.zeros(forces, np.int64),
            halted=np.zeros(forces, bool),
            tax_cut=np.zeros(forces),
            patron=np.zeros(forces),
            supplies=np.ones((forces, forces), bool),
        )


@dataclass
class State(InPlace):
    """Everything that changes in a run; see the module's docstring for units and index letters."""

    clock: Any
    """Record: months done, and the season; see ``clock_record``."""
    holder: Ints
    """(P,) armed actor that holds the town or site; -1 nobody."""
    holder_before: Ints
    """(P,) the same when the month began."""
    attacker: Ints
    """(P,) armed actor that besieges it; -1 none."""
    siege_progress: Floats
    """(P,) siege progress, 0-1; 0 when it is not attacked."""
    approach: Floats
    """(P,) km of road that the column attacking the place has covered; 0 when it is not attacked."""
    months_unattacked: Ints
    """(P,) months without an attack on the place."""
    besieged: Ints
    """(P,) months since the attack began in which it was attacked with most of its posts lost."""
    isolated: Ints
    """(P,) months for which the holder's garrison has been cut off by road."""
    posts: Ints
    """(P,) fortified positions of the holder."""
    posts_full: Ints
    """(P,) positions that the holder would maintain there in peacetime."""
    control: Floats
    """(F + 1, N) shares of the countryside; last row nobody; columns sum to 1."""
    troops: Ints
    """(F, P) fighters."""
    wall: Floats
    """(P,) how many times stronger a garrison is there than in the open; drawn once a run."""
    locals: Floats
    """(P,) field strength of unmodelled groups that hold a place without an armed actor."""
    known: Floats
    """(F, P) 0-1, each actor's knowledge of the enemy at a place from fighting there."""
    supply: Floats
    """(F, P) 0-1, over roads in friendly hands, with airlift and river relief."""
    arms: Floats
    """(F,) fighter equivalents."""
    treasury: Floats
    """(F,) USD."""
    legitimacy: Floats
    """(F, N) consent, 0-1."""
    roots: Floats
    """(F, N) support for an actor in the countryside beyond its fighters and town (:mod:`model.dynamics.control`)."""
    services: Floats
    """(F, N) government services, 0-1."""
    training: Floats
    """(F,) share of fighters trained by foreign instructors, 0-1."""
    stance: Ints
    """(F, F) -1 at war, 0 no fighting, 1 allied; symmetric."""
    recognition: Floats
    """(F,) by the US and its followers, 0-1."""
    pressure: Floats
    """(F,) from Beijing, 0-1."""
    displaced: Floats
    """(N,) persons."""
    lanes: Floats
    """(X, 3) openness of the ore, reagent and goods lanes, 0-1."""
    capacity: Floats
    """(M,) t/month."""
    pipeline: Floats
    """(M, L) t/month of capacity being built, by months to go (column 0 comes next)."""
    operating: Floats
    """(M,) share of capacity in use, 0-1."""
    reagent: Floats
    in_process: Floats
    stock: Floats
    """(M,) t; see the module's docstring."""
    security: Floats
    """(M,) 0-1, how safe the mines are, a running mean."""
    inventory: Floats
    """(B,) t of ore in the buyers' stores."""
    bid: Floats
    """(X,) yuan/t bid at each crossing to China this month."""
    people: Floats
    """(F,) persons under each actor's control, since the fights of this month."""
    people_at_start: Floats
    troops_at_start: Floats
    """(F,) persons under its control and fighters when the run began."""
    ore_tax: Floats
    """(F,) yuan/t that each demands under a fixed tax, or has chosen as a revenue maximiser."""
    conscripts: Floats
    """(F,) persons that each conscripts per month, as imposed by forcing."""
    dependence: Floats
    """(F,) 0-1, dependence on China, including the effect of Beijing's patronage."""
    market: Any
    """Record: prices, shortage, the road to India; see ``market_record``."""
    flows: Flows
    tally: Tally
    """See the tables of the same name."""
    totals: Any
    """Record: sums of the month over the country; see ``totals_record``."""
    accord: Any
    """Record: the federal settlement; see ``accord_record``."""
    road: Any
    """Record: what held back ore on the road to India this month; see ``road_record``."""
    losses_year: Floats
    """(F,) annual share of its fighters lost, a running mean over its time at war."""
    towns_lost_year: Floats
    """(F,) towns lost less towns won over the past year, a running sum that fades."""
    revenue: Floats
    """(F,) USD per month, a running mean with a declared minimum: the unit of utilities."""
    war_then: Floats
    """(F,) value of war with the junta (``diplomacy.pull_of_war``) when its peace or the run began; months of its own revenue."""
    paid: Floats
    """(F,) share of the upkeep paid last month."""
    recruits: Ints
    """(F,) persons recruited last month, whose training is to be paid."""
    offensive: Floats
    """(F,) recent attacks at the Chinese border or on its trade roads, 0-1."""
    dealings: Dealings
    """Relations between Beijing and each armed actor."""
    hope: Floats
    """(F,) belief that good governance earns outside backing, 0-1."""
    parties: Bools
    """(F,) whether it has signed the federal settlement with the junta."""

    _months = 0  # what the clock says, which takes Python longer to read

    @property
    def month(self) -> int:
        """Months done."""
        return self._months

    @month.setter
    def month(self, months: int) -> None:
        """Set the months done."""
        self._months = self.clock["month"] = months

    def copy(self) -> State:
        """The same in arrays of its own."""
        out: State = _copied(self)
        return out


def _copied(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.void):
        return value.copy()
    if not is_dataclass(value):
        return value
    other = object.__new__(type(value))
    vars(other).update((name, _copied(part)) for name, part in vars(value).items())
    return other


def begin(world: World, initial: InitialState, lead_months: int) -> State:
    """Copy an initial state into fresh arrays; what it does not say begins at its neutral value.

    Actors' money, arms and troop totals are set by the model from their parameters.
    """
    places, mines, crossings = len(world.place_ids), len(world.mine_ids), len(world.crossing_ids)
    forces, territories, zeros = len(world.forces), len(world.codes), np.zeros
    parts: dict[str, Any] = {name: getattr(initial, name).copy() for name in _RECORDED}
    parts |= {name: zeros(forces) for name in _NONE_AT_FIRST}
    parts |= {name: zeros(places, np.int64) for name in ("months_unattacked", "besieged", "isolated")}
    return State(
        **parts,
        clock=clock_record(road_factor=1.0),
        holder_before=initial.holder.copy(),
        siege_progress=np.where(initial.attacker >= 0, 0.3, 0.0),
        posts_full=initial.posts.copy(),
        known=zeros((forces, places)),
        wall=np.ones(places),
        locals=zeros(places),
        approach=zeros(places),
        supply=np.ones((forces, places)),
        legitimacy=np.full((forces, territories), 0.5),
        services=np.full((forces, territories), 0.3),
        roots=zeros((forces, territories)),
        pipeline=zeros((mines, lead_months)),
        security=np.ones(mines),
        inventory=zeros(len(world.buyers)),
        bid=zeros(crossings),
        market=market_record(price_ore=190_000.0, price_tb=7_150.0, price_dy=1_630.0),
        flows=Flows.none(mines, forces),
        tally=Tally.zero(forces, territories),
        totals=totals_record(),
        accord=accord_record(),
        road=road_record(),
        revenue=np.full(forces, 1e6),
        paid=np.ones(forces),
        recruits=np.zeros(forces, np.int64),
        dealings=Dealings.none(forces),
        parties=zeros(forces, bool),
    )


_RECORDED = (
    *("holder", "attacker", "posts", "control", "troops", "stance", "displaced", "lanes"),
    *("capacity", "operating", "reagent", "in_process", "stock"),
)
"""What an initial state says."""

_NONE_AT_FIRST = (
    *("arms", "treasury", "training", "recognition", "pressure", "people", "people_at_start", "troops_at_start"),
    *("ore_tax", "conscripts", "dependence", "losses_year", "towns_lost_year", "offensive", "hope", "war_then"),
)
"""(F,) what begins at 0."""
