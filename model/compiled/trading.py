"""The compiled mines and trade of a month: what they take from the model, and what becomes of their answers.

The work is done by :mod:`model.kernels.trading`; the same in NumPy stands in :mod:`model.phases.trade`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from model.dynamics import market
from model.dynamics.mining import MiningReport
from model.dynamics.trade import Quote
from model.kernels import trading as kernels
from model.kernels.bound import Gatherer, bind
from model.kernels.loops import LOOPS
from model.parameters import as_record

if TYPE_CHECKING:
    from model.model import RareEarthModel

Floats = NDArray[np.float64]


class Trading(Gatherer):
    """Works the mines and moves their ore by one kernel.

    Args:
        model: the model at its start; what never changes in a run is gathered once.
    """

    def __init__(self, model: RareEarthModel) -> None:
        world, chain, p, reference = model.world, model.chain, model.p, model.reference
        rest = {
            "invoiced": p.trade.invoiced_share if model.setup.structure.tax_reading == "price" else 1.0,
            "dealer_discount": p.market.dealer_discount,
            "cost_others": p.market.cost_others,
            "yuan_per_usd": p.market.yuan_per_usd,
        }
        rules = as_record(p.mining, p.trade, **rest)
        stop = model.setup.structure.mine_stop
        mining = (
            world.mine_place,
            world.mine_crossing,
            world.mine_cost,
            world.place_territory,
            world.crossing_capacity,
        )
        gates = (chain.gate, chain.within, chain.routes.china, chain.reagent_worth, chain.capacity, chain.routes.home)
        ways = (*gates, chain.freight, world.crossing_place)
        routes = chain.routes
        corridors = (chain.corridor_territory, routes.corridor, routes.corridor_shape, routes.corridor_places)
        freight = model.setup.quad.freight_usd_per_t * p.market.yuan_per_usd
        india = ((routes.india, *corridors, routes.india_km, world.crossing_capacity), freight)
        terms = model.buyers_terms
        bids = (terms.slope, terms.reserve, reference.china, reference.stand, reference.target)
        buyers = (*bids, terms.precision, terms.share, reference.share)
        self._fixed = (LOOPS, rules, (stop != "reagent", stop != "halt"), mining, ways, india, buyers)
        self.settles = any(actor.parameters.ore_tax_rule == "revenue_maximising" for actor in model.armed)
        """Whether anybody sets its tax anew from time to time."""
        self._leachate = p.mining.leachate_share
        mines = len(world.mine_place)
        report, others = np.empty((6, mines)), np.empty((10, mines))
        quote = (np.empty(mines, np.int64), np.empty((mines, 3), np.int64), np.empty((mines, 3)))
        self._written = (report, *quote, others)
        self._report, self._quote = MiningReport(*report), Quote(*quote, *others)

    def _gather(self, model: RareEarthModel) -> None:
        state, profile = model.state, model.profile
        war = (state.holder, model.holder_before, state.attacker, state.stance, state.control)
        stores = (state.operating, state.reagent, state.in_process, state.stock, state.capacity)
        tax = (model.tax_rules, model.settled_tax, profile["ore_tax_share"], state.dealings.tax_cut)
        terms = (*tax, state.dealings.purchase, profile["licence_when_closed"])
        moved = state.flows
        out = (state.bid, moved.ore, moved.crossing, moved.tax_usd, *self._written)
        self._bound = bind(*self._fixed, war, (*stores, state.security, state.pipeline), state.lanes, terms, out)

    def trade(
        self, model: RareEarthModel, outbid: float, contracts: tuple[float, Floats, Floats], *, quoted: bool
    ) -> tuple[Quote | None, MiningReport, float]:
        """Mine, sell and tax the ore of the month.

        Args:
            model: its state changes.
            outbid: factor that Beijing tells its buyers to pay on top.
            contracts: share of the reagent for ore bound for India that Beijing withholds, (F,) share of the price that
                contracts add, (F,) how far brokers let convoys through, all 0-1.
            quoted: whether the quote is wanted.

        Returns:
            The quote or None, what mines did, and t/month that buyers would begin abroad. The arrays are those of the next
            month as well.
        """
        state, stock, (embargo, premium, passage) = model.state, model.state.market, contracts
        if self.finds_another(state):
            self._gather(model)
        price = market.gate_price(stock.price_ore, model.p.market)
        abroad, state.totals.mined, reagent_used = kernels.trade(
            self._bound,
            price,
            outbid,
            model.road_factor,
            stock.other_origins,
            stock.route_capacity,
            embargo,
            state.inventory,
            premium,
            passage,
        )
        state.totals.leachate = self._leachate * reagent_used
        return (self._quote if quoted else None), self._report, abroad
