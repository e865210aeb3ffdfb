"""Armed actors: the junta, ethnic armed organisations, People's Defence Forces.

What each decides in a month is a method, which a subclass may override; the rule that it follows by default stands in a file beside
this one.
"""

from __future__ import annotations

from typing import NamedTuple

from mesa import Model

from agents.armed import airlift, attack, budget, offers, ore, peace, reserves, sorties
from agents.armed.parameters import ArmedActorParameters
from agents.base import Actor
from agents.instruments import KINDS as KINDS_OF_OFFERS
from agents.instruments import Instrument
from model.draws import logistic, uniform
from model.dynamics import settlement
from model.dynamics.share import rescale
from model.live import LiveParameters


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

    def __init__(
        self, model: Model, actor_id: str, index: int, parameters: ArmedActorParameters | LiveParameters
    ) -> None:
        run = model.run
        super().__init__(model, parameters, run.actors[index], ore_tax_yuan_per_t=(run.state.ore_tax, index))
        self.actor_id = actor_id
        self.index = index
        self.reviewed = -1
        """Month in which it last thought anew of its patrons; -1 before its first answer to any."""
        self.answers: dict[tuple[str, float], bool] = {}
        """What it has answered since then, by kind and level of the offer."""

    # what it has -----------------------------------------------------------------------------------------------

    @property
    def troops(self) -> int:
        """Its fighters; may be set: then garrisons grow or shrink in proportion."""
        return int(self.run.state.troops[self.index].sum())

    @troops.setter
    def troops(self, fighters: int) -> None:
        """Set the number of its fighters; one without any is given them at its headquarters."""
        if fighters < 0:
            raise ValueError(f"{self.actor_id} cannot have {fighters} fighters")
        rescale(self.run.state.troops[self.index], fighters, int(self.run.land.home_place[self.index]))

    @property
    def treasury(self) -> float:
        """Its money, USD; may be set."""
        return float(self.run.state.treasury[self.index])

    @treasury.setter
    def treasury(self, usd: float) -> None:
        """Set its money, USD."""
        self.run.state.treasury[self.index] = usd

    @property
    def townships(self) -> list[str]:
        """Codes of the townships whose town it holds."""
        world = self.run.world
        held = (self.run.state.holder[: len(world.codes)] == self.index).nonzero()[0]
        return [world.codes[town] for town in held]

    def stands_at(self) -> int:
        """Index of its headquarters; once others hold that, of the place with most of its fighters; -1 without any."""
        home, troops = int(self.run.land.home_place[self.index]), self.run.state.troops[self.index]
        if self.run.state.holder[home] == self.index:
            return home
        return int(troops.argmax()) if troops.any() else -1

    # war: attack.py, reserves.py, sorties.py -------------------------------------------------------------------

    def allot_sorties(self) -> None:
        """Allot its sorties to fights, once fighters have gathered; an actor without aircraft is not asked."""
        sorties.allot_sorties(self.data, self.index)

    def airlift(self) -> None:
        """Fly supplies to its garrisons that no road reaches; asked only if it can fly any."""
        airlift.fly_supplies(self.data, self.index)

    def choose_attacks(self) -> None:
        """Order the attacks of this month: by default those from which it expects most (:mod:`agents.armed.attack`).

        The rule also notes prospects and where massing would pay, which settlements and reserves go by: a subclass calls
        it first, then :meth:`attack` and :meth:`call_off`.
        """
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
        seen = plans.options
        columns = [values[:count].tolist() for values in (seen.worth, seen.chance, seen.utility)]
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

    @property
    def delegation(self) -> str:
        """With whom it speaks about a federal settlement, which every delegation must prefer on average; empty: with none."""
        return "KIA" if self.actor_id == "KIA" else ""

    def wants_ceasefire(self) -> float:
        """Chance that it would sign a ceasefire with the junta this month, 0-1."""
        return float(peace.wants_ceasefire(self.data, self.index))

    def takes_up_arms(self) -> float:
        """Chance that it would break its peace with the junta this month, 0-1."""
        return float(peace.takes_up_arms(self.data, self.index))

    def turns_on(self, militia: int) -> float:
        """Chance that it would go to war this month with a militia of the junta (its index) that leaves it alone, 0-1."""
        return float(peace.turns_on(self.data, self.index, militia))

    def prefers_settlement(self) -> float:
        """What a settlement on federal terms is worth to it over war with the junta, months of its own revenue."""
        return float(settlement.gain(self.data, self.index))

    def joins_settlement(self) -> bool:
        """Whether it would be a party to a settlement that the delegations have agreed on."""
        return bool(self.delegation) or self.parameters.federal_preference > 0

    def signs_deal(self, gain: float) -> float:
        """Chance that it signs the package on the table in talks with Beijing, by quantal response.

        Args:
            gain: what it gains from it, months of its own revenue.
        """
        return float(logistic(self.run.parameters.diplomacy.precision * gain))

    # offers of patrons: offers.py ------------------------------------------------------------------------------

    def accepts_terms(self, offer: Instrument, envoy: float = 0.0) -> bool:
        """Whether it takes a patron's offer, or stays with it.

        Args:
            offer: the instrument that is offered.
            envoy: 0-1, effort of a special envoy behind it.
        """
        run, p, month = self.run, self.parameters, self.run.state.month
        if self.reviewed < 0:
            if uniform(run.salts["review"], month, run.land.actor_key[self.index]) >= 1 / p.answer_months:
                return False
            self.reviewed = month
        elif month - self.reviewed >= p.review_months:
            self.reviewed = month
            self.answers.clear()
        terms = offer.kind, offer.level
        if terms not in self.answers:
            self.answers[terms] = self._weighs(offer, envoy)
        return self.answers[terms]

    def _weighs(self, offer: Instrument, envoy: float) -> bool:
        """Whether it would take an offer as things stand."""
        kind, run = KINDS_OF_OFFERS[offer.kind], self.run
        usd = kind.amount(offer.level, run.scenario.united_states) if kind.pays else None
        worth = offers.worth_of_offer(self.data, self.index, usd or 0.0, offer.dealings, envoy)
        chance = offers.chance_to_accept(self.data, self.index, worth, offer.dealings)
        return bool(uniform(run.salts["accept"], 0, run.land.actor_key[self.index]) < chance)


