"""What Mesa's collector of data keeps of each month."""

from __future__ import annotations

from typing import Any

import mesa

from agents.armed.actor import ArmedActor
from agents.buyers import ChineseBuyer

MONTHLY = ("month", "exports_t", "towns_changed_hands")
"""Attributes of the model that are collected."""


class MonthlyCollector(mesa.DataCollector):
    """Mesa's collector of data, quick where it collects attributes of the model and nothing else.

    Args:
        agents: whether to collect the agents' data as well: fighters, money and townships of armed actors, bids of buyers.
    """

    def __init__(self, *, agents: bool = False) -> None:
        # Functions, since Mesa 3.5 refuses an attribute that some agents lack.
        troops, treasury, bid = ([getattr, [name, None]] for name in ("troops", "treasury", "posted_bid"))
        of_armed = {"name": name_of, "troops": troops, "treasury": treasury, "townships": townships_of}
        of_buyers = {"name": name_of, "bid": bid}
        of_kinds = {ArmedActor: of_armed, ChineseBuyer: of_buyers} if agents else None
        of_all = of_armed | of_buyers if agents else None
        monthly = {name: name for name in MONTHLY}
        super().__init__(model_reporters=monthly, agent_reporters=of_all, agenttype_reporters=of_kinds)

    def collect(self, model: Any) -> None:
        """Collect a month.

        Args:
            model: the model.
        """
        names = self.model_reporters.values()
        if self.agent_reporters or self.agenttype_reporters or not all(isinstance(name, str) for name in names):
            super().collect(model)
            return
        # Mesa checks every reporter and copies every value each month, which takes longer than some phases.
        for column, name in self.model_reporters.items():
            self.model_vars[column].append(getattr(model, name))
        # Since 3.5 the runner of batches asks when data were collected.
        if hasattr(self, "_collection_steps"):
            self._collection_steps.append(model.time)


def name_of(agent: Any) -> str:
    """Id of an armed actor or a buyer; of others their class."""
    return str(getattr(agent, "actor_id", getattr(agent, "buyer_id", type(agent).__name__)))


def townships_of(agent: Any) -> int | None:
    """Townships whose town an armed actor holds; None for others."""
    return len(agent.townships) if isinstance(agent, ArmedActor) else None
