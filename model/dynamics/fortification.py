"""What walls, hills of bunkers, aircraft and allies are worth to a defence, and what a siege needs against it."""

from __future__ import annotations

from model.parameters import ParameterTable, parameter


class FortificationParameters(ParameterTable):
    """What walls, hills of bunkers and aircraft are worth to the defender."""

    town: float = parameter(
        2.6, low=1.5, high=4.0, unit="x", meaning="Strength of a garrison in a town, over the open field.", source="SOURCES P8",
        status="weakly identified",
    )  # fmt: skip
    site: float = parameter(
        1.6, low=1.0, high=3.0, unit="x", meaning="The same at a gate, mine or small town.", source="assumed between post and town",
    )  # fmt: skip
    post: float = parameter(
        1.35, low=1.0, high=2.0, unit="x", meaning="The same in an outpost.", source="SOURCES P9", status="weakly identified",
    )  # fmt: skip
    air: float = parameter(
        1.35, low=1.0, high=1.8, unit="x", meaning="Gain of a side whose fight aircraft support.", source="SOURCES P10",
        status="weakly identified",
    )  # fmt: skip
    air_in_monsoon: float = parameter(
        0.85, low=0.7, high=1.0, unit="x", meaning="Worth of air support at the height of the rains.",
        source="SOURCES P11",
    )  # fmt: skip
    ally_share: float = parameter(
        0.5, low=0.0, high=1.0, unit="0-1", meaning="Share of an ally's fighters in a place that joins its defence.",
        source="assumed; form of Konig et al. 2017",
    )  # fmt: skip
    siege_odds: float = parameter(
        3.0, low=1.0, high=10.0, unit="x", off=10.0, meaning="Strength over the walls' that a siege keeps; what is more is free to leave.",
        source="assumed: the three to one that attackers of prepared positions are taught",
    )  # fmt: skip
