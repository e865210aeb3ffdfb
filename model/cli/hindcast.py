"""The commands ``hindcast`` and ``calibrate``: the model against the record, and parameters chosen by it."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from model.cli.batches import Jobs, NoFigures, Overwrite, Quiet, Resume
from model.cli.record import compare
from model.cli.text import columns, fail, results_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from model.experiments.hindcast.report import Report
    from model.experiments.hindcast.rolling import Origin
    from model.experiments.hindcast.score import Scored
    from model.experiments.plan import BatchPlan

_WORLD = "myanmar"
"""Whose record the hindcasts are scored by."""


def hindcast(
    forcing: Annotated[
        bool, typer.Option("--forcing", help="List the external events imposed in the hindcasts, and exit.")
    ] = False,
    rolling: Annotated[
        bool, typer.Option("--rolling", help="Also score forecasts from dated states, ten and twenty months ahead.")
    ] = False,
    replicates: Annotated[int, typer.Option("--replicates", "-r", min=1, help="Runs per hindcast.")] = 50,
    out: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Folder [default: results/hindcast].")] = None,
    parameters: Annotated[
        str | None,
        typer.Option(
            metavar="SET", help="plausible (the default where the world has that set), a CSV file, or defaults."
        ),
    ] = None,
    record: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE", help="Compare with your own data instead (see pangwa record check); repeatable."),
    ] = None,
    scenario: Annotated[
        str | None, typer.Option(help="With --record: a scenario of yours instead of the shipped hindcasts.")
    ] = None,
    jobs: Jobs = None,
    resume: Resume = False,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    no_figures: NoFigures = False,
) -> None:
    """Run the four hindcasts and score them on the 27 patterns of the record; misses come first.

    The folder gets discrepancy.csv and, with --rolling, scores.csv: copied into the world's folder, pages use and quote them.
    """
    from model.experiments.batch import run_batch
    from model.experiments.hindcast.simulate import simulate_hindcast
    from model.experiments.parameter_sets import CENTRAL, PLAUSIBLE, set_file

    if forcing:
        typer.echo(_forcing_listed())
        return
    again = partial(run_batch, jobs=jobs, resume=resume, overwrite=overwrite, quiet=quiet)
    if record:
        run = partial(again, out=results_folder(out, "hindcast-record"))
        raise typer.Exit(compare(record, scenario, replicates, parameters, run, draw=not no_figures))
    if scenario is not None:
        fail("--scenario needs --record FILE: the patterns of the shipped record apply only to the shipped hindcasts")
    chosen = parameters or (CENTRAL if set_file(None, _WORLD) is None else PLAUSIBLE)
    done = again(_planned(replicates, chosen, rolling), results_folder(out, "hindcast"), simulate=simulate_hindcast)
    if not done.complete:
        raise typer.Exit(done.exit_code)
    typer.echo("\n".join(_scored(done.folder, chosen, rolling=rolling, draw=not no_figures)))
    raise typer.Exit(done.exit_code)


def _scored(folder: Path, chosen: str, *, rolling: bool, draw: bool) -> list[str]:
    """Score a folder of the four hindcasts, write and draw the scores, and tell them."""
    from model.experiments.hindcast.report import read_report, write_report

    report, origins = read_report(folder), _rolled(folder) if rolling else []
    write_report(folder, report)
    _write_scores(folder, report, origins, chosen)
    if draw:
        from model.views.hindcast import hindcast_figures

        hindcast_figures(folder, report, origins)
    return _told(report, chosen, folder, origins)


def _planned(replicates: int, parameters: str, rolling: bool) -> BatchPlan:
    """The batch of the four hindcasts, with ``rolling`` also of those that start from other dated states.

    The hash of what they are scored by goes into its manifest.
    """
    import dataclasses

    from model.experiments.batch_file import read_plan
    from model.experiments.hindcast.observed import ORIGINS
    from model.experiments.hindcast.patterns import SCENARIOS, frozen_hash
    from model.scenario.spec import MONTHLY_MAP

    plan = read_plan(
        tuple(dict.fromkeys([*SCENARIOS, *(ORIGINS if rolling else ())])),
        replicates=replicates,
        record=(MONTHLY_MAP,),
        parameters=parameters,
        apart=True,
        command=["pangwa", *sys.argv[1:]],
    )
    text = f"hindcast with parameters: {parameters}; patterns, operators and scoring: {frozen_hash()}"
    return dataclasses.replace(plan, name="hindcast", description=text)


def _forcing_listed() -> str:
    from model.experiments.hindcast.patterns import SCENARIOS
    from model.scenario.read import load_scenario

    found: dict[tuple[str, ...], list[str]] = {}
    for name in SCENARIOS:
        scenario = load_scenario(name)
        for one in scenario.forcing:
            if one.end is not None and one.end < scenario.start:
                continue
            what = one.kind if one.kind not in ("lanes", "close_lanes") else f"{one.kind} ({one.lane})"
            about = " -> ".join(part for part in (one.target, one.actor) if part) or "all"
            value = "" if one.kind == "holder" else f"{one.value:g}"
            row = (one.name, what, about, one.start, one.end or "for good", value)
            found.setdefault(row, []).append(name.removeprefix("hindcast").removeprefix("_") or "free run")
    rows: list[tuple[str, ...]] = [("name", "what", "about", "from", "to", "value", "in")]
    rows += [(*row, ", ".join(names)) for row, names in found.items()]
    return columns(rows)


def _rolled(folder: Path) -> list[Origin]:
    from model.experiments.hindcast.rolling import rolling, write_rolling

    origins = rolling(folder)
    write_rolling(folder, origins)
    return origins


def _write_scores(folder: Path, report: Report, origins: Sequence[Origin], chosen: str) -> None:
    """What the record teaches about the model's discrepancy, and with origins the scores that pages quote."""
    from model import __version__
    from model.experiments import trust
    from model.experiments.discrepancy import FILE, write_discrepancy
    from model.experiments.hindcast.learn import learn
    from model.experiments.hindcast.rolling import count
    from model.experiments.manifest import commit, read_manifest
    from model.experiments.parameter_sets import PLAUSIBLE

    # What the numbers depend on; folders and processes of whoever ran it stay out of the world's tables.
    drawn = "" if chosen == PLAUSIBLE else f" --parameters {chosen}"
    runs = f"--replicates {read_manifest(folder)['replicates']}"
    command = f"pangwa hindcast {'--rolling ' if origins else ''}{runs}{drawn}"
    write_discrepancy(folder / FILE, learn(folder, _WORLD, command))
    if not origins:
        return
    _, *counts = report.counts()
    told = dict(line.partition(" (")[0].split(": ") for line in (*counts, count(origins)))
    scores = {
        trust.WITHIN: f"{100 * report.coverage[0.8]:.0f}%",
        trust.ALONE: f"{100 * report.alone[0.8]:.0f}%",
        trust.DISCREPANCY: f"{100 * report.spread:.0f}%",
        **told,
        trust.COMMAND: command,
        trust.VERSION: __version__,
        trust.COMMIT: commit() or "unknown",
    }
    trust.write_scores(folder / trust.FILE, scores)


