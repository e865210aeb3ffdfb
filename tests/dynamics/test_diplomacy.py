"""Who takes up arms, and forces that form where there were none."""

from __future__ import annotations

import numpy as np
import pytest

from model.dynamics.diplomacy import DiplomacyParameters, taking_up_arms
from model.scenario.read import load_scenario
from model.setup import armed_tables, profile_of, with_own_actors
from model.state import State, begin
from model.world.read import load_world

WORLD = load_world("tests/tiny")
IDS = WORLD.force_ids
JUNTA, KIA, PDF, UWSA = (IDS.index(name) for name in ("JUNTA", "KIA", "PDF-SAGAING", "UWSA"))


@pytest.fixture
def state() -> State:
    return begin(WORLD, WORLD.initial["2025-08"], 3)


def profile() -> dict[str, np.ndarray]:
    found = profile_of(armed_tables(load_scenario("status_quo", ["world=tests/tiny"])))
    return {name: values.copy() for name, values in found.items()}


def test_victories_of_allies_draw_a_group_into_war_and_dependence_on_china_keeps_it_out(state: State) -> None:
    prospects, p, table = np.full(len(IDS), 1.0), DiplomacyParameters(), profile()
    before = taking_up_arms(state, JUNTA, table, prospects, p)
    assert before[UWSA] < before[KIA]
    state.dealings.halted[KIA] = True
    assert taking_up_arms(state, JUNTA, table, prospects, p)[KIA] < before[KIA]
    state.dealings.halted[KIA] = False
    state.towns_lost_year[PDF] = -10.0  # the KIA's ally has won ten towns
    after = taking_up_arms(state, JUNTA, table, prospects, p)
    assert after[KIA] > before[KIA]
    assert after[UWSA] == before[UWSA]
    table["dependence_on_china"][KIA] = 1.0
    assert taking_up_arms(state, JUNTA, table, prospects, p)[KIA] < before[KIA]


def test_headquarters_stand_where_they_stood_at_the_date() -> None:
    early, late = (load_scenario("status_quo", [f"start={date}"]) for date in ("2023-10", "2025-08"))
    homes = [armed_tables(scenario)["NDA-K"].home for scenario in (early, late)]
    assert homes[0] == "PANGWA" != homes[1]
    world = with_own_actors(load_world("myanmar"), early)
    assert world.forces[world.force_ids.index("NDA-K")].home == "PANGWA"


def test_land_allies_and_homes_of_known_actors_can_be_changed() -> None:
    sets = ['actors.KIA.core=["T08"]', 'actors.KIA.homeland=["T12"]', 'actors.KIA.allies=["UWSA"]', "world=tests/tiny"]
    changed = with_own_actors(WORLD, load_scenario("status_quo", sets))
    assert changed.core[KIA, changed.find_place("T08")]
    assert changed.home[KIA, changed.find_place("T12")] and not WORLD.home[KIA, WORLD.find_place("T12")]
    assert changed.initial["2025-08"].stance[KIA, UWSA] == 1
    assert with_own_actors(WORLD, load_scenario("status_quo", ["world=tests/tiny"])) is WORLD
