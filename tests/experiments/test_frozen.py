"""Seeds, parameter vectors, shards, and what of a plan is kept to compare it with the next."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from model.draws import replicate_seed
from model.experiments.batch import run_batch
from model.experiments.batch_file import read_plan
from model.experiments.errors import PlanError, StoreError
from model.experiments.frozen import differences, frozen, mixed_packages, package_versions, plan_of
from model.experiments.plan import BatchPlan, make_plan
from model.experiments.store import Store
from tests.experiments.fakes import fake_simulate, plan, scenario
from tests.experiments.test_plan import fake_load, read


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "plain.toml").write_text("", encoding="utf-8")
    (tmp_path / "own.toml").write_text("effect = 9.0\n", encoding="utf-8")
    (tmp_path / "vectors.csv").write_text("effect,sleep\n1.0,0.0\n2.0,0.0\n3.0,0.0\n", encoding="utf-8")
    path = tmp_path / "both.toml"
    path.write_text('scenarios = ["plain", "own"]\nparameters = "vectors.csv"\nreplicates = 5\n', encoding="utf-8")
    return path


def test_seeds_can_be_given_one_by_one(files: Path) -> None:
    what = read_plan(["status_quo", "engage_kia"], seeds=[17, 0, 2], load=fake_load)
    assert [spec.base_seed for spec in what.specs] == [17, 0, 2] * 2
    assert [spec.seed for spec in what.specs] == [replicate_seed(17, 0), replicate_seed(0, 1), replicate_seed(2, 2)] * 2
    assert (what.replicates, what.base_seed, what.seeds) == (3, None, (17, 0, 2))
    files.write_text('scenarios = ["plain"]\nseeds = [0, 5]\n', encoding="utf-8")
    assert read(files).seeds == (0, 5)
    assert read(files, replicates=2).seeds == (0, 0)
    assert read(files, seeds=[4]).seeds == (4,)


@pytest.mark.parametrize(
    ("seeds", "sentence"),
    [
        ([], "seeds is empty"),
        ([1, 2, 1], "seeds: 1 occurs twice"),
        ([-1], "must be a whole number from 0"),
        ([2**53], "must be a whole number from 0"),
        ([True], "must be a whole number from 0"),
    ],
)
def test_bad_seeds_are_refused(seeds: list[int], sentence: str) -> None:
    with pytest.raises(PlanError, match=sentence):
        make_plan("x", {"a": scenario()}, seeds=seeds)


def test_seeds_and_replicates_together_are_refused(files: Path) -> None:
    with pytest.raises(PlanError, match="the command line gives both seeds and replicates"):
        read(files, seeds=[1], replicates=2)
    files.write_text('scenarios = ["plain"]\nseeds = [0, 5]\nbase_seed = 1\n', encoding="utf-8")
    with pytest.raises(PlanError, match="the batch file gives both seeds"):
        read(files)


def test_replicate_k_has_vector_k_modulo_their_number(files: Path, tmp_path: Path) -> None:
    what = read(files)
    effects = [json.loads(spec.scenario)["effect"] for spec in what.specs]
    # fake_load does not read the file, so a scenario that keeps its own value has the usual one.
    assert effects == [1.0, 2.0, 3.0, 1.0, 2.0] + [0.0] * 5
    assert what.notes == ("own keeps its own effect: the parameter vectors do not change it",)
    run_batch(what, tmp_path / "out", jobs=1, simulate=fake_simulate)
    runs = pd.read_parquet(tmp_path / "out" / "runs.parquet")
    assert list(runs.columns[7:10]) == ["vector", "effect", "sleep"]
    assert list(runs["vector"]) == [0, 1, 2, 0, 1] * 2
    assert list(runs["effect"][:5]) == [1.0, 2.0, 3.0, 1.0, 2.0]
    assert runs["effect"][5:].isna().all()
    summary = pd.read_csv(tmp_path / "out" / "summary.csv")
    assert set(summary["outcome"]) == {"exports_t", "towns", "share"}
    assert "vector" not in summary


def test_what_is_set_or_varied_is_not_drawn(files: Path) -> None:
    what = read(files, sets=["effect=7.0"])
    assert {json.loads(spec.scenario)["effect"] for spec in what.specs} == {7.0}
    assert what.drawn == ("vector", "sleep")
    with files.open("a", encoding="utf-8") as file:
        file.write("[sweep]\neffect = [4.0, 5.0]\n")
    what = read(files, replicates=4)
    assert [json.loads(spec.scenario)["effect"] for spec in what.specs[:8]] == [4.0] * 4 + [5.0] * 4


def test_sets_of_vectors_lie_in_the_worlds_folder() -> None:
    with pytest.raises(PlanError, match=r"the world 'myanmar' has no such set \(likely.csv\)"):
        read_plan(["status_quo"], parameters="likely")


def test_more_replicates_bring_more_vectors_into_use(files: Path, tmp_path: Path) -> None:
    run_batch(read(files, replicates=2), tmp_path / "out", jobs=1, simulate=fake_simulate)
    report = run_batch(read(files), tmp_path / "out", jobs=1, resume=True, simulate=fake_simulate)
    assert report.computed == 6


def keys(what: BatchPlan) -> list[Any]:
    return [(spec.label, spec.point, spec.replicate, spec.base_seed, spec.point_values) for spec in what.specs]


def test_frozen_plan_can_be_read_again(files: Path) -> None:
    with files.open("a", encoding="utf-8") as file:
        file.write("[sweep]\nmonths = [1, 2]\n")
    what = read(files)
    again = plan_of(json.loads(json.dumps(frozen(what))))
    assert keys(again) == keys(what)
    assert (again.run_ids, again.plan_id, again.scenario_hashes) == (what.run_ids, what.plan_id, what.scenario_hashes)
    assert (again.swept, again.drawn, again.worlds) == (what.swept, what.drawn, what.worlds)


def test_shards_share_out_the_runs_and_keep_them_when_replicates_are_added() -> None:
    from dataclasses import replace

    parts = [replace(plan(5), shard=(part, 3)) for part in (1, 2, 3)]
    assert sorted(run for part in parts for run in part.here) == sorted(plan(5).run_ids)
    assert [len(part.here) for part in parts] == [4, 3, 3]
    assert {spec.label for spec in parts[0].here.values()} == {"status_quo", "engage"}
    more = replace(plan(9), shard=(2, 3))
    assert set(parts[1].here) <= set(more.here)


def changed(**what: Any) -> list[str]:
    before = frozen(plan(3))
    return differences(before, {**before, **what})


def test_every_difference_of_a_plan_is_named() -> None:
    assert changed() == []
    assert changed(replicates=2) == ["replicates was 3, is 2: it can grow, not shrink"]
    assert changed(vectors=[[["a", "1"]]]) == ["the parameter vectors differ"]
    assert changed(shard=[1, 2]) == ["shard was null, is [1, 2]"]
    assert changed(points=[[["a", "1"]]]) == ["the design points of the sweep differ"]
    assert changed(base_seed=None, seeds=[1, 2, 3]) == ["base_seed was 0, is null", "the given seeds differ"]
    assert changed(format=1) == ["it was started by another version of pangwa, which named its runs differently"]


def test_points_may_be_added_behind_those_that_are_there(files: Path, tmp_path: Path) -> None:
    text = 'scenarios = ["plain", "own"]\nreplicates = 2\n[sweep]\neffect = '
    files.write_text(f"{text}[1.0, 2.0]\n", encoding="utf-8")
    run_batch(read(files), tmp_path / "out", jobs=1, simulate=fake_simulate)
    files.write_text(f"{text}[1.0, 2.0, 3.0]\n", encoding="utf-8")
    assert run_batch(read(files), tmp_path / "out", jobs=1, resume=True, simulate=fake_simulate).computed == 4
    files.write_text(f"{text}[2.0, 1.0, 3.0]\n", encoding="utf-8")
    with pytest.raises(StoreError, match="the design points of the sweep differ"):
        run_batch(read(files), tmp_path / "out", jobs=1, resume=True, simulate=fake_simulate)


def test_other_versions_of_packages_are_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store(tmp_path / "out", plan()):
        pass
    older = package_versions() | {"mesa": "3.3.0"}
    monkeypatch.setattr("model.experiments.frozen.package_versions", lambda: older)
    with Store(tmp_path / "out", plan(), resume=True) as store:
        (note,) = store.notes
        assert "(now 3.3.0)" in note
        assert store.packages["mesa"][1] == "3.3.0"
    run_batch(plan(), tmp_path / "out", jobs=1, resume=True, simulate=fake_simulate)
    versions = json.loads(pq.read_schema(tmp_path / "out" / "monthly.parquet").metadata[b"packages"])
    assert versions["mesa"].endswith("/3.3.0")
    assert mixed_packages({name: [one] for name, one in older.items()})[1] == ""
