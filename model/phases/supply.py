"""Supply of the month: over roads and off the land, then from the air where actors fly it, then by river."""

from __future__ import annotations

from model.dynamics import supply
from model.output.chronicle import log
from model.run import Run


def update_supply(run: Run) -> None:
    """Compute supply; actors with aircraft fly supplies to cut-off garrisons, boats relieve others."""
    supply.supply_by_land(run.data)
    places = run.roads.airlift.tolist()
    for actor in run.agents.armed:
        if places[actor.index] > 0:
            actor.airlift()
    supply.relieve_by_river(run.data)
    for place in run.roads.relieved[: run.roads.count["relieved"]].tolist():
        holder = int(run.state.holder[place])
        text = f"Boats bring supplies to the besieged garrison of {run.called(holder)} in {{place}}"
        log(run, "siege_relieved", text, holder, place=place)
