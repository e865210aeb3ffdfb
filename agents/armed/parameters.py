"""The parameters of armed actors: one table for all sides, with defaults by kind.

Utilities are in months of the actor's own revenue. What the record says of a single actor (troops, dependence on China,
money) stands in the world's ``forces.csv`` and overrides these defaults; a scenario overrides both.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from model.parameters import ParameterTable, choice, parameter

_FACTS = "SOURCES, parameter"


class ArmedActorParameters(ParameterTable):
    """What an armed actor has, can do and wants."""

    # where it stands; empty lists leave what the world's record says
    home: str = Field(default="", description="township or site of its headquarters")
    homeland: list[str] = Field(
        default_factory=list, description="townships and states it sees as its own, besides the record's"
    )
    core: list[str] = Field(
        default_factory=list, description="townships and states that it would never trade away, besides the record's"
    )
    allies: list[str] = Field(default_factory=list, description="armed actors it is allied with at the start")
    enemies: list[str] = Field(default_factory=list, description="armed actors it is at war with at the start")
    # forces
    troops: int = parameter(
        5_000, low=0, high=400_000, unit="fighters", off="none", status="weakly identified",
        source=f"forces.csv, a row an actor, with low and high; {_FACTS}s 24-33",
    )  # fmt: skip
    """Fighters at the start, distributed as in the world's record."""
    arms_per_fighter: float = parameter(
        0.8, low=0.0, high=2.0, unit="fighter equivalents",
        source="assumed: most groups report more volunteers than rifles",
    )  # fmt: skip
    """Arms at the start per fighter."""
    effectiveness: float = parameter(1.0, low=0.3, high=3.0, unit="x", source="assumed equal for all sides")
    """Fighting strength of an armed, supplied fighter."""
    operations_per_month: int = parameter(
        3, low=0, high=12, unit="1/month", status="weakly identified", source=f"{_FACTS} 21"
    )
    """Maximum number of attacks begun or continued in a month."""
    assaults_per_operation: int = parameter(
        12, low=1, high=60, unit="1/month", status="weakly identified",
        source="SOURCES K10: 80-110 posts in ten weeks of a general offensive, in some three operations",
    )  # fmt: skip
    """Assaults on single posts per operation and month."""
    commit_share: float = parameter(0.5, low=0.1, high=1.0, unit="0-1", source="assumed")
    """Share of the fighters within reach that an attack commits."""
    mobile_share: float = parameter(0.15, low=0.0, high=0.6, unit="1/month", source="assumed")
    """Share of fighters that can be moved to where they are needed."""
    air_support: float = parameter(
        0.0, low=0.0, high=40.0, unit="places/month", status="weakly identified",
        source="assumed; only the junta has aircraft",
    )  # fmt: skip
    """Battles that its aircraft can support in a month."""
    airlift_places: float = parameter(
        0.0, low=0.0, high=60.0, unit="places", source="assumed; form after reports on Bhamo, SOURCES V10"
    )
    """Number of cut-off garrisons that can be supplied from the air."""
    # decisions
    belief_noise: float = parameter(0.4, low=0.0, high=1.0, unit="log", source=f"{_FACTS} 22")
    """Standard error of its beliefs about an enemy's strength."""
    belief_months: int = parameter(12, low=1, high=60, unit="months", source="assumed")
    """Months between two appraisals of a place, over which knowledge gained by fighting there fades."""
    choice_precision: float = parameter(
        2.0, low=0.1, high=10.0, unit="1/month of revenue", source=f"{_FACTS} 23 (McKelvey & Palfrey 1995)"
    )
    """Precision of the quantal response."""
    horizon_months: float = parameter(12.0, low=1.0, high=60.0, unit="months", source="assumed")
    """Months of rent with which a conquest is valued."""
    weight_rent: float = parameter(1.0, low=0.0, high=5.0, unit="-", source="assumed")
    """Value of a month of rent from mines, crossings and trade."""
    weight_home: float = parameter(0.8, low=0.0, high=5.0, unit="months of revenue", source="assumed")
    """Value of a town in its homeland."""
    weight_population: float = parameter(0.5, low=0.0, high=5.0, unit="months of revenue", source="assumed")
    """Value of a town of 100,000 people."""
    weight_headquarters: float = parameter(1.0, low=0.0, high=10.0, unit="months of revenue", source="assumed")
    """Value of an enemy's headquarters."""
    weight_safety: float = parameter(
        0.4, low=0.0, high=1.5, unit="x", status="weakly identified",
        source="assumed: the KIA cleared Pangwa, Phimaw and Kanpaiti within seven weeks of taking the mines (SOURCES V106, V107)",
    )  # fmt: skip
    """Value of taking an enemy garrison next to an own place, as a share of that place's value if fully endangered."""
    foresight: float = parameter(
        0.5, low=0.0, high=1.0, unit="x",
        source="assumed: the KIA took the gates and towns around the mines before the mines (SOURCES T4)",
    )  # fmt: skip
    """Share of the value of the places that a conquest brings within reach that counts towards it."""
    operation_cost: float = parameter(0.4, low=0.0, high=3.0, unit="months of revenue", source="assumed")
    """Cost of opening an attack, whatever the result."""
    siege_cost: float = parameter(
        0.1, low=0.0, high=3.0, unit="months of revenue",
        source="assumed below the cost of opening it, as supplies, guns and roads are in place",
    )  # fmt: skip
    """Cost of continuing an attack for a month."""
    weight_pressure: float = parameter(1.0, low=0.0, high=10.0, unit="months of revenue", source="assumed")
    """Weight of the Chinese sanctions that it expects."""
    ambition_abroad: float = parameter(
        0.15, low=0.0, high=1.0, unit="x", off=1.0, source="assumed; ethnic organisations rarely operate far from home"
    )
    """Value of a place outside its homeland relative to one inside."""
    # politics
    dependence_on_china: float = parameter(
        0.0, low=0.0, high=1.0, unit="0-1", status="weakly identified",
        source=f"forces.csv; {_FACTS} 59, inferred from who gave in (V17, V75, V121)",
    )  # fmt: skip
    """Dependence on Chinese trade, arms and tolerance."""
    arms_for_allies: float = parameter(
        0.0, low=0.0, high=500.0, unit="fighter equivalents/month", source="forces.csv: the UWSA's; assumed"
    )
    """Arms that it gives or sells to allies at war, in total, unless Beijing makes it stop."""
    federal_preference: float = parameter(0.0, low=-3.0, high=3.0, unit="months of revenue", source="assumed")
    """Value of federal terms compared with continuing the war at its present cost."""
    autonomy_cost: float = parameter(
        0.3, low=0.0, high=3.0, unit="months of revenue", source="assumed; principal-agent argument, SOURCES V27-V28"
    )
    """Cost of accepting a patron's terms at full engagement."""
    review_months: float = parameter(12.0, low=1.0, high=60.0, unit="months", source="assumed")
    """Months for which its answers to patrons and its deals with Beijing stand."""
    answer_months: float = parameter(
        3.0, low=1.0, high=24.0, unit="months", status="weakly identified",
        source="SOURCES T4: the KIO went to Kunming seven weeks after Pangwa fell, and accepted terms four months later",
    )  # fmt: skip
    """Mean time from a first offer to the first answer."""
    # money
    treasury_usd: float = parameter(5e6, low=0.0, high=1e11, unit="USD", source="assumed")
    """Treasury at the start."""
    outside_revenue_usd: float = parameter(0.0, low=0.0, high=2e9, unit="USD/month", source="assumed; forces.csv")
    """Income from outside the map: gas, central bank, foreign donors."""
    population_tax_usd: float = parameter(0.25, low=0.0, high=5.0, unit="USD/person/month", source="assumed")
    """Taxes and levies per person under its control."""
    upkeep_usd: float = parameter(110.0, low=20.0, high=400.0, unit="USD/fighter/month", source=f"{_FACTS} 35")
    """Food, pay and equipment of a fighter."""
    arms_budget_share: float = parameter(0.3, low=0.0, high=1.0, unit="0-1", source="assumed")
    """Share of income after expenses that buys arms."""
    weight_consent: float = parameter(
        3.0, low=0.0, high=12.0, unit="months of revenue",
        source="assumed; the KIO runs schools and clinics (article S10)",
    )  # fmt: skip
    """Value of a year of full popular consent, apart from taxes."""
    ore_tax_rule: Literal["fixed", "ad_valorem", "revenue_maximising"] = choice(
        "fixed", status="observed", source="SOURCES T3"
    )
    """How it sets its tax on ore."""
    ore_tax_yuan_per_t: float = parameter(
        20_000.0, low=0.0, high=200_000.0, unit="yuan/t", status="weakly identified",
        source="KIA 35,000 (SMM and Reuters, 26-27 March 2025, in forces.csv); others not found, assumed",
    )  # fmt: skip
    """Tax per tonne of ore under the rule 'fixed'."""
    ore_tax_share: float = parameter(
        0.2, low=0.0, high=0.9, unit="0-1", status="observed", source="SOURCES T3: the demand of December 2024"
    )
    """Share of the ore's price taken under the rule 'ad_valorem'."""
    licence_when_closed: float = parameter(0.5, low=0.0, high=1.0, unit="0-1", off=1.0, source="SOURCES P46")
    """Share of mining that it allows while the ore lane is closed, to put pressure on the buyer."""
    backing_worth: float = parameter(1.0, low=0.0, high=6.0, unit="months of revenue", source="assumed: never observed")
    """Value of a great power's recognition, training or intelligence at full level."""
    # manpower
    volunteer_rate: float = parameter(
        0.02, low=0.0, high=0.1, unit="1/month", status="weakly identified",
        source=f"{_FACTS} 34, at half of the people's consent, about where the wars of 2021 began",
    )  # fmt: skip
    """Monthly volunteers relative to its force at full consent; they are proportional to consent."""
    conscripts_per_month: float = parameter(
        0.0, low=0.0, high=12_000.0, unit="persons/month", status="weakly identified", source=f"{_FACTS} 27; forces.csv"
    )
    """Monthly conscripts with the territory held at the start."""
    force_cap: float = parameter(1.5, low=1.0, high=5.0, unit="x", off=5.0, source=f"SOURCES F5; {_FACTS} 37")
    """Maximum number of fighters relative to the start, limited by leaders, not money."""
    mobilised_share: float = parameter(
        0.0, low=0.0, high=0.05, unit="0-1", source="assumed: 0 where strength at the start is the better guide"
    )
    """Share of its homeland's population that could fight for it, whatever its strength at the start."""
    desertion_rate: float = parameter(
        0.004, low=0.0, high=0.05, unit="1/month", status="weakly identified",
        source=f"{_FACTS} 25: 8,000 of 150,000 in 27 months",
    )  # fmt: skip
    """Monthly desertion from a paid, supplied force."""


