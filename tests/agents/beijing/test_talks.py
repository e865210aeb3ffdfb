"""Quiet talks: what is at stake, whom Beijing invites, what is on the table, who gains."""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.beijing import talks
from model.run import Run
from tests.world_of_policy import instrument, run, small

KOKANG = {
    "goods": 1.0, "depends": 1.0, "pressure": 0.8, "war": 2.5, "fights": True, "towns": 1, "autonomy": 0.3, "offensive": 0.9,
    "junta": -0.3,
}  # fmt: skip
"""Dependent, pressed, gates shut, one town outside its core: the MNDAA of January 2025."""
KACHIN = {
    "ore": 4.0, "goods": 1.0, "depends": 0.5, "pressure": 0.6, "war": 5.0, "fights": True, "tax": 0.8, "autonomy": 0.3,
    "offensive": 0.5, "shortage": 0.4, "ore_share": 0.8, "junta": -1.0,
}  # fmt: skip
"""Half dependent, winning its war, holder of ore that China lacks: the KIA of early 2025."""
unit, months = st.floats(0.0, 1.0), st.floats(0.0, 10.0)
cases = st.fixed_dictionaries(
    {
        **dict.fromkeys(("goods", "depends", "pressure", "offensive", "shortage", "ore_share", "link"), unit),
        **dict.fromkeys(("ore", "tax", "money", "autonomy"), months),
        "war": st.floats(-3.0, 10.0),
        "junta": st.floats(-3.0, 3.0),
        "fights": st.booleans(),
        "patronage": st.booleans(),
    }
)


@cache
def table(offer: float) -> tuple[Run, int]:
    """A run in which Beijing offers so much patronage, and the index of the KIA; cases are written into it."""
    model = small(f"beijing.patronage_offer={offer}")
    return model.run, model.world.force_index["KIA"]


def write(run: Run, case: dict[str, Any], towns: tuple[float, ...] = ()) -> None:
    for name in run.stakes.case.dtype.names:
        run.stakes.case[name] = case.get(name, 0)
    kia, junta = run.world.force_index["KIA"], run.land.junta
    for k, worth in enumerate(towns):
        run.stakes.town[k], run.plans.town_worth[kia, k], run.plans.town_worth[junta, k] = k, worth, 0.5


def bargained(case: dict[str, Any], towns: tuple[float, ...] = (), offer: float = 0.0) -> dict[str, int] | None:
    """The package on the table; None where there is none."""
    run, kia = table(offer)
    write(run, case, towns)
    found = talks.bargain(run.data, kia)
    return {name: int(run.stakes.package[name]) for name in run.stakes.package.dtype.names} if found else None


def test_a_dependent_group_gives_its_war_and_a_town_for_its_gates() -> None:
    assert bargained(KOKANG, (1.5,)) == {"halt": 1, "towns": 1, "ore": 0, "goods": 1, "tax": 0, "patron": 0}
    gain = table(0.0)[0].stakes.gain
    # goods 6, relief 6 x 0.8 less a war of 2.5, less a town of 1.5
    assert gain.group == pytest.approx(6.0 + 4.8 - 2.5 - 1.5)
    # offensive 3 x 0.9, town 0.5, less leverage 0.5
    assert gain.beijing == pytest.approx(2.7 + 0.5 - 0.5)
    assert gain.junta == pytest.approx(-0.3 + 0.5)
    assert bargained(KOKANG | {"depends": 0.1}, (1.5,)) is None


def test_a_holder_of_ore_that_china_lacks_trades_tax_for_the_ore_lane_and_fights_on() -> None:
    package = bargained(KACHIN)
    assert package is not None
    assert (package["ore"], package["tax"], package["halt"]) == (1, 1, 0)
    assert bargained(KACHIN | {"shortage": 0.0, "tax": 0.0}) is None


