"""The rainy season: one factor on all road transport.

``weight`` says how far the monsoon has come, 0 (dry) to 1 (its height); roads then carry ``1 - road_depth * weight`` of
what they carry in the dry months. The factor enters once, on transport (SOURCES K6): leaching goes on in the rains, and
ore waits at the mines until the roads dry. Pattern after the exports of 2023-24 (SOURCES T5): June .8, July .6,
August .5, September .7.
"""

from __future__ import annotations

from typing import Any

from model.parameters import ParameterTable, parameter


class SeasonParameters(ParameterTable):
    """When it rains, and what the rains do to roads."""

    road_depth: float = parameter(0.5, low=0.0, high=0.9, unit="0-1", status="observed")
    """Loss of road capacity at the height of the rains. Source: SOURCES P41: factor .41-.58 in July and August; T5."""
    june: float = parameter(0.4, low=0.0, high=1.0, unit="0-1", status="weakly identified")
    """Strength of the rains in June. Source: SOURCES T5."""
    july: float = parameter(0.8, low=0.0, high=1.0, unit="0-1", status="weakly identified")
    """Strength of the rains in July. Source: SOURCES T5, P4."""
    august: float = parameter(1.0, low=0.0, high=1.0, unit="0-1", status="weakly identified")
    """Strength of the rains in August. Source: SOURCES T5, P4."""
    september: float = parameter(0.6, low=0.0, high=1.0, unit="0-1", status="weakly identified")
    """Strength of the rains in September. Source: SOURCES T5."""


_MONTHS = {6: "june", 7: "july", 8: "august", 9: "september"}


def monsoon_weight(calendar_month: int, parameters: SeasonParameters) -> float:
    """Strength of the rains in a calendar month (1-12), 0-1; 0 from October to May."""
    name = _MONTHS.get(calendar_month)
    return float(getattr(parameters, name)) if name else 0.0


def road_factor(calendar_month: int, parameters: SeasonParameters) -> float:
    """Share of their dry-season capacity that roads have in a calendar month (1-12), 0-1."""
    return 1.0 - parameters.road_depth * monsoon_weight(calendar_month, parameters)


def set_season(clock: Any, calendar_month: int, parameters: SeasonParameters) -> None:
    """Set the rains of a calendar month (1-12), and what roads carry in them.

    Args:
        clock: record; ``rains`` and ``road_factor`` change.
        calendar_month: 1-12.
        parameters: the table above.
    """
    clock["rains"] = monsoon_weight(calendar_month, parameters)
    clock["road_factor"] = road_factor(calendar_month, parameters)
