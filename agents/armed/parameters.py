"""The parameters of armed actors: one table for all sides, with defaults by kind.

Utilities are in months of the actor's own revenue. What the record says of a single actor (troops, dependence on China,
money) stands in the world's ``forces.csv`` and overrides these defaults; a scenario overrides both.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from model.parameters import ParameterTable, choice, parameter


class ArmedActorParameters(ParameterTable):
    """What an armed actor has, can do and wants."""

    # where it stands; empty lists leave what the world's record says
    home: str = ""
    """Township or site of its headquarters."""
    homeland: list[str] = Field(default_factory=list)
    """Townships and states it sees as its own, besides the record's."""
    core: list[str] = Field(default_factory=list)
    """Townships and states that it would never trade away, besides the record's."""
    allies: list[str] = Field(default_factory=list)
    """Armed actors it is allied with at the start."""
    enemies: list[str] = Field(default_factory=list)
    """Armed actors it is at war with at the start."""
    # forces
    troops: int = parameter(5_000, low=0, high=400_000, unit="fighters", off="none", status="weakly identified")
    """Fighters at the start, distributed as in the world's record. Source: forces.csv, a row an actor, with low and
    high; SOURCES, parameters 24-33."""
    arms_per_fighter: float = parameter(0.8, low=0.0, high=2.0, unit="fighter equivalents")
    """Arms at the start per fighter. Source: assumed: most groups report more volunteers than rifles."""
    effectiveness: float = parameter(1.0, low=0.3, high=3.0, unit="x")
    """Fighting strength of an armed, supplied fighter. Source: assumed equal for all sides."""
    operations_per_month: int = parameter(3, low=0, high=12, unit="1/month", status="weakly identified")
    """Maximum number of attacks begun or continued in a month. Source: SOURCES, parameter 21."""
    assaults_per_operation: int = parameter(12, low=1, high=60, unit="1/month", status="weakly identified")
    """Assaults on single posts per operation and month. Source: SOURCES K10: 80-110 posts in ten weeks of a general
    offensive, in some three operations."""
    commit_share: float = parameter(0.5, low=0.1, high=1.0, unit="0-1")
    """Share of the fighters within reach that an attack commits."""
    mobile_share: float = parameter(0.15, low=0.0, high=0.6, unit="1/month")
    """Share of fighters that can be moved to where they are needed."""
    air_support: float = parameter(0.0, low=0.0, high=40.0, unit="places/month", status="weakly identified")
    """Battles that its aircraft can support in a month. Source: assumed; only the junta has aircraft."""
    airlift_places: float = parameter(0.0, low=0.0, high=60.0, unit="places")
    """Number of cut-off garrisons that can be supplied from the air. Source: assumed; form after reports on Bhamo,
    SOURCES V10."""
    # decisions
    belief_noise: float = parameter(0.4, low=0.0, high=1.0, unit="log")
    """Standard error of its beliefs about an enemy's strength. Source: SOURCES, parameter 22."""
    belief_months: int = parameter(12, low=1, high=60, unit="months")
    """Months between two appraisals of a place, over which knowledge gained by fighting there fades."""
    choice_precision: float = parameter(2.0, low=0.1, high=10.0, unit="1/month of revenue")
    """Precision of the quantal response. Source: SOURCES, parameter 23 (McKelvey & Palfrey 1995)."""
    horizon_months: float = parameter(12.0, low=1.0, high=60.0, unit="months")
    """Months of rent with which a conquest is valued."""
    weight_rent: float = parameter(1.0, low=0.0, high=5.0, unit="-")
    """Value of a month of rent from mines, crossings and trade."""
    weight_home: float = parameter(0.8, low=0.0, high=5.0, unit="months of revenue")
    """Value of a town in its homeland."""
    weight_population: float = parameter(0.5, low=0.0, high=5.0, unit="months of revenue")
    """Value of a town of 100,000 people."""
    weight_headquarters: float = parameter(1.0, low=0.0, high=10.0, unit="months of revenue")
    """Value of an enemy's headquarters."""
    weight_safety: float = parameter(0.4, low=0.0, high=1.5, unit="x", status="weakly identified")
    """Value of taking an enemy garrison next to an own place, as a share of that place's value if fully endangered.
    Source: assumed: the KIA cleared Pangwa, Phimaw and Kanpaiti within seven weeks of taking the mines (SOURCES
    V106, V107)."""
    foresight: float = parameter(0.5, low=0.0, high=1.0, unit="x")
    """Share of the value of the places that a conquest brings within reach that counts towards it. Source: assumed:
    the KIA took the gates and towns around the mines before the mines (SOURCES T4)."""
    operation_cost: float = parameter(0.4, low=0.0, high=3.0, unit="months of revenue")
    """Cost of opening an attack, whatever the result."""
    siege_cost: float = parameter(0.1, low=0.0, high=3.0, unit="months of revenue")
    """Cost of continuing an attack for a month. Source: assumed below the cost of opening it, as supplies, guns and
    roads are in place."""
    weight_pressure: float = parameter(1.0, low=0.0, high=10.0, unit="months of revenue")
    """Weight of the Chinese sanctions that it expects."""
    ambition_abroad: float = parameter(0.15, low=0.0, high=1.0, unit="x", off=1.0)
    """Value of a place outside its homeland relative to one inside. Source: assumed; ethnic organisations rarely
    operate far from home."""
    # politics
    dependence_on_china: float = parameter(0.0, low=0.0, high=1.0, unit="0-1", status="weakly identified")
    """Dependence on Chinese trade, arms and tolerance. Source: forces.csv; SOURCES, parameter 59, inferred from who
    gave in (V17, V75, V121)."""
    arms_for_allies: float = parameter(0.0, low=0.0, high=500.0, unit="fighter equivalents/month")
    """Arms that it gives or sells to allies at war, in total, unless Beijing makes it stop. Source: forces.csv: the
    UWSA's; assumed."""
    federal_preference: float = parameter(0.0, low=-3.0, high=3.0, unit="months of revenue")
    """Value of federal terms compared with continuing the war at its present cost."""
    autonomy_cost: float = parameter(0.3, low=0.0, high=3.0, unit="months of revenue")
    """Cost of accepting a patron's terms at full engagement. Source: assumed; principal-agent argument, SOURCES
    V27-V28."""
    review_months: float = parameter(12.0, low=1.0, high=60.0, unit="months")
    """Months for which its answers to patrons and its deals with Beijing stand."""
    answer_months: float = parameter(3.0, low=1.0, high=24.0, unit="months", status="weakly identified")
    """Mean time from a first offer to the first answer. Source: SOURCES T4: the KIO went to Kunming seven weeks
    after Pangwa fell, and accepted terms four months later."""
    # money
    treasury_usd: float = parameter(5e6, low=0.0, high=1e11, unit="USD")
    """Treasury at the start."""
    outside_revenue_usd: float = parameter(0.0, low=0.0, high=2e9, unit="USD/month")
    """Income from outside the map: gas, central bank, foreign donors. Source: assumed; forces.csv."""
    population_tax_usd: float = parameter(0.25, low=0.0, high=5.0, unit="USD/person/month")
    """Taxes and levies per person under its control."""
    upkeep_usd: float = parameter(110.0, low=20.0, high=400.0, unit="USD/fighter/month")
    """Food, pay and equipment of a fighter. Source: SOURCES, parameter 35."""
    arms_budget_share: float = parameter(0.3, low=0.0, high=1.0, unit="0-1")
    """Share of income after expenses that buys arms."""
    weight_consent: float = parameter(3.0, low=0.0, high=12.0, unit="months of revenue")
    """Value of a year of full popular consent, apart from taxes. Source: assumed; the KIO runs schools and clinics
    (article S10)."""
    ore_tax_rule: Literal["fixed", "ad_valorem", "revenue_maximising"] = choice("fixed", status="observed")
    """How it sets its tax on ore. Source: SOURCES T3."""
    ore_tax_yuan_per_t: float = parameter(20_000.0, low=0.0, high=200_000.0, unit="yuan/t", status="weakly identified")
    """Tax per tonne of ore under the rule 'fixed'. Source: KIA 35,000 (SMM and Reuters, 26-27 March 2025, in
    forces.csv); others not found, assumed."""
    ore_tax_share: float = parameter(0.2, low=0.0, high=0.9, unit="0-1", status="observed")
    """Share of the ore's price taken under the rule 'ad_valorem'. Source: SOURCES T3: the demand of December 2024."""
    licence_when_closed: float = parameter(0.5, low=0.0, high=1.0, unit="0-1", off=1.0)
    """Share of mining that it allows while the ore lane is closed, to put pressure on the buyer. Source: SOURCES
    P46."""
    backing_worth: float = parameter(1.0, low=0.0, high=6.0, unit="months of revenue")
    """Value of a great power's recognition, training or intelligence at full level. Source: assumed: never observed."""
    # manpower
    volunteer_rate: float = parameter(0.02, low=0.0, high=0.1, unit="1/month", status="weakly identified")
    """Monthly volunteers relative to its force at full consent; they are proportional to consent. Source: SOURCES,
    parameter 34, at half of the people's consent, about where the wars of 2021 began."""
    conscripts_per_month: float = parameter(
        0.0, low=0.0, high=12_000.0, unit="persons/month", status="weakly identified"
    )
    """Monthly conscripts with the territory held at the start. Source: SOURCES, parameter 27; forces.csv."""
    force_cap: float = parameter(1.5, low=1.0, high=5.0, unit="x", off=5.0)
    """Maximum number of fighters relative to the start, limited by leaders, not money. Source: SOURCES F5; SOURCES,
    parameter 37."""
    mobilised_share: float = parameter(0.0, low=0.0, high=0.05, unit="0-1")
    """Share of its homeland's population that could fight for it, whatever its strength at the start. Source:
    assumed: 0 where strength at the start is the better guide."""
    desertion_rate: float = parameter(0.004, low=0.0, high=0.05, unit="1/month", status="weakly identified")
    """Monthly desertion from a paid, supplied force. Source: SOURCES, parameter 25: 8,000 of 150,000 in 27 months."""


