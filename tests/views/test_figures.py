"""The whole way: a small batch of the real model, its tables equal whatever the processes, its figures and words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from PIL import Image

from model.cli import main
from model.cli.tell import effects_of
from model.experiments.batch import run_batch
from model.experiments.batch_file import read_plan
from model.experiments.compare import compare
from model.experiments.results import read_runs
from model.output.units import number
from model.views.exports import draw_exports
from model.views.figures import batch_figures, draw
from model.views.kinds import KINDS, Asked, figure
from model.views.plot import plot
from model.views.read import Results, ViewError
from model.views.style import SOFT, scenario_looks
from model.views.words import chronicle
from model.world.read import load_world
from tests.experiments.fakes import only_row
from tests.views import synthetic

TABLES = (
    *("runs.csv", "runs.parquet", "monthly.parquet", "actors.parquet", "exports.parquet", "events.parquet"),
    *("control.parquet", "instruments.parquet", "summary.csv", "effects.csv"),
)


def notes(figure: Figure) -> dict[str, str]:
    """What :func:`model.views.style.title_of` wrote on the figure: title and footnote."""
    return dict(vars(figure)["pangwa"])


def batch(
    folder: Path,
    files: Sequence[str] = ("status_quo", "engage_kia"),
    *,
    jobs: int = 1,
    replicates: int | None = 3,
    sets: Sequence[str] = ('world="tests/tiny"', "months=14"),
) -> Path:
    plan = read_plan(
        list(files),
        replicates=replicates,
        base_seed=0,
        reference=None,
        sets=sets,
        record=(),
        command=["test"],
        apart=True,
    )
    report = run_batch(plan, folder, jobs=jobs, quiet=True)
    assert report.exit_code == 0
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return batch(tmp_path_factory.mktemp("results") / "one")


def test_tables_are_the_same_bytes_with_two_processes(folder: Path, tmp_path: Path) -> None:
    other = batch(tmp_path / "two", jobs=2)
    for name in TABLES:
        assert (folder / name).read_bytes() == (other / name).read_bytes(), name


def test_the_first_replicates_do_not_depend_on_how_many_there_are(folder: Path, tmp_path: Path) -> None:
    fewer = pd.read_csv(batch(tmp_path / "fewer", replicates=2) / "runs.csv")
    more = pd.read_csv(folder / "runs.csv")
    # A column of whole numbers is read as such, whatever it is in the other file.
    pd.testing.assert_frame_equal(fewer, more[more["replicate"] < 2].reset_index(drop=True), check_dtype=False)


def test_every_kind_of_figure_is_drawn_with_its_title_in_the_file(folder: Path) -> None:
    paths = batch_figures(folder)
    assert {path.name for path in paths} == {
        f"{kind}.{suffix}" for kind in KINDS if kind != "explain" for suffix in ("png", "svg")
    }
    for path in paths:
        if path.suffix == ".png":
            with Image.open(path) as picture:
                assert "Pangwa" in str(picture.info["Software"])
                assert picture.info["Title"]
                assert np.asarray(picture.convert("L")).std() > 5, "an empty picture"


def test_pictures_say_what_they_were_drawn_from(folder: Path, tmp_path: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    paths = plot(folder, kind=["control"], formats=["png", "svg", "pdf"], out=tmp_path / "drawn")
    for path in paths:
        told = path.read_bytes().decode("latin-1")
        if path.suffix == ".png":
            with Image.open(path) as picture:
                told = str(picture.info["Source"])
        assert f"batch {manifest['plan_id']}" in told
        assert f"engage_kia {manifest['scenario_hashes']['engage_kia']}" in told
        assert "base seed 0" in told
        assert "mesa " in told
    assert len(paths) == 3


def test_svg_bytes_do_not_change(folder: Path, tmp_path: Path) -> None:
    several = plot(folder, kind=["exports", "control", "exports"], formats=["svg"], out=tmp_path / "c")
    assert [path.name for path in several] == ["exports.svg", "control.svg"]
    one = plot(folder, kind=["exports"], formats=["svg"], out=tmp_path / "a")
    two = plot(folder, kind=["exports"], formats=["svg"], out=tmp_path / "b")
    assert one[0].read_bytes() == two[0].read_bytes()


def test_lines_and_bands_are_the_quantiles_they_claim(folder: Path) -> None:
    results = Results.open(folder)
    figure = draw_exports(results)
    monthly = results.frame("monthly", ["scenario", "month", "exports_t_china_official"])
    part = monthly[(monthly["scenario"] == "status_quo") & (monthly["month"] == 9)]["exports_t_china_official"]
    line = next(line for line in figure.axes[0].get_lines() if line.get_gid() == "median china_official")
    # The ninth month's flow stands at its middle.
    drawn = np.asarray(line.get_xydata(), dtype=float)[8]
    assert drawn == pytest.approx([2025 + 7 / 12 + 8.5 / 12, part.median()])
    band = next(found for found in figure.axes[0].collections if found.get_gid() == "band china_official")
    edges = np.asarray(band.get_paths()[0].vertices, dtype=float)
    at = edges[np.isclose(edges[:, 0], drawn[0]), 1]
    assert sorted(set(at.tolist())) == pytest.approx(sorted({part.quantile(0.1), part.quantile(0.9)}))
    assert "t REO per month" in figure.axes[0].get_ylabel()


def test_a_figure_of_some_scenarios_counts_their_runs_and_keeps_the_reference_and_colours(folder: Path) -> None:
    whole = Results.open(folder)
    part = whole.only(["engage_kia"])
    assert "of 3 runs." in notes(draw_exports(part))["footnote"]
    figure = draw(part, "effects")
    assert figure is not None
    assert notes(figure)["title"].startswith("Against status_quo")
    assert part.reference == whole.reference == "status_quo"
    colours = {line.get_color() for line in figure.axes[0].get_lines()} - {SOFT}
    assert colours == {scenario_looks(["status_quo", "engage_kia"])["engage_kia"].colour}


def test_effects_carry_the_units_of_their_outcomes(folder: Path) -> None:
    table = pd.read_csv(folder / "effects.csv")
    shown = ["exports_t_china", "china_share_of_exports"]
    figure = draw(Results.open(folder), "effects", outcomes=shown)
    assert figure is not None
    assert [axis.get_xlabel() for axis in figure.axes] == ["t REO", "percentage points"]
    chosen = (table["scenario"] == "engage_kia") & (table["outcome"] == "china_share_of_exports")
    marks = [
        np.asarray(line.get_xdata(), dtype=float) for line in figure.axes[1].get_lines() if line.get_marker() == "D"
    ]
    assert marks[0][0] == pytest.approx(100 * float(table.loc[chosen, "mean"].iloc[0]))


def test_scenarios_of_unequal_length_are_each_shown_at_their_own_end(tmp_path: Path) -> None:
    for name, months in (("short", 6), ("long", 14)):
        text = f'extends = "status_quo"\nmonths = {months}\nworld = "tests/tiny"\n'
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    files = [str(tmp_path / "short.toml"), str(tmp_path / "long.toml")]
    folder = batch(tmp_path / "out", files, replicates=2, sets=[])
    results = Results.open(folder)
    assert results.ends == {"short": 6, "long": 14}
    rows = results.frame("control", ["scenario", "month"]).astype({"scenario": str})
    expected = int((rows["month"] == rows["scenario"].map(results.ends)).sum())
    assert len(results.at_end("control", ["place"])) == expected > 0
    assert {path.stem for path in batch_figures(folder, ("png",))} == set(KINDS) - {"road", "explain", "changed"}, (
        "nobody asks for a road, and the last months of runs of other lengths are not compared"
    )


@pytest.fixture(scope="module")
def invented(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = synthetic.make_runs(synthetic.SCENARIOS[:2], 3, 14, load_world("myanmar").place_ids)
    return synthetic.write_runs(tmp_path_factory.mktemp("invented"), made)


def test_kinds_stand_in_the_order_in_which_a_batch_draws_them() -> None:
    first = ["control", "countryside", "exports", "map", "probability", "years", "flows", "effects"]
    assert [kind for kind in KINDS if kind in first] == first


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "explain"])
def test_every_kind_is_drawn_from_invented_results(invented: Path, kind: str) -> None:
    drawn = draw(Results.open(invented), kind)
    assert drawn is not None
    assert notes(drawn)["title"]
    assert any(axes.has_data() for axes in drawn.axes)


@pytest.fixture
def own_kind() -> Iterator[list[Asked]]:
    asked_for: list[Asked] = []

    @figure("Own")
    def own(results: Results, asked: Asked) -> Figure | None:
        asked_for.append(asked)
        return draw_exports(results)

    yield asked_for
    del KINDS["Own"]


def test_a_kind_of_ones_own_is_drawn_last_and_gets_what_is_asked(
    own_kind: list[Asked], invented: Path, tmp_path: Path
) -> None:
    assert list(KINDS)[-1] == "Own"
    assert draw(Results.open(invented), "Own", ["AA"], ["leachate_t"]) is not None
    assert own_kind == [Asked(["AA"], ["leachate_t"])]
    assert [path.name for path in plot(invented, kind=["own"], formats=["svg"], out=tmp_path)] == ["Own.svg"]


def test_a_name_is_registered_once() -> None:
    with pytest.raises(ValueError, match="there is a kind of figure 'control' already"):
        figure("control")(KINDS["map"])
    assert KINDS["control"] is not KINDS["map"]


@pytest.mark.parametrize(("kind", "near"), [("probabilities", "; did you mean 'probability'?"), ("", "")])
def test_an_unknown_kind_is_refused_with_all_kinds(invented: Path, kind: str, near: str) -> None:
    sentence = f"there is no kind of figure '{kind}'; there are: {', '.join(KINDS)}{near}"
    for refused in (lambda: draw(Results.open(invented), kind), lambda: plot(invented, kind=[kind])):
        with pytest.raises(ViewError) as raised:
            refused()
        assert str(raised.value) == sentence


def test_the_command_line_refuses_an_unknown_kind(
    invented: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["pangwa", "plot", str(invented), "--kind", "effect"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "there is no kind of figure 'effect'; there are: control, " in capsys.readouterr().err


def test_a_sweep_has_a_tick_for_each_design_point_and_one_interval(tmp_path: Path) -> None:
    request = tmp_path / "troops.toml"
    request.write_text(
        'scenarios = ["status_quo", "engage_kia"]\nreplicates = 2\n[sweep]\n"actors.KIA.troops" = [8000, 14000]\n',
        encoding="utf-8",
    )
    folder = batch(tmp_path / "out", [str(request)], replicates=None, sets=['world="tests/tiny"', "months=3"])
    figure = draw(Results.open(folder), "effects", outcomes=["deaths_fighters_all"])
    assert figure is not None
    effects = pd.read_csv(folder / "effects.csv").query("outcome == 'deaths_fighters_all'")
    whole, each = effects[effects["point"].isna()].iloc[0], effects.dropna(subset=["point"])
    assert each["actors.KIA.troops"].tolist() == [8000, 14000]
    lines = {line.get_marker(): line for line in figure.axes[0].get_lines()}
    assert np.asarray(lines["|"].get_xdata()) == pytest.approx(each["mean"])
    assert np.asarray(lines["D"].get_xdata()) == pytest.approx(whole["mean"])
    assert "signs: of 2 sets of assumptions" in effects_of(folder)


def test_what_is_not_there_is_refused_with_the_nearest_name(folder: Path) -> None:
    with pytest.raises(ViewError, match="did you mean 'KIA'"):
        plot(folder, kind=["control"], actor=["KAI"])
    with pytest.raises(ViewError, match="did you mean 'effects'"):
        plot(folder, kind=["effect"])
    with pytest.raises(ViewError, match="did you mean 'exports_t_quad'"):
        plot(folder, kind=["effects"], outcome=["exports_t_qad"])
    with pytest.raises(ViewError, match="other than the reference"):
        plot(folder, kind=["effects"], scenario=["status_quo"])


def test_the_terminal_the_table_and_the_comparison_say_the_same_interval(folder: Path) -> None:
    effects = pd.read_csv(folder / "effects.csv")
    runs = read_runs(folder)
    compared = compare(runs, runs.outcomes, "status_quo")
    for column in ("mean", "low95", "high95"):
        assert effects[column].to_numpy() == pytest.approx(compared[column].to_numpy(), nan_ok=True)
    text = effects_of(folder)
    row = only_row(effects[effects["outcome"] == "exports_t_china"])
    assert "engage_kia against status_quo" in text
    assert f"[{number(row.low95)}, {number(row.high95)}]" in text
    assert max(map(len, text.splitlines()[:-2])) <= 135


def test_the_chronicle_keeps_what_weighs_most_and_says_what_it_left_out() -> None:
    events = pd.DataFrame(
        {
            "date": [f"2026-{month:02d}" for month in range(1, 13)],
            "kind": ["siege_begun"] * 10 + ["town_taken", "federal_settlement"],
            "text": [f"event {number}" for number in range(12)],
        }
    )
    told = chronicle(events, most=4)
    assert "event 10" in told and "event 11" in told
    assert "(8 less important events are not shown)" in told


def test_the_chronicle_tells_a_closure_once() -> None:
    told = [
        "Beijing closes the crossing Pangwa to ore",
        "Beijing closes crossings held by the KIA to ore: Pangwa",
        "Beijing reopens crossings held by the KIA to goods: Laiza",
    ]
    kinds = ["lane_closed", "gates_shut", "gates_opened"]
    story = chronicle(pd.DataFrame({"date": "2026-01", "kind": kinds, "text": told}), most=30)
    assert story.splitlines() == ["2026", f"  2026-01  {told[1]}", f"  2026-01  {told[2]}"]


def test_the_chronicle_has_room_for_lanes_towns_and_sieges() -> None:
    kinds = ["gates_shut"] * 40 + ["town_taken"] * 40 + ["siege_begun"] * 40
    events = pd.DataFrame({"date": "2026-01", "kind": kinds, "text": [f"{kind} {n}" for n, kind in enumerate(kinds)]})
    told = chronicle(events, most=30)
    assert [told.count(kind) for kind in ("gates_shut", "town_taken", "siege_begun")] == [19, 8, 3]
    assert chronicle(events[:45], most=44).count("town_taken") == 5
