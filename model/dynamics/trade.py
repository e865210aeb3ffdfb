"""Trade: what a tonne earns at each destination, where it goes, what the roads and gates let through, and who taxes it.

Three destinations: China through the gate (*official*), China past it (*informal*), and the *Quad* through a crossing to
India. Net-back of a tonne at the mine, yuan/t (equation 3.7; each charge enters here and nowhere else, K6)::

    official: bid * (1 - transit) - freight * km - tax
    informal: bid - freight * km - smuggling_cost - informal_tax_share * tax
    quad:     price * (india's share + (1 - holder's share) * premium) - freight_india - tax
              - risk * (1 - path security) * price

``bid`` and ``price`` stand at the border without VAT and the import side's charges (:func:`model.dynamics.market.gate_price`).
Ore in store is offered as far as the best net-back covers a reserve price, and split by nested logit: first informal
against the rest (a higher tax drives ore to smugglers), then official against Quad. Then caps, leftovers to the next
destination, the rest stays in store:

* informal: capacity * season * (leak * (1 - open) + (1 - exp(-elasticity * tax / bid)) * open)
* quad: the road to India * lane * path security * season, less the trips that bring reagent in
* official: open * crossing capacity * season * what buyers may buy; and over all gates together
  ``min(road capacity, flow limit + release * (stock - normal stock)) * season``: after a closure more than usual leaves the
  stores (K5), up to what roads carry. Smugglers use other paths.

A closed lane with no leak lets exactly nothing through.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from model.dynamics.mining import ORE, profitability
from model.dynamics.netback import (
    AD_VALOREM,
    FIXED,
    REVENUE_MAXIMISING,
    TAX_RULES,
    Quote,
    Terms,
    TradeChain,
    TradeParameters,
    quote,
    read_tax,
    reagent_crossings,
)
from model.state import CHINA_INFORMAL, CHINA_OFFICIAL, QUAD, State

Floats = NDArray[np.float64]

__all__ = [
    "AD_VALOREM",
    "FIXED",
    "REVENUE_MAXIMISING",
    "TAX_RULES",
    "Quote",
    "Terms",
    "TradeChain",
    "TradeParameters",
    "TradeReport",
    "quote",
    "read_tax",
    "reagent_crossings",
    "revenue_maximising_tax",
    "settle_tax",
    "step",
]


class TradeReport(NamedTuple):
    """What the ledgers and the record want to know of a month's trade."""

    offered: Floats
    """(M,) t offered from the stores."""
    official_limit: float
    """t that could go to China this month over all gates."""


def step(chain: TradeChain, state: State, offer: Quote, season: float) -> TradeReport:
    """Move ore from the mines' stores to its destinations and tax it; see the module's docstring.

    Args:
        chain: the run's trade chain.
        state: the state; stock and flows (ore, crossing, tax_usd) change.
        offer: this month's :func:`quote`.
        season: share of their dry-season capacity that roads have, 0-1.
    """
    p = chain.parameters
    reserve = p.reserve_share * chain.world.mine_cost
    offered = state.stock * _logistic(offer.best / p.choice_scale, reserve / p.choice_scale)
    informal_share, quad_share = _shares(offer, p.choice_scale)
    informal = np.minimum(offer.leaky, informal_share * offered)
    rest = offered - informal
    quad = _share_road(chain, state, offer, quad_share * rest, season)
    limit = _china_limit(state, p) * season
    official = _through_gates(chain, state, offer, rest - quad, season, limit)
    left = offered - informal - quad - official
    informal = informal + np.minimum(np.maximum(offer.leaky - informal, 0.0), left)
    flows = np.empty((len(left), 3))
    flows[:, CHINA_OFFICIAL], flows[:, CHINA_INFORMAL], flows[:, QUAD] = official, informal, quad
    _book(chain, state, offer, flows)
    return TradeReport(offered=offered, official_limit=limit)


def _shares(offer: Quote, scale: float) -> tuple[Floats, Floats]:
    """Share (M,) that would go informal, and share of the rest that would go to the Quad: nested logit on net-back."""
    value = offer.net_back / scale
    official = np.where(offer.open > 0, value[:, CHINA_OFFICIAL], -np.inf)
    others = np.maximum(official, value[:, QUAD])
    informal = np.where(offer.leaky > 0, _logistic(value[:, CHINA_INFORMAL], others), 0.0)
    if not offer.quad_limit.any():
        return informal, np.zeros(len(informal))
    quad = np.where(offer.quad_limit > 0, _logistic(value[:, QUAD], official), 0.0)
    return informal, quad


def _logistic(value: Floats, other: Floats) -> Floats:
    """1 / (1 + exp(other - value)); minus infinity stands for what cannot be chosen."""
    return np.asarray(special.expit(np.maximum(value, -1e6) - np.maximum(other, -1e6)))


def _share_road(chain: TradeChain, state: State, offer: Quote, wanted: Floats, season: float) -> Floats:
    """Flows (M,) to India within each mine's own limit, the crossing's, and the one road that all share."""
    if not offer.quad_limit.any():
        return np.zeros(len(wanted))
    flow = np.minimum(wanted, offer.quad_limit)
    crossing = offer.crossing[:, QUAD]
    some = crossing >= 0
    world = chain.world
    load = np.bincount(crossing[some], flow[some], minlength=len(world.crossing_ids))
    gate = world.crossing_capacity[:, ORE] * state.lanes[:, ORE] * season
    share = np.minimum(1.0, gate / np.maximum(load, 1e-9))
    flow = flow * np.where(some, share[crossing], 0.0)
    # Each mine's load on the road is its flow over what of the road it could use: insecure or reagent trips take more.
    used = float((flow / np.maximum(offer.quad_limit, 1e-9)).sum())
    return flow / max(used, 1.0)


