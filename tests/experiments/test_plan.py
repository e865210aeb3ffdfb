from __future__ import annotations

import json
import pickle
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from model.draws import replicate_seed
from model.experiments.batch import run_batch
from model.experiments.batch_file import folder_name, read_plan
from model.experiments.comparable import check_comparable, difference_words
from model.experiments.design import grid_points
from model.experiments.errors import PlanError
from model.experiments.horizon import CALIBRATED_MONTHS
from model.experiments.parameter_sets import parameter_words
from model.experiments.plan import BatchPlan, make_plan
from model.experiments.request import read_batch_file
from model.scenario.layers import parse_set
from model.scenario.problems import ScenarioError, toml_value
from tests.experiments.fakes import fake_simulate, plan, scenario
from tests.scenario.conftest import TINY


class FakeScenario:
    def __init__(self, name: str, resolved: dict[str, Any]) -> None:
        self.name, self._resolved = name, resolved

    def resolved(self) -> dict[str, Any]:
        return self._resolved


def fake_load(name: str, sets: Sequence[str]) -> FakeScenario:
    """A scenario named after its file; ``--set`` may change what :func:`tests.experiments.fakes.scenario` knows."""
    said: dict[str, Any] = {}
    problems = []
    for text in sets:
        (key,), value = parse_set(text)
        if key not in scenario():
            problems.append(f"--set {key}: unknown key")
        if key in said:
            problems.append(f"--set {key}: is set twice")
        said[key] = value
    if problems:
        raise ScenarioError(problems)
    return FakeScenario(Path(name).stem, scenario(**said))


def read(path: Path, **options: Any) -> BatchPlan:
    return read_plan([str(path)], load=fake_load, **options)


@pytest.fixture
def batch_file(tmp_path: Path) -> Path:
    for name in ("here", "there"):
        (tmp_path / f"{name}.toml").write_text("", encoding="utf-8")
    path = tmp_path / "both.toml"
    path.write_text('scenarios = ["here", "there.toml"]\nreplicates = 3\nbase_seed = 7\n', encoding="utf-8")
    return path


def test_batch_file_becomes_a_plan(batch_file: Path) -> None:
    what = read(batch_file)
    assert (what.name, what.reference, what.replicates, what.base_seed) == ("both", "here", 3, 7)
    assert [(spec.label, spec.replicate) for spec in what.specs] == [
        (label, replicate) for label in ("here", "there") for replicate in range(3)
    ]
    assert [spec.seed for spec in what.specs[:3]] == [replicate_seed(7, replicate) for replicate in range(3)]
    assert len(set(what.run_ids)) == 6
    assert pickle.loads(pickle.dumps(what)).run_ids == what.run_ids


def test_command_line_goes_before_the_file(batch_file: Path) -> None:
    what = read(
        batch_file, replicates=2, base_seed=0, reference="there", sets=["effect=3.0"], record=["control=monthly"]
    )
    assert (what.replicates, what.base_seed, what.reference) == (2, 0, "there")
    assert {resolved["effect"] for resolved in what.scenarios.values()} == {3.0}
    assert {spec.record for spec in what.specs} == {("control=monthly",)}


def test_shipped_batch_is_found_by_name() -> None:
    what = read_plan(["policy_options"], replicates=2)
    assert what.labels == ("status_quo", "engage_junta", "engage_kia", "quad_india")
    assert (len(what.specs), what.reference) == (8, "status_quo")
    assert what.prose["engage_kia"]["title"] == "Engage the KIA"
    assert len(what.vectors) >= 20


def test_plain_scenarios_are_a_batch() -> None:
    what = read_plan(["engage_kia", "status_quo"], load=fake_load)
    assert (what.name, what.reference, len(what.specs)) == ("engage_kia_status_quo", "status_quo", 20)


