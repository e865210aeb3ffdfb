"""How the model is compiled: groups keep their names and share their memory, and nothing stored outlives a change of the sources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from model import compile as compilation
from model.arrays import record_maker
from model.compile import compiled, hand_over


@dataclass
class Inner:
    """A group within a group."""

    stock: NDArray[np.float64]


@dataclass
class Outer:
    """Arrays, a record, a table of records, a number, a group."""

    troops: NDArray[np.int64]
    clock: Any
    actors: Any
    junta: int
    inner: Inner


@compiled
def change(run: Any, a: int) -> float:
    """Write into everything that can be written to."""
    run.troops[a] += 10
    run.clock.month += 1
    run.actors[a].commit_share *= 2.0
    run.inner.stock[a] = run.clock.rains
    return float(run.troops[a] + run.junta)


def outer() -> Outer:
    clock = record_maker(("month", int), ("rains", float))(month=3, rains=0.25)
    actors = np.zeros(2, [("commit_share", np.float64)]).view(np.recarray)
    actors.commit_share = 0.3
    return Outer(np.array([1, 2]), clock, actors, 7, Inner(np.zeros(2)))


def test_compiled_code_and_python_share_what_a_group_names() -> None:
    values = outer()
    assert change(hand_over(values), 1) == 12 + 7
    assert values.troops.tolist() == [1, 12]
    assert values.clock.month == 4
    assert values.actors.commit_share.tolist() == [0.3, 0.6]
    assert values.inner.stock.tolist() == [0.0, 0.25]


def test_two_groups_of_a_kind_do_not_share_memory() -> None:
    one, other = outer(), outer()
    change(hand_over(one), 0)
    change(hand_over(other), 1)
    assert one.troops.tolist() == [11, 2]
    assert other.troops.tolist() == [1, 12]


def test_mappings_are_groups_as_well() -> None:
    values = outer()
    change(hand_over(vars(values)), 0)
    assert values.troops.tolist() == [11, 2]


def test_machine_code_is_kept_in_a_folder_of_the_sources_state(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(compilation, "_HOUSE", tmp_path)
    (tmp_path / "agents").mkdir()
    source = tmp_path / "agents" / "rule.py"
    source.write_text("x = 1\n", encoding="utf-8")
    compilation.cache_folder.cache_clear()
    first = compilation.cache_folder()
    source.write_text("x = 2\n", encoding="utf-8")
    compilation.cache_folder.cache_clear()
    second = compilation.cache_folder()
    compilation.cache_folder.cache_clear()
    assert first is not None
    assert second is not None
    assert first != second
    assert second.parent == tmp_path


def test_a_first_run_says_that_it_compiles(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(compilation._told, "compiling", False)
    compilation.say_compiling("agents.armed.attack")
    compilation.say_compiling("agents.armed.attack")
    compilation.say_compiling("somebody.elses")
    assert capsys.readouterr().err == compilation.COMPILING + "\n"
