"""Mining: leaching with reagent, what waits in the pools and in store, and capacity that grows and wears.

For each mine cluster ``m``, in tonnes of oxide a month (equation 3.6 as corrected by K4 and K6)::

    target  = licence * profitability * security * room          (share of capacity that would work)
    op     <- min(target, op + restart)                           falls at once, rises slowly
    q       = min(K * op, R / rho)                                leached; needs reagent
    R      <- R + imported - rho * q - lost
    W      <- W + q - out - lost,   out = leach_rate * W          in the pools
    S      <- (S + out) * (1 - stock_loss)                        in store, until trade moves it
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

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from model.parameters import ParameterTable, parameter
from model.state import State
from model.world.world import World

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

ORE, REAGENT = 0, 1
"""Columns of ``state.lanes``."""


class MiningParameters(ParameterTable):
    """Pools, reagent, stores and investment."""

    reagent_ratio: float = parameter(
        7.0, low=5.0, high=9.0, unit="t/t", meaning="Ammonium sulphate for a tonne of oxide.",
        source="SOURCES P43; textbook 7-12 (T5), no citable measurement",
    )  # fmt: skip
    reagent_buffer: float = parameter(
        3.0, low=0.5, high=6.0, unit="months", meaning="Reagent that mines want in store, in months of full work.",
        source="SOURCES P44",
    )  # fmt: skip
    reagent_leak: float = parameter(
        0.05, low=0.0, high=0.3, unit="0-1", meaning="Share of a closed reagent lane's capacity that is smuggled in.",
        source="assumed below the leak of ore: reagent is seven times the tonnage",
    )  # fmt: skip
    leach_rate: float = parameter(
        0.6, low=0.3, high=0.9, unit="1/month", meaning="Share of the oxide in the pools that is precipitated in a month.",
        source="SOURCES P45",
    )  # fmt: skip
    restart: float = parameter(
        0.08, low=0.03, high=0.2, unit="1/month", meaning="Most that the working share of capacity rises in a month.",
        source="SOURCES P47",
    )  # fmt: skip
    stock_loss: float = parameter(
        0.002,
        low=0.0,
        high=0.01,
        unit="1/month",
        meaning="Share of the ore in store that is lost.",
        source="SOURCES P48",
    )
    cost_spread: float = parameter(
        0.2, low=0.05, high=0.6, unit="log", meaning="Spread of the sites' costs around the cluster's.",
        source="assumed; range of costs in SOURCES P49",
    )  # fmt: skip
    storage_months: float = parameter(
        2.5, low=1.0, high=8.0, unit="months", meaning="Output that may wait unsold before mines slow; at twice that they stop.",
        source="assumed: 8-10 kt waited before the gates reopened in 2025 (SOURCES T8)",
    )  # fmt: skip
    capture_operating: float = parameter(
        0.3, low=0.0, high=1.0, unit="0-1", meaning="Share of its work that goes on when a mine changes hands.",
        source="assumed: miners fled in October 2024 (SOURCES T1)",
    )  # fmt: skip
    capture_loss: float = parameter(
        0.3, low=0.0, high=1.0, unit="0-1", meaning="Share of pools and reagent lost when a mine changes hands.",
        source="assumed",
    )  # fmt: skip
    leachate_share: float = parameter(
        0.9, low=0.3, high=1.0, unit="0-1", meaning="Share of the reagent used that is not recovered.",
        source="assumed: in-situ leaching without lined ponds",
    )  # fmt: skip
    lead_months: int = parameter(
        8, low=6, high=12, unit="months", meaning="Time from investment to a working in-situ pool.",
        source="SOURCES K4", status="weakly identified",
    )  # fmt: skip
    depreciation: float = parameter(
        0.008, low=0.0, high=0.04, unit="1/month", meaning="Share of capacity whose hills are leached out in a month.",
        source="assumed; a hill lasts two to three years (SOURCES T5), most sites move on to the next",
    )  # fmt: skip
    growth_cap: float = parameter(
        0.05, low=0.01, high=0.15, unit="1/month", meaning="Most capacity begun in a month, over the cluster's own.",
        source="assumed from 19.5 kt (2021) to 41.7 kt (2023)", status="weakly identified",
    )  # fmt: skip
    use_needed: float = parameter(
        0.5, low=0.0, high=0.9, unit="0-1", meaning="Share of the capacity at work below which nobody digs new pools, u.",
        source="assumed: exports stood at 41-44 kt in 2023 and 2024, after they had doubled (SOURCES T1)",
        status="weakly identified",
    )  # fmt: skip
    seed_capacity: float = parameter(
        2.0, low=0.0, high=20.0, unit="t/month", meaning="Capacity that may be begun in a month where there is none.",
        source="assumed: about two sites; Mong Yawng grew from 3 to 19 sites in four years (SOURCES T5)",
    )  # fmt: skip
    security_memory: float = parameter(
        0.7, low=0.0, high=0.95, unit="1/month", meaning="Persistence of the mines' felt security.", source="assumed"
    )
    security_siege: float = parameter(
        0.4, low=0.0, high=1.0, unit="x", meaning="Security of mines that are under attack.", source="assumed"
    )
    security_lawless: float = parameter(
        0.3, low=0.0, high=1.0, unit="0-1", meaning="Security of mines that nobody holds.", source="assumed"
    )


class MineOrders(NamedTuple):
    """What others decide for the mines this month; all (M,)."""

    licence: Floats
    """0-1, share of the work that the holder allows."""
    net_back: Floats
    """yuan/t, the best that a tonne earns at the mine after tax, transport and risk (``Quote.best``)."""
    captured: Bools
    """Whether the mines changed hands this month."""
    invested: Floats
    """t/month of capacity that buyers would begin at a margin of 100 % and full security."""
    reagent_crossing: Ints
    """Crossing through which reagent comes; -1 none (``trade.reagent_crossings``)."""
    india_reagent: Floats
    """t of reagent that comes with the trucks from India (``Quote.india_reagent``)."""


class MiningReport(NamedTuple):
    """What the ledgers want to know of a month's mining; all (M,) t."""

    leached: Floats
    """Oxide that entered the pools."""
    produced: Floats
    """Oxide that left the pools for the store."""
    lost: Floats
    """Oxide lost from pools and store."""
    reagent_imported: Floats
    reagent_used: Floats
    reagent_lost: Floats


