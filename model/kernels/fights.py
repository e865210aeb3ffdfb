"""Kernels of fights: who fights where, what it comes to, who is lost; see :mod:`model.dynamics.combat`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.kernels import kernel
from model.kernels.loops import EXP, Loops, apply, raise_to
from model.kernels.sums import first_served

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@kernel
def chances(loops: Loops, attack: Floats, defence: Floats, rules: Any) -> Floats:
    """(K,) chances that attackers succeed; see :func:`model.dynamics.contest.success`.

    Args:
        loops: addresses of NumPy's own loops.
        attack: (K,) strengths.
        defence: (K,) strengths.
        rules: ``decisiveness`` and ``difference``, whether the contest is of that form.
    """
    out, steepness = np.empty(len(attack)), -2 * rules.decisiveness
    for k in range(len(attack)):
        total = attack[k] + defence[k]
        share = attack[k] / total if total > 0 else 0.0
        if rules.difference:
            out[k] = steepness * (2 * share - 1)
        else:
            out[k] = (1 - share) / share if share > 0 else np.inf
    if rules.difference:
        apply(loops, EXP, out, out)
    else:
        raise_to(loops, out, rules.decisiveness, out)
    for k in range(len(attack)):
        out[k] = 1 / (1 + out[k])
        if rules.difference and not (attack[k] > 0 and attack[k] / (attack[k] + defence[k]) < 1):
            out[k] = 1.0 if attack[k] > 0 else 0.0
    return out


@kernel
def worth_of_fighters(
    loops: Loops, fighters: Ints, means: tuple[Floats, Floats, Floats, Floats], effectiveness: Floats, rules: Any
) -> Floats:
    """(F,) worth of one fighter of each actor; see :func:`model.dynamics.contest.fighter_worth`.

    Args:
        loops: addresses of NumPy's own loops.
        fighters: (F,) of each.
        means: (F,) arms, training, recognition, share of the upkeep that was paid.
        effectiveness: (F,) of each actor.
        rules: ``arms_exponent, recognition_morale, unpaid_morale``.
    """
    arms, training, recognition, paid = means
    out = np.empty(len(fighters))
    for actor in range(len(out)):
        out[actor] = min(arms[actor] / max(fighters[actor], 1), 1.0)
    raise_to(loops, out, rules.arms_exponent, out)
    for actor in range(len(out)):
        morale = 1 + rules.recognition_morale * recognition[actor] - rules.unpaid_morale * (1 - paid[actor])
        out[actor] = effectiveness[actor] * (1 + training[actor]) * out[actor] * morale
    return out


@kernel
def sides(troops: Ints, stance: Ints, actors: Ints, targets: Ints) -> tuple[Ints, Ints, Bools, Ints]:
    """(L,) places attacked, (L,) who leads each attack, (F, L) who fights in it, and (K,) which of them each one is.

    Args:
        troops: (F, P) fighters.
        stance: (F, F) 1 for allies.
        actors: (K,) who attacks, in ascending order.
        targets: (K,) what place.
    """
    forces, places = troops.shape
    leader_of = np.full(places, -1)
    for k in range(len(actors)):
        actor, place = actors[k], targets[k]
        before = leader_of[place]
        if before < 0 or troops[actor, place] > troops[before, place]:
            leader_of[place] = actor
    count = 0
    column = np.empty(places, np.int64)
    for place in range(places):
        if leader_of[place] >= 0:
            column[place] = count
            count += 1
    where, leader, fighting = np.empty(count, np.int64), np.empty(count, np.int64), np.zeros((forces, count), np.bool_)
    for place in range(places):
        if leader_of[place] >= 0:
            where[column[place]], leader[column[place]] = place, leader_of[place]
    at = np.empty(len(actors), np.int64)
    for k in range(len(actors)):
        at[k] = column[targets[k]]
        fighting[actors[k], at[k]] = stance[leader[at[k]], actors[k]] == 1
    return where, leader, fighting, at


@kernel
def strengths(
    troops: Ints,
    supply: Floats,
    fighting: tuple[Ints, Ints, Floats, Bools],
    worth: Floats,
    places: Ints,
    holder: Ints,
    air: Floats,
    walls: Floats,
    values: tuple[float, float, float],
) -> tuple[Floats, Floats]:
    """(2 L,) strengths of attackers, and of defenders behind posts (the first half) and behind walls (the second).

    Args:
        troops: (F, P) fighters.
        supply: (F, P) 0-1.
        fighting: (K,) who attacks, in ascending order, (K,) which place, (K,) factor of supply, (F, L) who fights in it.
        worth: (F,) of one fighter.
        places: (L,) places attacked.
        holder: (P,) who holds each place.
        air: (2, P) 0-1, air support of attacker and defender.
        walls: (P,) factor of fortification.
        values: strength of a defence without supply, factor of aircraft, factor of posts.
    """
    floor, by_air, by_posts = values
    count = len(places)
    attack, defence = np.zeros(2 * count), np.zeros(2 * count)
    actors, column, factor, part = fighting
    for k in range(len(actors)):
        actor, at = actors[k], column[k]
        if part[actor, at]:
            attack[at] += troops[actor, places[at]] * worth[actor] * factor[k]
    for at in range(count):
        place = places[at]
        actor = holder[place]
        guard = 0.0
        if actor >= 0:
            guard = troops[actor, place] * worth[actor] * (floor + (1 - floor) * supply[actor, place])
        attack[at] = attack[at] * (1 + (by_air - 1) * air[0, place])
        attack[count + at] = attack[at]
        guard = guard * (1 + (by_air - 1) * air[1, place])
        defence[at] = guard * by_posts
        defence[count + at] = guard * walls[place]
    return attack, defence


@kernel
def tries_of(fighting: Bools, assaults: Floats) -> Floats:
    """(L,) assaults that all who fight at each place make."""
    out = np.zeros(fighting.shape[1])
    for actor in range(len(fighting)):
        for at in range(len(out)):
            if fighting[actor, at]:
                out[at] += assaults[actor]
    return out


@kernel
def press(
    places: Ints,
    leader: Ints,
    won: Ints,
    chance: Floats,
    xi: Floats,
    is_town: Bools,
    stance: Ints,
    posts: Ints,
    posts_full: Ints,
    attacker: Ints,
    besieged: Ints,
    urban: Floats,
    posts_taken: Ints,
    values: tuple[float, float, float, float],
) -> tuple[Floats, Floats]:
    """Take ``won`` posts, count the months of sieges; returns (L,) how far each fall has gone, and its step in log odds.

    Args:
        places: (L,) places attacked.
        leader: (L,) who leads each attack.
        won: (L,) posts won, if there are as many.
        chance: (L,) of success against the place.
        xi: (L,) standard normals.
        is_town: (P,) whether it is a town.
        stance: (F, F) an ally who takes the lead goes on with the siege.
        posts: (P,) changes.
        posts_full: (P,) posts of a place in peace.
        attacker: (P,) who has attacked it up to now.
        besieged: (P,) changes.
        urban: (P,) how far its fall has gone.
        posts_taken: (F,) changes.
        values: ``urban_start, urban_drift, site_speed, urban_noise``.
    """
    begin, drift, at_sites, noise = values
    gone, step = np.empty(len(places)), np.empty(len(places))
    for at in range(len(places)):
        place = places[at]
        taken = min(won[at], posts[place])
        posts[place] -= taken
        posts_taken[leader[at]] += taken
        if attacker[place] < 0 or stance[attacker[place], leader[at]] != 1:
            besieged[place] = 0
        if 2 * posts[place] <= posts_full[place]:
            besieged[place] += 1
        u = begin if attacker[place] < 0 else max(urban[place], 1e-3)
        exposed = 1 - posts[place] / max(posts_full[place], 1) if posts_full[place] > 0 else 1.0
        exposed = min(max(exposed, 0.0), 1.0)
        speed = drift * (1.0 if is_town[place] else at_sites)
        step[at] = exposed * 4 * speed * (2 * chance[at] - 1) + math.sqrt(exposed) * noise * xi[at]
        gone[at] = min(max(u, 0.02), 0.98)
    return gone, step


@kernel
def loss_rates(
    troops: Ints,
    supply: Floats,
    isolated: Ints,
    fighting: Bools,
    places: Ints,
    holder: Ints,
    chance: Floats,
    values: tuple[float, float, float],
) -> tuple[Ints, Ints, Floats]:
    """(E,) who may lose fighters, where, and at what rate; ordered by actor, then place.

    Args:
        troops: (F, P) fighters.
        supply: (F, P) 0-1.
        isolated: (P,) months for which the garrison has been cut off.
        fighting: (F, L) who attacks.
        places: (L,) places attacked.
        holder: (P,) who holds each place.
        chance: (L,) of success against the place.
        values: ``attacker_loss, defender_loss, isolation_loss``.
    """
    by_attack, by_defence, by_hunger = values
    forces, count = fighting.shape
    of_attackers, of_defenders, hungry = np.empty(count), np.empty(count), np.empty(count, np.bool_)
    for at in range(count):
        place, attackers, defenders = places[at], 0, 0
        for actor in range(forces):
            if fighting[actor, at]:
                attackers += troops[actor, place]
        if holder[place] >= 0:
            defenders = troops[holder[place], place]
        engaged = min(attackers, defenders)
        of_attackers[at] = by_attack * (2 - chance[at]) * engaged / max(attackers, 1)
        of_defenders[at] = by_defence * (0.5 + chance[at]) * engaged / max(defenders, 1)
        hungry[at] = isolated[place] > 0 and attackers > 0
    size = forces * count
    actors, where, rates = np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size)
    found = 0
    for actor in range(forces):
        for at in range(count):
            place = places[at]
            rate = of_attackers[at] if fighting[actor, at] else 0.0
            if holder[place] == actor:
                starving = by_hunger * (1 - supply[actor, place]) if hungry[at] else 0.0
                rate += of_defenders[at] + starving
            if rate > 0 and troops[actor, place] > 0:
                actors[found], where[found], rates[found] = actor, place, rate
                found += 1
    return actors[:found].copy(), where[:found].copy(), rates[:found].copy()


@kernel
def air_support(budget: Floats, fights: Ints, attacker: Ints, defender: Ints, denial: Floats, troops: Ints) -> Floats:
    """(2, P) air support of attacker and defender; see :func:`agents.armed.actor.air_support`."""
    support, share = np.zeros((2, troops.shape[1])), np.empty(troops.shape[1])
    places, seen = np.empty(len(fights), np.int64), np.empty(troops.shape[1], np.bool_)
    for actor in range(len(budget)):
        if budget[actor] <= 0:
            continue
        count = 0
        seen[:] = False
        for k in range(len(fights)):
            if (attacker[k] == actor or defender[k] == actor) and not seen[fights[k]]:
                seen[fights[k]] = True
                places[count] = fights[k]
                count += 1
        first_served(troops[actor], places[:count], budget[actor], share)
        for k in range(len(fights)):
            if defender[k] == actor:
                support[1, fights[k]] = share[fights[k]]
        for k in range(len(fights)):
            place = fights[k]
            if attacker[k] == actor:
                support[0, place] = share[place] * (1 - (denial[defender[k]] if defender[k] >= 0 else 0.0))
            if defender[k] == actor:
                support[1, place] = min(support[1, place], share[place] * (1 - denial[attacker[k]]))
    return support


@kernel
def lift(
    attacker: Ints, holder: Ints, stance: Ints, quiet: Ints, besieged: Ints, urban: Floats, saved: float, months: int
) -> Ints:
    """End attacks, see :func:`model.dynamics.combat.lift_sieges`; returns (S, 2) places that were besieged, and by whom."""
    out, count = np.empty((len(attacker), 2), np.int64), 0
    for place in range(len(attacker)):
        if attacker[place] < 0:
            continue
        peace = holder[place] >= 0 and stance[attacker[place], holder[place]] != -1
        left = quiet[place] >= 2 or (quiet[place] > 0 and urban[place] <= saved)
        if left or peace:
            if besieged[place] >= months:
                out[count, 0], out[count, 1] = place, attacker[place]
                count += 1
            attacker[place], besieged[place], urban[place], quiet[place] = -1, 0, 0.0, 0
    return out[:count].copy()


@kernel
def refuge(troops: Ints, holder: Ints, start: Ints, end: Ints, place: int, loser: int) -> tuple[int, int]:
    """Where a garrison flees to: the place next to it with most fighters of its own (-1 none); all fighters of the actor."""
    best, fighters = -1, 0
    for k in range(start[place], start[place + 1]):
        near = end[k]
        if near != place and holder[near] == loser and (best < 0 or troops[loser, near] > troops[loser, best]):
            best = near
    for where in range(troops.shape[1]):
        fighters += troops[loser, where]
    return best, fighters


@kernel
def bury(actors: Ints, places: Ints, killed: Ints, territory: Ints, troops: Ints, dead: Ints, deaths: Ints) -> None:
    """Take ``killed`` (E,) of actors at places out of ``troops``, and count them by actor and by territory."""
    for k in range(len(killed)):
        troops[actors[k], places[k]] -= killed[k]
        dead[actors[k]] += killed[k]
        deaths[territory[places[k]]] += killed[k]


@kernel
def settle(
    places: Ints,
    leader: Ints,
    gone: Floats,
    attacker: Ints,
    urban: Floats,
    quiet: Ints,
    posts: Ints,
    posts_full: Ints,
    rebuilt: float,
) -> None:
    """Write down how far the fall of attacked places has gone; sieges that nobody presses ease, posts are rebuilt."""
    attacked = np.zeros(len(attacker), np.bool_)
    for at in range(len(places)):
        place = places[at]
        attacked[place] = True
        urban[place], attacker[place], quiet[place] = gone[at], leader[at], 0
    for place in range(len(attacker)):
        if attacked[place]:
            continue
        if attacker[place] >= 0:
            urban[place] *= 0.5
            quiet[place] += 1
        else:
            posts[place] += math.ceil(rebuilt * max(posts_full[place] - posts[place], 0))


@kernel
def count_flights(air_fights: Floats, air: Floats, fights: Ints, territory: Ints) -> None:
    """Raise (N,) ``air_fights`` to the sorties flown to fights there; see :func:`agents.armed.actor.count_flights`."""
    for k in range(len(fights)):
        where = territory[fights[k]]
        air_fights[where] = max(air_fights[where], air[0, fights[k]], air[1, fights[k]])


@kernel
def learn(known: Floats, actors: Ints, places: Ints, forgetting: Floats) -> None:
    """Those who attack (K,) places know their garrisons, others forget; see :func:`model.dynamics.combat.learn`."""
    for actor in range(len(known)):
        keep = 1 - forgetting[actor]
        for place in range(known.shape[1]):
            known[actor, place] *= keep
    for k in range(len(actors)):
        known[actors[k], places[k]] = 1.0


@kernel
def expend(
    troops: Ints, orders: tuple[Ints, Ints], held: tuple[Ints, Ints], arms: Floats, lost: Floats, spent: float
) -> None:
    """Use up (F,) ``arms`` in proportion to fighters in fights; see :func:`model.dynamics.combat.expend`.

    Args:
        troops: (F, P) fighters.
        orders: (K,) who attacks, (K,) what place.
        held: (L,) places attacked, (L,) who holds each.
        arms: (F,) changes.
        lost: (F,) changes.
        spent: share of the arms of fighters in a fight that a month uses up.
    """
    fighting = np.zeros(len(arms), np.int64)
    for k in range(len(orders[0])):
        fighting[orders[0][k]] += troops[orders[0][k], orders[1][k]]
    for at in range(len(held[0])):
        if held[1][at] >= 0:
            fighting[held[1][at]] += troops[held[1][at], held[0][at]]
    for actor in range(len(arms)):
        used = spent * arms[actor] * fighting[actor] / max(troops[actor].sum(), 1)
        arms[actor] -= used
        lost[actor] += used
