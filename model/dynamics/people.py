"""People: services, consent, volunteers, conscripts, deserters.

State: persons under control ``n``, services ``q`` and consent ``L`` of each actor in each township. Services relax towards the
level that is paid for where the actor has enough of the countryside, ``q <- q + r (level min(c / c*, 1) - q)``; consent towards
``b + g q - h harm`` with ``b`` higher at home (RebeLand's loop of issue, service, satisfaction and legitimacy:
Cioffi-Revilla & Rouleau 2010). Volunteers come in proportion to the force and consent and level off at a cap: leaders and
arms bind, not money (finding 5 of the facts)::

    manpower = max(fighters at the start, share of the homeland's people)
    gained = fighters at the start / homeland's people * max(people under control - those at the start, 0)
    room = min(max(fade (1 - fighters / cap), 0), 1) min(arms / usual, 1)
    recruits = (rate (manpower + gained) consent / normal + conscripts min(n / n at the start, 2)) room

The cap is a factor on the fighters of the start, or the manpower, whichever is more, so that forces can form where there were
none; it grows by the same factor on those whom newly won people yield, at the density of the homeland: who wins, grows. Who has fewer
arms than as many fighters had at the start takes in fewer in that proportion: nobody recruits whom it cannot arm.
Desertion grows with unpaid upkeep. All in whole persons. Rates are assumed unless a source is given.
"""

from __future__ import annotations

from math import floor
from typing import Any

import numpy as np

from model import draws
from model.compile import compiled
from model.dynamics.contest import share_armed
from model.dynamics.front import is_at_war
from model.dynamics.share import share_among
from model.parameters import ParameterTable, parameter


class PeopleParameters(ParameterTable):
    """Services, consent and manpower."""

    services_rate: float = parameter(0.1, low=0.01, high=0.5, unit="1/month")
    """Speed at which services adjust to spending."""
    consent_rate: float = parameter(0.05, low=0.01, high=0.3, unit="1/month")
    """Speed of adjustment of consent and hope."""
    consent_home: float = parameter(0.6, low=0.0, high=1.0, unit="0-1")
    """Consent in the homeland without services or harm."""
    consent_abroad: float = parameter(0.3, low=0.0, high=1.0, unit="0-1")
    """Consent elsewhere without services or harm."""
    consent_coup: float = parameter(0.35, low=0.0, high=1.0, unit="0-1")
    """Consent to a central government installed by a coup."""
    consent_services: float = parameter(0.3, low=0.0, high=1.0, unit="0-1")
    """Gain of consent from full services. Source: assumed; article S10."""
    consent_harm: float = parameter(0.3, low=0.0, high=1.0, unit="0-1")
    """Loss of consent to an actor where its aircraft attack. Source: assumed; Bennett 2008, Schutte 2015."""
    cap_fade: float = parameter(3.0, low=1.0, high=20.0, unit="x", off=20.0)
    """Steepness with which recruitment fades near the cap: unrestricted until 1 divided by this value of the cap is
    left. Source: assumed: a third of the cap left."""
    unpaid_desertion: float = parameter(0.03, low=0.0, high=0.2, unit="1/month")
    """Additional desertion when no pay is given."""


# equations ------------------------------------------------------------------------------------------------------------


@compiled
def services_paid_for(usd: float, people: float, full_cost: float) -> float:
    """0-1, level of services that spending gives."""
    return min(usd / max(people, 1.0) / full_cost, 1.0)


@compiled
def services_delivered(level: float, control: float, enough: float) -> float:
    """0-1, services that come to rest at a level of spending: in full where the actor has enough of the countryside."""
    return level * min(control / enough, 1.0)


@compiled
def consent_at_rest(base: float, services: float, harm: float, rules: Any) -> float:
    """0-1, consent under steady services and harm (0-1)."""
    return min(max(base + rules.consent_services * services - rules.consent_harm * harm, 0.0), 1.0)