def test_all_mistakes_of_a_batch_file_come_out_together(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(
        'scenarios = ["engage_kja", "status_quo"]\nreplicate = 5\nreplicates = 0\nbase_seed = "x"\n'
        "[sweep]\nactors.KIA.troops = 5\n",
        encoding="utf-8",
    )
    with pytest.raises(PlanError) as caught:
        read_batch_file(path)
    expected = [
        "replicate = 5: unknown key; did you mean 'replicates'?",
        "replicates = 0: must be a whole number of at least 1",
        'base_seed = "x": must be a whole number of at least 0',
        "'engage_kja' is neither a shipped scenario nor a file; did you mean 'engage_kia'?",
        "sweep.actors.KIA.troops: must be a list of values, or a range such as {from = 0, to = 1, step = 0.1}, not 5",
    ]
    assert len(caught.value.problems) == len(expected)
    for sentence, part in zip(caught.value.problems, expected, strict=True):
        assert sentence.startswith(("bad.toml", str(path)))
        assert part in sentence


@pytest.mark.parametrize("text", ["scenarios = []", "replicates = 3"])
def test_batch_file_without_scenarios_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "empty.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PlanError, match="must list at least one scenario"):
        read_batch_file(path)


def test_problems_of_all_scenarios_come_out_together_each_once(batch_file: Path) -> None:
    with pytest.raises(PlanError) as caught:
        read(batch_file, sets=["effectt=1.0", "sleeep=1.0"])
    assert caught.value.problems == ["--set effectt: unknown key", "--set sleeep: unknown key"]


def test_two_scenarios_of_one_name_are_refused_naming_both_files(tmp_path: Path) -> None:
    files = [tmp_path / folder / "base.toml" for folder in ("a", "b")]
    for file in files:
        file.parent.mkdir()
        file.write_text("", encoding="utf-8")
    with pytest.raises(PlanError) as caught:
        read_plan([str(file) for file in files], load=fake_load)
    (sentence,) = caught.value.problems
    assert all(str(file) in sentence for file in files)


def test_batch_file_is_given_alone(batch_file: Path) -> None:
    with pytest.raises(PlanError, match="is a batch file: give it alone"):
        read_plan([str(batch_file), "status_quo"], load=fake_load)
    with pytest.raises(PlanError, match="no scenario or batch file was given"):
        read_plan([], load=fake_load)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"replicates": 0}, "replicates = 0: must be a whole number of at least 1"),
        ({"replicates": True}, "replicates = True"),
        ({"replicates": 2_000_000}, "at most 1,000,000 runs are allowed"),
        ({"base_seed": -1}, "base_seed = -1"),
        ({"reference": "stauts_quo"}, "did you mean 'status_quo'?"),
        ({"record": ["control=month"]}, "did you mean 'control=monthly'?"),
    ],
)
def test_what_cannot_be_planned_is_said(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(PlanError) as caught:
        make_plan("name", {"status_quo": scenario()}, **options)
    assert sentence in str(caught.value)
    with pytest.raises(PlanError, match="scenarios is empty"):
        make_plan("name", {})


def test_grid_varies_the_last_parameter_fastest() -> None:
    points = grid_points({"a": [1, 2], "b": ["x", None, {"y": 0.5}]})
    assert points[0] == (("a", "1"), ("b", '"x"'))
    assert points[2] == (("a", "1"), ("b", '{"y":0.5}'))
    assert len(points) == 6
    assert grid_points({}) == ((),)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [([], "at least one value"), ([1, 2, 1], "the value 1 is given twice"), ([float("nan")], "must be finite")],
)
def test_bad_values_of_a_sweep_are_refused_by_name(values: list[Any], sentence: str) -> None:
    with pytest.raises(PlanError, match=f"sweep.actors.KIA.troops.*{sentence}"):
        grid_points({"actors.KIA.troops": values})


def test_sweep_runs_scenarios_at_every_point(batch_file: Path, tmp_path: Path) -> None:
    with batch_file.open("a", encoding="utf-8") as file:
        file.write("[sweep]\neffect = [1.0, 2.5]\ndie_once = ['', 'NA', '010']\n")
    what = read(batch_file, replicates=2)
    assert len(what.specs) == 2 * 6 * 2
    assert len(set(what.run_ids)) == 24
    run_batch(what, tmp_path / "out", jobs=1, simulate=fake_simulate)
    runs = pd.read_parquet(tmp_path / "out" / "runs.parquet")
    assert list(runs.columns[7:9]) == ["effect", "die_once"]
    assert list(runs["effect"][:6]) == [1.0] * 6
    assert set(runs["die_once"]) == {"", "NA", "010"}
    assert runs.groupby(["scenario", "effect", "die_once"]).size().to_list() == [2] * 12
    effects = pd.read_csv(tmp_path / "out" / "effects.csv", keep_default_na=False)
    assert list(effects.columns[-2:]) == ["effect", "die_once"]
    assert len(effects) == (6 + 1) * 3  # at every point, and over all of them


def test_mixed_values_of_a_sweep_become_text(tmp_path: Path) -> None:
    points = grid_points({"actors.X.mode": ["all", 5, 0.1]})
    what = make_plan(
        "mixed",
        {"a": scenario()},
        replicates=1,
        points=points,
        at_points={"a": [scenario(effect=e) for e in (1, 2, 3)]},
    )
    run_batch(what, tmp_path / "out", jobs=1, simulate=fake_simulate)
    assert list(pd.read_parquet(tmp_path / "out" / "runs.parquet")["actors.X.mode"]) == ["all", "5", "0.1"]


def test_sweeping_what_the_command_line_sets_is_refused(batch_file: Path) -> None:
    with batch_file.open("a", encoding="utf-8") as file:
        file.write("[sweep]\neffect = [1.0, 2.5]\n")
    with pytest.raises(PlanError, match="--set effect: the batch varies it"):
        read(batch_file, sets=["effect=9.0"])


