"""What Beijing does in a month: quiet talks, and its reaction at the border."""

from __future__ import annotations

from typing import Any

from agents.armed.actor import ArmedActor, PeoplesDefenceForce
from agents.beijing import talks
from agents.beijing.agent import Beijing
from model.dynamics import border
from model.dynamics.diplomacy import stop_fighting
from model.output.chronicle import log
from model.output.units import join
from model.run import Run
from model.state import GOODS, ORE, REAGENT
from model.world.world import LANES

# quiet talks ----------------------------------------------------------------------------------------------------------


def negotiate(run: Run) -> None:
    """Deals expire; Beijing invites armed groups to quiet talks in Kunming, and new deals are made."""
    beijing = run.agents.beijing
    border.keep_deals(run.data)
    for broken in run.border.void.nonzero()[0].tolist():
        log(
            run,
            "deal_broken",
            f"{run.called(broken)} attacks the junta again, and its agreement with Beijing is void",
            broken,
        )
    if beijing is None or run.land.junta < 0:
        return
    talks.weigh_stakes(run.data)
    for index in beijing.invite():
        actor = run.agents.armed_at(index)
        if actor is not None and not isinstance(actor, PeoplesDefenceForce):
            _talk(run, beijing, actor)


def _talk(run: Run, beijing: Beijing, actor: ArmedActor) -> None:
    run.state.dealings.talked[actor.index] = 0
    signed = beijing.talk_with(actor) and _all_sign(run, beijing, actor)
    result = "and reach an agreement" if signed else "without result"
    log(
        run,
        "talks",
        f"{run.called(actor.index)} and Beijing hold talks in Kunming, {result}",
        actor.index,
        value=float(signed),
    )
    if signed:
        _carry_out(run, beijing, actor.index)


def _all_sign(run: Run, beijing: Beijing, actor: ArmedActor) -> bool:
    """Whether all whose consent the package needs sign it: the group, Beijing, and the junta where there is a halt."""
    gain = run.stakes.gain
    chance = actor.signs_deal(float(gain["group"])) * beijing.signs_deal(float(gain["beijing"]))
    if run.stakes.package["halt"]:
        junta = run.agents.armed_at(run.land.junta)
        chance *= junta.signs_deal(float(gain["junta"])) if junta is not None else 0.0
    return bool(talks.draw_of_signing(run.data, actor.index) < chance)


def _carry_out(run: Run, beijing: Beijing, actor: int) -> None:
    """Put the package on the table into effect."""
    state, package, p, name = run.state, run.stakes.package, beijing.parameters, run.called(actor)
    dealings, parts = state.dealings, []
    dealings.deal[actor] = int(run.actors[actor]["review_months"])
    if package["ore"]:
        _open_gates(run, actor, (ORE, REAGENT))
        parts.append("crossings reopen to ore and reagent")
    if package["goods"]:
        _open_gates(run, actor, (GOODS,))
        parts.append("crossings reopen to goods")
    if package["tax"]:
        dealings.tax_cut[actor] = p.tax_cut
        parts.append(f"{name} lowers its tax on ore")
    if package["patron"]:
        dealings.patron[actor] = p.patronage_offer
        parts.append(f"{name} accepts Beijing as its patron, on the terms that the UWSA has")
    if package["halt"]:
        stop_fighting(run.data, actor)
        dealings.halted[actor], state.pressure[actor] = True, 0.0
        parts.append(f"{name} ceases fire with the junta")
    log(run, "deal", f"{name} and Beijing agree: {'; '.join(parts)}", actor)
    for place in run.stakes.town[: int(package["towns"])].tolist():
        border.hand_back(run.data, place, run.land.junta)
        text = f"{name} returns {{place}} to the junta"
        log(run, "town_returned", text, run.land.junta, other=actor, place=place)


def _open_gates(run: Run, actor: int, opened: tuple[int, ...]) -> None:
    gates = (run.state.holder[run.land.crossing_place] == actor) & run.land.chinese
    for lane in opened:
        run.state.lanes[gates, lane] = 1.0


# the border -----------------------------------------------------------------------------------------------------------


def react_at_border(run: Run) -> None:
    """Beijing reacts to the month's battles: pressure on groups and suppliers, lanes."""
    beijing = run.agents.beijing
    run.border.clear()
    border.remember_offensives(run.data)
    if beijing is None:
        return
    beijing.press()
    beijing.lean_on_suppliers()
    beijing.move_lanes()
    border.shut_gates_taken(run.data)
    _log_suppliers(run)
    _log_lanes(run)


def _rows(count: Any, *arrays: Any) -> list[tuple[int, ...]]:
    """The first rows of some arrays that stand side by side."""
    return list(zip(*(array[:count].tolist() for array in arrays), strict=True)) if count else []


def _log_suppliers(run: Run) -> None:
    changes = run.border
    changed = _rows(changes.count["supplies"], changes.supplier, changes.ally, changes.begun)
    for supplier, ally, begun in sorted(changed, key=lambda row: row[2]):  # all that stop, then all that begin again
        if begun:
            log(
                run,
                "supply_back",
                f"{run.called(supplier)} supplies arms to {run.called(ally)} again",
                supplier,
                other=ally,
            )
        else:
            text = f"{run.called(supplier)} stops supplying arms to {run.called(ally)}, under pressure from Beijing"
            log(run, "supply_cut", text, supplier, other=ally)


def _log_lanes(run: Run) -> None:
    """Log each lane that was shut or opened, and in one sentence what befell the gates of each holder."""
    world, holders = run.world, run.state.holder
    by_holder: dict[tuple[int, bool], dict[int, list[str]]] = {}
    for crossing, lane, opened in _rows(
        run.border.count["lanes"], run.border.crossing, run.border.lane, run.border.opened
    ):
        place = int(world.crossing_place[crossing])
        verb, kind = ("reopens", "lane_opened") if opened else ("closes", "lane_closed")
        text = f"Beijing {verb} the crossing {world.crossing_names[crossing]} to {LANES[lane]}"
        log(run, kind, text, int(holders[place]), place=place, value=float(lane))
        gates = by_holder.setdefault((int(holders[place]), bool(opened)), {})
        gates.setdefault(lane, []).append(world.crossing_names[crossing].split(" /")[0])
    for (holder, opened), gates in by_holder.items():
        what = join([LANES[lane] for lane in sorted(gates)])
        where = join(list(dict.fromkeys(name for lane in sorted(gates) for name in gates[lane])))
        verb, kind = ("reopens", "gates_opened") if opened else ("closes", "gates_shut")
        text = f"Beijing {verb} crossings held by {run.called(holder)} to {what}: {where}"
        log(run, kind, text, holder, value=float(max(len(names) for names in gates.values())))
