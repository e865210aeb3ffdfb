"""Hope from what others get, standing with patrons."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.dynamics import governance, people
from tests.world_of_policy import WATCHFUL, WILLING, instrument, run, small

MODEL = small()
KIA, JUNTA, UWSA = (MODEL.world.force_index[name] for name in ("KIA", "JUNTA", "UWSA"))


# S3 hope ---------------------------------------------------------------------------------------------------------------------


def taught(recognition: float, services: float, pressure: float = 0.0) -> np.ndarray:
    """(F,) hope after a year in which the KIA was recognised, governed and was pressed as given."""
    model = small()
    state = model.state
    state.recognition[KIA], state.services[:], state.pressure[:] = recognition, services, 0.0
    state.pressure[KIA] = pressure
    for _ in range(12):
        governance.learn(model.run.data)
    return state.hope


def test_hope_moves_towards_the_most_convincing_example() -> None:
    model = small("processes.people.consent_rate=0.1", "processes.governance.hope_half=0.2")
    state, pool = model.state, model.world.force_index["PDF-SAGAING"]
    state.services[KIA], state.people[KIA] = 0.5, people.controlled(model.run.data, KIA)
    model.run.policy["aid"][KIA] = 0.3
    state.pressure[KIA], state.dependence[:] = 0.4, 0.0
    state.dependence[pool] = 0.25
    state.hope[pool] = 0.1
    lesson = 0.5 * 0.3 / (0.3 + 0.2)
    assert governance.lesson(model.run.data, KIA) == pytest.approx(lesson)
    governance.learn(model.run.data)
    assert state.hope[pool] == pytest.approx(0.1 + 0.1 * (lesson - 0.25 * 0.4 - 0.1))
    assert state.hope[KIA] == pytest.approx(0.1 * lesson)
    assert state.hope[JUNTA] == 0


def test_hope_fades_when_nobody_is_backed() -> None:
    model = small("processes.people.consent_rate=0.1")
    model.state.hope[KIA] = 0.5
    governance.learn(model.run.data)
    assert model.state.hope[KIA] == pytest.approx(0.45)


@given(one=st.floats(0, 1), other=st.floats(0, 1), seed=st.integers(0, 1_000))
def test_more_recognition_never_lowers_the_hope_of_those_who_do_not_depend_on_china(
    one: float, other: float, seed: int
) -> None:
    rng, state, hopes = np.random.default_rng(seed), MODEL.state, []
    shape = state.services.shape
    services, pressure, before = rng.uniform(size=shape), rng.uniform(size=shape[0]), rng.uniform(size=shape[0])
    state.services[:], state.pressure[:] = services, pressure
    free = state.dependence == 0
    assert free.any()
    for recognised in sorted((one, other)):
        state.hope[:], state.recognition[KIA] = before, recognised
        governance.learn(MODEL.run.data)
        hopes.append(state.hope[free].copy())
    assert (hopes[0] <= hopes[1] + 1e-12).all()


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
    depends = MODEL.run.actors["dependence_on_china"]
    assert pressed[UWSA] < calm[UWSA]
    free = [index for index in range(len(calm)) if depends[index] == 0]
    assert free
    np.testing.assert_allclose(pressed[free], calm[free])


def test_hope_spreads_in_a_run_that_backs_the_kia() -> None:
    offers = (instrument("recognition", "KIA"), instrument("aid", "KIA"))
    backed = run(small(*WATCHFUL, *WILLING, *offers), 12)
    assert backed.state.hope[UWSA] >= 0
    pool = backed.world.force_index["PDF-SAGAING"]
    assert backed.state.hope[pool] > run(small(*WATCHFUL, *WILLING), 12).state.hope[pool] == 0


# S12 standing ------------------------------------------------------------------------------------------------------------------


def test_standing_by_hand() -> None:
    model = small()
    state, data = model.state, model.run.data
    state.legitimacy[KIA], state.services[KIA] = 0.7, 0.5
    assert governance.legitimacy(data, KIA) == pytest.approx(0.7)
    state.control[:] = 0.0
    state.control[KIA] = 0.25
    assert governance.services_given(data, KIA, people.controlled(data, KIA)) == pytest.approx(0.5)
    assert governance.capacity(data, KIA) == pytest.approx(0.5 * 0.25)
    model.run.actors["federal_preference"][KIA], state.dependence[KIA] = 0.6, 0.25
    assert governance.alignment(data, KIA) == pytest.approx(0.75 * 0.8)
    state.holder[:], state.attacker[:] = JUNTA, -1
    state.holder[:4], state.attacker[:1] = KIA, JUNTA
    state.paid[KIA], state.losses_year[KIA] = 0.9, 0.2
    assert governance.stability(data, KIA) == pytest.approx(0.9 * 0.8 * 0.75)


def test_resources_are_shares_of_the_mines() -> None:
    model = small()
    shares = [governance.resources(model.run.data, actor) for actor in range(len(model.run.actors))]
    assert max(shares) > 0
    assert sum(shares) == pytest.approx(1.0)


def test_who_controls_nobody_stands_for_nothing() -> None:
    model = small()
    model.state.control[KIA], model.state.holder[:] = 0.0, JUNTA
    data = model.run.data
    assert governance.legitimacy(data, KIA) == governance.capacity(data, KIA) == governance.resources(data, KIA) == 0
    assert 0 <= governance.stability(data, KIA) <= 1
