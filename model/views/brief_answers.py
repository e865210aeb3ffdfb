"""What the brief takes from beside the batch: the question, Beijing's answers, what it would take, how far to trust the model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from model.experiments.compare import compare
from model.experiments.evidence import EFFECTS, signed_words
from model.experiments.regret import Goal, wish
from model.experiments.results import RunTable, read_csv_table, read_runs
from model.experiments.standings import answers_of, standings
from model.experiments.trust import score_sentence, scores_of
from model.output.outcomes import heading_of
from model.output.units import join, number, shown_of, signed
from model.views import html
from model.views.differences import policies
from model.views.read import Results

ANSWERS = "answers"
"""Folder inside a batch's with the same policies under several answers of Beijing, as ``pangwa brief --answers`` makes it."""
FLIPPABLE = ("exports_t_china", "townships_held_junta")
"""Outcomes that are looked at beside the goals."""
_ROWS, _SAID, _TITLED = 6, 2, 4


def title(results: Results) -> str:
    """The heading of the page."""
    names = [results.quoted(name) for name in policies(results)]
    what = join(names) if len(names) <= _TITLED else f"{len(names)} policies"
    return f"Policy brief: what {what} would change"


def question(results: Results) -> str:
    """What the brief answers."""
    return (
        f"Who would control the territory, where would the rare earths flow, whose money would grow, and whose lives would it cost, "
        f"compared with {results.quoted(str(results.reference))}?"
    )


def paid_to(results: Results, accounts: Mapping[str, pd.DataFrame], actor: str, name: str) -> list[str]:
    """What policies promise an armed actor in dollars over the whole run, and what arrives.

    Args:
        results: the batch.
        accounts: of :func:`model.experiments.explain.account_table`, by policy.
        actor: id of the actor.
        name: how it is called in a sentence.
    """
    found = []
    for policy, table in accounts.items():
        promised, arrives = million_usd(table[table["target"] == actor])
        if promised > 0:
            found.append(
                f"{results.quoted(policy)} promises {name} {number(promised)} million USD, of which {number(arrives)} arrive; "
                "part of this pays for its civil administration, and the rest counts as income."
            )
    return found


def million_usd(accounts: pd.DataFrame) -> tuple[float, float]:
    """What instruments in dollars promise over the whole run, and what arrives, million USD."""
    rows = accounts[accounts["unit"] == "USD"]
    promised, arrives = (1e-6 * float((rows[key] * rows["months_due"]).sum()) for key in ("promised", "arrives"))
    return promised, arrives


_ALIKE = "cannot be told apart"


@dataclass(frozen=True)
class Flips:
    """What turns the findings around.

    Args:
        short: sentences, the strongest first.
        what: the answers are of, in words.
        answers: the answers that were tried, in their order; none where they were not.
        rows: outcomes whose change depends on the answer: words, policy, and the change under each answer.
        winners: by goal the policies on the first rank under each answer.
        note: what it rests on, or the command that would tell.
    """

    short: list[str]
    what: str = ""
    answers: list[str] = field(default_factory=list)
    rows: list[tuple[str, str, list[tuple[str, str]]]] = field(default_factory=list)
    winners: list[tuple[str, list[str]]] = field(default_factory=list)
    note: str = ""


def flips(results: Results, runs: RunTable, goals: Sequence[Goal]) -> Flips:
    """What changes sign, appears or vanishes with Beijing's answer: of the batch itself, or of the batch ``answers`` in its folder.

    Args:
        results: the batch.
        runs: its runs.
        goals: what policies are ranked by.
    """
    assert results.folder is not None
    regret = _lowest_regret(results)
    tried, where = runs, results.name
    if len(answers_of(runs)) < 2:
        inside = results.folder / ANSWERS
        if not (inside / "runs.parquet").is_file():
            command = f"pangwa brief {results.folder} --answers 10"
            return Flips([f"Not tried in this folder; {command} runs the policies against Beijing's answers.", *regret])
        tried, where = read_runs(inside), f"{results.name}/{ANSWERS}"
    names = tuple(dict.fromkeys([*FLIPPABLE, *(goal.outcome for goal in goals)]))
    names = tuple(name for name in names if name in tried.outcomes)
    effects = _by_answer(tried, names, str(results.reference))
    effects = effects[effects["scenario"].isin(policies(results))]
    found = list(_flipped(effects))
    answers = list(answers_of(tried))
    what = "Beijing's answer" if "beijing.answer" in tried.swept else "design point"
    return Flips(
        short=[
            *([_sentence(results, part, what) for part in _distinct(found)] or [f"No effect depends on {what}."]),
            *regret,
        ],
        what=what,
        answers=answers,
        rows=[
            (
                _heading(part),
                results.called(str(part["scenario"].iloc[0])),
                [_entry(row) for row in part.to_dict("records")],
            )
            for part in found[:_ROWS]
        ],
        winners=_winners(results, standings(tried, [goal for goal in goals if goal.outcome in names]), goals, answers),
        note=f"From {where}: the first {len(tried.replicates)} runs per scenario and answer, paired: numbers differ from those above; "
        f"{len(found)} of {effects.groupby(['scenario', 'outcome']).ngroups} effects depend on it. Bold: raises or lowers.",
    )


