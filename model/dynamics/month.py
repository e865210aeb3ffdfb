"""Intermediate results that the phases of a month pass on; overwritten every month, in the same arrays.

Compiled code takes the two as ``run.plans`` and ``run.battles``. ``K`` is the most attacks that any actor orders a month, at least 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.arrays import ArrayGroup, Bools, Floats, Ints, group, per, record, record_maker

Places = NDArray[np.uint32]


@dataclass
class Options(ArrayGroup):
    """The attacks that one actor weighs; rewritten for every actor, and as long as it has options."""

    place: Places = per("P + 1")
    """Places, in ascending order."""
    worth: Floats = per("P")
    """What it would be worth to hold the place, months of the actor's own revenue."""
    cost: Floats = per("P")
    """What the attack costs whatever comes of it, Beijing's sanction included; months of revenue."""
    chance: Floats = per("P")
    """Believed chance of success, 0-1."""
    utility: Floats = per("P")
    """Expected utility, months of revenue; holding still is 0."""
    massed: Floats = per("P")
    """The same if a full share of the actor's fighters were brought up first."""


@dataclass
class Posting(ArrayGroup):
    """What one actor wants of its reserves; rewritten for every actor."""

    place: Places = per("P + 1")
    """Joined places where it has, or wants, fighters, in ascending order."""
    wanted: Floats = per("P")
    """How much it wants fighters there, then how many it lacks."""
    leaving: Ints = per("P")
    """Fighters that leave."""
    enemies: Floats = per("P")
    """By place: strength of its enemies at or next to it."""
    rest: Floats = per("P")
    """Scratch of :func:`model.dynamics.share.share_among`."""


@dataclass
class Plans(ArrayGroup):
    """What armed actors see of each other's strength, weigh, and order this month."""

    garrison: Places = per("F, P + 1")
    """Places where each actor has fighters; the first ``garrisons[a]`` count, in ascending order."""
    garrisons: Ints = per("F")
    nearby: Places = per("F, P + 1")
    """Places at or next to its fighters; the first ``nearby_count[a]`` count, in ascending order."""
    nearby_count: Ints = per("F")
    fighters: Ints = per("F", start=1)
    """Fighters of each actor, at least 1."""
    hostility: Floats = per("F, F + 1")
    """By actor and by the holder of a place + 1: 1 for an enemy or nobody, 0.5 for one whom the actor might fight
    (the junta where it is at peace with it, and the militias that the junta leaves to it), 0 for all others."""
    scarcity: Floats = per("F", start=1)
    """How many times dearer an attack is where fewer arms are left than usual, at least 1."""
    sanction: Floats = per("F")
    """What Beijing is expected to make of an attack that it minds, months of revenue."""
    full: Floats = per("F")
    """Strength of a full share of an actor's fighters: what it could mass for one attack."""
    worth: Floats = per("F")
    """Worth of one fighter."""
    tied: Floats = per("F")
    """Fighters that hold the townships whose towns each actor holds."""
    strength: Floats = per("F")
    """Strength in the field of all its fighters."""
    field: Floats = per("F, P")
    """Strength in the field of its fighters at a place, supply included."""
    reach: Floats = per("F, P")
    """The same at the place and next to it."""
    called: Floats = per("F, P")
    """Strength that an attack on the place can bring up."""
    spare: Floats = per("F, P")
    """0-1, share of its fighters at a place that attacks next to it draw on."""
    staging: Floats = per("F, P")
    """What attacks from the place would gain."""
    guard: Floats = per("P")
    """Strength of the garrison, behind walls."""
    threat: Floats = per("P")
    """Strength that the holder's enemies could bring up against it."""
    against: Floats = per("F + 1")
    """By the holder of a place + 1: share of an actor's strength that threatens it."""
    rent: Floats = per("P")
    """USD a month that the holder draws from the place."""
    prospects: Floats = per("F, F + 1")
    """Best expected utility that each actor has of an attack on each other one's places (last column: on
    nobody's), at least 0; months of its own revenue."""
    danger: Floats = per("F, F")
    """What the best attack of each other actor would cost each one, at the chance that it succeeds; worked out where one of
    the two is the junta and they are no allies; months of its own revenue."""
    gain: Floats = per("F, K")
    """Gains of the attacks that each actor has chosen, best first; 0 where there are fewer."""
    pick: Ints = per("F, K")
    """Their places."""
    attack: Bools = per("F, P")
    """Whether the actor attacks the place this month."""
    order_actor: Ints = per("F P")
    order_place: Ints = per("F P")
    """The attacks ordered, by actor, then place; the first ``orders.count`` count."""
    orders: Any = record(record_maker(("count", int)))
    """Record: ``count``."""
    town_worth: Floats = per("F, N")
    """What each town is worth to each actor, whatever it earns there; worked out when the run begins."""
    options: Options = group(Options)
    posting: Posting = group(Posting)


@dataclass
class Battles(ArrayGroup):
    """What happened at the places fought for this month."""

    place: Ints = per("P")
    leader: Ints = per("P")
    """Places fought for, and who led the attack; the first ``result.count`` count."""
    defender: Ints = per("P")
    """Who held them; -1 nobody."""
    fallen: Bools = per("P")
    begun: Bools = per("P")
    """Whether the place fell; whether a siege of it began."""
    over_place: Ints = per("P")
    over_besieger: Ints = per("P")
    """Places whose siege ended, and who had besieged them; the first ``result.over`` count."""
    result: Any = record(record_maker(("count", int), ("over", int), ("held", bool)))
    """Record: ``count``, ``over``; ``held``: nobody takes a place, as before the first month."""
