"""What each policy changes: the forest plot of paired effects."""

from __future__ import annotations

from dataclasses import replace

from matplotlib.figure import Figure

from model.experiments.compare import effects_against, finding, point_means
from model.experiments.results import read_runs
from model.views.forest import forest, title_words
from model.views.kinds import Asked, figure
from model.views.read import Results
from model.views.words import HEADLINES


@figure("effects", order=80)
def effects(results: Results, asked: Asked) -> Figure | None:
    """Effects of the scenarios shown on the headlines or the outcomes asked for; None where there is nothing to compare."""
    others = [name for name in results.scenarios if name != results.reference]
    if results.folder is None or results.reference is None or not others:
        return None
    runs = read_runs(results.folder, None if asked.outcomes else HEADLINES)
    both = runs.frame["scenario"].astype(str).isin([results.reference, *others])
    runs = replace(runs, frame=runs.frame[both].reset_index(drop=True))
    names = list(asked.outcomes or [name for name in HEADLINES if name in runs.outcomes])
    table = effects_against(runs, results.folder, results.reference, names)
    points = point_means(runs, names, results.reference) if runs.members > 1 else None
    return forest(table, points, results.all_scenarios, title_words(finding(table, runs)[0]))
