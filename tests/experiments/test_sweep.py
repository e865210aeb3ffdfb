"""Sweeps of one parameter, and the parameters in which two scenarios differ."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from model.experiments.difference import differing_parameters
from model.experiments.errors import PlanError
from model.experiments.evidence import FEW, LOWERS, RAISES, SAME, SMALL_UP, effect_words
from model.experiments.results import RunTable
from model.experiments.sweep import along, finding, plan_sweep, read_sweep, sweep_table
from model.output.units import number
from model.scenario.read import load_scenario
from model.views.answers import parameters_text
from tests.scenario.conftest import TINY


@pytest.fixture
def tiny(tmp_path: Path) -> str:
    path = tmp_path / "a.toml"
    path.write_text(f"world = '{TINY.as_posix()}'\nmonths = 1\n[actors.KIA]\ntroops = 900\n")
    return str(path)


def batch() -> RunTable:
    """Tonnes fall along x under both scenarios; the policy adds 5 at the low end and takes 5 at the high end."""
    rows = [
        {
            "scenario": scenario,
            "point": point,
            "replicate": replicate,
            "x": float(point),
            "tonnes": 100
            - 10 * point
            + replicate
            + (5 - 5 * point + 0.1 * replicate * (1 + point)) * (scenario == "policy"),
            "flat": 1.0,
        }
        for scenario in ("base", "policy")
        for point in range(3)
        for replicate in range(8)
    ]
    return RunTable("x", pd.DataFrame(rows), 0, ("tonnes", "flat"), ("x",), {"reference": "base"})


def test_a_range_holds_both_ends_exactly() -> None:
    assert read_sweep("processes.trade.leak=0:0.3:4") == ("processes.trade.leak", [0.0, 0.1, 0.2, 0.3])
    assert read_sweep("actors.KIA.troops=1000:3000:3") == ("actors.KIA.troops", [1000, 2000, 3000])


@pytest.mark.parametrize("text", ["processes.trade.leak=0:0.3", "x=0:1:two", "x=nan:1:3", "x=a:b:c"])
def test_a_range_that_does_not_read_so_is_refused(text: str) -> None:
    with pytest.raises(PlanError, match=re.escape(f"{text}: must read PATH=low:high:n")):
        read_sweep(text)


def test_a_sweep_is_told_with_its_effects_and_where_they_turn() -> None:
    table = sweep_table(batch(), "x", ["tonnes", "flat"])
    policy = table[(table["scenario"] == "policy") & (table["outcome"] == "tonnes")]
    assert policy["value"].tolist() == [0.0, 1.0, 2.0]
    assert policy["effect"].tolist() == pytest.approx([5.35, 0.7, -3.95])
    assert policy["verdict"].tolist() == [RAISES, SMALL_UP, LOWERS]
    assert table[table["scenario"] == "base"][["effect", "verdict"]].isna().all(axis=None)


def test_the_sentence_of_a_sweep_is_held_to_its_table_and_gives_the_interval() -> None:
    runs = batch()
    told = finding(runs, sweep_table(runs, "x", ["tonnes", "flat"]), ["tonnes", "flat"], "assumed")
    changes = along(runs).set_index(["scenario", "outcome"], drop=False)
    assert changes.loc[("base", "tonnes"), "mean"] == pytest.approx(-20) and changes["verdict"].tolist()[:2] == [
        FEW,
        SAME,
    ]
    assert "not enough runs to tell for tonnes under base" in told, "equal pairs have no spread to judge by"
    row = next(one for one in changes.to_dict("records") if (one["scenario"], one["outcome"]) == ("policy", "tonnes"))
    assert row["verdict"] == LOWERS and f"it {effect_words(row)} under policy" in told
    assert f"[{number(-row['high95'])}, {number(-row['low95'])}]" in told
    assert "no difference in any pair for flat" in told
    assert told.endswith("x is assumed, not observed, and so is most of the rest.")


def test_effects_that_turn_their_sign_along_a_sweep_are_named() -> None:
    runs = batch()
    table = sweep_table(runs, "x", ["tonnes"])
    assert "the effect of policy on tonnes turns its sign" in finding(runs, table, ["tonnes"], "assumed")
    assert "turns" not in finding(runs, table[table["value"] < 2], ["tonnes"], "assumed")


def test_a_planned_sweep_has_a_point_a_value_and_refuses_what_the_scenario_does(tiny: str) -> None:
    plan = plan_sweep([tiny], "processes.trade.leak", [0.0, 0.1], replicates=3)
    assert [dict(point) for point in plan.points] == [{"processes.trade.leak": "0.0"}, {"processes.trade.leak": "0.1"}]
    assert len(plan.specs) == 6
    with pytest.raises(PlanError, match=r"processes\.trade\.leak.*0\.9"):
        plan_sweep([tiny], "processes.trade.leak", [0.1, 0.9], replicates=3)


def test_parameters_that_differ_are_listed_with_unit_and_status(tiny: str) -> None:
    aid = "united_states.instruments.aid={kind = 'aid', target = 'KIA', level = 1.0}"
    first, second = load_scenario(tiny), load_scenario(tiny, [aid, "actors.KIA.troops=1000", "title=x"])
    table = differing_parameters(first, second)
    keys = ["kind", "target", "level", "start", "ramp"]
    assert table["path"].tolist() == ["actors.KIA.troops", *(f"united_states.instruments.aid.{key}" for key in keys)]
    assert table.iloc[0].tolist() == ["actors.KIA.troops", "900", "1000", "fighters", "weakly identified"]
    assert set(table["first"].tolist()[1:]) == {"-"} and table["second"].tolist()[1:3] == ['"aid"', '"KIA"']
    assert differing_parameters(first, first).empty


def test_nothing_of_what_differs_is_cut_off(tiny: str) -> None:
    """Forcings are compared by name, and a long list is printed whole."""
    forcing = "forcing=[{{name='early', kind='price_factor', start='2025-09', value={}}}, {{name='late', kind='lanes', start='2026-01'}}]"
    land = [f"T{number:02d}" for number in range(1, 13)]
    first = load_scenario(tiny, [forcing.format(1.5), "actors.KIA.homeland=['T01']"])
    second = load_scenario(tiny, [forcing.format(1.6), f"actors.KIA.homeland={land}"])
    table = differing_parameters(first, second)
    assert table["path"].tolist() == ["actors.KIA.homeland", "forcing.early.value"]
    text = " ".join(parameters_text(table, "a", "b").split())
    assert "forcing.early.value 1.5 1.6" in text
    assert 'actors.KIA.homeland a: ["T01"] b: ["T01", "T02"' in text and text.endswith('"T12"]')
