"""Armed actors: the junta, ethnic armed organizations, People's Defence Forces.

Each decides by bounded expected utility over the attacks within its reach: an attack is made when its expected utility and
luck (logit errors) beat holding still, and the best are kept up to the number of operations it can run a month. None is made
that is not expected to pay (the satisficing floor of equation E3.4): with dozens of places within reach the errors alone
would otherwise send it against walls every month.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from mesa import Model
from numpy.typing import NDArray

from agents.armed import offers, peace
from agents.armed.parameters import ArmedActorParameters, PeoplesDefenceForceParameters
from agents.base import Actor
from agents.instruments import Instrument
from agents.western import shares_that_recognise
from model.draws import Draws, uniform
from model.dynamics import settlement
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

    # war: attack.py, reserves.py -------------------------------------------------------------------------------

    # money: budget.py ------------------------------------------------------------------------------------------

    # ore: ore.py -----------------------------------------------------------------------------------------------

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
        terms = self.parameters.federal_preference + float(settlement.hoped_for(self.data, self.index))
        return bool(self.delegation) or terms > 0

    # offers of patrons: offers.py ------------------------------------------------------------------------------

    def accepts_terms(self, offer: Instrument, envoy: float = 0.0) -> bool:
        """Whether it takes a patron's offer, or stays with it.

        Args:
            offer: the instrument that is offered.
            envoy: 0-1, effort of a special envoy behind it.
        """
        run, p, month = self.run, self.parameters, self.run.state.month
        key = run.land.actor_key[self.index]
        wait = p.answer_months if self.reviewed < 0 else p.review_months
        if uniform(run.draws.salt("review"), month, key) < 1 / wait:
            self.reviewed = month
        if self.reviewed < 0:
            return False
        worth = offers.worth_of_offer(run, self.index, p, offer, envoy)
        fear = offers.fear_of_beijing(run, self.index, p)
        chance = offers.chance_to_accept(worth, fear, offer.level, p)
        return bool(uniform(run.draws.salt("accept"), self.reviewed, key) < chance)

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


class Junta(ArmedActor):
    """The military government; it alone has aircraft by default, which fly where its fights matter most."""

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
        against = max(run.plans.prospects[self.index, opponents].tolist(), default=0.0)
        abroad = shares_that_recognise(run.agents.western, len(run.actors))
        own = abroad.pop(self.index)
        standing = max(abroad, default=0.0) - own
        return float(settlement.gain_of_junta(self.data, against, standing))


class EthnicArmedOrganization(ArmedActor):
    """An ethnic armed organization or militia."""


class PeoplesDefenceForce(ArmedActor):
    """A regional pool of People's Defence Forces; it joins allies' operations next door by chance."""

    @property
    def delegation(self) -> str:
        """All pools speak together."""
        return "PDF"

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


def air_support(budget: Floats, fights: Ints, attacker: Ints, defender: Ints, denial: Floats, troops: Ints) -> Floats:
    """(2, P) air support of attacker and defender: each actor's sorties go to the fights of most of its fighters first.

    Args:
        budget: (F,) fights that each actor's aircraft can support this month, weather included; at most 1 a fight.
        fights: (L,) places attacked.
        attacker: (L,) who attacks.
        defender: (L,) who holds the place; -1 nobody.
        denial: (F,) 0-1, how far aircraft are kept from fights against this actor.
        troops: (F, P) fighters.
    """
    support = np.zeros((2, troops.shape[1]))
    for actor in (budget > 0).nonzero()[0].tolist():
        attacks, defends = attacker == actor, defender == actor
        places = np.unique(fights[attacks | defends])
        served, share = places[np.argsort(-troops[actor, places], kind="stable")], np.zeros(troops.shape[1])
        share[served] = np.clip(budget[actor] - np.arange(len(served)), 0.0, 1.0)
        enemy_of_attack = np.where(defender[attacks] >= 0, denial[defender[attacks]], 0.0)
        support[0, fights[attacks]] = share[fights[attacks]] * (1 - enemy_of_attack)
        at = fights[defends]
        support[1, at] = share[at]
        np.minimum.at(support[1], at, share[at] * (1 - denial[attacker[defends]]))
    return support


def count_flights(air_fights: Floats, air: Floats, fights: Ints, territory: Ints) -> None:
    """Note in each territory the fight that most sorties of either side flew to.

    Args:
        air_fights: (N,) changes.
        air: (2, P) what :func:`air_support` returned.
        fights: (L,) places attacked.
        territory: (P,) territory of each place.
    """
    np.maximum.at(air_fights, territory[fights], np.maximum(air[0, fights], air[1, fights]))
