from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path

import pytest

from model.experiments.batch_file import read_plan
from model.experiments.errors import StoreError
from model.experiments.simulate import simulate
from model.experiments.store import Store
from model.scenario.read import load_scenario
from model.scenario.spec import RunSpec
from model.world.digest import world_digest
from model.world.read import load_world
from model.world.world import WorldError

TINY = Path(__file__).parents[1] / "tiny"


@pytest.fixture
def world(tmp_path: Path) -> Path:
    return Path(shutil.copytree(TINY, tmp_path / "world"))


def edit(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    world_digest.cache_clear()  # as a new process does
    load_world.cache_clear()


def test_digest_follows_the_files_that_runs_read_and_no_others(world: Path) -> None:
    first = world_digest(str(world))
    (world / "README.md").write_text("other words", encoding="utf-8")
    (world / "record").mkdir()
    (world / "record" / "exports.csv").write_text("a\n1\n", encoding="utf-8")
    (world / "plausible.csv").write_text("a\n1\n", encoding="utf-8")
    world_digest.cache_clear()
    assert world_digest(str(world)) == first == world_digest(str(TINY))
    for path in sorted(world.glob("*.csv")):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    world_digest.cache_clear()
    assert world_digest(str(world)) == first
    deepest = max(world.glob("initial/**/*.csv"), key=lambda path: len(path.parts))
    edit(deepest, deepest.read_text(encoding="utf-8")[-6:], "9\n")
    assert world_digest(str(world)) != first


def test_worlds_without_files_are_told_apart_by_name() -> None:
    assert world_digest("invented:3x4") != world_digest("invented:4x3")
    with pytest.raises(WorldError, match="there is no world 'myanmer'"):
        world_digest("myanmer")


def test_edited_world_gives_runs_other_ids_and_is_refused_on_resuming(world: Path, tmp_path: Path) -> None:
    file = tmp_path / "here.toml"
    file.write_text(f"world = {json.dumps(str(world))}\nmonths = 2\n", encoding="utf-8")
    before = read_plan([str(file)], replicates=2)
    with Store(tmp_path / "out", before):
        pass
    edit(world / "roads.csv", ",40", ",41")
    after = read_plan([str(file)], replicates=2)
    assert not set(before.run_ids) & set(after.run_ids)
    assert before.specs[0].scenario == after.specs[0].scenario
    with (
        pytest.raises(StoreError, match="the files of its world have changed"),
        Store(tmp_path / "out", after, resume=True),
    ):
        pass


def test_run_refuses_a_world_that_is_not_the_one_planned_with() -> None:
    scenario = load_scenario("status_quo", [f"world={json.dumps(str(TINY))}", "start=2025-08", "months=1"])
    spec = RunSpec.make("x", scenario.resolved())
    assert spec.world == world_digest(str(TINY))
    with pytest.raises(RuntimeError, match="have changed since this run was planned"):
        simulate(dataclasses.replace(spec, world="0" * 16))
