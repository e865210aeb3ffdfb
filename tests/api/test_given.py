"""What a user gives in Python becomes what scenarios take."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model.api.given import listed, overrides
from model.experiments.errors import PlanError
from model.scenario.read import load_scenario


def test_values_become_overrides() -> None:
    valley = {"kind": "PeoplesDefenceForce", "troops": np.int64(900), "allies": ("KIA",)}
    given = {"actors.KIA.troops": 20_000, "beijing.weight_us_link": np.float64(0.5), "actors.VALLEY": valley}
    assert overrides(given, months=3) == [
        "actors.KIA.troops=20000",
        "beijing.weight_us_link=0.5",
        'actors.VALLEY={kind = "PeoplesDefenceForce", troops = 900, allies = ["KIA"]}',
        "months=3",
    ]
    assert overrides(["actors.KIA.troops=7"]) == ["actors.KIA.troops=7"]
    assert overrides(None) == []


def test_overrides_reach_the_scenario() -> None:
    tiny = {"world": "tests/tiny", "structure.mine_stop": "both", "actors": {"KIA": {"troops": 7}}}
    scenario = load_scenario("status_quo", overrides(tiny, 5))
    assert (scenario.months, scenario.structure.mine_stop) == (5, "both")
    assert scenario.resolved()["actors"]["KIA"]["troops"] == 7


@pytest.mark.parametrize("given", [{"a": None}, {"a": {"b": object()}}, {"a": [1, None]}])
def test_what_no_file_could_hold_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(PlanError, match=r"^a.* = .*: must be a number, a text, true or false"):
        overrides(given)


def test_a_text_is_no_set_of_overrides() -> None:
    with pytest.raises(PlanError, match="give a dictionary"):
        overrides("actors.KIA.troops=7")


def test_one_or_several() -> None:
    assert (listed(None), listed("a"), listed(Path("a")), listed(int)) == ([], ["a"], [Path("a")], [int])
    assert listed(["a", "b"]) == ["a", "b"]
