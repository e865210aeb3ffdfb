"""Behind the command ``pangwa report``: a batch as one HTML page that needs no network and that prints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

import pandas as pd

from agents.instruments import KIND_MEANINGS
from model import __version__
from model.experiments.commands import run_command
from model.experiments.compare import EFFECT_COLUMNS, LOWERS, RAISES
from model.experiments.design import LABEL, point_words
from model.experiments.explain import account_table
from model.experiments.summary import SUMMARY_COLUMNS
from model.output.outcomes import Outcome, heading_of, outcome_list
from model.output.tables import INSTRUMENTS
from model.output.units import shown_in
from model.scenario.listing import scenario_declarations
from model.scenario.schema import Scenario
from model.views import html
from model.views.analyses import analyses
from model.views.binds import binding_words
from model.views.explain import amounts
from model.views.figures import draw
from model.views.flows import flow_table
from model.views.html import Cell, Named
from model.views.read import Results, ViewError
from model.views.typical import differing_parameters, typical_runs
from model.views.words import HEADLINES, chronicle
from model.world.read import load_world

NAME = "report.html"
GENERATOR = f"Pangwa {__version__}"
_EVENTS = 30
_FLOWS = 4
_MOST_POINTS = 4
"""Design points up to which outcomes are listed at each of them."""
_COLUMNS = {"summary.csv": SUMMARY_COLUMNS, "effects.csv": EFFECT_COLUMNS}
_INSTRUMENTS = "united_states.instruments."

QUESTION = (
    "If the United States engages Myanmar's junta, or goes around it to the Kachin Independence Army (KIA), or builds a "
    "route to India with the Quad, what happens to who controls the territory and to where the rare earths flow?"
)
LIMITS = (
    "The model explores what follows from stated assumptions. It does not predict.",
    (
        "Most of what decides the answer has never been observed: how Beijing would answer US engagement, whether other "
        "governments would follow. Results that rest on assumed parameters are assumed, not observed."
    ),
    (
        "It is not a source on current territorial control, and it is not for targeting: township and month are the finest "
        "grain, and policy instruments are the only thing to vary."
    ),
    "Belligerents' figures carry ranges and sources; harm and pollution stand beside trade.",
)


PAIRED = (
    "Replicate k of two scenarios meets the same random draws, so effects are paired differences. 'Not clear' means that the 95 % "
    "interval of the mean (BCa bootstrap, or Student's t below 20 pairs) holds zero; 'undetermined' that of the sets of "
    "assumptions with an effect fewer than nine in ten agree on its sign. The variance ratio says how many times more runs "
    "would be needed without pairing, the column after it how many would halve the interval. They rest on assumed parameters."
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
    if target.exists() and not _is_report(target):
        raise ViewError(f"{target}: is there already and is no report, so it is not overwritten; choose another name")
    text = page(results, actor)
    try:
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ViewError(f"{target}: cannot be written: {error.strerror}") from None
    return target


def _is_report(path: Path) -> bool:
    return path.is_file() and b'name="generator" content="Pangwa' in path.read_bytes()[:1000]


def page(results: Results, actor: str | None = None) -> str:
    """The report as HTML text.

    Args:
        results: a batch in a folder.
        actor: whose towns the maps of probability show.
    """
    parts = [(name, heading, section(results, actor)) for name, heading, section in SECTIONS]
    parts = [part for part in parts if part[2]]
    links = "".join(f'<li><a href="#{name}">{html.escape(heading)}</a></li>' for name, heading, _ in parts)
    body = "".join(
        f'<section id="{name}"><h2>{html.escape(heading)}</h2>{content}</section>' for name, heading, content in parts
    )
    template = Template(files("model.views").joinpath("report.html").read_text(encoding="utf-8"))
    return template.substitute(
        generator=GENERATOR,
        title=html.escape(f"Pangwa: {results.name}"),
        lead=html.escape(_lead(results)),
        body=f"{_limits(results)}<nav><ol>{links}</ol></nav>{body}",
    )


def _lead(results: Results) -> str:
    runs = results.manifest.get("runs", {})
    failed = f"; {runs['failed']} runs failed and are left out" if runs.get("failed") else ""
    swept = f" at {results.points} design points" if results.points > 1 else ""
    vectors = len(results.manifest.get("vectors", []))
    swept += f" with {vectors} parameter vectors in turn" if vectors else ""
    return (
        f"{len(results.scenarios)} scenarios{swept}, {results.runs_each} runs each, {results.months} months "
        f"from {results.start}; compared with {results.reference or 'nothing'}{failed}."
    )


def _limits(results: Results) -> str:
    counts = _statuses(results)
    total = sum(counts.values())
    known = ", ".join(f"{number} {status}" for status, number in counts.most_common())
    more = [f"Of {total} parameters, {known} (pangwa parameters lists them with their sources)."] if total else []
    return f'<div class="limits"><h3>Limits first</h3>{html.listing([*LIMITS, *more])}</div>'


def _statuses(results: Results) -> Counter[str]:
    """How many parameters of the reference are observed, assumed and so on; empty for batches of another version."""
    scenarios = results.manifest.get("scenarios", {})
    resolved = scenarios.get(results.reference or results.scenarios[0])
    try:
        scenario = Scenario.model_validate({**resolved, "name": ""}, strict=False)
    except (TypeError, ValueError):
        return Counter()
    return Counter(one.status for one in scenario_declarations(scenario))


def _question(results: Results, actor: str | None) -> str:
    described = _paragraphs(results.manifest.get("description", ""))
    return "".join(map(html.paragraph, [QUESTION, *described]))


def _policies(results: Results, actor: str | None) -> str:
    parts = []
    for name in results.scenarios:
        prose = results.manifest.get("prose", {}).get(name, {})
        resolved = results.manifest.get("scenarios", {}).get(name, {})
        title = f"{name}: {prose['title']}" if prose.get("title") else name
        means = resolved.get("united_states", {}).get("instruments", {})
        amounts = _amounts(results, name)
        words = [_instrument(key, one, amounts.get(key, "")) for key, one in means.items()]
        told = html.listing(words) if words else html.paragraph("No instruments: Washington does nothing new.")
        described = "".join(map(html.paragraph, _paragraphs(prose.get("description", ""))))
        parts.append(f"<h3>{html.escape(title)}</h3>{described}{told}")
    source = (
        "From manifest.json: prose, and scenarios, united_states.instruments; what arrives from instruments.parquet."
    )
    return f'<div class="columns">{"".join(parts)}</div><p class="source">{source}</p>'


def _paragraphs(text: object) -> list[str]:
    """The paragraphs of a text, which empty lines part."""
    return [" ".join(part.split()) for part in str(text).split("\n\n") if part.strip()]


def _amounts(results: Results, scenario: str) -> dict[str, str]:
    """What is promised of each instrument of a scenario in a month and what arrives of it, means over runs and months."""
    rows = results.frame("instruments", [column.name for column in INSTRUMENTS], scenario=scenario)
    found = {}
    for row in account_table(rows).to_dict("records"):
        promised, arrives = amounts(row)
        found[str(row["instrument"])] = f"promised {promised} a month, of which {arrives} arrives"
    return found


def _instrument(name: str, one: dict[str, Any], amount: str) -> str:
    kind = str(one.get("kind", "")).replace("_", " ")
    target = f" for {one['target']}" if one.get("target") else ""
    end = "to the end" if one.get("end") is None else f"to month {one['end']}"
    when = f", while {_condition(one['when'])}" if one.get("when") else ""
    return (
        f"{kind}{target} ({name}): {amount or 'level ' + str(one.get('level', 1))}, from month "
        f"{one.get('start', 0)} {end}, two thirds reached after {one.get('ramp', 0):g} months{when}. "
        f"That is: {KIND_MEANINGS.get(str(one.get('kind')), 'see the scenario')}."
    )


def _condition(when: dict[str, Any]) -> str:
    return " and ".join(f"{what} of {key} is {value}" for what, table in when.items() for key, value in table.items())


def _figure(results: Results, kind: str, source: str, actors: Sequence[str] | None = None) -> str:
    figure = draw(results, kind, actors)
    return "" if figure is None else html.picture(figure, source)


def _control(results: Results, actor: str | None) -> str:
    return (
        _figure(results, "control", "actors.parquet: seat_population_share")
        + _figure(results, "countryside", "actors.parquet: population_share")
        + _figure(results, "map", "control.parquet: holder at the end")
    )


def _probability(results: Results, actor: str | None) -> str:
    return _figure(results, "years", "control.parquet: holder, share of runs", [actor] if actor else None)


def _exports(results: Results, actor: str | None) -> str:
    return _figure(
        results, "exports", "monthly.parquet: exports_t_china_official, exports_t_china_informal, exports_t_quad"
    )


def _binds(results: Results, actor: str | None) -> str:
    """What binds each policy, in words, and the road to India as a figure."""
    parts = []
    for name in results.scenarios if results.months else ():
        words = binding_words(partial(results.frame, scenario=name))
        parts += [f"<h3>{html.escape(name)}</h3>{html.listing(words)}"] if words else []
    source = "monthly.parquet: road_*, exports_t_quad, *_usd; actors.parquet: mine_capacity_t, ceasefire_worth"
    return _figure(results, "road", source) + "".join(parts)


def _flows(results: Results, actor: str | None) -> str:
    diagram = _figure(results, "flows", "exports.parquet: tonnes")
    if not diagram:
        return html.paragraph("Nothing was exported.")
    table = flow_table(results)
    rows = []
    for name in results.scenarios:
        for row in table[table["scenario"] == name].head(_FLOWS).to_dict("records"):
            picked = {key: row[key] for key in ("scenario", "mine", "seller", "crossing", "destination")}
            rows.append([*picked.values(), Cell(float(row["tonnes"]), "exports.parquet", picked, "tonnes")])
    source = "exports.parquet: tonnes of the last 12 months, summed, over the number of runs; the largest flows"
    head = ("scenario", "mine", "seller", "crossing", "destination", "t REO a run")
    return diagram + _folded("The largest flows as a table", html.table(head, rows, source))


def _folded(summary: str, content: str) -> str:
    return f"<details open><summary>{html.escape(summary)}</summary>{content}</details>"


def _outcomes(results: Results, actor: str | None) -> str:
    summary = _csv(results, "summary.csv")
    if summary is None:
        return ""
    if results.points > _MOST_POINTS:
        return html.paragraph(
            f"summary.csv has median, 10 and 90 % quantiles and mean of every outcome at each of the {results.points} "
            "design points, which are too many to be listed here."
        )
    rows = []
    for known in _headlines(results):
        part = summary[summary["outcome"] == known.name].to_dict("records")
        for order, record in enumerate(part):
            picked = {"scenario": record["scenario"], "point": record["point"], "outcome": known.name}
            factor = shown_in(known.unit).factor
            numbers = [_number(record, "summary.csv", key, factor) for key in ("median", "p10", "p90", "mean")]
            numbers.append(_number(record, "summary.csv", "n"))
            head_cell = _named(known, shown_in(known.unit).level, len(part)) if order == 0 else None
            rows.append([head_cell, _row_name(results, picked), *numbers])
    head = ("outcome", "scenario", "median", "10 %", "90 %", "mean", "runs")
    return html.table(head, rows, "summary.csv")


def _headlines(results: Results) -> list[Outcome]:
    """The outcomes that are shown, in the order of the headlines."""
    known = {one.name: one for one in outcome_list(results.actors)}
    return [known[name] for name in HEADLINES if name in known]


def _named(outcome: Outcome, unit: str, rows: int) -> Named:
    _, window = _split(outcome)
    # The window stands in the small print, so that the words are short.
    words = heading_of(outcome.name).partition(", ")[0]
    return Named(f"{words}{unit and ', '}{unit}", f"{outcome.name}{window and ', '}{window}", rows)


def _split(outcome: Outcome) -> tuple[str, str]:
    """An outcome's meaning, and the window that stands in brackets behind it."""
    words, _, window = outcome.meaning.partition(" (")
    return words.partition(";")[0], window.rstrip(")")


