"""A policy explained: three sentences and two tables for the terminal, and one figure."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from agents.instruments import KINDS
from model.experiments.evidence import EFFECTS, FEW, counts_words, effect_words, pairs_lacking, verdict_words
from model.experiments.explain import ALL, INTERACTION, clearest
from model.experiments.intervals import WORDS
from model.output.outcomes import heading_of
from model.output.units import capital, join, number, per_cent, shown_in
from model.views.answers import aligned
from model.views.panels import caveat, new_figure
from model.views.style import FAINT, INK, SOFT, scale_of_differences, styled, title_of
from model.world.names import in_words

_TOLD, _DRAWN = 3, 4
_CONSENT = tuple(name for name, kind in KINDS.items() if kind.needs_consent)
_DECLARED = tuple(name for name, kind in KINDS.items() if kind.declared)
_REASONS = {
    "share_refused_fear": "refused for fear of Beijing",
    "share_refused_autonomy": "refused to keep its autonomy",
    "share_waiting": "not answered yet",
    "share_no_target": "without a partner",
}
_WIDE = 100
_OFFERED = (
    "offered: mean level over the months of the offer (1 is the precedent); accepted, fear, autonomy (why it was refused), no "
    "answer: share of these months; given up: times per run"
)
_DELIVERED = "delivered = offered x accepted x built up x attention x absorbed"
_ADDS_UP = 0.1
"""Part of the whole effect below which an interaction is not worth a word."""


# sentences -----------------------------------------------------------------------------------------------------------


def arrived_sentence(policy: str, accounts: pd.DataFrame) -> str:
    """What was offered and what arrives, how much was turned down and why, and the attention there was.

    Args:
        policy: name of the scenario.
        accounts: of :func:`model.experiments.explain.account_table`.
    """
    known = accounts[accounts["months_due"] > 0]
    if known.empty:
        return f"{policy} offers nothing in these months."
    parts = [
        f"{row['instrument']} {arrived} of {promised} per month [{per_cent(row['delivered_low95'] / row['level'])}, "
        f"{per_cent(row['delivered_high95'] / row['level'])}]"
        for row in known.to_dict("records")
        for promised, arrived in [amounts(row)]
    ]
    lead = (
        f"Delivered under {policy}, means over the months of each offer [95% interval of the share]: {'; '.join(parts)}"
    )
    needed = known.loc[~known["kind"].astype(str).isin(_DECLARED), "attention"].dropna()
    attention = [f"Washington's attention was {number(float(needed.mean()))} on average"] if len(needed) else []
    return " ".join(f"{sentence}." for sentence in (lead, *refusals(known), *attention))


def amounts(row: dict[Any, Any]) -> tuple[str, str]:
    """What is promised in a month, with its unit, and what arrives of it: in dollars or people, or as levels.

    Args:
        row: of :func:`model.experiments.explain.account_table`.
    """
    if not row["unit"]:
        return f"level {number(row['level'])}", number(row["delivered"])
    shown = shown_in(str(row["unit"]))
    return f"{number(shown.factor * row['promised'])} {shown.level}".replace(" %", "%"), number(
        shown.factor * row["arrives"]
    )


def refusals(accounts: pd.DataFrame) -> list[str]:
    """How often each target turned down what it was offered, why, and how often it gave up what it had."""
    asked = accounts[accounts["target"].astype(str).ne("") & accounts["kind"].astype(str).isin(_CONSENT)]
    found = []
    for target, part in asked.groupby("target", sort=False, observed=True):
        weights = part["months_due"].to_numpy(dtype=np.float64)
        mean = {key: float(np.average(part[key], weights=weights)) for key in ("share_taken", *_REASONS)}
        reasons = [f"{told} in {per_cent(mean[key])}" for key, told in _REASONS.items() if mean[key] >= 0.005]
        why = f" ({', '.join(reasons)})" if reasons else ""
        times = float(part["times_dropped"].sum())
        dropped = f" and withdrew {number(times)} times per run" if times >= 0.05 else ""
        who = capital(in_words(str(target)))
        found.append(f"{who} accepted what it was offered in {per_cent(mean['share_taken'])} of months{why}{dropped}")
    return found


def unanswered_words(rows: pd.DataFrame) -> list[str]:
    """Who answered no offer in a whole run, and what they were offered: a sentence each.

    Args:
        rows: the table ``instruments`` of the run.
    """
    silent = rows[(rows["due"] > 0) & (rows["waiting"] >= rows["due"] - rows["no_target"])]
    silent = silent[silent["waiting"] > 0]
    found = []
    for target, part in silent.groupby(silent["target"].astype(str), sort=False):
        kinds = join([kind.replace("_", " ") for kind in dict.fromkeys(part["kind"].astype(str))])
        months = int(part["due"].max())
        found.append(
            f"{capital(in_words(target))} has not answered the US offer of {kinds} in the {months} months in which it stood."
        )
    return found


def channels_sentence(policy: str, table: pd.DataFrame) -> str:
    """What the policy changes most for certain, and through which instruments.

    Args:
        policy: name of the scenario.
        table: of :func:`model.experiments.explain.share_table`.
    """
    told, all_rows = clearest(table, _TOLD), table[table["instrument"] == ALL]
    counted = counts_words(all_rows)
    lead = f"Against the same runs without instruments, {policy}"
    if not told:
        return f"{lead} raises or lowers none of these outcomes. {counted}"
    return f"{lead} {'; '.join(_channels(table[table['outcome'] == name]) for name in told)}. {counted}"


def _channels(part: pd.DataFrame) -> str:
    rows = {str(row["instrument"]): row for row in part.to_dict("records")}
    lead = effect_words(rows[ALL])
    own = [row for name, row in rows.items() if name not in (ALL, INTERACTION) and row["verdict"] in EFFECTS]
    own.sort(key=lambda row: -abs(float(row["mean"])))
    through = join([f"{row['instrument']} ({per_cent(row['of_total'])} of it)" for row in own[:3]]) if own else ""
    said = f", through {through}" if through else ", through no single instrument that can be told apart"
    return lead + said + _interaction(rows)


def _interaction(rows: dict[str, dict[Any, Any]]) -> str:
    """Whether the shares add up."""
    if INTERACTION not in rows:
        return ""
    row = rows[INTERACTION]
    share = float(row["of_total"])
    band = f"[{per_cent(_part(row, rows, 'low95'))}, {per_cent(_part(row, rows, 'high95'))}]"
    if row["verdict"] == FEW:
        whether = f"whether the shares add up{pairs_lacking(row)}"
        return f"; not enough runs to tell {whether} (interaction {per_cent(share)} {band})"
    if row["verdict"] not in EFFECTS or abs(share) < _ADDS_UP:
        return f"; the shares add up (interaction {per_cent(share)} {band})"
    opposed = any(one["verdict"] in EFFECTS and float(one["of_total"]) < 0 for one in rows.values() if one is not row)
    if opposed:
        why = "what works against the effect does so only together with the others"
    else:
        why = "they need one another" if share < 0 else "one can replace another"
    return f"; the shares do not add up, as {why} (interaction {per_cent(share)} {band})"


def _part(row: dict[Any, Any], rows: dict[str, dict[Any, Any]], key: str) -> float:
    """An end of an interval over the mean of the whole effect; the lower end of a negative effect's is its upper."""
    total = float(rows[ALL]["mean"])
    if total < 0:
        key = {"low95": "high95", "high95": "low95"}[key]
    return float(row[key]) / total if total else np.nan


