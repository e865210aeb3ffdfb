"""One kernel for the fights of a month: it runs the stages of :mod:`model.dynamics.combat` one after another.

The stages are kernels of :mod:`model.kernels.fights`; tuples of arrays are in the order of
:func:`model.dynamics.combat.arrays_of_war`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.kernels import books, fights, forces, hashing, kernel, land, sums
from model.kernels.bound import Bound, note_rows
from model.kernels.loops import EXPIT, LOGIT, NDTRI, Loops, apply, raise_to

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Keys = NDArray[np.uint64]


@kernel
def _strengths(
    loops: Loops,
    rules: Any,
    war: tuple[Any, ...],
    actors: Ints,
    sides: tuple[Any, ...],
    worth: Floats,
    air: Floats,
    wall: Floats,
) -> tuple[Floats, Floats]:
    """(2 L,) strengths of attackers, and of defenders behind posts and behind walls."""
    troops, supply, holder = war[0], war[1], war[2]
    places, _, fighting, column = sides
    factor = np.empty(len(actors))
    for k in range(len(actors)):
        factor[k] = supply[actors[k], places[column[k]]]
    raise_to(loops, factor, rules.supply_exponent, factor)
    values = (rules.defence_without_supply, rules.air, rules.post)
    given = (actors, column, factor, fighting)
    attack, defence = fights.strengths(troops, supply, given, worth, places, holder, air, wall, values)
    if len(places) == 1:  # NumPy sums a single column in another order than several
        place, alone = places[0], supply[:, places[0]].copy()
        raise_to(loops, alone, rules.supply_exponent, alone)
        for actor in range(len(alone)):
            here = troops[actor, place] if fighting[actor, 0] else 0
            alone[actor] = here * worth[actor] * alone[actor]
        attack[:] = sums.pairwise(alone, 0, len(alone)) * (1 + (rules.air - 1) * air[0, place])
    return attack, defence


@kernel
def resolve(
    loops: Loops,
    table: Any,
    draws: tuple[Any, ...],
    ground: tuple[Any, ...],
    war: tuple[Any, ...],
    tally: tuple[Ints, Ints, Ints],
    orders: tuple[Ints, Ints],
    worth: Floats,
    assaults: Floats,
    air: Floats,
) -> tuple[Ints, Ints, Ints, Bools, Bools]:
    """Fight out all attacks of a month at once; see :func:`model.dynamics.combat.resolve`.

    Returns:
        (L,) places, who led the attack, who held the place, whether it fell, and whether a siege began.
    """
    rules = table[0]
    salts, month, actor_keys, place_keys = draws
    is_town, wall, territory = ground[2], ground[3], ground[4]
    troops, supply, holder, attacker, stance, urban, quiet, besieged, isolated, posts, posts_full = war[:11]
    dead, deaths, posts_taken = tally
    places, leader, fighting, column = fights.sides(troops, stance, *orders)
    sides = (places, leader, fighting, column)
    attack, defence = _strengths(loops, rules, war, orders[0], sides, worth, air, wall)
    chances, count = fights.chances(loops, attack, defence, rules), len(places)
    chance, keys, defender = chances[count:].copy(), place_keys[places], holder[places]
    u = hashing.uniform1(salts[0], month, keys)
    won = hashing.binomial(loops, u, fights.tries_of(fighting, assaults), chances[:count])
    xi = hashing.uniform1(salts[1], month, keys)
    apply(loops, NDTRI, xi, xi)
    speeds = (rules.urban_start, rules.urban_drift, rules.site_speed, rules.urban_noise)
    state = (stance, posts, posts_full, attacker, besieged, urban, posts_taken)
    gone, step = fights.press(places, leader, won, chance, xi, is_town, *state, speeds)
    apply(loops, LOGIT, gone, gone)
    gone += step
    apply(loops, EXPIT, gone, gone)
    garrisons = (troops, supply, isolated, fighting, places, holder, chance)
    rates = (rules.attacker_loss, rules.defender_loss, rules.isolation_loss)
    actor, place, rate = fights.loss_rates(*garrisons, rates)
    here = np.empty(len(actor), np.int64)
    for k in range(len(actor)):
        here[k] = troops[actor[k], place[k]]
    killed = hashing.draw_binomial(loops, salts[2], month, actor_keys[actor], place_keys[place], here, rate)
    fights.bury(actor, place, killed, territory, troops, dead, deaths)
    fights.settle(places, leader, gone, attacker, urban, quiet, posts, posts_full, rules.posts_rebuilt)
    fallen, begun = np.empty(count, np.bool_), np.empty(count, np.bool_)
    for at in range(count):
        fallen[at] = gone[at] >= rules.urban_fallen or chance[at] >= 1.0
        begun[at] = besieged[places[at]] == rules.siege_months and not fallen[at]
    return places, leader, defender, fallen, begun


@kernel
def _rout(
    loops: Loops,
    rules: Any,
    draws: tuple[Any, ...],
    near: tuple[Ints, Ints],
    war: tuple[Any, ...],
    books: tuple[Any, ...],
    where: tuple[int, int, int],
) -> None:
    """A garrison flees, is captured, or scatters; see ``model.dynamics.combat._rout``."""
    salts, month, actor_keys, place_keys = draws
    troops, holder = war[0], war[2]
    arms, captured_of, lost, gained = books
    place, winner, loser = where
    garrison = troops[loser, place]
    refuge, fighters = fights.refuge(troops, holder, *near, place, loser)
    share = np.full(1, 1.0 if refuge < 0 else rules.captured_share)
    keys = (actor_keys[loser : loser + 1], place_keys[place : place + 1])
    captured = hashing.draw_binomial(loops, salts[3], month, keys[0], keys[1], np.full(1, garrison), share)[0]
    taken = arms[loser] * captured / max(fighters, 1)
    troops[loser, place] = 0
    if refuge >= 0:
        troops[loser, refuge] += garrison - captured
    captured_of[loser] += captured
    arms[loser] -= taken
    lost[loser] += taken
    arms[winner] += taken * rules.captured_arms
    gained[winner] += taken * rules.captured_arms


@kernel
def take(
    loops: Loops,
    table: Any,
    draws: tuple[Any, ...],
    ground: tuple[Any, ...],
    war: tuple[Any, ...],
    books: tuple[Any, ...],
    counts: tuple[Ints, Floats],
    fight: tuple[Ints, Ints, Ints, Bools],
) -> int:
    """Hand fallen places to those who took them; see :func:`model.dynamics.combat.take`. Returns the towns that changed hands.

    Args:
        loops: addresses of NumPy's own loops.
        table: the rules.
        draws: salts, month, keys.
        ground: static arrays.
        war: the state.
        books: (F,) arms, captured, arms lost, arms gained.
        counts: (F,) posts taken, towns lost in a year.
        fight: (L,) places, winners, losers, whether they fell.
    """
    rules, towns = table[0], 0
    _, _, holder, attacker, _, urban, quiet, besieged, isolated, posts, posts_full = war[:11]
    posts_taken, towns_lost = counts
    for row in range(len(fight[0])):
        if not fight[3][row]:
            continue
        place, winner, loser = fight[0][row], fight[1][row], fight[2][row]
        if loser >= 0:
            _rout(loops, rules, draws, (ground[0], ground[1]), war, books, (place, winner, loser))
        posts_taken[winner] += posts[place]
        holder[place], attacker[place] = winner, -1
        besieged[place], urban[place], quiet[place], isolated[place] = 0, 0.0, 0, 0
        posts[place] = int(rules.posts_on_capture * posts_full[place])
        if ground[2][place]:
            towns += 1
            towns_lost[winner] -= 1
            if loser >= 0:
                towns_lost[loser] += 1
    return towns


@kernel
def _still(orders: tuple[Ints, Ints], holder: Ints, stance: Ints, barred: Bools) -> tuple[Ints, Ints]:
    """The orders against those who are enemies by now, but for (P,) places that are barred."""
    actor, place = orders
    keep = np.empty(len(actor), np.bool_)
    for k in range(len(actor)):
        by = holder[place[k]]
        keep[k] = (by < 0 or stance[actor[k], by] == -1) and not barred[place[k]]
    return actor[keep], place[keep]


@kernel
def fight(
    bound: Bound, month: int, actor: Ints, place: Ints, spare: Floats, barred: Bools, weather: float, denial: Floats
) -> tuple[int, int, int, int]:
    """Everything that :func:`model.phases.war.fight` does in NumPy.

    Args:
        bound: what :class:`model.compiled.war.War` binds: addresses of NumPy's loops; rules of war and of control; salts of
            posts, siege, losses, captured; keys of actors and places; ground (neighbours, is_town, walls, territory); the
            state of the war in the order of :func:`model.dynamics.combat.arrays_of_war`, then known, towns_lost_year; (F,)
            arms, training, recognition, share of the upkeep paid; tally (dead, deaths, posts_taken, captured, arms_lost,
            arms_gained, air_fights); (F,) effectiveness, assaults, forgetting, aircraft's fights in a month; (F, N) consent,
            (F + 1, N) control, (N,) fighters to hold a township; and what is written: (3, P) places, who led the attack, who
            held the place; (2, P) whether it fell, whether a siege began; (P, 2) sieges that ended.
        month: month of the run.
        actor: (K,) who attacks.
        place: (K,) what.
        spare: (F, P) share of fighters that attacks draw on.
        barred: (P,) places whose holder the record decides.
        weather: what it leaves of the aircraft's fights, 0-1.
        denial: (F,) 0-1, how far aircraft are kept away.

    Returns:
        How many places were fought for, how many sieges ended, number of operations, towns that changed hands.
    """
    loops, tables, salts, keys, ground, war, means, tally, profile, people, out = bound.values
    draws, rules, months = (salts, month, *keys), tables[0][0], int(tables[0][0].siege_months)
    troops, _, holder, attacker, stance, urban, quiet, besieged, _, _, _, known, towns_lost = war
    dead, deaths, posts_taken, captured, lost, gained, air_fights = tally
    actor, place = _still((actor, place), holder, stance, barred)
    forces.gather(troops, ground[0], ground[1], actor, place, spare)
    air = fights.air_support(profile[3] * weather, place, actor, holder[place], denial, troops)
    fights.count_flights(air_fights, air, place, ground[4])
    worth = fights.worth_of_fighters(loops, books.fighters(troops), means, profile[0], rules)
    given = (loops, tables[0], draws, ground, war)
    result = resolve(*given, (dead, deaths, posts_taken), (actor, place), worth, profile[1], air)
    fights.expend(troops, (actor, place), (result[0], result[2]), means[0], lost, rules.arms_spent)
    fights.learn(known, actor, place, profile[2])
    towns = take(*given, (means[0], captured, lost, gained), (posts_taken, towns_lost), result[:4])
    over = fights.lift(attacker, holder, stance, quiet, besieged, urban, rules.urban_saved, months)
    people[1][:] = land.relax(loops, tables[1], (troops, war[1], holder, besieged), ground[4], people)
    count, (sides, ends, ended) = len(result[0]), out
    sides[0, :count], sides[1, :count], sides[2, :count] = result[0], result[1], result[2]
    ends[0, :count], ends[1, :count] = result[3], result[4]
    return count, note_rows(over, ended), len(actor), towns
