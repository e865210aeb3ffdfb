"""A settlement on federal terms, its collapse, and the elections it promises.

State: ``state.accord.in_force`` (signed and in force), ``settlement_age`` (months), ``parties`` (who signed), ``elections`` (held).
No settlement of this kind has been signed since 1949, so form and weights are assumed; in months of each one's own revenue::

    G_i = federal_i + w losses_i / 0.1 + hope_i + broker_i - prospects_i        (KIA; mean of the People's Defence Forces)
    G_J = federal_J + w losses_J / 0.1 + c towns lost / 10 + x (opposition's standing - junta's) + z squeeze
          + coercion + broker - prospects_J

    chance of signing this month    = s  prod_i sigma(theta G_i)
    chance of collapse this month   = b (1 - prod_i sigma(theta G_i)),   until elections are held

with prospects those of the best attack within reach on the other side, ``x`` the weight of Western governments that recognise
the opposition rather than the junta (the article's pressure for elections), ``squeeze`` the share of its revenue that the
junta has lost against its best (so sanctions, tariffs and lost gates count, and relief takes it away), ``coercion`` the cost of
threats that it believes. What federal terms cost or bring net of the end of fighting is in ``federal``, so the reluctance of
ceasefires is not counted again. A signature ends the junta's wars with every organisation that prefers federal terms
(``federal_i + hope_i > 0``); ``election_months`` later elections are held.

Assumed ranges stand in the table below. Moves ``federal_settlement``, ``elections_held``, ``deaths_fighters`` and control.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from model.draws import Draws, key
from model.dynamics.diplomacy import Delegations, DiplomacyParameters, begin_fighting, stop_fighting, weariness
from model.parameters import ParameterTable, parameter
from model.state import State

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_KEY = key("settlement")


class SettlementParameters(ParameterTable):
    """Hazards and weights of a federal settlement."""

    hazard: float = parameter(
        0.02, low=0.0, high=0.2, unit="1/month", meaning="Chance of a settlement when all surely prefer it.",
        source="assumed: four years of talks even between willing sides, as in 2011-15",
    )  # fmt: skip
    collapse: float = parameter(
        0.05, low=0.0, high=0.3, unit="1/month", source="assumed: the accords of 2011-15 lasted two to ten years",
        meaning="Chance that a settlement collapses when somebody surely prefers war.",
    )  # fmt: skip
    election_months: int = parameter(
        18, low=3, high=60, unit="months", meaning="Months from a settlement to the elections it promises.",
        source="assumed",
    )  # fmt: skip
    weight_standing: float = parameter(
        1.0, low=0.0, high=5.0, unit="months of revenue", source="assumed; article S16",
        meaning="Cost for the junta when all Western governments recognise its opponents and none itself.",
    )  # fmt: skip
    weight_squeeze: float = parameter(
        12.0, low=0.0, high=36.0, unit="months of revenue", source="assumed: a year of what is lost",
        meaning="Cost for the junta of losing all its revenue, felt in proportion.",
    )  # fmt: skip
    weight_hope: float = parameter(
        0.5, low=0.0, high=3.0, unit="months of revenue", source="assumed; article S3",
        meaning="Worth of federal terms to an organisation sure that governing well is backed from outside.",
    )  # fmt: skip


@dataclass(frozen=True)
class Opposition:
    """Whose consent a settlement needs beside the junta's, and how they stand abroad."""

    kia: Ints
    pdf: Ints
    """Indices of armed actors."""
    standing: float
    """Share of Western governments that recognise them, less the share that recognises the junta, -1 to 1."""


def consent(
    state: State,
    profile: dict[str, Floats],
    sides: Delegations,
    others: Opposition,
    tables: tuple[SettlementParameters, DiplomacyParameters],
) -> float:
    """Chance that junta, KIA and People's Defence Forces all prefer federal terms to war this month, 0-1.

    Args:
        state: the state, unchanged.
        profile: (F,) arrays of the actors' parameters by name.
        sides: who talks, and what each sees.
        others: the other parties.
        tables: the table above and that of ceasefires, for what they share.
    """
    p, talks = tables
    junta = sides.junta
    gain = profile["federal_preference"] + weariness(state, profile)
    against = sides.prospects[:, junta].copy()
    against[junta] = sides.prospects[junta, np.concatenate([others.kia, others.pdf])].max()
    gain = gain + p.weight_hope * state.hope + sides.brokering - against
    squeeze = 1 - float(state.revenue[junta] / state.revenue_best[junta])
    ours = float(gain[junta]) + talks.weight_towns * float(state.towns_lost_year[junta]) / 10
    ours += p.weight_standing * others.standing + p.weight_squeeze * squeeze + sides.coercion
    ours += float(sides.brokering.max() - sides.brokering[junta])
    chance = float(special.expit(talks.precision * ours))
    for group in (others.kia, others.pdf):
        chance *= float(special.expit(talks.precision * gain[group].mean()))
    return chance


def stirs(state: State, draws: Draws, junta: int, kia: Ints, pdf: Ints, p: SettlementParameters) -> bool:
    """Whether :func:`step` can come to anything this month, whatever all sides would prefer."""
    if junta < 0 or not kia.size or not pdf.size or state.accord.elections:
        return False
    return state.accord.in_force or draws.scalar("settlement", state.month, _KEY) < p.hazard


def step(
    state: State,
    draws: Draws,
    profile: dict[str, Floats],
    sides: Delegations,
    others: Opposition,
    tables: tuple[SettlementParameters, DiplomacyParameters],
) -> str:
    """Sign, keep or break the settlement; hold elections.

    Args:
        state: settlement, parties, elections and ``stance`` change.
        draws: keyed draws.
        profile: (F,) arrays of the actors' parameters by name.
        sides: who talks, and what each sees.
        others: the other parties.
        tables: the table above and that of ceasefires.

    Returns:
        "signed", "collapsed", "elections", or "" where nothing happened.
    """
    if sides.junta < 0 or not others.kia.size or not others.pdf.size:
        return ""
    p = tables[0]
    u = draws.scalar("settlement", state.month, _KEY)
    if state.accord.elections:
        return ""
    if not state.accord.in_force:
        # Consent is at most 1: in most months it need not be worked out.
        if u >= p.hazard or u >= p.hazard * consent(state, profile, sides, others, tables):
            return ""
        _sign(state, profile, sides.junta, others, p.weight_hope)
        return "signed"
    state.accord.months += 1
    if state.accord.months >= p.election_months:
        state.accord.elections = True
        return "elections"
    if u > 1 - p.collapse and u > 1 - p.collapse * (1 - consent(state, profile, sides, others, tables)):
        _break(state, sides.junta)
        return "collapsed"
    return ""


def _sign(state: State, profile: dict[str, Floats], junta: int, others: Opposition, weight_hope: float) -> None:
    parties = profile["federal_preference"] + weight_hope * state.hope > 0
    parties[np.concatenate([others.kia, others.pdf])] = True
    parties &= state.stance[junta] == -1
    state.accord.in_force, state.accord.months, state.parties = True, 0, parties
    stop_fighting(state, junta, parties)


def _break(state: State, junta: int) -> None:
    state.accord.in_force = False
    again = state.parties
    begin_fighting(state, junta, again)
    state.parties = np.zeros_like(again)
