"""One run of a batch, repeated by one command."""

from __future__ import annotations

import io
import json
import shlex
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

import pangwa
from model.cli import app
from model.experiments.batch_file import read_plan, read_run
from model.experiments.commands import run_command
from model.experiments.export import run_files
from model.experiments.manifest import read_manifest
from model.experiments.simulate import simulate
from model.output.tables import TABLES

TINY = Path(__file__).parents[1] / "tiny"
VECTORS = """actors.KIA.commit_share,processes.mining.leach_rate,structure.contest
0.2,0.5,ratio
0.5,0.6,difference
0.8,0.7,ratio
"""
SETS = [f"world={TINY}", "months=6", "actors.KIA.troops=9000"]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "vectors.csv").write_text(VECTORS, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("parameters", [None, "vectors.csv"])
@pytest.mark.parametrize("sets", [SETS, [*SETS, "processes.mining.leach_rate=0.4"]])
def test_a_run_has_the_specification_that_the_batch_gives_its_replicate(
    here: Path, parameters: str | None, sets: list[str]
) -> None:
    plan = read_plan(["status_quo", "engage_kia"], replicates=5, base_seed=3, sets=sets, parameters=parameters)
    assert plan.specs
    for spec in plan.specs:
        _, alone = read_run(spec.label, replicate=spec.replicate, base_seed=3, sets=sets, parameters=parameters)
        assert alone == spec and alone.run_id == spec.run_id


def test_the_shipped_set_gives_replicate_and_vector_as_the_shipped_batch_does() -> None:
    plan = read_plan(["policy_options"], replicates=3)
    _, alone = read_run("engage_kia", replicate=2, parameters="plausible")
    assert alone == next(spec for spec in plan.specs if (spec.label, spec.replicate) == ("engage_kia", 2))
    assert run_command({"commands": plan.commands}, "engage_kia", 0, 2) == (
        "pangwa run engage_kia --parameters plausible --replicate 2"
    )


def test_what_a_scenario_states_itself_is_not_drawn_in_a_single_run_either(here: Path) -> None:
    (here / "mine.toml").write_text('extends = "status_quo"\n[actors.KIA]\ncommit_share = 0.33\n', encoding="utf-8")
    plan = read_plan(["mine.toml"], replicates=2, sets=SETS, parameters="vectors.csv")
    scenario, alone = read_run("mine.toml", replicate=1, sets=SETS, parameters="vectors.csv")
    assert alone == plan.specs[1]
    assert dict(scenario.actors["KIA"])["commit_share"] == 0.33


def batch(here: Path, text: str) -> dict[str, Any]:
    (here / "both.toml").write_text(text, encoding="utf-8")
    sets = [word for one in SETS for word in ("--set", one)]
    done = CliRunner().invoke(app, ["batch", "both.toml", "--out", "out", "-j", "1", "-q", "--no-figures", *sets])
    assert done.exit_code == 0, done.output
    return read_manifest(here / "out")


BATCH = 'scenarios = ["status_quo", "engage_kia"]\nreplicates = 5\nbase_seed = 4\nparameters = "vectors.csv"\nrecord = ["lanes=monthly"]\n'


def rows(here: Path, table: str, scenario: str, replicate: int) -> pd.DataFrame:
    frame = pd.read_parquet(here / "out" / f"{table}.parquet")
    chosen = frame[(frame["scenario"] == scenario) & (frame["replicate"] == replicate)]
    # Through the same text as the run's own files: what is compared is every digit.
    return pd.read_csv(io.BytesIO(chosen.to_csv(index=False).encode()), dtype=str, keep_default_na=False)


def test_the_command_gives_the_rows_of_that_replicate_bit_for_bit(here: Path) -> None:
    manifest = batch(here, BATCH)
    words = shlex.split(run_command(manifest, "engage_kia", 0, 4))
    assert words[:3] == ["pangwa", "run", "engage_kia"] and words[-2:] == ["--replicate", "4"]
    done = CliRunner().invoke(app, [*words[1:], "--out", "alone"])
    assert done.exit_code == 0, done.output
    assert "parameters: set 1\n" in done.stdout
    for table in TABLES:
        if table != "runs":
            alone = pd.read_csv(here / "alone" / f"{table}.csv", dtype=str, keep_default_na=False)
            pd.testing.assert_frame_equal(alone, rows(here, table, "engage_kia", 4))
            assert len(alone)
    outcomes = pd.read_csv(here / "alone" / "outcomes.csv", dtype=str, keep_default_na=False)
    kept = rows(here, "runs", "engage_kia", 4).iloc[0]
    assert dict(zip(outcomes["outcome"], outcomes["value"], strict=True)) == {
        name: kept[name] for name in outcomes["outcome"]
    }


def test_at_a_design_point_the_command_sets_what_the_point_sets(here: Path) -> None:
    manifest = batch(here, BATCH + "[sweep]\nactors.KIA.commit_share = [0.3, 0.6]\n")
    plan = read_plan(["both.toml"], sets=SETS)
    point, replicate = 1, 2
    words = shlex.split(run_command(manifest, "status_quo", point, replicate))
    assert words[-2:] == ["--set", "actors.KIA.commit_share=0.6"]
    sets = [words[k + 1] for k, word in enumerate(words) if word == "--set"]
    _, alone = read_run("status_quo", replicate=replicate, base_seed=4, sets=sets, parameters="vectors.csv")
    there = next(one for one in plan.specs if (one.label, one.point, one.replicate) == ("status_quo", point, replicate))
    assert (alone.scenario, alone.seed) == (there.scenario, there.seed)
    assert run_files(alone, simulate(alone))["outcomes.csv"] == run_files(there, simulate(there))["outcomes.csv"]


def test_seeds_given_one_by_one_are_each_that_of_its_command(here: Path) -> None:
    plan = read_plan(["status_quo"], seeds=[5, 6], sets=SETS)
    manifest: dict[str, Any] = {
        "commands": plan.commands,
        "points": [{}],
        "seeds": list(plan.seeds),
        "base_seed": plan.base_seed,
    }
    words = shlex.split(run_command(manifest, "status_quo", 0, 1))
    assert words[-4:] == ["--seed", "6", "--replicate", "1"]
    _, alone = read_run("status_quo", replicate=1, base_seed=6, sets=SETS)
    assert alone.run_id == plan.specs[1].run_id
    assert run_command({"commands": {}}, "status_quo", 0, 0) == ""


@pytest.mark.parametrize(("seed", "replicate"), [(0, 0), (42, 3), (2**53 - 1, 7)])
def test_the_seed_that_a_run_prints_and_stores_repeats_it(seed: int, replicate: int) -> None:
    first = pangwa.run("status_quo", seed=seed, replicate=replicate, months=0)
    stored = json.loads(run_files(first.spec, first.result)["run.json"])
    assert f"replicate {replicate}, seed {seed}, run {first.spec.run_id}" in first.heading
    again = pangwa.run("status_quo", seed=stored["seed"], replicate=stored["replicate"], months=0)
    assert again.spec == first.spec


@pytest.mark.parametrize("seed", [2**53, 2**64])
def test_a_seed_that_tables_cannot_hold_is_refused(seed: int) -> None:
    with pytest.raises(ValueError, match="must be a whole number from 0 to"):
        read_plan(["status_quo"], base_seed=seed)
    with pytest.raises(ValueError, match="must be a whole number from 0 to"):
        pangwa.run("status_quo", seed=seed, months=0)
