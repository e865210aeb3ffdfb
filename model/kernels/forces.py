"""Kernels of the war: how strong each actor is and where, what is within its reach, who goes where."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.kernels import kernel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@kernel
def field_strength(troops: Ints, worth: Floats, factor: Floats, entries: Ints) -> Floats:
    """(F, P) attacking strength that stands at each place.

    Args:
        troops: (F, P) fighters.
        worth: (F,) of one fighter.
        factor: (E,) of supply on attacks, where there are fighters.
        entries: (E,) positions of those in the flattened ``troops``.
    """
    field = np.zeros(troops.shape)
    places = troops.shape[1]
    for k in range(len(entries)):
        actor, place = divmod(entries[k], places)
        field[actor, place] = troops[actor, place] * worth[actor] * factor[k]
    return field


@kernel
def neighbour_sums(start: Ints, end: Ints, values: Floats) -> Floats:
    """(F, P) sums of (F, P) ``values`` over each place and the places next to it, in their order.

    Args:
        start: (P + 1,) where the neighbours of each place begin in ``end``.
        end: neighbours, in ascending order.
        values: mostly zeros.
    """
    out = np.zeros(values.shape)
    for actor in range(len(values)):
        for place in range(values.shape[1]):
            value = values[actor, place]
            if value != 0:
                for k in range(start[place], start[place + 1]):
                    out[actor, end[k]] += value
    return out


@kernel
def spare_share(
    field: Floats, reach: Floats, commit: Floats, holder: Ints, attacker: Ints, stance: Ints, wall: Floats
) -> Floats:
    """(F, P) share of an actor's fighters at each place that need not stay there, 0-1."""
    share = np.ones(field.shape)
    for place in range(len(holder)):
        actor = holder[place]
        if actor >= 0 and field[actor, place] > 0:
            enemy = 0.0
            for other in range(len(field)):
                if stance[actor, other] == -1:
                    enemy += commit[other] * reach[other, place]
            share[actor, place] = 1 - min(enemy / wall[place] / field[actor, place], 1.0)
        if attacker[place] >= 0:
            share[attacker[place], place] = 0.0
    return share


@kernel
def guard_strength(
    troops: Ints, worth: Floats, supply: Floats, floor: float, holder: Ints, stance: Ints, ally_share: float
) -> Floats:
    """(P,) strength in defence of each place's holder, with the allies who stand there, before walls and aircraft."""
    out = np.zeros(len(holder))
    for place in range(len(holder)):
        actor = holder[place]
        if actor < 0:
            continue
        own, helped = 0.0, 0.0
        for other in range(len(troops)):
            if troops[other, place] == 0:
                continue
            guard = troops[other, place] * worth[other] * (floor + (1 - floor) * supply[other, place])
            if other == actor:
                own = guard
            elif stance[actor, other] == 1:
                helped += guard
        out[place] = own + ally_share * helped
    return out


@kernel
def pairs_within_reach(holder: Ints, hostile: Bools, reach: Floats, minimum: float) -> tuple[Ints, Ints]:
    """(K,) actors and (K,) places that they could attack: held by an enemy or nobody, near their fighters."""
    forces, places = reach.shape
    actors, targets = np.empty(forces * places, np.int64), np.empty(forces * places, np.int64)
    count = 0
    for actor in range(forces):
        for place in range(places):
            by = holder[place]
            if reach[actor, place] >= minimum and (by < 0 or hostile[actor, by]):
                actors[count], targets[count] = actor, place
                count += 1
    return actors[:count].copy(), targets[:count].copy()


@kernel
def _own_worth(
    actor: int,
    place: int,
    rent: Floats,
    revenue: Floats,
    home: Bools,
    is_town: Bools,
    lure: tuple[Floats, Floats, Ints],
    weights: tuple[Floats, ...],
) -> float:
    horizon, by_rent, by_home, by_people, by_road, by_headquarters, abroad, _ = weights
    population, betweenness, headquarters_of = lure
    rents = horizon[actor] * rent[place] / (rent[place] + revenue[actor])
    at_home = 1.0 if home[actor, place] else 0.0
    value = by_rent[actor] * rents
    value += by_home[actor] * at_home * (1.0 if is_town[place] else 0.5)
    value += by_people[actor] * min(population[place] / 1e5, 3.0)
    value += by_road[actor] * betweenness[place]
    value += by_headquarters[actor] * (1.0 if headquarters_of[place] >= 0 else 0.0)
    return value * (1.0 if home[actor, place] else abroad[actor])


