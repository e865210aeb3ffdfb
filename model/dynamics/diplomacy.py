"""Talks: ceasefires with the junta, and their end; a settlement for all is :mod:`model.dynamics.settlement`'s.

For each armed group ``f`` at war with the junta the worth of a ceasefire over war, in months of its own revenue:

``U_f = w losses_f / 0.1 + broker_f - waiting_f - prospects_f - autonomy_f - r``

and for the junta ``U_J = w losses_J / 0.1 + c towns lost / 10 + broker_f + coercion - prospects_J,f - r``. A ceasefire is signed
with the monthly chance ``h sigma(theta U_f) sigma(theta U_J)`` (both must want it: Geller & Moss 2008); what China offers and
threatens for a ceasefire is bargained over in :mod:`agents.beijing.talks`. Prospects are the best expected utility of an
attack on the other within reach. ``waiting`` is what a group hopes to get from outside if it does not sign alone: backing from
abroad delays negotiated ends (Balch-Lindsay, Enterline & Joyce 2008); ``coercion`` what the junta believes of threats.

A group at peace takes up arms with ``b sigma(theta W_f)``,

``W_f = prospects_f + g federal_f + v towns won by allies / 10 - s d_f - i``:

for what it wants of the state, and the sooner the more its allies win (the AA two weeks after Operation 1027: P14); what
Beijing would do to it holds back those who depend on China (``s`` counts twice while a deal with Beijing holds).

Who fights the junta need not fight each of its militias: wars are fought with those who are in the way or hold what is worth
having. A group turns on a militia that leaves it alone with ``b sigma(theta (prospects_f,g - q))``, and on none against which no
attack would pay; what Beijing is feared to do is in the prospects already.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from model.compile import compiled
from model.draws import Draws
from model.dynamics.ground import Ground
from model.parameters import ParameterTable, parameter
from model.state import State

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


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
        0.2,
        low=0.0,
        high=0.5,
        unit="1/month",
        meaning="Chance that a group at peace takes up arms when that is sure to pay.",
        source="assumed from 2021: most groups that fought did so within months of the coup",
        status="weakly identified",
    )
    weight_cause: float = parameter(
        5.0,
        low=0.0,
        high=10.0,
        unit="-",
        meaning="Weight of federal terms as a cause to take up arms.",
        source="assumed",
    )
    weight_victories: float = parameter(
        2.0, low=0.0, high=8.0, unit="months of revenue", meaning="Pull of ten towns that allies have won in a year.",
        source="assumed; SOURCES P14: others followed Operation 1027 within weeks",
    )  # fmt: skip
    weight_sanction: float = parameter(
        6.0, low=0.0, high=15.0, unit="months of revenue", status="weakly identified",
        meaning="What Beijing is feared to do to one wholly dependent on it that takes up arms.",
        source="assumed: the UWSA and NDAA never did, the MNDAA kept its ceasefire of January 2025",
    )  # fmt: skip
    inertia: float = parameter(
        4.0, low=0.0, high=10.0, unit="months of revenue", meaning="What a group at peace must gain to take up arms.",
        source="assumed: RCSS and SSPP stayed out", status="weakly identified",
    )  # fmt: skip
    restraint: float = parameter(
        1.0, low=0.0, high=6.0, unit="months of revenue", status="weakly identified",
        meaning="What a group must expect of it before it turns on a militia that leaves it alone, q.",
        source="assumed: the KIA fought the junta for years beside the NDA-K before it took the mines in October 2024 (SOURCES T4)",
    )  # fmt: skip
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


def stop_fighting(state: State, junta: int, groups: Ints | Bools) -> None:
    """End the wars of some groups with the junta and with the militias on its side; others' stances stay.

    Args:
        state: ``stance`` changes.
        junta: index of the junta.
        groups: indices of the groups, or a mask of them.
    """
    for side in np.flatnonzero(state.stance[junta] == 1):
        quiet = np.maximum(state.stance[side, groups], 0)
        state.stance[side, groups] = state.stance[groups, side] = quiet


def begin_fighting(state: State, junta: int, groups: Ints | Bools) -> None:
    """Set some groups at war with the junta and with the militias on its side.

    Args:
        state: ``stance`` changes.
        junta: index of the junta.
        groups: indices of the groups, or a mask of them.
    """
    for side in np.flatnonzero(state.stance[junta] == 1):
        state.stance[side, groups] = state.stance[groups, side] = -1


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
    junta, p, stance = sides.junta, parameters, state.stance[sides.junta]
    u = draws.uniform("talks", state.month, ground.actor_keys)
    war, quiet = stance == -1, (stance == 0) & (np.arange(len(stance)) != junta) & ~state.parties
    signed = broken = nothing
    # Chances are at most the hazards: in most months no draw is extreme enough, and there is nothing to weigh.
    if (war & (u < p.ceasefire_hazard)).any():
        signed = (war & (u < _chance_to_sign(state, profile, sides, p))).nonzero()[0]
    if (quiet & (u > 1 - p.break_hazard)).any():
        tempted = taking_up_arms(state, junta, profile, sides.prospects[:, junta], p)
        broken = (quiet & (u > 1 - tempted)).nonzero()[0]
    if signed.size:
        stop_fighting(state, junta, signed)
    if broken.size:
        begin_fighting(state, junta, broken)
    return TalksReport(signed, broken)


def _chance_to_sign(state: State, profile: dict[str, Floats], sides: Delegations, p: DiplomacyParameters) -> Floats:
    """(F,) monthly chance that each signs a ceasefire with the junta; see the module's docstring."""
    weary, against = weariness(state, profile), sides.prospects[:, sides.junta]
    worth = weary + sides.brokering - sides.waiting - against - profile["autonomy_cost"] - p.reluctance
    ours = wish_of_junta(state, sides.junta, profile, sides.prospects[sides.junta, :-1], p)
    ours = ours + sides.brokering + sides.coercion
    return np.asarray(p.ceasefire_hazard * special.expit(p.precision * worth) * special.expit(p.precision * ours))


