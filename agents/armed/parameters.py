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
        5_000, low=0, high=400_000, unit="fighters", off="none",
        meaning="Fighters at the start, distributed as in the world's record.",
        source=f"forces.csv, a row an actor, with low and high; {_FACTS}s 24-33", status="weakly identified",
    )  # fmt: skip
    arms_per_fighter: float = parameter(
        0.8, low=0.0, high=2.0, unit="fighter equivalents", meaning="Arms at the start per fighter.",
        source="assumed: most groups report more volunteers than rifles",
    )  # fmt: skip
    effectiveness: float = parameter(
        1.0, low=0.3, high=3.0, unit="x", meaning="Fighting strength of an armed, supplied fighter.",
        source="assumed equal for all sides",
    )  # fmt: skip
    operations_per_month: int = parameter(
        3, low=0, high=12, unit="1/month", meaning="Maximum number of attacks begun or continued in a month.", source=f"{_FACTS} 21",
        status="weakly identified",
    )  # fmt: skip
    assaults_per_operation: int = parameter(
        12, low=1, high=60, unit="1/month", meaning="Assaults on single posts per operation and month.",
        source="SOURCES K10: 80-110 posts in ten weeks of a general offensive, in some three operations", status="weakly identified",
    )  # fmt: skip
    commit_share: float = parameter(
        0.5, low=0.1, high=1.0, unit="0-1", meaning="Share of the fighters within reach that an attack commits.",
        source="assumed",
    )  # fmt: skip
    mobile_share: float = parameter(
        0.15, low=0.0, high=0.6, unit="1/month",
        meaning="Share of fighters that can be moved to where they are needed.", source="assumed",
    )  # fmt: skip
    air_support: float = parameter(
        0.0, low=0.0, high=40.0, unit="places/month", meaning="Battles that its aircraft can support in a month.",
        source="assumed; only the junta has aircraft", status="weakly identified",
    )  # fmt: skip
    airlift_places: float = parameter(
        0.0, low=0.0, high=60.0, unit="places", meaning="Number of cut-off garrisons that can be supplied from the air.",
        source="assumed; form after reports on Bhamo, SOURCES V10",
    )  # fmt: skip
    # decisions
    belief_noise: float = parameter(
        0.4, low=0.0, high=1.0, unit="log", meaning="Standard error of its beliefs about an enemy's strength.",
        source=f"{_FACTS} 22",
    )  # fmt: skip
    belief_months: int = parameter(
        12, low=1, high=60, unit="months", source="assumed",
        meaning="Months between two appraisals of a place, over which knowledge gained by fighting there fades.",
    )  # fmt: skip
    choice_precision: float = parameter(
        2.0, low=0.1, high=10.0, unit="1/month of revenue", meaning="Precision of the quantal response.",
        source=f"{_FACTS} 23 (McKelvey & Palfrey 1995)",
    )  # fmt: skip
    horizon_months: float = parameter(
        12.0, low=1.0, high=60.0, unit="months", meaning="Months of rent with which a conquest is valued.",
        source="assumed",
    )  # fmt: skip
    weight_rent: float = parameter(
        1.0, low=0.0, high=5.0, unit="-", meaning="Value of a month of rent from mines, crossings and trade.",
        source="assumed",
    )  # fmt: skip
    weight_home: float = parameter(
        0.8, low=0.0, high=5.0, unit="months of revenue", meaning="Value of a town in its homeland.",
        source="assumed",
    )  # fmt: skip
    weight_population: float = parameter(
        0.5, low=0.0, high=5.0, unit="months of revenue", meaning="Value of a town of 100,000 people.", source="assumed"
    )
    weight_headquarters: float = parameter(
        1.0, low=0.0, high=10.0, unit="months of revenue", meaning="Value of an enemy's headquarters.", source="assumed"
    )
    weight_safety: float = parameter(
        0.4, low=0.0, high=1.5, unit="x", status="weakly identified",
        meaning="Value of taking an enemy garrison next to an own place, as a share of that place's value if fully endangered.",
        source="assumed: the KIA cleared Pangwa, Phimaw and Kanpaiti within seven weeks of taking the mines (SOURCES V106, V107)",
    )  # fmt: skip
    foresight: float = parameter(
        0.5, low=0.0, high=1.0, unit="x",
        meaning="Share of the value of the places that a conquest brings within reach that counts towards it.",
        source="assumed: the KIA took the gates and towns around the mines before the mines (SOURCES T4)",
    )  # fmt: skip
    operation_cost: float = parameter(
        0.4, low=0.0, high=3.0, unit="months of revenue", meaning="Cost of opening an attack, whatever the result.",
        source="assumed",
    )  # fmt: skip
    siege_cost: float = parameter(
        0.1, low=0.0, high=3.0, unit="months of revenue", meaning="Cost of continuing an attack for a month.",
        source="assumed below the cost of opening it, as supplies, guns and roads are in place",
    )  # fmt: skip
    weight_pressure: float = parameter(
        1.0, low=0.0, high=10.0, unit="months of revenue", meaning="Weight of the Chinese sanctions that it expects.",
        source="assumed",
    )  # fmt: skip
    ambition_abroad: float = parameter(
        0.15, low=0.0, high=1.0, unit="x", off=1.0, meaning="Value of a place outside its homeland relative to one inside.",
        source="assumed; ethnic organisations rarely operate far from home",
    )  # fmt: skip
    # politics
    dependence_on_china: float = parameter(
        0.0, low=0.0, high=1.0, unit="0-1", meaning="Dependence on Chinese trade, arms and tolerance.",
        source=f"forces.csv; {_FACTS} 59, inferred from who gave in (V17, V75, V121)", status="weakly identified",
    )  # fmt: skip
    arms_for_allies: float = parameter(
        0.0, low=0.0, high=500.0, unit="fighter equivalents/month",
        meaning="Arms that it gives or sells to allies at war, in total, unless Beijing makes it stop.",
        source="forces.csv: the UWSA's; assumed",
    )  # fmt: skip
    federal_preference: float = parameter(
        0.0, low=-3.0, high=3.0, unit="months of revenue",
        meaning="Value of federal terms compared with continuing the war at its present cost.", source="assumed",
    )  # fmt: skip
    autonomy_cost: float = parameter(
        0.3, low=0.0, high=3.0, unit="months of revenue",
        meaning="Cost of accepting a patron's terms at full engagement.",
        source="assumed; principal-agent argument, SOURCES V27-V28",
    )  # fmt: skip
    review_months: float = parameter(
        12.0, low=1.0, high=60.0, unit="months", meaning="Months for which its answers to patrons and its deals with Beijing stand.",
        source="assumed",
    )  # fmt: skip
    answer_months: float = parameter(
        3.0, low=1.0, high=24.0, unit="months", meaning="Mean time from a first offer to the first answer.",
        source="SOURCES T4: the KIO went to Kunming seven weeks after Pangwa fell, and accepted terms four months later",
        status="weakly identified",
    )  # fmt: skip
    # money
    treasury_usd: float = parameter(
        5e6, low=0.0, high=1e11, unit="USD", meaning="Treasury at the start.", source="assumed"
    )
    outside_revenue_usd: float = parameter(
        0.0, low=0.0, high=2e9, unit="USD/month",
        meaning="Income from outside the map: gas, central bank, foreign donors.", source="assumed; forces.csv",
    )  # fmt: skip
    population_tax_usd: float = parameter(
        0.25, low=0.0, high=5.0, unit="USD/person/month", meaning="Taxes and levies per person under its control.",
        source="assumed",
    )  # fmt: skip
    upkeep_usd: float = parameter(
        110.0, low=20.0, high=400.0, unit="USD/fighter/month", meaning="Food, pay and equipment of a fighter.",
        source=f"{_FACTS} 35",
    )  # fmt: skip
    arms_budget_share: float = parameter(
        0.3, low=0.0, high=1.0, unit="0-1", meaning="Share of income after expenses that buys arms.",
        source="assumed",
    )  # fmt: skip
    weight_consent: float = parameter(
        3.0, low=0.0, high=12.0, unit="months of revenue", source="assumed; the KIO runs schools and clinics (article S10)",
        meaning="Value of a year of full popular consent, apart from taxes.",
    )  # fmt: skip
    ore_tax_rule: Literal["fixed", "ad_valorem", "revenue_maximising"] = choice(
        "fixed", meaning="How it sets its tax on ore.", source="SOURCES T3", status="observed"
    )
    ore_tax_yuan_per_t: float = parameter(
        20_000.0, low=0.0, high=200_000.0, unit="yuan/t",
        meaning="Tax per tonne of ore under the rule 'fixed'.",
        source="KIA 35,000 (SMM and Reuters, 26-27 March 2025, in forces.csv); others not found, assumed",
        status="weakly identified",
    )  # fmt: skip
    ore_tax_share: float = parameter(
        0.2, low=0.0, high=0.9, unit="0-1", meaning="Share of the ore's price taken under the rule 'ad_valorem'.",
        source="SOURCES T3: the demand of December 2024", status="observed",
    )  # fmt: skip
    licence_when_closed: float = parameter(
        0.5, low=0.0, high=1.0, unit="0-1", off=1.0,
        meaning="Share of mining that it allows while the ore lane is closed, to put pressure on the buyer.",
        source="SOURCES P46",
    )  # fmt: skip
    backing_worth: float = parameter(
        1.0, low=0.0, high=6.0, unit="months of revenue",
        meaning="Value of a great power's recognition, training or intelligence at full level.",
        source="assumed: never observed",
    )  # fmt: skip
    # manpower
    volunteer_rate: float = parameter(
        0.02, low=0.0, high=0.1, unit="1/month",
        meaning="Monthly volunteers relative to its force at full consent; they are proportional to consent.",
        source=f"{_FACTS} 34, at half of the people's consent, about where the wars of 2021 began",
        status="weakly identified",
    )  # fmt: skip
    conscripts_per_month: float = parameter(
        0.0, low=0.0, high=12_000.0, unit="persons/month", meaning="Monthly conscripts with the territory held at the start.",
        source=f"{_FACTS} 27; forces.csv", status="weakly identified",
    )  # fmt: skip
    force_cap: float = parameter(
        1.5, low=1.0, high=5.0, unit="x", off=5.0,
        meaning="Maximum number of fighters relative to the start, limited by leaders, not money.",
        source=f"SOURCES F5; {_FACTS} 37",
    )  # fmt: skip
    mobilised_share: float = parameter(
        0.0, low=0.0, high=0.05, unit="0-1", source="assumed: 0 where strength at the start is the better guide",
        meaning="Share of its homeland's population that could fight for it, whatever its strength at the start.",
    )  # fmt: skip
    desertion_rate: float = parameter(
        0.004, low=0.0, high=0.05, unit="1/month", meaning="Monthly desertion from a paid, supplied force.",
        source=f"{_FACTS} 25: 8,000 of 150,000 in 27 months", status="weakly identified",
    )  # fmt: skip