@kernel
def worth_of_places(
    actors: Ints,
    places: Ints,
    near: tuple[Ints, Ints],
    holder: Ints,
    stance: Ints,
    rent: Floats,
    revenue: Floats,
    home: Bools,
    is_town: Bools,
    lure: tuple[Floats, Floats, Ints],
    weights: tuple[Floats, ...],
) -> Floats:
    """(K,) worth of places to those who might take them; see :func:`model.dynamics.operations.worth_of_places`.

    Args:
        actors: (K,) who would take it.
        places: (K,) what would be taken.
        near: starts and ends of the lists of neighbours.
        holder: (P,) who holds each place.
        stance: (F, F) who fights whom.
        rent: (P,) USD a month that the holder draws.
        revenue: (F,) USD a month.
        home: (F, P) homelands.
        is_town: (P,) whether it is a town.
        lure: (P,) persons, betweenness, whose headquarters it is.
        weights: (F,) arrays in the order of ``model.dynamics.operations.WEIGHTS``.
    """
    start, end = near
    reached = np.zeros(home.shape, np.bool_)
    for k in range(len(actors)):
        reached[actors[k], places[k]] = True
    out = np.empty(len(actors))
    for k in range(len(actors)):
        actor, place = actors[k], places[k]
        best = 0.0
        for slot in range(start[place], start[place + 1]):
            beyond = end[slot]
            by = holder[beyond]
            if by >= 0 and stance[actor, by] == -1 and not reached[actor, beyond]:
                best = max(best, _own_worth(actor, beyond, rent, revenue, home, is_town, lure, weights))
        own = _own_worth(actor, place, rent, revenue, home, is_town, lure, weights)
        out[k] = own + weights[7][actor] * best
    return out


@kernel
def gather(troops: Ints, start: Ints, end: Ints, actors: Ints, places: Ints, spare: Floats) -> None:
    """Move fighters in ``troops`` to the places that they attack; see :func:`model.dynamics.combat.gather`."""
    calls = np.zeros(troops.shape, np.int64)
    attacked = np.zeros(troops.shape, np.bool_)
    for k in range(len(actors)):
        attacked[actors[k], places[k]] = True
        for near in range(start[places[k]], start[places[k] + 1]):
            calls[actors[k], end[near]] += 1
    before = troops.copy()
    for k in range(len(actors)):
        actor, place = actors[k], places[k]
        for near in range(start[place], start[place + 1]):
            other = end[near]
            if before[actor, other] > 0 and not attacked[actor, other]:
                share = spare[actor, other] / calls[actor, other]
                moved = int(np.floor(before[actor, other] * share))
                troops[actor, other] -= moved
                troops[actor, place] += moved


@kernel
def best_rows(utility: Floats, luck: Floats, start: int, stop: int, precision: float, most: int) -> Ints:
    """Rows from ``start`` to ``stop`` with utility and gain above 0, best gain first (ties by row), at most so many.

    Args:
        utility: (K,) expected utility of each attack.
        luck: (2, K) what luck adds to attacking and to holding still.
        start: first row.
        stop: the row after the last.
        precision: of the choice.
        most: the largest number of rows.
    """
    rows, loss = np.empty(stop - start, np.int64), np.empty(stop - start)
    count = 0
    for k in range(start, stop):
        gain = precision * utility[k] + luck[0, k] - luck[1, k]
        if utility[k] > 0 and gain > 0:
            rows[count], loss[count] = k, -gain
            count += 1
    order = np.argsort(loss[:count], kind="mergesort")
    return rows[order[:most]]
