"""What is wrong in a design is told with its file and place, and what is no parameter is not varied."""

from __future__ import annotations

from pathlib import Path

import pytest

from model.experiments.batch_file import UNVARIED, read_plan
from model.experiments.errors import PlanError

TINY = Path(__file__).parents[1] / "tiny"
WAYS = {
    "sweep": ('[sweep]\n"{path}" = [{value}]', "b.toml: sweep: "),
    "one_at_a_time": ('[one_at_a_time]\n"{path}" = [{value}]', "b.toml: one_at_a_time: "),
    "points": ('[[points]]\nlabel = "p"\nset = {{}}\n[[points]]\nlabel = "q"\nset = {{"{path}" = {value}}}', "b.toml: points, entry 2: "),
    "design": ('design = "d.csv"', "d.csv, line 3: "),
    "parameters": ('parameters = "d.csv"', "d.csv, line 3: "),
}  # fmt: skip
WRONG = [
    ("actors.KIA.troops", "16774.9", "= 16774.9: must be a whole number between 0 and 400000"),
    ("actors.KIA.trops", "5", "= 5: unknown key; did you mean 'troops'?"),
    ("actors.KIA.effectiveness", '".5"', '= ".5": must be a number between 0.3 and 3, not text in quotes; write 0.5'),
    ("months", '"0106"', '= "0106": must be a whole number between 0 and 1200, not text in quotes; write 106'),
    ("processes.leak", "0.1", "= 0.1: unknown key; it belongs at processes.trade.leak"),
    *((key, '"x"', ": cannot be varied; write a scenario for each") for key in UNVARIED if key != "extends"),
]


@pytest.mark.parametrize("way", WAYS)
def test_a_wrong_value_of_a_design_is_told_with_file_and_place(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("t.toml").write_text(f"world = '{TINY.as_posix()}'\n")
    text, place = WAYS[way]
    for path, value, sentence in WRONG:
        asked = text.format(path=path, value=value)
        Path("b.toml").write_text(f'scenarios = ["t.toml"]\nreplicates = 2\n{asked}\n')
        quoted = value.replace('"', '""') if value.startswith('"') else value
        Path("d.csv").write_text(f'label,{path}\nas it is,\nb,"{quoted}"\n')
        with pytest.raises(PlanError) as caught:
            read_plan(["b.toml"])
        assert caught.value.problems == [f"{place}{path} {sentence}".replace(" :", ":")]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("label,months\n,\na,3\n", "d.csv, line 2: all cells are empty; remove the line"),
        ("label,months\n\n\n , \n", "d.csv, line 4: all cells are empty; remove the line"),
        ("actors..troops\n3\n", "d.csv: column 'actors..troops' is not a dotted path such as actors.KIA.troops"),
    ],
)
def test_a_row_of_commas_is_no_design_point(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("d.csv").write_text(text)
    Path("b.toml").write_text('scenarios = ["status_quo"]\ndesign = "d.csv"\n')
    with pytest.raises(PlanError) as caught:
        read_plan(["b.toml"])
    assert caught.value.problems[0].startswith(sentence)


@pytest.mark.parametrize("key", ["months = 3", "start = '2025-08'", "[actors.KIA]\ntroops = 3"])
def test_what_belongs_in_a_scenario_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.chdir(tmp_path)
    Path("b.toml").write_text(f'scenarios = ["status_quo"]\n{key}\n')
    with pytest.raises(PlanError, match="it belongs in the file of a scenario, or with dotted paths under"):
        read_plan(["b.toml"])
