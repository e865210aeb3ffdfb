"""Sweeps of one parameter, and the parameters in which two scenarios differ."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from model.experiments.difference import differing_parameters
from model.experiments.errors import PlanError
from model.experiments.results import RunTable
from model.experiments.sweep import finding, plan_sweep, read_sweep, sweep_table
from model.scenario.read import load_scenario
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
            "tonnes": 100 - 10 * point + replicate + (5 - 5 * point + 0.1 * replicate) * (scenario == "policy"),
            "flat": 1.0,
        }
        for scenario in ("base", "policy")
        for point in range(3)
        for replicate in range(4)
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
    assert policy["effect"].tolist() == pytest.approx([5.15, 0.15, -4.85])
    assert table[table["scenario"] == "base"]["effect"].isna().all()
    told = finding(batch(), table, ["tonnes", "flat"], "assumed")
    assert "tonnes: down from 102 to 81.5 under base" in told
    assert "the effect of policy turns its sign" in told
    assert "no clear change of flat" in told
    assert told.endswith("x is assumed, not observed, and so is most of the rest.")


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
    assert table["path"].tolist() == ["actors.KIA.troops", "united_states.instruments.aid"]
    assert table.iloc[0].tolist() == ["actors.KIA.troops", "900", "1000", "fighters", "weakly identified"]
    assert table["first"].tolist()[1] == "-"
    assert differing_parameters(first, first).empty
