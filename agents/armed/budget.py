"""Budget of an armed actor: services for the population under its control, and arms.

*Services* (article: the KIO's schools, clinics, administration). Every organisation weighs levels ``s`` of full services over a
year, in months of its own revenue ``R``; ``n`` are the people under its control, ``c`` the cost of full services per head, ``t``
its levy, ``g`` the consent that full services bring, ``paid`` the share of upkeep it could pay (money is dear to an actor that
cannot pay its fighters)::

    U(s) = s (w g + 12 n (t g - c (2 - paid)) / R + hope B)
    level = sum_s s exp(theta U(s)) / sum_s exp(theta U(s)),   s = 0, 1/4, ..., 1      (mean quantal response of its districts)

up to a declared share of its revenue. Aid is earmarked for services
(:func:`model.dynamics.budgets.cost_of_services`). Form and weights are assumed (loop of service, satisfaction and legitimacy:
Cioffi-Revilla & Rouleau 2010). Moves ``services_*``, ``legitimacy_*``, and through consent levies, recruits, field supply and
the choice of partners.

*Arms*. A declared share of what the month's income leaves buys arms. Who has fewer arms than its fighters usually have takes that
share before it pays them, since fighters without arms win nothing; others pay first. The rest is saved, up to some months of
expenses. What lies above this reserve goes into arms, which are dearer the more are bought at once: money that wins no strength is
of no use to anyone (assumed).
"""

from __future__ import annotations

from math import exp
from typing import Any

from model.compile import compiled
from model.dynamics.contest import share_armed

STEPS = 4
"""Steps between no services and full services; each level is weighed."""

MONTHS = 12.0
"""A year: the period over which services are weighed."""


# equations ------------------------------------------------------------------------------------------------------------


@compiled
def worth_of_services(who: Any, people: float, paid: float, revenue: float, hope: float, rules: Any) -> float:
    """Utility of full services over a year, months of revenue.

    Args:
        who: the actor's parameters.
        people: persons under its control.
        paid: 0-1, share of the upkeep that it could pay.
        revenue: USD per month.
        hope: 0-1, belief that governing well is backed from outside.
        rules: all tables.
    """
    gain = rules.people.consent_services
    money = who.population_tax_usd * gain - rules.budgets.service_cost_usd * (2.0 - paid)
    return who.weight_consent * gain + MONTHS * people * money / revenue + who.backing_worth * hope


@compiled
def mean_response(utility: float) -> float:
    """0-1, mean of the levels 0, 1/4, ..., 1 under logit choice, where full services have this utility."""
    most, chosen, total = max(utility, 0.0), 0.0, 0.0
    for step in range(STEPS + 1):
        level = step / STEPS
        odds = exp(utility * level - most)
        chosen += odds * level
        total += odds
    return chosen / total


@compiled
def affordable_level(people: float, revenue: float, rules: Any) -> float:
    """Level of services that the declared share of revenue pays for."""
    return rules.governance.services_most * revenue / max(people * rules.budgets.service_cost_usd, 1.0)


@compiled
def savings_to_spend(treasury: float, expenses: float, rules: Any) -> float:
    """USD of savings that go into arms this month.

    Args:
        treasury: USD.
        expenses: USD a month, arms left out.
        rules: ``rules.budgets``.
    """
    return max(treasury - rules.reserve_months * expenses, 0.0)


# decisions ------------------------------------------------------------------------------------------------------------


@compiled
def choose_services(run: Any, a: int) -> None:
    """Write to ``books.level`` the level of services that an actor wants and can afford."""
    state, who = run.state, run.actors[a]
    worth = worth_of_services(who, state.people[a], state.paid[a], state.revenue[a], state.hope[a], run.rules)
    level = mean_response(who.choice_precision * worth)
    run.books.level[a] = min(level, affordable_level(state.people[a], state.revenue[a], run.rules))


@compiled
def buy_arms(run: Any, a: int) -> None:
    """Write to ``books.arms_usd`` what an actor sets aside for arms; the treasury is still that of the last month."""
    books, state, who = run.books, run.state, run.actors[a]
    spent = state.tally.air_usd[a] + books.services[a]
    armed = share_armed(state.arms[a], who.arms_per_fighter * books.fighters[a])
    left = max(books.income[a] - spent - (books.upkeep[a] if armed >= 1.0 else 0.0), 0.0)
    savings = savings_to_spend(state.treasury[a], spent + books.upkeep[a], run.rules.budgets)
    books.arms_usd[a] = who.arms_budget_share * left + savings
