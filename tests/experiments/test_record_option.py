"""What a batch keeps on demand: there with the option, in every way in which a batch comes about, and absent without it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import pangwa
from model.experiments.batch import run_batch
from model.experiments.batch_file import read_plan
from model.experiments.errors import PlanError, StoreError
from model.experiments.merge import merge_batches
from model.experiments.plan import RECORD_OPTIONS, BatchPlan
from model.experiments.store import FINAL_TABLES
from model.scenario.spec import MONTHLY_LANES
from model.views.read import Results, ViewError
from tests.experiments.fakes import fake_simulate, plan

TINY = Path(__file__).parents[1] / "tiny"
LANES = "lanes.parquet"


def with_lanes(what: BatchPlan) -> BatchPlan:
    return replace(
        what, record=(MONTHLY_LANES,), specs=tuple(replace(spec, record=(MONTHLY_LANES,)) for spec in what.specs)
    )


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name in (*FINAL_TABLES, LANES)}


def test_other_tables_are_the_same_with_lanes_and_without(tmp_path: Path) -> None:
    for out, what in {"without": plan(3), "with": with_lanes(plan(3))}.items():
        assert run_batch(what, tmp_path / out, jobs=1, simulate=fake_simulate).exit_code == 0
    without, among = (contents(tmp_path / name) for name in ("without", "with"))
    assert LANES not in without and {name: among[name] for name in without} == without
    assert sorted(among.keys() - without.keys()) == [LANES]


def test_resumed_and_merged_batches_have_lanes_and_overwriting_removes_them(tmp_path: Path) -> None:
    what = with_lanes(plan(3))
    run_batch(what, tmp_path / "whole", jobs=1, simulate=fake_simulate)
    parts = [tmp_path / f"part-{part}" for part in (1, 2)]
    for part, out in enumerate(parts, 1):
        run_batch(replace(what, shard=(part, 2)), out, jobs=1, simulate=fake_simulate)
    merge_batches(parts, tmp_path / "merged")
    assert contents(tmp_path / "merged") == contents(tmp_path / "whole")
    (tmp_path / "whole" / LANES).unlink()
    run_batch(what, tmp_path / "whole", jobs=1, simulate=fake_simulate, resume=True)
    assert contents(tmp_path / "whole") == contents(tmp_path / "merged")
    with pytest.raises(StoreError, match=r'record was \["lanes=monthly"\], is \[\]'):
        run_batch(plan(3), tmp_path / "whole", jobs=1, simulate=fake_simulate, resume=True)
    run_batch(plan(3), tmp_path / "whole", jobs=1, simulate=fake_simulate, overwrite=True)
    assert not (tmp_path / "whole" / LANES).exists()


def test_lanes_of_a_batch_are_those_of_its_runs(tmp_path: Path) -> None:
    how: dict[str, Any] = {"months": 3, "set": {"world": str(TINY)}, "parameters": "defaults"}
    made = pangwa.batch(
        "status_quo", replicates=2, record=[MONTHLY_LANES], out=tmp_path / "b", jobs=1, quiet=True, **how
    )
    for replicate in (0, 1):
        alone = pangwa.run("status_quo", replicate=replicate, **how).lanes
        kept = made.lanes[made.lanes["replicate"] == replicate].drop(columns=["run_id", "scenario", "replicate"])
        pd.testing.assert_frame_equal(kept, alone)
        assert len(alone) == 4 * alone["crossing"].nunique() > 0
    assert "lanes" in Results.open(tmp_path / "b").tables


def test_a_batch_without_lanes_says_how_to_have_them(tmp_path: Path) -> None:
    run_batch(plan(2), tmp_path / "out", jobs=1, simulate=fake_simulate)
    with pytest.raises(ViewError, match="no table 'lanes'; run the batch with --record lanes=monthly"):
        Results.open(tmp_path / "out").frame("lanes", ["month"])


@pytest.mark.parametrize("given", ["lanes", "control", "lane=monthly", "", "monthly", "LANES=MONTHLY "])
def test_what_cannot_be_recorded_is_refused_wherever_it_is_given(given: str, tmp_path: Path) -> None:
    assert given not in RECORD_OPTIONS
    with pytest.raises(PlanError, match=f"record = '{given}': is unknown"):
        read_plan(["status_quo"], record=[given])
    with pytest.raises(PlanError, match=f"record = '{given}': is unknown"):
        pangwa.run("status_quo", months=1, record=[given], set={"world": str(TINY)})
    state = pangwa.run("status_quo", months=2, until=1, set={"world": str(TINY)}).save_state(tmp_path / "state.json")
    with pytest.raises(PlanError, match=f"record = '{given}': is unknown"):
        pangwa.continue_run(state, record=[given])
