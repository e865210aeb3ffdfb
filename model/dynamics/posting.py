"""Where fighters are posted when they do not attack: garrisons and reserves follow worth and threat.

The share of its fighters that an actor wants at a place it holds is in proportion to
``posture (1 + kappa threat) + mu staging``, where ``threat = enemy / (enemy + own)`` on believed strengths next to the place and
``staging`` what attacks from there would gain once fighters are massed: an offensive is prepared over months. Besieging
forces stay, and nobody leaves a garrison under attack. Each month a share
(``mobile_share``) of the difference is moved, by road between joined places only (whole fighters, none lost).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.dynamics.ground import Ground, over_actors
from model.kernels import compiled, sums
from model.kernels import posting as kernels
from model.parameters import ParameterTable, parameter
from model.state import State

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class PostingParameters(ParameterTable):
    """How garrisons follow the war."""

    threat_weight: float = parameter(
        4.0,
        low=0.0,
        high=20.0,
        unit="-",
        meaning="How much more a wholly outnumbered place gets, kappa.",
        source="assumed",
    )
    staging_weight: float = parameter(
        1.0, low=0.0, high=5.0, unit="1/month of revenue",
        meaning="How much more a place gets from which attacks would pay, mu.", source="assumed: offensives are prepared",
    )  # fmt: skip
    countryside_weight: float = parameter(
        0.5, low=0.0, high=3.0, unit="-", meaning="Weight of countryside an actor controls without holding the town.",
        source="assumed: field forces and local units",
    )  # fmt: skip
    joined_supply: float = parameter(
        0.05,
        low=0.0,
        high=0.5,
        unit="0-1",
        meaning="Supply below which fighters cannot be moved to or from a place.",
        source="assumed",
    )
    given_garrison: float = parameter(
        0.05, low=0.0, high=0.3, unit="0-1", source="assumed",
        meaning="Most of its fighters that an actor sends to a place that it is given without a fight.",
    )  # fmt: skip


def move(
    ground: Ground, state: State, reach: Floats, staging: Floats, mobile_share: Floats, parameters: PostingParameters
) -> None:
    """Move reserves towards where each actor wants them.

    Args:
        ground: static arrays.
        state: ``troops`` changes; every actor's total stays.
        reach: (F, P) attacking strength at or next to each place.
        staging: (F, P) what attacks from each place would gain, months of revenue.
        mobile_share: (F,) share of the wanted change that can be made in a month.
        parameters: the table above.
    """
    if compiled():
        weights = (parameters.threat_weight, parameters.staging_weight, parameters.countryside_weight)
        barred = (state.supply, state.attacker, state.isolated)
        seen = (reach, staging, state.stance, state.holder, state.control, ground.posture, mobile_share)
        kernels.move_reserves(state.troops, *(*barred, *seen), weights, parameters.joined_supply)
        return
    forces = np.arange(len(state.troops))
    held = state.holder[None] == forces[:, None]
    besieging = state.attacker[None] == forces[:, None]
    joined = (state.supply >= parameters.joined_supply) & ~besieging
    joined &= (state.isolated == 0) | ~held
    enemy = over_actors(state.stance == -1, reach)
    threat = np.divide(enemy, enemy + reach, out=np.zeros_like(enemy), where=enemy + reach > 0)
    ours = state.control[:-1][:, ground.territory] * ground.is_town
    present = held + parameters.countryside_weight * ours * ~held
    weight = present * (ground.posture * (1 + parameters.threat_weight * threat) + parameters.staging_weight * staging)
    weight *= joined
    free = state.troops * joined
    total = weight.sum(axis=1)
    pool = np.where(total > 0, free.sum(axis=1), 0)
    target = weight * (pool / np.maximum(total, 1e-12))[:, None]
    leaving = np.floor(np.maximum(free - target, 0) * mobile_share[:, None]).astype(np.int64)
    wanted = np.maximum(target - free, 0)
    leaving[held & (state.attacker[None] >= 0)] = 0
    leaving[wanted.sum(axis=1) <= 0] = 0
    arriving = share_out(wanted, leaving.sum(axis=1))
    state.troops += arriving - leaving


def share_out(wanted: Floats, amount: Ints) -> Ints:
    """Share whole numbers out in proportion to what is wanted, by largest remainders (ties go to the first place).

    Args:
        wanted: (F, P) weights >= 0.
        amount: (F,) whole numbers; where all weights of a row are 0, the first place gets it all.

    Returns:
        (F, P) whole numbers whose rows sum to ``amount``.
    """
    if compiled():
        return sums.share_out(wanted, amount)
    total = wanted.sum(axis=1, keepdims=True)
    exact = wanted * (amount[:, None] / np.where(total > 0, total, 1.0))
    whole = np.floor(exact).astype(np.int64)
    whole[:, 0] += np.where(total[:, 0] > 0, 0, amount)
    missing = amount - whole.sum(axis=1)
    rows = np.flatnonzero(missing > 0)
    if rows.size:
        order = np.argsort(-(exact[rows] - whole[rows]), axis=1, kind="stable")
        ranks = np.empty_like(order)
        np.put_along_axis(ranks, order, np.arange(order.shape[1])[None].repeat(len(rows), axis=0), axis=1)
        whole[rows] += ranks < missing[rows, None]
    return whole
