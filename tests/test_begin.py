"""Before the first month: actors as the record and the scenario have them."""

from __future__ import annotations

import numpy as np

from model.begin import armed_tables, with_own_actors
from model.model import RareEarthModel
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


def walls(**sets: object) -> np.ndarray:
    """What a garrison is worth at each place of the small world."""
    run = RareEarthModel("status_quo", world="tests/tiny", processes={"fortification": sets}).run
    return np.asarray(run.state.wall / run.land.wall)


def test_places_of_one_kind_differ_and_do_not_change_with_the_policy() -> None:
    assert (walls(spread=0.0) == 1.0).all()
    narrow, wide = walls(spread=0.2), walls(spread=0.4)
    assert len(set(narrow)) == len(narrow) > 5
    # The same draws, twice as far from the median.
    np.testing.assert_allclose(np.log(wide) + 0.08, 2 * (np.log(narrow) + 0.02))
    np.testing.assert_allclose(walls(spread=0.2, town=3.0), narrow)