def profitability(net_back: Floats, cost: Floats, spread: float) -> Floats:
    """Share of sites whose cost lies under the net-back, 0-1; costs are log-normal around ``cost`` (yuan/t)."""
    return np.asarray(special.ndtr(np.log(np.maximum(net_back, 1e-6) / cost) / spread))


def margin(net_back: Floats, cost: Floats) -> Floats:
    """Profit of a tonne over its cost; negative where it loses."""
    return net_back / cost - 1.0


def room(state: State, parameters: MiningParameters) -> Floats:
    """(M,) 1 while little ore waits unsold, 0 when twice ``storage_months`` of output does."""
    full = np.maximum(parameters.storage_months * state.capacity, 1e-9)
    return np.maximum(np.minimum(2.0 - state.stock / full, 1.0), 0.0)


def update_security(world: World, state: State, parameters: MiningParameters) -> None:
    """Move ``state.security`` towards what the month is like: the hostile countryside around, and attacks on the mines."""
    place = world.mine_place
    holder, attacker = state.holder[place], state.attacker[place]
    hostile = state.stance[holder] < 0
    shares = state.control[:-1, world.place_territory[place]].T
    now = 1.0 - (hostile * shares).sum(axis=1)
    now = np.where(attacker >= 0, now * parameters.security_siege, now)
    now = np.where(holder >= 0, now, parameters.security_lawless)
    memory = parameters.security_memory
    state.security = memory * state.security + (1.0 - memory) * now


