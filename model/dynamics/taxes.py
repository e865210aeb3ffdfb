"""Taxes: the value of a tonne of ore at the crossing, and the holder's share of it (equation E3.7).

A holder's tax is fixed, a share of the price at the gate, or what brings it most; a deal with Beijing can give up a part. Where
the KIA's 35,000 yuan are read as an invoiced price (``structure.tax_reading = "price"``), it takes a share of a fixed tax.
"""

from __future__ import annotations

from typing import Any

from model.compile import compiled

FIXED, AD_VALOREM, REVENUE_MAXIMISING = 0, 1, 2
"""Rules of an ore tax, in the order of ``ore_tax_rule``."""

TAX_READINGS = ("tax", "price")
"""Forms of ``structure.tax_reading`` that :func:`fixed_part` knows."""

AS_PRICE = TAX_READINGS.index("price")


@compiled
def gate_price(price_ore: float, market: Any) -> float:
    """Yuan/t at the border: the Chinese quote without VAT and the import side's charges.

    Args:
        price_ore: quote in China, yuan/t.
        market: ``rules.market``.
    """
    return max(price_ore / (1.0 + market.vat) - market.import_charges, 0.0)


@compiled
def fixed_part(yuan: float, rule: int, rules: Any) -> float:
    """Yuan/t of a fixed tax, or of one that a revenue maximiser has settled on, before any deal."""
    read_as_price = rule == FIXED and rules.structure.tax_reading == AS_PRICE
    return yuan * rules.trade.invoiced_share if read_as_price else yuan


@compiled
def tax_per_tonne(run: Any, a: int, price: float) -> float:
    """Yuan/t that an armed actor takes.

    Args:
        run: the run.
        a: index of the actor.
        price: at the gate, or bid there, yuan/t.
    """
    who, left = run.actors[a], 1.0 - run.state.dealings.tax_cut[a]
    if who.ore_tax_rule == AD_VALOREM:
        return who.ore_tax_share * left * price
    return fixed_part(run.state.ore_tax[a], int(who.ore_tax_rule), run.rules) * left
