"""The grid: a Mesa space of townships that shows what the run's arrays hold, and where actors stand."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import networkx as nx
import numpy as np
import pytest
from mesa.discrete_space import Cell, CellAgent, DiscreteSpace

import model.model as module
from agents.armed.actor import ArmedActor
from agents.beijing.agent import Beijing
from agents.buyers import ChineseBuyer
from model.experiments.simulate import dispose, simulate
from model.grid import Township
from model.model import RareEarthModel
from model.views.tiles import tiles_of
from tests.world_of_policy import present, run, small

WORLDS = ("tests/tiny", "myanmar", "invented:6x5")


def of_world(world: str) -> RareEarthModel:
    return RareEarthModel(world=world, months=2)


def place(model: RareEarthModel, name: str) -> int:
    return model.world.find_place(name)


@pytest.mark.parametrize("world", WORLDS)
def test_cells_are_the_townships_joined_by_the_borders_of_the_table(world: str) -> None:
    model = of_world(world)
    grid, table = model.grid, model.world
    assert isinstance(grid, DiscreteSpace)
    assert len(grid.all_cells) == len(table.codes) == len({cell.coordinate for cell in grid})
    assert [cell.code for cell in grid] == list(table.codes)
    assert grid.all_cells.cells[-1].population == table.population[-1]
    borders = {frozenset(pair) for pair in table.borders.tolist()}
    joined = {frozenset((cell.index, other.index)) for cell in grid for other in cell.connections.values()}
    assert joined == borders
    assert all(cell.connections[other.coordinate] is other for cell in grid for other in cell.connections.values())


@pytest.mark.parametrize("world", WORLDS)
def test_mesa_draws_a_cell_where_the_tile_map_does(world: str) -> None:
    model = of_world(world)
    drawn = []
    for column, row in (cell.coordinate for cell in model.grid):
        assert 0 <= column < model.grid.width and 0 <= row < model.grid.height
        # As in mesa.visualization: even rows are shifted to the right, rows count from the south.
        drawn.append((np.sqrt(3) * column + (row - 1) % 2 * np.sqrt(3) / 2, 1.5 * row))
    np.testing.assert_allclose([cell.position for cell in model.grid], drawn)
    moved = np.array(drawn) - np.sqrt(3) * tiles_of(model.world).centres
    np.testing.assert_allclose(moved, np.broadcast_to(moved[0], moved.shape), atol=1e-9)
    assert model.grid.find_nearest_cell((drawn[2][0] + 0.3, drawn[2][1] - 0.3)) is model.grid.all_cells.cells[2]


def test_a_township_is_found_by_code_name_site_coordinate_and_tile() -> None:
    grid = of_world("myanmar").grid
    bhamo = grid["Bhamo"]
    assert isinstance(bhamo, Township) and isinstance(bhamo, Cell)
    assert (bhamo.code, bhamo.name, bhamo.state) == ("MMR001010", "Bhamo", "Kachin")
    assert grid["MMR001010"] is grid[" bhamo "] is grid[bhamo.coordinate] is grid.tile(bhamo.row, bhamo.col) is bhamo
    assert grid["Laiza"] is grid["LAIZA"] is grid["Waingmaw"]
    assert "Laiza" in [site.name for site in grid["Waingmaw"].sites]
    assert repr(bhamo).startswith("<Bhamo (MMR001010, Kachin), held by ")


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("Minhla", r"there are 2 townships Minhla: MMR008009 \(Bago \(West\)\), MMR009013 \(Magway\); give the code"),
        ("Bhamoo", "there is no township 'Bhamoo'; did you mean 'Bhamo'"),
        ((40, 2), r"no township has the coordinate \(40, 2\); they are \(column, row counted from the south\)"),
    ],
)
def test_a_name_that_is_none_or_not_the_only_one_is_refused_in_a_sentence(asked: str, answer: str) -> None:
    with pytest.raises(KeyError, match=answer):
        of_world("myanmar").grid[asked]


def test_a_township_shows_what_the_arrays_hold_now() -> None:
    model = small()
    grid, state, kia = model.grid, model.state, model.world.force_index["KIA"]
    bhamo, chipwi = grid["Bhamo"], grid["Chipwi"]
    town, (gate, _) = bhamo.index, chipwi.sites
    state.holder[town], state.posts[town], state.attacker[town] = kia, 7, -1
    assert (bhamo.holder, bhamo.posts, bhamo.siege) == ("KIA", 7, None)
    state.attacker[town], state.siege_progress[town] = model.world.force_index["JUNTA"], 0.6
    assert bhamo.siege == ("JUNTA", 0.6)
    state.control[:, town] = 0.0
    state.control[kia, town], state.control[-1, town] = 0.25, 0.75
    state.services[kia, town] = 0.125
    assert list(bhamo.control.items()) == [("nobody", 0.75), ("KIA", 0.25)]
    assert bhamo.services == {"KIA": 0.125}
    state.troops[:, [chipwi.index, *(site.index for site in chipwi.sites)]] = 0
    state.troops[kia, chipwi.index], state.troops[kia, gate.index] = 30, 12
    assert (chipwi.troops, gate.troops) == ({"KIA": 42}, {"KIA": 12})
    state.holder[gate.index] = -1
    assert gate.holder == "nobody" and gate.kind == "gate" and gate.siege is None and "gate" in repr(gate)
    (mine,) = chipwi.mines
    state.stock[mine.index], state.capacity[mine.index], state.operating[mine.index] = 321.0, 500.0, 0.5
    assert (mine.stock, mine.capacity, mine.operating) == (321.0, 500.0, 0.5) and "321 t" in repr(mine)
    assert mine.holder == model.run.name(int(state.holder[model.world.mine_place[mine.index]]))


def test_neighbourhoods_count_borders() -> None:
    model = of_world("myanmar")
    graph = nx.Graph(model.world.borders.tolist())
    cell = model.grid["Myitkyina"]
    assert set(cell.neighborhood) == set(cell.connections.values())
    for radius in (1, 2, 4):
        near = set(nx.single_source_shortest_path_length(graph, cell.index, radius)) - {cell.index}
        assert {other.index for other in cell.get_neighborhood(radius)} == near
        assert len(cell.get_neighborhood(radius, include_center=True)) == len(near) + 1
    assert set(cell.get_neighborhood(8).agents) > set(cell.get_neighborhood(1).agents)
    with pytest.raises(ValueError, match="radius = 0: must be 1 or more"):
        cell.get_neighborhood(0)


def test_cells_are_selected_by_function_and_by_attribute() -> None:
    model = small()
    grid = model.grid
    held = grid.all_cells.select(lambda cell: cell.holder == "KIA")
    assert held.cells
    assert [grid[at] for at in grid.select_cells({"holder": lambda names: names == "KIA"})] == held.cells
    (most,) = grid.select_cells({"state": lambda names: names == "East"}, {"population": "highest"})
    assert grid[most].name == "Waingmaw"
    mask = grid.select_cells({"population": lambda people: people > 150_000}, return_list=False)
    assert mask.shape == grid.dimensions and mask.sum() == 4
    assert [grid[at].name for at in grid.select_cells(None, {"population": "lowest"}, mask)] == ["Katha"]
    free = [grid[at] for at in grid.select_cells(only_empty=True)]
    assert free == grid.empties.cells and not any(cell.agents for cell in free)
    assert grid.select_random_empty_cell() in free


def test_agents_stand_at_headquarters_and_gates_and_others_nowhere() -> None:
    model = of_world("myanmar")
    by_id = {actor.actor_id: actor for actor in model.agents_by_type[type(model.run.agents.armed[1])]}
    assert isinstance(by_id["KIA"], CellAgent)
    assert by_id["KIA"].cell is model.grid["Laiza"]
    assert by_id["KIA"] in model.grid["Waingmaw"].agents
    buyers = {buyer.buyer_id: buyer.cell for buyer in model.agents_by_type[ChineseBuyer]}
    assert buyers["TENGCHONG"] is model.grid["Pangwa"]
    assert present(model.run.agents.beijing).cell is None
    standing = set(model.grid.agents)
    assert len(standing) == len(model.world.forces) + len(model.world.buyers)
    assert {type(agent) for agent in standing}.isdisjoint({Beijing})


def test_who_loses_its_headquarters_moves_to_most_of_its_fighters() -> None:
    model = small()
    kia = next(actor for actor in model.run.agents.armed if actor.actor_id == "KIA")
    home = kia.cell
    assert home is model.grid["Laiza"]
    model.state.holder[place(model, "Laiza")] = model.world.force_index["JUNTA"]
    model.state.troops[kia.index, place(model, "Katha")] = 90_000
    assert kia.cell is model.grid["Katha"] and kia not in home.agents
    model.state.troops[kia.index] = 0
    assert [kia.cell] == [None]
    assert kia not in model.grid["Katha"].agents


def test_cells_that_are_at_hand_follow_each_month() -> None:
    model = small()
    home = model.grid["Laiza"]
    kia = next(agent for agent in home.agents if isinstance(agent, ArmedActor))
    model.state.holder[place(model, "Laiza")] = model.world.force_index["UWSA"]
    model.state.troops[kia.index] = 0
    model.step()
    assert kia not in home.agents


def test_who_is_removed_or_replaced_stands_nowhere() -> None:
    model = small()
    cell, armed = model.grid["Laiza"], model.run.agents.armed
    kia = next(agent for agent in cell.agents if isinstance(agent, ArmedActor))
    with pytest.raises(AttributeError, match="stands where stands_at"):
        kia.move_to(model.grid["Bhamo"])
    kia.remove()
    assert kia.cell is None and kia not in model.grid["Laiza"].agents
    heir = type(kia)(model, "KIA", kia.index, kia.parameters)
    armed.insert(kia.index, heir)
    assert heir.cell is cell and heir in cell.agents


def test_a_run_pays_nothing_for_the_grid_until_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the grid is made")

    monkeypatch.setattr(module, "TownshipGrid", refuse)
    model = small(months=3)
    assert simulate(model.spec).outcomes
    assert run(model).month == 3
    with pytest.raises(AssertionError, match="the grid is made"):
        assert model.grid is None


def test_a_run_whose_grid_was_used_leaves_nothing_behind() -> None:
    model = small(months=2)
    assert len(model.grid["Bhamo"].get_neighborhood(2)) > len(model.grid["Bhamo"].neighborhood) > 0
    run(model)
    left: list[weakref.ref[Any]] = [weakref.ref(part) for part in (model, model.run, model.grid["Bhamo"])]
    dispose(model)
    del model
    gc.collect()
    assert [ref() for ref in left] == [None, None, None]
