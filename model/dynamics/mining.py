"""Mining: leaching with reagent, ore in process and in stock, growth and exhaustion of capacity.

For each mine cluster ``m``, in tonnes of oxide a month (equation 3.6 as corrected by K4 and K6)::

    target  = licence * profitability * security * room          (share of capacity that would work)
    op     <- min(target, op + restart)                           falls at once, rises slowly
    q       = min(K * op, R / rho)                                leached; needs reagent
    R      <- R + imported - rho * q
    W      <- W + q - out,          out = leach_rate * W          in the pools
    S      <- S + out                                             in store, until trade moves it
    K      <- K * (1 - depreciation) + what the pipeline brings

Profitability is the share of sites whose cost, spread log-normally around the cluster's, lies under the best net-back: tax,
risk and transport are in the net-back and nowhere else. *Room* falls from 1 to 0 as unsold ore fills more than the
declared months of output: miners who are not paid stop. New capacity = min(investment * max(0, margin) * security, cap) *
spur, with ``spur = max(0, room * q / K - u) / (1 - u)``: nobody digs new pools while the share ``1 - u`` of those there lies
idle for want of reagent, licence or sales (the accelerator with excess capacity, Chenery 1952). It comes out of the
pipeline after its lead time.

``mine_stop`` says what stops pools when gates close: ``halt``: the holder's licence alone, reagent always comes;
``reagent``: want of reagent alone, licences are not heeded; ``both``. The record fits all three (facts, finding 3).
"""

from __future__ import annotations

from math import erfc, log, sqrt
from typing import Any

import numpy as np

from model.compile import compiled
from model.dynamics.corridor import hostile_countryside
from model.parameters import ParameterTable, parameter
from model.state import REAGENT

MINE_STOPS = ("halt", "reagent", "both")
"""Forms of ``structure.mine_stop`` that this process knows."""

HALT, REAGENT_ONLY = MINE_STOPS.index("halt"), MINE_STOPS.index("reagent")


class MiningParameters(ParameterTable):
    """Pools, reagent, stores and investment."""

    reagent_ratio: float = parameter(7.0, low=5.0, high=9.0, unit="t/t")
    """Ammonium sulphate per tonne of oxide. Source: SOURCES P43; textbook 7-12 (T5), no citable measurement."""
    reagent_buffer: float = parameter(3.0, low=0.5, high=6.0, unit="months")
    """Target reagent stock of mines, in months of full operation. Source: SOURCES P44."""
    reagent_leak: float = parameter(0.05, low=0.0, high=0.3, unit="0-1")
    """Share of a closed reagent lane's capacity that is smuggled in. Source: assumed below the leak of ore: reagent
    is seven times the tonnage."""
    leach_rate: float = parameter(0.6, low=0.3, high=0.9, unit="1/month")
    """Share of the oxide in the pools that is precipitated in a month. Source: SOURCES P45."""
    restart: float = parameter(0.08, low=0.03, high=0.2, unit="1/month")
    """Maximum monthly rise of the share of capacity in use. Source: SOURCES P47."""
    cost_spread: float = parameter(0.2, low=0.05, high=0.6, unit="log")
    """Spread of site costs around the cluster's cost. Source: assumed; range of costs in SOURCES P49."""
    storage_months: float = parameter(2.5, low=1.0, high=8.0, unit="months", status="weakly identified")
    """Unsold output at which mines slow down; at twice this they stop. Source: 8-10 kt, at about 3.5 kt per month,
    waited for crossings to reopen, judging by the exports of April-May 2025 (SOURCES T1)."""
    capture_operating: float = parameter(0.3, low=0.0, high=1.0, unit="0-1")
    """Share of operations that continues when a mine changes hands, which potential attackers expect. Source:
    assumed: miners fled in October 2024 (SOURCES T1)."""
    leachate_share: float = parameter(0.9, low=0.3, high=1.0, unit="0-1")
    """Share of the reagent used that is not recovered. Source: assumed: in-situ leaching without lined ponds."""
    lead_months: int = parameter(8, low=6, high=12, unit="months", status="weakly identified")
    """Time from investment to an operating in-situ pool. Source: SOURCES K4."""
    depreciation: float = parameter(0.008, low=0.0, high=0.04, unit="1/month")
    """Share of capacity exhausted in a month. Source: assumed; a hill lasts two to three years (SOURCES T5), most
    sites move on to the next."""
    growth_cap: float = parameter(0.05, low=0.01, high=0.15, unit="1/month", status="weakly identified")
    """Maximum new capacity begun in a month, relative to the cluster's capacity. Source: assumed from 19.5 kt (2021)
    to 41.7 kt (2023)."""
    use_needed: float = parameter(0.5, low=0.0, high=0.9, unit="0-1", status="weakly identified")
    """Share of capacity in use below which no new pools are dug, u. Source: assumed: exports stood at 41-44 kt in
    2023 and 2024, after they had doubled (SOURCES T1)."""


