"""The means of the United States: what a policy scenario is made of.

A policy is a list of instruments with unique names. Each has a kind, a target, a level, a beginning, an end, a ramp, and
optionally a condition on the world. A kind is one row of :data:`KINDS`, and the process that it moves reads what is delivered
this month by the kind's name: ``run.policy[a].aid`` for armed actor ``a``, ``run.policy[-1].tariff`` for kinds without an armed
target.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from pydantic import Field

from model.parameters import ParameterTable

PARTNER, NUG = "PARTNER", "NUG"
"""Targets that stand for others: the partner whom Washington has picked, and all People's Defence Forces together."""


class Kind(NamedTuple):
    """What a kind of instrument is, and what is asked of it before it does anything."""

    meaning: str
    link: bool = False
    """Whether Beijing counts it as dealings of the US with the target."""
    needs_consent: bool = False
    """Whether the target must accept it, because it binds it to a patron."""
    shared: bool = False
    """Whether a target that stands for several actors gives each an equal part."""
    declared: bool = False
    """Whether it stands once declared, whatever attention Washington has left; all others need it month by month."""
    untargeted: bool = False
    """Whether it needs no target."""
    usd: Callable[[Any, Any], float] | None = None
    """USD a month that it is worth to its target at level 1, from Washington's table and the tables of processes; a kind
    without it is worth something as backing."""


KINDS: dict[str, Kind] = {
    "recognition": Kind(
        "official dealings with the target; 1 is full diplomatic recognition", link=True, needs_consent=True, declared=True
    ),
    "aid": Kind(
        "money for the target's services and administration",
        link=True, needs_consent=True, shared=True, usd=lambda us, processes: us.aid_usd,
    ),
    "arms": Kind(
        "weapons for the target", link=True, needs_consent=True, shared=True,
        usd=lambda us, processes: us.arms_per_month * processes.budgets.arms_price_usd,
    ),
    "intelligence": Kind(
        "what the US sees, shared with the target: better battlefield intelligence", link=True, needs_consent=True
    ),
    "training": Kind("training that raises the target's fighting worth", link=True, needs_consent=True),
    "logistics": Kind(
        "transport: the target supplies cut-off garrisons from the air and moves more of its fighters",
        link=True, needs_consent=True,
    ),
    "air_denial": Kind(
        "keeps aircraft from fights in which the target takes part", link=True, needs_consent=True
    ),
    "offtake": Kind(
        "a purchase contract with price floor for ore from the target's mines", link=True, needs_consent=True
    ),
    "sanctions": Kind("sanctions that cost the target money from outside", declared=True),
    "sanctions_relief": Kind(
        "lifting of sanctions on the target and its firms",
        needs_consent=True, declared=True, usd=lambda us, processes: us.sanctions_usd,
    ),
    "tariff": Kind(
        "a tariff on goods from junta-held Myanmar; costs the junta money as sanctions do", declared=True, untargeted=True
    ),
    "tariff_threat": Kind(
        "the threat of one: works as far as it is believed, and belief fades unless tariffs or sanctions come",
        declared=True, untargeted=True,
    ),
    "route_building": Kind("money and engineers for the road to India", untargeted=True),
    "brokering": Kind("brokering a peace between the junta and the target"),
    "envoy": Kind(
        "a special envoy: holds Washington's attention, makes its offers easier to take, helps every peace", untargeted=True
    ),
}  # fmt: skip
"""Every kind, by name: a new one is a row here, and is read where it acts."""

if TYPE_CHECKING:
    InstrumentKind = str
else:
    InstrumentKind = Literal[tuple(KINDS)]

UNTARGETED = tuple(name for name, kind in KINDS.items() if kind.untargeted)
"""Kinds that need no target."""

KIND_MEANINGS: dict[str, str] = {name: kind.meaning for name, kind in KINDS.items()}


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
