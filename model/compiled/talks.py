"""The compiled talks of a month: what they take from the model; the work is done by :mod:`model.kernels.talks`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from model.kernels import talks as kernels
from model.kernels.bound import Gatherer, bind, noted
from model.kernels.loops import LOOPS
from model.parameters import as_record

if TYPE_CHECKING:
    from model.model import RareEarthModel

Floats = NDArray[np.float64]

_MINDS = ("war_weariness", "autonomy_cost", "federal_preference", "dependence_on_china")


class Talks(Gatherer):
    """Holds the talks of a month by one kernel.

    Args:
        model: the model at its start; what never changes in a run is gathered once.
    """

    def __init__(self, model: RareEarthModel) -> None:
        rules = as_record(model.p.diplomacy, weight_hope=model.p.settlement.weight_hope)
        salts = np.array([model.draws.salt(name) for name in ("talks", "militia")])
        self._fixed = (LOOPS, rules, salts, model.ground.actor_keys, model.junta)
        forces = len(model.armed)
        self._told = tuple([np.empty(shape, np.int64) for shape in (forces, forces, (forces * forces, 2))])

    def _gather(self, model: RareEarthModel) -> None:
        state, minds = model.state, tuple(model.profile[name] for name in _MINDS)
        seen = (state.hope, state.losses_year, state.towns_lost_year, state.dealings.halted)
        self._bound = bind(*self._fixed, state.stance, state.parties, seen, minds, self._told)

    def cease_fire(
        self, model: RareEarthModel, prospects: Floats, brokering: Floats, coercion: float
    ) -> list[list[Any]]:
        """Who signs a ceasefire with the junta, who breaks one, and (K, 2) who turns on what militia; stances change.

        Args:
            model: the model; it has a junta.
            prospects: (F, F + 1) what each expects of a war with each other one.
            brokering: (F,) what brokers add to a peace with each.
            coercion: what the junta expects threats to cost it.
        """
        if self.finds_another(model.state):
            self._gather(model)
        counts = kernels.cease_fire(self._bound, model.state.month, prospects, brokering, coercion)
        return noted(self._told, counts)
