"""Posts fall, sieges go on, fighters are lost, arms are used up."""

from __future__ import annotations

from math import exp, log, sqrt

import numpy as np
import pytest

from model.dynamics import combat
from model.dynamics.capture import end_siege
from model.dynamics.combat import expend, fight_out, learn, rest, strength_of_attack, strength_of_defence
from model.dynamics.front import gather
from model.run import Run
from tests.dynamics.fronts import JUNTA, KIA, PDF, battles, empty_front, fighters, order
from tests.world_of_policy import small

TOWN, OTHER, SITE = 4, 9, 14


@pytest.fixture
def run() -> Run:
    return empty_front()


def attack(run: Run, *attacks: tuple[int, int]) -> None:
    """A month of attacks in which nobody moves."""
    order(run, *attacks)
    gather(run.data)
    fight_out(run.data)


# equations -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("posts", "full", "expected"), [(4, 4, 0.0), (1, 4, 0.75), (0, 4, 1.0), (0, 0, 1.0), (6, 4, 0.0)]
)
def test_a_place_is_exposed_by_the_posts_it_has_lost(posts: int, full: int, expected: float) -> None:
    assert combat.exposure(posts, full) == expected


def test_a_siege_moves_in_log_odds(run: Run) -> None:
    rules = run.rules.combat
    step = 0.25 * 4 * 1.5 * (2 * 0.8 - 1) + sqrt(0.25) * run.parameters.combat.urban_noise * -0.7
    expected = 1 / (1 + exp(-(log(0.3 / 0.7) + step)))
    assert combat.progress_of_siege(0.3, 0.25, 1.5, 0.8, -0.7, rules) == pytest.approx(expected)
    assert combat.progress_of_siege(0.3, 0.0, 1.5, 0.8, -0.7, rules) == pytest.approx(0.3), "the belt falls first"
    assert combat.progress_of_siege(0.3, 1.0, 1.5, 0.5, 0.0, rules) == pytest.approx(0.3)


def test_losses_follow_the_engaged_force(run: Run) -> None:
    rules, p = run.rules.combat, run.parameters.combat
    assert combat.attackers_lost(0.5, 100, 400, rules) == pytest.approx(p.attacker_loss * 1.5 / 4)
    assert combat.defenders_lost(0.5, 100, 100, rules) == pytest.approx(p.defender_loss)
    assert combat.attackers_lost(0.5, 0, 0, rules) == combat.defenders_lost(0.5, 0, 0, rules) == 0.0


def test_aircraft_strengthen_a_side_by_their_share(run: Run) -> None:
    gain = run.parameters.fortification.air
    assert combat.supported(10.0, 0.0, run.rules.fortification) == 10.0
    assert combat.supported(10.0, 0.5, run.rules.fortification) == pytest.approx(10 * (1 + gain) / 2)


# strengths -----------------------------------------------------------------------------------------------------------


def test_allies_of_the_leader_fight_with_it(run: Run) -> None:
    run.state.troops[[KIA, PDF], TOWN] = 300, 100
    run.front.worth.fill(2.0)
    order(run, (KIA, TOWN), (PDF, TOWN))
    gather(run.data)
    assert strength_of_attack(run.data, TOWN, KIA) == pytest.approx(800)
    run.state.stance[KIA, PDF] = run.state.stance[PDF, KIA] = 0
    assert strength_of_attack(run.data, TOWN, KIA) == pytest.approx(600)
    order(run, (PDF, TOWN))
    gather(run.data)
    assert strength_of_attack(run.data, TOWN, PDF) == pytest.approx(200)