def test_patronage_is_taken_where_it_is_offered_and_autonomy_is_cheap() -> None:
    courted = KACHIN | {"money": 2.0, "link": 0.5, "patronage": True}
    package = bargained(courted, offer=1.0)
    assert package is not None and package["patron"] == 1
    proud = bargained(courted | {"autonomy": 9.0}, offer=1.0)
    assert proud is None or proud["patron"] == 0


def best_of_all(run: Run, case: dict[str, Any], towns: tuple[float, ...]) -> tuple[float, dict[str, int]]:
    """The largest product of gains of all packages, looked for one by one, and its package."""
    best, found, package = 0.0, {}, talks.package_record()
    rules, of_case = run.rules, run.stakes.case
    flags = [range(2) if there else range(1) for there in (case["fights"], case["ore"] > 0, case["goods"] > 0)]
    others = [range(2) if there else range(1) for there in (case["tax"] > 0, case["patronage"])]
    for halt, towns_given, *rest in product(flags[0], range(len(towns) + 1), *flags[1:], *others):
        if halt or not towns_given:
            for name, value in zip(package.dtype.names, (halt, towns_given, *rest), strict=True):
                package[name] = value
            group = talks.gain_of_group(package, of_case, sum(towns[:towns_given]), rules.diplomacy, rules.beijing)
            beijing = talks.gain_of_beijing(package, of_case, rules.beijing)
            bearable = talks.gain_of_junta(package, of_case, 0.5 * towns_given) >= 0
            if group > 0 and beijing > 0 and bearable and group * beijing > best:
                best, found = group * beijing, {name: int(package[name]) for name in package.dtype.names}
    return best, found


@given(case=cases, towns=st.lists(months, max_size=2).map(tuple), offer=st.sampled_from([0.0, 1.0]))
@settings(max_examples=60, deadline=None)
def test_the_package_is_the_best_of_all_that_nobody_loses_by(
    case: dict[str, Any], towns: tuple[float, ...], offer: float
) -> None:
    run, _ = table(offer)
    case = case | {"towns": len(towns) if case["fights"] else 0}
    package = bargained(case, towns, offer)
    best, found = best_of_all(run, case, towns if case["fights"] else ())
    gain = run.stakes.gain
    if package is None:
        assert best == 0
    else:
        assert package == found
        assert gain["group"] * gain["beijing"] == pytest.approx(best)
        assert gain["group"] > 0 and gain["beijing"] > 0 and gain["junta"] >= 0


@given(case=cases, more=unit)
@settings(max_examples=40, deadline=None)
def test_more_pressure_makes_a_halt_no_less_welcome(case: dict[str, Any], more: float) -> None:
    run, _ = table(0.0)
    package = talks.package_record(halt=1)
    gains = []
    for pressure in (case["pressure"], min(case["pressure"] + more, 1.0)):
        write(run, case | {"pressure": pressure})
        gains.append(talks.gain_of_group(package, run.stakes.case, 0.0, run.rules.diplomacy, run.rules.beijing))
    assert gains[1] >= gains[0]


@pytest.mark.parametrize("towns", [0, 2])
def test_every_package_has_a_number_of_its_own(towns: int) -> None:
    package, spelt = talks.package_record(), []
    for number in range(32 * (towns + 1)):
        talks.spell_out(number, towns, package)
        spelt.append(tuple(int(package[name]) for name in package.dtype.names))
    assert spelt == sorted(set(spelt)) and len(spelt) == 32 * (towns + 1)
    assert spelt[0] == (0, 0, 0, 0, 0, 0) and spelt[-1] == (1, towns, 1, 1, 1, 1)


def test_small_equations() -> None:
    beijing = table(1.0)[0].rules.beijing
    assert talks.minded(0.1, 0.2, 0.3, 0.05) == 0.3
    assert talks.minded(0.1, 0.2, 0.3, 0.9) == 0.9
    assert talks.courted(0.4, 0.5, beijing) == pytest.approx(0.3)


