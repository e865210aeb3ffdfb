"""Captures: places fall to their besiegers, garrisons flee or are captured, sieges end.

A garrison flees to the place of its own next door that has most of its fighters; ``captured_share`` of it, or all of it where
there is no such place, are captured (a keyed binomial). Who is captured loses all its arms, who flees carries one and leaves the
rest (guns, armour, stores); of what is lost the winner can use ``captured_arms``.
"""

from __future__ import annotations

from typing import Any

from model import draws
from model.compile import compiled
from model.dynamics.front import AT_WAR, SIEGE_MONTHS, fighters_of
from model.state import NOBODY


@compiled
def take(run: Any, p: int, winner: int, loser: int) -> None:
    """Hand a fallen place to its winner; the garrison of the loser (-1: nobody) flees, is captured, or scatters."""
    state = run.state
    if loser >= 0:
        rout(run, p, winner, loser)
    state.tally.posts_taken[winner] += state.posts[p]
    state.holder[p], state.isolated[p] = winner, 0
    end_siege(run, p)
    state.posts[p] = 0
    uproot(run, p, loser)
    count_town(run, p, winner, loser)


@compiled
def uproot(run: Any, p: int, loser: int) -> None:
    """Who loses a town loses its roots in the villages around."""
    if run.land.is_town[p] and loser >= 0:
        run.state.roots[loser, p] = 0.0


@compiled
def count_town(run: Any, p: int, winner: int, loser: int) -> None:
    """Count a place that has changed hands, if it is a town, among those lost and won (loser -1: nobody)."""
    state = run.state
    if run.land.is_town[p]:
        state.totals.towns_changed += 1
        state.towns_lost_year[winner] -= 1.0
        if loser >= 0:
            state.towns_lost_year[loser] += 1.0


@compiled
def arms_left_behind(per_fighter: float, captured: int, fled: int) -> float:
    """Arms that a routed garrison loses: all those of the captured, and of those who flee what they cannot carry.

    Args:
        per_fighter: arms over fighters.
        captured: fighters.
        fled: fighters.
    """
    return per_fighter * captured + max(per_fighter - 1.0, 0.0) * fled


@compiled
def rout(run: Any, p: int, winner: int, loser: int) -> None:
    """A garrison flees next door, less those who are captured; without a place to flee to all are."""
    state, combat, land = run.state, run.rules.combat, run.land
    garrison, fighters, next_door = state.troops[loser, p], fighters_of(run, loser), refuge(run, p, loser)
    u = draws.uniform(run.salts.captured, state.clock.month, land.actor_key[loser], land.place_key[p])
    captured = draws.binomial(u, garrison, combat.captured_share if next_door >= 0 else 1.0)
    arms = arms_left_behind(state.arms[loser] / max(fighters, 1), captured, garrison - captured)
    state.troops[loser, p] = 0
    if next_door >= 0:
        state.troops[loser, next_door] += garrison - captured
    state.tally.captured[loser] += captured
    state.arms[loser] -= arms
    state.tally.arms_lost[loser] += arms
    state.arms[winner] += arms * combat.captured_arms
    state.tally.arms_gained[winner] += arms * combat.captured_arms


@compiled
def refuge(run: Any, p: int, loser: int) -> int:
    """Where a garrison flees to: the place of its own next door with most of its fighters; -1 none."""
    state, land, best = run.state, run.land, -1
    for link in range(land.near_start[p], land.near_start[p + 1]):
        q = land.near[link]
        if q != p and state.holder[q] == loser and (best < 0 or state.troops[loser, q] > state.troops[loser, best]):
            best = q
    return best


@compiled
def end_siege(run: Any, p: int) -> None:
    """Nobody besieges a place any more."""
    state = run.state
    state.attacker[p], state.besieged[p], state.months_unattacked[p] = NOBODY, 0, 0
    state.siege_progress[p], state.approach[p] = 0.0, 0.0


@compiled
def lift_sieges(run: Any) -> None:
    """End attacks that nobody has pressed for two months, or for one where the place is nearly safe, or in peace.

    Args:
        run: sieges change; ``battles`` gets those that ended.
    """
    state, battles, over = run.state, run.battles, 0
    for p in range(len(state.attacker)):
        besieger, holder, months = state.attacker[p], state.holder[p], state.months_unattacked[p]
        if besieger < 0:
            continue
        peace = holder >= 0 and state.stance[besieger, holder] != AT_WAR
        if peace or months >= 2 or (months > 0 and state.siege_progress[p] <= 1.0 - run.rules.combat.urban_fallen):
            if state.besieged[p] >= SIEGE_MONTHS:
                battles.over_place[over], battles.over_besieger[over] = p, besieger
                over += 1
            end_siege(run, p)
    battles.result.over = over
