"""Quiet talks: what is on the table, who gains, what is handed back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model import kernels
from model.draws import Draws, keys
from model.dynamics import bargain
from model.dynamics.bargain import GOODS, HALT, ORE, PATRON, TAX, TOWNS, BargainParameters, BeijingWeights, Case
from model.dynamics.ground import GroundParameters, ground_of
from model.state import begin
from model.world.read import load_world

P = BargainParameters()
WEIGHTS = BeijingWeights(3.0, 1.5, 2.0, 1.0, 0.5, 0.5, 0.5, 1.0, 0.0)
KOKANG = Case(
    ore=0.0, goods=1.0, depends=1.0, pressure=0.8, threat=0.0, war=2.5, fights=True, towns=np.array([1.5]), tax=0.0,
    patron_money=0.0, autonomy=0.3, offensive=0.9, fear=1.0, shortage=0.0, ore_share=0.0, link=0.0, stale=0.4, junta=-0.3,
)  # fmt: skip
"""Dependent, pressed, gates shut, one town outside its core: the MNDAA of January 2025."""
KACHIN = Case(
    ore=4.0, goods=1.0, depends=0.5, pressure=0.6, threat=0.0, war=5.0, fights=True, towns=np.array([]), tax=0.8,
    patron_money=0.0, autonomy=0.3, offensive=0.5, fear=0.5, shortage=0.4, ore_share=0.8, link=0.0, stale=0.1, junta=-1.0,
)  # fmt: skip
"""Half dependent, winning its war, holder of ore that China lacks: the KIA of early 2025."""
unit, months = st.floats(0.0, 1.0), st.floats(0.0, 10.0)
cases = st.builds(
    Case, ore=months, goods=unit, depends=unit, pressure=unit, threat=months, war=st.floats(-3.0, 10.0), fights=st.booleans(),
    towns=st.lists(months, max_size=2).map(np.array), tax=months, patron_money=months, autonomy=months, offensive=unit,
    fear=unit, shortage=st.floats(-1.0, 1.0), ore_share=unit, link=unit, stale=unit, junta=st.floats(-3.0, 3.0),
)  # fmt: skip


def bargained(case: Case, weights: BeijingWeights = WEIGHTS) -> np.ndarray | None:
    packages = bargain.menu(case, patronage=weights.patronage > 0)
    row = bargain.best_package(packages, *bargain.gains(packages, case, weights, P))
    return packages[row] if row >= 0 else None


def test_a_dependent_group_gives_its_war_and_a_town_for_its_gates() -> None:
    package = bargained(KOKANG)
    assert package is not None
    assert package[HALT] == package[TOWNS] == package[GOODS] == 1
    assert bargained(KOKANG._replace(depends=0.1)) is None


def test_a_holder_of_ore_that_china_lacks_trades_tax_for_the_ore_lane_and_fights_on() -> None:
    package = bargained(KACHIN)
    assert package is not None
    assert package[ORE] == package[TAX] == 1
    assert package[HALT] == 0
    assert bargained(KACHIN._replace(shortage=0.0, tax=0.0)) is None


def test_patronage_is_taken_where_it_is_offered_and_autonomy_is_cheap() -> None:
    offered = WEIGHTS._replace(patronage=1.0)
    courted = KACHIN._replace(patron_money=2.0, link=0.5)
    package = bargained(courted, offered)
    assert package is not None and package[PATRON] == 1
    proud = bargained(courted._replace(autonomy=9.0), offered)
    assert proud is None or proud[PATRON] == 0


@given(case=cases, patronage=unit)
def test_nobody_signs_away_more_than_it_gains(case: Case, patronage: float) -> None:
    weights = WEIGHTS._replace(patronage=patronage)
    packages = bargain.menu(case, patronage > 0)
    group, beijing, junta = bargain.gains(packages, case, weights, P)
    assert group[0] == beijing[0] == junta[0] == 0 and not packages[0].any()
    row = bargain.best_package(packages, group, beijing, junta)
    assert row == -1 or (group[row] > 0 and beijing[row] > 0 and junta[row] >= 0)


@given(case=cases, more=unit)
def test_more_pressure_makes_a_halt_no_less_welcome(case: Case, more: float) -> None:
    packages = bargain.menu(case, False)
    pressed = case._replace(pressure=min(case.pressure + more, 1.0))
    before, after = (bargain.gains(packages, c, WEIGHTS, P)[0] for c in (case, pressed))
    assert (after >= before - 1e-9).all()


@given(case=cases, patronage=unit)
def test_the_kernel_finds_the_same_package_and_gains(case: Case, patronage: float) -> None:
    weights = WEIGHTS._replace(patronage=patronage)
    packages = bargain.menu(case, patronage > 0)
    with kernels.use(True):
        fast = bargain.solve(packages, case, weights, P)
    with kernels.use(False):
        assert fast == bargain.solve(packages, case, weights, P)


def test_signing_follows_the_gains() -> None:
    many = keys([str(number) for number in range(400)])
    keen = [bargain.signs((5.0, 5.0, 5.0), P.precision, Draws(1), 0, many[k : k + 1]) for k in range(400)]
    torn = [bargain.signs((0.0, 5.0, 5.0), P.precision, Draws(1), 0, many[k : k + 1]) for k in range(400)]
    assert np.mean(keen) > 0.95
    assert np.mean(torn) == pytest.approx(0.5, abs=0.1)


def test_a_town_handed_back_loses_no_fighter() -> None:
    world = load_world("tests/tiny")
    ground, state = ground_of(world, GroundParameters()), begin(world, world.initial["2025-08"], 3)
    kia, junta, place = world.force_ids.index("KIA"), world.force_ids.index("JUNTA"), world.find_place("T08")
    assert state.holder[place] == kia
    before = state.troops.sum(axis=1)
    bargain.hand_back(ground, state, place, junta, 0.1)
    assert state.holder[place] == junta
    assert state.troops[kia, place] == 0
    np.testing.assert_array_equal(state.troops.sum(axis=1), before)
    np.testing.assert_allclose(state.control.sum(axis=0), 1.0)
    assert state.control[kia, ground.territory[place]] == 0
    assert state.totals.towns_changed == 1
