"""What the outside world does by date to places, lanes and conscripts, whatever the actors would do."""

from __future__ import annotations

import numpy as np

from model.arrays import Ints
from model.dynamics.front import AT_WAR
from model.dynamics.handover import hand_over
from model.forcing import Forcing
from model.output.chronicle import log
from model.run import Run
from model.state import NOBODY
from model.world.world import LANES


def forced(run: Run, kind: str) -> list[Forcing]:
    """What the outside world does this month, of one kind."""
    date, forcing = run.date, run.scenario.forcing
    return [one for one in forcing if one.kind == kind and one.start <= date and (one.end is None or date <= one.end)]


def apply_forcing(run: Run) -> None:
    """Impose the month's external events on places and lanes, whatever the actors would do."""
    if not run.scenario.forcing:
        return
    for forcing in forced(run, "holder"):
        _give_place(run, forcing)
    lanes = run.state.lanes
    for forcing in forced(run, "close_lanes"):
        meant = _lanes_meant(run, forcing)
        lanes[meant] = np.minimum(lanes[meant], forcing.value)
    for forcing in forced(run, "lanes"):
        lanes[_lanes_meant(run, forcing)] = min(forcing.value, 1.0)


def force_conscription(run: Run) -> None:
    """Set the persons whom each actor conscripts this month: its own number, or what the outside world makes of it."""
    run.state.conscripts = run.actors["conscripts_per_month"]
    for forcing in forced(run, "conscription"):
        run.state.conscripts[run.world.force_index[forcing.target]] = forcing.value


def bar_places(run: Run) -> None:
    """Places whose hands the record decides are not fought for this month."""
    run.front.barred.fill(False)
    for forcing in forced(run, "holder"):
        run.front.barred[run.world.find_place(forcing.target)] = True


def _give_place(run: Run, forcing: Forcing) -> None:
    state, place = run.state, run.world.find_place(forcing.target)
    winner = run.world.force_index.get(forcing.actor, NOBODY)
    loser = int(state.holder[place])
    if not hand_over(run.data, place, winner):
        return
    if loser >= 0 and winner >= 0 and state.stance[winner, loser] == 0:  # what was taken was fought for
        state.stance[winner, loser] = state.stance[loser, winner] = AT_WAR
    text = f"{{place}} passes to {run.called(winner)}, as the scenario prescribes"
    log(run, "handed_over", text, winner, place=place)


def _lanes_meant(run: Run, forcing: Forcing) -> tuple[Ints, slice | int]:
    """Crossings and lanes that a forcing is about: a crossing, all of a state of Myanmar or to a country, or all."""
    world = run.world
    states = [world.states[world.place_territory[place]] for place in world.crossing_place]
    labels = zip(world.crossing_ids, world.crossing_country, states, strict=True)
    rows = [row for row, names in enumerate(labels) if forcing.target in ("", *names)]
    return np.array(rows, np.int64), slice(None) if forcing.lane == "all" else LANES.index(forcing.lane)
