"""Policies taken apart: the runs planned, the shares of instruments, and what became of each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from agents.account import AUTONOMY, FEAR, Account
from model.experiments.errors import PlanError
from model.experiments.explain import (
    ALL,
    INTERACTION,
    NONE,
    account_table,
    clearest,
    is_explained,
    plan_explain,
    share_table,
)
from model.experiments.results import RunTable
from model.views.explain import arrived_sentence, channels_sentence, draw_explain
from tests.scenario.conftest import TINY
from tests.world_of_policy import WATCHFUL, instrument, run, small

AID = '[united_states.instruments.aid]\nkind = "aid"\ntarget = "KIA"\n'
ROAD = '[united_states.instruments.road]\nkind = "route_building"\n'


def scenario(folder: Path, *instruments: str, name: str = "policy") -> str:
    path = folder / f"{name}.toml"
    path.write_text(f"world = '{TINY.as_posix()}'\nmonths = 2\n{''.join(instruments)}")
    return str(path)


def instruments_of(plan: Any) -> dict[str, set[str]]:
    """Label -> names of the instruments with which its runs are planned."""
    return {spec.label: set(json.loads(spec.scenario)["united_states"]["instruments"]) for spec in plan.specs}


def test_a_policy_is_run_whole_without_any_and_without_each(tmp_path: Path) -> None:
    plan = plan_explain(scenario(tmp_path, AID, ROAD), replicates=3)
    assert instruments_of(plan) == {
        "policy": {"aid", "road"},
        NONE: set(),
        "without_aid": {"road"},
        "without_road": {"aid"},
    }
    assert plan.reference == NONE and is_explained(plan.labels)
    assert len({spec.seed for spec in plan.specs}) == 3, "common random numbers"
    assert not is_explained(["status_quo", "engage_kia"]) and not is_explained(["policy"])


def test_a_single_instrument_is_run_once(tmp_path: Path) -> None:
    plan = plan_explain(scenario(tmp_path, AID), replicates=1)
    assert instruments_of(plan) == {"policy": {"aid"}, NONE: set()}


def test_a_scenario_without_policy_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="policy: has no US instruments"):
        plan_explain(scenario(tmp_path))
    with pytest.raises(PlanError, match="rename it"):
        plan_explain(scenario(tmp_path, AID, ROAD, name="without_aid"))


def batch(**effects: float) -> RunTable:
    """What the runs leave: each label's effect on tonnes over the runs without instruments, with small noise."""
    rows = [
        {
            "scenario": label,
            "point": 0,
            "replicate": k,
            "tonnes": 100 + 7 * k + effect * (1 + 0.01 * k),
            "flat": 2.0,
        }
        for label, effect in effects.items()
        for k in range(5)
    ]
    return RunTable("x", pd.DataFrame(rows), 0, ("tonnes", "flat"), (), {"reference": NONE})


def test_shares_and_interaction_add_up_to_the_whole_effect() -> None:
    # Either alone gives nothing: both are needed for ten tonnes.
    table = share_table(
        batch(policy=10, no_instruments=0, without_aid=0, without_road=0), ["tonnes", "flat"], ["aid", "road"]
    )
    part = {str(row["instrument"]): row for row in table.to_dict("records") if row["outcome"] == "tonnes"}
    shares = {name: row["of_total"] for name, row in part.items()}
    assert shares == pytest.approx({ALL: 1, "aid": 1, "road": 1, INTERACTION: -1})
    assert part[ALL]["mean"] == pytest.approx(10.2) and part[ALL]["reference_mean"] == pytest.approx(114)
    assert part[ALL]["low95"] > 10
    assert clearest(table, 3) == ["tonnes"]
    told = channels_sentence("policy", table)
    assert "policy raises tonnes by 10.2 [" in told and "1 more outcome is the same in every pair" in told
    assert "through aid (100% of it) and road (100% of it); the shares do not add up, as they need one another" in told


