"""Offers from patrons: their value to an armed actor, and its fear of Beijing's response.

In months of the actor's own revenue ``R``: money is worth ``H m / (m + R)`` over the horizon ``H`` (``m`` USD a month at full
delivery), other backing ``B level``, and an envoy adds to both. The cost is fear of Beijing,
``w d level (x + present pressure)`` with ``d`` the dependence on China and ``x`` how hard Beijing presses whom the US backs, and
autonomy, ``k level``. The offer is taken with the chance ``sigma(theta (worth - fear - autonomy))`` (quantal response). Form and
weights are assumed.

The first answer takes ``answer_months`` on average, in which nothing is taken. An answer then stands for ``review_months``:
programmes, advisers and convoys are not sent home and called back by the month. At a review only what has changed in the world
changes an answer: what an actor sees in patrons beyond the model (the error of the quantal response) is its own, drawn once a run.
"""

from __future__ import annotations

from typing import Any

from agents.account import AUTONOMY, FEAR
from model.compile import compiled
from model.draws import logistic
from model.dynamics.budgets import worth_of_money


@compiled
def worth_of_offer(run: Any, a: int, usd: float, dealings: float, envoy: float) -> float:
    """What an offer is worth to an actor, months of its own revenue.

    Args:
        run: the run.
        a: the actor's index.
        usd: money a month at full delivery; 0 for other backing.
        dealings: 0-1, level of other backing.
        envoy: 0-1, effort of a special envoy behind it.
    """
    who = run.actors[a]
    money = worth_of_money(usd, run.state.revenue[a], who.horizon_months)
    return (money if usd > 0.0 else who.backing_worth * dealings) + run.rules.united_states.envoy_persuasion * envoy


@compiled
def fear_of_beijing(run: Any, a: int) -> float:
    """What an actor fears from Beijing for an offer at level 1, months of its own revenue."""
    reaction = run.rules.beijing.pressure_us_link + run.state.pressure[a]
    return run.actors[a].weight_pressure * run.state.dependence[a] * reaction


@compiled
def fears_most(run: Any, a: int) -> bool:
    """Whether fear of Beijing weighs more with an actor than its autonomy."""
    return fear_of_beijing(run, a) > run.actors[a].autonomy_cost


def reason_to_refuse(run: Any, a: int) -> str:
    """What weighs most with an actor against offers: fear of Beijing, or its autonomy."""
    return FEAR if fears_most(run, a) else AUTONOMY


@compiled
def chance_to_accept(run: Any, a: int, worth: float, level: float) -> float:
    """Chance that an actor that reviews its patrons takes an offer, 0-1.

    Args:
        run: the run.
        a: the actor's index.
        worth: of the offer, months of revenue.
        level: of the offer, 0-1.
    """
    who = run.actors[a]
    return logistic(who.choice_precision * (worth - who.autonomy_cost * level - fear_of_beijing(run, a) * level))