# equations


@compiled
def standard_normal(x: float) -> float:
    """Distribution function of the standard normal."""
    return 0.5 * erfc(-x / sqrt(2.0))


@compiled
def profitability(net_back: float, cost: float, spread: float) -> float:
    """Share of sites whose cost lies under the net-back, 0-1; costs are log-normal around ``cost`` (yuan/t)."""
    return standard_normal(log(max(net_back, 1e-6) / cost) / spread)


@compiled
def margin(net_back: float, cost: float) -> float:
    """Profit of a tonne over its cost; negative where it loses."""
    return net_back / cost - 1.0


@compiled
def room(stock: float, capacity: float, rules: Any) -> float:
    """1 while little ore waits unsold, 0 when twice ``storage_months`` of output does.

    Args:
        stock: t in store.
        capacity: t/month.
        rules: ``rules.mining``.
    """
    full = max(rules.storage_months * capacity, 1e-9)
    return max(min(2.0 - stock / full, 1.0), 0.0)


@compiled
def reagent_wanted(work: float, in_store: float, rules: Any) -> float:
    """Reagent (t) to buy for a month's work (t of oxide) and the buffer."""
    return max(rules.reagent_ratio * (work + rules.reagent_buffer * work) - in_store, 0.0)


@compiled
def spur(use: float, needed: float) -> float:
    """How far the work of the pools there calls for new ones, 0-1; ``use`` is room times the share of capacity at work.

    Crews are what caps growth, and crews follow the work: idle mines have none for new pools, however much is paid.
    """
    return max(use - needed, 0.0) / (1.0 - needed)


@compiled
def begun(paid: float, capacity: float, rules: Any) -> float:
    """Capacity (t/month) that is begun for what buyers pay, within what the cluster can add in a month."""
    return min(paid, rules.growth_cap * capacity)


# process


@compiled
def work_mines(run: Any) -> None:
    """Work the mines for a month, by this month's quotes, licences and investment (``run.quotes``)."""
    state, rules = run.state, run.rules.mining
    mines, produced, used = len(run.land.mine_place), 0.0, 0.0
    load, need = np.zeros(len(run.land.crossing_place)), np.zeros(mines)
    for m in range(mines):
        update_security(run, m)
        capture(run, m)
        open_pools(run, m)
        need[m] = order_reagent(run, m)
        if run.quotes.reagent_crossing[m] >= 0:
            load[run.quotes.reagent_crossing[m]] += need[m]
    for m in range(mines):
        free = room(state.stock[m], state.capacity[m], rules)
        import_reagent(run, m, need[m], load)
        leached = leach(run, m)
        produced += precipitate(run, m)
        used += state.flows.reagent_used[m]
        build(run, m, free * leached / max(state.capacity[m], 1e-9))
    state.totals.mined, state.totals.leachate = produced, rules.leachate_share * used


@compiled
def update_security(run: Any, m: int) -> None:
    """Set the security of mines by the countryside around them: 0 where enemies of their holder have all of it, or nobody holds them."""
    place = run.land.mine_place[m]
    by = run.state.holder[place]
    run.state.security[m] = 1.0 - hostile_countryside(run, by, run.land.territory[place]) if by >= 0 else 0.0


