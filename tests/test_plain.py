"""Without a compiler the model tells the same story: plain Python and compiled code agree to the last bit.

The small world is run in this process, compiled, and in another one with ``NUMBA_DISABLE_JIT=1``, where the very same functions
run as plain Python. Every number of the tables is compared by its bits.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from model.compile import PLAIN
from model.experiments.simulate import simulate
from model.scenario.read import load_scenario
from model.scenario.spec import RunSpec

ROOT = Path(__file__).parents[1]
TINY = "world=tests/tiny"

RUNS: dict[str, tuple[str, int, tuple[str, ...]]] = {
    "a year of war": ("status_quo", 12, ()),
    "the KIA engaged": ("engage_kia", 8, ("actors.KIA.answer_months=1",)),
    "a route to India": ("quad_india", 6, ()),
    "the junta engaged, by other forms": (
        "engage_junta",
        6,
        ("structure.contest=difference", "structure.mine_stop=both", "structure.recognition=linear"),
    ),
    "peace brokered, ore taxed by what it yields": (
        "broker_peace",
        6,
        ("actors.KIA.ore_tax_rule=revenue_maximising", "processes.supply.local_supply=0"),
    ),
}
"""Scenario, months and settings by what is looked at."""

Columns = dict[str, dict[str, list[object]]]


def columns(name: str) -> Columns:
    """Tables of a run by name and column; floats as their bits."""
    scenario, months, sets = RUNS[name]
    read = load_scenario(scenario, [TINY, f"months={months}", *sets])
    result = simulate(RunSpec.make(read.name, read.resolved(), replicate=1, record=("control=monthly",)))
    found: Columns = {"outcomes": {key: [bits(value)] for key, value in result.outcomes.items()}}
    for table, rows in result.tables.items():
        found[table] = {key: [bits(value) for value in rows.column(key).to_pylist()] for key in rows.column_names}
    return found


def bits(value: object) -> object:
    """A value such that equal ones have equal bits: floats by their hexadecimal form, all others as they are."""
    return float(value).hex() if isinstance(value, float | np.floating) else value


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Columns]:
    """What a process without a compiler finds, by run."""
    if PLAIN:
        pytest.skip("these tests run without a compiler themselves")
    path = tmp_path_factory.mktemp("plain") / "runs.pickle"
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tests.test_plain", str(path)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Columns] = pickle.loads(path.read_bytes())
    return found


@pytest.mark.parametrize("name", RUNS)
def test_plain_python_gives_the_compiled_bits(plain: dict[str, Columns], name: str) -> None:
    compiled = columns(name)
    assert compiled.keys() == plain[name].keys()
    assert len(compiled["monthly"]["month"]) == 1 + RUNS[name][1]
    assert len(compiled["events"]["month"]) > 0
    different = [
        f"{table}.{column}"
        for table, found in compiled.items()
        for column, values in found.items()
        if values != plain[name][table][column]
    ]
    assert different == []


if __name__ == "__main__":
    assert PLAIN, "set NUMBA_DISABLE_JIT=1"
    Path(sys.argv[1]).write_bytes(pickle.dumps({name: columns(name) for name in RUNS}))
