"""Beijing's reactions at the border: pressure on groups and suppliers, opening and closing of crossings.

For a crossing to China held by ``f`` that is open to ore, reagent or goods (equation E3.8), a month's chance to be shut has
``logit = k0 + k1 offensive_f + k2 us_link_f - k3 shortage [ore] - k4 talks_f``; one that is shut reopens with
``logit = r0 + k3 shortage [ore] + k4 talks_f - k1 offensive_f - k2 us_link_f``. ``us_link`` is how far the US deals
with the holder, ``talks`` whether the holder has a ceasefire with the junta, a deal with Beijing, or is its client. Gates that
the junta holds are not shut for its own attacks. All gates of a holder share one draw a month: six Kachin gates were shut
within a week of October 2024 and opened in one night of October 2025.

Pressure follows offences: ``P <- P + gain (offence - P)``. A supplier of arms is leaned on for its ally's offences: it stops
giving arms to ally ``f`` with the monthly chance ``lambda d_supplier P_f`` (E3.8; the UWSA in August 2025) and begins again
with the chance ``lambda (1 - P_f)``. So the same dependence that gives the Wa their trade gives Beijing the leash.

Where the US deals with a holder, Beijing gives its declared ``answer`` for as long as it does: all lanes shut, or the one for
reagent.
"""

from __future__ import annotations

from typing import Any

from agents.beijing.parameters import CLOSES_BORDER, OUTBIDS, OWN, SQUEEZES_REAGENT
from model.compile import compiled
from model.draws import logistic, uniform
from model.dynamics.border import at_peace, move_lane, shortage_of_ore
from model.state import ORE, REAGENT

# equations ------------------------------------------------------------------------------------------------------------


@compiled
def offence(offensive: float, link: float, beijing: Any) -> float:
    """0-1, what Beijing holds against an actor: attacks at the border, dealings with the US."""
    return min(offensive + beijing.pressure_us_link * link, 1.0)


@compiled
def offence_at_gate(offensive: float, link: float, beijing: Any) -> float:
    """What the holder's attacks and US dealings weigh in moving lanes, in log-odds."""
    by_link = 0.0 if beijing.answer == OUTBIDS else beijing.weight_us_link
    return beijing.weight_offensive * offensive + by_link * link


@compiled
def weight_of_shortage(lane: int, shortage: float, beijing: Any) -> float:
    """What China's shortage of ore weighs in moving a lane, in log-odds."""
    return beijing.weight_shortage_ore * shortage if lane == ORE else 0.0


@compiled
def odds_of_shutting(lane: int, held_against: float, talks: float, shortage: float, beijing: Any) -> float:
    """Log-odds that an open lane is shut this month.

    Args:
        lane: ore, reagent or goods.
        held_against: against the gate's holder, see :func:`offence_at_gate`.
        talks: 0-1, how far the holder is at peace.
        shortage: 0-1, China's, of ore.
        beijing: ``rules.beijing``.
    """
    weighed = held_against - beijing.weight_talks * talks
    return beijing.close_base + weighed - weight_of_shortage(lane, shortage, beijing)


@compiled
def odds_of_reopening(lane: int, held_against: float, talks: float, shortage: float, beijing: Any) -> float:
    """Log-odds that a shut lane reopens this month; see :func:`odds_of_shutting`."""
    weighed = beijing.weight_talks * talks - held_against
    return beijing.reopen_base + weighed + weight_of_shortage(lane, shortage, beijing)


@compiled
def gives_answer(link: float, beijing: Any) -> bool:
    """Whether Beijing gives its declared answer to US dealings with an actor; never where it weighs month by month."""
    return link > 0.0 and beijing.answer != OWN


@compiled
def keeps_shut(lane: int, link: float, beijing: Any) -> bool:
    """Whether Beijing's answer to US dealings with the holder keeps a lane shut for good."""
    covers = beijing.answer == CLOSES_BORDER or (beijing.answer == SQUEEZES_REAGENT and lane == REAGENT)
    return covers and gives_answer(link, beijing)


