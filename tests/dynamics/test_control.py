"""Who rules villages: fighters, towns, and those who go on following."""

from __future__ import annotations

import numpy as np
import pytest

from model.dynamics.control import (
    ControlParameters,
    fighters_to_hold,
    moved_towards,
    patrol,
    relax_countryside,
    roots_of,
    strength_in_countryside,
    take_root,
    weigh_township,
    weight_in_countryside,
)
from model.run import Run
from tests.dynamics.fronts import JUNTA, KIA, MILITIA, empty_front

TOWN, OTHER, SITE = 3, 4, 14
NOBODY = 5


def front(*sets: str) -> Run:
    """The junta holds all towns, the KIA two fifths of the villages; there is no fighter anywhere."""
    run = empty_front(*sets)
    state = run.state
    state.legitimacy.fill(0.5)
    state.control.fill(0.0)
    state.control[KIA], state.control[NOBODY] = 0.4, 0.6
    return run


def weights(run: Run, town: int = TOWN) -> dict[int, float]:
    """What each actor weighs in a township, by actor; 5 is nobody."""
    patrol(run.data)
    count = weigh_township(run.data, town)
    return dict(zip(run.front.present[:count].tolist(), run.front.weight[:count].tolist(), strict=True))


def test_weights_are_those_of_the_equation() -> None:
    run, p = front(), ControlParameters()
    rules = run.rules.control
    strength = strength_in_countryside(2.0, True, rules)
    assert strength == pytest.approx(2.0**p.decisiveness + p.town_weight)
    expected = (0.5 + 0.6) * strength + p.collaboration * 0.6 * 0.3
    assert weight_in_countryside(strength, 0.6, 0.3, rules) == pytest.approx(expected)
    assert roots_of(expected + 1.1, strength, 0.6, 0.3, rules) == pytest.approx(1.0)
    assert weight_in_countryside(0.0, 0.6, 0.3, rules) == pytest.approx(p.collaboration * 0.6 * 0.3)
    assert weight_in_countryside(-1.0, 0.0, 0.3, rules) == 0.0, "nobody weighs less than nothing"


def test_roots_keep_shares_at_rest_and_fade() -> None:
    run = front("processes.control.roots_fade=0.1")
    state = run.state
    state.troops[JUNTA, TOWN], state.control[JUNTA], state.control[NOBODY] = 50, 0.5, 0.1
    take_root(run.data)
    roots, shares = state.roots.copy(), state.control.copy()
    assert 0 < roots[JUNTA, TOWN] < roots[JUNTA, TOWN + 1], "fighters account for a part of the share"
    relax_countryside(run.data)
    np.testing.assert_allclose(state.control, shares, atol=1e-9)
    np.testing.assert_allclose(state.roots, 0.9 * roots)


def test_shares_move_by_a_weighted_geometric_mean() -> None:
    assert moved_towards(0.2, 0.6, 0.15) == pytest.approx(0.2**0.85 * 0.6**0.15)
    assert moved_towards(0.2, 0.0, 0.15) == 0.0
    assert moved_towards(0.0, 0.0, 0.15) == 0.0


def test_villages_that_follow_go_on_following_without_a_garrison() -> None:
    assert weights(front("processes.control.collaboration=0"))[KIA] == 0.0
    run = front("processes.control.collaboration=4")
    assert weights(run)[KIA] == pytest.approx(4 * 0.5 * 0.4)
    run.state.legitimacy[KIA] = 0.0
    assert weights(run)[KIA] == 0.0, "who has no consent has no villages either"
    run.state.control[KIA], run.state.control[NOBODY] = 0.0, 1.0
    assert KIA not in weights(run), "and nothing comes from nothing"


def test_a_besieged_town_rules_no_village() -> None:
    run = front()
    assert set(weights(run)) == {JUNTA, KIA, NOBODY}
    run.state.besieged[TOWN] = 2
    assert set(weights(run)) == {KIA, NOBODY}
    assert set(weights(run, OTHER)) == {JUNTA, KIA, NOBODY}


def test_of_a_garrison_the_patrols_count_and_of_fighters_in_the_open_all() -> None:
    run = front("processes.control.garrison_patrols=0.1")
    state = run.state
    state.troops[JUNTA, TOWN] = state.troops[MILITIA, OTHER] = 300
    state.supply[MILITIA, OTHER] = 0.5
    patrol(run.data)
    assert run.front.force[JUNTA, TOWN] == pytest.approx(30)
    assert run.front.force[MILITIA, OTHER] == pytest.approx(150)
    assert run.front.force.sum() == pytest.approx(180)
    state.troops[KIA, SITE] = 70
    patrol(run.data)
    assert run.front.force[KIA, run.land.territory[SITE]] == pytest.approx(70), (
        "a site's fighters count in its township"
    )


def test_shares_sum_to_one_and_who_has_left_fades() -> None:
    run = front("processes.control.collaboration=0", "processes.control.fading=0.1")
    run.state.troops[JUNTA, TOWN] = 500
    shares = [float(run.state.control[KIA, TOWN])]
    for _ in range(24):
        relax_countryside(run.data)
        np.testing.assert_allclose(run.state.control.sum(axis=0), 1.0)
        shares.append(float(run.state.control[KIA, TOWN]))
    assert (np.diff(shares) < 0).all()
    assert 0.0 < shares[-1] < 0.01
    assert not run.state.control[MILITIA].any()


def test_an_unequal_pair_keeps_a_stable_mixed_share() -> None:
    # Correction K2: the stronger side must not swallow the countryside, and nobody stays.
    run = front()
    state = run.state
    state.holder.fill(-1)
    state.control.fill(0.0)
    state.control[NOBODY] = 1.0
    state.troops[JUNTA, 5], state.troops[KIA, 5] = 1_000, 500
    for _ in range(240):
        relax_countryside(run.data)
    at_rest, weighed = state.control[:, 5].copy(), weights(run, 5)
    assert set(weighed) == {JUNTA, KIA, NOBODY}
    for actor, weight in weighed.items():
        assert at_rest[actor] == pytest.approx(weight / sum(weighed.values()), abs=1e-6)
    assert at_rest[JUNTA] > at_rest[KIA] > 0.05
    assert at_rest[NOBODY] > 0.05


def test_larger_townships_take_more_fighters_to_hold() -> None:
    run = front()
    p = ControlParameters(fighters_per_1000_people=2.0, fighters_per_100_km2=3.0)
    expected = 2 * run.world.population / 1000 + 3 * run.world.area / 100 + 1
    np.testing.assert_allclose(fighters_to_hold(run.world, p), expected)
