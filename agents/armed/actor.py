"""Armed actors: the junta, ethnic armed organizations, People's Defence Forces.

Each decides by bounded expected utility over the attacks within its reach: an attack is made when its expected utility and
luck (logit errors) beat holding still, and the best are kept up to the number of operations it can run a month. None is made
that is not expected to pay (the satisficing floor of equation E3.4): with dozens of places within reach the errors alone
would otherwise send it against walls every month.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
from mesa import Model
from numpy.typing import NDArray

from agents.armed import airlift, budget, ore, sorties
from agents.armed.parameters import ArmedActorParameters, PeoplesDefenceForceParameters
from agents.base import Actor
from model.draws import Draws, key, logistic
from model.dynamics.ground import Ground
from model.dynamics.operations import Options

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


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

    def choose_operations(self, options: Options, rows: slice) -> Ints:
        """Rows of the options that it attacks this month.

        Args:
            options: all actors' options.
            rows: its own part of them.

        Returns:
            Indices into the options, best first, at most ``operations_per_month``.
        """
        p = self.parameters
        if rows.stop <= rows.start or p.operations_per_month == 0:
            return np.zeros(0, np.int64)
        utility, luck = options.utility[rows], options.luck[:, rows]
        gain = np.where(utility > 0, p.choice_precision * utility + luck[0] - luck[1], -1.0)
        best = np.argsort(-gain, kind="stable")[: p.operations_per_month]
        return np.asarray(rows.start + best[gain[best] > 0])

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

    def joins(
        self,
        options: Options,
        rows: slice,
        wanted: NDArray[np.bool_],
        chance: float,
        draws: Draws,
        ground: Ground,
        month: int,
    ) -> Ints:
        """Rows of its options at places that an ally attacks and that it joins.

        Args:
            options: all actors' options.
            rows: its own part of them.
            wanted: (P,) places that allies attack this month.
            chance: chance to join each of them.
            draws: keyed draws.
            ground: static arrays (keys).
            month: the month.
        """
        near = rows.start + wanted[options.place[rows]].nonzero()[0]
        if near.size == 0:
            return near
        me = ground.actor_keys[self.index : self.index + 1]
        u = draws.uniform("join", month, me, ground.place_keys[options.place[near]])
        return np.asarray(near[u < chance])


KINDS: dict[str, type[ArmedActor]] = {
    "Junta": Junta,
    "EthnicArmedOrganization": EthnicArmedOrganization,
    "PeoplesDefenceForce": PeoplesDefenceForce,
}


def choose_operations(armed: Sequence[ArmedActor], options: Options, bounds: Ints) -> Ints:
    """Rows that all actors attack, actor after actor.

    Args:
        armed: the actors.
        options: all actors' options.
        bounds: (F + 1,) where each one's own part of them begins; the last is their number.
    """
    parts = _parts(bounds)
    return np.concatenate([actor.choose_operations(options, part) for actor, part in zip(armed, parts, strict=True)])


def _parts(bounds: Ints) -> list[slice]:
    return [slice(start, stop) for start, stop in itertools.pairwise(bounds.tolist())]


def habits_of(armed: Sequence[ArmedActor]) -> tuple[Floats, Ints]:
    """(A,) precision of choice and (A,) most operations a month of some actors."""
    precision = np.array([actor.parameters.choice_precision for actor in armed], np.float64)
    return precision, np.array([actor.parameters.operations_per_month for actor in armed], np.int64)


def join_operations(
    pools: Sequence[PeoplesDefenceForce],
    options: Options,
    bounds: Ints,
    picked: Ints,
    chances: Floats,
    stance: Ints,
    draws: Draws,
    ground: Ground,
    month: int,
) -> Ints:
    """Rows at which People's Defence Forces join attacks of allies.

    Args:
        pools: the People's Defence Forces.
        options: all actors' options.
        bounds: (F + 1,) where each actor's own part of them begins; the last is their number.
        picked: rows that all actors attack.
        chances: (F,) chance of each pool to join an attack; 0 for all others.
        stance: (F, F) 1 for allies.
        draws: keyed draws.
        ground: static arrays (keys).
        month: the month.
    """
    attackers, places, joined = options.actor[picked], options.place[picked], [picked[:0]]
    for pool in pools:
        wanted = np.zeros(len(ground.place_keys), bool)
        wanted[places[stance[pool.index][attackers] == 1]] = True
        part = slice(*bounds[pool.index : pool.index + 2].tolist())
        joined.append(pool.joins(options, part, wanted, float(chances[pool.index]), draws, ground, month))
    return np.concatenate(joined)