def shut_out(*sets: str) -> Run:
    """The KIA with all its lanes to China shut."""
    model = small(*sets)
    run, kia = model.run, model.world.force_index["KIA"]
    gates = (run.state.holder[run.land.crossing_place] == kia) & run.land.chinese
    run.state.lanes[gates] = 0.0
    return run


def test_stakes_are_read_off_the_month() -> None:
    run = shut_out()
    kia = run.world.force_index["KIA"]
    talks.weigh_stakes(run.data)
    stakes = run.stakes
    assert 0 < stakes.ore_usd[kia] <= stakes.tax_usd[kia]
    assert stakes.goods[kia] == 1 and stakes.trades[kia]
    assert 0 < stakes.ore_share[kia] <= 1
    run.state.lanes[:] = 1.0
    talks.weigh_stakes(run.data)
    assert stakes.ore_usd[kia] == stakes.ore_share[kia] == stakes.goods[kia] == 0
    assert stakes.tax_usd[kia] > 0


def invited(run: Run) -> set[str]:
    talks.weigh_stakes(run.data)
    talks.invite(run.data)
    return {run.world.force_ids[a] for a in np.flatnonzero(run.stakes.invited)}


def test_whoever_minds_is_invited_after_a_pause_and_without_a_deal() -> None:
    run = shut_out("beijing.talks_hazard=1")
    kia, dealings = run.world.force_index["KIA"], run.state.dealings
    assert "KIA" in invited(run) and "JUNTA" not in invited(run)
    dealings.talked[kia] = run.scenario.beijing.talks_pause - 1
    assert "KIA" not in invited(run)
    dealings.talked[kia], dealings.deal[kia] = 1_000, 3
    assert "KIA" not in invited(run)
    dealings.deal[kia], run.state.dependence[kia] = 0, 0.0
    assert "KIA" not in invited(run)


def test_a_border_closed_in_answer_ends_talks() -> None:
    model = shut_out("beijing.talks_hazard=1", "beijing.answer=closes_border")
    kia = model.world.force_index["KIA"]
    assert "KIA" in invited(model)
    model.policy["link"][kia] = 0.5
    assert "KIA" not in invited(model)


def test_towns_are_asked_for_outside_the_core_in_order_and_not_too_many() -> None:
    model = small("beijing.towns_asked=1")
    run, kia = model.run, model.world.force_index["KIA"]
    wanted = [town for town in run.land.tradeable[kia] if town >= 0 and run.state.holder[town] == kia]
    assert wanted
    assert talks.ask_for_towns(run.data, kia) == 1
    assert run.stakes.town[0] == wanted[0]
    run.state.holder[wanted] = run.land.junta
    assert talks.ask_for_towns(run.data, kia) == 0


def test_a_case_counts_prospects_waiting_and_brokers() -> None:
    model = small("processes.ground.run_in_months=0")
    one, kia = model.run, model.world.force_index["KIA"]
    talks.weigh_stakes(one.data)
    talks.take_up_case(one.data, kia)
    case = one.stakes.case
    war, wish = float(case["war"]), float(case["junta"])
    one.plans.prospects[kia, one.land.junta] = 2.0
    one.plans.prospects[one.land.junta, kia] = 0.5
    one.policy["brokering"][kia] = 1.0
    talks.take_up_case(one.data, kia)
    brokered = one.scenario.united_states.brokering_gain
    assert case["war"] == pytest.approx(war + 2.0 - brokered)
    assert case["junta"] == pytest.approx(wish - 0.5 + brokered)


def test_an_actor_that_the_us_threatens_for_is_wished_peace_by_the_junta() -> None:
    sets = ("united_states.attention_mean=1", "united_states.attention_noise=0", instrument("tariff_threat"))
    model = run(small(*sets), 1)
    talks.weigh_stakes(model.run.data)
    talks.take_up_case(model.run.data, model.world.force_index["KIA"])
    threatened = float(model.run.stakes.case["junta"])
    model.run.policy["believed_threat"] = 0.0
    talks.take_up_case(model.run.data, model.world.force_index["KIA"])
    assert threatened > model.run.stakes.case["junta"]
