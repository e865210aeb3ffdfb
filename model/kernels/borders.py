"""Kernels for what Beijing does in a month: whom it invites, and how it reacts at the border.

They run the stages of :mod:`model.kernels.gates` one after another; tuples of arguments are in the order of
:mod:`model.compiled.borders`, which gathers them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.kernels import gates, hashing, kernel, ore, sums
from model.kernels.bound import Bound, note_rows
from model.kernels.loops import EXPIT, Loops, apply

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Keys = NDArray[np.uint64]


@kernel
def invite(bound: Bound, month: int, price: float, barred: Bools) -> tuple[int, int]:
    """Keep deals, work out what is at stake, and invite to quiet talks, as :func:`model.phases.border.negotiate` does.

    Args:
        bound: what :class:`model.compiled.borders.Borders` binds: rules; salt, (F,) keys; the junta's index, at least 0;
            places and crossings of mines, places of crossings, crossings to China and with a gate, (F,) dependence on China
            without patronage; (F,) talked, deal, halted, tax cut, patron, purchase, of which all but the last change; holders,
            stances, lanes, their ages, (F,) offensives, pressure; (M,) capacity, share of it at work; (F,) rules, yuan and
            shares of taxes; and what is written: (F,) dependence on China, (6, F) stakes, (F,) whose deal is void, (F,) who is
            invited.
        month: month of the run.
        price: of ore at the gate, yuan/t.
        barred: (F,) who is not invited.

    Returns:
        How many deals are void, how many actors are invited.
    """
    table, (salt, keys), junta, fixed, dealings, war, (capacity, operating), tax, out = bound.values
    rules = table[0]
    mine_place, mine_crossing, crossing_place, chinese, gated, base = fixed
    talked, deal, halted, tax_cut, patron, purchase = dealings
    holder, stance, lanes, lane_age, offensive, pressure = war
    void, depends = gates.keep_deals(
        talked, deal, halted, tax_cut, patron, stance[junta] == -1, base, rules.patron_dependence
    )
    usd = ore.taxes(tax[0], tax[1], tax[2], tax_cut, rules.invoiced, price)[2] / rules.yuan_per_usd
    output = capacity * np.maximum(operating, rules.rent_operating)
    where = ((mine_place, mine_crossing), crossing_place, (chinese, gated), lanes, lane_age)
    stakes = gates.stakes(holder, *where, purchase, usd, capacity, output)
    stakes[1] /= max(sums.pairwise(capacity, 0, len(capacity)), 1e-9)
    moods = (offensive, pressure, stakes[3], stakes[1])
    minded = gates.courted(moods, patron, depends, stakes[4], rules.talks_ore, rules.patronage_offer, junta)
    out[0][:], out[1][:] = depends, stakes
    u, invited = hashing.uniform1(salt, month, keys), np.zeros(len(talked), np.bool_)
    for f in range(len(talked)):
        chance = rules.talks_hazard * minded[f] if talked[f] >= rules.talks_pause and not barred[f] else 0.0
        invited[f] = deal[f] == 0 and u[f] < chance
    return note_rows(void, out[2]), note_rows(np.flatnonzero(invited), out[3])


@kernel
def _shut_taken(
    holder: Ints, before: Ints, crossing_place: Ints, chinese: Bools, lanes: Floats, lane_age: Ints
) -> Ints:
    """(S, 2) crossings and lanes shut; see :func:`model.dynamics.border.shut_gates_taken`."""
    count = len(crossing_place)
    taken, out, found = np.zeros(count, np.bool_), np.empty((3 * count, 2), np.int64), 0
    for k in range(count):
        place = crossing_place[k]
        taken[k] = holder[place] != before[place] and holder[place] >= 0 and chinese[k]
    for k in range(count):
        if not taken[k]:
            continue
        opened, others = np.zeros(3), 0
        for other in range(count):
            if chinese[other] and not taken[other] and holder[crossing_place[other]] == holder[crossing_place[k]]:
                others += 1
                for lane in range(3):
                    opened[lane] += lanes[other, lane]
        for lane in range(3):
            if others > 0 and opened[lane] / others < 0.5 and lanes[k, lane] >= 0.5:
                lanes[k, lane], lane_age[k, lane] = 0.0, 0
                out[found, 0], out[found, 1] = k, lane
                found += 1
    return out[:found].copy()


@kernel
def _lanes(
    loops: Loops,
    draws: tuple[Any, ...],
    fixed: tuple[Any, ...],
    war: tuple[Any, ...],
    seen: tuple[Floats, Floats, Floats, float],
    stance: tuple[Any, Bools, int],
) -> Ints:
    """(C, 3) crossing, lane and 1 for opened of each lane moved; see :func:`model.dynamics.border.update_lanes`."""
    crossing_place, chinese, crossing_keys = fixed[:3]
    holder, lanes, lane_age = war
    odds = gates.lane_odds(holder, crossing_place, *seen, stance[0])
    flat, keys = odds.reshape(odds.size), np.empty(len(crossing_place), np.uint64)
    apply(loops, EXPIT, flat, flat)
    for k in range(len(keys)):
        keeper = holder[crossing_place[k]]
        keys[k] = draws[2][keeper] if keeper >= 0 else crossing_keys[k]
    u = hashing.uniform1(draws[0][2], draws[1], keys)
    return gates.move_lanes(lanes, lane_age, holder, crossing_place, chinese, stance[1], u, odds, stance[2])


@kernel
def react(
    bound: Bound,
    month: int,
    place: Ints,
    attacker: Ints,
    link: Floats,
    shortage: float,
    values: tuple[Any, ...],
    weights: tuple[float, ...],
    shut_for_good: Bools,
    dwell: int,
) -> tuple[int, int, int, int, int]:
    """Pressure, suppliers, purchases and lanes, as :func:`model.phases.border.press_and_open` has them in NumPy.

    Args:
        bound: what :class:`model.compiled.borders.Borders` binds: addresses of NumPy's loops; salts of leash, purchases,
            lanes; (F,) keys; places of crossings, which lead to China, their keys, (P,) places where fighting disturbs
            Beijing; the junta's index, -1 none; holders, holders before, stances, lanes, their ages, (F,) offensives,
            pressure; supplies, deals, patrons, threats, purchases; (F,) arms that each gives, dependence on China; and what is written:
            (C, 3) supplier, ally and 1 for begun again; of whose ore buyers take less, of whose as before; (S, 2) lanes shut at
            gates taken; (C, 3) crossing, lane and 1 for opened.
        month: month of the run.
        place: (L,) places attacked.
        attacker: (L,) who led the attacks.
        link: (F,) how far the US deals with each.
        shortage: China's, at least 0.
        values: of pressure; chances that a supplier stops or begins again; of purchases, and log-odds that a cut ends.
        weights: of the lanes' odds.
        shut_for_good: (F, 3) lanes kept shut.
        dwell: least months between changes of a lane.

    Returns:
        How many rows of each were written.
    """
    loops, salts, keys, fixed, junta, war, dealings, (gives, depends), out = bound.values
    holder, before, stance, lane, lane_age, offensive, pressure = war
    supplies, deal, patron, threat, purchase = dealings
    gates.press(offensive, pressure, link, place, attacker, fixed[3], junta, values[0])
    edges = gates.armed_allies(stance, gives)
    u = hashing.uniform2(salts[0], month, keys[edges[0]], keys[edges[1]])
    leaned = gates.lean(supplies, edges, u, depends, pressure, values[1])
    peace, ends = np.empty(len(deal)), np.full(1, values[3])
    for f in range(len(deal)):
        quiet = junta < 0 or stance[junta, f] != -1
        peace[f] = max(1.0 if quiet or deal[f] > 0 else 0.0, patron[f])
    apply(loops, EXPIT, ends, ends)
    bought = (values[2][0], values[2][1], ends[0], values[2][2])
    u = hashing.uniform1(salts[1], month, keys)
    cut, resumed = gates.buy(threat, purchase, offensive, peace, u, bought)
    shut = _shut_taken(holder, before, fixed[0], fixed[1], lane, lane_age)
    draws, seen, stances = (salts, month, keys), (offensive, link, peace, shortage), (weights, shut_for_good, dwell)
    moved = _lanes(loops, draws, fixed, (holder, lane, lane_age), seen, stances)
    bought_of = (note_rows(cut, out[1]), note_rows(resumed, out[2]))
    return (note_rows(leaned, out[0]), *bought_of, note_rows(shut, out[3]), note_rows(moved, out[4]))
