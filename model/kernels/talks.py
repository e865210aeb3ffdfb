"""One kernel for the talks of a month: ceasefires signed and broken, militias turned on; see :mod:`model.dynamics.diplomacy`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.kernels import hashing, kernel
from model.kernels.bound import Bound, note_rows
from model.kernels.loops import EXPIT, Loops, apply

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Keys = NDArray[np.uint64]


@kernel
def _chance_to_sign(
    loops: Loops,
    rules: Any,
    junta: int,
    prospects: Floats,
    brokering: Floats,
    coercion: float,
    seen: tuple[Any, ...],
    minds: tuple[Any, ...],
) -> Floats:
    """(F,) monthly chance that each signs a ceasefire with the junta; see ``model.dynamics.diplomacy._chance_to_sign``."""
    hope, losses, towns_lost, _ = seen
    weariness, autonomy, _, _ = minds
    count = len(hope)
    worth, ours = np.empty(count), np.empty(count)
    lost = rules.weight_towns * towns_lost[junta] / 10
    for f in range(count):
        weary, waiting = weariness[f] * losses[f] / 0.1, rules.weight_hope * hope[f]
        gain = weary + brokering[f] - waiting - prospects[f, junta] - autonomy[f] - rules.reluctance
        worth[f] = rules.precision * gain
        wish = weariness[junta] * losses[junta] / 0.1 + lost - prospects[junta, f] - rules.reluctance
        ours[f] = rules.precision * (wish + brokering[f] + coercion)
    apply(loops, EXPIT, worth, worth)
    apply(loops, EXPIT, ours, ours)
    for f in range(count):
        worth[f] = rules.ceasefire_hazard * worth[f] * ours[f]
    return worth


@kernel
def _taking_up_arms(
    loops: Loops,
    rules: Any,
    junta: int,
    stance: Ints,
    prospects: Floats,
    seen: tuple[Any, ...],
    minds: tuple[Any, ...],
) -> Floats:
    """(F,) monthly chance that each goes to war with the junta; see :func:`model.dynamics.diplomacy.taking_up_arms`."""
    _, _, towns_lost, halted = seen
    _, _, federal, depends = minds
    count = len(towns_lost)
    out = np.empty(count)
    for f in range(count):
        won = 0.0
        for ally in range(count):
            if stance[f, ally] == 1 and stance[junta, ally] == -1:
                won += max(-towns_lost[ally], 0.0)
        cause = rules.weight_cause * federal[f] + rules.weight_victories * won / 10
        fear = rules.weight_sanction * depends[f] * (1 + (1 if halted[f] else 0)) + rules.inertia
        out[f] = rules.precision * (prospects[f, junta] + cause - fear)
    apply(loops, EXPIT, out, out)
    for f in range(count):
        out[f] = rules.break_hazard * out[f]
    return out


@kernel
def _turn(loops: Loops, rules: Any, draws: tuple[Any, ...], junta: int, stance: Ints, prospects: Floats) -> Ints:
    """(K, 2) who turns on what militia; ``stance`` changes. See :func:`model.dynamics.diplomacy.turn_on_militias`."""
    salts, month, keys = draws
    count, found = len(stance), 0
    pairs, chance = np.empty((count * count, 2), np.int64), np.empty(count * count)
    for group in range(count):
        for militia in range(count):
            alone = stance[group, junta] == -1 and stance[junta, militia] == 1 and stance[group, militia] == 0
            if alone and prospects[group, militia] > 0:
                pairs[found, 0], pairs[found, 1] = group, militia
                chance[found] = rules.precision * (prospects[group, militia] - rules.restraint)
                found += 1
    pairs, chance = pairs[:found], chance[:found]
    apply(loops, EXPIT, chance, chance)
    u = hashing.uniform2(salts[1], month, keys[pairs[:, 0]], keys[pairs[:, 1]])
    pairs = pairs[u < rules.break_hazard * chance]
    for k in range(len(pairs)):
        stance[pairs[k, 0], pairs[k, 1]] = -1
        stance[pairs[k, 1], pairs[k, 0]] = -1
    return pairs


@kernel
def _set_stance(stance: Ints, side: Bools, groups: Ints, fighting: bool) -> None:
    """Begin or end the wars of some groups with (F,) the junta's side; see ``stop_fighting`` and ``begin_fighting``."""
    for ally in range(len(side)):
        if side[ally]:
            for k in range(len(groups)):
                now = -1 if fighting else max(stance[ally, groups[k]], 0)
                stance[ally, groups[k]] = now
                stance[groups[k], ally] = now


@kernel
def cease_fire(bound: Bound, month: int, prospects: Floats, brokering: Floats, coercion: float) -> tuple[int, int, int]:
    """What :func:`model.phases.talks.hold_talks` does in NumPy but for the settlement.

    Args:
        bound: what :class:`model.compiled.talks.Talks` binds: addresses of NumPy's loops; rules; salts of talks and militias;
            (F,) keys; the junta's index, at least 0; (F, F) stances, which change; (F,) who has signed a settlement; (F,)
            hope, losses of a year, towns lost in it, whether a deal has it hold its fire; (F,) weariness, cost of autonomy,
            preference for federal terms, dependence on China; and what is written: who signed a ceasefire, who broke one,
            (K, 2) who turned on what militia.
        month: month of the run.
        prospects: (F, F + 1) what each expects of a war with each other one.
        brokering: (F,) months of revenue.
        coercion: months of the junta's revenue.

    Returns:
        How many rows of each were written.
    """
    loops, table, salts, keys, junta, stance, parties, seen, minds, out = bound.values
    rules, count = table[0], len(stance)
    u = hashing.uniform1(salts[0], month, keys)
    may_sign = np.zeros(count, np.bool_)
    may_break, side = np.zeros(count, np.bool_), np.empty(count, np.bool_)
    for f in range(count):
        side[f] = stance[junta, f] == 1
        may_sign[f] = stance[junta, f] == -1 and u[f] < rules.ceasefire_hazard
        quiet = stance[junta, f] == 0 and f != junta and not parties[f]
        may_break[f] = quiet and u[f] > 1 - rules.break_hazard
    if may_sign.any():
        may_sign &= u < _chance_to_sign(loops, rules, junta, prospects, brokering, coercion, seen, minds)
    if may_break.any():
        may_break &= u > 1 - _taking_up_arms(loops, rules, junta, stance, prospects, seen, minds)
    signed, broken = np.flatnonzero(may_sign), np.flatnonzero(may_break)
    _set_stance(stance, side, signed, False)
    for f in range(count):
        side[f] = stance[junta, f] == 1
    _set_stance(stance, side, broken, True)
    turned = _turn(loops, rules, (salts, month, keys), junta, stance, prospects)
    return note_rows(signed, out[0]), note_rows(broken, out[1]), note_rows(turned, out[2])