def _row_name(results: Results, picked: dict[str, Any]) -> str:
    if results.points == 1:
        return str(picked["scenario"])
    points = results.manifest.get("points", [])
    number = int(picked["point"])
    values = points[number] if number < len(points) else {}
    return f"{picked['scenario']}, {point_words(values, points)}"


def _overall(results: Results) -> pd.DataFrame | None:
    """The effects over all design points; None where nothing is compared."""
    effects = _csv(results, "effects.csv")
    if effects is None or effects.empty:
        return None
    return effects[effects["point"] == ""] if (effects["point"] == "").any() else effects


def _short(results: Results, actor: str | None) -> str:
    """What each policy changes clearly, in a sentence a policy, each number with its place."""
    effects = _overall(results)
    if effects is None:
        return ""
    known = {one.name: one for one in _headlines(results)}
    items = []
    for name in results.scenarios:
        part = effects[(effects["scenario"] == name) & effects["outcome"].isin(known)]
        clear = part[part["verdict"].isin((RAISES, LOWERS))]
        if len(part):
            told = "".join(f"<li>{_change(record, known)}</li>" for record in clear.to_dict("records"))
            words = f"<ul>{told}</ul>" if told else html.paragraph("No outcome moves clearly.")
            items.append(f"<h3>{html.escape(name)}</h3>{words}")
    note = (
        f"Mean differences from {results.reference} with 95 % intervals; of {len(known)} outcomes those whose interval "
        "leaves out zero. About one in twenty would by chance alone. All rest on assumed parameters: assumed, not observed."
    )
    return f'{"".join(items)}<p class="source">{html.escape(note)}</p>' if items else ""


