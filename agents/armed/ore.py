"""Licensing and taxation of ore by armed actors.

While the ore lane of its mines is shut a holder lets a declared share of the work go on, to press the buyer. A holder that wants
most revenue sets its tax anew from time to time (equation 3.7): for each tax of a grid it expects the share of sites that still pays
(net-back less tax over cost, as in :mod:`model.dynamics.mining`) and the share that dodges the gate (what pays better there, within
the caps of smuggling), and takes the best; the lowest of equals::

    revenue(tax) = tax * sum of capacity * ((1 - dodge) * paying(gate) + dodge * informal_tax_share * paying(past it))
    dodge        = min(1 - exp(-elasticity * tax / bid), logistic((past - gate) / choice_scale))

Assumed; moves ``ore_revenue_usd_*`` and the ore that smugglers carry.
"""

from __future__ import annotations

from typing import Any

from model.compile import compiled
from model.draws import logistic
from model.dynamics.mining import profitability
from model.dynamics.netback import dodging_share
from model.state import CHINA_INFORMAL, CHINA_OFFICIAL, ORE


@compiled
def licensed(lane: float, when_closed: float) -> float:
    """Share of the work allowed at mines whose lane is as far open as that, 0-1."""
    return 1.0 - (1.0 - lane) * (1.0 - when_closed)


@compiled
def expected_tax(tax: float, gate: float, past: float, cost: float, bid: float, rules: Any) -> float:
    """Yuan that a holder expects of each tonne of its miners' capacity.

    Args:
        tax: yuan/t.
        gate: net-back through the gate before tax, yuan/t.
        past: net-back past the gate before tax, yuan/t.
        cost: yuan/t at the mine.
        bid: best bid at the gates used, yuan/t.
        rules: ``run.rules``.
    """
    trade, spread = rules.trade, rules.mining.cost_spread
    official, informal = gate - tax, past - trade.informal_tax_share * tax
    # As much dodges the gate as wants to, up to what smugglers can carry at that tax: the caps of the flows themselves.
    dodge = min(dodging_share(tax, bid, trade), logistic((informal - official) / trade.choice_scale))
    honest = (1.0 - dodge) * profitability(official, cost, spread)
    return tax * (honest + dodge * trade.informal_tax_share * profitability(informal, cost, spread))


@compiled
def license_mines(run: Any, a: int) -> None:
    """Write the licences of an armed actor's mines: ``run.quotes.licence``."""
    quotes, when_closed = run.quotes, run.actors[a].licence_when_closed
    for m in range(len(quotes.holder)):
        if quotes.holder[m] == a:
            quotes.licence[m] = licensed(run.state.lanes[run.land.mine_crossing[m], ORE], when_closed)


@compiled
def set_ore_tax(run: Any, a: int) -> None:
    """Set ``run.state.ore_tax`` of an armed actor to what brings it most; 0 where it has no mines."""
    most, best, rules = 0.0, 0.0, run.rules.trade
    bid, steps = best_bid(run, a), int(rules.tax_grid_steps)
    for k in range(1, steps):
        tax = rules.tax_grid_max * k / (steps - 1)
        revenue = expected_revenue(run, a, tax, bid)
        if revenue > most:
            most, best = revenue, tax
    run.state.ore_tax[a] = best


@compiled
def best_bid(run: Any, a: int) -> float:
    """Best bid at the gates that ore of an armed actor's mines goes through, yuan/t."""
    quotes, best = run.quotes, 0.0
    for m in range(len(quotes.holder)):
        if quotes.holder[m] == a:
            best = max(best, run.state.bid[quotes.crossing[m, CHINA_OFFICIAL]])
    return best


@compiled
def expected_revenue(run: Any, a: int, tax: float, bid: float) -> float:
    """Yuan a month that an armed actor expects of a tax, from this month's quotes under whatever tax they were made."""
    quotes, rules, revenue = run.quotes, run.rules.trade, 0.0
    for m in range(len(quotes.holder)):
        if quotes.holder[m] == a:
            gate = quotes.net_back[m, CHINA_OFFICIAL] + quotes.tax[m]
            past = quotes.net_back[m, CHINA_INFORMAL] + rules.informal_tax_share * quotes.tax[m]
            each = expected_tax(tax, gate, past, run.land.mine_cost[m], bid, run.rules)
            revenue += run.state.capacity[m] * each
    return revenue
