"""Supply over roads and off the land, isolation, relief by boat: equations by hand, distances against Dijkstra's."""

from __future__ import annotations

from dataclasses import replace
from math import exp
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from model.compile import hand_over
from model.dynamics import supply
from model.model import RareEarthModel
from model.run import GROUPS, Run
from model.world.topology import read_only
from tests.world_of_policy import small

JUNTA, KIA = 0, 1
FORCES, TOWNS, PLACES = 5, 12, 21


@pytest.fixture(scope="module")
def model() -> RareEarthModel:
    return small()


@pytest.fixture
def run(model: RareEarthModel) -> Run:
    """The same model for all tests: nobody at war with anybody else but the junta, no countryside, no consent."""
    state = model.run.state
    state.control[:], state.legitimacy[:] = 0.0, 0.0
    state.stance[:] = np.where(np.eye(FORCES, dtype=bool), 1, 0)
    state.holder[:], state.isolated[:] = JUNTA, 0
    return model.run


def place(run: Run, name: str) -> int:
    """Index of a place of the small world."""
    return run.world.find_place(name)


# equations ------------------------------------------------------------------------------------------------------------


def test_supply_falls_to_37_percent_over_the_decay_distance(run: Run) -> None:
    rules = run.rules.supply
    assert supply.over_roads(0.0, 1.0, rules) == 1.0
    assert supply.over_roads(rules.decay_km, 1.0, rules) == pytest.approx(exp(-1))
    assert supply.over_roads(100.0, 1.5, rules) == pytest.approx(supply.over_roads(150.0, 1.0, rules))


def test_rain_makes_roads_longer(run: Run) -> None:
    rules = run.rules.supply
    assert supply.rain_friction(0.0, rules) == 1.0
    assert supply.rain_friction(1.0, rules) == rules.monsoon_friction
    assert supply.rain_friction(0.5, rules) == pytest.approx((1 + rules.monsoon_friction) / 2)


@pytest.mark.parametrize(
    ("control", "consent", "garrison", "wanted"),
    [(0.5, 0.2, True, 0.5), (0.5, 0.8, True, 0.5), (0.5, 0.8, False, 0.8), (0.5, 0.2, False, 0.5)],
)
def test_a_garrison_lives_off_what_it_controls_and_others_off_consent(
    run: Run, control: float, consent: float, garrison: bool, wanted: float
) -> None:
    rules = run.rules.supply
    assert supply.off_the_land(control, consent, garrison, rules) == pytest.approx(rules.local_supply * wanted)


def test_logistics_add_garrisons_to_an_airlift(run: Run) -> None:
    rules = run.rules.united_states
    assert supply.airlift_capacity(3.0, 0.0, rules) == 3.0
    assert supply.airlift_capacity(3.0, 0.5, rules) == pytest.approx(3.0 + 0.5 * rules.logistics_t / rules.garrison_t)


# roads ----------------------------------------------------------------------------------------------------------------


def distances(run: Run) -> NDArray[np.float64]:
    """(F, P) road kilometres, worked out anew."""
    supply.supply_by_land(run.data)
    return run.roads.distance.copy()


