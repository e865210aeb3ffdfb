"""Saved states: what they hold, and what is refused of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import model.experiments.branch as branch
from model.experiments.batch_file import read_run
from model.experiments.branch import read_continued, read_state, save_state
from model.experiments.errors import PlanError
from model.experiments.files import read_json, write_json
from model.experiments.simulate import simulate
from model.scenario.spec import RunSpec

SETS = ["world=tests/tiny", "months=8"]


@pytest.fixture(scope="module")
def spec() -> RunSpec:
    return read_run("status_quo", replicate=2, sets=SETS)[1]


@pytest.fixture(scope="module")
def saved(spec: RunSpec, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("states") / "state.json"
    save_state(path, spec, 5)
    return path


def test_a_saved_state_goes_on_to_the_end_of_the_unbroken_run(saved: Path, spec: RunSpec) -> None:
    _, continued = read_continued(read_state(saved))
    assert (continued.seed, continued.replicate, continued.past[0][0]) == (spec.seed, spec.replicate, 5)
    assert simulate(continued).outcomes == simulate(spec).outcomes


def test_a_state_of_a_continued_run_can_be_saved_too(saved: Path, spec: RunSpec, tmp_path: Path) -> None:
    _, once = read_continued(read_state(saved), sets=["actors.KIA.commit_share=0.9"])
    save_state(tmp_path / "later.json", once, 7)
    _, twice = read_continued(read_state(tmp_path / "later.json"))
    assert [done for done, _ in twice.past] == [5, 7]
    assert simulate(twice).outcomes == simulate(once).outcomes != simulate(spec).outcomes


@pytest.mark.parametrize(
    ("sets", "sentence"),
    [
        (["actors.KIA.troops=3"], "actors.KIA.troops = 3: only takes effect at the start of a run"),
        (["months=4"], "months = 4: the saved run is already in month 5"),
        (["western.governments=3"], "western.governments = 3: only takes effect at the start"),
    ],
)
def test_what_cannot_count_from_a_branch_on_is_refused(saved: Path, sets: list[str], sentence: str) -> None:
    with pytest.raises(PlanError, match=sentence):
        read_continued(read_state(saved), sets=sets)


def test_a_scenario_of_another_world_is_refused(saved: Path) -> None:
    with pytest.raises(PlanError, match="world = myanmar: only takes effect at the start"):
        read_continued(read_state(saved), "engage_kia")


def test_a_file_that_is_there_is_kept(saved: Path, spec: RunSpec) -> None:
    text = saved.read_text()
    with pytest.raises(PlanError, match="already exists"):
        save_state(saved, spec, 5)
    assert saved.read_text() == text


def test_a_month_past_the_end_is_refused(spec: RunSpec, tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="from 1 to 8"):
        save_state(tmp_path / "state.json", spec, 9)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"format": "other"}, "is not a state"),
        ({"spec": {}}, "is not a state"),
        ({"state": "0" * 16}, "does not reproduce the saved state"),
        ({"version": "0.0.1"}, "was saved by version 0.0.1"),
        ({"months": 10**9}, "is damaged"),
        ({"months": 0}, "is damaged"),
    ],
)
def test_a_state_of_another_kind_or_version_is_refused(
    saved: Path, tmp_path: Path, change: dict[str, object], sentence: str
) -> None:
    other = tmp_path / "state.json"
    write_json(other, read_json(saved) | change)
    with pytest.raises(PlanError, match=sentence):
        read_state(other)


@pytest.mark.parametrize("content", [b"", b"[1]", b"\xff\xfe", b"{}"])
def test_a_file_of_something_else_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "state.json").write_bytes(content)
    with pytest.raises(PlanError, match=r"is not a state|it is not JSON|it contains no table"):
        read_state(tmp_path / "state.json")


def test_a_state_that_was_changed_by_hand_is_refused(saved: Path, tmp_path: Path) -> None:
    text = saved.read_text()
    for old, new in (('"replicate": ', '"replicate": 1'), ('"base_seed": ', '"base_seed": 4'), ("KIA", "KIB")):
        assert old in text
        (tmp_path / "state.json").write_text(text.replace(old, new, 1))
        with pytest.raises(PlanError, match="its content has changed since it was written"):
            read_state(tmp_path / "state.json")


def test_every_key_that_counts_at_the_start_is_a_key_of_scenarios(spec: RunSpec) -> None:
    resolved = json.loads(spec.scenario)
    known = set().union(*(actor.keys() for actor in resolved["actors"].values()))
    assert set(branch.OF_ACTORS_AT_START) <= known
    for path in set(branch.AT_START) - {"plugins"}:
        assert branch._at(resolved, path) != {}, path


@pytest.mark.parametrize("scenario", ["{", "[]", "{}", '{"months": "x"}', '{"months": 8}'])
def test_a_damaged_run_in_a_state_is_a_sentence(saved: Path, tmp_path: Path, scenario: str) -> None:
    content = read_json(saved)
    content["spec"]["scenario"] = scenario
    write_json(tmp_path / "state.json", content)
    with pytest.raises(PlanError, match="is damaged"):
        read_state(tmp_path / "state.json")


def test_a_run_that_is_stopped_has_the_map_of_its_last_month(spec: RunSpec) -> None:
    stopped = simulate(spec, until=5)
    assert stopped.tables["control"].column("month").unique().to_pylist() == [0, 5]
