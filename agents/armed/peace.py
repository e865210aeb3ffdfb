"""Peace and war with the junta: decision rules of armed actors; equations in :mod:`model.dynamics.diplomacy`.

Each rule gives a chance, 0-1, ``sigma(theta U)`` (quantal response: McKelvey & Palfrey 1995) of the worth ``U`` of a step in
months of the actor's own revenue. The hazards, how often such a step comes up at all, are counted by the talks.
"""

from __future__ import annotations

from typing import Any

from model.compile import compiled
from model.draws import logistic
from model.dynamics.diplomacy import juntas_wish, pull_of_war, worth_of_fighting


@compiled
def worth_of_ceasefire(run: Any, a: int) -> float:
    """Worth of a ceasefire with the junta over war, months of the actor's own revenue, less its reluctance to stop."""
    return -worth_of_fighting(run, a) - run.rules.diplomacy.reluctance


@compiled
def worth_of_war(run: Any, a: int) -> float:
    """Worth of taking up arms against the junta, months of the actor's own revenue (``W_f``)."""
    state, rules = run.state, run.rules.diplomacy
    fear = rules.weight_sanction * state.dependence[a] * (2.0 if state.dealings.halted[a] else 1.0)
    return pull_of_war(run, a) - state.war_then[a] - fear - rules.reluctance


@compiled
def wants_ceasefire(run: Any, a: int) -> float:
    """Chance that a group at war with the junta would sign a ceasefire, 0-1."""
    return logistic(run.rules.diplomacy.precision * worth_of_ceasefire(run, a))


@compiled
def grants_ceasefire(run: Any, group: int) -> float:
    """Chance that the junta would sign one with the group, 0-1."""
    return logistic(run.rules.diplomacy.precision * juntas_wish(run, group))


@compiled
def takes_up_arms(run: Any, a: int) -> float:
    """Chance that a group at peace with the junta would go to war, 0-1; none does where war does not pay."""
    worth = worth_of_war(run, a)
    return logistic(run.rules.diplomacy.precision * worth) if worth > 0.0 else 0.0


@compiled
def turns_on(run: Any, a: int, militia: int) -> float:
    """Chance that a group would turn on a militia of the junta that leaves it alone, 0-1."""
    rules = run.rules.diplomacy
    return logistic(rules.precision * (run.plans.prospects[a, militia] - rules.restraint))
