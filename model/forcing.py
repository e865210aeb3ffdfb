"""What the outside world does by date: closures of the border for an epidemic, laws, prices abroad."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from model.parameters import ParameterTable


class Forcing(ParameterTable):
    """One thing that the outside world does, from a month to a month."""

    name: str
    """Name in the chronicle."""
    kind: Literal["close_lanes", "lanes", "holder", "price_factor", "other_origins", "conscription"]
    """What it changes; close_lanes limits lanes to at most the value, lanes sets them to it."""
    start: str = Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
    """First month, as 2021-07."""
    end: str | None = Field(default=None, pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
    """Last month; without one: permanently."""
    target: str = ""
    """Crossing, state, country, actor or place affected; empty for all."""
    actor: str = ""
    """For kind holder: the armed actor that holds the place, or nobody."""
    lane: Literal["all", "ore", "reagent", "goods"] = "all"
    """Lanes affected."""
    value: float = Field(default=0.0, ge=0.0, le=1e6)
    """Lane opening 0-1, price factor, t/month, or persons/month."""
