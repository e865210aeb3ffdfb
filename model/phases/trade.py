"""Mining and trade of a month, and the taxes on them."""

from __future__ import annotations

from agents.armed.actor import ArmedActor
from model.dynamics.mining import work_mines
from model.dynamics.netback import NO_BID, post_bids, quote
from model.dynamics.trade import move_ore
from model.phases.market import sell
from model.run import Run
from model.state import ORE


def mine_and_trade(run: Run) -> None:
    """Bids and quotations, investment and licences, mining, transport and smuggling; the market, the road to India; taxes."""
    consult_beijing(run)
    bid(run)
    quote(run.data)
    holders = holders_of_mines(run)
    invest(run)
    license_mines(run, holders)
    work_mines(run.data)
    move_ore(run.data)
    sell(run)
    for actor in holders:
        actor.set_ore_tax()


def consult_beijing(run: Run) -> None:
    """Beijing says what its buyers are to pay on top, and what reagent it withholds from ore bound for India."""
    told, usual, beijing = run.quotes.beijing, run.scenario.quad.embargo_reagent, run.agents.beijing
    told["outbid"], told["embargo"] = 1.0, usual
    if beijing is not None:
        link, rival = run.policy["link"][:-1], float(run.policy["offtake"][:-1].max(initial=0.0))
        told["outbid"], told["embargo"] = beijing.outbid(rival, link), beijing.embargo(usual, link)


def bid(run: Run) -> None:
    """Buyers bid; the best bids are posted at the crossings."""
    run.quotes.factor.fill(NO_BID)
    for buyer in run.agents.buyers:
        buyer.bid()
    post_bids(run.data)


def invest(run: Run) -> None:
    """Buyers offer capital for new pools."""
    run.quotes.invested.fill(0.0)
    for buyer in run.agents.buyers:
        buyer.invest()


def holders_of_mines(run: Run) -> list[ArmedActor]:
    """Armed actors that hold mines."""
    holding = set(run.quotes.holder.tolist())
    return [actor for actor in run.agents.armed if actor.index in holding]


def license_mines(run: Run, holders: list[ArmedActor]) -> None:
    """Holders license their mines; where nobody does, work goes on as far as the lane is open."""
    run.quotes.licence[:] = run.state.lanes[run.land.mine_crossing, ORE]
    for actor in holders:
        actor.license_mines()
