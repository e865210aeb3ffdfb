"""The vector of a plausible set that stands for it."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model.experiments.hindcast import middle as module
from model.experiments.hindcast.middle import Middle, find_middle, nearest_to_middle, write_parameters
from model.experiments.hindcast.priors import BLOCKS, priors, settings
from model.scenario.read import load_scenario
from model.scenario.schema import Scenario

TINY = Path(__file__).parents[1] / "tiny"


@pytest.fixture
def scenario(monkeypatch: pytest.MonkeyPatch) -> Scenario:
    monkeypatch.setattr(module, "REPLICATES", 2)
    return load_scenario("status_quo", [f"world={TINY}", "months=24"])


def vectors(*shares: float, **more: Any) -> list[dict[str, Any]]:
    return [
        {"actors.KIA.commit_share": share, "processes.mining.leach_rate": 0.3 + share / 2} | more for share in shares
    ]


def test_the_nearest_to_the_middle_is_chosen_among_those_with_the_default_mechanisms() -> None:
    outcomes = np.array([[0.0, 100.0], [1.0, 140.0], [2.0, 200.0], [4.0, 300.0]])
    everywhere, ends = np.ones(4, dtype=bool), np.array([True, False, False, True])
    assert nearest_to_middle(outcomes, everywhere)[0] == 2
    assert nearest_to_middle(outcomes, ends)[0] == 0
    assert nearest_to_middle(outcomes, ~everywhere)[0] == 2, "with none of them, of all"
    _, distance = nearest_to_middle(outcomes[:, :1], ends)
    assert distance == pytest.approx(1.75 / np.std([0, 1, 2, 4])), "in standard deviations over the set"
    assert nearest_to_middle(np.column_stack([outcomes, np.full(4, 7.0)]), everywhere)[0] == 2, (
        "what never varies is no distance"
    )


def test_runs_of_the_set_decide_and_their_random_draws_are_common(tmp_path: Path, scenario: Scenario) -> None:
    usual = str(scenario.resolved()["structure"]["contest"])
    other = next(name for name in ("ratio", "difference") if name != usual)
    chosen = vectors(0.1, 0.9, **{"structure.contest": usual}) + vectors(0.4, 0.45, **{"structure.contest": other})
    found = find_middle(scenario, chosen, tmp_path / "middle", jobs=1)
    assert found.number in (0, 1) and found.plain == 2 and found.values == chosen[found.number]
    assert f"Vector {found.number}, of 2 with the default mechanisms" in found.sentence(4)
    again = find_middle(scenario, chosen + chosen, tmp_path / "middle", jobs=1)
    assert again.number == found.number, "twins in the set meet the same random draws and change nothing"
    assert again.distance == pytest.approx(found.distance)


def test_without_the_default_mechanisms_the_nearest_of_all_is_taken_and_it_is_said(
    tmp_path: Path, scenario: Scenario
) -> None:
    usual = scenario.resolved()["structure"]["contest"]
    other = next(name for name in ("ratio", "difference") if name != usual)
    found = find_middle(scenario, vectors(0.1, 0.5, 0.9, **{"structure.contest": other}), tmp_path / "middle", jobs=1)
    assert found.plain == 0
    assert found.sentence(3).startswith("No vector of the set has the default mechanisms (structure.*). Vector ")
    assert "of all 3" in found.sentence(3)


def test_what_stands_for_the_set_is_written_by_kind_and_without_mechanisms(tmp_path: Path) -> None:
    dimensions = [prior for block in BLOCKS for prior in priors(block)]
    vector: dict[str, Any] = {}
    for block in BLOCKS:
        vector |= settings(priors(block), np.full(len(priors(block)), 0.5))
    write_parameters(tmp_path / "parameters.csv", Middle(7, 1, 0.0, vector), dimensions)
    with (tmp_path / "parameters.csv").open(encoding="utf-8", newline="") as stream:
        rows = {row["parameter"]: row for row in csv.DictReader(stream)}
    assert set(rows) == {prior.path for prior in dimensions if not prior.options}
    assert float(rows["actors.EthnicArmedOrganization.commit_share"]["value"]) == vector["actors.KIA.commit_share"]
    assert {row["source"] for row in rows.values()} == {"pangwa calibrate: vector 7 of plausible.csv"}
