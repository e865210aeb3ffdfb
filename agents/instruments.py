"""The means of the United States: what a policy scenario is made of.

A policy is a list of instruments with unique names. Each has a kind, a target, a level, a beginning, an end, a ramp, and
optionally a condition on the world. What an instrument does is written where it acts: recognition, followers and offers in
``model/phases/policy.py``, offtake and the route in ``model/dynamics/trade.py``, aid in ``model/dynamics/governance.py``, threats,
brokering and envoys in ``model/dynamics/settlement.py`` and ``diplomacy.py``.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from model.parameters import ParameterTable

InstrumentKind = Literal[
    "recognition",
    "aid",
    "arms",
    "intelligence",
    "training",
    "logistics",
    "air_denial",
    "offtake",
    "sanctions",
    "sanctions_relief",
    "tariff",
    "tariff_threat",
    "route_building",
    "brokering",
    "envoy",
]

PARTNER, NUG = "PARTNER", "NUG"
"""Targets that stand for others: the partner whom Washington has picked, and all People's Defence Forces together."""

SHARED = ("aid", "arms")
"""Kinds of which a target that stands for several actors gives each an equal part."""

DECLARED = ("recognition", "sanctions", "sanctions_relief", "tariff", "tariff_threat")
"""Kinds that stand once declared, whatever attention Washington has left; all others need it month by month."""

UNTARGETED = ("tariff", "tariff_threat", "route_building", "envoy")
"""Kinds that need no target."""

NEEDS_CONSENT = (
    "recognition",
    "aid",
    "arms",
    "intelligence",
    "training",
    "logistics",
    "air_denial",
    "offtake",
    "sanctions_relief",
)
"""Kinds that the target must accept: they bind it to a patron."""

KIND_MEANINGS: dict[str, str] = {
    "recognition": "official dealings with the target; 1 is full diplomatic recognition",
    "aid": "money for the target's services and administration",
    "arms": "weapons for the target",
    "intelligence": "what the US sees, shared with the target: its beliefs grow sharper",
    "training": "training that raises the target's fighting worth",
    "logistics": "transport: the target supplies cut-off garrisons from the air and moves more of its fighters",
    "air_denial": "keeps aircraft from fights in which the target takes part",
    "offtake": "a purchase contract with price floor for ore from the target's mines",
    "sanctions": "sanctions that cost the target money from outside",
    "sanctions_relief": "lifting of sanctions on the target and its firms",
    "tariff": "a tariff on goods from junta-held Myanmar; costs the junta money as sanctions do",
    "tariff_threat": "the threat of one: works as far as it is believed, and belief fades unless tariffs or sanctions come",
    "route_building": "money and engineers for the road to India",
    "brokering": "brokering a peace between the junta and the target",
    "envoy": "a special envoy: holds Washington's attention, makes its offers easier to take, helps every peace",
}


class Condition(ParameterTable):
    """A condition on the world, from a fixed set of predicates; all that are given must hold."""

    holder: dict[str, str] = Field(default_factory=dict, description="place -> actor that must hold it")
    lane_open: dict[str, bool] = Field(
        default_factory=dict, description="crossing -> whether its ore lane must be open"
    )
    ceasefire: dict[str, bool] = Field(
        default_factory=dict, description="actor -> whether it must have a ceasefire with the junta"
    )


class Instrument(ParameterTable):
    """One means of a policy."""

    kind: InstrumentKind = Field(description="what it is")
    target: str = Field(
        default="", description=f"id of the actor it is for, {PARTNER}, {NUG}, or empty for {', '.join(UNTARGETED)}"
    )
    level: float = Field(default=1.0, ge=0.0, le=1.0, description="share of the most that could be done")
    start: int = Field(default=0, ge=0, le=600, description="months after the start of the run at which it begins")
    end: int | None = Field(
        default=None, ge=0, le=600, description="months after the start at which it ends; none: never"
    )
    ramp: float = Field(default=6.0, ge=0.0, le=60.0, description="months until 63 % of the level is reached")
    when: Condition | None = Field(default=None, description="condition without which it does nothing")
