"""Every mistake is found in one pass and said in one line: file, key, value, what is allowed, nearest right name."""

from __future__ import annotations

from pathlib import Path

import pytest

from model.scenario.problems import NOTHING, Problem, ScenarioError, dotted, nearest, toml_text
from model.scenario.read import load_scenario, load_scenarios
from tests.scenario.conftest import Problems, Write

FIVE_ERRORS = """
start = "2025-08"

[actors.KIA]
trops = 5
effectiveness = 7
commit_share = nan

[actors.KAI]
troops = 5

[united_states.instruments.aid]
kind = "aid"
target = "KIA"
when = { holder = { Bhamoo = "KIA" } }
"""


def test_five_errors_give_five_lines(problems: Problems) -> None:
    assert problems(FIVE_ERRORS) == [
        "x.toml: actors.KIA.trops = 5: unknown key; did you mean 'troops'?",
        "x.toml: actors.KIA.effectiveness = 7: must be a number between 0.3 and 3",
        "x.toml: actors.KIA.commit_share = nan: must be a finite number between 0.1 and 1",
        "x.toml: actors.KAI.troops = 5: unknown actor; did you mean 'KIA'? A new one needs kind, home and troops",
        (
            'x.toml: united_states.instruments.aid.when.holder.Bhamoo = "KIA": unknown township or site; '
            "did you mean 'Bhamo'?"
        ),
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("mnths = 3", "mnths = 3: unknown key; did you mean 'months'?"),
        ("[beijng]\nclose_base = 1.0", "beijng: unknown table; did you mean 'beijing'?"),
        ("months = -1", "months = -1: must be a whole number between 0 and 1200"),
        ("months = 1e1", "months = 10.0: must be a whole number between 0 and 1200; write 10"),
        ("months = 2.5", "months = 2.5: must be a whole number between 0 and 1200"),
        ("months = true", "months = true: must be a whole number between 0 and 1200"),
        ("months = inf", "months = inf: must be a finite whole number between 0 and 1200"),
        ("start = 2025-08-01", 'start = 2025-08-01: must be a month in quotes, such as "2025-08"'),
        ('start = "2025-13"', 'start = "2025-13": must be a month in quotes, such as "2025-08"'),
        ('start = "2019-01"', "start = \"2019-01\": must be a month for which the world 'tiny' has a dated state"),
        ("beijing = 3", "beijing = 3: must be a table"),
        ("actors = 3", "actors = 3: must be a table of actors by id"),
        ("actors.KIA = 3", "actors.KIA = 3: must be a table of the actor's parameters"),
        (
            '[structure]\nmine_stop = "hlt"',
            'structure.mine_stop = "hlt": must be one of "halt", "reagent", "both"; did you mean \'halt\'?',
        ),
        (
            'actors.KIA.effectiveness = "0.9"',
            'actors.KIA.effectiveness = "0.9": must be a number between 0.3 and 3, not text in quotes; write 0.9',
        ),
        (
            'actors.KIA.effectiveness = "strong"',
            'actors.KIA.effectiveness = "strong": must be a number between 0.3 and 3, not text',
        ),
        (
            "actors.KIA.effectiveness = -inf",
            "actors.KIA.effectiveness = -inf: must be a finite number between 0.3 and 3",
        ),
        (
            'actors.KIA.kind = "Junta"',
            (
                'actors.KIA.kind = "Junta": is "EthnicArmedOrganization" in this world and cannot be changed; '
                "give a new actor another id"
            ),
        ),
        (
            'actors.NEW.kind = "Junto"',
            (
                'actors.NEW.kind = "Junto": must be one of "Junta", "EthnicArmedOrganization", "PeoplesDefenceForce", '
                "\"ChineseBuyer\"; did you mean 'Junta'?"
            ),
        ),
        ('actors.NEW.kind = "Junta"', "actors.NEW: a new actor of kind Junta also needs home and troops"),
        ('actors.KIA.home = "Laizaa"', "actors.KIA.home = \"Laizaa\": unknown township or site; did you mean 'Laiza'?"),
        ('actors.JUNTA.allies = ["KIO"]', "actors.JUNTA.allies = \"KIO\": unknown armed actor; did you mean 'KIA'?"),
        ('actors.KIA.allies = ["JUNTA", "JUNTA"]', 'actors.KIA.allies = "JUNTA": is listed twice'),
        ("actors.KIA.allies = [5]", "actors.KIA.allies = 5: each entry must be text in quotes"),
        ('actors.TENGCHONG.crossing = "PANWA"', 'actors.TENGCHONG.crossing = "PANWA": unknown crossing; did you mean'),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(problems: Problems, text: str, sentence: str) -> None:
    (found,) = problems(text)
    assert found.startswith(f"x.toml: {sentence}")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", 'a.kind: is missing; must be one of "recognition", '),
        ('kind = "aids"\ntarget = "KIA"', 'a.kind = "aids": must be one of'),
        ('kind = "aid"', "a.target: is missing; an instrument of kind 'aid' needs the id of an armed actor: "),
        ('kind = "aid"\ntarget = "KAI"', "a.target = \"KAI\": unknown armed actor; did you mean 'KIA'?"),
        ('kind = "aid"\ntarget = "PARTNER"', 'a.target = "PARTNER": needs united_states.partner_choice = '),
        ('kind = "aid"\ntarget = "TENGCHONG"', 'a.target = "TENGCHONG": unknown armed actor'),
        ('kind = "tariff"\nlevel = 10.1', "a.level = 10.1: must be a number between 0 and 10"),
        ('kind = "envoy"\nlevel = 1.01', "a.level = 1.01: must be at most 1 for an instrument of kind 'envoy'"),
        ('kind = "tariff"\nlvel = 1.0', "a.lvel = 1.0: unknown key; did you mean 'level'?"),
        ('kind = "tariff"\nstart = 9\nend = 3', "a.end = 3: must be after the start, 9"),
        ('kind = "tariff"\nwhen.holder.Bhamo = "KI"', 'a.when.holder.Bhamo = "KI": unknown armed actor; did you mean'),
        ('kind = "tariff"\nwhen.holder.Bhamo = 5', "a.when.holder.Bhamo = 5: must be text in quotes"),
        (
            'kind = "tariff"\nwhen.lane_open.PANGW = true',
            "a.when.lane_open.PANGW = true: unknown crossing; did you mean",
        ),
        ('kind = "tariff"\nwhen.lane_open.PANGWA = 1', "a.when.lane_open.PANGWA = 1: must be true or false"),
        ('kind = "tariff"\nwhen.ceasefire.KA = true', "a.when.ceasefire.KA = true: unknown armed actor; did you mean"),
        ('kind = "tariff"\nwhen.holds.Bhamo = "KIA"', "a.when.holds: unknown table; did you mean 'holder'?"),
    ],
)
def test_a_wrong_instrument_is_named(problems: Problems, text: str, sentence: str) -> None:
    (found,) = problems(f"[united_states.instruments.a]\n{text}\n")
    assert found.startswith(f"x.toml: united_states.instruments.{sentence}")