def test_instruments_that_stand_in_for_one_another_are_told_apart_from_those_that_add_up() -> None:
    either = batch(policy=10, no_instruments=0, without_aid=10, without_road=10)
    told = channels_sentence("policy", share_table(either, ["tonnes"], ["aid", "road"]))
    assert "through no single instrument that can be told apart" in told and "one can replace another" in told
    added = batch(policy=50, no_instruments=0, without_aid=20, without_road=30)
    told = channels_sentence("policy", share_table(added, ["tonnes"], ["aid", "road"]))
    assert "through aid (60% of it) and road (40% of it); the shares add up" in told
    nothing = batch(policy=0, no_instruments=0, without_aid=0, without_road=0)
    assert "raises or lowers none" in channels_sentence("policy", share_table(nothing, ["tonnes"], ["aid", "road"]))


def test_an_account_says_what_was_turned_down_and_why() -> None:
    one = Account(due=6, offered=3.0)
    one.refuse("", 1.0, False)
    one.refuse(FEAR, 1.0, False)
    one.take(0.5, 0.4, 0.3, 0.2, 1.0)
    one.refuse(AUTONOMY, 1.0, True)
    one.take(0.5, 0.5, 0.4, 0.3, 0.5)
    assert (one.waiting, one.refused_fear, one.refused_autonomy, one.taken, one.dropped) == (1, 1, 1, 1.5, 1)
    assert (one.accepted, one.ramped) == pytest.approx((0.75, 0.65))
    assert (one.sent, one.delivered) == pytest.approx((0.5, 0.35))


def test_what_arrives_is_level_times_all_that_is_lost_on_the_way() -> None:
    sets = (*WATCHFUL, "united_states.attention_mean=0.5", "actors.KIA.autonomy_cost=1")
    model = run(
        small(
            *sets[1:],
            "united_states.instruments.aid={kind='aid',target='KIA',level=0.6,ramp=4,start=2}",
            instrument("training", "NUG"),
            instrument("sanctions", "JUNTA", 0.3),
            months=10,
        )
    )
    table = account_table(model.recorder.result().tables["instruments"].to_pandas())
    accounts = {str(row["instrument"]): row for row in table.to_dict("records")}
    assert accounts["aid"]["months_due"] == 8 and accounts["aid"]["level"] == pytest.approx(0.6)
    assert accounts["sanctions_JUNTA"]["delivered"] == pytest.approx(0.3), "needs neither consent nor attention"
    reasons = ("share_taken", "share_waiting", "share_refused_fear", "share_refused_autonomy", "share_no_target")
    for row in accounts.values():
        if row["share_taken"] > 0:
            product = (
                row["level"] * row["share_taken"] * row["share_built_up"] * row["attention"] * row["share_taken_in"]
            )
            assert product == pytest.approx(row["delivered"])
        assert sum(row[reason] for reason in reasons) == pytest.approx(1)
    said = arrived_sentence("policy", table)
    assert said.startswith("Delivered under policy, means")
    assert "; sanctions_JUNTA 11.2 of 11.2 million USD per month" in said
    assert accounts["aid"]["promised"] == pytest.approx(0.6 * 19.2e6) and accounts["aid"]["share_taken_in"] < 1


def test_the_figure_draws_the_clearest_outcomes() -> None:
    runs = batch(policy=10, no_instruments=0, without_aid=4, without_road=6)
    accounts = pd.DataFrame(
        [
            {
                "instrument": name,
                "level": 0.5,
                "delivered": 0.2,
                "delivered_low95": 0.1,
                "delivered_high95": 0.3,
                "unit": "",
            }
            for name in ("aid", "road")
        ]
    )
    figure = draw_explain("policy", accounts, share_table(runs, ["tonnes", "flat"], ["aid", "road"]))
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["Promised and arrives", "tonnes"]
    assert vars(figure)["pangwa"]["title"].startswith("policy raises tonnes by 10.2 [")
