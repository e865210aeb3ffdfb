"""Figures and tables of the analyses."""

from __future__ import annotations

import numpy as np

from model.experiments.compare import compare, finding, point_means
from model.output.units import units_of
from model.views.answers import comparison_text
from model.views.forest import forest
from tests.experiments.test_compare import EIGHT, NINE, runs_of


def test_a_forest_plot_is_hollow_and_marked_where_no_effect_stands() -> None:
    fills = {}
    for name, effects in (("raises", NINE), ("depends", EIGHT)):
        runs = runs_of(effects)
        table = compare(runs, ["tonnes"], "base")
        figure = forest(table, point_means(runs, ["tonnes"], "base"), runs.scenarios, finding(table, runs)[0])
        axis = figure.axes[0]
        marks = [line for line in axis.lines if line.get_markersize() == 5.5]
        ticks = [line for line in axis.lines if line.get_marker() == "|"]
        fills[name] = (str(marks[0].get_markerfacecolor()) == "white", [text.get_text() for text in axis.texts])
        assert np.size(ticks[0].get_xdata()) == 10
    assert fills == {"raises": (False, []), "depends": (True, ["?"])}


def test_the_table_says_unit_verdict_and_how_many_variants_share_the_sign() -> None:
    text = comparison_text(compare(runs_of(EIGHT), ["tonnes"], "base"))
    lines = [line.strip() for line in text.splitlines()]
    row = lines[lines.index("depends on assumptions") + 1]
    assert row.startswith("tonnes") and row.endswith("8+ 2-") and "+0.7" in row
    assert units_of(["exports_t_china", "townships_held_pdf_bago_y1", "x"]) == {
        "exports_t_china": "t REO",
        "townships_held_pdf_bago_y1": "townships",
        "x": "",
    }
