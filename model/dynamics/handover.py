"""Handovers: a place changes hands without combat, by agreement or by ``[[forcing]]`` (``holder``).

The loser's garrison withdraws whole to its other places, next door where it has one; the winner moves in as many fighters as
left, from everywhere alike. Nobody is lost on the way, so that the ledger of troops closes.
"""

from __future__ import annotations

from math import floor
from typing import Any

import numpy as np

from model.compile import compiled
from model.dynamics.capture import end_siege, uproot
from model.dynamics.front import fighters_of
from model.dynamics.share import share_among


@compiled
def hand_over(run: Any, p: int, winner: int) -> bool:
    """Give a place to an armed actor.

    Args:
        run: holder, siege and troops change.
        p: the place.
        winner: the armed actor; -1 for nobody.

    Returns:
        Whether the place changed hands.
    """
    state, loser, left = run.state, run.state.holder[p], 0
    if loser == winner:
        return False
    if loser >= 0:
        left = state.troops[loser, p]
        withdraw(run, p, loser)
    state.holder[p], state.isolated[p] = winner, 0
    uproot(run, p, loser)
    end_siege(run, p)
    if winner >= 0:
        move_in(run, p, winner, left)
    return True


@compiled
def withdraw(run: Any, p: int, loser: int) -> None:
    """Share a garrison out evenly among the actor's places next door, else among all of them; without any it stays."""
    troops, garrison = run.state.troops, run.state.troops[loser, p]
    refuge = np.empty(len(run.state.holder), np.int64)
    count = list_refuges(run, p, loser, refuge)
    if garrison == 0 or count == 0:
        return
    troops[loser, p] = 0
    share_among(np.ones(count), refuge, count, garrison, float(count), troops[loser], np.empty(count))


@compiled
def list_refuges(run: Any, p: int, loser: int, refuge: Any) -> int:
    """List the places to which a garrison may withdraw; returns how many there are."""
    holder, land, count = run.state.holder, run.land, 0
    for link in range(land.near_start[p], land.near_start[p + 1]):
        q = land.near[link]
        if q != p and holder[q] == loser:
            refuge[count] = q
            count += 1
    if count > 0:
        return count
    for q in range(len(holder)):
        if q != p and holder[q] == loser:
            refuge[count] = q
            count += 1
    return count


@compiled
def move_in(run: Any, p: int, winner: int, wanted: int) -> None:
    """Bring an actor's garrison at a place up to ``wanted`` fighters, from everywhere alike."""
    troops, fighters = run.state.troops, fighters_of(run, winner)
    here = troops[winner, p]
    part = min(max(wanted - here, 0) / max(fighters - here, 1), 1.0)
    for q in range(troops.shape[1]):
        if q != p:
            moved = floor(troops[winner, q] * part)
            troops[winner, q] -= moved
            troops[winner, p] += moved
