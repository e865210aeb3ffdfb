"""Talks: ceasefires with the junta and their end. A settlement for all is in :mod:`model.dynamics.settlement`.

The rules by which armed actors decide stand in :mod:`agents.armed.peace`.

What going on with a war with the junta, or beginning one, is worth to an armed group ``f`` over peace, in months of its own revenue:

``V_f = prospects_f - danger_f + g federal_f + v towns won by allies / 10 - broker_f``

Prospects are the best expected utility of an attack on the junta within reach, danger what the junta's best attack would cost it:
war is a lottery of which each side may win or lose (Fearon 1995). It fights for what it wants of the state, and the sooner the more its
allies win (the AA followed Operation 1027 within two weeks: P14). The same for the junta against ``f``, whose cause is its own:

``V_J = prospects_J,f - danger_J,f - broker_f - coercion``

A ceasefire is signed with the monthly chance ``h sigma(theta (-V_f - r)) sigma(theta (-V_J - r))`` (both must want it: Geller & Moss
2008). What China offers for a ceasefire is bargained over in :mod:`agents.beijing.talks`. ``coercion`` is the cost of
threats that the junta believes, and ``broker`` what brokers and envoys add: both come from US instruments (:func:`coercion`,
:func:`brokering`).

A group at peace takes up arms with ``b sigma(theta W_f)`` where ``W_f = (V_f + danger_f) - (V_f + danger_f)_0 - s d_f - r > 0``, and never
otherwise: an error of judgement alone breaks no peace. Index 0 is when the peace was made; the danger of war is not counted, for
peace takes away only its sight, and war would bring it back. Who was at peace when the run began has shown by it that war was not
worth more than peace as things stood, whatever the model makes of its prospects (revealed preference). So a peace is broken for what
has changed, by more than the margin by which it was made, which is the cost of a broken word (Fearon 1994;
Fortna 2003), and fear of Beijing for those who depend on China (``s`` counts twice while a deal with Beijing holds).

A group at war with the junta need not fight each of its militias. It turns on a militia that leaves it alone with
``b sigma(theta (prospects_f,g - q))``, and on none against which no attack would pay. Fear of Beijing is in the prospects already.

Chances are at most the hazards, so each group draws first, and only groups with an extreme enough draw are asked to decide.
"""

from __future__ import annotations

from typing import Any

from model.compile import compiled
from model.draws import uniform
from model.parameters import ParameterTable, parameter


class DiplomacyParameters(ParameterTable):
    """Hazards and weights of talks."""

    ceasefire_hazard: float = parameter(0.15, low=0.01, high=0.5, unit="1/month")
    """Probability of a ceasefire when both sides certainly want it."""
    break_hazard: float = parameter(0.2, low=0.0, high=0.5, unit="1/month", status="weakly identified")
    """Probability that a group at peace takes up arms when this certainly pays. Source: assumed from 2021: most
    groups that fought did so within months of the coup."""
    weight_cause: float = parameter(5.0, low=0.0, high=10.0, unit="-")
    """Weight of federal terms as a cause to take up arms."""
    weight_victories: float = parameter(2.0, low=0.0, high=8.0, unit="months of revenue")
    """Effect on taking up arms of ten towns won by allies within a year. Source: assumed; SOURCES P14: others
    followed Operation 1027 within weeks."""
    weight_sanction: float = parameter(6.0, low=0.0, high=15.0, unit="months of revenue", status="weakly identified")
    """Value to a fully dependent group of avoiding the full Chinese pressure that taking up arms would bring.
    Source: assumed: the UWSA and NDAA never did, the MNDAA kept its ceasefire of January 2025."""
    restraint: float = parameter(1.0, low=0.0, high=6.0, unit="months of revenue", status="weakly identified")
    """Expected gain above which a group turns on a militia that leaves it alone, q. Source: assumed: the KIA fought
    the junta for years beside the NDA-K before it took the mines in October 2024 (SOURCES T4)."""
    precision: float = parameter(1.5, low=0.2, high=6.0, unit="1/month of revenue")
    """Precision of choices in talks, including those with Beijing."""
    reluctance: float = parameter(1.5, low=0.0, high=5.0, unit="months of revenue")
    """Minimum gain for which a side stops or starts fighting."""


# equations -----------------------------------------------------------------------------------------------------------


@compiled
def brokering(run: Any, a: int) -> float:
    """What brokers add to a peace with an armed actor, months of revenue; an envoy without a target helps all."""
    us, given = run.rules.united_states, run.policy[a]
    envoy = max(given.envoy, run.policy[-1].envoy)
    return us.brokering_gain * max(given.brokering, us.envoy_brokering * envoy)


@compiled
def coercion(run: Any) -> float:
    """What the junta expects threats to cost it unless it makes peace, months of its own revenue over its horizon."""
    junta = run.land.junta
    if junta < 0:
        return 0.0
    cost = run.rules.united_states.tariff_usd * run.policy[-1].believed_threat
    return run.actors[junta].horizon_months * cost / run.state.revenue[junta]


