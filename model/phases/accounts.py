"""The books of a month: actors earn, pay, choose services and arms; services, consent, manpower and harm follow."""

from __future__ import annotations

from model.dynamics import budgets, harm, people
from model.run import Run


def begin_books(run: Run) -> None:
    """Before the first month: revenue, services and consent where they would come to rest without harm or news.

    Args:
        run: ``state.people``, ``revenue``, ``services`` and ``legitimacy`` change.
    """
    people.count_people(run.data)
    people.begin_consent(run.data)
    budgets.expect_revenue(run.data)
    for actor in run.agents.armed:
        actor.choose_services()
    people.come_to_rest(run.data)
    run.state.people_at_start = run.state.people
    run.state.troops_at_start = run.state.troops.sum(axis=1)


def balance_books(run: Run) -> None:
    """Taxes and budgets, services, people, harm.

    Args:
        run: its state changes.
    """
    data, beijing, us = run.data, run.agents.beijing, run.agents.united_states
    people.count_people(data)
    support = beijing.support_usd() if beijing is not None else 0.0
    credibility = us.credibility if us is not None else 0.0
    budgets.open_books(data, credibility, support, beijing is not None)
    for actor in run.agents.armed:
        actor.choose_services()
    budgets.collect(data)
    for actor in run.agents.armed:
        actor.buy_arms()
    budgets.settle(data)
    people.serve(data)
    people.recruit(data)
    harm.displace(data)
