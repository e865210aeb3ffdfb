"""A place changes hands without a fight: by agreement, or because the record says so (``holder`` of ``[[forcing]]``).

The loser's garrison withdraws whole to its other places, next door where it has one; the winner moves in as many fighters as
left, but at most ``given_garrison`` of its own. Nobody is lost on the way, so that the ledger of troops closes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.dynamics.ground import Ground
from model.dynamics.posting import share_out
from model.state import NOBODY, State

Ints = NDArray[np.int64]


def hand_over(ground: Ground, state: State, place: int, winner: int, most_share: float) -> bool:
    """Give a place to an armed actor.

    Args:
        ground: static arrays.
        state: holder, posts, siege and troops change.
        place: index of the place.
        winner: index of the armed actor; -1 for nobody.
        most_share: most of its fighters that the winner sends there, 0-1 (``PostingParameters.given_garrison``).

    Returns:
        Whether the place changed hands.
    """
    loser = int(state.holder[place])
    if loser == winner:
        return False
    left = _withdraw(ground, state, place, loser) if loser >= 0 else 0
    state.holder[place] = winner
    for field, value in (
        ("attacker", NOBODY),
        ("siege_progress", 0.0),
        ("months_unattacked", 0),
        ("besieged", 0),
        ("isolated", 0),
    ):
        getattr(state, field)[place] = value
    if winner >= 0:
        _move_in(state, place, winner, left, most_share)
    return True


def _withdraw(ground: Ground, state: State, place: int, loser: int) -> int:
    garrison = int(state.troops[loser, place])
    own = state.holder == loser
    own[place] = False
    near = own & ground.near_dense[place]
    refuge = near if near.any() else own
    if garrison and refuge.any():
        state.troops[loser, place] = 0
        state.troops[loser] += share_out(refuge[None].astype(np.float64), np.array([garrison]))[0]
    return garrison


def _move_in(state: State, place: int, winner: int, wanted: int, most_share: float) -> None:
    own = state.troops[winner]
    spare = own.copy()
    spare[place] = 0
    most = min(max(wanted - int(own[place]), 0), int(most_share * own.sum()))
    moved: Ints = np.floor(spare * (most / max(int(spare.sum()), 1))).astype(np.int64)
    own -= moved
    own[place] += moved.sum()
