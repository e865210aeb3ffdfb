"""Single bits of every file of results are flipped: what is read is what was written, or it is refused."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from model.cli.answers import keep
from model.experiments.batch import run_batch
from model.experiments.codec import read_body, read_header
from model.experiments.errors import PlanError, StoreError
from model.experiments.files import NOTED, read_json, write_json
from model.experiments.manifest import checked_manifest
from model.experiments.results import read_csv_table
from model.experiments.spool import SpoolReader, scan
from model.experiments.store import FINAL_TABLES, MANIFEST, read_frozen
from model.views.read import Results
from tests.experiments.fakes import fake_simulate, plan

FLIPS = 400
"""Of each file, spread evenly over its bits; a file with fewer has each of them flipped."""


def flipped(path: Path, most: int = FLIPS) -> Iterator[int]:
    """Flip bits of a file one at a time; each is put back before the next."""
    whole = path.read_bytes()
    step = max(8 * len(whole) // most, 1)
    for bit in range(0, 8 * len(whole), step | 1):  # odd, so that all eight places in a byte come by
        content = bytearray(whole)
        content[bit // 8] ^= 1 << bit % 8
        path.write_bytes(content)
        yield bit
    path.write_bytes(whole)


def taken(read: Callable[[], Any], path: Path, most: int = FLIPS) -> dict[int, Any]:
    """What is read with a flipped bit without being refused, by bit."""
    found = {}
    for bit in flipped(path, most):
        try:
            found[bit] = read()
        except (StoreError, PlanError):
            continue
    return found


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("flips") / "out"
    run_batch(plan(2), folder, jobs=1, quiet=True, simulate=fake_simulate)
    return folder


def everything(folder: Path) -> dict[str, Any]:
    """All that readers get of a batch."""
    results = Results.open(folder, months=False)
    found: dict[str, Any] = {"manifest": results.manifest}
    for name in results.tables:
        found[name] = results.frame(name, results.columns(name)).to_csv()
    for name in ("runs.csv", "summary.csv", "effects.csv"):
        found[name] = read_csv_table(folder / name, dtype=str).to_csv()
    return found


@pytest.mark.parametrize("name", [*FINAL_TABLES, MANIFEST])
def test_a_flipped_bit_of_a_table_changes_no_value_unseen(batch: Path, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "out"
    shutil.copytree(batch, folder)
    true = everything(folder)
    for bit, found in taken(lambda: everything(folder), folder / name).items():
        assert found == true, (name, bit)
    assert everything(folder) == true


def test_a_flipped_bit_of_the_plan_or_its_copy_gives_the_plan_that_was_written(batch: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    shutil.copytree(batch, folder)
    true = read_frozen(folder)
    for name in ("plan.json", "plan.copy.json"):
        found = taken(lambda: read_frozen(folder), folder / "spool" / name)
        assert found and all(content == true for content in found.values())


def test_a_flipped_bit_of_the_spool_loses_a_run_and_changes_none(batch: Path, tmp_path: Path) -> None:
    spool = tmp_path / "spool"
    shutil.copytree(batch / "spool", spool)

    def runs() -> tuple[dict[str, bytes], list[str]]:
        entries, notes = scan(spool)
        with SpoolReader() as reader:
            return {run: reader.record(entry) for run, entry in entries.items()}, notes

    (true, _), (part,) = runs(), spool.glob("part-*.spool")
    for record in true.values():
        assert read_body(record, read_header(record))[0]
    for bit, (found, notes) in taken(runs, part).items():
        assert found.items() <= true.items() and len(found) == len(true) - 1 and len(notes) == 1, bit


def test_a_flipped_bit_of_a_table_of_an_analysis_is_refused(tmp_path: Path) -> None:
    frame = pd.DataFrame({"factor": ["a", "b"], "mu_star": [1.5, 2.25], "rank": [2, 1]})
    keep(tmp_path / "regret", {"regret": frame, "factors": frame}, {}, "")
    for name in ("regret.csv", "factors.csv", NOTED):
        path = tmp_path / "regret" / name
        found = taken(lambda: read_csv_table(tmp_path / "regret" / "regret.csv").to_csv(), path)
        assert all(text == frame.to_csv() for text in found.values()), name
        assert name != "regret.csv" or not found
    keep(tmp_path / "regret", {"regret": frame.head(1)}, {}, "")
    assert len(read_csv_table(tmp_path / "regret" / "regret.csv")) == 1
    assert len(read_csv_table(tmp_path / "regret" / "factors.csv")) == 2


def test_a_flipped_bit_of_a_saved_state_is_refused(batch: Path, tmp_path: Path) -> None:
    content = {"format": "x", "spec": {"replicate": 3, "seed": 2**52 + 1, "label": "ကချင်", "share": 0.1}, "months": 3}
    write_json(tmp_path / "state.json", content)
    found = taken(lambda: read_json(tmp_path / "state.json"), tmp_path / "state.json", most=10**6)
    # What is left is the name of the key with the digest: a state without it is refused by its name.
    assert all({key: one[key] for key in content} == content for one in found.values())
    assert len(found) <= 8 * len("digest")


def test_a_manifest_without_a_digest_is_no_manifest_of_a_plan(batch: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    shutil.copytree(batch, folder)
    content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    del content["digest"]
    (folder / MANIFEST).write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(StoreError, match="is damaged"):
        checked_manifest(folder)
