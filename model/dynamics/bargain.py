"""How armed groups and the junta weigh what Beijing offers in quiet talks; the talks are :mod:`agents.beijing.talks`'s."""

from __future__ import annotations

from model.parameters import ParameterTable, parameter


class BargainParameters(ParameterTable):
    """How armed groups and the junta weigh what Beijing offers."""

    precision: float = parameter(
        1.5, low=0.2, high=6.0, unit="1/unit of gain", meaning="Precision of signing a package.",
        source="assumed as in talks",
    )  # fmt: skip
    weight_pressure: float = parameter(
        4.0, low=0.0, high=10.0, unit="months of revenue", source="assumed",
        meaning="Worth, to a group wholly dependent on China, of being rid of full pressure, and of open goods lanes.",
    )  # fmt: skip
