"""Talks: ceasefires with the junta, their end, and a federal settlement.

For each armed group ``f`` at war with the junta the worth of a ceasefire over war, in months of its own revenue:

``U_f = w losses_f / 0.1 + broker_f - prospects_f - autonomy_f - r``

and for the junta ``U_J = w losses_J / 0.1 + c towns lost / 10 + broker_f - prospects_J,f - r``. A ceasefire is signed with the
monthly chance ``h sigma(theta U_f) sigma(theta U_J)`` (both must want it: Geller & Moss 2008); what China offers and threatens
for a ceasefire is bargained over in :mod:`model.dynamics.bargain`. It is broken with ``b sigma(theta (prospects_f - d_f
pressure_f - 1))``. Prospects are the best expected utility of an attack on the other within reach (in a settlement: on
anybody). A settlement is a hazard when junta, KIA and the PDFs each prefer federal terms:
``s prod sigma(theta (federal_i - prospects_i + ...))``; raised by brokering, followers and the junta's losses.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from model.draws import Draws, key
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
    settlement_hazard: float = parameter(
        0.02,
        low=0.0,
        high=0.2,
        unit="1/month",
        meaning="Chance of a settlement when all three surely prefer it.",
        source="assumed",
    )


@dataclass(frozen=True)
class TalksReport:
    """Who signed, who broke, and whether all settled."""

    signed: Ints
    broken: Ints
    settled: bool


def step(
    ground: Ground,
    state: State,
    draws: Draws,
    junta: int,
    groups: dict[str, Ints],
    profile: dict[str, Floats],
    prospects: Floats,
    brokering: Floats,
    followers: float,
    parameters: DiplomacyParameters,
) -> TalksReport:
    """Hold the talks of a month.

    Args:
        ground: static arrays.
        state: ``stance`` and ``settlement`` change.
        draws: keyed draws.
        junta: index of the junta; without one (-1) nothing happens.
        groups: ``kia`` and ``pdf``: indices of those whose consent a settlement needs.
        profile: (F,) arrays of the actors' parameters by name.
        prospects: (F, F + 1) best expected utility of each actor's attacks on each other one, at least 0.
        brokering: (F,) what a broker adds to a peace with each, months of revenue.
        followers: share of Western governments that recognise the opposition, 0-1.
        parameters: the table above.
    """
    nothing = np.zeros(0, np.int64)
    if junta < 0:
        return TalksReport(nothing, nothing, False)
    p = parameters
    weary = profile["war_weariness"] * state.losses_year / 0.1
    depends = profile["dependence_on_china"]
    against, best = prospects[:, junta], prospects.max(axis=1)
    worth = weary + brokering - against - profile["autonomy_cost"] - p.reluctance
    ours = wish_of_junta(state, junta, profile, prospects, p) + brokering
    chance = p.ceasefire_hazard * special.expit(p.precision * worth) * special.expit(p.precision * ours)
    u = draws.uniform("talks", state.month, ground.actor_keys)
    war = state.stance[junta] == -1
    signed = np.flatnonzero(war & (u < chance))
    tempted = p.break_hazard * special.expit(p.precision * (against - depends * state.pressure - 1))
    quiet = (state.stance[junta] == 0) & (np.arange(len(war)) != junta) & (not state.settlement)
    broken = np.flatnonzero(quiet & (state.losses_year > 0) & (u > 1 - tempted))
    state.stance[junta, signed] = state.stance[signed, junta] = 0
    state.stance[junta, broken] = state.stance[broken, junta] = -1
    settled = _settle(state, draws, junta, groups, profile, best, brokering, followers, p)
    return TalksReport(signed, broken, settled)


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


def _settle(
    state: State,
    draws: Draws,
    junta: int,
    groups: dict[str, Ints],
    profile: dict[str, Floats],
    prospects: Floats,
    brokering: Floats,
    followers: float,
    p: DiplomacyParameters,
) -> bool:
    if state.settlement or not groups["kia"].size or not groups["pdf"].size:
        return False
    federal = profile["federal_preference"] - prospects + profile["war_weariness"] * state.losses_year / 0.1
    junta_gain = federal[junta] + followers + p.weight_towns * state.towns_lost_year[junta] / 10 - p.reluctance
    chance = p.settlement_hazard * special.expit(p.precision * junta_gain)
    for name in ("kia", "pdf"):
        gain = float((federal + brokering)[groups[name]].mean()) - p.reluctance
        chance *= special.expit(p.precision * gain)
    if draws.scalar("settlement", state.month, key("settlement")) >= chance:
        return False
    state.settlement = True
    state.stance[state.stance == -1] = 0
    return True
