"""Negative controls: what must vanish, and what must follow, when a cause is moved, relabelled or put off.

Each control says beforehand what is to be seen. Worlds are copies of the tiny one with a column changed.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from model.experiments.simulate import simulate
from model.output.result import RunResult
from model.scenario.read import load_scenario
from model.scenario.spec import RunSpec

TINY = Path(__file__).parents[1] / "tiny"
MONTHS = 12
SEEDS = 3

Row = dict[str, str]


def run(world: Path, scenario: str = "status_quo", seed: int = 0, sets: tuple[str, ...] = ()) -> RunResult:
    resolved = load_scenario(scenario, [f"world={world}", f"months={MONTHS}", *sets]).resolved()
    return simulate(RunSpec.make("control", resolved, base_seed=seed, record=("control=monthly",)))


def changed_world(folder: Path, table: str, change: Callable[[list[Row]], None]) -> Path:
    """A copy of the tiny world in which the rows of a table were changed."""
    world = folder / "world"
    shutil.copytree(TINY, world)
    path = world / table
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    change(rows)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return world


def actor_sum(result: RunResult, actor: str, column: str) -> float:
    frame = result.tables["actors"].to_pandas()
    return float(frame.loc[frame["actor"] == actor, column].sum())


def front(result: RunResult) -> set[str]:
    """Towns attacked or taken by anyone in a run."""
    control = result.tables["control"].to_pandas()
    events = result.tables["events"].to_pandas()
    attacked = set(control.loc[control["attacker"].astype(str) != "", "place"].astype(str))
    return attacked | set(events.loc[events["kind"] == "town_taken", "place"].astype(str))


@pytest.mark.parametrize("month", [MONTHS // 2, MONTHS])
def test_a_placebo_month_has_no_effect_before_the_policy(month: int) -> None:
    # Control: the policy is put off. Expected: until then, and for ever where it never comes, bit for bit nothing.
    names = load_scenario("engage_kia").united_states.instruments
    later = tuple(f"united_states.instruments.{name}.start={month}" for name in names)
    without, policy = run(TINY), run(TINY, "engage_kia", sets=later)
    now = run(TINY, "engage_kia")

    def rows(result: RunResult) -> list[dict[str, object]]:
        table = result.tables["actors"].to_pylist()
        return [{**row, "run_id": ""} for row in table if row["month"] <= month]

    assert rows(policy) == rows(without)
    assert rows(now) != rows(without), "the policy of the control has an effect when it is not put off"


def test_names_for_people_change_nothing(tmp_path: Path) -> None:
    # Control: actors are relabelled. Expected: no actor wins by its name.
    def rename(rows: list[Row]) -> None:
        for number, row in enumerate(rows):
            row["name"] = f"Somebody {number}"

    relabelled = run(changed_world(tmp_path, "forces.csv", rename))
    plain = run(TINY)
    for table in ("monthly", "actors", "exports"):
        columns = [name for name in plain.tables[table].column_names if name != "run_id"]
        assert relabelled.tables[table].select(columns).equals(plain.tables[table].select(columns)), table


def test_ore_revenue_follows_the_mines_not_the_actor(tmp_path: Path) -> None:
    # Control: the big mines of the KIA and the small ones of the Wa change places. Expected: so does the revenue. Nobody
    # attacks, since captures would move mines as well.
    def swap(rows: list[Row]) -> None:
        by_id = {row["id"]: row for row in rows}
        first, second = by_id["CHIPWI-PANGWA"], by_id["MONG-BAWK"]
        for column in ("place", "crossing"):
            first[column], second[column] = second[column], first[column]

    world = changed_world(tmp_path, "mines.csv", swap)
    quiet = tuple(f"actors.{name}.operations_per_month=0" for name in ("JUNTA", "KIA", "NDA-K", "UWSA", "PDF-SAGAING"))
    before, after = run(TINY, sets=quiet), run(world, sets=quiet)
    kia, uwsa = ([actor_sum(result, name, "ore_revenue_usd") for result in (before, after)] for name in ("KIA", "UWSA"))
    assert kia[0] > uwsa[0]
    assert uwsa[1] > kia[1]
    assert kia[1] < kia[0] / 2
    assert uwsa[1] > 2 * uwsa[0]


def test_war_follows_the_map(tmp_path: Path) -> None:
    # Control: the places that roads join are shuffled. Expected: the war is fought elsewhere, by the same actors.
    order = [f"T{number:02d}" for number in (1, 8, 11, 9, 12, 2, 10, 4, 7, 3, 6, 5)]
    to = dict(zip([f"T{number:02d}" for number in range(1, 13)], order, strict=True))

    def shuffle(rows: list[Row]) -> None:
        for row in rows:
            for end in ("a", "b"):
                row[end] = to.get(row[end], row[end])

    world = changed_world(tmp_path, "borders.csv", shuffle)
    text = (world / "roads.csv").read_text(encoding="utf-8").splitlines()
    moved = [",".join([to.get(cell, cell) for cell in line.split(",")[:2]] + line.split(",")[2:]) for line in text]
    (world / "roads.csv").write_text("\n".join(moved) + "\n", encoding="utf-8")
    before = set().union(*(front(run(TINY, seed=seed)) for seed in range(SEEDS)))
    after = set().union(*(front(run(world, seed=seed)) for seed in range(SEEDS)))
    assert before and after and before != after
