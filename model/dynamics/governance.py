"""Governance: the hope that others draw from the treatment of an armed organisation, and its relations with patrons.

*Hope* (article: the precedent for the KNDF, the KNU and others). State: ``state.hope``, 0-1, how far an organisation
believes that governing well is backed from outside::

    hope_f <- hope_f + a (max_g [services_g backing_g / (backing_g + half) - d_f pressure_g] - hope_f),   g: not the junta

``a`` is the rate of consent (:mod:`model.dynamics.people`), ``backing`` what ``g`` has from recognition or aid;
that Beijing presses ``g`` frightens those who depend on China (August 2025). Assumed throughout. Moves the choice of services, the
worth of federal terms and of a separate peace; outcomes ``hope_of_others``, ``services_*``, ``federal_settlement``.

*Standing* with a patron ("strategic empowerment" in the article): :func:`legitimacy`, :func:`capacity`, :func:`alignment`,
:func:`stability`, :func:`resources`, each 0-1. The reading of each is assumed.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from model.compile import compiled
from model.dynamics.people import consenting, controlled, served
from model.parameters import ParameterTable, parameter


class GovernanceParameters(ParameterTable):
    """Services, hope, coordination."""

    services_most: float = parameter(0.3, low=0.0, high=0.8, unit="0-1")
    """Maximum share of revenue that an organisation spends on services. Source: assumed: war comes first."""
    hope_half: float = parameter(0.15, low=0.02, high=1.0, unit="0-1")
    """Backing of one organisation at which the hope of others reaches one half. Source: assumed: office-level
    dealings count as a precedent."""


# equations -----------------------------------------------------------------------------------------------------------


@compiled
def services_given(run: Any, a: int, people: float) -> float:
    """Services, 0-1, that the given number of people under an actor's control get on average."""
    return served(run, a) / max(people, 1.0)


@compiled
def backing(run: Any, a: int) -> float:
    """What an actor has from recognition or aid, 0-1: aid in full from its precedent on."""
    return max(run.state.recognition[a], min(run.policy[a].aid, 1.0))


@compiled
def lesson(run: Any, a: int) -> float:
    """How convincing an actor's example is that governing well is backed from outside, 0-1."""
    backed = backing(run, a)
    services = services_given(run, a, run.state.people[a])
    return services * backed / (backed + run.rules.governance.hope_half)


@compiled
def legitimacy(run: Any, a: int) -> float:
    """Consent of the people under an actor's control, 0-1."""
    return consenting(run, a) / max(controlled(run, a), 1.0)


@compiled
def capacity(run: Any, a: int) -> float:
    """Governing capacity, 0-1: services times the share of the people of its homeland that an actor controls."""
    at_home = 0.0
    for n in range(len(run.land.population)):
        at_home += run.state.control[a, n] * run.land.home_people[a, n]
    return services_given(run, a, controlled(run, a)) * at_home / max(run.land.homeland[a], 1.0)


@compiled
def alignment(run: Any, a: int) -> float:
    """How little an actor depends on China times its preference for federal terms (-1, central rule, to 1), 0-1."""
    federal = min(max((1 + run.actors[a].federal_preference) / 2, 0.0), 1.0)
    return (1 - run.state.dependence[a]) * federal


@compiled
def stability(run: Any, a: int) -> float:
    """Share of upkeep paid, of fighters kept over a year and of places not besieged, multiplied; 0-1."""
    held, threatened = 0, 0
    for p in range(len(run.state.holder)):
        if run.state.holder[p] == a:
            held += 1
            threatened += 1 if run.state.attacker[p] >= 0 else 0
    kept = min(max(1 - run.state.losses_year[a], 0.0), 1.0)
    return run.state.paid[a] * kept * (1 - threatened / max(held, 1))


@compiled
def resources(run: Any, a: int) -> float:
    """Share of the country's mining capacity that an actor holds, 0-1."""
    held, total = 0.0, 0.0
    for m in range(len(run.state.capacity)):
        total += run.state.capacity[m]
        held += run.state.capacity[m] if run.state.holder[run.land.mine_place[m]] == a else 0.0
    return held / max(total, 1e-9)


# process -------------------------------------------------------------------------------------------------------------


@compiled
def learn(run: Any) -> None:
    """Move (F,) hope; the junta neither teaches nor learns."""
    state, junta, rate = run.state, run.land.junta, run.rules.people.consent_rate
    forces = len(state.hope)
    lessons, felt, stirs = np.zeros(forces), np.zeros(forces), False
    for other in range(forces):
        stirs = stirs or state.hope[other] > 0.0
        if other != junta and backing(run, other) > 0.0:
            lessons[other], felt[other], stirs = lesson(run, other), state.pressure[other], True
    if not stirs:
        return
    for a in range(forces):
        best = 0.0
        for other in range(forces):
            best = max(best, lessons[other] - state.dependence[a] * felt[other])
        signal = min(best, 1.0) if a != junta else 0.0
        state.hope[a] += rate * (signal - state.hope[a])
