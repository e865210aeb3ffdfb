"""Airlift: aircraft supply garrisons that no road reaches.

Those under attack come before others, and of each kind the largest first. An actor supplies ``run.roads.airlift[a]`` garrisons
in full, ``airlift_floor`` of what they need; what is left of a garrison goes to the next in line in part. It pays for what its
own aircraft fly; what US logistics add is paid for by them.
"""

from __future__ import annotations

from math import ceil
from typing import Any

from model.compile import compiled
from model.state import NOBODY

# equations ------------------------------------------------------------------------------------------------------------


@compiled
def comes_first(besieged: bool, fighters: int, other_besieged: bool, other_fighters: int) -> bool:
    """Whether a garrison is supplied before another one."""
    if besieged != other_besieged:
        return besieged
    return fighters > other_fighters


# decision -------------------------------------------------------------------------------------------------------------


@compiled
def next_garrison(run: Any, a: int) -> int:
    """The cut-off garrison that an actor's aircraft serve next, -1 if all are served; of equals the lower number."""
    state, roads, first = run.state, run.roads, NOBODY
    posted, attacker = state.troops[a], state.attacker
    for k in range(roads.count.isolated):
        p = roads.isolated[k]
        if state.holder[p] != a or posted[p] == 0 or roads.flown[p] > 0.0:
            continue
        if first < 0 or comes_first(attacker[p] >= 0, posted[p], attacker[first] >= 0, posted[first]):
            first = p
    return first


@compiled
def fly_supplies(run: Any, a: int) -> None:
    """Raise the supply of cut-off garrisons by what an actor's aircraft bring them, and pay for it."""
    most, floor, flown = run.roads.airlift[a], run.rules.supply.airlift_floor, 0.0
    for served in range(ceil(most)):
        p = next_garrison(run, a)
        if p < 0:
            break
        run.roads.flown[p] = min(most - served, 1.0)
        run.state.supply[a, p] = max(run.state.supply[a, p], floor * run.roads.flown[p])
        flown += run.roads.flown[p]
    run.state.tally.air_usd[a] += min(flown, run.roads.own_airlift[a]) * run.rules.budgets.airlift_usd
