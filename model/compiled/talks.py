"""The compiled talks of a month: what they take from the model; the work is done by :mod:`model.kernels.talks`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from model.kernels import talks as kernels
from model.kernels.loops import LOOPS
from model.parameters import as_record

if TYPE_CHECKING:
    from model.model import RareEarthModel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_MINDS = ("war_weariness", "autonomy_cost", "federal_preference", "dependence_on_china")


class Talks:
    """Holds the talks of a month by one kernel.

    Args:
        model: the model at its start; what never changes in a run is gathered once.
    """

    def __init__(self, model: RareEarthModel) -> None:
        self._rules = as_record(model.p.diplomacy, weight_hope=model.p.settlement.weight_hope)
        self._salts = np.array([model.draws.salt(name) for name in ("talks", "militia")])
        self._gather(model)

    def _gather(self, model: RareEarthModel) -> None:
        state = self._state = model.state
        self._sides = (state.stance, state.parties)
        self._seen = (state.hope, state.losses_year, state.towns_lost_year, state.dealings.halted)
        self._minds = tuple(model.profile[name] for name in _MINDS)

    def cease_fire(
        self, model: RareEarthModel, prospects: Floats, brokering: Floats, coercion: float
    ) -> tuple[Ints, Ints, Ints]:
        """Who signs a ceasefire with the junta, who breaks one, and (K, 2) who turns on what militia; stances change.

        Args:
            model: the model; it has a junta.
            prospects: (F, F + 1) what each expects of a war with each other one.
            brokering: (F,) what brokers add to a peace with each.
            coercion: what the junta expects threats to cost it.
        """
        if model.state is not self._state:
            self._gather(model)
        draws = (self._salts, model.state.month, model.ground.actor_keys)
        now = (*self._sides, prospects, brokering, coercion)
        return kernels.cease_fire(LOOPS, self._rules, draws, model.junta, *now, self._seen, self._minds)
