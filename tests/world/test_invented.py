"""Invented worlds: valid at every size, the same each time, and growing as asked."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.sparse.csgraph import connected_components

from model.world.invented import hexagon_pairs, invent_world
from model.world.read import load_world
from model.world.world import World, WorldError

NAMES = ["invented:4x4", "invented:5x13:5", "invented:20x20", "invented:30x12:50"]


@pytest.fixture(scope="module", params=NAMES)
def world(request: pytest.FixtureRequest) -> World:
    return load_world(request.param)


def test_what_is_checked_in_folders_holds(world: World) -> None:
    state = world.initial_at("2021-02")
    assert len(set(world.place_ids)) == len(world.place_ids)
    assert len(set(zip(world.row.tolist(), world.col.tolist(), strict=True))) == len(world.codes)
    assert np.allclose(state.control.sum(axis=0), 1.0)
    assert state.control.min() >= 0
    assert len({frozenset(pair) for pair in world.roads.tolist()}) == len(world.roads)
    assert world.road_km.min() > 0
    assert set(world.site_parent) <= set(range(len(world.codes)))
    assert all(force.home in world.place_ids and force.homeland for force in world.forces)
    assert sum(float(buyer.settings["market_share"]) for buyer in world.buyers) == pytest.approx(1.0)
    assert (state.strength[:, 0] <= state.strength[:, 1]).all()
    assert (state.strength[:, 1] == state.troops.sum(axis=1)).all()
    assert (state.troops.sum(axis=1) > 0).all()


def test_everything_is_joined_by_road(world: World) -> None:
    assert connected_components(world.road_matrix)[0] == 1
    assert np.isfinite(world.mine_km).all()


def test_countries_lie_beyond_the_right_edges(world: World) -> None:
    column = world.col[world.place_territory[world.crossing_place]]
    for at, country in zip(column, world.crossing_country, strict=True):
        assert at == {"China": world.col.max(), "India": 0}[country]
    assert set(world.crossing_country) == {"China", "India"}
    assert {world.crossing_country[at] for at in world.mine_crossing} == {"China"}


def test_wars_are_mutual(world: World) -> None:
    state = world.initial_at("2021-02")
    assert (state.stance == state.stance.T).all()
    assert (state.stance.diagonal() == 1).all()


def test_sieges_are_by_enemies_who_have_fighters_there() -> None:
    state = load_world("invented:20x20").initial_at("2021-02")
    besieged = np.nonzero(state.attacker >= 0)[0]
    assert len(besieged) > 0
    assert (state.stance[state.attacker[besieged], state.holder[besieged]] == -1).all()
    assert (state.troops[state.attacker[besieged], besieged] > 0).all()


def test_everybody_holds_its_home(world: World) -> None:
    state = world.initial_at("2021-02")
    assert [state.holder[world.find_place(force.home)] for force in world.forces] == list(range(len(world.forces)))


def test_some_mines_are_in_the_hands_of_an_organization(world: World) -> None:
    holders = world.initial_at("2021-02").holder[world.mine_place]
    assert any(world.forces[holder].kind == "EthnicArmedOrganization" for holder in holders)


def test_a_name_always_means_the_same_world() -> None:
    one, other = invent_world("invented:9x9"), invent_world("invented:9x9")
    for a, b in ((one, other), (one.initial["2021-01"], other.initial["2021-01"])):
        for field in dataclasses.fields(a):
            if field.name != "initial":
                assert np.array_equal(getattr(a, field.name), getattr(b, field.name)), field.name


def test_size_is_as_asked() -> None:
    world = load_world("invented:30x12:50")
    assert (len(world.codes), len(world.forces), len(world.mine_ids)) == (360, 50, 3)
    assert (int(world.row.max()), int(world.col.max())) == (29, 11)
    assert len(load_world("invented:20x20").forces) == 8


def test_inner_territories_have_six_neighbours() -> None:
    world = load_world("invented:20x20")
    sides = np.bincount(world.borders.ravel())
    inner = (world.row % 19 != 0) & (world.col % 19 != 0)
    assert (sides[inner] == 6).all()
    assert (sides[~inner] < 6).all()


def test_tiles_that_touch_on_the_map_touch_in_the_table() -> None:
    rows, cols = 5, 6
    row, col = (grid.ravel() for grid in np.mgrid[:rows, :cols])
    x, y = col + 0.5 * (row % 2), row * np.sqrt(0.75)
    apart = np.hypot(x[:, None] - x, y[:, None] - y)
    touching = {(a, b) for a, b in np.argwhere(np.abs(apart - 1) < 1e-9).tolist() if a < b}
    assert {(a, b) for a, b in hexagon_pairs(rows, cols).tolist()} == touching


def test_magnitudes_are_those_of_myanmar() -> None:
    real, made = load_world("myanmar"), load_world("invented:18x18")
    assert made.population.sum() / len(made.codes) == pytest.approx(real.population.sum() / len(real.codes), rel=0.01)
    junta = [int(w.initial_at("2025-08").troops[w.force_index["JUNTA"]].sum()) for w in (real, made)]
    assert junta[1] == pytest.approx(junta[0], rel=0.1)


def test_ten_thousand_territories_are_made() -> None:
    world = load_world("invented:100x100")
    assert (len(world.codes), len(world.mine_ids)) == (10_000, 100)
    assert connected_components(world.road_matrix)[0] == 1


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("invented:10", "has an unknown form; allowed is invented:ROWSxCOLS"),
        ("invented:10x10:", "has an unknown form"),
        ("invented:-4x10", "has an unknown form"),
        ("invented:3x10", "has 3 rows; 4 to 120 are allowed"),
        ("invented:10x121", "has 121 columns; 4 to 120 are allowed"),
        ("invented:10x10:4", "has 4 actors; 5 to 50 are allowed"),
        ("invented:4x4:9", "has 16 territories for 9 actors; there must be at least two per actor"),
    ],
)
def test_names_out_of_form_are_refused(name: str, sentence: str) -> None:
    with pytest.raises(WorldError, match=sentence):
        load_world(name)