@compiled
def chance_to_stop_arms(depends: float, pressure: float, beijing: Any) -> float:
    """Monthly chance that a supplier stops arms for an ally: its dependence on China, times the pressure on the ally."""
    return beijing.transmission * depends * pressure


@compiled
def chance_to_arm_again(pressure: float, beijing: Any) -> float:
    """Monthly chance that a supplier arms an ally again."""
    return beijing.transmission * (1.0 - pressure)


# process --------------------------------------------------------------------------------------------------------------


@compiled
def press(run: Any) -> None:
    """Move the pressure on each armed actor towards its offence.

    Args:
        run: ``state.pressure`` changes.
    """
    state, beijing = run.state, run.rules.beijing
    for a in range(len(state.pressure)):
        held_against = offence(state.offensive[a], run.policy[a].link, beijing)
        state.pressure[a] += beijing.pressure_gain * (held_against - state.pressure[a])


@compiled
def lean_on_suppliers(run: Any) -> None:
    """Have suppliers of arms stop, or let them begin again, giving to allies.

    Args:
        run: ``state.dealings.supplies`` changes; changes are listed in ``border``.
    """
    for supplier in range(len(run.actors)):
        if run.actors[supplier].arms_for_allies > 0.0:
            for ally in range(len(run.actors)):
                if ally != supplier and run.state.stance[supplier, ally] == 1:
                    lean_on(run, supplier, ally)


@compiled
def lean_on(run: Any, supplier: int, ally: int) -> None:
    """Stop or resume one supply of arms by chance."""
    state, border, keys, beijing = run.state, run.border, run.land.actor_key, run.rules.beijing
    flows = state.dealings.supplies[supplier, ally]
    if flows:
        chance = chance_to_stop_arms(state.dependence[supplier], state.pressure[ally], beijing)
    else:
        chance = chance_to_arm_again(state.pressure[ally], beijing)
    if uniform(run.salts.leash, state.clock.month, keys[supplier], keys[ally]) < chance:
        state.dealings.supplies[supplier, ally] = not flows
        k = border.count.supplies
        border.supplier[k], border.ally[k], border.begun[k] = supplier, ally, not flows
        border.count.supplies = k + 1


@compiled
def move_lanes(run: Any) -> None:
    """Shut and reopen lanes at all crossings to China.

    Args:
        run: ``state.lanes`` changes; changes are listed in ``border``.
    """
    for crossing in range(len(run.land.crossing_place)):
        if run.land.chinese[crossing]:
            move_lanes_at(run, crossing)


@compiled
def move_lanes_at(run: Any, crossing: int) -> None:
    """Shut and reopen the lanes of one crossing to China.

    One draw a holder and month: what makes Beijing shut one lane tends to make it shut the others.
    """
    state, beijing = run.state, run.rules.beijing
    holder = state.holder[run.land.crossing_place[crossing]]
    key = run.land.actor_key[holder] if holder >= 0 else run.land.crossing_key[crossing]
    u = uniform(run.salts.lanes, state.clock.month, key)
    link, held_against, talks = 0.0, 0.0, 0.0
    if holder >= 0:
        link, talks = run.policy[holder].link, at_peace(run, holder)
        held_against = offence_at_gate(state.offensive[holder], link, beijing)
    shortage = shortage_of_ore(run)
    for lane in range(3):
        kept = holder >= 0 and keeps_shut(lane, link, beijing)
        is_open = state.lanes[crossing, lane] >= 0.5
        if kept:
            if state.lanes[crossing, lane] > 0.0:
                move_lane(run, crossing, lane, False)
        elif is_open:
            if u < logistic(odds_of_shutting(lane, held_against, talks, shortage, beijing)):
                move_lane(run, crossing, lane, False)
        # A month bad enough to shut a lane is none to open one.
        elif 1.0 - u < logistic(odds_of_reopening(lane, held_against, talks, shortage, beijing)):
            move_lane(run, crossing, lane, True)
