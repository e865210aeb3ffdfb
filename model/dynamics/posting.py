"""Posting of reserves: the parameters of :mod:`agents.armed.reserves`."""

from __future__ import annotations

from model.parameters import ParameterTable, parameter


class PostingParameters(ParameterTable):
    """How garrisons follow the war."""

    threat_weight: float = parameter(4.0, low=0.0, high=20.0, unit="-")
    """Additional fighters for a fully outnumbered place, kappa."""
    staging_weight: float = parameter(1.0, low=0.0, high=5.0, unit="1/month of revenue")
    """Additional fighters for a place from which attacks would pay, mu. Source: assumed: offensives are prepared."""
    countryside_weight: float = parameter(0.5, low=0.0, high=3.0, unit="-")
    """Weight of the countryside that an actor controls without the town. Source: assumed: field forces and local
    units."""
