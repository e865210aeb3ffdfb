"""Money and arms: what armed actors earn, what they owe, what they buy.

Income (USD a month): money from outside the map less sanctions; levies on the people of the countryside it controls, as far
as they consent; trades and tolls of the places it holds; tax on ore; aid. Services are paid as chosen
(:mod:`model.dynamics.governance`), then upkeep; of what is left, a declared share buys arms; the rest is kept, and goes into
arms when these have become scarce. Those who get arms through allies find few when none of their allies is at war. Every
transfer has two legs: the treasuries' and the outside's.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.dynamics.ground import Ground, over_heads
from model.kernels import books, compiled
from model.parameters import ParameterTable, parameter
from model.state import State
from model.world.world import World

Floats = NDArray[np.float64]


class BudgetParameters(ParameterTable):
    """Prices and rates of war economies."""

    toll_rate: float = parameter(
        0.02, low=0.0, high=0.1, unit="0-1", meaning="Toll on goods through a gate, over their value.", source="assumed"
    )
    arms_price_usd: float = parameter(
        2_500.0,
        low=500.0,
        high=10_000.0,
        unit="USD",
        meaning="Price of arming one fighter, ammunition included.",
        source="assumed",
    )
    arms_growth_cap: float = parameter(
        0.03, low=0.0, high=0.1, unit="1/month", meaning="Most arms the black market yields a month, over fighters.",
        source="SOURCES P36, wider",
    )  # fmt: skip
    arms_most: float = parameter(
        1.5, low=0.8, high=3.0, unit="fighter equivalents", meaning="Arms over fighters beyond which none are bought.",
        source="assumed: spares and heavy weapons",
    )  # fmt: skip
    arms_wear: float = parameter(
        0.01, low=0.0, high=0.05, unit="1/month", meaning="Arms worn out or spent in a month.", source="assumed"
    )
    reserve_months: float = parameter(
        12.0, low=3.0, high=60.0, unit="months", meaning="Months over which a treasury would go into arms if none were left.",
        source="assumed",
    )  # fmt: skip
    rent_operating: float = parameter(
        0.3, low=0.0, high=1.0, unit="0-1", source="assumed: mines that stand still can be put to work again",
        meaning="Share of a mine's capacity that whoever might take it counts on, however little works now.",
    )  # fmt: skip
    revenue_floor_usd: float = parameter(
        2e5,
        low=1e4,
        high=5e6,
        unit="USD/month",
        meaning="Least revenue in which utilities are counted.",
        source="assumed",
    )
    revenue_memory: float = parameter(
        0.1,
        low=0.01,
        high=1.0,
        unit="1/month",
        meaning="Weight of this month in the running mean of revenue.",
        source="assumed",
    )
    service_cost_usd: float = parameter(
        0.6,
        low=0.05,
        high=10.0,
        unit="USD/person/month",
        meaning="Spending that gives full services.",
        source="assumed",
    )


def _tolls(world: World, state: State, rate: float) -> Floats:
    """(X,) USD a month of tolls on the goods that pass each crossing."""
    return np.asarray(world.crossing_capacity[:, 2] * 1e6 * state.lanes[:, 2] * rate)


def rents(world: World, ground: Ground, state: State, ore_usd_per_t: Floats, parameters: BudgetParameters) -> Floats:
    """(P,) USD a month that the holder draws from each place: trades, tolls, ore.

    Args:
        world: the world.
        ground: its static arrays.
        state: the state.
        ore_usd_per_t: (M,) tax that a holder could take of a tonne at each mine.
        parameters: the table above.
    """
    if compiled():
        mines = (ore_usd_per_t, state.capacity, state.operating)
        crossings = (world.crossing_place, world.crossing_capacity, state.lanes, parameters.toll_rate)
        return books.rents(ground.rent_site, *crossings, world.mine_place, mines, parameters.rent_operating)
    rent = ground.rent_site.copy()
    np.add.at(rent, world.crossing_place, _tolls(world, state, parameters.toll_rate))
    at_work = np.maximum(state.operating, parameters.rent_operating)
    np.add.at(rent, world.mine_place, ore_usd_per_t * state.capacity * at_work)
    return rent


def expected(
    world: World,
    ground: Ground,
    state: State,
    profile: dict[str, Floats],
    ore_usd_per_t: Floats,
    parameters: BudgetParameters,
) -> Floats:
    """(F,) USD a month that each can count on as things stand, at least the floor: outside, levies, rents.

    Args:
        world: the world.
        ground: its static arrays.
        state: the state, unchanged.
        profile: (F,) arrays of the actors' parameters by name.
        ore_usd_per_t: (M,) tax that a holder could take of a tonne at each mine.
        parameters: the table above.
    """
    held = state.holder >= 0
    rent = rents(world, ground, state, ore_usd_per_t, parameters)
    local = np.bincount(state.holder[held], rent[held], minlength=len(state.troops))
    income = profile["outside_revenue_usd"] + _levies(world, state, profile) + local
    return np.maximum(income, parameters.revenue_floor_usd)


def step(
    world: World,
    ground: Ground,
    state: State,
    profile: dict[str, Floats],
    means: dict[str, Floats],
    parameters: BudgetParameters,
) -> Floats:
    """Collect, pay, buy; returns what each spent on services.

    Args:
        world: the world.
        ground: static arrays.
        state: treasury, arms, services' money, ``paid``, ``revenue`` and the tally change.
        profile: (F,) arrays of the actors' parameters by name.
        means: (F,) ``sanctions`` (USD lost), ``aid`` (USD), ``arms`` (fighter equivalents) from patrons, ``frozen`` (0-1,
            share of the income from outside that is frozen), ``services`` (USD that each wants to spend on services).
        parameters: the table above.

    Returns:
        (F,) USD spent on services.
    """
    income = _income(world, ground, state, profile, means, parameters)
    troops = state.troops.sum(axis=1)
    upkeep = profile["upkeep_usd"] * troops
    available = state.treasury + income
    services = np.minimum(np.maximum(means["services"], 0.0), available)
    paid = np.minimum(upkeep, available - services)
    left = np.maximum(income - upkeep - services, 0.0)
    fighters = np.maximum(troops, 1)
    scarce = np.maximum(1 - state.arms / np.maximum(profile["arms_per_fighter"] * fighters, 1e-9), 0.0)
    wanted = profile["arms_budget_share"] * left + scarce * state.treasury / parameters.reserve_months
    wanted = np.minimum(wanted, available - services - paid) / parameters.arms_price_usd
    leash = 1 - profile["dependence_on_china"] * state.pressure
    room = np.maximum(parameters.arms_most * fighters - state.arms, 0.0)
    market = parameters.arms_growth_cap * fighters * leash * _access(state, profile["arms_via_allies"])
    bought = np.minimum(np.minimum(wanted, market), room)
    worn = parameters.arms_wear * state.arms
    spent = paid + bought * parameters.arms_price_usd + services
    state.treasury = available - spent
    state.arms = state.arms + bought + means["arms"] - worn
    state.tally.arms_gained += bought + means["arms"]
    state.tally.arms_lost += worn
    state.tally.income += income
    state.tally.spent += spent
    state.paid = np.where(upkeep > 0, paid / np.maximum(upkeep, 1e-9), 1.0)
    memory = parameters.revenue_memory
    state.revenue = np.maximum((1 - memory) * state.revenue + memory * income, parameters.revenue_floor_usd)
    state.revenue_best = np.maximum(state.revenue_best, state.revenue)
    return services


def _access(state: State, through_allies: Floats) -> Floats:
    """(F,) how open the arms market is to each, 0-1."""
    at_war = (state.stance == -1).any(axis=1)
    allied = state.stance == 1
    np.fill_diagonal(allied, False)
    return np.where((allied & at_war).any(axis=1), 1.0, 1 - through_allies)


def _income(
    world: World,
    ground: Ground,
    state: State,
    profile: dict[str, Floats],
    means: dict[str, Floats],
    parameters: BudgetParameters,
) -> Floats:
    outside = np.maximum(profile["outside_revenue_usd"] * (1 - means["frozen"]) - means["sanctions"], 0.0)
    local = _local(world, ground, state, parameters.toll_rate, len(outside))
    return np.asarray(outside + _levies(world, state, profile) + local + state.flows.tax_usd + means["aid"])


def _local(world: World, ground: Ground, state: State, toll_rate: float, forces: int) -> Floats:
    """(F,) USD of trades and tolls at the places that each holds."""
    places = len(state.holder)
    tolls = np.bincount(world.crossing_place, _tolls(world, state, toll_rate), minlength=places)
    # One slot more, at index 0, for places that nobody holds.
    return np.asarray(np.bincount(state.holder + 1, ground.rent_site + tolls, minlength=forces + 1)[1:])


def _levies(world: World, state: State, profile: dict[str, Floats]) -> Floats:
    return np.asarray(profile["population_tax_usd"] * over_heads(world, state, state.legitimacy))
