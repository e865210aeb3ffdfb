"""Talks: ceasefires with the junta, and their end; a settlement for all is :mod:`model.dynamics.settlement`'s.

For each armed group ``f`` at war with the junta the worth of a ceasefire over war, in months of its own revenue:

``U_f = w losses_f / 0.1 + broker_f - waiting_f - prospects_f - autonomy_f - r``

and for the junta ``U_J = w losses_J / 0.1 + c towns lost / 10 + broker_f + coercion - prospects_J,f - r``. A ceasefire is signed
with the monthly chance ``h sigma(theta U_f) sigma(theta U_J)`` (both must want it: Geller & Moss 2008); what China offers and
threatens for a ceasefire is bargained over in :mod:`model.dynamics.bargain`. It is broken with ``b sigma(theta (prospects_f -
d_f pressure_f - 1))``. Prospects are the best expected utility of an attack on the other within reach. ``waiting`` is what a
group hopes to get from outside if it does not sign alone: backing from abroad delays negotiated ends (Balch-Lindsay,
Enterline & Joyce 2008); ``coercion`` what the junta believes of threats.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from model.draws import Draws
from model.dynamics.ground import Ground
from model.parameters import ParameterTable, parameter
from model.state import State

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class DiplomacyParameters(ParameterTable):
    """Hazards and weights of talks."""

    ceasefire_hazard: float = parameter(
        0.15,
        low=0.01,
        high=0.5,
        unit="1/month",
        meaning="Chance of a ceasefire when both sides are sure to want it.",
        source="assumed",
    )
    break_hazard: float = parameter(
        0.02,
        low=0.0,
        high=0.2,
        unit="1/month",
        meaning="Chance that a ceasefire breaks when its end is sure to pay.",
        source="assumed",
    )
    precision: float = parameter(
        1.5, low=0.2, high=6.0, unit="1/month of revenue", meaning="Precision of choices in talks.", source="assumed"
    )
    weight_towns: float = parameter(
        0.5,
        low=0.0,
        high=5.0,
        unit="months of revenue",
        meaning="Weight for the junta of ten towns lost in a year.",
        source="assumed",
    )
    reluctance: float = parameter(
        1.5,
        low=0.0,
        high=5.0,
        unit="months of revenue",
        meaning="What a side must gain before it stops fighting at all.",
        source="assumed",
    )


@dataclass(frozen=True)
class Delegations:
    """Who talks, and what each side sees; arrays over armed actors (F,)."""

    junta: int
    """Index of the junta; -1 none, and nobody talks."""
    prospects: Floats
    """(F, F + 1) best expected utility of each actor's attacks on each other one (last column: on nobody), at least 0."""
    brokering: Floats
    """What a broker adds to a peace with each, months of revenue."""
    waiting: Floats
    """What each expects to gain from outside backing if it does not sign alone, months of revenue."""
    coercion: float
    """Cost that the junta expects from threats unless it makes peace, months of its revenue."""


@dataclass(frozen=True)
class TalksReport:
    """Who signed and who broke a ceasefire with the junta."""

    signed: Ints
    broken: Ints


def step(
    ground: Ground,
    state: State,
    draws: Draws,
    profile: dict[str, Floats],
    sides: Delegations,
    parameters: DiplomacyParameters,
) -> TalksReport:
    """Hold the talks of a month.

    Args:
        ground: static arrays.
        state: ``stance`` changes.
        draws: keyed draws.
        profile: (F,) arrays of the actors' parameters by name.
        sides: who talks, and what each sees.
        parameters: the table above.
    """
    nothing = np.zeros(0, np.int64)
    if sides.junta < 0:
        return TalksReport(nothing, nothing)
    junta = sides.junta
    p = parameters
    weary = profile["war_weariness"] * state.losses_year / 0.1
    depends = profile["dependence_on_china"]
    against = sides.prospects[:, junta]
    worth = weary + sides.brokering - sides.waiting - against - profile["autonomy_cost"] - p.reluctance
    ours = wish_of_junta(state, junta, profile, sides.prospects, p) + sides.brokering + sides.coercion
    chance = p.ceasefire_hazard * special.expit(p.precision * worth) * special.expit(p.precision * ours)
    u = draws.uniform("talks", state.month, ground.actor_keys)
    war = state.stance[junta] == -1
    signed = np.flatnonzero(war & (u < chance))
    tempted = p.break_hazard * special.expit(p.precision * (against - depends * state.pressure - 1))
    quiet = (state.stance[junta] == 0) & (np.arange(len(war)) != junta) & ~state.parties
    broken = np.flatnonzero(quiet & (state.losses_year > 0) & (u > 1 - tempted))
    state.stance[junta, signed] = state.stance[signed, junta] = 0
    state.stance[junta, broken] = state.stance[broken, junta] = -1
    return TalksReport(signed, broken)


def wish_of_junta(
    state: State, junta: int, profile: dict[str, Floats], prospects: Floats, parameters: DiplomacyParameters
) -> Floats:
    """(F,) worth to the junta of a ceasefire with each group, months of its revenue; see the module's docstring.

    Args:
        state: losses and towns lost of the past year.
        junta: its index.
        profile: (F,) arrays of the actors' parameters by name.
        prospects: (F, F + 1) as in :func:`step`.
        parameters: the table above.
    """
    weary = float(profile["war_weariness"][junta] * state.losses_year[junta]) / 0.1
    lost = parameters.weight_towns * float(state.towns_lost_year[junta]) / 10
    return weary + lost - prospects[junta, :-1] - parameters.reluctance
