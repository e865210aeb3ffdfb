from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from model.experiments.batch import run_batch
from model.experiments.batch_file import read_plan, structure_options
from model.experiments.design import (
    LABEL,
    cross,
    grid_points,
    hypercube_points,
    labelled_points,
    point_words,
    range_values,
    read_points,
    variant_points,
)
from model.experiments.errors import PlanError
from model.parameters import Declaration
from tests.experiments.fakes import fake_simulate
from tests.experiments.test_plan import read


@pytest.fixture
def batch_file(tmp_path: Path) -> Path:
    for name in ("here", "there"):
        (tmp_path / f"{name}.toml").write_text("", encoding="utf-8")
    path = tmp_path / "both.toml"
    path.write_text('scenarios = ["here", "there"]\nreplicates = 2\n', encoding="utf-8")
    return path


def append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(text)


@pytest.mark.parametrize(
    ("first", "last", "step", "count", "tenth"),
    [(0, 0.5, 0.1, 6, None), (0.1, 0.4, 0.1, 4, None), (1250, 1350, 0.005, 20001, 1250.045), (3, 0, -1, 4, None)],
)
def test_ranges_hold_both_ends_and_print_clean(
    first: float, last: float, step: float, count: int, tenth: float | None
) -> None:
    values = range_values({"from": first, "to": last, "step": step})
    assert (values[0], values[-1], len(values), len(set(values))) == (first, last, count, count)
    assert max(len(str(value)) for value in values) <= 8
    assert tenth is None or values[9] == tenth


def test_ranges_by_count_whole_numbers_and_single_values() -> None:
    assert range_values({"from": 0, "to": 1, "count": 4}) == [0.0, 0.333333333333, 0.666666666667, 1.0]
    assert [type(value) for value in range_values({"from": 0, "to": 6, "count": 3})] == [int] * 3
    assert [type(value) for value in range_values({"from": 0, "to": 6, "step": 2})] == [int] * 4
    assert range_values({"from": 0.3, "to": 0.3, "step": 0.1}) == [0.3]
    assert range_values({"from": 0.3, "to": 0.3, "count": 1}) == [0.3]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"from": 0, "to": 1}, "either step or count"),
        ({"from": 0, "to": 1, "step": 0.3}, "steps of 0.3 from 0 end at 0.9, not at 1: set to = 0.9"),
        ({"from": 0, "to": 1, "step": -0.1}, "do not lead from 0 to 1"),
        ({"from": 0, "to": 1, "step": 0}, "do not lead from 0 to 1"),
        ({"from": "0", "to": 1, "step": 1}, 'from = "0": must be a finite number'),
        ({"from": 0, "to": 1, "step": float("nan")}, "must be a finite number"),
        ({"from": 0, "to": 1, "count": 1}, "count = 1"),
        ({"from": 0, "to": 1, "step": 1e-9}, "at most 1,000,000"),
    ],
)
def test_ranges_that_do_not_come_out_even_are_refused(given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(PlanError, match="sweep") as caught:
        grid_points({"x": given})
    assert sentence in str(caught.value)


def test_labelled_points_set_several_parameters_and_stand_in_the_tables(batch_file: Path, tmp_path: Path) -> None:
    append(
        batch_file,
        '[[points]]\nlabel = "as it is"\nset = {}\n[[points]]\nlabel = "နှစ်"\nset = {effect = 2.5, sleep = 0.0}\n',
    )
    what = read(batch_file)
    assert what.swept == ("label", "effect", "sleep")
    assert len(what.specs) == len(set(what.run_ids)) == 8
    run_batch(what, tmp_path / "out", jobs=1, simulate=fake_simulate)
    runs = pd.read_parquet(tmp_path / "out" / "runs.parquet")
    assert list(runs["label"]) == ["as it is", "as it is", "နှစ်", "နှစ်"] * 2
    assert runs["effect"].isna().to_list() == [True, True, False, False] * 2
    effects = pd.read_csv(tmp_path / "out" / "effects.csv").dropna(subset=["point"])
    assert set(zip(effects["label"], effects["point"], strict=True)) == {("as it is", 0), ("နှစ်", 1)}


def test_labels_are_needed_once_each() -> None:
    with pytest.raises(PlanError) as caught:
        labelled_points(
            [{"label": "a", "set": {}}, {"label": "a", "sets": {}}, {"label": " ", "set": {"x": float("inf")}}]
        )
    assert caught.value.problems == [
        "points, entry 2: unknown key 'sets'; did you mean 'set'?",
        "points, entry 2: set must be a table of values, such as {'actors.KIA.troops' = 9000}",
        "points, entry 3: label must be a non-empty text",
        "points, entry 3: x: must be finite",
        "points: the label 'a' is given twice",
    ]


def test_design_table_gives_its_rows_in_their_order(batch_file: Path) -> None:
    (batch_file.parent / "table.csv").write_text(
        "\ufefflabel,effect,die_once\r\nhigh,2.5,\r\nlow,1.0,NA\r\nlow again,1.0,010\r\n", encoding="utf-8"
    )
    append(batch_file, 'design = "table.csv"\n')
    what = read(batch_file)
    assert what.points[0] == (("label", '"high"'), ("effect", "2.5"))
    assert what.points[1] == (("label", '"low"'), ("effect", "1.0"), ("die_once", '"NA"'))
    assert what.points[2][2] == ("die_once", '"010"')
    assert [spec.point for spec in what.specs] == [0, 0, 1, 1, 2, 2] * 2


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "contains no rows"),
        ("effect\n", "contains no rows"),
        ("effect,effect\n1,2\n", "column 'effect' occurs twice"),
        ("effect,\n1,2\n", "a column has no name"),
        ("effect,sleep\n1\n", "line 2: has 1 cells, the header has 2"),
        ("effect\nnan\n", "line 2: effect = nan: must be finite"),
        ("effect\n[1\n", "the value is not valid TOML"),
    ],
)
def test_bad_design_tables_are_refused(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "design.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PlanError) as caught:
        read_points(path)
    assert str(path) in str(caught.value)
    assert sentence in str(caught.value)


def test_design_table_that_is_not_there_or_not_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="cannot be read as CSV in UTF-8"):
        read_points(tmp_path / "none.csv")
    (tmp_path / "16.csv").write_bytes("effect\n1\n".encode("utf-16"))
    with pytest.raises(PlanError, match="cannot be read as CSV in UTF-8"):
        read_points(tmp_path / "16.csv")


