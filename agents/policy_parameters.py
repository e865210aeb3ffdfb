"""The parameters of unarmed actors: Washington, the Quad, Western governments."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from agents.instruments import Instrument
from model.parameters import ParameterTable, choice, parameter


class UnitedStatesParameters(ParameterTable):
    """Washington: instruments carried out under limited attention, and what full use of each would amount to."""

    instruments: dict[str, Instrument] = Field(default_factory=dict, description="the policy: instruments by name")
    attention_mean: float = parameter(
        0.5, low=0.0, high=1.0, unit="0-1", meaning="Mean attention to Myanmar; deliveries are proportional to it.",
        source="assumed; SOURCES K8",
    )  # fmt: skip
    attention_persistence: float = parameter(
        0.85, low=0.0, high=0.99, unit="1/month", meaning="Persistence of attention from month to month.",
        source="assumed",
    )  # fmt: skip
    attention_noise: float = parameter(
        0.15, low=0.0, high=0.5, unit="0-1", meaning="Standard deviation of attention around its mean.",
        source="assumed",
    )  # fmt: skip
    envoy_attention: float = parameter(
        0.3, low=0.0, high=1.0, unit="0-1", meaning="Share of the missing attention that a special envoy restores.",
        source="assumed; after the coordinator for Burma that Congress asked for in 2022",
    )  # fmt: skip
    envoy_persuasion: float = parameter(
        0.3, low=0.0, high=2.0, unit="months of revenue", meaning="Value that an envoy adds to each US offer.",
        source="assumed",
    )  # fmt: skip
    envoy_brokering: float = parameter(
        0.5, low=0.0, high=1.0, unit="x", meaning="Effect of an envoy on peace, relative to brokering.",
        source="assumed",
    )  # fmt: skip
    attention_decay: float = parameter(
        0.0, low=0.0, high=0.5, unit="1/month",
        meaning="Monthly loss of mean attention; above 0 only in the scenario attention_lost.", source="SOURCES K8",
        status="definition",
    )  # fmt: skip
    agency_slack: float = parameter(
        0.3, low=0.0, high=0.6, unit="0-1", meaning="Share of aid that does not serve its purpose.",
        source="SOURCES P64",
    )  # fmt: skip
    aid_usd: float = parameter(
        19.2e6, low=0.0, high=200e6, unit="USD/month", meaning="Aid at level 1 and full attention.", status="observed",
        source="SOURCES D2: 230 million USD of stabilisation funds for north-east Syria in 2018",
    )  # fmt: skip
    aid_per_person_usd: float = parameter(
        6.4, low=0.5, high=50.0, unit="USD/person/month",
        meaning="Maximum aid per person that services can absorb; promises beyond it do not arrive.",
        source="assumed: the funds of SOURCES D2 over some three million people",
    )  # fmt: skip
    arms_usd: float = parameter(
        25e6, low=0.0, high=250e6, unit="USD/month", meaning="Arms at level 1 and full attention.", status="observed",
        source="SOURCES D3: 300 million USD asked for the Syrian Democratic Forces in 2019",
    )  # fmt: skip
    arms_fighter_usd: float = parameter(
        10_000.0, low=2_500.0, high=50_000.0, unit="USD", meaning="Cost to Washington of arming one fighter.",
        source="assumed: SOURCES D3 over a force of 30,000; four times the price on the local market",
    )  # fmt: skip
    training_people: float = parameter(
        417.0, low=0.0, high=5_000.0, unit="people/month", meaning="People trained at level 1 and full attention.",
        source="SOURCES D4: 5,000 per year, the plan of 2014 for Syria", status="observed",
    )  # fmt: skip
    training_gain: float = parameter(
        0.2, low=0.0, high=1.0, unit="x", meaning="Gain in effectiveness of a fully trained force.",
        source="assumed",
    )  # fmt: skip
    training_loss: float = parameter(
        0.02, low=0.0, high=0.2, unit="1/month", meaning="Share of trained fighters who leave, die or forget.",
        source="assumed: a fifth per year",
    )  # fmt: skip
    logistics_t: float = parameter(
        1_740.0, low=0.0, high=20_000.0, unit="t/month", meaning="Supplies flown at level 1 and full attention.",
        source="SOURCES D6: 46 million pounds landed or dropped in Laos in 1970", status="observed",
    )  # fmt: skip
    garrison_t: float = parameter(
        140.0, low=20.0, high=600.0, unit="t/month", meaning="Supplies that a cut-off garrison needs from the air.",
        source="assumed: two flights per day of about 2.3 t each, as `airlift_usd`",
    )  # fmt: skip
    logistics_mobility: float = parameter(
        0.1, low=0.0, high=0.4, unit="1/month", source="assumed",
        meaning="Share of otherwise immobile fighters that US logistics at level 1 can move.",
    )  # fmt: skip
    air_denial_sorties: float = parameter(
        480.0, low=0.0, high=5_000.0, unit="sorties/month", meaning="Patrols flown at level 1 and full attention.",
        source="SOURCES D7: 36,000 sorties of Operation Northern Watch in six years", status="observed",
    )  # fmt: skip
    air_denial_share: float = parameter(
        0.8, low=0.0, high=0.99, unit="0-1", meaning="Share of aircraft that patrols at level 1 keep away.",
        source="assumed: Northern Watch kept aeroplanes away, not always helicopters (SOURCES D7)",
    )  # fmt: skip
    intelligence_gain: float = parameter(
        0.5, low=0.0, high=1.0, unit="0-1", meaning="Cut in the target's belief noise at level 1.", source="assumed"
    )
    price_floor: float = parameter(
        1.75, low=1.0, high=10.0, unit="x market",
        meaning="Price floor of an offtake contract relative to the Chinese market price.",
        source="SOURCES P62: the floor of the MP Materials contract, 110 over 63 USD/kg", status="weakly identified",
    )  # fmt: skip
    sanctions_usd: float = parameter(
        37.5e6, low=0.0, high=300e6, unit="USD/month", meaning="Outside income lost to sanctions at level 1.",
        source="SOURCES D9: 45%, as of Iran's oil revenue in 2012, of a billion USD per year for gas",
        status="weakly identified",
    )  # fmt: skip
    relief_usd: float = parameter(
        16.7e6, low=0.0, high=300e6, unit="USD/month", meaning="Outside income gained by relief at level 1.",
        source="SOURCES D10: a billion USD of reserves frozen in 2021, released over five years",
        status="weakly identified",
    )  # fmt: skip
    route_usd: float = parameter(
        20e6, low=0.0, high=500e6, unit="USD/month",
        meaning="Cost to Washington of building the road to India at level 1 and full attention.",
        source="SOURCES D12: 480 million USD, the cost of India's Kaladan project, over 24 months", status="observed",
    )  # fmt: skip
    tariff_usd: float = parameter(
        15e6, low=0.0, high=100e6, unit="USD/month", meaning="Income that the junta loses to a full tariff.",
        source="assumed; 40% on about 50 million USD of exports per month",
    )  # fmt: skip
    threat_credibility: float = parameter(
        0.3, low=0.0, high=0.8, unit="0-1", meaning="Initial credibility of a threat.",
        source="SOURCES, parameter 60 (of Beijing's threats)",
    )  # fmt: skip
    threat_memory: float = parameter(
        0.05, low=0.0, high=0.3, unit="1/month", source="assumed",
        meaning="Speed at which credibility follows whether threats are carried out.",
    )  # fmt: skip
    threat_chill: float = parameter(
        0.2, low=0.0, high=1.0, unit="0-1", source="assumed: importers look elsewhere before the duty is due",
        meaning="Share of a tariff's cost that a credible threat imposes at once.",
    )  # fmt: skip
    brokering_gain: float = parameter(
        1.0, low=0.0, high=10.0, unit="months of revenue",
        meaning="Value that brokering at level 1 adds to peace for each side.", source="assumed",
    )  # fmt: skip
    demand_t: float = parameter(
        25.0, low=5.0, high=200.0, unit="t/month", meaning="US demand for Dy and Tb oxide.",
        source="assumed: SOURCES K16; a part of 1,650 t per year outside China by 2030",
    )  # fmt: skip
    partner_choice: Literal["scenario", "strategic_empowerment"] = choice(
        "scenario",
        meaning="Whether instruments go to their named targets, or those for PARTNER to the actor that Washington chooses.",
        source="article: strategic empowerment; scenario strategic_empowerment", status="definition",
    )  # fmt: skip
    partner_months: int = parameter(
        24, low=3, high=120, unit="months", meaning="Months between two assessments of partners.", source="assumed"
    )


class QuadParameters(ParameterTable):
    """India as route and processor, Japan's money, Australia's separation."""

    route_capacity_t: float = parameter(
        100.0, low=20.0, high=3_000.0, unit="t/month",
        meaning="Capacity of the road to India when built at full effort.", source="SOURCES P65",
    )  # fmt: skip
    build_months: float = parameter(
        24.0, low=1.0, high=60.0, unit="months", source="SOURCES P65; under 12 is a what-if",
        meaning="Time constant of building the road: months until 63% is built at full effort.",
    )  # fmt: skip
    japan_finance: float = parameter(
        0.3, low=0.0, high=1.0, unit="x", meaning="Acceleration of building by Japanese funding at full Quad effort.",
        source="assumed",
    )  # fmt: skip
    india_processing_t: float = parameter(
        20.0, low=0.0, high=500.0, unit="t REO/month",
        meaning="India's capacity for separating heavy rare earths at the start.",
        source="assumed: pilot plants in Kerala; SOURCES T7", status="weakly identified",
    )  # fmt: skip
    india_processing_max_t: float = parameter(
        150.0, low=10.0, high=3_000.0, unit="t REO/month", meaning="Capacity when ramped up.",
        source="assumed: 100 to 1,000 t of ore per year and more",
    )  # fmt: skip
    india_ramp_months: float = parameter(
        36.0, low=12.0, high=96.0, unit="months", meaning="Time constant of the ramp.", source="assumed"
    )
    india_processing_margin: float = parameter(
        0.2, low=0.0, high=0.6, unit="0-1", meaning="India's revenue from ore relative to its value.", source="assumed"
    )
    india_commitment: float = parameter(
        0.6, low=0.0, high=1.0, unit="0-1",
        meaning="India's commitment to the Quad's plan against China and the junta.",
        source="assumed; BRICS and SCO pull the other way",
    )  # fmt: skip
    australia_separation_t: float = parameter(
        40.0, low=0.0, high=400.0, unit="t REO/month",
        meaning="Ore that Lynas' heavy circuits could take from India's stock.",
        source="SOURCES T7: 5,000 t per year of feed planned, a tenth of it available; assumed", status="weakly identified",
    )  # fmt: skip
    freight_usd_per_t: float = parameter(
        1_500.0, low=300.0, high=6_000.0, unit="USD/t", meaning="Freight from the mines to the Indian border.",
        source="SOURCES F4, assumed there",
    )  # fmt: skip
    hedging_speed: float = parameter(
        0.1, low=0.0, high=1.0, unit="1/month",
        meaning="Speed at which India's commitment follows the arguments for and against it.", source="assumed",
    )  # fmt: skip
    hedging_us: float = parameter(
        0.4, low=0.0, high=1.0, unit="0-1", meaning="Gain of India's commitment at full US effort.",
        source="assumed; India sounded out the KIA in 2025 without any US programme",
    )  # fmt: skip
    brics_pull: float = parameter(
        0.3, low=0.0, high=1.0, unit="0-1", meaning="Strength with which BRICS and SCO ties draw India away from the Quad.",
        source="assumed; scenario india_brics", status="definition",
    )  # fmt: skip
    hedging_brics: float = parameter(
        0.5, low=0.0, high=1.0, unit="0-1", meaning="Loss of India's commitment at full pull of BRICS and SCO.",
        source="assumed",
    )  # fmt: skip
    hedging_revenue: float = parameter(
        0.2, low=0.0, high=1.0, unit="0-1", source="assumed; article S14",
        meaning="Gain of India's commitment when its plants for this ore work at full capacity.",
    )  # fmt: skip
    japan_usd: float = parameter(
        8e6, low=0.0, high=50e6, unit="USD/month", meaning="Japanese funding of the road at full effort.",
        source="assumed: a mountain road of 400 km over some years",
    )  # fmt: skip
    embargo_reagent: float = parameter(
        0.0, low=0.0, high=1.0, unit="0-1",
        meaning="Share of the reagent for ore bound for India that China withholds.",
        source="structural; scenario china_squeezes_reagent",
    )  # fmt: skip


class WesternParameters(ParameterTable):
    """Western governments that may follow the US in recognising an actor (equation 3.11)."""

    governments: int = parameter(
        20, low=1, high=60, unit="governments", meaning="Number of Western governments.",
        source="article: other Western nations", status="definition",
    )  # fmt: skip
    threshold_mean: float = parameter(
        0.45, low=0.25, high=0.7, unit="0-1", meaning="Mean threshold of adoption.", source="SOURCES P66; no data exist"
    )
    threshold_sd: float = parameter(
        0.15, low=0.0, high=0.3, unit="0-1", meaning="Spread of thresholds.", source="SOURCES P66"
    )
    us_weight: float = parameter(
        0.25, low=0.1, high=0.45, unit="0-1", meaning="Weight of the US example relative to that of the others.",
        source="SOURCES P66",
    )  # fmt: skip
    hazard: float = parameter(
        0.05, low=0.01, high=0.15, unit="1/month", meaning="Monthly probability of adoption once the threshold is passed.",
        source="SOURCES P66",
    )  # fmt: skip
    us_share: float = parameter(
        0.5, low=0.0, high=1.0, unit="0-1", meaning="Part of full recognition that Washington alone can give.",
        source="assumed; the rest comes from the governments that follow",
    )  # fmt: skip
