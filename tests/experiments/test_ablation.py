"""What can be left out of a scenario, and what its leaving out moves."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pytest

from model.experiments.ablation import (
    MOVES,
    NOTHING,
    OFF,
    SAME,
    Ablation,
    ablation,
    finding,
    in_turn,
    plan_ablation,
    switch_table,
)
from model.experiments.designed import run_design
from model.experiments.errors import PlanError
from model.experiments.evidence import FEW, LOWERS, SMALL
from model.experiments.evidence import SAME as NO_EFFECT
from model.experiments.results import read_runs
from model.experiments.switches import Switch, check_patterns, switches_of, without_off_value
from model.output.result import RunResult
from model.parameters import ParameterTable, declarations, off_value, parameter
from model.scenario.read import load_scenario
from model.scenario.schema import Scenario
from model.scenario.spec import RunSpec
from tests.experiments.fakes import fake_simulate, scenario
from tests.scenario.conftest import TINY

AID = "united_states.instruments.aid"
EMBARGO = "quad.embargo_reagent"
LEAK, GROWTH, RELEASE, FLIGHT = (
    f"processes.{name}" for name in ("trade.leak", "market.demand_growth", "trade.release", "harm.flight")
)
PAIRS = 20


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    path = tmp_path_factory.mktemp("tiny") / "tiny.toml"
    path.write_text(f"world = '{TINY.as_posix()}'\nmonths = 1\n")
    return load_scenario(str(path), [AID + "={kind='aid', target='KIA', level=1.0}"])


def traded(spec: RunSpec) -> RunResult:
    """Exports fall by 40 without leaks; demand's growth stirs what fighters there are; aid is money; no flight breaks a run."""
    asked = json.loads(spec.scenario)
    processes, instruments = asked["processes"], asked["united_states"]["instruments"]
    if processes["trade"]["release"] == 0 and spec.replicate == 1:
        raise ValueError("nothing leaves")
    noise = np.random.default_rng(spec.seed).normal(size=2)
    own = np.random.default_rng([spec.seed, round(1000 * processes["market"]["demand_growth"])]).normal()
    outcomes = {
        "exports_t_china": 100 + 10 * noise[0] + (40 + 5 * noise[1]) * (processes["trade"]["leak"] > 0),
        "troops_kia": 1000 + 10 * own,
        "revenue_usd_kia": 100.0 + 7 * ("aid" in instruments),
        "china_share_of_exports": None if spec.replicate == 0 else 0.5,
    }
    return RunResult(outcomes, fake_simulate(RunSpec.make("x", scenario(months=0))).tables)


