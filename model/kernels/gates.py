"""Kernels of Beijing's gates: what is at stake at them, and which lanes it shuts and opens."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.kernels import kernel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

ORE, GOODS = 0, 2


@kernel
def stakes(
    holder: Ints,
    mines: tuple[Ints, Ints],
    crossing_place: Ints,
    chinese: tuple[Bools, Bools],
    lanes: Floats,
    lane_age: Ints,
    purchase: Floats,
    tax: Floats,
    capacity: Floats,
    output: Floats,
) -> Floats:
    """(6, F) what is at stake for each actor, see :class:`model.border_phases._Stakes`; the second row over all capacity.

    Args:
        holder: (P,) who holds each place.
        mines: (M,) places and crossings of the mines.
        crossing_place: (X,) places of the crossings.
        chinese: (X,) crossings to China, (X,) crossings at whose place a gate to China stands.
        lanes: (X, 3) openness.
        lane_age: (X, 3) months since each lane last changed.
        purchase: (F,) share of the usual ore that buyers may take.
        tax: (F,) USD/t.
        capacity: (M,) t/month.
        output: (M,) t/month that a holder counts on.
    """
    to_china, gated = chinese
    forces = len(tax)
    out = np.zeros((6, forces))
    for mine in range(len(capacity)):
        actor, crossing = holder[mines[0][mine]], mines[1][mine]
        keeper = holder[crossing_place[crossing]]
        blocked = 1 - lanes[crossing, ORE] * (purchase[keeper] if keeper >= 0 else 1.0)
        if actor >= 0:
            out[0, actor] += output[mine] * tax[actor] * blocked
            out[1, actor] += capacity[mine] * blocked
            out[2, actor] += output[mine] * tax[actor]
    count, opened, weight, held = np.zeros(forces), np.zeros(forces), np.zeros(forces), np.zeros(forces)
    for crossing in range(len(crossing_place)):
        keeper = holder[crossing_place[crossing]]
        if keeper < 0:
            continue
        if gated[crossing]:
            count[keeper] += 1
            opened[keeper] += lanes[crossing, GOODS]
        if to_china[crossing]:
            held[keeper] += 1
            shut, aged = 0.0, 0.0
            for lane in range(3):
                shut += 1 - lanes[crossing, lane]
                aged += (1 - lanes[crossing, lane]) * lane_age[crossing, lane]
            weight[keeper] += shut
            out[5, keeper] += aged
    for actor in range(forces):
        out[3, actor] = 1 - (opened[actor] / max(count[actor], 1) if count[actor] > 0 else 1.0)
        out[4, actor] = 1.0 if held[actor] > 0 or out[2, actor] > 0 else 0.0
        out[5, actor] = out[5, actor] / max(weight[actor], 1e-9)
    return out


@kernel
def lane_odds(
    holder: Ints,
    crossing_place: Ints,
    offensive: Floats,
    link: Floats,
    at_peace: Floats,
    shortage: float,
    weights: tuple[float, ...],
) -> Floats:
    """(2, X, 3) log-odds that Beijing closes each lane, and that it reopens it; see :func:`model.dynamics.border.lane_odds`.

    Args:
        holder: (P,) who holds each place.
        crossing_place: (X,) places of the crossings.
        offensive: (F,) how much each has attacked of late, 0-1.
        link: (F,) how far the US deals with each, 0-1.
        at_peace: (F,) 0-1.
        shortage: China's, at least 0.
        weights: ``close_base, reopen_base, offensive, us_link, collapse`` times fear, ``talks, shortage, reopening, patience``.
    """
    close_base, reopen_base, by_offence, by_link, collapse, by_talks, by_shortage, reopening, patience = weights
    out = np.empty((2, len(crossing_place), 3))
    for crossing in range(len(crossing_place)):
        keeper = holder[crossing_place[crossing]]
        offence, talks = 0.0, 0.0
        if keeper >= 0:
            offence = by_offence * offensive[keeper] + by_link * link[keeper]
            talks = by_talks * at_peace[keeper]
        for lane in range(3):
            short = by_shortage * shortage if lane == ORE else 0.0
            patient = patience if lane == GOODS else 0.0
            out[0, crossing, lane] = close_base + (offence + collapse - talks) - short
            out[1, crossing, lane] = reopen_base + (talks - offence) + reopening * short - patient
    return out


@kernel
def move_lanes(
    lanes: Floats,
    lane_age: Ints,
    holder: Ints,
    crossing_place: Ints,
    chinese: Bools,
    shut: Bools,
    u: Floats,
    chances: Floats,
    dwell: int,
) -> Ints:
    """Close and reopen lanes; returns (C, 3) crossing, lane and 1 for opened of each change.

    Args:
        lanes: (X, 3) openness; changes.
        lane_age: (X, 3) months since each last changed; changes.
        holder: (P,) who holds each place.
        crossing_place: (X,) places of the crossings.
        chinese: (X,) crossings to China.
        shut: (F, 3) lanes that are kept shut at the gates of each actor.
        u: (X,) uniforms.
        chances: (2, X, 3) that a lane is closed, that it is reopened.
        dwell: least months between two changes.
    """
    out, count = np.empty((lanes.size, 3), np.int64), 0
    for crossing in range(len(lanes)):
        keeper = holder[crossing_place[crossing]]
        for lane in range(3):
            kept = keeper >= 0 and shut[keeper, lane]
            was_open = lanes[crossing, lane] >= 0.5
            free = chinese[crossing] and lane_age[crossing, lane] >= dwell
            closing = free and was_open and u[crossing] < chances[0, crossing, lane]
            closing = closing or (chinese[crossing] and kept and lanes[crossing, lane] > 0)
            # A month bad enough to shut a lane is none to open one.
            opening = free and not was_open and not kept and 1 - u[crossing] < chances[1, crossing, lane]
            lane_age[crossing, lane] += 1
            if closing or opening:
                lanes[crossing, lane] = 0.0 if closing else 1.0
                lane_age[crossing, lane] = 0
                out[count, 0], out[count, 1], out[count, 2] = crossing, lane, 1 if opening else 0
                count += 1
    return out[:count].copy()
