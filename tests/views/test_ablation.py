"""The heat map of an ablation, and what is said of it in the terminal."""

from __future__ import annotations

import pandas as pd
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from model.views.ablation import heat_map
from model.views.answers import ablation_text
from model.views.style import SEQUENTIAL

MOVED, STILL, OFF = "processes.trade.leak", "processes.trade.corridor_leak", "quad.embargo_reagent"
SWITCHES = pd.DataFrame(
    {
        "switch": [MOVED, STILL, OFF, "actors.*.weight_headquarters"],
        "verdict": ["moves", "moves nothing", "off already", "same in every run"],
        "outcomes_moved": [2, 0, 0, 0],
    }
)
EFFECTS = pd.DataFrame(
    {
        "switch": [MOVED, MOVED, MOVED, STILL],
        "group": ["ore", "ore", "border", "ore"],
        "effect_sd": [-5.0, 0.3, 0.4, 0.1],
        "moved": [True, True, True, False],
    }
)


def texts(figure: Figure) -> dict[str, str]:
    """Names at the rows with their style."""
    return {text.get_text(): text.get_fontstyle() for axis in figure.axes for text in axis.texts}


def test_cells_are_as_dark_as_the_largest_difference_and_still_switches_are_marked() -> None:
    figure = heat_map(SWITCHES, EFFECTS, "A finding.", "A note.")
    assert texts(figure) == {
        "trade": "normal",
        "leak": "normal",
        "corridor_leak": "italic",
        "all actors": "normal",
        "weight_headquarters": "italic",
    }
    (axis,) = figure.axes
    cells = [to_hex(cell.get_facecolor()) for cell in axis.patches if isinstance(cell, Rectangle)]
    strong, weak = to_hex(SEQUENTIAL(1.0)), to_hex(SEQUENTIAL(0.3))
    assert cells == [strong, weak, *["#ffffff"] * 4]
    assert [label.get_text() for label in axis.get_xticklabels()] == ["ore", "border"]


def test_many_switches_take_panels_each_with_its_headings() -> None:
    many = pd.DataFrame(
        {"switch": [f"processes.trade.x{k}" for k in range(100)], "verdict": "moves", "outcomes_moved": 1}
    )
    figure = heat_map(many, EFFECTS, "A finding.", "A note.")
    assert len(figure.axes) == 3
    assert [axis.texts[0].get_text() for axis in figure.axes] == ["trade"] * 3
    assert sum(len(axis.texts) for axis in figure.axes) == 103


def test_what_moves_nothing_is_listed_by_table() -> None:
    lines = ablation_text(SWITCHES).splitlines()
    assert lines[:3] == ["outcomes moved  switches", "  0                    2", "  1 to 2               1"]
    assert lines[4:] == [
        "1 move nothing: without them every run stays the same in every outcome",
        "  actors.*: weight_headquarters",
        "",
        "1 move nothing by more than what matters",
        "  processes.trade: corridor_leak",
        "",
        "1 off already in every scenario",
        "  quad: embargo_reagent",
    ]
