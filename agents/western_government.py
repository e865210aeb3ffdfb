"""Western governments: each may follow the US in recognising an actor (equation E3.11, Siegel 2009; Coggins 2011).

Adopts with a monthly hazard when ``w US + (1 - w) share of adopters + t territory >= threshold``; under
``structure.recognition = "linear"`` the hazard is in proportion to that sum instead, without a threshold. Each actor that the US
recognises is considered by itself: whoever follows in one case need not follow in another.
"""

from __future__ import annotations

from mesa import Agent, Model

from agents.other_parameters import WesternParameters
from model.draws import key


class WesternGovernment(Agent):
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

    def consider(self, actor: int, signal: tuple[float, float, float], form: str, luck: float) -> None:
        """Recognise an actor, or not yet; once it has, it stays with it.

        Args:
            actor: index of the armed actor.
            signal: recognition by the US, share of governments that had followed by last month, share of the actor's home
                region that it holds; 0-1 each.
            form: ``structure.recognition``.
            luck: this month's draw of this government and that actor, 0-1.
        """
        us_level, adopters, territory = signal
        if actor in self.recognises or us_level <= 0:
            return
        p = self.parameters
        total = p.us_weight * us_level + (1 - p.us_weight) * adopters + p.territory_weight * territory
        hazard = p.hazard * total if form == "linear" else p.hazard * (total >= self.threshold)
        if luck < hazard:
            self.recognises.add(actor)


def key_name(number: int) -> str:
    """The name by which the draws of a government are keyed."""
    return f"western-{number}"
