"""What Washington and those who follow it do in a month."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from agents.armed.offers import reason_to_refuse
from agents.united_states import NO_ONE, UnitedStates
from agents.western import pull_of, recognition_of, shares_that_recognise
from model.dynamics import governance, training
from model.output.chronicle import log
from model.output.units import dose_words, join
from model.run import Run


def deliver_policy(run: Run) -> None:
    """Washington's attention, choice of partner if the scenario allows it, offers and deliveries; training takes effect."""
    run.policy.fill(0)
    us = run.agents.united_states
    if us is not None:
        us.attend()
        _choose_partner(run, us)
        if us.parameters.instruments:
            ran, refused = us.running, us.refused
            us.deliver()
            _log_policy(run, us, ran, refused)
    training.train(run.data)


def _choose_partner(run: Run, us: UnitedStates) -> None:
    before = us.partner
    us.choose_partner()
    if us.partner == before:
        return
    if us.partner == NO_ONE:
        log(
            run, "partner_dropped", f"Washington drops {run.called(before)} as its partner and chooses no other", before
        )
    else:
        score = us.score(us.partner)
        text = f"Washington chooses {run.called(us.partner)} as its partner (score {score:.2f})"
        log(run, "partner_chosen", text, us.partner, value=score)


# the event log of instruments ---------------------------------------------------------------------------------------


def _log_policy(run: Run, us: UnitedStates, ran: dict[tuple[str, int], int], refused: dict[int, list[str]]) -> None:
    """Log what has changed since last month, when the instruments of ``ran`` ran and those of ``refused`` were refused."""
    if us.running.keys() == ran.keys() and us.refused == refused:
        return
    now, before = _at_work(us, us.running), _at_work(us, ran)
    _log_change(run, "instrument_begins", now - before, "begin", _promised(us))
    turned_down = {(actor, kind) for actor, kinds in us.refused.items() for kind in kinds}
    _log_change(run, "instrument_ends", before - now - turned_down, "end", {})
    for actor, kinds in us.refused.items():
        new = [kind for kind in dict.fromkeys(kinds) if kind not in refused.get(actor, [])]
        given_up = [kind for kind in new if (actor, kind) in before]
        for verb, which in (("gives up", given_up), ("refuses", [kind for kind in new if kind not in given_up])):
            if which:
                text = f"{run.called(actor)} {verb} US {_words(which)} {reason_to_refuse(run.data, actor)}"
                log(run, "offer_refused", text, actor)


def _at_work(us: UnitedStates, running: Iterable[tuple[str, int]]) -> set[tuple[int, str]]:
    """Actor (NO_ONE for none) and kind of instruments that run, whatever attention they get this month."""
    known = us.parameters.instruments
    return {(actor, known[name].kind) for name, actor in running if known[name].level > 0}


def _promised(us: UnitedStates) -> dict[tuple[int, str], str]:
    """What is promised to each actor by each kind of instrument that runs, in words."""
    levels: dict[tuple[int, str], float] = {}
    for name, actor in us.running:
        one = us.parameters.instruments[name]
        levels[actor, one.kind] = levels.get((actor, one.kind), 0.0) + one.level
    return {key: f" ({dose_words(key[1], level, us.parameters)})" for key, level in levels.items()}


def _log_change(
    run: Run, event: str, changed: set[tuple[int, str]], verb: str, promised: dict[tuple[int, str], str]
) -> None:
    for actor in sorted({actor for actor, _ in changed}):
        kinds = sorted(kind for whom, kind in changed if whom == actor)
        told = join([f"{kind.replace('_', ' ')}{promised.get((actor, kind), '')}" for kind in kinds])
        who = f" for {run.called(actor)}" if actor != NO_ONE else ""
        log(run, event, f"US {told}{who} {verb if len(kinds) > 1 else verb + 's'}", actor)


def _words(kinds: list[str]) -> str:
    return join([kind.replace("_", " ") for kind in kinds])


# recognition ---------------------------------------------------------------------------------------------------------


def recognise(run: Run) -> None:
    """Recognition by the US and Western followers, and the hope that others draw from it."""
    if run.policy["recognition"].any() or any(government.recognises for government in run.agents.western):
        _follow(run)
    else:
        run.state.recognition[:] = 0.0
    governance.learn(run.data)


def _follow(run: Run) -> None:
    """Western governments follow the US in recognising armed actors, or not yet."""
    governments, p = run.agents.western, run.scenario.western
    levels = run.policy["recognition"].tolist()[:-1]
    before = shares_that_recognise(governments, len(levels))
    followed = set()
    for actor, level in enumerate(levels):
        if level > 0 and before[actor] < 1:
            pull = pull_of(level, before[actor], p)
            followed |= {actor for government in governments if government.consider(actor, pull)}
    after = shares_that_recognise(governments, len(levels)) if followed else before
    run.state.recognition = recognition_of(np.array(levels), np.array(after), p)
    for actor in sorted(followed):
        more = round((after[actor] - before[actor]) * len(governments))
        who = "One more Western government follows" if more == 1 else f"{more} more Western governments follow"
        text = f"{who} the US in recognising {run.called(actor)}"
        log(run, "western_followers", text, actor, value=after[actor] * len(governments))
