"""Brokers and threats by hand; who may sign, break or turn on a militia; wars that end and begin."""

from __future__ import annotations

import pytest

from model.dynamics import diplomacy
from model.model import RareEarthModel
from tests.world_of_policy import WATCHFUL, instrument, run, small


def indices(model: RareEarthModel, *names: str) -> list[int]:
    return [model.world.force_index[name] for name in names]


def test_brokers_help_their_target_and_an_envoy_without_a_target_helps_all() -> None:
    model = small("united_states.brokering_gain=2", "united_states.envoy_brokering=0.5")
    kia, uwsa = indices(model, "KIA", "UWSA")
    policy, data = model.run.policy, model.run.data
    policy["brokering"][kia] = 0.6
    assert diplomacy.brokering(data, kia) == pytest.approx(2 * 0.6)
    assert diplomacy.brokering(data, uwsa) == 0
    policy["envoy"][-1] = 0.8
    assert diplomacy.brokering(data, kia) == pytest.approx(2 * 0.6)
    assert diplomacy.brokering(data, uwsa) == pytest.approx(2 * 0.5 * 0.8)
    policy["envoy"][uwsa] = 1.0
    assert diplomacy.brokering(data, uwsa) == pytest.approx(2 * 0.5)


def test_brokering_reaches_the_table() -> None:
    model = run(small(*WATCHFUL, instrument("brokering", "KIA"), "united_states.brokering_gain=2"), 1)
    assert diplomacy.brokering(model.run.data, *indices(model, "KIA")) == 2


def test_a_threat_costs_the_junta_what_it_believes_of_it_over_its_horizon() -> None:
    model = small("united_states.tariff_usd=1e7", "actors.JUNTA.horizon_months=10")
    assert diplomacy.coercion(model.run.data) == 0
    model.run.policy["believed_threat"][-1] = 0.3
    model.state.revenue[model.run.land.junta] = 6e6
    assert diplomacy.coercion(model.run.data) == pytest.approx(10 * 0.3 * 1e7 / 6e6)


def test_the_wish_of_the_junta_by_hand() -> None:
    model = small("processes.diplomacy.reluctance=1")
    kia, junta = indices(model, "KIA", "JUNTA")
    model.run.plans.prospects[junta, kia], model.run.plans.danger[junta, kia] = 0.7, 0.2
    assert diplomacy.juntas_wish(model.run.data, kia) == pytest.approx(0.2 - 0.7 - 1)


def test_militias_on_the_juntas_side_keep_its_peace_and_join_its_war() -> None:
    model = small()
    stance, data = model.state.stance, model.run.data
    junta, kia, militia, pool, uwsa = indices(model, "JUNTA", "KIA", "NDA-K", "PDF-SAGAING", "UWSA")
    stance[junta, militia] = stance[militia, junta] = 1
    stance[militia, kia] = stance[kia, militia] = -1
    stance[kia, uwsa] = stance[uwsa, kia] = 1
    diplomacy.stop_fighting(data, kia)
    assert stance[junta, kia] == stance[kia, junta] == stance[militia, kia] == stance[kia, militia] == 0
    assert stance[junta, pool] == -1
    assert stance[junta, junta] == 1
    assert stance[kia, uwsa] == 1
    diplomacy.begin_fighting(data, kia)
    assert stance[junta, kia] == stance[kia, junta] == stance[militia, kia] == stance[kia, militia] == -1
    assert stance[kia, uwsa] == 1


def found(find: object, model: RareEarthModel) -> list[int]:
    """All that a function of ``model.dynamics.diplomacy`` finds, one after another."""
    out, at = [], find(model.run.data, 0)  # type: ignore[operator]
    while at >= 0:
        out.append(at)
        at = find(model.run.data, at + 1)  # type: ignore[operator]
    return out


def test_only_extreme_draws_lead_to_talks() -> None:
    model = small("processes.diplomacy.ceasefire_hazard=0.3", "processes.diplomacy.break_hazard=0.2")
    state, junta = model.state, model.run.land.junta
    asked = {"sign": 0, "break": 0}
    for month in range(40):
        state.month = month
        draws = [diplomacy.draw_of_talks(model.run.data, a) for a in range(len(state.stance))]
        war = [a for a, u in enumerate(draws) if state.stance[junta, a] == -1 and u < 0.3]
        quiet = [a for a, u in enumerate(draws) if state.stance[junta, a] == 0 and u > 0.8]
        assert found(diplomacy.next_to_sign, model) == war
        assert found(diplomacy.next_to_break, model) == quiet
        asked = {"sign": asked["sign"] + len(war), "break": asked["break"] + len(quiet)}
    assert asked["sign"] > 0 < asked["break"]


def test_parties_to_a_settlement_do_not_break_its_peace() -> None:
    model = small("processes.diplomacy.break_hazard=0.5")
    uwsa, junta = indices(model, "UWSA", "JUNTA")
    model.state.stance[uwsa, junta] = model.state.stance[junta, uwsa] = 0
    months = []
    for month in range(40):
        model.state.month = month
        months += [month] * (uwsa in found(diplomacy.next_to_break, model))
    assert months
    model.state.parties[uwsa] = True
    for model.state.month in months:
        assert uwsa not in found(diplomacy.next_to_break, model)


def test_only_those_at_war_with_the_junta_turn_on_militias_that_leave_them_alone() -> None:
    model = small("processes.diplomacy.break_hazard=0.5")
    stance = model.state.stance
    junta, kia, militia = indices(model, "JUNTA", "KIA", "NDA-K")
    stance[junta, militia] = stance[militia, junta] = 1
    stance[kia, militia] = stance[militia, kia] = 0
    stance[kia, junta] = stance[junta, kia] = -1
    model.run.plans.prospects[:] = 0.0
    pair = kia * len(stance) + militia

    def months() -> list[int]:
        hits = []
        for month in range(40):
            model.state.month = month
            hits += [month] * (pair in found(diplomacy.next_to_turn, model))
        return hits

    assert months() == [], "nothing to gain"
    model.run.plans.prospects[kia, militia] = 1.0
    assert 5 < len(months()) < 35
    stance[kia, militia] = stance[militia, kia] = -1
    assert months() == [], "they fight already"
    stance[kia, militia] = stance[militia, kia] = 0
    diplomacy.stop_fighting(model.run.data, kia)
    assert months() == []
