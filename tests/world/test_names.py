"""Names that columns and files cannot tell apart, or that mean something else, wherever names enter."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.experiments.batch_file import read_plan
from model.experiments.design import labelled_points
from model.experiments.errors import PlanError
from model.scenario.problems import ScenarioError
from model.scenario.read import load_scenario, load_scenarios
from model.world.names import RESERVED, fault, faults, folded
from model.world.read import load_world
from model.world.world import WorldError

TINY = Path(__file__).parents[1] / "tiny"
TWINS = [
    ("KIA", "kia"),
    ("NDA-K", "NDA_K"),
    ("a b", "a.b"),
    ("\N{LATIN SMALL LIGATURE FI}x", "fix"),
    ("Straße", "STRASSE"),
]
UNFIT = ["", " ", "a\u202eb", "\x1b[31m", "a\nb", "x" * 121]


@pytest.mark.parametrize(("one", "other"), TWINS)
def test_twins_are_found_and_both_named(one: str, other: str) -> None:
    ((name, text),) = faults([one, other])
    assert name == other
    assert f"cannot be distinguished from '{one}'" in text


@pytest.mark.parametrize("name", [*RESERVED, *map(str.lower, RESERVED), "No-Body"[:2] + "body"])
def test_reserved_words_are_refused_in_any_case(name: str) -> None:
    assert [found for found, _ in faults([name])] == [name]
    assert list(faults([name], reserved=False)) == []


@pytest.mark.parametrize("name", UNFIT)
def test_names_that_show_nothing_or_something_else_are_refused(name: str) -> None:
    assert fault(name)


@given(st.lists(st.text(max_size=6), max_size=8, unique=True))
def test_names_without_faults_stay_apart_in_columns_and_files(names: list[str]) -> None:
    found = {name for name, _ in faults(names)}
    kept = [folded(name) for name in names if name not in found]
    assert len(set(kept)) == len(kept)


@pytest.mark.parametrize("scripts", ["ကချင်", "ရှမ်း 稀土 #1", "Łódź", "က\u200cခ"])
def test_names_of_other_scripts_are_names(scripts: str) -> None:
    assert list(faults([scripts])) == []


@pytest.mark.parametrize("name", ["kia", "Nobody", "NUG", "''", "'\\u202e'", "nda_k"])
def test_actors_are_refused(name: str) -> None:
    key = name.replace("'", '"')
    with pytest.raises(ScenarioError, match=r"cannot be distinguished from|has another meaning|the name"):
        load_scenario("status_quo", [f'actors.{key}={{kind="EthnicArmedOrganization", home="MMR001001", troops=100}}'])


@pytest.mark.parametrize(
    ("file", "column"), [("sites.csv", 0), ("crossings.csv", 0), ("forces.csv", 0), ("mines.csv", 0)]
)
def test_tables_of_a_world_are_refused(tmp_path: Path, file: str, column: int) -> None:
    folder = tmp_path / "world"
    shutil.copytree(TINY, folder)
    lines = (folder / file).read_text(encoding="utf-8").splitlines()
    for name, words in (
        (lines[1].split(",")[column].lower() + "-", "cannot be distinguished from"),
        ("nobody", "has another meaning"),
    ):
        cells = lines[1].split(",")
        cells[column] = name
        (folder / file).write_text("\n".join([*lines, ",".join(cells)]) + "\n", encoding="utf-8")
        load_world.cache_clear()
        with pytest.raises(WorldError, match=words):
            load_world(str(folder))


def test_scenarios_and_labels_of_points_are_refused(tmp_path: Path) -> None:
    for name in ("A-b", "a_B"):
        (tmp_path / f"{folded(name)}{name[0]}.toml").write_text(f'name = "{name}"\nworld = "{TINY.as_posix()}"\n')
    files = sorted(map(str, tmp_path.glob("*.toml")))
    with pytest.raises(ScenarioError, match="which file names cannot distinguish"):
        load_scenarios(files)
    with pytest.raises(PlanError, match="which file names cannot distinguish"):
        read_plan(files, replicates=1)
    with pytest.raises(ScenarioError, match="the name"):
        load_scenario(files[0], ['name="a\u202eb"'])
    with pytest.raises(PlanError, match="cannot be distinguished from 'low'"):
        labelled_points([{"label": "low", "set": {}}, {"label": "LOW ", "set": {}}])
