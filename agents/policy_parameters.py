"""The parameters of unarmed actors: Washington, the Quad, Western governments."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from agents.instruments import Instrument
from model.parameters import ParameterTable, choice, parameter


class UnitedStatesParameters(ParameterTable):
    """Washington: instruments carried out under limited attention, and what full use of each would amount to."""

    instruments: dict[str, Instrument] = Field(default_factory=dict)
    """The policy: instruments by name."""
    attention_mean: float = parameter(0.5, low=0.0, high=1.0, unit="0-1")
    """Mean attention to Myanmar; deliveries are proportional to it. Source: assumed; SOURCES K8."""
    attention_persistence: float = parameter(0.85, low=0.0, high=0.99, unit="1/month")
    """Persistence of attention from month to month."""
    attention_noise: float = parameter(0.15, low=0.0, high=0.5, unit="0-1")
    """Standard deviation of attention around its mean."""
    envoy_attention: float = parameter(0.3, low=0.0, high=1.0, unit="0-1")
    """Share of the missing attention that a special envoy restores. Source: assumed; after the coordinator for Burma
    that Congress asked for in 2022."""
    envoy_persuasion: float = parameter(0.3, low=0.0, high=2.0, unit="months of revenue")
    """Value that an envoy adds to each US offer."""
    envoy_brokering: float = parameter(0.5, low=0.0, high=1.0, unit="x")
    """Effect of an envoy on peace, relative to brokering."""
    attention_decay: float = parameter(0.0, low=0.0, high=0.5, unit="1/month", status="definition")
    """Monthly loss of mean attention; above 0 only in the scenario attention_lost. Source: SOURCES K8."""
    agency_slack: float = parameter(0.3, low=0.0, high=0.6, unit="0-1")
    """Share of aid that does not serve its purpose. Source: SOURCES P64."""
    aid_usd: float = parameter(19.2e6, low=0.0, high=200e6, unit="USD/month", status="observed")
    """Aid at level 1 and full attention. Source: SOURCES D2: 230 million USD of stabilisation funds for north-east
    Syria in 2018."""
    aid_per_person_usd: float = parameter(6.4, low=0.5, high=50.0, unit="USD/person/month")
    """Maximum aid per person that services can absorb; promises beyond it do not arrive. Source: assumed: the funds
    of SOURCES D2 over some three million people."""
    arms_usd: float = parameter(25e6, low=0.0, high=250e6, unit="USD/month", status="observed")
    """Arms at level 1 and full attention. Source: SOURCES D3: 300 million USD asked for the Syrian Democratic Forces
    in 2019."""
    arms_fighter_usd: float = parameter(10_000.0, low=2_500.0, high=50_000.0, unit="USD")
    """Cost to Washington of arming one fighter. Source: assumed: SOURCES D3 over a force of 30,000; four times the
    price on the local market."""
    training_people: float = parameter(417.0, low=0.0, high=5_000.0, unit="people/month", status="observed")
    """People trained at level 1 and full attention. Source: SOURCES D4: 5,000 per year, the plan of 2014 for Syria."""
    training_gain: float = parameter(0.2, low=0.0, high=1.0, unit="x")
    """Gain in effectiveness of a fully trained force."""
    training_loss: float = parameter(0.02, low=0.0, high=0.2, unit="1/month")
    """Share of trained fighters who leave, die or forget. Source: assumed: a fifth per year."""
    logistics_t: float = parameter(1_740.0, low=0.0, high=20_000.0, unit="t/month", status="observed")
    """Supplies flown at level 1 and full attention. Source: SOURCES D6: 46 million pounds landed or dropped in Laos
    in 1970."""
    garrison_t: float = parameter(140.0, low=20.0, high=600.0, unit="t/month")
    """Supplies that a cut-off garrison needs from the air. Source: assumed: two flights per day of about 2.3 t each,
    as `airlift_usd`."""
    logistics_mobility: float = parameter(0.1, low=0.0, high=0.4, unit="1/month")
    """Share of otherwise immobile fighters that US logistics at level 1 can move."""
    air_denial_sorties: float = parameter(480.0, low=0.0, high=5_000.0, unit="sorties/month", status="observed")
    """Patrols flown at level 1 and full attention. Source: SOURCES D7: 36,000 sorties of Operation Northern Watch in
    six years."""
    air_denial_share: float = parameter(0.8, low=0.0, high=0.99, unit="0-1")
    """Share of aircraft that patrols at level 1 keep away. Source: assumed: Northern Watch kept aeroplanes away, not
    always helicopters (SOURCES D7)."""
    intelligence_gain: float = parameter(0.5, low=0.0, high=1.0, unit="0-1")
    """Cut in the target's belief noise at level 1."""
    price_floor: float = parameter(1.75, low=1.0, high=10.0, unit="x market", status="weakly identified")
    """Price floor of an offtake contract relative to the Chinese market price. Source: SOURCES P62: the floor of the
    MP Materials contract, 110 over 63 USD/kg."""
    sanctions_usd: float = parameter(37.5e6, low=0.0, high=300e6, unit="USD/month", status="weakly identified")
    """Outside income lost to sanctions at level 1. Source: SOURCES D9: 45%, as of Iran's oil revenue in 2012, of a
    billion USD per year for gas."""
    relief_usd: float = parameter(16.7e6, low=0.0, high=300e6, unit="USD/month", status="weakly identified")
    """Outside income gained by relief at level 1. Source: SOURCES D10: a billion USD of reserves frozen in 2021,
    released over five years."""
    route_usd: float = parameter(20e6, low=0.0, high=500e6, unit="USD/month", status="observed")
    """Cost to Washington of building the road to India at level 1 and full attention. Source: SOURCES D12: 480
    million USD, the cost of India's Kaladan project, over 24 months."""
    tariff_usd: float = parameter(15e6, low=0.0, high=100e6, unit="USD/month")
    """Income that the junta loses to a full tariff. Source: assumed; 40% on about 50 million USD of exports per
    month."""
    threat_credibility: float = parameter(0.3, low=0.0, high=0.8, unit="0-1")
    """Initial credibility of a threat. Source: SOURCES, parameter 60 (of Beijing's threats)."""
    threat_memory: float = parameter(0.05, low=0.0, high=0.3, unit="1/month")
    """Speed at which credibility follows whether threats are carried out."""
    threat_chill: float = parameter(0.2, low=0.0, high=1.0, unit="0-1")
    """Share of a tariff's cost that a credible threat imposes at once. Source: assumed: importers look elsewhere
    before the duty is due."""
    brokering_gain: float = parameter(1.0, low=0.0, high=10.0, unit="months of revenue")
    """Value that brokering at level 1 adds to peace for each side."""
    demand_t: float = parameter(25.0, low=5.0, high=200.0, unit="t/month")
    """US demand for Dy and Tb oxide. Source: assumed: SOURCES K16; a part of 1,650 t per year outside China by 2030."""
    partner_choice: Literal["scenario", "strategic_empowerment"] = choice("scenario", status="definition")
    """Whether instruments go to their named targets, or those for PARTNER to the actor that Washington chooses.
    Source: article: strategic empowerment; scenario strategic_empowerment."""
    partner_months: int = parameter(24, low=3, high=120, unit="months")
    """Months between two assessments of partners."""