def test_a_misspelt_instrument_of_the_parent_is_named(write: Write) -> None:
    write("[united_states.instruments.aid_kia]\nkind = 'aid'\ntarget = 'KIA'\n", name="parent")
    path = write("extends = 'parent.toml'\n[united_states.instruments.aid_kai]\nlevel = 0.1\n", world=False)
    with pytest.raises(ScenarioError) as caught:
        load_scenario(str(path))
    assert caught.value.problems == [
        "x.toml: united_states.instruments.aid_kai: unknown instrument; did you mean 'aid_kia'? A new one needs a kind"
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('start = "2025-8"', 'covid.start = "2025-8": must be a month in quotes'),
        (
            'start = "2025-08"\ntarget = "Chian"',
            "covid.target = \"Chian\": unknown crossing, or country or state with one; did you mean 'China'?",
        ),
        ('start = "2025-08"\nend = "2025-07"', 'covid.end = "2025-07": must not be before the start, 2025-08'),
        ('start = "2025-08"\nvalue = inf', "covid.value = inf: must be a finite number between 0 and 1000000"),
        ('start = "2025-08"\nkin = 1', "covid.kin = 1: unknown key; did you mean 'kind'?"),
        ("", "covid.start: is missing; must be a month in quotes"),
    ],
)
def test_a_wrong_forcing_is_named(problems: Problems, text: str, sentence: str) -> None:
    (found,) = problems(f'[[forcing]]\nname = "covid"\nkind = "close_lanes"\n{text}\n')
    assert found.startswith(f"x.toml: forcing.{sentence}")


def test_entries_need_names_of_their_own(problems: Problems) -> None:
    entry = '[[forcing]]\nname = "a"\nkind = "close_lanes"\nstart = "2025-08"\n'
    assert problems(entry + entry) == ["x.toml: forcing.a: the name is used twice"]
    assert problems(entry + "[[forcing]]\nvalue = 1.0\n") == ["x.toml: forcing: entry 2 must be a table with a name"]


def test_mistakes_in_a_parent_name_the_parent(write: Write) -> None:
    write("[actors.KIA]\neffectiveness = 7\ncommit_share = 5\n", name="parent")
    path = write("extends = 'parent.toml'\n[actors.KIA]\ncommit_share = 0.5\ntroops = -1\n", world=False)
    with pytest.raises(ScenarioError) as caught:
        load_scenario(str(path))
    assert caught.value.problems == [
        "parent.toml: actors.KIA.effectiveness = 7: must be a number between 0.3 and 3",
        "x.toml: actors.KIA.troops = -1: must be a whole number between 0 and 400000",
    ]


