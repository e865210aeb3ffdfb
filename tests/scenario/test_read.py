"""What a resolved scenario holds: the order of defaults, overrides, new actors, the shipped scenarios."""

from __future__ import annotations

import json
from typing import Any

import pytest

from agents.armed.parameters import EthnicArmedOrganizationParameters
from agents.buyer_parameters import ChineseBuyerParameters
from model.parameters import ParameterTable
from model.scenario.editor import editor_schema
from model.scenario.layers import parse_set
from model.scenario.listing import scenario_declarations, scenario_titles
from model.scenario.problems import ScenarioError
from model.scenario.read import load_scenario, load_scenarios
from model.scenario.schema import Scenario
from model.scenario.spec import RunSpec
from model.world.read import load_world
from tests.scenario.conftest import TINY, Write

POLICY = """
[united_states.instruments.aid_kia]
kind = "aid"
target = "KIA"
level = 0.25
[united_states.instruments.road]
kind = "route_building"
"""


@pytest.fixture
def policy(write: Write) -> str:
    return str(write(POLICY, name="policy"))


def armed(scenario: Scenario, name: str) -> EthnicArmedOrganizationParameters:
    actor = scenario.actors[name]
    assert isinstance(actor, EthnicArmedOrganizationParameters)
    return actor


def test_every_actor_of_the_world_is_there(policy: str) -> None:
    world = load_world(str(TINY))
    scenario = load_scenario(policy)
    assert list(scenario.actors) == sorted([*world.force_ids, *(buyer.id for buyer in world.buyers)])
    kia = world.force_ids.index("KIA")
    assert armed(scenario, "KIA").troops == world.initial["2025-08"].troops[kia].sum()
    assert armed(scenario, "KIA").home == world.forces[kia].home
    buyer = scenario.actors[world.buyers[0].id]
    assert isinstance(buyer, ChineseBuyerParameters)
    assert (buyer.crossing, buyer.market_share) == (world.buyers[0].crossing, world.buyers[0].settings["market_share"])


def test_defaults_lie_under_the_world_under_files_under_overrides(write: Write) -> None:
    kind = EthnicArmedOrganizationParameters()
    path = str(write("", name="bare"))
    from_world = load_world(str(TINY)).forces[1].settings["ore_tax_yuan_per_t"]
    assert from_world != kind.ore_tax_yuan_per_t, "the test needs a number that the world sets"
    assert armed(load_scenario(path), "KIA").ore_tax_yuan_per_t == from_world
    assert armed(load_scenario(path), "KIA").commit_share == kind.commit_share
    path = str(write("[actors.KIA]\nore_tax_yuan_per_t = 41000", name="said"))
    assert armed(load_scenario(path), "KIA").ore_tax_yuan_per_t == 41_000
    override = ["actors.KIA.ore_tax_yuan_per_t=50000"]
    assert armed(load_scenario(path, override), "KIA").ore_tax_yuan_per_t == 50_000
    assert armed(load_scenario(path, ["actors.KIA={}"]), "KIA").ore_tax_yuan_per_t == from_world


def test_zero_false_and_empty_are_values(write: Write) -> None:
    path = str(write("[actors.KIA]\ntroops = 0\nore_tax_yuan_per_t = 0\n"))
    kia = armed(load_scenario(path, ["months=0"]), "KIA")
    assert (kia.troops, kia.ore_tax_yuan_per_t) == (0, 0.0)
    assert load_scenario(path, ["months=0"]).months == 0


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        ("actors.KIA.troops=20000", ("actors", "KIA", "troops"), 20000),
        ("actors.NDA-K.troops = 20", ("actors", "NDA-K", "troops"), 20),
        ('actors."A B".troops=1', ("actors", "A B", "troops"), 1),
        ('start="2025-08"', ("start",), "2025-08"),
        ("start=2025-08", ("start",), "2025-08"),
        ("structure.mine_stop=halt", ("structure", "mine_stop"), "halt"),
        ("united_states.instruments=[]", ("united_states", "instruments"), []),
        ("united_states.instruments={}", ("united_states", "instruments"), {}),
        ("beijing.close_base=-4e0", ("beijing", "close_base"), -4.0),
        ("title=a = b", ("title",), "a = b"),
        ("x=true", ("x",), True),
    ],
)
def test_overrides_are_read_as_toml_or_text(text: str, path: tuple[str, ...], value: Any) -> None:
    assert parse_set(text) == (path, value)


