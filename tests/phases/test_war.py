"""A month of fights, as the phase has it: who is asked, what is logged."""

from __future__ import annotations

import pytest

from agents.armed.actor import Junta
from model.dynamics.front import DEFENCE
from model.model import RareEarthModel
from model.phases.war import fight
from model.run import Run
from tests.dynamics.fronts import JUNTA, KIA, empty_front, order
from tests.world_of_policy import run as run_months
from tests.world_of_policy import small

TOWN, SITE = 4, 14


def logged(run: Run) -> list[tuple[str, str, str, str, str]]:
    """Kind, actor, other, place and text of each event."""
    return [(event[2], event[3], event[4], event[5], event[7]) for event in run.events]


def test_places_that_fall_are_logged() -> None:
    run = empty_front()
    run.events.clear()
    run.state.troops[KIA, [TOWN, SITE]] = 50
    order(run, (KIA, TOWN), (KIA, SITE))
    fight(run)
    town, site = run.world.place_ids[TOWN], run.world.place_ids[SITE]
    assert [event[:4] for event in logged(run)] == [
        ("town_taken", "KIA", "JUNTA", town),
        ("site_taken", "KIA", "JUNTA", site),
    ]
    assert logged(run)[0][4] == f"The KIA takes {run.world.place_names[TOWN]} from the junta"


def test_a_siege_is_logged_when_it_begins_and_when_it_is_given_up() -> None:
    run = empty_front("processes.combat.urban_noise=0.1")
    run.state.troops[[KIA, JUNTA], TOWN] = 500, 500
    for month in range(4):
        run.state.month, run.state.siege_progress[TOWN] = month, 0.5
        order(run, *([(KIA, TOWN)] if month < 2 else []))
        run.events.clear()
        fight(run)
        expected = {1: "siege_begun", 3: "siege_broken"}.get(month)
        assert [event[0] for event in logged(run)] == ([expected] if expected else [])


def test_a_siege_is_logged_once() -> None:
    model = run_months(small(months=12))
    begun: dict[str, int] = {}
    for event in model.run.events:
        kind, place = event[2], event[5]
        if kind == "siege_begun":
            begun[place] = begun.get(place, 0) + 1
        if kind in ("siege_broken", "town_taken", "site_taken"):
            begun[place] = 0
        assert begun.get(place, 0) <= 1
    assert begun


@pytest.fixture
def attacked() -> RareEarthModel:
    """A month in which the junta is attacked in one town."""
    model = small("actors.JUNTA.air_support=3")
    run = model.run
    run.state.troops.fill(0)
    run.state.holder.fill(JUNTA)
    run.state.troops[[KIA, JUNTA], TOWN] = 300, 300
    order(run, (KIA, TOWN))
    return model


def test_the_junta_flies_for_its_garrison(attacked: RareEarthModel) -> None:
    fight(attacked.run)
    assert attacked.run.front.air[DEFENCE, TOWN] == 1.0
    assert attacked.state.tally.air_fights[TOWN] == 1.0


def test_another_junta_may_leave_its_aircraft_on_the_ground(
    attacked: RareEarthModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(Junta, "allot_sorties", lambda self: asked.append(self.index))
    fight(attacked.run)
    assert asked == [JUNTA]
    assert attacked.run.front.air[DEFENCE, TOWN] == 0.0


def test_who_has_left_sends_no_aircraft(attacked: RareEarthModel) -> None:
    attacked.run.agents.armed[JUNTA].remove()
    fight(attacked.run)
    assert attacked.run.front.air[DEFENCE, TOWN] == 0.0


def test_what_the_record_decides_is_not_fought_for() -> None:
    forcing = 'forcing=[{name="kept",kind="holder",target="T05",actor="JUNTA",start="2025-01"}]'
    run = empty_front(forcing)
    run.state.troops[KIA, [TOWN, SITE]] = 50
    order(run, (KIA, TOWN), (KIA, SITE))
    fight(run)
    assert run.state.holder[[TOWN, SITE]].tolist() == [JUNTA, KIA]
    assert run.state.totals.operations == 1
