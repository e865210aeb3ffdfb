"""One kernel for the books of a month: patrons, budgets, services, people, harm.

It runs the stages of :mod:`model.dynamics.budgets`, ``governance``, ``people`` and ``harm`` one after another; tuples of
arguments are in the order of :mod:`model.compiled.accounts`, which gathers them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.kernels import books, hashing, kernel, sums
from model.kernels.bound import Bound
from model.kernels.loops import EXP, Loops, apply

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Keys = NDArray[np.uint64]


@kernel
def _services(
    loops: Loops,
    rules: Any,
    people: Floats,
    seen: tuple[Floats, Floats, Floats],
    minds: tuple[Any, ...],
    levels: Floats,
) -> Floats:
    """(F,) levels of services that each chooses and can afford; see :func:`model.dynamics.governance.wanted_level`."""
    paid, revenue, hope = seen
    values = (rules.service_cost_usd, rules.consent_services, rules.months_weighed)
    power = books.worth_of_services(people, paid, revenue, hope, minds, levels, values)
    flat = power.reshape(power.size)
    apply(loops, EXP, flat, flat)
    return books.level_of_services(power, levels, people, revenue, rules.service_cost_usd, rules.services_most)


@kernel
def _patrons(
    rules: Any,
    junta: int,
    level: Floats,
    people: Floats,
    policy: tuple[Floats, Floats, Floats, Floats, float, float],
    beijing: tuple[Floats, Floats, Floats, Floats],
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """(F,) services wanted, arms, aid, sanctions in USD, and what Beijing freezes; see :func:`model.phases.policy.patrons`."""
    by_sanctions, relief, helped, armed, duty, support = policy
    patron, pressure, depends, between = beijing
    count = len(level)
    services, arms, aid = np.empty(count), np.empty(count), np.empty(count)
    sanctions, frozen = np.empty(count), np.empty(count)
    for f in range(count):
        full = people[f] * rules.service_cost_usd
        aid[f] = rules.aid_usd * helped[f]
        services[f] = min(level[f] * full + rules.useful * aid[f], full)
        sanctions[f] = rules.sanctions_usd * (by_sanctions[f] - relief[f])
        if f == junta:
            sanctions[f] += duty
            aid[f] += support
        aid[f] += rules.patron_usd * patron[f]
        arms[f] = rules.arms_per_month * rules.useful * armed[f] + between[f]
        frozen[f] = rules.asset_freeze * depends[f] * pressure[f]
    return services, arms, aid, sanctions, frozen


@kernel
def _recruit(
    loops: Loops,
    rules: Any,
    draws: tuple[Any, ...],
    people: tuple[Floats, Floats],
    homes: tuple[Floats, Floats, Ints, Floats],
    war: tuple[Any, ...],
    start: tuple[Floats, Floats],
    minds: tuple[Any, ...],
    counts: tuple[Any, ...],
) -> None:
    """Volunteers, conscripts and deserters of the month; see :func:`model.dynamics.people.recruit`."""
    salts, month, actor_keys, place_keys, _ = draws
    controlled, consent = people
    home, homeland, home_place, posture = homes
    troops, fighters, holder, isolated, legitimacy, paid = war
    recruited, deserted, dead, captured, losses, towns_lost = counts
    rate = np.empty(len(troops))
    for f in range(len(troops)):
        total = controlled[f] if controlled[f] > 0 else homeland[f]
        if controlled[f] <= 0:
            row = home[f] * legitimacy[f]
            consent[f] = sums.pairwise(row, 0, len(row))
        consent[f] /= max(total, 1.0)
        rate[f] = minds[4][f] + rules.unpaid_desertion * (1 - paid[f])
    brings = books.recruits(
        fighters, controlled, consent, homeland, start, minds[:4], rules.cap_fade, rules.consent_normal
    )
    u, come = hashing.uniform1(salts[0], month, actor_keys), np.empty(len(brings), np.int64)
    for f in range(len(brings)):
        come[f] = int(np.floor(brings[f] + u[f]))
        recruited[f] += come[f]
    sums.take_in(troops, posture, holder, isolated, home_place, come)
    hashing.desert(loops, salts[1], month, troops, rate, (actor_keys, place_keys), deserted)
    for f in range(len(brings)):
        lost = (dead[f] + captured[f]) / max(fighters[f], 1)
        losses[f] += (12 * lost - losses[f]) / 12
        towns_lost[f] *= 11 / 12


@kernel
def _harm(loops: Loops, rules: Any, draws: tuple[Any, ...], displaced: Floats, population: Floats, tally: Any) -> int:
    """Civilians killed; (N,) ``displaced`` changes. See :func:`model.dynamics.harm.step`."""
    deaths, air_fights = tally
    places, count = np.empty(len(deaths), np.int64), 0
    for where in range(len(deaths)):
        places[count] = where
        count += 1 if deaths[where] > 0 or air_fights[where] > 0 else 0
    places, stay, keys = places[:count], np.empty(count), np.empty(count, np.uint64)
    for k in range(count):
        stay[k], keys[k] = -deaths[places[k]] / rules.flight_deaths, draws[4][places[k]]
    apply(loops, EXP, stay, stay)
    rates = (rules.flight, rules.return_rate, rules.civilians_per_fighter, rules.civilians_per_air_fight)
    mean = books.displace(displaced, population, deaths, air_fights, places, stay, rates)
    return hashing.poisson(loops, hashing.uniform1(draws[0][2], draws[1], keys), mean).sum()


@kernel
def balance(
    bound: Bound,
    minds: Bound,
    month: int,
    sanctions_now: Floats,
    relief: Floats,
    aid_now: Floats,
    arms_now: Floats,
    duties: float,
    support: float,
    between: Floats,
    ore_tax: Floats,
) -> int:
    """Everything that :meth:`model.model.RareEarthModel.balance_books` does in NumPy.

    Args:
        bound: what :class:`model.compiled.accounts.Accounts` binds: addresses of NumPy's loops; rules; salts of recruits,
            desertion, civilians; keys of actors, places, territories; the junta's index, -1 none; country (levels of
            services, population, places and capacities of crossings, rents of sites, (F, N) base of consent); homes ((F, N)
            persons of homelands, their sums, places of headquarters, (F, P) postures); control, legitimacy, services,
            displaced, lanes; troops, holder, isolated, stance, hope; (F,) treasury, arms, paid, revenue, best revenue; (F,)
            patronage, pressure, dependence; counts ((F,) arms gained, lost, income, spent, recruited, deserted, dead,
            captured, losses and towns lost in a year; (N,) deaths, air fights); (F,) fighters and persons under control at
            the start; (F,) persons under each one's control, which are written.
        minds: three tuples of (F,) parameters: for services, for pay, for recruits; (F,) outside revenue; (F,) air support.
        month: month of the run.
        sanctions_now: (F,) level of sanctions, 0-1.
        relief: (F,) of relief from them.
        aid_now: (F,) of aid.
        arms_now: (F,) of arms given.
        duties: USD that they cost the junta.
        support: USD that Beijing gives it.
        between: (F,) arms from allies.
        ore_tax: (F,) USD.

    Returns:
        Civilians killed.
    """
    loops, table, salts, keys, junta, country, homes, land_now, war, purse, beijing, counts, start, living = (
        bound.values
    )
    rules, draws = table[0], (salts, month, *keys)
    levels, population, crossing_place, capacity, rent_site, base = country
    control, legitimacy, services, displaced, lanes = land_now
    troops, holder, isolated, stance, hope = war
    to_serve, to_pay, to_recruit, outside, air_support = minds.values
    people, income = books.heads(control, population, legitimacy)
    living[:] = people
    level = _services(loops, rules, people, (purse[2], purse[3], hope), to_serve, levels)
    policy = (sanctions_now, relief, aid_now, arms_now, duties, support)
    wanted, arms, aid, sanctions, frozen = _patrons(rules, junta, level, people, policy, (*beijing, between))
    local = books.local_income(holder, rent_site, crossing_place, capacity, lanes, rules.toll_rate, len(people))
    for f in range(len(people)):
        levies = to_serve[0][f] * income[f]
        other = max(outside[f] * (1 - frozen[f]) - sanctions[f], 0.0)
        income[f] = other + levies + local[f] + ore_tax[f] + aid[f]
    prices = (rules.arms_price_usd, rules.arms_growth_cap, rules.arms_most, rules.arms_wear, rules.reserve_months)
    memory = (rules.revenue_memory, rules.revenue_floor_usd)
    force = books.fighters(troops)
    spent = books.pay(income, force, stance, beijing[1], purse, counts[:4], (wanted, arms), to_pay, prices, memory)
    for f in range(len(people)):
        level[f] = min(spent[f] / max(people[f], 1.0) / rules.service_cost_usd, 1.0)
    rates = (
        rules.services_rate,
        rules.consent_rate,
        rules.consent_services,
        rules.consent_harm,
        rules.services_control,
    )
    consent = books.serve(services, legitimacy, control, population, level, base, air_support, counts[11], rates)
    who = (troops, force, holder, isolated, legitimacy, purse[2])
    _recruit(loops, rules, draws, (people, consent), homes, who, start, to_recruit, counts[4:10])
    return _harm(loops, rules, draws, displaced, population, (counts[10], counts[11]))


@kernel
def learn(
    hope: Floats,
    recognised: tuple[Floats, Floats, Floats],
    people: tuple[Floats, Floats, Floats, Floats],
    teachers: Floats,
    beijing: tuple[Floats, Floats],
    values: tuple[float, float],
) -> None:
    """Move (F,) ``hope``; see :func:`model.dynamics.governance.learn`.

    Args:
        hope: (F,) 0-1; changes.
        recognised: (F,) recognition, that without policy, aid.
        people: control, (N,) persons, (F, N) services, (F,) persons under each one's control.
        teachers: (F,) 1 for those who learn from each other's treatment.
        beijing: (F,) dependence on China, pressure.
        values: backing at which others are half convinced, speed.
    """
    recognition, base, aid = recognised
    given, backing = sums.people_sums(people[0], people[1], people[2]), np.empty(len(hope))
    for f in range(len(hope)):
        given[f] = given[f] / max(people[3][f], 1.0)
        backing[f] = max(recognition[f] - base[f], aid[f], 0.0)
    books.move_hope(hope, backing, given, teachers, beijing[0], beijing[1], values)
