"""A Chinese firm that buys ore at a crossing and puts its money into mines.

Each month it *bids*, as a factor on the market price at the gate, and splits the *capital* that it would put into new pools::

    bid    = min(1 + slope * gap, reserve) * outbid          gap: 1 store empty, 0 as wanted, -2 overflowing
    budget = investment_share * share of the market * capacity of all origins
    share_m ~ capacity_m * exp(precision * max(margin_m, 0) * security_m)

(quantal response over the clusters and one option abroad, Laos and the like; weights by capacity, since sites are found
next to sites). What is built of it falls with margin and security again in :mod:`model.dynamics.mining`, so relocation to
Wa, Mong La or Laos emerges where Kachin is unsafe or highly taxed. What its stores hold is kept in ``state.market``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from mesa import Agent, Model
from numpy.typing import NDArray

from agents.china_parameters import ChineseBuyerParameters

Floats = NDArray[np.float64]


class ChineseBuyer(Agent):
    """A buyer of ore.

    Args:
        model: the Mesa model it lives in.
        buyer_id: its id in the world's ``buyers.csv``.
        index: its position among the buyers.
        parameters: its table.
    """

    def __init__(self, model: Model, buyer_id: str, index: int, parameters: ChineseBuyerParameters) -> None:
        super().__init__(model)
        self.buyer_id = buyer_id
        self.index = index
        self.parameters = parameters

    def bid(self, gap: float, outbid: float = 1.0) -> float:
        """Its bid over the market price at the gate.

        Args:
            gap: how far its store lies under what it wants (``market.inventory_gap``), -2 to 1.
            outbid: factor that Beijing tells its buyers to pay on top, to keep ore from others.
        """
        p = self.parameters
        return max(min(1.0 + p.bid_slope * gap, p.reserve_price_share), 0.0) * outbid

    def invest(self, margin: Floats, security: Floats, capacity: Floats, share: float) -> Floats:
        """Capital for new pools, in t/month of capacity that it would begin at a margin of 100 % and full security.

        Args:
            margin: (K,) profit over cost of each option: the mine clusters, then other countries.
            security: (K,) 0-1.
            capacity: (K,) t/month at work there already.
            share: its share of China's feed, 0-1.

        Returns:
            (K,) t/month; sums to its budget unless there is no capacity anywhere.
        """
        return invest_together([self], margin, security, capacity, [share])


def invest_together(
    buyers: Sequence[ChineseBuyer], margin: Floats, security: Floats, capacity: Floats, shares: Sequence[float]
) -> Floats:
    """(K,) what :meth:`ChineseBuyer.invest` of several buyers adds up to, worked out at once.

    Args:
        buyers: the buyers.
        margin: see there.
        security: see there.
        capacity: see there.
        shares: each buyer's share of China's feed, 0-1.
    """
    total = float(capacity.sum())
    if total <= 0.0 or not buyers:
        return np.zeros(len(capacity))
    tables = [buyer.parameters for buyer in buyers]
    precision = np.array([p.investment_precision for p in tables])[:, None]
    appeal = precision * np.maximum(margin, 0.0) * security
    weight = capacity * np.exp(appeal - appeal.max(axis=1, keepdims=True))
    budget = np.array([p.investment_share * share * total for p, share in zip(tables, shares, strict=True)])[:, None]
    # The buyers one after another, as NumPy sums down columns.
    return np.asarray((budget * weight / weight.sum(axis=1, keepdims=True)).sum(axis=0))
