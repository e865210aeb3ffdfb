"""Scenario files as text: encodings, line ends, syntax, duplicates, control characters, the chain of parents."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from agents.instruments import KINDS
from model.output.units import dose_words
from model.scenario.files import find_scenario, read_toml, shipped_batches, shipped_folder, shipped_scenarios
from model.scenario.problems import ScenarioError
from model.scenario.read import load_scenario
from tests.scenario.conftest import TINY, Write

PLAIN = f'title = "Ein Tümpel"\nworld = "{TINY.as_posix()}"\nmonths = 3\n'


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return Path("x.toml")


def refusal(file: Path, content: bytes) -> str:
    file.write_bytes(content)
    with pytest.raises(ScenarioError) as caught:
        read_toml(file)
    (sentence,) = caught.value.problems
    return sentence


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.encode("utf-8-sig"),
        PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.replace("\n", "\r\n").encode("utf-8-sig"),
    ],
)
def test_byte_order_marks_and_crlf_do_no_harm(file: Path, content: bytes) -> None:
    file.write_bytes(PLAIN.encode())
    plain = load_scenario("x.toml")
    file.write_bytes(content)
    assert load_scenario("x.toml") == plain
    assert plain.title == "Ein Tümpel"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_utf16_is_refused_in_a_sentence(file: Path, encoding: str) -> None:
    assert refusal(file, PLAIN.encode(encoding)) == "x.toml: is UTF-16 text, or not text; save it as UTF-8"


def test_other_encodings_are_refused_with_the_line(file: Path) -> None:
    assert refusal(file, b"months = 3\n" + "title = 'é'".encode("latin-1")).startswith("x.toml: line 2: is not UTF-8")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[actors.KIA]\ntroops = 1\n\ntroops = 2\n", "line 4: the key troops is given twice, first in line 2"),
        ("[beijing]\n[quad]\n[beijing]\n", "line 3: the table [beijing] is given twice, first in line 1"),
        ("months = \n", "line 1: is not valid TOML: Invalid value"),
        ('world = "C:\\Users"\n', "line 1: is not valid TOML: Invalid hex value; write paths with forward slashes"),
        ("[beijing", "is not valid TOML: Expected ']' at the end of a table declaration; the file ends too early"),
    ],
)
def test_bad_syntax_is_named_with_its_line(file: Path, text: str, sentence: str) -> None:
    assert refusal(file, text.encode()).startswith(f"x.toml: {sentence}")


def test_control_characters_in_texts_are_refused(file: Path) -> None:
    expected = 'x.toml: world = "C:\\temp": contains a control character; write paths with forward slashes'
    assert refusal(file, b'world = "C:\\temp"\n').startswith(expected)
    assert "the key contains a control character" in refusal(file, b'"a\\tb" = 1\n')
    file.write_text('description = """one\ntwo\tthree"""\n')
    assert read_toml(file)["description"] == "one\ntwo\tthree"


def test_a_file_that_cannot_be_read_is_named(file: Path) -> None:
    with pytest.raises(ScenarioError, match=r"x\.toml: cannot be read: No such file"):
        read_toml(file)


def test_a_chain_of_parents_is_merged(write: Write) -> None:
    write("title = 'A'\nmonths = 5\n[actors.KIA]\ntroops = 1\neffectiveness = 2.0\n", name="a")
    write("extends = 'a'\n[actors.KIA]\ntroops = 2\n", name="b", world=False)
    write("extends = 'b.toml'\n[actors.JUNTA]\ntroops = 7\n", name="c", world=False)
    scenario = load_scenario("c")
    assert (scenario.name, scenario.title, scenario.months) == ("c", "", 5)
    assert (scenario.actors["KIA"].troops, scenario.actors["KIA"].effectiveness) == (2, 2.0)  # type: ignore[union-attr]
    assert scenario.actors["JUNTA"].troops == 7  # type: ignore[union-attr]


def test_parents_are_found_beside_the_file(write: Write, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    write("months = 5", name="deep/parent")
    write("extends = 'parent.toml'", name="deep/child", world=False)
    assert load_scenario("deep/child.toml").months == 5


def test_worlds_are_found_beside_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "ground").symlink_to(TINY)
    (tmp_path / "deep" / "x.toml").write_text("world = 'ground'")
    assert "KIA" in load_scenario("deep/x.toml").actors
    monkeypatch.chdir(tmp_path / "deep")
    assert load_scenario("x.toml").world == (tmp_path / "deep" / "ground").as_posix(), "runs go on from any folder"


def test_a_folder_beside_the_file_does_not_take_the_name_of_a_shipped_world(tmp_path: Path) -> None:
    (tmp_path / "myanmar").symlink_to(TINY)
    (tmp_path / "x.toml").write_text("world = 'myanmar'")
    assert load_scenario(str(tmp_path / "x.toml")).world == "myanmar"


def test_circles_are_refused(write: Write) -> None:
    write("extends = 'b'", name="a", world=False)
    write("extends = 'a'", name="b", world=False)
    with pytest.raises(ScenarioError) as caught:
        load_scenario("a")
    assert caught.value.problems == ["b.toml: extends forms a circle: a.toml -> b.toml -> a.toml"]


@pytest.mark.parametrize(
    ("extends", "sentence"),
    [
        ("5", "x.toml: extends = 5: must be the name of a shipped scenario, or a path in quotes"),
        ("'status_qou'", "x.toml: extends = \"status_qou\": 'status_qou' is neither .*; did you mean 'status_quo'"),
    ],
)
def test_a_wrong_parent_is_named(write: Write, extends: str, sentence: str) -> None:
    write(f"extends = {extends}", world=False)
    with pytest.raises(ScenarioError, match=sentence):
        load_scenario("x")


def test_the_shipped_files_are_found() -> None:
    assert {"status_quo", "engage_junta", "engage_kia", "quad_india"} <= set(shipped_scenarios())
    assert "policy_options" in shipped_batches()
    assert find_scenario("status_quo") == shipped_folder() / "status_quo.toml"


def test_a_shipped_name_wins_over_a_file_of_that_name(write: Write) -> None:
    write("months = 5", name="status_quo")
    assert find_scenario("status_quo") == shipped_folder() / "status_quo.toml"
    assert find_scenario("status_quo.toml") == Path("status_quo.toml")


@pytest.mark.parametrize("name", list(shipped_scenarios()))
def test_amounts_beside_levels_are_what_the_levels_amount_to(name: str) -> None:
    us = load_scenario(name).united_states
    told = re.findall(
        r"^\[united_states\.instruments\.(\w+)\](?:(?!^\[).)*?^level = ([\d.]+)(?:  # ([^;,\n]* per month))?",
        shipped_scenarios()[name].read_text("utf-8"),
        re.MULTILINE | re.DOTALL,
    )
    for instrument, level, amount in told:
        kind = us.instruments[instrument].kind
        sized = KINDS[kind].amount(float(level), us)
        if not sized or kind == "tariff_threat":
            assert not amount
        else:
            words = dose_words(kind, float(level), us)

            assert amount == words, f"{instrument}: {amount!r}, should be {words!r}"
