"""What the phases of a month hand to each other; rewritten every month, in the same arrays.

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
_battles_record = record_maker(("count", int), ("over", int))


@dataclass
class Plans:
    """What armed actors see of each other's strength, weigh, and order this month."""

    garrison: Places
    """(F, P) places where each actor has fighters; the first ``garrisons[a]`` count, in ascending order."""
    garrisons: Ints
    fighters: Ints
    """(F,) fighters of each actor, at least 1."""
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
    """(P,) strength of the garrison with its allies', behind walls."""
    threat: Floats
    """(P,) strength that the holder's enemies could bring up against it."""
    rent: Floats
    """(P,) USD a month that the holder draws from the place."""
    prospects: Floats
    """(F, F + 1) best expected utility that each actor has of an attack on each other one's places (last column: on
    nobody's), at least 0; months of its own revenue."""
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

    @classmethod
    def begin(cls, forces: int, places: int, most: int) -> Plans:
        """Arrays for a run.

        Args:
            forces: number of armed actors.
            places: number of places.
            most: most attacks that any actor orders a month.
        """
        pairs, some = (forces, places), (forces, max(most, 1))
        return cls(
            garrison=np.zeros((forces, places + 1), np.uint32),
            garrisons=np.zeros(forces, np.int64),
            fighters=np.ones(forces, np.int64),
            worth=np.zeros(forces),
            strength=np.zeros(forces),
            field=np.zeros(pairs),
            reach=np.zeros(pairs),
            called=np.zeros(pairs),
            spare=np.zeros(pairs),
            staging=np.zeros(pairs),
            guard=np.zeros(places),
            threat=np.zeros(places),
            rent=np.zeros(places),
            prospects=np.zeros((forces, forces + 1)),
            gain=np.zeros(some),
            pick=np.zeros(some, np.int64),
            attack=np.zeros(pairs, bool),
            order_actor=np.zeros(forces * places, np.int64),
            order_place=np.zeros(forces * places, np.int64),
            orders=_orders_record(),
        )


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
    """Record: ``count``, ``over``."""

    @classmethod
    def begin(cls, places: int) -> Battles:
        """Arrays for a run."""
        ints = [np.zeros(places, np.int64) for _ in range(5)]
        place, leader, defender, over_place, besieger = ints
        flags = np.zeros(places, bool), np.zeros(places, bool)
        return cls(place, leader, defender, *flags, over_place, besieger, _battles_record())
