"""Beijing: the gates, pressure on armed groups, support to the junta, what its buyers are told to pay."""

from __future__ import annotations

import numpy as np
from mesa import Agent, Model
from numpy.typing import NDArray

from agents.other_parameters import BeijingParameters
from model.dynamics.border import Stance

Floats = NDArray[np.float64]


class Beijing(Agent):
    """The border authority and patron.

    Args:
        model: the Mesa model it lives in.
        parameters: its table.
    """

    def __init__(self, model: Model, parameters: BeijingParameters) -> None:
        super().__init__(model)
        self.parameters = parameters

    def stance(self, link: Floats, fear: float) -> Stance:
        """What it decides about lanes with this month; see :mod:`model.dynamics.border`.

        Args:
            link: (F,) how far the US deals with each armed actor, 0-1.
            fear: how near the junta is to collapse, 0-1.
        """
        p = self.parameters
        return Stance(
            close_base=p.close_base,
            reopen_base=p.reopen_base,
            offensive=p.weight_offensive,
            us_link=p.weight_us_link,
            collapse=p.weight_collapse,
            shortage=p.weight_shortage_ore,
            talks=p.weight_talks,
            patience=p.goods_patience,
            dwell=p.minimum_dwell,
            link=link,
            fear=fear,
        )

    def support_usd(self, fear: float) -> float:
        """USD a month of arms and credit for the junta, in proportion to the fear of its collapse."""
        return self.parameters.junta_support_usd * fear

    def outbid(self, quad_offer: float) -> float:
        """Factor that its buyers pay on top when a rival contract stands (0-1)."""
        return 1 + (self.parameters.outbid_cap - 1) * float(np.clip(quad_offer, 0.0, 1.0))
