"""What a page asks for, and the two runs that it means: a policy and what it is compared with.

The page states scenario and changes as ``pangwa run SCENARIO --set PATH=VALUE`` does, as texts that are read and checked by the same
rules. One path is the page's own: ``amount.aid_kia=5`` stands for the level of that instrument at which it is so many million dollars,
or people, tonnes or sorties, per month. Changes of instruments count for the policy; all others count for both runs, so that the runs
differ in the policy alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from agents.instruments import KINDS
from model.experiments.batch_file import read_replicates
from model.experiments.branch import SavedState, read_continued
from model.experiments.errors import PlanError
from model.output.units import amount_words, shown_in
from model.scenario.given import whole
from model.scenario.layers import SET, parse_set
from model.scenario.problems import ScenarioError, dotted, suggestion, toml_value
from model.scenario.read import load_scenario
from model.scenario.spec import RunSpec

AMOUNT = "amount"
INSTRUMENTS = ("united_states", "instruments")
REFUSED = ("world", "plugins", "extends", "name", "title", "description")
"""Keys that only a file may have, or that change nothing."""
REFERENCE = "reference"
_CHANGED = "_changed"
_MOST_SETS, _LONGEST_SET = 1000, 2000

Sets = tuple[str, ...]


@dataclass(frozen=True)
class Before:
    """What counted until the policy took over, in months since the start."""

    policy: str
    sets: Sets
    until: int


@dataclass(frozen=True)
class Ask:
    """What a page asks for.

    Args:
        policy: name or file of a scenario, one of those offered.
        against: the scenario that it is compared with; empty for the policy's own without its instruments.
        sets: changes ``path=value``.
        seed: base seed.
        replicate: number of the replicate.
        before: what counted until some month; the policy is then compared with that, unbroken.
    """

    policy: str
    against: str = ""
    sets: Sets = ()
    seed: int = 0
    replicate: int = 0
    before: Before | None = None


def read_ask(plain: Any, offered: Sequence[str]) -> Ask:
    """An ask from the JSON that a page sends.

    Args:
        plain: with ``policy``, and any of ``against``, ``set``, ``seed``, ``replicate``, ``before`` (``policy``, ``set``, ``until``);
            numbers may be texts.
        offered: scenarios to choose from.

    Raises:
        PlanError, ScenarioError: it is none; a sentence for each thing that is wrong.
    """
    if not isinstance(plain, dict) or not isinstance(plain.get("before", None), dict | None):
        raise PlanError("this is not a valid request of the page; reload the page")
    policy = _scenario(plain.get("policy"), offered)
    against, past = plain.get("against") or "", plain.get("before")
    before = None
    if past is not None:
        until = _whole("before", past.get("until"))
        before = Before(_scenario(past.get("policy"), offered), _sets(past.get("set", ())), until)
    return Ask(
        policy,
        _scenario(against, offered) if against else "",
        _sets(plain.get("set", ())),
        _whole("seed", plain.get("seed", 0)),
        _whole("replicate", plain.get("replicate", 0)),
        before,
    )


def _scenario(name: Any, offered: Sequence[str]) -> str:
    if name not in offered:
        raise PlanError(f"'{name}' is not a scenario of this app{suggestion(str(name), offered)}")
    return str(name)


def _sets(texts: Any) -> Sets:
    fits = isinstance(texts, list | tuple) and len(texts) <= _MOST_SETS
    if not fits or not all(isinstance(text, str) and len(text) <= _LONGEST_SET for text in texts):
        raise PlanError(f"set: must be at most {_MOST_SETS} texts PATH=VALUE of at most {_LONGEST_SET} characters")
    return tuple(_filled(text) for text in texts)


def _filled(text: str) -> str:
    """A change whose field is empty gives an empty text, which no number may be."""
    return f'{text}""' if text.rstrip().endswith("=") else text


def _whole(name: str, given: Any) -> int:
    return whole(name, parse_set(_filled(f"{name}={given}"))[1] if isinstance(given, str) else given)


def path_of(text: str) -> tuple[str, ...]:
    """The path of a change.

    Raises:
        ScenarioError: it has none, or one that only a file may have.
    """
    path, _ = parse_set(text)
    if path[0] in REFUSED:
        raise ScenarioError(
            [f"{dotted(path)}: cannot be changed here; change it in a scenario file and open that with pangwa app"]
        )
    if path == INSTRUMENTS:
        raise ScenarioError([f"{dotted(path)}: cannot be replaced as a whole here; choose the scenario status_quo"])
    return path


def of_policy(text: str) -> bool:
    """Whether a change is one of the policy's instruments, and not of both runs."""
    path = path_of(text)
    return path[0] == AMOUNT or path[:2] == INSTRUMENTS


@dataclass(frozen=True)
class Side:
    """One of the two runs: a scenario with changes as ``pangwa run`` takes them, and what counted before.

    Args:
        file: name or file of the scenario.
        sets: changes, amounts turned into levels.
        before: the run that it continues, and after how many months.
    """

    file: str
    sets: Sets
    before: tuple[Side, int] | None = None


