"""Western governments: each may follow the US in recognising an actor (equation E3.11, Siegel 2009; Coggins 2011).

Adopts with a monthly hazard when ``w US + (1 - w) share of adopters + t territory >= threshold``; under
``structure.recognition = "linear"`` the hazard is in proportion to that sum instead, without a threshold. Each actor that the US
recognises is considered by itself: whoever follows in one case need not follow in another.
"""

from __future__ import annotations

from mesa import Model

from agents.base import Actor
from agents.policy_parameters import WesternParameters
from model.draws import key


class WesternGovernment(Actor):
    """One of the governments.

    Args:
        model: the Mesa model it lives in.
        number: its number, which keys its threshold and its draws.
        parameters: the table of all of them.
        deviation: how far its threshold lies from the mean, in standard deviations.
    """

    def __init__(self, model: Model, number: int, parameters: WesternParameters, deviation: float) -> None:
        super().__init__(model)
        self.parameters = parameters
        self.key = key(key_name(number))
        self.threshold = min(max(parameters.threshold_mean + parameters.threshold_sd * deviation, 0.0), 1.0)
        self.recognises: set[int] = set()

    def consider(self, actor: int, pull: float, form: str, luck: float) -> bool:
        """Recognise an actor, or not yet, and say whether it has just done so; once it has, it stays with it.

        Args:
            actor: index of an armed actor that the US recognises.
            pull: what :func:`pull_of` gives for it.
            form: ``structure.recognition``.
            luck: this month's draw of this government and that actor, 0-1.
        """
        if actor in self.recognises:
            return False
        hazard = self.parameters.hazard * (pull if form == "linear" else pull >= self.threshold)
        if luck < hazard:
            self.recognises.add(actor)
            return True
        return False


def pull_of(us_level: float, adopters: float, territory: float, p: WesternParameters) -> float:
    """What draws governments to recognise an actor.

    Args:
        us_level: recognition by the US, 0-1.
        adopters: share of governments that had followed by last month.
        territory: share of the actor's home region that it holds.
        p: their table.
    """
    return p.us_weight * us_level + (1 - p.us_weight) * adopters + p.territory_weight * territory


def key_name(number: int) -> str:
    """The name by which the draws of a government are keyed."""
    return f"western-{number}"
