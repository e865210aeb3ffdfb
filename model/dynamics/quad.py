"""The road to India, and the processing of ore there.

State, all in ``state.market``: ``route_capacity`` Q (t/month the road could carry, safe and dry), ``india_processing`` A
(t/month), ``india_stock`` (t of ore), and the ore lanes of the crossings to India. Equations (3.10)::

    stock <- stock + arrived - processed - separated
    processed = min(stock, A),   separated in Australia = min(the rest, its free capacity)
    oxide     = (processed + separated) * yield
    Q     <- Q + min(effort / T_build, 1) * (Q_max - Q) - decay * Q
    A     <- A + commitment * (A_max - A) / T_ramp             (only while a road is in sight: Q > 0)
    lane  <- commitment if the road is being built or used     (India's own gate: Beijing does not rule it)

A declared share of the oxide of each goes to the US (``state.totals.us_oxide``). India's revenue is its margin on the value
of the ore it processes. Grades are assumed (SOURCES K16); the road's limits and build time have never been observed.
Effort is that of the US, with Japan's money; commitment is India's: :mod:`agents.quad`. Commitment counts once in what comes
over the road, at India's gate.
"""

from __future__ import annotations

from typing import Any

from model.compile import compiled
from model.parameters import ParameterTable, parameter
from model.state import ORE, QUAD


class QuadProcessParameters(ParameterTable):
    """What ore yields, and where the oxide goes."""

    oxide_yield: float = parameter(0.051, low=0.02, high=0.09, unit="t/t")
    """Dysprosium and terbium oxide separated per tonne of ore (oxide). Source: assumed: SOURCES K16, of which 85% is
    recovered; the Chinese ore quote implies at least 3.5% (SOURCES T2)."""
    us_share: float = parameter(0.5, low=0.0, high=1.0, unit="0-1")
    """Share of these oxides that goes to the US. Source: assumed: India's own magnet plants need the rest, and Japan
    has the prior claim on Lynas' output (SOURCES T7)."""
    route_decay: float = parameter(0.01, low=0.0, high=0.1, unit="1/month")
    """Monthly decay of the road to India. Source: assumed: mountain dirt road in the rains (SOURCES T7)."""


# equations ------------------------------------------------------------------------------------------------------------


@compiled
def oxide(ore: float, rules: Any) -> float:
    """T of dysprosium and terbium oxide in so many tonnes of ore, once separated.

    Args:
        ore: t of oxide of all rare earths.
        rules: ``rules.quad``.
    """
    return float(rules.oxide_yield * ore)


@compiled
def ore_value(price_ore: float, market: Any) -> float:
    """USD a tonne without VAT, at China's quote in yuan/t.

    Args:
        price_ore: the quote.
        market: ``rules.market``.
    """
    return float(price_ore / (1.0 + market.vat) / market.yuan_per_usd)


@compiled
def next_route(route: float, effort: float, partners: Any, rules: Any) -> float:
    """What the road could carry a month later, t/month.

    Args:
        route: what it could carry now.
        effort: 0 and up, above 1 where Japanese money speeds it up.
        partners: ``rules.quad_partners``.
        rules: ``rules.quad``.
    """
    built = min(effort / partners.build_months, 1.0) * max(partners.route_capacity_t - route, 0.0)
    return float(route + built - rules.route_decay * route)


@compiled
def next_processing(processing: float, commitment: float, partners: Any) -> float:
    """What India's plants can process a month later, t/month; they never shrink."""
    lacking = max(partners.india_processing_max_t - processing, 0.0)
    return float(processing + commitment * lacking / partners.india_ramp_months)


# process --------------------------------------------------------------------------------------------------------------


@compiled
def use_ore(run: Any, ordered: float) -> None:
    """Take in the ore that came over the road to India; process it there, and let Australia have of the rest.

    Args:
        run: the run; ``state.market`` and ``state.totals`` change.
        ordered: t that Australia would take.
    """
    market, totals, rules = run.state.market, run.state.totals, run.rules.quad
    for m in range(len(run.state.flows.ore)):
        market.india_stock += run.state.flows.ore[m, QUAD]
    processed = min(market.india_stock, market.india_processing)
    separated = min(market.india_stock - processed, ordered)
    market.india_stock = max(market.india_stock - processed - separated, 0.0)
    to_us = rules.us_share * (processed + separated)
    value = ore_value(market.price_ore, run.rules.market)
    totals.us_oxide, totals.separated = oxide(to_us, rules), separated
    totals.india_busy = processed / max(market.india_processing, 1e-9)
    totals.india_revenue = run.rules.quad_partners.india_processing_margin * value * processed


@compiled
def build_route(run: Any, effort: float) -> None:
    """Build on the road to India, which decays at the same time.

    Args:
        run: the run; ``state.market`` changes.
        effort: see :func:`next_route`.
    """
    market = run.state.market
    market.route_capacity = next_route(market.route_capacity, effort, run.rules.quad_partners, run.rules.quad)


@compiled
def commit(run: Any, commitment: float) -> None:
    """Open India's gates as far as it is committed, and build its plants, where there is a road.

    Args:
        run: the run; lanes and ``state.market`` change.
        commitment: India's readiness, 0-1.
    """
    market = run.state.market
    if market.route_capacity <= 0.0:
        return
    market.india_processing = next_processing(market.india_processing, commitment, run.rules.quad_partners)
    for x in range(len(run.land.to_india)):
        if run.land.to_india[x]:
            run.state.lanes[x, ORE] = commitment
