"""Boxes in the space of assumptions, and shares of the variance."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from model.experiments.designed import Design
from model.experiments.discover import Question, discover, finding
from model.experiments.errors import PlanError, StoreError
from model.experiments.factors import Factor, Member
from model.experiments.prim import Box, density_interval, find_box, hypercube, limits_text, measured
from model.experiments.results import RunTable, strongest_factors
from model.experiments.sobol import direct_design, emulated_design, fit_emulator, sobol_indices
from model.experiments.sobol import finding as sobol_finding
from tests.experiments.test_sensitivity import unit_factors


def table_of(design: Design, values: np.ndarray, other: float = 0.0) -> RunTable:
    """A batch of two scenarios over a design, one replicate each row of ``values`` (r, points)."""
    rows = [
        {"scenario": scenario, "point": point, "replicate": replicate, "tonnes": value + other * (scenario == "b")}
        for scenario in ("a", "b")
        for replicate, row in enumerate(values)
        for point, value in enumerate(row)
    ]
    return RunTable("x", pd.DataFrame(rows), 0, ("tonnes",), ())


def corner(levels: np.ndarray) -> np.ndarray:
    return (levels[:, 0] > 0.6) & (levels[:, 2] < 0.5)


def test_prim_finds_the_corner_and_only_the_factors_that_make_it() -> None:
    design = hypercube(unit_factors(6), 200)
    assert design.levels.shape == (400, 6)
    first, second = design.levels[:200], design.levels[200:]
    box = find_box(first, corner(first))
    assert set(box.limits) == {0, 2}
    assert box.limits[0] == pytest.approx((0.6, 1.0), abs=0.05)
    assert box.limits[2] == pytest.approx((0.0, 0.5), abs=0.05)
    check = measured(Box(box.limits), second, corner(second))
    assert check.coverage > 0.85
    assert check.density > 0.85


def test_restrictions_that_chance_may_have_made_are_dropped() -> None:
    design = hypercube(unit_factors(8), 200)
    flipped = np.random.default_rng(8).random(200) < 0.15
    box = find_box(design.levels[:200], corner(design.levels[:200]) ^ flipped)
    assert set(box.limits) == {0, 2}


def test_coverage_density_and_mass_against_a_hand_count() -> None:
    levels = np.array([[0.1], [0.2], [0.6], [0.7], [0.9]])
    interest = np.array([True, False, True, True, False])
    box = measured(Box({0: (0.5, 0.8)}), levels, interest)
    assert [box.coverage, box.density, box.mass] == pytest.approx([2 / 3, 1.0, 0.4])
    low, high = density_interval(box, levels, interest)
    assert 0.3 < low < 0.4
    assert high == pytest.approx(1.0)


def test_chance_makes_no_box_and_it_is_said() -> None:
    design = hypercube(unit_factors(5), 150)
    values = np.random.default_rng(1).normal(size=(1, 300))
    found = discover(table_of(design, values), design, Question("a", "tonnes", 0.7, above=True))
    assert not found.holds
    assert finding(found, design).startswith(
        ("No box describes when", "The box does not hold up. Where ", "Not enough points to tell")
    )
    assert "not observed" in finding(found, design)


def test_a_discovery_is_checked_on_the_second_sample_and_may_ask_for_a_difference() -> None:
    design = hypercube(unit_factors(4), 150)
    values = np.stack([corner(design.levels) * 5.0 + noise for noise in (0.0, 0.5)])
    runs = table_of(design, values, other=-1.0)
    found = discover(runs, design, Question("a", "tonnes", 3.0, above=True))
    assert found.holds
    half = len(design.levels) // 2
    second = measured(Box(found.box.limits), design.levels[half:], values.mean(axis=0)[half:] > 3)
    assert found.check == second != found.box
    assert found.table["sample"].tolist() == ["found on", "checked on"]
    assert finding(found, design).startswith("Where x0 is at least 0.6")
    # The difference between the scenarios is 1 everywhere: every point is of interest, so there is nothing to tell apart.
    everywhere = discover(runs, design, Question("a", "tonnes", 0.5, above=True, against="b"))
    assert everywhere.box.limits == {}
    assert everywhere.base == 1.0


def test_limits_are_told_in_the_parameters_own_values() -> None:
    scaled = (Member(("a",), 50, 200, scaled=True), Member(("b",), 5, 20, scaled=True))
    factors = [
        Factor("leak", (Member(("leak",), 0.0, 0.4),), "assumed", "0-1", ""),
        Factor("mine_stop", (Member(("m",), options=("halt", "reagent", "both")),), "assumed", "-", ""),
        Factor("troops", scaled, "assumed", "fighters", ""),
    ]
    box = Box({0: (0.25, 0.75), 1: (0.4, 1.0), 2: (0.0, 0.5)})
    assert limits_text(box, factors) == [
        "leak is 0.1 to 0.3",
        "troops is at most 1 times its value",
        "mine_stop is reagent or both",
    ]


def test_an_emulator_shares_out_the_variance_and_tells_its_quality() -> None:
    design = emulated_design(unit_factors(3), 60)
    values = (4 * design.levels[:, 0] + 2 * design.levels[:, 1])[None, :]
    table, refused = sobol_indices(table_of(design, values), design, "a", ["tonnes"], direct=False)
    assert refused == []
    by_factor = table.set_index("factor")
    assert by_factor["ST"][["x0", "x1", "x2"]].tolist() == pytest.approx([0.8, 0.2, 0.0], abs=0.05)
    assert by_factor["q2"].iloc[0] > 0.95
    first = by_factor.loc["x0"]
    ends = [100 * (first["ST"] + sign * first["ST_conf95"]) for sign in (-1, 1)]
    assert f"{100 * first['ST']:.0f}% [{ends[0]:.0f}, {ends[1]:.0f}] by  (x0), x0" in sobol_finding(table, "tonnes")
    wide = table.assign(ST_conf95=1.3)
    assert "not enough points to tell which factor" in sobol_finding(wide, "tonnes")
    assert "none of these factors explains" in sobol_finding(table.assign(ST=0.0, ST_conf95=0.01), "tonnes")


def test_an_emulator_of_noise_is_refused() -> None:
    design = emulated_design(unit_factors(2), 60)
    noise = np.random.default_rng(4).normal(size=60)
    # Where points are too few for a rough surface, an emulator passes through all that it was fitted to, and knows nothing.
    rough = emulated_design(unit_factors(5), 50).levels
    assert fit_emulator(rough, np.prod(np.sin(5 * rough), axis=1))[1] < 0.5
    table, refused = sobol_indices(table_of(design, noise[None, :]), design, "a", ["tonnes"], direct=False)
    assert table.empty
    assert "refused: the emulator's Q2 on held-out points is" in refused[0]


def test_direct_indices_leave_out_blocks_that_failed_and_tell_luck() -> None:
    design = direct_design(unit_factors(3), 128)
    noise = np.random.default_rng(2).normal(0, 0.3, (2, len(design.levels)))
    values = 4 * design.levels[:, 0] + 2 * design.levels[:, 1] + noise
    values[0, 7] = np.nan
    table, _ = sobol_indices(table_of(design, values), design, "a", ["tonnes"], direct=True)
    by_factor = table.set_index("factor")
    assert by_factor["ST"][["x0", "x1"]].tolist() == pytest.approx([0.8, 0.2], abs=0.12)
    assert 0.01 < by_factor["noise_share"].iloc[0] < 0.06  # 0.045 of a variance of 1.7


def test_designs_of_the_wrong_size_are_refused() -> None:
    with pytest.raises(PlanError, match="must be 8, 16, 32, 64 or 128"):
        direct_design(unit_factors(2), 256)
    with pytest.raises(PlanError, match="needs at least 16"):
        emulated_design(unit_factors(2), 10)
    with pytest.raises(PlanError, match="at least 40"):
        hypercube(unit_factors(2), 10)


def test_the_strongest_factors_of_a_screening_are_read_back(tmp_path: Path) -> None:
    rows = [("tonnes", 1, "x", 3.0), ("tonnes", 2, "y", 1.0), ("towns", 1, "z", 2.0), ("towns", 2, "x", 0.0)]
    table = pd.DataFrame(rows, columns=["outcome", "rank", "factor", "mu_star"])
    table.to_csv(tmp_path / "sensitivity.csv", index=False)
    assert strongest_factors(tmp_path, ["tonnes", "towns"], 2) == ["x", "z", "y"]
    with pytest.raises(StoreError, match="did you mean 'tonnes'"):
        strongest_factors(tmp_path, ["tones"], 2)
    with pytest.raises(StoreError, match=r"no sensitivity\.csv"):
        strongest_factors(tmp_path / "none", ["tonnes"], 2)
