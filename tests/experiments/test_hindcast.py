"""The hindcast's patterns, statistics and scoring."""

from __future__ import annotations

import math

import numpy as np
import pytest

from model.experiments.hindcast import patterns as table
from model.experiments.hindcast.patterns import CALIBRATION, HELD_OUT, UNTESTABLE, Pattern, of_use, patterns
from model.experiments.hindcast.report import climatology, coverage, drift, met_strictly
from model.experiments.hindcast.score import (
    crps,
    met_patterns,
    persistence,
    score,
    score_flips,
    score_series,
)
from model.experiments.hindcast.statistics import STATISTICS, observed_sieges
from model.experiments.hindcast.survival import Spells, kaplan_meier, logrank_p
from model.experiments.hindcast.trace import trace_of
from model.experiments.simulate import simulate
from model.scenario.read import load_scenario
from model.scenario.spec import RunSpec
from model.world.read import load_world


def pattern(**changes: object) -> Pattern:
    sample = next(one for one in patterns() if one.pattern == "P13")
    return Pattern(**{**vars(sample), **changes})


def test_the_split_is_that_of_the_facts() -> None:
    calibration, held = ({one.pattern for one in of_use(use)} for use in (CALIBRATION, HELD_OUT))
    assert len(calibration) == 16 and len(held) == 7 and not calibration & held
    assert {one.pattern for one in patterns() if one.free} == {"P1", "P17", "P25"}
    assert len({one.pattern for one in patterns()}) == 27
    assert {one.statistic for one in patterns() if one.use != UNTESTABLE} == set(STATISTICS)
    assert all(one.low <= one.observed <= one.high for one in patterns() if one.use != UNTESTABLE)
    assert {one.scenario for one in patterns() if one.use != UNTESTABLE} <= set(table.SCENARIOS)


def test_patterns_operators_and_scoring_are_frozen() -> None:
    assert table.frozen_hash() == table.frozen_at(), "what is measured, or how, was changed after the freeze"


def test_a_number_is_met_by_median_and_share() -> None:
    inside, outside = [49.0] * 4, [10.0] * 3
    assert score(pattern(), inside + outside).met
    assert not score(pattern(), inside + outside * 2).met, "the median lies outside"
    spread = [20.0] * 4 + [50.0] + [80.0] * 4
    assert not score(pattern(), spread).met, "one of nine runs is too few"
    assert score(pattern(), [49.0, 49.0, 49.0, None]).met
    halved = score(pattern(), [49.0, 49.0, None, None])
    assert halved.median is None and not halved.met
    assert not score(pattern(), [None]).met
    share = score(pattern(summary="share", low=0.2, high=0.6, observed=0.4), [1.0, 0.0, 0.0, None])
    assert share.median == pytest.approx(1 / 3) and share.met


def test_a_pattern_is_met_when_all_its_numbers_are() -> None:
    met, missed = score(pattern(), [49.0]), score(pattern(), [1.0])
    assert met_patterns([met, missed]) == {"P13": False}
    assert met_patterns([met, met]) == {"P13": True}


def test_a_pattern_counts_only_where_the_interval_holds_the_record() -> None:
    narrow = [score(pattern(), [45.0, 46.0, 47.0, 48.0])]
    assert met_patterns(narrow) == {"P13": True} and met_strictly(narrow) == {"P13": False}
    assert met_strictly([score(pattern(), [40.0, 46.0, 47.0, 60.0])]) == {"P13": True}
    test = pattern(unit="p", observed=1.0, low=0.05, high=1.0)
    assert met_strictly([score(test, [0.2, 0.3])]) == {"P13": True}, "a test's p-value is no observation"


def test_coverage_counts_the_months_that_a_band_holds() -> None:
    ensemble = {"2024-01": np.arange(101.0), "2024-02": np.arange(101.0), "2024-03": np.arange(101.0)}
    observed = {"2024-01": 50.0, "2024-02": 12.0, "2024-03": 99.0, "2030-01": 0.0}
    found = coverage(ensemble, observed, (0.5, 0.8, 0.9))
    assert found == pytest.approx({0.5: 1 / 3, 0.8: 2 / 3, 0.9: 2 / 3})


