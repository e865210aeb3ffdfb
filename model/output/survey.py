"""What sums over places, townships and mines show at the end of a month, for the record.

Columns of the record that a single array or number of the run does not give are worked out here, all in one pass.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from agents.armed.peace import worth_of_ceasefire
from model.arrays import ArrayGroup, Floats, Ints, group, per, record, record_maker
from model.compile import compiled, hand_over
from model.dynamics.diplomacy import juntas_wish
from model.dynamics.front import fighters_of, is_at_war
from model.dynamics.people import consenting, served
from model.dynamics.taxes import gate_price, tax_per_tonne
from model.output.observe import Observation, observation_of, observe
from model.run import Run
from model.state import CHINA_INFORMAL, CHINA_OFFICIAL, GOODS, ORE, QUAD, sizes_of

country_record = record_maker(
    ("to_china", float),  # t of ore through open ore lanes
    ("smuggled", float),  # t of ore to China past closed ones
    ("to_india", float),  # t of ore
    ("stock", float),  # t of ore in store at the mines
    ("capacity", float),  # t/month of all mines
    ("at_work", float),  # share of the capacity at work, 0-1
    ("ore_lanes", float),  # openness of ore lanes to China, weighted by the capacity of the mines behind them, 0-1
    ("goods_lanes", float),  # openness of goods lanes to China, mean over crossings, 0-1
    ("at_war", int),  # armed actors at war with any other
    ("dead", int),  # fighters killed
    ("displaced", float),  # persons
)


@dataclass(kw_only=True)
class Survey(ArrayGroup):
    """Sums of the month; rewritten every month, in the same arrays."""

    population: float = 1.0
    """Persons in the country, at least 1."""
    actor: Ints = per("F")
    """Index of each armed actor."""
    held: Ints = per("F")
    """Towns held, of the townships."""
    posts: Ints = per("F")
    """Fortified positions."""
    troops: Ints = per("F")
    """Fighters."""
    seats: Floats = per("F")
    """0-1, population of the townships whose town it holds."""
    people: Floats = per("F")
    """0-1, population weighted by share of the countryside."""
    legitimacy: Floats = per("F")
    services: Floats = per("F")
    """Means over the people under its control, 0-1."""
    tax: Floats = per("F")
    """Yuan on a tonne of ore at this month's price."""
    mines: Floats = per("F")
    """t/month, capacity of the mines that it holds."""
    peace: Floats = per("F")
    """Worth of a ceasefire with the junta, months of its own revenue; NaN where it is not at war with it."""
    peace_junta: Floats = per("F")
    """Worth of that ceasefire to the junta, months of the junta's revenue."""
    country: Any = record(country_record)
    """Record, see ``country_record``."""
    observation: Observation = group(Observation)


class Month:
    """The end of a month, as columns of the record are read off it.

    Args:
        run: the run.

    Attributes:
        run: the run.
        state: its state.
        found: the sums of the month.
        market, totals, accord, road: the records of the state of these names as plain numbers: ``month.totals.mined``.
        country, measures: the records of ``found`` and of its observation, in the same way.
    """

    def __init__(self, run: Run) -> None:
        self.run, self.state = run, run.state
        self.found = Survey.begin(sizes_of(run.world))
        self.found.population = max(float(run.world.population.sum()), 1.0)
        self.found.actor = np.arange(len(run.world.forces))
        self.found.observation = observation_of(run.world)
        self._handed = hand_over(self.found)
        state, found = run.state, self.found
        records = {"market": state.market, "totals": state.totals, "accord": state.accord, "road": state.road}
        records |= {"country": found.country, "measures": found.observation.measures}
        self._records = [(name, values.item, numbers_of(values.dtype.names)) for name, values in records.items()]
        self.market: Any = None
        self.totals: Any = None
        self.accord: Any = None
        self.road: Any = None
        self.country: Any = None
        self.measures: Any = None

    def read(self) -> None:
        """Take stock of the month that has ended."""
        survey(self.run.data, self._handed)
        for name, plain, numbers in self._records:
            # Attributes of a NumPy record take ten times as long as those of a named tuple, and there are forty to read.
            setattr(self, name, numbers(*plain()))


