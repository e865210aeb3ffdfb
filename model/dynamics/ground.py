"""Weights of places at the start of a run."""

from __future__ import annotations

from model.parameters import ParameterTable, parameter


class GroundParameters(ParameterTable):
    """Weights of places at the start of a run."""

    run_in_months: int = parameter(12, low=0, high=24, unit="months", off=0, status="assumed")
    """Months of movement and fighting before the start, without conquests. Source: assumed: a year, to include every
    season."""
    posture_place: float = parameter(0.5, low=0.0, high=5.0, unit="-")
    """Weight of a held town, crossing or mine in the posting of fighters; 100,000 people have weight 1."""
    posture_home: float = parameter(4.0, low=0.0, high=20.0, unit="-")
    """Weight of the actor's own headquarters."""
    trade_road_share: float = parameter(0.25, low=0.0, high=1.0, unit="0-1")
    """Betweenness on the road graph above which Beijing counts a place as on its trade roads."""
