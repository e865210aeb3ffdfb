"""How armed actors post their reserves: the parameters of :mod:`agents.armed.reserves`."""

from __future__ import annotations

from model.parameters import ParameterTable, parameter


class PostingParameters(ParameterTable):
    """How garrisons follow the war."""

    threat_weight: float = parameter(
        4.0, low=0.0, high=20.0, unit="-", meaning="How much more a wholly outnumbered place gets, kappa.",
        source="assumed",
    )  # fmt: skip
    staging_weight: float = parameter(
        1.0, low=0.0, high=5.0, unit="1/month of revenue",
        meaning="How much more a place gets from which attacks would pay, mu.", source="assumed: offensives are prepared",
    )  # fmt: skip
    countryside_weight: float = parameter(
        0.5, low=0.0, high=3.0, unit="-", meaning="Weight of countryside an actor controls without holding the town.",
        source="assumed: field forces and local units",
    )  # fmt: skip
