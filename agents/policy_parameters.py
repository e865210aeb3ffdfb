"""The parameters of unarmed actors: Washington, the Quad, Western governments."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from agents.instruments import Instrument
from model.parameters import ParameterTable, choice, parameter


class UnitedStatesParameters(ParameterTable):
    """Washington: instruments carried out under limited attention, and what full use of each would amount to."""

    instruments: dict[str, Instrument] = Field(default_factory=dict, description="the policy: instruments by name")
    attention_mean: float = parameter(0.5, low=0.0, high=1.0, unit="0-1", source="assumed; SOURCES K8")
    """Mean attention to Myanmar; deliveries are proportional to it."""
    attention_persistence: float = parameter(0.85, low=0.0, high=0.99, unit="1/month", source="assumed")
    """Persistence of attention from month to month."""
    attention_noise: float = parameter(0.15, low=0.0, high=0.5, unit="0-1", source="assumed")
    """Standard deviation of attention around its mean."""
    envoy_attention: float = parameter(
        0.3, low=0.0, high=1.0, unit="0-1",
        source="assumed; after the coordinator for Burma that Congress asked for in 2022",
    )  # fmt: skip
    """Share of the missing attention that a special envoy restores."""
    envoy_persuasion: float = parameter(0.3, low=0.0, high=2.0, unit="months of revenue", source="assumed")
    """Value that an envoy adds to each US offer."""
    envoy_brokering: float = parameter(0.5, low=0.0, high=1.0, unit="x", source="assumed")
    """Effect of an envoy on peace, relative to brokering."""
    attention_decay: float = parameter(0.0, low=0.0, high=0.5, unit="1/month", status="definition", source="SOURCES K8")
    """Monthly loss of mean attention; above 0 only in the scenario attention_lost."""
    agency_slack: float = parameter(0.3, low=0.0, high=0.6, unit="0-1", source="SOURCES P64")
    """Share of aid that does not serve its purpose."""
    aid_usd: float = parameter(
        19.2e6, low=0.0, high=200e6, unit="USD/month", status="observed",
        source="SOURCES D2: 230 million USD of stabilisation funds for north-east Syria in 2018",
    )  # fmt: skip
    """Aid at level 1 and full attention."""
    aid_per_person_usd: float = parameter(
        6.4, low=0.5, high=50.0, unit="USD/person/month",
        source="assumed: the funds of SOURCES D2 over some three million people",
    )  # fmt: skip
    """Maximum aid per person that services can absorb; promises beyond it do not arrive."""
    arms_usd: float = parameter(
        25e6, low=0.0, high=250e6, unit="USD/month", status="observed",
        source="SOURCES D3: 300 million USD asked for the Syrian Democratic Forces in 2019",
    )  # fmt: skip
    """Arms at level 1 and full attention."""
    arms_fighter_usd: float = parameter(
        10_000.0, low=2_500.0, high=50_000.0, unit="USD",
        source="assumed: SOURCES D3 over a force of 30,000; four times the price on the local market",
    )  # fmt: skip
    """Cost to Washington of arming one fighter."""
    training_people: float = parameter(
        417.0, low=0.0, high=5_000.0, unit="people/month", status="observed",
        source="SOURCES D4: 5,000 per year, the plan of 2014 for Syria",
    )  # fmt: skip
    """People trained at level 1 and full attention."""
    training_gain: float = parameter(0.2, low=0.0, high=1.0, unit="x", source="assumed")
    """Gain in effectiveness of a fully trained force."""
    training_loss: float = parameter(0.02, low=0.0, high=0.2, unit="1/month", source="assumed: a fifth per year")
    """Share of trained fighters who leave, die or forget."""
    logistics_t: float = parameter(
        1_740.0, low=0.0, high=20_000.0, unit="t/month", status="observed",
        source="SOURCES D6: 46 million pounds landed or dropped in Laos in 1970",
    )  # fmt: skip
    """Supplies flown at level 1 and full attention."""
    garrison_t: float = parameter(
        140.0, low=20.0, high=600.0, unit="t/month",
        source="assumed: two flights per day of about 2.3 t each, as `airlift_usd`",
    )  # fmt: skip
    """Supplies that a cut-off garrison needs from the air."""
    logistics_mobility: float = parameter(0.1, low=0.0, high=0.4, unit="1/month", source="assumed")
    """Share of otherwise immobile fighters that US logistics at level 1 can move."""
    air_denial_sorties: float = parameter(
        480.0, low=0.0, high=5_000.0, unit="sorties/month", status="observed",
        source="SOURCES D7: 36,000 sorties of Operation Northern Watch in six years",
    )  # fmt: skip
    """Patrols flown at level 1 and full attention."""
    air_denial_share: float = parameter(
        0.8, low=0.0, high=0.99, unit="0-1",
        source="assumed: Northern Watch kept aeroplanes away, not always helicopters (SOURCES D7)",
    )  # fmt: skip
    """Share of aircraft that patrols at level 1 keep away."""
    intelligence_gain: float = parameter(0.5, low=0.0, high=1.0, unit="0-1", source="assumed")
    """Cut in the target's belief noise at level 1."""
    price_floor: float = parameter(
        1.75, low=1.0, high=10.0, unit="x market", status="weakly identified",
        source="SOURCES P62: the floor of the MP Materials contract, 110 over 63 USD/kg",
    )  # fmt: skip
    """Price floor of an offtake contract relative to the Chinese market price."""
    sanctions_usd: float = parameter(
        37.5e6, low=0.0, high=300e6, unit="USD/month", status="weakly identified",
        source="SOURCES D9: 45%, as of Iran's oil revenue in 2012, of a billion USD per year for gas",
    )  # fmt: skip
    """Outside income lost to sanctions at level 1."""
    relief_usd: float = parameter(
        16.7e6, low=0.0, high=300e6, unit="USD/month", status="weakly identified",
        source="SOURCES D10: a billion USD of reserves frozen in 2021, released over five years",
    )  # fmt: skip
    """Outside income gained by relief at level 1."""
    route_usd: float = parameter(
        20e6, low=0.0, high=500e6, unit="USD/month", status="observed",
        source="SOURCES D12: 480 million USD, the cost of India's Kaladan project, over 24 months",
    )  # fmt: skip
    """Cost to Washington of building the road to India at level 1 and full attention."""
    tariff_usd: float = parameter(
        15e6, low=0.0, high=100e6, unit="USD/month", source="assumed; 40% on about 50 million USD of exports per month"
    )
    """Income that the junta loses to a full tariff."""
    threat_credibility: float = parameter(
        0.3, low=0.0, high=0.8, unit="0-1", source="SOURCES, parameter 60 (of Beijing's threats)"
    )
    """Initial credibility of a threat."""
    threat_memory: float = parameter(0.05, low=0.0, high=0.3, unit="1/month", source="assumed")
    """Speed at which credibility follows whether threats are carried out."""
    threat_chill: float = parameter(
        0.2, low=0.0, high=1.0, unit="0-1", source="assumed: importers look elsewhere before the duty is due"
    )
    """Share of a tariff's cost that a credible threat imposes at once."""
    brokering_gain: float = parameter(1.0, low=0.0, high=10.0, unit="months of revenue", source="assumed")
    """Value that brokering at level 1 adds to peace for each side."""
    demand_t: float = parameter(
        25.0, low=5.0, high=200.0, unit="t/month",
        source="assumed: SOURCES K16; a part of 1,650 t per year outside China by 2030",
    )  # fmt: skip
    """US demand for Dy and Tb oxide."""
    partner_choice: Literal["scenario", "strategic_empowerment"] = choice(
        "scenario", status="definition", source="article: strategic empowerment; scenario strategic_empowerment"
    )
    """Whether instruments go to their named targets, or those for PARTNER to the actor that Washington chooses."""
    partner_months: int = parameter(24, low=3, high=120, unit="months", source="assumed")
    """Months between two assessments of partners."""


