"""Mining and trade of a month, and the taxes on them; :meth:`model.model.RareEarthModel.step` says when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from agents.buyers import bid_together, invest_together
from model.dynamics import market, mining, trade
from model.dynamics.market import margin_abroad
from model.dynamics.trade import Terms
from model.kernels import compiled
from model.phases.market import sell
from model.phases.readings import tax_terms
from model.state import with_nobody

if TYPE_CHECKING:
    from model.model import RareEarthModel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def mine_and_trade(model: RareEarthModel) -> None:
    """Mining, prices, purchase, transport, smuggling; the road to India."""
    rival = float(model.level("offtake").max(initial=0.0)) if "offtake" in model.delivered else 0.0
    outbid = model.beijing.outbid(rival, model.link)
    if compiled():
        settles = model.trading.settles and model.month % model.p.trade.tax_review_months == 0
        offer, model.mined, abroad = model.trading.trade(model, outbid, _contracts(model), quoted=settles)
    else:
        offer, model.mined, abroad = _mine_and_move(model, outbid)
    _sell(model, abroad)
    if offer is not None:
        _settle_taxes(model, offer)


def _mine_and_move(model: RareEarthModel, outbid: float) -> tuple[trade.Quote | None, mining.MiningReport, float]:
    """What :meth:`model.compiled.trading.Trading.trade` does, in NumPy."""
    state, world, p = model.state, model.world, model.p
    factors = bid_together(model.buyers_terms, market.inventory_gap(state, model.reference), outbid)
    market.post_bids(state, model.reference, factors, p.market)
    offer = trade.quote(model.chain, state, _terms(model), model.road_factor, reagent_ratio=p.mining.reagent_ratio)
    invested = _invest(model, offer.best)
    orders = mining.MineOrders(
        licence=_licences(model),
        net_back=offer.best,
        captured=model.holder_before[world.mine_place] != state.holder[world.mine_place],
        invested=invested[:-1],
        reagent_crossing=trade.reagent_crossings(model.chain, state),
        india_reagent=offer.india_reagent,
    )
    mined = mining.step(world, state, orders, model.road_factor, p.mining, model.setup.structure.mine_stop)
    trade.step(model.chain, state, offer, model.road_factor)
    return offer, mined, float(invested[-1])


def _sell(model: RareEarthModel, invested_abroad: float) -> None:
    run = model.run
    run.state.market["invested_abroad"] = invested_abroad
    run.policy["route_building"][-1] = model.level_of_all("route_building")
    sell(run)


def _contracts(model: RareEarthModel) -> tuple[float, Floats, Floats]:
    """Beijing's embargo, and (F,) premiums of contracts and passage by brokers, all 0-1."""
    us = model.united_states.parameters
    passage = model.level("brokering")
    if "envoy" in model.delivered:
        passage = np.maximum(passage, us.envoy_brokering * model.level("envoy"))
    premium = model.level("offtake")
    if "offtake" in model.delivered:
        premium = premium * max(us.price_floor - model.p.trade.india_price_share, 0.0)
    return model.beijing.embargo(model.setup.quad.embargo_reagent, model.link), premium, passage


def _terms(model: RareEarthModel) -> Terms:
    rules, yuan, share = tax_terms(model)
    embargo, premium, passage = _contracts(model)
    return Terms(
        tax_rule=rules,
        tax_yuan=yuan,
        tax_share=share,
        premium=premium,
        passage=passage,
        quad_freight=model.setup.quad.freight_usd_per_t * model.p.market.yuan_per_usd,
        embargo=embargo,
        purchase=with_nobody(model.state.dealings.purchase, 1.0)[model.state.holder[model.world.crossing_place]],
    )


def _invest(model: RareEarthModel, net_back: Floats) -> Floats:
    state = model.state
    margins = with_nobody(mining.margin(net_back, model.world.mine_cost), margin_abroad(state, model.p.market))
    security = with_nobody(state.security, 1.0)
    capacity = with_nobody(state.capacity, state.market.other_origins)
    return invest_together(model.buyers_terms, margins, security, capacity, model.reference.share)


def _licences(model: RareEarthModel) -> Floats:
    """(M,) share of the work that holders allow: less while the ore lane is shut, to press the buyer."""
    state, world = model.state, model.world
    holder = state.holder[world.mine_place]
    shut = 1 - state.lanes[world.mine_crossing, 0]
    allowed = with_nobody(model.profile["licence_when_closed"], 0.0)[holder]
    return np.asarray(1 - shut * (1 - allowed))


def _settle_taxes(model: RareEarthModel, offer: trade.Quote) -> None:
    """Every third month a revenue maximiser sets its tax anew, from what its miners would earn before tax."""
    if model.month % model.p.trade.tax_review_months:
        return
    for actor in model.armed:
        if actor.parameters.ore_tax_rule == "revenue_maximising" and (offer.holder == actor.index).any():
            spread = model.p.mining.cost_spread
            model.settled_tax[actor.index] = trade.settle_tax(model.chain, model.state, offer, actor.index, spread)
