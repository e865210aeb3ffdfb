"""The rule of evidence: verdicts, the correction for many comparisons, what matters, replicates needed, movers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from model.experiments.compare import compare
from model.experiments.errors import PlanError
from model.experiments.evidence import (
    DEPENDS,
    EFFECTS,
    FEW,
    LOWERS,
    NO_VALUE,
    RAISES,
    SAME,
    SMALL,
    SMALL_DOWN,
    SMALL_UP,
    Amount,
    counts_words,
    effect_words,
    judged,
    movers,
    read_amounts,
    unsaid_words,
    verdict_words,
    what_matters,
)
from model.experiments.intervals import interval
from model.experiments.results import RunTable
from tests.experiments.fakes import only_row

ORE, TOWNS, DEATHS = "exports_t_china", "townships_held_kia", "deaths_civilians_all"


def row_of(differences: list[float], outcome: str = TOWNS, level: float = 0.0, **more: Any) -> dict[str, Any]:
    values = np.array(differences, dtype=np.float64)
    low, high, _ = interval(values) if len(values) else (np.nan, np.nan, "")
    mean = values.mean() if len(values) else np.nan
    start = {"scenario": "policy", "outcome": outcome, "n": len(values), "mean": mean, "low95": low, "high95": high}
    return start | {"reference_mean": level} | more


def verdict(differences: list[float], **more: Any) -> str:
    return str(only_row(judged(pd.DataFrame([row_of(differences, **more)]))).verdict)


def spread(mean: float, sd: float, n: int = 12) -> list[float]:
    """So many values of exactly this mean and standard deviation."""
    values = np.linspace(-1, 1, n)
    return list(mean + sd * values / values.std(ddof=1))


@pytest.mark.parametrize(
    ("differences", "said"),
    [
        ([], NO_VALUE),
        ([3.0, 3.0], FEW),  # two pairs say nothing, least of all equal ones
        ([3.0] * 12, FEW),  # equal pairs have no spread to judge by
        ([3.0] * 20, RAISES),  # unless there are many
        (spread(5, 1, 4), FEW),
        (spread(5, 1), RAISES),
        (spread(-5, 1), LOWERS),
        (spread(0.3, 0.2), SMALL_UP),  # clear of zero, but within a town
        (spread(-0.3, 0.2), SMALL_DOWN),
        (spread(0.1, 0.5), SMALL),  # within a town on both sides of zero
        (spread(0.3, 3), FEW),  # the interval is wider than what matters
        ([0.0] * 12, SAME),
        ([0.0] * 2, SAME),
    ],
)
def test_verdicts(differences: list[float], said: str) -> None:
    assert verdict(differences) == said


def test_sets_of_assumptions_that_disagree_are_named_unless_the_effect_matters_in_none() -> None:
    apart = {"sign_stability": 0.6, "point_low": -8.0, "point_high": 12.0}
    assert verdict(spread(5, 1), **apart) == DEPENDS
    assert verdict(spread(0.1, 0.1), **apart | {"point_low": -0.5, "point_high": 0.6}) == SMALL_UP


def test_an_effect_is_corrected_for_all_outcomes_it_is_compared_with() -> None:
    one = row_of(spread(2, 2.9, 12))
    assert only_row(judged(pd.DataFrame([one]))).verdict == RAISES
    rng = np.random.default_rng(1)
    noise = [row_of(list(rng.normal(scale=9.0, size=12)), f"x{k}") for k in range(60)]
    table = judged(pd.DataFrame([one, *noise]))
    t = stats.t.ppf(0.975, 11) * table["mean"].abs() / ((table["high95"] - table["low95"]) / 2)
    p = 2 * stats.t.sf(t, 11)
    assert table["q"].to_numpy() == pytest.approx(stats.false_discovery_control(p))
    assert table["verdict"].iloc[0] == FEW


def test_what_differs_in_no_run_and_what_has_no_value_does_not_count_as_a_comparison() -> None:
    one, same = row_of(spread(2, 2.9)), row_of([0.0] * 12)
    table = judged(pd.DataFrame([one, *[same] * 40, *[row_of([])] * 40]))
    assert table["verdict"].iloc[0] == RAISES and table["q"].iloc[1:].isna().all()
    assert (
        counts_words(table)
        == "Of 1 difference, 1 raises or lowers the outcome. 40 more outcomes are the same in every pair."
    )


def test_noise_alone_is_called_an_effect_no_more_often_than_the_rule_says() -> None:
    rng = np.random.default_rng(2)
    any_false = 0
    for _ in range(40):
        table = pd.DataFrame([row_of(list(rng.normal(scale=30.0, size=12)), f"x{k}") for k in range(30)])
        any_false += int(judged(table)["verdict"].isin(EFFECTS).any())
    assert any_false <= 6  # 5% of 40, and what chance allows


def test_families_are_corrected_apart() -> None:
    one = row_of(spread(2, 2.9))
    noise = [row_of(spread(0.1, 9), f"x{k}") | {"scenario": "other"} for k in range(60)]
    assert judged(pd.DataFrame([one, *noise]))["verdict"].iloc[0] == RAISES


def test_what_matters_goes_by_unit_and_the_user_decides() -> None:
    levels = np.array([30_000.0, 0.0, 40.0, 5_000.0])
    names = [ORE, ORE, TOWNS, DEATHS]
    assert what_matters(names, levels).tolist() == [1500.0, 10.0, 1.0, 250.0]
    given = read_amounts(["10%", f"{TOWNS}=3"], "--matters", [ORE, TOWNS, DEATHS])
    assert given == {"": Amount(0.1, relative=True), TOWNS: Amount(3.0)}
    assert what_matters(names, levels, given).tolist() == [3000.0, 0.0, 3.0, 500.0]
    table = pd.DataFrame([row_of(spread(2, 0.2))])
    assert only_row(judged(table, matters=given)).verdict == SMALL_UP


@pytest.mark.parametrize(
    "text", ["", "x", "townships_held_kia=", "townships_held_kia=-1", "nan", "townships_held_kia=inf"]
)
def test_amounts_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(PlanError, match=r"--matters .*: must read OUTCOME=AMOUNT"):
        read_amounts([text], "--matters")


def test_unknown_outcomes_are_refused_with_the_nearest() -> None:
    with pytest.raises(PlanError, match=r"no outcome 'townships_held_kja'; did you mean 'townships_held_kia'"):
        read_amounts(["townships_held_kja=2"], "--matters", [ORE, TOWNS])


def test_replicates_needed_reach_the_precision_that_is_asked_for() -> None:
    rng = np.random.default_rng(3)
    values = list(rng.normal(1, 4, size=19))
    table = pd.DataFrame([row_of(values)])
    for precision in (1.0, 0.5):
        needed = int(only_row(judged(table, precision={"": Amount(precision)})).replicates_needed)
        half = stats.t.ppf(0.975, needed - 1) * np.std(values, ddof=1) / np.sqrt(needed)
        before = stats.t.ppf(0.975, needed - 2) * np.std(values, ddof=1) / np.sqrt(needed - 1)
        assert half <= precision < before
    assert np.isnan(only_row(judged(pd.DataFrame([row_of([2.0] * 9)]))).replicates_needed)


def test_words_carry_interval_unit_percent_and_window() -> None:
    table = judged(pd.DataFrame([row_of(spread(-3000, 500), ORE, 30_000.0), row_of(spread(0.2, 0.1))]))
    low, high = table["low95"].iloc[0], table["high95"].iloc[0]
    assert effect_words(table.iloc[0]) == (
        f"lowers ore to China by 3,000 t REO [{-high:,.0f}, {-low:,.0f}], 10% of 30,000 (last 12 months)".replace(
            f"{-high:,.0f}", f"{round(-high, -1):,.0f}"
        ).replace(f"{-low:,.0f}", f"{round(-low, -1):,.0f}")
    )
    assert verdict_words(table.iloc[1]) == "raises, by less than 1 township"


def test_nothing_is_called_small_beside_an_interval_that_denies_it() -> None:
    noise = [row_of(spread(0.01, 9), f"x{k}") for k in range(60)]
    one = row_of(spread(0.3, 0.45))
    assert one["low95"] > 0
    said = verdict_words(judged(pd.DataFrame([one, *noise])).iloc[0])
    assert said == "no effect larger than 1 township (its sign may be chance)"
    assert verdict_words(judged(pd.DataFrame([row_of(spread(0.1, 0.5))])).iloc[0]) == "no effect larger than 1 township"


@pytest.mark.parametrize(
    ("differences", "units", "said"),
    [
        ([3.0, 4.0, 5.0], None, " (needs at least 5 pairs)"),
        (spread(5, 1), 3, " (needs at least 5 parameter vectors)"),
        ([3.0] * 12, None, " (needs at least 20 pairs where all differ alike)"),
        (spread(0.3, 9), None, ""),
    ],
)
def test_too_few_pairs_are_said_with_how_many_it_takes(differences: list[float], units: int | None, said: str) -> None:
    table = judged(pd.DataFrame([row_of(differences) | ({} if units is None else {"units": units})]))
    assert verdict_words(table.iloc[0]) == f"not enough runs to tell{said}"
    counted = "Of 1 difference, 0 raise or lower the outcome and 1 needs more runs to tell"
    assert counts_words(table) == f"{counted}{said}."
    assert unsaid_words(table) == [f"not enough runs to tell for towns held by the KIA{said}"]


def test_movers_come_by_what_they_are_at_least_in_one_window_and_for_few_actors() -> None:
    rows = [
        row_of(spread(4, 1), TOWNS),
        row_of(spread(6, 1), f"{TOWNS}_all"),
        row_of(spread(9, 9), "townships_held_junta"),
        row_of(spread(-8, 1), "townships_held_uwsa"),
        row_of(spread(7, 1), "townships_held_mndaa"),
        row_of(spread(400e6, 1e6), "us_road_usd"),
        row_of(spread(0.1, 0.1), "towns_changed_hands"),
    ]
    table = judged(pd.DataFrame(rows))
    assert movers(table, 5)["outcome"].tolist() == ["townships_held_uwsa", "townships_held_mndaa"]
    assert movers(table, 5, ["townships_held_mndaa"])["outcome"].tolist() == ["townships_held_uwsa", f"{TOWNS}_all"]
    assert movers(table, 1)["outcome"].tolist() == ["townships_held_uwsa"]


def test_a_verdict_does_not_depend_on_which_outcomes_are_asked_for() -> None:
    rng = np.random.default_rng(4)
    rows = []
    for replicate in range(12):
        noise = {f"x{k}": 9 * rng.normal() for k in range(60)}
        rows.append({"scenario": "base", "point": 0, "replicate": replicate, TOWNS: 0.0, **dict.fromkeys(noise, 0.0)})
        effect = spread(2, 2.9)[replicate]
        rows.append({"scenario": "policy", "point": 0, "replicate": replicate, TOWNS: effect, **noise})
    frame = pd.DataFrame(rows)
    runs = RunTable("x", frame, 0, tuple(frame.columns[3:]), ())
    whole = compare(runs, runs.outcomes, "base")
    alone = compare(runs, [TOWNS], "base")
    pd.testing.assert_frame_equal(alone, whole[whole["outcome"] == TOWNS].reset_index(drop=True))
