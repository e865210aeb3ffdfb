"""A user's record against runs of a small world: scores, tables and figures. All rows are made up."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from model.cli import app
from model.experiments.discrepancy import Discrepancy, Dressing, Recalibration
from model.experiments.hindcast.given import (
    ALONE,
    CLIMATE,
    LAST,
    MODEL,
    _dressed,
    drifting,
    forecasts,
    scenario_of,
    score_map,
)
from model.run import date_after
from model.world.given_record import ACLED, CONTROL, SERIES, Fight, Given

TINY = Path(__file__).parents[1] / "tiny"
MONTHS = [date_after("2025-08", k) for k in range(15)]


def test_a_map_is_scored_over_all_holders_against_whoever_held_it_first() -> None:
    modelled = {0: ["KIA", "KIA", "JUNTA", "JUNTA"], 1: ["AA"] * 4}
    score = score_map("2024-05", {0: "KIA", 1: "AA"}, modelled, {0: "JUNTA", 1: "AA"})
    assert (score.townships, score.changed, score.expected) == (2, 1, 0.5)
    assert score.brier[MODEL] == score.brier[ALONE] == pytest.approx((0.25 + 0.25) / 2)
    assert score.brier[LAST] == pytest.approx(2 / 2)
    # A forecast that was sure of another holder is held off 0 by half of the two townships.
    assert score.logarithmic[MODEL] == pytest.approx(-np.log(0.5) / 2)
    assert score.logarithmic[LAST] == pytest.approx(-np.log(0.25) / 2)


def test_chances_of_a_change_of_hands_are_recalibrated_where_there_are_runs_enough() -> None:
    held = ["JUNTA"] * 15 + ["KIA"] * 4 + ["AA"]
    shrunk = Recalibration(intercept=0.0, slope=0.5)
    score = score_map("2024-05", {0: "KIA"}, {0: held}, {0: "JUNTA"}, shrunk)
    changed = 1 / (1 + (0.75 / 0.25) ** 0.5)  # the odds of one in four, their root
    assert score.expected == pytest.approx(changed)
    assert score.brier[MODEL] == pytest.approx((1 - changed) ** 2 + (1 - 0.8 * changed) ** 2 + (0.2 * changed) ** 2)
    assert score.brier[ALONE] == pytest.approx(0.75**2 + 0.8**2 + 0.05**2)
    few = score_map("2024-05", {0: "KIA"}, {0: held[8:]}, {0: "JUNTA"}, shrunk)
    assert few.brier[MODEL] == few.brier[ALONE]


def test_the_discrepancy_of_trade_and_prices_widens_their_bands_alone() -> None:
    learnt = Discrepancy(Dressing(0.5), Dressing(0.2), Recalibration(), 0.0, {})
    runs = {"2024-01": np.full(3, 100.0)}
    widths = {name: np.std(np.log(_dressed(name, runs, learnt)["2024-01"])) for name in
              ("exports_t_china", "price_tb_yuan_per_kg", "displaced_persons")}  # fmt: skip
    assert list(widths.values()) == pytest.approx([0.5, 0.2, 0.0])


def test_persistence_drifts_by_ratios_or_where_there_are_zeros_by_differences() -> None:
    assert drifting({"2024-01": 1.0, "2024-02": 2.0, "2024-03": 6.0})["2024-03"].tolist() == [4.0]
    assert drifting({"2024-01": 0.0, "2024-02": 2.0, "2024-03": 6.0})["2024-03"].tolist() == [4.0]
    assert drifting({"2024-01": 0.0, "2024-02": 3.0, "2024-03": 4.0})["2024-02"].tolist() == [1.0]


def test_forecasts_are_scored_on_the_same_months_and_short_records_not_at_all() -> None:
    observed = {month: 10.0 + k % 3 for k, month in enumerate(MONTHS)}
    exact = {month: np.full(4, value) for month, value in observed.items()}
    lines = {line.forecast: line for line in forecasts("ore", "", exact, observed)}
    assert {line.points for line in lines.values()} == {14}
    assert lines[MODEL].crps == 0 and lines[MODEL].coverage == {0.5: 1, 0.8: 1, 0.9: 1}
    assert all(0 < (lines[name].crps or 0) < 3 for name in (CLIMATE, LAST))
    short = forecasts("ore", "", exact, {month: observed[month] for month in MONTHS[:12]})
    assert {line.crps for line in short} == {None}


def test_a_record_goes_to_the_hindcast_that_starts_before_it() -> None:
    fights = {month: Given("", ACLED, fights=[Fight(2, month, 0, 1)], months=(month, month)) for month in
              ("2020-05", "2022-05", "2023-10", "2024-06")}  # fmt: skip
    wanted = ["hindcast", "hindcast", "hindcast_2023", "hindcast_2024"]
    assert [scenario_of(given) for given in fights.values()] == wanted
    assert scenario_of(Given("", SERIES, series={"S-OX": {"2024-06": 1.0}})) == "hindcast_trade"
    assert scenario_of(Given("", CONTROL, holders={"2023-12": {0: "KIA"}})) == "hindcast_2023"


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """A scenario in the small world, and an export, a series and a map that fit it."""
    (tmp_path / "small.toml").write_text(
        f"extends = 'status_quo'\nname = 'small'\nworld = '{TINY.as_posix()}'\nmonths = 14\n", encoding="utf-8"
    )
    head = "event_date,event_type,actor1,actor2,admin1,admin3,latitude,longitude,fatalities"
    fights = [f"{month}-05,Battles,KIA,JUNTA,North,Tanai,,,{k}" for k, month in enumerate(MONTHS)]
    (tmp_path / "acled.csv").write_text("\n".join([head, *fights, "2025-09-01,Battles,KIA,JUNTA,,Nowhere,,,0"]))
    prices = [f"{month},{5000 + 100 * k}" for k, month in enumerate(MONTHS)]
    (tmp_path / "tb.csv").write_text("\n".join(["month,TB", *prices]))
    (tmp_path / "map.csv").write_text("month,code,holder\n2026-01,T01,KIA\n2026-01,T06,JUNTA\n2030-01,T06,JUNTA\n")
    return [str(tmp_path / name) for name in ("small.toml", "acled.csv", "tb.csv", "map.csv")]


def test_hindcast_scores_the_records_of_a_user(files: list[str], tmp_path: Path) -> None:
    scenario, *records = files
    out = tmp_path / "out"
    told = CliRunner().invoke(
        app,
        ["hindcast", *(word for file in records for word in ("--record", file)), "--scenario", scenario, "-r", "3",
         "-j", "1", "--quiet", "--out", str(out), "--parameters", "defaults"],
    )  # fmt: skip
    assert told.exit_code == 0, told.output
    rows = list(csv.DictReader((out / "record_scores.csv").read_text(encoding="utf-8").splitlines()))
    found = {(row["what"], row["where"], row["forecast"]): row for row in rows}
    wanted = [("price_tb_yuan_per_kg", ""), *((what, where) for what in ("townships with a fight", "fighters killed")
              for where in ("all states", "North"))]  # fmt: skip
    for what, where in wanted:
        for name in (MODEL, CLIMATE, LAST):
            row = found[what, where, name]
            assert row["points"] == "13" and float(row["crps"]) >= 0
            assert all(0 <= float(row[f"coverage_{width}"]) <= 1 for width in (50, 80, 90))
    assert float(found["townships with a fight", "North", CLIMATE]["crps"]) == 0  # one each month
    assert {key[2] for key in found if key[:2] == ("holders", "2026-01")} == {MODEL, ALONE, LAST}
    assert (out / "record_unplaced.csv").read_text(encoding="utf-8").splitlines()[1].startswith("acled.csv,17,")
    assert "Not scored, because no run covers them" in told.stdout and "2030-01" in told.stdout
    drawn = {path.name for path in (out / "figures").glob("*.png")}
    assert drawn == {"record_small.png", "record_maps_small.png"}


def test_record_check_lists_what_has_no_place_and_fails_only_where_nothing_has(
    files: list[str], tmp_path: Path
) -> None:
    good = CliRunner().invoke(app, ["record", "check", *files[1:], "--world", str(TINY)])
    assert good.exit_code == 0, good.output
    for words in ("acled.csv: ACLED export, 16 rows", "line 17: name 'Nowhere' is not that of a township", "assigned: 15 of 16 rows",
                  "15 fights in 1 townships, 105 killed, 2025-08 to 2026-10", "tb.csv: series, 15 rows", "assumed to be in yuan/kg",
                  "map of 2030-01: 1 townships"):  # fmt: skip
        assert words in good.stdout
    elsewhere = tmp_path / "elsewhere.csv"
    elsewhere.write_text("month,code,holder\n2026-01,X1,KIA\n")
    for words, command in (
        ("nothing in", ["record", "check", str(elsewhere), "--world", str(TINY)]),
        ("cannot be recognised", ["record", "check", files[0]]),
        ("nothing in", ["hindcast", "--record", str(elsewhere)]),
        ("cannot be recognised", ["hindcast", "--record", files[0]]),
        ("--scenario needs --record", ["hindcast", "--scenario", "engage_kia"]),
    ):
        bad = CliRunner().invoke(app, command)
        assert bad.exit_code == 2 and words in bad.output, (command, bad.output)
