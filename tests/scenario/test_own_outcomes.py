"""Own outcomes: columns of every run and batch like any other; what cannot be one is refused in a sentence."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from model import outcome
from model.experiments.batch import run_batch
from model.experiments.batch_file import read_plan
from model.experiments.manifest import read_manifest
from model.experiments.results import read_runs
from model.experiments.simulate import simulate
from model.output.outcomes import outcome_named
from model.output.units import units_of
from model.scenario.plugins import forget_plugins, use_plugin
from model.scenario.problems import ScenarioError
from model.scenario.read import load_scenario
from model.scenario.spec import RunSpec

HEAD = "from model.outcome import Ratio, actor_level, flow, level, once, share\n\n"
TEXT = """
@flow("t REO", "ore mined, twice", "ore twice")
def mined_twice(record):
    return 2 * record.monthly["mined_t"]

@share("0-1", "stock over capacity", "stock at the mines")
def stock_share(record):
    return Ratio(record.monthly["stock_t"], record.monthly["capacity_t"], 1.0)

@actor_level("fighters", "fighters, halved", "half the {}")
def half(record):
    return record.actors["troops"] / 2

@once("months", "length of the run", "length")
def length(record):
    return record.months_done
"""
TINY = ('world="tests/tiny"', "months=3")


@pytest.fixture
def write(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    path = tmp_path / "mine.py"

    def written(text: str) -> Path:
        path.write_text(HEAD + text, encoding="utf-8")
        return path

    yield written
    forget_plugins()


def spec() -> RunSpec:
    return RunSpec.make("status_quo", load_scenario("status_quo", TINY).resolved())


def test_an_own_outcome_is_a_column_with_its_windows_and_actors(write: Callable[[str], Path]) -> None:
    plain, usual = spec(), simulate(spec()).outcomes
    assert use_plugin(write(TEXT)) == ["mined_twice", "stock_share", "half", "length"]
    assert spec().run_id != plain.run_id, "it is part of every run"
    found: dict[str, Any] = dict(simulate(spec()).outcomes)
    assert found["mined_twice_all"] == 2 * found["mined_t_all"] > 0
    assert found["half_kia"] == found["troops_kia"] / 2
    assert found["length"] == 3 and found["stock_share"] > 0 and found["stock_share_y1"] is None
    assert {name: found[name] for name in usual} == usual, "the others stay"
    assert units_of(["half_kia_all", "mined_twice"]) == {"half_kia_all": "fighters", "mined_twice": "t REO"}
    forget_plugins()
    assert outcome_named("mined_twice") is None and simulate(plain).outcomes == usual


def test_results_tell_what_it_is_without_running_the_file(write: Callable[[str], Path], tmp_path: Path) -> None:
    use_plugin(write(TEXT))
    folder = tmp_path / "out"
    report = run_batch(read_plan(["status_quo"], replicates=2, sets=TINY), folder, jobs=2, quiet=True)
    assert report.complete and report.ok
    forget_plugins()
    assert {"mined_twice", "half_kia_all", "length"} <= set(read_runs(folder).outcomes)
    found = outcome_named("mined_twice_all")
    assert found is not None and (found.unit, found.title) == ("t REO", "ore twice, whole run")
    assert "plugins" not in json.dumps(read_manifest(folder)["own_outcomes"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('@level("x", "m", "t")\ndef troops_kia(record): ...\n', "'troops_kia' already exists"),
        ('@level("x", "m", "t")\ndef mined_t(record): ...\n', "'mined_t' already exists"),
        ('@level("x", "m", "t")\ndef ore_all(record): ...\n', "ends in '_all'"),
        ('@level("x", "m", "t")\ndef seed(record): ...\n', "a column of the table of runs"),
        (2 * '@level("x", "m", "t")\ndef twice(record): ...\n', "'twice' already exists"),
    ],
)
def test_names_that_are_taken_are_refused(write: Callable[[str], Path], text: str, said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        use_plugin(write(text))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '@level("x", "m", "t")\ndef wrong(record):\n    return 1.0\n',
            r"the outcome 'wrong': must return a number for",
        ),
        ('@share("x", "m", "t")\ndef wrong(record):\n    return record\n', r"'wrong': must return Ratio"),
        ('@once("x", "m", "t")\ndef wrong(record):\n    return record.none\n', r"mine.py, line 5: .* AttributeError"),
    ],
)
def test_what_is_not_of_its_kind_ends_the_run_in_a_sentence(write: Callable[[str], Path], text: str, said: str) -> None:
    use_plugin(write(text))
    with pytest.raises(ScenarioError, match=said):
        simulate(spec())


def test_descriptions_that_are_none_are_left_out() -> None:
    before = {name: dict(kind.outcomes) for name, kind in outcome.KINDS.items()}
    texts = {"name": "seed", "unit": "", "meaning": "", "title": ""}
    cases: tuple[Any, ...] = (
        None,
        3,
        {},
        [3],
        [{}],
        [{"kind": "level"}],
        [{"kind": "level", **texts}],
        [{"kind": [], **texts}],
    )
    for given in cases:
        outcome.describe(given)
    assert {name: kind.outcomes for name, kind in outcome.KINDS.items()} == before
