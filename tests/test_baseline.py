"""A baseline of summary numbers: what shipped scenarios give, so that a change of results is seen, and is meant.

Where results are meant to change, ``python -m tests.test_baseline`` writes the baseline again, and the commit says **[results]**.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from model.compile import PLAIN
from model.experiments.simulate import simulate
from model.scenario.read import load_scenario
from model.scenario.spec import RunSpec

BASELINE = Path(__file__).with_name("baseline.csv")
SCENARIOS = ("status_quo", "engage_junta", "engage_kia", "quad_india", "hindcast_2024", "hindcast_trade")
REPLICATES, MONTHS = 2, 24
OUTCOMES = (
    "townships_held_junta", "townships_held_kia", "towns_changed_hands_all", "troops_junta", "deaths_fighters_all",
    "deaths_civilians_all", "displaced_person_months_all", "revenue_usd_junta_all", "revenue_usd_kia_all", "services_kia", "mined_t_all",
    "exports_t_china_all", "exports_t_quad_all", "price_ore_yuan_per_t_all", "ore_lanes_open_all", "us_attention_all",
    "india_commitment",
)  # fmt: skip
CLOSE = 1e-6
"""Relative difference that counts as none: other processors may round the last digits otherwise."""


def summary(scenario: str) -> dict[str, float]:
    """Mean of each outcome over the replicates of a scenario."""
    resolved = load_scenario(scenario, [f"months={MONTHS}"]).resolved()
    runs = [simulate(RunSpec.make(scenario, resolved, replicate=replicate)).outcomes for replicate in range(REPLICATES)]
    values = {name: [value for run in runs if (value := run[name]) is not None] for name in OUTCOMES}
    return {name: sum(seen) / len(seen) for name, seen in values.items()}


def stored() -> dict[tuple[str, str], float]:
    """The baseline: scenario and outcome -> value."""
    with BASELINE.open(encoding="utf-8", newline="") as file:
        return {(row["scenario"], row["outcome"]): float(row["value"]) for row in csv.DictReader(file)}


def changes(scenario: str, before: dict[tuple[str, str], float], now: dict[str, float]) -> list[str]:
    """A line for every outcome that has changed: from, to, and by how much."""
    rows = []
    for name, value in now.items():
        old = before[scenario, name]
        if abs(value - old) > CLOSE * max(abs(value), abs(old)):
            change = f"{100 * (value - old) / abs(old):+.2f}%" if old else "from 0"
            rows.append(f"{scenario:15} {name:28} {old:>16,.6g} -> {value:>16,.6g}  {change}")
    return rows


def test_changes_are_told_by_outcome() -> None:
    before = {("a", "x"): 4.0, ("a", "y"): 0.0, ("a", "z"): 1.0}
    told = changes("a", before, {"x": 5.0, "y": 2.0, "z": 1.0 + 1e-9})
    assert [line.split()[1:] for line in told] == [["x", "4", "->", "5", "+25.00%"], ["y", "0", "->", "2", "from", "0"]]


@pytest.mark.skipif(PLAIN, reason="without a compiler these runs take minutes; tests/test_plain.py compares the two")
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_shipped_scenarios_give_what_they_gave(scenario: str) -> None:
    told = changes(scenario, stored(), summary(scenario))
    assert not told, "\n".join(["results have changed:", *told, "If that is meant: python -m tests.test_baseline"])


def write() -> None:
    """Write the baseline."""
    with BASELINE.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("scenario", "outcome", "value"))
        for scenario in SCENARIOS:
            rows.writerows((scenario, name, f"{value:.10g}") for name, value in summary(scenario).items())


if __name__ == "__main__":
    write()
