"""The road to India and what becomes of the ore there.

State, all in ``state.market``: ``route_capacity`` Q (t/month the road could carry, safe and dry), ``india_processing`` A
(t/month), ``india_stock`` (t of ore), and the ore lanes of the crossings to India. Equations (3.10)::

    Q     <- Q + effort * (Q_max - Q) / T_build - decay * Q
    A     <- A + commitment * (A_max - A) / T_ramp             (only while ore or a road is in sight: Q > 0)
    lane  <- commitment if the road is being built or used     (India's own gate: Beijing does not rule it)
    stock <- stock + arrived - processed - separated
    processed = min(stock, A),   separated in Australia = min(the rest, its free capacity)
    oxide     = (processed + separated) * (grade Dy + grade Tb) * recovery

A declared share of the oxide of each goes to the US (``state.totals.us_oxide``). India's revenue is its margin on the value
of the ore it processes. Grades are assumed (SOURCES K16); the road's limits and build time have never been observed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from model.dynamics.market import MarketParameters
from model.dynamics.mining import ORE
from model.parameters import ParameterTable, parameter
from model.state import QUAD, State
from model.world.world import World


class QuadProcessParameters(ParameterTable):
    """Grades, recovery, and where the oxide goes."""

    grade_dy: float = parameter(
        0.05, low=0.03, high=0.08, unit="t/t", meaning="Dysprosium oxide in a tonne of ore (oxide).",
        source="assumed: SOURCES K16; the Chinese ore quote implies at least 3 % (SOURCES T2)",
    )  # fmt: skip
    grade_tb: float = parameter(
        0.01, low=0.005, high=0.015, unit="t/t", meaning="Terbium oxide in a tonne of ore (oxide).",
        source="assumed: SOURCES K16; the Chinese ore quote implies at least .55 % (SOURCES T2)",
    )  # fmt: skip
    recovery: float = parameter(
        0.85, low=0.5, high=0.97, unit="0-1", meaning="Share of the contained Dy and Tb that separation yields.",
        source="assumed",
    )  # fmt: skip
    us_share_india: float = parameter(
        0.5, low=0.0, high=1.0, unit="0-1", meaning="Share of India's heavy oxides that goes to the US.",
        source="assumed: India's own magnet plants want the rest (SOURCES T7)",
    )  # fmt: skip
    us_share_australia: float = parameter(
        0.7, low=0.0, high=1.0, unit="0-1", meaning="Share of Australia's heavy oxides that goes to the US.",
        source="assumed; Japan has the older claim on Lynas' output",
    )  # fmt: skip
    route_decay: float = parameter(
        0.01, low=0.0, high=0.1, unit="1/month", meaning="Share of the road to India that decays in a month.",
        source="assumed: mountain dirt road in the rains (SOURCES T7)",
    )  # fmt: skip


class QuadOrders(NamedTuple):
    """What India, Japan, Australia and the US's route building amount to this month."""

    effort: float
    """Building effort on the road to India, 0 and up; above 1 where Japanese money speeds it up."""
    commitment: float
    """0-1, India's readiness."""
    route_capacity_t: float
    """t/month, the road built at full effort."""
    build_months: float
    processing_t: float
    """t/month, India's capacity when ramped up."""
    ramp_months: float
    separation_t: float
    """t/month of India's ore that Australia takes."""
    margin: float
    """India's revenue on processed ore over its value."""


class QuadReport(NamedTuple):
    """Ledger of India's ore in the month: ``opening + arrived = closing + processed + separated`` (t)."""

    arrived: float
    processed: float
    separated: float
    oxide: float
    """t of Dy and Tb oxide made by both."""


def begin(state: State, processing_t: float) -> None:
    """Set India's capacity (t/month) at the start of a run; the road does not exist yet and no ore waits."""
    state.market.india_processing = processing_t
    state.market.india_stock = 0.0
    state.market.route_capacity = 0.0


def step(
    world: World,
    state: State,
    orders: QuadOrders,
    parameters: QuadProcessParameters,
    market_parameters: MarketParameters,
) -> QuadReport:
    """Take in ore over the road to India, process it, and build road and plants; see the module's docstring.

    Args:
        world: the world.
        state: the state, after trade; market, flows (us_oxide, india_revenue) and India's ore lanes change.
        orders: what the Quad does.
        parameters: the table above.
        market_parameters: the market's, for VAT and the exchange rate.
    """
    market = state.market
    arrived = float(state.flows.ore[:, QUAD].sum())
    market.india_stock += arrived
    processed = min(market.india_stock, market.india_processing)
    separated = min(market.india_stock - processed, orders.separation_t)
    market.india_stock = max(market.india_stock - processed - separated, 0.0)
    yielded = (parameters.grade_dy + parameters.grade_tb) * parameters.recovery
    state.totals.us_oxide = yielded * (
        processed * parameters.us_share_india + separated * parameters.us_share_australia
    )
    value_usd = market.price_ore / (1.0 + market_parameters.vat) / market_parameters.yuan_per_usd
    state.totals.separated = separated
    state.totals.india_revenue = orders.margin * value_usd * processed
    _build(world, state, orders, parameters)
    return QuadReport(arrived, processed, separated, yielded * (processed + separated))


def _build(world: World, state: State, orders: QuadOrders, parameters: QuadProcessParameters) -> None:
    market = state.market
    road = market.route_capacity
    gain = min(orders.effort / orders.build_months, 1.0) * max(orders.route_capacity_t - road, 0.0)
    market.route_capacity = road + gain - parameters.route_decay * road
    if market.route_capacity <= 0.0:
        return
    lacking = max(orders.processing_t - market.india_processing, 0.0)
    market.india_processing += orders.commitment * lacking / orders.ramp_months
    state.lanes[_to_india(world), ORE] = orders.commitment


@lru_cache(maxsize=16)
def _to_india(world: World) -> NDArray[np.bool_]:
    """(X,) crossings to India."""
    return np.asarray(np.array(world.crossing_country) == "India")
