"""Files named by relative paths: what was begun in one folder goes on, is read and repeated from every other."""

from __future__ import annotations

import contextlib
import json
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from model.experiments.batch_file import read_plan
from model.experiments.commands import run_command
from model.experiments.manifest import read_manifest
from model.experiments.store import FINAL_TABLES
from model.scenario.read import load_scenario
from model.scenario.spec import RunSpec, canonical_json, content_hash, scenario_hash
from model.world.digest import world_digest
from model.world.where import found_again, whole_path
from model.world.world import WorldError
from tests.test_folders import said_by

TINY = Path(__file__).parents[1] / "tiny"
BATCH = """\
scenarios = ["parent", "child.toml"]
replicates = 2
parameters = "vectors.csv"
"""
QUIET = ["-j", "1", "-q", "--no-figures"]
READERS = {
    "report": ["report"],
    "compare": ["compare", "--no-figures"],
    "map": ["plot", "--kind", "map", "--format", "png"],
    "csv": ["export", "--to", "csv"],
    "geojson": ["export", "--to", "geojson"],
    "brief": ["brief"],
}


def begin(place: Path) -> None:
    """Compute a batch of relative paths alone: world, parent, parameter sets, results."""
    shutil.copytree(TINY, place / "w")
    (place / "parent.toml").write_text('extends = "status_quo"\nworld = "w"\nmonths = 2\n', encoding="utf-8")
    (place / "child.toml").write_text('extends = "parent.toml"\nactors.KIA.troops = 9000\n', encoding="utf-8")
    (place / "vectors.csv").write_text("actors.KIA.commit_share\n0.2\n0.6\n", encoding="utf-8")
    (place / "both.toml").write_text(BATCH, encoding="utf-8")
    with contextlib.chdir(place):
        done, said = said_by(["batch", "both.toml", "--out", "out", *QUIET])
    assert done == 0, said


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("begun") / "here"
    place.mkdir()
    begin(place)
    return place


