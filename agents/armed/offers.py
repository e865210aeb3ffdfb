"""Offers of patrons: what they are worth to an armed actor, and what it fears from Beijing for taking them.

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
from agents.instruments import KINDS, Instrument
from model.draws import logistic
from model.dynamics.budgets import worth_of_money
from model.live import LiveParameters


def worth_of_offer(run: Any, a: int, who: LiveParameters, offer: Instrument, envoy: float) -> float:
    """What an offer is worth to an actor, months of its own revenue.

    Args:
        run: the run.
        a: the actor's index.
        who: its table.
        offer: the instrument.
        envoy: 0-1, effort of a special envoy behind it.
    """
    us, kind = run.scenario.united_states, KINDS[offer.kind]
    usd = kind.amount(offer.level, us) if kind.pays else None
    money = worth_of_money(usd or 0.0, float(run.state.revenue[a]), who.horizon_months)
    worth = money if usd else who.backing_worth * offer.dealings
    return float(worth + us.envoy_persuasion * envoy)


def fear_of_beijing(run: Any, a: int, who: LiveParameters) -> float:
    """What an actor fears from Beijing for an offer at level 1, months of its own revenue."""
    reaction = run.rules.beijing.pressure_us_link + float(run.state.pressure[a])
    return who.weight_pressure * float(run.state.dependence[a]) * reaction


def reason_to_refuse(run: Any, a: int, who: LiveParameters) -> str:
    """What weighs most with an actor against offers: fear of Beijing, or its autonomy."""
    return FEAR if fear_of_beijing(run, a, who) > who.autonomy_cost else AUTONOMY


def chance_to_accept(worth: float, fear: float, level: float, who: LiveParameters) -> float:
    """Chance that an actor that reviews its patrons takes an offer, 0-1.

    Args:
        worth: of the offer, months of revenue.
        fear: of Beijing for an offer at level 1.
        level: of the offer, 0-1.
        who: its table.
    """
    utility = who.choice_precision * (worth - who.autonomy_cost * level - fear * level)
    return float(logistic(utility))
