"""The tables of a batch are the same in whatever pieces they are put together, and the pieces are small."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from model.experiments.batch import run_batch
from model.experiments.plan import BatchPlan, make_plan
from model.experiments.run_rows import StoredRuns
from model.experiments.store import FINAL_TABLES
from model.output.result import RunResult
from model.scenario.spec import RunSpec
from tests.experiments.fakes import fake_simulate, plan, scenario

EFFECTS = (0.0, 1.0, 2.5)
RUNS_AT_ONCE, VALUES = 4, 40


def uneven(spec: RunSpec) -> RunResult:
    """Runs of which some have an outcome more."""
    result = fake_simulate(spec)
    more = {"extra": float(spec.replicate)} if json.loads(spec.scenario)["effect"] > 2 else {}
    return RunResult({**more, **result.outcomes}, result.tables)


def swept() -> BatchPlan:
    """Two scenarios at three points, the first of which leaves the parameter as it is; some runs fail."""
    points = [(), *((("effect", json.dumps(int(effect))), ("label", f'"{effect}"')) for effect in EFFECTS[1:])]
    vectors = [(("a", "1"), ("b.c", "0.5")), (("a", "2"), ("b.c", "true"))]

    def at(base: float, **said: Any) -> list[dict[str, Any]]:
        return [scenario(effect=base + effect, **said) for effect in EFFECTS for _ in vectors]

    scenarios = {"status_quo": scenario(), "engage": scenario(effect=0.5, raise_in=[1])}
    at_points = {"status_quo": at(0.0), "engage": at(0.5, raise_in=[1])}
    return make_plan("pieces", scenarios, replicates=22, points=points, vectors=vectors, at_points=at_points)


@pytest.mark.parametrize("what", [swept(), plan(7)], ids=["sweep", "plain"])
def test_small_pieces_give_the_same_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: BatchPlan) -> None:
    run_batch(what, tmp_path / "whole", jobs=1, quiet=True, simulate=uneven)
    read: list[int] = []
    values_at = StoredRuns.values_at

    def counted(runs: StoredRuns, rows: Any, outcomes: Any) -> Any:
        read.append(len(rows) * len(outcomes))
        return values_at(runs, rows, outcomes)

    monkeypatch.setattr("model.experiments.run_rows.AT_ONCE", RUNS_AT_ONCE)
    monkeypatch.setattr("model.experiments.run_rows.VALUES", VALUES)
    monkeypatch.setattr("model.experiments.compare._VALUES", VALUES)
    monkeypatch.setattr("model.experiments.assemble._RUNS_AT_ONCE", 3)
    monkeypatch.setattr(StoredRuns, "values_at", counted)
    run_batch(what, tmp_path / "pieces", jobs=1, quiet=True, simulate=uneven)
    for name in FINAL_TABLES:
        whole, pieces = tmp_path / "whole" / name, tmp_path / "pieces" / name
        if name == "runs.parquet":
            assert pq.read_schema(pieces).equals(pq.read_schema(whole), check_metadata=True)
            frames = [pq.read_table(path).to_pandas().astype(object) for path in (whole, pieces)]
            assert frames[0].equals(frames[1])
        else:
            assert pieces.read_bytes() == whole.read_bytes(), name
    groups = pq.ParquetFile(tmp_path / "pieces" / "runs.parquet").metadata
    assert groups.num_row_groups == -(-len(what.specs) // RUNS_AT_ONCE)
    most = max(VALUES, what.replicates * len(EFFECTS))  # a single outcome of all points has no fewer
    assert 0 < max(read) <= most


def test_outcomes_that_only_some_runs_have_are_null_in_the_others(tmp_path: Path) -> None:
    what = swept()
    run_batch(what, tmp_path / "out", jobs=1, quiet=True, simulate=uneven)
    runs = pq.read_table(tmp_path / "out" / "runs.parquet").to_pandas()
    failed = (runs["status"] == "failed").to_numpy()
    assert failed.sum() == len(EFFECTS)
    there = ~failed & np.array([json.loads(spec.scenario)["effect"] > 2 for spec in what.specs])
    assert runs["extra"].notna().tolist() == there.tolist()
    assert runs["extra"][there].tolist() == [spec.replicate for spec, has in zip(what.specs, there, strict=True) if has]
    assert runs["towns"].notna().tolist() == (~failed).tolist()
