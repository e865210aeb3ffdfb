"""What Beijing does in a month; :meth:`model.model.RareEarthModel.step` says when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from model.chronicle import tell
from model.dynamics import border
from model.dynamics.combat import Fight
from model.world.world import LANES

if TYPE_CHECKING:
    from model.model import RareEarthModel

Floats = NDArray[np.float64]


def press_and_open(model: RareEarthModel, fights: Fight) -> None:
    """Beijing reacts: pressure, lanes."""
    state, link = model.state, link_with_us(model)
    depends = model.profile["dependence_on_china"]
    watch = model.beijing.watch(depends, link, model.junta)
    border.update_pressure(model.ground, state, fights.place, fights.attacker, watch)
    ceasefire = (state.stance[model.junta] != -1).astype(float) if model.junta >= 0 else np.ones(len(depends))
    stance = model.beijing.stance(link, junta_fear(model))
    changes = border.update_lanes(model.world, state, model.draws, model.crossing_keys, ceasefire, stance)
    for crossing, lane, opened in changes:
        place = int(model.world.crossing_place[crossing])
        verb, kind = ("reopens", "lane_opened") if opened else ("shuts", "lane_closed")
        holder = int(state.holder[place])
        text = f"Beijing {verb} the {LANES[lane]} lane at {model.world.crossing_names[crossing]}"
        tell(model, kind, text, holder, place=place, value=float(lane))


def junta_fear(model: RareEarthModel) -> float:
    """0-1, how near the junta is to collapse in Beijing's eyes: towns lost over the past year against a declared number."""
    if model.junta < 0:
        return 0.0
    lost = float(model.state.towns_lost_year[model.junta])
    return float(np.clip(lost / model.beijing.parameters.collapse_towns, 0.0, 1.0))


def link_with_us(model: RareEarthModel) -> Floats:
    """(F,) how far the US deals with each armed actor this month, as Beijing sees it: the strongest of its instruments."""
    link = np.zeros(len(model.armed))
    for kind in ("recognition", "aid", "arms", "intelligence", "training", "air_denial", "offtake"):
        link = np.maximum(link, model.level(kind))
    return link
