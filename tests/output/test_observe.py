"""Published measures of control follow their publishers' definitions."""

from __future__ import annotations

import numpy as np
import pytest

from model.compile import hand_over
from model.model import RareEarthModel
from model.output.observe import (
    FULL_AUTHORITY,
    MEASURES,
    WRIT,
    has_full_authority,
    has_writ,
    in_full_control,
    is_the_resistances,
    observation_of,
    observe,
)
from tests.world_of_policy import small


def seen(model: RareEarthModel) -> dict[str, float]:
    """What publishers would read off the state."""
    look = observation_of(model.world)
    observe(model.run.data, hand_over(look))
    return dict(zip(look.measures.dtype.names, look.measures.item(), strict=True))


@pytest.fixture
def model() -> RareEarthModel:
    """A country all of whose towns the junta holds, unbesieged, with nine tenths of the countryside."""
    made = small()
    state = made.state
    state.holder[:], state.attacker[:] = made.run.land.junta, -1
    state.control[:] = 0.0
    state.control[made.run.land.junta], state.control[-1] = 0.9, 0.1
    return made


def enemy_of(model: RareEarthModel) -> int:
    return int(np.flatnonzero(model.state.stance[model.run.land.junta] == -1)[0])


@pytest.mark.parametrize(
    ("held", "besieged", "r", "full"),
    [
        (True, False, 0.0999, True),
        (True, False, FULL_AUTHORITY, False),
        (True, True, 0.0, False),
        (False, False, 0.0, False),
    ],
)
def test_authority_is_full_in_a_town_held_and_unbesieged(held: bool, besieged: bool, r: float, full: bool) -> None:
    assert has_full_authority(held, besieged, r) == full


def test_the_writ_runs_from_two_thirds_and_resistance_from_over_half() -> None:
    assert has_writ(True, False, WRIT) and not has_writ(True, False, WRIT - 1e-9)
    assert not has_writ(True, True, 1.0) and not has_writ(False, False, 1.0)
    assert is_the_resistances(False, 0.501) and not is_the_resistances(False, 0.5)
    assert is_the_resistances(True, 0.0)
    assert in_full_control(0.3) == pytest.approx(0.09)


def test_a_country_in_one_hand(model: RareEarthModel) -> None:
    towns = len(model.world.codes)
    measures = seen(model)
    assert tuple(measures) == MEASURES
    whole = {"sacm_full_area": 1, "sacm_full_population": 1, "bbc_full_area": 0.81, "bbc_resistance_area": 0}
    assert measures == pytest.approx({**whole, "nug_junta": 1, "nug_resistance": 0, "polls": towns})


def test_a_tenth_of_the_countryside_in_other_hands_ends_full_authority(model: RareEarthModel) -> None:
    rebel = enemy_of(model)
    model.state.control[model.run.land.junta], model.state.control[rebel] = 0.5, 0.4
    measures = seen(model)
    assert measures["sacm_full_area"] == measures["sacm_full_population"] == 0
    assert measures["nug_junta"] == measures["nug_resistance"] == 0, "contested"
    assert measures["bbc_resistance_area"] == pytest.approx(0.16)


def test_besieged_and_lost_towns_are_weighed_by_area_people_and_number(model: RareEarthModel) -> None:
    rebel, state, world = enemy_of(model), model.state, model.world
    state.attacker[0], state.holder[1], state.holder[2] = rebel, rebel, -1
    measures, towns = seen(model), len(world.codes)
    area, people = (values[:3].sum() / values.sum() for values in (world.area, world.population))
    assert measures["sacm_full_area"] == pytest.approx(1 - area)
    assert measures["sacm_full_population"] == pytest.approx(1 - people)
    assert measures["polls"] == towns - 2
    assert measures["nug_resistance"] == pytest.approx(1 / towns)
    assert measures["nug_junta"] == pytest.approx(1 - 2 / towns)


def test_allies_of_the_junta_count_as_the_junta(model: RareEarthModel) -> None:
    rebel, state = enemy_of(model), model.state
    before = seen(model)
    state.holder[0], state.control[rebel, 0], state.control[model.run.land.junta, 0] = rebel, 0.9, 0.0
    assert seen(model) != before
    state.stance[model.run.land.junta, rebel] = state.stance[rebel, model.run.land.junta] = 1
    assert seen(model) == pytest.approx(before)
