"""The record of a run: every column is read off the state as its entry says."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from model.dynamics.taxes import gate_price, tax_per_tonne
from model.model import RareEarthModel
from model.output import tables
from model.output.record import Recorder
from tests.world_of_policy import WATCHFUL, WILLING, instrument, present, small

MONTHS = 13
BUILDING = instrument("route_building")


@pytest.fixture(scope="module")
def model() -> RareEarthModel:
    """A run in which much happens, to its end."""
    made = small(BUILDING, *WATCHFUL, *WILLING, instrument("recognition", "KIA"), months=MONTHS)
    for _ in range(MONTHS):
        made.step()
    return made


def sums_of(model: RareEarthModel) -> dict[str, float]:
    """Columns of the last month that sum something up, in NumPy."""
    state, land = model.state, model.run.land
    ore = state.flows.ore.sum(axis=0)
    return {
        "exports_t_china_official": ore[0],
        "exports_t_china_informal": ore[1],
        "exports_t_quad": ore[2],
        "stock_t": state.stock.sum(),
        "capacity_t": state.capacity.sum(),
        "operating_share": (state.operating * state.capacity).sum() / state.capacity.sum(),
        "ore_lanes_open": (state.lanes[land.mine_crossing, 0] * state.capacity).sum() / state.capacity.sum(),
        "goods_lanes_open": state.lanes[land.chinese, 2].mean(),
        "deaths_fighters": state.tally.dead.sum(),
        "displaced_persons": state.displaced.sum(),
    }


def standing_of(model: RareEarthModel) -> dict[str, np.ndarray]:
    """Actors' columns of the last month that sum something up, in NumPy."""
    state, world, run = model.state, model.world, model.run
    forces, towns = range(len(world.force_ids)), len(world.codes)
    people = (state.control[:-1] * world.population).sum(axis=1)
    weighed = state.control[:-1] * world.population / np.maximum(people, 1.0)[:, None]
    price = gate_price(state.market["price_ore"], run.rules.market)
    return {
        "townships_held": np.array([(state.holder[:towns] == a).sum() for a in forces]),
        "population_share": people / world.population.sum(),
        "seat_population_share": np.array([world.population[state.holder[:towns] == a].sum() for a in forces])
        / world.population.sum(),
        "troops": state.troops.sum(axis=1),
        "posts": np.array([state.posts[state.holder == a].sum() for a in forces]),
        "legitimacy": (weighed * state.legitimacy).sum(axis=1),
        "services": (weighed * state.services).sum(axis=1),
        "ore_tax_yuan_per_t": np.array([tax_per_tonne(run.data, a, price) for a in forces]),
    }


def test_sums_over_the_country_are_what_numpy_sums(model: RareEarthModel) -> None:
    for name, value in sums_of(model).items():
        assert model.recorder.monthly[name][-1] == pytest.approx(value), name
        assert value > 0 or name in ("exports_t_quad", "deaths_fighters"), f"nothing of {name} to test"


def test_sums_over_actors_are_what_numpy_sums(model: RareEarthModel) -> None:
    for name, values in standing_of(model).items():
        assert model.recorder.actors[name][-1] == pytest.approx(values), name
        assert values.any(), f"nothing of {name} to test"


def test_numbers_of_the_state_and_of_those_who_decide_are_recorded(model: RareEarthModel) -> None:
    monthly, state = model.recorder.monthly, model.state
    assert monthly["price_tb_yuan_per_kg"][-1] == state.market["price_tb"]
    assert monthly["india_route_capacity_t"][-1] == state.market["route_capacity"] > 0
    assert monthly["india_commitment"][-1] == present(model.run.agents.india).commitment > 0
    assert monthly["japan_finance_usd"][-1] == present(model.run.agents.japan).paid > 0
    assert monthly["us_attention"][-1] == present(model.run.agents.united_states).attention > 0
    assert monthly["threat_credibility"][-1] == present(model.run.agents.united_states).credibility
    assert monthly["western_followers"][-1] == len([1 for one in model.run.agents.western if one.recognises])
    kia = model.world.force_index["KIA"]
    assert model.recorder.actors["recognition"][-1, kia] == state.recognition[kia] > 0


def test_every_column_but_the_keys_has_its_reader(model: RareEarthModel) -> None:
    keys = {*tables.KEY, "month", "date", "actor", "road_binds"}
    for table in (tables.MONTHLY, tables.ACTORS):
        assert {column.name for column in table if column.read is None} <= keys
    assert set(model.recorder.monthly) == {column.name for column in tables.MONTHLY} - keys


def test_one_entry_adds_a_column(monkeypatch: pytest.MonkeyPatch) -> None:
    more = tables.Column(
        "sieges", pa.float64(), "-", "places besieged", read=lambda now: (now.state.attacker >= 0).sum()
    )
    doubled = tables.Column("strength", pa.float64(), "-", "as much again", read=lambda now: 2 * now.found.troops)
    monkeypatch.setattr(tables, "MONTHLY", (*tables.MONTHLY, more))
    monkeypatch.setattr(tables, "ACTORS", (*tables.ACTORS, doubled))
    model = small()
    recorder = Recorder(model.run, model.spec, 1)
    recorder.note("2025-08")
    assert recorder.monthly["sieges"][0] == (model.state.attacker >= 0).sum() > 0
    assert (recorder.actors["strength"][0] == 2 * recorder.actors["troops"][0]).all()


def test_who_has_left_is_recorded_with_nothing() -> None:
    model = small()
    for actor in list(model.run.agents.everyone()):
        actor.remove()
    model.recorder.note("2025-09")
    for name in ("us_attention", "threat_credibility", "india_commitment", "japan_finance_usd", "western_followers"):
        assert model.recorder.monthly[name][1] == 0, name
    assert not model.recorder.actors["us_partner"][1].any()
    assert model.recorder.actors["troops"][1].sum() > 0, "garrisons stay"


def test_exports_are_listed_with_their_sellers(model: RareEarthModel) -> None:
    recorder, state = model.recorder, model.state
    last = [row for row in recorder.exports if row[0] == MONTHS]
    assert sum(row[-1] for row in last) == pytest.approx(state.flows.ore.sum())
    assert last, "ore was sold"
    for _, mine, seller, crossing, way, tonnes in last:
        assert tonnes == state.flows.ore[mine, way] and crossing == state.flows.crossing[mine, way]
        assert seller == state.holder[model.world.mine_place[mine]]


def test_maps_are_kept_once_a_year_and_holders_every_month(model: RareEarthModel) -> None:
    recorder = model.recorder
    assert [part["month"] for part in recorder.control] == [0, 12, MONTHS]
    holders = recorder.holder_of("Bhamo")
    assert holders is not None and len(holders) == MONTHS + 1
    assert holders[-1] == model.state.holder[model.world.find_place("Bhamo")]
    assert recorder.holder_of("Nowhere") is None


def test_tables_of_a_run_have_the_rows_of_its_months(model: RareEarthModel) -> None:
    found = model.recorder.result().tables
    assert found["monthly"].num_rows == MONTHS + 1
    assert found["actors"].num_rows == (MONTHS + 1) * len(model.world.force_ids)
    assert found["lanes"].num_rows == (MONTHS + 1) * len(model.world.crossing_ids)
    assert found["events"].num_rows == len(model.run.events) > 0
    for name in ("monthly", "actors", "exports", "events", "control"):
        assert found[name].schema.equals(tables.schema(name))
