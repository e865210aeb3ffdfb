"""A run that costs nothing: small tables drawn from the specification's seed, and every way of going wrong on demand.

Tests start dozens of worker processes that import this file: what only their parent needs is imported where it is used.
pyarrow imports pandas for its first array, which here comes before a run's time begins to count.
"""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from model.output import tables
from model.output.blocks import RUN_TABLES
from model.output.result import RunResult
from model.scenario.spec import RunSpec

if TYPE_CHECKING:
    from model.experiments.plan import BatchPlan

TEXTS = ["KIA", "junta", "nobody", "ကချင်", "NA", ""]


def fake_simulate(spec: RunSpec) -> RunResult:
    """A result that depends on seed and scenario alone; see :func:`scenario` for what can be asked of it."""
    asked = json.loads(spec.scenario)
    _misbehave(asked, spec.replicate)
    rng = np.random.default_rng(spec.seed)
    common, own = rng.normal(size=2)
    noise = np.random.default_rng([spec.seed, int(asked["effect"] * 1000)]).normal()
    outcomes = {
        "exports_t": 100.0 + 10 * common + asked["effect"] + 0.1 * noise,
        "towns": float(round(own * 5)),
        "share": None if spec.replicate == 1 else 0.1 + 0.2,
    }
    return RunResult(outcomes, {name: _table(name, asked["months"], rng) for name in RUN_TABLES})


def scenario(**said: Any) -> dict[str, Any]:
    """A resolved scenario for :func:`fake_simulate`; what is named here makes trouble: replicates, seconds, a file."""
    trouble = {"raise_in": [], "die_in": [], "hang_in": [], "deaf_in": [], "die_once": "", "sleep": 0.0}
    trouble |= {"stop_in": [], "starve_in": [], "pids": ""}
    return {"months": 3, "effect": 0.0} | trouble | said


def plan(replicates: int = 6, **scenarios: dict[str, Any]) -> BatchPlan:
    """A batch of fake scenarios; two where none are given."""
    from model.experiments.plan import make_plan

    chosen = scenarios or {"status_quo": scenario(), "engage": scenario(effect=2.0)}
    return make_plan("fakes", chosen, replicates=replicates, command=("pangwa", "batch", "fakes.toml"))


def only_row(table: pd.DataFrame) -> Any:
    """The row of a table that has just one, with its values as attributes."""
    (row,) = table.itertuples()
    return row


def _misbehave(asked: dict[str, Any], replicate: int) -> None:
    time.sleep(asked["sleep"])
    if asked["pids"]:
        (Path(asked["pids"]) / str(replicate)).write_text(str(os.getpid()))
    if replicate in asked["stop_in"]:
        os.kill(os.getpid(), signal.SIGSTOP)
    if replicate in asked["starve_in"]:
        raise MemoryError
    if replicate in asked["raise_in"]:
        raise ValueError(f"replicate {replicate}\nwent wrong")
    if replicate in asked["die_in"]:
        os._exit(9)
    if replicate in asked["hang_in"]:
        while True:
            time.sleep(0.01)
    if replicate in asked["deaf_in"]:
        _hear_nothing()
    if asked["die_once"] and replicate == 2:
        mark = Path(asked["die_once"])
        if not mark.exists():
            mark.touch()
            os._exit(9)


def _hear_nothing() -> None:
    """Hang as C code does: no signal and no exception gets through."""
    threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
    while True:
        try:
            time.sleep(600)
        except BaseException:
            continue


def _table(name: str, months: int, rng: np.random.Generator) -> pa.Table:
    schema = tables.schema(name)
    rows = int((months + 1) * rng.integers(2, 6))
    return pa.Table.from_arrays([_column(field, rows, rng) for field in schema], schema=schema)


def _column(field: pa.Field, rows: int, rng: np.random.Generator) -> pa.Array:
    if pa.types.is_dictionary(field.type):
        texts = rng.permutation(TEXTS)  # dictionaries differ from run to run
        return pa.DictionaryArray.from_arrays(pa.array(rng.integers(0, len(texts), rows), pa.int32()), pa.array(texts))
    if pa.types.is_string(field.type):
        return pa.array([f"text {number}" for number in rng.integers(0, 9, rows)])
    if pa.types.is_integer(field.type):
        return pa.array(rng.integers(0, 99, rows), field.type)
    gaps = rng.random(rows) < 0.1
    return pa.array(rng.normal(size=rows), mask=gaps if field.nullable else None)