@compiled
def juntas_wish(run: Any, group: int) -> float:
    """Worth to the junta of a ceasefire with a group, months of its revenue, with what brokers and threats add."""
    junta, plans = run.land.junta, run.plans
    saved = plans.danger[junta, group] - plans.prospects[junta, group]
    return saved - run.rules.diplomacy.reluctance + brokering(run, group) + coercion(run)


@compiled
def won_by_allies(run: Any, a: int) -> float:
    """Towns that an actor's allies at war with the junta have won over a year, net, each ally's losses left out."""
    stance, junta, won = run.state.stance, run.land.junta, 0.0
    for ally in range(len(run.actors)):
        if stance[a, ally] == 1 and stance[junta, ally] == -1:
            won += max(-run.state.towns_lost_year[ally], 0.0)
    return won


@compiled
def pull_of_war(run: Any, a: int) -> float:
    """Worth of war with the junta over peace to a group that it puts in no danger, months of its own revenue."""
    rules = run.rules.diplomacy
    cause = rules.weight_cause * run.actors[a].federal_preference
    example = rules.weight_victories * won_by_allies(run, a) / 10
    return run.plans.prospects[a, run.land.junta] + cause + example - brokering(run, a)


@compiled
def worth_of_fighting(run: Any, a: int) -> float:
    """Worth to a group of war with the junta over peace, months of its own revenue (``V_f``)."""
    return pull_of_war(run, a) - run.plans.danger[a, run.land.junta]


@compiled
def draw_of_talks(run: Any, a: int) -> float:
    """This month's draw of a group: low, it may sign a ceasefire; high, it may break one."""
    return uniform(run.salts.talks, run.state.clock.month, run.land.actor_key[a])


@compiled
def draw_of_militia(run: Any, a: int, militia: int) -> float:
    """This month's draw of a group and a militia: low, the group may turn on it."""
    return uniform(run.salts.militia, run.state.clock.month, run.land.actor_key[a], run.land.actor_key[militia])


# process -------------------------------------------------------------------------------------------------------------


@compiled
def next_to_sign(run: Any, first: int) -> int:
    """The first group, from index ``first`` on, that is at war with the junta and drew low enough to sign; -1 none."""
    enemies, hazard = run.state.stance[run.land.junta], run.rules.diplomacy.ceasefire_hazard
    for a in range(first, len(enemies)):
        if enemies[a] == -1 and draw_of_talks(run, a) < hazard:
            return a
    return -1


@compiled
def next_to_break(run: Any, first: int) -> int:
    """The first group, from index ``first`` on, at peace without a settlement, that drew high enough to break it; -1 none."""
    junta, least = run.land.junta, 1.0 - run.rules.diplomacy.break_hazard
    for a in range(first, len(run.state.stance)):
        quiet = run.state.stance[junta, a] == 0 and a != junta and not run.state.parties[a]
        if quiet and draw_of_talks(run, a) > least:
            return a
    return -1


@compiled
def leaves_alone(run: Any, a: int, militia: int) -> bool:
    """Whether a group at war with the junta does not fight one of its militias."""
    stance, junta = run.state.stance, run.land.junta
    return stance[a, junta] == -1 and stance[junta, militia] == 1 and stance[a, militia] == 0


@compiled
def next_to_turn(run: Any, first: int) -> int:
    """The first pair, from number ``first`` on, of a group and a militia on which it could turn this month; -1 none.

    An attack on the militia would pay, and the pair drew low enough. The number of a pair is ``F group + militia``.
    """
    forces, hazard = len(run.state.stance), run.rules.diplomacy.break_hazard
    for pair in range(first, forces * forces):
        a, militia = pair // forces, pair % forces
        pays = leaves_alone(run, a, militia) and run.plans.prospects[a, militia] > 0
        if pays and draw_of_militia(run, a, militia) < hazard:
            return pair
    return -1


@compiled
def remember_peace(run: Any) -> None:
    """Note how war pulls everybody as the run begins."""
    for a in range(len(run.actors)):
        run.state.war_then[a] = pull_of_war(run, a)


@compiled
def stop_fighting(run: Any, group: int) -> None:
    """End the war of a group with the junta and the militias on its side; its other stances stay."""
    run.state.war_then[group] = pull_of_war(run, group)
    stance, junta = run.state.stance, run.land.junta
    for side in range(len(stance)):
        if stance[junta, side] == 1:
            stance[side, group] = stance[group, side] = max(stance[side, group], 0)


@compiled
def begin_fighting(run: Any, group: int) -> None:
    """Set a group at war with the junta and the militias on its side."""
    stance, junta = run.state.stance, run.land.junta
    for side in range(len(stance)):
        if stance[junta, side] == 1:
            stance[side, group] = stance[group, side] = -1
