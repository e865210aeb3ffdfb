"""Mesa's own tools work on the model: its constructor, agent sets, collector of data and runner of batches."""

from __future__ import annotations

import warnings
from typing import Any

import mesa
import numpy as np
import pandas as pd
import pytest

from agents.armed.actor import ArmedActor, EthnicArmedOrganization, Junta
from agents.buyers import ChineseBuyer
from model.model import RareEarthModel
from model.scenario.problems import ScenarioError
from model.scenario.read import load_scenario
from model.scenario.spec import RunSpec

TINY: dict[str, Any] = {"world": "tests/tiny"}


def tiny(**given: Any) -> RareEarthModel:
    return RareEarthModel("engage_kia", **{"months": 4, **TINY, **given})


# the constructor


def test_the_constructor_makes_the_run_that_the_command_makes() -> None:
    model = RareEarthModel(
        scenario="engage_kia", seed=3, replicate=2, months=24, set={"actors.KIA.troops": 20_000, "world": "tests/tiny"}
    )
    texts = ["actors.KIA.troops=20000", "world=tests/tiny", "months=24"]
    read = load_scenario("engage_kia", texts)
    assert model.spec == RunSpec.make("engage_kia", read.resolved(), replicate=2, base_seed=3)


def test_parameters_are_keywords_too_and_values_may_be_numpys() -> None:
    asked = {"actors.KIA.troops": np.int64(9_000), "united_states.instruments": []}
    by_keyword, by_dictionary = tiny(**asked), tiny(set=asked)
    assert by_keyword.spec == by_dictionary.spec != tiny().spec
    actor = next(a for a in by_keyword.run.agents.armed if a.actor_id == "KIA")
    assert actor.troops == 9_000


def test_seed_and_rng_are_one_thing_and_a_specification_may_be_given_another() -> None:
    spec = tiny(seed=7).spec
    assert tiny(rng=7).spec == tiny(seed=np.int64(7)).spec == spec != tiny().spec
    assert tiny(seed=0).spec == tiny().spec
    assert RareEarthModel(spec=spec).spec is spec
    assert RareEarthModel(spec=tiny().spec, rng=7).spec == RareEarthModel(spec=tiny().spec, seed=7).spec == spec
    assert RareEarthModel(spec=spec).random.random() == tiny(seed=7).random.random() != tiny().random.random()


@pytest.mark.parametrize(
    ("given", "answer"),
    [
        ({"scenario": "engage_ki"}, "did you mean 'engage_kia'"),
        ({"scenario": 5}, "scenario = 5: must be the name of a scenario or the path of a file"),
        ({"actors.KIA.trops": 1}, "actors.KIA.trops = 1: unknown key; did you mean 'troops'"),
        ({"set": "months=3"}, "set = 'months=3': give a dictionary such as"),
        ({"set": {"months": object}}, "months = <class 'object'>: must be a number"),
        ({"months": 2.5}, "months = 2.5: must be a whole number"),
        ({"seed": "43"}, "seed = '43': must be a whole number from 0 to 9007199254740991"),
        ({"replicate": -1}, "replicate = -1: must be a whole number from 0 to 9007199254740991"),
        ({"seed": 1, "rng": 2}, "seed and rng both mean the base seed"),
    ],
)
def test_what_is_given_wrongly_is_refused_in_a_sentence(given: dict[str, Any], answer: str) -> None:
    with pytest.raises(ScenarioError) as raised:
        RareEarthModel(**{"scenario": "engage_kia", **given})
    assert answer in str(raised.value)


@pytest.mark.parametrize("more", [{"months": 3}, {"scenario": "engage_kia"}, {"replicate": 1}, TINY])
def test_a_specification_is_given_alone(more: dict[str, Any]) -> None:
    with pytest.raises(ScenarioError, match="give either these or a specification"):
        RareEarthModel(spec=tiny().spec, **more)


def test_the_constructor_takes_the_scenario_that_a_file_has(tmp_path: Any) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('extends = "status_quo"\nmonths = 2\n', encoding="utf-8")
    model = RareEarthModel(path, **TINY)
    assert (model.spec.label, model.run.scenario.months) == ("mine", 2)


# steps


def test_a_run_that_is_over_says_so() -> None:
    model = tiny(months=2)
    model.run_model()
    assert model.month == 2 and not model.running
    with pytest.raises(RuntimeError, match=r"all 2 months of this run are done; RareEarthModel\(\.\.\., months=14\)"):
        model.step()
    assert not tiny(months=0).running