def test_naive_forecasts_are_distributions_that_leave_out_the_month_itself() -> None:
    observed = {"2024-01": 100.0, "2024-02": 200.0, "2024-03": 100.0, "2024-05": 7.0}
    assert {month: sorted(values) for month, values in climatology(observed).items()}["2024-01"] == [7.0, 100.0, 200.0]
    changes = drift(observed)
    assert set(changes) == {"2024-02", "2024-03"}
    assert changes["2024-02"].tolist() == [50.0] and changes["2024-03"].tolist() == [400.0]


def test_crps_is_that_of_its_definition() -> None:
    members = np.array([1.0, 4.0, 2.0, 7.0])
    pairs = [abs(a - b) for i, a in enumerate(members) for j, b in enumerate(members) if i != j]
    expected = np.abs(members - 3.0).mean() - np.mean(pairs) / 2
    assert crps(members, 3.0) == pytest.approx(expected)
    assert crps(np.array([5.0]), 3.0) == 2.0


def test_short_series_are_not_scored() -> None:
    months = [f"2024-{m:02d}" for m in range(1, 13)]
    observed = {month: float(k) for k, month in enumerate(months)}
    ensemble = {month: np.array([value - 1, value, value + 1]) for month, value in observed.items()}
    full = score_series("model", ensemble, observed)
    assert full.points == 12 and full.coverage == 1.0 and full.crps is not None
    short = score_series("model", ensemble, {month: observed[month] for month in months[:11]})
    assert short.crps is None and short.coverage is None
    lagged = persistence(observed, 1)
    assert list(lagged) == months[1:] and lagged["2024-05"][0] == observed["2024-04"]


def test_flips_that_happen_as_often_as_forecast_are_reliable() -> None:
    chance = np.repeat([0.05, 0.55], 20)
    flipped = np.array([False] * 19 + [True] + [True] * 11 + [False] * 9)
    good = score_flips("model", chance, flipped)
    assert good.reliability == pytest.approx(0.0)
    assert good.brier < score_flips("half", np.full(40, 0.5), flipped).brier


def test_survival_curve_counts_unfinished_attacks() -> None:
    months, standing = kaplan_meier(Spells.make([(1, True), (2, False), (3, True)]))
    assert months.tolist() == [0, 1, 2, 3]
    assert standing == pytest.approx([1, 2 / 3, 2 / 3, 0])
    quick, slow = Spells.make([(0.5, True)] * 30), Spells.make([(12.0, True)] * 30)
    assert logrank_p(quick, slow) < 0.001
    assert logrank_p(quick, quick) > 0.5
    assert observed_sieges("myanmar").fell.sum() == 5


def test_a_run_gives_every_number_or_none() -> None:
    scenario = load_scenario("hindcast_2024", ["months=3"])
    result = simulate(RunSpec.make("hindcast_2024", scenario.resolved(), record=("control=monthly",)))
    world = load_world("myanmar")
    trace = trace_of(result, len(world.codes))
    assert trace.months == 3 and trace.row("2024-04") == 2 and trace.row("2024-07") == -1
    for name, statistic in STATISTICS.items():
        value = statistic(trace, world)
        assert value is None or math.isfinite(value), name
    assert STATISTICS["polls"](trace, world) is None
    taken = [event for event in trace.events if event.kind == "town_taken"]
    assert sum(spell.fell for spell in trace.attacked) == len(taken)


def test_words_alone_do_not_change_the_hash_of_the_scoring() -> None:
    one, other = '"""A."""\n\nLIMIT = 0.3\n"""Why."""\n', '"""B,\nlonger."""\nLIMIT = 0.3\n'
    assert "".join(table._code(one).split()) == "".join(table._code(other).split()) == "LIMIT=0.3"