class JuntaParameters(ArmedActorParameters):
    """The military government."""

    kind: Literal["Junta"] = "Junta"
    operations_per_month: int = parameter(
        2, low=0, high=30, unit="1/month", meaning="Maximum number of attacks begun or continued in a month.",
        source="weak: from October 2023 to December 2024 it retook one seat, Kawlin (record/town_events.csv)",
        status="weakly identified",
    )  # fmt: skip
    ambition_abroad: float = parameter(
        1.0, low=0.0, high=1.0, unit="x", off=1.0,
        meaning="Value of a place outside its homeland; it claims the whole country.",
        source="definition of a central government", status="definition",
    )  # fmt: skip
    civil_share: float = parameter(
        0.72, low=0.6, high=0.85, unit="0-1", meaning="Share of outside income that goes to the civil budget rather than the war.",
        source="SOURCES V148: 5.6 of nearly 20 trillion kyat for defence in 2023-24", status="observed",
    )  # fmt: skip
    upkeep_usd: float = parameter(
        350.0, low=200.0, high=600.0, unit="USD/fighter/month", status="weakly identified",
        meaning="Pay, food, equipment and bases of a soldier of a standing army.",
        source="a defence budget of 28% after arms imports and flights, per soldier (SOURCES V148, V149)",
    )  # fmt: skip


