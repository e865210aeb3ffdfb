"""A run: everything that the phases of a month take."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from agents.armed.actor import ArmedActor
from agents.armed.parameters import ArmedActorParameters
from agents.base import Actor
from agents.beijing.agent import Beijing
from agents.beijing.talks import Stakes
from agents.buyer_parameters import ChineseBuyerParameters
from agents.buyers import ChineseBuyer
from agents.instruments import KINDS
from agents.quad import Australia, India, Japan
from agents.united_states import UnitedStates
from agents.western import RECOGNITIONS, WesternGovernment
from model.compile import hand_over
from model.draws import salts_of
from model.dynamics.border import BorderChanges
from model.dynamics.budgets import Books
from model.dynamics.contest import CONTESTS
from model.dynamics.front import Front
from model.dynamics.geography import Geography, geography_of
from model.dynamics.market import Reference
from model.dynamics.mining import MINE_STOPS
from model.dynamics.month import Battles, Plans
from model.dynamics.netback import Quotes
from model.dynamics.supply import Roads
from model.dynamics.taxes import TAX_READINGS
from model.parameters import kind_of_rows, numbers_in, record_of, rows_of
from model.scenario.problems import ScenarioError
from model.scenario.schema import Scenario
from model.state import State, sizes_of
from model.world import names
from model.world.world import World

GROUPS = (
    *("state", "rules", "actors", "policy", "salts", "plans", "battles", "front", "books", "roads"),
    *("buyers", "quotes", "stakes", "border", "reference"),
)
"""What compiled code finds in ``run`` by these names, besides ``land``."""

ACTOR_NUMBERS = (*numbers_in(ArmedActorParameters), "coordination", "civil_share")
"""Parameters of armed actors that compiled code reads as ``run.actors[a].<name>``."""

BUYER_NUMBERS = tuple(numbers_in(ChineseBuyerParameters))
"""Parameters of buyers that compiled code reads as ``run.buyers[b].<name>``."""


@lru_cache(maxsize=4096)
def date_after(start: str, months: int) -> str:
    """The calendar month so many months after a start, or before it where they are negative, as 2025-08."""
    number = 12 * int(start[:4]) + int(start[5:]) - 1 + months
    return f"{number // 12}-{number % 12 + 1:02d}"


@dataclass
class Agents:
    """Who decides; every list in the order of the arrays' index letters."""

    armed: list[ArmedActor] = field(default_factory=list)
    buyers: list[ChineseBuyer] = field(default_factory=list)
    western: list[WesternGovernment] = field(default_factory=list)
    beijing: Beijing | None = None
    united_states: UnitedStates | None = None
    india: India | None = None
    japan: Japan | None = None
    australia: Australia | None = None

    def armed_at(self, index: int) -> ArmedActor | None:
        """The armed actor with an index; None if it has been removed."""
        for actor in self.armed:
            if actor.index == index:
                return actor
        return None

    def dismiss(self, actor: Actor) -> None:
        """Ask an actor for nothing any more."""
        for name, there in vars(self).items():
            if there is actor:
                setattr(self, name, None)
            elif isinstance(there, list) and actor in there:
                there.remove(actor)

    def everyone(self) -> list[Actor]:
        """All who decide."""
        single = (self.beijing, self.united_states, self.india, self.japan, self.australia)
        return [*self.armed, *self.buyers, *self.western, *(actor for actor in single if actor is not None)]


class Setting(NamedTuple):
    """What all replicates of a scenario share; nobody writes into it."""

    scenario: Scenario
    world: World
    """The scenario's own actors included."""
    tables: dict[str, ArmedActorParameters]
    """Of the armed actors by id, in the order of the arrays' letter F."""
    land: Geography
    actors: Any
    """(F,) numbers of these tables as records; each run has a copy."""
    buyers: Any
    """(B,) numbers of the buyers' tables as records; each run has a copy."""
    rules: Any
    """Numbers of all other tables, by table: ``rules.combat``, ``rules.beijing``, ``rules.structure`` ...; each run has a copy."""
    handed_land: Any
    """Land as compiled functions take it."""


IMPLEMENTED = {"contest": CONTESTS, "mine_stop": MINE_STOPS, "recognition": RECOGNITIONS, "tax_reading": TAX_READINGS}
"""The rival mechanisms of ``structure``, and the forms of each that some function knows."""