class JuntaParameters(ArmedActorParameters):
    """The military government."""

    kind: Literal["Junta"] = "Junta"
    operations_per_month: int = parameter(
        2, low=0, high=30, unit="1/month", status="weakly identified",
        source="weak: from October 2023 to December 2024 it retook one seat, Kawlin (record/town_events.csv)",
    )  # fmt: skip
    """Maximum number of attacks begun or continued in a month."""
    ambition_abroad: float = parameter(
        1.0, low=0.0, high=1.0, unit="x", off=1.0, status="definition", source="definition of a central government"
    )
    """Value of a place outside its homeland; it claims the whole country."""
    civil_share: float = parameter(
        0.72, low=0.6, high=0.85, unit="0-1", status="observed",
        source="SOURCES V148: 5.6 of nearly 20 trillion kyat for defence in 2023-24",
    )  # fmt: skip
    """Share of outside income that goes to the civil budget rather than the war."""
    upkeep_usd: float = parameter(
        350.0, low=200.0, high=600.0, unit="USD/fighter/month", status="weakly identified",
        source="a defence budget of 28% after arms imports and flights, per soldier (SOURCES V148, V149)",
    )  # fmt: skip
    """Pay, food, equipment and bases of a soldier of a standing army."""


class EthnicArmedOrganizationParameters(ArmedActorParameters):
    """An ethnic armed organisation or militia."""

    kind: Literal["EthnicArmedOrganization"] = "EthnicArmedOrganization"


