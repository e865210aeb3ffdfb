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
    """(6, F) what is at stake for each actor, see :class:`model.phases.border._Stakes`; the second row over all capacity.

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


@kernel
def courted(
    moods: tuple[Floats, ...],
    patron: Floats,
    depends: Floats,
    trades: Floats,
    by_ore: float,
    offer: float,
    junta: int,
) -> Floats:
    """(F,) 0-1, how much of what Beijing or each actor minds is at stake; see :func:`model.phases.border.negotiate`.

    Args:
        moods: (F,) recent offensives, pressure, goods lanes shut, share of the ore held back.
        patron: (F,) how far each has accepted Beijing as its patron.
        depends: (F,) dependence on China.
        trades: (F,) 1 for those with a gate to China or a mine.
        by_ore: what the ore held back counts.
        offer: how far Beijing would have each as a client.
        junta: index of the junta, with which there are no quiet talks.
    """
    offensive, pressure, goods, ore_share = moods
    out = np.zeros(len(depends))
    for f in range(len(depends)):
        if f != junta and depends[f] > 0:
            minded = max(offensive[f], pressure[f], goods[f], min(ore_share[f] * by_ore, 1.0))
            out[f] = max(minded, max(offer - patron[f], 0.0) * (1 - depends[f]) * trades[f])
    return out


@kernel
def press(
    offensive: Floats,
    pressure: Floats,
    link: Floats,
    places: Ints,
    attackers: Ints,
    minded: Bools,
    government: int,
    values: tuple[float, float, float, float],
) -> None:
    """Move (F,) ``offensive`` and ``pressure`` by the month's attacks; see :func:`model.dynamics.border.update_pressure`.

    Args:
        offensive: (F,) 0-1; changes.
        pressure: (F,) 0-1; changes.
        link: (F,) how far the US deals with each.
        places: (L,) places attacked.
        attackers: (L,) who led the attacks.
        minded: (P,) whether fighting there disturbs Beijing.
        government: whose attacks are no offence; -1 none.
        values: ``gain, memory, attacks, us_link``.
    """
    gain, memory, attacks, by_link = values
    hits = np.zeros(len(offensive))
    for k in range(len(places)):
        if minded[places[k]] and attackers[k] != government:
            hits[attackers[k]] += 1
    for f in range(len(offensive)):
        fresh = (1 - memory) * min(hits[f], attacks)
        offensive[f] = min(memory * offensive[f] + fresh, 1.0)
        offence = min(offensive[f] + by_link * link[f], 1.0)
        pressure[f] += gain * (offence - pressure[f])


@kernel
def armed_allies(stance: Ints, gives: Floats) -> tuple[Ints, Ints]:
    """(E,) suppliers with arms to give, and (E,) their allies."""
    forces = len(stance)
    suppliers, allies, count = np.empty(forces * forces, np.int64), np.empty(forces * forces, np.int64), 0
    for supplier in range(forces):
        if gives[supplier] > 0:
            for ally in range(forces):
                if ally != supplier and stance[supplier, ally] == 1:
                    suppliers[count], allies[count] = supplier, ally
                    count += 1
    return suppliers[:count].copy(), allies[:count].copy()


@kernel
def lean(
    supplies: Bools,
    edges: tuple[Ints, Ints],
    u: Floats,
    depends: Floats,
    pressure: Floats,
    chances: tuple[float, float],
) -> Ints:
    """(C, 3) supplier, ally and 1 for begun again of each (F, F) supply that changed; see ``border.lean_on_suppliers``."""
    out, count = np.empty((len(u), 3), np.int64), 0
    for k in range(len(u)):
        supplier, ally = edges[0][k], edges[1][k]
        flows = supplies[supplier, ally]
        changes = u[k] < (
            chances[0] * depends[supplier] * pressure[ally] if flows else chances[1] * (1 - pressure[ally])
        )
        if changes:
            supplies[supplier, ally] = not flows
            out[count, 0], out[count, 1], out[count, 2] = supplier, ally, 0 if flows else 1
            count += 1
    return out[:count].copy()


@kernel
def buy(
    threat: Bools,
    purchase: Floats,
    offensive: Floats,
    at_peace: Floats,
    u: Floats,
    values: tuple[float, float, float, float],
) -> tuple[Ints, Ints]:
    """Actors of whose ore buyers take less from now on, and of whose as before; see ``border_phases._carry_out_threats``.

    Args:
        threat: (F,) who is threatened; changes.
        purchase: (F,) share of the usual ore that buyers may take; changes.
        offensive: (F,) 0-1.
        at_peace: (F,) 0-1.
        u: (F,) uniforms.
        values: offensive that is forgotten, chance that a threat is carried out, chance that a cut ends, share still bought.
    """
    forgotten, chance, ends, floor = values
    cut, resumed = np.empty(len(u), np.int64), np.empty(len(u), np.int64)
    cuts, resumes = 0, 0
    for f in range(len(u)):
        calm = at_peace[f] > 0 or offensive[f] < forgotten
        threat[f] = threat[f] and not calm
        if threat[f] and purchase[f] >= 1.0 and u[f] < chance:
            purchase[f], cut[cuts] = floor, f
            cuts += 1
        elif purchase[f] < 1.0 and (calm or u[f] > 1 - ends):
            purchase[f], resumed[resumes] = 1.0, f
            resumes += 1
    return cut[:cuts].copy(), resumed[:resumes].copy()


@kernel
def keep_deals(
    talked: Ints,
    deal: Ints,
    halted: Bools,
    tax_cut: Floats,
    patron: Floats,
    at_war: Bools,
    base: Floats,
    lean_of_clients: float,
) -> tuple[Ints, Floats]:
    """Actors whose deal is void, and (F,) dependence on China; see :func:`model.phases.border._keep_deals`.

    Args:
        talked: (F,) months since its last talks; changes.
        deal: (F,) months for which its deal holds; changes.
        halted: (F,) whether the deal has it hold its fire; changes.
        tax_cut: (F,) share of its ore tax that it gives up; changes.
        patron: (F,) 0-1; changes.
        at_war: (F,) with the junta.
        base: (F,) dependence on China without patronage.
        lean_of_clients: what full patronage adds to it.
    """
    void, count, depends = np.empty(len(deal), np.int64), 0, np.empty(len(deal))
    for f in range(len(deal)):
        talked[f] += 1
        broken = deal[f] > 0 and halted[f] and at_war[f]
        deal[f] = 0 if broken else max(deal[f] - 1, 0)
        if broken:
            patron[f], void[count] = 0.0, f
            count += 1
        if deal[f] == 0:
            tax_cut[f], halted[f] = 0.0, False
        lean = lean_of_clients * patron[f]
        depends[f] = base[f] + lean * (1 - base[f])
    return void[:count].copy(), depends


@kernel
def arming(stance: Ints, supplies: Bools, gives: Floats) -> tuple[Floats, Floats]:
    """(F,) arms that each supplier gives to each ally at war, and (F, F) 1 where it does."""
    forces = len(stance)
    share, edges, at_war = np.empty(forces), np.zeros((forces, forces)), np.zeros(forces, np.bool_)
    for ally in range(forces):
        for other in range(forces):
            at_war[ally] = at_war[ally] or stance[ally, other] == -1
    for supplier in range(forces):
        count = 0
        for ally in range(forces):
            if ally != supplier and stance[supplier, ally] == 1 and supplies[supplier, ally] and at_war[ally]:
                edges[supplier, ally] = 1.0
                count += 1
        share[supplier] = gives[supplier] / max(count, 1)
    return share, edges
