"""Armed actors: the junta, ethnic armed organizations, People's Defence Forces.

What each decides in a month is a method, which a subclass may override; the rule that it follows by default stands in a file beside
this one.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from mesa import Model
from numpy.typing import NDArray

from agents.armed import airlift, attack, budget, ore, reserves, sorties
from agents.armed.parameters import ArmedActorParameters, PeoplesDefenceForceParameters
from agents.base import Actor
from model.draws import Draws, key, logistic

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Option(NamedTuple):
    """An attack within reach."""

    place: int
    """Index of the place."""
    name: str
    worth: float
    """Of holding the place, with what lies behind it; months of the actor's own revenue."""
    chance: float
    """Believed chance of success in a month, 0-1."""
    utility: float
    """Expected utility, months of the actor's own revenue; holding still is 0."""


class ArmedActor(Actor):
    """An armed actor.

    Args:
        model: the Mesa model it lives in.
        actor_id: its id in the world's ``forces.csv`` or the scenario.
        index: its position among the armed actors.
        parameters: its table.
    """

    def __init__(self, model: Model, actor_id: str, index: int, parameters: ArmedActorParameters) -> None:
        super().__init__(model)
        self.actor_id = actor_id
        self.index = index
        self.parameters = parameters
        self.reviewed = -1
        """Month in which it last thought anew of its patrons; -1 before its first answer to any."""

    # what it has -----------------------------------------------------------------------------------------------

    @property
    def troops(self) -> int:
        """Its fighters."""
        return int(self.run.state.troops[self.index].sum())

    @property
    def treasury(self) -> float:
        """Its money, USD; may be set."""
        return float(self.run.state.treasury[self.index])

    @treasury.setter
    def treasury(self, usd: float) -> None:
        self.run.state.treasury[self.index] = usd

    @property
    def townships(self) -> list[str]:
        """Codes of the townships whose town it holds."""
        world = self.run.world
        held = (self.run.state.holder[: len(world.codes)] == self.index).nonzero()[0]
        return [world.codes[town] for town in held]

    # war: attack.py, reserves.py, sorties.py -------------------------------------------------------------------

    def allot_sorties(self) -> None:
        """Allot its sorties to fights, once fighters have gathered; an actor without aircraft is not asked."""
        sorties.allot_sorties(self.data, self.index)

    def airlift(self) -> None:
        """Fly supplies to its garrisons that no road reaches; asked only if it can fly any."""
        airlift.fly_supplies(self.data, self.index)

    def choose_attacks(self) -> None:
        """Order the attacks of this month: by default those from which it expects most (:mod:`agents.armed.attack`)."""
        attack.choose_attacks(self.data, self.index)

    def move_reserves(self) -> None:
        """Post the fighters that do not attack: by default where worth and threat want them (:mod:`agents.armed.reserves`)."""
        reserves.move_reserves(self.data, self.index)

    def options(self) -> list[Option]:
        """The attacks that it could make this month: on enemies and on what nobody holds, at or next to its fighters.

        The list is worked out at each call, from what all actors saw before any of them decided.
        """
        run, plans = self.run, self.run.plans
        count = attack.list_options(self.data, self.index)
        attack.appraise(self.data, self.index, count)
        attack.weigh(self.data, self.index, count)
        places, hostility = plans.options.place[:count].tolist(), plans.hostility[self.index]
        columns = [
            values[:count].tolist() for values in (plans.options.worth, plans.options.chance, plans.options.utility)
        ]
        names, holder = run.world.place_names, run.state.holder
        rows = zip(places, *columns, strict=True)
        return [Option(p, names[p], *values) for p, *values in rows if hostility[holder[p] + 1] == 1.0]

    @property
    def attacks(self) -> list[int]:
        """Indices of the places that it attacks this month, as ordered so far."""
        return [int(place) for place in self.run.plans.attack[self.index].nonzero()[0]]

    def attack(self, place: str | int) -> None:
        """Order an attack.

        Args:
            place: name, code or index of the place. If nobody fights its holder when fights begin, nothing comes of the order.

        Raises:
            KeyError: there is no place of this name.
            ValueError: the actor has no fighters at or next to it.
        """
        index = self._place(place)
        if self.run.plans.reach[self.index, index] <= 0.0:
            raise ValueError(f"{self.actor_id} has no fighters at or next to {self.run.world.place_names[index]}")
        self.run.plans.attack[self.index, index] = True

    def call_off(self, place: str | int | None = None) -> None:
        """Take back an attack ordered this month.

        Args:
            place: name, code or index of the place; None for all that it has ordered.
        """
        self.run.plans.attack[self.index, slice(None) if place is None else self._place(place)] = False

    def _place(self, place: str | int) -> int:
        return int(self.run.world.find_place(place)) if isinstance(place, str) else int(place)

    # money: budget.py ------------------------------------------------------------------------------------------

    def choose_services(self) -> None:
        """Choose the level of services to pay for: write to ``run.books.level``, 0-1."""
        budget.choose_services(self.data, self.index)

    def buy_arms(self) -> None:
        """Choose what goes into arms of the money left after services and upkeep: write to ``run.books.arms_usd``."""
        budget.buy_arms(self.data, self.index)

    # ore: ore.py -----------------------------------------------------------------------------------------------

    def license_mines(self) -> None:
        """Decide what share of the work in its mines goes on while their lane is shut: ``run.quotes.licence``."""
        ore.license_mines(self.data, self.index)

    def set_ore_tax(self) -> None:
        """Review its tax on ore, ``run.state.ore_tax``; who does not tax for revenue leaves it as it is."""
        if self.parameters.ore_tax_rule == "revenue_maximising":
            ore.set_ore_tax(self.data, self.index)

    # talks with the junta, and between Beijing and it: peace.py -----------------------------------------------

    def signs_deal(self, gain: float) -> float:
        """Chance that it signs the package on the table in talks with Beijing, by quantal response.

        Args:
            gain: what it gains from it, months of its own revenue.
        """
        return float(logistic(self.run.parameters.bargain.precision * gain))

    # offers of patrons: offers.py ------------------------------------------------------------------------------

    def accepts_terms(self, gain: float, level: float, fear: float, draws: Draws, month: int) -> bool:
        """Whether it takes a patron's offer, or stays with it.

        The first answer takes ``answer_months`` on average, in which nothing is taken. Later its mind on patrons changes at
        reviews that come once in ``review_months`` on average; between them only what has changed in the world changes
        its answer.

        Args:
            gain: what the offer is worth, months of its own revenue.
            level: how far-reaching the terms are, 0-1; autonomy costs in proportion.
            fear: what it expects Beijing to do to it for that, months of its own revenue.
            draws: keyed draws.
            month: the month.
        """
        wait = self.parameters.answer_months if self.reviewed < 0 else self.parameters.review_months
        if draws.scalar("review", month, key(self.actor_id)) < 1 / wait:
            self.reviewed = month
        if self.reviewed < 0:
            return False
        utility = self.parameters.choice_precision * (gain - self.parameters.autonomy_cost * level - fear)
        u = draws.scalar("accept", self.reviewed, key(self.actor_id))
        return u < 1 / (1 + math.exp(-min(max(utility, -50.0), 50.0)))


class Junta(ArmedActor):
    """The military government; it alone has aircraft by default, which fly where its fights matter most."""


class EthnicArmedOrganization(ArmedActor):
    """An ethnic armed organization or militia."""


class PeoplesDefenceForce(ArmedActor):
    """A regional pool of People's Defence Forces; it joins allies' operations next door by chance."""

    @property
    def coordination(self) -> float:
        """Chance to join an ally's operation, without hope or recognition."""
        assert isinstance(self.parameters, PeoplesDefenceForceParameters)
        return self.parameters.coordination

    joins = None  # model.compiled.war looks for it

    def join_allies(self) -> None:
        """Join attacks that allies have ordered next door: by default each by chance (:mod:`agents.armed.attack`)."""
        attack.join_allies(self.data, self.index)


KINDS: dict[str, type[ArmedActor]] = {
    "Junta": Junta,
    "EthnicArmedOrganization": EthnicArmedOrganization,
    "PeoplesDefenceForce": PeoplesDefenceForce,
}
