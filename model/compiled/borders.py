"""What Beijing does in a month, compiled: what it takes from the model; the work is done by :mod:`model.kernels.borders`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from model.dynamics import market
from model.dynamics.combat import Fight
from model.kernels import borders as kernels
from model.kernels.bound import Gatherer, bind, noted
from model.kernels.loops import LOOPS
from model.parameters import as_record
from model.phases.readings import junta_fear

if TYPE_CHECKING:
    from model.model import RareEarthModel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Borders(Gatherer):
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
        salts, keys = np.array([model.draws.salt(name) for name in ("leash", "purchases", "lanes")]), ground.actor_keys
        gates = (world.chinese_crossings, ground.gates_to_china)
        trade = (world.mine_place, world.mine_crossing, world.crossing_place, *gates, model.dependence)
        self._to_invite = (as_record(**rest), (model.draws.salt("kunming"), keys), model.junta, trade)
        places = (world.crossing_place, world.chinese_crossings, model.crossing_keys, ground.beijing_cares)
        self._to_react = (LOOPS, salts, keys, places, model.junta)
        self._none = np.zeros(len(model.armed), bool)
        self._leaning = (q.transmission, q.supply_return)
        forces, lanes = len(model.armed), 3 * len(world.crossing_place)
        self._stakes = np.empty((6, forces))
        self._at_stake = tuple(self._stakes)
        self._void, self._invited = np.empty(forces, np.int64), np.empty(forces, np.int64)
        shapes = ((forces * forces, 3), forces, forces, (lanes, 2), (lanes, 3))
        self._told = tuple([np.empty(shape, np.int64) for shape in shapes])

    def _gather(self, model: RareEarthModel) -> None:
        state, of, profile = model.state, model.state.dealings, model.profile
        war = (state.holder, state.stance, state.lanes, state.lane_age, state.offensive, state.pressure)
        dealings = (of.talked, of.deal, of.halted, of.tax_cut, of.patron, of.purchase)
        tax = (model.tax_rules, model.settled_tax, profile["ore_tax_share"])
        out = (profile["dependence_on_china"], self._stakes, self._void, self._invited)
        self._inviting = bind(*self._to_invite, dealings, war, (state.capacity, state.operating), tax, out)
        fronts = (state.holder, model.holder_before, state.stance, state.lanes, state.lane_age)
        agreed = (of.supplies, of.deal, of.patron, of.threat, of.purchase)
        backing = (profile["arms_for_allies"], profile["dependence_on_china"])
        self._reacting = bind(*self._to_react, (*fronts, state.offensive, state.pressure), agreed, backing, self._told)

    def invite(self, model: RareEarthModel) -> tuple[list[int], tuple[Floats, ...], list[int]]:
        """Whose deal is void, six (F,) stakes, and who is invited; deals and dependence on China change."""
        if self.finds_another(model.state):
            self._gather(model)
        beijing = model.beijing
        barred = beijing.answers(model.link) if beijing.parameters.answer == "closes_border" else self._none
        price = market.gate_price(model.state.market.price_ore, model.p.market)
        void, invited = noted((self._void, self._invited), kernels.invite(self._inviting, model.month, price, barred))
        return void, self._at_stake, invited

    def react(self, model: RareEarthModel, fight: Fight) -> list[list[Any]]:
        """Move pressure, suppliers, purchases and lanes; see :func:`model.kernels.borders.react` for what comes back."""
        if self.finds_another(model.state):
            self._gather(model)
        state, link, q = model.state, model.link, model.beijing.parameters
        watch = model.beijing.watch(model.profile["dependence_on_china"], link, model.junta)
        stance = model.beijing.stance(link, junta_fear(model))
        short = max(state.market.shortage, 0.0)
        ends = q.reopen_base + q.shortage_reopening * q.weight_shortage_ore * short
        bought = (q.threat_forgotten, q.threat_execution * (1 - short), q.purchase_floor)
        pressing = (watch.gain, watch.memory, watch.attacks, watch.us_link)
        bases = (stance.close_base, stance.reopen_base, stance.offensive, stance.us_link, stance.collapse * stance.fear)
        weights = (*bases, stance.talks, stance.shortage, stance.reopening, stance.patience)
        values = (pressing, self._leaning, bought, ends)
        seen = (fight.place, fight.attacker, link, short)
        counts = kernels.react(self._reacting, state.month, *seen, values, weights, stance.shut, stance.dwell)
        return noted(self._told, counts)
