"""What follows from the graph, by hand on the tiny world and against independent algorithms on the large one."""

from __future__ import annotations

from pathlib import Path

import networkx
import numpy as np
import pytest

from model.world.read import load_world
from model.world.topology import betweenness, distance_km
from model.world.world import World

TINY = Path(__file__).parents[1] / "tiny"


@pytest.fixture(scope="module")
def tiny() -> World:
    return load_world(str(TINY))


def around(world: World, place: str) -> set[str]:
    """Ids of the neighbours of a place."""
    row = world.neighbours[world.find_place(place)]
    return {world.place_ids[at] for at in row[row >= 0]}


def test_a_town_is_next_to_bordering_towns_and_its_own_sites(tiny: World) -> None:
    assert around(tiny, "T03") == {"T02", "T04", "T06", "T07", "PANGWA", "CHIPWI-MINES"}


def test_a_site_is_next_to_its_town_its_siblings_and_sites_down_the_road(tiny: World) -> None:
    assert around(tiny, "PANGWA") == {"T03", "CHIPWI-MINES", "TSAWLAW-MINES"}
    assert around(tiny, "LAIZA") == {"T07", "KANPAITI"}, "the road to T08 leads to a town of another territory"


@pytest.mark.parametrize("name", [str(TINY), "myanmar", "invented:7x9"])
def test_neighbours_are_mutual_and_near_says_the_same(name: str) -> None:
    world = load_world(name)
    pairs = {(place, int(other)) for place, row in enumerate(world.neighbours) for other in row[row >= 0]}
    assert pairs == {(b, a) for a, b in pairs}
    assert pairs and all(a != b for a, b in pairs)
    matrix = world.near
    assert (matrix == matrix.T).all()
    assert {(int(a), int(b)) for a, b in np.argwhere(matrix) if a != b} == pairs
    assert matrix.diagonal().all()


def test_nobody_marches_over_the_sea_or_through_a_corner() -> None:
    world = load_world("myanmar")
    closed = [
        tuple(pair) for pair, kind in zip(world.borders.tolist(), world.border_kind, strict=True) if kind == "sea"
    ]
    assert len(closed) > 0
    assert not any(world.near[a, b] for a, b in closed)


def test_the_road_matrix_holds_every_road_both_ways(tiny: World) -> None:
    matrix = tiny.road_matrix.toarray()
    assert (matrix == matrix.T).all()
    assert matrix[tiny.find_place("T06"), tiny.find_place("T07")] == 12
    assert np.count_nonzero(matrix) == 2 * len(tiny.roads)


@pytest.mark.parametrize("name", [str(TINY), "myanmar"])
def test_betweenness_agrees_with_networkx(name: str) -> None:
    world = load_world(name)
    graph = networkx.from_scipy_sparse_array((world.road_matrix * 1000).rint().astype(np.int64))
    expected = np.array(list(networkx.betweenness_centrality(graph, weight="weight").values()))
    assert world.betweenness.max() == 1.0
    # networkx sees a tie only where sums of floating-point numbers agree to the last bit; whole metres always do.
    assert np.abs(world.betweenness - expected / expected.max()).max() < 1e-9


def test_sampled_betweenness_finds_the_same_hubs() -> None:
    world = load_world("myanmar")
    sample = betweenness(world.road_matrix, pivots=120)
    assert np.corrcoef(sample, world.betweenness)[0, 1] > 0.95


def test_corridors_are_shortest_roads(tiny: World) -> None:
    mine, pass_ = tiny.mine_index["CHIPWI-PANGWA"], tiny.crossing_index["PANGSAU"]
    path, km = tiny.corridor(mine, pass_)
    assert [tiny.place_ids[at] for at in path] == ["CHIPWI-MINES", "T03", "T07", "T06", "T01", "PANGSAU"]
    assert km == 40 + 110 + 12 + 170 + 130


@pytest.mark.parametrize("name", [str(TINY), "myanmar", "invented:10x10"])
def test_corridors_agree_with_networkx(name: str) -> None:
    world = load_world(name)
    graph = networkx.from_scipy_sparse_array(world.road_matrix)
    for mine, start in enumerate(world.mine_place.tolist()):
        lengths = networkx.single_source_dijkstra_path_length(graph, start)
        for crossing, end in enumerate(world.crossing_place.tolist()):
            path, km = world.corridor(mine, crossing)
            assert km == pytest.approx(lengths[end])
            assert (path[0], path[-1]) == (start, end)
            assert networkx.path_weight(graph, path.tolist(), "weight") == pytest.approx(km)


def test_mines_are_as_far_from_their_gate_as_the_corridor_is_long(tiny: World) -> None:
    assert tiny.mine_km.tolist() == [20.0, 70.0, 8.0]


def test_homelands_cover_their_sites(tiny: World) -> None:
    nda_k = tiny.home[tiny.force_index["NDA-K"]]
    inside = {tiny.place_ids[at] for at in np.nonzero(nda_k)[0]}
    assert inside == {"T03", "T04", "PANGWA", "CHIPWI-MINES", "PHIMAW", "TSAWLAW-MINES"}
    assert tiny.home[tiny.force_index["JUNTA"]].all()


def test_places_are_found_by_id_and_by_name_in_any_case(tiny: World) -> None:
    assert tiny.find_place("t03") == tiny.find_place(" chipwi ") == 2
    assert tiny.find_place("Pangsau Pass") == tiny.find_place("PANGSAU") == 12
    with pytest.raises(KeyError):
        tiny.find_place("Mandalay")


def test_distances_are_great_circles() -> None:
    # Myitkyina to Bhamo is 126 km on the map; a degree along a meridian is 111.2 km.
    assert distance_km(25.3875, 97.3904, 24.2617, 97.2328) == pytest.approx(126.2, abs=0.5)
    assert distance_km(0.0, 0.0, 1.0, 0.0) == pytest.approx(111.2, abs=0.1)


def test_land_under_other_actors_is_not_worked_out_again() -> None:
    world = load_world("tests/tiny")
    other = world.with_actors(world.forces[:1], {})
    assert other.betweenness is world.betweenness and other.near is world.near
    assert other.home.shape[0] == 1 and world.home.shape[0] == len(world.forces)
