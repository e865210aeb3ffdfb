"""Behind the command ``pangwa brief``: a batch on two printed pages, for somebody who has two minutes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from model.experiments.compare import effects_against
from model.experiments.evidence import (
    CORRECTED,
    EFFECTS,
    FEW,
    LOWERS,
    MATTERS,
    RAISES,
    SMALL,
    SMALL_DOWN,
    SMALL_UP,
    SMALLS,
    effect_words,
    movers,
    pairs_lacking,
    sign_may_be_chance,
    signed_words,
    verdict_words,
)
from model.experiments.explain import account_table
from model.experiments.regret import GOALS, Goal, wish
from model.experiments.results import read_runs
from model.experiments.standings import standings
from model.experiments.windows import CENSORED, period_of, series_of
from model.output.outcomes import heading_of
from model.output.units import capital, join, number, per_cent, shown_in, shown_of
from model.views import brief_answers, html
from model.views.binds import binding_parts
from model.views.cells import Cell
from model.views.differences import changed_tiles, draw_changed_tiles, draw_differences, map_words, policies
from model.views.explain import amounts, refusals
from model.views.page import render
from model.views.panels import date_of
from model.views.read import Results, ViewError
from model.views.report import GENERATOR, LIMITS, write_page
from model.world.names import in_words
from model.world.read import load_world

NAME = "brief.html"
DASHBOARD = {
    "Control": ("townships_held_junta", "townships_held_kia", "bhamo_months_held"),
    "Ore": ("exports_t_china", "exports_t_quad", "china_share_of_exports", "us_heavy_ree_supply_share"),
    "Money": ("revenue_usd_junta_all", "revenue_usd_kia_all"),
    "Lives": ("deaths_civilians_all", "deaths_fighters_all", "displaced_person_months_all", "leachate_t_all"),
}
"""The fixed outcomes of the page."""
_MOVERS, _TOWNS = 2, 4
_MARKS = {
    RAISES: "\N{BLACK UP-POINTING TRIANGLE}", LOWERS: "\N{BLACK DOWN-POINTING TRIANGLE}",
    SMALL_UP: "\N{WHITE UP-POINTING TRIANGLE}", SMALL_DOWN: "\N{WHITE DOWN-POINTING TRIANGLE}",
    SMALL: "\N{ALMOST EQUAL TO}",
}  # fmt: skip
"""What stands before a change, by verdict; ? before all others."""
_SURE = {SMALL_UP: RAISES, SMALL_DOWN: LOWERS}
"""Verdicts on changes that are small but whose sign stands, and the verb for them."""


def write_brief(folder: Path, out: Path | None = None, goals: Sequence[Goal] = ()) -> Path:
    """Write the brief of a batch.

    Args:
        folder: the batch's folder.
        out: the file; ``brief.html`` in the folder when not given. A file that Pangwa did not write is not overwritten.
        goals: what policies are ranked by; those of :data:`model.experiments.regret.GOALS` where none are given.

    Returns:
        The file written.

    Raises:
        ViewError: the folder holds no finished batch of two scenarios and a month, or the file cannot be written.
    """
    results = Results.open(folder)
    target = out or folder / NAME
    return write_page(target, "page of Pangwa's", lambda: page(results, goals))


def page(results: Results, goals: Sequence[Goal] = ()) -> str:
    """The brief as HTML text.

    Args:
        results: a batch in a folder.
        goals: what policies are ranked by.
    """
    results = results.only(results.chosen)
    results.titled = True
    assert results.folder is not None
    if results.reference is None or results.months == 0:
        raise ViewError(f"{results.name}: a brief compares policies, and this holds one scenario, or no month")
    runs = read_runs(results.folder)
    effects = effects_against(runs, results.folder, results.reference, runs.outcomes)
    effects = effects[effects["scenario"].isin(results.scenarios)]
    wanted = [goal for goal in goals or GOALS if goals or goal.outcome in runs.outcomes]
    ranks = standings(runs, wanted)
    flips = brief_answers.flips(results, runs, wanted, effects)
    accounts = {name: account_table(results.instruments(name)) for name in policies(results)}
    binds = {name: binding_parts(partial(results.frame, scenario=name)) for name in policies(results)}
    towns = {name: changed_tiles(results, name) for name in policies(results)}
    return render(
        "brief.html",
        generator=GENERATOR,
        title=brief_answers.title(results),
        results=results,
        reference=results.called(str(results.reference)),
        lead=_lead(results),
        question=brief_answers.question(results),
        answers=[
            ("What changes on the map", _on_the_map(results, effects, towns)),
            ("What changes in the ore", _in_the_ore(results, effects)),
            ("What changes for the junta's money", _in_money(results, effects, accounts)),
            ("What changes for lives", _in_lives(results, effects)),
            ("What limits them", [f"{results.called(name)}: {parts[0]}" for name, parts in binds.items() if parts]),
            ("What would reverse it", flips.short),
            ("How far to trust it", brief_answers.trust_short(results)),
        ],
        money=[_money(results, name, table, effects) for name, table in accounts.items()],
        dashboard=_dashboard(results, effects),
        movers=_movers(results, effects),
        figures=_figures(results, towns),
        towns=_town_words(results, towns),
        ranks=_ranking(results, wanted, ranks),
        binds={results.called(name): parts[1:] for name, parts in binds.items()},
        flips=flips,
        takes=brief_answers.takes(results),
        trust=brief_answers.trust(results),
        limits=LIMITS[:3],
        matters=MATTERS,
        corrected=CORRECTED,
        abbreviations=brief_answers.abbreviations(results, str(binds)),
        provenance=_provenance(results),
    )


def _lead(results: Results) -> str:
    vectors = len(results.manifest.get("vectors", []))
    drawn = f"each with one of {vectors} parameter vectors that the record does not rule out" if vectors else ""
    return (
        f"Against {results.quoted(str(results.reference))} ({results.reference}), {results.months} months from "
        f"{date_of(results.start, 1)}; {results.runs_each} runs per scenario with common random numbers"
        f"{', ' if drawn else '; calibrated parameters in all of them'}{drawn}."
    )


# the five answers ----------------------------------------------------------------------------------------------------


def _row(effects: pd.DataFrame, scenario: str, outcome: str) -> dict[Any, Any] | None:
    part = effects[(effects["scenario"] == scenario) & (effects["outcome"] == outcome)]
    return part.iloc[0].to_dict() if len(part) else None


def _said(results: Results, effects: pd.DataFrame, outcome: str, words: str) -> list[str]:
    """What the policies make of an outcome, in one sentence: effects with their intervals, then those that cannot be told."""
    shown = shown_of(outcome)
    rows = [row for name in policies(results) if (row := _row(effects, name, outcome)) is not None and row["n"] > 0]
    if not rows:
        return []
    parts = [
        f"{results.quoted(row['scenario'])} {row['verdict']} it by {_amount(row)}"
        for row in rows
        if row["verdict"] in EFFECTS
    ]
    parts += [
        f"{results.quoted(row['scenario'])} {_SURE[row['verdict']]} it by {_amount(row)}, less than the "
        f"{number(shown.factor * row['matters'])} that would matter"
        for row in rows
        if row["verdict"] in _SURE
    ]
    parts += [f"{join(names)}: {verdict}" for verdict, names in _others(results, rows)]
    level = f"{number(shown.factor * rows[0]['reference_mean'])} {shown.level}".rstrip().replace(" %", "%")
    return [f"{words}: {level} under {results.quoted(str(results.reference))}. {'; '.join(parts)}."]


def _amount(row: dict[Any, Any]) -> str:
    """An effect without its sign: 4,030 t REO [2,210, 5,820], 12%."""
    shown = shown_of(str(row["outcome"]))
    ends = sorted(abs(shown.factor * float(row[key])) for key in ("low95", "high95"))
    mean, relative = number(abs(shown.factor * float(row["mean"]))), float(row["percent"]) / 100
    share = f", {per_cent(abs(relative))}" if relative == relative and shown.level != "%" else ""
    return f"{mean} {shown.change} [{number(ends[0])}, {number(ends[1])}]{share}".replace("  ", " ")


def _others(results: Results, rows: Sequence[dict[Any, Any]]) -> list[tuple[str, list[str]]]:
    """The policies without an effect, by what the rule says of them; with the interval where it says more than the verdict."""
    found: dict[str, list[str]] = {}
    for row in rows:
        told = row["verdict"] == FEW or sign_may_be_chance(row)
        size = f" ({signed_words(row)})" if told and row["low95"] == row["low95"] else ""
        if row["verdict"] not in (*EFFECTS, *_SURE):
            found.setdefault(verdict_words(row), []).append(f"{results.quoted(row['scenario'])}{size}")
    return list(found.items())


def _on_the_map(results: Results, effects: pd.DataFrame, towns: dict[str, pd.DataFrame]) -> list[str]:
    held = _said(results, effects, "townships_held_junta", f"Towns held by the junta {results.when}")
    named = {results.called(name): table for name, table in towns.items()}
    return [*held, f"{map_words(named, len(load_world(results.world).codes))}."]


def _in_the_ore(results: Results, effects: pd.DataFrame) -> list[str]:
    year = f"in the last {min(12, results.months)} months"
    return [
        *_said(results, effects, "exports_t_china", f"Ore to China {year}"),
        *_said(results, effects, "exports_t_quad", "Ore to India and the Quad"),
        *_of_demand(results, effects),
    ]


def _of_demand(results: Results, effects: pd.DataFrame) -> list[str]:
    """The largest part of the US demand that any policy covers."""
    rows = [row for name in policies(results) if (row := _row(effects, name, "us_heavy_ree_supply_share")) is not None]
    best = max(rows, key=lambda row: float(row["mean"]), default=None)
    if best is None or best["verdict"] not in EFFECTS:
        return []
    mean, low, high = (number(100 * float(best[key])) for key in ("mean", "low95", "high95"))
    most = (
        f"{results.quoted(best['scenario'])} raises the share of US demand for dysprosium and terbium that is met most"
    )
    return [f"{most}, by {mean} percentage points [{low}, {high}]."]


def _in_money(results: Results, effects: pd.DataFrame, accounts: dict[str, pd.DataFrame]) -> list[str]:
    said = _said(results, effects, "revenue_usd_junta_all", f"The junta's income in {results.months} months")
    return [*said, *brief_answers.paid_to(results, accounts, "JUNTA", "the junta")] if said else []


def _in_lives(results: Results, effects: pd.DataFrame) -> list[str]:
    return _said(results, effects, "deaths_civilians_all", f"Civilians killed in {results.months} months")


# tables --------------------------------------------------------------------------------------------------------------


def _cell(results: Results, row: dict[Any, Any], column: str, factor: float) -> Cell:
    """A number of ``effects.csv``."""
    picked = {"scenario": row["scenario"], "point": "" if results.points > 1 else "0", "outcome": row["outcome"]}
    return Cell(float(row[column]), "effects.csv", picked, column, factor)


def _change(results: Results, row: dict[Any, Any] | None) -> dict[str, Any]:
    """What a policy makes of an outcome, for the template."""
    if row is None or row["n"] == 0:
        return {"kind": "none", "mark": "", "words": "-"}
    factor = shown_of(str(row["outcome"])).factor
    cells = {key: _cell(results, row, key, factor) for key in ("mean", "low95", "high95")}
    if float(row["low95"]) == float(row["high95"]) == 0:
        return {"kind": "none", "mark": "", "words": "the same in every pair"}
    verdict = str(row["verdict"])
    kind = verdict if verdict in EFFECTS else "small" if verdict in SMALLS else "unknown"
    words = (
        f"within \N{PLUS-MINUS SIGN}{number(factor * float(row['matters']))}"
        if kind == "small"
        else pairs_lacking(row).strip(" ()")
    )
    words = f"less than {number(factor * float(row['matters']))}" if verdict in _SURE else words
    shown = shown_of(str(row["outcome"]))
    share = row["percent"] if shown.level != "%" and row["percent"] == row["percent"] else None
    return {
        "kind": kind,
        "mark": _MARKS.get(verdict, "?"),
        "sign": "+" if row["mean"] > 0 else "",
        "percent": "" if share is None else per_cent(float(share) / 100, signs=True),
        "words": words,
        **cells,
    }


def _dashboard(results: Results, effects: pd.DataFrame) -> list[tuple[str, list[dict[str, Any]]]]:
    """By group the rows of the dashboard: heading, unit, period, level under the reference, change under every policy."""
    found = []
    for group, outcomes in DASHBOARD.items():
        rows = []
        for outcome in outcomes:
            each = [_row(effects, name, outcome) for name in policies(results)]
            known = [row for row in each if row is not None and row["n"] > 0]
            if known:
                shown = shown_of(outcome)
                rows.append(
                    {
                        "words": heading_of(series_of(outcome)),
                        "unit": shown.level,
                        "period": _period(results, effects, outcome),
                        "level": _cell(results, known[0], "reference_mean", shown.factor),
                        "changes": [_change(results, row) for row in each],
                    }
                )
        if rows:
            found.append((group, rows))
    return found


def _period(results: Results, effects: pd.DataFrame, outcome: str) -> str:
    """The window of an outcome; of months until a fall, what stands for runs without one, and in how many there is one."""
    period = period_of(outcome)
    if period != CENSORED:
        return period
    fallen = _row(effects, policies(results)[0], outcome.replace("months_held", "fallen"))
    share = "" if fallen is None else f"; falls in {per_cent(float(fallen['reference_mean']))} of runs"
    return f"{results.months} where it does not{share}"


def _movers(results: Results, effects: pd.DataFrame) -> list[tuple[str, list[str]]]:
    """By policy the outcomes that it moves most beside those of the dashboard, in words."""
    fixed = {outcome for outcomes in DASHBOARD.values() for outcome in outcomes}
    series = {series_of(outcome) for outcome in fixed}
    rest = effects[~effects["outcome"].map(series_of).isin(series)]
    found = movers(rest, _MOVERS)
    return [
        (results.called(name), [effect_words(row) for row in found[found["scenario"] == name].to_dict("records")])
        for name in policies(results)
    ]


def _money(results: Results, scenario: str, accounts: pd.DataFrame, effects: pd.DataFrame) -> dict[str, Any]:
    """What a policy promises and what arrives of it, instrument by instrument and in dollars over the whole run."""
    sized = accounts[accounts["unit"] != ""].to_dict("records")
    lines = [
        {
            "what": _instrument(row),
            "promised": promised,
            "arrives": arrives,
            "band": _band(row),
            "share": per_cent(row["share_delivered"]),
        }
        for row in sized
        for promised, arrives in [amounts(row)]
    ]
    plain = [
        f"{_instrument(row)} {per_cent(row['share_delivered'])}"
        for row in accounts[accounts["unit"] == ""].to_dict("records")
    ]
    totals = dict(zip(("promised", "arrives"), brief_answers.million_usd(accounts), strict=True))
    premium = _row(effects, scenario, "us_premium_usd_all")
    paid = 0.0 if premium is None or premium["n"] == 0 else 1e-6 * float(premium["mean"])
    return {
        "name": scenario,
        "title": results.called(scenario),
        "lines": lines,
        "plain": plain,
        "totals": {key: number(value) for key, value in totals.items()},
        "share": per_cent(totals["arrives"] / totals["promised"]) if totals["promised"] else "",
        "premium": number(paid) if paid >= 0.05 else "",
        "taken": refusals(accounts),
    }


def _band(row: dict[Any, Any]) -> str:
    """The interval of what arrives, in the unit in which it is shown."""
    per_level = shown_in(str(row["unit"])).factor * float(row["promised"]) / float(row["level"])
    return f"[{number(per_level * row['delivered_low95'])}, {number(per_level * row['delivered_high95'])}]"


def _instrument(row: dict[Any, Any]) -> str:
    kind = str(row["kind"]).replace("_", " ")
    return f"{kind} for {in_words(str(row['target']))}" if row["target"] else kind


def _town_words(results: Results, towns: dict[str, pd.DataFrame]) -> list[str]:
    """The towns whose holder changes for certain, a sentence a policy; pale tiles of the map may be chance and are not named."""
    world = load_world(results.world)
    names = dict(zip(world.codes, zip(world.names, world.states, strict=True), strict=True))
    found = []
    for policy, table in towns.items():
        sure = table[table["place"].isin(names) & table["verdict"].isin(EFFECTS)]
        parts = [
            f"{' ('.join(names[row['place']])}) from {row['loses']} to {row['gains']} in {per_cent(row['mean'])} of pairs "
            f"[{per_cent(row['low95'])}, {per_cent(row['high95'])}]"
            for row in sure.head(_TOWNS).to_dict("records")
        ]
        found += [f"{results.called(policy)}: {'; '.join(parts)}."] if parts else []
    return found


def _ranking(results: Results, wanted: Sequence[Goal], ranks: pd.DataFrame) -> list[dict[str, Any]]:
    """All goals with their policies in order; last, in one row, those by which no two policies can be told apart."""
    rows = [_rank(results, goal, ranks) for goal in wanted]
    alike = [row["goal"] for row in rows if len(row["tiers"]) == 1]
    told = [row for row in rows if row["goal"] not in alike]
    if alike:
        tier = {"rank": "", "names": ["; ".join(alike)], "means": ""}
        told.append({"goal": "No policy stands out", "tiers": [tier]})
    return told


def _rank(results: Results, goal: Goal, ranks: pd.DataFrame) -> dict[str, Any]:
    """A goal with its policies in order, those that the runs cannot tell apart together."""
    part, shown = ranks[ranks["outcome"] == goal.outcome], shown_of(goal.outcome)
    part = part[part["answer"] == part["answer"].iloc[0]] if len(part) else part
    tiers: list[dict[str, Any]] = []
    for rank, rows in part.groupby("rank", sort=True):
        ends = dict.fromkeys(number(shown.factor * float(rows["mean"].iloc[k])) for k in (0, -1))
        names = [results.called(str(name)) for name in rows["policy"]]
        tiers.append(
            {
                "rank": str(rank),
                "names": names,
                "means": f"{' to '.join(ends)} {shown.level}".rstrip().replace(" %", "%"),
            }
        )
    words = wish(goal.better, goal.outcome)
    return {"goal": capital(words), "tiers": tiers}


def _figures(results: Results, towns: dict[str, pd.DataFrame]) -> dict[str, Markup]:
    found = {
        "map": (draw_changed_tiles(results, load_world(results.world), towns), "control.parquet: holder at the end"),
        "curves": (draw_differences(results), "monthly.parquet and actors.parquet, paired by replicate"),
    }
    return {
        name: Markup("") if figure is None else html.picture(figure, source) for name, (figure, source) in found.items()
    }


def _provenance(results: Results) -> str:
    m = results.manifest
    return (
        f"Batch {m.get('plan_id', '?')}, Pangwa {m.get('version', '?')}, commit {str(m.get('commit') or 'unknown')[:10]}, base seed "
        f"{m.get('base_seed', '?')}; command: {' '.join(m.get('command', []))}. Numbers of the dashboard carry their place in "
        "effects.csv under the pointer; every figure and table has more in report.html (pangwa report)."
    )