def test_axes_are_crossed_the_last_varying_fastest() -> None:
    points = cross([grid_points({"a": [1, 2]}), ((),), labelled_points([{"label": x, "set": {"b": 1}} for x in "xy"])])
    assert [dict(point)["a"] + dict(point)["label"] for point in points] == ['1"x"', '1"y"', '2"x"', '2"y"']
    assert cross([]) == ((),)
    with pytest.raises(PlanError, match="a is varied twice"):
        cross([grid_points({"a": [1, 2]}), labelled_points([{"label": "x", "set": {"a": 1}}])])
    with pytest.raises(PlanError, match="at most 1,000,000 runs"):
        cross([grid_points({name: list(range(1001))}) for name in "ab"])


def test_variants_cross_a_batch_with_all_rival_mechanisms() -> None:
    what = read_plan(["status_quo"], replicates=1, variants=["all"])
    options = structure_options()
    assert len(what.points) == np.prod([len(names) for names in options.values()]) > 8
    assert what.swept == tuple(f"structure.{name}" for name in options)
    assert len({spec.scenario for spec in what.specs}) == len(what.points)
    some = variant_points(options, ["tax_reading", "structure.contest"])
    assert [dict(point)["structure.tax_reading"] for point in some] == ['"tax"', '"tax"', '"price"', '"price"']
    with pytest.raises(PlanError, match="did you mean 'tax_reading'"):
        variant_points(options, ["tax_readin"])


def declared(
    path: str, default: Any, low: float | None, high: float | None, options: tuple[str, ...] = ()
) -> Declaration:
    return Declaration(path, default, low, high, options, "-", "", "", "assumed")


DECLARED = [
    declared("a.share", 0.5, 0.0, 1.0),
    declared("a.number", 3, 1, 4),
    declared("a.free", 2.0, None, None),
    declared("a.mode", "x", None, None, ("x", "y")),
]