def _origins(origins: Sequence[Origin]) -> list[str]:
    """Restarts from dated states as tables."""
    from model.experiments.hindcast.rolling import FORECASTS, SIDES

    rows: list[tuple[str, ...]] = [("  from", "to", *FORECASTS, "changed hands", "model")]
    nets: list[tuple[str, ...]] = [
        ("  from", "to", *SIDES, "junta", "slope", "alone", "moves a month", "runs", "imports", "climatology")
    ]
    for one in origins:
        brier = [f"{one.brier[name]:.4f}" for name in FORECASTS]
        rows.append((f"  {one.origin}", one.until, *brier, f"{one.flipped}", f"{one.expected:.0f}"))
        told = [f"{net.seen:+d} ({net.modelled[0]:+.0f} to {net.modelled[2]:+.0f})" for net in one.nets.values()]
        moves = [*(f"{number:.2f}" for number in one.slopes), *(f"{number:.1f}" for number in one.moves)]
        crps = ["", ""] if one.imports is None else [f"{number:,.0f}" for number in one.imports[1:]]
        nets.append((f"  {one.origin}", one.until, *told, "held, right sign" if one.holds else "missed", *moves, *crps))
    return [
        "",
        "Forecasts from dated states: Brier score of townships that change hands (model recalibrated on the other years):",
        columns(rows),
        "",
        "Net change of townships with 80% intervals (the junta's with its discrepancy), logit slopes of probabilities (1 is best),",
        "changes of hands, and CRPS of imports (t):",
        columns(nets),
    ]


def _told(report: Report, parameters: str, folder: Path, origins: Sequence[Origin] = ()) -> list[str]:
    from model.experiments.hindcast.report import met_strictly, ordered
    from model.experiments.hindcast.rolling import count

    rows = ordered(report.rows)
    met = met_strictly(report.rows)
    missed = [row for row in rows if not met[row.pattern.pattern]]
    hit = [row for row in rows if met[row.pattern.pattern]]
    head: tuple[str, ...] = ("", "pattern", "observed", "median", "5-95%", "within", "")
    lines = [_how_wide(report), "", f"Missed ({parameters} parameters):", columns([head, *map(_row, missed)])]
    lines += [
        "",
        "Met:",
        columns([head, *map(_row, hit)]),
        "",
        "Not testable: P24 (no petrol price), P26 (series too short).",
    ]
    lines += ["", *_forecasts(report), *(_origins(origins) if origins else []), *_sieges(report), ""]
    if not report.frozen[1]:
        lines.append(
            "Patterns, operators or scoring have changed since they were frozen: these scores are not comparable."
        )
    width, *counts = report.counts()
    rolled = [count(origins)] if origins else []
    return [*lines, f"Scored with {report.frozen[0]}. Tables and figures are in {folder}", width, *rolled, *counts]


