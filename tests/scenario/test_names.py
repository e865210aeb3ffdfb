"""Names of places are refused where they are not unique, and one notation for land holds in worlds and scenarios."""

from __future__ import annotations

from collections import Counter

import pytest

from model.begin import with_own_actors
from model.scenario.read import ScenarioError, load_scenario
from model.world.read import load_world
from model.world.world import World, WorldError

MYANMAR = "myanmar"
SETTINGS = (
    ("actors.KIA.home={}", "actors.KIA.home"),
    ("actors.KIA.homeland=[{}]", "actors.KIA.homeland"),
    ("actors.KIA.core=[{}]", "actors.KIA.core"),
    ('forcing=[{{name="f", kind="holder", actor="KIA", start="2025-09", target={}}}]', "forcing.f.target"),
    (
        'united_states.instruments={{a={{kind="tariff", when={{holder={{{}="KIA"}}}}}}}}',
        "united_states.instruments.a.when.holder.Minhla",
    ),
)


@pytest.fixture(scope="module")
def myanmar() -> World:
    return load_world(MYANMAR)


def test_every_place_is_found_by_its_id_and_every_unique_name_and_no_other(myanmar: World) -> None:
    assert [myanmar.find_place(label) for label in myanmar.place_ids] == list(range(len(myanmar.place_ids)))
    times = Counter(name.casefold() for name in myanmar.place_names)
    assert max(times.values()) == 2
    for place, name in enumerate(myanmar.place_names):
        if times[name.casefold()] == 1:
            assert myanmar.find_place(name.upper()) == place
        else:
            with pytest.raises(WorldError, match=f"'{name}' may mean the township MMR.* in .* or the .* in .*: give"):
                myanmar.find_place(name)


@pytest.mark.parametrize(("setting", "path"), SETTINGS)
def test_a_name_of_two_townships_is_refused_wherever_a_place_is_named(setting: str, path: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario("status_quo", [setting.format('"Minhla"')])
    (problem,) = caught.value.problems
    assert path in problem
    assert "the township MMR008009 in Bago (West) or the township MMR009013 in Magway: give the code" in problem
    assert load_scenario("status_quo", [setting.format('"MMR009013"')]).name == "status_quo"


@pytest.mark.parametrize("key", ["homeland", "core"])
def test_a_homeland_is_named_as_in_the_record_of_the_world(key: str, myanmar: World) -> None:
    words = ["Kachin", "all Magway", "Pathein", "MMR009013", "LAIZA", "Tachileik"]
    sets = [f"actors.KNLA.{key}=[{', '.join(map(repr, words))}]"]
    force = with_own_actors(myanmar, load_scenario("status_quo", sets)).forces[myanmar.force_index["KNLA"]]
    states = [state for state in myanmar.states if state in ("Kachin", "Magway")]
    assert set(getattr(force, key)) >= {code for word in words for code in myanmar.find_lands(word)}
    assert len({code for word in words[:2] for code in myanmar.find_lands(word)}) == len(states)
    for name in ("Magway", "Sagaing", "Tanintharyi"):  # a township and the region around it
        with pytest.raises(
            ScenarioError, match=rf"the state or region, or the township .*give 'all {name}' or the code"
        ):
            load_scenario("status_quo", [f"actors.KNLA.{key}=['{name}']"])
    assert myanmar.find_lands("all") == myanmar.codes


@pytest.mark.parametrize("name", ["=1+2", "@x", "+x", "-2+3"])
@pytest.mark.parametrize(
    "setting",
    [
        "name={}",
        'actors.{}={{kind="EthnicArmedOrganization", home="LAIZA", troops=9}}',
        'united_states.instruments.{}.kind="tariff"',
        'forcing.{}={{kind="price_factor", value=2.0, start="2026-01"}}',
    ],
)
def test_names_that_wreck_tables_and_titles_are_refused(setting: str, name: str) -> None:
    for given, refused in ((f'"{name}"', True), ('"-10 %"', False), ('"NA"', False)):
        if refused:
            with pytest.raises(ScenarioError, match="would be a formula in a spreadsheet"):
                load_scenario("status_quo", [setting.format(given)])
        else:
            load_scenario("status_quo", [setting.format(given)])


def test_titles_are_no_descriptions() -> None:
    with pytest.raises(ScenarioError, match="has 201 characters; 200 are allowed"):
        load_scenario("status_quo", [f"title='{'x ' * 100}x'"])
