"""Harm to people: displacement and civilian deaths, reported beside trade.

State: displaced persons ``d`` of each township. Equations (no source gives them; all rates assumed):
``d += r (pop - d) (1 - exp(-deaths / k))`` where fighters died, and a return of ``b d`` where none died; civilian deaths are
Poisson with mean ``c deaths + a pop air_fights``. They move ``displaced_person_months`` and ``deaths_civilians``.
"""

from __future__ import annotations

from math import exp
from typing import Any

from model import draws
from model.compile import compiled
from model.parameters import ParameterTable, parameter


class HarmParameters(ParameterTable):
    """Displacement and deaths."""

    flight: float = parameter(0.08, low=0.0, high=0.5, unit="1/month")
    """Share of the population displaced by a month of heavy fighting."""
    flight_deaths: float = parameter(40.0, low=5.0, high=200.0, unit="deaths/month")
    """Fighters killed in a month that count as heavy fighting."""
    return_rate: float = parameter(0.03, low=0.0, high=0.2, unit="1/month")
    """Share of the displaced who return in a month without fighting."""
    civilians_per_fighter: float = parameter(0.15, low=0.0, high=1.0, unit="-")
    """Civilians killed for each fighter killed."""
    civilians_per_air_fight: float = parameter(4.0, low=0.0, high=30.0, unit="persons per 100,000")
    """Civilians killed by a month of air support."""


# equations ------------------------------------------------------------------------------------------------------------


@compiled
def flight(at_home: float, deaths: int, rules: Any) -> float:
    """Persons whom a month's fighting drives out of a township."""
    return rules.flight * (1.0 - exp(-deaths / rules.flight_deaths)) * at_home


@compiled
def civilian_deaths(deaths: int, air_fights: float, people: float, rules: Any) -> float:
    """Civilians expected to be killed in a township in a month."""
    return rules.civilians_per_fighter * deaths + rules.civilians_per_air_fight * air_fights * people / 1e5


# process --------------------------------------------------------------------------------------------------------------


@compiled
def displace(run: Any) -> None:
    """Displace people, let them return, count the civilian dead of the month."""
    state, rules, killed = run.state, run.rules.harm, 0
    for n in range(len(state.displaced)):
        deaths, air_fights, people = state.tally.deaths[n], state.tally.air_fights[n], run.land.population[n]
        moved = -rules.return_rate * state.displaced[n]
        if deaths > 0:
            moved = flight(max(people - state.displaced[n], 0.0), deaths, rules)
        if deaths > 0 or air_fights > 0.0:
            u = draws.uniform(run.salts.civilians, state.clock.month, run.land.territory_key[n])
            killed += draws.poisson(u, civilian_deaths(deaths, air_fights, people, rules))
        state.displaced[n] += moved
    state.totals.civilians_dead = killed
