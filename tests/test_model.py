"""The month as a whole: laws in every run, pairing of draws, equality of worlds, Mesa's own runner."""

from __future__ import annotations

import dataclasses
import json
import warnings
from typing import Any

import mesa
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.experiments.simulate import dispose, simulate
from model.model import MONTH, RareEarthModel
from model.output.result import RunResult
from model.phases.accounts import balance_books
from model.run import Run
from model.scenario.read import load_scenario
from model.scenario.spec import RunSpec

TINY = 'world="tests/tiny"'


def spec_of(scenario: str = "status_quo", *sets: str, months: int = 18, seed: int = 0, replicate: int = 0) -> RunSpec:
    resolved = load_scenario(scenario, [TINY, f"months={months}", *sets]).resolved()
    return RunSpec.make("x", resolved, base_seed=seed, replicate=replicate)


def run(*args: str, **kwargs: Any) -> RunResult:
    return simulate(spec_of(*args, **kwargs))


def same(one: RunResult, other: RunResult) -> None:
    """Equal in all but run_id."""
    assert one.outcomes == other.outcomes
    for name in ("monthly", "actors", "exports", "events", "control"):
        left, right = (result.tables[name].drop_columns(["run_id"]) for result in (one, other))
        assert left.equals(right), name


@pytest.mark.parametrize("scenario", ["status_quo", "engage_junta", "engage_kia", "quad_india"])
def test_every_scenario_keeps_the_laws_and_moves_the_world(scenario: str) -> None:
    result = run(scenario, months=36)
    monthly = result.tables["monthly"].to_pandas()
    assert len(monthly) == 37
    assert (result.outcomes["exports_t_total_all"] or 0.0) > 0
    assert monthly["deaths_fighters"].sum() > 0
    assert set(result.tables["events"]["kind"].to_pylist()) & {"town_taken", "site_taken", "siege_begun"}


@settings(max_examples=12)
@given(
    rows=st.integers(4, 7),
    columns=st.integers(4, 7),
    seed=st.integers(0, 2**31),
    stop=st.sampled_from(["halt", "reagent", "both"]),
    form=st.sampled_from(["ratio", "difference"]),
)
def test_ledgers_close_in_invented_worlds(rows: int, columns: int, seed: int, stop: str, form: str) -> None:
    # The ledger raises inside the run when troops, arms, money, ore or reagent do not add up.
    resolved = load_scenario(
        "status_quo",
        [
            f'world="invented:{rows}x{columns}"',
            "months=8",
            f'structure.mine_stop="{stop}"',
            f'structure.contest="{form}"',
        ],
    ).resolved()
    result = simulate(RunSpec.make("x", resolved, base_seed=seed))
    shares = result.tables["control"].to_pandas()["leader_share"].dropna()
    assert len(shares) > 0
    assert ((shares >= 0) & (shares <= 1)).all()


def test_a_broken_ledger_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    from model.output.ledger import LawBrokenError

    def forge(run: Run) -> None:
        run.state.troops[0, 0] += 1

    forged = [part for phase in MONTH for part in ((phase, forge) if phase is balance_books else (phase,))]
    assert len(forged) == len(MONTH) + 1
    monkeypatch.setattr("model.model.MONTH", tuple(forged))
    with pytest.raises(LawBrokenError, match="troops"):
        run(months=2)


def test_the_same_seed_gives_the_same_run_and_another_does_not() -> None:
    same(run(seed=5), run(seed=5))
    assert run(seed=5).outcomes != run(seed=6).outcomes


def test_seed_zero_is_a_seed() -> None:
    same(run(seed=0), run(seed=0))


def test_a_policy_without_instruments_is_the_status_quo_bit_for_bit() -> None:
    same(run("engage_kia", "united_states.instruments=[]"), run("status_quo"))


def test_a_world_without_washington_is_one_whose_washington_has_no_instruments() -> None:
    with_us, model = run("status_quo"), RareEarthModel(spec=spec_of("status_quo"))
    assert model.run.agents.united_states is not None
    model.run.agents.united_states.remove()
    while model.running:
        model.step()
    without = model.recorder.result()
    assert len(without.tables["events"]) > 0
    for name in ("actors", "exports", "events", "control"):
        assert with_us.tables[name].equals(without.tables[name]), name
    columns = [c for c in with_us.tables["monthly"].column_names if c not in ("us_attention", "threat_credibility")]
    assert with_us.tables["monthly"].select(columns).equals(without.tables["monthly"].select(columns))


def test_a_bystander_far_away_changes_nothing_for_the_others() -> None:
    before = run()
    sets = ['actors.XYZ.kind="EthnicArmedOrganization"', 'actors.XYZ.home="Pangsang"', "actors.XYZ.troops=0"]
    after = run("status_quo", *sets)
    old, new = (r.tables["actors"].to_pandas().drop(columns="run_id") for r in (before, after))
    new = new[new["actor"] != "XYZ"].reset_index(drop=True)
    for column in new.columns:
        if column == "actor":
            assert new[column].astype(str).tolist() == old[column].astype(str).tolist()
        else:
            np.testing.assert_array_equal(new[column].to_numpy(), old[column].to_numpy(), err_msg=column)


def test_more_troops_for_the_kia_change_its_world() -> None:
    assert run("status_quo", "actors.KIA.troops=19000").outcomes != run("status_quo").outcomes


def test_zero_months_give_the_start_alone() -> None:
    result = run(months=0)
    assert result.tables["monthly"].num_rows == 1
    assert (
        result.outcomes["townships_held_kia"]
        == result.tables["actors"].to_pandas().query("actor=='KIA'")["townships_held"].iloc[0]
    )


def test_a_closed_gate_without_leak_lets_nothing_through() -> None:
    shut = '[{name="shut", kind="close_lanes", start="2025-08", value=0.0, target="China"}]'
    result = run("status_quo", f"forcing={shut}", "processes.trade.leak=0")
    monthly = result.tables["monthly"].to_pandas()
    assert len(monthly) == 19 and monthly["mined_t"].sum() > 0
    assert monthly["exports_t_china_official"].sum() == 0
    assert monthly["exports_t_china_informal"].sum() == 0


def test_who_holds_no_mines_has_no_ore_revenue() -> None:
    actors = run(months=6).tables["actors"].to_pandas()
    revenue = {name: actors[actors["actor"] == name]["ore_revenue_usd"].tolist() for name in ("KIA", "PDF-SAGAING")}
    assert sum(revenue["KIA"]) > 0
    assert revenue["PDF-SAGAING"] == [0.0] * 7


def test_a_run_equals_the_same_run_made_by_hand() -> None:
    spec = spec_of(months=6)
    model = RareEarthModel(spec=spec)
    for _ in range(6):
        model.step()
    same(model.recorder.result(), simulate(spec))
    assert not model.running
    dispose(model)


def test_mesa_batch_run_runs_the_model() -> None:
    spec = spec_of(months=3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rows = mesa.batch_run(
            RareEarthModel, {"spec": [spec], "rng": [1]}, number_processes=1, max_steps=2, display_progress=False
        )
    assert rows and rows[-1]["exports_t"] >= 0


def test_specification_is_frozen_and_its_id_knows_the_parameters() -> None:
    spec = spec_of()
    with pytest.raises(dataclasses.FrozenInstanceError):
        spec.label = "y"  # type: ignore[misc]
    assert spec.run_id != spec_of("status_quo", "actors.KIA.troops=19000").run_id
    assert json.loads(spec.scenario)["months"] == 18
