"""Sorties: an armed actor's aircraft fly first to the battles with most of its fighters, at most one full sortie per battle.

Support of a fight is ``min(max(b - r, 0), 1)``, with ``b`` the fights that the actor's aircraft can support this month
(no more than it can pay for) and ``r`` its fights with more of its fighters. Patrols that deny it the air
over the other side keep a share of them away, ``1 - (1 - s)^level`` with ``s`` the share at level 1: each patrol meets what others have
let through. Every sortie is paid for, whether it gets through or not.
"""

from __future__ import annotations

from typing import Any

from model.compile import compiled
from model.dynamics.budgets import flights_paid_for
from model.dynamics.front import ATTACK, DEFENCE

# equations -----------------------------------------------------------------------------------------------------------


@compiled
def kept_away(level: float, us: Any) -> float:
    """Share of aircraft that patrols at a level keep away, 0-1."""
    return 1.0 - (1.0 - us.air_denial_share) ** level


# process -------------------------------------------------------------------------------------------------------------


@compiled
def allot_sorties(run: Any, a: int) -> None:
    """Allot an actor's sorties to the fights of most of its fighters.

    Args:
        run: fighters have gathered, and ``battles`` lists the places fought for; ``front.air`` and ``tally.air_usd`` change.
        a: the actor.
    """
    budget = sorties_paid_for(run, a)
    if budget <= 0.0:
        return
    for at in range(run.battles.result.count):
        p, defender = run.battles.place[at], run.battles.defender[at]
        if defender != a and not attacks(run, a, p):
            continue
        share = min(max(budget - larger_fights(run, a, p), 0.0), 1.0)
        run.state.tally.air_usd[a] += share * run.rules.budgets.sortie_usd
        if defender == a:
            run.front.air[DEFENCE, p] = share * (1.0 - denial_by_attackers(run, p))
        else:
            level = run.policy[defender].air_denial if defender >= 0 else 0.0
            run.front.air[ATTACK, p] = share * (1.0 - kept_away(level, run.rules.united_states))


@compiled
def sorties_paid_for(run: Any, a: int) -> float:
    """Fights that an actor's aircraft can support this month: what weather and money allow."""
    able = run.actors[a].air_support
    left = run.state.treasury[a] - run.state.tally.air_usd[a]
    return flights_paid_for(able, left, run.rules.budgets.sortie_usd)


@compiled
def attacks(run: Any, a: int, p: int) -> bool:
    """Whether an actor attacks a place."""
    k = run.front.first[p]
    while k >= 0:
        if run.plans.order_actor[k] == a:
            return True
        k = run.front.following[k]
    return False


@compiled
def larger_fights(run: Any, a: int, p: int) -> int:
    """Fights of an actor with more of its fighters than at a place; of equal ones the first place counts as larger."""
    troops, battles, larger = run.state.troops, run.battles, 0
    for at in range(battles.result.count):
        q = battles.place[at]
        if battles.defender[at] == a or attacks(run, a, q):
            larger += 1 if troops[a, q] > troops[a, p] or (troops[a, q] == troops[a, p] and q < p) else 0
    return larger


@compiled
def denial_by_attackers(run: Any, p: int) -> float:
    """How far aircraft are kept from helping the defenders of a place, 0-1: by whichever attacker does it best."""
    level, k = 0.0, run.front.first[p]
    while k >= 0:
        level = max(level, run.policy[run.plans.order_actor[k]].air_denial)
        k = run.front.following[k]
    return kept_away(level, run.rules.united_states)