def _how_wide(report: Report) -> str:
    """How far the model's bands hold the months of imports, in words that nobody takes for a success where they do not."""
    held = ", ".join(
        f"{100 * band:.0f}% intervals contain {100 * share:.0f}%" for band, share in report.coverage.items()
    )
    alone = report.alone[0.8]
    return (
        f"Imports of all origins, by month: {held} of them: {_verdict(report.coverage[0.8])}. Bands include a model discrepancy of "
        f"{100 * report.spread:.0f}% (log sd), learnt on the other years to the end of 2024; without it, 80% intervals "
        f"contain {100 * alone:.0f}%: {_verdict(alone)}. These are scores against the record, not effects of policies."
    )


def _verdict(held: float) -> str:
    return "too narrow" if held < 0.7 else "too wide" if held > 0.9 else "about as wide as they should be"


def _row(row: Scored) -> tuple[str, ...]:
    one = row.pattern
    interval = "" if row.low is None or row.high is None else f"{_short(row.low)} to {_short(row.high)}"
    if row.median is None:
        interval = f"does not happen in {row.runs - row.defined} of {row.runs} runs"
    marks = [one.use, *(["free"] if one.free else []), *([] if row.met else [f"tolerance {one.low:g} to {one.high:g}"])]
    share = "" if one.summary == "share" else f"{100 * row.within:.0f}%"
    unit = "" if one.unit in ("share", "ratio", "p") else f" {one.unit}"
    return (
        one.pattern,
        one.name,
        f"{_short(one.observed)}{unit}",
        _short(row.median),
        interval,
        share,
        ", ".join(marks),
    )


def _short(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _forecasts(report: Report) -> list[str]:
    lines = ["Imports from all origins (t): mean CRPS, and share of points within the 5-95% interval:"]
    rows: list[tuple[str, ...]] = []
    for one in report.series:
        known = one.crps is not None and one.coverage is not None
        score = (f"{one.crps:,.0f}", f"{100 * (one.coverage or 0):.0f}%") if known else ("not scorable", "")
        rows.append((f"  {one.name}", f"{one.points} points", *score))
    lines += [
        columns(rows),
        "",
        "Towns that change hands: Brier score and its reliability component (smaller is better):",
    ]
    flips: list[Any] = [
        (
            f"  {one.name}",
            f"{one.brier:.4f}",
            f"{one.reliability:.4f}",
            f"chance {one.forecast:.3f}, seen {one.observed:.3f}",
        )
        for one in report.flips
    ]
    return [*lines, columns(flips)]


def _sieges(report: Report) -> list[str]:
    runs, share = report.bhamo
    if not runs:
        return ["", "Bhamo is not besieged in any run."]
    return [
        "",
        f"Bhamo is besieged in {runs} runs of hindcast_2024; in {100 * share:.0f}% of these it holds out for a year or more.",
    ]


def calibrate(
    out: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Folder for the waves; the same command continues there.")
    ] = Path("results/calibration"),
    waves: Annotated[int, typer.Option(min=1, help="Waves per block.")] = 3,
    vectors: Annotated[int, typer.Option(min=8, help="Parameter vectors per wave; twice as many in the first.")] = 500,
    replicates: Annotated[int, typer.Option("--replicates", "-r", min=2, help="Runs per vector.")] = 4,
    members: Annotated[int, typer.Option(min=5, help="Number of vectors in the set.")] = 120,
    wide: Annotated[
        bool, typer.Option("--wide", help="Draw from wide priors, to check that the data decide, not the prior.")
    ] = False,
    jobs: Jobs = None,
) -> None:
    """Rule out parameter vectors that contradict observations to the end of 2024, and draw a set from the rest."""
    from model.experiments.hindcast.calibrate import Plan, calibrate, choose, shrinkage, write_results
    from model.experiments.hindcast.middle import SCENARIO, find_middle, write_parameters
    from model.experiments.hindcast.priors import BLOCKS, priors
    from model.scenario.read import load_scenario

    if members > vectors * waves:
        fail(f"--members {members}: exceeds the {vectors * waves} vectors that are tried; give at most that many")
    plan = Plan(out, waves, vectors, replicates, members, jobs, wide)
    found = calibrate(plan, typer.echo)
    chosen = choose(found, plan)
    written = write_results(plan, found, chosen, shrinkage(found, plan))
    middle = find_middle(load_scenario(SCENARIO), chosen, out / "middle", jobs)
    written.append(out / "parameters.csv")
    write_parameters(written[-1], middle, [prior for block in BLOCKS for prior in priors(block, wide)])
    typer.echo(middle.sentence(len(chosen)))
    typer.echo(f"wrote {', '.join(str(path) for path in written)}")
    typer.echo(
        "To use them everywhere, copy plausible.csv and parameters.csv into the world's folder; then pangwa hindcast --rolling "
        "writes the discrepancy.csv and scores.csv that belong to them"
    )


def odd(
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="File [default: model/ODD.md of the program].")
    ] = None,
) -> None:
    """Write the model description in the ODD+D protocol, with its tables generated from the code."""
    from model.experiments.files import write_text
    from model.views.odd import TARGET, odd_text

    path = TARGET if out is None else out
    try:
        write_text(path, odd_text())
    except OSError as error:
        fail(f"{path}: cannot be written: {error.strerror}")
    typer.echo(f"wrote {path}")