@pytest.fixture
def place(begun: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the batch was begun; the current folder is another, and its world comes back after the test."""
    monkeypatch.chdir(tmp_path)
    kept = tmp_path / "kept"
    shutil.copytree(begun / "w", kept)
    yield begun
    shutil.rmtree(begun / "w", ignore_errors=True)
    shutil.move(kept, begun / "w")


def test_a_batch_goes_on_from_every_folder(place: Path, tmp_path: Path) -> None:
    shutil.copytree(place / "out", tmp_path / "out")
    again = ["batch", str(place / "both.toml"), "--out", "out", "--resume", "-j", "1", "--no-figures"]
    code, said = said_by(again)
    assert code == 0 and "nothing to do: all 4 runs are complete" in said
    code, said = said_by([*again, "-r", "3", "-q"])
    assert code == 0, said
    assert len(pd.read_csv("out/runs.csv")) == 6


@pytest.mark.parametrize("reader", READERS)
def test_results_are_read_from_every_folder(place: Path, reader: str, tmp_path: Path) -> None:
    shutil.copytree(place / "out", tmp_path / "out")
    code, said = said_by([*READERS[reader], "out"])
    assert code == 0, said


def test_moved_results_find_the_world_beside_them_or_say_where_to_put_it(place: Path, tmp_path: Path) -> None:
    other = tmp_path / "other machine" / "results"
    other.parent.mkdir()
    shutil.copytree(place / "out", other)
    digest = world_digest(str(place / "w"))
    shutil.move(place / "w", tmp_path / "hidden")
    words = ["export", str(other), "--to", "geojson", "--out"]
    code, said = said_by([*words, "one"])
    assert code == 2 and "Traceback" not in said
    assert all(part in said for part in (digest, str(place / "w"), str(other.parent / "w"))), said
    shutil.copytree(tmp_path / "hidden", other.parent / "w")
    assert said_by([*words, "two"])[0] == 0
    with (other.parent / "w" / "roads.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    world_digest.cache_clear()
    code, said = said_by([*words, "three"])
    assert code == 2 and "has other files" in said


def test_a_saved_run_goes_on_from_every_folder_and_where_its_world_moved(place: Path, tmp_path: Path) -> None:
    quiet = ["--no-figures", "-q"]
    (tmp_path / "moved").mkdir()
    state, scenario = "moved/state.json", tmp_path / "moved" / "on.toml"
    code, said = said_by(["run", str(place / "parent.toml"), "--until", "1", "--save", state, *quiet])
    assert code == 0, said
    shutil.move(place / "w", tmp_path / "moved" / "w")
    code, said = said_by(["run", "--from", state, *quiet])
    assert code == 0, said
    scenario.write_text('extends = "engage_kia"\nworld = "w"\nmonths = 2\n', encoding="utf-8")
    code, said = said_by(["run", str(scenario), "--from", state, *quiet])
    assert code == 0, said
    shutil.move(scenario.parent / "w", tmp_path / "hidden")
    code, said = said_by(["run", "--from", state, *quiet])
    assert code == 2 and "the world of its runs, w, is not at" in said


def test_the_command_that_repeats_a_run_works_from_every_folder(place: Path) -> None:
    manifest = read_manifest(place / "out")
    words = shlex.split(run_command(manifest, "child", 0, 1))
    code, said = said_by([*words[1:], "--out", "alone", "--no-figures"])
    assert code == 0, said
    ids = pd.read_csv(place / "out" / "runs.csv").set_index(["scenario", "replicate"])["run_id"]
    assert json.loads(Path("alone/run.json").read_text(encoding="utf-8"))["run_id"] == ids["child", 1]


def test_tables_do_not_depend_on_where_the_world_lies(place: Path, tmp_path: Path) -> None:
    begin(tmp_path)
    for table in FINAL_TABLES:
        assert (tmp_path / "out" / table).read_bytes() == (place / "out" / table).read_bytes(), table


def test_shards_of_two_folders_are_merged_from_a_third(place: Path) -> None:
    for part in (1, 2):
        words = ["batch", str(place / "both.toml"), "--out", f"part{part}", "--shard", f"{part}/2", *QUIET]
        assert said_by(words)[0] == 0
    Path("third").mkdir()
    with contextlib.chdir("third"):
        code, said = said_by(["merge", "../part1", "../part2", "--out", "../whole"])
    assert code == 0, said
    assert Path("whole/runs.csv").read_bytes() == (place / "out" / "runs.csv").read_bytes()


def test_a_world_is_written_down_by_its_whole_path_and_hashed_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(TINY, tmp_path / "w")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "inside.toml").write_text('world = "."\nextends = "status_quo"\n', encoding="utf-8")
    shutil.copy(tmp_path / "inside.toml", tmp_path / "w")
    read = [load_scenario("status_quo", [f"world={given}"]) for given in ("w", "./w", "w/../w", str(tmp_path / "w"))]
    read.append(load_scenario("w/inside.toml"))
    assert {scenario.world for scenario in read} == {(tmp_path / "w").as_posix()}
    assert len({RunSpec.make("a", one.resolved() | {"name": "a", "title": ""}).run_id for one in read}) == 1
    for name in ("myanmar", "kivu", "invented:3x4", "nowhere", ""):
        assert whole_path(name) == name
    for plain in ({"months": 3}, {"world": "myanmar"}, {"a": '"world":"b/c"'}):
        assert scenario_hash(canonical_json(plain)) == content_hash(canonical_json(plain))
    texts = [canonical_json({"a": '"world":"x/y"', "world": world}) for world in ("/a b/ww", 'C:\\x"\\ww', "ww", "b/v")]
    assert len({scenario_hash(text) for text in texts[:3]}) == 1 != len({*map(scenario_hash, texts)})


def test_a_world_that_is_nowhere_is_named(tmp_path: Path) -> None:
    assert found_again("myanmar", "", tmp_path) == "myanmar"
    for gone in ("/no/such/w", "no/such", "relative", ""):
        with pytest.raises(WorldError, match="the world of its runs"):
            found_again(gone, "0" * 16, tmp_path / "results")


def test_world_of_a_batch_is_that_beside_its_scenario(place: Path) -> None:
    plan = read_plan([str(place / "both.toml")])
    assert {dict(one)["world"] for one in plan.scenarios.values()} == {(place / "w").as_posix()}
