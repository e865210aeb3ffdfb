"""Beijing: the gates, pressure on armed groups, support to the junta, what its buyers are told to pay."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from mesa import Model
from numpy.typing import NDArray

from agents.base import Actor
from agents.beijing.parameters import BeijingParameters
from model.dynamics.bargain import BeijingWeights
from model.dynamics.border import REAGENT_LANE, Stance, Watch

Floats = NDArray[np.float64]


class Beijing(Actor):
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
        answer = self.parameters.answer
        shut = np.zeros((len(link), 3), bool)
        if answer == "closes_border":
            shut[self.answers(link)] = True
        elif answer == "squeezes_reagent":
            shut[self.answers(link), REAGENT_LANE] = True
        return Stance(**self._at_gates, link=link, fear=fear, shut=shut)

    @cached_property
    def _at_gates(self) -> dict[str, Any]:
        """What a stance says of its table."""
        p = self.parameters
        return {
            "close_base": p.close_base,
            "reopen_base": p.reopen_base,
            "offensive": p.weight_offensive,
            "us_link": 0.0 if p.answer == "outbids" else p.weight_us_link,
            "collapse": p.weight_collapse,
            "shortage": p.weight_shortage_ore,
            "reopening": p.shortage_reopening,
            "talks": p.weight_talks,
            "patience": p.goods_patience,
            "dwell": p.minimum_dwell,
        }

    def watch(self, depends: Floats, link: Floats, government: int) -> Watch:
        """How it counts offences; see :mod:`model.dynamics.border`.

        Args:
            depends: (F,) dependence on China, 0-1.
            link: (F,) how far the US deals with each armed actor, 0-1.
            government: index of the government it recognises; -1 none.
        """
        return Watch(**self._counting, government=government, depends=depends, link=link)

    @cached_property
    def _counting(self) -> dict[str, float]:
        """What a watch says of its table."""
        p = self.parameters
        return {
            "gain": p.pressure_gain,
            "memory": p.offensive_memory,
            "attacks": p.offensive_attacks,
            "us_link": p.pressure_us_link,
        }

    def answers(self, link: Floats) -> NDArray[np.bool_]:
        """(F,) with whom the US deals so far that Beijing gives its declared answer; none where it weighs month by month.

        Args:
            link: (F,) how far the US deals with each armed actor, 0-1.
        """
        p = self.parameters
        return (link >= p.answer_from) & (link > 0) & (p.answer != "own")

    def bargains_with(self, stake: Floats, since: NDArray[np.int64], link: Floats) -> Floats:
        """(F,) chance of quiet talks with each armed actor this month.

        Args:
            stake: (F,) 0-1, how much of what Beijing or the group minds is at stake.
            since: (F,) months since the last round.
            link: (F,) how far the US deals with each, 0-1.
        """
        p = self.parameters
        barred = self.answers(link) & (p.answer == "closes_border")
        return np.where((since >= p.talks_pause) & ~barred, p.talks_hazard * stake, 0.0)

    @cached_property
    def weights(self) -> BeijingWeights:
        """What it weighs in talks; see :mod:`model.dynamics.bargain`."""
        p = self.parameters
        return BeijingWeights(
            offensive=p.weight_offensive,
            collapse=p.weight_collapse,
            shortage=p.weight_shortage_ore,
            us_link=p.weight_us_link,
            town=p.weight_town,
            cheap_ore=p.weight_cheap_ore,
            leverage=p.leverage,
            client=p.weight_client,
            patronage=p.patronage_offer,
        )

    def support_usd(self, fear: float) -> float:
        """USD a month of arms and credit for the junta, in proportion to the fear of its collapse."""
        return self.parameters.junta_support_usd * fear

    def embargo(self, usual: float, link: Floats) -> float:
        """0-1, share of the reagent for ore bound for India that it withholds.

        Args:
            usual: what it withholds in any case.
            link: (F,) how far the US deals with each armed actor, 0-1.
        """
        squeezes = self.parameters.answer == "squeezes_reagent" and bool(self.answers(link).any())
        return 1.0 if squeezes else usual

    def outbid(self, quad_offer: float, link: Floats) -> float:
        """Factor that its buyers pay on top.

        Args:
            quad_offer: 0-1, level of a rival contract.
            link: (F,) how far the US deals with each armed actor, 0-1.
        """
        p = self.parameters
        if p.answer == "outbids" and self.answers(link).any():
            return p.answer_bid
        return 1 + (p.outbid_cap - 1) * min(max(quad_offer, 0.0), 1.0)
