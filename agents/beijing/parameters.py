"""The parameters of China's actors: Beijing and the firms that buy ore."""

from __future__ import annotations

from typing import Literal

from model.parameters import ParameterTable, choice, parameter

OWN, CLOSES_BORDER, SQUEEZES_REAGENT, OUTBIDS = 0, 1, 2, 3
"""Beijing's answers to US dealings, in the order of ``answer``."""


class BeijingParameters(ParameterTable):
    """What Beijing weighs when it opens and closes lanes, presses armed groups and backs the junta (equation 3.8)."""

    close_base: float = parameter(-4.5, low=-8.0, high=0.0, unit="logit/month", status="weakly identified")
    """Log-odds of closing an open lane in a month without incidents. Source: assumed: one closure of all Kachin
    gates in about six years of normal trade."""
    weight_offensive: float = parameter(3.0, low=0.0, high=8.0, unit="logit", status="weakly identified")
    """Effect of an offensive at the border by the holder of the crossing. Source: assumed from October 2024: gates
    shut three days after Pangwa fell."""
    weight_us_link: float = parameter(1.0, low=0.0, high=3.0, unit="logit")
    """Effect of full US engagement with the holder of the crossing, and value of a client with no other patron, like
    the Wa. Source: SOURCES P58; never observed."""
    weight_shortage_ore: float = parameter(2.0, low=0.0, high=8.0, unit="logit", status="weakly identified")
    """Effect of China's own shortage of ore in keeping the ore lane open. Source: assumed: the ore lane reopened
    after 5 months, goods lanes after 12."""
    weight_talks: float = parameter(2.0, low=0.0, high=6.0, unit="logit", status="weakly identified")
    """Effect of a ceasefire or talks in keeping lanes open. Source: assumed: gates of the MNDAA reopened two days
    after it signed."""
    reopen_base: float = parameter(-2.2, low=-6.0, high=1.0, unit="logit/month", status="weakly identified")
    """Log-odds of reopening a closed lane in a month without incidents. Source: closures of 5 to 12 months; SOURCES
    P56-P57."""
    pressure_gain: float = parameter(0.25, low=0.0, high=1.0, unit="1/month")
    """Speed at which pressure on an armed group follows its offences."""
    pressure_us_link: float = parameter(0.5, low=0.0, high=1.0, unit="-")
    """Pressure on an armed group for full US engagement, relative to a full offensive at the border. Source:
    assumed; never observed."""
    offensive_memory: float = parameter(0.7, low=0.0, high=0.95, unit="1/month")
    """Persistence of Beijing's memory of attacks at the border or on its trade roads. Source: assumed: gates stayed
    shut for months after the fighting at Pangwa and Kanpaiti had ended."""
    transmission: float = parameter(0.3, low=0.0, high=1.0, unit="1/month", status="weakly identified")
    """Probability that a fully dependent supplier stops arms for an ally under full pressure, or resumes them
    without. Source: assumed from 20 August 2025: the UWSA stopped arms and money for TNLA, MNDAA and SSPP
    (SOURCES V17-V18)."""
    talks_hazard: float = parameter(0.3, low=0.0, high=1.0, unit="1/month", status="weakly identified")
    """Probability of quiet talks with a group when all of Beijing's interests are affected. Source: assumed: KIO in
    Kunming seven weeks after Pangwa fell, and again ten months later (SOURCES T4)."""
    talks_pause: int = parameter(6, low=1, high=24, unit="months")
    """Months between two rounds of talks with the same group. Source: assumed: KIO in Kunming in December 2024 and
    October 2025."""
    weight_town: float = parameter(0.5, low=0.0, high=3.0, unit="logit", status="weakly identified")
    """Value to Beijing of a town handed back to the junta. Source: assumed: Lashio, Mogok and Momeik were asked for
    and given (SOURCES V75, V121)."""
    towns_asked: int = parameter(2, low=0, high=10, unit="towns", status="observed")
    """Maximum number of towns that Beijing asks of a group at once. Source: observed: Lashio of the MNDAA; Mogok and
    Momeik of the TNLA."""
    tax_cut: float = parameter(0.2, low=0.0, high=1.0, unit="0-1", status="assumed")
    """Share of its ore tax that Beijing asks a group to give up."""
    leverage: float = parameter(0.5, low=0.0, high=3.0, unit="logit", status="weakly identified")
    """Value to Beijing of a closed lane as a means of pressure, and of a lower tax on ore. Source: assumed: ore and
    goods lanes reopened separately, each in exchange for something."""
    patronage_offer: float = parameter(0.0, low=0.0, high=1.0, unit="0-1", status="definition")
    """Extent to which Beijing offers others the terms of the Wa: stable lanes and money in exchange for control.
    Source: only the Wa and Mong La so far; scenario wa_precedent."""
    patron_usd: float = parameter(3e6, low=0.0, high=50e6, unit="USD/month")
    """Money, arms and goods on credit for a group that accepts patronage. Source: assumed: a fifth of the UWSA's
    assumed outside income."""
    patron_dependence: float = parameter(0.8, low=0.0, high=1.0, unit="0-1")
    """Share of a group's remaining independence lost under full patronage. Source: assumed so that a half-dependent
    group becomes as dependent as the UWSA (SOURCES P59)."""
    answer: Literal["own", "closes_border", "squeezes_reagent", "outbids"] = choice("own")
    """Beijing's answer to US dealings with a group: its own decision month by month, or one permanent answer.
    Source: article S15; never observed. Scenarios china_closes_border, china_squeezes_reagent, china_outbids."""
    junta_support_usd: float = parameter(0.5e6, low=0.0, high=10e6, unit="USD/month")
    """Arms and credit for the junta per town lost, net, over the past year."""
    outbid_cap: float = parameter(1.15, low=1.0, high=2.5, unit="x")
    """Maximum premium over the market that Chinese buyers may pay for ore; paid in full if the answer is to outbid."""
