"""What users of such tools ran into in the field, where no other test shows that it cannot happen here."""

from __future__ import annotations

import gc
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from model.experiments.batch import run_batch
from model.experiments.plan import make_plan
from model.experiments.simulate import simulate
from model.experiments.store import FINAL_TABLES
from model.scenario.problems import ScenarioError
from model.scenario.read import load_scenario
from model.scenario.spec import RunSpec
from tests.experiments.fakes import fake_simulate, scenario
from tests.experiments.test_plan import read

TINY = Path(__file__).parents[1] / "tiny"
ROOT = Path(__file__).parents[2]


def spec_of(name: str, months: int, replicate: int = 0) -> RunSpec:
    resolved = load_scenario(name, [f"world={json.dumps(str(TINY))}", "start=2025-08", f"months={months}"]).resolved()
    return RunSpec.make(name, resolved, replicate=replicate)


def test_folders_in_any_script_hash_seeds_and_locales_change_no_byte(tmp_path: Path) -> None:
    found = []
    for name, hash_seed, locale in (("plain", "1", "C"), ("ကချင် state (2025) é", "12345", "de_DE.UTF-8")):
        folder = tmp_path / name
        folder.mkdir()
        # The locale of a decimal comma, where the machine has it, is switched on before anything else runs.
        switch = "import locale\ntry:\n    locale.setlocale(locale.LC_ALL, '')\nexcept locale.Error:\n    pass\n"
        (folder / "sitecustomize.py").write_text(switch, encoding="utf-8")
        text = f'name = "ရှမ်း 稀土 #1"\nworld = {json.dumps(str(TINY))}\nmonths = 2\n'
        (folder / "a.toml").write_text(text, encoding="utf-8")
        paths = os.pathsep.join([str(ROOT), *([] if locale == "C" else [str(folder)])])
        env = {**os.environ, "PYTHONHASHSEED": hash_seed, "LC_ALL": locale, "PYTHONPATH": paths, "PYTHONUTF8": "1"}
        command = [
            sys.executable,
            "-m",
            "model.cli",
            "batch",
            "a.toml",
            "-r",
            "2",
            "--executor",
            "serial",
            "--no-figures",
        ]
        done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        (out,) = (folder / "results").iterdir()
        assert out.name == "ရှမ်း 稀土 #1"
        found.append({table: (out / table).read_bytes() for table in FINAL_TABLES})
    assert found[0] == found[1]


def test_a_comma_for_a_point_is_refused() -> None:
    with pytest.raises(ScenarioError, match="a number"):
        load_scenario("status_quo", ["processes.trade.leak=0,3"])


def test_the_same_run_again_in_one_process_is_the_same() -> None:
    first = simulate(spec_of("engage_kia", 3))
    simulate(spec_of("engage_junta", 3, replicate=5))
    for _ in range(2):
        again = simulate(spec_of("engage_kia", 3))
        assert again.outcomes == first.outcomes
        assert all(again.tables[name].equals(table) for name, table in first.tables.items())


def test_objects_do_not_add_up_over_runs() -> None:
    spec, counts = spec_of("engage_kia", 1), []
    for number in range(1, 13):
        simulate(spec)
        if number % 4 == 0:
            gc.collect()
            counts.append(len(gc.get_objects()))
    # The first runs fill caches; one model that stayed would be thousands of objects.
    assert counts[2] - counts[1] < 200


def test_lists_and_tables_can_be_swept_and_stand_readable_in_the_results(tmp_path: Path) -> None:
    (tmp_path / "plain.toml").write_text("", encoding="utf-8")
    path = tmp_path / "lists.toml"
    path.write_text('scenarios = ["plain"]\nreplicates = 2\n[sweep]\nraise_in = [[5], [6, 7]]\n', encoding="utf-8")
    run_batch(read(path), tmp_path / "out", jobs=1, simulate=fake_simulate)
    assert list(pd.read_csv(tmp_path / "out" / "runs.csv")["raise_in"]) == ["[5]", "[5]", "[6,7]", "[6,7]"]


def test_every_result_names_the_versions_it_was_computed_with(tmp_path: Path) -> None:
    run_batch(make_plan("x", {"a": scenario()}, replicates=1), tmp_path / "out", jobs=1, simulate=fake_simulate)
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert {"python", "mesa", "numpy", "pandas", "pyarrow", "scipy"} <= set(manifest["sessions"][0]["packages"])


def test_tables_written_again_are_the_same(tmp_path: Path) -> None:
    run_batch(make_plan("x", {"a": scenario()}, replicates=3), tmp_path / "out", jobs=1, simulate=fake_simulate)
    for name in ("runs", "monthly", "events"):
        once = pd.read_parquet(tmp_path / "out" / f"{name}.parquet")
        once.to_parquet(tmp_path / "again.parquet")
        pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "again.parquet"), once)


def test_every_test_that_the_readme_names_is_there() -> None:
    text = (ROOT / "tests" / "README.md").read_text(encoding="utf-8").partition("## Cases from the field")[2]
    faults, path = [], ""
    for named in re.findall(r"`([\w/.]*)::(test_\w+)`|`((?:\w+/)*test_\w+\.py)`", text):
        path = named[0] or named[2] or path
        file = ROOT / "tests" / path
        if not file.is_file() or (named[1] and f"def {named[1]}(" not in file.read_text(encoding="utf-8")):
            faults.append(f"{path}::{named[1]}")
    assert faults == []
    assert len(re.findall(r"^\| C\d+", text, re.MULTILINE)) > 45
