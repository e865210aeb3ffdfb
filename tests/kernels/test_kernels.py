"""Compiled kernels give the bits of the NumPy functions that they stand in for, in pieces and in whole runs."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model import kernels
from model.draws import Draws, keys
from model.dynamics.posting import share_out
from model.kernels.sums import row_sums
from model.model import RareEarthModel
from model.scenario.read import load_scenario
from model.scenario.spec import RunSpec

KERNELS = Path(kernels.__file__).parent


def both(call: Any) -> tuple[Any, Any]:
    """What a call gives with kernels and without."""
    with kernels.use(True):
        fast = call()
    with kernels.use(False):
        return fast, call()


def equal(call: Any) -> None:
    fast, slow = both(call)
    np.testing.assert_array_equal(fast, slow, strict=True)


PLACES, ACTORS = keys([f"place {k}" for k in range(400)]), keys([f"actor {k}" for k in range(400)])


def test_draws() -> None:
    draws = Draws(3)
    equal(lambda: draws.uniform("a", 4, PLACES))
    equal(lambda: draws.uniform("a", 4, ACTORS, PLACES))
    equal(lambda: draws.uniform("a", 4, ACTORS[:1], PLACES))
    equal(lambda: draws.uniform("a", 4, ACTORS, PLACES, PLACES))
    equal(lambda: draws.uniform("a", 4, ACTORS[:, None], PLACES))
    assert len(np.unique(draws.uniform("a", 4, ACTORS, PLACES))) == len(PLACES)


@pytest.mark.parametrize("trials", [0, 1, 40, 3000, 400_000])
def test_counts(trials: int) -> None:
    draws = Draws(5)
    chance = np.linspace(-0.1, 1.1, len(PLACES)) ** 3
    equal(lambda: draws.binomial("b", 1, trials, chance, PLACES))
    equal(lambda: draws.poisson("c", 1, trials * chance, PLACES))
    counts = draws.binomial("b", 1, trials, np.full(len(PLACES), 0.3), PLACES)
    assert abs(counts.mean() - 0.3 * trials) <= 0.1 * trials


@pytest.mark.parametrize("places", [1, 7, 8, 100, 129, 255, 264, 368, 511, 540, 899, 900, 901, 1000, 10_370])
def test_sums_run_in_the_order_of_numpy(places: int) -> None:
    rng = np.random.default_rng(places)
    matrix = rng.normal(size=(9, places)) * np.exp(9 * rng.normal(size=(9, places)))
    np.testing.assert_array_equal(row_sums(matrix), matrix.sum(axis=1))


@pytest.mark.parametrize("share", [0.0, 0.05, 1.0])
def test_whole_numbers_are_shared_out_alike(share: float) -> None:
    rng = np.random.default_rng(1)
    wanted = np.round(rng.random((12, 90)) * 4) / 4 * (rng.random((12, 90)) < share)
    amount = rng.integers(0, 500, 12)
    equal(lambda: share_out(wanted, amount))
    assert (share_out(wanted, amount).sum(axis=1) == amount).all()


def state_after(months: int, scenario: str, *sets: str) -> dict[str, Any]:
    resolved = load_scenario(scenario, [f"months={months}", *sets]).resolved()
    model = RareEarthModel(spec=RunSpec.make("x", resolved, base_seed=7))
    for _ in range(months):
        model.step()
    arrays = {name: value for name, value in vars(model.state).items() if isinstance(value, np.ndarray)}
    return arrays | {name: table.to_pylist() for name, table in model.recorder.result().tables.items()}


@pytest.mark.parametrize(
    ("scenario", "months", "sets"),
    [
        ("engage_kia", 4, ()),
        ("quad_india", 24, ('world="tests/tiny"', "structure.contest=difference")),
        ("status_quo", 6, ('world="invented:9x9"',)),
        ("china_squeezes_reagent", 14, ("structure.mine_stop=reagent", "structure.tax_reading=price")),
        ("tariff_threat", 20, ('world="tests/tiny"', "structure.mine_stop=halt", "structure.recognition=linear")),
    ],
)
def test_whole_runs_have_the_same_bits(scenario: str, months: int, sets: tuple[str, ...]) -> None:
    fast, slow = both(lambda: state_after(months, scenario, *sets))
    for name, value in slow.items():
        np.testing.assert_array_equal(fast[name], value, err_msg=name)


def test_no_kernel_calls_a_kernel_of_another_file() -> None:
    for path in KERNELS.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith("model"):
                named = {alias.name for alias in node.names}
                assert (node.module, named) == ("model.kernels", {"kernel"}), f"{path.name}: {node.module}"


def test_compiling_is_said_once(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(kernels._told, "compiling", False)
    for _ in range(2):
        kernels.tell_compiling(None)
    assert capsys.readouterr().err == kernels.COMPILING + "\n"