class PeoplesDefenceForceParameters(ArmedActorParameters):
    """A regional pool of People's Defence Forces under the National Unity Government."""

    kind: Literal["PeoplesDefenceForce"] = "PeoplesDefenceForce"
    arms_per_fighter: float = parameter(
        0.35, low=0.0, high=2.0, unit="fighter equivalents", source="assumed: SOURCES E3.12, low arms"
    )
    """Arms at the start per fighter."""
    assaults_per_operation: int = parameter(4, low=1, high=60, unit="1/month", source="assumed")
    """Assaults on single posts per operation and month."""
    coordination: float = parameter(0.4, low=0.0, high=1.0, unit="0-1", source="assumed; SOURCES E3.12")
    """Probability of joining an ally's operation in a neighbouring place."""
    volunteer_rate: float = parameter(
        0.06, low=0.0, high=0.2, unit="1/month", status="weakly identified",
        source="assumed: from nothing to the pools of SOURCES P33 in about two years",
    )  # fmt: skip
    """Monthly volunteers relative to its force at full consent; they are proportional to consent."""
    force_cap: float = parameter(
        1.1, low=1.0, high=5.0, unit="x", off=5.0, source="assumed: the pools have not grown since 2023"
    )
    """Maximum number of fighters relative to the start, limited by arms and leaders, not money."""
    mobilised_share: float = parameter(
        0.002, low=0.0, high=0.01, unit="0-1", status="weakly identified",
        source="SOURCES P33: 65,000 over the 31 million people of the five pools' regions",
    )  # fmt: skip
    """Share of its homeland's population that could fight for it, whatever its strength at the start."""
