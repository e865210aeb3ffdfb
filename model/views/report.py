"""Behind the command ``pangwa report``: a batch as one HTML page that needs no network and that prints."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from markupsafe import Markup

from agents.instruments import KIND_MEANINGS
from model import __version__
from model.experiments.commands import run_command
from model.experiments.design import LABEL, point_words
from model.experiments.discrepancy import discrepancy_of
from model.experiments.explain import account_table
from model.experiments.files import refuse_link, write_text
from model.experiments.horizon import horizon_words
from model.experiments.trust import score_sentence, scores_of
from model.output.units import shown_in
from model.scenario.listing import scenario_declarations
from model.scenario.schema import Scenario
from model.views import html
from model.views.analyses import analyses
from model.views.binds import binding_words
from model.views.cells import Cell
from model.views.explain import amounts
from model.views.flows import flow_table
from model.views.page import joined, piece, render
from model.views.read import Results, ViewError
from model.views.report_effects import (
    effects_section,
    figure_of,
    folded,
    headlines,
    named,
    number_cell,
    short_section,
    table_of,
)
from model.views.typical import differing_parameters, typical_runs
from model.views.words import chronicle
from model.world.names import in_words
from model.world.read import load_world

NAME = "report.html"
GENERATOR = f"Pangwa {__version__}"
_NOT_IN_STYLES = re.compile(r"[^\w .:,-]")
_EVENTS = 30
_FLOWS = 4
_MOST_POINTS = 4
"""Design points up to which outcomes are listed at each of them."""
_INSTRUMENTS = "united_states.instruments."

QUESTION = (
    "If the United States engages Myanmar's junta, works with the Kachin Independence Army (KIA) instead, or builds a "
    "route to India with the Quad, who ends up controlling territory, and where do the rare earths flow?"
)
LIMITS = (
    "The model explores what follows from stated assumptions. It does not predict.",
    (
        "Most of what decides the answer has never been observed: how Beijing would respond to US engagement, whether other "
        "governments would follow. Results that rest on assumed parameters are assumed, not observed."
    ),
    (
        "It is not a source on current territorial control, and it is not for targeting: it resolves nothing finer than a township and "
        "a month, and it varies nothing but policy instruments."
    ),
    "Figures from belligerents carry ranges and sources; harm and pollution are reported beside trade.",
)


def write_report(folder: Path, out: Path | None = None, *, actor: str | None = None) -> Path:
    """Write the report of a batch.

    Args:
        folder: the batch's folder.
        out: the file; ``report.html`` in the folder when not given. A file that is no report is not overwritten.
        actor: whose towns the maps of probability show; the KIA, or else the first actor, when not given.

    Returns:
        The file written.

    Raises:
        ViewError: the folder holds no finished batch, the actor is not in it, or the file cannot be written.
    """
    results = Results.open(folder)
    if actor is not None:
        actor = results.pick("actor", actor, results.actors)
    target = out or folder / NAME
    return write_page(target, "report", lambda: page(results, actor))


def write_page(target: Path, what: str, page: Callable[[], str]) -> Path:
    """Make a page and write it; a file that Pangwa did not write is not overwritten.

    Args:
        target: the file.
        what: the page is, as in "is no report".
        page: makes the text; not called where the file is to stay.

    Raises:
        ViewError: the file is another's, or cannot be written.
    """
    refuse_link(target)
    if target.exists() and not _is_page(target):
        raise ViewError(f"{target}: already exists and is not a {what}, so it is not overwritten; choose another name")
    text = page()
    try:
        write_text(target, text)
    except OSError as error:
        raise ViewError(f"{target}: cannot be written: {error.strerror}") from None
    return target


def _is_page(path: Path) -> bool:
    """Whether a file is a page that Pangwa wrote."""
    if not path.is_file():
        return False
    head = path.read_bytes()[:1000]
    return not head or b'name="generator" content="Pangwa' in head


def page(results: Results, actor: str | None = None) -> str:
    """The report as HTML text.

    Args:
        results: a batch in a folder.
        actor: whose towns the maps of probability show.
    """
    parts = [(name, heading, section(results, actor)) for name, heading, section in SECTIONS]
    parts = [part for part in parts if part[2]]
    title = f"Pangwa: {results.name}"
    return render(
        "report.html",
        generator=GENERATOR,
        title=title,
        printed=_NOT_IN_STYLES.sub(" ", title),
        lead=_lead(results),
        limits=_limits(results),
        parts=parts,
    )


def _lead(results: Results) -> str:
    runs = results.manifest.get("runs", {})
    failed = f"; {runs['failed']} runs failed and are excluded" if runs.get("failed") else ""
    swept = f" at {results.points} design points" if results.points > 1 else ""
    against = f"compared with {results.reference or 'nothing'}{failed}; {results.parameters}"
    return f"{len(results.scenarios)} scenarios{swept}, {results.runs_each} runs each, {_calendar(results)}; {against}."


def _calendar(results: Results) -> str:
    """How long the runs are and when they begin, for each scenario where these differ."""
    spans: dict[str, list[str]] = {}
    for name in results.scenarios:
        spans.setdefault(f"{results.ends[name]} months from {results.starts[name]}", []).append(name)
    if len(spans) == 1:
        return next(iter(spans))
    return "; ".join(f"{span} ({', '.join(names)})" for span, names in spans.items())


def _limits(results: Results) -> Markup:
    counts = _statuses(results)
    total = sum(counts.values())
    known = ", ".join(f"{number} {status}" for status, number in counts.most_common())
    more = [f"Of {total} parameters, {known} (pangwa parameters lists them with their sources)."] if total else []
    beyond = [words] if (words := horizon_words(results.ends.values())) else []
    scores = scores_of(results.world)
    against = [score_sentence(scores)] if scores is not None else []
    listed = html.listing([*beyond, *LIMITS, *against, *more])
    return piece('<div class="limits"><h3>Limits</h3>{{ listed }}</div>', listed=listed)


def _statuses(results: Results) -> Counter[str]:
    """How many parameters of the reference are observed, assumed and so on; empty for batches of another version."""
    scenarios = results.manifest.get("scenarios", {})
    resolved = scenarios.get(results.reference or results.scenarios[0])
    try:
        scenario = Scenario.model_validate({**resolved, "name": ""}, strict=False)
    except (TypeError, ValueError):
        return Counter()
    return Counter(one.status for one in scenario_declarations(scenario))


def _question(results: Results, actor: str | None) -> Markup:
    described = _paragraphs(results.manifest.get("description", ""))
    return joined(map(html.paragraph, [QUESTION, *described]))


def _policies(results: Results, actor: str | None) -> Markup:
    parts = []
    for name in results.scenarios:
        prose = results.manifest.get("prose", {}).get(name, {})
        resolved = results.manifest.get("scenarios", {}).get(name, {})
        title = f"{name}: {prose['title']}" if prose.get("title") else name
        means = resolved.get("united_states", {}).get("instruments", {})
        amounts = _amounts(results, name)
        words = [_instrument(key, one, amounts.get(key, "")) for key, one in means.items()]
        told = html.listing(words) if words else html.paragraph("No instruments: there is no new US policy.")
        described = joined(map(html.paragraph, _paragraphs(prose.get("description", ""))))
        parts.append(html.heading(title) + described + told)
    source = "From manifest.json: prose, and scenarios, united_states.instruments; deliveries from instruments.parquet."
    return html.columns(parts) + html.source_line(source)


def _paragraphs(text: object) -> list[str]:
    """The paragraphs of a text, which empty lines part."""
    return [" ".join(part.split()) for part in str(text).split("\n\n") if part.strip()]


def _amounts(results: Results, scenario: str) -> dict[str, str]:
    """What is promised of each instrument of a scenario in a month and what arrives of it, means over runs and months."""
    found = {}
    for row in account_table(results.instruments(scenario)).to_dict("records"):
        promised, arrives = amounts(row)
        found[str(row["instrument"])] = f"promised {promised} per month, of which {arrives} is delivered"
    return found


def _instrument(name: str, one: dict[str, Any], amount: str) -> str:
    kind = str(one.get("kind", "")).replace("_", " ")
    target = f" for {in_words(str(one['target']))}" if one.get("target") else ""
    end = "to the end" if one.get("end") is None else f"to month {one['end']}"
    when = f", while {_condition(one['when'])}" if one.get("when") else ""
    return (
        f"{kind}{target} ({name}): {amount or 'level ' + str(one.get('level', 1))}, from month "
        f"{one.get('start', 0)} {end}, two thirds reached after {one.get('ramp', 0):g} months{when}. "
        f"That is: {KIND_MEANINGS.get(str(one.get('kind')), 'see the scenario')}."
    )


def _condition(when: dict[str, Any]) -> str:
    return " and ".join(f"{what} of {key} is {value}" for what, table in when.items() for key, value in table.items())


def _control(results: Results, actor: str | None) -> Markup:
    return (
        figure_of(results, "control", "actors.parquet: seat_population_share")
        + figure_of(results, "countryside", "actors.parquet: population_share")
        + figure_of(results, "map", "control.parquet: holder at the end")
    )


def _probability(results: Results, actor: str | None) -> Markup:
    shown = figure_of(results, "years", "control.parquet: holder, share of runs", [actor] if actor else None)
    return shown + _discrepancy(results)


def _discrepancy(results: Results) -> Markup:
    """What bands and chances include besides the spread of runs."""
    learnt = discrepancy_of(results.world)
    if learnt is None:
        return Markup("")
    return html.paragraph(f"{learnt.sentence()} Tables of outcomes give the quantiles of the runs alone.")


def _exports(results: Results, actor: str | None) -> Markup:
    return figure_of(
        results, "exports", "monthly.parquet: exports_t_china_official, exports_t_china_informal, exports_t_quad"
    ) + _discrepancy(results)


def _binds(results: Results, actor: str | None) -> Markup:
    """What binds each policy, in words, and the road to India as a figure."""
    parts = []
    for name in results.scenarios if results.months else ():
        words = binding_words(partial(results.frame, scenario=name))
        parts += [html.heading(name) + html.listing(words)] if words else []
    source = "monthly.parquet: road_*, exports_t_quad, *_usd; actors.parquet: mine_capacity_t, ceasefire_worth"
    return figure_of(results, "road", source) + joined(parts)


def _flows(results: Results, actor: str | None) -> Markup:
    diagram = figure_of(results, "flows", "exports.parquet: tonnes")
    if not diagram:
        return html.paragraph("There were no exports.")
    table = flow_table(results)
    rows = []
    for name in results.scenarios:
        for row in table[table["scenario"] == name].head(_FLOWS).to_dict("records"):
            picked = {key: row[key] for key in ("scenario", "mine", "seller", "crossing", "destination")}
            rows.append([*picked.values(), Cell(float(row["tonnes"]), "exports.parquet", picked, "tonnes")])
    source = "exports.parquet: tonnes of the last 12 months, mean over runs; the largest flows"
    head = ("scenario", "mine", "seller", "crossing", "destination", "t REO per run")
    return diagram + folded("The largest flows as a table", html.table(head, rows, source))


def _outcomes(results: Results, actor: str | None) -> Markup:
    summary = table_of(results, "summary.csv")
    if summary is None:
        return Markup("")
    if results.points > _MOST_POINTS:
        return html.paragraph(
            f"summary.csv has median, 10 and 90% quantiles and mean of every outcome at each of the {results.points} "
            "design points, too many to list here."
        )
    rows = []
    for known in headlines(results):
        part = summary[summary["outcome"] == known.name].to_dict("records")
        for order, record in enumerate(part):
            picked = {"scenario": record["scenario"], "point": record["point"], "outcome": known.name}
            factor = shown_in(known.unit).factor
            numbers = [number_cell(record, "summary.csv", key, factor) for key in ("median", "p10", "p90", "mean")]
            numbers.append(number_cell(record, "summary.csv", "n"))
            head_cell = named(known, shown_in(known.unit).level, len(part)) if order == 0 else None
            rows.append([head_cell, _row_name(results, picked), *numbers])
    head = ("outcome", "scenario", "median", "10%", "90%", "mean", "runs")
    return html.table(head, rows, "summary.csv")


def _row_name(results: Results, picked: dict[str, Any]) -> str:
    if results.points == 1:
        return str(picked["scenario"])
    points = results.manifest.get("points", [])
    number = int(picked["point"])
    values = points[number] if number < len(points) else {}
    return f"{picked['scenario']}, {point_words(values, points)}"


def _chronicle(results: Results, actor: str | None) -> Markup:
    typical = typical_runs(results)
    parts = []
    for row in typical.to_dict("records"):
        events = results.frame("events", ["date", "kind", "text"], run_id=row["run_id"])
        told = chronicle(events, _EVENTS) if len(events) else "No events to report."
        heading = f"{row['scenario']}: {_which(results, row)}, the run nearest to the scenario's medians"
        parts.append(html.heading(heading) + piece("<pre>{{ told }}</pre>", told=told))
        command = run_command(results.manifest, row["scenario"], int(row["point"]), int(row["replicate"]))
        again = piece(" To repeat this run: <code>{{ command }}</code>", command=command) if command else ""
        source = piece("From events.parquet, run_id {{ run }}, which has all events.", run=row["run_id"])
        parts.append(html.source_line(source + again))
    words = "One run is one possible history; it shows how the model works, not what will happen."
    return html.paragraph(words) + html.columns(parts)


def _which(results: Results, row: dict[Any, Any]) -> str:
    """A run of a scenario in words: its replicate, design point and parameter vector."""
    points, vectors = results.manifest.get("points", []), results.manifest.get("vectors", [])
    words = [f"replicate {row['replicate']}"]
    if len(points) > 1:
        words.append(point_words(points[int(row["point"])], points))
    if vectors:
        words.append(f"parameter vector {int(row['replicate']) % len(vectors)}")
    return ", ".join(words)


def _parameters(results: Results, actor: str | None) -> Markup:
    scenarios = {name: results.manifest.get("scenarios", {}).get(name, {}) for name in results.scenarios}
    table = differing_parameters(scenarios)
    policy = table["path"].astype(str).str.startswith(_INSTRUMENTS)
    levels = table[policy & table["path"].astype(str).str.endswith(".level")]
    rows = [
        [path, *("-" if value is None else value for value in values)] for path, *values in table[~policy].to_numpy()
    ]
    rows += [[path, *("-" if value is None else value for value in values)] for path, *values in levels.to_numpy()]
    more = _swept(results)
    if not rows:
        return html.paragraph("The scenarios do not differ in any parameter.") + more
    alone = html.paragraph("The scenarios differ only in US instruments.") if policy.all() else Markup("")
    source = "manifest.json: scenarios; '-' if there is none; only the levels of instruments, which are described above"
    return alone + html.table(["parameter", *scenarios], rows, source) + more


def _swept(results: Results) -> Markup:
    """What each design point sets, with its label where it has one."""
    points = [point for point in results.manifest.get("points", []) if point]
    words = []
    for point in points:
        sets = point_words({path: value for path, value in point.items() if path != LABEL}) or "nothing changed"
        words.append(f"{point[LABEL]}: {sets}" if LABEL in point else sets)
    return html.paragraph("At the design points:") + html.listing(words) if words else Markup("")


def _provenance(results: Results, actor: str | None) -> Markup:
    m = results.manifest
    runs = m.get("runs", {})
    packages = ", ".join(f"{name} {version}" for name, version in m.get("packages", {}).items())
    hashes = ", ".join(f"{name} {value}" for name, value in m.get("scenario_hashes", {}).items())
    seeds = [str(seed) for seed in m.get("seeds", [])] if m.get("base_seed") is None else ["the base seed"]
    facts = (
        ("model", f"Pangwa {m.get('version', '?')}, commit {m.get('commit') or 'unknown'}; report by {GENERATOR}"),
        ("packages", packages),
        ("Python", f"{m.get('python', '?')} on {m.get('platform', '?')}"),
        ("command", " ".join(m.get("command", []))),
        ("runs", f"{runs.get('planned', '?')} planned, {runs.get('ok', '?')} ok, {runs.get('failed', '?')} failed"),
        ("base seed", m.get("base_seed", "?")),
        ("seeds of replicates", ", ".join(seeds[:8]) + (f" and {len(seeds) - 8} more" if len(seeds) > 8 else "")),
        ("plan", m.get("plan_id", "?")),
        ("hashes of scenarios", hashes),
        ("world", f"{Path(results.world).name}, {len(load_world(results.world).codes)} townships"),
    )
    return html.table(("what", "value"), facts, "manifest.json")


Section = Callable[[Results, str | None], Markup]
SECTIONS: tuple[tuple[str, str, Section], ...] = (
    ("question", "The question", _question),
    ("short", "Summary", short_section),
    ("policies", "Description of the policies", _policies),
    ("control", "Who controls the territory", _control),
    ("probability", "Probabilities by year", _probability),
    ("exports", "Where the rare earths flow", _exports),
    ("binds", "Binding constraints: the road to India, contracts, peace", _binds),
    ("flows", "Flows from mine to seller, crossing and destination", _flows),
    ("effects", "What a policy changes", effects_section),
    ("analyses", "Further analyses", lambda results, actor: analyses(results)),
    ("outcomes", "Outcomes by scenario", _outcomes),
    ("chronicle", "A typical run of each scenario", _chronicle),
    ("parameters", "Parameters that differ between the scenarios", _parameters),
    ("provenance", "Provenance", _provenance),
)
