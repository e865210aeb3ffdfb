"""Policy instruments of the United States.

A policy is a list of instruments with unique names. Each has a kind, a target, a level, a beginning, an end, a ramp, and
optionally a condition on the world. Level 1 of a kind is a precedent: what the United States, or others, once did or proposed of it
(SOURCES, table D); where that has a size, Washington's table has it in dollars, people or sorties a month. A kind is one row of
:data:`KINDS`, and the process that it moves reads what is delivered this month by the kind's name: ``run.policy[a].aid`` for armed
actor ``a``, ``run.policy[-1].tariff`` for kinds without an armed target.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from pydantic import Field

from model.parameters import ParameterTable

PARTNER, NUG = "PARTNER", "NUG"
"""Targets that stand for others: the partner whom Washington has picked, and all People's Defence Forces together."""


class Kind(NamedTuple):
    """What a kind of instrument is, and what is asked of it before it does anything."""

    meaning: str
    precedent: str
    """What level 1 is."""
    size: str = ""
    """Parameter of Washington's table with the size of level 1 in a month; empty where it has none."""
    unit: str = ""
    """Of that size, a month."""
    most: float = 1.0
    """The highest level: ten times the precedent where there is a size, 1 where the precedent is all that can be done."""
    pays: bool = False
    """Whether its target counts it as money, and not just as backing."""
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

    def amount(self, level: float, us: Any) -> float | None:
        """What a level amounts to in a month, in the kind's unit; None where it has no size.

        Args:
            level: of the instrument.
            us: Washington's table.
        """
        return level * float(getattr(us, self.size)) if self.size else None


TEN = 10.0
"""The highest level of kinds whose precedent has a size."""

USD, TONNES = "USD", "t"

KINDS: dict[str, Kind] = {
    "recognition": Kind(
        "official dealings with the target",
        "full recognition, as of Libya's National Transitional Council in July 2011",
        link=True, needs_consent=True, declared=True,
    ),
    "aid": Kind(
        "money for the target's services and administration",
        "stabilisation funds for north-east Syria, 230 million USD for 2018",
        "aid_usd", USD, TEN, pays=True, link=True, needs_consent=True, shared=True,
    ),
    "arms": Kind(
        "weapons for the target",
        "arms and equipment for the Syrian Democratic Forces, 300 million USD asked for 2019",
        "arms_usd", USD, TEN, pays=True, link=True, needs_consent=True, shared=True,
    ),
    "intelligence": Kind(
        "US intelligence shared with the target: better battlefield intelligence",
        "full sharing, as with Ukraine since 2022",
        link=True, needs_consent=True,
    ),
    "training": Kind(
        "training that raises the target's fighting strength",
        "the plan of 2014 to train 5,000 Syrian fighters per year",
        "training_people", "people", TEN, link=True, needs_consent=True, shared=True,
    ),
    "logistics": Kind(
        "transport that lets the target supply cut-off garrisons from the air and move more fighters",
        "Air America's deliveries in Laos, 46 million pounds in 1970",
        "logistics_t", TONNES, TEN, link=True, needs_consent=True,
    ),
    "air_denial": Kind(
        "patrols that keep aircraft away from the target's battles",
        "Operation Northern Watch over Iraqi Kurdistan, 36,000 sorties from 1997 to 2003",
        "air_denial_sorties", "sorties", TEN, link=True, needs_consent=True,
    ),
    "offtake": Kind(
        "a purchase contract with a price floor for ore from the target's mines",
        "the contract with MP Materials of July 2025, applied to all ore delivered",
        link=True, needs_consent=True,
    ),
    "sanctions": Kind(
        "sanctions that reduce the target's outside income",
        "sanctions on Iran in 2012, which took 45% of its oil revenue",
        "sanctions_usd", USD, TEN, declared=True,
    ),
    "sanctions_relief": Kind(
        "lifting of sanctions on the target and its firms",
        "release of the billion USD of reserves frozen in New York in 2021, over five years",
        "relief_usd", USD, TEN, pays=True, needs_consent=True, declared=True,
    ),
    "tariff": Kind(
        "a tariff on goods from junta-held Myanmar, which costs the junta income as sanctions do",
        "the 40% announced in July 2025",
        "tariff_usd", USD, TEN, declared=True, untargeted=True,
    ),
    "tariff_threat": Kind(
        "the threat of a tariff: works as far as it is credible, and loses credibility unless tariffs or sanctions follow",
        "the threat of the same 40%",
        "tariff_usd", USD, TEN, declared=True, untargeted=True,
    ),
    "route_building": Kind(
        "funds and engineers for the road to India",
        "India's Kaladan road and port, 480 million USD, within two years",
        "route_usd", USD, TEN, untargeted=True,
    ),
    "brokering": Kind(
        "brokering a peace between the junta and the target", "proximity talks as at Dayton in November 1995"
    ),
    "envoy": Kind(
        "a special envoy, who sustains Washington's attention, makes its offers easier to accept and supports peace talks",
        "a full-time coordinator, as for Burma in 2011",
        untargeted=True,
    ),
}  # fmt: skip
"""Every kind, by name: a new one is a row here, and is read where it acts."""

if TYPE_CHECKING:
    InstrumentKind = str
else:
    InstrumentKind = Literal[tuple(KINDS)]

UNTARGETED = tuple(name for name, kind in KINDS.items() if kind.untargeted)
"""Kinds that need no target."""

KIND_MEANINGS: dict[str, str] = {name: f"{kind.meaning}; level 1: {kind.precedent}" for name, kind in KINDS.items()}


class Condition(ParameterTable):
    """A condition on the world, from a fixed set of predicates; all that are given must hold."""

    holder: dict[str, str] = Field(default_factory=dict)
    """Place -> actor that must hold it."""
    lane_open: dict[str, bool] = Field(default_factory=dict)
    """Crossing -> whether its ore lane must be open."""
    ceasefire: dict[str, bool] = Field(default_factory=dict)
    """Actor -> whether it must have a ceasefire with the junta."""


class Instrument(ParameterTable):
    """One means of a policy."""

    kind: InstrumentKind
    """What it is."""
    target: str = ""
    """Id of the actor it is for, PARTNER, NUG, or empty for kinds that need no target."""
    level: float = Field(default=1.0, ge=0.0, le=TEN)
    """Over the kind's precedent; up to 1 for kinds whose precedent has no size."""
    start: int = Field(default=0, ge=0, le=600)
    """Months after the start of the run at which it begins."""
    end: int | None = Field(default=None, ge=0, le=600)
    """Months after the start at which it ends; none: never."""
    ramp: float = Field(default=6.0, ge=0.0, le=60.0)
    """Months until 63% of the level is reached."""
    when: Condition | None = None
    """Condition without which it does nothing."""

    @property
    def dealings(self) -> float:
        """0-1, how far the US and the target deal with each other by it: in full from level 1 on."""
        return min(self.level, 1.0)