def test_run_depends_neither_on_the_size_of_the_batch_nor_on_other_scenarios() -> None:
    small, large = plan(2), plan(5, third=scenario(effect=1.0), status_quo=scenario(), engage=scenario(effect=2.0))
    assert set(small.run_ids) < set(large.run_ids)
    assert small.plan_id != large.plan_id


def test_names_of_folders_hold_nothing_that_a_file_system_refuses() -> None:
    assert folder_name('a<b>:"/\\|?*c') == "a-b-c"
    assert folder_name("ရှမ်း 稀土 #1") == "ရှမ်း 稀土 #1"
    assert folder_name(" .. ") == "batch"
    assert len(folder_name("x" * 500)) == 60


def test_values_are_written_as_toml() -> None:
    values = {"list": [1, 2.5, True], "text": 'a "b"', "deep": {"a key": 1e-7}}
    (path, value) = parse_set(f"x={toml_value(values)}")
    assert (path, value) == (("x",), values)


TINY_WORLD = f"world='{TINY.as_posix()}'"


def drawn_world(folder: Path) -> str:
    """A copy of the tiny world with a plausible set of three vectors."""
    shutil.copytree(TINY, folder / "world")
    (folder / "world" / "plausible.csv").write_text("processes.trade.leak\n0.1\n0.2\n0.3\n", encoding="utf-8")
    return f"world='{(folder / 'world').as_posix()}'"


@pytest.mark.parametrize(
    ("asked", "replicates", "words"),
    [
        (None, 4, "parameters: 3 plausible sets"),
        (None, 2, "parameters: 2 of 3 plausible sets"),
        ("defaults", 4, "parameters: central values"),
    ],
)
def test_batches_draw_the_plausible_set_of_their_world_unless_told_otherwise(
    tmp_path: Path, asked: str | None, replicates: int, words: str
) -> None:
    what = read_plan(["status_quo"], replicates=replicates, sets=[drawn_world(tmp_path), "months=1"], parameters=asked)
    leaks = {json.loads(spec.scenario)["processes"]["trade"]["leak"] for spec in what.specs}
    assert len(leaks) == (1 if asked else min(replicates, 3))
    told = {"vectors": what.vectors, "parameters": what.parameters, "replicates": what.replicates}
    assert parameter_words(told) == words


def test_a_world_without_a_set_has_central_values() -> None:
    what = read_plan(["status_quo"], replicates=1, sets=[TINY_WORLD, "months=1"])
    assert (what.vectors, what.parameters) == ((), "")


@pytest.mark.parametrize(
    ("key", "values", "sentence"),
    [
        (
            "months",
            (24, 60),
            r"differ in months \(length in months: 24 in a; 60 in b\).*--months 24 gives all of them the same",
        ),
        ("start", ("2025-08", "2024-03"), r"differ in start \(first month: 2025-08 in a; 2024-03 in b\)"),
        ("world", ("myanmar", "mine"), r"differ in world \(world: myanmar in a; mine in b\)"),
    ],
)
def test_scenarios_that_cannot_be_compared_are_refused(key: str, values: tuple[Any, Any], sentence: str) -> None:
    both = dict(zip("ab", ({**scenario(), key: value} for value in values), strict=True))
    with pytest.raises(PlanError, match=sentence):
        check_comparable(both)


def test_a_batch_is_refused_before_it_is_run(tmp_path: Path) -> None:
    for name, months in (("a", 1), ("b", 2)):
        (tmp_path / f"{name}.toml").write_text(f"{TINY_WORLD}\nmonths = {months}\n", encoding="utf-8")
    files = [str(tmp_path / f"{name}.toml") for name in "ab"]
    with pytest.raises(PlanError, match="cannot be compared"):
        read_plan(files, replicates=1)
    assert len(read_plan(files, replicates=1, apart=True).specs) == 2


def test_what_differs_besides_instruments_is_said() -> None:
    aid = {"united_states": {"instruments": {"aid": {"kind": "aid"}}}, "processes": {"leak": 0.1}}
    other = {"united_states": {"instruments": {}}, "processes": {"leak": 0.2}}
    none: dict[str, Any] = {"united_states": {"instruments": {}}, "processes": {"leak": 0.1}}
    assert difference_words({"base": none, "aid": aid}, "base") == ""
    said = difference_words({"base": none, "aid": aid, "other": other}, "base")
    assert "other in processes.leak" in said and "aid" not in said


@pytest.mark.parametrize(("months", "said"), [(CALIBRATED_MONTHS, False), (CALIBRATED_MONTHS + 1, True)])
def test_runs_beyond_the_calibrated_horizon_say_so(months: int, said: bool) -> None:
    what = read_plan(["status_quo"], replicates=1, sets=[TINY_WORLD, f"months={months}"])
    assert any("leave the calibrated horizon" in note for note in what.notes) is said
