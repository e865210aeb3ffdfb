"""A policy taken apart: what arrives of each instrument, and what each moved."""

from __future__ import annotations

from matplotlib.figure import Figure

from model.experiments.explain import account_table, is_explained, share_table
from model.experiments.results import read_runs
from model.views.explain import draw_explain
from model.views.kinds import Asked, figure
from model.views.read import Results
from model.views.words import HEADLINES


@figure("explain", order=90)
def explain(results: Results, asked: Asked) -> Figure | None:
    """The figure of ``pangwa explain``; None for any other batch."""
    if results.folder is None or not is_explained(results.all_scenarios):
        return None
    policy = results.all_scenarios[0]
    accounts = account_table(results.instruments(policy))
    runs = read_runs(results.folder, asked.outcomes or HEADLINES)
    outcomes = list(asked.outcomes or [name for name in HEADLINES if name in runs.outcomes])
    table = share_table(runs, outcomes, list(accounts["instrument"]))
    return draw_explain(policy, accounts, table, asked.outcomes or ())
