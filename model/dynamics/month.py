"""Intermediate results that the phases of a month pass on; overwritten every month, in the same arrays.

Compiled code takes the two as ``run.plans`` and ``run.battles``. ``K`` is the most attacks that any actor orders a month.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.state import record_maker

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Places = NDArray[np.uint32]
Bools = NDArray[np.bool_]

_orders_record = record_maker(("count", int))
_battles_record = record_maker(("count", int), ("over", int), ("held", bool))


@dataclass
class Options:
    """The attacks that one actor weighs; rewritten for every actor, and as long as it has options."""

    place: Places
    """(P + 1,) places, in ascending order."""
    worth: Floats
    """(P,) what it would be worth to hold the place, months of the actor's own revenue."""
    cost: Floats
    """(P,) what the attack costs whatever comes of it, Beijing's sanction included; months of revenue."""
    chance: Floats
    """(P,) believed chance of success, 0-1."""
    utility: Floats
    """(P,) expected utility, months of revenue; holding still is 0."""
    massed: Floats
    """(P,) the same if a full share of the actor's fighters were brought up first."""

    @classmethod
    def begin(cls, places: int) -> Options:
        """Arrays for a run."""
        worth, cost, chance, utility, massed = (np.zeros(places) for _ in range(5))
        return cls(np.zeros(places + 1, np.uint32), worth, cost, chance, utility, massed)


@dataclass
class Posting:
    """What one actor wants of its reserves; rewritten for every actor."""

    place: Places
    """(P + 1,) joined places where it has, or wants, fighters, in ascending order."""
    wanted: Floats
    """(P,) how much it wants fighters there, then how many it lacks."""
    leaving: Ints
    """(P,) fighters that leave."""
    enemies: Floats
    """(P,) by place: strength of its enemies at or next to it."""
    rest: Floats
    """(P,) scratch of :func:`model.dynamics.share.share_among`."""

    @classmethod
    def begin(cls, places: int) -> Posting:
        """Arrays for a run."""
        wanted, enemies, rest = (np.zeros(places) for _ in range(3))
        return cls(np.zeros(places + 1, np.uint32), wanted, np.zeros(places, np.int64), enemies, rest)


@dataclass
class Plans:
    """What armed actors see of each other's strength, weigh, and order this month."""

    garrison: Places
    """(F, P) places where each actor has fighters; the first ``garrisons[a]`` count, in ascending order."""
    garrisons: Ints
    nearby: Places
    """(F, P + 1) places at or next to its fighters; the first ``nearby_count[a]`` count, in ascending order."""
    nearby_count: Ints
    fighters: Ints
    """(F,) fighters of each actor, at least 1."""
    hostility: Floats
    """(F, F + 1) by actor and by the holder of a place + 1: 1 for an enemy or nobody, 0.5 for one whom the actor might fight
    (the junta where it is at peace with it, and the militias that the junta leaves to it), 0 for all others."""
    scarcity: Floats
    """(F,) how many times dearer an attack is where fewer arms are left than usual, at least 1."""
    sanction: Floats
    """(F,) what Beijing is expected to make of an attack that it minds, months of revenue."""
    full: Floats
    """(F,) strength of a full share of an actor's fighters: what it could mass for one attack."""
    worth: Floats
    """(F,) worth of one fighter."""
    strength: Floats
    """(F,) strength in the field of all its fighters."""
    field: Floats
    """(F, P) strength in the field of its fighters at a place, supply included."""
    reach: Floats
    """(F, P) the same at the place and next to it."""
    called: Floats
    """(F, P) strength that an attack on the place can bring up."""
    spare: Floats
    """(F, P) 0-1, share of its fighters at a place that attacks next to it draw on."""
    staging: Floats
    """(F, P) what attacks from the place would gain."""
    guard: Floats
    """(P,) strength of the garrison, behind walls."""
    threat: Floats
    """(P,) strength that the holder's enemies could bring up against it."""
    against: Floats
    """(F + 1,) by the holder of a place + 1: share of an actor's strength that threatens it."""
    rent: Floats
    """(P,) USD a month that the holder draws from the place."""
    prospects: Floats
    """(F, F + 1) best expected utility that each actor has of an attack on each other one's places (last column: on
    nobody's), at least 0; months of its own revenue."""
    danger: Floats
    """(F, F) what the best attack of each other actor would cost each one, at the chance that it succeeds; worked out where one of
    the two is the junta and they are no allies; months of its own revenue."""
    gain: Floats
    """(F, K) gains of the attacks that each actor has chosen, best first; 0 where there are fewer."""
    pick: Ints
    """(F, K) their places."""
    attack: Bools
    """(F, P) whether the actor attacks the place this month."""
    order_actor: Ints
    order_place: Ints
    """(F P,) the attacks ordered, by actor, then place; the first ``orders.count`` count."""
    orders: Any
    """Record: ``count``."""
    town_worth: Floats
    """(F, N) what each town is worth to each actor, whatever it earns there; worked out when the run begins."""
    options: Options
    posting: Posting

    @classmethod
    def begin(cls, forces: int, places: int, towns: int, most: int) -> Plans:
        """Arrays for a run.

        Args:
            forces: number of armed actors.
            places: number of places.
            towns: number of territories.
            most: most attacks that any actor orders a month.
        """
        pairs, some = (forces, places), (forces, max(most, 1))
        return cls(
            garrison=np.zeros((forces, places + 1), np.uint32), garrisons=np.zeros(forces, np.int64),
            nearby=np.zeros((forces, places + 1), np.uint32), nearby_count=np.zeros(forces, np.int64),
            fighters=np.ones(forces, np.int64), hostility=np.zeros((forces, forces + 1)),
            scarcity=np.ones(forces), sanction=np.zeros(forces), full=np.zeros(forces), worth=np.zeros(forces),
            strength=np.zeros(forces), field=np.zeros(pairs), reach=np.zeros(pairs), called=np.zeros(pairs),
            spare=np.zeros(pairs), staging=np.zeros(pairs), guard=np.zeros(places), threat=np.zeros(places),
            against=np.zeros(forces + 1), rent=np.zeros(places), prospects=np.zeros((forces, forces + 1)),
            danger=np.zeros((forces, forces)), gain=np.zeros(some), pick=np.zeros(some, np.int64),
            attack=np.zeros(pairs, bool), order_actor=np.zeros(forces * places, np.int64),
            order_place=np.zeros(forces * places, np.int64), orders=_orders_record(),
            town_worth=np.zeros((forces, towns)), options=Options.begin(places), posting=Posting.begin(places),
        )  # fmt: skip


@dataclass
class Battles:
    """What happened at the places fought for this month."""

    place: Ints
    leader: Ints
    """(P,) places fought for, and who led the attack; the first ``result.count`` count."""
    defender: Ints
    """(P,) who held them; -1 nobody."""
    fallen: Bools
    begun: Bools
    """(P,) whether the place fell; whether a siege of it began."""
    over_place: Ints
    over_besieger: Ints
    """(P,) places whose siege ended, and who had besieged them; the first ``result.over`` count."""
    result: Any
    """Record: ``count``, ``over``; ``held``: nobody takes a place, as before the first month."""

    @classmethod
    def begin(cls, places: int) -> Battles:
        """Arrays for a run."""
        ints = [np.zeros(places, np.int64) for _ in range(5)]
        place, leader, defender, over_place, besieger = ints
        flags = np.zeros(places, bool), np.zeros(places, bool)
        return cls(place, leader, defender, *flags, over_place, besieger, _battles_record())