def _change(record: dict[Any, Any], known: dict[str, Outcome]) -> str:
    outcome = known[record["outcome"]]
    shown = shown_in(outcome.unit)
    mean, low, high, base = (
        html.traced(_number(record, "effects.csv", key, shown.factor))
        for key in ("mean", "low95", "high95", "reference_mean")
    )
    verb = "Up" if record["verdict"] == RAISES else "Down"
    change, level = (html.escape(unit and f" {unit}") for unit in (shown.change, shown.level))
    words, window = _split(outcome)
    return f"{verb}: {html.escape(words)}, {mean}{change} [{low} to {high}], from {base}{level} ({html.escape(window)})"


def _number(record: dict[Any, Any], table: str, column: str, factor: float = 1.0) -> Cell:
    """A number of a row of summary or effects, with what picks that row."""
    text = record[column]
    place = {key: record[key] for key in ("scenario", "point", "outcome")}
    return Cell(float(text) if text != "" else None, table, place, column, factor)


def _effects(results: Results, actor: str | None) -> str:
    effects = _overall(results)
    if effects is None:
        return ""
    # With one replicate a set of assumptions nothing can be told of signs, and nothing is shown of them.
    several = bool((effects[["points_up", "points_down"]].astype(int).sum(axis=None)) > 0)
    scaled = ("mean", "low95", "high95", "reference_mean")
    plain = ["n", "variance_ratio", "replicates_to_halve"]
    plain += ["points", "points_up", "points_down"] if several else []
    rows: list[list[object]] = []
    for known in _headlines(results):
        part = effects[effects["outcome"] == known.name].to_dict("records")
        shown = shown_in(known.unit)
        for order, record in enumerate(part):
            numbers = [_number(record, "effects.csv", key, shown.factor) for key in scaled]
            numbers += [_number(record, "effects.csv", key) for key in plain]
            head_cell = _named(known, shown.change, len(part)) if order == 0 else None
            rows.append([head_cell, record["scenario"], record["verdict"], *numbers])
    head = [
        "outcome", "scenario", "verdict", "mean difference", "95 % from", "to", f"mean of {results.reference}", "pairs",
        "variance ratio", "runs to halve", *(["sets", "of them up", "down"] if several else []),
    ]  # fmt: skip
    figure = _figure(results, "effects", "runs.parquet, as effects.csv is computed from it")
    return html.paragraph(PAIRED) + figure + _folded("The numbers", html.table(head, rows, "effects.csv"))


