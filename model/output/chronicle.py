"""The event log of a run: what happens in it, as rows and as sentences."""

from __future__ import annotations

from model.output.units import capital
from model.run import Run


def log(
    run: Run, kind: str, text: str, actor: int = -1, *, other: int = -1, place: int = -1, value: float | None = None
) -> None:
    """Log an event of this month.

    Args:
        run: the run.
        kind: of the event, as the table of events has it.
        text: a sentence, without its full stop; ``{place}`` in it becomes the place's name.
        actor: index of the armed actor that it is about; -1 none.
        other: index of another one that takes part; -1 none.
        place: index of the place; -1 none.
        value: a number that belongs to it.
    """
    world, who, whom, where = run.world, "", "", ""
    if place >= 0:
        where, text = world.place_ids[place], text.replace("{place}", world.place_names[place])
    if actor >= 0:
        who = world.force_ids[actor]
    if other >= 0:
        whom = world.force_ids[other]
    run.events.append((run.state.month + 1, run.date, kind, who, whom, where, value, capital(text)))
