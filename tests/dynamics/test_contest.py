"""Contest success functions and the worth of fighters."""

from __future__ import annotations

from itertools import pairwise
from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.dynamics.contest import CONTESTS, chance_of_success, supply_in_defence, worth_of_arms, worth_of_fighter
from tests.dynamics.fronts import KIA, empty_front

strength = st.floats(0.0, 1e6, allow_subnormal=False)
FORMS = {form: empty_front(f"structure.contest={form}").rules for form in CONTESTS}
RATIO = empty_front("structure.contest=ratio")


@given(attack=strength, more=strength, defence=strength, form=st.sampled_from(list(FORMS)))
def test_more_strength_never_lowers_the_chance(attack: float, more: float, defence: float, form: str) -> None:
    low, high = (chance_of_success(some, defence, FORMS[form]) for some in (attack, attack + more))
    assert 0 <= low <= high + 1e-12 <= 1 + 1e-9


@pytest.mark.parametrize("form", FORMS)
def test_forms_agree_at_equal_forces_and_at_the_ends(form: str) -> None:
    found = [chance_of_success(*sides, FORMS[form]) for sides in ((5.0, 5.0), (0.0, 5.0), (5.0, 0.0), (0.0, 0.0))]
    assert found == pytest.approx([0.5, 0.0, 1.0, 0.0])


def test_each_form_is_its_equation() -> None:
    m = RATIO.parameters.contest.decisiveness
    assert chance_of_success(3.0, 2.0, FORMS["ratio"]) == pytest.approx(3**m / (3**m + 2**m))
    assert chance_of_success(3.0, 2.0, FORMS["difference"]) == pytest.approx(1 / (1 + exp(-2 * m * (3 - 2) / 5)))


def test_no_form_runs_as_another_one() -> None:
    assert len({chance_of_success(3.0, 2.0, rules) for rules in FORMS.values()}) == len(CONTESTS)


def test_a_fighter_is_worth_its_training_its_arms_and_its_morale() -> None:
    run = empty_front()
    state, p, own = run.state, run.parameters.contest, run.agents.armed[KIA].parameters
    state.arms[KIA], state.training[KIA], state.paid[KIA] = 25.0, 0.2, 0.5
    morale = 1 - p.unpaid_morale / 2
    trained = 1 + 0.2 * run.scenario.united_states.training_gain
    expected = own.effectiveness * trained * 0.25**p.arms_exponent * morale
    assert worth_of_fighter(run.data, KIA, 100) == pytest.approx(expected)
    state.arms[KIA] = 1600.0
    heavy = 16**p.heavy_arms_exponent
    assert worth_of_fighter(run.data, KIA, 100) == pytest.approx(own.effectiveness * trained * morale * heavy)


@given(few=st.floats(0.0, 20.0), more=st.floats(0.0, 20.0))
def test_more_arms_never_weaken_and_each_adds_less_beyond_one_a_fighter(few: float, more: float) -> None:
    rules, p = RATIO.rules.contest, RATIO.parameters.contest
    assert worth_of_arms(few, rules) <= worth_of_arms(few + more, rules) + 1e-12
    assert worth_of_arms(1.0, rules) == 1.0
    assert worth_of_arms(2.0, rules) == pytest.approx(2.0**p.heavy_arms_exponent)
    steps = [worth_of_arms(arms, rules) for arms in (1.0, 2.0, 3.0, 4.0)]
    gains = [after - before for before, after in pairwise(steps)]
    assert gains == sorted(gains, reverse=True)


def test_a_starved_garrison_still_holds_its_walls() -> None:
    rules, p = RATIO.rules.contest, RATIO.parameters.contest
    assert supply_in_defence(1.0, rules) == 1.0
    assert supply_in_defence(0.0, rules) == p.defence_without_supply
    assert supply_in_defence(0.5, rules) == pytest.approx((1 + p.defence_without_supply) / 2)
