"""Western governments: each may follow the US in recognising an actor (equation E3.11, Siegel 2009; Coggins 2011).

Adopts with a monthly hazard when ``w US + (1 - w) share of adopters + t territory >= threshold``; under
``structure.recognition = "linear"`` the hazard is in proportion to that sum instead, without a threshold.
"""

from __future__ import annotations

import numpy as np
from mesa import Agent, Model

from agents.other_parameters import WesternParameters
from model.draws import Draws, key, keys


class WesternGovernment(Agent):
    """One of the governments.

    Args:
        model: the Mesa model it lives in.
        number: its number, which keys its threshold and its draws.
        parameters: the table of all of them.
        draws: keyed draws, for its threshold.
    """

    def __init__(self, model: Model, number: int, parameters: WesternParameters, draws: Draws) -> None:
        super().__init__(model)
        self.parameters = parameters
        self.key = key(f"western-{number}")
        deviation = float(draws.normal("threshold", 0, keys((f"western-{number}",)))[0])
        self.threshold = float(np.clip(parameters.threshold_mean + parameters.threshold_sd * deviation, 0.05, 0.95))
        self.adopted = False

    def consider(self, us_level: float, adopters: float, territory: float, form: str, draws: Draws, month: int) -> None:
        """Adopt, or not yet; once adopted it stays.

        Args:
            us_level: recognition by the US, 0-1.
            adopters: share of governments that adopted by last month, 0-1.
            territory: share of its home region that the actor holds, 0-1.
            form: ``structure.recognition``.
            draws: keyed draws.
            month: the month.
        """
        if self.adopted or us_level <= 0:
            return
        p = self.parameters
        signal = p.us_weight * us_level + (1 - p.us_weight) * adopters + p.territory_weight * territory
        hazard = p.hazard * signal if form == "linear" else p.hazard * (signal >= self.threshold)
        self.adopted = draws.scalar("western", month, self.key) < hazard
