"""A Chinese firm that buys ore at a crossing and invests in mines.

Each month it *bids*, as a factor on the market price at the gate, and splits the *capital* that it would put into new pools::

    bid    = (1 + slope * gap) * outbid          gap: 1 store empty, 0 as wanted, -2 overflowing
    budget = investment_share * share of the market * capacity of all origins
    share_m ~ capacity_m * exp(precision * max(margin_m, 0) * security_m)

(quantal response over the clusters and one option abroad, Laos and the like; weights by capacity, since sites are found
next to sites). What is built of it falls with margin and security again in :mod:`model.dynamics.mining`, so relocation to
Wa, Mong La or Laos emerges where Kachin is unsafe or highly taxed. What its stores hold is ``state.inventory``.
"""

from __future__ import annotations

from math import exp, inf
from typing import Any

from mesa import Model

from agents.base import Actor
from agents.buyer_parameters import ChineseBuyerParameters
from model.compile import compiled
from model.live import LiveParameters


@compiled
def inventory_gap(inventory: float, target: float) -> float:
    """How far a store lies under what its buyer wants (t): 1 empty, 0 as wanted, -2 at most where it overflows."""
    return min(max(1.0 - inventory / max(target, 1e-9), -2.0), 1.0)


@compiled
def bid_factor(gap: float, who: Any) -> float:
    """Bid over the market price at the gate, without Beijing's word."""
    return max(1.0 + who.bid_slope * gap, 0.0)


@compiled
def attractiveness(margin: float, security: float, who: Any) -> float:
    """How much a place attracts a buyer's money, in log odds."""
    return who.investment_precision * max(margin, 0.0) * security


@compiled
def bid(run: Any, b: int) -> None:
    """Write a buyer's bid, ``run.quotes.factor``."""
    quotes = run.quotes
    gap = inventory_gap(run.state.inventory[b], run.reference.target[b])
    quotes.factor[b] = bid_factor(gap, run.buyers[b]) * quotes.beijing.outbid


@compiled
def invest(run: Any, b: int) -> None:
    """Add a buyer's capital for new pools to ``run.quotes.invested``; all of its budget, unless there are no mines anywhere."""
    quotes, who, total, most, weights = run.quotes, run.buyers[b], 0.0, -inf, 0.0
    margin, security, capacity = quotes.option_margin, quotes.option_security, quotes.option_capacity
    for k in range(len(capacity)):
        total += capacity[k]
        most = max(most, attractiveness(margin[k], security[k], who))
    if total <= 0.0:
        return
    for k in range(len(capacity)):
        weights += capacity[k] * exp(attractiveness(margin[k], security[k], who) - most)
    budget = who.investment_share * run.reference.share[b] * total
    for k in range(len(capacity)):
        weight = capacity[k] * exp(attractiveness(margin[k], security[k], who) - most)
        quotes.invested[k] += budget * weight / weights


class ChineseBuyer(Actor):
    """A buyer of ore.

    Args:
        model: the Mesa model it lives in.
        buyer_id: its id in the world's ``buyers.csv``.
        index: its position among the buyers.
        parameters: its table.
    """

    def __init__(
        self, model: Model, buyer_id: str, index: int, parameters: ChineseBuyerParameters | LiveParameters
    ) -> None:
        super().__init__(model, parameters, model.run.buyers[index])
        self.buyer_id = buyer_id
        self.index = index

    def stands_at(self) -> int:
        """Index of the place of its gate, whoever holds it."""
        return int(self.run.world.crossing_place[self.run.land.stand[self.index]])

    @property
    def posted_bid(self) -> float:
        """Yuan/t posted at its gate: the best bid of those who stand there."""
        return float(self.run.state.bid[self.run.land.stand[self.index]])

    def bid(self) -> None:
        """Bid for ore: write its factor on the market price at the gate, ``run.quotes.factor``.

        It bids more where its store lies under what it wants, and pays on top what Beijing tells it to.
        """
        bid(self.data, self.index)

    def invest(self) -> None:
        """Offer capital for new pools: add to ``run.quotes.invested``, t/month at the mines and abroad, out of its budget."""
        invest(self.data, self.index)
