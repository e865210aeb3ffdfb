"""Posting of fighters who do not attack: garrisons and reserves follow the value of places and threats.

An actor wants fighters at a place that it holds in proportion to ``posture (1 + kappa threat) + mu staging``, where
``threat = enemy / (enemy + own)`` compares the strengths next to the place and ``staging`` is what attacks from there would gain
once fighters are massed: an offensive is prepared over months. At a town that it does not hold it wants them in proportion to its
share of the countryside. Besieging forces stay, and nobody leaves a garrison under attack. Each month a share (``mobile_share``) of
the difference is moved, by road between joined places only. Fighters are moved whole, and none is lost.
"""

from __future__ import annotations

from typing import Any

from model.compile import compiled
from model.dynamics.share import share_among

# equations -----------------------------------------------------------------------------------------------------------


@compiled
def outnumbered(enemy: float, own: float) -> float:
    """Threat to a place, 0-1: the enemies' part of all strength at or next to it."""
    return enemy / (enemy + own) if enemy > 0.0 else 0.0


@compiled
def fighters_wanted(presence: float, posture: float, threat: float, staging: float, rules: Any) -> float:
    """Weight of a place when fighters are posted.

    Args:
        presence: 1 for a place that is held, less for countryside.
        posture: worth of the place as a garrison.
        threat: what :func:`outnumbered` gives.
        staging: what attacks from there would gain, months of revenue.
        rules: ``run.rules.posting``.
    """
    return presence * (posture * (1.0 + rules.threat_weight * threat) + rules.staging_weight * staging)


@compiled
def mobile_share(run: Any, a: int) -> float:
    """Share of the wanted change that an actor can make in a month, with US logistics."""
    staying = (1.0 - run.rules.united_states.logistics_mobility) ** run.policy[a].logistics
    return 1.0 - (1.0 - run.actors[a].mobile_share) * staying


# process -------------------------------------------------------------------------------------------------------------


@compiled
def move_reserves(run: Any, a: int) -> None:
    """Move a share of an actor's fighters from where it has too many to where it lacks them.

    Args:
        run: the run, surveyed (:mod:`agents.armed.survey`).
        a: index of the actor.
    """
    if run.plans.garrisons[a] == 0:
        return
    count = _list_joined(run, a)
    _gauge_enemies(run, a)
    scale = _want(run, a, count)
    if scale > 0.0:
        _exchange(run, a, count, scale)


@compiled
def _list_joined(run: Any, a: int) -> int:
    """List the places where an actor has, or may want, fighters whom it can move; returns how many."""
    state, place, count = run.state, run.plans.posting.place, 0
    posted, supply, control, holder = state.troops[a], state.supply[a], state.control[a], state.holder
    attacker, isolated = state.attacker, state.isolated
    for p in range(len(holder)):
        ours = holder[p] == a
        if not (ours or posted[p] != 0 or (p < len(control) and control[p] > 0.0)):
            continue  # as most places
        if supply[p] > 0.0 and attacker[p] != a and not (ours and isolated[p] != 0):
            place[count] = p
            count += 1
    return count


@compiled
def _gauge_enemies(run: Any, a: int) -> None:
    """Strength of all enemies at or next to each place."""
    plans, stance, enemies = run.plans, run.state.stance[a], run.plans.posting.enemies
    enemies.fill(0.0)
    for other in range(len(stance)):
        if stance[other] == -1 and plans.garrisons[other] > 0:
            reach = plans.reach[other]
            for p in range(len(enemies)):
                enemies[p] += reach[p]


@compiled
def _want(run: Any, a: int, count: int) -> float:
    """How much the actor wants fighters at the places listed; returns fighters for a weight of 1, 0 if nobody can move."""
    plans, state, posting, rules = run.plans, run.state, run.plans.posting, run.rules.posting
    place, wanted, enemies, control = posting.place, posting.wanted, posting.enemies, state.control[a]
    posted, holder, posture = state.troops[a], state.holder, run.land.posture[a]
    reach, staging, total, pool = plans.reach[a], plans.staging[a], 0.0, 0
    for k in range(count):
        p = place[k]
        presence = rules.countryside_weight * control[p] if p < len(control) else 0.0
        presence = 1.0 if holder[p] == a else presence
        wanted[k] = fighters_wanted(presence, posture[p], outnumbered(enemies[p], reach[p]), staging[p], rules)
        total += wanted[k]
        pool += posted[p]
    return pool / total if total > 0.0 else 0.0


@compiled
def _exchange(run: Any, a: int, count: int, scale: float) -> None:
    """Let fighters leave where there are too many, and share them out over the places that lack some."""
    state, posting, mobile = run.state, run.plans.posting, mobile_share(run, a)
    place, wanted, leaving = posting.place, posting.wanted, posting.leaving
    posted, holder, attacker, moving, lack = state.troops[a], state.holder, state.attacker, 0, 0.0
    for k in range(count):
        p = place[k]
        excess = posted[p] - wanted[k] * scale
        wanted[k] = max(-excess, 0.0)
        lack += wanted[k]
        stays = holder[p] == a and attacker[p] >= 0
        leaving[k] = 0 if stays else int(max(excess, 0.0) * mobile)
        moving += leaving[k]
    if moving == 0 or lack <= 0.0:
        return
    for k in range(count):
        posted[place[k]] -= leaving[k]
    share_among(wanted, place, count, moving, lack, posted, posting.rest)