class QuadParameters(ParameterTable):
    """India as route and processor, Japan's money, Australia's separation."""

    route_capacity_t: float = parameter(100.0, low=20.0, high=3_000.0, unit="t/month", source="SOURCES P65")
    """Capacity of the road to India when built at full effort."""
    build_months: float = parameter(
        24.0, low=1.0, high=60.0, unit="months", source="SOURCES P65; under 12 is a what-if"
    )
    """Time constant of building the road: months until 63% is built at full effort."""
    japan_finance: float = parameter(0.3, low=0.0, high=1.0, unit="x", source="assumed")
    """Acceleration of building by Japanese funding at full Quad effort."""
    india_processing_t: float = parameter(
        20.0, low=0.0, high=500.0, unit="t REO/month", status="weakly identified",
        source="assumed: pilot plants in Kerala; SOURCES T7",
    )  # fmt: skip
    """India's capacity for separating heavy rare earths at the start."""
    india_processing_max_t: float = parameter(
        150.0, low=10.0, high=3_000.0, unit="t REO/month", source="assumed: 100 to 1,000 t of ore per year and more"
    )
    """Capacity when ramped up."""
    india_ramp_months: float = parameter(36.0, low=12.0, high=96.0, unit="months", source="assumed")
    """Time constant of the ramp."""
    india_processing_margin: float = parameter(0.2, low=0.0, high=0.6, unit="0-1", source="assumed")
    """India's revenue from ore relative to its value."""
    india_commitment: float = parameter(
        0.6, low=0.0, high=1.0, unit="0-1", source="assumed; BRICS and SCO pull the other way"
    )
    """India's commitment to the Quad's plan against China and the junta."""
    australia_separation_t: float = parameter(
        40.0, low=0.0, high=400.0, unit="t REO/month", status="weakly identified",
        source="SOURCES T7: 5,000 t per year of feed planned, a tenth of it available; assumed",
    )  # fmt: skip
    """Ore that Lynas' heavy circuits could take from India's stock."""
    freight_usd_per_t: float = parameter(
        1_500.0, low=300.0, high=6_000.0, unit="USD/t", source="SOURCES F4, assumed there"
    )
    """Freight from the mines to the Indian border."""
    hedging_speed: float = parameter(0.1, low=0.0, high=1.0, unit="1/month", source="assumed")
    """Speed at which India's commitment follows the arguments for and against it."""
    hedging_us: float = parameter(
        0.4, low=0.0, high=1.0, unit="0-1", source="assumed; India sounded out the KIA in 2025 without any US programme"
    )
    """Gain of India's commitment at full US effort."""
    brics_pull: float = parameter(
        0.3, low=0.0, high=1.0, unit="0-1", status="definition", source="assumed; scenario india_brics"
    )
    """Strength with which BRICS and SCO ties draw India away from the Quad."""
    hedging_brics: float = parameter(0.5, low=0.0, high=1.0, unit="0-1", source="assumed")
    """Loss of India's commitment at full pull of BRICS and SCO."""
    hedging_revenue: float = parameter(0.2, low=0.0, high=1.0, unit="0-1", source="assumed; article S14")
    """Gain of India's commitment when its plants for this ore work at full capacity."""
    japan_usd: float = parameter(
        8e6, low=0.0, high=50e6, unit="USD/month", source="assumed: a mountain road of 400 km over some years"
    )
    """Japanese funding of the road at full effort."""
    embargo_reagent: float = parameter(
        0.0, low=0.0, high=1.0, unit="0-1", source="structural; scenario china_squeezes_reagent"
    )
    """Share of the reagent for ore bound for India that China withholds."""


class WesternParameters(ParameterTable):
    """Western governments that may follow the US in recognising an actor (equation 3.11)."""

    governments: int = parameter(
        20, low=1, high=60, unit="governments", status="definition", source="article: other Western nations"
    )
    """Number of Western governments."""
    threshold_mean: float = parameter(0.45, low=0.25, high=0.7, unit="0-1", source="SOURCES P66; no data exist")
    """Mean threshold of adoption."""
    threshold_sd: float = parameter(0.15, low=0.0, high=0.3, unit="0-1", source="SOURCES P66")
    """Spread of thresholds."""
    us_weight: float = parameter(0.25, low=0.1, high=0.45, unit="0-1", source="SOURCES P66")
    """Weight of the US example relative to that of the others."""
    hazard: float = parameter(0.05, low=0.01, high=0.15, unit="1/month", source="SOURCES P66")
    """Monthly probability of adoption once the threshold is passed."""
    us_share: float = parameter(
        0.5, low=0.0, high=1.0, unit="0-1", source="assumed; the rest comes from the governments that follow"
    )
    """Part of full recognition that Washington alone can give."""