class JuntaParameters(ArmedActorParameters):
    """The military government."""

    kind: Literal["Junta"] = "Junta"
    operations_per_month: int = parameter(2, low=0, high=30, unit="1/month", status="weakly identified")
    """Maximum number of attacks begun or continued in a month. Source: weak: from October 2023 to December 2024 it
    retook one seat, Kawlin (record/town_events.csv)."""
    ambition_abroad: float = parameter(1.0, low=0.0, high=1.0, unit="x", off=1.0, status="definition")
    """Value of a place outside its homeland; it claims the whole country. Source: definition of a central
    government."""
    civil_share: float = parameter(0.72, low=0.6, high=0.85, unit="0-1", status="observed")
    """Share of outside income that goes to the civil budget rather than the war. Source: SOURCES V148: 5.6 of nearly
    20 trillion kyat for defence in 2023-24."""
    upkeep_usd: float = parameter(350.0, low=200.0, high=600.0, unit="USD/fighter/month", status="weakly identified")
    """Pay, food, equipment and bases of a soldier of a standing army. Source: a defence budget of 28% after arms
    imports and flights, per soldier (SOURCES V148, V149)."""


class EthnicArmedOrganizationParameters(ArmedActorParameters):
    """An ethnic armed organisation or militia."""

    kind: Literal["EthnicArmedOrganization"] = "EthnicArmedOrganization"


