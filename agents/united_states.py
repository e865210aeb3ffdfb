"""Washington: carries out the scenario's instruments under limited attention.

Attention ``A`` is a stochastic budget with a sustained mean (SOURCES K8): ``A <- m + r (A - m) + s xi`` within 0-1, where the
mean ``m`` decays only in scenarios that say so. What an instrument delivers is ``level (1 - exp(-t / ramp)) A`` while it runs, its
condition holds and its target has accepted it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from mesa import Agent, Model
from numpy.typing import NDArray

from agents.instruments import Condition, Instrument
from agents.other_parameters import UnitedStatesParameters
from model.draws import Draws, keys

Floats = NDArray[np.float64]

NEEDS_CONSENT = ("recognition", "aid", "arms", "intelligence", "training", "air_denial", "offtake", "sanctions_relief")
"""Kinds that the target must accept: they bind it to a patron."""


class UnitedStates(Agent):
    """The United States.

    Args:
        model: the Mesa model it lives in.
        parameters: its table.
    """

    def __init__(self, model: Model, parameters: UnitedStatesParameters) -> None:
        super().__init__(model)
        self.parameters = parameters
        self.attention = parameters.attention_mean
        self.running: dict[str, int] = {}

    def attend(self, draws: Draws, month: int) -> float:
        """Draw this month's attention, 0-1."""
        p = self.parameters
        mean = p.attention_mean * (1 - p.attention_decay) ** month
        shock = float(draws.normal("attention", month, keys(("US",)))[0])
        scale = p.attention_noise * (1 - p.attention_persistence**2) ** 0.5
        self.attention = float(
            np.clip(mean + p.attention_persistence * (self.attention - mean) + scale * shock, 0.0, 1.0)
        )
        return self.attention

    def deliver(
        self,
        month: int,
        forces: dict[str, int],
        holds: Callable[[Condition], bool],
        accepts: Callable[[Instrument], bool],
    ) -> dict[str, Floats]:
        """What each kind of instrument delivers this month to each armed actor.

        Args:
            month: the month, from 0.
            forces: index of each armed actor by id.
            holds: whether a condition on the world holds.
            accepts: whether the target has accepted the instrument.

        Returns:
            (F + 1,) levels 0-1 by kind; the last element is for instruments without an armed target.
        """
        delivered: dict[str, Floats] = {}
        for name, instrument in self.parameters.instruments.items():
            level = self._level(name, instrument, month, holds, accepts)
            if level <= 0:
                continue
            row = delivered.setdefault(instrument.kind, np.zeros(len(forces) + 1))
            at = forces.get(instrument.target, len(forces))
            row[at] = min(row[at] + level, 1.0)
        return delivered

    def _level(
        self,
        name: str,
        instrument: Instrument,
        month: int,
        holds: Callable[[Condition], bool],
        accepts: Callable[[Instrument], bool],
    ) -> float:
        due = instrument.start <= month and (instrument.end is None or month < instrument.end)
        due = due and (instrument.when is None or holds(instrument.when))
        if due and instrument.kind in NEEDS_CONSENT:
            due = accepts(instrument)
        if not due:
            self.running.pop(name, None)
            return 0.0
        self.running[name] = self.running.get(name, 0) + 1
        ramp = 1.0 if instrument.ramp == 0 else 1 - float(np.exp(-self.running[name] / instrument.ramp))
        return instrument.level * ramp * self.attention
