"""How a run tells what happens in it: events as sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from model.model import RareEarthModel


def tell(
    model: RareEarthModel,
    kind: str,
    text: str,
    actor: int = -1,
    *,
    other: int = -1,
    place: int = -1,
    value: float | None = None,
) -> None:
    """Note an event of this month; ``{place}`` in the text becomes the place's name."""
    world, who, whom, where = model.world, "", "", ""
    if place >= 0:
        where, text = world.place_ids[place], text.replace("{place}", world.place_names[place])
    if actor >= 0:
        who = world.force_ids[actor]
    if other >= 0:
        whom = world.force_ids[other]
    model.recorder.events.append((model.month + 1, model.date, kind, who, whom, where, value, text))