def _chronicle(results: Results, actor: str | None) -> str:
    typical = typical_runs(results)
    parts = []
    for row in typical.to_dict("records"):
        events = results.frame("events", ["date", "kind", "text"], run_id=row["run_id"])
        told = chronicle(events, _EVENTS) if len(events) else "Nothing happened that is told."
        heading = f"{row['scenario']}: {_which(results, row)}, the run nearest to the scenario's medians"
        parts.append(f"<h3>{html.escape(heading)}</h3><pre>{html.escape(told)}</pre>")
        command = run_command(results.manifest, row["scenario"], int(row["point"]), int(row["replicate"]))
        again = f" The same run again: <code>{html.escape(command)}</code>" if command else ""
        source = f"From events.parquet, run_id {row['run_id']}; the events left out stand there.{again}"
        parts.append(f'<p class="source">{source}</p>')
    words = "One run is one story among many; it shows how the model reasons, not what will happen."
    return f'{html.paragraph(words)}<div class="columns">{"".join(parts)}</div>'


def _which(results: Results, row: dict[Any, Any]) -> str:
    """A run of a scenario in words: its replicate, design point and parameter vector."""
    points, vectors = results.manifest.get("points", []), results.manifest.get("vectors", [])
    words = [f"replicate {row['replicate']}"]
    if len(points) > 1:
        words.append(point_words(points[int(row["point"])], points))
    if vectors:
        words.append(f"parameter vector {int(row['replicate']) % len(vectors)}")
    return ", ".join(words)


