"""Beijing at the gates: lanes that close and open, pressure on armed groups.

For an open lane of a crossing to China held by ``f`` (equation E3.8), a month's chance to close is
``logit = k0 + k1 offensive_f + k2 us_link_f + k4 collapse - k5 shortage [ore] - k6 talks_f``; a closed one reopens with
``logit = r0 + q k5 shortage [ore] - g [goods] + k6 talks_f - k1 offensive_f - k2 us_link_f``. ``us_link`` is how far the US deals
with the holder, ``collapse`` the junta's recent losses of towns, ``talks`` whether the holder has a ceasefire with the junta.
What the recognised government does at the border is no offence: gates that the junta holds are not shut for its own attacks.
``Talks`` also counts a deal with Beijing that holds, and patronage. All gates of
a holder share one draw a month: six Kachin gates were shut within a week of October 2024 and opened in one night of October
2025. Pressure follows offences: ``P <- P + gain (offence - P)``.
A supplier of arms is leaned on for its ally's offences: it stops giving arms to ally ``f`` with the monthly chance
``lambda d_supplier P_f`` (E3.8; the UWSA in August 2025) and may begin again once the pressure on ``f`` is gone. So the same
dependence that gives the Wa their trade gives Beijing the leash.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from model.draws import Draws, Keys
from model.dynamics.ground import Ground
from model.kernels import compiled, gates
from model.state import State
from model.world.world import World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

ORE_LANE, REAGENT_LANE, GOODS_LANE = 0, 1, 2


class Stance(NamedTuple):
    """What Beijing decides with: weights of its table, and what it sees; arrays over armed actors (F,)."""

    close_base: float
    reopen_base: float
    offensive: float
    us_link: float
    collapse: float
    shortage: float
    reopening: float
    """How much more shortage counts in reopening than in keeping open."""
    talks: float
    patience: float
    dwell: int
    link: Floats
    """How far the US deals with each actor, 0-1."""
    fear: float
    """How near the junta is to collapse, 0-1."""
    shut: Bools
    """(F, 3) lanes that Beijing keeps shut for good at the gates of each actor, whatever else it weighs."""


class Watch(NamedTuple):
    """How Beijing watches armed groups at its border; arrays over armed actors (F,)."""

    gain: float
    """Speed of pressure, 1/month."""
    memory: float
    """Persistence of the memory of offensives, 1/month."""
    attacks: float
    """Attacks a month that count as a full offensive."""
    us_link: float
    """Weight of full US engagement against that of a full offensive."""
    government: int
    """Index of the government that Beijing recognises, whose attacks are no offence; -1 none."""
    depends: Floats
    """Dependence on China, 0-1."""
    link: Floats
    """How far the US deals with each actor, 0-1."""


def lane_odds(world: World, state: State, at_peace: Floats, stance: Stance) -> tuple[Floats, Floats]:
    """Log-odds (X, 3) that Beijing closes a lane if it is open, and reopens it if it is shut, this month.

    Args:
        world: the world.
        state: holders, offensives, shortage.
        at_peace: (F,) 0-1, how far each actor is at peace with the junta, in a deal with Beijing or its client.
        stance: weights and what Beijing sees.
    """
    holder = state.holder[world.crossing_place]
    some = holder >= 0
    offence = np.where(some, stance.offensive * state.offensive[holder], 0.0)
    offence = offence + np.where(some, stance.us_link * stance.link[holder], 0.0)
    talks = np.where(some, stance.talks * at_peace[holder], 0.0)
    short = np.array([stance.shortage * max(state.market.shortage, 0.0), 0.0, 0.0])
    patience = np.array([0.0, 0.0, stance.patience])
    close = stance.close_base + (offence + stance.collapse * stance.fear - talks)[:, None] - short
    reopen = stance.reopen_base + (talks - offence)[:, None] + stance.reopening * short - patience
    return close, reopen


def update_lanes(
    world: World, state: State, draws: Draws, keys: Keys, at_peace: Floats, stance: Stance
) -> list[tuple[int, int, bool]]:
    """Let Beijing close and reopen lanes at the crossings to China.

    Args:
        world: the world.
        state: ``lanes`` and ``lane_age`` change.
        draws: keyed draws.
        keys: (X,) keys of draws: that of the gate's holder, so that gates of one holder are shut and opened together.
        at_peace: (F,) see :func:`lane_odds`.
        stance: weights and what Beijing sees.

    Returns:
        (crossing, lane, opened) for each change.
    """
    close, reopen = lane_odds(world, state, at_peace, stance)
    holder = state.holder[world.crossing_place]
    kept = (holder >= 0)[:, None] & stance.shut[holder]
    # One draw a key and month: what makes Beijing close one lane tends to make it close the others.
    u = draws.uniform("lanes", state.month, keys)[:, None]
    was_open = state.lanes >= 0.5
    chinese = world.chinese_crossings[:, None]
    free = chinese & (state.lane_age >= stance.dwell)
    closing = (free & was_open & (u < special.expit(close))) | (chinese & kept & (state.lanes > 0))
    # A month bad enough to shut a lane is none to open one.
    opening = free & ~was_open & ~kept & (1 - u < special.expit(reopen))
    state.lanes = np.where(closing, 0.0, np.where(opening, 1.0, state.lanes))
    state.lane_age = np.where(closing | opening, 0, state.lane_age + 1)
    changed = np.argwhere(closing | opening)
    return [(int(x), int(lane), bool(opening[x, lane])) for x, lane in changed]


def shut_gates_taken(world: World, state: State, before: Ints) -> list[tuple[int, int, bool]]:
    """Shut lanes at Chinese gates that came into the hands of one whose other gates are shut.

    Args:
        world: the world.
        state: ``lanes`` and ``lane_age`` change.
        before: (P,) holders at the beginning of the month.

    Returns:
        (crossing, lane, False) for each lane shut.
    """
    keeper, past = state.holder[world.crossing_place], before[world.crossing_place]
    taken = (keeper != past) & (keeper >= 0) & world.chinese_crossings
    shut: list[tuple[int, int, bool]] = []
    for crossing in taken.nonzero()[0]:
        others = (keeper == keeper[crossing]) & world.chinese_crossings & ~taken
        if not others.any():
            continue
        closed = (state.lanes[others].mean(axis=0) < 0.5) & (state.lanes[crossing] >= 0.5)
        state.lanes[crossing, closed], state.lane_age[crossing, closed] = 0.0, 0
        shut += [(int(crossing), int(lane), False) for lane in np.flatnonzero(closed)]
    return shut


def update_pressure(ground: Ground, state: State, places: Ints, attackers: Ints, watch: Watch) -> None:
    """Move Beijing's pressure, and the memory of offensives it is moved by.

    Args:
        ground: static arrays.
        state: ``pressure`` and ``offensive`` change.
        places: (L,) places attacked this month.
        attackers: (L,) who led the attacks.
        watch: what Beijing counts, and how.
    """
    forces = len(watch.depends)
    hits = np.bincount(attackers[ground.beijing_cares[places]], minlength=forces)
    if watch.government >= 0:
        hits[watch.government] = 0
    fresh = (1 - watch.memory) * np.minimum(hits, watch.attacks)
    state.offensive = np.minimum(watch.memory * state.offensive + fresh, 1.0)
    offence = np.minimum(state.offensive + watch.us_link * watch.link, 1.0)
    state.pressure += watch.gain * (offence - state.pressure)


def lean_on_suppliers(
    ground: Ground, state: State, draws: Draws, gives: Floats, depends: Floats, chances: tuple[float, float]
) -> list[tuple[int, int, int]]:
    """Have suppliers of arms stop, or begin again, giving to allies.

    Args:
        ground: static arrays.
        state: ``supplies`` changes.
        draws: keyed draws, one for each pair.
        gives: (F,) arms that each could give, fighter equivalents a month.
        depends: (F,) dependence on China, 0-1.
        chances: monthly chance of a stop at full dependence and pressure, and of beginning again without pressure.

    Returns:
        Supplier, ally, and whether it came back (else it was cut), of each supply that changed.
    """
    edge = (state.stance == 1) & (gives > 0)[:, None]
    np.fill_diagonal(edge, False)
    supplier, ally = edge.nonzero()
    u = draws.uniform("leash", state.month, ground.actor_keys[supplier], ground.actor_keys[ally])
    flows = state.dealings.supplies[supplier, ally]
    stops = flows & (u < chances[0] * depends[supplier] * state.pressure[ally])
    resumes = ~flows & (u < chances[1] * (1 - state.pressure[ally]))
    state.dealings.supplies[supplier, ally] = (flows & ~stops) | resumes
    rows = list(zip(supplier.tolist(), ally.tolist(), resumes.tolist(), strict=True))
    return [row for row, changes in zip(rows, (stops | resumes).tolist(), strict=True) if changes]


def arms_between_allies(state: State, gives: Floats) -> Floats:
    """(F,) arms that allies at war with somebody get from suppliers this month, fighter equivalents.

    Args:
        state: stances and which supplies flow.
        gives: (F,) arms that each could give, shared equally among the allies it supplies.
    """
    if compiled():
        share, edges = gates.arming(state.stance, state.dealings.supplies, gives)
        return np.asarray(share @ edges)
    edge = (state.stance == 1) & state.dealings.supplies & (state.stance == -1).any(axis=1)[None]
    np.fill_diagonal(edge, False)
    share = gives / np.maximum(edge.sum(axis=1), 1)
    return np.asarray(share @ edge)


def goods_open(world: World, ground: Ground, state: State) -> Floats:
    """(F,) openness of the goods lanes to China at the gates each actor holds; 1 where it holds none."""
    chinese = ground.chinese_gate[world.crossing_place]
    holder = np.where(chinese, state.holder[world.crossing_place], -1)
    count = np.bincount(holder + 1, minlength=len(state.troops) + 1)[1:]
    opened = np.bincount(holder + 1, state.lanes[:, GOODS_LANE], minlength=len(state.troops) + 1)[1:]
    return np.where(count > 0, opened / np.maximum(count, 1), 1.0)