class QuadParameters(ParameterTable):
    """India as route and processor, Japan's money, Australia's separation."""

    route_capacity_t: float = parameter(100.0, low=20.0, high=3_000.0, unit="t/month")
    """Capacity of the road to India when built at full effort. Source: SOURCES P65."""
    build_months: float = parameter(24.0, low=1.0, high=60.0, unit="months")
    """Time constant of building the road: months until 63% is built at full effort. Source: SOURCES P65; under 12 is
    a what-if."""
    japan_finance: float = parameter(0.3, low=0.0, high=1.0, unit="x")
    """Acceleration of building by Japanese funding at full Quad effort."""
    india_processing_t: float = parameter(20.0, low=0.0, high=500.0, unit="t REO/month", status="weakly identified")
    """India's capacity for separating heavy rare earths at the start. Source: assumed: pilot plants in Kerala;
    SOURCES T7."""
    india_processing_max_t: float = parameter(150.0, low=10.0, high=3_000.0, unit="t REO/month")
    """Capacity when ramped up. Source: assumed: 100 to 1,000 t of ore per year and more."""
    india_ramp_months: float = parameter(36.0, low=12.0, high=96.0, unit="months")
    """Time constant of the ramp."""
    india_processing_margin: float = parameter(0.2, low=0.0, high=0.6, unit="0-1")
    """India's revenue from ore relative to its value."""
    india_commitment: float = parameter(0.6, low=0.0, high=1.0, unit="0-1")
    """India's commitment to the Quad's plan against China and the junta. Source: assumed; BRICS and SCO pull the
    other way."""
    australia_separation_t: float = parameter(40.0, low=0.0, high=400.0, unit="t REO/month", status="weakly identified")
    """Ore that Lynas' heavy circuits could take from India's stock. Source: SOURCES T7: 5,000 t per year of feed
    planned, a tenth of it available; assumed."""
    freight_usd_per_t: float = parameter(1_500.0, low=300.0, high=6_000.0, unit="USD/t")
    """Freight from the mines to the Indian border. Source: SOURCES F4, assumed there."""
    hedging_speed: float = parameter(0.1, low=0.0, high=1.0, unit="1/month")
    """Speed at which India's commitment follows the arguments for and against it."""
    hedging_us: float = parameter(0.4, low=0.0, high=1.0, unit="0-1")
    """Gain of India's commitment at full US effort. Source: assumed; India sounded out the KIA in 2025 without any
    US programme."""
    brics_pull: float = parameter(0.3, low=0.0, high=1.0, unit="0-1", status="definition")
    """Strength with which BRICS and SCO ties draw India away from the Quad. Source: assumed; scenario india_brics."""
    hedging_brics: float = parameter(0.5, low=0.0, high=1.0, unit="0-1")
    """Loss of India's commitment at full pull of BRICS and SCO."""
    hedging_revenue: float = parameter(0.2, low=0.0, high=1.0, unit="0-1")
    """Gain of India's commitment when its plants for this ore work at full capacity. Source: assumed; article S14."""
    japan_usd: float = parameter(8e6, low=0.0, high=50e6, unit="USD/month")
    """Japanese funding of the road at full effort. Source: assumed: a mountain road of 400 km over some years."""
    embargo_reagent: float = parameter(0.0, low=0.0, high=1.0, unit="0-1")
    """Share of the reagent for ore bound for India that China withholds. Source: structural; scenario
    china_squeezes_reagent."""


class WesternParameters(ParameterTable):
    """Western governments that may follow the US in recognising an actor (equation 3.11)."""

    governments: int = parameter(20, low=1, high=60, unit="governments", status="definition")
    """Number of Western governments. Source: article: other Western nations."""
    threshold_mean: float = parameter(0.45, low=0.25, high=0.7, unit="0-1")
    """Mean threshold of adoption. Source: SOURCES P66; no data exist."""
    threshold_sd: float = parameter(0.15, low=0.0, high=0.3, unit="0-1")
    """Spread of thresholds. Source: SOURCES P66."""
    us_weight: float = parameter(0.25, low=0.1, high=0.45, unit="0-1")
    """Weight of the US example relative to that of the others. Source: SOURCES P66."""
    hazard: float = parameter(0.05, low=0.01, high=0.15, unit="1/month")
    """Monthly probability of adoption once the threshold is passed. Source: SOURCES P66."""
    us_share: float = parameter(0.5, low=0.0, high=1.0, unit="0-1")
    """Part of full recognition that Washington alone can give. Source: assumed; the rest comes from the governments
    that follow."""
