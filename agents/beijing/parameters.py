"""The parameters of China's actors: Beijing and the firms that buy ore."""

from __future__ import annotations

from typing import Literal

from model.parameters import ParameterTable, choice, parameter

OWN, CLOSES_BORDER, SQUEEZES_REAGENT, OUTBIDS = 0, 1, 2, 3
"""Beijing's answers to US dealings, in the order of ``answer``."""


class BeijingParameters(ParameterTable):
    """What Beijing weighs when it opens and closes lanes, presses armed groups and backs the junta (equation 3.8)."""

    close_base: float = parameter(
        -4.5, low=-8.0, high=0.0, unit="logit/month", meaning="Log-odds of closing an open lane in a quiet month.",
        source="assumed: one closure of all Kachin gates in about six years of normal trade",
        status="weakly identified",
    )  # fmt: skip
    weight_offensive: float = parameter(
        3.0, low=0.0, high=8.0, unit="logit", meaning="Effect of an offensive at the border by the gate's holder.",
        source="assumed from October 2024: gates shut three days after Pangwa fell", status="weakly identified",
    )  # fmt: skip
    weight_us_link: float = parameter(
        1.0, low=0.0, high=3.0, unit="logit", source="SOURCES P58; never observed",
        meaning="Effect of full US engagement with the gate's holder, and worth of a client like the Wa, with whom nobody else deals.",
    )  # fmt: skip
    weight_shortage_ore: float = parameter(
        2.0, low=0.0, high=8.0, unit="logit", meaning="How far China's own shortage of ore keeps the ore lane open.",
        source="assumed: the ore lane reopened after 5 months, goods lanes after 12", status="weakly identified",
    )  # fmt: skip
    weight_talks: float = parameter(
        2.0, low=0.0, high=6.0, unit="logit", meaning="How far a ceasefire or talks keep lanes open.",
        source="assumed: gates of the MNDAA reopened two days after it signed", status="weakly identified",
    )  # fmt: skip
    reopen_base: float = parameter(
        -2.2, low=-6.0, high=1.0, unit="logit/month", meaning="Log-odds of reopening a closed lane in a quiet month.",
        source="closures of 5 to 12 months; SOURCES P56-P57", status="weakly identified",
    )  # fmt: skip
    goods_patience: float = parameter(
        0.9, low=0.0, high=3.0, unit="logit", meaning="How much less readily goods lanes reopen than the ore lane.",
        source="goods lanes outlast the ore lane: 12 months against 5", status="weakly identified",
    )  # fmt: skip
    pressure_gain: float = parameter(
        0.25, low=0.0, high=1.0, unit="1/month", meaning="How fast pressure on an armed group follows its offences.",
        source="assumed",
    )  # fmt: skip
    pressure_us_link: float = parameter(
        0.5, low=0.0, high=1.0, unit="-",
        meaning="Pressure that full US engagement earns an armed group, over that of a full offensive at the border.",
        source="assumed; never observed",
    )  # fmt: skip
    offensive_memory: float = parameter(
        0.7, low=0.0, high=0.95, unit="1/month",
        meaning="Persistence of Beijing's memory of attacks at the border or on its trade roads.",
        source="assumed: gates stayed shut for months after the fighting at Pangwa and Kanpaiti had ended",
    )  # fmt: skip
    transmission: float = parameter(
        0.3, low=0.0, high=1.0, unit="1/month", status="weakly identified",
        meaning="Chance that a supplier wholly dependent on China stops arms for an ally under full pressure, and of their return without.",
        source="assumed from 20 August 2025: the UWSA stopped arms and money for TNLA, MNDAA and SSPP (SOURCES V17-V18)",
    )  # fmt: skip
    talks_hazard: float = parameter(
        0.3, low=0.0, high=1.0, unit="1/month", status="weakly identified",
        meaning="Chance of quiet talks with a group when all that Beijing minds of it is at stake.",
        source="assumed: KIO in Kunming seven weeks after Pangwa fell, and again ten months later (SOURCES T4)",
    )  # fmt: skip
    talks_pause: int = parameter(
        6, low=1, high=24, unit="months", meaning="Months between two rounds of talks with the same group.",
        source="assumed: KIO in Kunming in December 2024 and October 2025",
    )  # fmt: skip
    weight_town: float = parameter(
        0.5, low=0.0, high=3.0, unit="logit", meaning="Worth to Beijing of a town handed back to the junta.",
        source="assumed: Lashio, Mogok and Momeik were asked for and given (SOURCES V75, V121)", status="weakly identified",
    )  # fmt: skip
    towns_asked: int = parameter(
        2, low=0, high=10, unit="towns", meaning="Most towns that Beijing asks of a group at once.",
        source="observed: Lashio of the MNDAA; Mogok and Momeik of the TNLA", status="observed",
    )  # fmt: skip
    tax_cut: float = parameter(
        0.2, low=0.0, high=1.0, unit="0-1", meaning="Share of its ore tax that Beijing asks a group to give up.",
        source="assumed", status="assumed",
    )  # fmt: skip
    leverage: float = parameter(
        0.5, low=0.0, high=3.0, unit="logit",
        meaning="Worth to Beijing of a shut lane as a means of pressure, and of a lower tax on ore.",
        source="assumed: ore and goods reopened apart, each against something", status="weakly identified",
    )  # fmt: skip
    patronage_offer: float = parameter(
        0.0, low=0.0, high=1.0, unit="0-1", status="definition",
        meaning="How far Beijing offers others the terms of the Wa: stable lanes and money for a leash.",
        source="the Wa and Mong La alone so far; scenario wa_precedent",
    )  # fmt: skip
    patron_usd: float = parameter(
        3e6, low=0.0, high=50e6, unit="USD/month", meaning="Money, arms and goods on credit for a group that takes them.",
        source="assumed: a fifth of what the UWSA is taken to have from outside",
    )  # fmt: skip
    patron_dependence: float = parameter(
        0.8, low=0.0, high=1.0, unit="0-1", meaning="How much of a group's remaining independence full patronage takes.",
        source="assumed so that a half-dependent group becomes as dependent as the UWSA (SOURCES P59)",
    )  # fmt: skip
    answer: Literal["own", "closes_border", "squeezes_reagent", "outbids"] = choice(
        "own",
        meaning="Beijing's answer to US dealings with a group: as it weighs them month by month, or one thing for good.",
        source="article S15; never observed. Scenarios china_closes_border, china_squeezes_reagent, china_outbids",
    )
    junta_support_usd: float = parameter(
        0.5e6, low=0.0, high=10e6, unit="USD/month",
        meaning="Arms and credit for the junta for each town that it has lost, net, over the past year.", source="assumed",
    )  # fmt: skip
    outbid_cap: float = parameter(
        1.15, low=1.0, high=2.5, unit="x",
        meaning="Most that Chinese buyers are told to pay over the market for ore; all of it where the answer is to outbid.",
        source="assumed",
    )  # fmt: skip
