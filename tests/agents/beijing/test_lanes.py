"""Beijing's reaction at the border: odds of lanes, answers to US dealings, pressure, suppliers."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.beijing import lanes
from model.dynamics import border
from model.run import Run
from model.state import GOODS, ORE, REAGENT
from tests.world_of_policy import small

SHARE = st.floats(0.0, 1.0)
LANES = (ORE, REAGENT, GOODS)


@cache
def usual() -> Run:
    """The small world at its start, for equations that change nothing."""
    return small().run


def at(run: Run, actor: str) -> int:
    return run.world.force_index[actor]


def held_by(run: Run, actor: str) -> np.ndarray:
    """(X,) gates to China that an actor holds."""
    return np.asarray((run.state.holder[run.land.crossing_place] == at(run, actor)) & run.land.chinese)


def test_odds_of_lanes_by_hand() -> None:
    beijing = usual().rules.beijing
    against = lanes.offence_at_gate(0.5, 0.25, beijing)
    assert against == pytest.approx(3.0 * 0.5 + 1.0 * 0.25)
    shutting = lanes.odds_of_shutting(ORE, against, 0.5, 0.4, beijing)
    assert shutting == pytest.approx(-4.5 + against - 2.0 * 0.5 - 2.0 * 0.4)
    assert lanes.odds_of_shutting(GOODS, against, 0.5, 0.4, beijing) == pytest.approx(shutting + 0.8)
    reopening = lanes.odds_of_reopening(ORE, against, 0.5, 0.4, beijing)
    assert reopening == pytest.approx(-2.2 + 2.0 * 0.5 - against + 2.0 * 0.4)
    assert lanes.odds_of_reopening(GOODS, against, 0.5, 0.4, beijing) == pytest.approx(reopening - 0.8)


def test_chances_by_hand() -> None:
    beijing = usual().rules.beijing
    assert lanes.offence(0.4, 0.5, beijing) == pytest.approx(0.4 + 0.5 * 0.5)
    assert lanes.offence(0.9, 1.0, beijing) == 1.0
    assert lanes.chance_to_stop_arms(0.9, 0.5, beijing) == pytest.approx(0.3 * 0.9 * 0.5)
    assert lanes.chance_to_arm_again(0.2, beijing) == pytest.approx(0.3 * 0.8)


@given(link=SHARE, more=SHARE, offensive=SHARE, peace=SHARE, short=SHARE, lane=st.sampled_from(LANES))
@settings(max_examples=60, deadline=None)
def test_us_dealings_never_lower_the_odds_of_closing_nor_raise_those_of_reopening(
    link: float, more: float, offensive: float, peace: float, short: float, lane: int
) -> None:
    beijing = usual().rules.beijing
    less, greater = (lanes.offence_at_gate(offensive, link + extra, beijing) for extra in (0.0, more))
    shut = [lanes.odds_of_shutting(lane, held, peace, short, beijing) for held in (less, greater)]
    reopened = [lanes.odds_of_reopening(lane, held, peace, short, beijing) for held in (less, greater)]
    assert shut[1] >= shut[0] and reopened[1] <= reopened[0]
    assert lanes.odds_of_shutting(lane, less, 1.0, short, beijing) <= shut[0]


@given(seed=st.integers(0, 2**32 - 1), one=SHARE, other=SHARE)
@settings(max_examples=30, deadline=None)
def test_recognition_of_the_kia_never_opens_a_lane_that_would_be_shut(seed: int, one: float, other: float) -> None:
    # With the same draw, a higher hazard shuts whatever a lower one shuts, and reopens no more.
    run, rng, shut = usual(), np.random.default_rng(seed), []
    kia, before = at(run, "KIA"), rng.integers(0, 2, run.state.lanes.shape).astype(float)
    run.state.offensive = rng.uniform(size=len(run.actors))
    run.state.month = int(rng.integers(0, 240))
    for link in sorted((one, other)):
        run.state.lanes = before
        run.policy["link"][kia] = link
        run.border.clear()
        lanes.move_lanes(run.data)
        shut.append(run.state.lanes < 0.5)
    assert (shut[1] >= shut[0]).all()


@pytest.mark.parametrize("answer", ["closes_border", "squeezes_reagent"])
def test_an_answer_keeps_the_lanes_of_those_the_us_deals_with_shut(answer: str) -> None:
    run = small(f"beijing.answer={answer}", "beijing.close_base=-8", "beijing.reopen_base=1").run
    run.policy["link"][at(run, "KIA")] = 0.5
    gates = held_by(run, "KIA")
    assert gates.any() and run.state.lanes[gates].any()
    for month in range(12):
        run.state.month = month
        run.border.clear()
        lanes.move_lanes(run.data)
        assert (run.state.lanes[gates, REAGENT] == 0).all()
        if answer == "closes_border":
            assert (run.state.lanes[gates] == 0).all()
    assert run.state.lanes[gates].any() == (answer == "squeezes_reagent")


def test_an_answer_is_given_to_any_dealings_and_never_where_beijing_weighs_month_by_month() -> None:
    outbids = small("beijing.answer=outbids").run.rules.beijing
    assert lanes.gives_answer(0.01, outbids) and not lanes.gives_answer(0.0, outbids)
    assert not lanes.gives_answer(1.0, usual().rules.beijing)
    assert lanes.offence_at_gate(0.0, 1.0, outbids) == 0.0
    assert not lanes.keeps_shut(ORE, 1.0, outbids)


def test_gates_of_one_holder_are_shut_and_opened_together() -> None:
    run = small("beijing.close_base=0", "beijing.reopen_base=1").run
    gates = held_by(run, "KIA")
    assert gates.sum() > 1
    run.state.lanes[:] = 1.0
    moved = []
    for month in range(60):
        run.state.month = month
        run.border.clear()
        lanes.move_lanes(run.data)
        assert len({tuple(row) for row in run.state.lanes[gates]}) == 1
        moved += [month] if run.border.count["lanes"] else []
    assert len(moved) > 3


def test_pressure_follows_offences() -> None:
    run = small().run
    kia = at(run, "KIA")
    run.state.offensive[kia], run.policy["link"][kia] = 0.4, 0.2
    lanes.press(run.data)
    assert run.state.pressure[kia] == pytest.approx(0.25 * (0.4 + 0.5 * 0.2))
    lanes.press(run.data)
    assert run.state.pressure[kia] == pytest.approx(0.125 + 0.25 * (0.5 - 0.125))
    assert run.state.pressure[at(run, "UWSA")] == 0


def test_dependence_is_the_leash_on_arms_for_allies() -> None:
    run = small("beijing.transmission=1", "actors.UWSA.arms_for_allies=80").run
    uwsa, kia, state = at(run, "UWSA"), at(run, "KIA"), run.state
    state.stance[uwsa, kia] = state.stance[kia, uwsa] = 1
    supplies = state.dealings.supplies

    def lean(pressure: float, depends: float) -> list[tuple[int, int, bool]]:
        state.pressure[:], state.dependence[uwsa] = pressure, depends
        run.border.clear()
        lanes.lean_on_suppliers(run.data)
        rows, changes = range(int(run.border.count["supplies"])), run.border
        return [(int(changes.supplier[k]), int(changes.ally[k]), bool(changes.begun[k])) for k in rows]

    assert lean(1.0, 0.0) == []
    assert lean(1.0, 1.0) == [(uwsa, kia, False)]
    assert not supplies[uwsa, kia]
    assert lean(1.0, 1.0) == []
    begun = []
    for month in range(40):
        state.month = month
        begun += lean(0.0, 1.0)
    assert begun == [(uwsa, kia, True)] and supplies[uwsa, kia]
    state.stance[uwsa, kia] = 0
    assert lean(1.0, 1.0) == []


def test_moved_lanes_are_listed_once_each() -> None:
    run = small("beijing.close_base=0").run
    run.state.lanes[:] = 1.0
    lanes.move_lanes(run.data)
    count = int(run.border.count["lanes"])
    listed = {(int(x), int(k)) for x, k in zip(run.border.crossing[:count], run.border.lane[:count], strict=True)}
    assert count == len(listed) > 0
    assert listed == {(int(x), int(k)) for x, k in np.argwhere(run.state.lanes < 0.5)}
    assert not run.border.opened[:count].any()
    assert not any(run.land.to_india[x] for x, _ in listed)
    border.move_lane(run.data, 0, GOODS, True)
    assert run.state.lanes[0, GOODS] == 1 and run.border.count["lanes"] == count + 1
