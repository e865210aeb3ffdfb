"""Before the first month: actors as the record and the scenario have them."""

from __future__ import annotations

from model.begin import armed_tables, with_own_actors
from model.scenario.read import load_scenario
from model.world.read import load_world


def test_headquarters_stand_where_they_stood_at_the_date() -> None:
    early, late = (load_scenario("status_quo", [f"start={date}"]) for date in ("2023-10", "2025-08"))
    homes = [armed_tables(scenario)["NDA-K"].home for scenario in (early, late)]
    assert homes[0] == "PANGWA" != homes[1]
    world = with_own_actors(load_world("myanmar"), early)
    assert world.forces[world.force_ids.index("NDA-K")].home == "PANGWA"


def test_land_allies_and_homes_of_known_actors_can_be_changed() -> None:
    world = load_world("tests/tiny")
    kia, uwsa = (world.force_index[name] for name in ("KIA", "UWSA"))
    sets = ['actors.KIA.core=["T08"]', 'actors.KIA.homeland=["T12"]', 'actors.KIA.allies=["UWSA"]', "world=tests/tiny"]
    changed = with_own_actors(world, load_scenario("status_quo", sets))
    assert changed.core[kia, changed.find_place("T08")]
    assert changed.home[kia, changed.find_place("T12")] and not world.home[kia, world.find_place("T12")]
    assert changed.initial["2025-08"].stance[kia, uwsa] == 1
    assert with_own_actors(world, load_scenario("status_quo", ["world=tests/tiny"])) is world
