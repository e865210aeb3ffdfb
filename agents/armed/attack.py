"""Attacks: the options of an armed actor, their expected value, and which it makes or joins (equation E3.4).

The worth of an attack is ``EU = p V - c - S`` in months of the actor's own revenue: ``p`` the believed chance (contest on
perceived strengths), ``V`` the worth of the place, ``c`` the cost of opening an attack or of keeping one up, the higher the scarcer
arms are, ``S`` the Chinese sanction expected.

Rent counts in ``V`` as ``H rent / (rent + R)`` over the horizon ``H``, ``R`` being the actor's revenue: the worth of a windfall
levels off. A place is also worth ``foresight`` times the best enemy place next to it that cannot be attacked at even odds as yet:
the way to the mines leads over the gate and the town before them. And it is worth ``weight_safety`` times the own place next to it
that its garrison endangers most, ``V field / (field + guard)``: whoever has taken the mines wants the gate beside them. An actor
without the fighters to hold what it has and the place too (``fighters_tied_by`` of :mod:`model.dynamics.control`) is overstretched:
it credits the place with the share for which it has them.

Each option is weighed against holding still (utility 0) by a binary quantal response (McKelvey & Palfrey 1995). None is made that
is not expected to pay: with dozens of places within reach the errors alone would otherwise send an actor against walls every month.

Allies fight together: whoever weighs an attack on a place that an ally besieges counts on the ally's strength there as well, so that
armies join where they could do nothing alone. People's Defence Forces join new attacks of their allies, too, by chance.

The error of belief about a place is ``exp(sigma (1 - known) xi)`` with ``xi`` drawn once an appraisal. Whoever fights at a place gets
to know its garrison, and forgets it again. If errors were drawn afresh every month, actors would attack by the month's draw, and no
siege would last.
"""

from __future__ import annotations

from math import exp
from typing import Any

import numpy as np

from agents.armed.survey import list_nonzero
from model import draws
from model.compile import compiled
from model.dynamics.budgets import worth_of_money
from model.dynamics.contest import chance_of_success
from model.dynamics.control import fighters_tied_by

WITHIN_REACH = 1.0
"""Strength at or next to a place from which an attack on it is weighed."""

# equations -----------------------------------------------------------------------------------------------------------


@compiled
def worth_by_itself(who: Any, rent: float, revenue: float, at_home: bool, land: Any, p: Any) -> float:
    """What a place is worth by itself: its rent, its being home, its people, headquarters.

    Args:
        who: the actor's parameters.
        rent: USD a month that its holder draws from it.
        revenue: USD a month of the actor.
        at_home: whether it is in the actor's homeland.
        land: ``run.land``.
        p: index of the place.

    Returns:
        Months of the actor's revenue.
    """
    value = who.weight_rent * worth_of_money(rent, revenue, who.horizon_months)
    value += who.weight_home * land.size[p] if at_home else 0.0
    value += who.weight_population * land.crowd[p]
    value += who.weight_headquarters if land.headquarters[p] else 0.0
    return value if at_home else value * who.ambition_abroad


@compiled
def town_worth(run: Any, a: int, town: int) -> float:
    """What a town is worth to an actor, whatever it earns there; months of its revenue."""
    return worth_by_itself(run.actors[a], 0.0, run.state.revenue[a], run.land.home[a, town], run.land, town)


@compiled
def share_held(fighters: float, needed: float) -> float:
    """0-1, share of the townships that an actor has, or would have, for which it has the fighters.

    Args:
        fighters: of the actor.
        needed: fighters that hold all of them.
    """
    return fighters / needed if needed > fighters else 1.0


@compiled
def belief_noise(run: Any, a: int) -> float:
    """Spread of an actor's errors about an enemy who is not known; US intelligence makes it smaller."""
    return run.actors[a].belief_noise * (1.0 - run.rules.united_states.intelligence_gain * run.policy[a].intelligence)


@compiled
def expected_utility(chance: float, worth: float, cost: float) -> float:
    """``p V - c - S``, months of revenue; ``cost`` is ``c + S``."""
    return chance * worth - cost


# process -------------------------------------------------------------------------------------------------------------


@compiled
def value_towns(run: Any) -> None:
    """Work out :func:`town_worth` for all, into ``run.plans.town_worth``."""
    worth = run.plans.town_worth
    for a in range(worth.shape[0]):
        for town in range(worth.shape[1]):
            worth[a, town] = town_worth(run, a, town)


