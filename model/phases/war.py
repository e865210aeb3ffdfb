"""The war of a month: armed actors order attacks and move reserves; attacks are fought out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from agents.armed.actor import PeoplesDefenceForce
from agents.armed.attack import list_orders, weigh_dangers
from agents.armed.survey import survey
from model.dynamics.combat import fight_out
from model.dynamics.control import relax_countryside
from model.dynamics.front import gather
from model.output.chronicle import log
from model.phases.forcing import bar_places
from model.run import Run


def decide_operations(run: Run) -> None:
    """All armed actors observe last month's state and choose their attacks; some join allies; reserves move.

    The orders are then listed in ``run.plans``, where ``prospects`` are what actors expect of wars with each other, and
    ``danger`` what they have to fear of them.
    """
    survey(run.data)
    weigh_dangers(run.data)
    armed = run.agents.armed
    for actor in armed:
        actor.choose_attacks()
    list_orders(run.data)
    for actor in armed:
        if isinstance(actor, PeoplesDefenceForce):
            actor.join_allies()
    for actor in armed:
        actor.move_reserves()
    list_orders(run.data)


def fight(run: Run) -> None:
    """Attacks take place, aircraft fly, places fall, control of the countryside shifts."""
    bar_places(run)
    gather(run.data)
    aircraft = run.actors["air_support"]
    for actor in run.agents.armed:
        if aircraft[actor.index] > 0:
            actor.allot_sorties()
    fight_out(run.data)
    relax_countryside(run.data)
    _log_battles(run)


def _sides(run: Run, which: Any) -> Iterator[tuple[int, int, int]]:
    """Place, leader of the attack and defender of some of the month's battles."""
    battles, at = run.battles, which.nonzero()[0]
    if not len(at):
        return iter(())
    return zip(*(side[at].tolist() for side in (battles.place, battles.leader, battles.defender)), strict=True)


def _log_battles(run: Run) -> None:
    battles = run.battles
    count, over = int(battles.result["count"]), int(battles.result["over"])
    for place, winner, loser in _sides(run, battles.fallen[:count]):
        kind = "town_taken" if run.land.is_town[place] else "site_taken"
        text = (
            f"{run.called(winner)} takes {{place}} from {run.called(loser)}"
            if loser >= 0
            else f"{run.called(winner)} takes {{place}}"
        )
        log(run, kind, text, winner, other=loser, place=place)
    for place, attacker, defender in _sides(run, battles.begun[:count]):
        text = f"{run.called(attacker)} lays siege to {{place}}, held by {run.called(defender)}"
        log(run, "siege_begun", text, attacker, other=defender, place=place)
    ended = (battles.over_place[:over].tolist(), battles.over_besieger[:over].tolist())
    for place, attacker in zip(*ended, strict=True):
        text = f"The siege of {{place}} by {run.called(attacker)} ends"
        log(run, "siege_broken", text, attacker, other=int(run.state.holder[place]), place=place)