def by_dijkstra(run: Run) -> NDArray[np.float64]:
    """(F, P) the same by SciPy, from the words of the module's docstring."""
    land, state, rules = run.land, run.state, run.parameters.supply
    out = np.full((FORCES, PLACES), np.inf)
    for a in range(FORCES):
        allies = state.stance[a] == 1
        held = (state.holder >= 0) & allies[state.holder]
        passable = held | (state.control[:-1][allies].sum(axis=0) >= rules.passable_share)[land.territory]
        start = np.repeat(np.arange(PLACES), np.diff(land.road_start))
        usable = passable[start]
        ends = start[usable], land.road_end[usable]
        graph = sparse.csr_array((land.road_km[usable], ends), shape=(PLACES, PLACES))
        depot = (state.holder == a) & (land.place_population >= rules.depot_population)
        depot[land.home_place[a]] = True
        joined = np.isfinite(csgraph.dijkstra(graph, indices=land.home_place[a]))
        out[a] = csgraph.dijkstra(graph, indices=np.flatnonzero(depot & joined), min_only=True)
    return out


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, Any]:
    """Random roads, fronts, alliances, countryside and headquarters."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    links = draw(st.integers(0, 40))
    a, b = rng.integers(0, PLACES, (2, links))
    keep = a < b
    pairs = np.unique(np.stack([a[keep], b[keep]], axis=1), axis=0)
    km = rng.integers(1, 60, len(pairs)) if draw(st.booleans()) else rng.uniform(1, 200, len(pairs))
    signs = np.triu(rng.choice([-1, 0, 1], (FORCES, FORCES)), 1)
    return {
        "pairs": pairs,
        "km": km.astype(float),
        "holder": rng.integers(-1, FORCES, PLACES),
        "stance": signs + signs.T + np.eye(FORCES, dtype=int),
        "control": rng.dirichlet(np.full(FORCES + 1, 0.5), TOWNS).T,
        "home": rng.integers(0, PLACES, FORCES),
        "population": np.where(np.arange(PLACES) < TOWNS, rng.uniform(1e4, 4e5, PLACES), 0.0),
    }


def settle(run: Run, world: dict[str, Any]) -> None:
    """Put a run into a random world."""
    ends = np.concatenate([world["pairs"], world["pairs"][:, ::-1]])
    order = np.lexsort((ends[:, 1], ends[:, 0]))
    new = {
        "road_start": np.searchsorted(ends[order, 0], np.arange(PLACES + 1)),
        "road_end": ends[order, 1].copy(),
        "road_km": np.concatenate([world["km"], world["km"]])[order],
        "home_place": world["home"],
        "place_population": world["population"],
    }
    for array in new.values():
        read_only(array)
    run.land = replace(run.land, **new)
    run.data = hand_over({name: getattr(run, name) for name in ("land", *GROUPS)})
    for name in ("holder", "stance", "control"):
        setattr(run.state, name, world[name])


@given(world=worlds())
def test_distances_are_dijkstras(model: RareEarthModel, world: dict[str, Any]) -> None:
    run, land, data = model.run, model.run.land, model.run.data
    settle(run, world)
    try:
        assert distances(run).tolist() == by_dijkstra(run).tolist()
        assert np.isfinite(run.roads.distance[range(FORCES), run.land.home_place]).all()
        assert not run.roads.waiting.any()
    finally:
        run.land, run.data = land, data


def test_whoever_holds_a_town_opens_its_roads_to_allies(run: Run) -> None:
    laiza, waingmaw, bhamo = (place(run, name) for name in ("LAIZA", "T07", "T10"))
    run.state.holder[laiza] = KIA
    assert np.isfinite(distances(run)[KIA]).nonzero()[0].tolist() == sorted([laiza, waingmaw, place(run, "T08")])
    assert np.isinf(run.roads.distance[KIA, bhamo])
    run.state.stance[KIA, JUNTA] = run.state.stance[JUNTA, KIA] = 1
    assert np.isfinite(distances(run)[KIA, bhamo])


def test_whoever_controls_the_countryside_uses_its_roads(run: Run) -> None:
    run.state.holder[place(run, "LAIZA")] = KIA
    share = run.parameters.supply.passable_share
    for control, open_ in ((share - 0.01, False), (share, True)):
        run.state.control[KIA, place(run, "T08")] = control
        assert np.isfinite(distances(run)[KIA, place(run, "T10")]) == open_


def test_a_large_town_is_a_depot_once_it_is_joined_to_the_headquarters(run: Run) -> None:
    hpakant, katha = place(run, "T05"), place(run, "T09")
    assert run.parameters.supply.depot_population < 170_000
    assert distances(run)[JUNTA, [hpakant, katha]].tolist() == [0.0, 0.0]
    for town in ("T02", "T07", "T05"):  # Myitkyina's ways out
        run.state.holder[place(run, town)] = KIA
    run.state.holder[place(run, "T01")] = KIA
    assert np.isinf(distances(run)[JUNTA, katha])


# the process ----------------------------------------------------------------------------------------------------------


def test_supply_is_the_better_of_road_and_land(run: Run) -> None:
    rules, state = run.parameters.supply, run.state
    bhamo, momauk = place(run, "T10"), place(run, "T08")
    state.clock["rains"] = 0.5
    state.control[KIA, momauk], state.legitimacy[KIA, bhamo] = 0.3, 0.9
    km = distances(run)[JUNTA, momauk]
    friction = 1 + (rules.monsoon_friction - 1) * 0.5
    assert 0 < km < np.inf
    assert state.supply[JUNTA, momauk] == pytest.approx(exp(-km * friction / rules.decay_km))
    assert state.supply[KIA, momauk] == pytest.approx(0.3 * rules.local_supply)
    assert state.supply[KIA, bhamo] == pytest.approx(0.9 * rules.local_supply)
    state.control[JUNTA, momauk] = 1.0
    supply.supply_by_land(run.data)
    assert state.supply[JUNTA, momauk] == pytest.approx(max(rules.local_supply, exp(-km * friction / rules.decay_km)))


def test_field_forces_live_off_people_who_consent_and_garrisons_do_not(run: Run) -> None:
    run.state.legitimacy[:] = 0.5
    run.state.holder[place(run, "T05")] = KIA
    supply.live_off_land(run.data)
    local = 0.5 * run.parameters.supply.local_supply
    for where, holder in enumerate(run.state.holder):
        wanted = [0.0 if actor == holder else local for actor in range(FORCES)]
        assert run.state.supply[:, where] == pytest.approx(wanted)


def test_months_of_isolation_are_counted_and_forgotten(run: Run) -> None:
    laiza, katha = place(run, "LAIZA"), place(run, "T09")
    run.state.holder[:] = KIA
    run.state.holder[katha] = JUNTA
    for months in (1, 2, 3):
        supply.supply_by_land(run.data)
        assert run.state.isolated[katha] == months
        assert run.roads.isolated[: run.roads.count["isolated"]].tolist() == [katha]
    assert run.state.isolated[laiza] == 0
    run.state.holder[:] = JUNTA
    supply.supply_by_land(run.data)
    assert run.state.isolated[katha] == 0


def isolate(run: Run, name: str, month: int, siege: int = 2) -> int:
    """Cut a garrison of the junta off, with half its posts lost, in a month of its siege; its place."""
    where, state = place(run, name), run.state
    state.month = month
    state.holder[:] = KIA
    state.holder[where], state.isolated[where] = JUNTA, 1
    state.attacker[where], state.besieged[where] = KIA, siege
    state.posts[where], state.posts_full[where], state.siege_progress[where] = 4, 8, 0.6
    supply.supply_by_land(run.data)
    supply.relieve_by_river(run.data)
    return where


def test_boats_relieve_a_garrison_on_a_river_by_chance(run: Run) -> None:
    relieved = 0
    for month in range(400):
        bhamo = isolate(run, "T10", month)
        state, count = run.state, int(run.roads.count["relieved"])
        assert run.roads.relieved[:count].tolist() == [bhamo][:count]
        assert (state.isolated[bhamo], state.posts[bhamo]) == (0 if count else 2, 4)
        assert state.siege_progress[bhamo] == pytest.approx(0.3 if count else 0.6)
        assert (state.supply[JUNTA, bhamo] == 1.0) == bool(count)
        relieved += count
    # 400 months at 0.1: mean 40, standard deviation 6
    assert 20 < relieved < 60


def test_no_boat_comes_where_no_river_is(run: Run) -> None:
    for month in range(100):
        isolate(run, "T05", month)
        assert run.roads.count["relieved"] == 0


def test_no_boat_relieves_whom_nobody_besieges(run: Run) -> None:
    for month in range(100):
        isolate(run, "T10", month, siege=1)
        assert run.roads.count["relieved"] == 0