@compiled
def manpower(who: Any, at_start: float, homeland: float) -> float:
    """Persons on whom the rate of volunteers is counted."""
    return max(at_start, who.mobilised_share * homeland)


@compiled
def manpower_gained(at_start: float, homeland: float, people: float, people_at_start: float) -> float:
    """Persons whom newly won people add to the manpower, at the density of fighters in the homeland at the start.

    Args:
        at_start: fighters at the start.
        homeland: persons who live in the homeland.
        people: persons under control.
        people_at_start: the same at the start.
    """
    return at_start / homeland * max(people - people_at_start, 0.0) if homeland > 0.0 else 0.0


@compiled
def room_for_recruits(fighters: int, cap: float, rules: Any) -> float:
    """0-1, how far a force can grow: in full until it nears its cap."""
    return min(max(rules.cap_fade * (1.0 - fighters / max(cap, 1.0)), 0.0), 1.0)


@compiled
def reach_of_conscription(people: float, at_start: float) -> float:
    """People under control over those of the start, at most 2."""
    return min(people / max(at_start, 1.0), 2.0)


@compiled
def desertion(who: Any, paid: float, rules: Any) -> float:
    """Share of the fighters that desert in a month.

    Args:
        who: the actor's parameters.
        paid: share of the upkeep that was paid.
        rules: ``rules.people``.
    """
    return who.desertion_rate + rules.unpaid_desertion * (1.0 - paid)


# sums over the people under an actor's control -----------------------------------------------------------------------


@compiled
def controlled(run: Any, a: int) -> float:
    """Persons under an actor's control."""
    shares, population, total = run.state.control[a], run.land.population, 0.0
    for n in range(len(population)):
        if shares[n] > 0.0:
            total += shares[n] * population[n]
    return total


@compiled
def weighted(run: Any, a: int, weights: Any) -> float:
    """The same, weighted by (N,) numbers of the territories."""
    shares, population, total = run.state.control[a], run.land.population, 0.0
    for n in range(len(population)):
        if shares[n] > 0.0:
            total += shares[n] * population[n] * weights[n]
    return total


@compiled
def consenting(run: Any, a: int) -> float:
    """The same, weighted by their consent."""
    return weighted(run, a, run.state.legitimacy[a])


@compiled
def served(run: Any, a: int) -> float:
    """The same, weighted by the services they get."""
    return weighted(run, a, run.state.services[a])


# process --------------------------------------------------------------------------------------------------------------


@compiled
def count_people(run: Any) -> None:
    """Write down the persons under each actor's control."""
    for a in range(len(run.actors)):
        run.state.people[a] = controlled(run, a)


@compiled
def begin_consent(run: Any) -> None:
    """Set consent to what it is without services, harm or news."""
    for a in range(len(run.actors)):
        for n in range(len(run.land.population)):
            run.state.legitimacy[a, n] = run.land.base_consent[a, n]


@compiled
def come_to_rest(run: Any) -> None:
    """Set services and consent to where the chosen levels of services would bring them without harm."""
    state, rules, enough = run.state, run.rules.people, run.rules.supply.passable_share
    for a in range(len(run.actors)):
        for n in range(len(run.land.population)):
            state.services[a, n] = services_delivered(run.books.level[a], state.control[a, n], enough)
            state.legitimacy[a, n] = consent_at_rest(run.land.base_consent[a, n], state.services[a, n], 0.0, rules)


@compiled
def serve(run: Any) -> None:
    """Move services and consent by a month."""
    state, rules, enough = run.state, run.rules.people, run.rules.supply.passable_share
    for a in range(len(run.actors)):
        level = services_paid_for(run.books.services[a], state.people[a], run.rules.budgets.service_cost_usd)
        flies = run.actors[a].air_support > 0.0
        shares, services = state.control[a], state.services[a]
        consent, base = state.legitimacy[a], run.land.base_consent[a]
        for n in range(len(shares)):
            services[n] += rules.services_rate * (services_delivered(level, shares[n], enough) - services[n])
            harm = min(state.tally.air_fights[n], 1.0) if flies else 0.0
            consent[n] += rules.consent_rate * (consent_at_rest(base[n], services[n], harm, rules) - consent[n])