class EthnicArmedOrganizationParameters(ArmedActorParameters):
    """An ethnic armed organisation or militia."""

    kind: Literal["EthnicArmedOrganization"] = "EthnicArmedOrganization"


class PeoplesDefenceForceParameters(ArmedActorParameters):
    """A regional pool of People's Defence Forces under the National Unity Government."""

    kind: Literal["PeoplesDefenceForce"] = "PeoplesDefenceForce"
    arms_per_fighter: float = parameter(
        0.35, low=0.0, high=2.0, unit="fighter equivalents", meaning="Arms at the start per fighter.",
        source="assumed: SOURCES E3.12, low arms",
    )  # fmt: skip
    assaults_per_operation: int = parameter(
        4, low=1, high=60, unit="1/month", meaning="Assaults on single posts per operation and month.",
        source="assumed",
    )  # fmt: skip
    coordination: float = parameter(
        0.4, low=0.0, high=1.0, unit="0-1", meaning="Probability of joining an ally's operation in a neighbouring place.",
        source="assumed; SOURCES E3.12",
    )  # fmt: skip
    volunteer_rate: float = parameter(
        0.06, low=0.0, high=0.2, unit="1/month",
        meaning="Monthly volunteers relative to its force at full consent; they are proportional to consent.",
        source="assumed: from nothing to the pools of SOURCES P33 in about two years", status="weakly identified",
    )  # fmt: skip
    force_cap: float = parameter(
        1.1, low=1.0, high=5.0, unit="x", off=5.0,
        meaning="Maximum number of fighters relative to the start, limited by arms and leaders, not money.",
        source="assumed: the pools have not grown since 2023",
    )  # fmt: skip
    mobilised_share: float = parameter(
        0.002, low=0.0, high=0.01, unit="0-1",
        meaning="Share of its homeland's population that could fight for it, whatever its strength at the start.",
        source="SOURCES P33: 65,000 over the 31 million people of the five pools' regions",
        status="weakly identified",
    )  # fmt: skip
