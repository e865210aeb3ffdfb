"""The choice of services and what it brings, hope from what others get, standing with patrons."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.dynamics import budgets, governance, people
from model.model import RareEarthModel
from tests.world_of_policy import WATCHFUL, WILLING, instrument, run, small

MODEL = small()
KIA, JUNTA, UWSA = (MODEL.world.force_index[name] for name in ("KIA", "JUNTA", "UWSA"))


def level(model: RareEarthModel, **tables: float) -> np.ndarray:
    p = model.p
    chosen = (p.governance, p.budgets.model_copy(update=tables), p.people)
    return governance.wanted_level(model.world, model.state, model.profile, chosen)


# S10 services are a choice -------------------------------------------------------------------------------------------------


def test_services_are_chosen_by_what_they_cost_and_bring() -> None:
    model = small()
    plain = level(model)
    assert ((plain >= 0) & (plain <= 1)).all()
    assert (level(model, service_cost_usd=5.0) < plain).all()
    model.profile["weight_consent"][:] = 0.0
    assert (level(model) < plain).all()


def test_who_cannot_pay_its_fighters_spends_less_on_services() -> None:
    model = small()
    before = level(model)
    model.state.paid[:] = 0.0
    assert (level(model) <= before).all()
    assert level(model)[KIA] < before[KIA]


def test_services_cost_money_and_build_consent_which_brings_levies_and_recruits() -> None:
    governing, neglecting = small("actors.KIA.weight_consent=12"), small("actors.KIA.weight_consent=0")
    assert governing.state.services[KIA].sum() > neglecting.state.services[KIA].sum()
    for model in (governing, neglecting):
        run(model, 6)
    assert (governing.state.legitimacy[KIA] >= neglecting.state.legitimacy[KIA]).all()
    record = [model.recorder.actors for model in (governing, neglecting)]
    # Spent on services: income that neither stays in the treasury nor goes to upkeep and arms.
    assert record[0]["services"][6, KIA] > record[1]["services"][6, KIA]
    people_now = governing.state.control[:-1] * governing.world.population
    levies = [float((people_now * model.state.legitimacy)[KIA].sum()) for model in (governing, neglecting)]
    assert levies[0] > levies[1]


def test_consent_rises_to_what_services_bring_and_falls_without_them() -> None:
    consents = []
    for spending in (1e9, 0.0):
        model = small()
        spent, nobody = np.full(len(model.armed), spending), np.zeros(len(model.armed))
        for _ in range(60):
            people.serve(model.world, model.ground, model.state, spent, 0.6, nobody, model.p.people)
        consents.append(model.state.legitimacy[KIA].max())
    gain = MODEL.p.people.consent_services
    assert consents[0] - consents[1] == pytest.approx(gain, abs=0.05)


def test_money_for_services_is_taken_before_upkeep() -> None:
    model = small()
    means = {name: np.zeros(len(model.armed)) for name in ("aid", "arms", "sanctions", "frozen")}
    services = np.zeros(len(model.armed))
    services[KIA] = 1e5
    before = model.state.treasury[KIA]
    spent = budgets.step(
        model.world, model.ground, model.state, model.profile, means | {"services": services}, model.p.budgets
    )
    assert spent[KIA] == 1e5
    again = small()
    budgets.step(
        again.world, again.ground, again.state, again.profile, means | {"services": 0 * services}, again.p.budgets
    )
    assert (
        model.state.treasury[KIA] + model.state.arms[KIA] * 2500
        < again.state.treasury[KIA] + again.state.arms[KIA] * 2500
    )
    assert before > 0


@given(own=st.floats(0, 1), aid=st.floats(0, 1e8))
def test_aid_fills_services_up_to_their_full_cost(own: float, aid: float) -> None:
    levels, earmarked = np.full(len(MODEL.armed), own), np.full(len(MODEL.armed), aid)
    spent = governance.spending(MODEL.world, MODEL.state, levels, earmarked, 0.6)
    full = governance.spending(MODEL.world, MODEL.state, levels, np.full(len(MODEL.armed), 1e12), 0.6)
    alone = governance.spending(MODEL.world, MODEL.state, levels, 0 * earmarked, 0.6)
    assert (alone <= spent + 1e-9).all()
    assert (spent <= full + 1e-9).all()


def test_consent_fills_the_ranks() -> None:
    loved, loathed = small(), small()
    for model, consent in ((loved, 1.0), (loathed, 0.0)):
        model.state.legitimacy[:] = consent
        people.recruit(model.world, model.ground, model.state, model.draws, model.profile, model.start, model.p.people)
    assert loved.state.tally.recruited[KIA] > loathed.state.tally.recruited[KIA]


# S3 hope ---------------------------------------------------------------------------------------------------------------------


def taught(recognition: float, services: float, pressure: float = 0.0) -> np.ndarray:
    """(F,) hope after a year in which the KIA was recognised, governed and was pressed as given."""
    model = small()
    state = model.state
    state.recognition[:] = model.run.actors["recognition_base"]
    state.recognition[KIA], state.services[:], state.pressure[:] = recognition, services, 0.0
    state.pressure[KIA] = pressure
    for _ in range(12):
        governance.learn(model.run.data)
    return state.hope


def test_hope_moves_towards_the_most_convincing_example() -> None:
    model = small("processes.governance.hope_rate=0.1", "processes.governance.hope_half=0.2")
    state, pool = model.state, model.world.force_index["PDF-SAGAING"]
    state.services[KIA], state.people[KIA] = 0.5, governance.people_of(model.run.data, KIA)
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
    model = small("processes.governance.hope_rate=0.1")
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
    depends = MODEL.profile["dependence_on_china"]
    assert pressed[UWSA] < calm[UWSA]
    free = [index for index in range(len(calm)) if depends[index] == 0]
    np.testing.assert_allclose(pressed[free], calm[free])


def test_hope_raises_the_services_that_are_chosen() -> None:
    model = small()
    before = level(model)
    model.state.hope[:] = 1.0
    assert (level(model) >= before).all()
    assert level(model)[KIA] > before[KIA]


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
    assert governance.services_given(data, KIA, governance.people_of(data, KIA)) == pytest.approx(0.5)
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