def step(
    world: World, state: State, orders: MineOrders, season: float, parameters: MiningParameters, mine_stop: str
) -> MiningReport:
    """Work the mines for a month; see the module's docstring for the equations.

    Args:
        world: the world.
        state: the state; security, operating, reagent, in_process, stock, capacity, pipeline and flows change.
        orders: what holders, buyers and markets decide.
        season: share of their dry-season capacity that roads have, 0-1.
        parameters: the table above.
        mine_stop: "halt", "reagent" or "both".

    Returns:
        Ore and reagent ledgers of the month: ``opening + leached = closing + produced...`` close to rounding.
    """
    update_security(world, state, parameters)
    lost, reagent_lost = _capture(state, orders.captured, parameters)
    free = room(state, parameters)
    licence = np.ones_like(orders.licence) if mine_stop == "reagent" else orders.licence
    earning = profitability(orders.net_back, world.mine_cost, parameters.cost_spread)
    target = licence * earning * state.security * free
    state.operating = np.minimum(target, state.operating + parameters.restart)
    want = state.capacity * state.operating
    imported = _import_reagent(world, state, orders, want, season, parameters, mine_stop)
    state.reagent += imported
    leached = np.minimum(want, state.reagent / parameters.reagent_ratio)
    used = parameters.reagent_ratio * leached
    state.reagent = np.maximum(state.reagent - used, 0.0)
    state.in_process += leached
    produced = parameters.leach_rate * state.in_process
    state.in_process -= produced
    spoilt = parameters.stock_loss * (state.stock + produced)
    state.stock += produced - spoilt
    _build(world, state, orders, free * leached / np.maximum(state.capacity, 1e-9), parameters)
    state.totals.mined = float(produced.sum())
    state.totals.leachate = parameters.leachate_share * float(used.sum())
    return MiningReport(leached, produced, lost + spoilt, imported, used, reagent_lost)


def _capture(state: State, captured: Bools, parameters: MiningParameters) -> tuple[Floats, Floats]:
    """Damage of mines that changed hands; returns ore (M,) and reagent (M,) lost, t."""
    if not captured.any():
        return np.zeros(len(captured)), np.zeros(len(captured))
    share = parameters.capture_loss * captured
    ore, reagent = share * state.in_process, share * state.reagent
    state.in_process -= ore
    state.reagent -= reagent
    state.operating = np.where(captured, state.operating * parameters.capture_operating, state.operating)
    return ore, reagent


def _import_reagent(
    world: World,
    state: State,
    orders: MineOrders,
    want: Floats,
    season: float,
    parameters: MiningParameters,
    mine_stop: str,
) -> Floats:
    """Reagent (M,) t bought for this month's work and the buffer, as far as lane and road let it through."""
    ratio = parameters.reagent_ratio
    wanted = ratio * (want + parameters.reagent_buffer * state.capacity * state.operating)
    need = np.maximum(wanted - state.reagent, 0.0)
    if mine_stop == "halt":
        return need
    from_india = np.minimum(need, orders.india_reagent)
    need = need - from_india
    through = orders.reagent_crossing
    # One slot more, at index 0, for mines that no crossing serves (-1): nothing comes through it.
    slot = through + 1
    lane = state.lanes[:, REAGENT]
    open_share = lane + parameters.reagent_leak * (1.0 - lane)
    limit = np.zeros(len(lane) + 1)
    limit[1:] = open_share * world.crossing_capacity[:, REAGENT] * season
    load = np.bincount(slot, need, minlength=len(limit))
    return from_india + need * np.minimum(1.0, limit / np.maximum(load, 1e-9))[slot]


def _build(world: World, state: State, orders: MineOrders, use: Floats, parameters: MiningParameters) -> None:
    """Bring capacity out of the pipeline, wear it, and begin what buyers pay for; ``use`` is (M,), room times use."""
    paid = orders.invested * np.maximum(margin(orders.net_back, world.mine_cost), 0.0) * state.security
    # Crews are what caps growth, and crews follow the work: idle mines have none for new pools, however much is paid.
    spur = np.maximum(use - parameters.use_needed, 0.0) / (1.0 - parameters.use_needed)
    begun = spur * np.minimum(paid, parameters.growth_cap * state.capacity + parameters.seed_capacity)
    state.capacity = state.capacity * (1.0 - parameters.depreciation) + state.pipeline[:, 0]
    state.pipeline[:, :-1] = state.pipeline[:, 1:]
    state.pipeline[:, -1] = begun
