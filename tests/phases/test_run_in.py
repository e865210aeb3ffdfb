"""Before the first month: what the record fixes stays, and the rest is where the model itself would hold it."""

from __future__ import annotations

import numpy as np
import pytest

from model.begin import start_state
from model.dynamics.control import relax_countryside
from model.model import RareEarthModel
from tests.world_of_policy import small

MONTHS = "processes.ground.run_in_months="


@pytest.fixture(scope="module")
def model() -> RareEarthModel:
    """The small world after its run-in."""
    return small(MONTHS + "6", "processes.control.roots_fade=0")


def test_what_the_record_fixes_is_after_the_run_in_as_before(model: RareEarthModel) -> None:
    run, state = model.run, model.state
    recorded = start_state(run.world, run.scenario, run.actors)
    for name in ("holder", "attacker", "posts", "control", "arms", "treasury", "stance", "displaced", "lanes", "stock"):
        np.testing.assert_array_equal(getattr(state, name), getattr(recorded, name), err_msg=name)
    np.testing.assert_array_equal(state.troops.sum(axis=1), recorded.troops.sum(axis=1))
    assert not np.array_equal(state.troops, recorded.troops), "but fighters stand elsewhere"
    assert state.known.any(), "and who has fought knows whom"


def test_nothing_of_the_run_in_is_told_or_counted(model: RareEarthModel) -> None:
    assert (model.month, model.date, model.recorder.events) == (0, "2025-08", [])
    assert not model.state.tally.dead.any() and model.state.totals["operations"] == 0
    assert not model.run.battles.result["held"], "places can fall from now on"


def test_the_run_in_is_drawn_by_the_seed() -> None:
    first, again, other = small(), small(), small(replicate=1)
    np.testing.assert_array_equal(first.state.troops, again.state.troops)
    assert not np.array_equal(first.state.troops, other.state.troops)


def test_without_a_run_in_fighters_stand_where_the_record_has_them() -> None:
    model = small(MONTHS + "0")
    recorded = start_state(model.run.world, model.run.scenario, model.run.actors)
    np.testing.assert_array_equal(model.state.troops, recorded.troops)


def test_the_countryside_of_the_record_is_at_rest(model: RareEarthModel) -> None:
    run, before = model.run, model.state.control.copy()
    relax_countryside(run.data)
    held = before > 0
    np.testing.assert_allclose(model.state.control[held], before[held], atol=2e-3)
