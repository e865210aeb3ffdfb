"""Hope from what others get, standing with patrons."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from model.dynamics import governance
from tests.world_of_policy import WATCHFUL, WILLING, instrument, run, small

MODEL = small()
KIA, JUNTA, UWSA = (MODEL.world.force_index[name] for name in ("KIA", "JUNTA", "UWSA"))


# S3 hope ---------------------------------------------------------------------------------------------------------------------


def taught(recognition: float, services: float, pressure: float = 0.0) -> np.ndarray:
    """(F,) hope after a year in which the KIA was recognised, governed and was pressed as given."""
    model = small()
    state = model.state
    state.recognition[:] = model.profile["recognition_base"]
    state.recognition[KIA], state.services[:], state.pressure[:] = recognition, services, 0.0
    state.pressure[KIA] = pressure
    teachers = np.array([index != JUNTA for index in range(len(model.armed))], float)
    for _ in range(12):
        governance.learn(model.world, state, model.profile, np.zeros(len(model.armed)), teachers, model.p.governance)
    return state.hope


def test_others_learn_from_what_the_recognised_get() -> None:
    assert not taught(0.0, 1.0).any()
    small_step, large_step = taught(0.2, 1.0), taught(0.8, 1.0)
    others = [index for index in range(len(small_step)) if index != JUNTA]
    assert (large_step[others] > small_step[others]).all()
    assert (small_step[others] > 0).all()
    assert large_step[JUNTA] == 0


def test_who_is_backed_without_governing_teaches_nothing() -> None:
    assert not taught(0.8, 0.0).any()


def test_pressure_on_the_backed_frightens_those_who_depend_on_china() -> None:
    calm, pressed = taught(0.8, 1.0), taught(0.8, 1.0, pressure=0.5)
    depends = MODEL.profile["dependence_on_china"]
    assert pressed[UWSA] < calm[UWSA]
    free = [index for index in range(len(calm)) if depends[index] == 0]
    np.testing.assert_allclose(pressed[free], calm[free])


def test_hope_spreads_in_a_run_that_backs_the_kia() -> None:
    offers = (instrument("recognition", "KIA"), instrument("aid", "KIA"))
    backed = run(small(*WATCHFUL, *WILLING, *offers), 12)
    assert backed.state.hope[UWSA] >= 0
    pool = backed.world.force_index["PDF-SAGAING"]
    assert backed.state.hope[pool] > run(small(*WATCHFUL, *WILLING), 12).state.hope[pool] == 0


# S12 standing ------------------------------------------------------------------------------------------------------------------


def test_standing_reads_the_state_by_its_criteria() -> None:
    model = small()
    stands = governance.standing(model.world, model.ground, model.state, model.profile)
    for values in dataclasses.asdict(stands).values():
        assert ((values >= 0) & (values <= 1)).all()
    assert stands.resources.sum() == pytest.approx(1.0, abs=0.01) or stands.resources.sum() < 1
    assert stands.alignment[KIA] > stands.alignment[UWSA]
    model.state.services[KIA] = 1.0
    model.state.legitimacy[KIA] = 1.0
    model.state.losses_year[KIA] = 0.5
    changed = governance.standing(model.world, model.ground, model.state, model.profile)
    assert changed.capacity[KIA] > stands.capacity[KIA]
    assert changed.legitimacy[KIA] == pytest.approx(1.0)
    assert changed.stability[KIA] < stands.stability[KIA]
