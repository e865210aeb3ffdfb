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
        meaning="Worth, to a group wholly dependent on China, of being rid of full pressure.",
    )  # fmt: skip
    weight_goods: float = parameter(
        2.0, low=0.0, high=8.0, unit="months of revenue", meaning="Worth of open goods lanes to one wholly dependent.",
        source="assumed: petrol in Myitkyina rose from 6,000 to 15,000 kyat a litre with the gates shut (SOURCES V23)",
    )  # fmt: skip
