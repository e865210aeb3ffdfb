"""What armed actors observe of each other before any of them decides: strengths, garrisons, threats, rents.

The strength of an actor's fighters at a place is their number times the worth of one (:mod:`model.dynamics.contest`), times
``supply ^ e`` in the field and ``d + (1 - d) supply`` behind walls. A garrison keeps back what would hold its walls at even odds
against what its enemies nearby could bring up, all while it is under attack, and in a town never less than hold the township where
people do not follow by themselves (``fighters_tied_by`` of :mod:`model.dynamics.control`): conquests tie down fighters, the more the
less they are wanted. Besiegers keep what the siege takes; fighters in the open are free. What enemies could bring up is worked out
twice: first as if all nearby came, then with those whom they can spare themselves.
"""

from __future__ import annotations

from typing import Any

from model.compile import compiled
from model.dynamics.budgets import reckon_rents
from model.dynamics.contest import share_armed, supply_in_defence, worth_of_fighter
from model.dynamics.control import fighters_tied_by

# equations -----------------------------------------------------------------------------------------------------------


@compiled
def share_free_of_garrison(threat: float, field: float, standing: float) -> float:
    """Share of a garrison that need not stay.

    Args:
        threat: strength that enemies could bring up, in terms of strength in the open.
        field: strength of the garrison in the open, above 0.
        standing: share of it that never leaves; at 1 or more nobody does.
    """
    return 1.0 - min(max(threat / field, standing), 1.0)


# process -------------------------------------------------------------------------------------------------------------


@compiled
def survey(run: Any) -> None:
    """Work out what armed actors see of last month's state, and clear what they planned before.

    Args:
        run: the run.
    """
    _clear(run)
    _muster(run)
    _guard(run)
    _regard(run)
    _tie(run)
    for turn in range(2):
        _threaten(run, turn == 0)
        _call_up(run)
    _add_those_who_stay(run)
    reckon_rents(run)


@compiled
def list_nonzero(row: Any, out: Any) -> int:
    """Write down where a row is not 0, in ascending order; eight at a time are passed over where there is nothing.

    Args:
        row: (P,) numbers.
        out: at least one longer than ``row``.

    Returns:
        How many there are.
    """
    count, whole = 0, len(row) - len(row) % 8
    for p in range(0, whole, 8):
        some = (row[p] != 0) | (row[p + 1] != 0) | (row[p + 2] != 0) | (row[p + 3] != 0)
        some |= (row[p + 4] != 0) | (row[p + 5] != 0) | (row[p + 6] != 0) | (row[p + 7] != 0)
        if some:
            for q in range(p, p + 8):
                out[count] = q
                count += 1 if row[q] != 0 else 0
    for p in range(whole, len(row)):
        out[count] = p
        count += 1 if row[p] != 0 else 0
    return count


@compiled
def _clear(run: Any) -> None:
    plans = run.plans
    for a in range(len(plans.garrisons)):
        field, reach, called = plans.field[a], plans.reach[a], plans.called[a]
        plans.spare[a].fill(run.actors[a].commit_share)
        for k in range(plans.garrisons[a]):
            field[plans.garrison[a, k]] = 0.0
        for k in range(plans.nearby_count[a]):
            reach[plans.nearby[a, k]], called[plans.nearby[a, k]] = 0.0, 0.0
    plans.staging.fill(0.0)
    plans.guard.fill(0.0)
    plans.prospects.fill(0.0)
    plans.gain.fill(0.0)
    plans.attack.fill(False)
    plans.orders.count = 0


@compiled
def _muster(run: Any) -> None:
    """Where fighters stand, and how strong they are there and nearby."""
    plans, exponent = run.plans, run.rules.contest.supply_exponent
    near_start, near = run.land.near_start, run.land.near
    troops, supplies = run.state.troops, run.state.supply
    for a in range(len(troops)):
        posted, garrison, supply = troops[a], plans.garrison[a], supplies[a]
        field, reach = plans.field[a], plans.reach[a]
        count, fighters, total = list_nonzero(posted, garrison), 0, 0.0
        for k in range(count):
            fighters += posted[garrison[k]]
        each = worth_of_fighter(run, a, fighters)
        for k in range(count):
            p = garrison[k]
            strength = posted[p] * each * supply[p] ** exponent
            field[p] = strength
            total += strength
            for link in range(near_start[p], near_start[p + 1]):
                reach[near[link]] += strength
        plans.garrisons[a], plans.fighters[a] = count, max(fighters, 1)
        plans.worth[a], plans.strength[a] = each, total
        plans.nearby_count[a] = list_nonzero(reach, plans.nearby[a])


