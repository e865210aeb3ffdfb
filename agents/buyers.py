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
from typing import NamedTuple

import numpy as np
from mesa import Model
from numpy.typing import NDArray

from agents.base import Actor
from agents.buyer_parameters import ChineseBuyerParameters

Floats = NDArray[np.float64]


class ChineseBuyer(Actor):
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
        return float(bid_together(terms_of([self]), np.array([gap]), outbid)[0])

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
        return invest_together(terms_of([self]), margin, security, capacity, np.array([share]))


class BuyersTerms(NamedTuple):
    """(B,) parameters of several buyers."""

    slope: Floats
    reserve: Floats
    precision: Floats
    share: Floats


def terms_of(buyers: Sequence[ChineseBuyer]) -> BuyersTerms:
    """What some buyers bid and invest by."""
    tables = [buyer.parameters for buyer in buyers]
    rows = [(p.bid_slope, p.reserve_price_share, p.investment_precision, p.investment_share) for p in tables]
    return BuyersTerms(*np.array(rows, np.float64).reshape(-1, 4).T.copy())


def bid_together(buyers: BuyersTerms, gap: Floats, outbid: float) -> Floats:
    """(B,) what :meth:`ChineseBuyer.bid` of several buyers gives, worked out at once."""
    return np.maximum(np.minimum(1.0 + buyers.slope * gap, buyers.reserve), 0.0) * outbid


def invest_together(buyers: BuyersTerms, margin: Floats, security: Floats, capacity: Floats, shares: Floats) -> Floats:
    """(K,) what :meth:`ChineseBuyer.invest` of several buyers adds up to, worked out at once.

    Args:
        buyers: what :func:`terms_of` says of them.
        margin: see there.
        security: see there.
        capacity: see there.
        shares: (B,) each buyer's share of China's feed, 0-1.
    """
    total = float(capacity.sum())
    if total <= 0.0 or not shares.size:
        return np.zeros(len(capacity))
    appeal = buyers.precision[:, None] * np.maximum(margin, 0.0) * security
    weight = capacity * np.exp(appeal - appeal.max(axis=1, keepdims=True))
    budget = (buyers.share * shares * total)[:, None]
    # The buyers one after another, as NumPy sums down columns.
    return np.asarray((budget * weight / weight.sum(axis=1, keepdims=True)).sum(axis=0))
