"""The table of instrument kinds, and what derives from it."""

from __future__ import annotations

from typing import Any

import pytest

from agents.instruments import KIND_MEANINGS, KINDS, UNTARGETED, Instrument
from model.run import policy_rows
from model.scenario.editor import editor_schema
from model.scenario.problems import ScenarioError
from model.scenario.read import load_scenario
from tests.world_of_policy import WATCHFUL, WILLING, instrument, run, small


def test_scenarios_know_exactly_the_kinds_of_the_table() -> None:
    kinds = Instrument.model_json_schema()["properties"]["kind"]["enum"]
    assert kinds == list(KINDS) == list(KIND_MEANINGS)
    assert any("recognition" in str(part) and "route_building" in str(part) for part in _enums(editor_schema()))
    assert set(policy_rows(2).dtype.names) == {*KINDS, "link", "believed_threat"}


def _enums(schema: Any) -> list[Any]:
    if isinstance(schema, dict):
        return [schema.get("enum")] + [one for part in schema.values() for one in _enums(part)]
    return [one for part in schema for one in _enums(part)] if isinstance(schema, list) else []


def test_an_unknown_kind_is_refused_and_the_nearest_right_one_named() -> None:
    with pytest.raises(ScenarioError, match="sanctions"):
        load_scenario("status_quo", ["world=tests/tiny", instrument("sanction", "JUNTA")])


@pytest.mark.parametrize("kind", list(KINDS))
def test_only_kinds_that_say_so_need_no_target(kind: str) -> None:
    assert (kind in UNTARGETED) == KINDS[kind].untargeted
    sets = ["world=tests/tiny", instrument(kind)]
    if KINDS[kind].untargeted:
        assert load_scenario("status_quo", sets).united_states.instruments
    else:
        with pytest.raises(ScenarioError):
            load_scenario("status_quo", sets)


@pytest.mark.parametrize("kind", list(KINDS))
def test_each_kind_is_delivered_under_its_name_and_counts_as_dealings_if_it_says_so(kind: str) -> None:
    target = "" if KINDS[kind].untargeted else "KIA"
    model = run(small(*WATCHFUL, *WILLING, instrument(kind, target)), 1)
    row = model.world.force_index["KIA"] if target else -1
    policy = model.run.policy
    arrives = model.run.agents.united_states.most_of(kind, row) if kind == "aid" else 1.0  # type: ignore[union-attr]
    assert policy[kind][row] == pytest.approx(min(arrives, 1.0), rel=0.05)
    assert policy[kind].sum() == policy[kind][row]
    assert (policy["link"].max() > 0) == KINDS[kind].link
    assert sum(policy[other].sum() for other in KINDS) == policy[kind][row]


def test_what_a_target_can_count_in_money_is_worth_money() -> None:
    model = small()
    us = model.run.scenario.united_states
    worth = {name: kind.amount(0.5, us) for name, kind in KINDS.items() if kind.pays}
    assert worth == {"aid": us.aid_usd / 2, "arms": us.arms_usd / 2, "sanctions_relief": us.relief_usd / 2}


@pytest.mark.parametrize("name", list(KINDS))
def test_a_kind_with_a_size_takes_ten_times_its_precedent_and_one_without_takes_it_once(name: str) -> None:
    kind, target = KINDS[name], "" if KINDS[name].untargeted else "JUNTA"
    assert kind.precedent and bool(kind.size) == bool(kind.unit) == (kind.most == 10)
    sets = ["world=tests/tiny", instrument(name, target, level=kind.most)]
    assert load_scenario("status_quo", sets).united_states.instruments
    with pytest.raises(ScenarioError, match=r"level.*must|less than or equal to 10"):
        load_scenario("status_quo", [*sets[:1], instrument(name, target, level=2 * kind.most)])
