"""Kernels of the books: what actors earn, pay and buy; whom they serve and can recruit; whom the war drives out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.kernels import kernel
from model.kernels.sums import product_sum, product_sum3

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@kernel
def local_income(
    holder: Ints,
    rent_site: Floats,
    crossing_place: Ints,
    capacity: Floats,
    lanes: Floats,
    toll_rate: float,
    forces: int,
) -> Floats:
    """(F,) USD a month that each draws from trades and tolls of the places it holds.

    Args:
        holder: (P,) who holds each place.
        rent_site: (P,) USD a month of other income.
        crossing_place: (X,) places of the crossings.
        capacity: (X, 3) t/month and million USD a month of each crossing.
        lanes: (X, 3) openness.
        toll_rate: share of the goods' value.
        forces: number of armed actors.
    """
    tolls, out = np.zeros(len(holder)), np.zeros(forces)
    for crossing in range(len(crossing_place)):
        tolls[crossing_place[crossing]] += capacity[crossing, 2] * 1e6 * lanes[crossing, 2] * toll_rate
    for place in range(len(holder)):
        if holder[place] >= 0:
            out[holder[place]] += rent_site[place] + tolls[place]
    return out


@kernel
def _access(stance: Ints, actor: int, through_allies: float) -> float:
    for ally in range(len(stance)):
        if ally != actor and stance[actor, ally] == 1:
            for enemy in range(len(stance)):
                if stance[ally, enemy] == -1:
                    return 1.0
    return 1 - through_allies


@kernel
def pay(
    income: Floats,
    force: Ints,
    stance: Ints,
    pressure: Floats,
    money: tuple[Floats, ...],
    tally: tuple[Floats, ...],
    means: tuple[Floats, ...],
    profile: tuple[Floats, ...],
    prices: tuple[float, ...],
    revenues: tuple[float, float],
) -> Floats:
    """(F,) USD spent on services; see :func:`model.dynamics.budgets.step`.

    Args:
        income: (F,) USD of the month.
        force: (F,) fighters.
        stance: (F, F) who fights whom.
        pressure: (F,) from Beijing.
        money: (F,) ``treasury, arms, paid, revenue, revenue_best``; all change.
        tally: (F,) ``arms_gained, arms_lost, income, spent``; all change.
        means: (F,) USD wanted for services, fighter equivalents from patrons.
        profile: (F,) ``upkeep_usd, arms_budget_share, dependence_on_china, arms_via_allies, arms_per_fighter``.
        prices: ``arms_price_usd, arms_growth_cap, arms_most, arms_wear, reserve_months``.
        revenues: ``revenue_memory, revenue_floor_usd``.
    """
    (price, growth, most, wear, reserve), (memory, floor) = prices, revenues
    treasury, arms, paid_share, revenue, best = money
    out = np.empty(len(income))
    for f in range(len(income)):
        count = force[f]
        upkeep, available = profile[0][f] * count, treasury[f] + income[f]
        services = min(max(means[0][f], 0.0), available)
        paid = min(upkeep, available - services)
        left, fighters = max(income[f] - upkeep - services, 0.0), max(count, 1)
        scarce = max(1 - arms[f] / max(profile[4][f] * fighters, 1e-9), 0.0)
        wanted = profile[1][f] * left + scarce * treasury[f] / reserve
        wanted = min(wanted, available - services - paid) / price
        leash = 1 - profile[2][f] * pressure[f]
        room = max(most * fighters - arms[f], 0.0)
        market = growth * fighters * leash * _access(stance, f, profile[3][f])
        bought = min(wanted, market, room)
        worn = wear * arms[f]
        spent = paid + bought * price + services
        treasury[f] = available - spent
        arms[f] = arms[f] + bought + means[1][f] - worn
        tally[0][f] += bought + means[1][f]
        tally[1][f] += worn
        tally[2][f] += income[f]
        tally[3][f] += spent
        paid_share[f] = paid / max(upkeep, 1e-9) if upkeep > 0 else 1.0
        revenue[f] = max((1 - memory) * revenue[f] + memory * income[f], floor)
        best[f] = max(best[f], revenue[f])
        out[f] = services
    return out


@kernel
def fighters(troops: Ints) -> Ints:
    """(F,) fighters of each actor, of the (F, P) at each place."""
    out = np.zeros(len(troops), np.int64)
    for actor in range(len(troops)):
        row, count = troops[actor], 0
        for place in range(len(row)):
            count += row[place]
        out[actor] = count
    return out


@kernel
def heads(control: Floats, population: Floats, legitimacy: Floats) -> tuple[Floats, Floats]:
    """(F,) persons under each one's control, and (F,) the same times their consent.

    Args:
        control: (F + 1, N) shares of the countryside.
        population: (N,) persons.
        legitimacy: (F, N) consent, 0-1.
    """
    people, agreeing = np.empty(len(legitimacy)), np.empty(len(legitimacy))
    for actor in range(len(people)):
        shares = control[actor]
        people[actor] = product_sum(shares, population)
        agreeing[actor] = product_sum3(shares, population, legitimacy[actor])
    return people, agreeing


@kernel
def serve(
    services: Floats,
    legitimacy: Floats,
    control: Floats,
    population: Floats,
    level: Floats,
    base: Floats,
    air_support: Floats,
    air_fights: Floats,
    rates: tuple[float, float, float, float, float],
) -> Floats:
    """Move (F, N) ``services`` and ``legitimacy``; see :func:`model.dynamics.people.serve`.

    Args:
        services: (F, N) 0-1; changes.
        legitimacy: (F, N) consent, 0-1; changes.
        control: (F + 1, N) shares of the countryside.
        population: (N,) persons.
        level: (F,) of services that is paid for.
        base: (F, N) consent without services or harm.
        air_support: (F,) above 0 for those with aircraft.
        air_fights: (N,) fights supported from the air.
        rates: ``services_rate, consent_rate, consent_services, consent_harm, services_control``.

    Returns:
        (F,) persons under each one's control, times their consent from now on.
    """
    services_rate, consent_rate, by_services, by_harm, half = rates
    target, out = np.empty(len(population)), np.empty(len(services))
    for actor in range(len(services)):
        shares, given, consents, usual = control[actor], services[actor], legitimacy[actor], base[actor]
        for where in range(len(target)):
            aim = level[actor] * min(shares[where] / half, 1.0)
            given[where] += services_rate * (aim - given[where])
        for where in range(len(target)):
            target[where] = usual[where] + by_services * given[where]
        for where in range(len(target) if air_support[actor] > 0 else 0):
            target[where] -= by_harm * min(air_fights[where], 1.0)
        for where in range(len(target)):
            aim = min(max(target[where], 0.0), 1.0)
            consents[where] += consent_rate * (aim - consents[where])
        out[actor] = product_sum3(shares, population, consents)
    return out


@kernel
def displace(
    displaced: Floats,
    population: Floats,
    deaths: Ints,
    air_fights: Floats,
    places: Ints,
    stay: Floats,
    rates: tuple[float, float, float, float],
) -> Floats:
    """(K,) civilian deaths expected where there was fighting; (N,) ``displaced`` changes. See :func:`model.dynamics.harm.step`.

    Args:
        displaced: (N,) persons.
        population: (N,) persons.
        deaths: (N,) fighters killed.
        air_fights: (N,) fights supported from the air.
        places: (K,) townships with either; no others have deaths or flight.
        stay: (K,) 0-1, what the share that flees lacks to the most.
        rates: ``flight, return_rate, civilians_per_fighter, civilians_per_air_fight``.
    """
    flight, returns, by_fighter, by_air = rates
    mean, after = np.empty(len(places)), np.empty(len(places))
    for k in range(len(places)):
        where = places[k]
        home = max(population[where] - displaced[where], 0.0)
        returning = 0.0 if deaths[where] > 0 else returns * displaced[where]
        after[k] = displaced[where] + (flight * (1 - stay[k]) * home - returning)
        mean[k] = by_fighter * deaths[where] + by_air * air_fights[where] * population[where] / 1e5
    for where in range(len(displaced)):
        displaced[where] += 0.0 - returns * displaced[where]
    for k in range(len(places)):
        displaced[places[k]] = after[k]
    return mean


@kernel
def recruits(
    fighters: Ints,
    controlled: Floats,
    consent: Floats,
    homeland: Floats,
    start: tuple[Floats, ...],
    profile: tuple[Floats, ...],
    cap_fade: float,
    normal: float,
) -> Floats:
    """(F,) volunteers and conscripts that a month brings; see :func:`model.dynamics.people.recruit`.

    Args:
        fighters: (F,) of each actor.
        controlled: (F,) persons under its control.
        consent: (F,) mean consent of those whom it can recruit.
        homeland: (F,) persons of its homeland.
        start: (F,) fighters and persons under control at the start.
        profile: (F,) ``mobilised_share, force_cap, volunteer_rate, conscripts_per_month``.
        cap_fade: how steeply recruiting fades.
        normal: consent at which volunteers come at their rate.
    """
    out = np.empty(len(fighters))
    for f in range(len(fighters)):
        manpower = max(start[0][f], profile[0][f] * homeland[f])
        most = max(profile[1][f] * start[0][f], manpower)
        room = min(max(cap_fade * (1 - fighters[f] / max(most, 1.0)), 0.0), 1.0)
        volunteers = profile[2][f] * manpower * (consent[f] / normal) * room
        reach = min(controlled[f] / max(start[1][f], 1.0), 2.0)
        out[f] = volunteers + profile[3][f] * reach * room
    return out


@kernel
def rents(
    rent_site: Floats,
    crossing_place: Ints,
    capacity: Floats,
    lanes: Floats,
    toll_rate: float,
    mine_place: Ints,
    mines: tuple[Floats, Floats, Floats],
    least: float,
) -> Floats:
    """(P,) USD a month that the holder draws from each place; see :func:`model.dynamics.budgets.rents`.

    Args:
        rent_site: (P,) USD a month of other income.
        crossing_place: (X,) places of the crossings.
        capacity: (X, 3) t/month and million USD a month of each crossing.
        lanes: (X, 3) openness.
        toll_rate: share of the goods' value.
        mine_place: (M,) places of the mines.
        mines: (M,) USD/t of tax that a holder could take, t/month of capacity, share of it at work.
        least: share of the capacity that a holder counts on in any case.
    """
    out = rent_site.copy()
    for crossing in range(len(crossing_place)):
        out[crossing_place[crossing]] += capacity[crossing, 2] * 1e6 * lanes[crossing, 2] * toll_rate
    usd, output, operating = mines
    for mine in range(len(mine_place)):
        out[mine_place[mine]] += usd[mine] * output[mine] * max(operating[mine], least)
    return out


@kernel
def worth_of_services(
    controlled: Floats,
    paid: Floats,
    revenue: Floats,
    hope: Floats,
    minds: tuple[Floats, ...],
    levels: Floats,
    values: tuple[float, float, float],
) -> Floats:
    """(F, L) what the odds of each level of services are the exponential of, the largest 0.

    Args:
        controlled: (F,) persons under each one's control.
        paid: (F,) share of the upkeep that could be paid.
        revenue: (F,) USD a month.
        hope: (F,) 0-1.
        minds: (F,) ``population_tax_usd, weight_consent, backing_worth, choice_precision``.
        levels: (L,) of services.
        values: USD a head for full services, consent that they bring, months that are weighed.
    """
    tax, by_consent, backing, precision = minds
    cost, gain, months = values
    out = np.empty((len(paid), len(levels)))
    for f in range(len(paid)):
        money = tax[f] * gain - cost * (2 - paid[f])
        slope = by_consent[f] * gain + months * controlled[f] * money / revenue[f]
        slope = slope + backing[f] * hope[f]
        most = -np.inf
        for k in range(len(levels)):
            out[f, k] = precision[f] * slope * levels[k]
            most = max(most, out[f, k])
        for k in range(len(levels)):
            out[f, k] -= most
    return out


@kernel
def level_of_services(
    odds: Floats, levels: Floats, controlled: Floats, revenue: Floats, cost: float, most: float
) -> Floats:
    """(F,) mean level of services by (F, L) odds, as far as a share ``most`` of the revenue pays for it."""
    out = np.empty(len(odds))
    for f in range(len(odds)):
        chosen, total = 0.0, 0.0
        for k in range(len(levels)):
            chosen += odds[f, k] * levels[k]
            total += odds[f, k]
        out[f] = min(chosen / total, most * revenue[f] / max(controlled[f] * cost, 1.0))
    return out


@kernel
def move_hope(
    hope: Floats,
    backing: Floats,
    given: Floats,
    teachers: Floats,
    depends: Floats,
    pressure: Floats,
    values: tuple[float, float],
) -> None:
    """Move (F,) ``hope``; see :func:`model.dynamics.governance.learn`.

    Args:
        hope: (F,) 0-1; changes.
        backing: (F,) what each has from outside, 0-1.
        given: (F,) services that its people get, 0-1.
        teachers: (F,) 1 for those who learn from each other's treatment.
        depends: (F,) dependence on China.
        pressure: (F,) from Beijing.
        values: backing at which others are half convinced, speed.
    """
    half, rate = values
    lesson, felt = np.empty(len(hope)), np.empty(len(hope))
    for other in range(len(hope)):
        lesson[other] = teachers[other] * given[other] * backing[other] / (backing[other] + half)
        felt[other] = teachers[other] * pressure[other] * (1.0 if backing[other] > 0 else 0.0)
    for f in range(len(hope)):
        most = -np.inf
        for other in range(len(hope)):
            most = max(most, lesson[other] - depends[f] * felt[other])
        signal = min(max(most, 0.0), 1.0)
        hope[f] += rate * (teachers[f] * signal - hope[f])