@compiled
def capture(run: Any, m: int) -> None:
    """Miners leave mines that changed hands this month."""
    place = run.land.mine_place[m]
    if run.state.holder_before[place] != run.state.holder[place]:
        run.state.operating[m] *= run.rules.mining.capture_operating


@compiled
def open_pools(run: Any, m: int) -> None:
    """Set the share of the capacity at work: it falls at once and rises slowly."""
    state, quotes, rules = run.state, run.quotes, run.rules.mining
    licence = 1.0 if run.rules.structure.mine_stop == REAGENT_ONLY else quotes.licence[m]
    earning = profitability(quotes.best[m], run.land.mine_cost[m], rules.cost_spread)
    target = licence * earning * state.security[m] * room(state.stock[m], state.capacity[m], rules)
    state.operating[m] = min(target, state.operating[m] + rules.restart)


@compiled
def order_reagent(run: Any, m: int) -> float:
    """Reagent (t) ordered from China; trucks from India bring a part first, where lanes limit what comes."""
    state = run.state
    wanted = reagent_wanted(state.capacity[m] * state.operating[m], state.reagent[m], run.rules.mining)
    from_india = 0.0 if run.rules.structure.mine_stop == HALT else min(wanted, run.quotes.india_reagent[m])
    state.flows.reagent_imported[m] = from_india
    return wanted - from_india


@compiled
def import_reagent(run: Any, m: int, need: float, load: Any) -> None:
    """Bring in the reagent ordered, as far as lane and road let it through.

    Args:
        run: the run.
        m: index of the mines.
        need: t that they ordered.
        load: (X,) t that all mines ordered through each crossing.
    """
    state, rules, at = run.state, run.rules.mining, run.quotes.reagent_crossing[m]
    share = 1.0 if run.rules.structure.mine_stop == HALT else 0.0
    if run.rules.structure.mine_stop != HALT and at >= 0:
        lane = state.lanes[at, REAGENT]
        open_share = lane + rules.reagent_leak * (1.0 - lane)
        limit = open_share * run.land.crossing_capacity[at, REAGENT] * state.clock.road_factor
        share = min(1.0, limit / max(load[at], 1e-9))
    state.flows.reagent_imported[m] += need * share
    state.reagent[m] += state.flows.reagent_imported[m]


@compiled
def leach(run: Any, m: int) -> float:
    """Leach, as far as capacity at work and reagent go; returns t of oxide that entered the pools."""
    state, ratio = run.state, run.rules.mining.reagent_ratio
    leached = min(state.capacity[m] * state.operating[m], state.reagent[m] / ratio)
    state.flows.leached[m], state.flows.reagent_used[m] = leached, ratio * leached
    state.reagent[m] = max(state.reagent[m] - ratio * leached, 0.0)
    state.in_process[m] += leached
    return leached


@compiled
def precipitate(run: Any, m: int) -> float:
    """Move oxide from the pools to the store; returns t that left the pools."""
    produced = run.rules.mining.leach_rate * run.state.in_process[m]
    run.state.in_process[m] -= produced
    run.state.stock[m] += produced
    return produced


@compiled
def build(run: Any, m: int, use: float) -> None:
    """Bring capacity out of the pipeline, wear it, and begin what buyers pay for.

    Args:
        run: the run.
        m: index of the mines.
        use: room times the share of capacity at work.
    """
    state, rules, line = run.state, run.rules.mining, run.state.pipeline
    gain = max(margin(run.quotes.best[m], run.land.mine_cost[m]), 0.0)
    new = begun(run.quotes.invested[m] * gain * state.security[m], state.capacity[m], rules)
    new *= spur(use, rules.use_needed)
    state.capacity[m] = state.capacity[m] * (1.0 - rules.depreciation) + line[m, 0]
    last = line.shape[1] - 1
    for month in range(last):
        line[m, month] = line[m, month + 1]
    line[m, last] = new
