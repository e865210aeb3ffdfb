"""The work of reading a scenario grows with its length, not with the square of it: counted in calls, not in seconds."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from model.scenario.problems import ScenarioError
from model.scenario.read import load_scenario
from tests.scenario.conftest import Write

FORCING = '[[forcing]]\nname = "f{}"\nkind = "price_factor"\nvalue = 1.0\nstart = "2025-09"\n'
TEXTS: dict[str, Callable[[int], str]] = {
    "unknown keys": lambda many: "".join(f"key{k} = 1\n" for k in range(many)),
    "unknown keys of an actor": lambda many: "[actors.KIA]\n" + "".join(f"key{k} = 1\n" for k in range(many)),
    "unknown actors": lambda many: "".join(f"[actors.A{k}]\ntroops = 1\n" for k in range(many)),
    "forcings": lambda many: "".join(FORCING.format(k) for k in range(many)),
    "instruments": lambda many: "".join(f'[united_states.instruments.i{k}]\nkind = "tariff"\n' for k in range(many)),
    "a long homeland": lambda many: f"[actors.KIA]\nhomeland = {[f'x{k}' for k in range(many)]}\n",
}
FEW = 60


def calls_of(work: Callable[[], Any]) -> int:
    """How many functions of Python a piece of work calls."""
    count = 0

    def counted(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(counted)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def read(path: object) -> None:
    try:
        load_scenario(str(path))
    except ScenarioError as error:
        assert error.problems


def grows(work: Callable[[int], Callable[[], Any]]) -> float:
    """How many times the calls of one step the next one as long takes; 1 where the work grows with the length."""
    work(FEW)()  # what is worked out once
    first, second, third = (calls_of(work(FEW * times)) for times in (1, 2, 4))
    return (third - second) / (2 * (second - first))


@pytest.mark.parametrize("what", TEXTS)
def test_twice_as_much_takes_twice_as_long(what: str, write: Write) -> None:
    def work(many: int) -> Callable[[], None]:
        path = write(TEXTS[what](many))
        return lambda: read(path)

    assert grows(work) < 1.6


def test_a_chain_of_parents_takes_as_long_as_it_has_links(write: Write) -> None:
    def work(many: int) -> Callable[[], None]:
        write("[actors.KIA]\ntroops = 7\n", "c0")
        for link in range(1, many):
            write(f'extends = "c{link - 1}.toml"\n', f"c{link}", world=False)
        return lambda: read(f"c{many - 1}.toml")

    assert grows(work) < 1.6
