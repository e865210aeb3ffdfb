"""Own kinds of actors: they act, they travel to workers, they are part of the run; what cannot work is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.armed.actor import EthnicArmedOrganization
from model.experiments.batch import run_batch
from model.experiments.batch_file import read_plan
from model.experiments.simulate import simulate
from model.scenario.listing import scenario_declarations
from model.scenario.plugins import forget_plugins, use_plugin
from model.scenario.problems import ScenarioError
from model.scenario.read import load_scenario
from model.scenario.spec import RunSpec

TEXT = """
from agents.armed.actor import EthnicArmedOrganization
from agents.armed.parameters import EthnicArmedOrganizationParameters
from model.parameters import parameter


class CautiousArmy(EthnicArmedOrganization):
    class Parameters(EthnicArmedOrganizationParameters):
        caution: float = parameter(0.0, low=0.0, high=1e9, unit="months")
        '''Least gain. Source: a guess.'''

    def choose_attacks(self):
        super().choose_attacks()
        for option in self.options():
            if option.utility <= self.parameters.caution:
                self.call_off(option.place)
"""
TINY = ('world="tests/tiny"', "months=8")
KIND = 'actors.KIA.kind="CautiousArmy"'


@pytest.fixture
def plugin(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "cautious.py"
    path.write_text(TEXT, encoding="utf-8")
    yield path
    forget_plugins()


def spec(*sets: str) -> RunSpec:
    return RunSpec.make("status_quo", load_scenario("status_quo", [*TINY, *sets]).resolved())


def attacks(run: RunSpec) -> list[str]:
    events = simulate(run).tables["events"].to_pandas()
    begun = events[events["kind"].isin(["siege_begun", "town_taken", "site_taken"])]
    return [text for text in begun["text"] if text.startswith("The KIA ")]


def test_an_own_kind_decides_by_its_own_rule(plugin: Path) -> None:
    assert use_plugin(plugin) == ["CautiousArmy"]
    usual = simulate(spec())
    same, calm = spec(KIND), spec(KIND, "actors.KIA.caution=1e9")
    assert simulate(same).tables["monthly"].drop(["run_id"]).equals(usual.tables["monthly"].drop(["run_id"]))
    assert attacks(same) and not attacks(calm)


def test_an_own_parameter_means_what_its_docstring_says(plugin: Path) -> None:
    use_plugin(plugin)
    listed = scenario_declarations(load_scenario("status_quo", [*TINY, KIND]))
    found = [(one.meaning, one.source) for one in listed if one.path == "actors.KIA.caution"]
    assert found == [("Least gain.", "a guess")]


def test_the_file_is_part_of_the_run_where_its_kind_is_used(plugin: Path) -> None:
    plain = spec()
    use_plugin(plugin)
    assert spec() == plain
    mine = spec(KIND)
    assert json.loads(mine.scenario)["plugins"] == {"cautious": TEXT}
    plugin.write_text(TEXT + "\n# another thought\n", encoding="utf-8")
    use_plugin(plugin)
    assert spec(KIND).run_id != mine.run_id != plain.run_id
    forget_plugins()
    assert attacks(mine) is not None, "the specification alone is enough"


def test_workers_make_the_kind_from_the_specification(plugin: Path, tmp_path: Path) -> None:
    use_plugin(plugin)
    plan = read_plan(["status_quo"], replicates=2, sets=['world="tests/tiny"', "months=2", KIND])
    report = run_batch(plan, tmp_path / "out", jobs=2, quiet=True)
    assert report.complete and report.ok


def test_a_class_from_a_notebook_cell_is_refused_with_the_way_out() -> None:
    cell = type("MyArmy", (EthnicArmedOrganization,), {"__module__": "__main__"})
    with pytest.raises(ScenarioError, match=r"%%writefile my_actor\.py"):
        use_plugin(cell)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("class Army(:\n", r"mine.py, line 1: "),
        ("\n1 / 0\n", r"mine.py, line 2: ZeroDivisionError"),
        ("x = 1\n", "defines no actor"),
        (
            "from agents.armed.actor import ArmedActor\nclass Junta(ArmedActor):\n    pass\n",
            "'Junta' already exists",
        ),
        (
            "from agents.armed.actor import ArmedActor\nclass Army(ArmedActor):\n    pass\n",
            "needs a nested class Parameters",
        ),
    ],
)
def test_what_is_no_actor_is_refused_in_a_sentence(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "mine.py"
    path.write_text(text, encoding="utf-8")
    try:
        with pytest.raises(ScenarioError, match=said) as caught:
            use_plugin(path)
    finally:
        forget_plugins()
    assert len(caught.value.problems) == 1
    assert load_scenario("status_quo", TINY).months == 8


def test_a_scenario_file_cannot_carry_code(tmp_path: Path) -> None:
    path = tmp_path / "sly.toml"
    path.write_text('extends = "status_quo"\n[plugins]\nmine = "1 / 0"\n', encoding="utf-8")
    with pytest.raises(ScenarioError, match="use --plugin FILE"):
        load_scenario(str(path))
    with pytest.raises(ScenarioError, match="cannot be read"):
        use_plugin(tmp_path / "none.py")
