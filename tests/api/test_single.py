"""One run in Python: the run of the command line, its tables with dates, its figures and how it looks."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from PIL import Image, ImageSequence

from model.api.single import SingleRun, run
from model.cli.tell import tell_run
from model.experiments.batch_file import read_plan
from model.output.tables import TABLES
from model.scenario.problems import ScenarioError
from model.views.figures import OF_A_RUN
from model.views.read import ViewError
from tests.api.conftest import TINY

SETS = ['world="tests/tiny"', "actors.KIA.troops=20000", "months=14"]


def test_it_is_the_run_of_the_batch(made: SingleRun) -> None:
    (spec,) = (spec for spec in read_plan(["engage_kia"], replicates=4, sets=SETS).specs if spec.replicate == 3)
    assert made.spec.run_id == spec.run_id
    assert made.scenario.resolved()["actors"]["KIA"]["troops"] == 20_000


def test_outcomes_are_a_series_of_numbers(made: SingleRun) -> None:
    assert list(made.outcomes.index) == list(made.result.outcomes)
    assert made.outcomes.dtype == np.float64
    assert made.outcomes["townships_held_kia"] == made.result.outcomes["townships_held_kia"]
    assert np.isnan(made.outcomes["exports_t_total_y2"]) and made.result.outcomes["exports_t_total_y2"] is None


@pytest.mark.parametrize("table", ["monthly", "actors", "exports", "events", "control"])
def test_tables_have_dates_and_only_what_differs(made: SingleRun, table: str) -> None:
    frame: pd.DataFrame = getattr(made, table)
    assert len(frame) == made.result.tables[table].num_rows > 0
    wanted = [column.name for column in TABLES[table] if column.name not in ("run_id", "scenario", "replicate", "date")]
    assert [name for name in frame.columns if name != "name" or table != "control"] == wanted
    ends = pd.Period(made.scenario.start, "M") + frame["month"].to_numpy() - 1
    assert frame.index.name == "date"
    assert list(frame.index) == [end.end_time.normalize() for end in ends]
    assert not [name for name in frame.columns if frame[name].dtype == "category"]


def test_dates_name_the_month_that_the_table_names(made: SingleRun) -> None:
    for table in ("monthly", "events"):
        named = made.result.tables[table].to_pandas()
        assert list(getattr(made, table).index.strftime("%Y-%m")) == list(named["date"])
    assert made.monthly.index[0] == pd.Timestamp("2025-07-31"), "the start is the end of the month before the first"
    assert made.monthly.index.is_unique


def test_the_map_is_recorded_every_month_and_names_places(made: SingleRun) -> None:
    assert sorted(set(made.control["month"])) == list(range(15))
    assert made.control.query("place == 'T01'")["name"].unique().tolist() == ["Tanai"]
    yearly = run("engage_kia", months=14, set=TINY, record=())
    assert sorted(set(yearly.control["month"])) == [0, 12, 14]


def test_the_story_is_shown_as_it_is(made: SingleRun) -> None:
    story = made.story(8)
    assert repr(story) == str(story)
    assert len([line for line in story.splitlines() if line.startswith("  20")]) == 8
    assert "less important events are not shown" in story


@pytest.mark.parametrize("kind", list(OF_A_RUN))
def test_figures_can_be_gone_on_with(made: SingleRun, kind: str, tmp_path: Path) -> None:
    figure = made.plot(kind)
    figure.axes[0].set_title("mine")
    figure.savefig(tmp_path / "again.png", dpi=50)
    with Image.open(tmp_path / "again.png") as picture:
        assert np.asarray(picture.convert("L")).std() > 5


def test_a_figure_shows_itself_in_a_notebook(made: SingleRun) -> None:
    content = made.plot("exports")._repr_png_()  # type: ignore[attr-defined]
    assert content.startswith(b"\x89PNG")


@pytest.mark.parametrize("kind", ["map", "control", "exports", "countryside"])
def test_axes_of_ones_own_are_drawn_into(made: SingleRun, kind: str) -> None:
    figure = Figure()
    left, right = figure.subplots(1, 2)
    assert made.plot(kind, ax=right) is figure
    assert figure.axes == [left, right]
    assert right.get_title(loc="left") == "engage_kia"
    drawn = [*right.get_lines(), *right.collections]
    assert len(drawn) >= 3 and not [*left.get_lines(), *left.collections]


def test_the_map_moves(made: SingleRun, tmp_path: Path) -> None:
    path = made.animate(tmp_path / "map.gif")
    with Image.open(path) as picture:
        frames = sum(1 for _ in ImageSequence.Iterator(picture))
    assert frames > 1
    with pytest.raises(ViewError, match="an animation must end in"):
        made.animate(tmp_path / "map.jpg")


def test_mistakes_are_value_errors_with_the_sentences_of_the_command_line(made: SingleRun) -> None:
    with pytest.raises(ScenarioError, match="did you mean 'engage_kia'"):
        run("engage_kai")
    with pytest.raises(ValueError, match=r"actors.KIA.trops = 5: unknown key; did you mean 'troops'\?"):
        run("status_quo", set={**TINY, "actors.KIA.trops": 5})
    with pytest.raises(ValueError, match=r"no kind of figure 'controls'; there are: map, .*did you mean 'control'\?"):
        made.plot("controls")
    with pytest.raises(ValueError, match="there is no actor 'KAI' in engage_kia; did you mean 'KIA'"):
        made.plot("control", actor="KAI")
    with pytest.raises(ValueError, match="'lanes' makes a figure of its own and takes no ax; these do: map, control"):
        made.plot("lanes", ax=Figure().subplots())


def test_it_says_what_it_is(made: SingleRun, capsys: pytest.CaptureFixture[str]) -> None:
    assert repr(made) == "<Run of engage_kia: 14 months from 2025-08, replicate 3>"
    page = made._repr_html_()
    assert made.title in page and made.spec.run_id in page
    assert "Towns held by the KIA" in page and "data:image/png;base64," in page
    tell_run(made, quiet=False)
    told = capsys.readouterr().out
    assert told.startswith(made.heading) and made.story(60) in told


def test_what_is_saved_is_what_was_run(made: SingleRun, tmp_path: Path) -> None:
    assert made.save(tmp_path / "run", figures=False) == []
    about = json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))
    assert about["run_id"] == made.spec.run_id
    kept = pd.read_csv(tmp_path / "run" / "monthly.csv")
    assert kept["exports_t_quad"].tolist() == made.monthly["exports_t_quad"].tolist()
