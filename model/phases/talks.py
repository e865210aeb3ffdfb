"""Talks of a month: ceasefires signed and broken, militias turned on, a federal settlement."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from agents.armed.actor import ArmedActor, Junta
from model.draws import logistic
from model.dynamics import diplomacy, settlement
from model.output.chronicle import log
from model.run import Run

_DELEGATIONS = ("KIA", "PDF", "junta")
"""All must prefer a federal settlement, each on average over those whom it speaks for."""


def hold_talks(run: Run) -> None:
    """Ceasefires are signed and broken, groups turn on militias; a settlement is signed, broken, or fulfilled by elections.

    Those who have been removed neither sign nor break anything.
    """
    if run.land.junta < 0:
        return
    armed = {actor.index: actor for actor in run.agents.armed}
    if run.state.month == 0:
        diplomacy.remember_peace(run.data)
    signed, broken = _who_signs(run, armed), _who_breaks(run, armed)
    for actor in signed:
        diplomacy.stop_fighting(run.data, actor)
        log(run, "ceasefire", f"{run.called(actor)} and the junta sign a ceasefire", actor, other=run.land.junta)
    for actor in broken:
        diplomacy.begin_fighting(run.data, actor)
        log(run, "ceasefire_broken", f"{run.called(actor)} and the junta go to war", actor, other=run.land.junta)
    _turn_on_militias(run, armed)
    _settle(run)


def _found(find: Callable[[Any, int], int], run: Run) -> Iterator[int]:
    """What a function finds, one after another, that gives the next number from one on, or -1."""
    found = find(run.data, 0)
    while found >= 0:
        yield found
        found = find(run.data, found + 1)


def _who_signs(run: Run, armed: dict[int, ArmedActor]) -> list[int]:
    """Groups that sign a ceasefire with the junta this month."""
    junta, hazard, signed = armed.get(run.land.junta), run.parameters.diplomacy.ceasefire_hazard, []
    if isinstance(junta, Junta):
        for group in _found(diplomacy.next_to_sign, run):
            if group in armed:
                chance = hazard * armed[group].wants_ceasefire() * junta.grants_ceasefire(group)
                if diplomacy.draw_of_talks(run.data, group) < chance:
                    signed.append(group)
    return signed


def _who_breaks(run: Run, armed: dict[int, ArmedActor]) -> list[int]:
    """Groups at peace with the junta that take up arms this month."""
    hazard, broken = run.parameters.diplomacy.break_hazard, []
    for group in _found(diplomacy.next_to_break, run):
        if group in armed and diplomacy.draw_of_talks(run.data, group) > 1 - hazard * armed[group].takes_up_arms():
            broken.append(group)
    return broken


def _turn_on_militias(run: Run, armed: dict[int, ArmedActor]) -> None:
    """Groups at war with the junta turn on militias of its side that they have not fought."""
    hazard, stance = run.parameters.diplomacy.break_hazard, run.state.stance
    for pair in _found(diplomacy.next_to_turn, run):
        group, militia = divmod(pair, len(stance))
        if group not in armed:
            continue
        if diplomacy.draw_of_militia(run.data, group, militia) < hazard * armed[group].turns_on(militia):
            stance[group, militia] = stance[militia, group] = -1
            text = f"{run.called(group)} turns against {run.called(militia)}, a militia of the junta"
            log(run, "militia_attacked", text, group, other=militia)


# the settlement ------------------------------------------------------------------------------------------------------


def _settle(run: Run) -> None:
    """Sign, keep or break the federal settlement; hold its elections."""
    accord, rules, u = run.state.accord, run.parameters.settlement, settlement.draw(run.data)
    in_force = bool(accord["in_force"])
    if accord["elections"] or not (in_force or u < rules.hazard):
        return
    sides = delegations(run)
    if not all(sides.values()):
        return
    if not in_force:
        if u < rules.hazard * consent_of(run, sides):
            _sign(run)
        return
    accord["months"] += 1
    if accord["months"] >= rules.election_months:
        accord["elections"] = True
        log(run, "elections", "Elections are held under the federal settlement", run.land.junta)
    elif u > 1 - rules.collapse and u > 1 - rules.collapse * (1 - consent_of(run, sides)):
        settlement.collapse(run.data)
        log(
            run,
            "settlement_collapsed",
            "The federal settlement collapses, and fighting with the junta resumes",
            run.land.junta,
        )


def delegations(run: Run) -> dict[str, list[ArmedActor]]:
    """Whose consent a federal settlement needs; without one of the three delegations nothing can be settled."""
    return {name: [actor for actor in run.agents.armed if actor.delegation == name] for name in _DELEGATIONS}


def consent_of(run: Run, sides: dict[str, list[ArmedActor]]) -> float:
    """Chance that all delegations prefer federal terms to war this month, 0-1."""
    chance = 1.0
    for side in sides.values():
        gain = sum(actor.prefers_settlement() for actor in side) / len(side)
        chance *= float(logistic(run.parameters.diplomacy.precision * gain))
    return chance


def _sign(run: Run) -> None:
    stance, parties = run.state.stance, run.state.parties
    parties[:] = False
    for actor in run.agents.armed:
        parties[actor.index] = stance[run.land.junta, actor.index] == -1 and actor.joins_settlement()
    settlement.sign(run.data)
    log(
        run,
        "federal_settlement",
        "The junta, its ethnic opponents and the People's Defence Forces sign a federal settlement",
        run.land.junta,
    )
