"""How places are weighed before anything has happened."""

from __future__ import annotations

from model.parameters import ParameterTable, parameter


class GroundParameters(ParameterTable):
    """How places are weighed before anything has happened."""

    run_in_months: int = parameter(
        12, low=0, high=24, unit="months", off=0, status="assumed",
        meaning="Months before the start in which fighters move and fight, and nobody takes a place.",
        source="assumed: a year, so that every season has its part",
    )  # fmt: skip
    posture_place: float = parameter(
        0.5, low=0.0, high=5.0, unit="-", source="assumed",
        meaning="Weight of a held town, gate or mine when fighters are posted; 100,000 people weigh 1.",
    )  # fmt: skip
    posture_home: float = parameter(
        4.0, low=0.0, high=20.0, unit="-", meaning="Weight of the actor's own headquarters.", source="assumed"
    )
    trade_road_share: float = parameter(
        0.25, low=0.0, high=1.0, unit="0-1",
        meaning="Betweenness on the road graph from which Beijing counts a place as on its trade roads.",
        source="assumed",
    )  # fmt: skip