def _parameters(results: Results, actor: str | None) -> str:
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
    alone = html.paragraph("The scenarios differ in the US's instruments alone.") if policy.all() else ""
    source = (
        "manifest.json: scenarios; '-' where there is none; of instruments the levels, the rest stands in words above"
    )
    return alone + html.table(["parameter", *scenarios], rows, source) + more


def _swept(results: Results) -> str:
    """What each design point sets, with its label where it has one."""
    points = [point for point in results.manifest.get("points", []) if point]
    words = []
    for point in points:
        sets = point_words({path: value for path, value in point.items() if path != LABEL}) or "nothing changed"
        words.append(f"{point[LABEL]}: {sets}" if LABEL in point else sets)
    return html.paragraph("At the design points:") + html.listing(words) if words else ""


def _provenance(results: Results, actor: str | None) -> str:
    m = results.manifest
    runs = m.get("runs", {})
    packages = ", ".join(f"{name} {version}" for name, version in m.get("packages", {}).items())
    hashes = ", ".join(f"{name} {value}" for name, value in m.get("scenario_hashes", {}).items())
    seeds = [str(seed) for seed in m.get("seeds", [])]
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
        ("world", f"{results.world}, {len(load_world(results.world).codes)} townships"),
    )
    return html.table(("what", "value"), facts, "manifest.json")


def _csv(results: Results, name: str) -> pd.DataFrame | None:
    path = results.folder / name if results.folder is not None else None
    if path is None or not path.is_file():
        return None
    # As texts, so that a row is picked by what stands in the file.
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    lacking = [column for column in _COLUMNS[name] if column not in frame]
    if lacking:
        raise ViewError(f"{path}: lacks {', '.join(lacking)}; it comes from another version: compute the batch again")
    return frame[frame["scenario"].isin(results.scenarios)]


Section = Callable[[Results, str | None], str]
SECTIONS: tuple[tuple[str, str, Section], ...] = (
    ("question", "The question", _question),
    ("short", "In short", _short),
    ("policies", "The policies in words", _policies),
    ("control", "Who controls the territory", _control),
    ("probability", "How likely, year by year", _probability),
    ("exports", "Where the rare earths flow", _exports),
    ("binds", "What binds: the road to India, contracts, peace", _binds),
    ("flows", "From mine to seller to crossing to destination", _flows),
    ("effects", "What a policy changes", _effects),
    ("analyses", "Further analyses", lambda results, actor: analyses(results)),
    ("outcomes", "Outcomes by scenario", _outcomes),
    ("chronicle", "A typical run of each scenario", _chronicle),
    ("parameters", "In which parameters the scenarios differ", _parameters),
    ("provenance", "Provenance", _provenance),
)