class Junta(ArmedActor):
    """The military government; by default the only actor with aircraft, which fly to its most important battles."""

    @property
    def delegation(self) -> str:
        """It speaks for itself."""
        return "junta"

    def grants_ceasefire(self, group: int) -> float:
        """Chance that it would sign a ceasefire with a group (its index) this month, 0-1."""
        return float(peace.grants_ceasefire(self.data, group))

    def prefers_settlement(self) -> float:
        """What a settlement on federal terms is worth to it over war, months of its own revenue."""
        run = self.run
        opponents = [actor.index for actor in run.agents.armed if actor.delegation not in ("", "junta")]
        plans = run.plans
        against = max(plans.prospects[self.index, opponents].tolist(), default=0.0)
        against -= max(plans.danger[self.index, opponents].tolist(), default=0.0)
        return float(settlement.gain_of_junta(self.data, against))


class EthnicArmedOrganization(ArmedActor):
    """An ethnic armed organisation or militia."""


class PeoplesDefenceForce(ArmedActor):
    """A regional pool of People's Defence Forces; it may join allies' operations in neighbouring places."""

    @property
    def delegation(self) -> str:
        """All pools speak together."""
        return "PDF"

    @property
    def coordination(self) -> float:
        """Chance to join an ally's operation."""
        return float(self.parameters.coordination)

    def join_allies(self) -> None:
        """Join attacks that allies have ordered next door: by default each by chance (:mod:`agents.armed.attack`)."""
        attack.join_allies(self.data, self.index)


KINDS: dict[str, type[ArmedActor]] = {
    "Junta": Junta,
    "EthnicArmedOrganization": EthnicArmedOrganization,
    "PeoplesDefenceForce": PeoplesDefenceForce,
}