def _china_limit(state: State, p: TradeParameters) -> float:
    beyond = max(float(state.stock.sum()) - p.normal_stock_months * p.flow_limit_t, 0.0)
    return min(p.road_capacity_t, p.flow_limit_t + p.release * beyond)


def _through_gates(
    chain: TradeChain, state: State, offer: Quote, wanted: Floats, season: float, limit: float
) -> Floats:
    """Official flows (M,) within each gate's capacity and the limit of all together."""
    world = chain.world
    crossing = offer.crossing[:, CHINA_OFFICIAL]
    wanted = np.where(offer.open > 0, wanted, 0.0)
    load = np.bincount(crossing, wanted, minlength=len(world.crossing_ids))
    room = offer.open * world.crossing_capacity[crossing, ORE] * season
    if (offer.purchase < 1.0).any():
        # Where Beijing threatens, buyers may take no more than a share of the usual output, whatever has piled up.
        usual = np.bincount(crossing, state.capacity, minlength=len(load))[crossing]
        room = np.where(offer.purchase < 1.0, np.minimum(room, offer.purchase * usual), room)
    flow = wanted * np.minimum(1.0, room / np.maximum(load[crossing], 1e-9))
    return flow * min(1.0, limit / max(float(flow.sum()), 1e-9))


def _book(chain: TradeChain, state: State, offer: Quote, flows: Floats) -> None:
    """Take flows (M, 3) out of the stores and credit taxes, transit and contract premiums in USD to (F,)."""
    state.stock = np.maximum(state.stock - flows.sum(axis=1), 0.0)
    state.flows.ore[:] = flows
    state.flows.crossing[:] = np.where(flows > 0, offer.crossing, -1)
    taxed = flows[:, CHINA_OFFICIAL] + flows[:, QUAD]
    taxed = taxed + chain.parameters.informal_tax_share * flows[:, CHINA_INFORMAL]
    rate = chain.market.yuan_per_usd
    held = offer.tax * taxed / rate + offer.premium_usd * flows[:, QUAD]
    keeper = state.holder[chain.world.crossing_place[offer.crossing[:, CHINA_OFFICIAL]]]
    transit = offer.transit * flows[:, CHINA_OFFICIAL] / rate
    forces = len(chain.world.forces)
    # One slot more for nobody, at index 0: bincount takes no negative index.
    booked = np.bincount(np.append(offer.holder, keeper) + 1, np.append(held, transit), minlength=forces + 1)
    state.flows.tax_usd[:] = booked[1:]


def revenue_maximising_tax(
    before_tax: Floats,
    informal: Floats,
    cost: Floats,
    capacity: Floats,
    spread: float,
    bid: float,
    parameters: TradeParameters,
) -> float:
    """The tax in yuan/t that brings a holder most, by its own model of its miners (equation 3.7).

    For each tax of a grid the holder expects the share of sites that still pays (net-back less tax over cost, as in
    mining) and the share that dodges the gate (what pays better there, within the caps of smuggling), and takes the best;
    the lowest of equals.

    Args:
        before_tax: (K,) net-back of each of its clusters through the gate, before tax.
        informal: (K,) net-back past the gate, before tax.
        cost: (K,) yuan/t at the mine.
        capacity: (K,) t/month.
        spread: spread of the sites' costs (``MiningParameters.cost_spread``).
        bid: yuan/t at the gate.
        parameters: the table above.
    """
    if len(capacity) == 0:
        return 0.0
    grid = np.linspace(0.0, parameters.tax_grid_max, parameters.tax_grid_steps)
    tax = grid[:, None]
    official, past = before_tax - tax, informal - parameters.informal_tax_share * tax
    # As much dodges the gate as wants to, up to what smugglers can carry at that tax: the caps of the flows themselves.
    wants = special.expit((past - official) / parameters.choice_scale)
    dodge = np.minimum(1.0 - np.exp(-parameters.smuggling_elasticity * tax / max(bid, 1.0)), wants)
    taxed = (1.0 - dodge) * profitability(official, cost, spread)
    taxed = taxed + dodge * parameters.informal_tax_share * profitability(past, cost, spread)
    return float(grid[int(np.argmax((tax * capacity * taxed).sum(axis=1)))])


def settle_tax(chain: TradeChain, state: State, offer: Quote, holder: int, cost_spread: float) -> float:
    """:func:`revenue_maximising_tax` of an armed actor, from this month's quote of its own mines; 0 where it has none.

    Args:
        chain: the run's trade chain.
        state: the state, for capacities.
        offer: this month's quote, under any tax.
        holder: index of the armed actor.
        cost_spread: ``MiningParameters.cost_spread``.
    """
    p, own = chain.parameters, offer.holder == holder
    tax = offer.tax[own]
    official, informal = offer.crossing[own, CHINA_OFFICIAL], offer.net_back[own, CHINA_INFORMAL]
    bid = float(state.bid[official].max(initial=0.0))
    before = offer.net_back[own, CHINA_OFFICIAL] + tax
    cost, capacity = chain.world.mine_cost[own], state.capacity[own]
    return revenue_maximising_tax(before, informal + p.informal_tax_share * tax, cost, capacity, cost_spread, bid, p)
