"""Kernels of the mines: how safe they are, and a month of their work; see :mod:`model.dynamics.mining`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.kernels import kernel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

REAGENT = 1


@kernel
def hostile_shares(holder: Ints, stance: Ints, control: Floats, mine_place: Ints, territory: Ints) -> Floats:
    """(M, F) shares of the countryside around each mine that enemies of its holder control; see ``mining.update_security``."""
    forces = len(stance)
    out = np.zeros((len(mine_place), forces))
    for mine in range(len(mine_place)):
        # Nobody has the stances of the last actor here, as in NumPy's index -1; what comes of it is not used.
        owner = holder[mine_place[mine]]
        for other in range(forces):
            if stance[owner, other] < 0:
                out[mine, other] = control[other, territory[mine_place[mine]]]
    return out


@kernel
def secured(
    hostile: Floats,
    holder: Ints,
    attacker: Ints,
    mine_place: Ints,
    security: Floats,
    memory: float,
    mood: tuple[float, float],
) -> Floats:
    """(M,) security of the mines; see :func:`model.dynamics.mining.update_security`.

    Args:
        hostile: (M,) hostile share of the countryside.
        holder: (P,) who holds each place.
        attacker: (P,) who besieges it.
        mine_place: (M,) places of the mines.
        security: (M,) last month's.
        memory: its persistence.
        mood: factor where the mines are attacked, security where nobody holds them.
    """
    out = np.empty(len(security))
    for mine in range(len(security)):
        place = mine_place[mine]
        now = 1.0 - hostile[mine]
        if attacker[place] >= 0:
            now = now * mood[0]
        if holder[place] < 0:
            now = mood[1]
        out[mine] = memory * security[mine] + (1.0 - memory) * now
    return out


@kernel
def _let_in(at: int, lanes: Floats, capacity: Floats, load: Floats, leak: float, season: float) -> float:
    if at < 0:
        return 0.0
    lane = lanes[at, REAGENT]
    return min(1.0, (lane + leak * (1.0 - lane)) * capacity[at, REAGENT] * season / max(load[at], 1e-9))


@kernel
def _next_in_line(line: Floats, last: float) -> float:
    first = line[0]
    for month in range(len(line) - 1):
        line[month] = line[month + 1]
    line[len(line) - 1] = last
    return first


@kernel
def work_mines(
    orders: tuple[Floats, ...],
    through: Ints,
    security: Floats,
    cost: Floats,
    store: tuple[Floats, ...],
    pipeline: Floats,
    lanes: Floats,
    crossing_capacity: Floats,
    values: tuple[float, ...],
    limited: bool,
) -> Floats:
    """(5, M) t leached, produced, spoilt, of reagent imported and used; see :func:`model.dynamics.mining.step`.

    Args:
        orders: (M,) licence, share of sites that pay, best net-back, capacity that buyers would begin, reagent from India.
        through: (M,) crossing through which reagent comes; -1 none.
        security: (M,) 0-1.
        cost: (M,) yuan/t.
        store: (M,) ``operating, reagent, in_process, stock, capacity``; all change.
        pipeline: (M, L) capacity being built; changes.
        lanes: (X, 3) openness.
        crossing_capacity: (X, 3) t/month.
        values: season, then the parameters in the order of ``model.dynamics.mining.WORK``.
        limited: whether lanes limit what reagent comes.
    """
    licence, earning, net_back, invested, from_india = orders
    operating, reagent, in_process, stock, capacity = store
    season, months, restart, ratio, buffer, leak, rate, loss, growth, needed, seed, wear = values
    mines = len(cost)
    out, need, free, load = np.empty((5, mines)), np.empty(mines), np.empty(mines), np.zeros(len(lanes))
    for mine in range(mines):
        full = max(months * capacity[mine], 1e-9)
        free[mine] = max(min(2.0 - stock[mine] / full, 1.0), 0.0)
        target = licence[mine] * earning[mine] * security[mine] * free[mine]
        operating[mine] = min(target, operating[mine] + restart)
        wanted = ratio * (capacity[mine] * operating[mine] + buffer * capacity[mine] * operating[mine])
        need[mine], out[3, mine] = max(wanted - reagent[mine], 0.0), 0.0
        if limited:
            out[3, mine] = min(need[mine], from_india[mine])
            need[mine] -= out[3, mine]
            if through[mine] >= 0:
                load[through[mine]] += need[mine]
    for mine in range(mines):
        share = _let_in(through[mine], lanes, crossing_capacity, load, leak, season) if limited else 1.0
        out[3, mine] = out[3, mine] + need[mine] * share
        reagent[mine] += out[3, mine]
        leached = min(capacity[mine] * operating[mine], reagent[mine] / ratio)
        used = ratio * leached
        reagent[mine] = max(reagent[mine] - used, 0.0)
        in_process[mine] += leached
        produced = rate * in_process[mine]
        in_process[mine] -= produced
        spoilt = loss * (stock[mine] + produced)
        stock[mine] += produced - spoilt
        paid = invested[mine] * max(net_back[mine] / cost[mine] - 1.0, 0.0) * security[mine]
        # Crews are what caps growth, and crews follow the work.
        use = free[mine] * leached / max(capacity[mine], 1e-9)
        begun = max(use - needed, 0.0) / (1.0 - needed) * min(paid, growth * capacity[mine] + seed)
        capacity[mine] = capacity[mine] * (1.0 - wear) + _next_in_line(pipeline[mine], begun)
        out[0, mine], out[1, mine], out[2, mine], out[4, mine] = leached, produced, spoilt, used
    return out