def sides_of(ask: Ask) -> tuple[Side, Side]:
    """The policy, and what it is compared with.

    Raises:
        ScenarioError: a change is wrong; a sentence for each that is.
    """
    shared = tuple(text for text in ask.sets if not of_policy(text))
    policy = Side(ask.policy, _named(ask.policy, (*shared, *_levels(ask.policy, ask.sets, shared))))
    if ask.before is not None:
        own = _levels(ask.before.policy, ask.before.sets, shared)
        unbroken = Side(ask.before.policy, _named(ask.before.policy, (*shared, *own)))
        return Side(policy.file, policy.sets, (unbroken, ask.before.until)), unbroken
    if ask.against:
        return policy, Side(ask.against, _named(ask.against, shared))
    without = f"{dotted(INSTRUMENTS)}=[]"
    return policy, Side(ask.policy, (*shared, without, f'name="{REFERENCE}"'))


def _named(file: str, sets: Sets) -> Sets:
    """Changes, and the name of what they make of a scenario: that of its file when it is saved."""
    return (*sets, f"name={toml_value(load_scenario(file).name + _CHANGED)}") if sets else sets


def _levels(file: str, sets: Sets, shared: Sets) -> Iterator[str]:
    """The changes of instruments, with levels in place of amounts."""
    own = [text for text in sets if of_policy(text)]
    plain = [text for text in own if path_of(text)[0] != AMOUNT]
    yield from plain
    amounts = [parse_set(text) for text in own if path_of(text)[0] == AMOUNT]
    us = load_scenario(file, (*shared, *plain)).united_states if amounts else None
    for path, given in amounts:
        instrument = us.instruments.get(path[-1]) if us is not None else None
        kind = None if instrument is None else KINDS[instrument.kind]
        if kind is None or not kind.size or len(path) != 2:
            raise ScenarioError([f"{dotted(path)}: {file} has no such instrument, or its precedent has no size"])
        number = isinstance(given, int | float) and not isinstance(given, bool)
        level = given / max(shown_in(kind.unit).factor * float(getattr(us, kind.size)), 1e-12) if number else given
        yield f"{dotted([*INSTRUMENTS, path[1], 'level'])}={toml_value(level)}"


def pairs_of(
    ask: Ask, replicates: Sequence[int] | None = None, parameters: str | None = None, record: Sequence[str] = ()
) -> Iterator[tuple[RunSpec, RunSpec]]:
    """The specifications of the policy and of what it is compared with, with the same random draws.

    Args:
        ask: what is asked for.
        replicates: their numbers; the ask's alone when None.
        parameters: a set of parameter vectors by name, one for each replicate.
        record: extras to record.

    Raises:
        ScenarioError, PlanError: something is wrong, or the two cannot be compared; a sentence for each.
    """
    policy, reference = sides_of(ask)
    numbers = (ask.replicate,) if replicates is None else replicates
    given: dict[str, Any] = {"replicates": numbers, "base_seed": ask.seed, "parameters": parameters, "record": record}
    try:
        for ours, theirs in zip(_specs(policy, given), _specs(reference, given), strict=True):
            _compared(ours, theirs)
            yield ours, theirs
    except ScenarioError as error:
        raise ScenarioError([_about_amounts(problem, ask) for problem in error.problems]) from None


def _specs(side: Side, given: dict[str, Any]) -> Iterator[RunSpec]:
    if side.before is None:
        yield from (spec for _, spec in read_replicates(side.file, sets=side.sets, **given))
        return
    past, months = side.before
    for spec in _specs(past, given):
        if not 0 < months < json.loads(spec.scenario)["months"]:
            raise PlanError(f"before = {months}: must be a month within the run")
        yield read_continued(SavedState(spec, months), side.file, sets=side.sets, record=given["record"])[1]


def _compared(ours: RunSpec, theirs: RunSpec) -> None:
    """Refuse to compare runs of which one is longer, or begins elsewhere."""
    one, other = json.loads(ours.scenario), json.loads(theirs.scenario)
    problems = [
        f"{key} = {toml_value(one[key])}: the reference has {toml_value(other[key])}, so the two cannot be compared"
        for key in ("world", "start", "months")
        if one[key] != other[key]
    ]
    if problems:
        raise PlanError(problems)


def _about_amounts(problem: str, ask: Ask) -> str:
    """A sentence about a level that was given as an amount, with what its range amounts to."""
    problem = problem.removeprefix(f"{SET}: ")
    for text in ask.sets:
        path = path_of(text)
        if path[0] == AMOUNT and problem.startswith(f"{dotted([*INSTRUMENTS, path[-1], 'level'])} = "):
            us = load_scenario(ask.policy, [one for one in ask.sets if path_of(one)[0] != AMOUNT]).united_states
            kind = KINDS[us.instruments[path[-1]].kind]
            size = float(getattr(us, kind.size))
            return f"{problem}; level 1 is {amount_words(size, kind.unit)}, the maximum is {amount_words(kind.most * size, kind.unit)}"
    return problem
