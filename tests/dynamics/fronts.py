"""A war of one's own on the small world: nobody anywhere, until a test says so."""

from __future__ import annotations

import numpy as np

from model.run import Run
from tests.world_of_policy import small

JUNTA, KIA, MILITIA, PDF, WA = range(5)
"""Armed actors of tests/tiny: the KIA and the PDF are allies at war with the junta and its militia, the Wa at peace."""


def empty_front(*sets: str) -> Run:
    """A run in which the junta holds every place, without fighters, posts or sieges; everybody is fully supplied and armed."""
    run = small("processes.ground.run_in_months=0", "processes.combat.column_km=1000", *sets).run
    state = run.state
    state.troops.fill(0)
    state.holder.fill(JUNTA)
    state.attacker.fill(-1)
    for array in (state.posts, state.posts_full, state.besieged, state.months_unattacked, state.isolated):
        array.fill(0)
    state.siege_progress.fill(0.0)
    state.roots.fill(0.0)
    state.supply.fill(1.0)
    state.arms.fill(1e6)
    return run


def order(run: Run, *attacks: tuple[int, int], spare: float = 0.0) -> None:
    """Order attacks: who, where; attackers leave other places with a share ``spare`` of their fighters."""
    plans = run.plans
    for k, (actor, place) in enumerate(sorted(attacks)):
        plans.order_actor[k], plans.order_place[k] = actor, place
    plans.orders["count"] = len(attacks)
    plans.spare.fill(spare)


def battles(run: Run) -> list[tuple[int, int, int]]:
    """Place, leader and defender of each place fought for."""
    count = int(run.battles.result["count"])
    found = run.battles
    return list(
        zip(found.place[:count].tolist(), found.leader[:count].tolist(), found.defender[:count].tolist(), strict=True)
    )


def ended(run: Run) -> list[tuple[int, int]]:
    """Places whose siege ended this month, and who had besieged them."""
    count = int(run.battles.result["over"])
    return list(zip(run.battles.over_place[:count].tolist(), run.battles.over_besieger[:count].tolist(), strict=True))


def neighbours(run: Run, place: int) -> list[int]:
    """Places next to one, without itself."""
    near = run.land.near[run.land.near_start[place] : run.land.near_start[place + 1]]
    return [q for q in near.tolist() if q != place]


def fighters(run: Run) -> np.ndarray:
    """(F,) fighters of each actor."""
    return np.asarray(run.state.troops.sum(axis=1))
