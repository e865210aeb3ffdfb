"""Harm to people: displacement and civilian deaths, reported beside trade.

State: displaced persons ``d`` of each township. Equations (no source gives them; all rates assumed):
``d += r pop (1 - exp(-deaths / k)) - b d`` where fighters died, return at rate ``b`` where nobody fought; civilian deaths are
Poisson with mean ``c deaths + a pop air_fights``. They move ``displaced_person_months`` and ``deaths_civilians``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.draws import Draws
from model.dynamics.ground import Ground
from model.parameters import ParameterTable, parameter
from model.state import State
from model.world.world import World

Floats = NDArray[np.float64]


class HarmParameters(ParameterTable):
    """Displacement and deaths."""

    flight: float = parameter(
        0.08,
        low=0.0,
        high=0.5,
        unit="1/month",
        meaning="Share of the people that heavy fighting drives out in a month.",
        source="assumed",
    )
    flight_deaths: float = parameter(
        40.0,
        low=5.0,
        high=200.0,
        unit="deaths/month",
        meaning="Fighters' deaths that count as heavy fighting.",
        source="assumed",
    )
    return_rate: float = parameter(
        0.03,
        low=0.0,
        high=0.2,
        unit="1/month",
        meaning="Share of the displaced that go home in a quiet month.",
        source="assumed",
    )
    civilians_per_fighter: float = parameter(
        0.15, low=0.0, high=1.0, unit="-", meaning="Civilians killed for each fighter killed.", source="assumed"
    )
    civilians_per_air_fight: float = parameter(
        4.0,
        low=0.0,
        high=30.0,
        unit="persons per 100,000",
        meaning="Civilians killed by a month of air support.",
        source="assumed",
    )


def step(world: World, ground: Ground, state: State, draws: Draws, p: HarmParameters) -> None:
    """Displace people, let them return, count the dead; ``displaced`` and the tally change."""
    deaths = state.tally.deaths
    stay = np.exp(-deaths / p.flight_deaths)
    share = 1 - stay
    home = np.maximum(world.population - state.displaced, 0.0)
    returning = np.where(deaths > 0, 0.0, p.return_rate * state.displaced)
    state.displaced += p.flight * share * home - returning
    mean = (
        p.civilians_per_fighter * deaths + p.civilians_per_air_fight * state.tally.air_fights * world.population / 1e5
    )
    killed = draws.poisson("civilians", state.month, mean, ground.territory_keys)
    state.totals.civilians_dead = int(killed.sum())
