"""The views alone, on invented results: colours, titles, shapes, refusals."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from matplotlib.colors import to_rgb

from model.experiments.compare import EFFECT_COLUMNS
from model.experiments.discrepancy import discrepancy_of
from model.experiments.evidence import FEW, LOWERS, SMALL
from model.views import control, exports, findings, lanes, maps, panels, style, tiles
from model.views.read import Results, ViewError
from model.world.read import load_world
from tests.views import synthetic

# Machado, Oliveira & Fernandes 2009: full deuteranopia, protanopia, on linear RGB.
BLIND = (
    [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
)


@pytest.fixture(scope="module")
def results() -> Results:
    places = load_world("myanmar").place_ids
    return Results("invented", memory=synthetic.make_runs(places=places), manifest={"reference": "status_quo"})


def linear(colour: str) -> np.ndarray:
    rgb = np.array(to_rgb(colour))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ np.clip(rgb, 0, 1)
    f = np.where(xyz / [0.9505, 1, 1.089] > 0.008856, np.cbrt(xyz / [0.9505, 1, 1.089]), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def test_families_differ_in_grey_and_for_colour_blind_readers() -> None:
    colours = [linear(family.colour) for family in style.FAMILIES]
    assert len(colours) <= 7
    lightness = sorted(lab(colour)[0] for colour in colours)
    assert min(np.diff(lightness)) > 7
    for matrix in (np.eye(3), *BLIND):
        for one, other in itertools.combinations(colours, 2):
            assert np.linalg.norm(lab(np.array(matrix) @ one) - lab(np.array(matrix) @ other)) > 14


def test_strangers_get_letters_of_their_own_and_free_families() -> None:
    looks = style.actor_looks(["KIA", "KACHIN-TWO", "XYZ", "PDF-BAGO", "PDF-MAGWAY"])
    codes = [look.code for name, look in looks.items() if not name.startswith("PDF") and name != style.NOBODY]
    assert len(set(codes)) == len(codes)
    assert looks["KIA"].family.key == "kia"
    assert looks["XYZ"].family.key != looks["KACHIN-TWO"].family.key
    assert looks["PDF-BAGO"].code == looks["PDF-MAGWAY"].code == "P"


def test_scenarios_keep_their_colour_wherever_they_stand() -> None:
    one, other = style.scenario_looks(["mine", "engage_kia"]), style.scenario_looks(["engage_kia", "status_quo"])
    assert one["engage_kia"] == other["engage_kia"]
    assert one["mine"].colour not in {look.colour for look in other.values()}


def test_letters_without_a_font_give_one_warning_and_the_id(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(style, "_warned", set())
    monkeypatch.setattr(style, "_characters", lambda: frozenset(range(256)))
    with pytest.warns(UserWarning, match="Noto Sans Myanmar") as caught:
        looks = style.scenario_looks(["ရှမ်း", "稀土"])
    assert len(caught) == 1
    assert [look.label for look in looks.values()] == ["scenario 1", "scenario 2"]


def test_drawing_asks_for_no_window_toolkit() -> None:
    drawn = "import sys, model.views.figures, model.views.plot; print('matplotlib.pyplot' in sys.modules)"
    environment = {**os.environ, "MPLBACKEND": "TkAgg"}
    done = subprocess.run([sys.executable, "-c", drawn], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.strip() == "False"


def test_control_draws_every_family_with_its_colour_and_units(results: Results) -> None:
    figure = control.draw_control(results)
    drawn = {
        str(line.get_gid()).removeprefix("median "): line.get_color()
        for axes in figure.axes for line in axes.get_lines() if str(line.get_gid()).startswith("median")
    }  # fmt: skip
    lines = {family.short: family.line for family in style.FAMILIES}
    assert drawn.items() <= lines.items() and {"junta", "KIA"} <= set(drawn)
    assert any("(%)" in axes.get_ylabel() for axes in figure.axes)
    assert [axes.get_title(loc="left") for axes in figure.axes if axes.get_title(loc="left")] == results.scenarios


def test_what_nobody_holds_completes_the_shares(results: Results) -> None:
    lines = control.groups(results, None)
    ends = control.group_shares(results, lines, "seat_population_share", at_end=True)
    assert ends.groupby("run_id")["value"].sum().to_numpy() == pytest.approx(1.0, abs=0.05)


def test_a_dwarfed_flow_gets_a_row_of_its_own() -> None:
    def band(top: float) -> panels.Band:
        return panels.Band(np.ones(1), np.zeros(1), np.full(1, top / 2), np.full(1, top), 3)

    small = {"s": {"china_official": band(3000), "china_informal": band(400), "quad": band(20)}}
    large = {"s": {"china_official": band(3000), "china_informal": band(400), "quad": band(900)}}
    assert exports._split(small) == [("china_official", "china_informal"), ("quad",)]
    assert len(exports._split(large)) == 1


def test_runs_without_a_month_have_no_flows_to_draw() -> None:
    with pytest.raises(ViewError, match="no month"):
        exports.draw_exports(Results("short", memory=synthetic.make_runs(("status_quo",), 2, 0)))


def test_each_scenario_has_the_dates_of_its_own_runs() -> None:
    rows = [(name, month, str(pd.Period(before, "M") + month)) for name, before in STARTS.items() for month in range(3)]
    table = pa.table(pd.DataFrame(rows, columns=["scenario", "month", "date"]))
    results = Results("x", memory={"monthly": table})
    assert results.starts == {"late": "2024-03", "early": "2021-02"}
    assert [panels.date_of(results.starts["early"], month) for month in (0, 1, 12)] == [
        "Jan 2021",
        "Feb 2021",
        "Jan 2022",
    ]


STARTS = {"late": "2024-02", "early": "2021-01"}
"""The month before the first of two scenarios."""


def test_titles_take_the_verdicts_of_the_table_of_effects(tmp_path: Path) -> None:
    def row(scenario: str, verdict: str, low: float, high: float) -> dict[str, object]:
        numbers = {
            "mean": (low + high) / 2,
            "low95": low,
            "high95": high,
            "matters": 1500.0,
            "reference_mean": 30_000.0,
        }
        named = {"scenario": scenario, "reference": "status_quo", "outcome": "exports_t_china", "verdict": verdict}
        return dict.fromkeys(EFFECT_COLUMNS) | numbers | named

    results = Results(
        "x", folder=tmp_path, memory=synthetic.make_runs(("status_quo", "engage_kia", "quad_india"), 3, 2)
    )
    rows = [row("engage_kia", LOWERS, -5000.0, -2000.0), row("quad_india", FEW, -9000.0, 3000.0)]
    pd.DataFrame(rows).to_csv(tmp_path / "effects.csv", index=False)
    found = findings.verdicts(results, ["exports_t_china"])
    best = findings.strongest(found)
    assert best is not None and best["scenario"] == "engage_kia"
    title = exports._title(results)
    assert "lowers ore to China by 3,500 t REO [2,000, 5,000], 12% of 30,000 (last 12 months)" in title
    few = findings.verdicts(results.only(["status_quo", "quad_india"]), ["exports_t_china"])
    assert findings.strongest(few) is None and findings.none_words(few, "ore").startswith("Not enough runs to tell")
    assert findings.none_words(few.assign(verdict=SMALL), "ore") == "No effect that matters on ore"


def test_names_at_the_ends_of_lines_keep_their_distance() -> None:
    placed = panels._spread([0.5, 0.5, 0.51, 0.02], gap=0.1)
    assert min(np.diff(sorted(placed))) >= 0.1 - 1e-9
    assert max(placed) <= 1
    assert np.argsort(placed)[0] == 3


def test_chances_are_recalibrated_where_runs_are_many_and_bands_of_exports_include_the_discrepancy() -> None:
    world = load_world("myanmar")
    some = world.codes[:2]
    for replicates, changed in ((2, False), (20, True)):
        made = Results("x", memory=synthetic.make_runs(("status_quo",), replicates, 12, some))
        first, rows = maps._first_holders(made, world), made.at_end("control", ["place", "holder"]).astype(str)
        assert (first is not None) is changed
        actor = str(rows["holder"].iloc[0])
        share, chance = maps._share(rows, world, actor)[:2], maps._chance(made, rows, world, actor, first)[:2]
        assert (np.abs(share - chance) > 0.01).any() == changed and (chance >= 0).all() and (chance <= 1).all()
        assert np.isnan(maps._chance(made, rows[:0], world, actor, first)).all()
    learnt = discrepancy_of("myanmar")
    wide, plain = (exports._bands(exports.flows(made), one)["china_official"] for one in (learnt, None))
    assert (wide.high > plain.high).all() and np.allclose(wide.median, plain.median, rtol=0.05)


def test_the_most_frequent_holder_and_how_many_runs_agree() -> None:
    rows = pd.DataFrame({"place": ["A"] * 4 + ["B"] * 4, "holder": ["KIA"] * 3 + ["JUNTA"] + ["AA", "KIA"] * 2})
    held = maps.modal_holdings(rows.assign(attacker=["JUNTA"] * 3 + [""] * 5))
    assert held.holder == {"A": "KIA", "B": "AA"}
    assert held.certainty == {"A": 0.75, "B": 0.5}
    assert held.attacker == {"A": "JUNTA"}


def test_maps_show_every_township_and_outline_states() -> None:
    world = load_world("myanmar")
    shapes = tiles.tiles_of(world)
    assert shapes.corners.shape == (330, 6, 2)
    # Tiles touch and do not overlap: neighbouring centres are one tile apart.
    distance = np.linalg.norm(shapes.centres[:, None] - shapes.centres[None], axis=2) + np.eye(330) * 9
    assert distance.min() == pytest.approx(1.0)
    assert 100 < len(shapes.outlines) < 3 * 330
    assert {label for label, _, _ in tiles.landmark_labels(world, shapes, 1.0)} == set(tiles.LANDMARKS.values())


def test_probability_is_the_share_of_runs(results: Results) -> None:
    world = load_world("myanmar")
    figure = maps.draw_probability(results, world, "KIA")
    drawn = np.asarray(figure.axes[0].collections[0].get_array())
    ends = results.frame("control", ["place", "holder"], scenario="status_quo", month=24).astype(str)
    share = (ends["holder"] == "KIA").groupby(ends["place"]).mean()
    assert drawn == pytest.approx(share[list(world.codes)].to_numpy())


def test_lanes_say_where_ore_was_shut_longest() -> None:
    frame = pd.DataFrame(
        [(m, c, float(c == "B" or m > 3), 1.0, float(c != "C")) for m in range(7) for c in "ABC"],
        columns=["month", "crossing", "ore", "reagent", "goods"],
    )
    assert lanes.title(frame, {"A": "Pangwa"}) == (
        "Ore lanes are shut longest at Pangwa (3 of 6 months); no goods lane opens or shuts"
    )
    figure = lanes.draw_lanes(frame, "2025-08")
    strip = np.asarray(figure.axes[0].images[0].get_array())
    assert strip.shape == (3, 6)
    assert strip[0].tolist() == [0, 0, 0, 1, 1, 1]


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_files_carry_their_origin_and_are_the_same_bytes(results: Results, tmp_path: Path, suffix: str) -> None:
    written = [
        style.save(exports.draw_exports(results), tmp_path / name, [suffix], "invented")[0].read_bytes()
        for name in "ab"
    ]
    assert written[0] == written[1]
    assert b"Pangwa" in written[0]


def test_marks_beside_an_axis_are_not_rounded() -> None:
    assert [style.tick(value) for value in (262.5, -35000.0, 0.1 + 0.2, 0.0)] == [
        "262.5",
        "\N{MINUS SIGN}35,000",
        "0.3",
        "0",
    ]