@pytest.mark.parametrize(
    "text", ["", "=", "a", "a=", "a b=1", "[a]=1", "a.=1", "a=1\nb=2", "extends=status_quo", "#a=1"]
)
def test_what_is_no_override_is_refused(text: str) -> None:
    with pytest.raises(ScenarioError):
        parse_set(text)


def test_a_value_set_twice_is_refused(policy: str) -> None:
    with pytest.raises(ScenarioError, match="--set: months = 4: is set twice"):
        load_scenario(policy, ["months=3", "months=4"])


def test_overrides_change_clear_and_add_instruments(policy: str) -> None:
    def instruments(*sets: str) -> dict[str, float]:
        return {name: one.level for name, one in load_scenario(policy, sets).united_states.instruments.items()}

    assert instruments() == {"aid_kia": 0.25, "road": 1.0}
    assert instruments("united_states.instruments.aid_kia.level=0.5") == {"aid_kia": 0.5, "road": 1.0}
    assert instruments("united_states.instruments=[]") == instruments("united_states.instruments={}") == {}
    new = '{kind="arms",target="KIA",level=0.75}'
    assert instruments(f"united_states.instruments.arms={new}") == {"aid_kia": 0.25, "road": 1.0, "arms": 0.75}
    assert instruments(f"united_states.instruments={{arms={new}}}") == {"arms": 0.75}
    assert instruments("united_states.instruments=[]", f"united_states.instruments.arms={new}") == {"arms": 0.75}


def test_instruments_merge_by_name_and_a_file_can_clear_them(write: Write, policy: str) -> None:
    path = write(f"extends = '{policy}'\n[united_states.instruments.aid_kia]\nlevel = 1.0\n", name="more", world=False)
    merged = load_scenario(str(path)).united_states.instruments
    assert (merged["aid_kia"].kind, merged["aid_kia"].level, len(merged)) == ("aid", 1.0, 2)
    path = write(f"extends = '{policy}'\n[united_states]\ninstruments = []\n", name="none", world=False)
    assert load_scenario(str(path)).united_states.instruments == {}
    listed = "[[united_states.instruments]]\nname = 'road'\nlevel = 0.5\n"
    path = write(f"extends = '{policy}'\n{listed}", name="listed", world=False)
    assert load_scenario(str(path)).united_states.instruments["road"].level == 0.5


def test_forcing_merges_by_name(write: Write) -> None:
    entry = '[[forcing]]\nname = "{}"\nkind = "close_lanes"\nstart = "2025-08"\n'
    write(entry.format("a") + entry.format("b"), name="parent")
    path = write("extends = 'parent'\n[[forcing]]\nname = 'b'\nend = '2025-09'\n" + entry.format("c"), world=False)
    found = load_scenario(str(path)).forcing
    assert [(one.name, one.end) for one in found] == [("a", None), ("b", "2025-09"), ("c", None)]
    assert load_scenario(str(path), ["forcing=[]"]).forcing == []
    assert load_scenario(str(path), ["forcing.a.value=0.5"]).forcing[0].value == 0.5