def sentences(policy: str, accounts: pd.DataFrame, table: pd.DataFrame, binds: Sequence[str]) -> list[str]:
    """Three: what arrived, what moved which outcome, what binds.

    Args:
        policy: name of the scenario.
        accounts: of :func:`model.experiments.explain.account_table`.
        table: of :func:`model.experiments.explain.share_table`.
        binds: short sentences on what binds, of :func:`model.views.binds.binding_parts`.
    """
    last = (
        f"Binding constraints: {' '.join(binds)}"
        if binds
        else "It includes no road, contract or ceasefire that could be held back."
    )
    return [arrived_sentence(policy, accounts), channels_sentence(policy, table), last]


# tables --------------------------------------------------------------------------------------------------------------


def accounts_text(accounts: pd.DataFrame) -> str:
    """What became of each instrument as two tables: what was offered and accepted, and what was delivered."""
    offers = [["instrument", "offered", "accepted", "fear", "autonomy", "no answer", "given up"]]
    delivery = [
        [
            "instrument",
            "built up",
            "attention",
            "absorbed",
            "delivered",
            "95% interval",
            "promised",
            "arrives per month",
        ]
    ]
    for row in accounts.to_dict("records"):
        name = f"  {row['instrument']}"
        shares = [per_cent(row[f"share_{key}"]) for key in ("taken", "refused_fear", "refused_autonomy", "waiting")]
        offers.append([name, number(row["level"]), *shares, number(row["times_dropped"])])
        chain = [number(row[key]) for key in ("share_built_up", "attention", "share_taken_in", "delivered")]
        band = f"[{number(row['delivered_low95'])}, {number(row['delivered_high95'])}]"
        delivery.append([name, *chain, band, *amounts(row)])
    return "\n".join([*aligned(offers), *textwrap.wrap(_OFFERED, _WIDE), "", *aligned(delivery), _DELIVERED])


