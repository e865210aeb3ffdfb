"""Beijing: the gates, pressure on armed groups, support to the junta, what its buyers are told to pay."""

from __future__ import annotations

import numpy as np
from mesa import Agent, Model
from numpy.typing import NDArray

from agents.china_parameters import BeijingParameters
from model.dynamics.border import Stance, Watch

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

    def watch(self, depends: Floats, link: Floats, government: int) -> Watch:
        """How it counts offences; see :mod:`model.dynamics.border`.

        Args:
            depends: (F,) dependence on China, 0-1.
            link: (F,) how far the US deals with each armed actor, 0-1.
            government: index of the government it recognises; -1 none.
        """
        p = self.parameters
        return Watch(
            gain=p.pressure_gain,
            transmission=p.transmission,
            memory=p.offensive_memory,
            attacks=p.offensive_attacks,
            us_link=p.pressure_us_link,
            government=government,
            depends=depends,
            link=link,
        )

    def support_usd(self, fear: float) -> float:
        """USD a month of arms and credit for the junta, in proportion to the fear of its collapse."""
        return self.parameters.junta_support_usd * fear

    def outbid(self, quad_offer: float) -> float:
        """Factor that its buyers pay on top when a rival contract stands (0-1)."""
        return 1 + (self.parameters.outbid_cap - 1) * float(np.clip(quad_offer, 0.0, 1.0))