@compiled
def choose_attacks(run: Any, a: int) -> None:
    """Weigh all attacks within an actor's reach and order the best that it can run in a month.

    Args:
        run: the run, surveyed (:mod:`agents.armed.survey`).
        a: index of the actor.
    """
    count = list_options(run, a)
    appraise(run, a, count)
    count = leave_out_hopeless(run, count)
    weigh(run, a, count)
    _prepare(run, a, count)
    _pick(run, a, count)


@compiled
def list_options(run: Any, a: int) -> int:
    """List the places within reach that nobody holds, or an actor that this one fights or might; returns how many."""
    plans = run.plans
    nearby, reach, hostility, holder = plans.nearby[a], plans.reach[a], plans.hostility[a], run.state.holder
    place, count = plans.options.place, 0
    for k in range(plans.nearby_count[a]):
        p = nearby[k]
        place[count] = p
        count += 1 if reach[p] >= WITHIN_REACH and hostility[holder[p] + 1] != 0.0 else 0
    return count


@compiled
def appraise(run: Any, a: int, count: int) -> None:
    """Worth of the places listed, with what lies behind, what their garrisons endanger, and how far they could be held; their cost."""
    plans, land, options, who = run.plans, run.land, run.plans.options, run.actors[a]
    place, worth, cost = options.place, options.worth, options.cost
    holder, attacker, near_start, near = run.state.holder, run.state.attacker, land.near_start, land.near
    field, guard, called, hostility, rent = plans.field, plans.guard, plans.called[a], plans.hostility[a], plans.rent
    home, revenue, sanction, dear = land.home[a], run.state.revenue[a], plans.sanction[a], plans.scarcity[a]
    cares, territory = land.beijing_cares, land.territory
    fighters, tied = float(plans.fighters[a]), plans.tied[a]
    for k in range(count):
        p = place[k]
        by = holder[p]
        enemy = field[by, p] if by >= 0 else 0.0
        beyond, danger = 0.0, 0.0
        for link in range(near_start[p], near_start[p + 1]):
            q = near[link]
            other = holder[q]
            if other == a:
                if enemy > 0.0:
                    value = worth_by_itself(who, rent[q], revenue, home[q], land, q)
                    danger = max(danger, value * (enemy / (enemy + guard[q])))
            elif other >= 0 and q != p and hostility[other + 1] == 1.0 and called[q] < guard[q]:
                beyond = max(beyond, worth_by_itself(who, rent[q], revenue, home[q], land, q))
        value = worth_by_itself(who, rent[p], revenue, home[p], land, p)
        n = territory[p]
        held = share_held(fighters, tied + (fighters_tied_by(run, a, n) if holder[n] != a else 0.0))
        worth[k] = held * (value + who.foresight * beyond + who.weight_safety * danger)
        cost[k] = dear * (who.siege_cost if attacker[p] == a else who.operation_cost) + (sanction if cares[p] else 0.0)


@compiled
def leave_out_hopeless(run: Any, count: int) -> int:
    """Keep the options that would pay if they were sure to succeed at no loss; returns how many."""
    options = run.plans.options
    place, worth, cost, kept = options.place, options.worth, options.cost, 0
    for k in range(count):
        place[kept], worth[kept], cost[kept] = place[k], worth[k], cost[k]
        kept += 1 if max(worth[k], 0.0) > cost[k] else 0
    return kept


@compiled
def strength_of_allies(run: Any, a: int, p: int) -> float:
    """Strength that an ally who besieges a place can bring up there: whoever attacks it too counts on that."""
    besieger = run.state.attacker[p]
    if besieger < 0 or besieger == a or run.state.stance[a, besieger] != 1:
        return 0.0
    return float(run.plans.called[besieger, p])


@compiled
def weigh(run: Any, a: int, count: int) -> None:
    """Believed chance and expected utility of the options, as things stand and if a full share of fighters were massed first."""
    plans, rules, options, who = run.plans, run.rules, run.plans.options, run.actors[a]
    place, known, guard, called = options.place, run.state.known[a], plans.guard, plans.called[a]
    month, me, place_key, salts = run.state.clock.month, run.land.actor_key[a], run.land.place_key, run.salts
    noise, span = belief_noise(run, a), int(who.belief_months)
    full = plans.full[a]
    for k in range(count):
        p = place[k]
        there = place_key[p]
        # Places are appraised in different months, or all would open their offensives together.
        appraisal = (month + int(there % np.uint64(span))) // span
        error = draws.normal(draws.uniform(salts.appraisal, appraisal, me, there))
        believed = guard[p] * exp(noise * (1.0 - known[p]) * error)
        beside = strength_of_allies(run, a, p)
        chance = chance_of_success(called[p] + beside, believed, rules)
        better = chance_of_success(full + beside, believed, rules) if full > called[p] else chance
        options.chance[k] = chance
        options.utility[k] = expected_utility(chance, options.worth[k], options.cost[k])
        options.massed[k] = expected_utility(better, options.worth[k], options.cost[k])