@pytest.fixture(scope="module")
def found(tiny: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Ablation:
    plan = plan_ablation(tiny, switches_of(tiny, [LEAK, GROWTH, RELEASE, FLIGHT, EMBARGO, AID]), replicates=PAIRS)
    folder = tmp_path_factory.mktemp("runs") / "out"
    run_design(plan, folder, jobs=1, quiet=True, simulate=traded)
    runs = read_runs(folder)
    return ablation(runs, dict.fromkeys(runs.outcomes, "a group"))


@pytest.mark.parametrize(
    ("low", "high", "unit", "off"),
    [
        (0.0, 3.0, "months of revenue", 0.0),
        (0.0, 1.0, "x", 0.0),
        (-3.0, 3.0, "months of revenue", 0.0),
        (0.3, 3.0, "x", 1.0),
        (1.0, 2.5, "x market", 1.0),
        (1.3, 3.0, "x", None),
        (1.0, 60.0, "months", None),
        (-8.0, 0.0, "logit", None),
        (-6.0, 1.0, "logit/month", None),
        (None, None, "-", None),
    ],
)
def test_a_range_that_holds_zero_is_off_there_and_a_factor_at_one(
    low: float | None, high: float | None, unit: str, off: float | None
) -> None:
    assert off_value(low, high, unit) == off


def test_a_declaration_may_say_where_it_is_off_and_whole_numbers_stay_whole() -> None:
    class Table(ParameterTable):
        kept: float = parameter(0.3, low=0.0, high=1.0, unit="0-1", meaning="", source="", off=1.0)
        men: int = parameter(9, low=0, high=99, unit="persons", meaning="", source="", off="none")
        towns: int = parameter(2, low=0, high=9, unit="towns", meaning="", source="")

    assert {one.path: one.off for one in declarations(Table, "")} == {"kept": 1.0, "men": None, "towns": 0}
    assert [type(one.off) for one in declarations(Table, "")][2] is int


def test_a_parameter_is_one_switch_for_all_actors_and_patterns_name_kinds_and_single_ones(tiny: Scenario) -> None:
    switches = {one.name: one for one in switches_of(tiny)}
    road = switches["actors.*.weight_headquarters"]
    assert len(road.off) == sum(hasattr(actor, "weight_headquarters") for actor in tiny.actors.values()) > 3
    assert {LEAK, AID, EMBARGO} <= set(switches)
    assert not switches[EMBARGO].on  # China withholds nothing
    assert {"actors.*.troops", "actors.Junta.weight_headquarters", "structure.contest"}.isdisjoint(switches)
    assert [one.name for one in switches_of(tiny, ["actors.Junta.weight_h*"])] == [
        "actors.Junta.weight_home",
        "actors.Junta.weight_headquarters",
    ]
    (kia,) = switches_of(tiny, ["actors.KIA.weight_headquarters"])
    assert kia.off == ((("actors", "KIA", "weight_headquarters"), 0.0),)
    assert [one.name for one in switches_of(tiny, ["*.instruments.*"])] == [AID]
    assert {"actors.*.troops", "processes.combat.urban_noise"} <= set(without_off_value(tiny))
    with pytest.raises(PlanError, match=r"--switches processes\.trade\.leek: .*did you mean 'processes\.trade\.leak'"):
        check_patterns([tiny], [LEAK, "processes.trade.leek"])


def test_without_any_of_its_switches_a_scenario_is_valid_and_the_original_untouched(tiny: Scenario) -> None:
    resolved = tiny.resolved()
    before = json.dumps(resolved)
    for switch in (one for one in switches_of(tiny) if one.on):
        less = switch.without(resolved)
        assert Scenario.model_validate({**less, "name": "less"}).resolved() == less != resolved, switch.name
    assert json.dumps(resolved) == before
    (aid,) = switches_of(tiny, [AID])
    assert aid.without(resolved)["united_states"]["instruments"] == {}


def test_effects_are_paired_by_replicate_and_measured_in_standard_deviations(found: Ablation) -> None:
    rows = {(row["switch"], row["outcome"]): row for row in found.effects.to_dict("records")}
    noise = np.array([np.random.default_rng(spec_seed(k)).normal(size=2) for k in range(PAIRS)])
    on, off = 140 + 10 * noise[:, 0] + 5 * noise[:, 1], 100 + 10 * noise[:, 0]
    leak = rows[LEAK, "exports_t_china"]
    assert leak["mean"] == pytest.approx((off - on).mean())
    assert leak["effect_sd"] == pytest.approx((off - on).mean() / np.sqrt((on.var(ddof=1) + off.var(ddof=1)) / 2))
    assert leak["low95"] < leak["mean"] < leak["high95"] < 0
    aid = rows[AID, "revenue_usd_kia"]
    assert (aid["mean"], aid["effect_sd"], aid["moved"], aid["verdict"]) == (-7, -np.inf, True, LOWERS)
    share = rows[LEAK, "china_share_of_exports"]
    assert (share["n"], share["n_differing"], share["verdict"], share["moved"]) == (PAIRS - 1, 0, NO_EFFECT, False)


def spec_seed(replicate: int) -> int:
    return RunSpec.make("x", {}, replicate=replicate).seed


def test_verdicts_tell_what_moves_nothing_from_what_changes_no_run_and_from_what_is_off(
    tiny: Scenario, found: Ablation
) -> None:
    switches = switches_of(tiny, [LEAK, GROWTH, RELEASE, FLIGHT, EMBARGO, AID])
    table = switch_table([found], switches)
    rows = {row["switch"]: row for row in table.to_dict("records")}
    verdicts = {name: row["verdict"] for name, row in rows.items()}
    assert verdicts == {LEAK: MOVES, GROWTH: FEW, RELEASE: SAME, FLIGHT: SAME, EMBARGO: OFF, AID: MOVES}
    assert (rows[LEAK]["outcomes_moved"], rows[LEAK]["strongest"]) == (1, "exports_t_china")
    assert rows[RELEASE]["failed"] == 1
    assert table["switch"].tolist()[:2] == [LEAK, RELEASE]  # those of one table stand together
    told = finding(table, [found])
    assert told.startswith(
        "Of 5 parameters and mechanisms switched off one at a time in tiny, 2 move none of 4 outcomes; for 1 there are not"
    )
    assert "With 2 of them switched off, no run changes in any outcome" in told
    assert "1 more is already off in every scenario. 1 run failed" in told


def test_until_they_have_moved_an_outcome_switches_are_left_out_from_scenario_to_scenario(
    tiny: Scenario, found: Ablation
) -> None:
    assert found.moving == {LEAK, AID}
    asked: list[tuple[str, list[str]]] = []

    def leave_out(scenario: Scenario, left: Sequence[Switch]) -> Ablation:
        asked.append((scenario.name, [one.name for one in left]))
        return found

    second = tiny.model_copy(update={"name": "second"})
    switches = switches_of(tiny, [LEAK, GROWTH, EMBARGO, AID])
    chosen = {"tiny": switches, "second": switches}
    assert len(in_turn([tiny, second], chosen, leave_out, until_moved=True)) == 2
    assert asked == [("tiny", [LEAK, GROWTH, AID]), ("second", [GROWTH])]
    chosen["second"] = switches_of(tiny, [LEAK])
    assert in_turn([tiny, second], chosen, leave_out, until_moved=True) == [found], "nothing is left"
    assert len(in_turn([tiny, second], chosen, leave_out)) == 2


def test_a_switch_moves_something_if_it_does_so_in_any_scenario_and_thresholds_count(
    tiny: Scenario, found: Ablation
) -> None:
    still = Ablation("still", found.effects.assign(moved=False, scenario="still"), frozenset([LEAK]), {LEAK: 0}, PAIRS)
    switches = switches_of(tiny, [LEAK])
    assert switch_table([still], switches)["verdict"].tolist() == [SAME]
    small = Ablation("small", still.effects.assign(verdict=SMALL), frozenset(), {LEAK: 0}, PAIRS)
    assert switch_table([small], switches)["verdict"].tolist() == [NOTHING]
    (row,) = switch_table([still, found], switches).to_dict("records")
    assert (row["verdict"], row["scenarios"], row["strongest_scenario"]) == (MOVES, 2, "tiny")