def shares_text(table: pd.DataFrame, outcomes: Sequence[str]) -> str:
    """The effect of the policy and the shares of its instruments as a table: a block an outcome."""
    lines = []
    for outcome in outcomes:
        part = table[table["outcome"] == outcome].to_dict("records")
        shown = shown_in(str(part[0]["unit"]))
        rows = [
            [f"{outcome} ({shown.change})" if shown.change else outcome, "change", "95% interval", "of all", "verdict"]
        ]
        for row in part:
            low, mean, high = (number(shown.factor * float(row[key])) for key in ("low95", "mean", "high95"))
            verdict = verdict_words(row)
            rows.append([f"  {row['instrument']}", mean, f"[{low}, {high}]", per_cent(float(row["of_total"])), verdict])
        lines += [*aligned(rows), ""]
    return "\n".join(lines[:-1])


# figure --------------------------------------------------------------------------------------------------------------


@styled
def draw_explain(policy: str, accounts: pd.DataFrame, table: pd.DataFrame, outcomes: Sequence[str] = ()) -> Figure:
    """Draw what arrives of each instrument, and beside it what each moved.

    Args:
        policy: name of the scenario.
        accounts: of :func:`model.experiments.explain.account_table`.
        table: of :func:`model.experiments.explain.share_table`.
        outcomes: to draw; the clearest when none are given, or the first where none is clear.
    """
    chosen = list(outcomes) or clearest(table, _DRAWN) or list(dict.fromkeys(table["outcome"]))[:_DRAWN]
    chosen = chosen[:_DRAWN]
    names = list(dict.fromkeys(table["instrument"]))
    figure = new_figure(2.6 + 1.75 * (1 + len(chosen)), 1.9 + 0.3 * len(names))
    axes = figure.subplots(1, 1 + len(chosen), squeeze=False, sharey=True)[0]
    _draw_accounts(axes[0], accounts, names)
    for axis, outcome in zip(axes[1:], chosen, strict=True):
        _draw_shares(axis, table[table["outcome"] == outcome].set_index("instrument"), names)
        axis.set_title(_wrapped(heading_of(outcome)), fontsize=8)
    axes[0].set_yticks(range(len(names)), names)
    axes[0].set_ylim(len(names) - 0.5, -0.5)
    methods = [words for key, words in WORDS.items() if key in set(table["interval"])]
    note = (
        f"Left: what is promised (light) and the share that arrives (dark, 95% interval). Right: mean paired difference to runs without "
        f"any instrument, or without the one named, and its 95% interval ({' or '.join(methods) or 'none'}), "
        f"n = {int(table['n'].max())} pairs; hollow: neither raises nor lowers. {caveat(table)}"
    )
    title_of(figure, _title(policy, table), note)
    return figure


def _title(policy: str, table: pd.DataFrame) -> str:
    """The first finding alone: the others stand in the panels."""
    told = clearest(table, 1)
    return (
        f"{policy} {effect_words(table[(table['outcome'] == told[0]) & (table['instrument'] == ALL)].iloc[0])}"
        if told
        else (f"{policy} raises or lowers none of these outcomes")
    )


def _wrapped(words: str) -> str:
    """A heading on two lines where it is long."""
    cut = words.rfind(" ", 0, 26) if len(words) > 26 else -1
    return words if cut < 0 else f"{words[:cut]}\n{words[cut + 1 :]}"


def _draw_accounts(axis: Axes, accounts: pd.DataFrame, names: Sequence[str]) -> None:
    for row in accounts.to_dict("records"):
        place, level = names.index(row["instrument"]), max(row["level"], 1e-9)
        axis.barh(place, 1.0, height=0.62, color=FAINT)
        axis.barh(place, row["delivered"] / level, height=0.34, color="#2F7DB5")
        ends = [row["delivered_low95"] / level, row["delivered_high95"] / level]
        axis.plot(ends, [place, place], color=INK, linewidth=1.2)
        axis.text(0.98, place - 0.36, amounts(row)[0], fontsize=5.5, color=SOFT, ha="right", va="center")
    axis.set_xlim(0, 1.02)
    axis.set_xlabel("share of what is promised per month")
    axis.set_title("Promised and arrives", fontsize=8)
    axis.tick_params(axis="y", length=0)


def _draw_shares(axis: Axes, part: pd.DataFrame, names: Sequence[str]) -> None:
    shown = shown_in(str(part["unit"].iloc[0]))
    axis.axvline(0, color=SOFT, linewidth=0.8, zorder=0)
    for place, name in enumerate(names):
        row: dict[Any, Any] = part.loc[[name]].to_dict("records")[0]
        low, mean, high = (shown.factor * float(row[key]) for key in ("low95", "mean", "high95"))
        colour = {ALL: INK, INTERACTION: "#D55E00"}.get(name, "#2F7DB5")
        axis.plot([low, high], [place, place], color=colour, linewidth=1.8)
        fill = colour if row["verdict"] in EFFECTS else "white"
        axis.plot(mean, place, "D" if name == ALL else "o", color=colour, markerfacecolor=fill, markersize=5, zorder=3)
    scale_of_differences(axis, shown.change)