@compiled
def _prepare(run: Any, a: int, count: int) -> None:
    """Note what reserves would be massed for, and what the actor expects of a war with each other one.

    Reserves gather against those not yet fought as well: an offensive is prepared before it is declared.
    """
    options, staging, prospects = run.plans.options, run.plans.staging[a], run.plans.prospects[a]
    place, utility, massed = options.place, options.utility, options.massed
    holder, near_start, near = run.state.holder, run.land.near_start, run.land.near
    for k in range(count):
        p = place[k]
        if massed[k] > 0.0:
            for link in range(near_start[p], near_start[p + 1]):
                staging[near[link]] += massed[k]
        prospects[holder[p]] = max(prospects[holder[p]], utility[k])


@compiled
def _pick(run: Any, a: int, count: int) -> None:
    """Order the attacks that beat holding still, best gain first, up to the number that the actor can run in a month."""
    plans, who, holder, hostility = run.plans, run.actors[a], run.state.holder, run.plans.hostility[a]
    month, me, place_key, salts = run.state.clock.month, run.land.actor_key[a], run.land.place_key, run.salts
    place, utility, gains, picks = plans.options.place, plans.options.utility, plans.gain[a], plans.pick[a]
    most = min(int(who.operations_per_month), len(gains))
    for k in range(count if most > 0 else 0):
        p = place[k]
        if utility[k] <= 0.0 or hostility[holder[p] + 1] != 1.0:
            continue
        attacking = draws.gumbel(draws.uniform(salts.attack, month, me, place_key[p]))
        holding = draws.gumbel(draws.uniform(salts.hold, month, me, place_key[p]))
        _rank(who.choice_precision * utility[k] + attacking - holding, p, gains, picks, most)
    for rank in range(most):
        if gains[rank] > 0.0:
            plans.attack[a, picks[rank]] = True


@compiled
def _rank(gain: float, p: Any, gains: Any, picks: Any, most: int) -> None:
    """Enter an attack among the best so far; of equals the first stays before."""
    if gain <= gains[most - 1]:
        return
    rank = most - 1
    while rank > 0 and gains[rank - 1] < gain:
        gains[rank], picks[rank] = gains[rank - 1], picks[rank - 1]
        rank -= 1
    gains[rank], picks[rank] = gain, p


@compiled
def join_allies(run: Any, a: int) -> None:
    """A People's Defence Force joins attacks of its allies within its reach by chance.

    Args:
        run: the run; the attacks that may be joined are listed (:func:`list_orders`).
        a: index of the People's Defence Force.
    """
    plans, state, reach, hostility = run.plans, run.state, run.plans.reach[a], run.plans.hostility[a]
    chance = run.actors[a].coordination
    for k in range(plans.orders.count):
        p = plans.order_place[k]
        allied = state.stance[a, plans.order_actor[k]] == 1
        if not allied or reach[p] < WITHIN_REACH or hostility[state.holder[p] + 1] != 1.0:
            continue
        if draws.uniform(run.salts.join, state.clock.month, run.land.actor_key[a], run.land.place_key[p]) < chance:
            plans.attack[a, p] = True


@compiled
def weigh_dangers(run: Any) -> None:
    """Work out into ``plans.danger`` what the junta and every other actor that is not its ally have to fear of each other."""
    plans, state, land, junta = run.plans, run.state, run.land, run.land.junta
    plans.danger.fill(0.0)
    for a in range(len(run.actors)):
        for k in range(plans.nearby_count[a]):
            p = plans.nearby[a, k]
            by = state.holder[p]
            if by < 0 or by == a or (junta != a and junta != by) or state.stance[a, by] == 1:
                continue
            chance = chance_of_success(plans.called[a, p], plans.guard[p], run.rules)
            worth = worth_by_itself(run.actors[by], plans.rent[p], state.revenue[by], land.home[by, p], land, p)
            plans.danger[by, a] = max(plans.danger[by, a], chance * worth)


@compiled
def list_orders(run: Any) -> None:
    """List the attacks that actors make, actor by actor, place by place: ``order_actor``, ``order_place``, ``orders.count``."""
    plans = run.plans
    actors, places, count = plans.order_actor, plans.order_place, 0
    for a in range(len(plans.attack)):
        found = list_nonzero(plans.attack[a], plans.options.place)
        for k in range(found):
            actors[count], places[count] = a, plans.options.place[k]
            count += 1
    plans.orders.count = count