def test_want_of_supply_weakens_an_attack_more_than_a_garrison(run: Run) -> None:
    state, contest = run.state, run.parameters.contest
    state.troops[[KIA, JUNTA], TOWN] = 300
    run.front.worth.fill(1.0)
    order(run, (KIA, TOWN))
    gather(run.data)
    for supply in (1.0, 0.5, 0.0):
        state.supply[:, TOWN] = supply
        assert strength_of_attack(run.data, TOWN, KIA) == pytest.approx(300 * supply**contest.supply_exponent)
        left = contest.defence_without_supply
        assert strength_of_defence(run.data, TOWN) == pytest.approx(300 * (left + (1 - left) * supply))
    state.holder[TOWN] = -1
    assert strength_of_defence(run.data, TOWN) == 0.0


# a month of fights ---------------------------------------------------------------------------------------------------


def test_an_undefended_place_falls_at_once(run: Run) -> None:
    run.state.troops[KIA, TOWN] = 10
    attack(run, (KIA, TOWN))
    assert battles(run) == [(TOWN, KIA, JUNTA)]
    assert run.battles.fallen[0] and not run.battles.begun[0]
    assert run.state.holder[TOWN] == KIA


def test_who_has_nobody_there_takes_nothing(run: Run) -> None:
    run.state.troops[JUNTA, TOWN] = 100
    run.state.posts[TOWN] = run.state.posts_full[TOWN] = 6
    attack(run, (KIA, TOWN))
    assert run.state.holder[TOWN] == JUNTA
    assert run.state.posts[TOWN] == 6
    assert run.state.attacker[TOWN] == KIA


def test_posts_fall_before_the_town_and_a_siege_begins_in_the_second_month() -> None:
    run = empty_front("processes.combat.urban_noise=0.1")
    state = run.state
    state.troops[[KIA, JUNTA], TOWN] = 2_000, 1_000
    state.posts[TOWN] = state.posts_full[TOWN] = 20
    posts, begun, exposed = [20], [], []
    for month in range(6):
        state.month = month
        state.tally.clear()
        attack(run, (KIA, TOWN))
        posts.append(int(state.posts[TOWN]))
        begun.append(bool(run.battles.begun[0]))
        exposed.append(2 * posts[-1] <= 20)
        assert state.tally.posts_taken[KIA] == posts[-2] - posts[-1]
        assert state.besieged[TOWN] == sum(exposed)
    assert posts[1] < posts[0]
    assert begun.count(True) == 1
    assert begun.index(True) == exposed.index(True) + 1


def test_another_attacker_begins_a_siege_of_its_own_but_an_ally_goes_on(run: Run) -> None:
    state = run.state
    state.troops[[KIA, JUNTA], TOWN] = 300, 300
    for before, months in ((PDF, 4), (JUNTA, 1)):
        state.attacker[TOWN], state.besieged[TOWN], state.siege_progress[TOWN] = before, 3, 0.3
        order(run, (KIA, TOWN))
        gather(run.data)
        combat.press(run.data, TOWN, KIA)
        combat.close_in(run.data, TOWN, 0.5)
        assert state.besieged[TOWN] == months


def test_a_column_is_months_on_the_road_unless_the_villages_are_its_own(run: Run) -> None:
    state, land = run.state, run.land
    run.rules.combat["column_km"] = float(min(land.road_km[land.road_start[TOWN] : land.road_start[TOWN + 1]])) / 4
    state.posts[TOWN] = state.posts_full[TOWN] = 20

    def months_until_posts_fall(share: float) -> int:
        end_siege(run.data, TOWN)
        state.posts[TOWN] = 20
        state.control[:, TOWN] = 0.0
        state.control[KIA, TOWN], state.control[-1, TOWN] = share, 1 - share
        for month in range(12):
            state.month, state.troops[KIA, TOWN], state.troops[JUNTA, TOWN] = month, 3_000, 100
            attack(run, (KIA, TOWN))
            assert state.attacker[TOWN] in (KIA, -1), "it is under attack meanwhile"
            if state.posts[TOWN] < 20:
                return month
        return 12

    waits = [months_until_posts_fall(share) for share in (0.0, 0.5, 1.0)]
    assert 4 <= waits[0] < 8 and waits[0] > waits[1] > waits[2] == 0
    state.approach[TOWN] = 10.0
    combat.rest(run.data, TOWN)
    assert state.approach[TOWN] == 5.0, "and it falls back when nobody presses on"


