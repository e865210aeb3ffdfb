"""Copies of a model, pickles, and runs that continue others go on to the same bytes."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from dataclasses import replace

import pytest

from agents.armed.actor import EthnicArmedOrganization
from model.model import RareEarthModel
from model.output.result import RunResult
from tests.world_of_policy import WATCHFUL, WILLING, instrument, run, small
from tests.world_of_policy import replace as put_in_place

SETS = (*WATCHFUL, *WILLING, instrument("aid", "KIA"), instrument("arms", "KIA"), instrument("recognition", "KIA"))
MONTHS = 10

COPIES: dict[str, Callable[[RareEarthModel], RareEarthModel]] = {
    "deepcopy": copy.deepcopy,
    "pickle": lambda model: pickle.loads(pickle.dumps(model)),
}


def told(model: RareEarthModel) -> RunResult:
    return run(model).recorder.result()


def assert_equal(one: RunResult, other: RunResult) -> None:
    assert one.outcomes == other.outcomes
    assert one.tables.keys() == other.tables.keys()
    for name, table in one.tables.items():
        assert table.equals(other.tables[name]), name


@pytest.fixture(scope="module")
def unbroken() -> RunResult:
    return told(small(*SETS, months=MONTHS))


@pytest.mark.parametrize("name", COPIES)
def test_a_copy_goes_on_to_the_same_bytes_and_leaves_the_model_alone(name: str, unbroken: RunResult) -> None:
    model = run(small(*SETS, months=MONTHS), 4)
    other = COPIES[name](model)
    assert (other.month, other.steps, other.running) == (4, 4, True)
    assert_equal(told(other), unbroken)
    assert model.month == 4
    assert_equal(told(model), unbroken)


@pytest.mark.parametrize("name", COPIES)
def test_a_copy_has_what_was_changed_by_hand(name: str) -> None:
    model = run(small(months=MONTHS), 3)
    kia = next(actor for actor in model.run.agents.armed if actor.actor_id == "KIA")
    kia.treasury, kia.parameters.commit_share = 5e6, 0.9
    model.run.agents.armed[-1].remove()
    other = COPIES[name](model)
    twin = next(actor for actor in other.run.agents.armed if actor.actor_id == "KIA")
    assert (twin.treasury, twin.parameters.commit_share) == (5e6, 0.9)
    assert len(other.run.agents.armed) == len(model.run.agents.armed)
    assert_equal(told(other), told(model))


def test_a_copy_keeps_the_data_that_mesa_collected() -> None:
    model = RareEarthModel("status_quo", months=6, collect_agents=True, world="tests/tiny")
    run(model, 2)
    other = copy.deepcopy(model)
    run(other, 1)
    assert len(other.datacollector.get_model_vars_dataframe()) == 4
    assert len(model.datacollector.get_model_vars_dataframe()) == 3
    assert other.datacollector.get_agent_vars_dataframe().index.get_level_values(0).max() == 3


def test_a_copy_of_a_model_with_an_actor_of_another_class_is_refused() -> None:
    class Stranger(EthnicArmedOrganization):
        """Stands in the place of the scenario's own."""

    model = small(months=6)
    put_in_place(model, "KIA", Stranger)
    with pytest.raises(TypeError, match="Stranger that replaces the scenario's own actor"):
        copy.deepcopy(model)


def test_a_run_continued_under_the_same_scenario_is_the_unbroken_run(unbroken: RunResult) -> None:
    model = small(*SETS, months=MONTHS)
    spec = replace(model.spec, past=((3, model.spec.scenario), (6, model.spec.scenario)))
    branched = RareEarthModel(spec=spec)
    assert branched.month == 6
    assert branched.spec.run_id != model.spec.run_id
    result = told(branched)
    assert result.outcomes == unbroken.outcomes
    for name, table in unbroken.tables.items():
        plain = [column for column in table.column_names if column != "run_id"]
        assert table.select(plain).equals(result.tables[name].select(plain)), name


def test_another_scenario_counts_from_the_branch_on() -> None:
    before = small(months=MONTHS)
    after = small("actors.KIA.ore_tax_yuan_per_t=20000", *SETS, months=MONTHS)
    branched = RareEarthModel(spec=replace(after.spec, past=((4, before.spec.scenario),)))
    kia = branched.world.force_index["KIA"]
    assert branched.state.ore_tax[kia] == 20_000
    assert run(small(months=MONTHS), 4).state.ore_tax[kia] != 20_000
    run(branched)
    tables = branched.recorder.result().tables
    begun = [row["month"] for row in tables["events"].to_pylist() if row["kind"] == "instrument_begins"]
    assert begun and min(begun) >= 4