# agents and data


def test_agents_are_selected_as_mesa_selects_them() -> None:
    model = tiny()
    assert len(model.agents_by_type[Junta]) == 1
    organisations = model.agents.select(agent_type=EthnicArmedOrganization)
    strong = organisations.select(lambda actor: actor.troops > 3_000)
    assert {agent.actor_id for agent in strong} == {"KIA", "UWSA"}
    assert model.agents.select(agent_type=ArmedActor).agg("troops", sum) == model.state.troops.sum()


def test_the_collector_keeps_each_month_and_agents_only_where_asked() -> None:
    model, quiet = tiny(collect_agents=True), tiny()
    for each in (model, quiet):
        each.run_model()
    monthly = model.datacollector.get_model_vars_dataframe()
    pd.testing.assert_frame_equal(monthly, quiet.datacollector.get_model_vars_dataframe())
    assert monthly["month"].tolist() == [0, 1, 2, 3, 4]
    assert monthly["exports_t"].iloc[-1] == model.exports_t > 0
    assert not quiet.datacollector.agent_reporters and not quiet.datacollector.agenttype_reporters


def test_agents_data_are_what_the_record_has() -> None:
    model = tiny(collect_agents=True)
    model.run_model()
    everyone = model.datacollector.get_agent_vars_dataframe().reset_index()
    assert len(everyone) == 5 * len(model.agents)
    of_kia = everyone[everyone["name"] == "KIA"]
    armed = model.datacollector.get_agenttype_vars_dataframe(ArmedActor).reset_index()
    recorded = model.recorder.result().tables["actors"].to_pandas()
    recorded = recorded[recorded["actor"] == "KIA"]
    for data in (of_kia, armed[armed["name"] == "KIA"]):
        assert data["troops"].tolist() == recorded["troops"].tolist()
        assert data["townships"].tolist() == recorded["townships_held"].tolist()
        assert data["treasury"].tolist() == recorded["treasury_usd"].tolist()
    bids = model.datacollector.get_agenttype_vars_dataframe(ChineseBuyer)
    assert set(bids["name"]) == {"TENGCHONG", "MENGLIAN"} and (bids["bid"] > 50_000).all()
    assert bids["bid"].iloc[-2] == model.state.bid[model.world.crossing_index["PANGWA"]]


def test_a_collector_of_ones_own_takes_the_place_of_the_models() -> None:
    model = tiny()
    troops = {"troops": [getattr, ["troops", 0]]}
    model.datacollector = mesa.DataCollector({"armed": lambda m: len(m.run.agents.armed)}, troops)
    model.step()
    assert model.datacollector.get_model_vars_dataframe()["armed"].tolist() == [5]
    assert model.datacollector.get_agent_vars_dataframe()["troops"].sum() == model.state.troops.sum()


# batches


def batch_run(parameters: dict[str, Any], **more: Any) -> pd.DataFrame:
    # Mesa 3.5 warns of an argument that it gives itself a default.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rows = mesa.batch_run(RareEarthModel, {**TINY, "months": 3, **parameters}, display_progress=False, **more)
    return pd.DataFrame(rows)


def test_mesas_batches_take_scenarios_parameters_and_replicates() -> None:
    swept = {"scenario": ["status_quo", "engage_kia"], "actors.KIA.troops": [5_000, 20_000], "replicate": range(2)}
    rows = batch_run(swept, data_collection_period=1)
    assert len(rows.groupby(["scenario", "actors.KIA.troops", "replicate"])) == rows["RunId"].nunique() == 8
    model = tiny(**{"actors.KIA.troops": 20_000}, replicate=1, months=3)
    model.run_model()
    same = rows[(rows["scenario"] == "engage_kia") & (rows["actors.KIA.troops"] == 20_000) & (rows["replicate"] == 1)]
    expected = model.datacollector.get_model_vars_dataframe()
    assert len(same) >= 3
    assert same["exports_t"].tolist() == expected["exports_t"].tolist()[: len(same)]


def test_mesas_batches_give_the_agents_data_where_asked() -> None:
    rows = batch_run({"collect_agents": True})
    assert {"KIA", "TENGCHONG", "Beijing"} < set(rows["name"])
    assert (rows.loc[rows["name"] == "KIA", "troops"] > 0).all()