@compiled
def _guard(run: Any) -> None:
    """Strength of the garrison of each place, behind walls."""
    plans, contest = run.plans, run.rules.contest
    troops, supplies, holder = run.state.troops, run.state.supply, run.state.holder
    guard, wall = plans.guard, run.state.wall
    for a in range(len(troops)):
        posted, garrison, supply, each = troops[a], plans.garrison[a], supplies[a], plans.worth[a]
        for k in range(plans.garrisons[a]):
            p = garrison[k]
            if holder[p] == a:
                guard[p] = posted[p] * each * supply_in_defence(supply[p], contest)
    for p in range(len(guard)):
        guard[p] = (guard[p] if holder[p] >= 0 else run.state.locals[p]) * wall[p]


@compiled
def _regard(run: Any) -> None:
    """Whom each actor counts as an enemy or might fight, and what an attack asks of it anywhere."""
    plans, state = run.plans, run.state
    hostility, stance, junta = plans.hostility, run.state.stance, run.land.junta
    for a in range(len(stance)):
        who = run.actors[a]
        hostility[a, 0] = 1.0
        for by in range(len(stance)):
            hostility[a, by + 1] = 1.0 if stance[a, by] == -1 else 0.0
            if junta >= 0 and stance[a, by] == 0:
                militia = stance[a, junta] == -1 and stance[junta, by] == 1
                hostility[a, by + 1] = 0.5 if by == junta or militia else 0.0
        # Where fewer arms are left than usual, what is left is husbanded.
        plans.scarcity[a] = 1.0 / share_armed(state.arms[a], who.arms_per_fighter * plans.fighters[a])
        plans.sanction[a] = who.weight_pressure * state.dependence[a] * (0.5 + state.pressure[a])
        plans.full[a] = who.commit_share * plans.strength[a] / max(who.operations_per_month, 1.0)


@compiled
def _tie(run: Any) -> None:
    """Fighters that the townships whose towns an actor holds take to hold."""
    tied, holder = run.plans.tied, run.state.holder
    tied.fill(0.0)
    for n in range(len(run.land.needed)):
        if holder[n] >= 0:
            tied[holder[n]] += fighters_tied_by(run, holder[n], n)


@compiled
def _threaten(run: Any, everyone: bool) -> None:
    """Strength that the enemies of each place's holder could bring up, first as if everyone nearby came."""
    plans, holder, stance = run.plans, run.state.holder, run.state.stance
    threat, against = plans.threat, plans.against
    threat.fill(0.0)
    for a in range(len(stance)):
        nearby, brought = plans.nearby[a], plans.reach[a] if everyone else plans.called[a]
        share = run.actors[a].commit_share if everyone else 1.0
        against[0] = 0.0
        for by in range(len(stance)):
            against[by + 1] = share if stance[a, by] == -1 else 0.0
        for k in range(plans.nearby_count[a]):
            p = nearby[k]
            threat[p] += against[holder[p] + 1] * brought[p]


@compiled
def _call_up(run: Any) -> None:
    """Share of the fighters at each place that attacks draw on, and what those drawn on come to at each place nearby."""
    plans, near_start, near = run.plans, run.land.near_start, run.land.near
    for a in range(len(run.actors)):
        garrison, field, called, spare = plans.garrison[a], plans.field[a], plans.called[a], plans.spare[a]
        commit, nearby = run.actors[a].commit_share, plans.nearby[a]
        for k in range(plans.nearby_count[a]):
            called[nearby[k]] = 0.0
        _free(run, a)
        for k in range(plans.garrisons[a]):
            p = garrison[k]
            spare[p] *= commit
            drawn = spare[p] * field[p]
            for link in range(near_start[p], near_start[p + 1]):
                called[near[link]] += drawn


@compiled
def _free(run: Any, a: int) -> None:
    """Share of an actor's fighters at each place that need not stay there, into ``spare``."""
    plans, state, land = run.plans, run.state, run.land
    holder, attacker, posted = state.holder, state.attacker, state.troops[a]
    garrison, field, spare = plans.garrison[a], plans.field[a], plans.spare[a]
    threat, wall = plans.threat, state.wall
    for k in range(plans.garrisons[a]):
        p = garrison[k]
        spare[p] = 1.0
        if field[p] <= 0.0:
            continue
        if attacker[p] == a or (holder[p] == a and attacker[p] >= 0):
            spare[p] = 0.0
        elif holder[p] == a:
            tied = fighters_tied_by(run, a, land.territory[p]) if land.is_town[p] else 0.0
            spare[p] = share_free_of_garrison(threat[p] / wall[p], field[p], tied / posted[p])


@compiled
def _add_those_who_stay(run: Any) -> None:
    """Whoever stands at a place takes part in an attack on it."""
    plans = run.plans
    for a in range(len(run.actors)):
        garrison, field, called, spare = plans.garrison[a], plans.field[a], plans.called[a], plans.spare[a]
        for k in range(plans.garrisons[a]):
            p = garrison[k]
            called[p] += (1.0 - spare[p]) * field[p]
