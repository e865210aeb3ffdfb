"""Western governments: each may follow the US in recognising an actor (equation E3.11, Siegel 2009; Coggins 2011).

Adopts with a monthly hazard when ``w US + (1 - w) share of adopters >= threshold``; under
``structure.recognition = "linear"`` the hazard is in proportion to that sum instead, without a threshold. Each actor that the US
recognises is considered by itself: whoever follows in one case need not follow in another. Recognition of an actor is
``min(base + s US + (1 - s) share of adopters, 1)`` with ``s`` Washington's part.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from mesa import Model

from agents.base import Actor
from agents.policy_parameters import WesternParameters
from model.arrays import Floats
from model.draws import key, normal, uniform
from model.live import LiveParameters

RECOGNITIONS = ("linear", "threshold")
"""Forms of ``structure.recognition`` that :meth:`WesternGovernment.hazard` knows."""


class WesternGovernment(Actor):
    """One of the Western governments that may follow the US.

    Args:
        model: the Mesa model it lives in.
        number: its number, which keys its threshold and its draws.
        parameters: the table of all of them.
    """

    table = "western"

    def __init__(self, model: Model, number: int, parameters: WesternParameters | LiveParameters) -> None:
        super().__init__(model, parameters)
        self.key = np.uint64(key(key_name(number)))
        deviation = normal(uniform(self.run.salts["threshold"], 0, self.key))
        self.threshold = min(max(parameters.threshold_mean + parameters.threshold_sd * deviation, 0.0), 1.0)
        self.recognises: set[int] = set()

    def consider(self, actor: int, pull: float) -> bool:
        """Recognise an actor, or not yet, and say whether it has just done so; once it has, it stays with it.

        Args:
            actor: index of an armed actor that the US recognises.
            pull: what :func:`pull_of` gives for it.
        """
        hazard, run = 0.0 if actor in self.recognises else self.hazard(pull), self.run
        if hazard <= 0:
            return False
        if uniform(run.salts["western"], run.state.month, self.key, run.land.actor_key[actor]) >= hazard:
            return False
        self.recognises.add(actor)
        return True

    def hazard(self, pull: float) -> float:
        """Monthly chance to recognise an actor, 0-1."""
        if self.run.scenario.structure.recognition == "linear":
            return self.parameters.hazard * pull
        return self.parameters.hazard if pull >= self.threshold else 0.0


def pull_of(us_level: float, adopters: float, p: WesternParameters) -> float:
    """What draws governments to recognise an actor.

    Args:
        us_level: recognition by the US, 0-1.
        adopters: share of governments that had followed by last month.
        p: their table.
    """
    return p.us_weight * us_level + (1 - p.us_weight) * adopters


def recognition_of(us_level: Floats, adopters: Floats, p: WesternParameters) -> Floats:
    """Recognition of armed actors, 0-1.

    Args:
        us_level: (F,) recognition by the US, 0-1.
        adopters: (F,) share of governments that have followed.
        p: their table.
    """
    return np.minimum(p.us_share * us_level + (1 - p.us_share) * adopters, 1.0)


def shares_that_recognise(governments: Sequence[WesternGovernment], forces: int) -> list[float]:
    """Share of some governments that recognise each armed actor, 0-1.

    Args:
        governments: they.
        forces: number of armed actors.
    """
    count = Counter(actor for government in governments for actor in government.recognises)
    return [count.get(actor, 0) / max(len(governments), 1) for actor in range(forces)]


def key_name(number: int) -> str:
    """The name by which the draws of a government are keyed."""
    return f"western-{number}"