def test_mistakes_of_overrides_name_them(problems: Problems) -> None:
    found = problems("mnths = 1", "actors.KIA.troops=many", "months=nan", "foo", "a.b=[", "months", "=3")
    assert found[0] == "x.toml: mnths = 1: unknown key; did you mean 'months'?"
    assert sorted(found[1:]) == sorted(
        [
            '--set: actors.KIA.troops = "many": must be a whole number between 0 and 400000, not text',
            "--set: months = nan: must be a finite whole number between 0 and 1200",
            "--set foo: must read PATH=VALUE, such as --set actors.KIA.troops=20000",
            "--set a.b=[: the value is not valid TOML: Invalid value",
            "--set months: must read PATH=VALUE, such as --set actors.KIA.troops=20000",
            "--set =3: must read PATH=VALUE, such as --set actors.KIA.troops=20000",
        ]
    )


def test_a_wrong_world_is_named(write: Write) -> None:
    path = write("world = 'nowhere'\nmonths = -1\n", world=False)
    with pytest.raises(ScenarioError) as caught:
        load_scenario(str(path))
    assert any("world" in line and "nowhere" in line for line in caught.value.problems)
    assert any("months = -1" in line for line in caught.value.problems)


def test_several_scenarios_are_checked_together(write: Write) -> None:
    good, bad, worse = write("", name="good"), write("months = -1", name="bad"), write("mnths = 1", name="worse")
    with pytest.raises(ScenarioError) as caught:
        load_scenarios([str(good), str(bad), str(worse)])
    assert [line.split(":")[0] for line in caught.value.problems] == ["bad.toml", "worse.toml"]


def test_two_scenarios_of_one_name_are_refused(write: Write) -> None:
    one, other = write("name = 'same'", name="one"), write("name = 'same'", name="other")
    with pytest.raises(ScenarioError, match=r"one\.toml and other\.toml are both called 'same'"):
        load_scenarios([str(one), str(other)])


def test_an_unknown_scenario_is_named_with_the_nearest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ScenarioError, match=r"'engage_kai' is neither a shipped .* did you mean 'engage_kia'"):
        load_scenario("engage_kai")
    with pytest.raises(ScenarioError, match=r"status_qou\.toml: no such file; did you mean 'status_quo'"):
        load_scenario("status_qou.toml")
    with pytest.raises(ScenarioError, match="is a folder, not a file"):
        load_scenario(str(tmp_path))


def test_sentences() -> None:
    assert Problem("a.toml", ("x", "y z"), "is odd", "v").sentence() == 'a.toml: x."y z" = "v": is odd'
    assert Problem("a.toml", ("x",), "is odd", NOTHING).sentence() == "a.toml: x: is odd"
    assert Problem("", (), "is odd").sentence() == "is odd"
    assert toml_text({"a": [1, True, "b", float("nan")]}) == '{a = [1, true, "b", nan]}'
    assert len(toml_text("x" * 1000)) == 60
    assert dotted(["actors", "NDA-K", "troops"]) == "actors.NDA-K.troops"
    assert nearest("kia", ["JUNTA", "KIA"]) == "KIA"
    assert nearest("zzz", ["JUNTA", "KIA"]) is None


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("kia", "actors.kia: cannot be distinguished from 'KIA'"),
        ("pdf_sagaing", "actors.pdf_sagaing: cannot be distinguished from 'PDF-SAGAING'"),
        ("nobody", "actors.nobody: 'nobody' has another meaning"),
        ("NUG", "actors.NUG: 'NUG' has another meaning"),
        ("partner", "actors.partner: 'PARTNER' has another meaning"),
        ('""', "the name is empty"),
    ],
)
def test_an_actors_id_must_be_its_own_in_columns_and_words(problems: Problems, name: str, sentence: str) -> None:
    text = f'[actors.{name}]\nkind = "EthnicArmedOrganization"\nhome = "T01"\ntroops = 100\n'
    found = problems(text)
    assert any(sentence in one for one in found), found


@pytest.mark.parametrize(("start", "nearest"), [("2025-07", "2025-08"), ("2035-01", "2025-08"), ("2024-01", "2024-03")])
def test_a_month_without_a_dated_state_is_refused_where_the_world_has_several(start: str, nearest: str) -> None:
    with pytest.raises(
        ScenarioError, match=f"2021-02, 2023-10, 2024-03, 2024-07, 2024-10, 2025-08; the nearest is {nearest}"
    ):
        load_scenario("status_quo", [f"start={start}"])
    assert load_scenario("status_quo", ["world=tests/tiny", "start=2035-01"]).start == "2035-01"
