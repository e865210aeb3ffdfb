"""Who wins on what, under which answer: a tournament as lines for the terminal and as one figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from model.experiments.regret import wish
from model.output.units import capital, join, shown_of, signed
from model.views.answers import aligned
from model.views.panels import caveat, new_figure
from model.views.style import FAINT, INK, SOFT, scenario_looks, styled, title_of

_TOLD = 3
"""Policies on the first rank beyond which nobody is called a winner."""


def winners(part: pd.DataFrame) -> list[str]:
    """The policies on the first rank of a goal under an answer; none where more than three cannot be told apart.

    Args:
        part: rows of :func:`model.experiments.standings.standings` of one goal and answer.
    """
    first = part.loc[part["rank"] == 1, "policy"].astype(str).tolist()
    return first if len(first) <= _TOLD else []


def gain_words(row: dict[Any, Any]) -> str:
    """What a policy changes against the reference, with its interval, in the outcome's own sign and without its unit."""
    shown, sign = shown_of(str(row["outcome"])), 1.0 if row["better"] == "more" else -1.0
    low, mean, high = sorted(sign * shown.factor * float(row[key]) for key in ("gain_low95", "gain", "gain_high95"))
    return f"{signed(mean)} [{signed(low)}, {signed(high)}]"


def _goal(outcome: object, better: object) -> str:
    """A goal with the unit of its changes."""
    unit = shown_of(str(outcome)).change
    return f"{wish(str(better), str(outcome))}{unit and f' ({unit})'}"


def standings_text(table: pd.DataFrame) -> str:
    """A tournament as a table: a block a goal, a line an answer.

    Args:
        table: of :func:`model.experiments.standings.standings`.
    """
    lines = []
    for (outcome, better), block in table.groupby(["outcome", "better"], sort=False):
        rows = [[_goal(outcome, better), "first", "change by the first", "first in"]]
        for answer, part in block.groupby("answer", sort=False):
            best = part.to_dict("records")[0]
            names = winners(part)
            shared = int((part["rank"] == 1).sum())
            who = " = ".join(names) or f"none ({shared} of {len(part)} cannot be told apart)"
            sets = f"{best['sets_first']} of {best['sets']}" if best["sets"] > 1 else ""
            rows.append([f"  {str(answer) or 'as it is'}", who, gain_words(best), sets])
        lines += [*aligned(rows, left=4), ""]
    lines.append(
        "=: cannot be told apart (too few runs, or no difference that matters); first in: sets of mechanisms in which its mean is best"
    )
    return "\n".join(lines)


def finding(table: pd.DataFrame) -> str:
    """Who is best whatever the answer, and for which goals that depends on it.

    Args:
        table: of :func:`model.experiments.standings.standings`.
    """
    always, sometimes = list[str](), list[str]()
    depends, never = list[str](), list[str]()
    for (outcome, better), block in table.groupby(["outcome", "better"], sort=False):
        each: list[frozenset[str]] = [frozenset(winners(part)) for _, part in block.groupby("answer", sort=False)]
        told = [names for names in each if names]
        common = frozenset.intersection(*told) if told else frozenset()
        goal = wish(str(better), str(outcome))
        who = f"{join(sorted(common))} for {goal}"
        if common and len(told) == len(each):
            always.append(who)
        elif common:
            sometimes.append(f"{who} ({len(told)} of {len(each)} answers)")
        else:
            (depends if told else never).append(goal)
    said = [f"Best, or tied for best, under every answer: {'; '.join(always)}."] if always else []
    said += (
        [f"Best, or tied for best, wherever the runs tell policies apart: {'; '.join(sometimes)}."] if sometimes else []
    )
    said += [f"The best policy depends on the answer for {'; '.join(depends)}."] if depends else []
    said += [f"The runs cannot tell the best policy under any answer for {'; '.join(never)}."] if never else []
    return " ".join(said)


@styled
def draw_tournament(table: pd.DataFrame, scenarios: Sequence[str], title: str) -> Figure:
    """Draw who wins on what under which answer: a row per goal, a column an answer, the winner's colour and name in the cell.

    Args:
        table: of :func:`model.experiments.standings.standings`.
        scenarios: labels of the batch, which fix the colours.
        title: the finding, of which the first sentence is drawn.
    """
    goals = list(dict.fromkeys(zip(table["outcome"], table["better"], strict=True)))
    answers = list(dict.fromkeys(table["answer"]))
    tallest = max(
        _names(part).count("\n") + 1 for _, part in table.groupby(["outcome", "better", "answer"], sort=False)
    )
    figure = new_figure(2.6 + 1.9 * len(answers), 1.5 + (0.44 + 0.13 * tallest) * len(goals))
    axes = figure.subplots()
    for row, (outcome, better) in enumerate(goals):
        for column, answer in enumerate(answers):
            part = table[(table["outcome"] == outcome) & (table["better"] == better) & (table["answer"] == answer)]
            if len(part):
                _draw_cell(axes, column, row, part, scenarios)
    axes.set_xlim(0, len(answers))
    axes.set_ylim(len(goals), 0)
    axes.set_xticks([column + 0.5 for column in range(len(answers))], [answer or "as it is" for answer in answers])
    words = [_goal(outcome, better) for outcome, better in goals]
    axes.set_yticks([row + 0.5 for row in range(len(goals))], [_lines(capital(text), 26) for text in words])
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    sets = int(table["sets"].max())
    varied = (
        f" {sets} sets of mechanisms are averaged; the last line counts those in which its mean is best."
        if sets > 1
        else ""
    )
    note = (
        f"First by mean, with its change against the reference and the 95% interval, n = {int(table['n'].max())} paired replicates. "
        f"=: cannot be told apart (too few runs, or no difference that matters); grey: more than {_TOLD} cannot be told apart.{varied} "
        f"{caveat(table)}"
    )
    title_of(figure, title.partition(". ")[0].removesuffix("."), note)
    return figure


def _draw_cell(axes: Axes, column: int, row: int, part: pd.DataFrame, scenarios: Sequence[str]) -> None:
    names, best, looks = winners(part), part.to_dict("records")[0], scenario_looks(scenarios)
    colour = looks[names[0]].colour if names else FAINT
    axes.add_patch(Rectangle((column + 0.02, row + 0.05), 0.96, 0.9, facecolor=colour, alpha=0.16, linewidth=0))
    axes.add_patch(Rectangle((column + 0.02, row + 0.05), 0.025, 0.9, facecolor=colour, linewidth=0))
    if not names:
        shared = int((part["rank"] == 1).sum())
        axes.text(
            column + 0.09,
            row + 0.5,
            f"{shared} of {len(part)}\ncannot be told apart",
            va="center",
            fontsize=7,
            color=SOFT,
        )
        return
    axes.text(column + 0.09, row + 0.13, _names(part), va="top", fontsize=7.2, fontweight="bold", color=INK)
    count = f"\nfirst in {best['sets_first']} of {best['sets']}" if best["sets"] > 1 else ""
    axes.text(column + 0.09, row + 0.88, f"{gain_words(best)}{count}", va="bottom", fontsize=6, color=SOFT)


def _names(part: pd.DataFrame) -> str:
    """The winners of a cell, on as many lines as they need."""
    return _lines(" = ".join(winners(part)), 26)


def _lines(text: str, width: int = 24) -> str:
    """A text on as many lines as it needs."""
    import textwrap

    return textwrap.fill(text, width)
