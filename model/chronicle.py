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
    names = model.world.place_names
    model.recorder.event(
        model.month + 1,
        model.date,
        kind,
        text.format(place=names[place]) if place >= 0 else text,
        actor=model.name(actor) if actor >= 0 else "",
        other=model.name(other) if other >= 0 else "",
        place=model.world.place_ids[place] if place >= 0 else "",
        value=value,
    )
