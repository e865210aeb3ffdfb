"""What the outside world does by date: places handed over, lanes set."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from model.model import RareEarthModel
from model.phases.calendar import open_month
from model.phases.forcing import apply_forcing
from model.scenario.problems import ScenarioError
from model.scenario.read import load_scenario
from model.scenario.spec import RunSpec

TINY = str(Path(__file__).parent / "tiny")


def model_with(forcing: list[dict[str, object]], months: int = 4) -> RareEarthModel:
    sets = [f"world={TINY}", f"months={months}", "forcing=" + _toml(forcing)]
    scenario = load_scenario("status_quo", sets)
    return RareEarthModel(spec=RunSpec.make(scenario.name, scenario.resolved()))


def _toml(entries: list[dict[str, object]]) -> str:
    return "[" + ",".join("{" + ",".join(f"{k}={json.dumps(v)}" for k, v in e.items()) + "}" for e in entries) + "]"


def test_a_place_is_handed_over_at_its_date_and_kept() -> None:
    plain = model_with([])
    site = plain.world.place_ids[int(plain.world.mine_place[0])]
    at = plain.world.find_place(site)
    winner = "UWSA"  # which fights nobody there
    assert plain.world.force_index[winner] != plain.state.holder[at]
    model = model_with([{"name": "x", "kind": "holder", "start": "2025-10", "target": site, "actor": winner}], months=6)
    holders = []
    for _ in range(6):
        model.step()
        holders.append(model.run.name(int(model.state.holder[at])))
    assert holders[2:] == [winner] * 4
    handed = [event for event in model.recorder.events if event[2] == "handed_over"]
    assert handed and handed[0][1] == "2025-10"


def test_what_is_taken_from_who_was_at_peace_was_fought_for() -> None:
    model = model_with([{"name": "x", "kind": "holder", "start": "2025-08", "target": "T12", "actor": "KIA"}])
    kia, wa = (model.world.force_index[name] for name in ("KIA", "UWSA"))
    assert model.state.stance[kia, wa] == 0
    open_month(model.run)
    assert model.state.stance[kia, wa] == model.state.stance[wa, kia] == -1


def test_conscripts_are_those_of_the_record_while_it_lasts() -> None:
    entry = {"name": "x", "kind": "conscription", "start": "2025-09", "end": "2025-10", "target": "JUNTA"}
    model = model_with([{**entry, "value": 777.0}])
    own, junta, seen = model.run.actors["conscripts_per_month"].copy(), model.run.land.junta, []
    for _ in range(4):
        model.step()
        seen.append(float(model.state.conscripts[junta]))
    assert seen == [own[junta], 777.0, 777.0, own[junta]]
    assert model.state.conscripts.tolist() == own.tolist()
    assert own[junta] == 120.0


def test_lanes_are_shut_to_the_value_at_most() -> None:
    entry = {"name": "x", "kind": "close_lanes", "start": "2025-08", "target": "PANGWA", "lane": "ore", "value": 0.4}
    model = model_with([entry])
    lanes, gate = model.state.lanes, model.world.crossing_ids.index("PANGWA")
    others = np.arange(len(lanes)) != gate
    for before, after in ((0.9, 0.4), (0.1, 0.1)):
        lanes.fill(before)
        apply_forcing(model.run)
        assert lanes[gate].tolist() == [after, before, before]
        assert (lanes[others] == before).all()


def test_lanes_are_set_to_the_value_whatever_beijing_does() -> None:
    entry = {"name": "x", "kind": "lanes", "start": "2025-09", "end": "2025-10", "target": "China", "lane": "reagent"}
    model = model_with([{**entry, "value": 0.3}])
    model.step()
    model.step()
    chinese = model.world.chinese_crossings
    assert np.allclose(model.state.lanes[chinese, 1], 0.3)
    assert not np.allclose(model.state.lanes[chinese, 0], 0.3)


def test_a_forcing_about_nobody_known_is_told() -> None:
    with pytest.raises(ScenarioError, match="unknown armed actor"):
        model_with([{"name": "x", "kind": "holder", "start": "2025-10", "target": "Bhamo", "actor": "KIAA"}])