class PeoplesDefenceForceParameters(ArmedActorParameters):
    """A regional pool of People's Defence Forces under the National Unity Government."""

    kind: Literal["PeoplesDefenceForce"] = "PeoplesDefenceForce"
    arms_per_fighter: float = parameter(0.35, low=0.0, high=2.0, unit="fighter equivalents")
    """Arms at the start per fighter. Source: assumed: SOURCES E3.12, low arms."""
    assaults_per_operation: int = parameter(4, low=1, high=60, unit="1/month")
    """Assaults on single posts per operation and month."""
    coordination: float = parameter(0.4, low=0.0, high=1.0, unit="0-1")
    """Probability of joining an ally's operation in a neighbouring place. Source: assumed; SOURCES E3.12."""
    volunteer_rate: float = parameter(0.06, low=0.0, high=0.2, unit="1/month", status="weakly identified")
    """Monthly volunteers relative to its force at full consent; they are proportional to consent. Source: assumed:
    from nothing to the pools of SOURCES P33 in about two years."""
    force_cap: float = parameter(1.1, low=1.0, high=5.0, unit="x", off=5.0)
    """Maximum number of fighters relative to the start, limited by arms and leaders, not money. Source: assumed: the
    pools have not grown since 2023."""
    mobilised_share: float = parameter(0.002, low=0.0, high=0.01, unit="0-1", status="weakly identified")
    """Share of its homeland's population that could fight for it, whatever its strength at the start. Source:
    SOURCES P33: 65,000 over the 31 million people of the five pools' regions."""
