"""Compiled kernels give the bits of the NumPy functions that they stand in for, in pieces and in whole runs."""

from __future__ import annotations

import gc
from typing import Any

import numpy as np
import pytest
from scipy import special

from model import kernels
from model.draws import Draws, keys
from model.dynamics.posting import share_out
from model.kernels import loops
from model.kernels.bound import Bound, bind
from model.kernels.sums import row_sums
from model.model import RareEarthModel
from model.output.ledger import Ledger
from model.scenario.read import load_scenario
from model.scenario.spec import RunSpec


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


def test_what_is_stored_counts_until_any_file_of_kernels_changes() -> None:
    if not kernels.installed():
        pytest.skip("numba is not installed")
    stamps = {row_sums._cache._cache_file._source_stamp, loops.apply._cache._cache_file._source_stamp}  # type: ignore[attr-defined]
    assert stamps == {kernels._of_all_files()}


@pytest.mark.parametrize("function", [np.exp, np.log, special.ndtri, special.expit, special.logit])
@pytest.mark.parametrize("size", [1, 3, 8, 13, 368, 5000])
def test_loops_are_those_of_numpy(function: Any, size: int) -> None:
    values = np.random.default_rng(size).random(size)
    out = np.empty(size)
    loops.apply(loops.LOOPS, loops._FUNCTIONS.index(function), values, out)
    np.testing.assert_array_equal(out, function(values))


@pytest.mark.parametrize("exponent", [0.0, 0.5, 0.7, 1.0, 1.2, 2.0, 3.0])
def test_powers_are_those_of_numpy(exponent: float) -> None:
    values = np.concatenate([[0.0, 1.0, np.inf], np.random.default_rng(1).lognormal(0, 3, 200)])
    out = np.empty(len(values))
    loops.raise_to(loops.LOOPS, values, exponent, out)
    np.testing.assert_array_equal(out, values**exponent)


def test_compiling_is_said_once(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(kernels._told, "compiling", False)
    for _ in range(2):
        kernels.tell_compiling(None)
    assert capsys.readouterr().err == kernels.COMPILING + "\n"


@kernels.kernel
def _add_up(bound: Bound) -> float:
    (first, second), scale = bound.values
    first[0] += 1.0
    return scale * (first.sum() + second.sum())


def test_what_is_bound_is_seen_as_it_is_and_kept_alive() -> None:
    values = np.arange(50.0)
    bound = bind((values, np.full(100_000, 2.0)), 3.0)
    values[1] = 100.0
    assert _add_up(bound) == 3.0 * (values.sum() + 200_000.0)
    assert values[0] == 1.0
    gc.collect()
    # Would an array be gone that nobody but the bound arguments has, its memory would have been given to these.
    others = [np.full(100_000, 7.0) for _ in range(20)]
    assert _add_up(bound) == 3.0 * (values.sum() + 200_000.0)
    assert len(others) == 20


def test_ledgers_that_close_are_found_so_by_the_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    def slowly(*_: Any) -> None:
        raise AssertionError("the kernel found a law broken where none is")

    monkeypatch.setattr(Ledger, "_equal", slowly)
    if not kernels.compiled():
        pytest.skip("the kernels are not in use")
    state_after(3, "status_quo", 'world="tests/tiny"')