def setting_of(scenario: Scenario, world: World, tables: dict[str, ArmedActorParameters]) -> Setting:
    """Put together what all replicates of a scenario share.

    Raises:
        ScenarioError: the scenario asks for a form of a mechanism that nothing implements.
    """
    unknown = [
        f"structure.{name}: '{form}' is not implemented; available: {', '.join(IMPLEMENTED.get(name, ('nothing',)))}"
        for name, form in scenario.structure
        if form not in IMPLEMENTED.get(name, ())
    ]
    if unknown:
        raise ScenarioError(unknown)
    land, rules = geography_of(world, scenario.processes), rules_of(scenario)
    actors = rows_of(list(tables.values()), ACTOR_NUMBERS)
    buyers = rows_of(buyer_tables(scenario, world), BUYER_NUMBERS)
    return Setting(scenario, world, tables, land, actors, buyers, rules, hand_over(land))


def buyer_tables(scenario: Scenario, world: World) -> list[ChineseBuyerParameters]:
    """The tables of the buyers, in the order of the arrays' letter B."""
    tables = {name: table for name, table in scenario.actors.items() if isinstance(table, ChineseBuyerParameters)}
    return [tables.get(buyer.id, ChineseBuyerParameters()) for buyer in world.buyers]


class Run:
    """One run.

    Args:
        setting: what it shares with other runs of its scenario.
        state: the state at the start.
        seed: of all draws.
        reference: what its market is measured against.
    """

    def __init__(self, setting: Setting, state: State, seed: int, reference: Reference) -> None:
        self.scenario, self.world, self.land = setting.scenario, setting.world, setting.land
        self.parameters, self.rules = setting.scenario.processes, setting.rules.copy()
        self.state, self.reference = state, reference
        self.date = setting.scenario.start
        """Calendar month of the step that comes next, as 2025-08."""
        self.salts = salts_of(seed)
        self.actors, self.buyers = setting.actors.copy(), setting.buyers.copy()
        self.policy = policy_rows(len(self.actors))
        """(F + 1,) what each kind of US instrument delivers this month; see :func:`policy_rows`."""
        sizes = sizes_of(self.world) | {"K": max(int(self.actors["operations_per_month"].max(initial=0.0)), 1)}
        self.plans, self.battles, self.front = Plans.begin(sizes), Battles.begin(sizes), Front.begin(sizes)
        self.roads, self.quotes, self.books = Roads.begin(sizes), Quotes.begin(sizes), Books.begin(sizes)
        self.stakes, self.border = Stakes.begin(sizes), BorderChanges.begin(sizes)
        self.agents = Agents()
        self.recorder: Any = None
        self.ledger: Any = None
        """What is recorded of the run (:mod:`model.output.record`); the laws it must keep (:mod:`model.output.ledger`)."""
        self.events: list[tuple[Any, ...]] = []
        """Rows of the event log, see :func:`model.output.chronicle.log`."""
        self.data: Any = hand_over({"land": setting.handed_land} | {name: getattr(self, name) for name in GROUPS})
        """All of it as compiled functions take it."""

    def name(self, actor: int) -> str:
        """Id of an armed actor; nobody for -1."""
        return self.world.force_ids[actor] if actor >= 0 else "nobody"

    def called(self, actor: int) -> str:
        """An armed actor as a sentence has it: the junta, the KIA, the PDF of Sagaing; nobody for -1."""
        return names.in_words(self.name(actor))


def rules_of(scenario: Scenario) -> Any:
    """A record of the numbers of all tables but the actors', by table."""
    processes = {name: getattr(scenario.processes, name) for name in type(scenario.processes).model_fields}
    others = {name: getattr(scenario, name) for name in ("beijing", "united_states", "western", "structure")}
    return record_of(**processes, **others, quad_partners=scenario.quad)


def policy_rows(forces: int) -> Any:
    """(F + 1,) records of what is delivered, by kind of instrument, all 0; the last is for no armed target.

    ``link`` is how far the US deals with the actor, as Beijing sees it: the strongest of the kinds that count.
    ``believed_threat``, in the last row, is the level of threatened tariffs times how far they are believed.
    """
    return np.zeros(forces + 1, kind_of_rows((*KINDS, "link", "believed_threat")))
