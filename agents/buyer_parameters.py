"""The parameters of Chinese buyers of ore."""

from __future__ import annotations

from typing import Literal

from model.parameters import ParameterTable, parameter


class ChineseBuyerParameters(ParameterTable):
    """A Chinese firm that buys ore at a crossing and invests in mines."""

    kind: Literal["ChineseBuyer"] = "ChineseBuyer"
    crossing: str = ""
    """Crossing to China at which it buys."""
    market_share: float = parameter(0.25, low=0.0, high=1.0, unit="0-1")
    """Share of the feed of China's separators for which it buys."""
    inventory_months: float = parameter(1.5, low=0.2, high=6.0, unit="months")
    """Inventory it wants to hold."""
    bid_slope: float = parameter(0.15, low=0.0, high=1.0, unit="x")
    """Increase of its bid when its inventory is empty."""
    investment_share: float = parameter(0.06, low=0.0, high=0.2, unit="1/month", status="weakly identified")
    """Growth of capacity that it finances at a margin of 100% and full security. Source: assumed from 19.5 kt (2021)
    to 41.7 kt (2023)."""
    investment_precision: float = parameter(3.0, low=0.0, high=20.0, unit="1/margin")
    """Strength of its preference for mines with a better margin, weighted by security. Source: assumed; quantal
    response (SOURCES E3.4)."""