def test_latin_hypercube_fills_the_declared_ranges_evenly() -> None:
    points = [dict(point) for point in hypercube_points(DECLARED, ["a.*"], {"a.free": [10.0, 20.0]}, 40, seed=1)]
    shares = sorted(float(point["a.share"]) for point in points)
    assert [int(share * 40) for share in shares] == list(range(40))  # one in every fortieth of the range
    assert sorted(int(float(point["a.free"]) * 4) - 40 for point in points) == list(range(40))
    for path, values in (("a.number", "1234"), ("a.mode", ('"x"', '"y"'))):
        counts = pd.Series([point[path] for point in points]).value_counts()
        assert counts.to_dict() == dict.fromkeys(values, 40 // len(values))
    assert hypercube_points(DECLARED, ["a.share"], {}, 5, seed=1) == hypercube_points(
        DECLARED, ["a.share"], {}, 5, seed=1
    )
    assert hypercube_points(DECLARED, ["a.share"], {}, 5, seed=1) != hypercube_points(
        DECLARED, ["a.share"], {}, 5, seed=2
    )


def test_latin_hypercube_says_what_it_cannot_sample() -> None:
    with pytest.raises(PlanError) as caught:
        hypercube_points(DECLARED, ["a.free", "a.shar"], {"b.x": [0, 1]}, 5)
    assert [problem.split(";")[0] for problem in caught.value.problems] == [
        "latin_hypercube: a.free has no declared range: give one in ranges",
        "latin_hypercube: no parameter is called a.shar",
        "latin_hypercube: b.x is unknown",
    ]
    with pytest.raises(PlanError, match="contains no parameter"):
        hypercube_points(DECLARED, [], {}, 5)


def test_latin_hypercube_in_a_batch_file(tmp_path: Path) -> None:
    path = tmp_path / "sample.toml"
    path.write_text(
        'scenarios = ["status_quo", "engage_kia"]\nreplicates = 1\n[latin_hypercube]\npoints = 3\n'
        'parameters = ["processes.harm.*"]\nranges = {"actors.KIA.troops" = [5000, 9000]}\n',
        encoding="utf-8",
    )
    what = read_plan([str(path)])
    assert len(what.specs) == 6
    assert "actors.KIA.troops" in what.swept
    assert any(name.startswith("processes.harm.") for name in what.swept)
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("points = 3", "point = 3\npoints = 1\nseed = -1").replace("[5000, 9000]", "[9, 5]"),
        encoding="utf-8",
    )
    with pytest.raises(PlanError) as caught:
        read_plan([str(path)])
    where, found = zip(*(problem.split(": latin_hypercube: ") for problem in caught.value.problems), strict=True)
    assert {*where} == {str(path)}
    assert [problem.split(":")[0].split("=")[0].strip() for problem in found] == [
        "unknown key 'point'; did you mean 'points'?",
        "points",
        "seed",
        "actors.KIA.troops",
    ]


def test_batch_file_of_the_readme_is_what_it_says(tmp_path: Path) -> None:
    readme = (Path(__file__).parents[2] / "scenarios" / "README.md").read_text(encoding="utf-8")
    (block,) = [text for text in re.findall(r"^```toml\n(.*?)^```$", readme, re.M | re.S) if "[[points]]" in text]
    path = tmp_path / "example.toml"
    path.write_text(block, encoding="utf-8")
    what = read_plan([str(path)])
    assert len(what.points) == 2 * 4 * 2 * 6
    assert len(what.specs) == 2 * 96 * 20


def test_a_point_is_told_by_its_label_and_what_the_label_leaves_open() -> None:
    points = [{LABEL: "closed", "a.b": 1, "structure.x": "m"}, {LABEL: "open", "a.b": 2, "structure.x": "m"}]
    assert [point_words(point, points) for point in points] == ["closed", "open"]
    crossed = [point | {"structure.x": x} for point in points for x in ("m", "n")]
    assert [point_words(point, crossed) for point in crossed[:2]] == [
        "closed, structure.x = m",
        "closed, structure.x = n",
    ]
    assert (point_words({"a.b": 1, "c": "x"}), point_words({})) == ("a.b = 1, c = x", "")
