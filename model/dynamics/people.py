"""People: services, consent, volunteers, conscripts, deserters.

Services ``q`` relax towards spending a head over the cost of full services; consent ``L`` towards
``b + g q - h harm`` with ``b`` higher at home (RebeLand's loop of issue, service, satisfaction and legitimacy:
Cioffi-Revilla & Rouleau 2010). Volunteers come in proportion to the force and consent and level off at a cap: leaders and
arms, not money, bind (finding 5 of the facts): a factor on the fighters of the start, or a share of the homeland's people,
whichever is more, so that forces can form where there were none. Desertion grows with unpaid upkeep. All in whole persons.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from model.draws import Draws
from model.dynamics.ground import Ground, heads, over_heads
from model.dynamics.posting import share_out
from model.parameters import ParameterTable, parameter
from model.state import State
from model.world.world import World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class PeopleParameters(ParameterTable):
    """Services, consent and manpower."""

    services_rate: float = parameter(
        0.1, low=0.01, high=0.5, unit="1/month", meaning="Speed at which services follow spending.", source="assumed"
    )
    consent_rate: float = parameter(
        0.05, low=0.01, high=0.3, unit="1/month", meaning="Speed at which consent follows.", source="assumed"
    )
    consent_home: float = parameter(
        0.6,
        low=0.0,
        high=1.0,
        unit="0-1",
        meaning="Consent in the homeland without services or harm.",
        source="assumed",
    )
    consent_abroad: float = parameter(
        0.3, low=0.0, high=1.0, unit="0-1", meaning="Consent elsewhere likewise.", source="assumed"
    )
    consent_coup: float = parameter(
        0.35,
        low=0.0,
        high=1.0,
        unit="0-1",
        meaning="Consent to a central government that came by a coup.",
        source="assumed",
    )
    consent_services: float = parameter(
        0.3, low=0.0, high=1.0, unit="0-1", meaning="Gain of consent by full services.", source="assumed; article S10"
    )
    consent_harm: float = parameter(
        0.3, low=0.0, high=1.0, unit="0-1", meaning="Loss of consent to an actor where its aircraft fight.",
        source="assumed; Bennett 2008, Schutte 2015",
    )  # fmt: skip
    services_control: float = parameter(
        0.5, low=0.1, high=1.0, unit="0-1", source="assumed: schools and clinics need the upper hand",
        meaning="Share of the countryside at which the services paid for arrive in full.",
    )  # fmt: skip
    consent_normal: float = parameter(
        0.5, low=0.1, high=1.0, unit="0-1", source="assumed: about where the wars of 2021 began",
        meaning="Consent at which volunteers come at their rate; they come in proportion to it.",
    )  # fmt: skip
    cap_fade: float = parameter(
        3.0, low=1.0, high=20.0, unit="x", source="assumed: a third of the cap left",
        meaning="How steeply recruiting fades as the cap nears: in full until 1 over this is left of it.",
    )  # fmt: skip
    unpaid_desertion: float = parameter(
        0.03, low=0.0, high=0.2, unit="1/month", meaning="Deserters on top when nothing is paid.", source="assumed"
    )


def services_aim(state: State, level: Floats, p: PeopleParameters) -> Floats:
    """(F, N) services that come to rest at a level (F,) of spending: in full where the actor has enough countryside."""
    return level[:, None] * np.minimum(state.control[:-1] / p.services_control, 1.0)


@lru_cache(maxsize=16)
def base_consent(ground: Ground, territories: int, p: PeopleParameters) -> Floats:
    """(F, N) consent without services, harm or news."""
    home = ground.home[:, :territories]
    central = np.asarray(ground.home.all(axis=1))[:, None]
    return np.where(central, p.consent_coup, np.where(home, p.consent_home, p.consent_abroad)).astype(np.float64)


@lru_cache(maxsize=16)
def home_people(ground: Ground, world: World) -> tuple[Floats, Floats]:
    """(F, N) persons of each actor's homeland, and their (F,) sums."""
    home = np.asarray(ground.home[:, : len(world.codes)] * world.population)
    return home, home.sum(axis=1)


def _consent(ground: Ground, world: World, state: State, under_control: Floats) -> Floats:
    """(F,) mean consent of those whom each can recruit: the people it controls, or those of its homeland."""
    home, at_home = home_people(ground, world)
    total = np.where(under_control > 0, under_control, at_home)
    consent = over_heads(world, state, state.legitimacy)
    for actor in (under_control <= 0).nonzero()[0]:
        consent[actor] = (home[actor] * state.legitimacy[actor]).sum()
    return consent / np.maximum(total, 1.0)


