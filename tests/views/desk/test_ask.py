"""What a page asks for becomes two runs that differ in the policy alone, or sentences; and it can be saved and repeated."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from model.experiments.batch_file import read_run
from model.experiments.errors import PlanError
from model.experiments.simulate import simulate
from model.scenario.problems import ScenarioError
from model.scenario.read import load_scenario
from model.scenario.spec import RunSpec
from model.views.desk.ask import Ask, pairs_of, read_ask, sides_of
from model.views.desk.menu import menu_of
from model.views.desk.saved import commands, scenario_text

OFFERED = ("engage_kia", "engage_junta", "status_quo", "hindcast_2024")
AID = "united_states.instruments.aid_kia"


def asked(*sets: str, policy: str = "engage_kia", **more: Any) -> Ask:
    return read_ask({"policy": policy, "set": list(sets), **more}, OFFERED)


def pair(ask: Ask) -> tuple[RunSpec, RunSpec]:
    (found,) = pairs_of(ask)
    return found


def of(spec: RunSpec) -> dict[str, Any]:
    resolved: dict[str, Any] = json.loads(spec.scenario)
    return resolved


def test_the_runs_differ_in_the_policy_alone() -> None:
    ours, theirs = (
        of(spec) for spec in pair(asked(f"{AID}.ramp=1", "actors.KIA.troops=9000", "beijing.answer=outbids"))
    )
    assert ours["actors"]["KIA"]["troops"] == 9000 and ours["beijing"]["answer"] == "outbids"
    assert ours["united_states"].pop("instruments")["aid_kia"]["ramp"] == 1
    assert theirs["united_states"].pop("instruments") == {}
    assert ours == theirs
    unchanged = pair(asked())
    assert of(unchanged[1]) == load_scenario("status_quo").resolved()
    assert len({(spec.seed, spec.replicate) for spec in unchanged}) == 1


def test_another_policy_serves_as_the_reference_unless_the_two_cannot_be_compared() -> None:
    ours, theirs = pair(asked("actors.KIA.troops=9000", f"{AID}.level=1", against="engage_junta"))
    assert (of(ours)["actors"]["KIA"], set(of(theirs)["united_states"]["instruments"])) == (
        of(theirs)["actors"]["KIA"],
        set(load_scenario("engage_junta").united_states.instruments),
    )
    with pytest.raises(PlanError) as error:
        pair(asked(against="hindcast_2024"))
    assert [problem.split()[0] for problem in error.value.problems] == ["start", "months"]
    assert all("cannot be compared" in problem for problem in error.value.problems)


def test_amounts_are_levels_of_the_precedents() -> None:
    us = load_scenario("engage_kia").united_states
    found = of(pair(asked("amount.aid_kia=5", "amount.training_kia=100"))[0])["united_states"]["instruments"]
    assert found["aid_kia"]["level"] == pytest.approx(5e6 / us.aid_usd)
    assert found["training_kia"]["level"] == pytest.approx(100 / us.training_people)
    # What is promised stays when its precedent is another; and the page shows the same amount.
    ask = asked("amount.aid_kia=5", "united_states.aid_usd=10e6")
    assert of(pair(ask)[0])["united_states"]["instruments"]["aid_kia"]["level"] == pytest.approx(0.5)
    shown = {one["name"]: one for one in menu_of(ask, OFFERED)["instruments"]}["aid_kia"]
    assert (shown["value"], shown["most"], shown["unit"]) == (
        pytest.approx(5),
        pytest.approx(100),
        "million USD per month",
    )


@pytest.mark.parametrize("text", ["inf", "1e400", "nan", "", "35,000", "0106", "-1", "1e9", "'9'", "true"])
@pytest.mark.parametrize(
    ("typed", "path"), [("actors.KIA.troops", "actors.KIA.troops"), ("amount.aid_kia", f"{AID}.level")]
)
def test_what_is_typed_is_refused_in_the_words_of_a_scenario_file(
    text: str, typed: str, path: str, tmp_path: Path
) -> None:
    with pytest.raises((ScenarioError, PlanError)) as error:
        pair(asked(f"{typed}={text}"))
    (said,) = str(error.value).splitlines()
    assert said.startswith(f"{path} = ") and "must be a" in said
    if typed == path:
        with pytest.raises(ScenarioError) as other:
            load_scenario("engage_kia", [f"{path}={text}" if text else f'{path}=""'])
        assert other.value.problems == [f"--set: {said}"]
    else:
        assert said.endswith("level 1 is 19.2 million USD per month, the maximum is 192 million USD per month")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"policy": "nope"}, "'nope' is not a scenario of this app"),
        ({"policy": "engage_kia", "seed": "1.5"}, "seed = 1.5: must be a whole number"),
        ({"policy": "engage_kia", "seed": ""}, "seed = '': must be a whole number"),
        ({"policy": "engage_kia", "replicate": "-1"}, "replicate = -1: must be a whole number"),
        ({"policy": "engage_kia", "set": ["world=tests/tiny"]}, "world: cannot be changed here"),
        ({"policy": "engage_kia", "set": ["plugins.x=1"]}, "plugins.x: cannot be changed here"),
        ({"policy": "engage_kia", "set": ["actors.KIA.troop=1"]}, "did you mean 'troops'"),
        ({"policy": "engage_kia", "set": ["amount.nothing=1"]}, "no such instrument"),
        ({"policy": "engage_kia", "set": [1]}, "set: must be"),
        (
            {"policy": "engage_kia", "before": {"policy": "status_quo", "until": "60"}},
            "before = 60: must be a month within",
        ),
        ([], "not a valid request"),
    ],
)
def test_what_cannot_be_asked_is_said(given: Any, said: str) -> None:
    with pytest.raises((ScenarioError, PlanError), match=said):
        pair(read_ask(given, OFFERED))


@pytest.mark.parametrize("own", [False, True])
def test_a_saved_scenario_is_the_same_run(own: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    policy = "engage_kia"
    if own:
        policy = "mine.toml"
        Path(policy).write_text(
            'extends = "engage_kia"\ntitle = "Mine"\nactors.KIA.commit_share = 0.3\n[[forcing]]\nname = "a"\n'
            'kind = "close_lanes"\ntarget = "China"\nstart = "2026-01"\nend = "2026-03"\nvalue = 0.0\n',
            encoding="utf-8",
        )
    added = 'united_states.instruments.arms_kia={kind = "arms", target = "KIA", level = 0.1}'
    sets = [added, "amount.arms_kia=4", "actors.KIA.troops=9000", "months=12"]
    ask = read_ask({"policy": policy, "set": sets, "seed": "3", "replicate": "2"}, (policy,))
    spec, _ = pair(ask)
    name, text = scenario_text(sides_of(ask)[0])
    Path(name).write_text(text, encoding="utf-8")
    assert commands(ask) == [f"pangwa run {name} --seed 3 --replicate 2"]
    assert read_run(name, base_seed=3, replicate=2)[1] == spec
    assert spec.label == Path(name).stem == f"{Path(policy).stem}_changed"


def test_a_branch_is_what_the_commands_make_and_without_change_the_unbroken_run(tmp_path: Path) -> None:
    small = tmp_path / "small.toml"
    small.write_text('extends = "engage_kia"\nworld = "tests/tiny"\nmonths = 4\n', encoding="utf-8")
    plain = {"policy": str(small), "before": {"policy": str(small), "set": [], "until": "2"}}
    same, unbroken = pair(read_ask(plain, (str(small),)))
    assert same.past == ((2, unbroken.scenario),)
    assert simulate(same).outcomes == simulate(unbroken).outcomes
    other = read_ask(plain | {"set": ["amount.aid_kia=50"]}, (str(small),))
    assert commands(other) == [
        f"pangwa run {small} --until 2 --save state.json",
        "pangwa run small_changed.toml --from state.json",
    ]
    changed, before = pair(other)
    assert before.scenario == unbroken.scenario
    assert of(changed)["united_states"] != of(before)["united_states"]
