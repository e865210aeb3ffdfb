"""What Beijing does in a month, compiled: what it takes from the model; the work is done by :mod:`model.kernels.borders`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from model.dynamics import market
from model.dynamics.combat import Fight
from model.kernels import borders as kernels
from model.kernels.loops import LOOPS
from model.parameters import as_record
from model.readings import junta_fear

if TYPE_CHECKING:
    from model.model import RareEarthModel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Borders:
    """Acts for Beijing by two kernels.

    Args:
        model: the model at its start; what never changes in a run is gathered once.
    """

    def __init__(self, model: RareEarthModel) -> None:
        world, ground, p, q = model.world, model.ground, model.p, model.beijing.parameters
        names = ("patron_dependence", "talks_ore", "patronage_offer", "talks_hazard", "talks_pause")
        rest = {name: getattr(q, name) for name in names}
        rest["invoiced"] = p.trade.invoiced_share if model.setup.structure.tax_reading == "price" else 1.0
        rest["yuan_per_usd"], rest["rent_operating"] = p.market.yuan_per_usd, p.budgets.rent_operating
        self._rules = as_record(**rest)
        self._keys = ground.actor_keys
        self._kunming = model.draws.salt("kunming")
        self._salts = np.array([model.draws.salt(name) for name in ("leash", "purchases", "lanes")])
        gates = (world.chinese_crossings, ground.gates_to_china)
        self._trade = (world.mine_place, world.mine_crossing, world.crossing_place, *gates, model.dependence)
        self._places = (world.crossing_place, world.chinese_crossings, model.crossing_keys, ground.beijing_cares)
        self._none = np.zeros(len(model.armed), bool)

    def invite(self, model: RareEarthModel) -> tuple[Ints, Floats, Floats, Ints]:
        """Whose deal is void, (F,) dependence on China, (6, F) stakes, and who is invited; deals change."""
        state, of, beijing = model.state, model.state.dealings, model.beijing
        barred = beijing.answers(model.link) if beijing.parameters.answer == "closes_border" else self._none
        dealings = (of.talked, of.deal, of.halted, of.tax_cut, of.patron, of.purchase)
        war = (state.holder, state.stance, state.lanes, state.lane_age, state.offensive, state.pressure)
        price = market.gate_price(state.market.price_ore, model.p.market)
        tax = (model.tax_rules, model.settled_tax, model.profile["ore_tax_share"], price)
        draws, mines = (self._kunming, model.month, self._keys), (state.capacity, state.operating)
        return kernels.invite(self._rules, draws, model.junta, self._trade, dealings, war, mines, tax, barred)

    def react(self, model: RareEarthModel, fight: Fight) -> tuple[Ints, Ints, Ints, Ints, Ints]:
        """Move pressure, suppliers, purchases and lanes; see :func:`model.kernels.borders.react` for what comes back."""
        state, of, profile, q = model.state, model.state.dealings, model.profile, model.beijing.parameters
        depends, link = profile["dependence_on_china"], model.link
        watch, stance = model.beijing.watch(depends, link, model.junta), model.beijing.stance(link, junta_fear(model))
        short = max(state.market.shortage, 0.0)
        ends = q.reopen_base + q.shortage_reopening * q.weight_shortage_ore * short
        bought = (q.threat_forgotten, q.threat_execution * (1 - short), q.purchase_floor)
        pressing = (watch.gain, watch.memory, watch.attacks, watch.us_link)
        values = (pressing, (q.transmission, q.supply_return), bought, ends)
        bases = (stance.close_base, stance.reopen_base, stance.offensive, stance.us_link, stance.collapse * stance.fear)
        weights = (*bases, stance.talks, stance.shortage, stance.reopening, stance.patience)
        war = (state.holder, model.holder_before, state.stance, state.lanes, state.lane_age)
        return kernels.react(
            LOOPS,
            (self._salts, state.month, self._keys),
            self._places,
            values,
            (fight.place, fight.attacker),
            model.junta,
            (*war, state.offensive, state.pressure),
            (of.supplies, of.deal, of.patron, of.threat, of.purchase),
            (profile["arms_for_allies"], depends, link),
            short,
            (weights, stance.shut, stance.dwell),
        )
