"""Fronts: fighters gather at the places under attack; who fights where this month, and who leads.

Of its fighters within reach of a target an actor can spare a share (``plans.spare``, from its decisions); those near several
targets are shared out evenly among them, in whole fighters. Nobody is lost on the way.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor
from typing import Any

from model.arrays import ArrayGroup, Bools, Floats, Ints, per
from model.compile import compiled

ATTACK, DEFENCE = 0, 1
"""Rows of ``front.air``."""

ALLIED, AT_WAR = 1, -1

SIEGE_MONTHS = 2
"""What is called a siege: an attack that goes on for a second month once most of the posts around a place are gone."""


@dataclass
class Front(ArrayGroup):
    """Where fighters meet this month; rewritten every month. Compiled code takes it as ``run.front``."""

    barred: Bools = per("P")
    """Places that nobody fights for, since the record decides whose they are."""
    first: Ints = per("P", start=-1)
    """First order on each place; -1 none."""
    following: Ints = per("F P", start=-1)
    """Next order on the same place; -1 none."""
    calls: Ints = per("P")
    before: Ints = per("P")
    target: Bools = per("P")
    """Of the actor whose fighters gather: orders that draw on its fighters at a place, these before any left, and
    whether it attacks the place."""
    air: Floats = per("2, P")
    """0-1, air support of attackers and of the defender at each place fought for."""
    worth: Floats = per("F")
    """Worth of one fighter."""
    force: Floats = per("F, N")
    """Supplied fighters at large in each territory."""
    present: Ints = per("F + 1")
    weight: Floats = per("F + 1")
    """Who has a part in a township, and its weight or share there."""


# process -------------------------------------------------------------------------------------------------------------


@compiled
def gather(run: Any) -> None:
    """Move committed fighters to the places that they attack, in whole fighters, and list the places fought for.

    Orders against those who are no enemies any more, and on barred places, are dropped.

    Args:
        run: ``plans`` has the orders; ``troops``, ``battles`` and ``front`` change.
    """
    keep_orders(run)
    first, count = 0, run.plans.orders.count
    while first < count:
        last = first
        while last < count and run.plans.order_actor[last] == run.plans.order_actor[first]:
            last += 1
        gather_of(run, run.plans.order_actor[first], first, last)
        first = last
    list_battles(run)


@compiled
def keep_orders(run: Any) -> None:
    """Drop the orders against those who are no enemies any more, and on places that are barred; count the operations."""
    state, plans, kept = run.state, run.plans, 0
    for k in range(plans.orders.count):
        a, p = plans.order_actor[k], plans.order_place[k]
        holder = state.holder[p]
        if (holder < 0 or state.stance[a, holder] == AT_WAR) and not run.front.barred[p]:
            plans.order_actor[kept], plans.order_place[kept] = a, p
            kept += 1
    plans.orders.count = kept
    state.totals.operations = kept


@compiled
def gather_of(run: Any, a: int, first: int, last: int) -> None:
    """Move the fighters of one actor; those near several of its targets are shared out evenly, those at one stay.

    Args:
        run: ``troops`` change; nobody is lost on the way.
        a: the actor.
        first: its first order.
        last: the order after its last.
    """
    front, land, plans, troops = run.front, run.land, run.plans, run.state.troops
    for p in range(len(front.calls)):
        front.calls[p], front.target[p], front.before[p] = 0, False, troops[a, p]
    for k in range(first, last):
        p = plans.order_place[k]
        front.target[p] = True
        for link in range(land.near_start[p], land.near_start[p + 1]):
            front.calls[land.near[link]] += 1
    for k in range(first, last):
        p = plans.order_place[k]
        for link in range(land.near_start[p], land.near_start[p + 1]):
            q = land.near[link]
            if front.before[q] > 0 and not front.target[q]:
                moved = floor(front.before[q] * (plans.spare[a, q] / front.calls[q]))
                troops[a, q] -= moved
                troops[a, p] += moved


@compiled
def list_battles(run: Any) -> None:
    """List the places fought for in ascending order, who leads each attack and who holds the place."""
    front, battles, plans, count = run.front, run.battles, run.plans, 0
    for p in range(len(front.first)):
        front.first[p] = -1
    for k in range(plans.orders.count - 1, -1, -1):
        p = plans.order_place[k]
        front.following[k], front.first[p] = front.first[p], k
    for p in range(len(front.first)):
        if front.first[p] >= 0:
            front.air[ATTACK, p], front.air[DEFENCE, p] = 0.0, 0.0
            battles.place[count], battles.leader[count], battles.defender[count] = p, lead(run, p), run.state.holder[p]
            battles.fallen[count], battles.begun[count] = False, False
            count += 1
    battles.result.count = count


@compiled
def lead(run: Any, p: int) -> int:
    """Who leads the attack on a place: whoever has most fighters there, the first of equals."""
    leader, troops, k = -1, run.state.troops, run.front.first[p]
    while k >= 0:
        a = run.plans.order_actor[k]
        if leader < 0 or troops[a, p] > troops[leader, p]:
            leader = a
        k = run.front.following[k]
    return leader


@compiled
def fighters_of(run: Any, a: int) -> int:
    """All fighters of an actor."""
    fighters = 0
    for p in range(run.state.troops.shape[1]):
        fighters += run.state.troops[a, p]
    return fighters


@compiled
def is_at_war(run: Any, a: int) -> bool:
    """Whether an actor fights anybody."""
    enemies = 0
    for other in range(len(run.actors)):
        enemies += 1 if run.state.stance[a, other] == AT_WAR else 0
    return enemies > 0