def turn_on_militias(
    ground: Ground, state: State, draws: Draws, sides: Delegations, parameters: DiplomacyParameters
) -> tuple[Ints, Ints]:
    """Let those at war with the junta turn on militias of its side that they have not fought; see the module's docstring.

    Args:
        ground: static arrays.
        state: ``stance`` changes.
        draws: keyed draws.
        sides: who talks, and what each sees.
        parameters: the table above.

    Returns:
        (K,) who turns on (K,) whom.
    """
    p, left_alone = parameters, left_alone_militias(state, sides.junta)
    group, militia = (left_alone & (sides.prospects[:, :-1] > 0)).nonzero()
    chance = p.break_hazard * special.expit(p.precision * (sides.prospects[group, militia] - p.restraint))
    keys = ground.actor_keys
    turns = draws.uniform("militia", state.month, keys[group], keys[militia]) < chance
    group, militia = group[turns], militia[turns]
    state.stance[group, militia] = state.stance[militia, group] = -1
    return group, militia


def left_alone_militias(state: State, junta: int) -> Bools:
    """(F, F) pairs of a group at war with the junta and a militia of its side with which it is not."""
    if junta < 0:
        return np.zeros(state.stance.shape, bool)
    of_junta = slice(junta, junta + 1)  # slices, which make no copies
    return np.asarray((state.stance[:, of_junta] == -1) & (state.stance[of_junta] == 1) & (state.stance == 0))


def weariness(state: State, profile: dict[str, Floats], who: Any = ...) -> Any:
    """What each of some actors, one of them, or all (F,) would give for an end of their losses, months of revenue."""
    return profile["war_weariness"][who] * state.losses_year[who] / 0.1


def taking_up_arms(
    state: State, junta: int, profile: dict[str, Floats], prospects: Floats, parameters: DiplomacyParameters
) -> Floats:
    """(F,) monthly chance that a group at peace with the junta goes to war; see the module's docstring.

    Args:
        state: alliances, and towns lost and won of the past year.
        junta: its index.
        profile: (F,) arrays of the actors' parameters by name.
        prospects: (F,) best expected utility of an attack on the junta.
        parameters: the table above.
    """
    p = parameters
    allies = (state.stance == 1) & (state.stance[junta] == -1)
    won = np.zeros(len(allies))
    for other, towns in enumerate(np.maximum(-state.towns_lost_year, 0.0)):  # one after another, as kernels sum
        won += allies[:, other] * towns
    cause = p.weight_cause * profile["federal_preference"] + p.weight_victories * won / 10
    fear = p.weight_sanction * profile["dependence_on_china"] * (1 + state.dealings.halted) + p.inertia
    return np.asarray(p.break_hazard * special.expit(p.precision * (prospects + cause - fear)))


def wish_of_junta(
    state: State, junta: int, profile: dict[str, Floats], prospects: Any, parameters: DiplomacyParameters
) -> Any:
    """Worth to the junta of a ceasefire with some groups, or one, months of its revenue; see the module's docstring.

    Args:
        state: losses and towns lost of the past year.
        junta: its index.
        profile: (F,) arrays of the actors' parameters by name.
        prospects: what it expects of a war with each of them.
        parameters: the table above.
    """
    weary = float(weariness(state, profile, junta))
    lost = parameters.weight_towns * float(state.towns_lost_year[junta]) / 10
    return weary + lost - prospects - parameters.reluctance


@compiled
def brokering(run: Any, a: int) -> float:
    """What brokers add to a peace with an armed actor, months of revenue; an envoy without a target helps all."""
    us, given = run.rules.united_states, run.policy[a]
    envoy = max(given.envoy, run.policy[-1].envoy)
    return us.brokering_gain * max(given.brokering, us.envoy_brokering * envoy)


@compiled
def coercion(run: Any) -> float:
    """What the junta expects threats to cost it unless it makes peace, months of its own revenue over its horizon."""
    junta = run.land.junta
    if junta < 0:
        return 0.0
    cost = run.rules.united_states.tariff_usd * run.policy[-1].believed_threat
    return run.actors[junta].horizon_months * cost / run.state.revenue[junta]