def _by_answer(runs: RunTable, outcomes: Sequence[str], reference: str) -> pd.DataFrame:
    """The effects under each answer by itself, with a column ``answer``."""
    parts = []
    few = replace(runs, outcomes=tuple(outcomes))
    for answer, points in answers_of(runs).items():
        frame = runs.frame[runs.frame["point"].isin(points)].reset_index(drop=True)
        parts.append(compare(replace(few, frame=frame), outcomes, reference).assign(answer=answer))
    return pd.concat(parts, ignore_index=True)


def _flipped(effects: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """The outcomes of a policy whose change depends on the answer, those that change sign first, then by how far they move.

    A change depends on it where it is an effect under one answer at least, and the intervals under two answers do not meet.
    """
    found: list[tuple[bool, float, int, pd.DataFrame]] = []
    for _, part in effects.groupby(["scenario", "outcome"], sort=False):
        verdicts = set(part["verdict"])
        if verdicts & set(EFFECTS) and part["low95"].max() > part["high95"].min():
            spread = float(np.ptp(part["mean"])) / float(part["matters"].mean())
            found.append((not verdicts >= set(EFFECTS), -spread, len(found), part))
    for *_, part in sorted(found, key=lambda one: one[:3]):
        yield part


def _distinct(found: Sequence[pd.DataFrame]) -> list[pd.DataFrame]:
    """The first few of different outcomes."""
    first: dict[str, pd.DataFrame] = {}
    for part in found:
        first.setdefault(str(part["outcome"].iloc[0]), part)
    return list(first.values())[:_SAID]


def _heading(part: pd.DataFrame) -> str:
    outcome = str(part["outcome"].iloc[0])
    unit = shown_of(outcome).change
    return f"{heading_of(outcome)}{unit and ', '}{unit}"


def _entry(row: dict[Any, Any]) -> tuple[str, str]:
    """A change with its interval, and its verdict as a word that the template styles by."""
    return signed_words(row), str(row["verdict"]) if row["verdict"] in EFFECTS else "unknown"


def _sentence(results: Results, part: pd.DataFrame, what: str) -> str:
    rows = part.to_dict("records")
    shown = shown_of(str(rows[0]["outcome"]))
    each = [
        f"{signed(shown.factor * float(row['mean']))} ({row['answer']})" for row in rows if row["verdict"] in EFFECTS
    ]
    unclear = [str(row["answer"]) for row in rows if row["verdict"] not in EFFECTS]
    each += [f"not enough runs to tell ({', '.join(unclear)})"] if unclear else []
    unit = f", {shown.change}" if shown.change else ""
    return f"{heading_of(str(rows[0]['outcome']))} under {results.quoted(str(rows[0]['scenario']))}{unit}, by {what}: {join(each)}."


def _winners(
    results: Results, ranks: pd.DataFrame, goals: Sequence[Goal], answers: Sequence[str]
) -> list[tuple[str, list[str]]]:
    found = []
    for goal in goals:
        part = ranks[(ranks["outcome"] == goal.outcome) & (ranks["rank"] == 1)]
        if part.empty:
            continue
        each = [
            [results.called(name) for name in part.loc[part["answer"] == one, "policy"].astype(str)] for one in answers
        ]
        count = ranks["policy"].nunique()
        told = [" = ".join(names) if len(names) < count else _ALIKE for names in each]
        found.append((wish(goal.better, goal.outcome), told))
    never = [goal for goal, told in found if set(told) == {_ALIKE}]
    alike = [(join(never), [_ALIKE] * len(answers))] if never else []
    return [one for one in found if one[0] not in never] + alike


def _lowest_regret(results: Results) -> list[str]:
    """Of ``pangwa regret``, where it was run: the policy with the lowest maximum regret, goal by goal."""
    assert results.folder is not None
    path = results.folder / "regret" / "regret.csv"
    if not path.is_file():
        return []
    table = read_csv_table(path, ("outcome", "better", "policy"), ("max_regret", "futures")).dropna(
        subset=["max_regret"]
    )
    least = table.sort_values("max_regret", kind="stable").drop_duplicates("outcome")
    parts = [
        f"{results.quoted(str(row['policy']))} for {wish(str(row['better']), str(row['outcome']))}"
        for row in least.to_dict("records")
    ]
    return [f"Lowest maximum regret over {int(table['futures'].max())} futures: {'; '.join(parts)}."] if parts else []


def takes(results: Results) -> list[str]:
    """What it would take, by the searches of ``pangwa breakeven`` that lie in the folder: a sentence each."""
    assert results.folder is not None
    found = [html.title_of(path) for path in sorted(results.folder.glob("*/breakeven/breakeven.png"))]
    for name in results.all_scenarios:
        found = [text.replace(f"Under {name}, ", f"Under {results.quoted(name)}, ") for text in found]
    return found


def trust(results: Results) -> list[str]:
    """How far the model is from the record of the world; nothing where it has no scores."""
    scores = scores_of(results.world)
    if scores is None:
        return []
    effects = "Differences between policies cannot be checked against any record."
    return [f"{score_sentence(scores)} {effects} model/TRACE.md explains the misses."]