@cache
def numbers_of(names: tuple[str, ...]) -> Callable[..., Any]:
    """The type of a record's plain numbers."""
    return namedtuple("Numbers", names)


@compiled
def survey_places(run: Any, found: Any) -> None:
    """Count towns, their people, posts and fighters of each armed actor."""
    state, land = run.state, run.land
    found.held[:] = 0
    found.posts[:] = 0
    found.seats[:] = 0.0
    for p in range(len(state.holder)):
        a = state.holder[p]
        if a >= 0:
            found.posts[a] += state.posts[p]
            found.held[a] += land.is_town[p]
            found.seats[a] += land.place_population[p] / found.population
    for a in range(len(found.troops)):
        found.troops[a] = fighters_of(run, a)


@compiled
def survey_people(run: Any, found: Any) -> None:
    """Weigh the people under each armed actor's control, their consent and the services that they get."""
    for a in range(len(found.people)):
        people = run.state.people[a]
        found.people[a] = people / found.population
        found.legitimacy[a], found.services[a] = (
            consenting(run, a) / max(people, 1.0),
            served(run, a) / max(people, 1.0),
        )


@compiled
def survey_ore(run: Any, found: Any) -> None:
    """Sum up flows of ore, mines and lanes, and read taxes at this month's price."""
    state, land, country = run.state, run.land, found.country
    sent = np.zeros(3)
    stock, capacity, at_work, behind, open_goods, chinese = 0.0, 0.0, 0.0, 0.0, 0.0, 0
    found.mines[:] = 0.0
    for m in range(len(state.stock)):
        for way in range(3):
            sent[way] += state.flows.ore[m, way]
        stock += state.stock[m]
        capacity += state.capacity[m]
        if state.holder[land.mine_place[m]] >= 0:
            found.mines[state.holder[land.mine_place[m]]] += state.capacity[m]
        at_work += state.operating[m] * state.capacity[m]
        behind += state.lanes[land.mine_crossing[m], ORE] * state.capacity[m]
    for x in range(len(land.chinese)):
        if land.chinese[x]:
            chinese += 1
            open_goods += state.lanes[x, GOODS]
    country.to_china, country.smuggled, country.to_india = sent[CHINA_OFFICIAL], sent[CHINA_INFORMAL], sent[QUAD]
    country.stock, country.capacity = stock, capacity
    country.at_work, country.ore_lanes = at_work / max(capacity, 1e-9), behind / max(capacity, 1e-9)
    country.goods_lanes = open_goods / max(chinese, 1)
    price = gate_price(state.market.price_ore, run.rules.market)
    for a in range(len(found.tax)):
        found.tax[a] = tax_per_tonne(run, a, price)


@compiled
def survey_peace(run: Any, found: Any) -> None:
    """Work out what a ceasefire would be worth to each group at war with the junta, and to the junta."""
    found.peace[:], found.peace_junta[:] = np.nan, np.nan
    junta = run.land.junta
    for a in range(len(found.peace)):
        if junta >= 0 and run.state.stance[junta, a] == -1:
            found.peace[a], found.peace_junta[a] = worth_of_ceasefire(run, a), juntas_wish(run, a)


@compiled
def survey(run: Any, found: Any) -> None:
    """Take stock of a month.

    Args:
        run: the run.
        found: a :class:`Survey`, which changes.
    """
    survey_places(run, found)
    survey_people(run, found)
    survey_ore(run, found)
    survey_peace(run, found)
    at_war, dead, displaced = 0, 0, 0.0
    for a in range(len(found.troops)):
        at_war += 1 if is_at_war(run, a) else 0
        dead += run.state.tally.dead[a]
    for n in range(len(run.state.displaced)):
        displaced += run.state.displaced[n]
    found.country.at_war, found.country.dead, found.country.displaced = at_war, dead, displaced
    observe(run, found.observation)