def test_the_killed_are_missing_and_counted_where_they_fell(run: Run) -> None:
    state, killed = run.state, 0
    for month in range(12):
        state.month = month
        state.tally.clear()
        state.troops[[KIA, PDF, JUNTA], TOWN] = 700, 300, 900
        state.posts[TOWN] = state.posts_full[TOWN] = 50
        before = fighters(run)
        attack(run, (KIA, TOWN), (PDF, TOWN))
        tally = state.tally
        np.testing.assert_array_equal(before - fighters(run), tally.dead + tally.captured)
        assert tally.deaths[TOWN] == tally.deaths.sum() == tally.dead.sum()
        killed += int(tally.dead.sum())
    assert killed > 100


def test_a_garrison_that_is_cut_off_starves_under_attack() -> None:
    run = empty_front("processes.combat.isolation_loss=0.12", "processes.combat.defender_loss=0.01")
    state = run.state

    def lost(isolated: int) -> int:
        state.troops[[KIA, JUNTA], TOWN] = 500, 2_000
        state.supply[JUNTA, TOWN], state.isolated[TOWN] = 0.0, isolated
        state.posts[TOWN] = state.posts_full[TOWN] = 50
        attack(run, (KIA, TOWN))
        return 2_000 - int(state.troops[JUNTA, TOWN])

    assert lost(1) > 4 * lost(0)


def test_a_siege_that_nobody_presses_eases(run: Run) -> None:
    state = run.state
    state.attacker[TOWN], state.siege_progress[TOWN] = KIA, 0.6
    rest(run.data, TOWN)
    assert (state.siege_progress[TOWN], state.months_unattacked[TOWN]) == (0.3, 1)


def test_both_sides_use_up_arms_by_their_share_in_fights() -> None:
    run = empty_front("processes.combat.arms_spent=0.1")
    state = run.state
    state.troops[JUNTA, TOWN], state.troops[KIA, TOWN] = 300, 200
    state.troops[KIA, OTHER] = 600  # three in four are elsewhere
    state.arms[:] = 1000.0
    order(run, (KIA, TOWN))
    gather(run.data)
    expend(run.data)
    assert state.arms == pytest.approx([900, 975, 1000, 1000, 1000])
    assert state.tally.arms_lost == pytest.approx([100, 25, 0, 0, 0])


def test_a_month_at_war_uses_up_arms() -> None:
    def lost(spent: float) -> float:
        model = small(f"processes.combat.arms_spent={spent}", months=3)
        model.step()
        return float(model.state.tally.arms_lost.sum())

    assert lost(0.3) > lost(0.1) > lost(0.0)


def test_who_attacks_knows_the_garrison_and_knowledge_fades() -> None:
    run = empty_front("actors.KIA.belief_months=4")
    order(run, (KIA, TOWN))
    learn(run.data)
    assert run.state.known[KIA, TOWN] == 1.0
    order(run)
    learn(run.data)
    assert run.state.known[KIA, TOWN] == 0.75
    assert run.state.known.sum() == 0.75


def test_flights_are_noted_in_the_territory_of_the_fight(run: Run) -> None:
    order(run, (KIA, TOWN), (KIA, SITE))
    gather(run.data)
    run.front.air[:, TOWN], run.front.air[:, SITE], run.front.air[:, OTHER] = (0.2, 0.7), (0.4, 0.1), 1.0
    combat.count_flights(run.data)
    expected = np.zeros(len(run.land.needed))
    expected[run.land.territory[TOWN]], expected[run.land.territory[SITE]] = 0.7, 0.4
    np.testing.assert_array_equal(run.state.tally.air_fights, expected)
