"""Fortification: the value of fortifications and aircraft to a defence."""

from __future__ import annotations

from typing import Any

from model.compile import compiled
from model.draws import normal, uniform
from model.parameters import ParameterTable, parameter


class FortificationParameters(ParameterTable):
    """What walls, hills of bunkers and aircraft are worth to the defender."""

    town: float = parameter(2.6, low=1.5, high=4.0, unit="x", status="weakly identified")
    """Strength of a garrison in a town relative to the open field. Source: SOURCES P8."""
    site: float = parameter(1.6, low=1.0, high=3.0, unit="x")
    """Likewise at a crossing, mine or small town. Source: assumed between post and town."""
    spread: float = parameter(0.5, low=0.0, high=1.5, unit="log sd", off=0.0, status="weakly identified")
    """Unobserved differences between places of one kind: terrain, bunkers, commanders. Source: assumed; frailty of
    survival analysis (Vaupel, Manton & Stallard 1979)."""
    air: float = parameter(1.35, low=1.0, high=1.8, unit="x", status="weakly identified")
    """Gain in strength from air support. Source: SOURCES P10."""


@compiled
def draw_places(run: Any, xi: Any) -> None:
    """Draw what sets each place apart from others of its kind: (P,) standard normals, into ``xi``."""
    for p in range(len(xi)):
        xi[p] = normal(uniform(run.salts.walls, 0, run.land.place_key[p]))
