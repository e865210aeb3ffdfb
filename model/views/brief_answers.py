"""What the brief takes from beside the batch: the question, Beijing's answers, what it would take, how far to trust the model."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from model.experiments.compare import compare
from model.experiments.evidence import EFFECTS, LOWERS, RAISES, signed_words
from model.experiments.regret import Goal, wish
from model.experiments.results import RunTable, read_csv_table, read_runs
from model.experiments.standings import answers_of, standings
from model.experiments.trust import patterns_met, score_sentence, scores_of
from model.experiments.windows import series_of
from model.output.outcomes import heading_of, words_of
from model.output.units import join, number, shown_of
from model.views import html
from model.views.differences import policies
from model.views.read import Results
from model.world.read import load_world

ANSWERS = "answers"
"""Folder inside a batch's with the same policies under several answers of Beijing, as ``pangwa brief --answers`` makes it."""
FLIPPABLE = ("exports_t_china", "townships_held_junta")
"""Outcomes that are looked at beside the goals."""
_ANSWER = "beijing.answer"
_ROWS, _SAID, _TITLED = 6, 3, 4


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
                "most of this pays for its civil administration, and the rest counts as income."
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


def flips(results: Results, runs: RunTable, goals: Sequence[Goal], main: pd.DataFrame) -> Flips:
    """What changes sign, appears or vanishes with Beijing's answer: of the batch itself, or of the batch ``answers`` in its folder.

    Args:
        results: the batch.
        runs: its runs.
        goals: what policies are ranked by.
        main: effects of the batch itself, of :func:`model.experiments.compare.effects_against`.
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
    found, own = list(_flipped(effects)), _own_decision(tried)
    answers = list(answers_of(tried))
    what = "Beijing's answer" if _ANSWER in tried.swept else "design point"
    return Flips(
        short=[
            *(
                [
                    _sentence(results, part[~part["answer"].isin(own)], main)
                    for part in _of_one_outcome_first(found)[:_SAID]
                ]
                or [f"No effect depends on {what}."]
            ),
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
        note=f"From {where}: the first {len(tried.replicates)} runs per scenario and answer, so sizes differ from those above. "
        f"{len(found)} of {effects.groupby(['scenario', 'outcome']).ngroups} effects change with the answer, those that change sign first. "
        "An answer lasts as long as the US deals with the actor. Bold: raises or lowers; an interval may exclude zero and not count, "
        "because many outcomes are compared.",
    )


def _of_one_outcome_first(found: Sequence[pd.DataFrame]) -> list[pd.DataFrame]:
    """The same, those of the first one's outcome before the others."""
    return sorted(found, key=lambda part: part["outcome"].iloc[0] != found[0]["outcome"].iloc[0])


def _own_decision(runs: RunTable) -> list[str]:
    """The label under which Beijing decides for itself, as it does in the batch; none where no answer is told."""
    if _ANSWER not in runs.swept:
        return []
    decided = runs.design()[_ANSWER].astype(str) == "own"
    return [answer for answer, points in answers_of(runs).items() if decided[points].all()]


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


def _heading(part: pd.DataFrame) -> str:
    outcome = str(part["outcome"].iloc[0])
    unit = shown_of(outcome).change
    return f"{heading_of(outcome)}{unit and ', '}{unit}"


def _entry(row: dict[Any, Any]) -> tuple[str, str]:
    """A change with its interval, and its verdict as a word that the template styles by."""
    return signed_words(row), str(row["verdict"]) if row["verdict"] in EFFECTS else "unknown"


def _sentence(results: Results, part: pd.DataFrame, main: pd.DataFrame) -> str:
    """What a policy does to an outcome by itself, then what each answer makes of that."""
    rows = part.to_dict("records")
    outcome, policy = str(rows[0]["outcome"]), str(rows[0]["scenario"])
    known = main[(main["scenario"] == policy) & (main["outcome"] == outcome) & main["verdict"].isin(EFFECTS)]
    base = known.to_dict("records")[0] if len(known) else None
    words, unit = words_of(series_of(outcome)), shown_of(outcome).change
    lead = (
        f"{results.quoted(policy)} has no clear effect on {words}"
        if base is None
        else f"{results.quoted(policy)} {base['verdict']} {words} by {_size(base)} {unit}".rstrip()
    )
    against = LOWERS if base is not None and base["verdict"] == RAISES else RAISES
    clauses = []
    for verb in (against, *(one for one in EFFECTS if one != against)):
        each = [f"by {_size(row)} if Beijing {row['answer']}" for row in rows if row["verdict"] == verb]
        clauses += [f"{verb} it {join(each)}"] if each else []
    unclear = [str(row["answer"]) for row in rows if row["verdict"] not in EFFECTS]
    clauses += [f"has no clear effect if Beijing {' or '.join(unclear)}"] if unclear else []
    return f"{lead}. In {int(rows[0]['n'])} runs for each answer, it {join(clauses)}."


def _size(row: dict[Any, Any]) -> str:
    """A change without its sign."""
    return number(abs(shown_of(str(row["outcome"])).factor * float(row["mean"])))


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
    return [f"{score_sentence(scores)} model/TRACE.md explains the misses."]


def trust_short(results: Results) -> list[str]:
    """The same in a sentence or two."""
    scores = scores_of(results.world)
    if scores is None:
        return []
    return [f"{patterns_met(scores)} Differences between policies cannot be checked against any record."]


def abbreviations(results: Results, text: str) -> str:
    """What the abbreviations of the page stand for.

    Args:
        results: the batch.
        text: what names actors of its world, beside the KIA.
    """
    names = {force.id: force.name for force in load_world(results.world).forces}
    found = [
        actor for actor in names if actor == "KIA" or (actor != "JUNTA" and re.search(rf"\b{re.escape(actor)}\b", text))
    ]
    spelt = [f"{actor}: {names[actor]}" for actor in found]
    return "; ".join(
        [*spelt, "Quad: the United States, India, Japan and Australia", "t REO: tonnes of rare-earth oxides"]
    )
