"""What was calibrated for a world stands between the defaults and what files say."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from model.scenario.read import ScenarioError, load_scenario
from model.scenario.schema import Scenario

TINY = Path(__file__).parents[1] / "tiny"


@pytest.fixture
def world(tmp_path: Path) -> Path:
    folder = tmp_path / "calibrated"
    shutil.copytree(TINY, folder)
    return folder


def commits(scenario: Scenario, *names: str) -> set[float]:
    return {dict(scenario.actors[name])["commit_share"] for name in names}


def write(world: Path, *rows: str) -> None:
    (world / "parameters.csv").write_text("\n".join(["parameter,value,source", *rows, ""]), encoding="utf-8")


def test_calibrated_values_stand_in_place_of_defaults_and_records(world: Path) -> None:
    usual = load_scenario("status_quo", [f"world={world}"])
    write(
        world,
        "actors.EthnicArmedOrganization.commit_share,0.41,x",
        "actors.Junta.operations_per_month,3,x",
        "actors.NDA-K.commit_share,0.6,x",
        "processes.fortification.town,1.9,x",
    )
    again = world.with_name("again")
    shutil.copytree(world, again)
    found = load_scenario("status_quo", [f"world={again}"])
    assert commits(found, "KIA", "UWSA") == {0.41}
    assert commits(found, "NDA-K") == {0.6}
    assert dict(found.actors["JUNTA"])["operations_per_month"] == 3
    assert found.processes.fortification.town == 1.9 != usual.processes.fortification.town
    said = load_scenario(
        "status_quo", [f"world={again}", "processes.fortification.town=3", "actors.KIA.commit_share=0.9"]
    )
    assert said.processes.fortification.town == 3.0
    assert (commits(said, "KIA"), commits(said, "UWSA")) == ({0.9}, {0.41})


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("actors.EthnicArmedOrganisation.commit_share,0.4,x", "did you mean 'EthnicArmedOrganization'?"),
        ("processes.fortification.tovn,1.9,x", "did you mean 'town'?"),
        ("processes.fortification.town,99,x", "must be a number between 1.5 and 4"),
    ],
)
def test_a_mistake_in_the_file_is_a_sentence_that_names_it(world: Path, row: str, sentence: str) -> None:
    write(world, row)
    with pytest.raises(ScenarioError) as error:
        load_scenario("status_quo", [f"world={world}"])
    assert "parameters.csv" in str(error.value)
    assert sentence in str(error.value)
