"""Governing: the hope that an armed organisation governs on, and how it stands with patrons.

Services are chosen in :mod:`agents.armed.budget`.

*Hope* (article: the precedent for the KNDF, the KNU and others). State: ``state.hope``, 0-1, how far an organisation
believes that governing well is backed from outside::

    hope_f <- hope_f + a (max_g [services_g backing_g / (backing_g + half) - d_f pressure_g] - hope_f),   g: not the junta

``backing`` is what ``g`` has from recognition or aid beyond the start's; that Beijing presses ``g`` frightens those who depend
on China (August 2025). Assumed throughout. Moves the choice of services, the worth of federal terms and of a separate peace,
the coordination of the People's Defence Forces; outcomes ``hope_of_others``, ``services_*``, ``federal_settlement``.

*Standing* with a patron ("strategic empowerment" in the article): see :func:`standing`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.dynamics.ground import Ground, heads, over_heads
from model.kernels import accounts, compiled
from model.parameters import ParameterTable, parameter
from model.state import State
from model.world.world import World

Floats = NDArray[np.float64]


class GovernanceParameters(ParameterTable):
    """Services, hope, coordination."""

    services_most: float = parameter(
        0.3, low=0.0, high=0.8, unit="0-1", meaning="Largest share of its revenue that an organisation spends on services.",
        source="assumed: war comes first",
    )  # fmt: skip
    hope_rate: float = parameter(
        0.05, low=0.0, high=0.5, unit="1/month", meaning="Speed at which hope follows what others get.",
        source="assumed: more than a year; article S3",
    )  # fmt: skip
    hope_half: float = parameter(
        0.15, low=0.02, high=1.0, unit="0-1", meaning="Backing of one organisation at which others are half convinced.",
        source="assumed: office-level dealings count as a precedent",
    )  # fmt: skip
    coordination_gain: float = parameter(
        0.5, low=0.0, high=1.0, unit="0-1", source="assumed; article S18",
        meaning="How far hope or recognition of its own closes a People's Defence Force's gap to full coordination.",
    )  # fmt: skip


@dataclass(frozen=True)
class Standing:
    """How each armed actor stands by a patron's criteria; (F,) arrays, 0-1."""

    legitimacy: Floats
    capacity: Floats
    alignment: Floats
    stability: Floats
    resources: Floats


def services_given(world: World, state: State, controlled: Floats | None = None) -> Floats:
    """(F,) government services that the people under each actor's control get, 0-1."""
    people_now = heads(world, state) if controlled is None else controlled
    return np.asarray(over_heads(world, state, state.services) / np.maximum(people_now, 1.0))


def learn(
    world: World,
    state: State,
    profile: dict[str, Floats],
    aid: Floats,
    teachers: Floats,
    p: GovernanceParameters,
    controlled: Floats | None = None,
) -> None:
    """Move hope; see the module's docstring.

    Args:
        world: the world.
        state: ``hope`` changes.
        profile: (F,) arrays of the actors' parameters by name.
        aid: (F,) aid delivered, 0-1 of the most that could be done.
        teachers: (F,) 1 for those who learn from each other's treatment, 0 for the junta.
        p: the table above.
        controlled: see :func:`wanted_level`.
    """
    if compiled():
        people_now = heads(world, state) if controlled is None else controlled
        accounts.learn(
            state.hope,
            (state.recognition, profile["recognition_base"], aid),
            (state.control, world.population, state.services, people_now),
            teachers,
            (profile["dependence_on_china"], state.pressure),
            (p.hope_half, p.hope_rate),
        )
        return
    backing = np.maximum(np.maximum(state.recognition - profile["recognition_base"], aid), 0.0)
    lesson = teachers * services_given(world, state, controlled) * backing / (backing + p.hope_half)
    fright = profile["dependence_on_china"][:, None] * (teachers * state.pressure * (backing > 0))[None, :]
    signal = np.minimum(np.maximum((lesson[None, :] - fright).max(axis=1), 0.0), 1.0)
    state.hope += p.hope_rate * (teachers * signal - state.hope)


def standing(world: World, ground: Ground, state: State, profile: dict[str, Floats]) -> Standing:
    """How each armed actor stands by the criteria of "strategic empowerment".

    Legitimacy is the consent of the people under its control; governing capacity their services times the share of its
    homeland's people that it controls; alignment how little it depends on China times its preference for federal terms (from
    -1, central rule, to 1); stability the share of upkeep paid, of fighters kept over a year and of places not besieged, multiplied;
    resources the share of the country's mining capacity that it holds. All 0-1. The reading of each is assumed.

    Args:
        world: the world.
        ground: static arrays.
        state: the state, unchanged.
        profile: (F,) arrays of the actors' parameters by name.
    """
    forces = len(state.troops)
    people = state.control[:-1] * world.population
    home = ground.home[:, : people.shape[1]]
    reach = (people * home).sum(axis=1) / np.maximum((home * world.population).sum(axis=1), 1.0)
    consent = (people * state.legitimacy).sum(axis=1) / np.maximum(people.sum(axis=1), 1.0)
    federal = np.clip((1 + profile["federal_preference"]) / 2, 0.0, 1.0)
    held = np.bincount(state.holder[state.holder >= 0], minlength=forces)
    threatened = np.bincount(state.holder[(state.holder >= 0) & (state.attacker >= 0)], minlength=forces)
    kept = np.clip(1 - state.losses_year, 0.0, 1.0) * (1 - threatened / np.maximum(held, 1))
    owner = state.holder[world.mine_place]
    ore = np.bincount(owner[owner >= 0], state.capacity[owner >= 0], minlength=forces)
    return Standing(
        legitimacy=consent,
        capacity=services_given(world, state) * reach,
        alignment=(1 - profile["dependence_on_china"]) * federal,
        stability=state.paid * kept,
        resources=ore / max(float(state.capacity.sum()), 1e-9),
    )
