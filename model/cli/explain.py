"""The command ``explain``: a policy taken apart."""

from __future__ import annotations

import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from model.cli.answers import Outcomes, check_outcomes, compute, keep, outcomes_of
from model.cli.batches import BaseSeed, Jobs, NoFigures, Parameters, Plugins, Quiet, Sets
from model.cli.text import results_folder, wrapped


def explain(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="Name of a shipped scenario, or a TOML file.")],
    replicates: Annotated[int, typer.Option("--replicates", "-r", help="Pairs of runs per instrument.")] = 20,
    outcome: Outcomes = None,
    months: Annotated[
        int | None, typer.Option(min=1, help="Length of a run in months; short for --set months=N.")
    ] = None,
    parameters: Parameters = None,
    sets: Sets = None,
    plugin: Plugins = None,
    base_seed: BaseSeed = None,
    jobs: Jobs = None,
    out: Annotated[
        str | None,
        typer.Option(metavar="FOLDER", help="Folder for runs, tables and figure [default: nothing is kept]."),
    ] = None,
    quiet: Quiet = False,
    no_figures: NoFigures = False,
) -> None:
    """Show how much of a policy was accepted and arrived, which instrument changed which outcome, and what limits it."""
    from model.api.given import overrides
    from model.experiments.explain import plan_explain
    from model.scenario.read import load_scenario

    command = ["pangwa", *sys.argv[1:]]
    given = overrides(sets, months)
    asked = {"replicates": replicates, "parameters": parameters, "base_seed": base_seed}
    plan = plan_explain(scenario, given, command=command, **asked)
    check_outcomes([load_scenario(scenario, given)], outcome or ())
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "runs" if out is None else results_folder(out, plan.name)
        compute(plan, folder, jobs, quiet, resume=True)
        _tell(folder, outcome, kept=out is not None, draw=not no_figures)


def _tell(folder: Path, outcome: list[str] | None, *, kept: bool, draw: bool) -> None:
    """Print the tables and the three sentences; keep them and the figure where the runs are kept."""
    from model.experiments.explain import account_table, clearest, share_table
    from model.experiments.results import read_runs
    from model.output.tables import INSTRUMENTS
    from model.views import explain as views
    from model.views.binds import binding_parts, binding_words
    from model.views.read import Results

    runs, results = read_runs(folder), Results.open(folder)
    policy = runs.scenarios[0]
    frame = partial(results.frame, scenario=policy)

    accounts = account_table(frame("instruments", [one.name for one in INSTRUMENTS]))
    table = share_table(runs, outcomes_of(outcome, runs.outcomes), list(accounts["instrument"]))
    told = list(outcome or clearest(table, len(table)))
    typer.echo(views.accounts_text(accounts) + "\n")
    nothing = "it raises or lowers no outcome for certain by as much as matters"
    typer.echo((views.shares_text(table, told) if told else nothing) + "\n")
    typer.echo("binding constraints\n" + "\n".join(wrapped(sentence, 2) for sentence in binding_words(frame)) + "\n")
    typer.echo(f"{runs.parameters}\n")
    three = views.sentences(policy, accounts, table, binding_parts(frame))
    typer.echo("\n\n".join(wrapped(sentence, 0) for sentence in three))
    if kept:
        figure = views.draw_explain(policy, accounts, table, outcome or ()) if draw else None
        keep(folder / "explain", {"explain": table, "instruments": accounts}, {"explain": figure}, runs.name)
