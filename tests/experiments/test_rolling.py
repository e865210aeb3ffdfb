"""Restarts from dated states, scored months on."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from model.experiments.hindcast import learn, rolling
from model.experiments.hindcast.observed import ORIGINS, holders, modelled_holders
from model.experiments.hindcast.rolling import FORECASTS, LAST, LEADS, MODEL, SIDES, Net, Origin, count
from model.run import date_after as later
from model.views.hindcast import draw_rolling
from model.world.read import load_world

WORLD = load_world("myanmar")


def origin(model: float = 0.1, net: int = -5, modelled: tuple[float, float, float] = (-8.0, -4.0, -2.0)) -> Origin:
    brier = dict.fromkeys(FORECASTS, 0.2) | {MODEL: model}
    nets = dict.fromkeys(SIDES, Net(net, modelled))
    return Origin("2023-10", "2024-07", 10, brier, brier, 40, 36.0, (3.0, 2.5), (0.9, 0.5), nets, (8, 600.0, 900.0))


def test_months_are_counted_over_years() -> None:
    assert later("2023-10", 10) == "2024-08"
    assert later("2024-03", 10) == "2025-01"
    assert later("2021-02", -12) == "2020-02"


def test_origins_are_dated_states_and_nothing_after_august_2025_is_scored() -> None:
    assert set(ORIGINS.values()) <= set(WORLD.initial) and LAST == "2025-08"
    assert len([origin for origin in ORIGINS.values() if later(origin, LEADS[0] - 1) <= LAST]) >= 4


def test_the_record_moves_the_state_of_its_origin() -> None:
    start, end = (holders("myanmar", "2023-10", until) for until in ("2023-10", "2024-12"))
    assert len(start) == len(WORLD.codes)
    assert start.count("JUNTA") - end.count("JUNTA") > 30, "Operation 1027 and what followed"


def test_towns_taken_and_returned_within_the_lead_change_the_models_holders() -> None:
    first = holders("myanmar", "2023-10", "")
    code = WORLD.codes[first.index("JUNTA")]
    events = pd.DataFrame(
        [("a", code, "KIA", "town_taken", 3), ("a", code, "JUNTA", "town_returned", 9), ("b", code, "KIA", "town_taken", 11)],
        columns=["run_id", "place", "actor", "kind", "month"],
    )  # fmt: skip
    column = WORLD.codes.index(code)
    at = {lead: modelled_holders(events, ["a", "b"], "myanmar", "2023-10", lead)[:, column].tolist() for lead in LEADS}
    assert at == {10: ["JUNTA", "JUNTA"], 20: ["JUNTA", "KIA"]}
    early = modelled_holders(events, ["a"], "myanmar", "2023-10", 5)
    assert early[0, column] == "KIA" and (early[0] != np.array(first)).sum() == 1


def test_a_region_hotter_before_the_origin_has_the_higher_hazard() -> None:
    calm = rolling.regional_chance("myanmar", "2021-02", 10)
    assert (calm == 0).all(), "the record holds nothing before it"
    hot = rolling.regional_chance("myanmar", "2024-10", 10)
    states = np.array(WORLD.states)
    assert hot[states == "Shan (North)"].max() > hot[states == "Yangon"].max() == 0
    assert (rolling.regional_chance("myanmar", "2024-10", 20) >= hot).all()


def test_baselines_are_hazards_of_their_months() -> None:
    none = rolling.hazard_chance("myanmar", 10, ("2021-02", "2021-01"), extra=0.5)
    assert none[0] == pytest.approx(0.5 / len(none), rel=0.01), (
        "half a town over the lead where the record holds nothing"
    )
    war, calm = (
        rolling.hazard_chance("myanmar", 10, span)[0] for span in (("2023-11", "2024-12"), ("2021-02", "2023-05"))
    )
    assert war > 0.02 > calm == 0
    whole, rest = (
        rolling.hazard_chance("myanmar", 10, ("2021-02", "2025-08"), out)[0] for out in (None, ("2023-10", "2024-07"))
    )
    assert rest < whole < war


def test_the_record_of_a_window_is_as_long_as_the_runs() -> None:
    assert learn.months_between("2023-10", later("2023-10", LEADS[0] - 1)) == LEADS[0]


def test_the_logarithmic_score_is_finite_and_rewards_right_chances() -> None:
    happened = np.array([True, False, False, False])
    certain = rolling.log_score(np.array([1.0, 0.0, 0.0, 0.0]), happened)
    assert (
        0 < certain < rolling.log_score(np.full(4, 0.25), happened) < rolling.log_score(np.zeros(4), happened) < np.inf
    )


def test_an_origin_must_beat_both_and_hold_the_sign() -> None:
    assert origin(0.1).beats and not origin(0.3).beats
    assert origin(net=-5).holds and not origin(net=-9).holds
    assert not origin(net=1, modelled=(-4.0, -1.0, 2.0)).holds, "the wrong sign"
    assert count([origin(0.1), origin(0.3)]) == "rolling origins that beat both baselines: 1 of 2"


def test_the_table_and_the_figure_hold_what_was_scored(tmp_path: Path) -> None:
    path = rolling.write_rolling(tmp_path, [origin(), origin(0.3, net=3)])
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    assert [(row["beats_both"], row["net_within"], row["brier_model"]) for row in rows] == [
        ("1", "1", "0.1000"),
        ("0", "0", "0.3000"),
    ]
    figure = draw_rolling([origin(), origin(0.3, net=3)])
    assert len(figure.axes) == 2
    assert vars(figure)["pangwa"]["title"].startswith("Rolling origins that beat both baselines: 1 of 2")


def test_without_runs_nothing_is_scored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("run_id", "scenario", "status", "place", "actor", "kind", "month")
    empty = pd.DataFrame({name: pd.Series(dtype=str) for name in names})
    monkeypatch.setattr("pyarrow.parquet.read_table", lambda *_, **__: type("T", (), {"to_pandas": lambda _: empty})())
    assert rolling.rolling(tmp_path) == []
