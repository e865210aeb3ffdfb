"""Model discrepancy: learnt on made-up records, put on bands and chances."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from model.experiments.discrepancy import (
    Discrepancy,
    Dressing,
    Recalibration,
    discrepancy_of,
    dress_seats,
    read_discrepancy,
    write_discrepancy,
)
from model.experiments.hindcast.learn import (
    LAST,
    Window,
    learn_correlation,
    learn_seats,
    learn_spread,
    learn_towns,
    without,
)

MONTHS = [f"{year}-{month:02d}" for year in range(2021, 2026) for month in range(1, 13)]
RUNS = {month: np.full(30, 100.0) for month in MONTHS}


def test_a_band_keeps_its_median_and_a_year_is_surer_than_a_month() -> None:
    dressed = Dressing(0.3).dress(np.full(9, 100.0))
    assert np.median(dressed) == pytest.approx(100) and np.log(dressed).std() == pytest.approx(0.3)
    assert Dressing(0.3).spread(12) == pytest.approx(0.3 / np.sqrt(12))
    assert Dressing(0.3, 1.0).spread(12) == pytest.approx(0.3)
    assert Dressing(0.3).spread(12) < Dressing(0.3, 0.5).spread(12) < 0.3
    assert Dressing(0.0).dress(np.array([0.0, 5.0])).tolist() == [0.0] * 21 + [5.0] * 21


def test_the_spread_of_a_record_is_found_and_nothing_later_is_looked_at() -> None:
    noise = np.random.default_rng(1).normal(0, 0.25, len(MONTHS))
    observed = {month: 100 * float(np.exp(one)) for month, one in zip(MONTHS, noise, strict=True)}
    learnt = learn_spread(RUNS, observed)
    assert learnt == pytest.approx(0.25, abs=0.05)
    wild = {month: value if month <= LAST else 1e6 for month, value in observed.items()}
    assert learn_spread(RUNS, wild) == learnt
    off = {month: value * (50 if month[:4] == "2023" else 1) for month, value in observed.items()}
    assert learn_spread(RUNS, off, "2023") == learn_spread(RUNS, observed, "2023") < learn_spread(RUNS, off)
    assert learn_spread({}, observed) == 0.0


def test_neighbours_that_err_alike_are_correlated() -> None:
    half = {month: 100 * float(np.exp(0.3 if month[5:] < "07" else -0.3)) for month in MONTHS}
    flip = {month: 100 * float(np.exp(0.3 * (-1) ** int(month[5:]))) for month in MONTHS}
    assert learn_correlation(RUNS, half) > 0.6 and learn_correlation(RUNS, flip) == 0.0


def windows_of(share: float, observed: float, origin: str = "2023-10") -> Window:
    """A thousand towns, of which runs flip each with one chance and the record with another."""
    draws = np.random.default_rng(2)
    start = np.full(1000, "JUNTA")
    ends = np.where(draws.uniform(size=(40, 1000)) < share, "KIA", "JUNTA")
    return Window(origin, "2024-07", start, ends, np.where(draws.uniform(size=1000) < observed, "KIA", "JUNTA"))


def test_chances_that_are_too_bold_are_drawn_in() -> None:
    bold = [windows_of(0.05, 0.2), windows_of(0.9, 0.6)]
    found = learn_towns(bold)
    assert 0.1 < found.slope < 0.6
    low, high = found.chance(np.array([0.05, 0.9]), 40)
    assert low == pytest.approx(0.2, abs=0.06) and high == pytest.approx(0.6, abs=0.06)
    assert learn_towns([]) == Recalibration() and without(bold, "2024") == [] and without(bold, "2022") == bold


def test_an_actor_gets_its_part_of_a_change_and_the_holder_keeps_the_rest() -> None:
    held, kept = np.array([0.2, 0.6, 0.0]), np.array([0.6, 0.6, 1.0])
    same = Recalibration().holding(held, kept, np.array([False, True, False]), 100)
    assert same.tolist() == pytest.approx([0.2, 0.6, 0.0])
    half = Recalibration(0.0, 0.5).holding(held, kept, np.array([False, True, False]), 100)
    assert half[0] > 0.2 and half[1] < 0.6 and half[0] / (1 - half[1]) == pytest.approx(0.5)


def test_seats_that_are_missed_widen_their_band() -> None:
    near, far = windows_of(0.04, 0.04), windows_of(0.04, 0.12)
    assert learn_seats([near], ("JUNTA",)) < 0.3 < learn_seats([far], ("JUNTA",))
    net = np.full(20, -40.0)
    assert np.median(dress_seats(net, 0.5)) == pytest.approx(-40) and dress_seats(net, 0.5).std() == pytest.approx(20.5)


def test_what_is_learnt_of_the_shipped_world_is_read_and_said(tmp_path: Path) -> None:
    shipped = discrepancy_of("myanmar")
    assert (
        isinstance(shipped, Discrepancy) and discrepancy_of("invented:4x4") is None and discrepancy_of("none") is None
    )
    assert f"{100 * shipped.exports.log_sd:.0f}%" in shipped.sentence() and "common to both" in shipped.sentence()
    empty = read_discrepancy(write_discrepancy(tmp_path / "discrepancy.csv", []))
    assert empty.exports == Dressing(0.0) and empty.towns == Recalibration() and empty.seats == 0.0
