"""What can be run, changed and read: the same in Python and on the command line."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

import pangwa
from model.api.lookup import find_outcomes, find_parameters, outcomes, parameters, scenarios
from model.cli import lookup
from model.scenario.files import shipped_scenarios
from model.scenario.problems import ScenarioError
from tests.api.conftest import TINY


def test_scenarios_have_titles() -> None:
    table = scenarios()
    assert list(table.index) == list(shipped_scenarios())
    assert table["title"].str.len().min() > 0
    assert "The United States deals with the KIA" in str(table.loc["engage_kia", "description"])


def test_parameters_are_those_of_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    table = parameters("kia ORE_TAX yuan", set={**TINY, "actors.KIA.ore_tax_yuan_per_t": 7})
    assert table.index.tolist() == ["actors.KIA.ore_tax_yuan_per_t"]
    assert table.iloc[0][["value", "unit", "low", "high"]].tolist() == [7, "yuan/t", 0, 200_000]
    lookup.parameters("status_quo", "kia ore_tax", as_csv=True, sets=['world="tests/tiny"'])
    told = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    listed = parameters("kia ore_tax", set=TINY)
    assert [row["path"] for row in told] == listed.index.tolist()
    assert [row["meaning"] for row in told] == listed["meaning"].tolist()
    found, count = find_parameters(None, "status_quo", ['world="tests/tiny"'])
    assert len(found) == count == len(parameters(set=TINY))


def test_what_actors_share_is_listed_once_before_those_who_differ() -> None:
    table = parameters("siege_cost", set={**TINY, "actors.KIA.siege_cost": 0.5})
    assert table["value"].to_dict() == {"actors.<ArmedActor>.siege_cost": 0.1, "actors.KIA.siege_cost": 0.5}
    assert parameters("KIA siege_cost", set=TINY).index.tolist() == ["actors.KIA.siege_cost"]
    shared = parameters("assaults", "status_quo")["value"].filter(like="<").to_dict()
    owners = ("ArmedActor", "PeoplesDefenceForce")
    assert shared == {f"actors.<{owner}>.assaults_per_operation": n for owner, n in zip(owners, (12, 4), strict=True)}


def test_outcomes_are_those_of_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    lookup.outcomes("status_quo", "exports_t", as_csv=True)
    told = [row["name"] for row in csv.DictReader(io.StringIO(capsys.readouterr().out))]
    assert (
        told == outcomes("exports_t").index.tolist() == [one.name for one in find_outcomes("exports_t", "status_quo")]
    )


def test_listings_read_well_in_a_notebook() -> None:
    some: Any = parameters("KIA troops")
    page = some._repr_html_()
    assert "Fighters" in page and "NaN" not in page and "20000.0" not in page
    assert len(max(parameters()["meaning"], key=len)) > 100
    everything: Any = parameters()
    whole = everything._repr_html_()
    assert f"and {len(everything) - 100} more rows" in whole
    assert parameters("KIA")[["value"]].query("value == 1").columns.tolist() == ["value"]


def test_what_fits_nothing_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(ScenarioError, match=r"^no parameter matches 'trops'; did you mean 'troops'\?$"):
        parameters("trops")
    with pytest.raises(ScenarioError, match=r"^no outcome matches 'exports_t_chna'; did you mean 'exports_t_china'\?$"):
        outcomes("exports_t_chna")


def test_an_unknown_name_of_pangwa_lists_the_known_ones() -> None:
    with pytest.raises(AttributeError, match="pangwa has no 'simulate'; it has: __version__, RareEarthModel, batch"):
        _ = pangwa.simulate
    assert {"run", "batch", "open", "scenarios", "parameters", "outcomes", "function"} <= set(dir(pangwa))