@compiled
def recruit(run: Any) -> None:
    """Volunteers and conscripts join, fighters desert; running means of losses move."""
    state, tally, month = run.state, run.state.tally, run.state.clock.month
    size = len(state.holder)
    places, weight, rest = np.empty(size, np.uint32), np.empty(size), np.empty(size)
    for a in range(len(run.actors)):
        fighters = run.books.fighters[a]
        u = draws.uniform(run.salts.recruits, month, run.land.actor_key[a])
        come = floor(recruits_expected(run, a, fighters) + u)
        tally.recruited[a] += come
        state.recruits[a] = come
        if come > 0:
            take_in(run, a, come, places, weight, rest)
        desert(run, a)
        if is_at_war(run, a):  # in peace what the last war cost is remembered
            lost = (tally.dead[a] + tally.captured[a]) / max(fighters, 1)
            state.losses_year[a] += (12.0 * lost - state.losses_year[a]) / 12.0
        state.towns_lost_year[a] *= 11.0 / 12.0


@compiled
def recruits_expected(run: Any, a: int, fighters: int) -> float:
    """Volunteers and conscripts of a month, before they are rounded to whole persons."""
    state, who, rules = run.state, run.actors[a], run.rules.people
    men = manpower(who, state.troops_at_start[a], run.land.homeland[a])
    gained = manpower_gained(state.troops_at_start[a], run.land.homeland[a], state.people[a], state.people_at_start[a])
    cap = max(who.force_cap * state.troops_at_start[a], men) + who.force_cap * gained
    room = room_for_recruits(fighters, cap, rules) * share_armed(state.arms[a], who.arms_per_fighter * fighters)
    volunteers = who.volunteer_rate * (men + gained) * consent_of_recruits(run, a) * room
    return volunteers + state.conscripts[a] * reach_of_conscription(state.people[a], state.people_at_start[a]) * room


@compiled
def consent_of_recruits(run: Any, a: int) -> float:
    """0-1, mean consent of those an actor can recruit: the people under its control, or those of its homeland."""
    if run.state.people[a] > 0.0:
        return consenting(run, a) / max(run.state.people[a], 1.0)
    home, consent, total = run.land.home_people[a], run.state.legitimacy[a], 0.0
    for n in range(len(home)):
        total += home[n] * consent[n]
    return total / max(run.land.homeland[a], 1.0)


@compiled
def take_in(run: Any, a: int, come: int, places: Any, weight: Any, rest: Any) -> None:
    """Post recruits to the joined places that their actor holds, or to its home where there is none.

    Args:
        run: the run.
        a: index of the actor.
        come: whole persons.
        places: (P,) scratch.
        weight: (P,) scratch.
        rest: (P,) scratch.
    """
    holder, isolated, posture = run.state.holder, run.state.isolated, run.land.posture[a]
    count, total = 0, 0.0
    for p in range(len(holder)):
        if holder[p] == a and isolated[p] == 0 and posture[p] > 0.0:
            places[count], weight[count] = p, posture[p]
            total += posture[p]
            count += 1
    if count == 0:
        run.state.troops[a, run.land.home_place[a]] += come
    else:
        share_among(weight, places, count, come, total, run.state.troops[a], rest)


@compiled
def desert(run: Any, a: int) -> None:
    """Fighters of an actor leave, place by place."""
    rate = desertion(run.actors[a], run.state.paid[a], run.rules.people)
    if rate <= 0.0:
        return
    posted, key, month = run.state.troops[a], run.land.actor_key[a], run.state.clock.month
    for p in range(len(posted)):
        if posted[p] > 0:
            u = draws.uniform(run.salts.desertion, month, key, run.land.place_key[p])
            gone = draws.binomial(u, posted[p], rate)
            posted[p] -= gone
            run.state.tally.deserted[a] += gone