def test_a_new_actor_can_be_added(write: Write) -> None:
    text = """
    [actors.XYZ]
    kind = "EthnicArmedOrganization"
    home = "bhamo"
    troops = 300
    allies = ["KIA"]
    enemies = ["JUNTA"]
    [united_states.instruments.aid]
    kind = "aid"
    target = "XYZ"
    """
    scenario = load_scenario(str(write(text)))
    assert (armed(scenario, "XYZ").troops, armed(scenario, "XYZ").allies) == (300, ["KIA"])
    assert armed(scenario, "XYZ").commit_share == EthnicArmedOrganizationParameters().commit_share


def test_the_policies_differ_from_the_status_quo_in_instruments_alone() -> None:
    names = ["status_quo", "engage_junta", "engage_kia", "quad_india"]
    resolved = {one.name: one.resolved() for one in load_scenarios(names)}
    policies = {name: table["united_states"].pop("instruments") for name, table in resolved.items()}
    assert policies["status_quo"] == {}
    assert all(policies[name] for name in names[1:])
    assert all(table == resolved["status_quo"] for table in resolved.values())
    assert (resolved["status_quo"]["start"], resolved["status_quo"]["months"]) == ("2025-08", 60)


def test_clearing_the_instruments_gives_the_world_of_the_status_quo() -> None:
    cleared = load_scenario("engage_kia", ["united_states.instruments=[]"])
    quo = load_scenario("status_quo")
    assert cleared.resolved() == quo.resolved()
    make = RunSpec.make
    assert make("x", cleared.resolved()).run_id == make("x", quo.resolved()).run_id


def test_equal_numbers_give_equal_texts(write: Write) -> None:
    one = load_scenario(str(write("[actors.KIA]\nore_tax_yuan_per_t = 30000", name="one")))
    other = load_scenario(str(write("[actors.KIA]\nore_tax_yuan_per_t = 3e4", name="other")))
    assert RunSpec.make("x", one.resolved()).scenario == RunSpec.make("x", other.resolved()).scenario


def test_a_resolved_scenario_survives_its_own_json() -> None:
    scenario = load_scenario("engage_kia")
    again = Scenario.model_validate_json(json.dumps({**scenario.resolved(), "name": scenario.name}))
    assert again.resolved() == scenario.resolved()


def declared(table: ParameterTable) -> int:
    nested = [value for name in type(table).model_fields if isinstance(value := getattr(table, name), ParameterTable)]
    extras = [field.json_schema_extra for field in type(table).model_fields.values()]
    return sum("unit" in extra for extra in extras if isinstance(extra, dict)) + sum(map(declared, nested))


def test_every_declared_parameter_is_listed_with_unit_source_and_status(policy: str) -> None:
    scenario = load_scenario(policy)
    listed = list(scenario_declarations(scenario))
    everything = declared(scenario) + sum(declared(actor) for actor in scenario.actors.values())
    assert len(listed) == len({one.path for one in listed}) == everything
    assert all(one.unit and one.source and one.status and one.meaning for one in listed)
    assert [one.path for one in listed if one.status != "assumed" and one.source == "assumed"] == []
    for one in [one for one in listed if one.default is not None][::7]:
        value = json.dumps(one.default)
        assert load_scenario(policy, [f"{one.path}={value}"]).resolved() == scenario.resolved(), one.path


def test_every_shipped_scenario_has_a_title() -> None:
    titles = [title for _, title, _ in scenario_titles()]
    assert titles and all(titles)


def test_the_schema_for_editors_requires_nothing_and_knows_extends() -> None:
    schema = editor_schema()
    assert "extends" in schema["properties"]
    shared = {"$ref": "#/$defs/ArmedActorParameters/properties/foresight"}
    fields = [schema["$defs"][f"{kind}Parameters"]["properties"] for kind in ("Junta", "PeoplesDefenceForce")]
    assert [field["foresight"] for field in fields] == [shared, shared]
    assert schema["$defs"]["ArmedActorParameters"]["properties"]["foresight"]["maximum"] == 1
    assert fields[1]["coordination"]["default"] == 0.4
    assert '"required"' not in json.dumps(schema)
    assert schema["additionalProperties"] is False
