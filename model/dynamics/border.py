"""The border with China: processes that do not depend on who decides.

Beijing's memory of offensives at the border fades and is refreshed by attacks (leaders' attacks at gates to China, in their
townships, on trade roads to them): ``offensive_f <- m offensive_f + (1 - m) attacks_f``, at most 1. What the recognised
government does at the border is no offence.

A deal with Beijing runs out after its months. It is void once the group fights the junta again although it halted its war; then
patronage ends with it. Patronage makes a client more dependent on China: ``d + lean patron (1 - d)``.

A gate to China that changes hands goes the way of its new holder's other gates: where those are shut, on average over them,
it is shut too. (All Kachin gates were shut within a week of October 2024 and opened in one night of October 2025.)

What Beijing decides is in :mod:`agents.beijing.lanes` and :mod:`agents.beijing.talks`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from model.arrays import ArrayGroup, Bools, Ints, per, record, record_maker
from model.compile import compiled
from model.dynamics.capture import count_town
from model.dynamics.handover import hand_over


@dataclass
class BorderChanges(ArrayGroup):
    """What changed at the border this month, for the event log; rewritten every month, in the same arrays."""

    void: Bools = per("F")
    """Whose deal with Beijing is void since it fights again."""
    supplier: Ints = per("F F")
    ally: Ints = per("F F")
    begun: Bools = per("F F")
    """Supplies of arms that stopped or began again; the first ``count.supplies`` count."""
    crossing: Ints = per("6 X")
    lane: Ints = per("6 X")
    opened: Bools = per("6 X")
    """Lanes that were opened or shut, in their order; the first ``count.lanes`` count."""
    count: Any = record(record_maker(("supplies", int), ("lanes", int)))
    """Record: ``supplies``, ``lanes``."""

    def clear(self) -> None:
        """Begin a month's list of changes."""
        self.count["supplies"] = self.count["lanes"] = 0


# equations ------------------------------------------------------------------------------------------------------------


@compiled
def offensive(before: float, attacks: float, beijing: Any) -> float:
    """0-1, how much an actor has attacked at the border of late.

    Args:
        before: the same a month ago.
        attacks: that it led at the border this month.
        beijing: ``rules.beijing``.
    """
    memory = beijing.offensive_memory
    return min(memory * before + (1.0 - memory) * attacks, 1.0)


@compiled
def dependence(base: float, patron: float, beijing: Any) -> float:
    """0-1, dependence on China with what patronage adds to it."""
    lean = beijing.patron_dependence * patron
    return base + lean * (1.0 - base)


@compiled
def at_peace(run: Any, a: int) -> float:
    """0-1, how far an actor is at peace with the junta, in a deal with Beijing, or its client."""
    junta, dealings = run.land.junta, run.state.dealings
    quiet = junta < 0 or run.state.stance[junta, a] != -1 or dealings.deal[a] > 0
    return max(1.0 if quiet else 0.0, dealings.patron[a])


@compiled
def shortage_of_ore(run: Any) -> float:
    """0-1, China's shortfall of ore; 0 in plenty."""
    return max(run.state.market.shortage, 0.0)


# process --------------------------------------------------------------------------------------------------------------


@compiled
def keep_deals(run: Any) -> None:
    """Let a month of deals pass: they run out, or are void where a halt is broken; dependence on China follows patronage.

    Args:
        run: ``state.dealings``, ``state.dependence`` and ``border.void`` change.
    """
    state, dealings, junta = run.state, run.state.dealings, run.land.junta
    for a in range(len(dealings.deal)):
        dealings.talked[a] += 1
        fights = junta >= 0 and state.stance[junta, a] == -1
        broken = dealings.deal[a] > 0 and dealings.halted[a] and fights
        run.border.void[a] = broken
        dealings.deal[a] = 0 if broken else max(dealings.deal[a] - 1, 0)
        if broken:
            dealings.patron[a] = 0.0
        if dealings.deal[a] == 0:
            dealings.tax_cut[a] = 0.0
            dealings.halted[a] = False
        base = run.actors[a].dependence_on_china
        state.dependence[a] = dependence(base, dealings.patron[a], run.rules.beijing)


@compiled
def remember_offensives(run: Any) -> None:
    """Move ``state.offensive`` by the month's battles at the border."""
    state, battles = run.state, run.battles
    attacks = np.zeros(len(state.offensive))
    for k in range(battles.result.count):
        leader = battles.leader[k]
        if run.land.beijing_cares[battles.place[k]] and leader != run.land.junta:
            attacks[leader] += 1.0
    for a in range(len(attacks)):
        state.offensive[a] = offensive(state.offensive[a], attacks[a], run.rules.beijing)


@compiled
def move_lane(run: Any, crossing: int, lane: int, opened: bool) -> None:
    """Open or shut a crossing to ore, reagent or goods, and list it for the event log."""
    border = run.border
    run.state.lanes[crossing, lane] = 1.0 if opened else 0.0
    k = border.count.lanes
    border.crossing[k], border.lane[k], border.opened[k] = crossing, lane, opened
    border.count.lanes = k + 1


@compiled
def is_taken(run: Any, crossing: int) -> bool:
    """Whether a gate to China has come into somebody's hands this month."""
    place = run.land.crossing_place[crossing]
    holder = run.state.holder[place]
    return run.land.chinese[crossing] and holder >= 0 and holder != run.state.holder_before[place]


@compiled
def others_are_shut(run: Any, crossing: int, lane: int) -> bool:
    """Whether the other gates to China of a gate's holder, if it has any, are shut to ore, reagent or goods on average."""
    holder, place = run.state.holder, run.land.crossing_place
    opened, others = 0.0, 0
    for other in range(len(place)):
        if run.land.chinese[other] and holder[place[other]] == holder[place[crossing]] and not is_taken(run, other):
            opened += run.state.lanes[other, lane]
            others += 1
    return others > 0 and opened / others < 0.5


@compiled
def shut_gates_taken(run: Any) -> None:
    """Shut gates that came into the hands of one whose other gates are shut."""
    for crossing in range(len(run.land.crossing_place)):
        if is_taken(run, crossing):
            for lane in range(3):
                if run.state.lanes[crossing, lane] >= 0.5 and others_are_shut(run, crossing, lane):
                    move_lane(run, crossing, lane, False)


@compiled
def hand_back(run: Any, place: int, taker: int) -> None:
    """Hand a town back: garrisons change as in :mod:`model.dynamics.handover`, and the giver leaves the countryside too.

    Args:
        run: holder, troops, control, siege and tally of the place change.
        place: the town.
        taker: who gets it.
    """
    control, territory, giver = run.state.control, run.land.territory[place], run.state.holder[place]
    hand_over(run, place, taker)
    control[taker, territory] += control[giver, territory]
    control[giver, territory] = 0.0
    count_town(run, place, taker, giver)
