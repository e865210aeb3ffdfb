"""Talks of a month: ceasefires, a settlement; :meth:`model.model.RareEarthModel.step` says when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from model.dynamics import diplomacy, settlement
from model.dynamics.diplomacy import Delegations
from model.dynamics.settlement import Opposition
from model.kernels import compiled
from model.output.chronicle import tell
from model.phases.policy import brokering, coercion, share_that_recognises

if TYPE_CHECKING:
    from model.model import RareEarthModel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def hold_talks(model: RareEarthModel, prospects: Floats) -> None:
    """Ceasefires signed and broken, a settlement signed, broken, or fulfilled by elections.

    Args:
        model: the model.
        prospects: (F, F + 1) as :func:`model.phases.war.decide_operations` returns them.
    """
    state, p = model.state, model.p
    help_to_peace, threats = brokering(model), coercion(model)
    if compiled() and model.junta >= 0:
        signed, broken, turned = model.talks.cease_fire(model, prospects, help_to_peace, threats)
        _tell_talks(model, signed, broken, turned)
        if not settlement.stirs(state, model.draws, model.junta, model.kia, model.pdf, p.settlement):
            return
    sides = Delegations(
        junta=model.junta,
        prospects=prospects,
        brokering=help_to_peace,
        waiting=p.settlement.weight_hope * state.hope,
        coercion=threats,
    )
    if not compiled():
        report = diplomacy.step(model.ground, state, model.draws, model.profile, sides, p.diplomacy)
        group, militia = diplomacy.turn_on_militias(model.ground, state, model.draws, sides, p.diplomacy)
        turned = np.stack([group, militia], axis=1).tolist()
        _tell_talks(model, report.signed.tolist(), report.broken.tolist(), turned)
    outcome = settlement.step(state, model.draws, model.profile, sides, opposition(model), (p.settlement, p.diplomacy))
    if outcome:
        kind, text = _SETTLEMENT[outcome]
        tell(model, kind, text, model.junta)


_SETTLEMENT = {
    "signed": ("federal_settlement", "Junta, KIA and People's Defence Forces settle on federal terms"),
    "collapsed": ("settlement_collapsed", "The federal settlement collapses; the junta is at war again"),
    "elections": ("elections", "Elections are held under the federal settlement"),
}


def opposition(model: RareEarthModel) -> Opposition:
    """Whose consent a settlement needs beside the junta's, and how they stand abroad against the junta."""
    standing = 0.0
    if model.junta >= 0:
        shares = share_that_recognises(model).tolist()
        ours = shares.pop(model.junta)
        standing = max(shares, default=0.0) - ours
    return Opposition(model.kia, model.pdf, standing)


def _tell_talks(model: RareEarthModel, signed: list[int], broken: list[int], turned: list[list[int]]) -> None:
    for actor in signed:
        text = f"{model.name(actor)} and the junta sign a ceasefire"
        tell(model, "ceasefire", text, actor, other=model.junta)
    for actor in broken:
        text = f"{model.name(actor)} and the junta go to war"
        tell(model, "ceasefire_broken", text, actor, other=model.junta)
    for actor, militia in turned:
        text = f"{model.name(actor)} turns on {model.name(militia)}, the junta's militia"
        tell(model, "militia_attacked", text, actor, other=militia)
