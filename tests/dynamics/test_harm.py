"""Displacement and civilian deaths: equations by hand, and means over many months."""

from __future__ import annotations

import math

import numpy as np
import pytest

from model.dynamics import harm
from tests.world_of_policy import small

RULES = small().run.parameters.harm


def test_fighting_drives_people_out_and_quiet_months_bring_them_back() -> None:
    model = small()
    state, population = model.state, model.world.population
    state.displaced[:] = 1000.0
    state.tally.deaths[:] = 0
    state.tally.deaths[3] = 40
    harm.displace(model.run.data)
    gone = RULES.flight * (1 - math.exp(-40 / RULES.flight_deaths)) * (population[3] - 1000)
    assert state.displaced[3] == pytest.approx(1000 + gone)
    assert np.delete(state.displaced, 3) == pytest.approx(1000 * (1 - RULES.return_rate))


def test_nobody_flees_from_an_empty_township() -> None:
    model = small()
    model.state.displaced[:] = model.world.population
    model.state.tally.deaths[:] = 500
    harm.displace(model.run.data)
    assert model.state.displaced == pytest.approx(model.world.population)


def test_civilians_die_by_fights_and_air_fights() -> None:
    model = small()
    state = model.state
    state.tally.deaths[:], state.tally.air_fights[:] = 0, 0.0
    harm.displace(model.run.data)
    assert state.totals.civilians_dead == 0
    state.tally.deaths[3], state.tally.air_fights[5] = 60, 0.7
    by_air = RULES.civilians_per_air_fight * 0.7 * model.world.population[5] / 1e5
    mean = RULES.civilians_per_fighter * 60 + by_air
    dead = []
    for month in range(400):
        state.month = month
        harm.displace(model.run.data)
        dead.append(int(state.totals.civilians_dead))
    assert np.mean(dead) == pytest.approx(mean, abs=4 * math.sqrt(mean / 400))
