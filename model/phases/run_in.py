"""Before the first month: what no dated record fixes is carried to where the model itself would hold it.

The record says who holds which place, how many fighters each actor has, and how the countryside is shared. Where the
fighters stand is spread by rules of thumb, and nobody knows anything of anybody. A war begun from that opens with every
mistake of the rules: garrisons of a hundred beside armies of thousands fall within weeks, although they had stood for years.

So some months of war are fought first in which nobody takes a place and nobody is lost: actors move reserves, attack, learn
about each other. A place that is attacked at better than even odds, and so would fall in time, is brought to even odds by
its holder's other fighters: that it is held at the start shows that it could be (what smoothing does with an observation:
Evensen 2009, *Data Assimilation*). Of those who hold a place that no armed actor holds, groups that are not modelled, the
strength is learnt in the same way (``state.locals``).

Then what the record says is as it says again: sieges, posts, arms, money, shares of the countryside, whose roots
(:mod:`model.dynamics.control`) are such that these are at rest. What stays is where the fighters of each actor are, what
actors have learnt, and for how long garrisons have been cut off.
"""

from __future__ import annotations

from model.dynamics.control import take_root
from model.dynamics.season import set_season
from model.phases.supply import update_supply
from model.phases.war import decide_operations, fight
from model.run import Run, date_after

_RECORDED = ("attacker", "siege_progress", "approach", "months_unattacked", "besieged", "posts", "control", "arms")
"""Arrays of the state that are after the run-in as they were before; treasuries and holders do not change in it."""


def run_in(run: Run) -> None:
    """Let fighters come to stand where the model would have them at the start; nobody takes a place.

    Args:
        run: before its first month; ``state.troops`` (not their sums), ``known``, ``isolated`` and ``roots`` change.
    """
    state, months = run.state, run.parameters.ground.run_in_months
    before = {name: getattr(state, name).copy() for name in _RECORDED}
    run.battles.result["held"] = True
    for month in range(-months, 0):
        state.month = month
        set_season(state.clock, int(date_after(run.scenario.start, month)[5:]), run.parameters.season)
        state.tally.clear()
        update_supply(run)
        decide_operations(run)
        fight(run)
    run.battles.result["held"], state.month = False, 0
    for name, recorded in before.items():
        setattr(state, name, recorded)
    state.tally.clear()
    state.totals["operations"] = 0
    run.plans.attack.fill(False)
    run.events.clear()
    update_supply(run)
    take_root(run.data)
