"""A settlement on federal terms, its collapse, and the promised elections.

State: ``state.accord.in_force``, ``.months`` (since it was signed), ``.elections`` (held), ``state.parties`` (who signed). No
settlement of this kind has been signed since 1949, so form and weights are assumed. In months of each one's own revenue::

    G_i = federal_i + broker_i - (prospects_i - danger_i)   (KIA; mean of the People's Defence Forces)
    G_J = federal_J + coercion + broker - (prospects_J - danger_J)

    chance of signing this month    = s  prod_i sigma(theta G_i)
    chance of collapse this month   = b (1 - prod_i sigma(theta G_i)),   until elections are held

with prospects those of the best attack within reach on the other side, danger what the other side's would cost, and
``coercion`` the cost of threats that it believes. What federal terms cost or bring net of the end of fighting is in ``federal``, so
the reluctance of ceasefires is not counted again. A signature ends the junta's wars with every organisation that prefers federal
terms (``federal_i > 0``). Elections are held ``election_months`` later.

Assumed ranges stand in the table below. Moves ``federal_settlement``, ``elections_held``, ``deaths_fighters`` and control.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from model.compile import compiled
from model.draws import key, uniform
from model.dynamics.diplomacy import begin_fighting, brokering, coercion, stop_fighting
from model.parameters import ParameterTable, parameter

_KEY = np.uint64(key("settlement"))


class SettlementParameters(ParameterTable):
    """Hazards and weights of a federal settlement."""

    hazard: float = parameter(0.02, low=0.0, high=0.2, unit="1/month")
    """Probability of a settlement when all certainly prefer it. Source: assumed: four years of talks even between
    willing sides, as in 2011-15."""
    collapse: float = parameter(0.05, low=0.0, high=0.3, unit="1/month")
    """Probability that a settlement collapses when a party certainly prefers war. Source: assumed: the accords of
    2011-15 lasted two to ten years."""
    election_months: int = parameter(18, low=3, high=60, unit="months")
    """Months from a settlement to the promised elections."""


# equations -----------------------------------------------------------------------------------------------------------


@compiled
def gain(run: Any, a: int) -> float:
    """What federal terms are worth to an organisation over war with the junta, months of its own revenue."""
    lottery = run.plans.prospects[a, run.land.junta] - run.plans.danger[a, run.land.junta]
    return run.actors[a].federal_preference + brokering(run, a) - lottery


@compiled
def gain_of_junta(run: Any, against: float) -> float:
    """What federal terms are worth to the junta over war, months of its own revenue.

    Args:
        run: the run.
        against: its best prospects of an attack on those who would sign, less what theirs would cost it.
    """
    broker = 0.0
    for a in range(len(run.actors)):
        broker = max(broker, brokering(run, a))
    return run.actors[run.land.junta].federal_preference + coercion(run) + broker - against


@compiled
def draw(run: Any) -> float:
    """This month's draw: low, a settlement may be signed; high, one may collapse."""
    return uniform(run.salts.settlement, run.state.clock.month, _KEY)


# process -------------------------------------------------------------------------------------------------------------


@compiled
def sign(run: Any) -> None:
    """Put a settlement into force: the wars of its parties (``state.parties``) with the junta end."""
    run.state.accord.in_force, run.state.accord.months = True, 0
    for a in range(len(run.state.parties)):
        if run.state.parties[a]:
            stop_fighting(run, a)


@compiled
def collapse(run: Any) -> None:
    """End the settlement: its parties are at war with the junta again."""
    run.state.accord.in_force = False
    for a in range(len(run.state.parties)):
        if run.state.parties[a]:
            begin_fighting(run, a)
            run.state.parties[a] = False
