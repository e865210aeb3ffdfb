"""Numbers that several phases of a month read off the state."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from model.dynamics import market, trade
from model.kernels import compiled, ore
from model.state import with_nobody

if TYPE_CHECKING:
    from model.model import RareEarthModel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def junta_fear(model: RareEarthModel) -> float:
    """0-1, how near the junta is to collapse in Beijing's eyes: towns lost over the past year against a declared number."""
    if model.junta < 0:
        return 0.0
    lost = float(model.state.towns_lost_year[model.junta])
    return min(max(lost / model.beijing.parameters.collapse_towns, 0.0), 1.0)


def at_peace(model: RareEarthModel) -> Floats:
    """(F,) 0-1, how far each actor is at peace with the junta, in a deal with Beijing, or its client."""
    state = model.state
    quiet = (state.stance[model.junta] != -1) if model.junta >= 0 else np.ones(len(model.armed), bool)
    return np.maximum((quiet | (state.dealings.deal > 0)).astype(float), state.dealings.patron)


def taxes_per_tonne(model: RareEarthModel) -> Floats:
    """(F,) each armed actor's tax in yuan/t at this month's price."""
    price = market.gate_price(model.state.market.price_ore, model.p.market)
    if compiled():
        invoiced = model.p.trade.invoiced_share if model.setup.structure.tax_reading == "price" else 1.0
        settled = (model.tax_rules, model.settled_tax, model.profile["ore_tax_share"])
        return ore.taxes_at(*settled, model.state.dealings.tax_cut, invoiced, price)
    terms = tax_terms(model)
    return np.where(terms[0] == trade.AD_VALOREM, terms[2] * price, terms[1])


def tax_terms(model: RareEarthModel) -> tuple[Ints, Floats, Floats]:
    """(F,) rule, yuan/t and share of each armed actor's tax on ore."""
    read = trade.read_tax(model.settled_tax, model.setup.structure.tax_reading, model.p.trade)
    yuan = np.where(model.tax_rules == trade.FIXED, read, model.settled_tax)
    left = 1 - model.state.dealings.tax_cut
    return model.tax_rules, yuan * left, model.profile["ore_tax_share"] * left


def ore_usd(model: RareEarthModel) -> Floats:
    """(M,) USD a tonne that a holder of each mine can hope for: its present holder's tax."""
    holder = model.state.holder[model.world.mine_place]
    tax = with_nobody(taxes_per_tonne(model), 0.0)[holder]
    return np.asarray(tax / model.p.market.yuan_per_usd)