def serve(
    world: World,
    ground: Ground,
    state: State,
    spending: Floats,
    full_cost: float,
    airmen: Floats,
    p: PeopleParameters,
    controlled: Floats | None = None,
) -> None:
    """Move services and consent.

    Args:
        world: the world.
        ground: static arrays.
        state: ``services`` and ``legitimacy`` change.
        spending: (F,) USD on services this month.
        full_cost: USD a head and month that give full services.
        airmen: (F,) 0-1, how much of the month's air war is each actor's.
        p: the table above.
        controlled: (F,) persons under each one's control, if the caller has them at hand.
    """
    people_now = heads(world, state) if controlled is None else controlled
    level = np.minimum(spending / np.maximum(people_now, 1.0) / full_cost, 1.0)
    base = base_consent(ground, len(world.codes), p)
    state.services += p.services_rate * (services_aim(state, level, p) - state.services)
    harm = airmen[:, None] * np.minimum(state.tally.air_fights, 1.0)
    target = np.clip(base + p.consent_services * state.services - p.consent_harm * harm, 0.0, 1.0)
    state.legitimacy += p.consent_rate * (target - state.legitimacy)


def recruit(
    world: World,
    ground: Ground,
    state: State,
    draws: Draws,
    profile: dict[str, Floats],
    start: dict[str, Floats],
    p: PeopleParameters,
    controlled: Floats | None = None,
) -> None:
    """Volunteers, conscripts and deserters of the month; see the module's docstring.

    Args:
        world: the world.
        ground: static arrays.
        state: ``troops`` and the tally change.
        draws: keyed draws.
        profile: (F,) arrays of the actors' parameters by name.
        start: (F,) ``troops`` and ``people`` (persons under control) at the start of the run.
        p: the table above.
        controlled: (F,) persons under each one's control, if the caller has them at hand.
    """
    fighters = state.troops.sum(axis=1)
    controlled = heads(world, state) if controlled is None else controlled
    consent = _consent(ground, world, state, controlled)
    expected = _expected(fighters, controlled, consent, home_people(ground, world)[1], profile, start, p)
    recruits = draws.whole("recruits", state.month, expected, ground.actor_keys)
    _take_in(ground, state, recruits)
    state.tally.recruited += recruits
    _desert(ground, state, draws, profile["desertion_rate"] + p.unpaid_desertion * (1 - state.paid))
    lost = (state.tally.dead + state.tally.captured) / np.maximum(fighters, 1)
    state.losses_year += (12 * lost - state.losses_year) / 12
    state.towns_lost_year *= 11 / 12


def _expected(
    fighters: Ints,
    controlled: Floats,
    consent: Floats,
    homeland: Floats,
    profile: dict[str, Floats],
    start: dict[str, Floats],
    p: PeopleParameters,
) -> Floats:
    """(F,) volunteers and conscripts of the month before they are rounded to whole persons."""
    manpower = np.maximum(start["troops"], profile["mobilised_share"] * homeland)
    most = np.maximum(profile["force_cap"] * start["troops"], manpower)
    room = np.minimum(np.maximum(p.cap_fade * (1 - fighters / np.maximum(most, 1.0)), 0.0), 1.0)
    volunteers = profile["volunteer_rate"] * manpower * (consent / p.consent_normal) * room
    reach = np.minimum(controlled / np.maximum(start["people"], 1.0), 2.0)
    return np.asarray(volunteers + profile["conscripts_per_month"] * reach * room)


def _take_in(ground: Ground, state: State, recruits: Ints) -> None:
    """Post (F,) recruits to the joined places that their actor holds, or to its home where there is none."""
    held = state.holder[None] == np.arange(len(recruits))[:, None]
    weight = ground.posture * held * (state.isolated == 0)
    nowhere = weight.sum(axis=1) <= 0
    weight[nowhere, ground.home_place[nowhere]] = 1.0
    state.troops += share_out(weight, recruits)


def _desert(ground: Ground, state: State, draws: Draws, rate: Floats) -> None:
    """Fighters leave at a (F,) rate a month."""
    actor, place = np.nonzero(state.troops)
    keys = [ground.actor_keys[actor], ground.place_keys[place]]
    gone = draws.binomial("desertion", state.month, state.troops[actor, place], rate[actor], *keys)
    state.troops[actor, place] -= gone
    state.tally.deserted += np.bincount(actor, gone, minlength=len(rate)).astype(np.int64)
